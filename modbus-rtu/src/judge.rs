//! Whether octets at the head of a stream are a frame.

use meter_value::line::Scan;

use crate::asked::Asked;
use crate::frame::is_intact;
use crate::length::{Direction, Length, length};
use crate::unit::is_write;
use crate::{DecodeError, Dialect, Frame, FunctionCode, Functions, UnitId, UnitSet};

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
#[inline]
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

/// What octets are on a line where some units are asked: a request to them or to all, or a frame that passes.
///
/// A request of theirs with an impossible count, before a silence, is a frame that they refuse.
pub(crate) fn request_to(units: &UnitSet, dialect: Dialect, octets: &[u8], silent: bool) -> Scan<Reason> {
    let is_ours = match *octets {
        [0, function, ..] => is_write(function),
        [to, ..] => units.contains(UnitId(to)),
        [] => false,
    };
    if !is_ours {
        return foreign(dialect, octets, silent);
    }
    match request(dialect, octets, silent) {
        Scan::Reject(Reason::Count(_)) => judge(Length::Silence, dialect, octets, silent),
        Scan::Reject(Reason::Function) => foreign(dialect, octets, silent),
        scan => scan,
    }
}

/// What octets are as a frame of others; nothing is waited for that only a silence ends.
fn foreign(dialect: Dialect, octets: &[u8], silent: bool) -> Scan<Reason> {
    let reading = |direction| match length(direction, octets) {
        Length::Silence | Length::Usually(_) => Scan::Skip,
        length => judge(length, dialect, octets, silent),
    };
    match first_of(reading(Direction::Request), reading(Direction::Response)) {
        Scan::Frame { len } => Scan::Pass { len },
        Scan::Incomplete => Scan::Incomplete,
        _ => Scan::Skip,
    }
}

/// What octets are as the answer to a request.
#[inline]
pub(crate) fn answer(asked: &Asked, dialect: Dialect, octets: &[u8], silent: bool) -> Scan<Reason> {
    answer_by(|octets| length(Direction::Response, octets), asked, dialect, octets, silent)
}

/// The same, with `by_itself` for answers that say their length themselves.
#[inline]
pub(crate) fn answer_by(
    by_itself: impl FnOnce(&[u8]) -> Length,
    asked: &Asked,
    dialect: Dialect,
    octets: &[u8],
    silent: bool,
) -> Scan<Reason> {
    match asked.answer_length(dialect, octets, by_itself) {
        Some(length) => judge(length, dialect, octets, silent),
        None => Scan::Skip,
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

#[inline]
pub(crate) fn response(dialect: Dialect, octets: &[u8], silent: bool) -> Scan<Reason> {
    let regular = judge(length(Direction::Response, octets), dialect, octets, silent);
    match *octets {
        [_, 0x03 | 0x04 | 0x17, count @ 1..=125, ..] if dialect.count_of_registers => {
            let length = Length::Octets(5 + 2 * usize::from(count));
            first_of(regular, judge(length, dialect, octets, silent))
        }
        _ => regular,
    }
}

/// What two readings of the same octets come to: the shorter frame if one of them is, as zeros behind a frame
/// leave its checksum right; nothing yet if either can be one; else the first.
#[inline]
fn first_of(one: Scan<Reason>, other: Scan<Reason>) -> Scan<Reason> {
    match (one, other) {
        (Scan::Frame { len }, Scan::Frame { len: shorter }) if shorter < len => other,
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
    let answer = asked.map_or(Scan::Skip, |asked| answer(asked, dialect, octets, silent));
    let request = request(dialect, octets, silent);
    let response = match octets {
        // Nobody answers as everybody.
        [0, ..] => Scan::Skip,
        _ => response(dialect, octets, silent),
    };
    let merged = merged(octets, silent).map_or(Scan::Skip, |len| Scan::Frame { len });
    let others = first_of(first_of(request, response), merged);
    let scan = first_of(others, answer);
    let direction = match scan {
        Scan::Frame { .. } if scan == answer => Direction::Response,
        Scan::Frame { .. } if scan == request || scan == merged => Direction::Request,
        _ => Direction::Response,
    };
    (direction, scan)
}

/// How long the request is, if octets before a silence are a request and its answer of a function without a
/// length. An answer may come sooner than a silence can be told.
fn merged(octets: &[u8], silent: bool) -> Option<usize> {
    let [unit, function, ..] = *octets else { return None };
    if !silent || length(Direction::Request, octets) != Length::Silence {
        return None;
    }
    let answers = |answer: &[u8]| {
        matches!(*answer, [from, code, ..] if from == unit && code & !FunctionCode::EXCEPTION == function)
            && is_intact(answer)
    };
    (Frame::MIN_LEN..octets.len()).find(|len| {
        octets.split_at_checked(*len).is_some_and(|(request, answer)| is_intact(request) && answers(answer))
    })
}

/// What the octets are if the frame has this length.
#[inline(always)]
pub(crate) fn judge(length: Length, dialect: Dialect, octets: &[u8], silent: bool) -> Scan<Reason> {
    let have = octets.len();
    let needed = match length {
        Length::Octets(needed) if needed <= have => needed,
        Length::Usually(usual) if octets.get(..usual).is_some_and(is_intact) => usual,
        Length::Silence | Length::Usually(_) if have > Frame::MAX_LEN => {
            return Scan::Reject(Reason::TooLong);
        }
        Length::Silence | Length::Usually(_) if silent => have,
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
