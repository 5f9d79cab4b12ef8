//! What a strict content policy forbids in a page: everything inline.

use crate::{Fault, Tree};

/// The rule's name.
pub const NAME: &str = "pages";

/// See the rule.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in tree.below("crates", "html").chain(tree.below("ui", "html")) {
        for (number, line) in file.lines() {
            if let Some(what) = inline(line) {
                faults.push(Fault::new(NAME, &file.path, number, what));
            }
            for (at, call) in line.match_indices("icon(\"") {
                let name = line[at + call.len()..].split('"').next().unwrap_or_default();
                if !tree.paths.contains(&format!("ui/icons/{name}.svg")) {
                    let what = format!("there is no icon `{name}` in ui/icons");
                    faults.push(Fault::new(NAME, &file.path, number, what));
                }
            }
        }
    }
    faults
}

fn inline(line: &str) -> Option<&'static str> {
    let attribute = |name: &str| line.contains(&format!(" {name}=\""));
    let script = |at: usize| !line[at..].split('>').next().unwrap_or_default().contains(" src=");
    if attribute("style") {
        return Some("a style attribute: make a class in ui/css, or use an SVG attribute or <meter>");
    }
    if line.match_indices("<script").any(|(at, _)| script(at)) {
        return Some("an inline script: make an island in ui/src");
    }
    if line.contains("<style") {
        return Some("an inline sheet: it belongs into ui/css");
    }
    let events = ["onclick", "onchange", "onsubmit", "oninput", "onload", "onkeydown"];
    (events.into_iter().any(attribute) || line.contains("javascript:"))
        .then_some("an inline handler: make an island in ui/src")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_inline() {
        assert!(inline("<script type=\"module\" src=\"/a.js\"></script>").is_none());
        assert!(inline("<p class=\"style\" data-on=\"x\">").is_none());
        for bad in ["<p style=\"x\">", "<script>x</script>", "<a onclick=\"x\">", "<a href=\"javascript:x\">"]
        {
            assert!(inline(bad).is_some(), "{bad}");
        }
    }
}
