//! Saying who we are to push services (VAPID, RFC 8292): a token signed with our own key for each service.
//!
//! The key is made at the first start and lies sealed under the installation key. Browsers subscribed with
//! its public half; if it cannot be opened any more they are forgotten, because no service would take a
//! message for them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use foundation::{Clock, Error, Instant, Result, error::internal};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::json;
use storage::{Db, InstallationKey, args, settings};

const SETTING: &str = "notices.vapid";
const PLACE: &str = "notices/vapid";
/// A token holds so long; a day is the most that services allow.
const HOLDS_S: i64 = 12 * 3600;

/// Signs as ours.
pub struct Signer {
    pair: EcdsaKeyPair,
    contact: String,
}

fn broken(what: &'static str) -> Error {
    internal("vapid", format!("Không tạo được khóa gửi tin đến trình duyệt ({what})"))
}

impl Signer {
    /// A new signer and its private key (PKCS#8). `contact`: `mailto:…`.
    pub fn fresh(contact: &str) -> Result<(Signer, Vec<u8>)> {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let private = made.map_err(|_| broken("generate"))?.as_ref().to_vec();
        Ok((Signer::of(&private, contact)?, private))
    }

    fn of(private: &[u8], contact: &str) -> Result<Signer> {
        let (algorithm, chance) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, private, &chance).map_err(|_| broken("read"))?;
        Ok(Signer { pair, contact: contact.to_owned() })
    }

    /// The signer of this installation; made where there is none.
    pub async fn settle(db: &Db, clock: &dyn Clock, key: &InstallationKey, contact: &str) -> Result<Signer> {
        let open = |kept: &str| key.open(PLACE, &STANDARD.decode(kept).ok()?).ok();
        if let Some(private) = settings::get(db, SETTING).await?.as_deref().and_then(open) {
            return Signer::of(&private, contact);
        }
        let mut tx = db.begin().await?;
        tx.lock(SETTING).await?;
        let sql = "SELECT value FROM setting WHERE key = $1";
        let kept: Option<(String,)> = tx.one(sql, args![SETTING]).await?;
        // Another process may have been quicker.
        if let Some(private) = kept.as_ref().and_then(|k| open(&k.0)) {
            return Signer::of(&private, contact);
        }
        let (signer, private) = Signer::fresh(contact)?;
        let sealed = STANDARD.encode(key.seal(PLACE, &private)?);
        settings::set(&mut tx, clock, SETTING, &sealed).await?;
        let forgotten = tx.run("DELETE FROM push_subscription", args![]).await?;
        tx.commit().await?;
        if kept.is_some() {
            tracing::warn!(
                forgotten,
                "the key of web push could not be opened: browsers must subscribe again"
            );
        }
        Ok(signer)
    }

    /// The public key, 65 bytes.
    pub fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// The header `Authorization` for the service at `origin`.
    pub(super) fn authorization(&self, origin: &str, now: Instant) -> Option<String> {
        let text = |json: serde_json::Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let head = text(json!({ "typ": "JWT", "alg": "ES256" }));
        let exp = now.plus_seconds(HOLDS_S).seconds();
        let claims = text(json!({ "aud": origin, "exp": exp, "sub": self.contact }));
        let told = format!("{head}.{claims}");
        let signature = self.pair.sign(&SystemRandom::new(), told.as_bytes()).ok()?;
        let (signature, key) = (URL_SAFE_NO_PAD.encode(signature), URL_SAFE_NO_PAD.encode(self.public()));
        Some(format!("vapid t={told}.{signature}, k={key}"))
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_service_can_check_who_signed_for_whom_and_until_when() {
        let (signer, _) = Signer::fresh("mailto:quantri@cantho.example").unwrap();
        let header = signer.authorization("https://push.example", Instant(1_000_000)).unwrap();
        let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let (told, signature) = token.rsplit_once('.').unwrap();
        let key = URL_SAFE_NO_PAD.decode(key).unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let known = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key);
        known.verify(told.as_bytes(), &signature).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(told.split_once('.').unwrap().1).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        let wanted =
            json!({ "aud": "https://push.example", "exp": 43_201, "sub": "mailto:quantri@cantho.example" });
        assert_eq!(claims, wanted);
    }
}
