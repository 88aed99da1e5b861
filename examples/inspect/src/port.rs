//! Serial ports, and the driver that runs a machine on one.

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::{Args, ValueEnum};
use meter_value::line::{Machine, Output};
use serialport::{ClearBuffer, SerialPort};

/// Which port, and its settings.
#[derive(Args)]
pub struct Line {
    /// The serial port, such as /dev/ttyUSB0
    #[arg(long, value_name = "PATH")]
    port: String,
    /// Speed in bits a second [default: 9600 for Modbus, 2400 for the others]
    #[arg(long)]
    baud: Option<u32>,
    /// Parity [default: none for Modbus, even for the others]
    #[arg(long)]
    parity: Option<Parity>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Parity {
    None,
    Even,
    Odd,
}

/// What a protocol uses unless told otherwise.
pub struct Defaults {
    pub baud: u32,
    pub parity: Parity,
    /// Enough for the longest reply at this speed.
    pub timeout: Duration,
}

impl Defaults {
    pub const MODBUS: Self = Self { baud: 9_600, parity: Parity::None, timeout: Duration::from_secs(1) };
    pub const DLT645: Self = Self { baud: 2_400, parity: Parity::Even, timeout: Duration::from_secs(2) };
    pub const MBUS: Self = Self { baud: 2_400, parity: Parity::Even, timeout: Duration::from_secs(2) };
}

/// An open port.
pub struct Port {
    pub path: String,
    serial: Box<dyn SerialPort>,
}

impl Line {
    pub fn open(self, defaults: &Defaults) -> anyhow::Result<Port> {
        let parity = match self.parity.unwrap_or(defaults.parity) {
            Parity::None => serialport::Parity::None,
            Parity::Even => serialport::Parity::Even,
            Parity::Odd => serialport::Parity::Odd,
        };
        let settings = serialport::new(&self.port, self.baud.unwrap_or(defaults.baud)).parity(parity);
        let cleared = settings.open().and_then(|serial| serial.clear(ClearBuffer::Input).map(|()| serial));
        let serial = cleared.with_context(|| format!("cannot open {}", self.port))?;
        Ok(Port { path: self.port, serial })
    }
}

impl Port {
    /// Runs `machine` until a transaction is over, and returns what `done` makes of it.
    pub fn run<M: Machine, T>(
        &mut self,
        machine: &mut M,
        done: impl FnOnce(M::Outcome<'_>) -> T,
    ) -> anyhow::Result<T> {
        drive(&mut *self.serial, machine, done).with_context(|| self.path.clone())
    }
}

/// Longer than any frame takes to leave.
const LONG: Duration = Duration::from_secs(60);

fn drive<M: Machine, T>(
    serial: &mut dyn SerialPort,
    machine: &mut M,
    done: impl FnOnce(M::Outcome<'_>) -> T,
) -> io::Result<T> {
    let started = Instant::now();
    let mut octets = [0; 256];
    loop {
        let until = match machine.poll(started.elapsed()) {
            Output::Transmit(frame) => {
                serial.set_timeout(LONG)?;
                serial.write_all(frame)?;
                serial.flush()?;
                None
            }
            Output::Wait(until) => Some(until.unwrap_or(Duration::MAX)),
            Output::Done(outcome) => return Ok(done(outcome)),
        };
        let Some(until) = until else {
            machine.transmitted(started.elapsed());
            continue;
        };
        serial.set_timeout(until.saturating_sub(started.elapsed()))?;
        match serial.read(&mut octets) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => machine.receive(octets.get(..count).unwrap_or_default(), started.elapsed()),
            Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted) => {}
            Err(error) => return Err(error),
        }
    }
}
