//! The known word nearest to a mistyped one.

/// The candidate with the fewest letters changed, if so few that it may be meant. A candidate `pack.id` is
/// also compared by its `id`.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = wanted.chars().count();
    let most = (length / 3).max(1);
    known
        .into_iter()
        .filter(|word| *word != wanted)
        .filter_map(|word| {
            let short = word.rsplit('.').next().unwrap_or(word);
            let far = distance(wanted, word, most).min(match wanted.contains('.') {
                true => usize::MAX,
                false => distance(wanted, short, most),
            });
            (far <= most).then_some((far, word))
        })
        .min()
        .map(|(_, word)| word)
}

/// « Có phải “…”?», or nothing when no known word is near.
pub fn did_you_mean<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(wanted, known).map_or_else(String::new, |word| format!(" Có phải “{word}”?"))
}

/// Letters inserted, removed, changed or swapped with their neighbour; `usize::MAX` when surely more than
/// `most`.
fn distance(a: &str, b: &str, most: usize) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > most {
        return usize::MAX;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swapped_or_a_missing_letter_finds_the_word_that_was_meant() {
        let known = ["decimals", "direction", "due"];
        assert_eq!(nearest("decimlas", known), Some("decimals"));
        assert_eq!(nearest("directon", known), Some("direction"));
        assert_eq!(did_you_mean("decimal", known), " Có phải “decimals”?");
    }

    #[test]
    fn a_word_like_no_other_is_not_guessed() {
        assert_eq!(nearest("weather", ["decimals", "due"]), None);
        assert_eq!(did_you_mean("x", []), "");
    }

    #[test]
    fn an_id_without_its_pack_finds_the_full_one() {
        assert_eq!(nearest("on_tme", ["admin.on_time", "health.beds"]), Some("admin.on_time"));
    }
}
