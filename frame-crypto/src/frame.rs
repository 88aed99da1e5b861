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
//! epoch and the whole counter of 48 bits. Frames that set up a session have the fourth kind and a shape of
//! their own: [`JoinRequest`](crate::JoinRequest).

use crate::OpenError;

pub(crate) const TAG_LEN: usize = 8;
pub(crate) const NONCE_LEN: usize = 13;

/// Octets of a frame besides its plaintext.
pub const OVERHEAD: usize = Header::LEN + TAG_LEN;

/// Most octets of plaintext: 2 octets of CCM's block say how many there are.
pub const MAX_PLAINTEXT: usize = u16::MAX as usize;

/// What the sender and the receiver of a frame know of it, and who has not seen it cannot guess: the first 32
/// bits of its tag. `None` of octets that are no frame.
///
/// An acknowledgement that repeats some of these bits cannot be had with another frame, as one from before a
/// restart of its sender: they depend on the session, the whole counter and the message.
///
/// ```
/// # use frame_crypto::{Key, Kind, Link, Sealer, Volatile, receipt};
/// # let link = Link { network: 1, device: 7, epoch: 0 };
/// # let key: Key = Key::new([0; 16]);
/// # let mut device = Sealer::new(&key, Kind::Uplink, link, Volatile::default())?;
/// let mut air = [0; 64];
/// let frame = device.seal(false, b"1234.56 kWh", &mut air)?;
/// let acknowledged = receipt(frame).unwrap() as u8; // in the beacon, as far as there is room
/// # let _ = acknowledged;
/// # Ok::<(), frame_crypto::SealError>(())
/// ```
pub fn receipt(frame: &[u8]) -> Option<u32> {
    let (_, rest) = frame.split_first_chunk::<{ Header::LEN }>()?;
    let [a, b, c, d, ..] = *rest.last_chunk::<TAG_LEN>()?;
    Some(u32::from_be_bytes([a, b, c, d]))
}

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
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Uplink => 0,
            Self::Downlink => 1,
            Self::Broadcast => 2,
        }
    }

    /// The label of key derivation.
    pub(crate) const fn label(self) -> u8 {
        match self {
            Self::Uplink => b'u',
            Self::Downlink => b'd',
            Self::Broadcast => b'b',
        }
    }
}

/// The ends of a link and the age of its keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Link {
    /// The network.
    pub network: u16,
    /// The device, or [`EVERYBODY`](Self::EVERYBODY).
    pub device: u16,
    /// How often the keys were changed.
    pub epoch: u16,
}

impl Link {
    /// The device number of what goes to all.
    pub const EVERYBODY: u16 = 0xFFFF;

    /// Network, device and epoch side by side, in 48 bits.
    fn number(&self) -> u64 {
        u64::from(self.network) << 32 | u64::from(self.device) << 16 | u64::from(self.epoch)
    }

    /// What keys of the link are derived from.
    pub(crate) fn context(&self) -> u128 {
        u128::from(self.number()) << 32
    }

    /// The nonce number `counter` of what has this code.
    pub(crate) fn nonce(&self, code: u8, counter: u64) -> [u8; NONCE_LEN] {
        let number =
            u128::from(code) << 96 | u128::from(self.number()) << 48 | u128::from(counter % COUNTERS);
        let [_, _, _, nonce @ ..] = number.to_be_bytes();
        nonce
    }

    /// The header of a frame on the link.
    pub(crate) fn header(&self, kind: Kind, flag: bool, counter: u16) -> Header {
        Header { kind, epoch: self.epoch as u8 & 7, flag, device: self.device, counter }
    }

    /// What the tag covers besides the ciphertext. Inlined into both ends it takes more space.
    #[inline(never)]
    pub(crate) fn associated(&self, header: &[u8; Header::LEN]) -> [u8; Header::LEN + 2] {
        let [a, b, c, d, e] = *header;
        let [f, g] = self.network.to_be_bytes();
        [a, b, c, d, e, f, g]
    }
}

/// How many counters there are: as many as fit the nonce.
pub(crate) const COUNTERS: u64 = 1 << 48;

/// The low 48 bits of a counter.
pub(crate) const fn octets_48(counter: u64) -> [u8; 6] {
    let [_, _, a, b, c, d, e, f] = counter.to_be_bytes();
    [a, b, c, d, e, f]
}

pub(crate) const fn counter_48([a, b, c, d, e, f]: [u8; 6]) -> u64 {
    u64::from_be_bytes([0, 0, a, b, c, d, e, f])
}

/// One after the other.
pub(crate) fn concat<const N: usize>(first: &[u8], second: &[u8]) -> [u8; N] {
    let mut octets = [0; N];
    copy(&mut octets, first, second);
    octets
}

/// Copies as much as there is, and as fits.
fn copy(octets: &mut [u8], first: &[u8], second: &[u8]) {
    for (to, from) in octets.iter_mut().zip(first.iter().chain(second)) {
        *to = *from;
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
