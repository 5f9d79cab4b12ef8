//! The books of a desk: what is written for whoever is above, and what the law of the house wants kept.
//!
//! - [`form`]: the monthly report's form, data of packs;
//! - [`report`]: the report of a month, from the numbers of `store::league`; [`docx`] writes it for Word;
//! - [`register`]: lines of the registers of letters and of receptions;
//! - [`reception`]: the days on which citizens are received.

pub mod docx;
pub mod form;
pub mod part;
pub mod reception;
pub mod register;
pub mod report;
