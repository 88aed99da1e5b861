//! Finds out how a meter speaks.

use std::io::{self, Write};
use std::time::Duration;

use clap::Subcommand;
use dlt645::{Address, Detected, Detection, TransactionError};
use meter_value::line::Retry;

use crate::dlt645::timing;
use crate::port::{Defaults, Line};

/// The meter to ask.
#[derive(Subcommand)]
pub enum Meter {
    /// Print the edition, the address and the baud rate of a meter
    Dlt645 {
        #[command(flatten)]
        line: Line,
        /// The meter's number, up to 12 digits; without it, the only meter on the line
        #[arg(long, value_name = "DIGITS", default_value = "AAAAAAAAAAAA")]
        address: Address,
        /// How long to wait for an answer to begin
        #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, default_value = "1s")]
        timeout: Duration,
        /// How often to ask each question again
        #[arg(long, value_name = "NUMBER", default_value_t = 0)]
        retries: u8,
        /// The adapter hears what it sends itself
        #[arg(long)]
        echo: bool,
    },
}

/// Asks at the rate that the line has, or else at all that are usual, and says whether there is a meter.
pub fn run(Meter::Dlt645 { line, address, timeout, retries, echo }: Meter) -> anyhow::Result<bool> {
    let lines = match line.speed() {
        Some(_) => vec![line],
        None => Detection::BAUD_RATES.map(|baud| line.at(baud)).into(),
    };
    for line in lines {
        let baud = line.baud(&Defaults::DLT645);
        let mut detection = Detection::new(timing(&line, echo), Retry { timeout, retries });
        let mut port = line.open(&Defaults::DLT645)?;
        detection.start(address);
        match port.run(&mut detection, |outcome| outcome)? {
            Ok(Detected { edition, address }) => {
                writeln!(io::stdout(), "meter {address} of {edition} at {baud} baud")?;
                return Ok(true);
            }
            Err(TransactionError::NoReply { .. }) => eprintln!("inspect: silence at {baud} baud"),
            Err(error) => eprintln!("inspect: {error} at {baud} baud"),
        }
    }
    Ok(false)
}
