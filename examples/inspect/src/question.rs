//! Where a meter is asked, and for how long.

use std::time::Duration;

use clap::Args;
use meter_value::line::Retry;

use crate::port::{Defaults, Line};

/// Where to ask, and for how long.
#[derive(Args)]
pub struct Question {
    #[command(flatten)]
    pub line: Line,
    /// How long to wait for a reply, of DL/T 645 and M-Bus until it begins [default: 1200ms for M-Bus, 1s for the others]
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,
    /// How often to ask again
    #[arg(long, value_name = "NUMBER", default_value_t = 2)]
    retries: u8,
}

impl Question {
    pub fn retry(&self, defaults: &Defaults) -> Retry {
        Retry { timeout: self.timeout.unwrap_or(defaults.timeout), retries: self.retries }
    }
}
