//! The SQL of this module.

pub mod deliveries;
pub mod habits;
pub mod mailings;
pub mod notices;
pub mod subscriptions;
pub mod texts;
