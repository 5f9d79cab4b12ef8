//! What stands side by side in the entry grid: the indicators themselves, or their values by one extra key.

use std::collections::BTreeMap;

use foundation::Lang;
use kit::UnitId;

use crate::definition::Indicator;

/// A value of an extra key.
#[derive(Debug, Clone)]
struct Part {
    dim: String,
    value: String,
    name: String,
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// What is told in it.
    pub(super) indicator: Indicator,
    part: Option<Part>,
}

impl Column {
    /// Its field's name in the row of a unit.
    pub(super) fn key(&self, unit: UnitId) -> String {
        match &self.part {
            None => format!("v.{}.{unit}", self.indicator.id),
            Some(part) => format!("v.{}.{unit}.{}.{}", self.indicator.id, part.dim, part.value),
        }
    }

    /// The extra keys of its values, as rows keep them.
    pub(super) fn kept(&self) -> String {
        self.part.as_ref().map_or_else(String::new, |part| format!("{}={}", part.dim, part.value))
    }

    /// The extra keys of its values, as the door of figures takes them.
    pub(super) fn dims(&self) -> BTreeMap<String, String> {
        self.part.iter().map(|part| (part.dim.clone(), part.value.clone())).collect()
    }

    /// The words over it.
    pub(super) fn title(&self, lang: Lang) -> String {
        let name = self.indicator.def.name.get(lang);
        match &self.part {
            None => name.to_owned(),
            Some(part) => format!("{name}: {}", part.name),
        }
    }
}

/// The extra keys that the values of some of these indicators may have: id and name.
pub(super) fn dims(indicators: &[Indicator], lang: Lang) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for dim in indicators.iter().flat_map(|i| &i.def.dims) {
        if !found.iter().any(|(id, _)| *id == dim.id) {
            // Without a name its values say best what it is.
            let values = || dim.values.iter().map(|v| v.name.get(lang)).collect::<Vec<_>>().join(", ");
            let name = dim.name.as_ref().map_or_else(values, |name| name.get(lang).to_owned());
            found.push((dim.id.clone(), name));
        }
    }
    found
}

/// The columns: every indicator once, or with `dim` each value of it, of the indicators that have it.
pub(super) fn columns(indicators: &[Indicator], dim: &str, lang: Lang) -> Vec<Column> {
    if dim.is_empty() {
        return indicators.iter().map(|i| Column { indicator: i.clone(), part: None }).collect();
    }
    let mut all = Vec::new();
    for indicator in indicators {
        for value in indicator.def.dims.iter().filter(|d| d.id == dim).flat_map(|d| &d.values) {
            let name = value.name.get(lang).to_owned();
            let part = Part { dim: dim.to_owned(), value: value.id.clone(), name };
            all.push(Column { indicator: indicator.clone(), part: Some(part) });
        }
    }
    all
}
