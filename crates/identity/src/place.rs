//! The unit that a person means by what they typed: «92», «92 Thành phố Cần Thơ», «Xã Trần Đề».

use foundation::{Date, Error, Result, error::conflict, error::invalid};
use kit::{Context, UnitId};
use units::{Atlas, Level, Map, Resolution};

fn unknown(text: &str, near: &[String]) -> Error {
    let near = match near {
        [] => String::new(),
        some => format!(" Gần giống: {}.", some.join("; ")),
    };
    invalid("place_unknown", format!("Không rõ «{text}» là nơi nào. Hãy gõ mã hoặc tên đầy đủ.{near}"))
}

fn pick(map: &Map, text: &str, root: UnitId, level: Option<Level>, day: Date) -> Result<UnitId> {
    let text = text.trim();
    let code: String = text.chars().take_while(char::is_ascii_digit).collect();
    let asked = if code.is_empty() { text } else { &code };
    let told = |all: &[units::Found]| -> Vec<String> {
        all.iter().take(5).map(|f| format!("{} {}", f.code, f.name)).collect()
    };
    match map.resolve(asked, root, level, day) {
        Resolution::One(unit) => Ok(unit),
        Resolution::Many(several) => Err(conflict(
            "place_ambiguous",
            format!("«{text}» là tên của nhiều nơi: {}. Hãy gõ mã.", told(&several).join("; ")),
        )),
        Resolution::Closed(old) => Err(unknown(text, &told(&[*old]))),
        Resolution::Unknown(near) => Err(unknown(text, &told(&near))),
    }
}

/// The place that an installation may serve.
pub(crate) fn pick_root(cx: &Context, text: &str) -> Result<UnitId> {
    let map = cx.house.get::<Atlas>()?.map();
    let day = Date::of(cx.clock.now());
    let code: String = text.trim().chars().take_while(char::is_ascii_digit).collect();
    if !code.is_empty() {
        return map.installation(&code, cx.clock.as_ref()).map(|v| v.unit);
    }
    let countries = map.versions().iter().filter(|v| v.level == Level::Country && v.holds_on(day));
    let country = countries.map(|v| v.unit).next().ok_or_else(|| unknown(text, &[]))?;
    // A province is meant before a commune of the same name.
    pick(&map, text, country, Some(Level::Province), day).or_else(|_| pick(&map, text, country, None, day))
}

/// A unit inside the installation.
pub(crate) fn pick_unit(cx: &Context, root: UnitId, text: &str) -> Result<UnitId> {
    let map = cx.house.get::<Atlas>()?.map();
    pick(&map, text, root, None, Date::of(cx.clock.now()))
}

/// What can be chosen below `root`, for the list beside the field: code and name. Nothing below the communes.
pub(crate) fn choices(map: &Map, root: Option<UnitId>, day: Date) -> Vec<(String, String)> {
    let told = |v: &units::Version| (v.code.clone(), v.full_name());
    match root {
        Some(root) => map.on(root, day).into_iter().chain(map.children(root, day)).map(told).collect(),
        None => {
            let mut all: Vec<_> = map
                .versions()
                .iter()
                .filter(|v| v.level == Level::Province && v.holds_on(day))
                .map(told)
                .collect();
            all.sort();
            all
        }
    }
}
