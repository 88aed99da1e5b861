//! Simulated meters, to be read by others.

mod dlt645;
mod mbus;
mod modbus;

use std::convert::Infallible;
use std::io::{self, Write};

use clap::Subcommand;
use inspect::Port;
use meter_value::line::Machine;
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
    /// A three-phase electricity meter of either edition, with four tariffs and a history
    ///
    /// Its values move, its clock runs from --clock on, and it takes parameters: by passwords of level 4, those
    /// of the first class by level 2. Once 04001101 is 04, it reports an event with each answer.
    Dlt645 {
        #[command(flatten)]
        line: Line,
        #[command(flatten)]
        settings: dlt645::Settings,
    },
    /// A meter of heat, water, gas or electricity with twelve months of history in three telegrams
    ///
    /// Its values move. It takes an address, a number, a speed, resets and selections.
    Mbus {
        #[command(flatten)]
        line: Line,
        #[command(flatten)]
        settings: mbus::Settings,
    },
}

pub fn run(meter: Meter) -> anyhow::Result<Infallible> {
    match meter {
        Meter::Modbus { line, unit, echo, set } => {
            let server =
                Server::new(Unit::new(UnitId(unit), modbus::Simulated::new(set)), timing(&line, echo));
            serve(&format!("modbus unit {unit}"), line.open(&Defaults::MODBUS)?, server)
        }
        Meter::Dlt645 { line, settings } => {
            let server = dlt645::Simulated::new(&settings);
            serve(&format!("dlt645 meter {}", settings.address), line.open(&Defaults::DLT645)?, server)
        }
        Meter::Mbus { line, settings } => {
            let mut meter = mbus::Simulated::new(&settings);
            let mut port = line.open(&Defaults::MBUS)?;
            announce(&format!("serving mbus meter {} on {}", settings.address, port.path))?;
            loop {
                let rate = port.run(&mut meter, |rate| rate)?;
                port.set_baud(rate.bits_per_second())?;
                announce(&format!("at {rate}"))?;
            }
        }
    }
}

fn serve<S>(what: &str, mut port: Port, mut server: S) -> anyhow::Result<Infallible>
where
    S: for<'a> Machine<Outcome<'a> = Infallible> + 'static,
{
    announce(&format!("serving {what} on {}", port.path))?;
    port.run(&mut server, |never| never)
}

fn announce(what: &str) -> io::Result<()> {
    let mut stdout = io::stdout();
    writeln!(stdout, "{what}")?;
    stdout.flush()
}
