//! Finds the meters of a line.

use std::io::{self, Write};
use std::time::Duration;

use clap::Subcommand;
use dlt645::{Found, Search};
use meter_value::line::Retry;

use crate::dlt645::timing;
use crate::port::{Defaults, Line};

/// The line to search.
#[derive(Subcommand)]
pub enum Bus {
    /// Print the address of every meter of 2007, by asking ever fewer of them at once
    ///
    /// Two meters whose addresses end alike take minutes. A garbled address belongs to several meters, or to
    /// one that does not say its own; meters of 1997 are not found.
    Dlt645 {
        #[command(flatten)]
        line: Line,
        /// How long to wait for an answer to begin
        #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, default_value = "600ms")]
        timeout: Duration,
        /// How often to ask again where nobody answers
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        retries: u8,
        /// The adapter hears what it sends itself
        #[arg(long)]
        echo: bool,
    },
}

/// Prints what is found, and says whether anything was.
pub fn run(Bus::Dlt645 { line, timeout, retries, echo }: Bus) -> anyhow::Result<bool> {
    let mut search = Search::new(timing(&line, echo), Retry { timeout, retries });
    let mut port = line.open(&Defaults::DLT645)?;
    let mut stdout = io::stdout();
    let mut any = false;
    search.start();
    while let Some(found) = port.run(&mut search, |found| found)? {
        match found {
            Found::Meter(address) => writeln!(stdout, "meter {address}")?,
            Found::Garbled(address) => writeln!(stdout, "garbled {address}")?,
        }
        stdout.flush()?;
        any = true;
    }
    if !any {
        eprintln!("inspect: no meter answers on {}", port.path);
    }
    Ok(any)
}
