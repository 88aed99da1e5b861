//! Reads a meter on the serial port of a level converter, telegram by telegram.
//!
//! ```console
//! $ cargo run -p meterwire-mbus --example mbus_poll -- /dev/ttyUSB0 2400 5
//! ```
//!
//! Without arguments it reads a simulated meter at the other end of a bus in memory.

use std::env;
use std::io::{self, ErrorKind, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use mbus::{Address, Client, Command, Device, Frame, Line, Machine, Meter, Output, Reply, Server};
use serialport::Parity;

/// A read that has nothing gives up after this time, so that the client can look at the clock.
const PATIENCE: Duration = Duration::from_millis(10);

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => poll(&mut Simulated::new(Address(5)), 2_400, Address(5)),
        [path, baud, address] => {
            let baud = baud.parse().context("the speed is a number")?;
            let address = Address(address.parse().context("the address is a number up to 254")?);
            let settings = serialport::new(path, baud).parity(Parity::Even).timeout(PATIENCE);
            poll(&mut settings.open().context("the port does not open")?, baud, address)
        }
        _ => bail!("usage: mbus_poll [PORT BAUD ADDRESS]"),
    }
}

fn poll(port: &mut (impl Read + Write), baud: u32, address: Address) -> anyhow::Result<()> {
    let started = Instant::now();
    let mut client = Client::new(Line::new(baud));
    let mut octets = [0; Frame::MAX_LEN];
    client.start(&Device::new(address), &Command::Read)?;
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
            Output::Done(outcome) => match outcome?.context("nobody answers a broadcast")? {
                Reply::Data { frame, more } => {
                    print(&frame)?;
                    if !more {
                        return Ok(());
                    }
                }
                other => bail!("the meter has no data: {other:?}"),
            },
        }
    }
}

fn print(frame: &Frame<'_>) -> anyhow::Result<()> {
    println!("telegram");
    for record in frame.telegram()?.records {
        let record = record?;
        if let (Some(quantity), Some(unit)) = (record.quantity(), record.unit()) {
            // Storage 0 is the value now, others are those of the months before.
            println!("  {quantity}, storage {}: {} {unit}", record.storage, record.value());
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
    fn new(address: Address) -> Self {
        let mut meter = Meter::heat(12_345_678);
        (meter.power_w, meter.flow_l_h, meter.temperatures_dc) = (2_500, 120, [705, 482]);
        for _month in 0..2 {
            meter.elapse(Duration::from_secs(30 * 86_400));
            meter.settle();
        }
        Self { meter: Server::new(address, meter), started: Instant::now() }
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
