//! An index of words: which rows hold all of some words, newest first. SQLite has FTS5, PostgreSQL
//! `tsvector`; a migration makes the table (`words` in both), this module writes and asks it.
//!
//! Words are given folded (lower case, no marks, letters and digits alone): what is written «đường», «duong»
//! or «ĐƯỜNG» is one word. Other words than those of a text may be put beside it, such as `u131507` for the
//! unit of a row, so that a question under a scope is answered by the index alone.

use foundation::Result;

use crate::args;
use crate::db::Tx;
use crate::dialect::Dialect;

/// The words of a text, folded, each once, at most `most`.
pub fn of(text: &str, most: usize) -> Vec<String> {
    let folded = foundation::text::fold(text);
    let mut seen = std::collections::BTreeSet::new();
    folded
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty() && w.len() <= 40)
        .filter(|w| seen.insert((*w).to_owned()))
        .take(most)
        .map(str::to_owned)
        .collect()
}

/// Puts the words of a row in the place of those it had.
pub async fn put(tx: &mut Tx, table: &str, row: i64, words: &[String]) -> Result<()> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => format!("INSERT OR REPLACE INTO {table} (rowid, words) VALUES ($1, $2)"),
        Dialect::Postgres => format!(
            "INSERT INTO {table} (seq, words) VALUES ($1, to_tsvector('simple', $2))
             ON CONFLICT (seq) DO UPDATE SET words = excluded.words"
        ),
    };
    tx.put(&sql, args![row, words.join(" ")]).await
}

/// Forgets the words of a row.
pub async fn forget(tx: &mut Tx, table: &str, row: i64) -> Result<()> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => format!("DELETE FROM {table} WHERE rowid = $1"),
        Dialect::Postgres => format!("DELETE FROM {table} WHERE seq = $1"),
    };
    tx.put(&sql, args![row]).await
}

/// A question to an index of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Rows that hold all the words.
    pub whole: String,
    /// The same where the last word may be the beginning of one; none where it cannot be. It is much dearer
    /// to answer, and worth asking when the whole words are found nowhere.
    pub begun: Option<String>,
}

/// A question: rows that hold all words of `typed` and one word of every list that is not empty. `None` when
/// there is nothing to ask for.
pub fn question(dialect: Dialect, typed: &str, lists: &[Vec<String>]) -> Option<Question> {
    let words = of(typed, 12);
    let (last, before) = words.split_last()?;
    let open = typed.chars().last().is_some_and(char::is_alphanumeric) && last.len() >= 2;
    let begun = match dialect {
        Dialect::Sqlite => format!("{}*", one(dialect, last)),
        Dialect::Postgres => format!("{last}:*"),
    };
    let with = |last: String| {
        let parts = before.iter().map(|w| one(dialect, w)).chain([last]).chain(any(dialect, lists));
        parts.collect::<Vec<_>>().join(and(dialect))
    };
    Some(Question { whole: with(one(dialect, last)), begun: open.then(|| with(begun)) })
}

/// A question without typed words: rows that hold one word of every list that is not empty.
pub fn marked(dialect: Dialect, lists: &[Vec<String>]) -> String {
    any(dialect, lists).collect::<Vec<_>>().join(and(dialect))
}

fn and(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => " AND ",
        Dialect::Postgres => " & ",
    }
}

fn one(dialect: Dialect, word: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("\"{word}\""),
        Dialect::Postgres => word.to_owned(),
    }
}

fn any(dialect: Dialect, lists: &[Vec<String>]) -> impl Iterator<Item = String> {
    let or = match dialect {
        Dialect::Sqlite => " OR ",
        Dialect::Postgres => " | ",
    };
    lists.iter().filter(|l| !l.is_empty()).map(move |list| {
        let words: Vec<String> = list.iter().map(|w| one(dialect, w)).collect();
        format!("({})", words.join(or))
    })
}

impl Dialect {
    /// The column of an index of words (alias `w`) that holds the row's number.
    pub fn words_row(self) -> &'static str {
        match self {
            Dialect::Sqlite => "w.rowid",
            Dialect::Postgres => "w.seq",
        }
    }

    /// The condition that an index of words (`table`, alias `w`) answers the question `$n`.
    pub fn words_match(self, table: &str, n: usize) -> String {
        match self {
            Dialect::Sqlite => format!("{table} MATCH ${n}"),
            Dialect::Postgres => format!("w.words @@ to_tsquery('simple', ${n})"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fall over")]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn a_question_is_made_of_harmless_words() {
        let asked = question(Dialect::Sqlite, "Đường \"hỏng\" OR 1=1) --", &[vec!["u1".into(), "u2".into()]]);
        let asked = asked.unwrap();
        assert_eq!(asked.whole, "\"duong\" AND \"hong\" AND \"or\" AND \"1\" AND (\"u1\" OR \"u2\")");
        assert_eq!(asked.begun, None, "what ends with a sign is not the beginning of a word");
        let asked = question(Dialect::Postgres, "đèn đườ", &[vec!["u1".into()], Vec::new()]).unwrap();
        assert_eq!(
            (asked.whole.as_str(), asked.begun.as_deref()),
            ("den & duo & (u1)", Some("den & duo:* & (u1)"))
        );
        let lists = [vec!["xv1".into()], Vec::new(), vec!["xm1".into(), "xm2".into()]];
        assert_eq!(marked(Dialect::Postgres, &lists), "(xv1) & (xm1 | xm2)");
        assert_eq!(question(Dialect::Postgres, " ' ; ", &[]), None);
    }

    #[tokio::test]
    async fn rows_are_found_by_words_without_marks_and_within_units() {
        for test in testing::all().await.unwrap() {
            let mut tx = test.db.begin().await.unwrap();
            let make = match test.db.dialect() {
                Dialect::Sqlite => {
                    "CREATE VIRTUAL TABLE spoken USING fts5 (words, content = '', contentless_delete = 1)"
                }
                Dialect::Postgres => "CREATE TABLE spoken (seq BIGINT PRIMARY KEY, words tsvector NOT NULL)",
            };
            tx.batch(make.into()).await.unwrap();
            for (row, text, unit) in
                [(1, "Hỏng đèn đường", "u1"), (2, "Đèn đường sáng", "u2"), (3, "Rác", "u1")]
            {
                let mut words = of(text, 100);
                words.push(unit.into());
                put(&mut tx, "spoken", row, &words).await.unwrap();
            }
            put(&mut tx, "spoken", 3, &of("rác tồn đọng", 100)).await.unwrap();
            let dialect = tx.dialect();
            let sql = format!(
                "SELECT {} AS row FROM spoken w WHERE {} ORDER BY {} DESC",
                dialect.words_row(),
                dialect.words_match("spoken", 1),
                dialect.words_row()
            );
            let mut found = async |typed: &str, units: &[&str]| -> Vec<i64> {
                let lists = [units.iter().map(|u| (*u).to_owned()).collect()];
                let asked = question(dialect, typed, &lists).unwrap();
                let asked = asked.begun.unwrap_or(asked.whole);
                let rows: Vec<(i64,)> = tx.all(&sql, args![asked]).await.unwrap();
                rows.into_iter().map(|r| r.0).collect()
            };
            assert_eq!(found("den duong", &[]).await, [2, 1], "{}", test.name());
            assert_eq!(found("den duong", &["u1", "u9"]).await, [1]);
            assert_eq!(found("ĐÈN đư", &["u2"]).await, [2]);
            assert_eq!(found("ton", &[]).await, [3]);
            assert_eq!(found("ton", &["u1"]).await, [0_i64; 0]);
        }
    }
}
