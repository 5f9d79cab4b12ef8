//! What was measured on.

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use crate::Result;
use crate::numbers::Times;

/// The machine in one line, as the kernel tells it.
pub fn told() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|l| l.starts_with(name)).unwrap_or_default();
        line.split(':').nth(1).unwrap_or("?").trim().to_owned()
    };
    let (cpu, memory) = (read("/proc/cpuinfo"), read("/proc/meminfo"));
    let cores = cpu.lines().filter(|l| l.starts_with("processor")).count();
    let kb: f64 = field(&memory, "MemTotal").trim_end_matches(" kB").parse().unwrap_or(0.0);
    format!("{cores} × {}, {:.0} GB of memory", field(&cpu, "model name"), kb / 1048576.0)
}

/// How busy it was with other things: the load average of the last minute.
pub fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("?").to_owned()
}

/// What a durable write of 4 kB costs on the disk under `folder`.
pub fn fsync(folder: &Path) -> Result<Times> {
    let path = folder.join("fsync.probe");
    let mut file = std::fs::File::create(&path)?;
    let block = [7_u8; 4096];
    let mut times = Times::default();
    for _ in 0..200 {
        let start = Instant::now();
        file.write_all(&block)?;
        file.sync_data()?;
        times.0.push(start.elapsed().as_secs_f64() * 1000.0);
    }
    std::fs::remove_file(path)?;
    Ok(times)
}
