//! A choropleth: the communes below a place in one period, drawn as SVG. A state is never told by colour
//! alone: bad areas are hatched, missing ones dotted, and every area says its value.

use std::collections::HashMap;
use std::fmt::Write;

use foundation::{Lang, Period, Result};
use kit::{House, State, UnitId};
use units::boundaries::DrawnMap;
use units::{Level, Map, Maps};
use web::svg::escape;

use crate::definition::Indicator;
use crate::engine::roll::Point;
use crate::engine::{Asked, Engine};
use crate::grades::Grades;
use crate::show;

/// What is to be drawn. The areas are those of today; a period before one of them was made has its restated
/// value.
pub(crate) struct Question<'a> {
    pub(crate) house: &'a House,
    pub(crate) engine: &'a Engine,
    pub(crate) indicator: &'a Indicator,
    pub(crate) period: Period,
    pub(crate) asked: Asked,
    pub(crate) lang: Lang,
    /// Before its time an area has no value, instead of a restated one.
    pub(crate) then: bool,
}

/// A drawn map and what stands beside it.
pub(crate) struct Choropleth {
    pub(crate) svg: String,
    pub(crate) legend: Vec<Step>,
    pub(crate) hatches: String,
    /// «101/103 đơn vị báo số».
    pub(crate) status: String,
    pub(crate) approximate: bool,
    pub(crate) source: String,
    /// The unit that stands farthest from its target, and its value.
    pub(crate) worst: Option<(String, String)>,
}

/// A step of the legend.
pub(crate) struct Step {
    pub(crate) class: &'static str,
    pub(crate) fill: String,
    pub(crate) label: String,
    pub(crate) word: String,
}

/// What one area shows.
#[derive(Debug, Clone)]
pub(crate) struct Shade {
    pub(crate) state: State,
    /// The word of the state.
    pub(crate) word: String,
    /// Only of a statutory palette.
    pub(crate) color: Option<String>,
    /// The value with its measure.
    pub(crate) text: String,
    value: f64,
    distance: f64,
}

impl Shade {
    /// The value, where it is neither rated nor has a colour by law: such values are told apart by size.
    pub(crate) fn unrated(&self) -> Option<f64> {
        (self.state == State::None && self.color.is_none()).then_some(self.value)
    }

    /// The value, with the word of its state where it is rated.
    fn said(&self) -> String {
        match self.state {
            State::None => self.text.clone(),
            _ => format!("{}, {}", self.text, self.word),
        }
    }
}

impl Question<'_> {
    fn t(&self, key: &str) -> String {
        self.house.words.say(self.lang, key, &[])
    }

    /// What a unit shows in a period; `None` when it told nothing.
    pub(crate) async fn shade(&self, unit: UnitId, period: Period, point: &Point) -> Result<Option<Shade>> {
        let map = self.engine.atlas().map();
        let unborn = self.then && map.history(unit).first().is_some_and(|v| period.last_day() < v.valid_from);
        let Some(value) = point.value.filter(|_| !unborn).map(|v| self.indicator.rounded(v)) else {
            return Ok(None);
        };
        let target = self.engine.target(self.indicator, unit, period, self.asked.as_known).await?;
        let state = self.indicator.state(Some(value), target);
        let number = show::number(value, self.indicator.def.decimals, self.lang);
        Ok(Some(Shade {
            state,
            word: show::state(state, &self.house.words, self.lang).to_lowercase(),
            color: self.indicator.band(value).and_then(|b| b.color.clone()),
            text: format!("{number} {}", self.indicator.def.unit.get(self.lang)).trim_end().to_owned(),
            value,
            distance: target.map_or(0.0, |t| (value - t).abs()),
        }))
    }

    /// «101/103 đơn vị báo số».
    pub(crate) fn status(&self, reported: usize, expected: usize) -> String {
        let counts = [("reported", (reported as i64).into()), ("expected", (expected as i64).into())];
        self.house.words.say(self.lang, "map-status", &counts)
    }

    /// The map; `None` where no unit below has values of its own or none has a boundary.
    pub(crate) async fn draw(&self) -> Result<Option<Choropleth>> {
        let map = self.engine.atlas().map();
        let (indicator, today) = (self.indicator, self.asked.today);
        let units = self.engine.parts_of(indicator, self.asked.unit, today);
        if units.is_empty() {
            return Ok(None);
        }
        let maps = self.house.get::<Maps>()?;
        let drawn = maps.draw(self.engine.db(), &map, self.asked.unit, Level::Commune, today).await?;
        if drawn.areas.is_empty() {
            return Ok(None);
        }
        let mut shades: HashMap<UnitId, Shade> = HashMap::new();
        let mut worst: Option<(f64, UnitId)> = None;
        for (unit, point) in self.engine.each(indicator, &units, self.period, &self.asked).await? {
            let Some(shade) = self.shade(unit, self.period, &point).await? else { continue };
            if shade.state == State::Bad && worst.is_none_or(|(far, _)| shade.distance > far) {
                worst = Some((shade.distance, unit));
            }
            shades.insert(unit, shade);
        }
        let id = format!("m{}", indicator.id);
        let grades = Grades::of(shades.values().filter_map(Shade::unrated));
        let rated = shades.values().any(|s| s.state != State::None);
        Ok(Some(Choropleth {
            svg: self.svg(&id, &drawn, &shades, &grades, &map),
            legend: self.legend(&id, rated, &grades),
            hatches: patterns(&format!("{id}l")),
            status: self.status(shades.len(), units.len()),
            approximate: drawn.approximate,
            source: drawn.source.clone(),
            worst: worst.and_then(|(_, unit)| {
                let shade = shades.get(&unit)?;
                Some((map.name(unit, today), shade.said()))
            }),
        }))
    }

    fn svg(
        &self,
        id: &str,
        drawn: &DrawnMap,
        shades: &HashMap<UnitId, Shade>,
        grades: &Grades,
        map: &Map,
    ) -> String {
        let title = self.indicator.def.name.get(self.lang);
        let label = format!("{title}, {}", show::period(self.period, self.lang));
        let missing = self.t("map-missing");
        let mut svg = format!(
            "<svg class=\"choro\" viewBox=\"0 0 1000 1000\" role=\"img\" aria-label=\"{}\">{}<g>",
            escape(&label),
            patterns(id)
        );
        let mut marks = String::new();
        for area in &drawn.areas {
            let shade = shades.get(&area.unit);
            let (state, color) = shade.map_or((State::None, None), |s| (s.state, s.color.as_deref()));
            let text = shade.map_or_else(|| missing.clone(), Shade::said);
            // A value that is not rated is not taken for a missing one.
            let (class, fill) = match (shade.and_then(Shade::unrated), shade) {
                (Some(value), _) => (grades.class(value), String::new()),
                (None, Some(_)) if state == State::None => ("told-3", fill_of(id, state, color)),
                _ => (state.name(), fill_of(id, state, color)),
            };
            let _ = write!(
                svg,
                "<path class=\"area is-{}\"{} fill-rule=\"evenodd\" data-unit=\"{}\" d=\"{}\"><title>{}: \
                {}</title></path>",
                class,
                fill,
                area.unit,
                area.path,
                escape(&map.name(area.unit, self.asked.today)),
                escape(&text)
            );
            if state == State::Bad {
                let (x, y) = area.at;
                let _ = write!(marks, "<circle class=\"spot\" cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"5\"/>");
            }
        }
        svg.push_str("</g>");
        for inset in &drawn.insets {
            let (x, y, w, h) = inset.frame;
            let _ = write!(
                svg,
                "<rect class=\"inset-frame\" x=\"{x:.0}\" y=\"{y:.0}\" width=\"{w:.0}\" height=\"{h:.0}\"/>\
                 <text x=\"{:.0}\" y=\"{:.0}\">{}</text>",
                inset.name_at.0,
                inset.name_at.1 + 5.0,
                inset.name
            );
        }
        let _ = write!(svg, "<g aria-hidden=\"true\">{marks}</g></svg>");
        svg
    }

    fn legend(&self, id: &str, rated: bool, grades: &Grades) -> Vec<Step> {
        let indicator = self.indicator;
        let number =
            |v: f64| show::number(v, if v.fract() == 0.0 { 0 } else { indicator.def.decimals }, self.lang);
        let lid = format!("{id}l");
        let mut steps = Vec::new();
        let mut from: Option<f64> = None;
        for band in &indicator.def.bands {
            let label = match (from, band.to) {
                (None, Some(to)) => format!("< {}", number(to)),
                (Some(from), Some(to)) => format!("{}–{}", number(from), number(to)),
                (Some(from), None) => format!("≥ {}", number(from)),
                (None, None) => String::new(),
            };
            let word = match &band.name {
                Some(name) => name.get(self.lang).to_owned(),
                None => self.t(&format!("state-{}", band.state.name())).to_lowercase(),
            };
            steps.push(Step {
                class: band.state.name(),
                fill: fill_of(&lid, band.state, band.color.as_deref()),
                label,
                word,
            });
            from = band.to;
        }
        if steps.is_empty() && (rated || indicator.def.target.is_some()) {
            for state in [State::Good, State::Watch, State::Bad] {
                steps.push(Step {
                    class: state.name(),
                    fill: fill_of(&lid, state, None),
                    label: String::new(),
                    word: self.t(&format!("state-{}", state.name())).to_lowercase(),
                });
            }
        }
        for (class, low, high) in grades.steps() {
            let label = if low == high { number(low) } else { format!("{}–{}", number(low), number(high)) };
            steps.push(Step { class, fill: String::new(), label, word: String::new() });
        }
        steps.push(Step {
            class: "none",
            fill: fill_of(&lid, State::None, None),
            label: "–".into(),
            word: self.t("map-missing-short"),
        });
        steps
    }
}

fn patterns(id: &str) -> String {
    format!(
        "<defs><pattern id=\"{id}-hatch-bad\" width=\"18\" height=\"18\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><rect class=\"hatch-ground\" width=\"18\" height=\"18\"/>\
         <line class=\"hatch-line\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"18\"/></pattern>\
         <pattern id=\"{id}-dots-none\" width=\"16\" height=\"16\" patternUnits=\"userSpaceOnUse\">\
         <rect class=\"none-ground\" width=\"16\" height=\"16\"/><circle class=\"none-dot\" cx=\"8\" \
         cy=\"8\" r=\"2.2\"/>\
         </pattern></defs>"
    )
}

fn fill_of(id: &str, state: State, color: Option<&str>) -> String {
    match (color, state) {
        (Some(color), _) => format!(" fill=\"{}\"", escape(color)),
        (None, State::Bad) => format!(" fill=\"url(#{id}-hatch-bad)\""),
        (None, State::None) => format!(" fill=\"url(#{id}-dots-none)\""),
        (None, _) => String::new(),
    }
}
