//! What a page shows and somebody may act upon: a tile, a figure, a unit, a document. Whoever owns an act
//! offers it for any subject, whoever owns a subject says where it is found; neither knows the other, the
//! wiring lists both.

use std::sync::Arc;

use crate::house::{Context, House};
use crate::scope::UnitId;

/// A subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What it is, for the module that owns it: `indicator:admin.on_time/92`. What is made from it keeps
    /// this.
    pub source: String,
    /// In words.
    pub title: String,
    /// Where.
    pub unit: UnitId,
}

/// A link with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The words.
    pub label: String,
    /// The address.
    pub href: String,
}

/// A module that offers acts, or owns subjects. Both answers are under the reader's scope.
pub trait Offers: Send + Sync {
    /// What the reader may do about a subject.
    fn acts(&self, _cx: &Context, _subject: &Subject) -> Vec<Link> {
        Vec::new()
    }

    /// Where a source is found; `None` when it is no subject of this module, or nothing the reader may see.
    fn found(&self, _cx: &Context, _source: &str) -> Option<Link> {
        None
    }
}

impl House {
    /// Gives the house its offers; called once while the program is wired.
    pub fn offer(&self, offers: Vec<Arc<dyn Offers>>) {
        let _ = self.offers.set(offers);
    }
}

impl Context {
    /// What the reader may do about a subject.
    pub fn acts(&self, subject: &Subject) -> Vec<Link> {
        let all = self.house.offers.get().into_iter().flatten();
        all.flat_map(|o| o.acts(self, subject)).collect()
    }

    /// Where a source is found, if the reader may see it.
    pub fn found(&self, source: &str) -> Option<Link> {
        let all = self.house.offers.get().into_iter().flatten();
        all.filter(|_| !source.is_empty()).find_map(|o| o.found(self, source))
    }
}
