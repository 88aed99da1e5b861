//! Writes to a meter once and says what it confirms.

mod dlt645;
mod mbus;
mod modbus;

use ::dlt645::Address;
use clap::Subcommand;

use crate::question::Question;

/// The meter to write to.
#[derive(Subcommand)]
pub enum Meter {
    /// Write coils or holding registers
    Modbus {
        #[command(flatten)]
        question: Question,
        /// The unit, 1 to 247; 0 is all of them, and nobody answers
        #[arg(long, value_name = "NUMBER")]
        unit: u8,
        /// The adapter hears what it sends itself
        #[arg(long)]
        echo: bool,
        #[command(flatten)]
        values: modbus::Values,
    },
    /// Write a parameter, set the clock, or have registers copied
    Dlt645 {
        #[command(flatten)]
        question: Question,
        /// The meter's number, up to 12 digits; 999999999999 is all of them, and nobody answers
        #[arg(long, value_name = "DIGITS")]
        address: Address,
        /// The adapter hears what it sends itself
        #[arg(long)]
        echo: bool,
        #[command(flatten)]
        orders: dlt645::Orders,
    },
    /// Set the primary address or the speed, reset the application, or select
    ///
    /// What the meter acknowledges is checked by reading it, at the new address or speed.
    Mbus {
        #[command(flatten)]
        question: Question,
        /// The adapter hears what it sends itself
        #[arg(long)]
        echo: bool,
        #[command(flatten)]
        orders: mbus::Orders,
    },
}

pub fn run(meter: Meter) -> anyhow::Result<()> {
    match meter {
        Meter::Modbus { question, unit, echo, values } => modbus::run(question, unit, echo, &values),
        Meter::Dlt645 { question, address, echo, orders } => dlt645::run(question, address, echo, &orders),
        Meter::Mbus { question, echo, orders } => mbus::run(question, echo, &orders),
    }
}
