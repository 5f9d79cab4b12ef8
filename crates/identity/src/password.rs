//! Passwords: what is good enough, and Argon2id (RFC 9106) with OWASP's least parameters (19 MiB, two
//! passes).

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use foundation::text::fold;
use foundation::{Error, Kind, Result, error::internal, error::invalid};
use tokio::sync::{OnceCell, Semaphore};

/// The fewest characters.
pub const SHORTEST: usize = 12;
/// The most bytes; more is only a burden.
const LONGEST: usize = 256;
/// How many are hashed at once, and how many more may wait.
const AT_ONCE: usize = 2;
const WAITING: usize = 64;

/// How hard a password is to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Refused.
    Weak,
    /// Good enough.
    Fair,
    /// Long or varied.
    Good,
}

/// What many people choose, folded and without spaces.
const COMMON: [&str; 16] = [
    "password", "matkhau", "qwerty", "asdfgh", "zxcvbn", "toancanh", "vietnam", "admin", "letmein",
    "welcome", "iloveyou", "anhyeuem", "abcdef", "quantri", "abc123", "canbo",
];

/// How hard `password` is to guess for somebody who knows the sign-in name.
pub fn strength(password: &str, sign_in: &str) -> Strength {
    let length = password.chars().count();
    let plain = fold(password).replace(' ', "");
    let own = fold(sign_in.split('@').next().unwrap_or_default()).replace(' ', "");
    let mut rest = plain.clone();
    for word in COMMON.into_iter().chain((own.len() >= 3).then_some(own.as_str())) {
        rest = rest.replace(word, "");
    }
    let steps = |text: &str| {
        let bytes: Vec<i32> = text.bytes().map(i32::from).collect();
        bytes.windows(2).filter(|w| (w[1] - w[0]).abs() > 1).count()
    };
    let mut kinds: Vec<char> = password.chars().collect();
    kinds.sort_unstable();
    kinds.dedup();
    let guessable =
        kinds.len() < 6 || rest.len() + 4 < SHORTEST && rest.len() < plain.len() || steps(&plain) < 4;
    let digits = plain.bytes().all(|b| b.is_ascii_digit());
    match length {
        _ if guessable || length < SHORTEST || (digits && length < 16) => Strength::Weak,
        ..16 => Strength::Fair,
        _ if kinds.len() >= 9 => Strength::Good,
        _ => Strength::Fair,
    }
}

/// Refuses a password that is too short, too long or too easy.
pub fn check(password: &str, sign_in: &str) -> Result<()> {
    if password.chars().count() < SHORTEST {
        return Err(invalid("password_short", "Mật khẩu cần ít nhất 12 ký tự."));
    }
    if password.len() > LONGEST {
        return Err(invalid("password_long", "Mật khẩu dài quá 256 byte."));
    }
    match strength(password, sign_in) {
        Strength::Weak => Err(invalid(
            "password_weak",
            "Mật khẩu này dễ đoán. Hãy dùng một câu dài mà chỉ bạn nghĩ ra, không chứa tên đăng nhập.",
        )),
        _ => Ok(()),
    }
}

/// Hashes passwords, a few at a time and never on the threads that serve pages.
pub struct Passwords {
    turns: Semaphore,
    queue: Semaphore,
    nobody: OnceCell<String>,
}

impl Default for Passwords {
    fn default() -> Self {
        Passwords {
            turns: Semaphore::new(AT_ONCE),
            queue: Semaphore::new(AT_ONCE + WAITING),
            nobody: OnceCell::new(),
        }
    }
}

impl Passwords {
    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let busy = |e: String| {
            Error::new(
                Kind::TooMany,
                "sign_in_busy",
                "Đang có rất nhiều người đăng nhập. Hãy thử lại sau giây lát.",
            )
            .because(e)
        };
        let _place = self.queue.try_acquire().map_err(|e| busy(e.to_string()))?;
        let _turn = self.turns.acquire().await.map_err(|e| busy(e.to_string()))?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|e| internal("password", "Không băm được mật khẩu").because(e))?
    }

    /// The hash to keep, a PHC string.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.work(move || {
            let hash = Argon2::default().hash_password(password.as_bytes());
            hash.map(|h| h.to_string())
                .map_err(|e| internal("password", "Không băm được mật khẩu").because(e.to_string()))
        })
        .await
    }

    /// Whether `password` is the one whose `hash` was kept. Without a hash it takes the same time and is
    /// never right.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => {
                let made = self.nobody.get_or_try_init(|| self.hash("không ai có mật khẩu này".into()));
                made.await?.clone()
            }
        };
        self.work(move || {
            let hash = PasswordHash::new(&hash)
                .map_err(|e| internal("password", "Mật khẩu đã lưu bị hỏng").because(e.to_string()))?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && known)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_chooses_is_weak() {
        for password in
            ["123456789012", "matkhau12345", "Password1234", "aaaaaaaaaaaa", "abcdefghijklm", "mai.tt2026@@"]
        {
            assert_eq!(strength(password, "mai.tt@cantho.gov.vn"), Strength::Weak, "{password}");
        }
    }

    #[test]
    fn a_long_sentence_is_good() {
        assert_eq!(strength("con trâu gặm cỏ bên bờ kênh", "mai"), Strength::Good);
        assert_eq!(strength("k7#Vq2!mZp9w", "mai"), Strength::Fair);
    }

    #[test]
    fn eleven_characters_are_too_few() {
        assert_eq!(check("k7#Vq2!mZp9", "mai").unwrap_err().code(), "password_short");
        assert_eq!(check(&"xin chào ".repeat(60), "mai").unwrap_err().code(), "password_long");
    }

    #[tokio::test]
    async fn only_the_same_password_fits_and_nobody_fits_none() {
        let passwords = Passwords::default();
        let hash = passwords.hash("con trâu gặm cỏ".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(passwords.verify("con trâu gặm cỏ".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("con trâu gặm cơ".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("không ai có mật khẩu này".into(), None).await.unwrap());
    }
}
