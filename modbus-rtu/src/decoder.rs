//! Frames out of a stream of octets.

use core::time::Duration;

use meter_value::line::{Scan, Window};

use crate::asked::Asked;
use crate::dialect::bare;
use crate::judge::{either, explain, is_foreign, judge, request, response};
use crate::{DecodeError, Dialect, Direction, Frame, Line, UnitId};

/// Which frames a decoder looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Expect {
    /// Requests to any unit.
    Requests,
    /// Requests to some units and broadcasts, among the traffic of a whole line: a server's.
    RequestsTo(Units),
    /// Responses of any unit.
    Responses,
    /// The response to one request: a client's.
    ResponseTo(Asked),
    /// Both, told apart: a passive listener's.
    Both,
}

/// A set of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Units([u32; 8]);

impl Units {
    /// The set of no unit.
    pub const NONE: Self = Self([0; 8]);

    /// The set with one unit more.
    #[must_use]
    pub fn with(mut self, UnitId(unit): UnitId) -> Self {
        if let Some(word) = self.0.get_mut(usize::from(unit >> 5)) {
            *word |= 1 << (unit & 31);
        }
        self
    }

    /// Whether a unit is in the set.
    pub fn contains(&self, UnitId(unit): UnitId) -> bool {
        self.0.get(usize::from(unit >> 5)).is_some_and(|word| word >> (unit & 31) & 1 == 1)
    }
}

/// Finds frames by the length their function implies and by their checksum. After a failure it slides
/// on by one octet, so no intact frame is lost behind a false header.
///
/// A silence ends what is incomplete, and the frames whose function implies no length. It is told by
/// [`silence`](Self::silence), or found from arrival times by [`feed_at`](Self::feed_at).
///
/// ```
/// use modbus_rtu::{Decoder, Expect, Frame, UnitId};
///
/// let mut decoder: Decoder = Decoder::new(Expect::Requests);
/// let noise_and_frame = [0x00, 0x11, 0x06, 0x00, 0x01, 0x00, 0x03, 0x9A, 0x9B];
/// assert_eq!(decoder.feed(&noise_and_frame), 9);
/// while let Some(result) = decoder.frame() {
///     if let Ok(frame) = result {
///         assert_eq!(frame, Frame { unit: UnitId(0x11), pdu: &[0x06, 0x00, 0x01, 0x00, 0x03] });
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Decoder<const N: usize = 512> {
    window: Window<N>,
    expect: Expect,
    dialect: Dialect,
    /// When octets came in last, if no silence has ended them yet.
    heard: Option<Duration>,
    /// The request that a listener heard last, while it may still be answered.
    asked: Option<Asked>,
    direction: Direction,
}

impl<const N: usize> Decoder<N> {
    /// An empty decoder that holds `N` octets, 257 or more: of a function without a length, the octet that is
    /// one too many for a frame has to come.
    pub const fn new(expect: Expect) -> Self {
        const { assert!(N > Frame::MAX_LEN) };
        Self {
            window: Window::new(),
            expect,
            dialect: Dialect::STRICT,
            heard: None,
            asked: None,
            direction: Direction::Request,
        }
    }

    /// A decoder that takes a device's deviations for frames too.
    #[must_use]
    pub const fn in_dialect(self, dialect: Dialect) -> Self {
        Self { dialect, ..self }
    }

    /// Forgets everything and looks for other frames from now on.
    pub fn restart(&mut self, expect: Expect, dialect: Dialect) {
        self.clear();
        self.expect = expect;
        self.dialect = dialect;
    }

    /// Takes octets and says how many; takes none before [`frame`](Self::frame) returned `None` after a
    /// silence.
    #[inline]
    pub fn feed(&mut self, octets: &[u8]) -> usize {
        self.window.feed(octets)
    }

    /// Takes octets, the last of which came in at `now`, as [`feed`](Self::feed) does; if it took longer than
    /// the line's gap for the first of them to come, there was a silence before.
    pub fn feed_at(&mut self, octets: &[u8], now: Duration, line: &Line) -> usize {
        self.elapse(now.saturating_sub(line.time(octets.len())), line);
        let taken = self.feed(octets);
        if taken > 0 {
            self.heard = Some(now);
        }
        taken
    }

    /// When the line will have been silent for its gap, if octets came in since the last silence.
    pub fn silent_at(&self, line: &Line) -> Option<Duration> {
        self.heard.map(|heard| heard.saturating_add(line.gap))
    }

    /// Notes that it is `now` and nothing more came in; says whether a silence began.
    pub fn elapse(&mut self, now: Duration, line: &Line) -> bool {
        let begins = self.silent_at(line).is_some_and(|at| now >= at);
        if begins {
            self.heard = None;
            self.silence();
        }
        begins
    }

    /// Notes that the line was silent for the time that ends a frame.
    pub fn silence(&mut self) {
        self.window.silence();
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.window.clear();
        self.heard = None;
        self.asked = None;
    }

    /// The next frame, or the first error in a run of octets that are none, or nothing yet.
    #[inline]
    pub fn frame(&mut self) -> Option<Result<Frame<'_>, DecodeError>> {
        let dialect = self.dialect;
        let result = match &self.expect {
            Expect::Requests => {
                self.direction = Direction::Request;
                self.window.scan(|octets, silent| request(dialect, octets, silent), explain)
            }
            Expect::RequestsTo(units) => {
                self.direction = Direction::Request;
                let to_us = |octets: &[u8], silent| match is_foreign(units, octets) {
                    true => Scan::Skip,
                    false => request(dialect, octets, silent),
                };
                self.window.scan(to_us, explain)
            }
            Expect::Responses => {
                self.direction = Direction::Response;
                self.window.scan(|octets, silent| response(dialect, octets, silent), explain)
            }
            Expect::ResponseTo(asked) => {
                self.direction = Direction::Response;
                let answer = |octets: &[u8], silent| {
                    let length = asked.answer_length(dialect, octets);
                    length.map_or(Scan::Skip, |length| judge(length, dialect, octets, silent))
                };
                self.window.scan(answer, explain)
            }
            Expect::Both => {
                let (asked, direction) = (&self.asked, &mut self.direction);
                let both = |octets: &[u8], silent| {
                    let (found, scan) = either(asked.as_ref(), dialect, octets, silent);
                    *direction = found;
                    scan
                };
                let result = self.window.scan(both, explain);
                if let Some(Ok(octets)) = result {
                    self.asked = match *direction {
                        Direction::Request => Asked::new(octets),
                        Direction::Response => None,
                    };
                }
                result
            }
        };
        Some(result?.and_then(checked))
    }

    /// Which way the frame goes that [`frame`](Self::frame) returned last.
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// The octets of that frame.
    pub fn octets(&self) -> &[u8] {
        self.window.lent()
    }

    /// The request whose response is expected.
    pub(crate) const fn asked(&self) -> Option<Asked> {
        match self.expect {
            Expect::ResponseTo(asked) => Some(asked),
            _ => None,
        }
    }

    /// How many octets came in behind that frame.
    pub fn behind(&self) -> usize {
        self.window.behind()
    }

    /// That frame.
    pub(crate) fn last(&self) -> Result<Frame<'_>, DecodeError> {
        checked(self.window.lent())
    }
}

/// A frame whose checksum was found right, or an exception that has none.
#[inline]
fn checked(octets: &[u8]) -> Result<Frame<'_>, DecodeError> {
    match octets {
        [unit, pdu @ .., _, _] if octets.len() >= Frame::MIN_LEN => Ok(Frame { unit: UnitId(*unit), pdu }),
        _ => bare(octets),
    }
}
