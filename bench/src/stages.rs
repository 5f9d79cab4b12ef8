//! What is measured, stage by stage, each on a server of its own state.

use std::path::Path;
use std::time::Duration;

use crate::changes::Feed;
use crate::load::{ask, closed_loop, in_turn, open_loop};
use crate::numbers::{Times, median};
use crate::program::{Program, folder_mb};
use crate::province::{EACH, NEWEST, PACKS, Size, code};
use crate::report::{Must, Report, number};
use crate::rivals::{ASKS, QUESTIONS, wall_codes};
use crate::{Bench, Result, fail, fan, province, raw};

/// Fills the database of `program` through its command line; the median rows a second, beside the raw insert.
pub async fn fill(bench: &Bench, program: &Program, report: &mut Report) -> Result<()> {
    let packs = bench.work.join("packs");
    program.run(&["packs", "apply", path(&packs)?]).await?;
    program.run(&["units", "root", province::PLACE]).await?;
    let (least, name) =
        if program.database.is_some() { (30_000.0, "PostgreSQL") } else { (40_000.0, "SQLite") };
    let (mut rates, mut raws, mut total) = (Vec::new(), Vec::new(), 0);
    for (n, (file, rows)) in bench.imports.iter().enumerate() {
        let took = program.run(&["import", path(file)?]).await?;
        rates.push(*rows as f64 / took);
        total += rows;
        // The raw insert runs between the imports, in the same weather.
        if n % 5 == 0 {
            let plain = raw::rows(file)?;
            let took = match &program.database {
                None => raw::sqlite(&bench.work, &plain)?,
                Some(url) => raw::postgres(url, &plain).await?,
            };
            raws.push(plain.len() as f64 / took);
        }
        println!("   {name}: {total} rows, {:.0} rows/s", rates.last().copied().unwrap_or_default());
    }
    let (rate, floor) = (median(&rates), median(&raws));
    let spread =
        |r: &[f64]| format!("{} to {}", number(Times(r.to_vec()).at(0.0)), number(Times(r.to_vec()).max()));
    let files = format!("{} files, {} rows; {}", bench.imports.len(), number(total as f64), spread(&rates));
    report.add(format!("CSV import, {name}"), Must::Above(least), rate, "rows/s", files);
    report.add(format!("raw bulk insert, {name}"), Must::Told, floor, "rows/s", spread(&raws));
    report.add(format!("import ÷ raw insert, {name}"), Must::Above(0.4), rate / floor, "×", "medians");

    let file = bench.work.join("month.xlsx");
    let month = format!("{:04}-{:02}", NEWEST.0, NEWEST.1);
    let rows = province::write_excel(&file, &bench.communes, bench.size.months - 1, &month, 1)?;
    let took = program.run(&["import", path(&file)?]).await?;
    let more = format!("one file, {} corrections of the newest month", number(rows as f64));
    report.add(format!("Excel import, {name}"), Must::Above(least), rows as f64 / took, "rows/s", more);
    let again = program.run(&["import", path(&file)?]).await?;
    report.add(
        format!("the same file again, {name}"),
        Must::Told,
        rows as f64 / again,
        "rows/s",
        "changes nothing",
    );
    Ok(())
}

/// Start, memory, pages.
pub async fn serve(bench: &Bench, program: &Program, report: &mut Report) -> Result<()> {
    let sqlite = program.database.is_none();
    let must = |m: Must| if sqlite { m } else { Must::Told };
    let server = program.serve().await?;
    let more = format!("data folder {} MB", number(folder_mb(&program.data)));
    report.add(
        "start to first answer",
        must(Must::Below(1000.0)),
        server.first_answer_s * 1000.0,
        "ms",
        more,
    );
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = server.memory()?;
    let more = format!("of it its own, no file's pages: {} MB", number(idle.anonymous));
    report.add("memory, idle after the start", must(Must::Below(64.0)), idle.resident, "MB", more);

    let (wall, overview) = (format!("{}/wall", server.base), format!("{}/", server.base));
    let (cold, size) = ask(&server.client, &wall).await?;
    let more = format!("{} kB unpacked", number(size as f64 / 1000.0));
    report.add("the wall, first asker after the start", must(Must::Below(150.0)), cold, "ms", more);
    let (cold, _) = ask(&server.client, &overview).await?;
    report.add("the overview, first asker", must(Must::Below(150.0)), cold, "ms", "");

    let months = province::months(bench.size.months);
    let newest = months.last().cloned().unwrap_or_default();
    let asked = 300;
    let of = |n: usize| {
        let unit = if n % 4 == 0 { province::PLACE } else { &bench.communes[n * 37 % bench.communes.len()] };
        (code(n * 89 % (PACKS * EACH)), unit.to_owned())
    };
    let pages: Vec<String> = (0..asked)
        .map(|n| of(n))
        .map(|(code, unit)| format!("{}/indicators/{code}?unit={unit}", server.base))
        .collect();
    let series: Vec<String> = (0..asked)
        .map(|n| of(n * 7 + 3))
        .map(|(code, unit)| {
            let first = months.first().cloned().unwrap_or_default();
            format!("{}/api/v1/series?indicator={code}&unit={unit}&from={first}&to={newest}", server.base)
        })
        .collect();
    for (what, urls) in [("indicator page", &pages), ("indicator data, 120 months", &series)] {
        let times = in_turn(&server.client, urls).await?;
        let more =
            format!("p50 {}, p99 {}; {asked} different ones", number(times.at(0.5)), number(times.at(0.99)));
        report.add(format!("{what}, any unit, p95"), must(Must::Below(15.0)), times.at(0.95), "ms", more);
    }
    let rate = closed_loop(&server.client, &wall, 8, Duration::from_secs(10)).await;
    report.add("the wall, 8 askers at once", Must::Told, rate, "answers/s", "nothing changes meanwhile");

    let key = bench.key(program, &server).await?;
    let urls = [wall, overview];
    let feed = Feed::begin(&server.base, &key, &bench.communes, 0.01);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let lasting = Duration::from_secs(if bench.quick { 10 } else { 60 });
    let seen = open_loop(&server.client, &urls, 200.0, lasting).await;
    let (sent, refused) = feed.told();
    drop(feed);
    if seen.failed > 0 || refused > 0 {
        return fail(format!("{} pages and {refused} deliveries failed", seen.failed));
    }
    let more = format!(
        "p50 {}, p99 {}, max {}; {} requests, {} figures changed",
        number(seen.times.at(0.5)),
        number(seen.times.at(0.99)),
        number(seen.times.max()),
        seen.times.0.len(),
        sent
    );
    let what = "wall and overview, open loop 200/s while 1 % of figures change each second, p95";
    report.add(what, must(Must::Below(25.0)), seen.times.at(0.95), "ms", more);
    let full = server.memory()?;
    let more = format!("of it its own: {} MB", number(full.anonymous));
    report.add(
        "memory at the size of a province, after all that",
        must(Must::Below(200.0)),
        full.resident,
        "MB",
        more,
    );
    server.stop().await
}

/// Open pages.
pub async fn pages(bench: &Bench, program: &Program, report: &mut Report) -> Result<()> {
    for (pages, changes) in [(1000, 20), (5000, 5)] {
        let server = program.serve().await?;
        let key = bench.key(program, &server).await?;
        let seen = fan::measure(&server, &key, &bench.communes[0], pages, changes).await?;
        let more = format!(
            "p50 {}, p99 {}; {} changes, {} not heard; memory {} MB",
            number(seen.times.at(0.5)),
            number(seen.times.at(0.99)),
            seen.changes,
            seen.missed,
            number(seen.memory_mb)
        );
        let slowest = if seen.missed > 0 { f64::INFINITY } else { seen.times.max() };
        let must = if pages == 1000 { Must::Below(1000.0) } else { Must::Told };
        report.add(format!("one change → {} open pages, the slowest", seen.pages), must, slowest, "ms", more);
        server.stop().await?;
    }
    Ok(())
}

/// The three questions that the rival is asked too.
pub async fn questions(bench: &Bench, program: &Program, report: &mut Report) -> Result<()> {
    let server = program.serve().await?;
    let months = province::months(bench.size.months);
    let (first, newest) =
        (months.first().cloned().unwrap_or_default(), months.last().cloned().unwrap_or_default());
    let codes = wall_codes();
    let (place, base) = (province::PLACE, &server.base);
    let wall = format!("{base}/api/v1/figures?unit={place}&period={newest}&indicator={}", codes.join(","));
    let line = |unit: &str| {
        format!("{base}/api/v1/series?indicator={}&unit={unit}&from={first}&to={newest}", codes[0])
    };
    let map = format!("{base}/api/v1/figures?unit={place}&below=true&period={newest}&indicator={}", codes[0]);
    let asked = [vec![wall.clone()], vec![line(place), line(&bench.communes[0])], vec![map]];
    for (urls, what) in asked.iter().zip(QUESTIONS) {
        let (mut times, mut size, mut cold) = (Times::default(), 0, 0.0);
        for round in 0..=ASKS {
            let (mut whole, mut bytes) = (0.0, 0);
            for url in urls {
                let (took, length) = ask(&server.client, url).await?;
                (whole, bytes) = (whole + took, bytes + length);
            }
            size = bytes;
            if round == 0 { cold = whole } else { times.0.push(whole) }
        }
        let more = format!(
            "p95 {}; first {}; {} kB",
            number(times.at(0.95)),
            number(cold),
            number(size as f64 / 1000.0)
        );
        report.add(what, Must::Told, times.at(0.5), "ms", more);
    }
    let rate = closed_loop(&server.client, &wall, 8, Duration::from_secs(20)).await;
    report.add("Q1, 8 askers at once", Must::Told, rate, "answers/s", "");
    let memory = server.memory()?;
    report.add("memory", Must::Told, memory.resident, "MB", "");
    report.add("start to first answer", Must::Told, server.first_answer_s * 1000.0, "ms", "");
    server.stop().await
}

fn path(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| "a path that is no text".into())
}

/// Makes the files of a size.
pub fn make(work: &Path, communes: &[String], size: Size) -> Result<Vec<(std::path::PathBuf, usize)>> {
    std::fs::create_dir_all(work)?;
    province::write_packs(&work.join("packs"))?;
    province::write_imports(work, communes, size)
}
