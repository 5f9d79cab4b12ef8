//! The program's door; everything is in the library beside it, so that tests reach it too.

use std::process::ExitCode;

use clap::Parser;
use toancanh::{cli::Cli, commands, config};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let settings = match config::resolve(&cli.flags(), std::env::vars()) {
        Ok(settings) => settings,
        Err(e) => return refused(&e),
    };
    let filter = EnvFilter::try_new(&settings.log).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).init();
    for word in &settings.unread {
        tracing::warn!("the environment has {word}, which is no setting of this program");
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("Không khởi động được: {e}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(cli.command, &settings)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            tracing::debug!("{e:?}");
            refused(&e)
        }
    }
}

fn refused(e: &foundation::Error) -> ExitCode {
    eprintln!("{}", e.message());
    if let Some(cause) = e.cause() {
        eprintln!("  ({cause})");
    }
    eprintln!("  [{}]", e.code());
    ExitCode::FAILURE
}
