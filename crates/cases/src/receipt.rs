//! The receipt of a report: a secret that makes its holder the reporter.
//!
//! The sender makes a key before sending. The secret is reckoned from it, so a report that was sent twice,
//! because the network broke before the answer came, gets the receipt it had, and a phone without network
//! knows its receipt already. The database keeps the secret's hash alone.

use foundation::{Result, error::invalid};
use sha2::{Digest, Sha256};

/// Letters that are not mistaken for each other when read aloud or copied by hand.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A key shorter than this could be guessed.
const SHORTEST: usize = 16;

/// The secret of a sender's key, 16 letters and digits in four groups: 80 bits.
///
/// Errors: `case_key` when the key is too short or too long.
pub fn secret(key: &str) -> Result<String> {
    if !(SHORTEST..=200).contains(&key.len()) {
        let why = "Khóa của lần gửi phải dài từ 16 đến 200 ký tự (ví dụ một UUID).";
        return Err(invalid("case_key", why));
    }
    let hash = Sha256::new().chain_update(b"toancanh receipt\0").chain_update(key.as_bytes()).finalize();
    let mut text = String::with_capacity(19);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for byte in hash.iter().take(10) {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            let letter = LETTERS[((held >> bits) & 31) as usize];
            if matches!(text.len(), 4 | 9 | 14) {
                text.push('-');
            }
            text.push(letter as char);
        }
    }
    Ok(text)
}

/// What is kept of a secret as somebody typed it: case, blanks and dashes do not matter.
pub fn kept(secret: &str) -> Vec<u8> {
    Sha256::digest(spelled(secret).replace('-', "").as_bytes()).to_vec()
}

/// A secret as it is written, however somebody typed it.
pub fn spelled(secret: &str) -> String {
    let plain =
        secret.chars().filter(char::is_ascii_alphanumeric).take(64).map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        });
    let mut text = String::new();
    for (i, c) in plain.enumerate() {
        if i > 0 && i % 4 == 0 {
            text.push('-');
        }
        text.push(c);
    }
    text
}

/// What is kept of a device's key, an address or a phone where only sameness matters.
pub fn fingerprint(kind: &str, value: &str) -> Vec<u8> {
    let hash = Sha256::new().chain_update(kind.as_bytes()).chain_update([0]).chain_update(value.as_bytes());
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_has_the_same_secret_and_another_has_another() {
        let one = secret("018f7a5e-1111-7000-8000-000000000001").unwrap();
        assert_eq!(one, secret("018f7a5e-1111-7000-8000-000000000001").unwrap());
        assert_ne!(one, secret("018f7a5e-1111-7000-8000-000000000002").unwrap());
        assert_eq!((one.len(), one.matches('-').count()), (19, 3));
        assert_eq!(secret("short").unwrap_err().code(), "case_key");
    }

    #[test]
    fn a_secret_may_be_typed_without_dashes_and_in_small_letters() {
        let one = secret("018f7a5e-1111-7000-8000-000000000001").unwrap();
        assert_eq!(kept(&one), kept(&one.to_lowercase().replace('-', " ")));
        assert_eq!(kept("O0IL"), kept("0011"));
        assert_eq!(spelled(&one.to_lowercase().replace('-', " ")), one);
    }
}
