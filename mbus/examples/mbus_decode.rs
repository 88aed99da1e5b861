//! Says what a frame of an M-Bus means.
//!
//! ```console
//! $ cargo run -p meterwire-mbus --example mbus_decode -- 68 07 07 68 08 05 78 02 06 39 30 F6 16
//! ```
//!
//! Without a frame it takes one of its own, in which a heat meter tells energy, volume and a temperature.

use std::env;
use std::process::ExitCode;

use anyhow::Context;
use mbus::meter_value::Value;
use mbus::{Content, Frame, Function, Header, Record, Telegram};

const FRAME: &str = "68 1F 1F 68 08 05 72 78 56 34 12 24 40 01 04 55 00 00 00 \
    04 06 39 30 00 00 0C 13 18 37 02 00 02 5A C8 02 5A 16";

fn main() -> ExitCode {
    let mut text: String = env::args().skip(1).collect();
    if text.is_empty() {
        text.push_str(FRAME);
    }
    match decode(&text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn decode(text: &str) -> anyhow::Result<()> {
    let octets = hex::decode(text.replace(' ', "")).context("a frame is written in hex digits")?;
    let frame = Frame::decode(&octets).context("this is no frame")?;
    // Requests and acknowledgements carry nothing.
    let Frame::Long { address, .. } = frame else {
        println!("{frame:?}");
        return Ok(());
    };
    println!("address {address}");
    match frame.content().context("what the frame carries is damaged")? {
        Content::Telegram(telegram) => print(telegram),
        other => println!("{other:?}"),
    }
    Ok(())
}

fn print(telegram: Telegram<'_>) {
    if let Header::Long(header) = telegram.header {
        println!("meter {} {}, {}", header.manufacturer, header.identification, header.medium);
    }
    for record in telegram.records {
        match record {
            Ok(record) => println!("  {}: {}", name(&record), value(&record)),
            // Behind it, nobody knows where the next record starts.
            Err(error) => println!("  no record: {error}"),
        }
    }
}

/// What a record measures, and which of its values it is.
fn name(record: &Record<'_>) -> String {
    let quantity = record.quantity().map_or("unknown", |quantity| quantity.name());
    let which = match record.function {
        Function::Instantaneous => "",
        Function::Maximum => ", maximum",
        Function::Minimum => ", minimum",
        Function::Error => ", during an error",
    };
    match record.storage {
        0 => format!("{quantity}{which}"),
        storage => format!("{quantity}{which}, stored as number {storage}"),
    }
}

/// The value in its base unit. What a meter sends as a float has another scale, and a decimal in the unit.
fn value(record: &Record<'_>) -> String {
    if let Some(error) = record.error() {
        return format!("{error:?}");
    }
    let value = match (record.value(), record.to_decimal()) {
        (Value::F32(_) | Value::U64(_), Ok(decimal)) => Value::Decimal(decimal),
        (value, _) => value,
    };
    match record.unit() {
        Some(unit) => format!("{value} {unit}"),
        None => value.to_string(),
    }
}
