//! Reports that come in: without photos as fast as they come, and with a photo of 3 MB.

use std::io::Cursor;
use std::sync::Arc;
use std::time::{Duration, Instant};

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};
use reqwest::Client;
use tokio::sync::Mutex;

use super::million::Million;
use crate::numbers::Times;
use crate::program::{Program, Server};
use crate::report::{Must, Report, number};
use crate::{Bench, Result, fail};

/// What came of sending.
#[derive(Debug, Default)]
struct Sent {
    times: Times,
    refused: Vec<String>,
}

/// Hills of grey with the grain of a sensor: 4000 × 3000, about 3 MB, another one for each seed.
fn photo(seed: u32) -> Result<Vec<u8>> {
    let mut grain = seed.wrapping_mul(2_654_435_761) | 1;
    let picture = RgbImage::from_fn(4000, 3000, |x, y| {
        grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let hill = ((x as f32 / 90.0).sin() + (y as f32 / 70.0).cos()) * 50.0 + 120.0;
        let value = hill as u8 + (grain >> 27) as u8;
        Rgb([value, value.saturating_add(20), value.saturating_sub(20)])
    });
    let mut file = Cursor::new(Vec::new());
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut file, 78))?;
    Ok(file.into_inner())
}

/// Another phone each time, behind another address.
fn from(n: usize) -> String {
    format!("{}.{}.{}.{}", 27 + n % 3, 64 + n % 50, n / 250 % 250, 1 + n % 250)
}

async fn open_loop<F>(rate: f64, lasting: Duration, send: impl Fn(usize) -> F) -> (Sent, f64)
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let sent = Arc::new(Mutex::new(Sent::default()));
    let start = tokio::time::Instant::now();
    let mut tasks = Vec::new();
    for n in 0..(rate * lasting.as_secs_f64()) as usize {
        let due = start + Duration::from_secs_f64(n as f64 / rate);
        tokio::time::sleep_until(due).await;
        let (sent, sending) = (sent.clone(), send(n));
        tasks.push(tokio::spawn(async move {
            let refused = sending.await.err();
            let took = due.elapsed().as_secs_f64() * 1000.0;
            let mut sent = sent.lock().await;
            match refused {
                None => sent.times.0.push(took),
                Some(why) => sent.refused.push(why.to_string()),
            }
        }));
    }
    for task in tasks {
        let _ = task.await;
    }
    let took = start.elapsed().as_secs_f64();
    (Arc::into_inner(sent).map(Mutex::into_inner).unwrap_or_default(), took)
}

async fn plain(client: Client, url: String, n: usize, run: u64, category: String, place: i64) -> Result<()> {
    let body = serde_json::json!({
        "key": format!("bench-{run}-{n}-0123456789abcdef"), "device": format!("bench-{run}-{n}"),
        "content": format!("Ổ gà sâu giữa đường số {n}, xe máy hay ngã, đề nghị sửa sớm."),
        "category": category, "place": place, "channel": "app", "phone": format!("09{:08}", n),
    });
    let answer = client.post(url).header("x-forwarded-for", from(n)).json(&body).send().await?;
    match answer.status().as_u16() {
        201 => Ok(()),
        status => fail(format!("{status}: {}", answer.text().await?)),
    }
}

async fn with_photo(client: Client, base: String, n: usize, run: u64, photo: bytes::Bytes) -> Result<()> {
    let size = photo.len() as u64;
    let file = reqwest::multipart::Part::stream_with_length(photo, size)
        .file_name("anh.jpg")
        .mime_str("image/jpeg")?;
    let form = reqwest::multipart::Form::new()
        .text("key", format!("bench-photo-{run}-{n}-0123456789abcdef"))
        .text("content", format!("Rác đổ trước cổng số {n}."))
        .text("category", "waste_pile")
        .part("photo", file);
    let request =
        client.post(format!("{base}/report")).header("x-forwarded-for", from(n)).header("origin", &base);
    let answer = request.multipart(form).send().await?;
    match answer.status().as_u16() {
        303 => Ok(()),
        status => fail(format!("{status}: {}", answer.text().await?.chars().take(2000).collect::<String>())),
    }
}

fn told(report: &mut Report, what: &str, least: f64, sent: &Sent, took: f64, more: &str) -> Result<()> {
    if let Some(why) = sent.refused.first() {
        return fail(format!("{} of {what} were refused, the first: {why}", sent.refused.len()));
    }
    // All that were offered were taken within the time; at the end some are still on their way.
    let more = format!(
        "all {} taken; p50 {}, p95 {}, max {} ms from when each was due; {more}",
        sent.times.0.len(),
        number(sent.times.at(0.5)),
        number(sent.times.at(0.95)),
        number(sent.times.max())
    );
    report.add(what, Must::Above(least * 0.98), sent.times.0.len() as f64 / took, "reports/s", more);
    Ok(())
}

/// Measures both on a server that believes the addresses a proxy tells.
pub async fn measure(
    bench: &Bench,
    program: &Program,
    million: &Million,
    fsync: &Times,
    report: &mut Report,
) -> Result<()> {
    let settings = program.data.join("toancanh.toml");
    std::fs::write(&settings, "behind_proxy = [\"127.0.0.0/8\"]\n")?;
    let done = sent(bench, program, million, fsync, report).await;
    std::fs::remove_file(&settings)?;
    done
}

async fn sent(
    bench: &Bench,
    program: &Program,
    million: &Million,
    fsync: &Times,
    report: &mut Report,
) -> Result<()> {
    let server = program.serve().await?;
    let run = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let lasting = Duration::from_secs(if bench.quick { 5 } else { 30 });
    let client =
        Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(60));
    let client = client.build()?;
    let url = format!("{}/api/v1/reports", server.base);
    for rate in [200.0, 400.0] {
        let (seen, took) = open_loop(rate, lasting, |n| {
            let place = million.communes[n % million.communes.len()];
            let n = n + rate as usize * 1_000_000;
            plain(client.clone(), url.clone(), n, run, "road_hole".to_owned(), place)
        })
        .await;
        let more = format!("a durable write of 4 kB takes {} ms (median)", number(fsync.at(0.5)));
        match rate {
            200.0 => told(report, "reports without photos, 200/s offered", rate, &seen, took, &more)?,
            // How much more there is, for who plans.
            _ if seen.refused.is_empty() => {
                let more = format!("p95 {} ms", number(seen.times.at(0.95)));
                let taken = seen.times.0.len() as f64 / took;
                report.add("reports without photos, 400/s offered", Must::Told, taken, "reports/s", more);
            }
            _ => {}
        }
    }
    let photos: Vec<bytes::Bytes> = (0..12).map(|n| Ok(photo(n)?.into())).collect::<Result<_>>()?;
    let weight = photos.iter().map(bytes::Bytes::len).sum::<usize>() as f64 / photos.len() as f64 / 1e6;
    let (seen, took) = open_loop(10.0, lasting, |n| {
        with_photo(client.clone(), server.base.clone(), n, run, photos[n % photos.len()].clone())
    })
    .await;
    let memory = server.memory()?;
    let more = format!("a photo of {} MB each; memory then {} MB", number(weight), number(memory.resident));
    told(report, "reports with a photo, 10/s offered", 10.0, &seen, took, &more)?;
    drawn(&server, program, seen.times.0.len(), report).await?;
    server.stop().await
}

/// Until every photo was drawn small.
async fn drawn(server: &Server, program: &Program, count: usize, report: &mut Report) -> Result<()> {
    let start = Instant::now();
    let sql = "SELECT COUNT(*) FROM case_photo WHERE thumb IS NULL";
    loop {
        let left: i64 = match &program.database {
            None => {
                rusqlite::Connection::open(program.data.join("main.db"))?.query_row(sql, [], |r| r.get(0))?
            }
            Some(url) => {
                let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
                tokio::spawn(connection);
                client.query_one(sql, &[]).await?.get(0)
            }
        };
        if left == 0 {
            break;
        }
        if start.elapsed() > Duration::from_secs(900) {
            return fail(format!("{left} photos were not drawn in a quarter of an hour"));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let more =
        format!("{count} photos, two pictures of each; memory then {} MB", number(server.memory()?.resident));
    let took = start.elapsed().as_secs_f64();
    report.add("the last photo is drawn small, after the last was taken", Must::Told, took, "s", more);
    Ok(())
}
