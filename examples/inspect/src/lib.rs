//! The driver that runs a machine of the libraries on a serial port.

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use anyhow::Context;
use meter_value::line::{Machine, Output};
pub use serialport::Parity;
use serialport::{ClearBuffer, SerialPort};

/// An open port.
pub struct Port {
    /// Where it is.
    pub path: String,
    serial: Box<dyn SerialPort>,
    /// When the machines' clock began.
    opened: Instant,
}

impl Port {
    /// Opens a port for characters of 8 data bits and one stop bit.
    ///
    /// # Errors
    /// The port and why it cannot be opened.
    pub fn open(path: String, baud: u32, parity: Parity) -> anyhow::Result<Self> {
        let settings = serialport::new(&path, baud).parity(parity);
        let cleared = settings.open().and_then(|serial| serial.clear(ClearBuffer::Input).map(|()| serial));
        let serial = cleared.with_context(|| format!("cannot open {path}"))?;
        Ok(Self { path, serial, opened: Instant::now() })
    }

    /// Goes on at another speed.
    ///
    /// # Errors
    /// The port and why it has no such speed.
    pub fn set_baud(&mut self, baud: u32) -> anyhow::Result<()> {
        self.serial.set_baud_rate(baud).with_context(|| format!("{}: {baud} baud", self.path))
    }

    /// Runs `machine` until a transaction is over, and returns what `done` makes of it. Its time counts from
    /// when the port was opened.
    ///
    /// # Errors
    /// The port and why it cannot be read from or written to.
    pub fn run<M: Machine, T>(
        &mut self,
        machine: &mut M,
        done: impl FnOnce(M::Outcome<'_>) -> T,
    ) -> anyhow::Result<T> {
        drive(&mut *self.serial, self.opened, machine, done).with_context(|| self.path.clone())
    }
}

/// Longer than any frame takes to leave.
const LONG: Duration = Duration::from_secs(60);

fn drive<M: Machine, T>(
    serial: &mut dyn SerialPort,
    started: Instant,
    machine: &mut M,
    done: impl FnOnce(M::Outcome<'_>) -> T,
) -> io::Result<T> {
    let mut octets = [0; 256];
    let mut until = Duration::ZERO;
    // What came since the last transaction is handed over before anything is sent: it is no answer.
    let mut is_stale = true;
    loop {
        serial.set_timeout(until.saturating_sub(started.elapsed()))?;
        match serial.read(&mut octets) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => machine.receive(octets.get(..count).unwrap_or_default(), started.elapsed()),
            Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Interrupted) => {
                is_stale = false
            }
            Err(error) => return Err(error),
        }
        if is_stale {
            continue;
        }
        until = loop {
            match machine.poll(started.elapsed()) {
                Output::Transmit(frame) => {
                    serial.set_timeout(LONG)?;
                    serial.write_all(frame)?;
                    serial.flush()?;
                }
                Output::Wait(until) => break until.unwrap_or(Duration::MAX),
                Output::Done(outcome) => return Ok(done(outcome)),
            }
            machine.transmitted(started.elapsed());
        };
    }
}
