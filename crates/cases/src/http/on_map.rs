//! Cases on maps: communes with how many lie in each, for pages without script; points, as short as can be
//! told, for `<tc-map>`.

use std::collections::{BTreeMap, HashMap};

use foundation::Result;
use kit::{Context, UnitId};
use serde_json::{Value as Json, json};
use units::{Level, Maps};

use super::show::Desk;
use crate::store::lists::Dot;

/// No map has more points: beyond them the newest are shown, and `all` says that some are not.
pub(crate) const MOST: usize = 25_000;

/// A commune of the drawn map.
pub(crate) struct Spot {
    pub link: String,
    pub path: String,
    pub x: f64,
    pub y: f64,
    pub r: f64,
    pub n: i64,
    pub name: String,
}

/// The drawn map.
pub(crate) struct Drawn {
    pub spots: Vec<Spot>,
    /// Whether the boundaries are only nearly right.
    pub approximate: bool,
    /// Where they come from.
    pub source: String,
}

/// Draws the communes of the place with how many cases lie in each.
pub(crate) async fn draw(
    cx: &Context,
    desk: &Desk,
    counts: Vec<(UnitId, i64)>,
    link: impl Fn(UnitId) -> String,
) -> Result<Drawn> {
    let counts: HashMap<UnitId, i64> = counts.into_iter().collect();
    let maps = cx.house.get::<Maps>()?;
    let drawn = maps.draw(&cx.db, &desk.map, desk.root, Level::Commune, desk.today).await?;
    let most = counts.values().copied().max().unwrap_or(1).max(1) as f64;
    let spots = drawn.areas.iter().map(|area| {
        let n = counts.get(&area.unit).copied().unwrap_or(0);
        Spot {
            link: link(area.unit),
            path: area.path.clone(),
            x: area.at.0,
            y: area.at.1,
            // The area of the dot says how many, so the smallest can still be seen.
            r: if n == 0 { 0.0 } else { 10.0 + 26.0 * (n as f64 / most).sqrt() },
            n,
            name: desk.name(area.unit),
        }
    });
    Ok(Drawn { spots: spots.collect(), approximate: drawn.approximate, source: drawn.source.clone() })
}

/// The differences between neighbours; the first from nothing.
fn steps(numbers: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut before = 0;
    numbers
        .map(|n| {
            let step = n - before;
            before = n;
            step
        })
        .collect()
}

/// Points as columns instead of objects, differences instead of numbers, positions in parts of a degree: of
/// each case its number, downwards; where it is; its place in `categories` (letters of the type, id, name).
pub(crate) fn columns(cx: &Context, desk: &Desk, mut dots: Vec<Dot>, scale: f64) -> (Vec<Dot>, Json) {
    let all = dots.len() <= MOST;
    dots.truncate(MOST);
    let mut names: Vec<Json> = Vec::new();
    let mut at: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut categories = Vec::with_capacity(dots.len());
    for dot in &dots {
        let index = *at.entry((dot.kind.as_str(), dot.category.as_str())).or_insert_with(|| {
            let kind = desk.types.find(&dot.kind);
            let name = kind.as_ref().and_then(|k| k.flow.category(&dot.category));
            let letters = kind.as_ref().map_or("", |k| k.flow.code.as_str());
            names.push(json!([letters, dot.category, name.map_or("", |c| c.name.get(cx.lang))]));
            names.len() - 1
        });
        categories.push(index);
    }
    let scaled = |v: f64| (v * scale).round() as i64;
    let body = json!({
        "scale": scale,
        "all": all,
        "categories": names,
        "seq": steps(dots.iter().map(|d| d.seq)),
        "lat": steps(dots.iter().map(|d| scaled(d.lat))),
        "lon": steps(dots.iter().map(|d| scaled(d.lon))),
        "category": categories,
    });
    (dots, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_lead_back_to_the_numbers() {
        let told = steps([900, 897, 897, -4].into_iter());
        assert_eq!(told, [900, -3, 0, -901]);
        let mut sum = 0;
        let back: Vec<i64> = told
            .iter()
            .map(|d| {
                sum += d;
                sum
            })
            .collect();
        assert_eq!(back, [900, 897, 897, -4]);
    }
}
