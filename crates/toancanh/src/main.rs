//! Toàn Cảnh: the operations centre of a province, a city or a commune.
//!
//! This crate knows everybody: it reads the command line and the configuration, opens the doors, lists the modules and wires their
//! events ([`wiring`]). It holds no rule of its own.

mod cli;
mod commands;
mod errors;
mod open;
mod outbox;
mod serve;
mod shell;
mod wiring;

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let filter = EnvFilter::try_from_env("TOANCANH_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("Không khởi động được: {e}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            tracing::debug!("{e:?}");
            eprintln!("{}", e.message());
            if let Some(cause) = e.cause() {
                eprintln!("  ({cause})");
            }
            eprintln!("  [{}]", e.code());
            ExitCode::FAILURE
        }
    }
}
