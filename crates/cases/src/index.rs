//! The words by which cases are found: what officers read, and, apart from it, what everybody reads. No word
//! of who reported is in either.

use foundation::Result;
use storage::{Tx, words};

use crate::case::Case;
use crate::service::CaseType;
use crate::workflow::Stage;

/// No case is found by more words.
const MOST: usize = 400;

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
    all.push(format!("u{}", case.place));
    all.push(format!("u{}", case.agency));
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
    words::of(&format!("{} {} {category} {answer}", case.code(&kind.flow.code), case.public_text), MOST)
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
