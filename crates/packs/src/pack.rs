//! A pack's own file, `pack.yaml`: who it is, where it stands in lists, who answers for it through time.

use foundation::{Date, LocalText};
use kit::{PackFault, PackFile};
use serde::{Deserialize, Serialize};

use crate::yaml::{Located, fault};

/// What `pack.yaml` says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackYaml {
    /// Its id, the name of its folder.
    pub id: Located<String>,
    /// Its name.
    pub name: Located<LocalText>,
    /// Its place in lists, ascending.
    pub order: Located<i64>,
    /// A name from `ui/icons`.
    pub icon: Located<String>,
    /// One sentence: what a leader asks of this field.
    pub about: Located<LocalText>,
    /// Who answers for it.
    pub owner_agency: Located<Vec<OwnerYaml>>,
}

/// Who answers for a field from a day on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerYaml {
    /// From which day.
    pub valid_from: Located<String>,
    /// The agency's name.
    pub name: Located<LocalText>,
    /// Whether this was read in a source.
    pub verified: bool,
    /// The source.
    #[serde(default)]
    pub legal_ref: Option<Located<String>>,
}

/// Who answers for a field from a day on, as a row keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Owner {
    /// From which day.
    pub valid_from: Date,
    /// The agency's name.
    pub name: LocalText,
    /// Whether this was read in a source; if not, pages mark it «chưa kiểm chứng».
    pub verified: bool,
    /// The source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_ref: Option<String>,
}

/// The full id of what `pack` calls `id`; an id with a dot is full already.
pub fn full_id(pack: &str, id: &str) -> String {
    if id.contains('.') { id.to_owned() } else { format!("{pack}.{id}") }
}

/// Whether a word may be an id: `snake_case`, a letter first.
pub fn is_id(word: &str) -> bool {
    word.len() <= 64
        && word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && !word.ends_with('_')
        && !word.contains("__")
}

/// Names and sentences may be so long, in characters.
const NAME: usize = 80;
const SENTENCE: usize = 400;

impl PackYaml {
    /// What is wrong in a file that could be read.
    pub fn faults(&self, file: &PackFile) -> Vec<PackFault> {
        let mut faults = Vec::new();
        if *self.id != file.pack {
            let told = format!(
                "id: mã “{}” khác tên thư mục “{}”. Hãy sửa một trong hai cho trùng nhau.",
                *self.id, file.pack
            );
            faults.push(fault(file, &self.id, told));
        }
        if !is_id(&self.id) {
            let told = "id: mã chỉ gồm chữ thường không dấu, chữ số và dấu gạch dưới, bắt đầu bằng chữ.";
            faults.push(fault(file, &self.id, told));
        }
        for (what, text, most) in [("name", &self.name, NAME), ("about", &self.about, SENTENCE)] {
            faults.extend(text_fault(file, what, text, most));
        }
        if !(0..=9999).contains(&*self.order) {
            faults.push(fault(file, &self.order, "order: thứ tự là số nguyên từ 0 đến 9999."));
        }
        let icon_like = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if self.icon.is_empty() || !self.icon.chars().all(icon_like) {
            faults.push(fault(
                file,
                &self.icon,
                "icon: tên biểu tượng chỉ gồm chữ thường, chữ số và gạch nối.",
            ));
        }
        self.owner_faults(file, &mut faults);
        faults
    }

    fn owner_faults(&self, file: &PackFile, faults: &mut Vec<PackFault>) {
        if self.owner_agency.is_empty() {
            let told = "owner_agency: cần ít nhất một cơ quan chịu trách nhiệm.";
            faults.push(fault(file, &self.owner_agency, told));
        }
        let mut before: Option<Date> = None;
        for owner in self.owner_agency.iter() {
            faults.extend(text_fault(file, "owner_agency/name", &owner.name, 2 * NAME));
            match day(&owner.valid_from) {
                None => {
                    let told = format!(
                        "owner_agency/valid_from: “{}” không phải ngày dạng 2025-07-01.",
                        *owner.valid_from
                    );
                    faults.push(fault(file, &owner.valid_from, told));
                }
                Some(from) if before.is_some_and(|b| b >= from) => {
                    let told =
                        "owner_agency/valid_from: các cơ quan phải xếp theo ngày tăng dần, mỗi ngày một lần.";
                    faults.push(fault(file, &owner.valid_from, told));
                }
                Some(from) => before = Some(from),
            }
            if let (Some(source), false) = (&owner.legal_ref, owner.verified) {
                let told = "owner_agency/legal_ref: chỉ ghi căn cứ khi đã đọc trong văn bản. \
                            Hãy bỏ legal_ref, hoặc đặt verified: true nếu đã kiểm chứng.";
                faults.push(fault(file, source, told));
            }
        }
    }

    /// The agencies as rows keep them.
    pub fn owners(&self) -> Vec<Owner> {
        self.owner_agency
            .iter()
            .filter_map(|o| {
                Some(Owner {
                    valid_from: day(&o.valid_from)?,
                    name: o.name.value.clone(),
                    verified: o.verified,
                    legal_ref: o.legal_ref.as_ref().map(|r| r.value.clone()),
                })
            })
            .collect()
    }
}

fn day(iso: &str) -> Option<Date> {
    (iso.len() == 10 && iso.as_bytes().get(4) == Some(&b'-')).then(|| Date::parse(iso).ok()).flatten()
}

fn text_fault(file: &PackFile, what: &str, text: &Located<LocalText>, most: usize) -> Option<PackFault> {
    let all = [Some(&text.vi), text.en.as_ref(), text.km.as_ref()];
    if all.iter().flatten().any(|t| t.trim().is_empty()) {
        return Some(fault(file, text, format!("{what}: không được để trống.")));
    }
    all.iter()
        .flatten()
        .any(|t| t.chars().count() > most)
        .then(|| fault(file, text, format!("{what}: dài quá {most} ký tự. Hãy viết ngắn lại.")))
}
