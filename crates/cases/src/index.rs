//! The words by which cases are found: what officers read, and, apart from it, what everybody reads. No word
//! of who reported is in either.
//!
//! Beside the words of the text stand marks of what lists are filtered by (`xs3` for a stage, `u131507` for a
//! unit), so that words and filters together are answered by the index alone, however common the words are.

use foundation::Result;
use storage::{Tx, words};

use crate::case::Case;
use crate::service::CaseType;
use crate::store::lists::{Filter, Sees};
use crate::workflow::Stage;

/// Grows when words or marks are made in another way: cases of before are then written anew
/// (`keeper::words`).
pub const VERSION: i64 = 3;

/// No case is found by more words.
const MOST: usize = 400;

/// The mark of a value that a list is filtered by.
fn mark(of: &str, value: &str) -> String {
    let plain: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{of}{}", plain.to_ascii_lowercase())
}

fn marks(case: &Case) -> [String; 6] {
    [
        mark("xs", &case.stage.to_string()),
        mark("xk", &case.kind),
        mark("xc", &case.category),
        mark("xv", &case.severity),
        mark("xm", &case.channel),
        mark("u", &case.place.to_string()),
    ]
}

/// The marks that cases of a filter have: one of every list.
pub fn lists(sees: &Sees, filter: &Filter) -> Vec<Vec<String>> {
    let texts = |of: &str, values: &[String]| values.iter().map(|v| mark(of, v)).collect();
    let numbers = |of: &str, values: &[i64]| values.iter().map(|v| format!("{of}{v}")).collect();
    let mut all = vec![
        numbers("xs", &filter.stages),
        texts("xk", &filter.kinds),
        texts("xc", &filter.categories),
        texts("xv", &filter.severities),
        texts("xm", &filter.channels),
        numbers("u", &filter.places),
    ];
    if let Sees::Units(units) = sees {
        all.push(numbers("u", units));
    }
    if *sees != Sees::Public {
        all.push(numbers("u", &filter.agencies));
    }
    all
}

/// What officers find a case by.
pub fn inside(case: &Case, kind: &CaseType) -> Vec<String> {
    let category = kind.flow.category(&case.category).map_or("", |c| c.name.vi.as_str());
    let text = format!(
        "{} {} {} {} {} {} {}",
        case.code(&kind.flow.code),
        case.seq,
        case.title,
        case.content,
        case.address,
        category,
        case.answer
    );
    let mut all = words::of(&text, MOST);
    all.extend(marks(case));
    all.push(mark("u", &case.agency.to_string()));
    all.sort_unstable();
    all.dedup();
    all
}

/// What everybody finds it by.
pub fn public(case: &Case, kind: &CaseType) -> Vec<String> {
    let category = kind.flow.category(&case.category).map_or("", |c| c.name.vi.as_str());
    let answer = match case.stage() {
        Stage::Answered | Stage::Closed => case.answer.as_str(),
        _ => "",
    };
    let text = format!("{} {} {category} {answer}", case.code(&kind.flow.code), case.public_text);
    let mut all = words::of(&text, MOST);
    all.extend(marks(case));
    all
}

/// Writes both.
pub async fn put(tx: &mut Tx, case: &Case, kind: &CaseType) -> Result<()> {
    words::put(tx, "case_words", case.seq, &inside(case, kind)).await?;
    match case.published {
        true => words::put(tx, "case_public_words", case.seq, &public(case, kind)).await,
        // A new case never had any.
        false if case.version == 1 => Ok(()),
        false => words::forget(tx, "case_public_words", case.seq).await,
    }
}
