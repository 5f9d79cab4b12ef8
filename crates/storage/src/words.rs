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

/// A question: rows that hold one word of every list. The last word of `typed` may be the beginning of one.
/// `None` when there is nothing to ask for.
pub fn question(dialect: Dialect, typed: &str, lists: &[Vec<String>]) -> Option<String> {
    let mut words = of(typed, 12);
    let last = words.pop()?;
    let open = typed.chars().last().is_some_and(char::is_alphanumeric) && last.len() >= 2;
    let mut parts: Vec<String> = Vec::new();
    let (and, or) = match dialect {
        Dialect::Sqlite => (" AND ", " OR "),
        Dialect::Postgres => (" & ", " | "),
    };
    let one = |word: &str| match dialect {
        Dialect::Sqlite => format!("\"{word}\""),
        Dialect::Postgres => word.to_owned(),
    };
    parts.extend(words.iter().map(|w| one(w)));
    parts.push(match (dialect, open) {
        (_, false) => one(&last),
        (Dialect::Sqlite, true) => format!("{}*", one(&last)),
        (Dialect::Postgres, true) => format!("{last}:*"),
    });
    for list in lists.iter().filter(|l| !l.is_empty()) {
        let any: Vec<String> = list.iter().map(|w| one(w)).collect();
        parts.push(format!("({})", any.join(or)));
    }
    Some(parts.join(and))
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
        assert_eq!(asked.unwrap(), "\"duong\" AND \"hong\" AND \"or\" AND \"1\" AND (\"u1\" OR \"u2\")");
        assert_eq!(question(Dialect::Postgres, "đèn đườ", &[]).unwrap(), "den & duo:*");
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
