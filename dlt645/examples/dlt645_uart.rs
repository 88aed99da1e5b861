//! Reads a meter as firmware does: an async UART, a delay, a clock, no allocation.
//!
//! ```console
//! $ cargo run -p meterwire-dlt645 --features embedded-io --example dlt645_uart
//! ```
//!
//! `read_energy` goes into firmware as it is. What comes behind `main` stands for the board and the meter.

use std::cell::Cell;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

use anyhow::Context;
use dlt645::driver::Driver;
use dlt645::meter_value::{Date, DateTime, Decimal, DecimalError, Time};
use dlt645::{
    Address, Client, Command, Device, Edition, EncodeError, Identifier, Line, Machine, Meter, Output, Point,
    Register, Reply, Server, TransactionError,
};
use embassy_futures::block_on;
use embedded_hal_async::delay::DelayNs;
use embedded_io_async::{ErrorType, Read, Write};

/// Looked up by the compiler, so that the table of all identifiers stays out of the image.
const ENERGY: Point = Identifier::FORWARD_ACTIVE_ENERGY.point().unwrap();

/// Why there is no reading.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the command cannot be sent: {0}")]
    Command(#[from] EncodeError),
    #[error("the UART failed")]
    Uart,
    #[error("{0}")]
    Meter(#[from] TransactionError),
    #[error("nobody answers a broadcast")]
    Broadcast,
    #[error("the meter has no such value: {0}")]
    Value(#[from] DecimalError),
}

/// Asks a meter for its energy in kWh.
async fn read_energy(
    driver: &mut Driver<impl Read + Write, impl DelayNs, impl FnMut() -> Duration>,
    client: &mut Client<64>,
    meter: &Device,
) -> Result<Decimal, Failure> {
    client.start(meter, &Command::Read { identifier: Identifier::FORWARD_ACTIVE_ENERGY })?;
    let outcome = driver.run(client, |outcome| match outcome? {
        Some(Reply::Read { data, .. }) => Ok(ENERGY.decode(data).value.to_decimal()?),
        // The client passes on nothing but the reply to its command; a broadcast has none.
        _ => Err(Failure::Broadcast),
    });
    outcome.await.map_err(|_| Failure::Uart)?
}

fn main() -> anyhow::Result<()> {
    let address = "201708176934".parse()?;
    let clock = Cell::new(Duration::ZERO);
    let uart = Uart::new(address, &clock).context("there is no such day")?;

    // On a board: its buffered UART, `embassy_time::Delay`, and the time since the start.
    let mut driver = Driver::new(uart, Delay(&clock), || clock.get());
    let mut client = Client::new(Line::new(2_400));
    for meter in [address, "123".parse()?] {
        match block_on(read_energy(&mut driver, &mut client, &Device::new(meter))) {
            Ok(energy) => println!("meter {meter}: {ENERGY} {energy} {}", ENERGY.unit()),
            Err(failure) => println!("meter {meter}: {failure}"),
        }
    }
    println!("after {:?} of the line's time", clock.get());
    Ok(())
}

/// A UART with a meter at its other end, on a clock that runs when somebody waits.
struct Uart<'a> {
    meter: Server<Meter>,
    answer: VecDeque<u8>,
    clock: &'a Cell<Duration>,
}

impl<'a> Uart<'a> {
    fn new(address: Address, clock: &'a Cell<Duration>) -> Option<Self> {
        let noon = DateTime { date: Date::new(2026, 7, 1)?, time: Time::new(12, 0, 0)? };
        let mut meter = Meter::new(Edition::Y2007, noon);
        meter.set_energy(Register::ForwardActive, 1, 123_456);
        Some(Self { meter: Server::new(address, meter), answer: VecDeque::new(), clock })
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
