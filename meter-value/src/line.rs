//! What both ends of every half-duplex meter line share: a window over the octets that come in, the
//! echo of what was sent, the link that exchanges one request for one answer, and the machine a driver runs.

#[cfg(feature = "embedded-io")]
mod driver;
mod echo;
mod exchange;
mod link;
mod window;
mod wire;
mod writer;

use core::time::Duration;

#[cfg(feature = "embedded-io")]
pub use driver::{Driver, DriverError};
pub use echo::{Echo, Stripped};
pub use exchange::{Retry, Step};
pub use link::{Frames, Judge, Link, Timing};
pub use window::{Scan, Window};
pub use writer::{BufferTooSmall, Writer};

/// How long so many half bits take at a baud rate, rounded up to nanoseconds; at 0 baud as at 1.
#[must_use]
#[inline(never)]
pub const fn half_bits(count: u32, baud: u32) -> Duration {
    let baud = if baud == 0 { 1 } else { baud as u64 };
    Duration::from_nanos((count as u64 * 500_000_000).div_ceil(baud))
}

/// How long something takes that takes `one` so many times, at most [`Duration::MAX`].
#[must_use]
#[inline(never)]
pub const fn times(one: Duration, count: usize) -> Duration {
    one.saturating_mul(if count > u32::MAX as usize { u32::MAX } else { count as u32 })
}

/// What a machine asks of its driver. After any call, poll until it says [`Output::Wait`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Output<'a, T> {
    /// Send these octets, then call [`Machine::transmitted`] when the last one has left.
    Transmit(&'a [u8]),
    /// Nothing to do before octets come in, or before this time if one is given.
    Wait(Option<Duration>),
    /// The transaction is over.
    Done(T),
}

/// One end of a line, client or server, as a state machine without I/O.
///
/// Time is any clock that starts once and never goes back.
pub trait Machine {
    /// What a transaction ends with.
    type Outcome<'a>
    where
        Self: 'a;

    /// Takes octets that came in.
    fn receive(&mut self, octets: &[u8], now: Duration);

    /// Notes that the octets of [`Output::Transmit`] have left.
    fn transmitted(&mut self, now: Duration);

    /// What to do next.
    fn poll(&mut self, now: Duration) -> Output<'_, Self::Outcome<'_>>;
}
