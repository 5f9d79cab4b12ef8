//! What the wiring gives this module: the registry of addresses, the channels, the key.

use std::sync::Arc;

use foundation::Result;
use storage::{Db, InstallationKey, settings};

use crate::book::AddressBook;
use crate::channel::{Channel, Via};
use crate::habits::{NIGHT, Quiet};
use crate::push::Push;

/// The setting that says at which address people reach the program; the links of messages begin with it.
pub const ADDRESS: &str = "serve.address";

/// The service of this module.
pub struct Office {
    book: Arc<dyn AddressBook>,
    channels: Vec<Arc<dyn Channel>>,
    push: Option<Arc<Push>>,
    key: InstallationKey,
    night: Option<Quiet>,
}

impl Office {
    /// An office; a way that no channel carries is not offered. Nights are quiet as shipped.
    pub fn new(
        book: Arc<dyn AddressBook>,
        mut channels: Vec<Arc<dyn Channel>>,
        push: Option<Arc<Push>>,
        key: InstallationKey,
    ) -> Office {
        channels.extend(push.clone().map(|push| push as Arc<dyn Channel>));
        Office { book, channels, push, key, night: Some(NIGHT) }
    }

    /// The same with the quiet hours of the place; none: nobody's, until they say so themselves.
    pub fn with_night(self, night: Option<Quiet>) -> Office {
        Office { night, ..self }
    }

    /// The quiet hours of whoever did not say otherwise.
    pub fn night(&self) -> Option<Quiet> {
        self.night
    }

    /// The channel to browsers, which also lets them subscribe.
    pub fn push(&self) -> Option<&Push> {
        self.push.as_deref()
    }

    /// Where people are reached.
    pub fn book(&self) -> &dyn AddressBook {
        self.book.as_ref()
    }

    /// The channel of a way.
    pub fn channel(&self, via: Via) -> Option<&dyn Channel> {
        self.channels.iter().find(|c| c.via() == via).map(AsRef::as_ref)
    }

    /// Whether something can go this way; the page in the house always can.
    pub fn offers(&self, via: Via) -> bool {
        via == Via::App || self.channel(via).is_some()
    }

    /// The ways on which doubles are dropped by the other side.
    pub(crate) fn droppers(&self) -> Vec<&'static str> {
        self.channels.iter().filter(|c| c.drops_doubles()).map(|c| c.via().name()).collect()
    }

    /// The key that signs links and seals secret values.
    pub fn key(&self) -> &InstallationKey {
        &self.key
    }

    /// The address that links begin with, without a slash at the end; empty before the first start.
    pub(crate) async fn base(&self, db: &Db) -> Result<String> {
        Ok(settings::get(db, ADDRESS).await?.unwrap_or_default())
    }
}
