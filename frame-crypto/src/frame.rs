//! The sealed frame.
//!
//! ```text
//!  0      1        3         5            n-8   n
//! ┌──────┬────────┬─────────┬ ─ ─ ─ ─ ─ ─┬─────┐
//! │ head │ device │ counter │ ciphertext │ tag │
//! └──────┴────────┴─────────┴ ─ ─ ─ ─ ─ ─┴─────┘
//!  head: version 2 bits, kind 2, low 3 bits of the epoch, flag 1
//!  device and the low 16 bits of the counter: big-endian
//! ```
//!
//! The tag covers the header and the network as well. The nonce of 13 octets is kind, network, device,
//! epoch and the whole counter of 48 bits.

use crate::OpenError;

/// Octets of a frame besides its plaintext.
pub const OVERHEAD: usize = Header::LEN + TAG_LEN;

/// Most octets of plaintext: 2 octets of CCM's block say how many there are.
pub const MAX_PLAINTEXT: usize = u16::MAX as usize;

pub(crate) const TAG_LEN: usize = 8;

/// Who sends a frame to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Kind {
    /// A device to its base.
    Uplink,
    /// The base to one device.
    Downlink,
    /// The base to every device.
    Broadcast,
}

impl Kind {
    const fn code(self) -> u8 {
        match self {
            Self::Uplink => 0,
            Self::Downlink => 1,
            Self::Broadcast => 2,
        }
    }

    /// The label of key derivation.
    pub(crate) const fn label(self) -> &'static [u8] {
        match self {
            Self::Uplink => b"up",
            Self::Downlink => b"down",
            Self::Broadcast => b"beacon",
        }
    }
}

/// The ends of a link and the age of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Link {
    /// The network.
    pub network: u16,
    /// The device; 0xFFFF by convention for what goes to all.
    pub device: u16,
    /// How often the keys were changed.
    pub epoch: u16,
}

impl Link {
    pub(crate) fn octets(&self) -> [u8; 6] {
        let [a, b] = self.network.to_be_bytes();
        let [c, d] = self.device.to_be_bytes();
        let [e, f] = self.epoch.to_be_bytes();
        [a, b, c, d, e, f]
    }

    pub(crate) fn nonce(&self, kind: Kind, counter: u64) -> [u8; 13] {
        let [a, b, c, d, e, f] = self.octets();
        let [_, _, g, h, i, j, k, l] = counter.to_be_bytes();
        [kind.code(), a, b, c, d, e, f, g, h, i, j, k, l]
    }

    /// What the tag covers besides the ciphertext.
    pub(crate) fn associated(&self, header: &[u8; Header::LEN]) -> [u8; Header::LEN + 2] {
        let [a, b, c, d, e] = *header;
        let [f, g] = self.network.to_be_bytes();
        [a, b, c, d, e, f, g]
    }
}

/// What a frame says in clear. Nothing of it is proven before the frame is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Header {
    /// Who sends to whom.
    pub kind: Kind,
    /// The low 3 bits of the key epoch.
    pub epoch: u8,
    /// A bit of the application's own.
    pub flag: bool,
    /// The device.
    pub device: u16,
    /// The low 16 bits of the counter.
    pub counter: u16,
}

impl Header {
    /// Octets of a header.
    pub const LEN: usize = 5;

    /// The version of the frame.
    pub const VERSION: u8 = 0;

    /// Reads the header of a frame, so that its opener can be found.
    ///
    /// # Errors
    /// [`OpenError::Truncated`], [`OpenError::Version`] or [`OpenError::Kind`].
    pub fn decode(frame: &[u8]) -> Result<Self, OpenError> {
        let Some(&[head, a, b, c, d]) = frame.first_chunk() else {
            return Err(OpenError::Truncated { needed: OVERHEAD, have: frame.len() });
        };
        if head >> 6 != Self::VERSION {
            return Err(OpenError::Version { version: head >> 6 });
        }
        let kind = match head >> 4 & 3 {
            0 => Kind::Uplink,
            1 => Kind::Downlink,
            2 => Kind::Broadcast,
            kind => return Err(OpenError::Kind { kind }),
        };
        Ok(Self {
            kind,
            epoch: head >> 1 & 7,
            flag: head & 1 != 0,
            device: u16::from_be_bytes([a, b]),
            counter: u16::from_be_bytes([c, d]),
        })
    }

    pub(crate) fn octets(&self) -> [u8; Self::LEN] {
        let head = Self::VERSION << 6 | self.kind.code() << 4 | (self.epoch & 7) << 1 | u8::from(self.flag);
        let [a, b] = self.device.to_be_bytes();
        let [c, d] = self.counter.to_be_bytes();
        [head, a, b, c, d]
    }
}
