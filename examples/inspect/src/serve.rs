//! Simulated meters, to be read by others.

mod modbus;

use std::convert::Infallible;
use std::io::{self, Write};

use clap::Subcommand;
use dlt645::{ErrorFlags, Identifier};
use inspect::Port;
use mbus::{Data, Entry};
use meter_value::bcd;
use meter_value::line::{Machine, Writer};
use modbus_rtu::{Server, Unit, UnitId};

use crate::modbus::{register, timing};
use crate::port::{Defaults, Line};

/// The meter to play.
#[derive(Subcommand)]
pub enum Meter {
    /// A unit with every function: tables of 100, files 1 to 3, a queue at 100, an identification
    ///
    /// Holding registers hold their address + 1000, input registers their address + 2000. Every third coil and
    /// every fifth discrete input is on.
    Modbus {
        #[command(flatten)]
        line: Line,
        /// The unit, 1 to 247
        #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(1..))]
        unit: u8,
        /// The adapter hears what it sends itself
        #[arg(long)]
        echo: bool,
        /// What a holding register holds, such as 0x6B=555; may be repeated
        #[arg(long, value_name = "ADDRESS=VALUE", value_parser = register)]
        set: Vec<(u16, u16)>,
    },
    /// A three-phase electricity meter
    Dlt645 {
        #[command(flatten)]
        line: Line,
        /// The meter's number, 12 digits
        #[arg(long, value_name = "DIGITS")]
        address: dlt645::Address,
    },
    /// A heat meter
    Mbus {
        #[command(flatten)]
        line: Line,
        /// The primary address, 0 to 250
        #[arg(long, value_name = "NUMBER")]
        address: u8,
    },
}

pub fn run(meter: Meter) -> anyhow::Result<Infallible> {
    match meter {
        Meter::Modbus { line, unit, echo, set } => {
            let server =
                Server::new(Unit::new(UnitId(unit), modbus::Simulated::new(set)), timing(&line, echo));
            serve(&format!("modbus unit {unit}"), line.open(&Defaults::MODBUS)?, server)
        }
        Meter::Dlt645 { line, address } => {
            let server = dlt645::Server::new(address, ElectricityMeter);
            serve(&format!("dlt645 meter {address}"), line.open(&Defaults::DLT645)?, server)
        }
        Meter::Mbus { line, address } => {
            let server = mbus::Server::new(mbus::Address(address), HeatMeter);
            serve(&format!("mbus meter {address}"), line.open(&Defaults::MBUS)?, server)
        }
    }
}

fn serve<S>(what: &str, mut port: Port, mut server: S) -> anyhow::Result<Infallible>
where
    S: for<'a> Machine<Outcome<'a> = Infallible> + 'static,
{
    let mut stdout = io::stdout();
    writeln!(stdout, "serving {what} on {}", port.path)?;
    stdout.flush()?;
    port.run(&mut server, |never| never)
}

struct ElectricityMeter;

/// What the meter holds, in its last digits: energy in 0.01 kWh, voltage in 0.1 V, current in mA, power in
/// 0.1 W.
const POINTS: [(Identifier, i64); 13] = [
    (Identifier::COMBINED_ACTIVE_ENERGY, 124_245),
    (Identifier::FORWARD_ACTIVE_ENERGY, 123_456),
    (Identifier::REVERSE_ACTIVE_ENERGY, 789),
    (Identifier::VOLTAGE_A, 2_297),
    (Identifier::VOLTAGE_B, 2_301),
    (Identifier::VOLTAGE_C, 2_305),
    (Identifier::CURRENT_A, -1_234),
    (Identifier::CURRENT_B, 567),
    (Identifier::CURRENT_C, 2_345),
    (Identifier::ACTIVE_POWER, 3_725),
    (Identifier::REACTIVE_POWER, 410),
    (Identifier::POWER_FACTOR, 994),
    (Identifier::FREQUENCY, 5_001),
];

impl dlt645::Handler for ElectricityMeter {
    fn read(&mut self, identifier: Identifier, data: &mut Writer<'_>) -> Result<(), ErrorFlags> {
        // FF in DI1 stands for every tariff or phase.
        let same = |held: &Identifier| match (*held, identifier) {
            (Identifier::Y2007(held), Identifier::Y2007(asked)) if asked >> 8 & 0xFF == 0xFF => {
                held & 0xFFFF_00FF == asked & 0xFFFF_00FF
            }
            (held, asked) => held == asked,
        };
        for (held, digits) in POINTS.iter().filter(|(held, _)| same(held)) {
            let point = held.point().ok_or(ErrorFlags::OTHER)?;
            let mut octets = vec![0; point.octets().ok_or(ErrorFlags::OTHER)?];
            bcd::encode(*digits, point.sign(), &mut octets).map_err(|_| ErrorFlags::OTHER)?;
            data.put(&octets);
        }
        if data.is_empty() { Err(ErrorFlags::NO_SUCH_DATA) } else { Ok(()) }
    }
}

struct HeatMeter;

/// Energy in kWh, volume in litres, power in 10 W, flow and return temperature in 0.1 °C.
const RECORDS: [(u8, Data); 5] = [
    (0x06, Data::Bcd8(12_345)),
    (0x13, Data::Bcd8(678_901)),
    (0x2C, Data::Int32(1_234)),
    (0x5A, Data::Int32(712)),
    (0x5E, Data::Int32(423)),
];

impl mbus::Handler for HeatMeter {
    fn header(&mut self) -> mbus::LongHeader {
        mbus::LongHeader {
            identification: mbus::Identification(0x1234_5678),
            manufacturer: mbus::Manufacturer(0x36E5),
            version: 1,
            medium: mbus::Medium::HEAT,
            access: 0,
            status: mbus::Status(0),
            configuration: 0,
        }
    }

    fn records(&mut self, _telegram: u16, records: &mut Writer<'_>) -> bool {
        for (vif, data) in RECORDS {
            let written = Entry::new(&[vif], data).write(records);
            debug_assert_eq!(written, Ok(()), "the values have fewer than eight digits");
        }
        false
    }
}
