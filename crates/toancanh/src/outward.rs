//! How messages leave the house: the channels that the configuration describes, and the registry of accounts
//! as an address book.

use std::sync::Arc;

use foundation::{Clock, Date, Result, error::invalid};
use futures_util::future::BoxFuture;
use identity::store::contacts;
use kit::UnitId;
use notices::gateway::{Gateway, Spec};
use notices::habits::Quiet;
use notices::push::{Push, Signer};
use notices::smtp::{Server, Smtp};
use notices::{AddressBook, Addressee, Channel, Office, Person, Tongue, Via};
use storage::{Db, InstallationKey};
use uuid::Uuid;

use crate::citizens;

/// What the configuration says of channels. What is not there is not offered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outward {
    /// Where letters are handed over, and who they come from.
    pub mail: Option<(String, String)>,
    /// The gateway of SMS.
    pub sms: Option<Spec>,
    /// The gateway of Zalo.
    pub zalo: Option<Spec>,
    /// Whom push services may write to (`mailto:…`), and services beside the known ones.
    pub push: Option<(String, Vec<String>)>,
    /// The quiet hours of the place: as shipped, where it says nothing; none at all, where it says so.
    pub night: Option<Option<Quiet>>,
}

impl Outward {
    /// Reads the settings. Errors: `config_mail`, `config_gateway`, `config_push` for half of a channel,
    /// `quiet_hours` for hours that are none.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Outward> {
        let mail = match (get("smtp"), get("mail_from")) {
            (Some(server), Some(from)) => Some((server, from)),
            (None, None) => None,
            _ => return Err(invalid("config_mail", "smtp và mail_from phải có cùng nhau.")),
        };
        let push = match get("push_contact") {
            Some(contact) if contact.starts_with("mailto:") || contact.starts_with("https://") => {
                let more = get("push_services").unwrap_or_default();
                let more = more.split(',').map(|s| s.trim().trim_end_matches('/').to_owned());
                Some((contact, more.filter(|s| !s.is_empty()).collect()))
            }
            Some(_) => {
                return Err(invalid("config_push", "push_contact phải như mailto:quantri@example.gov.vn."));
            }
            None => None,
        };
        let night = match get("quiet_hours").as_deref() {
            None => None,
            Some("none") => Some(None),
            Some(hours) => Some(Some(Quiet::parse(hours)?)),
        };
        Ok(Outward { mail, sms: gateway("sms", &get)?, zalo: gateway("zalo", &get)?, push, night })
    }

    /// The channels of letters and telephones. Errors say what the configuration has wrong.
    pub fn channels(&self, clock: &Arc<dyn Clock>) -> Result<Vec<Arc<dyn Channel>>> {
        let mut channels: Vec<Arc<dyn Channel>> = Vec::new();
        if let Some((server, from)) = &self.mail {
            channels.push(Arc::new(Smtp::new(Server::parse(server)?, from, clock.clone())?));
        }
        for (via, spec) in [(Via::Sms, &self.sms), (Via::Zalo, &self.zalo)] {
            if let Some(spec) = spec {
                channels.push(Arc::new(Gateway::new(via, spec.clone())?));
            }
        }
        Ok(channels)
    }

    /// The office of notices with all of it.
    pub async fn office(&self, db: &Db, clock: &Arc<dyn Clock>, key: InstallationKey) -> Result<Arc<Office>> {
        let push = match &self.push {
            Some((contact, more)) => {
                let signer = Signer::settle(db, clock.as_ref(), &key, contact).await?;
                Some(Push::new(signer, more.clone(), clock.clone()))
            }
            None => None,
        };
        let book = Arc::new(Accounts { db: db.clone(), clock: clock.clone() });
        let office = Office::new(book, self.channels(clock)?, push, key);
        Ok(Arc::new(match self.night {
            Some(night) => office.with_night(night),
            None => office,
        }))
    }
}

/// The gateway whose settings begin with `name`.
fn gateway(name: &str, get: &impl Fn(&str) -> Option<String>) -> Result<Option<Spec>> {
    let of = |part: &str| get(&format!("{name}_{part}"));
    let yes = |part: &str| of(part).as_deref() == Some("yes");
    let text = |part: &str| of(part).unwrap_or_default();
    let Some(url) = of("url") else {
        let parts = ["method", "headers", "body", "sent", "id", "once", "marks"];
        return match parts.iter().find(|part| of(part).is_some()) {
            Some(part) => {
                let why = format!("Có {name}_{part} mà thiếu {name}_url.");
                Err(invalid("config_gateway", why))
            }
            None => Ok(None),
        };
    };
    Ok(Some(Spec {
        url,
        method: text("method"),
        headers: text("headers"),
        body: text("body"),
        sent: text("sent"),
        id: text("id"),
        // Zalo shows every letter; an SMS with marks costs more than twice as much.
        plain: name == "sms" && !yes("marks"),
        drops_doubles: yes("once"),
    }))
}

/// Whoever reported a case, as they gave themselves.
async fn reporter(db: &Db, id: Uuid) -> Result<Option<Addressee>> {
    let some = |text: String| Some(text).filter(|t| !t.is_empty());
    let found = cases::store::people::person(db, id).await?;
    Ok(found.map(|who| Addressee {
        name: who.name,
        phone: some(who.phone),
        email: some(who.email),
        tongue: Tongue::default(),
    }))
}

/// The accounts, who reported cases and who asked for a code, as an address book.
struct Accounts {
    db: Db,
    clock: Arc<dyn Clock>,
}

impl AddressBook for Accounts {
    fn find<'a>(&'a self, person: Person) -> BoxFuture<'a, Result<Option<Addressee>>> {
        Box::pin(async move {
            let id = match person {
                Person::Account(id) => id,
                Person::Citizen(id) => {
                    if let Some(found) = reporter(&self.db, id).await? {
                        return Ok(Some(found));
                    }
                    return match citizens::browser(&self.db, id).await? {
                        Some(found) => Ok(Some(found)),
                        None => citizens::asked(&self.db, id).await,
                    };
                }
            };
            let found = contacts::of(&self.db, id).await?;
            Ok(found.map(|c| Addressee {
                name: c.name,
                phone: c.phone,
                email: c.email,
                tongue: c.language.as_deref().and_then(Tongue::parse).unwrap_or_default(),
            }))
        })
    }

    fn in_units<'a>(
        &'a self,
        units: &'a [UnitId],
        after: Option<Uuid>,
        limit: i64,
    ) -> BoxFuture<'a, Result<Vec<Person>>> {
        Box::pin(async move {
            let today = Date::of(self.clock.now());
            let found = contacts::in_units(&self.db, units, today, after, limit).await?;
            Ok(found.into_iter().map(Person::Account).collect())
        })
    }
}
