//! The token in a link of a message: names the delivery, and shows that we wrote it. Works without signing
//! in: it opens the message's page and stops messages like it, nothing else.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use storage::InstallationKey;
use uuid::Uuid;

const PLACE: &str = "notices/link";
/// Bytes of the signature. The id is not to be guessed either, and a guess has to be asked of us.
const TAG: usize = 8;

/// The token of a delivery, 32 letters.
pub fn write(key: &InstallationKey, delivery: Uuid) -> String {
    let mut bytes = delivery.as_bytes().to_vec();
    bytes.extend(&key.sign(PLACE, delivery.as_bytes())[..TAG]);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The delivery that a token names; `None` when we did not write it.
pub fn read(key: &InstallationKey, token: &str) -> Option<Uuid> {
    let bytes = URL_SAFE_NO_PAD.decode(token.get(..).filter(|t| t.len() == 32)?).ok()?;
    let (id, tag) = bytes.split_at_checked(16)?;
    key.signed(PLACE, id, tag).then(|| Uuid::from_slice(id).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_somebody_else_made_is_none() {
        let key = InstallationKey::of([7; 32]);
        let id = foundation::new_id();
        let token = write(&key, id);
        assert_eq!((token.len(), read(&key, &token)), (32, Some(id)));
        assert_eq!(read(&InstallationKey::of([8; 32]), &token), None);
        for other in ["", "a", &token[1..], &format!("{token}A"), &"A".repeat(32), "ạạạạạạạạạạ"]
        {
            assert_eq!(read(&key, other), None, "{other}");
        }
        for at in 0..32 {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(read(&key, std::str::from_utf8(&changed).unwrap()), None, "letter {at}");
        }
    }
}
