//! A reader of Rust that knows just enough: what is a comment, what is inside a string, what is compiled for
//! tests only.

/// One line of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Without comments.
    pub text: String,
    /// Without comments, and with nothing between the quotes of strings.
    pub bare: String,
    /// Part of an item under `#[cfg(test)]`.
    pub test: bool,
}

/// A source that was read.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// Its lines.
    pub lines: Vec<Line>,
    /// Modules in files of their own that are compiled for tests only: `#[cfg(test)] mod tests;`.
    pub test_modules: Vec<String>,
}

enum At {
    Code,
    LineComment,
    BlockComment(usize),
    /// The number of `#` of a raw string; `None` in one with escapes.
    Str(Option<usize>),
}

/// Reads a source.
pub fn read(source: &str) -> Source {
    let mut read = Source { lines: split(source), test_modules: Vec::new() };
    mark_tests(&mut read);
    read
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn split(source: &str) -> Vec<Line> {
    let chars: Vec<char> = source.chars().collect();
    let peek = |i: usize| chars.get(i).copied().unwrap_or('\n');
    let mut lines = vec![Line::default()];
    let mut at = At::Code;
    let mut i = 0;
    while i < chars.len() {
        let c = chars[i];
        if c == '\n' {
            if matches!(at, At::LineComment) {
                at = At::Code;
            }
            lines.push(Line::default());
            i += 1;
            continue;
        }
        let Some(line) = lines.last_mut() else { break };
        let mut keep = |text: &[char], bare: bool| {
            line.text.extend(text);
            match bare {
                true => line.bare.extend(text),
                false => line.bare.extend(text.iter().map(|_| ' ')),
            }
        };
        match &mut at {
            At::LineComment => i += 1,
            At::BlockComment(depth) => match (c, peek(i + 1)) {
                ('/', '*') => {
                    *depth += 1;
                    i += 2;
                }
                ('*', '/') => {
                    *depth -= 1;
                    if *depth == 0 {
                        at = At::Code;
                    }
                    i += 2;
                }
                _ => i += 1,
            },
            At::Str(None) => match c {
                '\\' if peek(i + 1) != '\n' => {
                    keep(&chars[i..i + 2], false);
                    i += 2;
                }
                '"' => {
                    keep(&['"'], true);
                    at = At::Code;
                    i += 1;
                }
                _ => {
                    keep(&[c], false);
                    i += 1;
                }
            },
            At::Str(Some(hashes)) => {
                let hashes = *hashes;
                if c == '"' && (1..=hashes).all(|n| peek(i + n) == '#') {
                    keep(&chars[i..=i + hashes], true);
                    at = At::Code;
                    i += 1 + hashes;
                } else {
                    keep(&[c], false);
                    i += 1;
                }
            }
            At::Code => {
                let hashes = (1..).take_while(|n| peek(i + n) == '#').count();
                let before = if i == 0 { ' ' } else { chars[i - 1] };
                let prefix =
                    !is_word(before) || (matches!(before, 'b' | 'c') && (i < 2 || !is_word(chars[i - 2])));
                match c {
                    '/' if peek(i + 1) == '/' => at = At::LineComment,
                    '/' if peek(i + 1) == '*' => {
                        at = At::BlockComment(1);
                        i += 2;
                    }
                    'r' if prefix && peek(i + hashes + 1) == '"' => {
                        keep(&chars[i..=i + hashes + 1], true);
                        at = At::Str(Some(hashes));
                        i += hashes + 2;
                    }
                    '"' => {
                        keep(&['"'], true);
                        at = At::Str(None);
                        i += 1;
                    }
                    '\'' if peek(i + 1) == '\\' || peek(i + 2) == '\'' => {
                        let from = i + if peek(i + 1) == '\\' { 3 } else { 2 };
                        let end = (from..chars.len()).find(|n| matches!(chars[*n], '\'' | '\n'));
                        let end = end.unwrap_or(chars.len() - 1);
                        keep(&chars[i..=end], false);
                        i = end + 1;
                    }
                    _ => {
                        keep(&[c], true);
                        i += 1;
                    }
                }
            }
        }
    }
    lines
}

/// Whether an attribute, without spaces, means: only for tests.
fn only_tests(attribute: &str) -> bool {
    let words = |c: char| !is_word(c);
    attribute.starts_with("cfg(")
        && !attribute.contains("not(test")
        && attribute.split(words).any(|word| word == "test")
}

fn mark_tests(source: &mut Source) {
    let flat: Vec<(usize, char)> = source
        .lines
        .iter()
        .enumerate()
        .flat_map(|(n, line)| line.bare.chars().chain(['\n']).map(move |c| (n, c)))
        .collect();
    let mut i = 0;
    while i + 1 < flat.len() {
        let inner = flat[i].1 == '#' && flat[i + 1].1 == '!';
        let open = i + 1 + usize::from(inner);
        if flat[i].1 != '#' || flat.get(open).is_none_or(|(_, c)| *c != '[') {
            i += 1;
            continue;
        }
        let end = closing(&flat, open);
        let attribute: String =
            flat[open + 1..end].iter().map(|(_, c)| *c).filter(|c| !c.is_whitespace()).collect();
        if !only_tests(&attribute) {
            i = end + 1;
            continue;
        }
        let last = if inner { flat.len() - 1 } else { item_end(&flat, end + 1) };
        let item: String = flat[end + 1..=last].iter().map(|(_, c)| *c).collect();
        if !inner && let Some(name) = declared_module(&item) {
            source.test_modules.push(name);
        }
        for line in &mut source.lines[flat[i].0..=flat[last].0] {
            line.test = true;
        }
        i = last + 1;
    }
}

/// The place of the bracket that closes the one at `open`.
fn closing(flat: &[(usize, char)], open: usize) -> usize {
    let mut depth = 0_usize;
    for (i, (_, c)) in flat.iter().enumerate().skip(open) {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return i;
                }
            }
            _ => {}
        }
    }
    flat.len() - 1
}

/// Where the item that begins at `from` ends: at its `;`, or at the brace that closes its body.
fn item_end(flat: &[(usize, char)], from: usize) -> usize {
    let mut i = from;
    while i < flat.len() {
        match flat[i].1 {
            ';' | ',' => return i,
            '{' => return closing(flat, i),
            '(' | '[' => i = closing(flat, i),
            _ => {}
        }
        i += 1;
    }
    flat.len() - 1
}

fn declared_module(item: &str) -> Option<String> {
    let mut words = item.strip_suffix(';')?.split_whitespace().rev();
    let name = words.next()?;
    (words.next()? == "mod").then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_strings_are_emptied() {
        let lines =
            read("let a = \"// not a comment\"; // a comment\nlet b = 'x'; /* two\nlines */ let c = 1;")
                .lines;
        assert_eq!(lines[0].text, "let a = \"// not a comment\"; ");
        assert_eq!(lines[0].bare.trim_end(), "let a = \"                \";");
        assert_eq!(lines[1].text, "let b = 'x'; ");
        assert_eq!(lines[2].bare, " let c = 1;");
    }

    #[test]
    fn raw_strings_lifetimes_and_quotes_in_characters_are_understood() {
        let lines =
            read("fn f<'a>(x: &'a str) { let q = '\"'; let r = r#\"say \"hi\" // \"#; g('\\'') }").lines;
        assert!(lines[0].bare.starts_with("fn f<'a>(x: &'a str) { let q =    ; let r = r#\""));
        assert!(lines[0].bare.trim_end().ends_with("\"#; g(    ) }"));
    }

    #[test]
    fn what_stands_after_a_test_module_is_not_a_test() {
        let source = read("fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { \"}\"; }\n}\nfn c() {}");
        let tests: Vec<bool> = source.lines.iter().map(|l| l.test).collect();
        assert_eq!(tests, [false, true, true, true, true, false]);
    }

    #[test]
    fn a_test_module_in_a_file_of_its_own_is_named() {
        let source =
            read("#[cfg(any(test, feature = \"testing\"))]\npub mod testing;\n#[cfg(not(test))]\nmod real;");
        assert_eq!(source.test_modules, ["testing"]);
        assert!(source.lines[1].test && !source.lines[3].test);
    }
}
