//! Reads voltages, power and energy of a meter on a serial port.
//!
//! ```console
//! $ cargo run -p meterwire-dlt645 --example dlt645_poll -- /dev/ttyUSB0 2400 201708176934
//! ```
//!
//! Without arguments it reads a simulated meter at the other end of a line in memory.

use std::env;
use std::io::{self, ErrorKind, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use dlt645::meter_value::{Date, DateTime, Time};
use dlt645::{
    Address, Client, Command, Device, Edition, Identifier, Line, Machine, Meter, Output, Register, Server,
};
use serialport::Parity;

/// What to read: three voltages, four powers, the energy.
const WANTED: [Identifier; 3] =
    [Identifier::VOLTAGES, Identifier::Y2007(0x0203_FF00), Identifier::FORWARD_ACTIVE_ENERGY];

/// A read that has nothing gives up after this time, so that the client can look at the clock.
const PATIENCE: Duration = Duration::from_millis(10);

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => {
            let address = "201708176934".parse()?;
            poll(&mut Simulated::new(address).context("there is no such day")?, 2_400, address)
        }
        [path, baud, address] => {
            let baud = baud.parse().context("the speed is a number")?;
            let address = address.parse().context("an address has up to 12 digits")?;
            let settings = serialport::new(path, baud).parity(Parity::Even).timeout(PATIENCE);
            poll(&mut settings.open().context("the port does not open")?, baud, address)
        }
        _ => bail!("usage: dlt645_poll [PORT BAUD ADDRESS]"),
    }
}

fn poll(port: &mut (impl Read + Write), baud: u32, address: Address) -> anyhow::Result<()> {
    let started = Instant::now();
    let mut client: Client = Client::new(Line::new(baud));
    let mut octets = [0; 256];
    for identifier in WANTED {
        client.start(&Device::new(address), &Command::Read { identifier })?;
        loop {
            match client.poll(started.elapsed()) {
                Output::Transmit(command) => {
                    port.write_all(command)?;
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
                    let reply = outcome?.context("nobody answers a broadcast")?;
                    for item in reply.values() {
                        println!("{}: {} {}", item.point, item.value, item.point.unit());
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
    meter: Server<Meter>,
    started: Instant,
}

impl Simulated {
    fn new(address: Address) -> Option<Self> {
        let noon = DateTime { date: Date::new(2026, 7, 1)?, time: Time::new(12, 0, 0)? };
        let mut meter = Meter::new(Edition::Y2007, noon);
        for (phase, voltage_dv) in meter.mains.phases.iter_mut().zip([2_297, 2_305, 2_311]) {
            (phase.voltage_dv, phase.active_dw) = (voltage_dv, 11_400);
        }
        meter.set_energy(Register::ForwardActive, 1, 123_456);
        Some(Self { meter: Server::new(address, meter), started: Instant::now() })
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
