//! Machines over an async UART.

use core::future::pending;
use core::time::Duration;

use embassy_futures::select::{Either, select};
use embedded_hal_async::delay::DelayNs;
use embedded_io_async::{Read, Write};

use super::{Machine, Output};

/// Why a driver had to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum DriverError<E> {
    /// The UART failed.
    #[error("the UART failed: {0}")]
    Uart(E),
    /// The UART will never give octets again.
    #[error("the UART was closed")]
    Closed,
}

/// Runs machines over a UART, with a delay and a clock.
///
/// What comes in while nobody runs a machine stays in the UART. A read that is given up, because the machine
/// has waited long enough, must not lose octets: interrupt-driven and buffered UARTs keep that promise.
///
/// ```
/// use core::convert::Infallible;
/// use core::time::Duration;
/// use embassy_futures::block_on;
/// use embedded_hal_async::delay::DelayNs;
/// use embedded_io_async::{ErrorType, Read, Write};
/// use meter_value::line::{Driver, Machine, Output};
///
/// /// Sends a question and takes the first octet that comes.
/// struct Ask {
///     asked: bool,
///     answer: Option<u8>,
/// }
/// impl Machine for Ask {
///     type Outcome<'a> = u8;
///     fn receive(&mut self, octets: &[u8], _: Duration) {
///         self.answer = octets.first().copied();
///     }
///     fn transmitted(&mut self, _: Duration) {
///         self.asked = true;
///     }
///     fn poll(&mut self, _: Duration) -> Output<'_, u8> {
///         match (self.asked, self.answer) {
///             (false, _) => Output::Transmit(b"?"),
///             (_, Some(answer)) => Output::Done(answer),
///             _ => Output::Wait(None),
///         }
///     }
/// }
///
/// /// A UART whose other end answers every octet with the next one.
/// struct Uart(u8);
/// # impl ErrorType for Uart {
/// #     type Error = Infallible;
/// # }
/// # impl Read for Uart {
/// #     async fn read(&mut self, octets: &mut [u8]) -> Result<usize, Infallible> {
/// #         octets[0] = self.0;
/// #         Ok(1)
/// #     }
/// # }
/// # impl Write for Uart {
/// #     async fn write(&mut self, octets: &[u8]) -> Result<usize, Infallible> {
/// #         self.0 = octets[0] + 1;
/// #         Ok(octets.len())
/// #     }
/// #     async fn flush(&mut self) -> Result<(), Infallible> {
/// #         Ok(())
/// #     }
/// # }
/// # struct Delay;
/// # impl DelayNs for Delay {
/// #     async fn delay_ns(&mut self, _: u32) {}
/// # }
///
/// let mut driver = Driver::new(Uart(0), Delay, || Duration::ZERO);
/// let mut machine = Ask { asked: false, answer: None };
/// assert_eq!(block_on(driver.run(&mut machine, |answer| answer)), Ok(b'@'));
/// ```
#[derive(Debug)]
pub struct Driver<U, D, C> {
    uart: U,
    delay: D,
    clock: C,
}

impl<U, D, C> Driver<U, D, C>
where
    U: Read + Write,
    D: DelayNs,
    C: FnMut() -> Duration,
{
    /// A driver of a UART; `clock` says the time since any fixed start.
    pub const fn new(uart: U, delay: D, clock: C) -> Self {
        Self { uart, delay, clock }
    }

    /// Runs a machine until a transaction is over, and returns what `done` makes of its outcome.
    ///
    /// # Errors
    /// [`DriverError`]. A UART that reports damaged characters as errors ends the run; run the machine again and
    /// it goes on where it was.
    pub async fn run<M: Machine, T>(
        &mut self,
        machine: &mut M,
        done: impl FnOnce(M::Outcome<'_>) -> T,
    ) -> Result<T, DriverError<U::Error>> {
        let mut octets = [0; 64];
        loop {
            let step = match machine.poll((self.clock)()) {
                Output::Transmit(frame) => Err(send(&mut self.uart, frame).await),
                Output::Wait(until) => Ok(until),
                Output::Done(outcome) => return Ok(done(outcome)),
            };
            let until = match step {
                Ok(until) => until,
                Err(sent) => {
                    // Also when that failed: the machine then waits for an answer, and asks again.
                    machine.transmitted((self.clock)());
                    sent.map_err(DriverError::Uart)?;
                    continue;
                }
            };
            let wait = until.map(|until| until.saturating_sub((self.clock)()));
            let read = self.uart.read(&mut octets);
            match select(read, elapse(&mut self.delay, wait)).await {
                Either::First(Ok(0)) => return Err(DriverError::Closed),
                Either::First(Ok(count)) => {
                    machine.receive(octets.get(..count).unwrap_or_default(), (self.clock)());
                }
                Either::First(Err(error)) => return Err(DriverError::Uart(error)),
                Either::Second(()) => {}
            }
        }
    }
}

async fn send<U: Write>(uart: &mut U, frame: &[u8]) -> Result<(), U::Error> {
    uart.write_all(frame).await?;
    uart.flush().await
}

/// Waits so long, rounded up to microseconds, or for ever.
async fn elapse(delay: &mut impl DelayNs, wait: Option<Duration>) {
    match wait {
        Some(wait) => {
            let us = wait.as_nanos().div_ceil(1_000);
            delay.delay_us(u32::try_from(us).unwrap_or(u32::MAX)).await;
        }
        None => pending().await,
    }
}
