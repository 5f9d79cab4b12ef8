//! What the sign-in of citizens needs of rooms above it: messages that carry codes.

use std::sync::Arc;

use foundation::Result;
use futures_util::future::BoxFuture;
use identity::store::citizens as store;
use identity::{Code, CodeSender};
use kit::Context;
use notices::{Addressee, Notice, Office, Person, Tongue, Via, post};
use storage::{Db, Tx};
use uuid::Uuid;

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
