//! What is measured. Every implementation is called through a pointer, so nothing is folded into constants.

use std::time::{Duration, Instant};

use crate::stream::Found;

/// A column of a protocol's table: an implementation, or another way to do the work with ours.
pub trait Column: Sized + 'static {
    /// The table's title.
    const TITLE: &'static str;
    /// Every column, ours first.
    const ALL: &'static [Self];
    const CASES: &'static [Case<Self>];

    fn name(&self) -> &'static str;

    /// Whether it is somebody else's.
    fn is_peer(&self) -> bool {
        self.name() != Self::ALL[0].name()
    }
}

/// One row of a table, for implementations of one protocol.
pub struct Case<I: 'static> {
    pub name: &'static str,
    /// Octets of a call.
    pub octets: usize,
    /// A meter of the implementation, if it takes part.
    pub meter: fn(&I) -> Option<Meter>,
    /// What is counted besides the time, if anything is.
    pub counted: Option<Counted<I>>,
}

/// How much of its work an implementation does right.
pub struct Counted<I: 'static> {
    /// What is counted as right, and what else.
    pub counts: &'static str,
    /// How much there is to do.
    pub total: fn() -> usize,
    pub count: fn(&I) -> Option<Found>,
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

/// What is counted of a stream.
pub(crate) const fn frames<I>(total: fn() -> usize, count: fn(&I) -> Option<Found>) -> Option<Counted<I>> {
    Some(Counted { counts: "intact frames found, others", total, count })
}
