//! Sealing a message for one browser (RFC 8291 over RFC 8188, `aes128gcm`): the push service carries it and
//! cannot read it. The parts are ring's; what is here is their order, and a test holds it against the RFC's
//! own example. The crates that do this bring a client of HTTP, OpenSSL or a second set of ciphers along;
//! ring is in the program already.

use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::SystemRandom;
use ring::{aead, hkdf};

use crate::channel::Subscription;

/// The size of the one record, which is all that a push service takes.
const RECORD: u32 = 4096;
/// Before the sealed text: salt, record size, length of our key, our key.
const HEAD: usize = 16 + 4 + 1 + 65;

struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(key: &hkdf::Prk, info: &[&[u8]]) -> Option<[u8; N]> {
    let mut out = [0; N];
    key.expand(info, Bytes(N)).ok()?.fill(&mut out).ok()?;
    Some(out)
}

/// The sealed body; `None` when the browser's key is no point of the curve, or the text is too long.
pub fn seal(plain: &[u8], browser: &Subscription) -> Option<Vec<u8>> {
    // ring's own agreement wants its own source of chance, which asks the operating system as ours does.
    let own = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).ok()?;
    let own_public = own.compute_public_key().ok()?;
    let salt: [u8; 16] = foundation::random_bytes().ok()?;
    let peer = UnparsedPublicKey::new(&ECDH_P256, &browser.public_key);
    agree_ephemeral(own, &peer, |shared| seal_with(plain, browser, own_public.as_ref(), shared, salt)).ok()?
}

fn seal_with(
    plain: &[u8],
    browser: &Subscription,
    own_public: &[u8],
    shared: &[u8],
    salt: [u8; 16],
) -> Option<Vec<u8>> {
    if HEAD + plain.len() + 1 + 16 > RECORD as usize {
        return None;
    }
    let both = Salt::new(HKDF_SHA256, &browser.secret).extract(shared);
    let input: [u8; 32] = expand(&both, &[b"WebPush: info\0", &browser.public_key, own_public])?;
    let key = Salt::new(HKDF_SHA256, &salt).extract(&input);
    let secret: [u8; 16] = expand(&key, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = expand(&key, &[b"Content-Encoding: nonce\0"])?;
    let mut record = plain.to_vec();
    // The last record ends with a 2, and zeros if somebody wants to hide its length.
    record.push(2);
    let cipher = aead::LessSafeKey::new(aead::UnboundKey::new(&aead::AES_128_GCM, &secret).ok()?);
    let nonce = aead::Nonce::assume_unique_for_key(nonce);
    cipher.seal_in_place_append_tag(nonce, aead::Aad::empty(), &mut record).ok()?;
    let mut body = Vec::with_capacity(HEAD + record.len());
    body.extend(salt);
    body.extend(RECORD.to_be_bytes());
    body.push(u8::try_from(own_public.len()).ok()?);
    body.extend(own_public);
    body.extend(record);
    Some(body)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    #[test]
    fn the_example_of_the_rfc_comes_out_as_it_stands_there() {
        let public =
            "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
        let browser = Subscription {
            endpoint: String::new(),
            public_key: bytes(public),
            secret: bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        };
        let own = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
        let shared = bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let plain = b"When I grow up, I want to be a watermelon";
        let body = seal_with(plain, &browser, &bytes(own), &shared, salt).unwrap();
        let wanted = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIg\
                      Dll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVB\
                      St2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(body), wanted);
    }

    #[test]
    fn a_browser_with_a_key_that_is_none_is_refused_and_no_two_bodies_are_alike() {
        let key = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).unwrap();
        let public_key = key.compute_public_key().unwrap().as_ref().to_vec();
        let browser = Subscription { endpoint: String::new(), public_key, secret: vec![7; 16] };
        assert_ne!(seal(b"a", &browser).unwrap(), seal(b"a", &browser).unwrap());
        assert!(seal(&vec![0; 4096], &browser).is_none());
        let mut wrong = browser.clone();
        wrong.public_key[40] ^= 1;
        assert!(seal(b"a", &wrong).is_none(), "not on the curve");
        wrong.public_key.truncate(12);
        assert!(seal(b"a", &wrong).is_none());
    }
}
