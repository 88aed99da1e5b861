//! Reads a meter once and prints what it says.

mod dlt645;
mod modbus;

use std::io::{self, Write};

use ::dlt645::Address;
use clap::Subcommand;

use crate::port::Defaults;
use crate::question::Question;
use crate::text;

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
    /// Read every record
    Mbus {
        #[command(flatten)]
        question: Question,
        /// The primary address, 0 to 250; 254 is any, for a bus with one meter
        #[arg(long, value_name = "NUMBER")]
        address: u8,
    },
}

pub fn run(meter: Meter) -> anyhow::Result<()> {
    match meter {
        Meter::Modbus { question, unit, echo, asked } => modbus::run(question, unit, echo, &asked),
        Meter::Dlt645 { question, address, echo, asked } => dlt645::run(question, address, echo, &asked),
        Meter::Mbus { question, address } => mbus(question, address),
    }
}

fn mbus(question: Question, address: u8) -> anyhow::Result<()> {
    let mut client = mbus::Client::new(mbus::Line::new(question.line.baud(&Defaults::MBUS)));
    let device = mbus::Device::new(mbus::Address(address));
    let device = mbus::Device { retry: question.retry(&Defaults::MBUS), ..device };
    client.start(&device, &mbus::Command::Read)?;
    let mut port = question.line.open(&Defaults::MBUS)?;
    while port.run(&mut client, telegram)?? {}
    Ok(())
}

/// Prints a telegram, and says whether more follow.
fn telegram(outcome: Result<Option<mbus::Reply<'_>>, mbus::TransactionError>) -> anyhow::Result<bool> {
    let mut out = io::stdout().lock();
    let Some(mbus::Reply::Data { frame, more }) = outcome? else {
        anyhow::bail!("the meter gives no data");
    };
    let telegram = frame.telegram()?;
    match telegram.header {
        mbus::Header::None => {}
        mbus::Header::Short(header) => {
            writeln!(out, "access {}, status {:02X}", header.access, header.status.0)?;
        }
        mbus::Header::Fixed(header) => writeln!(
            out,
            "{}, {}, access {}, status {:02X}",
            header.identification,
            header.medium(),
            header.access,
            header.status.0,
        )?,
        mbus::Header::Long(header) => writeln!(
            out,
            "{} {} version {}, {}, access {}, status {:02X}",
            header.manufacturer,
            header.identification,
            header.version,
            header.medium,
            header.access,
            header.status.0,
        )?,
    }
    for record in telegram.records {
        let record = record?;
        let unit = text::record_unit(&record).unwrap_or_default();
        if record.vif.is_some() || !record.data.is_empty() {
            writeln!(out, "{}", text::row(&name(&record), text::record_value(&record), &unit))?;
        }
        if record.more_follows() {
            writeln!(out, "more follows")?;
        }
    }
    Ok(more)
}

/// What a record holds, in words.
fn name(record: &mbus::Record<'_>) -> String {
    let mut name = match record.quantity() {
        Some(quantity) => quantity.to_string(),
        None => format!("record {}", hex::encode_upper(record.header)),
    };
    if record.function != mbus::Function::Instantaneous {
        name += &format!(", {}", text::function(record.function));
    }
    let numbers =
        [("storage", record.storage), ("tariff", record.tariff.into()), ("subunit", record.subunit.into())];
    for (what, number) in numbers {
        if number != 0 {
            name += &format!(", {what} {number}");
        }
    }
    name
}
