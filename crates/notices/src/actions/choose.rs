//! Choose how one is told: which kinds by which way, quiet hours, the daily letter, the language.
//!
//! Who: everybody for themselves; the page says who that is. What waits already follows the choice too,
//! because it is looked at again before it leaves.

use std::collections::HashMap;

use foundation::Result;
use kit::{Context, audit};
use serde_json::json;

use crate::book::Person;
use crate::channel::Via;
use crate::habits::Habits;
use crate::store::habits;

/// How one wants to be told, whole.
pub struct Choose(pub Habits);

impl Choose {
    /// Keeps it. Choices that are as before are not written again.
    pub async fn run(self, cx: &Context, person: Person) -> Result<()> {
        let before = habits::of(&cx.db, person, None).await?.choices;
        let now = cx.clock.now();
        let mut tx = cx.db.begin().await?;
        habits::save(&mut tx, now, person, &self.0).await?;
        for ((kind, via), wanted) in changed(&before, &self.0.choices) {
            habits::choose(&mut tx, now, person, kind, via, wanted).await?;
        }
        audit(&mut tx, cx, "notice.choose", &person.subject(), &json!({})).await?;
        tx.commit().await
    }
}

fn changed<'a>(
    before: &HashMap<(String, Via), bool>,
    after: &'a HashMap<(String, Via), bool>,
) -> Vec<((&'a str, Via), bool)> {
    let new = after.iter().filter(|(key, wanted)| before.get(*key) != Some(*wanted));
    new.map(|((kind, via), wanted)| ((kind.as_str(), *via), *wanted)).collect()
}
