//! The installation key: 32 random bytes in a file of the data folder, made at the first start, readable by
//! its owner alone. What must lie in the database and be read again is sealed with it (XChaCha20-Poly1305),
//! so that neither a copy of the database nor a backup tells it. A backup leaves the key out
//! ([decision 10](../../../docs/decisions/0010-installation-key.md)).

use std::fmt;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use foundation::{Error, Result, error::internal, error::invalid, error::unavailable};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// The name of the key's file in the data folder.
pub const FILE: &str = "installation.key";

/// What sealed bytes begin with.
const VERSION: u8 = 1;
const NONCE: usize = 24;

/// A key that is in memory. It shows its print, never itself.
#[derive(Clone)]
pub struct InstallationKey {
    cipher: XChaCha20Poly1305,
    /// Signs; another key than the one that seals.
    signer: [u8; 32],
    print: String,
}

impl fmt::Debug for InstallationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InstallationKey({})", self.print)
    }
}

fn disk(e: std::io::Error) -> Error {
    let why = format!("Không đọc hoặc ghi được tệp khóa {FILE} trong thư mục dữ liệu. Hãy kiểm tra quyền.");
    unavailable("installation_key_file", why).because(e)
}

impl InstallationKey {
    /// The key of these bytes.
    pub fn of(bytes: [u8; 32]) -> InstallationKey {
        // One way: from the print nobody comes to the key.
        let sum = Sha256::new().chain_update(b"toancanh installation key").chain_update(bytes).finalize();
        let print = sum.iter().take(8).map(|b| format!("{b:02x}")).collect();
        let signer =
            Sha256::new().chain_update(b"toancanh signing key").chain_update(bytes).finalize().into();
        InstallationKey { cipher: XChaCha20Poly1305::new(&bytes.into()), signer, print }
    }

    /// The key of a data folder; `None` when it has none yet.
    ///
    /// Errors: `installation_key_file`; `installation_key_broken` for a file that holds no key.
    pub fn read(folder: &Path) -> Result<Option<InstallationKey>> {
        let path = folder.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(disk(e)),
        };
        warn_if_open(&path);
        let broken = || {
            let why =
                format!("Tệp khóa {FILE} bị hỏng: phải là 64 chữ số thập lục phân. Hãy chép lại tệp đúng.");
            invalid("installation_key_broken", why)
        };
        let text = text.trim();
        if text.len() != 64 || !text.is_ascii() {
            return Err(broken());
        }
        let mut bytes = [0_u8; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| broken())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| broken())?;
        }
        Ok(Some(InstallationKey::of(bytes)))
    }

    /// Makes a new key in a data folder that has none. Where another process was quicker, its key.
    pub fn make(folder: &Path) -> Result<InstallationKey> {
        let bytes: [u8; 32] = foundation::random_bytes()?;
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        fs::create_dir_all(folder).map_err(disk)?;
        let part = folder.join(format!("{FILE}.{}", foundation::new_id()));
        // Whole and synced under another name first, then linked: a link never overwrites.
        let made = owned(&part)
            .and_then(|mut file| file.write_all(format!("{hex}\n").as_bytes()).and_then(|()| file.sync_all()))
            .and_then(|()| fs::hard_link(&part, folder.join(FILE)));
        let _ = fs::remove_file(&part);
        match made {
            Ok(()) => {
                File::open(folder).and_then(|f| f.sync_all()).map_err(disk)?;
                Ok(InstallationKey::of(bytes))
            }
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                InstallationKey::read(folder)?.ok_or_else(|| disk(ErrorKind::NotFound.into()))
            }
            Err(e) => Err(disk(e)),
        }
    }

    /// A short name of the key, to be kept beside what it sealed.
    pub fn print(&self) -> &str {
        &self.print
    }

    /// Signs `message` for one place (HMAC-SHA-256): whoever has the key knows that it signed this, there.
    pub fn sign(&self, place: &str, message: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.signer).expect("HMAC takes a key of any length");
        mac.update(&(place.len() as u64).to_be_bytes());
        mac.update(place.as_bytes());
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    /// Whether `tag` is the beginning of the signature of `message` for `place`, at least 8 bytes of it.
    /// Takes the same time wherever they differ.
    pub fn signed(&self, place: &str, message: &[u8], tag: &[u8]) -> bool {
        let own = self.sign(place, message);
        let differs = own.iter().zip(tag).fold(0_u8, |all, (a, b)| all | (a ^ b));
        (8..=own.len()).contains(&tag.len()) && differs == 0
    }

    /// Seals `plain` for one place: only [`open`](InstallationKey::open) with the same `place` reads it
    /// again.
    pub fn seal(&self, place: &str, plain: &[u8]) -> Result<Vec<u8>> {
        let nonce: [u8; NONCE] = foundation::random_bytes()?;
        let payload = Payload { msg: plain, aad: place.as_bytes() };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|e| internal("seal", "Không mã hóa được").because(e))?;
        let mut out = Vec::with_capacity(1 + NONCE + sealed.len());
        out.push(VERSION);
        out.extend(nonce);
        out.extend(sealed);
        Ok(out)
    }

    /// What was sealed for `place`. Errors: `sealed_unreadable` when it was another key or place, or was
    /// changed.
    pub fn open(&self, place: &str, sealed: &[u8]) -> Result<Vec<u8>> {
        let unreadable = || {
            let why = "Không mở được dữ liệu đã mã hóa: khóa cài đặt khác với khóa đã dùng.";
            internal("sealed_unreadable", why)
        };
        let (&[VERSION], rest) = sealed.split_first_chunk::<1>().ok_or_else(unreadable)? else {
            return Err(unreadable());
        };
        let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or_else(unreadable)?;
        let payload = Payload { msg: rest, aad: place.as_bytes() };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| unreadable())
    }
}

/// A new file that only its owner may read.
fn owned(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn warn_if_open(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o077 != 0) {
        tracing::warn!("{} can be read by others than its owner: chmod 600", path.display());
    }
}

#[cfg(not(unix))]
fn warn_if_open(_: &Path) {}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may fall over")]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_read_only_with_the_same_key_in_the_same_place() {
        let (key, other) = (InstallationKey::of([7; 32]), InstallationKey::of([8; 32]));
        let sealed = key.seal("a", b"JBSWY3DP").unwrap();
        assert_eq!(key.open("a", &sealed).unwrap(), b"JBSWY3DP");
        assert!(!sealed.windows(8).any(|w| w == b"JBSWY3DP"));
        assert_ne!(key.seal("a", b"JBSWY3DP").unwrap(), sealed, "two seals are never alike");
        assert_ne!(key.print(), other.print());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open("a", &changed).unwrap_err().code(), "sealed_unreadable", "byte {at}");
        }
        assert_eq!(key.open("b", &sealed).unwrap_err().code(), "sealed_unreadable");
        assert_eq!(other.open("a", &sealed).unwrap_err().code(), "sealed_unreadable");
        for short in [0, 1, 24, 25, 40] {
            assert!(key.open("a", &sealed[..short]).is_err());
        }
    }

    #[test]
    fn a_signature_holds_for_one_message_in_one_place_under_one_key() {
        let (key, other) = (InstallationKey::of([7; 32]), InstallationKey::of([8; 32]));
        let tag = key.sign("a", b"42");
        assert!(key.signed("a", b"42", &tag) && key.signed("a", b"42", &tag[..8]));
        assert!(!key.signed("a", b"42", &tag[..7]) && !key.signed("a", b"42", &[]));
        assert!(!key.signed("a", b"43", &tag) && !key.signed("b", b"42", &tag));
        assert!(!key.signed("", b"a42", &tag) && !other.signed("a", b"42", &tag));
        for at in 0..8 {
            let mut changed = tag;
            changed[at] ^= 1;
            assert!(!key.signed("a", b"42", &changed[..8]), "byte {at}");
        }
    }

    #[test]
    fn a_key_is_made_once_for_its_owner_alone() {
        let folder = crate::testing::sqlite().unwrap();
        let folder = folder.folder();
        assert!(InstallationKey::read(folder).unwrap().is_none());
        let made = InstallationKey::make(folder).unwrap();
        assert_eq!(InstallationKey::make(folder).unwrap().print(), made.print(), "never overwritten");
        assert_eq!(InstallationKey::read(folder).unwrap().unwrap().print(), made.print());
        let left = fs::read_dir(folder)
            .unwrap()
            .filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().starts_with("installation"));
        assert_eq!(left.count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::write(folder.join(FILE), "not a key").unwrap();
        assert_eq!(InstallationKey::read(folder).unwrap_err().code(), "installation_key_broken");
    }
}
