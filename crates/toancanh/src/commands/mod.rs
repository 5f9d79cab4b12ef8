//! The commands, one file each.

mod audit;
mod backup;
mod check;
mod demo;
pub mod import;
mod packs;
mod units;
mod user;

use foundation::Result;

use crate::cli::Command;
use crate::config::{KEYS, Settings};

pub use backup::{backup, restore};
pub use check::{Finding, faults, findings};

/// Runs what the command line says.
pub async fn run(command: Command, settings: &Settings) -> Result<()> {
    match command {
        Command::Serve(_) => crate::serve::serve(settings).await,
        Command::Packs(args) => packs::run(args, settings).await,
        Command::Units(args) => units::run(args, settings).await,
        Command::Demo(args) => demo::run(args, settings).await,
        Command::Import(args) => import::run(args, settings).await,
        Command::User(args) => user::run(args, settings).await,
        Command::Audit(args) => audit::run(args, settings).await,
        Command::Check => check::run(settings).await,
        Command::Backup { folder } => backup::run_backup(settings, folder).await,
        Command::Restore { folder } => backup::run_restore(settings, folder).await,
        Command::Config(_) => {
            show(settings);
            Ok(())
        }
    }
}

/// `toancanh config`
fn show(settings: &Settings) {
    for (key, _, about) in KEYS {
        match settings.told.iter().find(|t| t.0 == key) {
            Some((_, value, origin)) => println!("{key:<14} {value:<32} {:<34} # {about}", origin.show()),
            None => println!("{key:<14} {:<32} {:<34} # {about}", "–", "không đặt"),
        }
    }
}
