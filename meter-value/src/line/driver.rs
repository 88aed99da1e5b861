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
    /// The UART will never give or take octets again.
    #[error("the UART was closed")]
    Closed,
}

/// Runs machines over a UART, with a delay and a clock.
///
/// What comes in while nobody runs a machine stays in the UART, and is handed to the next one before that sends
/// anything: to who asks it is no answer. A read that is given up, because the machine has waited long enough,
/// must not lose octets: interrupt-driven and buffered UARTs keep that promise.
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
///         self.answer = octets.first().copied().filter(|_| self.asked);
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
        let mut until = Some(Duration::ZERO);
        // No line is so busy that this much comes at once.
        let mut stale = 255_u8;
        loop {
            let wait_us = until.map(|until| wait_us(until, (self.clock)()));
            let read = self.uart.read(&mut octets);
            match select(read, elapse(&mut self.delay, wait_us)).await {
                Either::First(Ok(0)) => return Err(DriverError::Closed),
                Either::First(Ok(count)) => {
                    machine.receive(octets.get(..count).unwrap_or_default(), (self.clock)());
                    stale = stale.saturating_sub(1);
                }
                Either::First(Err(error)) => return Err(DriverError::Uart(error)),
                Either::Second(()) => stale = 0,
            }
            if stale > 0 {
                continue;
            }
            until = loop {
                let sent = match machine.poll((self.clock)()) {
                    Output::Transmit(frame) => send(&mut self.uart, frame).await,
                    Output::Wait(until) => break until,
                    Output::Done(outcome) => return Ok(done(outcome)),
                };
                // Also when that failed: the machine then waits for an answer, and asks again.
                machine.transmitted((self.clock)());
                sent?;
            };
        }
    }
}

/// Sends a frame; `write_all` would panic where a UART takes nothing.
async fn send<U: Write>(uart: &mut U, mut frame: &[u8]) -> Result<(), DriverError<U::Error>> {
    while !frame.is_empty() {
        match uart.write(frame).await.map_err(DriverError::Uart)? {
            0 => return Err(DriverError::Closed),
            count => frame = frame.get(count..).unwrap_or_default(),
        }
    }
    uart.flush().await.map_err(DriverError::Uart)
}

/// Microseconds until then, rounded up.
fn wait_us(until: Duration, now: Duration) -> u32 {
    let us = |time: Duration, part: u32| time.as_secs().saturating_mul(1_000_000).saturating_add(part.into());
    let until_us = us(until, until.subsec_nanos().div_ceil(1_000));
    u32::try_from(until_us.saturating_sub(us(now, now.subsec_micros()))).unwrap_or(u32::MAX)
}

/// Waits so long, or for ever.
async fn elapse(delay: &mut impl DelayNs, wait_us: Option<u32>) {
    match wait_us {
        Some(us) => delay.delay_us(us).await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::convert::Infallible;
    use embassy_futures::block_on;
    use embedded_io_async::ErrorType;
    use std::collections::VecDeque;
    use std::vec::Vec;

    /// Takes so many octets at once.
    struct Uart(usize, Vec<u8>);

    impl ErrorType for Uart {
        type Error = Infallible;
    }

    impl Write for Uart {
        async fn write(&mut self, octets: &[u8]) -> Result<usize, Infallible> {
            let octets = octets.get(..self.0).unwrap_or(octets);
            self.1.extend(octets);
            Ok(octets.len())
        }

        async fn flush(&mut self) -> Result<(), Infallible> {
            Ok(())
        }
    }

    #[test]
    fn a_frame_leaves_in_pieces_and_a_uart_that_takes_nothing_is_closed() {
        let mut uart = Uart(2, Vec::new());
        assert_eq!(block_on(send(&mut uart, &[1, 2, 3, 4, 5])), Ok(()));
        assert_eq!(uart.1, [1, 2, 3, 4, 5]);
        assert_eq!(block_on(send(&mut Uart(0, Vec::new()), &[1])), Err(DriverError::Closed));
        assert_eq!(block_on(send(&mut Uart(0, Vec::new()), &[])), Ok(()));
    }

    /// A UART in which some octets wait, and whose other end answers each with the next one.
    struct Stale(VecDeque<u8>);

    impl ErrorType for Stale {
        type Error = Infallible;
    }

    impl Read for Stale {
        async fn read(&mut self, octets: &mut [u8]) -> Result<usize, Infallible> {
            match (self.0.pop_front(), octets.first_mut()) {
                (Some(octet), Some(place)) => *place = octet,
                _ => pending().await,
            }
            Ok(1)
        }
    }

    impl Write for Stale {
        async fn write(&mut self, octets: &[u8]) -> Result<usize, Infallible> {
            self.0.extend(octets.iter().map(|octet| octet + 1));
            Ok(octets.len())
        }

        async fn flush(&mut self) -> Result<(), Infallible> {
            Ok(())
        }
    }

    struct Delay;

    impl DelayNs for Delay {
        async fn delay_ns(&mut self, _: u32) {}
    }

    /// Sends an octet, and tells what it heard before and after.
    #[derive(Default)]
    struct Ask {
        before: Vec<u8>,
        after: Vec<u8>,
        is_sent: bool,
    }

    impl Machine for Ask {
        type Outcome<'a> = (&'a [u8], &'a [u8]);

        fn receive(&mut self, octets: &[u8], _: Duration) {
            (if self.is_sent { &mut self.after } else { &mut self.before }).extend(octets);
        }

        fn transmitted(&mut self, _: Duration) {
            self.is_sent = true;
        }

        fn poll(&mut self, _: Duration) -> Output<'_, Self::Outcome<'_>> {
            match (self.is_sent, self.after.is_empty()) {
                (false, _) => Output::Transmit(&[7]),
                (true, true) => Output::Wait(None),
                (true, false) => Output::Done((&self.before, &self.after)),
            }
        }
    }

    #[test]
    fn what_waits_in_the_uart_is_no_answer() {
        let mut driver = Driver::new(Stale(VecDeque::from([1, 2, 3])), Delay, || Duration::ZERO);
        let mut ask = Ask::default();
        let run = driver.run(&mut ask, |(before, after)| (before.to_vec(), after.to_vec()));
        assert_eq!(block_on(run), Ok((std::vec![1, 2, 3], std::vec![8])));
    }

    #[test]
    fn a_wait_is_rounded_up_and_ends() {
        let ns = Duration::from_nanos;
        assert_eq!(wait_us(ns(1_000_000_001), ns(0)), 1_000_001);
        assert_eq!(wait_us(ns(2_500), ns(1_500)), 2);
        assert_eq!(wait_us(ns(5), ns(1_000_000)), 0);
        assert_eq!(wait_us(Duration::MAX, ns(0)), u32::MAX);
    }
}
