//! What the base says at the start of every superframe.
//!
//! ```text
//!  0        5         6     8                  8+2n        8+2n+e
//! ┌────────┬─────────┬─────┬─ ─ ─ ─ ─ ─ ─ ─ ─ ┬─ ─ ─ ─ ─ ─┐    sealed for the whole network, then in clear:
//! │ number │ version │ run │ acknowledgements │ grants    │    ┌─────────┬───────────────────┐
//! └────────┴─────────┴─────┴─ ─ ─ ─ ─ ─ ─ ─ ─ ┴─ ─ ─ ─ ─ ─┘    │ version │ joins 3, wait 5   │
//!  two octets for each slot, one for each extra slot           └─────────┴───────────────────┘
//! ```

use crate::superframe::{MAX_EXTRAS, MAX_FRAME, MAX_SLOTS};
use crate::{DecodeError, EncodeError};

/// A beacon. Its time is its number times the schedule's period: superframes are counted from 1970-01-01
/// 00:00 UTC on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Beacon<'a> {
    /// The superframe's number, of 40 bits.
    pub number: u64,
    /// The schedule's version.
    pub version: u8,
    /// Another one after each restart of the base, which forgets what it has of messages in pieces.
    pub run: u16,
    /// What came of each slot's device in the superframe before, then who has each extra slot of this one.
    pub entries: &'a [u8],
}

impl<'a> Beacon<'a> {
    /// Octets before the entries.
    pub const HEAD_LEN: usize = 8;
    /// Most octets of a beacon.
    pub const MAX_LEN: usize = Self::HEAD_LEN + 2 * MAX_SLOTS + MAX_EXTRAS as usize;
    /// Octets in clear behind the sealed ones.
    pub const CLEAR_LEN: usize = 2;

    /// Reads a beacon.
    ///
    /// # Errors
    /// [`DecodeError::Length`].
    ///
    /// ```
    /// use lora_tdma::{Acknowledgement, Beacon};
    ///
    /// let beacon = Beacon { number: 7, version: 1, run: 0, entries: &[0xA5, 0b11, 0] };
    /// let mut octets = [0; Beacon::MAX_LEN];
    /// assert_eq!(Beacon::decode(beacon.encode(&mut octets)?), Ok(beacon));
    /// assert!(beacon.acknowledgement(0).unwrap().covers(0xA5));
    /// # Ok::<(), lora_tdma::EncodeError>(())
    /// ```
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let Some((&[a, b, c, d, e, version, f, g], entries)) = octets.split_first_chunk() else {
            return Err(DecodeError::Length { needed: Self::HEAD_LEN, have: octets.len() });
        };
        let number = u64::from_be_bytes([0, 0, 0, a, b, c, d, e]);
        Ok(Self { number, version, run: u16::from_be_bytes([f, g]), entries })
    }

    /// Writes the beacon's octets.
    ///
    /// # Errors
    /// [`EncodeError::BufferTooSmall`].
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let needed = Self::HEAD_LEN + self.entries.len();
        let short = EncodeError::BufferTooSmall { needed, have: buffer.len() };
        let octets = buffer.get_mut(..needed).ok_or(short)?;
        let (head, entries) = octets.split_first_chunk_mut().ok_or(short)?;
        let [_, _, _, a, b, c, d, e] = self.number.to_be_bytes();
        let [f, g] = self.run.to_be_bytes();
        *head = [a, b, c, d, e, self.version, f, g];
        entries.copy_from_slice(self.entries);
        Ok(octets)
    }

    /// What came of the device that had slot `slot` in the superframe before.
    pub fn acknowledgement(&self, slot: u8) -> Option<Acknowledgement> {
        let entry = self.entries.get(2 * usize::from(slot)..)?.first_chunk()?;
        Some(Acknowledgement::from_octets(*entry))
    }

    /// Who has extra slot `extra`, in a superframe of `slots` slots.
    pub fn grant(&self, extra: u8, slots: u8) -> Grant {
        let entry = self.entries.get(2 * usize::from(slots) + usize::from(extra));
        entry.map_or(Grant::Nobody, |&octet| Grant::from_octet(octet))
    }
}

/// Which frames of a device came: the newest one, by a piece of its [receipt](frame_crypto::receipt), and the
/// seven counters before it.
///
/// It says what came so far, so that a beacon that is missed takes nothing away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Acknowledgement {
    /// The first octet of the newest frame's receipt.
    pub receipt: u8,
    /// Bit n stands for the n-th counter before the newest frame's; nothing ever came if bit 0 is not set.
    pub came: u8,
}

impl Acknowledgement {
    /// How many counters an acknowledgement tells of.
    pub const REACH: u64 = 8;

    const fn from_octets([receipt, came]: [u8; 2]) -> Self {
        Self { receipt, came }
    }

    pub(crate) const fn octets(self) -> [u8; 2] {
        [self.receipt, self.came]
    }

    /// Whether the newest frame that came has this receipt.
    pub const fn covers(self, receipt: u8) -> bool {
        self.came & 1 != 0 && self.receipt == receipt
    }

    /// Whether the frame so many counters before the newest one came.
    pub const fn came(self, before: u64) -> bool {
        before < Self::REACH && self.came >> before & 1 != 0
    }
}

/// What the base says to a device that it asks: what came of it, then its own [`run`](Beacon::run).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Poll {
    pub acknowledgement: Acknowledgement,
    pub run: u16,
}

impl Poll {
    const LEN: usize = 4;

    pub(crate) fn decode(octets: &[u8]) -> Option<Self> {
        let &[a, b, c, d] = octets.first_chunk::<{ Self::LEN }>()?;
        Some(Self { acknowledgement: Acknowledgement::from_octets([a, b]), run: u16::from_be_bytes([c, d]) })
    }

    pub(crate) const fn octets(self) -> [u8; Self::LEN] {
        let [a, b] = self.acknowledgement.octets();
        let [c, d] = self.run.to_be_bytes();
        [a, b, c, d]
    }
}

/// Who has an extra slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Grant {
    /// Nobody.
    Nobody,
    /// The device that had this slot in the superframe before, for what did not come.
    Slot(u8),
    /// The base.
    Base,
}

impl Grant {
    pub(crate) const fn from_octet(octet: u8) -> Self {
        match octet {
            0xFF => Self::Base,
            1.. if octet as usize <= MAX_SLOTS => Self::Slot(octet - 1),
            _ => Self::Nobody,
        }
    }

    pub(crate) const fn octet(self) -> u8 {
        match self {
            Self::Nobody => 0,
            Self::Slot(slot) => slot + 1,
            Self::Base => 0xFF,
        }
    }
}

/// What devices without keys learn from a beacon. Nobody can vouch for it to them; members do not heed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) struct Invitation {
    /// The schedule's version: a device that knows it asks in its own slot.
    pub version: u8,
    /// How many join slots there are.
    pub joins: u8,
    /// A device uses one of them with a chance of 1 to 2 to the power of this.
    pub wait: u8,
}

impl Invitation {
    pub(crate) const fn octets(self) -> [u8; Beacon::CLEAR_LEN] {
        [self.version, self.joins << 5 | self.wait & 31]
    }

    /// The sealed beacon, and the invitation behind it.
    pub(crate) fn split(frame: &[u8]) -> Option<(&[u8], Self)> {
        let (sealed, &[version, joins]) = frame.split_last_chunk()?;
        Some((sealed, Self { version, joins: joins >> 5, wait: joins & 31 }))
    }
}

const _: () = assert!(Beacon::MAX_LEN + frame_crypto::OVERHEAD + Beacon::CLEAR_LEN <= MAX_FRAME);
