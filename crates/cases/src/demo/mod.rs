//! Synthetic cases, so that a place can see its console before the first report comes. Each is marked
//! `demo`, counts in no figure, reminds nobody, and one command takes all away.
//!
//! - [`tale`]: what happens to one, through the same rules as a true one, with a clock that is moved;
//! - [`texts`]: what people write;
//! - [`books`]: the registers and the reception days.

mod books;
mod tale;
mod texts;

use foundation::{Date, Instant, Result, error::forbidden};
use kit::{Context, Permission, UnitId, audit};
use serde_json::json;
use storage::{args, settings};
use units::{Atlas, Level};

use crate::actions::{calendars, open_any};
use crate::service::Types;
use crate::{index, store};
use tale::{Chance, Teller};

/// Cases of one commune.
const OF_COMMUNE: u64 = 12;
/// Cases of the whole demo at most: a country has fewer a commune.
const MOST: usize = 6_000;
/// Cases are not older than so many months: the console shows what is in work.
const MOST_MONTHS: i32 = 6;
/// Cases of one transaction.
const CHUNK: usize = 250;
/// The feed moves so often.
const BEAT_S: i64 = 20;
/// The setting that says when it moved last.
const MOVED: &str = "cases.demo.moved";

fn demand_admin(cx: &Context) -> Result<()> {
    match cx.may(Permission::ManagePacks) {
        true => Ok(()),
        false => Err(forbidden("not_permitted", "Chỉ người quản trị tạo, gỡ được vụ việc mẫu.")),
    }
}

/// Makes the cases of `root`, so many months back; those of an earlier demo go first. Says how many.
pub async fn create(cx: &Context, root: UnitId, months: i32) -> Result<usize> {
    demand_admin(cx)?;
    remove(cx).await?;
    let types = cx.house.get::<Types>()?;
    let Some(kind) = types.find(texts::KIND) else { return Ok(0) };
    let (map, now) = (cx.house.get::<Atlas>()?.map(), cx.clock.now());
    let day = Date::of(now);
    let calendars = calendars(cx, &kind, &[])?;
    let teller = Teller { types: &types, kind: &kind, calendars: &calendars, map: &map, root, now };
    let days = i64::from(months.clamp(1, MOST_MONTHS)) * 30;
    let mut communes: Vec<UnitId> = map.below(root, Level::Commune, day).iter().map(|v| v.unit).collect();
    if communes.is_empty() {
        communes.push(root);
    }
    let mut tales = Vec::new();
    for n in 0..OF_COMMUNE {
        for commune in &communes {
            if tales.len() < MOST {
                let mut chance = Chance::of(*commune as u64, n);
                // Newer ones are more: most of what is open came in the last days.
                let age = (days * 86_400) as f64 * chance.fraction().powi(3);
                tales.push(teller.tell(*commune, now.plus_seconds(-(age as i64)), &mut chance)?);
            }
        }
    }
    tales.sort_by_key(|t| t.case.received_at);
    let count = tales.len();
    let actor = cx.actor.audit_name();
    while !tales.is_empty() {
        let rest = tales.split_off(CHUNK.min(tales.len()));
        let mut tx = cx.db.begin().await?;
        let mut lines = Vec::new();
        for tale in &mut tales {
            tale.case.entries = tale.lines.len() as i64;
            store::cases::insert(&mut tx, &mut tale.case, None).await?;
            index::put(&mut tx, &tale.case, &kind).await?;
            lines.extend(tale.rows(&actor));
        }
        let columns = ["seq", "n", "at", "actor", "deed", "step", "state", "shown", "text", "detail"];
        tx.insert_many("case_entry", &columns, lines).await?;
        tx.commit().await?;
        tales = rest;
    }
    let mut tx = cx.db.begin().await?;
    books::create(&mut tx, root, &communes, now).await?;
    audit(&mut tx, cx, "demo.cases", "cases:demo", &json!({"cases": count})).await?;
    tx.commit().await?;
    cx.live.touch_all();
    Ok(count)
}

/// Takes every synthetic case away, with all that hangs on it. Says how many there were.
pub async fn remove(cx: &Context) -> Result<usize> {
    demand_admin(cx)?;
    let mut tx = cx.db.begin().await?;
    let ids: Vec<(i64,)> = tx.all("SELECT seq FROM cases WHERE demo ORDER BY seq", args![]).await?;
    let ids: Vec<i64> = ids.into_iter().map(|r| r.0).collect();
    if books::remove(&mut tx).await? == 0 && ids.is_empty() {
        return Ok(0);
    }
    for id in &ids {
        storage::words::forget(&mut tx, "case_words", *id).await?;
        storage::words::forget(&mut tx, "case_public_words", *id).await?;
    }
    let hanging = [
        "case_entry",
        "case_photo",
        "case_reporter",
        "case_also_reporter",
        "case_receipt",
        "case_support",
        "case_extension",
        "case_asked",
        "case_dispute",
        "case_reminder",
    ];
    for table in hanging.into_iter().chain(["cases"]) {
        let sql = format!("DELETE FROM {table} WHERE seq IN (SELECT value FROM int_list($1))");
        tx.run(&sql, args![ids.clone()]).await?;
    }
    settings::remove(&mut tx, MOVED).await?;
    audit(&mut tx, cx, "demo.cases_remove", "cases:demo", &json!({"cases": ids.len()})).await?;
    tx.commit().await?;
    cx.live.touch_all();
    Ok(ids.len())
}

/// Every twenty seconds a case more, and one moved on. Says whether anything moved. Of several programs on
/// one database one moves it.
pub async fn tick(cx: &Context, root: UnitId) -> Result<bool> {
    let now = cx.clock.now();
    let due = |at: Option<String>| {
        at.and_then(|a| a.parse().ok()).is_none_or(|at| now.since(Instant(at)) >= BEAT_S * 1_000_000)
    };
    let some: Option<(i64,)> =
        cx.db.one("SELECT seq FROM cases WHERE demo ORDER BY seq DESC LIMIT 1", args![]).await?;
    if some.is_none() || !due(settings::get(&cx.db, MOVED).await?) {
        return Ok(false);
    }
    let types = cx.house.get::<Types>()?;
    let Some(kind) = types.find(texts::KIND) else { return Ok(false) };
    let mut tx = cx.db.begin().await?;
    tx.lock(MOVED).await?;
    let row: Option<(String,)> = tx.one("SELECT value FROM setting WHERE key = $1", args![MOVED]).await?;
    if !due(row.map(|r| r.0)) {
        return Ok(false);
    }
    settings::set(&mut tx, cx.clock.as_ref(), MOVED, &now.0.to_string()).await?;
    let (map, calendars) = (cx.house.get::<Atlas>()?.map(), calendars(cx, &kind, &[])?);
    let teller = Teller { types: &types, kind: &kind, calendars: &calendars, map: &map, root, now };
    let mut chance = Chance::of(now.0 as u64, 1);
    let open: Vec<(i64, i64)> = tx
        .all(
            "SELECT seq, CAST(stage AS BIGINT) AS stage FROM cases WHERE demo AND stage IN (0, 1, 2)
             ORDER BY changed_at LIMIT 400",
            args![],
        )
        .await?;
    // The desk of the demo takes in what comes: its list neither empties nor grows without end.
    let waiting = open.iter().filter(|o| o.1 == 0).count();
    if waiting < 60 {
        let communes = map.below(root, Level::Commune, Date::of(now));
        let at = chance.below(communes.len().max(1));
        let commune = communes.get(at).map_or(root, |v| v.unit);
        let mut tale = teller.received(commune, now, &mut chance)?;
        tale.case.entries = tale.lines.len() as i64;
        store::cases::insert(&mut tx, &mut tale.case, None).await?;
        index::put(&mut tx, &tale.case, &kind).await?;
        let columns = ["seq", "n", "at", "actor", "deed", "step", "state", "shown", "text", "detail"];
        tx.insert_many("case_entry", &columns, tale.rows("reporter")).await?;
        crate::events::publish(&mut tx, now, &tale.changed()).await?;
    }
    tx.commit().await?;
    if let Some((id, _)) = open.first() {
        let mut acting = open_any(cx, *id, None).await?;
        if let Some((step, given)) = teller.next_step(&acting.case, &mut chance) {
            let entry = acting.case.take(&kind, step, &given, &calendars, now)?;
            acting.close(cx, &entry).await?;
        }
    }
    Ok(true)
}
