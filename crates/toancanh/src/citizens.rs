//! What citizens need of rooms above the one they stand in: messages that carry codes, messages to their
//! browsers, a client of HTTP, and what the configuration says of a provider of sign-in.

use std::sync::Arc;

use bytes::Bytes;
use cases::browsers::Carrier;
use foundation::Result;
use foundation::error::{invalid, unavailable};
use futures_util::future::BoxFuture;
use identity::oidc::{Ask, Provider, Settings};
use identity::store::citizens as store;
use identity::{Citizens, Code, CodeSender};
use kit::Context;
use notices::actions::subscribe::{subscribe, unsubscribe};
use notices::outside::Outside;
use notices::{Addressee, Notice, Office, Person, Tongue, Via, post};
use storage::{Db, InstallationKey, Tx};
use uuid::Uuid;

/// What the configuration says of the provider; none where it says nothing.
///
/// Errors: `config_oidc` for half of one, or an address that is not safe.
pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Option<Settings>> {
    let (issuer, client) = match (get("oidc_issuer"), get("oidc_client")) {
        (Some(issuer), Some(client)) => (issuer, client),
        (None, None) => return Ok(None),
        _ => return Err(invalid("config_oidc", "oidc_issuer và oidc_client phải có cùng nhau.")),
    };
    let here = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    if !issuer.starts_with("https://") && !here.iter().any(|h| issuer.starts_with(h)) {
        return Err(invalid("config_oidc", format!("oidc_issuer «{issuer}» cần bắt đầu bằng https://.")));
    }
    let text = |key: &str, default: &str| match get(key) {
        // «none» says that there is none, where leaving it out means the usual one.
        Some(value) if value == "none" => String::new(),
        Some(value) => value,
        None => default.to_owned(),
    };
    Ok(Some(Settings {
        name: text("oidc_name", "VNeID"),
        issuer,
        client,
        secret: get("oidc_secret"),
        scopes: text("oidc_scopes", "phone").split_whitespace().map(str::to_owned).collect(),
        subject: text("oidc_subject", "sub"),
        phone: text("oidc_phone", "phone_number"),
        phone_verified: text("oidc_phone_verified", "phone_number_verified"),
    }))
}

/// The door of citizens.
pub fn door(
    key: InstallationKey,
    secure: bool,
    office: &Arc<Office>,
    settings: Option<&Settings>,
) -> Citizens {
    let door = Citizens::new(key, secure, Some(Arc::new(Codes(office.clone()))));
    match settings {
        Some(settings) => {
            door.with_provider(Provider::new(settings.clone(), Arc::new(Asking(Outside::new()))))
        }
        None => door,
    }
}

/// A citizen who asked for a code, by the id of the code.
pub async fn asked(db: &Db, id: Uuid) -> Result<Option<Addressee>> {
    let found = store::phone_of(db, id).await?;
    Ok(found.map(|(phone, lang)| Addressee {
        name: String::new(),
        phone: Some(format!("+{phone}")),
        email: None,
        tongue: Tongue::parse(&lang).unwrap_or_default(),
    }))
}

/// Sends the codes of citizens as messages.
pub struct Codes(pub Arc<Office>);

impl CodeSender for Codes {
    fn offered(&self) -> bool {
        self.0.offers(Via::Sms) || self.0.offers(Via::Zalo)
    }

    fn send<'a>(&'a self, tx: &'a mut Tx, cx: &'a Context, code: &'a Code) -> BoxFuture<'a, Result<()>> {
        let values = [("code", code.digits.clone()), ("minutes", code.minutes.to_string())];
        let notice = Notice {
            kind: "sign_in.code",
            to: Person::Citizen(code.id),
            about: format!("citizen_code:{}", code.id),
            values: values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            link: String::new(),
            urgent: true,
            key: format!("sign_in.code/{}", code.id),
        };
        Box::pin(async move { post(tx, cx, notice).await.map(|_| ()) })
    }
}

/// Carries messages to the browsers of citizens.
pub struct Browsers(pub Arc<Office>);

impl Carrier for Browsers {
    fn key(&self) -> Option<String> {
        self.0.push().map(|push| push.public_key())
    }

    fn keep<'a>(&'a self, cx: &'a Context, browser: Uuid, told: &'a [u8]) -> BoxFuture<'a, Result<()>> {
        Box::pin(subscribe(cx, Person::Citizen(browser), told))
    }

    fn forget<'a>(&'a self, cx: &'a Context, browser: Uuid, endpoint: &'a str) -> BoxFuture<'a, Result<()>> {
        Box::pin(unsubscribe(cx, Person::Citizen(browser), endpoint))
    }
}

/// A browser that hears of reports, by its id.
pub async fn browser(db: &Db, id: Uuid) -> Result<Option<Addressee>> {
    let lang = cases::store::browsers::language(db, id).await?;
    Ok(lang.map(|lang| Addressee {
        name: String::new(),
        phone: None,
        email: None,
        tongue: Tongue::parse(&lang).unwrap_or_default(),
    }))
}

/// The client of HTTP that carries messages, asking providers.
struct Asking(Outside);

impl Ask for Asking {
    fn ask<'a>(&'a self, request: http::Request<Vec<u8>>) -> BoxFuture<'a, Result<http::Response<Vec<u8>>>> {
        Box::pin(async move {
            let answer = self.0.ask(request.map(Bytes::from)).await;
            let answer = answer.map_err(|e| {
                unavailable("oidc_no_answer", "Nơi đăng nhập không trả lời.").because(e.reason)
            })?;
            let response = http::Response::builder().status(answer.status).body(answer.body.to_vec());
            response.map_err(|e| unavailable("oidc_no_answer", "Nơi đăng nhập không trả lời.").because(e))
        })
    }
}
