//! Reads a meter once and prints what it says.

mod dlt645;
mod mbus;
mod modbus;

use ::dlt645::Address;
use clap::Subcommand;

use crate::question::Question;

/// The meter to read.
#[derive(Subcommand)]
pub enum Meter {
    /// Read registers, coils, inputs, files, or what a unit says of itself
    Modbus {
        #[command(flatten)]
        question: Question,
        /// The unit, 1 to 247
        #[arg(long, value_name = "NUMBER")]
        unit: u8,
        /// The adapter hears what it sends itself
        #[arg(long)]
        echo: bool,
        #[command(flatten)]
        asked: modbus::Asked,
    },
    /// Read the data of identifiers of either edition, or load records, or the address
    Dlt645 {
        #[command(flatten)]
        question: Question,
        /// The meter's number, up to 12 digits; AA stands for any two
        #[arg(long, value_name = "DIGITS", default_value = "AAAAAAAAAAAA")]
        address: Address,
        /// The adapter hears what it sends itself
        #[arg(long)]
        echo: bool,
        #[command(flatten)]
        asked: dlt645::Asked,
    },
    /// Read every record of every telegram, or the alarm, by primary or secondary address
    Mbus {
        #[command(flatten)]
        question: Question,
        /// The adapter hears what it sends itself
        #[arg(long)]
        echo: bool,
        #[command(flatten)]
        asked: mbus::Asked,
    },
}

pub fn run(meter: Meter) -> anyhow::Result<()> {
    match meter {
        Meter::Modbus { question, unit, echo, asked } => modbus::run(question, unit, echo, &asked),
        Meter::Dlt645 { question, address, echo, asked } => dlt645::run(question, address, echo, &asked),
        Meter::Mbus { question, echo, asked } => mbus::run(question, echo, &asked),
    }
}
