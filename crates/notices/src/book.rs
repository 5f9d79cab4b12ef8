//! Who is told, and where they are reached. The addresses are the registry's; here they are only asked for.

use foundation::Result;
use futures_util::future::BoxFuture;
use kit::{Actor, UnitId};
use uuid::Uuid;

/// A person who is told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Person {
    /// Somebody who works here, by their account.
    Account(Uuid),
    /// A citizen or household of the registry.
    Citizen(Uuid),
}

impl Person {
    /// Its side in tables: `account`, `citizen`.
    pub fn side(self) -> &'static str {
        match self {
            Person::Account(_) => "account",
            Person::Citizen(_) => "citizen",
        }
    }

    /// Their id in the registry of their side.
    pub fn id(self) -> Uuid {
        match self {
            Person::Account(id) | Person::Citizen(id) => id,
        }
    }

    /// Reads side and id.
    pub fn of(side: &str, id: Uuid) -> Option<Person> {
        match side {
            "account" => Some(Person::Account(id)),
            "citizen" => Some(Person::Citizen(id)),
            _ => None,
        }
    }

    /// Whoever is signed in, if it is a person.
    pub fn signed_in(actor: &Actor) -> Option<Person> {
        match actor {
            Actor::Person { id, .. } => Some(Person::Account(*id)),
            _ => None,
        }
    }

    /// How audit rows name them.
    pub fn subject(self) -> String {
        format!("{}:{}", self.side(), self.id())
    }
}

/// A language of messages: those of the pages, and Khmer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Tongue {
    /// Vietnamese, which every text has.
    #[default]
    Vi,
    /// English.
    En,
    /// Khmer.
    Km,
}

impl Tongue {
    /// Every language, first the one that is always there.
    pub const ALL: [Tongue; 3] = [Tongue::Vi, Tongue::En, Tongue::Km];

    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Tongue::Vi => "vi",
            Tongue::En => "en",
            Tongue::Km => "km",
        }
    }

    /// Its name in itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Tongue::Vi => "Tiếng Việt",
            Tongue::En => "English",
            Tongue::Km => "ភាសាខ្មែរ (Khmer)",
        }
    }

    /// Reads a tag.
    pub fn parse(tag: &str) -> Option<Tongue> {
        Tongue::ALL.into_iter().find(|t| t.tag() == tag)
    }
}

/// Where somebody is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addressee {
    /// What they are called.
    pub name: String,
    /// Their telephone, as it was written.
    pub phone: Option<String>,
    /// Their e-mail.
    pub email: Option<String>,
    /// The language they prefer.
    pub tongue: Tongue,
}

/// The registries of people, given by the wiring.
pub trait AddressBook: Send + Sync {
    /// Where somebody is reached; `None` when they are not there any more, or may not be written to.
    fn find<'a>(&'a self, person: Person) -> BoxFuture<'a, Result<Option<Addressee>>>;

    /// The people of these units in the order of their ids, at most `limit` after `after`.
    fn in_units<'a>(
        &'a self,
        units: &'a [UnitId],
        after: Option<Uuid>,
        limit: i64,
    ) -> BoxFuture<'a, Result<Vec<Person>>>;
}
