//! Every event has somebody who handles it: the outbox stops at one that nobody knows.

use crate::{Fault, Tree, rust};

/// The rule's name.
pub const NAME: &str = "events";

const WIRING: &str = "crates/toancanh/src/wiring.rs";

/// See the rule.
pub fn check(tree: &Tree) -> Vec<Fault> {
    let published: Vec<Published> = tree.crates().keys().flat_map(|name| published(tree, name)).collect();
    let Some(wiring) = tree.file(WIRING) else {
        return published.iter().take(1).map(|p| p.fault("there is no wiring.rs to handle it")).collect();
    };
    let wiring: String = rust::read(&wiring.text).lines.into_iter().map(|line| line.text + "\n").collect();
    published
        .iter()
        .filter(|event| !event.is_handled(&wiring))
        .map(|event| event.fault(&format!("no arm of `deliver` in {WIRING} handles it")))
        .collect()
}

struct Published {
    /// The crate that publishes it.
    owner: String,
    path: String,
    line: usize,
    /// `"name"` in quotes, or the constant that holds it.
    event: String,
}

impl Published {
    fn fault(&self, what: &str) -> Fault {
        Fault::new(NAME, &self.path, self.line, format!("the event {}: {what}", self.event))
    }

    fn is_handled(&self, wiring: &str) -> bool {
        if self.event.starts_with('"') {
            return wiring.contains(&self.event);
        }
        let constant = self.event.rsplit("::").next().unwrap_or_default();
        wiring.lines().any(|line| {
            let arm = line.split("=>").next().unwrap_or_default();
            line.contains("=>")
                && arm.contains(&format!("{}::", self.owner))
                && arm.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == constant)
        })
    }
}

/// What the sources of a crate publish: the second argument of `.publish(now, EVENT, …)`.
fn published(tree: &Tree, name: &str) -> Vec<Published> {
    let mut found = Vec::new();
    for file in tree.below(&format!("crates/{name}/src"), "rs") {
        let lines = rust::read(&file.text).lines;
        for (i, line) in lines.iter().enumerate().filter(|(_, line)| !line.test) {
            if !line.bare.contains(".publish(") {
                continue;
            }
            let call: String = lines[i..].iter().take(4).map(|line| line.text.as_str()).collect();
            let arguments = call.split(".publish(").nth(1).unwrap_or_default();
            let event = arguments.split(',').nth(1).unwrap_or_default().trim().to_owned();
            found.push(Published { owner: name.to_owned(), path: file.path.clone(), line: i + 1, event });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_that_nobody_handles_is_told() {
        let wiring = "match event { packs::EVENT => a(), \"units.changed\" => b(), // \"packs.gone\"\n}";
        let source = "fn f() { tx.publish(now, EVENT, &x); tx2\n.publish(now, \"packs.gone\", &x); }";
        let told = check(&Tree::of(&[
            (WIRING, wiring),
            ("crates/packs/Cargo.toml", ""),
            ("crates/packs/src/lib.rs", source),
            ("crates/units/Cargo.toml", ""),
            ("crates/units/src/lib.rs", "tx.publish(now, \"units.changed\", &x)"),
        ]));
        assert_eq!(told.len(), 1);
        assert!(told[0].line == 2 && told[0].what.contains("packs.gone"));
    }
}
