//! How well a typed query fits a name.

use super::{fold, spelling};

/// A query or a name made ready to be compared many times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchKey {
    spelt: String,
    folded: String,
}

impl SearchKey {
    /// Folds a text once.
    pub fn new(text: &str) -> SearchKey {
        SearchKey { spelt: spelling(text), folded: fold(text) }
    }

    /// How well this query fits `name`, from 100 down; `None` when not at all. A higher class always wins:
    ///
    /// 100 the same with its marks · 90 the same without marks · 80 the name begins so · 70 every word of the
    /// query begins a word of the name, in any order · 60 somewhere inside · 40 the same, or the beginning,
    /// but for one letter missing, added, changed or swapped (queries of four letters or more). Within a
    /// class 5 more when the marks fit too.
    pub fn score(&self, name: &SearchKey) -> Option<u32> {
        let (query, text) = (self.folded.as_str(), name.folded.as_str());
        if query.is_empty() {
            return None;
        }
        if query == text {
            return Some(if self.spelt == name.spelt { 100 } else { 90 });
        }
        let class = if text.starts_with(query) {
            80
        } else if words_begin(query, text) {
            70
        } else if text.contains(query) {
            60
        } else if query.chars().count() >= 4 && one_typo(query, text) {
            return Some(40);
        } else {
            return None;
        };
        let marks_fit = self.spelt.split(' ').all(|word| name.spelt.split(' ').any(|w| w == word));
        Some(class + if marks_fit { 5 } else { 0 })
    }
}

/// [`SearchKey::score`] of two texts. For many names make their keys once.
pub fn search_score(query: &str, name: &str) -> Option<u32> {
    SearchKey::new(query).score(&SearchKey::new(name))
}

/// Every word of the query begins its own word of the name.
fn words_begin(query: &str, name: &str) -> bool {
    let mut words: Vec<&str> = name.split(' ').collect();
    // Longer words first, so that «t tran» does not spend «tran» on «t».
    let mut asked: Vec<&str> = query.split(' ').collect();
    asked.sort_by_key(|word| std::cmp::Reverse(word.len()));
    asked.into_iter().all(|word| match words.iter().position(|w| w.starts_with(word)) {
        Some(at) => {
            words.swap_remove(at);
            true
        }
        None => false,
    })
}

/// The query is one slip of the finger away from the name or from its beginning.
fn one_typo(query: &str, name: &str) -> bool {
    let query: Vec<char> = query.chars().collect();
    let name: Vec<char> = name.chars().collect();
    (query.len() - 1..=query.len() + 1).any(|length| name.len() >= length && near(&query, &name[..length]))
}

fn near(a: &[char], b: &[char]) -> bool {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    match (a, b) {
        ([], rest) | (rest, []) => rest.len() <= 1,
        _ if a[1..] == b[1..] || a[1..] == *b || *a == b[1..] => true,
        ([x, y, a @ ..], [v, w, b @ ..]) => (x, y) == (w, v) && a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn better_fits_score_higher() {
        let name = "Trần Đề";
        let queries = ["trần đề", "tran de", "trần", "tran", "đề", "de", "ran", "trna de"];
        let scores: Vec<u32> = queries.iter().map(|query| search_score(query, name).unwrap()).collect();
        assert_eq!(scores, [100, 90, 85, 80, 75, 70, 60, 40]);
        assert_eq!(search_score("Cà Mau", name), None);
        assert_eq!(search_score("", name), None);
        assert_eq!(search_score("…", name), None);
    }

    #[test]
    fn words_may_come_in_any_order_but_each_counts_once() {
        assert_eq!(search_score("de tran", "Trần Đề"), Some(70));
        assert_eq!(search_score("t tran", "Trần Tế"), Some(70));
        assert_eq!(search_score("tran tran", "Trần Đề"), None);
    }

    #[test]
    fn one_slip_is_forgiven_two_are_not() {
        for query in ["soc trng", "sooc trang", "soc trabg", "osc trang", "soc tragn", "soc tr4"] {
            assert_eq!(search_score(query, "Sóc Trăng"), Some(40), "{query}");
        }
        assert_eq!(search_score("soc tgnra", "Sóc Trăng"), None);
        assert_eq!(search_score("abd", "Abe"), None);
    }

    proptest! {
        #[test]
        fn a_name_always_finds_itself(name in "[a-zăâđêôơưà ]{1,20}", other: String) {
            if !fold(&name).is_empty() {
                prop_assert_eq!(search_score(&name, &name), Some(100));
            }
            let _ = search_score(&name, &other);
            let _ = search_score(&other, &name);
        }
    }
}
