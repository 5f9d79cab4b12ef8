//! What a browser says of itself when it subscribes: `PushSubscription.toJSON()`.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use foundation::{Result, error::invalid};
use serde::Deserialize;

use crate::channel::Subscription;
use crate::push::seal;

/// Browsers write no padding; some libraries do.
const LETTERS: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A subscription longer than this is none.
const MOST: usize = 4096;

#[derive(Deserialize)]
struct Told {
    endpoint: String,
    keys: Keys,
}

#[derive(Deserialize)]
struct Keys {
    p256dh: String,
    auth: String,
}

/// Reads a subscription. Its keys are such that a message can be sealed for it; whether its address is one
/// that is believed, the channel says.
///
/// Errors: `push_subscription`.
pub fn read(body: &[u8]) -> Result<Subscription> {
    let wrong = || invalid("push_subscription", "Trình duyệt gửi đăng ký nhận tin không đúng. Hãy thử lại.");
    let body = Some(body).filter(|b| b.len() <= MOST).ok_or_else(wrong)?;
    let told: Told = serde_json::from_slice(body).map_err(|_| wrong())?;
    let bytes = |text: &str| LETTERS.decode(text).map_err(|_| wrong());
    let (public_key, secret) = (bytes(&told.keys.p256dh)?, bytes(&told.keys.auth)?);
    let plain = told.endpoint.bytes().all(|b| b.is_ascii_graphic()) && told.endpoint.len() <= 2000;
    let browser = Subscription { endpoint: told.endpoint, public_key, secret };
    let usable = browser.public_key.len() == 65 && browser.secret.len() == 16;
    if !plain || !usable || seal::seal(b"", &browser).is_none() {
        return Err(wrong());
    }
    Ok(browser)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

    fn told(endpoint: &str, key: &str, auth: &str) -> String {
        format!(
            r#"{{"endpoint":"{endpoint}","expirationTime":null,"keys":{{"p256dh":"{key}","auth":"{auth}"}}}}"#
        )
    }

    #[test]
    fn what_a_browser_says_is_read_and_what_cannot_be_used_is_refused() {
        let auth = "BTBZMqHH6r4Tts7J_aSIgg";
        let good = read(told("https://push.example/a", KEY, auth).as_bytes()).unwrap();
        assert_eq!((good.endpoint.as_str(), good.secret.len()), ("https://push.example/a", 16));
        assert!(read(told("https://push.example/a", KEY, "BTBZMqHH6r4Tts7J_aSIgg==").as_bytes()).is_ok());
        for wrong in [
            String::new(),
            "{}".into(),
            told("https://push.example/a b", KEY, auth),
            told("https://push.example/a", KEY, "BTBZ"),
            told("https://push.example/a", &KEY[..80], auth),
            told("https://push.example/a", &KEY.replace("BCVx", "BCVy"), auth),
            told(&"a".repeat(5000), KEY, auth),
        ] {
            assert_eq!(read(wrong.as_bytes()).unwrap_err().code(), "push_subscription", "{wrong}");
        }
    }
}
