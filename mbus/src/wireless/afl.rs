//! The authentication and fragmentation layer (EN 13757-7).
//!
//! ```text
//! ┌────┬────────┬──────────────────┬ ─ ─ ─ ─ ─ ─ ─ ─ ┬ ─ ─ ─ ─ ─ ┬ ─ ─ ─ ─ ┬ ─ ─ ┬ ─ ─ ─ ─ ─ ─ ─ ─ ┐
//! │ 90 │ length │ fragment control │ message control │ key (2)   │ counter │ MAC │ message length  │
//! └────┴────────┴──────────────────┴ ─ ─ ─ ─ ─ ─ ─ ─ ┴ ─ ─ ─ ─ ─ ┴ ─ ─ ─ ─ ┴ ─ ─ ┴ ─ ─ ─ ─ ─ ─ ─ ─ ┘
//! ```
//!
//! The fragment control field says which of the others are there.

use meter_value::line::Writer;
use nom::Parser;
use nom::combinator::cond;
use nom::number::streaming::{le_u16, le_u32, u8};

use super::error::DecodeError;
use crate::Ci;

const KEY: u16 = 1 << 9;
const MAC: u16 = 1 << 10;
const COUNTER: u16 = 1 << 11;
const LENGTH: u16 = 1 << 12;
const MESSAGE_CONTROL: u16 = 1 << 13;
/// What says which fields are there.
const FIELDS: u16 = KEY | MAC | COUNTER | LENGTH | MESSAGE_CONTROL;

/// The layer of one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Afl {
    /// Which part of a message the frame carries.
    pub control: FragmentControl,
    /// How the message is authenticated (MCL); in the first fragment only.
    pub message_control: Option<MessageControl>,
    /// Which key authenticates it (KI).
    pub key: Option<KeyInformation>,
    /// The counter of the sender's messages (MCR).
    pub counter: Option<u32>,
    /// What proves the message.
    pub mac: Option<Mac>,
    /// Octets of the whole message (ML).
    pub length: Option<u16>,
}

impl Afl {
    /// The layer of a whole message with nothing in it.
    pub const EMPTY: Self = Self {
        control: FragmentControl(0),
        message_control: None,
        key: None,
        counter: None,
        mac: None,
        length: None,
    };

    /// Reads the layer at the head of a payload if there is one, and returns what follows too.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] or [`DecodeError::AflLength`].
    pub fn decode(payload: &[u8]) -> Result<(Option<Self>, &[u8]), DecodeError> {
        let [ci, behind @ ..] = payload else { return Ok((None, payload)) };
        if Ci(*ci) != Ci::AFL {
            return Ok((None, payload));
        }
        let have = payload.len();
        let Some((&length, behind)) = behind.split_first() else {
            return Err(DecodeError::Truncated { needed: 2, have });
        };
        let truncated = DecodeError::Truncated { needed: usize::from(length) + 2, have };
        let (fields, rest) = behind.split_at_checked(length.into()).ok_or(truncated)?;
        let afl = Self::fields(fields).ok_or(DecodeError::AflLength { length })?;
        Ok((Some(afl), rest))
    }

    fn fields(octets: &[u8]) -> Option<Self> {
        let (rest, control) = le_u16::<_, ()>(octets).ok()?;
        let has = |field| control & field != 0;
        let mut first = (
            cond(has(MESSAGE_CONTROL), u8.map(MessageControl)),
            cond(has(KEY), le_u16.map(KeyInformation)),
            cond(has(COUNTER), le_u32::<_, ()>),
        );
        let (rest, (message_control, key, counter)) = first.parse(rest).ok()?;
        // Only the first fragment tells how long the MAC is, so it is what the other fields leave.
        let (mac, length) =
            rest.split_at_checked(rest.len().checked_sub(if has(LENGTH) { 2 } else { 0 })?)?;
        let mac = match has(MAC) {
            true => Some(Mac::new(mac)?),
            false if mac.is_empty() => None,
            false => return None,
        };
        let length = length.first_chunk().copied().map(u16::from_le_bytes);
        let control = FragmentControl(control & !FIELDS);
        Some(Self { control, message_control, key, counter, mac, length })
    }

    /// Appends the layer.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) {
        let fields = [
            (MESSAGE_CONTROL, self.message_control.is_some()),
            (KEY, self.key.is_some()),
            (COUNTER, self.counter.is_some()),
            (MAC, self.mac.is_some()),
            (LENGTH, self.length.is_some()),
        ];
        let control = self.control.0 & !FIELDS;
        let control =
            fields.iter().filter(|(_, is_there)| *is_there).fold(control, |all, (bit, _)| all | bit);
        writer.put(&[Ci::AFL.0]);
        let length_at = writer.len();
        writer.put(&[0]);
        writer.put(&control.to_le_bytes());
        self.before_mac(|octets| writer.put(octets));
        writer.put(self.mac.as_ref().map_or(&[], Mac::octets));
        self.behind_mac(|octets| writer.put(octets));
        let length = writer.len().saturating_sub(length_at + 1);
        writer.set(length_at, length as u8);
    }

    /// The fields between the fragment control field and the MAC.
    fn before_mac(&self, mut put: impl FnMut(&[u8])) {
        if let Some(MessageControl(octet)) = self.message_control {
            put(&[octet]);
        }
        if let Some(KeyInformation(word)) = self.key {
            put(&word.to_le_bytes());
        }
        if let Some(counter) = self.counter {
            put(&counter.to_le_bytes());
        }
    }

    fn behind_mac(&self, mut put: impl FnMut(&[u8])) {
        if let Some(length) = self.length {
            put(&length.to_le_bytes());
        }
    }

    /// The fields that the MAC covers.
    #[cfg(feature = "crypto")]
    pub(crate) fn covered(&self, mut put: impl FnMut(&[u8])) {
        self.before_mac(&mut put);
        self.behind_mac(put);
    }

    /// The fields of this and a later fragment.
    pub(crate) fn joined(self, later: Self) -> Self {
        Self {
            control: self.control,
            message_control: self.message_control.or(later.message_control),
            key: self.key.or(later.key),
            counter: self.counter.or(later.counter),
            mac: self.mac.or(later.mac),
            length: self.length.or(later.length),
        }
    }
}

/// Which part of a message a frame carries: the fragment control field, but for the bits that say which
/// fields follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FragmentControl(pub u16);

impl FragmentControl {
    const MORE: u16 = 1 << 14;

    /// The fragment with this number, from 1 on.
    pub const fn new(id: u8, has_more: bool) -> Self {
        Self(id as u16 | if has_more { Self::MORE } else { 0 })
    }

    /// The number of the fragment from 1 on; 0 if the message is whole.
    pub const fn id(self) -> u8 {
        self.0 as u8
    }

    /// Whether more fragments follow.
    pub const fn has_more(self) -> bool {
        self.0 & Self::MORE != 0
    }

    /// Whether the frame carries a part of a message only.
    pub const fn is_fragment(self) -> bool {
        self.id() != 0 || self.has_more()
    }
}

/// The message control field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct MessageControl(pub u8);

impl MessageControl {
    /// How the message is authenticated: 3 to 7 AES-CMAC of 2, 4, 8, 12 or 16 octets, 8 and 9 AES-GMAC of 12
    /// or 16 octets.
    pub const fn authentication(self) -> u8 {
        self.0 & 0x0F
    }

    /// Octets of the MAC, if it is one of AES-CMAC.
    pub const fn cmac_length(self) -> Option<usize> {
        match self.authentication() {
            3 => Some(2),
            4 => Some(4),
            5 => Some(8),
            6 => Some(12),
            7 => Some(16),
            _ => None,
        }
    }
}

/// Which key authenticates a message. Sources differ on the order of the two octets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct KeyInformation(pub u16);

impl KeyInformation {
    /// The version of the key.
    pub const fn version(self) -> u8 {
        (self.0 >> 8) as u8
    }

    /// How the key of the message comes from the meter's key: 0 it is the same, 1 by KDF-A.
    pub const fn derivation(self) -> u8 {
        self.0 as u8 >> 4 & 0x03
    }

    /// The number of the meter's key.
    pub const fn id(self) -> u8 {
        self.0 as u8 & 0x0F
    }
}

/// A message authentication code of up to 16 octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Mac {
    octets: [u8; 16],
    length: u8,
}

impl Mac {
    /// The code with these octets, 1 to 16 of them; `None` for other counts.
    pub fn new(octets: &[u8]) -> Option<Self> {
        let mut all = [0; 16];
        if octets.is_empty() {
            return None;
        }
        for (to, from) in all.get_mut(..octets.len())?.iter_mut().zip(octets) {
            *to = *from;
        }
        Some(Self { octets: all, length: octets.len() as u8 })
    }

    /// Its octets.
    pub fn octets(&self) -> &[u8] {
        self.octets.get(..self.length.into()).unwrap_or_default()
    }
}
