//! The program under measurement: commands that end, and a server that is asked over HTTP.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::{Result, fail};

/// Where the program is, where its data, and in which database.
#[derive(Debug, Clone)]
pub struct Program {
    /// The binary.
    pub path: PathBuf,
    /// `--data`.
    pub data: PathBuf,
    /// `--database`, when it is PostgreSQL.
    pub database: Option<String>,
}

impl Program {
    /// The same program with a data folder of another name beside it, in no other database.
    pub fn named(&self, name: &str) -> Program {
        Program { path: self.path.clone(), data: self.data.with_file_name(name), database: None }
    }

    /// The same program in a database.
    pub fn on(self, database: String) -> Program {
        Program { database: Some(database), ..self }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.args(words).arg("--data").arg(&self.data).env("NO_COLOR", "1").kill_on_drop(true);
        if let Some(url) = &self.database {
            command.arg("--database").arg(url);
        }
        command
    }

    /// Runs a command to its end; gives the seconds it took.
    pub async fn run(&self, words: &[&str]) -> Result<f64> {
        let start = Instant::now();
        self.told(words).await?;
        Ok(start.elapsed().as_secs_f64())
    }

    /// Runs a command to its end; gives what it said.
    pub async fn told(&self, words: &[&str]) -> Result<String> {
        let output = self.command(words).output().await?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned()
                + &String::from_utf8_lossy(&output.stdout);
            return fail(format!("{words:?} failed: {said}"));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Starts the server and waits until it answers.
    pub async fn serve(&self) -> Result<Server> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let start = Instant::now();
        let mut child = self
            .command(&["serve", "--listen", &address])
            .env("TOANCANH_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let base = format!("http://{address}");
        let client = reqwest::Client::builder().timeout(Duration::from_secs(60)).build()?;
        loop {
            if let Ok(answer) = client.get(format!("{base}/health")).send().await
                && answer.status().is_success()
            {
                break;
            }
            if start.elapsed() > Duration::from_secs(60) || child.try_wait()?.is_some() {
                return fail("the server did not start");
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let first_answer_s = start.elapsed().as_secs_f64();
        let mut link = None;
        while let Ok(Ok(Some(line))) =
            tokio::time::timeout(Duration::from_millis(300), lines.next_line()).await
        {
            if let Some(at) = line.find("/first-run?token=") {
                link = Some(line[at..].trim().to_owned());
            }
        }
        // What it says later is read and dropped, so that it never waits for us.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Server { child, base, client, link, first_answer_s })
    }
}

/// A running server.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub base: String,
    /// Keeps its connections.
    pub client: reqwest::Client,
    /// The one-time link of the first administrator.
    pub link: Option<String>,
    /// From the start to the first answer of `/health`.
    pub first_answer_s: f64,
}

/// Memory of a process, in MB.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Everything resident, pages of mapped files too.
    pub resident: f64,
    /// What is the process's alone and not a file's page.
    pub anonymous: f64,
}

impl Server {
    /// Its memory, from `/proc/PID/smaps_rollup`.
    pub fn memory(&self) -> Result<Memory> {
        let pid = self.child.id().ok_or("the server ended")?;
        let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
        let of = |name: &str| {
            let line = text.lines().find(|l| l.starts_with(name));
            line.and_then(|l| l.split_whitespace().nth(1)).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0)
                / 1024.0
        };
        Ok(Memory { resident: of("Rss:"), anonymous: of("Anonymous:") })
    }

    /// Makes the first administrator and a key that may write figures everywhere; gives the key.
    pub async fn key(&self) -> Result<String> {
        let token = self.link.as_deref().and_then(|l| l.split('=').nth(1)).ok_or("no one-time link")?;
        let password = "đo cho đúng rồi hãy nói 2026";
        let people = reqwest::Client::builder()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let post = async |path: &str, form: &[(&str, &str)], wanted: u16| -> Result<String> {
            let request = people.post(format!("{}{path}", self.base)).header("origin", &self.base).form(form);
            let answer = request.send().await?;
            let status = answer.status().as_u16();
            let text = answer.text().await?;
            if status == wanted { Ok(text) } else { fail(format!("POST {path} answered {status}: {text}")) }
        };
        let person = [
            ("token", token),
            ("place", crate::province::PLACE),
            ("name", "Máy đo"),
            ("sign_in", "may.do"),
            ("password", password),
            ("again", password),
        ];
        post("/first-run", &person, 303).await?;
        post("/sign-in", &[("sign_in", "may.do"), ("password", password), ("back", "/me")], 303).await?;
        let key = [("name", "bench"), ("unit", crate::province::PLACE), ("packs", ""), ("last_day", "")];
        let page = post("/keys", &key, 201).await?;
        let found = page.split("class=\"secret\"").nth(1).and_then(|rest| rest.split("value=\"").nth(1));
        Ok(found.and_then(|rest| rest.split('"').next()).ok_or("no key on the page")?.to_owned())
    }

    /// Asks it to stop, and waits.
    pub async fn stop(mut self) -> Result<()> {
        if let Some(pid) = self.child.id() {
            Command::new("kill").arg(pid.to_string()).status().await?;
        }
        if tokio::time::timeout(Duration::from_secs(20), self.child.wait()).await.is_err() {
            self.child.kill().await?;
        }
        Ok(())
    }
}

/// The size of a folder, in MB.
pub fn folder_mb(folder: &Path) -> f64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0.0 };
    entries
        .flatten()
        .map(|e| match e.metadata() {
            Ok(m) if m.is_dir() => folder_mb(&e.path()),
            Ok(m) => m.len() as f64 / 1e6,
            Err(_) => 0.0,
        })
        .sum()
}
