//! Citizens: whoever proved a telephone by a code, or signed in at a provider. They are no accounts: no name,
//! no password, no grants, and nothing of the house opens to them but what is theirs. What is theirs, other
//! rooms say, by the ids of what was proved ([`Citizen::proofs`])
//! ([decision 15](../../../docs/decisions/0015-citizens-sign-in.md)).

use std::sync::Arc;

use foundation::{Instant, Result, random_bytes};
use futures_util::future::BoxFuture;
use http::HeaderMap;
use kit::Context;
use kit::http::cookie;
use storage::{InstallationKey, Tx};
use uuid::Uuid;

use crate::oidc::Provider;
use crate::store::citizens as store;
use crate::token;

/// The cookie of a citizen's session.
pub const COOKIE: &str = "citizen";
/// The cookie of a browser that has asked for a code or begun at the provider.
pub const ASKED_COOKIE: &str = "citizen_door";
/// A session ends after so many seconds without use: a phone is its owner's, and nobody likes codes.
pub const IDLE_S: i64 = 30 * 86_400;
/// And in any case after so many.
pub const LONGEST_S: i64 = 180 * 86_400;
/// A code holds so long.
pub const CODE_S: i64 = 300;
/// So often somebody may mistype a code.
pub const TRIES: i64 = 5;
/// How exactly «last used» is kept.
const SEEN_EVERY_S: i64 = 3600;

/// A code on its way to a telephone.
pub struct Code {
    /// Names whom it is for; the telephone is [`store::phone_of`] it.
    pub id: Uuid,
    /// Six digits.
    pub digits: String,
    /// How long it holds.
    pub minutes: i64,
}

/// Sends codes; given by the wiring, because the room of messages stands above.
pub trait CodeSender: Send + Sync {
    /// Whether telephones can be reached at all.
    fn offered(&self) -> bool;

    /// Leaves the code for sending, in the transaction in which it was made.
    fn send<'a>(&'a self, tx: &'a mut Tx, cx: &'a Context, code: &'a Code) -> BoxFuture<'a, Result<()>>;
}

/// Who a citizen is: what they proved in this browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citizen {
    /// The session.
    pub session: Uuid,
    /// The ids of what they proved: a telephone, a name at the provider, or both.
    pub proofs: Vec<Uuid>,
    /// The telephone that they proved, 84912345678.
    pub phone: Option<String>,
}

impl Citizen {
    /// Enough of the telephone that its owner knows it: «•••678».
    pub fn masked(&self) -> Option<String> {
        let phone = self.phone.as_ref()?;
        Some(format!("•••{}", phone.get(phone.len().saturating_sub(3)..).unwrap_or_default()))
    }
}

/// The door of citizens.
pub struct Citizens {
    key: InstallationKey,
    secure: bool,
    sender: Option<Arc<dyn CodeSender>>,
    provider: Option<Provider>,
}

impl Citizens {
    /// A door. `secure`: browsers reach the program over TLS.
    pub fn new(key: InstallationKey, secure: bool, sender: Option<Arc<dyn CodeSender>>) -> Citizens {
        Citizens { key, secure, sender, provider: None }
    }

    /// The same with a provider of sign-in.
    #[must_use]
    pub fn with_provider(self, provider: Provider) -> Citizens {
        Citizens { provider: Some(provider), ..self }
    }

    /// The provider of sign-in, where one is configured.
    pub fn provider(&self) -> Option<&Provider> {
        self.provider.as_ref()
    }

    /// The sender of codes, where telephones can be reached.
    pub fn sender(&self) -> Option<&Arc<dyn CodeSender>> {
        self.sender.as_ref().filter(|s| s.offered())
    }

    /// Whether one can sign in here at all.
    pub fn opens(&self) -> bool {
        self.sender().is_some() || self.provider.is_some()
    }

    /// What is kept of an address, so that sameness alone is known.
    pub(crate) fn address(&self, address: &str) -> Vec<u8> {
        self.key.sign("citizen_code/address", address.as_bytes()).to_vec()
    }

    /// What is kept of a code.
    pub(crate) fn code(&self, id: Uuid, digits: &str) -> Vec<u8> {
        self.key.sign(&format!("citizen_code/{id}"), digits.as_bytes()).to_vec()
    }

    /// Whether these are the digits of what was kept.
    pub(crate) fn is_code(&self, id: Uuid, digits: &str, kept: &[u8]) -> bool {
        self.key.signed(&format!("citizen_code/{id}"), digits.as_bytes(), kept)
    }

    /// The line of a cookie of this door, living so many seconds; without a text it goes.
    pub fn cookie(&self, name: &str, text: Option<&str>, age_s: i64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        let age = if text.is_some() { age_s } else { 0 };
        let text = text.unwrap_or_default();
        format!("{name}={text}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}")
    }
}

/// Six digits, each as likely as another.
pub(crate) fn digits() -> Result<String> {
    loop {
        let n = u32::from_be_bytes(random_bytes()?);
        // The last part of the numbers is left out, or the first codes would come a little more often.
        if n < u32::MAX - u32::MAX % 1_000_000 {
            return Ok(format!("{:06}", n % 1_000_000));
        }
    }
}

/// Whether a code can be sent to this telephone (84912345678): a mobile one of Việt Nam. Messages to others
/// cost so much that strangers earn by asking for them.
pub fn takes_codes(phone: &str) -> bool {
    let own = phone.strip_prefix("84").unwrap_or_default();
    own.len() == 9 && own.starts_with(['3', '5', '7', '8', '9']) && own.bytes().all(|b| b.is_ascii_digit())
}

/// The citizen whose browser sent these headers.
pub async fn signed_in(cx: &Context, headers: &HeaderMap) -> Result<Option<Citizen>> {
    let Some(text) = cookie(headers, COOKIE).filter(|t| (1..=200).contains(&t.len())) else {
        return Ok(None);
    };
    let now = cx.clock.now();
    let Some(known) = store::session(&cx.db, &token::hash(text), now).await? else { return Ok(None) };
    if now.since(known.seen_at) > SEEN_EVERY_S * 1_000_000 {
        let mut tx = cx.db.begin().await?;
        store::seen(&mut tx, known.id, now).await?;
        tx.commit().await?;
    }
    let proofs = [known.phone, known.provider].into_iter().flatten().collect();
    Ok(Some(Citizen { session: known.id, proofs, phone: known.number }))
}

/// Begins a session for what was proved; its text goes into the cookie. The second is how the log names it.
pub(crate) async fn enter(
    tx: &mut Tx,
    now: Instant,
    phone: Option<&str>,
    provider: Option<(&str, &str)>,
) -> Result<(String, String)> {
    let phone = match phone {
        Some(number) => Some(store::proof(tx, now, store::PHONE, "", number).await?),
        None => None,
    };
    let provider = match provider {
        Some((issuer, subject)) => Some(store::proof(tx, now, store::PROVIDER, issuer, subject).await?),
        None => None,
    };
    let token = token::fresh()?;
    let id = store::open(tx, now, &token.hash, phone, provider).await?;
    Ok((token.text, format!("citizen:{id}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_go_to_mobile_telephones_of_the_country_alone() {
        for yes in ["84912345678", "84357654321", "84700000000"] {
            assert!(takes_codes(yes), "{yes}");
        }
        for no in ["842923812345", "85512345678", "8491234567", "849123456789", "84112345678", ""] {
            assert!(!takes_codes(no), "{no}");
        }
    }

    #[test]
    fn a_code_has_six_digits_and_is_kept_under_the_key_for_itself_alone() {
        let all: Vec<String> = (0..50).map(|_| digits().unwrap()).collect();
        assert!(all.iter().all(|c| c.len() == 6 && c.bytes().all(|b| b.is_ascii_digit())), "{all:?}");
        assert!(all.iter().any(|c| *c != all[0]));
        let door = |n| Citizens::new(InstallationKey::of([n; 32]), true, None);
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let kept = door(1).code(a, "012345");
        assert!(door(1).is_code(a, "012345", &kept));
        assert!(!door(1).is_code(a, "012346", &kept) && !door(1).is_code(b, "012345", &kept));
        assert!(!door(2).is_code(a, "012345", &kept), "another installation");
        assert!(!door(1).opens(), "nobody sends codes here");
    }

    #[test]
    fn the_cookie_is_read_by_no_script_and_sent_by_no_other_site() {
        let line = Citizens::new(InstallationKey::of([1; 32]), true, None).cookie(COOKIE, Some("x"), 60);
        assert_eq!(line, "citizen=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        let phone = Citizen { session: Uuid::nil(), proofs: vec![], phone: Some("84912345678".into()) };
        assert_eq!(phone.masked().as_deref(), Some("•••678"));
    }
}
