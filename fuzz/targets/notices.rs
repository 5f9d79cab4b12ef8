#![no_main]
//! What a browser says when it subscribes, the token of a link, a template with values: each from a stranger.

use libfuzzer_sys::fuzz_target;
use notices::push::{seal::seal, subscription};
use notices::{sms, text, token};
use storage::InstallationKey;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(browser) = subscription::read(bytes) {
        let body = seal(b"x", &browser).expect("what was read can be sealed for");
        assert_eq!(body.len(), 86 + 2 + 16);
    }
    let Ok(written) = std::str::from_utf8(bytes) else { return };
    let key = InstallationKey::of([7; 32]);
    if let Some(id) = token::read(&key, written) {
        assert_eq!(token::write(&key, id), written, "a token has one spelling");
    }
    let _ = sms::length(written);
    // A value stands where its name stood and is not read again.
    let filled = text::fill(written, |_| Some("{code}"));
    assert!(filled.len() >= text::fill(written, |_| None).len());
});
