//! Whether octets at the head of a stream are a frame.

use meter_value::line::Scan;

use crate::asked::Asked;
use crate::frame::is_intact;
use crate::length::{Direction, Length, length};
use crate::{DecodeError, Dialect, Frame, FunctionCode, Functions, UnitId, Units};

/// Why octets are no frame: as much as it takes to make the [`DecodeError`] of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Function,
    Count(u8),
    Unasked,
    Checksum(u16),
    Truncated(u16),
    TooLong,
}

/// The error of octets that were rejected.
#[cold]
pub(crate) fn explain(reason: Reason, octets: &[u8]) -> DecodeError {
    let have = octets.len();
    let function = FunctionCode(octets.get(1).copied().unwrap_or(0));
    match reason {
        Reason::Function => DecodeError::Function { function: function.0 },
        Reason::Count(count) => DecodeError::ByteCount { function, count },
        Reason::Unasked => DecodeError::Unasked { function },
        Reason::Truncated(needed) => DecodeError::Truncated { needed: needed.into(), have },
        Reason::TooLong => DecodeError::TooLong { limit: Frame::MAX_LEN, have },
        Reason::Checksum(length) => match Frame::decode(octets.get(..length.into()).unwrap_or(octets)) {
            Err(error) => error,
            Ok(_) => DecodeError::Unasked { function },
        },
    }
}

/// Whether no request to these units, and none to all, starts like this. Only writes go to all.
pub(crate) fn is_foreign(units: &Units, octets: &[u8]) -> bool {
    match *octets {
        [0, 0x05 | 0x06 | 0x0F | 0x10 | 0x15 | 0x16, ..] | [0] => false,
        [to, ..] if !units.contains(UnitId(to)) => true,
        [_, 0 | 0x80.., ..] => true,
        _ => false,
    }
}

/// What octets are as a request.
#[inline(always)]
pub(crate) fn request(dialect: Dialect, octets: &[u8], silent: bool) -> Scan<Reason> {
    // Most octets of a stretch that is no frame: rejected here, without a jump that cannot be foreseen.
    if let [_, code, ..] = *octets {
        let no_function = code.wrapping_sub(1) >= 0x7F;
        if !is_public(code) & (no_function | (octets.len() > Frame::MAX_LEN)) {
            return Scan::Reject(if no_function { Reason::Function } else { Reason::TooLong });
        }
    }
    let regular = judge(length(Direction::Request, octets), dialect, octets, silent);
    if dialect.write_without_count { without_count(regular, dialect, octets, silent) } else { regular }
}

/// Whether the standard describes a function.
#[inline(always)]
const fn is_public(code: u8) -> bool {
    const FIRST: u32 = Functions::PUBLIC.first();
    code < 32 && FIRST >> code & 1 == 1 || code == 0x2B
}

/// What octets are that may be a write without a byte count.
fn without_count(regular: Scan<Reason>, dialect: Dialect, octets: &[u8], silent: bool) -> Scan<Reason> {
    match *octets {
        [_, 0x10, _, _, high, low, ..] if !matches!(regular, Scan::Frame { .. }) => {
            let length = 8 + 2 * usize::from(u16::from_be_bytes([high, low]));
            if (10..=Frame::MAX_LEN).contains(&length) {
                first_of(judge(Length::Octets(length), dialect, octets, silent), regular)
            } else {
                regular
            }
        }
        _ => regular,
    }
}

/// What the octets at the head of a stream are in one direction.
#[cfg(feature = "tokio")]
pub(crate) fn judge_direction(
    direction: Direction,
    dialect: Dialect,
    octets: &[u8],
    silent: bool,
) -> Scan<Reason> {
    match direction {
        Direction::Request => request(dialect, octets, silent),
        Direction::Response => response(dialect, octets, silent),
    }
}

#[inline(always)]
pub(crate) fn response(dialect: Dialect, octets: &[u8], silent: bool) -> Scan<Reason> {
    judge(length(Direction::Response, octets), dialect, octets, silent)
}

/// What two readings of the same octets come to: a frame if one of them is, nothing if none can be.
#[inline(always)]
fn first_of(one: Scan<Reason>, other: Scan<Reason>) -> Scan<Reason> {
    match (one, other) {
        (Scan::Frame { .. }, _) => one,
        (_, Scan::Frame { .. }) => other,
        (Scan::Incomplete, _) | (_, Scan::Incomplete) => Scan::Incomplete,
        _ => one,
    }
}

/// The reading of octets that may be a request, or the answer to the last one.
pub(crate) fn either(
    asked: Option<&Asked>,
    dialect: Dialect,
    octets: &[u8],
    silent: bool,
) -> (Direction, Scan<Reason>) {
    let answer = asked.and_then(|asked| asked.answer_length(dialect, octets));
    let answer = answer.map_or(Scan::Skip, |length| judge(length, dialect, octets, silent));
    if matches!(answer, Scan::Frame { .. }) {
        return (Direction::Response, answer);
    }
    let request = request(dialect, octets, silent);
    if matches!(request, Scan::Frame { .. }) {
        return (Direction::Request, request);
    }
    let response = match octets {
        // Nobody answers as everybody.
        [0, ..] => Scan::Skip,
        _ => response(dialect, octets, silent),
    };
    (Direction::Response, first_of(response, request))
}

/// What the octets are if the frame has this length.
#[inline(always)]
pub(crate) fn judge(length: Length, dialect: Dialect, octets: &[u8], silent: bool) -> Scan<Reason> {
    let have = octets.len();
    let needed = match length {
        Length::Octets(needed) if needed <= have => needed,
        Length::Silence if have > Frame::MAX_LEN => return Scan::Reject(Reason::TooLong),
        Length::Silence if silent => have,
        Length::Octets(5) if silent && dialect.is_bare_exception(octets) => return Scan::Frame { len: have },
        Length::Octets(needed) | Length::Undecided(needed) if silent => {
            return Scan::Reject(Reason::Truncated(needed as u16));
        }
        Length::NoFunction => return Scan::Reject(Reason::Function),
        Length::NoCount(count) => return Scan::Reject(Reason::Count(count)),
        Length::Unasked => return Scan::Reject(Reason::Unasked),
        _ => return Scan::Incomplete,
    };
    match octets.get(..needed) {
        Some(frame) if is_intact(frame) => Scan::Frame { len: needed },
        _ if needed < Frame::MIN_LEN => Scan::Reject(Reason::Truncated(Frame::MIN_LEN as u16)),
        _ => Scan::Reject(Reason::Checksum(needed as u16)),
    }
}
