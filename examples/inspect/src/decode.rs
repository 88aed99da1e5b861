//! Frames in hex become JSON.

pub mod dlt645;
mod mbus;
pub mod modbus;
mod wmbus;

use std::io::{self, BufRead, Write};

use ::dlt645::Edition;
use clap::ValueEnum;
use serde_json::{Map, Value, json};

pub use wmbus::{KeyArguments, Keys};

/// What the frames are.
#[derive(Clone, Copy, ValueEnum)]
pub enum Protocol {
    /// Modbus RTU, from a client
    ModbusRequest,
    /// Modbus RTU, from a unit
    ModbusResponse,
    /// DL/T 645; each frame tells its edition
    Dlt645,
    /// DL/T 645-1997
    #[value(name = "dlt645-1997")]
    Dlt645Of1997,
    /// DL/T 645-2007
    #[value(name = "dlt645-2007")]
    Dlt645Of2007,
    /// M-Bus, wired
    Mbus,
    /// M-Bus, wireless, with its checksums or without
    Wmbus,
}

impl Protocol {
    fn decode(self, octets: &[u8], keys: &Keys) -> anyhow::Result<Value> {
        Ok(match self {
            Self::ModbusRequest => modbus::request(octets)?,
            Self::ModbusResponse => modbus::response(octets)?,
            Self::Dlt645 => dlt645::decode(octets, None)?,
            Self::Dlt645Of1997 => dlt645::decode(octets, Some(Edition::Y1997))?,
            Self::Dlt645Of2007 => dlt645::decode(octets, Some(Edition::Y2007))?,
            Self::Mbus => mbus::decode(octets)?,
            Self::Wmbus => wmbus::decode(octets, keys)?,
        })
    }
}

/// Decodes each line of standard input, and says whether all could be.
pub fn run(protocol: Protocol, keys: &Keys) -> io::Result<bool> {
    let mut stdout = io::stdout().lock();
    let mut all = true;
    for line in io::stdin().lock().split(b'\n') {
        let mut line = line?;
        line.retain(|character| !character.is_ascii_whitespace());
        if line.is_empty() {
            continue;
        }
        let octets = hex::decode(line).map_err(Into::into);
        let decoded = octets.and_then(|octets: Vec<u8>| protocol.decode(&octets, keys));
        all &= decoded.is_ok();
        let object = decoded.unwrap_or_else(|error| json!({ "ok": false, "error": error.to_string() }));
        writeln!(stdout, "{object}")?;
    }
    Ok(all)
}

/// One object with the fields of several, in order.
fn joined<const N: usize>(objects: [Value; N]) -> Value {
    let fields = objects.into_iter().flat_map(|object| match object {
        Value::Object(fields) => fields,
        _ => Map::new(),
    });
    fields.collect()
}

/// The fields of a value, or of why there is none in the octets `raw`.
fn value(value: Result<String, String>, raw: String) -> Value {
    match value {
        Ok(value) => json!({ "value": value }),
        Err(why) => json!({ "value": null, "invalid": why, "raw": raw }),
    }
}
