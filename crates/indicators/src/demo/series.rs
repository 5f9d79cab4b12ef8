//! `demo/series.yaml`: what the made-up figures of an indicator look like, its checks, and the table that
//! keeps it.

use std::collections::{BTreeMap, HashMap};

use foundation::{Result, error::internal};
use serde::{Deserialize, Serialize};
use storage::{Db, Tx, args};

use crate::definition::{Definition, ReportedBy};

/// How the figures of one indicator are made. Exactly one of `base`, `share_of` and `times_of` is given;
/// `docs/packs.md` tells what each key means.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The value of a middling unit, in the indicator's measure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<f64>,
    /// The standard deviation between units, in the measure of `base`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<f64>,
    /// People per `base`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<f64>,
    /// The relative change a year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<f64>,
    /// The relative amplitude of the year's wave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub season: Option<f64>,
    /// The relative jitter from period to period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<f64>,
    /// The month in which the wave is highest, 1–12; 7 when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak: Option<u8>,
    /// A part of another figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_of: Option<ShareOf>,
    /// A multiple of another figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times_of: Option<TimesOf>,
    /// The share of units that fail to report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<f64>,
    /// The figure runs from the start of the year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramp: Option<Ramp>,
    /// Dimension → value → share of the figure.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub split: BTreeMap<String, BTreeMap<String, f64>>,
    /// A count of rare events, drawn by chance around the value.
    #[serde(default, skip_serializing_if = "is_false")]
    pub rare: bool,
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// See [`Spec::share_of`]. All numbers are fractions of the whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShareOf {
    /// The whole.
    pub id: String,
    /// The share of a middling unit.
    pub share: f64,
    /// The standard deviation between units.
    #[serde(default)]
    pub spread: f64,
    /// The jitter from period to period.
    #[serde(default)]
    pub noise: f64,
    /// The change a year.
    #[serde(default)]
    pub trend: f64,
}

/// See [`Spec::times_of`]. All numbers are units of this figure for one of the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimesOf {
    /// The other figure.
    pub id: String,
    /// The multiple of a middling unit.
    pub times: f64,
    /// The standard deviation between units.
    #[serde(default)]
    pub spread: f64,
    /// The jitter from period to period.
    #[serde(default)]
    pub noise: f64,
    /// The change a year.
    #[serde(default)]
    pub trend: f64,
}

/// From where a cumulative figure runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ramp {
    /// From the start of its year.
    Year,
}

impl Spec {
    /// The id of the figure it is taken from, as written.
    pub fn taken_from(&self) -> Option<&str> {
        match (&self.share_of, &self.times_of) {
            (Some(of), _) => Some(&of.id),
            (None, Some(of)) => Some(&of.id),
            (None, None) => None,
        }
    }
}

/// The full id of what the series of `code` calls `id`.
pub fn full_id(code: &str, id: &str) -> String {
    packs::full_id(code.split_once('.').map_or("", |(pack, _)| pack), id)
}

/// Checks the series of all packs together; `definitions` by full id. Every fault is told with the full id it
/// stands at.
pub fn check(specs: &[(String, Spec)], definitions: &[(String, Definition)]) -> Vec<(String, String)> {
    let defs: HashMap<&str, &Definition> = definitions.iter().map(|(c, d)| (c.as_str(), d)).collect();
    let all: HashMap<&str, &Spec> = specs.iter().map(|(c, s)| (c.as_str(), s)).collect();
    let mut faults = Vec::new();
    for (code, spec) in specs {
        let mut fault = |message: String| faults.push((code.clone(), message));
        let Some(def) = defs.get(code.as_str()) else {
            fault(format!("không có chỉ tiêu «{code}» trong indicators.yaml"));
            continue;
        };
        if def.reported_by.has(ReportedBy::Computed) {
            fault(
                "chỉ tiêu được tính từ chỉ tiêu khác nên không có dòng riêng ở đây; hãy bỏ dòng này".into(),
            );
        }
        check_keys(spec, &mut fault);
        check_split(spec, def, &mut fault);
        if let Some(id) = spec.taken_from() {
            let id = full_id(code, id);
            match (defs.get(id.as_str()), all.get(id.as_str())) {
                (None, _) => fault(format!("không có chỉ tiêu «{id}»")),
                (Some(whole), _) if whole.reported_by.has(ReportedBy::Computed) => {
                    fault(format!("«{id}» được tính từ chỉ tiêu khác; hãy lấy một chỉ tiêu có báo cáo"));
                }
                (Some(_), None) => fault(format!("«{id}» chưa có dòng của mình trong demo/series.yaml")),
                (Some(whole), Some(_)) => {
                    if whole.calendar != def.calendar {
                        fault(format!("«{id}» theo kỳ khác ({})", whole.calendar.name()));
                    }
                    if whole.reported_by != def.reported_by {
                        fault(format!("«{id}» do đơn vị khác báo cáo"));
                    }
                }
            }
            if goes_round(code, &all) {
                fault(format!("«{code}» và «{id}» lấy số của nhau, thành vòng"));
            }
        }
    }
    faults
}

fn check_keys(spec: &Spec, fault: &mut impl FnMut(String)) {
    let kinds = [spec.base.is_some(), spec.share_of.is_some(), spec.times_of.is_some()];
    if kinds.iter().filter(|k| **k).count() != 1 {
        fault("cần đúng một trong ba: base, share_of, times_of".into());
    }
    if spec.base.is_none() {
        let beside = [
            ("spread", spec.spread.is_some()),
            ("per", spec.per.is_some()),
            ("trend", spec.trend.is_some()),
            ("season", spec.season.is_some()),
            ("noise", spec.noise.is_some()),
            ("peak", spec.peak.is_some()),
        ];
        for (key, _) in beside.iter().filter(|(_, given)| *given) {
            fault(format!("{key} chỉ đứng cạnh base; với share_of, times_of hãy ghi trong dấu ngoặc nhọn"));
        }
    }
    let fraction = |x: f64| (0.0..=1.0).contains(&x);
    let mut wrong = |ok: bool, what: &str| {
        if !ok {
            fault(what.to_owned());
        }
    };
    wrong(spec.missing.is_none_or(fraction), "missing là một phần của 1, từ 0 đến 1");
    wrong(spec.peak.is_none_or(|m| (1..=12).contains(&m)), "peak là một tháng, từ 1 đến 12");
    wrong(spec.per.is_none_or(|p| p > 0.0), "per là số người, lớn hơn 0");
    wrong(spec.season.is_none_or(fraction), "season từ 0 đến 1");
    wrong(spec.spread.is_none_or(|x| x >= 0.0), "spread không âm");
    wrong(spec.noise.is_none_or(|x| x >= 0.0), "noise không âm");
    if let Some(of) = &spec.share_of {
        wrong(fraction(of.share), "share là một phần của 1, từ 0 đến 1");
        wrong(of.spread >= 0.0 && of.noise >= 0.0, "spread và noise không âm");
    }
    if let Some(of) = &spec.times_of {
        wrong(of.times >= 0.0 && of.spread >= 0.0 && of.noise >= 0.0, "times, spread và noise không âm");
    }
}

fn check_split(spec: &Spec, def: &Definition, fault: &mut impl FnMut(String)) {
    for (dim, shares) in &spec.split {
        let Some(known) = def.dims.iter().find(|d| d.id == *dim) else {
            fault(format!("split: chỉ tiêu không có phân tổ «{dim}»"));
            continue;
        };
        for value in shares.keys().filter(|v| !known.values.iter().any(|k| k.id == **v)) {
            fault(format!("split: phân tổ «{dim}» không có giá trị «{value}»"));
        }
        for value in known.values.iter().filter(|k| !shares.contains_key(&k.id)) {
            fault(format!("split: thiếu giá trị «{}» của phân tổ «{dim}»", value.id));
        }
        let sum: f64 = shares.values().sum();
        if (sum - 1.0).abs() > 1e-6 || shares.values().any(|s| *s < 0.0) {
            fault(format!("split: các phần của «{dim}» cộng lại bằng {sum:.3}, phải bằng 1"));
        }
    }
}

/// Whether following what `code` is taken from comes back to it.
fn goes_round(code: &str, all: &HashMap<&str, &Spec>) -> bool {
    let mut at = code.to_owned();
    for _ in 0..=all.len() {
        match all.get(at.as_str()).and_then(|s| s.taken_from()) {
            Some(id) => at = full_id(&at, id),
            None => return false,
        }
        if at == code {
            return true;
        }
    }
    false
}

/// Replaces all series, in the transaction that applies the packs.
pub async fn save(tx: &mut Tx, all: &[(String, Spec)]) -> Result<()> {
    tx.run("DELETE FROM demo_series", args![]).await?;
    let mut rows = Vec::with_capacity(all.len());
    for (code, spec) in all {
        let json = serde_json::to_string(spec)
            .map_err(|e| internal("demo_series", "Không ghi được mẫu số liệu").because(e))?;
        rows.push(args![code, json]);
    }
    tx.insert_many("demo_series", &["indicator_code", "spec"], rows).await?;
    Ok(())
}

/// All series, by full id.
pub async fn load(db: &Db) -> Result<Vec<(String, Spec)>> {
    let rows: Vec<(String, String)> =
        db.all("SELECT indicator_code, spec FROM demo_series ORDER BY indicator_code", args![]).await?;
    rows.into_iter()
        .map(|(code, json)| match serde_json::from_str(&json) {
            Ok(spec) => Ok((code, spec)),
            Err(e) => Err(internal("demo_series", format!("Mẫu số liệu của {code} bị hỏng")).because(e)),
        })
        .collect()
}
