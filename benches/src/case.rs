//! What is measured. Every implementation is called through a pointer, so nothing is folded into constants.

use std::time::{Duration, Instant};

use crate::stream::{Found, Stream};

/// One row of a table, for implementations of one protocol.
pub struct Case<I: 'static> {
    pub name: &'static str,
    /// Octets of a call.
    pub octets: usize,
    /// A meter of the implementation, if it takes part.
    pub meter: fn(&I) -> Option<Meter>,
    /// The stream, if it is one.
    pub stream: Option<InStream<I>>,
}

/// A stream, and what an implementation finds in it.
pub struct InStream<I: 'static> {
    pub stream: fn() -> Stream,
    pub count: fn(&I, &Stream) -> Option<Found>,
}

/// Calls an implementation so many times, and says how long it took.
pub type Meter = Box<dyn FnMut(u64) -> Duration>;

pub(crate) fn meter(mut call: impl FnMut() + 'static) -> Meter {
    Box::new(move |calls| {
        let start = Instant::now();
        for _ in 0..calls {
            call();
        }
        start.elapsed()
    })
}
