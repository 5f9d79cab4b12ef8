//! Telephone numbers.

/// A telephone number in international form, digits alone: «0912 345 678», «+84 912.345.678» → 84912345678.
/// None when it is none; a number of Việt Nam has 9 digits behind its 0, or 10 from a fixed line.
pub fn number(written: &str) -> Option<String> {
    let kept: String =
        written.chars().filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')' | '\u{a0}')).collect();
    let (abroad, digits) = match kept.strip_prefix('+').or_else(|| kept.strip_prefix("00")) {
        Some(rest) => (true, rest),
        None => (false, kept.as_str()),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let full = match (abroad, digits.strip_prefix('0')) {
        (true, _) => digits.to_owned(),
        (false, Some(rest)) => format!("84{rest}"),
        (false, None) if digits.starts_with("84") && digits.len() >= 11 => digits.to_owned(),
        (false, None) => return None,
    };
    let fits = match full.strip_prefix("84") {
        Some(own) => (9..=10).contains(&own.len()) && !own.starts_with('0'),
        None => (8..=15).contains(&full.len()),
    };
    fits.then_some(full)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for written in ["0912345678", "0912 345 678", "+84 912.345.678", "84912345678", "0084912345678"] {
            assert_eq!(number(written).as_deref(), Some("84912345678"), "{written}");
        }
        assert_eq!(number("(0292) 3812-345").as_deref(), Some("842923812345"));
        assert_eq!(number("+855 12 345 678").as_deref(), Some("85512345678"));
        for written in ["", "113", "912345678", "0912", "09123456789012", "+", "a0912345678", "+84012345678"]
        {
            assert_eq!(number(written), None, "{written}");
        }
    }

    proptest! {
        #[test]
        fn what_is_a_number_is_the_same_number_read_again(written in "[+0-9 .-]{0,18}") {
            if let Some(number) = number(&written) {
                prop_assert_eq!(super::number(&format!("+{number}")), Some(number));
            }
        }
    }
}
