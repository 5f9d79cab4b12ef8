//! Cases over HTTP and in the database, on every database that tests run on.

#![allow(clippy::unwrap_used, reason = "a test may fall over")]

mod books_days;
mod books_register;
mod books_report;
mod browsers;
mod citizen;
mod console;
mod desk;
mod dispute;
mod door;
mod form;
mod handler;
mod keep;
mod officer_photos;
mod open311;
mod open311_send;
mod openness;
mod order;
mod photos_in;
mod place;
mod privacy;
mod search;
mod slips;
mod standard;
mod story;
mod together;
mod warnings;
