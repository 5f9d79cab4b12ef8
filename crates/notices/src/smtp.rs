//! E-mail over SMTP (RFC 5321) with TLS; letters as RFC 5322, with one-click unsubscribing (RFC 8058).
//!
//! What is not known to have left is told apart from what is: until the text itself is on its way a broken
//! connection means «later», after that «unknown». A stable Message-ID names the letter at every try.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use foundation::{Clock, Result, error::invalid};
use futures_util::future::BoxFuture;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;

use crate::channel::{Channel, Message, Outcome, To, Via};
use crate::text;

/// A server that has not answered a command by then is not waited for.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Connections kept for the next letter.
const KEPT: usize = 4;

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// TLS from the first byte (`smtps://`, port 465).
    Tls,
    /// TLS before the first letter, or none is sent (`smtp://`, port 587).
    StartTls,
    /// None (`smtp+plain://`, port 25): for a server on the same machine.
    Plain,
}

/// Where letters are handed over.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub guard: Guard,
    /// User and password.
    pub login: Option<(String, String)>,
}

impl Server {
    /// Reads `smtps://user:password@host:465`, `smtp://…`, `smtp+plain://…`; user and password are
    /// percent-encoded.
    ///
    /// Errors: `smtp_address`.
    pub fn parse(address: &str) -> Result<Server> {
        let wrong = || {
            let why = "Địa chỉ máy chủ thư phải như smtps://người:mật-khẩu@máy-chủ:465, \
                       smtp://máy-chủ:587 hoặc smtp+plain://127.0.0.1:25.";
            invalid("smtp_address", why)
        };
        let (scheme, rest) = address.split_once("://").ok_or_else(wrong)?;
        let (guard, port) = match scheme {
            "smtps" => (Guard::Tls, 465),
            "smtp" => (Guard::StartTls, 587),
            "smtp+plain" => (Guard::Plain, 25),
            _ => return Err(wrong()),
        };
        let rest = rest.trim_end_matches('/');
        let (login, place) = match rest.rsplit_once('@') {
            Some((login, place)) => (Some(login.split_once(':').ok_or_else(wrong)?), place),
            None => (None, rest),
        };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| wrong())?),
            None => (place, port),
        };
        if host.is_empty() || host.contains(['/', ' ', '?']) {
            return Err(wrong());
        }
        let plain = kit::http::url_decode;
        let login = login.map(|(user, word)| (plain(user), plain(word)));
        Ok(Server { host: host.to_owned(), port, guard, login })
    }
}

/// The channel.
pub struct Smtp {
    server: Server,
    from: Mailbox,
    hello: ClientId,
    clock: Arc<dyn Clock>,
    kept: Mutex<Vec<AsyncSmtpConnection>>,
}

impl Smtp {
    /// A channel that writes as `from`, «Toàn Cảnh <thongbao@cantho.gov.vn>».
    ///
    /// Errors: `mail_from`.
    pub fn new(server: Server, from: &str, clock: Arc<dyn Clock>) -> Result<Smtp> {
        let from: Mailbox = from.parse().map_err(|_| {
            let why = "Địa chỉ người gửi thư phải như «Toàn Cảnh <thongbao@example.gov.vn>».";
            invalid("mail_from", why)
        })?;
        let hello = ClientId::Domain(from.email.domain().to_owned());
        Ok(Smtp { server, from, hello, clock, kept: Mutex::default() })
    }

    async fn connect(&self) -> std::result::Result<AsyncSmtpConnection, SmtpError> {
        let tls = || TlsParameters::new_rustls(self.server.host.clone());
        let first = if self.server.guard == Guard::Tls { Some(tls()?) } else { None };
        let place = (self.server.host.as_str(), self.server.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(place, Some(TIMEOUT), &self.hello, first, None).await?;
        if self.server.guard == Guard::StartTls {
            connection.starttls(tls()?, &self.hello).await?;
        }
        if let Some((user, word)) = &self.server.login {
            let login = Credentials::new(user.clone(), word.clone());
            connection.auth(DEFAULT_MECHANISMS, &login).await?;
        }
        Ok(connection)
    }

    /// A connection that answers: a kept one, or a new one.
    async fn connection(&self) -> std::result::Result<AsyncSmtpConnection, SmtpError> {
        loop {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match kept {
                None => return self.connect().await,
                Some(mut connection) => {
                    let answers = tokio::time::timeout(TIMEOUT, connection.test_connected()).await;
                    if answers == Ok(true) {
                        return Ok(connection);
                    }
                }
            }
        }
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT && !connection.has_broken() {
            kept.push(connection);
        }
    }

    async fn hand_over(&self, message: &Message) -> Outcome {
        let To::Email(address) = &message.to else { return Outcome::Never("not an e-mail address".into()) };
        let Some(letter) = self.letter(message, address) else {
            return Outcome::Never("the address is not one of e-mail".into());
        };
        let mut connection = match timed(self.connection()).await {
            Ok(connection) => connection,
            // Nothing was said of this letter yet: a wrong password is mended, and then it goes.
            Err(fault) => return Outcome::Later(fault.reason),
        };
        let outcome = transmit(&mut connection, &letter).await;
        match &outcome {
            Outcome::Sent { .. } => self.keep(connection),
            _ => connection.abort().await,
        }
        outcome
    }

    fn letter(&self, message: &Message, address: &str) -> Option<lettre::Message> {
        let address: lettre::Address = address.parse().ok()?;
        if !AsRef::<str>::as_ref(&address).is_ascii() {
            return None;
        }
        let frame = text::frame(message.tongue);
        let line =
            |template: &str, name: &str, value: &str| text::fill(template, |n| (n == name).then_some(value));
        let mut body = message.body.replace('\r', "");
        if !message.link.is_empty() {
            body.push_str(&format!("\n\n{}", line(&frame.open, "link", &message.link)));
        }
        body.push_str(&format!("\n\n-- \n{}", line(&frame.foot, "place", &message.place)));
        if let Some(stop) = &message.stop {
            body.push_str(&format!("\n{}", line(&frame.stop, "stop", stop)));
        }
        let subject: String = message.title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let name = Some(message.name.chars().filter(|c| !c.is_control()).collect::<String>());
        let date = UNIX_EPOCH + Duration::from_micros(self.clock.now().0.max(0).unsigned_abs());
        let id = format!("<{}@{}>", message.id, self.from.email.domain());
        let mut letter = lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(name.filter(|n| !n.is_empty()), address))
            .subject(subject)
            .date(date)
            .message_id(Some(id));
        letter = header(letter, "Auto-Submitted", "auto-generated");
        letter = header(letter, "Content-Language", message.tongue.tag());
        if let Some(stop) = &message.stop {
            letter = header(letter, "List-Unsubscribe", &format!("<{stop}>"));
            letter = header(letter, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }
        if message.urgent {
            letter = header(letter, "Importance", "high");
        }
        letter.header(ContentType::TEXT_PLAIN).body(body.replace('\n', "\r\n")).ok()
    }
}

fn header(letter: MessageBuilder, name: &'static str, value: &str) -> MessageBuilder {
    letter.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned()))
}

/// Why a command failed.
struct Fault {
    /// The code of the server's answer, when it answered.
    code: Option<u16>,
    reason: String,
}

impl From<SmtpError> for Fault {
    fn from(error: SmtpError) -> Fault {
        let code = error.status().map(u16::from);
        // The words of an answer may name the receiver, its code does not.
        let reason = match code {
            Some(code) => format!("SMTP {code}"),
            None if error.is_timeout() => "SMTP: no answer".into(),
            None if error.is_tls() => "SMTP: TLS failed".into(),
            None if error.is_client() => "SMTP: the server lacks TLS or a way to sign in".into(),
            None => "SMTP: no connection".into(),
        };
        Fault { code, reason }
    }
}

async fn timed<T>(
    step: impl Future<Output = std::result::Result<T, SmtpError>>,
) -> std::result::Result<T, Fault> {
    match tokio::time::timeout(TIMEOUT, step).await {
        Ok(done) => done.map_err(Fault::from),
        Err(_) => Err(Fault { code: None, reason: "SMTP: no answer".into() }),
    }
}

/// Hands a letter over, step by step, so that it is known whether it had left when something broke.
async fn transmit(connection: &mut AsyncSmtpConnection, letter: &lettre::Message) -> Outcome {
    let envelope = letter.envelope();
    let receiver = envelope.to().first().cloned();
    let Some(receiver) = receiver else { return Outcome::Never("no receiver".into()) };
    // Who we are is a matter of the configuration, not of this letter.
    if let Err(fault) = timed(connection.command(Mail::new(envelope.from().cloned(), Vec::new()))).await {
        return Outcome::Later(fault.reason);
    }
    let before = |fault: Fault| match fault.code {
        Some(500..) => Outcome::Never(fault.reason),
        _ => Outcome::Later(fault.reason),
    };
    if let Err(fault) = timed(connection.command(Rcpt::new(receiver, Vec::new()))).await {
        return before(fault);
    }
    if let Err(fault) = timed(connection.command(Data)).await {
        return before(fault);
    }
    match timed(connection.message(&letter.formatted())).await {
        Ok(answer) => Outcome::Sent { provider_id: answer.first_line().map(short) },
        Err(Fault { code: None, reason }) => Outcome::Unknown(reason),
        Err(fault) => before(fault),
    }
}

/// What a server says when it took a letter names it in its queue.
fn short(line: &str) -> String {
    line.chars().take(120).collect()
}

impl Channel for Smtp {
    fn via(&self) -> Via {
        Via::Email
    }

    /// Servers do not look at the Message-ID; only some programs of readers do.
    fn drops_doubles(&self) -> bool {
        false
    }

    fn send<'a>(&'a self, message: &'a Message) -> BoxFuture<'a, Outcome> {
        Box::pin(self.hand_over(message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_server_is_read_or_refused() {
        let full = Server::parse("smtps://bao%40ct:m%3At@mail.example:465").unwrap();
        assert_eq!((full.host.as_str(), full.port, full.guard), ("mail.example", 465, Guard::Tls));
        assert_eq!(full.login, Some(("bao@ct".into(), "m:t".into())));
        let relay = Server::parse("smtp+plain://127.0.0.1").unwrap();
        assert_eq!((relay.port, relay.guard, relay.login), (25, Guard::Plain, None));
        assert_eq!(Server::parse("smtp://mail.example/").unwrap().port, 587);
        for wrong in
            ["", "mail.example", "http://mail.example", "smtp://", "smtp://a:b", "smtps://u@h", "smtp://h/x"]
        {
            assert!(Server::parse(wrong).is_err(), "{wrong}");
        }
    }
}
