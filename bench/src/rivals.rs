//! What is measured by other programs: a browser, and Apache Superset.

use serde_json::Value;
use tokio::process::Command;

use crate::program::Program;
use crate::report::{Must, Report, number};
use crate::{Bench, Result, fail, province};

/// Runs a script that prints JSON as its last line.
async fn last_line(command: &mut Command) -> Result<Value> {
    let output = command.kill_on_drop(true).output().await?;
    if !output.status.success() {
        return fail(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(serde_json::from_str(text.lines().last().unwrap_or_default())?)
}

fn figure(from: &Value, name: &str) -> f64 {
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

/// The rival.
pub async fn superset(bench: &Bench, url: &str, report: &mut Report) -> Result<()> {
    let facts = bench.work.join("facts.csv");
    province::write_facts(&facts, &bench.communes, bench.size)?;
    let out = bench.work.join("superset.json");
    let place = bench.root.join("bench/superset");
    let status = Command::new("bash")
        .arg(place.join("rival.sh"))
        .args(["--postgres", url, "--facts"])
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
    let questions = [
        ("q1", "Q1 the wall: 48 figures of the province"),
        ("q2", "Q2 an indicator: 120 months"),
        ("q3", "Q3 the map: 103 communes"),
    ];
    for (id, what) in questions {
        for (cache, name) in [("cache_off", "its cache off"), ("cache_on", "its cache on")] {
            let at = |f: &str| figure(&seen, &format!("/{id}/{cache}/{f}"));
            let more = format!("p95 {}; {} kB", number(at("p95_ms")), number(at("bytes") / 1000.0));
            report.add(format!("{what}, {name}"), Must::Told, at("p50_ms"), "ms", more);
        }
    }
    report.add("Q1, 8 askers at once, its cache off", Must::Told, figure(&seen, "/rate_q1"), "answers/s", "");
    report.add("memory", Must::Told, figure(&seen, "/memory_mb"), "MB", "");
    report.add("start to first answer", Must::Told, figure(&seen, "/start_ms"), "ms", "");
    Ok(())
}
