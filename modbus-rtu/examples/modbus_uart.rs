//! Reads a meter as firmware does: an async UART, a delay, a clock, no allocation.
//!
//! ```console
//! $ cargo run -p meterwire-modbus-rtu --features embedded-io --example modbus_uart
//! ```
//!
//! `read_meter` goes into firmware as it is. What comes behind `main` stands for the board and the meter.

use std::cell::Cell;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

use embassy_futures::block_on;
use embedded_hal_async::delay::DelayNs;
use embedded_io_async::{ErrorType, Read, Write};
use modbus_rtu::driver::Driver;
use modbus_rtu::meter_value::Unit as In;
use modbus_rtu::{
    Bank, Client, Device, EncodeError, Kind, Line, Machine, Map, Output, Point, Server, TransactionError,
    Unit, UnitId,
};

/// What the meter holds where; checked by the compiler.
const METER: Map<'_> = modbus_rtu::map![
    Point::input("voltage", 0, Kind::U16).scaled(-1).in_unit(In::Volt),
    Point::input("power", 1, Kind::I32).in_unit(In::Watt),
];

/// Why there are no readings.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("the request cannot be sent: {0}")]
    Request(#[from] EncodeError),
    #[error("the UART failed")]
    Uart,
    #[error("{0}")]
    Unit(#[from] TransactionError),
}

/// Reads all points of a meter. A firmware puts them into its report instead of printing them.
async fn read_meter(
    driver: &mut Driver<impl Read + Write, impl DelayNs, impl FnMut() -> Duration>,
    client: &mut Client,
    meter: &Device,
) -> Result<(), Failure> {
    for read in METER.reads(8, 125) {
        client.start(meter, &read.request())?;
        let outcome = driver.run(client, |outcome| {
            // There is no response to a broadcast.
            for (point, value) in outcome?.iter().flat_map(|response| read.readings(response)) {
                println!("unit {}: {} {value} {}", meter.unit, point.name, point.unit);
            }
            Ok(())
        });
        outcome.await.map_err(|_| Failure::Uart)?.map_err(Failure::Unit)?;
    }
    Ok(())
}

fn main() {
    let clock = Cell::new(Duration::ZERO);
    let line = Line::new(9_600, 11);

    // On a board: its buffered UART, `embassy_time::Delay`, and the time since the start.
    let mut driver = Driver::new(Uart::new(line, &clock), Delay(&clock), || clock.get());
    let mut client = Client::new(line);
    for unit in [UnitId(17), UnitId(18)] {
        if let Err(failure) = block_on(read_meter(&mut driver, &mut client, &Device::new(unit))) {
            println!("unit {unit}: {failure}");
        }
    }
    println!("after {:?} of the line's time", clock.get());
}

/// A UART with unit 17 at its other end, on a clock that runs when somebody waits.
struct Uart<'a> {
    meter: Server<Unit<Bank<0, 0, 0, 3>>>,
    answer: VecDeque<u8>,
    clock: &'a Cell<Duration>,
}

impl<'a> Uart<'a> {
    fn new(line: Line, clock: &'a Cell<Duration>) -> Self {
        let bank = Bank { input_registers: [2_297, 0, 2_870], ..Bank::new() };
        Self { meter: Server::new(Unit::new(UnitId(17), bank), line), answer: VecDeque::new(), clock }
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
