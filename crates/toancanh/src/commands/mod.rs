//! The commands, one file each.

mod demo;
mod packs;
mod units;

use foundation::{Result, error::unavailable};

use crate::cli::{Cli, Command};

/// Runs what the command line says.
pub async fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Serve(args) => crate::serve::serve(args).await,
        Command::Packs(args) => packs::run(args).await,
        Command::Units(args) => units::run(args).await,
        Command::Demo(args) => demo::run(args).await,
        Command::Check(_) | Command::Backup(_) | Command::Restore(_) => {
            Err(unavailable("not_joined", "Lệnh này chưa được nối."))
        }
    }
}
