//! Reads a meter as firmware does: an async UART, a delay, a clock, no allocation.
//!
//! ```console
//! $ cargo run -p meterwire-mbus --features embedded-io --example mbus_uart
//! ```
//!
//! `read_energy` goes into firmware as it is. What comes behind `main` stands for the board and the meter.

use std::cell::Cell;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

use embassy_futures::block_on;
use embedded_hal_async::delay::DelayNs;
use embedded_io_async::{ErrorType, Read, Write};
use mbus::driver::Driver;
use mbus::meter_value::{Decimal, Quantity};
use mbus::{
    Address, Client, Command, DecodeError, Device, EncodeError, Frame, Line, Machine, Meter, Output, Reply,
    Server, TransactionError,
};

/// Why there is no reading.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the command cannot be sent: {0}")]
    Command(#[from] EncodeError),
    #[error("the UART failed")]
    Uart,
    #[error("{0}")]
    Meter(#[from] TransactionError),
    #[error("the telegram: {0}")]
    Telegram(#[from] DecodeError),
}

/// Asks a meter for its energy in Wh; `None` if it counts none.
async fn read_energy(
    driver: &mut Driver<impl Read + Write, impl DelayNs, impl FnMut() -> Duration>,
    client: &mut Client,
    meter: &Device,
) -> Result<Option<Decimal>, Failure> {
    client.start(meter, &Command::Read)?;
    let outcome = driver.run(client, |outcome| match outcome? {
        // The first telegram has the values of now; to stop behind it, the next command is started.
        Some(Reply::Data { frame, .. }) => energy(&frame).map_err(Failure::Telegram),
        _ => Ok(None),
    });
    outcome.await.map_err(|_| Failure::Uart)?
}

fn energy(frame: &Frame<'_>) -> Result<Option<Decimal>, DecodeError> {
    for record in frame.telegram()?.records {
        let record = record?;
        if record.quantity() == Some(Quantity::Energy) && record.storage == 0 {
            return Ok(record.to_decimal().ok());
        }
    }
    Ok(None)
}

fn main() {
    let clock = Cell::new(Duration::ZERO);

    // On a board: its buffered UART, `embassy_time::Delay`, and the time since the start.
    let mut driver = Driver::new(Uart::new(Address(5), &clock), Delay(&clock), || clock.get());
    let mut client = Client::new(Line::new(2_400));
    for address in [Address(5), Address(6)] {
        match block_on(read_energy(&mut driver, &mut client, &Device::new(address))) {
            Ok(Some(energy)) => println!("meter {address}: {energy} Wh"),
            Ok(None) => println!("meter {address}: no energy"),
            Err(failure) => println!("meter {address}: {failure}"),
        }
    }
    println!("after {:?} of the bus's time", clock.get());
}

/// A UART with a meter at its other end, on a clock that runs when somebody waits.
struct Uart<'a> {
    meter: Server<Meter>,
    answer: VecDeque<u8>,
    clock: &'a Cell<Duration>,
}

impl<'a> Uart<'a> {
    fn new(address: Address, clock: &'a Cell<Duration>) -> Self {
        let mut meter = Meter::heat(12_345_678);
        meter.power_w = 2_500;
        meter.elapse(Duration::from_secs(30 * 86_400));
        Self { meter: Server::new(address, meter), answer: VecDeque::new(), clock }
    }
}

impl ErrorType for Uart<'_> {
    type Error = Infallible;
}

impl Write for Uart<'_> {
    async fn write(&mut self, octets: &[u8]) -> Result<usize, Infallible> {
        self.meter.receive(octets, self.clock.get());
        Ok(octets.len())
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl Read for Uart<'_> {
    async fn read(&mut self, octets: &mut [u8]) -> Result<usize, Infallible> {
        while self.answer.is_empty() {
            match self.meter.poll(self.clock.get()) {
                Output::Transmit(answer) => {
                    self.answer.extend(answer);
                    self.meter.transmitted(self.clock.get());
                }
                Output::Wait(Some(until)) => self.clock.set(until),
                Output::Wait(None) => pending().await,
                Output::Done(never) => match never {},
            }
        }
        let count = octets.len().min(self.answer.len());
        octets.iter_mut().zip(self.answer.drain(..count)).for_each(|(octet, next)| *octet = next);
        Ok(count)
    }
}

struct Delay<'a>(&'a Cell<Duration>);

impl DelayNs for Delay<'_> {
    async fn delay_ns(&mut self, ns: u32) {
        self.0.set(self.0.get() + Duration::from_nanos(ns.into()));
    }
}
