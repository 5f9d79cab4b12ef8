//! Secrets that are given out once. The database keeps their hashes alone, so that who reads it cannot use
//! them.

use foundation::{Result, random_bytes};
use sha2::{Digest, Sha256};

/// A secret of 256 random bits, and what is kept of it.
pub struct Token {
    /// What is given out, 64 hexadecimal digits.
    pub text: String,
    /// What is kept.
    pub hash: Vec<u8>,
}

/// A new secret.
pub fn fresh() -> Result<Token> {
    fresh_with("")
}

/// A new secret whose text begins with `prefix`, so that a leaked one is recognised for what it is.
pub fn fresh_with(prefix: &str) -> Result<Token> {
    let bytes: [u8; 32] = random_bytes()?;
    let text = format!("{prefix}{}", hex(&bytes));
    let hash = hash(&text);
    Ok(Token { text, hash })
}

/// What is kept of a secret. It is random enough to need no salt and no slowness.
pub fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_secrets_are_alike_and_none_is_its_hash() {
        let (a, b) = (fresh().unwrap(), fresh_with("tc_").unwrap());
        assert_ne!(a.text, b.text);
        assert_eq!(a.text.len(), 64);
        assert!(b.text.starts_with("tc_"));
        assert_eq!(hash(&a.text), a.hash);
    }
}
