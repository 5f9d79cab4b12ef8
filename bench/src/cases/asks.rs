//! What is asked of a million cases: the twelve combinations of filters and the searches that the table
//! names, each for many places, categories and pages.

use super::million::{Million, RARE};

/// Words that one case in forty has.
pub const WORDS: &str = "đèn đường hỏng";

/// What a question is asked for.
#[derive(Debug, Clone)]
pub struct Picks {
    /// A commune.
    pub place: i64,
    /// A department.
    pub agency: i64,
    /// A category of field reports.
    pub category: String,
}

impl Picks {
    /// The `n`th of a run.
    pub fn of(million: &Million, n: usize) -> Picks {
        let reports = million.types.iter().find(|t| t.id == "petitions.report");
        let categories = reports.map(|t| t.categories.as_slice()).unwrap_or_default();
        Picks {
            place: million.communes[n * 37 % million.communes.len()],
            agency: million.departments[n * 5 % million.departments.len()],
            category: categories.get(n * 7 % categories.len().max(1)).map_or(String::new(), |c| c.0.clone()),
        }
    }
}

/// The questions by their names: those that Redmine is asked too.
pub fn console(p: &Picks) -> Vec<(&'static str, String)> {
    let Picks { place, agency, category } = p;
    let list = |rest: String| format!("/cases?{rest}");
    vec![
        ("work", list("tab=work".into())),
        ("new_calls", list("tab=new&kind=petitions.call".into())),
        ("late", list("tab=work&only=late&order=due".into())),
        ("today_of_commune", list(format!("tab=work&only=today&place={place}"))),
        ("commune_closed", list(format!("tab=closed&place={place}"))),
        ("category_closed", list(format!("tab=closed&category={category}"))),
        ("agency_work", list(format!("tab=work&agency={agency}"))),
        ("urgent_closed", list("tab=closed&severity=urgent".into())),
        ("category_of_commune", list(format!("tab=closed&category={category}&place={place}"))),
        ("rare", list("tab=closed&kind=petitions.report&channel=open311&severity=complex".into())),
        ("mine", list("tab=work&only=mine".into())),
        (
            "answered",
            list(format!(
                "tab=rate&kind=petitions.report&category={category}&agency={agency}&severity=normal"
            )),
        ),
        ("search", list(format!("tab=closed&q={}", encoded(WORDS)))),
        ("search_rare", list(format!("tab=closed&q={}", encoded(RARE)))),
    ]
}

/// What else is asked: searches under filters, and what everybody may ask.
pub fn more(p: &Picks) -> Vec<(&'static str, String)> {
    let Picks { place, category, .. } = p;
    let words = encoded(WORDS);
    vec![
        ("search_commune", format!("/cases?tab=closed&place={place}&q={words}")),
        ("search_new", format!("/cases?tab=new&q={}", encoded("nước"))),
        ("public", "/reports".to_owned()),
        ("public_open", "/reports?state=open".to_owned()),
        ("public_place", format!("/reports?place={place}&state=done")),
        ("public_category", format!("/reports?category={category}&place={place}")),
        ("public_group", "/reports?category=roads".to_owned()),
        ("public_search", format!("/reports?q={words}")),
    ]
}

/// What an officer of one commune asks.
pub fn officer() -> Vec<(&'static str, String)> {
    vec![
        ("officer_work", "/cases?tab=work".to_owned()),
        ("officer_closed", "/cases?tab=closed".to_owned()),
        ("officer_urgent", "/cases?tab=closed&severity=urgent".to_owned()),
        ("officer_search", format!("/cases?tab=closed&q={}", encoded(WORDS))),
    ]
}

/// As an address wants it.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") })
        .collect()
}
