//! Frames out of the chips of a radio.

use super::channel::{C_A, C_B};
use super::coding::Chips;
use super::frame::Strip;
use super::{Channel, DecodeError, Frame};

/// Takes the chips that follow a sync word, and makes one frame of them.
///
/// [`missing`](Self::missing) tells how many octets of chips to fetch from the radio as soon as the frame's
/// length is there; a wrong checksum shows as soon as its block is.
///
/// ```
/// use mbus::Control;
/// use mbus::wireless::{Channel, Decoder};
///
/// let chips = [
///     0x0E, 0x44, 0x93, 0x15, 0x78, 0x56, 0x34, 0x12, 0x33, 0x03, 0xF3, 0x38, 0x78, 0x02, 0x5A, 0xC8,
///     0x02, 0xA5, 0x2A, 0x55,
/// ];
/// let mut decoder = Decoder::new(Channel::C_FROM_METER_A);
/// assert_eq!((decoder.feed(&chips[..1]), decoder.missing()), (1, Some(18)));
/// assert_eq!(decoder.feed(&chips[1..]), 18);
/// assert_eq!(decoder.frame().unwrap()?.control, Control::SND_NR);
/// # Ok::<(), mbus::wireless::DecodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
    listens: Listens,
    state: State,
    octets: [u8; Frame::MAX_LEN],
}

/// What may come.
#[derive(Clone, Copy, Debug)]
enum Listens {
    To(Channel),
    /// Modes T and C, told apart by the first two octets of chips.
    TAndC,
}

#[derive(Clone, Debug)]
enum State {
    /// Nothing came yet, or the first chips of mode T or C.
    Start {
        first: Option<u8>,
    },
    Running {
        chips: Chips,
        strip: Strip,
        missing: Option<usize>,
    },
    Whole {
        length: usize,
    },
    Failed(DecodeError),
}

impl Decoder {
    /// A decoder of what follows the sync word of a channel.
    pub const fn new(channel: Channel) -> Self {
        Self::listening(Listens::To(channel))
    }

    /// A decoder of what meters send in modes T and C, behind the sync word of
    /// [`Channel::T_FROM_METER`]: what follows tells which mode it is.
    pub const fn of_t_and_c() -> Self {
        Self::listening(Listens::TAndC)
    }

    const fn listening(listens: Listens) -> Self {
        Self { listens, state: State::Start { first: None }, octets: [0; Frame::MAX_LEN] }
    }

    /// Forgets everything: the radio found the next sync word.
    pub fn clear(&mut self) {
        self.state = State::Start { first: None };
    }

    /// Takes chips, eight to an octet, and says how many octets of them; none once the frame is whole or broken.
    pub fn feed(&mut self, chips: &[u8]) -> usize {
        let mut taken = 0;
        for octet in chips {
            match self.state {
                State::Whole { .. } | State::Failed(_) => break,
                State::Start { first } => self.start(first, *octet),
                State::Running { .. } => self.push(*octet),
            }
            taken += 1;
        }
        taken
    }

    /// How many octets of chips the frame still has, once that is known; 0 when it is whole or broken.
    pub fn missing(&self) -> Option<usize> {
        match &self.state {
            State::Start { .. } => None,
            State::Running { missing, .. } => *missing,
            State::Whole { .. } | State::Failed(_) => Some(0),
        }
    }

    /// The frame or its first error, once that is known.
    pub fn frame(&self) -> Option<Result<Frame<'_>, DecodeError>> {
        match self.state {
            State::Start { .. } | State::Running { .. } => None,
            State::Whole { length } => Some(Frame::decode(self.octets.get(..length).unwrap_or_default())),
            State::Failed(error) => Some(Err(error)),
        }
    }

    /// The octets of the whole frame without its checksums, where `open` can decrypt them; none
    /// before.
    pub fn octets(&mut self) -> &mut [u8] {
        let length = match self.state {
            State::Whole { length } => length,
            _ => 0,
        };
        self.octets.get_mut(..length).unwrap_or_default()
    }

    fn start(&mut self, first: Option<u8>, octet: u8) {
        let (channel, again) = match (self.listens, first) {
            (Listens::To(channel), _) => (channel, [None, Some(octet)]),
            (Listens::TAndC, None) => return self.state = State::Start { first: Some(octet) },
            (Listens::TAndC, Some(first)) => match [first, octet] {
                C_A => (Channel::C_FROM_METER_A, [None; 2]),
                C_B => (Channel::C_FROM_METER_B, [None; 2]),
                chips => (Channel::T_FROM_METER, chips.map(Some)),
            },
        };
        let (chips, strip) = (Chips::new(channel.coding), Strip::new(channel.format));
        self.state = State::Running { chips, strip, missing: None };
        again.into_iter().flatten().for_each(|octet| self.push(octet));
    }

    fn push(&mut self, octet: u8) {
        let State::Running { chips, strip, missing } = &mut self.state else { return };
        let next = match chips.push(octet) {
            Ok(Some(octet)) => strip.push(octet, &mut self.octets),
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        match next {
            Ok(None) => *missing = strip.missing().map(|octets| chips.missing(octets)),
            Ok(Some(length)) => self.state = State::Whole { length },
            Err(error) => self.state = State::Failed(error),
        }
    }
}
