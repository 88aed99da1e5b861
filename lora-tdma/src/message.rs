//! What a sealed frame carries: a message or a piece of one.
//!
//! ```text
//!         0         1                           0         1           3
//!        ┌─────────┬─ ─ ─ ─ ─┐                 ┌─────────┬───────────┬─ ─ ─ ─ ─┐
//!  whole │ control │ message │           piece │ control │ offset    │ octets  │
//!        └─────────┴─ ─ ─ ─ ─┘                 └─────────┴───────────┴─ ─ ─ ─ ─┘
//!  control: part 2 bits, of the network 1, urgent 1, low bits of the message's number 4
//! ```
//!
//! Downwards, two octets of [`Acknowledgement`](crate::Acknowledgement) come first.

/// Octets before a message that goes up.
pub(crate) const UPLINK_HEAD: usize = 1;

/// Octets before a message that goes down.
pub(crate) const DOWNLINK_HEAD: usize = 1 + ACKNOWLEDGEMENT;

/// Octets of the acknowledgement in a downlink.
pub(crate) const ACKNOWLEDGEMENT: usize = 2;

/// Octets that say where a piece belongs.
const OFFSET: usize = 2;

/// Most octets of a message in pieces.
pub(crate) const MAX_MESSAGE: usize = u16::MAX as usize;

/// Which part of a message a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    Piece { offset: u16, is_last: bool },
}

/// What precedes the octets of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub part: Part,
    /// Of the network itself, not of the application.
    pub internal: bool,
    pub urgent: bool,
    /// The message's number, of 4 bits.
    pub id: u8,
}

impl Head {
    /// The head and the octets behind it; `None` if there is none.
    pub(crate) fn decode(plaintext: &[u8]) -> Option<(Self, &[u8])> {
        let (&control, rest) = plaintext.split_first()?;
        let piece = |is_last| {
            let (offset, octets) = rest.split_first_chunk::<OFFSET>()?;
            Some((Part::Piece { offset: u16::from_be_bytes(*offset), is_last }, octets))
        };
        let (part, octets) = match control >> 6 {
            0 => (Part::Whole, rest),
            1 => piece(false)?,
            2 => piece(true)?,
            _ => return None,
        };
        let head =
            Self { part, internal: control & 0x20 != 0, urgent: control & 0x10 != 0, id: control & 0x0F };
        Some((head, octets))
    }

    /// Writes head and octets, and returns how many there are; `None` if the buffer is too small.
    pub(crate) fn encode(&self, octets: &[u8], buffer: &mut [u8]) -> Option<usize> {
        let (part, offset) = match self.part {
            Part::Whole => (0, None),
            Part::Piece { offset, is_last } => (1 + u8::from(is_last), Some(offset)),
        };
        let (control, mut rest) = buffer.split_first_mut()?;
        *control = part << 6 | u8::from(self.internal) << 5 | u8::from(self.urgent) << 4 | self.id & 0x0F;
        let mut len = 1 + octets.len();
        if let Some(offset) = offset {
            let (place, behind) = rest.split_first_chunk_mut()?;
            *place = offset.to_be_bytes();
            rest = behind;
            len += OFFSET;
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
    internal: bool,
    id: u8,
    tickets: u8,
    waits: bool,
}

impl<const N: usize> Outgoing<N> {
    pub(crate) const fn new() -> Self {
        Self { octets: [0; N], length: 0, taken: 0, internal: false, id: 0, tickets: 0, waits: false }
    }

    /// Whether a message, or what is left of one, waits to be taken.
    pub(crate) const fn waits(&self) -> bool {
        self.waits
    }

    /// The number of the message taken in last.
    pub(crate) const fn id(&self) -> u8 {
        self.id
    }

    /// A number that no recent message has.
    pub(crate) fn ticket(&mut self) -> u8 {
        self.tickets = self.tickets.wrapping_add(1);
        self.tickets
    }

    /// Takes a message in; `false` if it is too long.
    pub(crate) fn put(&mut self, message: &[u8], internal: bool) -> bool {
        let Some(octets) = self.octets.get_mut(..message.len()) else { return false };
        octets.copy_from_slice(message);
        self.length = message.len();
        self.taken = 0;
        self.internal = internal;
        self.id = self.ticket();
        self.waits = true;
        true
    }

    /// Sends the message again from its start, if something of it was taken and it was not given up.
    pub(crate) fn restart(&mut self) {
        if self.taken != 0 || self.waits {
            (self.taken, self.waits) = (0, true);
        }
    }

    /// Drops what waits.
    pub(crate) fn clear(&mut self) {
        self.waits = false;
    }

    /// Whether the message does not fit `room` octets as a whole, or is already cut.
    pub(crate) const fn is_cut(&self, room: usize) -> bool {
        self.taken != 0 || self.length >= room
    }

    /// Writes the next part of up to `room` octets, which is not taken before [`take`](Self::take).
    pub(crate) fn part(&self, room: usize, buffer: &mut [u8]) -> Option<Taken> {
        if !self.waits {
            return None;
        }
        let rest = self.octets.get(self.taken..self.length)?;
        let (part, octets) = if self.is_cut(room) {
            let room = room.checked_sub(1 + OFFSET).filter(|&room| room != 0)?;
            let octets = rest.get(..room).unwrap_or(rest);
            (Part::Piece { offset: self.taken as u16, is_last: octets.len() == rest.len() }, octets)
        } else {
            (Part::Whole, rest)
        };
        let is_last = !matches!(part, Part::Piece { is_last: false, .. });
        let head = Head { part, internal: self.internal, urgent: false, id: self.id & 0x0F };
        let length = head.encode(octets, buffer)?;
        Some(Taken { length, taken: self.taken + octets.len(), is_last })
    }

    /// Takes the part that was written last.
    pub(crate) fn take(&mut self, part: Taken) {
        self.taken = part.taken;
        self.waits = !part.is_last;
    }
}

/// A part of a message that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Octets that were written.
    pub length: usize,
    /// Octets of the message up to its end.
    taken: usize,
    pub is_last: bool,
}

/// A message on its way in, in pieces.
///
/// Pieces come in any order, but each once, and from a sender that proved itself and sends one message in
/// pieces after the other: it is whole when as many octets came as it has.
#[derive(Clone, Copy)]
pub(crate) struct Incoming<const N: usize> {
    octets: [u8; N],
    id: Option<u8>,
    came: usize,
    length: Option<usize>,
}

/// What came of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// The rest of a message of so many octets.
    Message(usize),
    /// A piece; others are missing.
    Piece,
    /// A piece of a message that is too long for the buffer.
    TooLong,
}

impl<const N: usize> Incoming<N> {
    pub(crate) const fn new() -> Self {
        Self { octets: [0; N], id: None, came: 0, length: None }
    }

    pub(crate) fn message(&self, length: usize) -> &[u8] {
        self.octets.get(..length).unwrap_or_default()
    }

    /// Takes in a piece of message `id`.
    pub(crate) fn take(&mut self, id: u8, offset: usize, is_last: bool, octets: &[u8]) -> Came {
        if self.id != Some(id) {
            // What is missing of another message never comes any more.
            (self.id, self.came, self.length) = (Some(id), 0, None);
        }
        let end = offset + octets.len();
        let Some(place) = self.octets.get_mut(offset..end) else {
            self.id = None;
            return Came::TooLong;
        };
        place.copy_from_slice(octets);
        self.came += octets.len();
        if is_last {
            self.length = Some(end);
        }
        match self.length {
            Some(length) if self.came >= length => {
                self.id = None;
                Came::Message(length)
            }
            _ => Came::Piece,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    fn parts(message: &[u8], room: usize) -> Vec<Vec<u8>> {
        let mut outgoing = Outgoing::<64>::new();
        assert!(outgoing.put(message, false));
        let mut parts = Vec::new();
        let mut buffer = [0; 64];
        while let Some(part) = outgoing.part(room, &mut buffer) {
            outgoing.take(part);
            assert!(part.length <= room && part.is_last != outgoing.waits());
            parts.push(buffer[..part.length].to_vec());
        }
        parts
    }

    fn take<const N: usize>(incoming: &mut Incoming<N>, part: &[u8]) -> Came {
        let (head, octets) = Head::decode(part).unwrap();
        match head.part {
            Part::Whole => panic!("not in pieces"),
            Part::Piece { offset, is_last } => incoming.take(head.id, offset.into(), is_last, octets),
        }
    }

    #[test]
    fn a_message_in_pieces_is_whole_again_in_any_order() {
        let message: Vec<u8> = (0..50).collect();
        for (room, pieces) in [(50, 2), (28, 2), (13, 5), (4, 50)] {
            let parts = parts(&message, room);
            assert_eq!(parts.len(), pieces);
            for first in 0..parts.len() {
                let mut incoming = Incoming::<50>::new();
                for part in 0..parts.len() {
                    let came = take(&mut incoming, &parts[(part + first) % parts.len()]);
                    assert_eq!(came, if part + 1 == parts.len() { Came::Message(50) } else { Came::Piece });
                }
                assert_eq!(incoming.message(50), message);
            }
        }
    }

    #[test]
    fn a_message_that_fits_is_not_cut() {
        for room in [51, 60] {
            let parts = parts(&[7; 50], room);
            let (head, octets) = Head::decode(&parts[0]).unwrap();
            assert_eq!((parts.len(), head.part, octets), (1, Part::Whole, &[7; 50][..]));
        }
    }

    #[test]
    fn a_message_that_was_cut_off_leaves_nothing() {
        let mut outgoing = Outgoing::<40>::new();
        let mut incoming = Incoming::<40>::new();
        let mut buffer = [0; 64];
        outgoing.put(&[1; 40], false);
        assert_eq!(outgoing.part(20, &mut buffer).unwrap().length, 20);
        assert_eq!(take(&mut incoming, &buffer[..20]), Came::Piece);
        outgoing.put(&[2; 30], false);
        for came in [Came::Piece, Came::Message(30)] {
            let part = outgoing.part(20, &mut buffer).unwrap();
            outgoing.take(part);
            assert_eq!(take(&mut incoming, &buffer[..part.length]), came);
        }
    }

    #[test]
    fn a_message_longer_than_the_buffer_is_refused() {
        assert!(!Outgoing::<10>::new().put(&[0; 11], false));
        let mut incoming = Incoming::<10>::new();
        assert_eq!(incoming.take(1, 0, false, &[0; 11]), Came::TooLong);
        assert_eq!(incoming.take(1, 9, true, &[0; 2]), Came::TooLong);
    }

    #[test]
    fn no_room_yields_nothing() {
        let mut outgoing = Outgoing::<10>::new();
        outgoing.put(&[1, 2, 3, 4], false);
        for room in 0..=3 {
            assert_eq!(outgoing.part(room, &mut [0; 64]), None);
        }
        assert_eq!(outgoing.part(4, &mut [0; 3]), None);
    }
}
