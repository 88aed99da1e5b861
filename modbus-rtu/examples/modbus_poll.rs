//! Reads a meter on a serial port, by the map of its registers.
//!
//! ```console
//! $ cargo run -p meterwire-modbus-rtu --example modbus_poll -- /dev/ttyUSB0 9600 17
//! ```
//!
//! Without arguments it reads a simulated meter at the other end of a line in memory.

use std::env;
use std::io::{self, ErrorKind, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use modbus_rtu::meter_value::Unit as In;
use modbus_rtu::{
    Bank, Client, Device, Kind, Line, Machine, Map, Output, Point, Server, Unit, UnitId, WordOrder,
};

/// What the meter holds where, from its manual. Points apart are read with a request each.
const METER: Map<'_> = modbus_rtu::map![
    Point::input("voltage", 0x00, Kind::U16).scaled(-1).in_unit(In::Volt),
    Point::input("current", 0x01, Kind::U16).scaled(-2).in_unit(In::Ampere),
    Point::input("power", 0x02, Kind::I32).in_unit(In::Watt),
    Point::input("energy", 0x40, Kind::U32).ordered(WordOrder::Cdab).scaled(-2).in_unit(In::KilowattHour),
];

/// A gap of so many registers is read along, and so many registers are read at once.
const GAP: u16 = 8;
const MOST: u16 = 125;

/// A read that has nothing gives up after this time, so that the client can look at the clock.
const PATIENCE: Duration = Duration::from_millis(10);

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => poll(&mut Simulated::new(UnitId(17)), 9_600, UnitId(17)),
        [path, baud, unit] => {
            let baud = baud.parse().context("the speed is a number")?;
            let unit = UnitId(unit.parse().context("the unit is a number up to 247")?);
            let settings = serialport::new(path, baud).timeout(PATIENCE);
            poll(&mut settings.open().context("the port does not open")?, baud, unit)
        }
        _ => bail!("usage: modbus_poll [PORT BAUD UNIT]"),
    }
}

fn poll(port: &mut (impl Read + Write), baud: u32, unit: UnitId) -> anyhow::Result<()> {
    let started = Instant::now();
    // 8N1 has characters of 10 bits. Adapters hold octets back, so only a long silence ends a frame.
    let mut client = Client::new(Line::new(baud, 10).buffered(Duration::from_millis(50)));
    let mut octets = [0; 256];
    for read in METER.reads(GAP, MOST) {
        client.start(&Device::new(unit), &read.request())?;
        loop {
            match client.poll(started.elapsed()) {
                Output::Transmit(request) => {
                    port.write_all(request)?;
                    port.flush()?;
                    client.transmitted(started.elapsed());
                }
                Output::Wait(_) => match port.read(&mut octets) {
                    Ok(0) => bail!("the port was closed"),
                    Ok(count) => client.receive(octets.get(..count).unwrap_or_default(), started.elapsed()),
                    Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted) => {}
                    Err(error) => return Err(error.into()),
                },
                Output::Done(outcome) => {
                    let response = outcome?.context("nobody answers a broadcast")?;
                    for (point, value) in read.readings(&response) {
                        println!("{}: {value} {}", point.name, point.unit);
                    }
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Stands for a port with a meter at its other end.
struct Simulated {
    meter: Server<Unit<Bank<0, 0, 0, 0x42>>>,
    started: Instant,
}

impl Simulated {
    fn new(unit: UnitId) -> Self {
        let mut bank = Bank::new();
        let held = [2_297, 1_250, 0, 2_870].into_iter().chain([0; 0x3C]).chain([0xE240, 0x0001]);
        bank.input_registers.iter_mut().zip(held).for_each(|(register, value)| *register = value);
        Self { meter: Server::new(Unit::new(unit, bank), Line::new(9_600, 10)), started: Instant::now() }
    }
}

impl Write for Simulated {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.meter.receive(octets, self.started.elapsed());
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Simulated {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        match self.meter.poll(self.started.elapsed()) {
            Output::Transmit(mut answer) => {
                let count = answer.read(octets)?;
                self.meter.transmitted(self.started.elapsed());
                Ok(count)
            }
            Output::Wait(_) => {
                thread::sleep(PATIENCE);
                Err(ErrorKind::TimedOut.into())
            }
            Output::Done(never) => match never {},
        }
    }
}
