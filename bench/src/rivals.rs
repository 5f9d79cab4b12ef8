//! What is measured by other programs: a browser, and Apache Superset.

use serde_json::Value;
use tokio::process::Command;

use crate::program::Program;
use crate::province::code;
use crate::report::{Must, Report, number};
use crate::{Bench, Result, fail, province};

/// The three questions, as the table calls them.
pub const QUESTIONS: [&str; 3] = [
    "Q1 the wall: 48 figures of the province",
    "Q2 an indicator: 120 months of two units",
    "Q3 the map: 103 communes",
];
/// How often each is asked.
pub const ASKS: usize = 50;

/// The indicators of the first question: sums, so that the rival can check them.
pub fn wall_codes() -> Vec<String> {
    (0..48).map(|n| code(n * 10)).collect()
}

/// Runs a script that prints JSON as its last line.
async fn last_line(command: &mut Command) -> Result<Value> {
    let output = command.kill_on_drop(true).output().await?;
    if !output.status.success() {
        return fail(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(serde_json::from_str(text.lines().last().unwrap_or_default())?)
}

pub fn figure(from: &Value, name: &str) -> f64 {
    from.pointer(name).and_then(Value::as_f64).unwrap_or(f64::NAN)
}

/// The wall and the map in a real browser.
pub async fn browser(bench: &Bench, program: &Program, report: &mut Report) -> Result<()> {
    let server = program.serve().await?;
    let script = bench.root.join("bench/browser.mjs");
    let seen = last_line(Command::new("node").arg(script).arg(&server.base)).await?;
    let more = format!(
        "median of {} cold loads on a warm server, max {}; drawn at {} (first contentful paint)",
        figure(&seen, "/wall/loads"),
        number(figure(&seen, "/wall/max_ms")),
        number(figure(&seen, "/wall/paint_ms"))
    );
    let what = "the wall, cold cache: figures and SVG map are there";
    report.add(what, Must::Below(800.0), figure(&seen, "/wall/median_ms"), "ms", more);
    let more = format!("{} requests", figure(&seen, "/wall/requests"));
    report.add("the wall, over the wire", Must::Below(300.0), figure(&seen, "/wall/kb"), "kB", more);
    let more = format!(
        "median of {}, max {}; software rendering; {} kB",
        figure(&seen, "/map/loads"),
        number(figure(&seen, "/map/max_ms")),
        number(figure(&seen, "/map/kb"))
    );
    let what = "the interactive map is idle, from the start of the page";
    report.add(what, Must::Below(3500.0), figure(&seen, "/map/median_ms"), "ms", more);
    server.stop().await
}

/// The rival: its own scripts set it up, load the facts and ask, and check every answer against the sums of
/// the facts.
pub async fn superset(bench: &Bench, url: &str, report: &mut Report) -> Result<()> {
    let facts = bench.work.join("facts.csv");
    province::write_facts(&facts, &bench.communes, bench.size)?;
    let out = bench.work.join("superset.json");
    let scripts = bench.root.join("bench/superset");
    let setup = Command::new("bash").arg(scripts.join("setup.sh")).args(["--postgres", url]).output().await?;
    if !setup.status.success() {
        return fail(String::from_utf8_lossy(&setup.stderr).into_owned());
    }
    let place = String::from_utf8(setup.stdout)?;
    let codes = wall_codes();
    let status = Command::new(format!("{}/venv/bin/python", place.trim()))
        .arg(scripts.join("rival.py"))
        .args(["--postgres", url, "--indicator", &codes[0], "--unit", &bench.communes[0]])
        .args(["--wall", &codes.join(","), "--times", &ASKS.to_string()])
        .arg("--facts")
        .arg(&facts)
        .arg("--out")
        .arg(&out)
        .kill_on_drop(true)
        .status()
        .await?;
    std::fs::remove_file(&facts)?;
    if !status.success() {
        return fail("the rival could not be measured");
    }
    let seen: Value = serde_json::from_str(&std::fs::read_to_string(out)?)?;
    for (cache, name) in [("cache_off", "its cache off"), ("cache_on", "its cache on")] {
        for (id, what) in ["wall", "page", "map"].into_iter().zip(QUESTIONS) {
            let at = |f: &str| figure(&seen, &format!("/{cache}/{id}/{f}"));
            let more = format!("p95 {}; {} kB", number(at("p95_ms")), number(at("bytes") / 1000.0));
            report.add(format!("{what}, {name}"), Must::Told, at("p50_ms"), "ms", more);
        }
        let rate = figure(&seen, &format!("/{cache}/wall_closed_loop/per_second"));
        report.add(format!("Q1, 8 askers at once, {name}"), Must::Told, rate, "answers/s", "");
    }
    let more = "proportional set size of its processes, PostgreSQL not counted";
    report.add("memory, idle", Must::Told, figure(&seen, "/cache_off/memory_idle/pss_mb"), "MB", more);
    let more = format!("the first wall then takes {} ms", figure(&seen, "/cache_off/first_wall_ms"));
    report.add("start to first answer", Must::Told, figure(&seen, "/cache_off/start_s") * 1000.0, "ms", more);
    Ok(())
}
