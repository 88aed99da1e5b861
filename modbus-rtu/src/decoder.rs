//! Frames out of a stream of octets.

use core::time::Duration;

use meter_value::line::Scan;

use crate::asked::Asked;
use crate::judge::{answer, either, request, request_to, response};
use crate::stream::Stream;
use crate::{DecodeError, Dialect, Direction, Frame, Line, UnitId};

/// Which frames a decoder looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Expect {
    /// Requests to any unit.
    Requests,
    /// Requests to some units and broadcasts, among the traffic of a whole line: a server's.
    RequestsTo(UnitSet),
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
pub struct UnitSet([u32; 8]);

impl UnitSet {
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
/// [`silence`](Self::silence), or found from arrival times by [`feed_at`](Self::feed_at). Where no silence is
/// told, octets that look like such a frame hold up what follows until 257 have come.
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
    stream: Stream<N>,
    expect: Expect,
    dialect: Dialect,
    /// The request that a listener heard last, while it may still be answered.
    asked: Option<Asked>,
    /// When octets came in last.
    heard: Option<Duration>,
    direction: Direction,
}

impl<const N: usize> Decoder<N> {
    /// A listener takes what comes later than this for no answer: a client that waits longer would be slower than
    /// usual. So a write that is repeated after a lost answer does not turn requests and responses around.
    const ANSWER_TIME: Duration = Duration::from_millis(800);

    /// An empty decoder that holds `N` octets, 257 or more: of a function without a length, the octet that is
    /// one too many for a frame has to come.
    pub const fn new(expect: Expect) -> Self {
        let direction = match expect {
            Expect::Responses | Expect::ResponseTo(_) => Direction::Response,
            _ => Direction::Request,
        };
        let (stream, dialect) = (Stream::new(), Dialect::STRICT);
        Self { stream, expect, dialect, asked: None, heard: None, direction }
    }

    /// A decoder that takes a device's deviations for frames too.
    #[must_use]
    pub const fn in_dialect(self, dialect: Dialect) -> Self {
        Self { dialect, ..self }
    }

    /// Takes octets and says how many; takes none before [`frame`](Self::frame) returned `None` after a
    /// silence.
    #[inline]
    pub fn feed(&mut self, octets: &[u8]) -> usize {
        self.stream.feed(octets)
    }

    /// Takes octets, the last of which came in at `now`, as [`feed`](Self::feed) does; if it took longer than
    /// the line's gap for the first of them to come, there was a silence before.
    pub fn feed_at(&mut self, octets: &[u8], now: Duration, line: &Line) -> usize {
        let taken = self.stream.feed_at(octets, now, line);
        if taken > 0 {
            let answers = Self::ANSWER_TIME.saturating_add(line.time(octets.len()));
            if self.heard.is_some_and(|heard| now >= heard.saturating_add(answers)) {
                self.asked = None;
            }
            self.heard = Some(now);
        }
        taken
    }

    /// When the line will have been silent for its gap, if octets came in since the last silence.
    pub fn silent_at(&self, line: &Line) -> Option<Duration> {
        self.stream.silent_at(line)
    }

    /// Notes that it is `now` and nothing more came in; says whether a silence began.
    pub fn elapse(&mut self, now: Duration, line: &Line) -> bool {
        self.stream.elapse(now, line, 0)
    }

    /// Notes that the line was silent for the time that ends a frame.
    pub fn silence(&mut self) {
        self.stream.silence();
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.stream.clear();
        self.asked = None;
        self.heard = None;
    }

    /// The next frame, or the first error in a run of octets that are none, or nothing yet.
    #[inline]
    pub fn frame(&mut self) -> Option<Result<Frame<'_>, DecodeError>> {
        let dialect = self.dialect;
        match self.expect {
            Expect::Requests => self.stream.scan(|octets, silent| request(dialect, octets, silent)),
            Expect::RequestsTo(units) => {
                self.stream.scan(|octets, silent| request_to(&units, dialect, octets, silent))
            }
            Expect::Responses => self.stream.scan(|octets, silent| response(dialect, octets, silent)),
            Expect::ResponseTo(asked) => {
                self.stream.scan(|octets, silent| answer(&asked, dialect, octets, silent))
            }
            Expect::Both => self.either(),
        }
    }

    /// The next frame of either direction.
    fn either(&mut self) -> Option<Result<Frame<'_>, DecodeError>> {
        let (asked, direction, dialect) = (&self.asked, &mut self.direction, self.dialect);
        let mut request = None;
        let result = self.stream.scan(|octets, silent| {
            let (found, scan) = either(asked.as_ref(), dialect, octets, silent);
            *direction = found;
            if let (Direction::Request, Scan::Frame { len }) = (found, scan) {
                // Nobody answers as everybody.
                let asked = octets.get(..len).and_then(Asked::new);
                request = asked.filter(|asked| asked.unit() != UnitId::BROADCAST);
            }
            scan
        });
        if let Some(Ok(_)) = result {
            self.asked = request;
        }
        result
    }

    /// Which way the frame goes that [`frame`](Self::frame) returned last.
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// That frame.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] if there was none, or octets have come in since.
    pub fn last(&self) -> Result<Frame<'_>, DecodeError> {
        self.stream.last()
    }

    /// The octets of that frame.
    pub fn octets(&self) -> &[u8] {
        self.stream.octets()
    }

    /// The octets that came in behind that frame.
    pub fn behind(&self) -> &[u8] {
        self.stream.behind()
    }
}
