//! What a sealed frame carries: a message or a piece of one.
//!
//! ```text
//!         0         1                           0         1       3        5
//!        ┌─────────┬─ ─ ─ ─ ─┐                 ┌─────────┬───────┬────────┬─ ─ ─ ─ ─┐
//!  whole │ control │ message │           piece │ control │ first │ offset │ octets  │
//!        └─────────┴─ ─ ─ ─ ─┘                 └─────────┴───────┴────────┴─ ─ ─ ─ ─┘
//!  control: part 2 bits, of the network 1, urgent 1
//!  first: the low bits of the counter that was next when the message was first cut, so that no piece is taken for
//!  one of another message
//! ```
//!
//! A frame to a device that has to be sealed anew is cut: into pieces of the same message, or of one that is named by
//! the counter of the frame that was whole. So a device that has it knows.

use core::ops::Range;

/// Octets before a message that goes up.
pub(crate) const UPLINK_HEAD: usize = 1;

/// Octets before a message that goes down.
pub(crate) const DOWNLINK_HEAD: usize = 1;

/// Octets that say where a piece belongs.
const PLACE: usize = 4;

/// Most octets of a message in pieces.
pub(crate) const MAX_MESSAGE: usize = u16::MAX as usize;

/// Which part of a message a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    Piece { first: u16, offset: u16, is_last: bool },
}

/// What precedes the octets of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub part: Part,
    /// Of the network itself, not of the application.
    pub internal: bool,
    /// Going up, an alarm; going down, what a device needs before it can speak, and so does not confirm.
    pub urgent: bool,
}

impl Head {
    /// The head and the octets behind it; `None` if there is none.
    pub(crate) fn decode(plaintext: &[u8]) -> Option<(Self, &[u8])> {
        let (&control, rest) = plaintext.split_first()?;
        let piece = |is_last| {
            let (&[a, b, c, d], octets) = rest.split_first_chunk::<PLACE>()?;
            let (first, offset) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            Some((Part::Piece { first, offset, is_last }, octets))
        };
        let (part, octets) = match control >> 6 {
            0 => (Part::Whole, rest),
            1 => piece(false)?,
            2 => piece(true)?,
            _ => return None,
        };
        Some((Self { part, internal: control & 0x20 != 0, urgent: control & 0x10 != 0 }, octets))
    }

    /// Writes head and octets, and returns how many there are; `None` if the buffer is too small.
    pub(crate) fn encode(&self, octets: &[u8], buffer: &mut [u8]) -> Option<usize> {
        let (part, place) = match self.part {
            Part::Whole => (0, None),
            Part::Piece { first, offset, is_last } => (1 + u8::from(is_last), Some((first, offset))),
        };
        let (control, mut rest) = buffer.split_first_mut()?;
        *control = part << 6 | u8::from(self.internal) << 5 | u8::from(self.urgent) << 4;
        let mut len = 1 + octets.len();
        if let Some((first, offset)) = place {
            let (head, behind) = rest.split_first_chunk_mut::<PLACE>()?;
            let ([a, b], [c, d]) = (first.to_be_bytes(), offset.to_be_bytes());
            *head = [a, b, c, d];
            rest = behind;
            len += PLACE;
        }
        rest.get_mut(..octets.len())?.copy_from_slice(octets);
        Some(len)
    }
}

/// A message on its way out, piece by piece.
#[derive(Clone, Copy)]
pub(crate) struct Outgoing<const N: usize> {
    octets: [u8; N],
    length: usize,
    taken: usize,
    /// Where the part that was taken last begins.
    part: u16,
    /// The low bits of the counter that was next when the message was first cut.
    first: u32,
    /// Whether it is cut, even if nothing of it is taken.
    is_named: bool,
    internal: bool,
    urgent: bool,
    ticket: u8,
    waits: bool,
}

impl<const N: usize> Outgoing<N> {
    /// How many counters the pieces of a message can span.
    const SPAN: u32 = 0xFF00;

    pub(crate) const fn new() -> Self {
        Self {
            octets: [0; N],
            length: 0,
            taken: 0,
            part: 0,
            first: 0,
            is_named: false,
            internal: false,
            urgent: false,
            ticket: 0,
            waits: false,
        }
    }

    /// For what is urgent.
    pub(crate) const fn urgent() -> Self {
        Self { urgent: true, ..Self::new() }
    }

    /// Whether a message, or what is left of one, waits to be taken.
    pub(crate) const fn waits(&self) -> bool {
        self.waits
    }

    /// The number of the message taken in last.
    pub(crate) const fn ticket(&self) -> u8 {
        self.ticket
    }

    /// Takes a message in; `false` if it is too long.
    pub(crate) fn put(&mut self, message: &[u8], internal: bool, ticket: u8) -> bool {
        let Some(octets) = self.octets.get_mut(..message.len()) else { return false };
        octets.copy_from_slice(message);
        self.length = message.len();
        self.taken = 0;
        self.is_named = false;
        self.internal = internal;
        self.ticket = ticket;
        self.waits = true;
        true
    }

    /// Sends the message from its start, though parts of it were taken, as another one.
    pub(crate) const fn restart(&mut self) {
        (self.taken, self.is_named, self.waits) = (0, false, true);
    }

    /// Sends the part that was taken last once more, in pieces.
    pub(crate) const fn cut_again(&mut self) {
        (self.taken, self.is_named, self.waits) = (self.part as usize, true, true);
    }

    /// Drops what waits.
    pub(crate) const fn clear(&mut self) {
        self.waits = false;
    }

    /// Whether the message does not fit `room` octets as a whole, or is already cut.
    pub(crate) const fn is_cut(&self, room: usize) -> bool {
        self.is_named || self.taken != 0 || self.length >= room
    }

    /// Writes the next part of up to `room` octets, for a frame that has the counter `next` or one soon after.
    /// It is not taken before [`take`](Self::take).
    pub(crate) fn part(&self, room: usize, next: u64, buffer: &mut [u8]) -> Option<Taken> {
        if !self.waits {
            return None;
        }
        // Pieces too far apart could not be told from those of another message.
        let next = next as u32;
        let is_near = next.wrapping_sub(self.first) < Self::SPAN;
        let goes_on = (self.is_named || self.taken != 0) && is_near;
        let (first, from) = if goes_on { (self.first, self.taken) } else { (next, 0) };
        let rest = self.octets.get(from..self.length)?;
        let (part, octets) = if self.is_cut(room) {
            let room = room.checked_sub(1 + PLACE).filter(|&room| room != 0)?;
            let octets = rest.get(..room).unwrap_or(rest);
            let is_last = octets.len() == rest.len();
            (Part::Piece { first: first as u16, offset: from as u16, is_last }, octets)
        } else {
            (Part::Whole, rest)
        };
        let is_last = !matches!(part, Part::Piece { is_last: false, .. });
        let head = Head { part, internal: self.internal, urgent: self.urgent };
        let length = head.encode(octets, buffer)?;
        Some(Taken { length, first, from, taken: from + octets.len(), is_last })
    }

    /// Takes the part that was written last.
    pub(crate) const fn take(&mut self, part: Taken) {
        self.first = part.first;
        self.part = part.from as u16;
        self.taken = part.taken;
        self.waits = !part.is_last;
    }
}

/// A part of a message that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Octets that were written.
    pub length: usize,
    first: u32,
    /// Octets of the message up to its start, and to its end.
    from: usize,
    taken: usize,
    pub is_last: bool,
}

/// A message on its way in, in pieces.
///
/// Pieces come in any order, but each once, and from a sender that proved itself and sends one message in
/// pieces after the other: it is whole when as many octets came as it has.
pub(crate) struct Incoming<T: ?Sized> {
    /// The counter after the one at which the message was first cut; 0: there is none yet.
    first: u64,
    came: u16,
    /// 0: not known yet.
    length: u16,
    /// Whether no more of it is wanted.
    is_over: bool,
    octets: T,
}

/// The counter after the one at which a message was first cut, of which these are the low bits.
fn after_first(counter: u64, first: u16) -> u64 {
    let span = (counter as u16).wrapping_sub(first);
    counter.saturating_sub(span.into()).saturating_add(1)
}

/// What came of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// The rest of a message of so many octets.
    Message(usize),
    /// A piece; others are missing, or nobody wants them any more.
    Piece,
    /// A piece of a message that another one followed.
    Old,
    /// A piece of a message that is too long for the buffer.
    TooLong,
}

impl<const N: usize> Incoming<[u8; N]> {
    pub(crate) const fn new() -> Self {
        Self { first: 0, came: 0, length: 0, is_over: false, octets: [0; N] }
    }
}

impl<T: AsRef<[u8]> + ?Sized> Incoming<T> {
    pub(crate) fn message(&self, length: usize) -> &[u8] {
        self.octets.as_ref().get(..length).unwrap_or_default()
    }
}

/// The same code for buffers of any length.
impl Incoming<[u8]> {
    /// Takes in a piece that came with a counter, of the message that was first cut at the counter which has
    /// these low bits.
    pub(crate) fn take(
        &mut self,
        counter: u64,
        first: u16,
        offset: u16,
        is_last: bool,
        octets: &[u8],
    ) -> Came {
        let first = after_first(counter, first);
        if self.first < first {
            // What is missing of another message never comes any more.
            (self.first, self.came, self.length, self.is_over) = (first, 0, 0, false);
        }
        if self.first != first {
            return Came::Old;
        }
        if self.is_over {
            return Came::Piece;
        }
        let end = usize::from(offset) + octets.len();
        let (Some(place), Ok(end)) = (self.octets.get_mut(offset.into()..end), u16::try_from(end)) else {
            self.is_over = true;
            return Came::TooLong;
        };
        place.copy_from_slice(octets);
        self.came = self.came.saturating_add(octets.len() as u16);
        if is_last {
            self.length = end;
        }
        let is_empty = is_last && end == 0;
        if self.came < self.length || self.length == 0 && !is_empty {
            return Came::Piece;
        }
        self.is_over = true;
        Came::Message(self.length.into())
    }

    /// Whether all of a piece came before, of a message whose pieces come in their order, or which came as a whole.
    /// What came of one that is cut otherwise now counts once.
    pub(crate) fn had(&mut self, counter: u64, first: u16, piece: Range<u16>, was_whole: bool) -> bool {
        let first = after_first(counter, first);
        if self.first != first {
            if !was_whole {
                return false;
            }
            (self.first, self.is_over) = (first, true);
        }
        if self.is_over || piece.start < piece.end && piece.end <= self.came {
            return true;
        }
        self.came = self.came.min(piece.start);
        false
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    /// The parts of a message, each with its counter.
    fn parts(message: &[u8], room: usize, mut counter: u64) -> Vec<(u64, Vec<u8>)> {
        let mut outgoing = Outgoing::<64>::new();
        assert!(outgoing.put(message, false, 1));
        let mut parts = Vec::new();
        let mut buffer = [0; 64];
        while let Some(part) = outgoing.part(room, counter, &mut buffer) {
            outgoing.take(part);
            assert!(part.length <= room && part.is_last != outgoing.waits());
            parts.push((counter, buffer[..part.length].to_vec()));
            counter += 3;
        }
        parts
    }

    fn take(incoming: &mut Incoming<[u8]>, (counter, part): &(u64, Vec<u8>)) -> Came {
        let (head, octets) = Head::decode(part).unwrap();
        match head.part {
            Part::Whole => panic!("not in pieces"),
            Part::Piece { first, offset, is_last } => incoming.take(*counter, first, offset, is_last, octets),
        }
    }

    #[test]
    fn a_message_in_pieces_is_whole_again_in_any_order() {
        let message: Vec<u8> = (0..50).collect();
        for (room, pieces) in [(50, 2), (30, 2), (15, 5), (6, 50)] {
            for counter in [0, 0xFFFF, 0xFFFF_FFFF_0000] {
                let parts = parts(&message, room, counter);
                assert_eq!(parts.len(), pieces);
                for first in 0..parts.len() {
                    let incoming: &mut Incoming<[u8]> = &mut Incoming::<[u8; 50]>::new();
                    for part in 0..parts.len() {
                        let came = take(incoming, &parts[(part + first) % parts.len()]);
                        let is_whole = part + 1 == parts.len();
                        assert_eq!(came, if is_whole { Came::Message(50) } else { Came::Piece });
                    }
                    assert_eq!(incoming.message(50), message);
                }
            }
        }
    }

    #[test]
    fn a_message_that_fits_is_not_cut() {
        for room in [51, 60] {
            let parts = parts(&[7; 50], room, 5);
            let (head, octets) = Head::decode(&parts[0].1).unwrap();
            assert_eq!((parts.len(), head.part, octets), (1, Part::Whole, &[7; 50][..]));
        }
    }

    #[test]
    fn pieces_of_two_messages_are_never_put_together() {
        let given_up = parts(&[1; 50], 20, 5);
        for counter in [8, 5 + 0x1_0000] {
            let next = parts(&[2; 50], 20, counter);
            let incoming: &mut Incoming<[u8]> = &mut Incoming::<[u8; 50]>::new();
            assert_eq!(take(incoming, &given_up[0]), Came::Piece);
            assert_eq!(take(incoming, &next[3]), Came::Piece);
            // What somebody held back comes too late.
            assert_eq!(take(incoming, &given_up[1]), Came::Old);
            assert_eq!(take(incoming, &next[1]), Came::Piece);
            assert_eq!(take(incoming, &next[2]), Came::Piece);
            assert_eq!(take(incoming, &next[0]), Came::Message(50));
            assert_eq!(incoming.message(50), [2; 50]);
            assert_eq!(take(incoming, &given_up[2]), Came::Old);
        }
    }

    #[test]
    fn a_message_that_takes_too_long_starts_again() {
        let mut outgoing = Outgoing::<64>::new();
        outgoing.put(&[3; 50], false, 1);
        let mut buffer = [0; 64];
        for (counter, place) in [(7, (7, 0)), (0xFF06, (7, 15)), (0xFF07, (0xFF07, 0))] {
            let part = outgoing.part(20, counter, &mut buffer).unwrap();
            outgoing.take(part);
            let (head, _) = Head::decode(&buffer[..part.length]).unwrap();
            let (first, offset) = place;
            assert_eq!(head.part, Part::Piece { first, offset, is_last: false });
        }
    }

    #[test]
    fn a_message_longer_than_the_buffer_is_refused() {
        assert!(!Outgoing::<10>::new().put(&[0; 11], false, 1));
        let incoming: &mut Incoming<[u8]> = &mut Incoming::<[u8; 10]>::new();
        assert_eq!(incoming.take(1, 1, 0, false, &[0; 11]), Came::TooLong);
        assert_eq!(incoming.take(2, 1, 0, false, &[0; 5]), Came::Piece);
        assert_eq!(incoming.take(3, 3, 9, true, &[0; 2]), Came::TooLong);
    }

    #[test]
    fn pieces_that_are_cut_smaller_count_once() {
        let message: Vec<u8> = (0..50).collect();
        let incoming: &mut Incoming<[u8]> = &mut Incoming::<[u8; 64]>::new();
        assert_eq!(incoming.take(5, 5, 0, false, &message[..30]), Came::Piece);
        for (counter, piece, had) in
            [(6, 0..20, true), (7, 20..40, false), (8, 40..45, false), (9, 40..45, true)]
        {
            assert_eq!(incoming.had(counter, 5, piece.clone(), false), had, "{piece:?}");
            if !had {
                let octets = &message[usize::from(piece.start)..usize::from(piece.end)];
                assert_eq!(incoming.take(counter, 5, piece.start, false, octets), Came::Piece);
            }
        }
        assert!(!incoming.had(10, 5, 45..50, false));
        assert_eq!(incoming.take(10, 5, 45, true, &message[45..]), Came::Message(50));
        assert_eq!(incoming.message(50), message);
        assert!(incoming.had(11, 5, 45..50, false), "all of it came");
        assert!(!incoming.had(12, 12, 0..10, false), "that is another one");
        assert!(incoming.had(13, 13, 0..10, true), "that came as a whole");
    }

    #[test]
    fn no_room_yields_nothing() {
        let mut outgoing = Outgoing::<10>::new();
        outgoing.put(&[1, 2, 3, 4, 5, 6], false, 1);
        for room in 0..=5 {
            assert_eq!(outgoing.part(room, 0, &mut [0; 64]), None);
        }
        assert_eq!(outgoing.part(6, 0, &mut [0; 5]), None);
    }
}
