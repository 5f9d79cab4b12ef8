//! The program's door; everything is in the library beside it, so that tests reach it too.

use std::process::ExitCode;

use clap::Parser;
use toancanh::{cli::Cli, commands, config};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    quiet_when_nobody_reads();
    let cli = Cli::parse();
    let settings = match config::resolve(&cli.flags(), environment()) {
        Ok(settings) => settings,
        Err(e) => return refused(&e),
    };
    let filter = EnvFilter::try_new(&settings.log).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .init();
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

#[expect(clippy::disallowed_methods, reason = "here the program reads its environment, and nowhere else")]
fn environment() -> std::env::Vars {
    std::env::vars()
}

fn refused(e: &foundation::Error) -> ExitCode {
    eprintln!("{}", e.message());
    if let Some(cause) = e.cause() {
        eprintln!("  ({cause})");
    }
    eprintln!("  [{}]", e.code());
    ExitCode::FAILURE
}

/// `toancanh audit list | head`: whoever read what we print has gone. That is the end of the work, no fault
/// to tell of.
#[expect(clippy::disallowed_methods, reason = "a panic hook cannot return a code to main")]
fn quiet_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let text = info.payload().downcast_ref::<String>().map_or("", String::as_str);
        if text.starts_with("failed printing to std") {
            std::process::exit(0);
        }
        usual(info);
    }));
}
