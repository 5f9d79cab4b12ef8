//! Every address that a page leads to is answered: what is not there yet is left out of pages and menus.

use crate::tree::File;
use crate::{Fault, Tree, rust};

/// The rule's name.
pub const NAME: &str = "routes";

/// What stands before an address in a template.
const IN_PAGES: [&str; 2] = ["href=\"", "action=\""];
/// What stands before an address in a source.
const IN_SOURCES: [&str; 6] = [
    "entry(cx, \"",
    "href: \"",
    "href: format!(\"",
    "redirect_with(\"",
    "redirect_with(&format!(\"",
    "Redirect::to(\"",
];

/// See the rule.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let sources: Vec<(&File, Vec<rust::Line>)> = tree
        .below("crates", "rs")
        .filter(|f| !f.path.starts_with("crates/xtask/") && !f.path.contains("/tests/"))
        .map(|f| (f, rust::read(&f.text).lines))
        .collect();
    let routes: Vec<Vec<String>> = sources.iter().flat_map(|(_, lines)| routes(lines)).collect();
    let mut faults = Vec::new();
    let mut look = |file: &File, line: usize, text: &str, before: &[&str]| {
        for address in addresses(text, before) {
            if !routes.iter().any(|route| answers(route, &address)) {
                let what = format!("no route answers {address}");
                faults.push(Fault::new(NAME, &file.path, line, what));
            }
        }
    };
    for file in tree.below("crates", "html") {
        file.lines().for_each(|(line, text)| look(file, line, text, &IN_PAGES));
    }
    for (file, lines) in &sources {
        let real = lines.iter().enumerate().filter(|(_, line)| !line.test);
        real.for_each(|(i, line)| look(file, i + 1, &line.text, &IN_SOURCES));
    }
    faults
}

/// The paths of `Route::get("…", …)` and `Route::post("…", …)`, part by part.
fn routes(lines: &[rust::Line]) -> Vec<Vec<String>> {
    let code: String = lines.iter().filter(|l| !l.test).map(|l| l.text.trim()).collect();
    let paths = |call: &'static str| {
        let after: Vec<&str> = code.split(call).skip(1).collect();
        after.into_iter().filter_map(|rest| Some(rest.strip_prefix('"')?.split_once('"')?.0.to_owned()))
    };
    let all: Vec<String> = paths("Route::get(").chain(paths("Route::post(")).collect();
    all.iter().map(|path| parts(path)).collect()
}

fn parts(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The addresses of ours in a line, with `{}` for what is filled in.
fn addresses(text: &str, before: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for mark in before {
        for rest in text.split(mark).skip(1).filter(|rest| rest.starts_with('/')) {
            let mut address = String::new();
            let mut depth = 0;
            for c in rest.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => {
                        depth -= 1;
                        if depth == 0 {
                            address.push_str("{}");
                        }
                    }
                    '"' | '?' | '#' if depth == 0 => break,
                    c if depth == 0 => address.push(c),
                    _ => {}
                }
            }
            found.push(address);
        }
    }
    found
}

fn answers(route: &[String], address: &str) -> bool {
    let asked = parts(address);
    let rest = route.last().is_some_and(|part| part.starts_with("{*"));
    // What is filled in behind a whole name is a query: `/late/export.csv{{ query }}`.
    let whole = |asked: &str| asked.strip_suffix("{}").unwrap_or(asked).to_owned();
    let same = |(part, asked): (&String, &String)| part.starts_with('{') || whole(asked) == *part;
    let enough = if rest { asked.len() >= route.len() } else { asked.len() == route.len() };
    enough && route.iter().zip(&asked).all(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_nobody_answers_is_told() {
        let source = r#"fn r() { vec![Route::get("/", P, a), Route::get(
            "/units/{id}", P, b),
            Route::get("/assets/{*name}", P, c)] }
            Route::get("/jobs.csv", P, d);
            fn f() { entry(cx, "/jobs", "nav-jobs") }"#;
        let page = r#"<a href="/"><a href="/units/{{ row.id }}?a=1"><a href="/gone">
            <a href="/assets/a/b.css"><a href="https://x"><a href="{{ all }}"><a href="/units">
            <a href="/jobs.csv{{ query }}">"#;
        let told = check(&Tree::of(&[("crates/a/src/a.rs", source), ("crates/a/templates/a.html", page)]));
        let places: Vec<_> = told.iter().map(|f| (f.line, f.what.rsplit(' ').next().unwrap_or(""))).collect();
        assert_eq!(places, [(1, "/gone"), (2, "/units"), (5, "/jobs")]);
    }
}
