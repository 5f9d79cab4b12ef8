//! A channel: what carries a message out of the house.

use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::book::Tongue;

/// A way to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Via {
    /// Their page in the house. Needs no channel and no address.
    App,
    /// E-mail.
    Email,
    /// SMS.
    Sms,
    /// Zalo.
    Zalo,
    /// Their browsers.
    Push,
}

impl Via {
    /// Every way, in the order of pages.
    pub const ALL: [Via; 5] = [Via::App, Via::Email, Via::Push, Via::Sms, Via::Zalo];

    /// Its name in tables and forms.
    pub fn name(self) -> &'static str {
        match self {
            Via::App => "app",
            Via::Email => "email",
            Via::Sms => "sms",
            Via::Zalo => "zalo",
            Via::Push => "push",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Via> {
        Via::ALL.into_iter().find(|v| v.name() == name)
    }
}

/// A browser that takes messages (RFC 8030), with its keys (RFC 8291).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Where its push service takes them.
    pub endpoint: String,
    /// Its P-256 key, 65 bytes.
    pub public_key: Vec<u8>,
    /// The secret it shares with us, 16 bytes.
    pub secret: Vec<u8>,
}

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// An address of e-mail.
    Email(String),
    /// A telephone, in international form without «+»: 84912345678.
    Phone(String),
    /// A browser.
    Browser(Subscription),
}

impl To {
    /// The address as the log may show it.
    pub fn masked(&self) -> String {
        match self {
            To::Email(address) => {
                let (who, host) = address.split_once('@').unwrap_or((address, ""));
                let first: String = who.chars().take(1).collect();
                format!("{first}•••@{host}")
            }
            To::Phone(number) => {
                let last = number.len().saturating_sub(3);
                format!("•••{}", number.get(last..).unwrap_or_default())
            }
            To::Browser(s) => {
                let host = s.endpoint.split('/').nth(2).unwrap_or_default();
                format!("•••@{host}")
            }
        }
    }
}

/// A message, ready to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The same at every try: what a provider recognises a double by.
    pub id: Uuid,
    /// Where to.
    pub to: To,
    /// What the receiver is called.
    pub name: String,
    /// The place that writes.
    pub place: String,
    /// The kind, `case.answered`.
    pub kind: &'static str,
    /// The subject, or the first line.
    pub title: String,
    /// The text.
    pub body: String,
    /// The page it leads to, a whole address; empty when there is none.
    pub link: String,
    /// Where it is turned off without signing in, a whole address.
    pub stop: Option<String>,
    /// The language of the text.
    pub tongue: Tongue,
    /// Whether it rings at night.
    pub urgent: bool,
    /// It is of no use after so many seconds.
    pub stale_s: i64,
}

/// What became of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken, under this name.
    Sent {
        /// The provider's name for it.
        provider_id: Option<String>,
    },
    /// It was not taken, for now.
    Later(String),
    /// It never will be.
    Never(String),
    /// Nobody knows: the connection broke after the message had left.
    Unknown(String),
    /// The address is no more; it is to be forgotten.
    Gone(String),
}

/// Carries messages one way. Reasons are for people who keep the program running: they name no receiver.
pub trait Channel: Send + Sync {
    /// The way.
    fn via(&self) -> Via;

    /// Whether the same message may be handed over twice, because the other side drops doubles by its id.
    fn drops_doubles(&self) -> bool;

    /// Hands a message over. Ends by itself within a minute.
    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Outcome>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_address_tells_nobody_who_it_is() {
        assert_eq!(To::Email("mai.tran@cantho.gov.vn".into()).masked(), "m•••@cantho.gov.vn");
        assert_eq!(To::Email("đạt".into()).masked(), "đ•••@");
        assert_eq!(To::Phone("84912345678".into()).masked(), "•••678");
        assert_eq!(To::Phone("1".into()).masked(), "•••1");
        let endpoint = "https://push.example/send/abc".into();
        let browser = Subscription { endpoint, public_key: vec![], secret: vec![] };
        assert_eq!(To::Browser(browser).masked(), "•••@push.example");
    }
}
