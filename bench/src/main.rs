//! Measures the program at the size of a province, from outside, beside raw drivers and a rival, and prints
//! one table.
//!
//! `bench/run` builds what this needs and starts it; see `bench/README.md`.

mod cases;
mod changes;
mod fan;
mod load;
mod machine;
mod numbers;
mod program;
mod province;
mod raw;
mod report;
mod rivals;
mod stages;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use program::{Program, Server};
use province::Size;
use report::{Report, number};

/// Any failure ends the bench: half a table would be believed.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A failure with a sentence.
pub fn fail<T>(why: impl Into<String>) -> Result<T> {
    Err(why.into().into())
}

/// What all stages share.
pub struct Bench {
    /// The repository.
    pub root: PathBuf,
    /// Scratch.
    pub work: PathBuf,
    /// The communes' codes.
    pub communes: Vec<String>,
    /// How much.
    pub size: Size,
    /// The files to import.
    pub imports: Vec<(PathBuf, usize)>,
    /// A short run, to try the bench itself; its figures say nothing.
    pub quick: bool,
    /// The key of each data folder: the first administrator is made once.
    keys: Mutex<Vec<(PathBuf, String)>>,
}

impl Bench {
    /// The key for a server over `program`'s data, made at the first call.
    pub async fn key(&self, program: &Program, server: &Server) -> Result<String> {
        let kept = || self.keys.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, key)) = kept().iter().find(|(data, _)| *data == program.data) {
            return Ok(key.clone());
        }
        let key = server.key().await?;
        kept().push((program.data.clone(), key.clone()));
        Ok(key)
    }
}

/// The words of the command line.
struct Words(Vec<String>);

impl Words {
    fn value(&self, name: &str) -> Option<&str> {
        let at = self.0.iter().position(|w| w == name)?;
        self.0.get(at + 1).map(String::as_str)
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|w| w == name)
    }

    fn stage(&self, name: &str) -> bool {
        self.value("--only").is_none_or(|only| only.split(',').any(|o| o == name))
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let words = Words(std::env::args().skip(1).collect());
    let need = |name: &str| words.value(name).ok_or(format!("{name} is missing: start bench/run"));
    let root = PathBuf::from(need("--root")?);
    let work = PathBuf::from(need("--work")?);
    let quick = words.has("--quick");
    let size = Size { communes: 103, months: if quick { 24 } else { 120 } };
    let communes = province::communes(&root)?;
    if communes.len() != size.communes {
        return fail(format!("{} communes instead of {}", communes.len(), size.communes));
    }
    println!("Making {} figures…", size.communes * size.months * province::PACKS * province::EACH);
    let imports = stages::make(&work, &communes, size)?;
    let bench = Bench { root, work: work.clone(), communes, size, imports, quick, keys: Mutex::default() };

    let mut report = Report::default();
    let path = PathBuf::from(need("--program")?);
    let lite = Program { path: path.clone(), data: work.join("lite"), database: None };
    let big =
        Program { path, data: work.join("big"), database: words.value("--postgres").map(str::to_owned) };
    let load = machine::load();
    let disk = machine::fsync(&work)?;

    if words.stage("lite") {
        report.part("SQLite: coming in");
        stages::fill(&bench, &lite, &mut report).await?;
        report.part("SQLite: going out");
        stages::serve(&bench, &lite, &mut report).await?;
    }
    if words.stage("fan") {
        report.part("SQLite: open pages");
        stages::pages(&bench, &lite, &mut report).await?;
    }
    if words.stage("browser") {
        report.part("In the browser");
        rivals::browser(&bench, &lite, &mut report).await?;
    }
    if big.database.is_some() && words.stage("big") {
        report.part("PostgreSQL: coming in");
        stages::fill(&bench, &big, &mut report).await?;
        report.part("PostgreSQL: going out");
        stages::serve(&bench, &big, &mut report).await?;
        report.part("PostgreSQL: three questions");
        stages::questions(&bench, &big, &mut report).await?;
    }
    let (small, large) = (lite.named("cases"), big.named("cases-big"));
    if words.stage("cases") {
        report.part("Cases, SQLite: a million");
        cases::measure(&bench, &small, &disk, &mut report).await?;
    }
    if let Some(url) = words.value("--postgres")
        && (words.stage("cases") || words.stage("redmine"))
    {
        report.part("Cases, PostgreSQL: the same million");
        let large = large.on(cases::database(url, "toancanh_bench_cases").await?);
        let million = cases::measure(&bench, &large, &disk, &mut report).await?;
        if words.stage("redmine") {
            report.part("Redmine on PostgreSQL: the same million, the same questions");
            cases::redmine(&bench, &large, &million, &mut report).await?;
        }
    }
    if let Some(url) = &big.database
        && words.stage("superset")
    {
        report.part("Apache Superset on PostgreSQL: the same data, the same three questions");
        rivals::superset(&bench, url, &mut report).await?;
    }
    write(&bench, &report, &load, &disk)
}

/// The table as a page.
fn write(bench: &Bench, report: &Report, load: &str, disk: &numbers::Times) -> Result<()> {
    let size = bench.size;
    let cells = size.communes * size.months * province::PACKS * province::EACH;
    let head = format!(
        "Machine: {}; load average before the start: {load}. \
         A durable write of 4 kB on its disk: median {} ms, p95 {} ms.\n\n\
         Data: {} communes × {} indicators × {} months = {} figures.{}\n",
        machine::told(),
        number(disk.at(0.5)),
        number(disk.at(0.95)),
        size.communes,
        province::PACKS * province::EACH,
        size.months,
        number(cells as f64),
        if bench.quick { " A quick run: its figures say nothing." } else { "" },
    );
    let text = head + &report.markdown();
    let path: &Path = &bench.work.join("table.md");
    std::fs::write(path, &text)?;
    println!("\n{text}\nWritten to {}", path.display());
    Ok(())
}
