//! Frames out of a stream of octets.

use meter_value::line::{Scan, Window};

use crate::pdu::register_bytes;
use crate::{DecodeError, Frame, FunctionCode, UnitId};

/// Which frames a line carries towards a decoder: their lengths differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Direction {
    /// A server listens for requests.
    Request,
    /// A client waits for responses.
    Response,
}

/// Finds frames by the length their function implies and by their checksum. After a failure it slides
/// on by one octet, so no intact frame is lost behind a false header.
///
/// A frame whose function implies no length ends with [`silence`](Self::silence).
///
/// ```
/// use modbus_rtu::{Decoder, Direction, Frame, UnitId};
///
/// let mut decoder: Decoder = Decoder::new(Direction::Request);
/// let noise_and_frame = [0x00, 0x11, 0x06, 0x00, 0x01, 0x00, 0x03, 0x9A, 0x9B];
/// assert_eq!(decoder.feed(&noise_and_frame), 9);
/// while let Some(result) = decoder.frame() {
///     if let Ok(frame) = result {
///         assert_eq!(frame, Frame { unit: UnitId(0x11), pdu: &[0x06, 0x00, 0x01, 0x00, 0x03] });
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Decoder<const N: usize = { Frame::MAX_LEN }> {
    window: Window<N>,
    direction: Direction,
    /// The unit whose requests are wanted, if not all frames are.
    only: Option<UnitId>,
}

impl<const N: usize> Decoder<N> {
    /// An empty decoder. `N` is 256 or more.
    pub const fn new(direction: Direction) -> Self {
        const { assert!(N >= Frame::MAX_LEN) };
        Self { window: Window::new(), direction, only: None }
    }

    /// An empty decoder for the requests to one unit, and to all, among the traffic of a whole line.
    pub(crate) const fn for_unit(unit: UnitId) -> Self {
        Self { only: Some(unit), ..Self::new(Direction::Request) }
    }

    /// Takes octets and says how many; takes none before [`frame`](Self::frame) returned `None` after a
    /// [`silence`](Self::silence).
    pub fn feed(&mut self, octets: &[u8]) -> usize {
        self.window.feed(octets)
    }

    /// Notes that the line was silent for the time that ends a frame.
    pub fn silence(&mut self) {
        self.window.silence();
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.window.clear();
    }

    /// The next frame, or the first error in a run of octets that are none, or nothing yet.
    pub fn frame(&mut self) -> Option<Result<Frame<'_>, DecodeError>> {
        let (direction, only) = (self.direction, self.only);
        let result = self.window.scan(|octets, last| match only {
            Some(unit) if is_foreign(unit, octets) => Scan::Skip,
            _ => judge(direction, octets, last),
        })?;
        Some(result.and_then(checked))
    }

    /// Whether octets came in behind the frame that [`frame`](Self::frame) returned last.
    pub(crate) fn has_more(&self) -> bool {
        self.window.has_more()
    }

    /// The frame that [`frame`](Self::frame) returned last.
    pub(crate) fn last(&self) -> Result<Frame<'_>, DecodeError> {
        checked(self.window.lent())
    }
}

/// Whether no request to `unit`, and none to all, starts like this. Only writes go to all.
fn is_foreign(unit: UnitId, octets: &[u8]) -> bool {
    match *octets {
        [0, 0x05 | 0x06 | 0x0F | 0x10 | 0x15 | 0x16, ..] | [0] => false,
        [to, ..] if UnitId(to) != unit => true,
        [_, 0 | 0x80.., ..] => true,
        _ => false,
    }
}

/// A frame whose checksum was found right.
fn checked(octets: &[u8]) -> Result<Frame<'_>, DecodeError> {
    match octets {
        [unit, pdu @ .., _, _] => Ok(Frame { unit: UnitId(*unit), pdu }),
        _ => Err(DecodeError::Truncated { needed: Frame::MIN_LEN, have: octets.len() }),
    }
}

fn judge(direction: Direction, octets: &[u8], last: bool) -> Scan<DecodeError> {
    let have = octets.len();
    let candidate = match length(direction, octets) {
        Length::Octets(needed) if needed <= have => octets.get(..needed).unwrap_or_default(),
        Length::Silence if last => octets,
        Length::Octets(needed) | Length::Undecided(needed) if last => {
            return Scan::Reject(DecodeError::Truncated { needed, have });
        }
        Length::Impossible(error) => return Scan::Reject(error),
        _ => return Scan::Incomplete,
    };
    match Frame::decode(candidate) {
        Ok(_) => Scan::Frame { len: candidate.len() },
        Err(error) => Scan::Reject(error),
    }
}

/// How long the frame at the head of a stream is.
enum Length {
    Octets(usize),
    /// This many octets are needed to know.
    Undecided(usize),
    /// Only a silence ends it.
    Silence,
    Impossible(DecodeError),
}

/// The length by direction and function, never above 256.
fn length(direction: Direction, octets: &[u8]) -> Length {
    use Direction::{Request, Response};
    let Some(&code) = octets.get(1) else { return Length::Undecided(Frame::MIN_LEN) };
    let function = FunctionCode(code);
    // The frame's `fixed` octets and as many as the octet at `place` says.
    let counted = |place: usize, fixed: usize, possible: &dyn Fn(u8) -> bool| match octets.get(place) {
        None => Length::Undecided(place + 1),
        Some(&count) if possible(count) && fixed + usize::from(count) <= Frame::MAX_LEN => {
            Length::Octets(fixed + usize::from(count))
        }
        Some(&count) => Length::Impossible(DecodeError::ByteCount { function, count }),
    };
    match (code, direction) {
        (0, _) | (0x80.., Request) => Length::Impossible(DecodeError::Function { function: code }),
        (0x80.., Response) => Length::Octets(5),
        (0x01..=0x06, Request) | (0x05 | 0x06, Response) => Length::Octets(8),
        (0x01 | 0x02, Response) => counted(2, 5, &|count| (1..=250).contains(&count)),
        (0x03 | 0x04 | 0x17, Response) => counted(2, 5, &register_bytes),
        // Loopback data may be longer; every other subfunction has one word.
        (0x08, _) => match octets.get(2..4) {
            None => Length::Undecided(4),
            Some([0, 0]) => Length::Silence,
            Some(_) => Length::Octets(8),
        },
        (0x2B, Request) => match octets.get(2) {
            None => Length::Undecided(3),
            Some(0x0E) => Length::Octets(7),
            Some(_) => Length::Silence,
        },
        (0x07, Request) | (0x0B | 0x0C | 0x11, Request) => Length::Octets(4),
        (0x07, Response) => Length::Octets(5),
        (0x0B, Response) | (0x0F | 0x10, Response) => Length::Octets(8),
        (0x0F, Request) => counted(6, 9, &|count| (1..=246).contains(&count)),
        (0x10, Request) => counted(6, 9, &|count| register_bytes(count) && count <= 246),
        (0x0C | 0x11, Response) | (0x14 | 0x15, _) => counted(2, 5, &|count| count > 0),
        (0x16, _) => Length::Octets(10),
        (0x17, Request) => counted(10, 13, &|count| register_bytes(count) && count <= 242),
        (0x18, Request) => Length::Octets(6),
        (0x18, Response) => match octets.get(2) {
            Some(&count @ 1..) => Length::Impossible(DecodeError::ByteCount { function, count }),
            _ => counted(3, 6, &|count| (2..=64).contains(&count) && count % 2 == 0),
        },
        _ => Length::Silence,
    }
}
