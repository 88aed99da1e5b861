//! How long a frame is, by its function.

use crate::Frame;
use crate::pdu::{is_bit_count, is_register_count};

/// Which way a frame goes: the lengths differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Direction {
    /// From the client to its servers.
    Request,
    /// From a server to the client.
    Response,
}

/// How long the frame at the head of a stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// So many octets, 256 at most.
    Octets(usize),
    /// So many octets are needed to know.
    Undecided(usize),
    /// Only a silence ends it.
    Silence,
    /// So many octets if they are intact, else only a silence ends it.
    Usually(usize),
    /// No frame of this direction has the function.
    NoFunction,
    /// No frame of the function has this count.
    NoCount(u8),
    /// The frame would answer another request.
    Unasked,
}

/// The length by direction and function.
#[inline]
pub(crate) fn length(direction: Direction, octets: &[u8]) -> Length {
    let Some(&code) = octets.get(1) else { return Length::Undecided(Frame::MIN_LEN) };
    match direction {
        Direction::Request => request(code, octets),
        Direction::Response => response(code, octets),
    }
}

#[inline]
fn request(code: u8, octets: &[u8]) -> Length {
    match code {
        0x01..=0x06 => Length::Octets(8),
        0x07 | 0x0B | 0x0C | 0x11 => Length::Octets(4),
        0x08 => diagnostics(octets),
        0x0F => counted(octets, 6, 9, |count| (1..=246).contains(&count)),
        0x10 => counted(octets, 6, 9, |count| is_register_count(count) && count <= 246),
        0x14 => counted(octets, 2, 5, |count| (7..=245).contains(&count) && count.is_multiple_of(7)),
        0x15 => counted(octets, 2, 5, |count| (9..=251).contains(&count)),
        0x16 => Length::Octets(10),
        0x17 => counted(octets, 10, 13, |count| is_register_count(count) && count <= 242),
        0x18 => Length::Octets(6),
        0x2B => encapsulated(octets, |_| Length::Octets(7)),
        0 | 0x80.. => Length::NoFunction,
        _ => Length::Silence,
    }
}

#[inline(always)]
pub(crate) fn response(code: u8, octets: &[u8]) -> Length {
    match code {
        0x01 | 0x02 => counted(octets, 2, 5, is_bit_count),
        0x03 | 0x04 | 0x17 => counted(octets, 2, 5, is_register_count),
        0x05 | 0x06 | 0x0B | 0x0F | 0x10 => Length::Octets(8),
        0x07 => Length::Octets(5),
        0x08 => diagnostics(octets),
        0x0C => counted(octets, 2, 5, |count| (6..=70).contains(&count)),
        0x11 => counted(octets, 2, 5, |count| count != 0),
        0x14 => counted(octets, 2, 5, |count| (4..=245).contains(&count)),
        0x15 => counted(octets, 2, 5, |count| (9..=251).contains(&count)),
        0x16 => Length::Octets(10),
        0x18 => queue(octets),
        0x2B => encapsulated(octets, identification),
        0 => Length::NoFunction,
        0x80.. => Length::Octets(5),
        _ => Length::Silence,
    }
}

/// `fixed` octets and as many as the one at `place` counts.
#[inline]
fn counted(octets: &[u8], place: usize, fixed: usize, possible: impl Fn(u8) -> bool) -> Length {
    match octets.get(place) {
        None => Length::Undecided(place + 1),
        Some(&count) if possible(count) && fixed + usize::from(count) <= Frame::MAX_LEN => {
            Length::Octets(fixed + usize::from(count))
        }
        Some(&count) => Length::NoCount(count),
    }
}

/// Data to be sent back may have more words than the usual one; every other subfunction has one.
fn diagnostics(octets: &[u8]) -> Length {
    match octets.get(2..4) {
        None => Length::Undecided(4),
        Some([0, 0]) => Length::Usually(8),
        Some(_) => Length::Octets(8),
    }
}

/// The only response whose count has 16 bits.
fn queue(octets: &[u8]) -> Length {
    match *octets {
        [_, _, 0, count @ 2..=64, ..] if count.is_multiple_of(2) => Length::Octets(6 + usize::from(count)),
        [_, _, 0, count, ..] | [_, _, count @ 1..=0xFF, _, ..] => Length::NoCount(count),
        _ => Length::Undecided(4),
    }
}

fn encapsulated(octets: &[u8], identification: impl Fn(&[u8]) -> Length) -> Length {
    match octets.get(2) {
        None => Length::Undecided(3),
        Some(0x0E) => identification(octets),
        Some(_) => Length::Silence,
    }
}

/// A walk over the objects.
fn identification(octets: &[u8]) -> Length {
    let Some(&count) = octets.get(7) else { return Length::Undecided(8) };
    let mut end = 8_usize;
    for _ in 0..count {
        let Some(&length) = octets.get(end + 1) else { return Length::Undecided(end + 2) };
        end += 2 + usize::from(length);
        if end + 2 > Frame::MAX_LEN {
            return Length::NoCount(count);
        }
    }
    Length::Octets(end + 2)
}
