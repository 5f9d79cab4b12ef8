//! The one error of the house.
//!
//! A function that can fail returns [`Result`]. An error has a *kind* (which decides the HTTP status, in one
//! match), a stable machine `code`, and a sentence for a person that says what to do next. The sentence is
//! Vietnamese, because the people who read it are; `code` never changes once published.

use std::fmt;

/// Shorthand used by every crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in kinds that a caller can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The thing asked for does not exist, or is outside the caller's scope.
    NotFound,
    /// The input breaks a rule; the message names it.
    Invalid,
    /// Nobody is signed in.
    Unauthenticated,
    /// Somebody is signed in who may not do this.
    Forbidden,
    /// Somebody else changed the thing meanwhile, or the same thing exists already.
    Conflict,
    /// Too many requests; try again later.
    TooMany,
    /// The body is larger than allowed.
    TooLarge,
    /// Something outside (disk, database, network) does not answer; trying again may help.
    Unavailable,
    /// A broken promise of our own code.
    Internal,
}

impl Kind {
    /// The HTTP status of this kind (RFC 9110).
    pub fn status(self) -> u16 {
        match self {
            Kind::NotFound => 404,
            Kind::Invalid => 422,
            Kind::Unauthenticated => 401,
            Kind::Forbidden => 403,
            Kind::Conflict => 409,
            Kind::TooMany => 429,
            Kind::TooLarge => 413,
            Kind::Unavailable => 503,
            Kind::Internal => 500,
        }
    }
}

/// The one error. Cheap to move (one pointer).
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    code: &'static str,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of `kind` with a stable `code` (snake_case) and a sentence for people.
    pub fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        Error(Box::new(Inner { kind, code, message: message.into(), source: None }))
    }

    /// Keeps the cause for the log; it is never shown to the caller.
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The kind, which decides the HTTP status.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The stable machine code, for example `unit_not_found`.
    pub fn code(&self) -> &'static str {
        self.0.code
    }

    /// The sentence for people.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The cause, for logs.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync)> {
        self.0.source.as_deref()
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}: {}", self.0.kind, self.0.code, self.0.message)?;
        match &self.0.source {
            Some(source) => write!(f, " (because {source})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

/// «Không tìm thấy …»: the thing is not there, or not in the caller's scope.
pub fn not_found(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(Kind::NotFound, code, message)
}

/// The input breaks a rule.
pub fn invalid(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(Kind::Invalid, code, message)
}

/// Somebody else was first.
pub fn conflict(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(Kind::Conflict, code, message)
}

/// Signed in, but without this permission.
pub fn forbidden(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(Kind::Forbidden, code, message)
}

/// Something outside does not answer.
pub fn unavailable(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(Kind::Unavailable, code, message)
}

/// A broken promise of our own.
pub fn internal(code: &'static str, message: impl Into<String>) -> Error {
    Error::new(Kind::Internal, code, message)
}
