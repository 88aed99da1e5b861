//! A machine over an async UART.

use core::convert::Infallible;
use core::hint::black_box;
use core::time::Duration;

use ::meter_value::line::{Driver, Machine, Output};
use embassy_futures::block_on;
use embedded_hal_async::delay::DelayNs;
use embedded_io_async::{ErrorType, Read, Write};

use crate::any_time;

/// Runs any machine over any UART.
pub fn run() {
    let mut driver = Driver::new(Uart, Delay, any_time);
    black_box(block_on(driver.run(&mut Any, black_box)).is_ok());
}

struct Any;

impl Machine for Any {
    type Outcome<'a> = u8;

    fn receive(&mut self, octets: &[u8], now: Duration) {
        black_box((octets, now));
    }

    fn transmitted(&mut self, now: Duration) {
        black_box(now);
    }

    fn poll(&mut self, now: Duration) -> Output<'_, u8> {
        black_box(now);
        black_box(Output::Wait(None))
    }
}

struct Uart;

impl ErrorType for Uart {
    type Error = Infallible;
}

impl Read for Uart {
    async fn read(&mut self, octets: &mut [u8]) -> Result<usize, Infallible> {
        Ok(black_box(octets.len()))
    }
}

impl Write for Uart {
    async fn write(&mut self, octets: &[u8]) -> Result<usize, Infallible> {
        Ok(black_box(octets.len()))
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

struct Delay;

impl DelayNs for Delay {
    async fn delay_ns(&mut self, ns: u32) {
        black_box(ns);
    }
}
