//! Octets that come in, with the times they come at.

use core::time::Duration;

use meter_value::line::{Scan, Window};

use crate::dialect::bare;
use crate::judge::{Reason, explain};
use crate::{DecodeError, Frame, Line, UnitId};

/// The octets of a line that belong to no frame yet, and the silences between them.
#[derive(Clone, Debug)]
pub(crate) struct Stream<const N: usize> {
    window: Window<N>,
    /// When octets came in last, if no silence has ended them yet.
    heard: Option<Duration>,
}

impl<const N: usize> Stream<N> {
    pub(crate) const fn new() -> Self {
        const { assert!(N > Frame::MAX_LEN) };
        Self { window: Window::new(), heard: None }
    }

    #[inline]
    pub(crate) fn feed(&mut self, octets: &[u8]) -> usize {
        self.window.feed(octets)
    }

    pub(crate) fn feed_at(&mut self, octets: &[u8], now: Duration, line: &Line) -> usize {
        self.elapse(now, line, octets.len());
        let taken = self.feed(octets);
        if taken > 0 {
            self.heard = Some(now);
        }
        taken
    }

    pub(crate) fn silent_at(&self, line: &Line) -> Option<Duration> {
        self.heard.map(|heard| heard.saturating_add(line.gap))
    }

    /// Notes that it is `now` and no more than so many octets have just come in; says whether a silence was
    /// before them.
    pub(crate) fn elapse(&mut self, now: Duration, line: &Line, octets: usize) -> bool {
        let begins = self.silent_at(line).is_some_and(|at| now >= at.saturating_add(line.time(octets)));
        if begins {
            self.heard = None;
            self.silence();
        }
        begins
    }

    pub(crate) fn silence(&mut self) {
        self.window.silence();
    }

    pub(crate) fn clear(&mut self) {
        self.window.clear();
        self.heard = None;
    }

    /// The next frame, or the first error in a run of octets that are none, or nothing yet, as `judge` sees it.
    #[inline]
    pub(crate) fn scan(
        &mut self,
        judge: impl FnMut(&[u8], bool) -> Scan<Reason>,
    ) -> Option<Result<Frame<'_>, DecodeError>> {
        Some(self.window.scan(judge, explain)?.and_then(checked))
    }

    /// The octets of the frame that [`scan`](Self::scan) returned last.
    pub(crate) fn octets(&self) -> &[u8] {
        self.window.lent()
    }

    /// That frame.
    pub(crate) fn last(&self) -> Result<Frame<'_>, DecodeError> {
        checked(self.window.lent())
    }

    pub(crate) fn behind(&self) -> &[u8] {
        self.window.behind()
    }
}

/// A frame whose checksum was found right, or an exception that has none.
#[inline]
pub(crate) fn checked(octets: &[u8]) -> Result<Frame<'_>, DecodeError> {
    match octets {
        [unit, pdu @ .., _, _] if octets.len() >= Frame::MIN_LEN => Ok(Frame { unit: UnitId(*unit), pdu }),
        _ => bare(octets),
    }
}
