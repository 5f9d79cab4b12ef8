//! A million cases: how they are listed, searched, opened and shown, how reports come in, and Redmine beside.

mod asks;
mod fill;
mod intake;
mod million;

use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::Value as Json;
use tokio::process::Command;

use crate::load::ask;
use crate::numbers::Times;
use crate::program::{Program, Server};
use crate::report::{Must, Report, number};
use crate::rivals::figure;
use crate::{Bench, Result, fail};
use asks::{Picks, WORDS};
use fill::Into;
use million::{Million, RARE};

const PASSWORD: &str = "đo cho đúng rồi hãy nói 2026";

fn person() -> Result<Client> {
    let client = Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none());
    Ok(client.timeout(Duration::from_secs(60)).build()?)
}

async fn post(client: &Client, server: &Server, path: &str, form: &[(&str, &str)]) -> Result<()> {
    let request = client.post(format!("{}{path}", server.base)).header("origin", &server.base).form(form);
    let answer = request.send().await?;
    match answer.status().as_u16() {
        303 => Ok(()),
        status => fail(format!("POST {path} answered {status}: {}", answer.text().await?)),
    }
}

async fn sign_in(server: &Server, name: &str) -> Result<Client> {
    let client = person()?;
    post(&client, server, "/sign-in", &[("sign_in", name), ("password", PASSWORD), ("back", "/me")]).await?;
    Ok(client)
}

/// A place with an administrator, an officer of a commune, departments and a million cases.
async fn place(bench: &Bench, program: &Program, report: &mut Report) -> Result<Million> {
    program.run(&["units", "root", crate::province::PLACE]).await?;
    program.run(&["packs", "apply"]).await?;
    program.run(&["units", "agencies", "--template"]).await?;
    let server = program.serve().await?;
    server.key().await?;
    let commune = &bench.communes[0];
    let made = program
        .told(&["user", "create", "can.bo", "Cán bộ đo", "--role", "officer", "--unit", commune])
        .await?;
    let token =
        made.split("token=").nth(1).and_then(|t| t.split_whitespace().next()).ok_or("no invitation")?;
    let taken = [("token", token), ("sign_in", "can.bo"), ("password", PASSWORD), ("again", PASSWORD)];
    post(&person()?, &server, "/invitation", &taken).await?;
    // What the program does once with a new place is behind it.
    tokio::time::sleep(Duration::from_secs(3)).await;
    server.stop().await?;

    let mut into = Into::open(&program.data, program.database.as_deref()).await?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_micros() as i64;
    let count = if bench.quick { 50_000 } else { 1_000_000 };
    let million = into.refer(count, &bench.communes, now).await?;
    let start = Instant::now();
    into.fill(&million).await?;
    let took = start.elapsed().as_secs_f64();
    report.add("cases put into the tables by the bench", Must::Told, count as f64 / took, "cases/s", "");
    Ok(million)
}

/// An empty database of its own in the server of `url`.
pub async fn database(url: &str, name: &str) -> Result<String> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    let driving = tokio::spawn(connection);
    client.batch_execute(&format!("DROP DATABASE IF EXISTS {name}")).await?;
    client.batch_execute(&format!("CREATE DATABASE {name}")).await?;
    drop(client);
    driving.await??;
    let (server, _) = url.rsplit_once('/').ok_or("no database in the address of the server")?;
    Ok(format!("{server}/{name}"))
}

/// The questions of one reader.
async fn asked(
    client: &Client,
    server: &Server,
    times: usize,
    questions: impl Fn(usize) -> Vec<(&'static str, String)>,
    report: &mut Report,
) -> Result<()> {
    for (at, (name, _)) in questions(0).into_iter().enumerate() {
        let (mut seen, mut size) = (Times::default(), 0);
        for n in 0..=times {
            let url = format!("{}{}", server.base, questions(n)[at].1);
            let (took, bytes) = ask(client, &url).await?;
            // The first has read nothing yet.
            if n > 0 {
                seen.0.push(took);
            }
            size = size.max(bytes);
        }
        let more = format!(
            "p50 {}, max {}; at most {} kB unpacked",
            number(seen.at(0.5)),
            number(seen.max()),
            number(size as f64 / 1000.0)
        );
        report.add(format!("`{name}`, p95"), Must::Below(100.0), seen.at(0.95), "ms", more);
    }
    Ok(())
}

/// Lists, search, cases, the map; then reports that come in.
pub async fn measure(
    bench: &Bench,
    program: &Program,
    fsync: &Times,
    report: &mut Report,
) -> Result<Million> {
    let million = place(bench, program, report).await?;
    let server = program.serve().await?;
    let desk = sign_in(&server, "may.do").await?;
    let times = if bench.quick { 10 } else { 60 };
    let picks = |n: usize| Picks::of(&million, n);
    // Every second is a later page.
    let page = |n: usize, all: Vec<(&'static str, String)>| {
        let after = million.count / 10 + (n as i64 * 7_919) % (million.count / 2);
        let later = |(name, url): (&'static str, String)| match n % 2 == 1 && url.contains("tab=closed") {
            true => (name, format!("{url}&after={after}")),
            false => (name, url),
        };
        all.into_iter().map(later).collect::<Vec<_>>()
    };
    asked(&desk, &server, times, |n| page(n, asks::console(&picks(n))), report).await?;
    asked(&desk, &server, times, |n| asks::more(&picks(n)), report).await?;
    let officer = sign_in(&server, "can.bo").await?;
    asked(&officer, &server, times, |n| page(n, asks::officer()), report).await?;

    let mut opened = Times::default();
    for n in 0..200_i64 {
        let number = 1 + n * 4_999 % million.count;
        let code = million.code(number);
        let (took, _) = ask(&desk, &format!("{}/cases/{code}", server.base)).await?;
        opened.0.push(took);
    }
    let more = format!("p50 {}, max {}; 200 different ones", number(opened.at(0.5)), number(opened.max()));
    report.add("opening a case, p95", Must::Below(10.0), opened.at(0.95), "ms", more);
    map(&server, report).await?;
    let memory = server.memory()?;
    let more = format!("of it its own: {} MB", number(memory.anonymous));
    report.add("memory after all that", Must::Told, memory.resident, "MB", more);
    server.stop().await?;
    intake::measure(bench, program, &million, fsync, report).await?;
    Ok(million)
}

/// The public map, as it comes over the wire.
async fn map(server: &Server, report: &mut Report) -> Result<()> {
    let wire = Client::builder().no_gzip().build()?;
    let url = format!("{}/api/v1/reports/map", server.base);
    let start = Instant::now();
    let answer = wire.get(&url).header("accept-encoding", "gzip").send().await?;
    let packed = answer.headers().get("content-encoding").is_some();
    let size = answer.bytes().await?.len() as f64 / 1000.0;
    let took = start.elapsed().as_secs_f64() * 1000.0;
    let told: Json = server.client.get(&url).send().await?.json().await?;
    let count = told["seq"].as_array().map_or(0, Vec::len);
    let all = if told["all"] == true { "all of them" } else { "NOT all of them" };
    let more = format!("{} cases, {all}; {} ms; packed: {packed}", number(count as f64), number(took));
    let size = if told["all"] == true { size } else { f64::INFINITY };
    report.add("the public map with every open case, over the wire", Must::Below(300.0), size, "kB", more);
    Ok(())
}

/// Redmine on the same cases in the same server: the same questions, one after the other.
pub async fn redmine(bench: &Bench, program: &Program, million: &Million, report: &mut Report) -> Result<()> {
    let url = program.database.as_deref().ok_or("Redmine is measured on PostgreSQL")?;
    let scripts = bench.root.join("bench/redmine");
    let out = bench.work.join("redmine.json");
    let picks = Picks::of(million, 1);
    let times = if bench.quick { 3 } else { 10 };
    let server = program.serve().await?;
    let desk = sign_in(&server, "may.do").await?;
    let mut ours = Vec::new();
    for (name, path) in asks::console(&picks) {
        let mut seen = Times::default();
        for n in 0..=times * 2 {
            let (took, _) = ask(&desk, &format!("{}{path}", server.base)).await?;
            if n > 0 {
                seen.0.push(took);
            }
        }
        ours.push((name, seen));
    }
    server.stop().await?;
    // As PostgreSQL writes a uuid.
    let hex: String = million.handlers[0].iter().map(|b| format!("{b:02x}")).collect();
    let handler = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-");
    let status = Command::new("python3")
        .arg(scripts.join("rival.py"))
        .args(["--postgres", url, "--place", &picks.place.to_string(), "--agency", &picks.agency.to_string()])
        .args(["--category", &picks.category, "--handler", &handler, "--words", WORDS, "--rare-word", RARE])
        .args(["--times", &times.to_string()])
        .arg("--out")
        .arg(&out)
        .kill_on_drop(true)
        .status()
        .await?;
    if !status.success() {
        return fail("Redmine could not be measured");
    }
    let seen: Json = serde_json::from_str(&std::fs::read_to_string(out)?)?;
    let mut least = f64::INFINITY;
    for (name, own) in &ours {
        let p50 = figure(&seen, &format!("/questions/{name}/p50_ms"));
        let ratio = p50 / own.at(0.5);
        least = least.min(ratio);
        let more = format!(
            "Redmine {} ms (p95 {}), ours {} ms, medians",
            number(p50),
            number(figure(&seen, &format!("/questions/{name}/p95_ms"))),
            number(own.at(0.5))
        );
        report.add(format!("`{name}`, Redmine ÷ ours"), Must::Above(5.0), ratio, "×", more);
    }
    report.add("the least of them", Must::Above(5.0), least, "×", "");
    Ok(())
}
