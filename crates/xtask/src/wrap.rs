//! Breaks comment lines that are too long. Code is left to rustfmt, which does not touch comments.

use crate::rules::lengths::WIDEST;

/// The text with no comment line wider than the limit. What overflows goes to the front of the next line of
/// the same paragraph.
pub fn wrap(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut fenced = false;
    let mut i = 0;
    while i < lines.len() {
        let Some((prefix, words)) = comment(&lines[i]) else {
            fenced = false;
            i += 1;
            continue;
        };
        if words.starts_with("```") {
            fenced = !fenced;
        }
        let wide = lines[i].chars().count() > WIDEST;
        if wide
            && !fenced
            && !words.starts_with('|')
            && let Some((head, tail)) = cut(&prefix, &words)
        {
            let hang = if words.starts_with("- ") { "  " } else { "" };
            lines[i] = format!("{prefix}{head}");
            match lines.get(i + 1).and_then(|next| comment(next)) {
                Some((next, more)) if next == format!("{prefix}{hang}") && is_plain(&more) => {
                    lines[i + 1] = format!("{next}{tail} {more}");
                }
                _ => lines.insert(i + 1, format!("{prefix}{hang}{tail}")),
            }
        }
        i += 1;
    }
    let mut out = lines.join("\n");
    if text.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// The front of a comment line up to its first word, and its words.
fn comment(line: &str) -> Option<(String, String)> {
    let inside = line.trim_start();
    let marks = ["//!", "///", "//"].into_iter().find(|marks| inside.starts_with(marks))?;
    let rest = &inside[marks.len()..];
    let words = rest.trim_start();
    let front = line.len() - words.len();
    (!words.is_empty()).then(|| (line[..front].to_owned(), words.to_owned()))
}

/// Whether words go on with the paragraph of the line before.
fn is_plain(words: &str) -> bool {
    let first = words.split(' ').next().unwrap_or_default();
    let list = matches!(first, "-" | "*" | "+" | ">" | "#" | "##") || first.starts_with('|');
    let number = first.strip_suffix('.').is_some_and(|n| n.chars().all(|c| c.is_ascii_digit()));
    !(list || number || words.starts_with("```"))
}

/// The words that fit and the words that do not.
fn cut<'a>(prefix: &str, words: &'a str) -> Option<(&'a str, &'a str)> {
    let room = WIDEST - prefix.chars().count();
    let fits = |at: &usize| words[..*at].chars().count() <= room && is_plain(&words[at + 1..]);
    let spaces: Vec<usize> = words.match_indices(' ').map(|(at, _)| at).collect();
    let at = spaces.into_iter().rev().find(fits)?;
    Some((&words[..at], &words[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overflows_moves_to_the_next_line_of_the_paragraph() {
        let long = format!("/// {} end\n/// of it.\nfn f() {{}}\n", "word ".repeat(21).trim_end());
        let wrapped = wrap(&long);
        assert_eq!(wrapped, format!("/// {}\n/// end of it.\nfn f() {{}}\n", "word ".repeat(21).trim_end()));
        assert_eq!(wrap(&wrapped), wrapped);
    }

    #[test]
    fn a_list_keeps_its_items_apart() {
        let long = format!("//! - {} end\n//! - two\n", "word ".repeat(21).trim_end());
        let last: Vec<String> = wrap(&long).lines().skip(1).map(str::to_owned).collect();
        assert_eq!(last, ["//!   end", "//! - two"]);
    }
}
