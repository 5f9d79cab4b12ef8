//! Take the demo away: the only place where history is deleted, and only that of sources marked as demo.
//!
//! Who: an admin or the command line. All in one transaction: values, what is shown, targets, deliveries, the
//! source itself. Where a real source stands behind a made-up value, its value is shown again.

use foundation::{Result, error::forbidden};
use kit::{Context, Permission, audit};
use serde_json::json;
use storage::{args, settings};

use super::SETTING;
use super::live::TICK;
use crate::engine::Engine;
use crate::events::{CHANGED, Changed, TARGETS_CHANGED, TargetsChanged};

/// Whether the figures are those of the demo.
pub async fn is_demo(cx: &Context) -> Result<bool> {
    Ok(settings::get(&cx.db, SETTING).await?.is_some())
}

/// Takes the demo away. Says how many values there were.
pub async fn remove(cx: &Context) -> Result<u64> {
    if !cx.may(Permission::ManagePacks) {
        return Err(forbidden("not_permitted", "Chỉ người quản trị bỏ được số liệu mẫu."));
    }
    let now = cx.clock.now();
    let mut tx = cx.db.begin().await?;
    tx.lock("indicators.observation").await?;
    let touched: Vec<(i64, i32, i32, i32)> = tx
        .all(
            "SELECT CAST(indicator AS BIGINT), calendar, MIN(period), MAX(period) FROM observation
             WHERE source IN (SELECT id FROM source WHERE demo = TRUE)
             GROUP BY indicator, calendar
             ORDER BY 1, 2, 3, 4",
            args![],
        )
        .await?;
    tx.run("DELETE FROM current_value WHERE source IN (SELECT id FROM source WHERE demo = TRUE)", args![])
        .await?;
    let rows = tx
        .run("DELETE FROM observation WHERE source IN (SELECT id FROM source WHERE demo = TRUE)", args![])
        .await?;
    // What is left is real: of each key the newest word of every source, the first source that has a value.
    tx.run(
        "INSERT INTO current_value (indicator, calendar, period, unit, dims, source, precedence, value,
            estimated, known_at)
         SELECT indicator, calendar, period, unit, dims, source, precedence, value, estimated, known_at FROM (
            SELECT o.indicator AS indicator, o.calendar AS calendar, o.period AS period, o.unit AS unit,
                o.dims AS dims, o.source AS source, p.precedence AS precedence, o.value AS value,
                o.estimated AS estimated, o.known_at AS known_at,
                ROW_NUMBER() OVER (PARTITION BY o.indicator, o.calendar, o.period, o.unit, o.dims
                    ORDER BY CASE WHEN o.value IS NULL THEN 1 ELSE 0 END, p.precedence, o.source) AS place
            FROM observation o JOIN source p ON p.id = o.source
            WHERE o.revision = (SELECT MAX(m.revision) FROM observation m
                    WHERE m.indicator = o.indicator AND m.calendar = o.calendar AND m.period = o.period
                        AND m.unit = o.unit AND m.dims = o.dims AND m.source = o.source)
                AND NOT EXISTS (SELECT 1 FROM current_value c
                    WHERE c.indicator = o.indicator AND c.calendar = o.calendar AND c.period = o.period
                        AND c.unit = o.unit AND c.dims = o.dims)) best
         WHERE place = 1",
        args![],
    )
    .await?;
    let planned: Vec<(i64,)> =
        tx.all("SELECT DISTINCT CAST(indicator AS BIGINT) FROM target WHERE demo = TRUE", args![]).await?;
    let targets = tx.run("DELETE FROM target WHERE demo = TRUE", args![]).await?;
    tx.run("DELETE FROM batch WHERE source IN (SELECT id FROM source WHERE demo = TRUE)", args![]).await?;
    tx.run("DELETE FROM source WHERE demo = TRUE", args![]).await?;
    settings::remove(&mut tx, SETTING).await?;
    settings::remove(&mut tx, TICK).await?;
    if !touched.is_empty() {
        tx.publish(now, CHANGED, &Changed { batch: None, source: None, touched }.to_json()).await?;
    }
    if !planned.is_empty() {
        let event = TargetsChanged::of(planned.into_iter().map(|p| p.0));
        tx.publish(now, TARGETS_CHANGED, &event.to_json()).await?;
    }
    let detail = json!({ "values": rows, "targets": targets });
    audit(&mut tx, cx, "demo.remove", "source:demo", &detail).await?;
    tx.commit().await?;
    let engine = cx.house.get::<Engine>()?;
    engine.reload_sources().await?;
    engine.forget_all();
    Ok(rows)
}
