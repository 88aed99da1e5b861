//! Finds the meters of a line.

use std::io::{self, Write};
use std::time::Duration;

use clap::Subcommand;
use inspect::Port;
use mbus::{Scope, Target};
use meter_value::line::{Machine, Retry};

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
    /// Print every meter, by primary or secondary addresses, and how many frames that took
    ///
    /// Of secondary addresses, it asks ever fewer meters at once. A garbled address belongs to several meters
    /// that nothing tells apart, or the line is damaged.
    Mbus {
        #[command(flatten)]
        line: Line,
        /// Secondary addresses, in place of the primary ones
        #[arg(long)]
        secondary: bool,
        /// Numbers may have the digits A to E too
        #[arg(long, requires = "secondary")]
        hex: bool,
        /// How long to wait for an answer to begin [default: what the standard allows at this speed, and 100ms]
        #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
        timeout: Option<Duration>,
        /// How often to ask again where nobody answers
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        retries: u8,
        /// The adapter hears what it sends itself
        #[arg(long)]
        echo: bool,
    },
}

/// Longer than adapters hold octets back.
const HELD_BACK: Duration = Duration::from_millis(100);

/// Prints what is found, and says whether anything was.
pub fn run(bus: Bus) -> anyhow::Result<bool> {
    match bus {
        Bus::Dlt645 { line, timeout, retries, echo } => {
            let timing = crate::dlt645::timing(&line, echo);
            let mut search = dlt645::Search::new(timing, Retry { timeout, retries });
            search.start();
            scan(line.open(&Defaults::DLT645)?, &mut search, |found| match found {
                dlt645::Found::Meter(address) => format!("meter {address}"),
                dlt645::Found::Garbled(address) => format!("garbled {address}"),
            })
        }
        Bus::Mbus { line, secondary, hex, timeout, retries, echo } => {
            let timing = crate::mbus::timing(&line, echo);
            let timeout = timeout.unwrap_or(timing.response() + HELD_BACK);
            let mut search = mbus::Search::new(timing, Retry { timeout, retries });
            search.start(match (secondary, hex) {
                (false, _) => Scope::Primary,
                (true, false) => Scope::Secondary,
                (true, true) => Scope::Hexadecimal,
            });
            let any = scan(line.open(&Defaults::MBUS)?, &mut search, meter)?;
            eprintln!("inspect: {} frames sent", search.frames());
            Ok(any)
        }
    }
}

/// What was found on an M-Bus.
fn meter(found: mbus::Found) -> String {
    match found {
        mbus::Found::Meter { address, selection: None } => format!("meter {address}"),
        mbus::Found::Meter { address, selection: Some(selection) } => {
            format!("meter {address}: {}", crate::mbus::selection(&selection))
        }
        mbus::Found::Garbled(Target::Primary(address)) => format!("garbled {address}"),
        mbus::Found::Garbled(Target::Secondary(selection)) => {
            format!("garbled {}", crate::mbus::selection(&selection))
        }
    }
}

fn scan<S, F>(mut port: Port, search: &mut S, say: impl Fn(F) -> String) -> anyhow::Result<bool>
where
    S: for<'a> Machine<Outcome<'a> = Option<F>> + 'static,
{
    let mut stdout = io::stdout();
    let mut any = false;
    while let Some(found) = port.run(search, |found| found)? {
        writeln!(stdout, "{}", say(found))?;
        stdout.flush()?;
        any = true;
    }
    if !any {
        eprintln!("inspect: no meter answers on {}", port.path);
    }
    Ok(any)
}
