//! The network that the node is in, and its base's beacons.

use frame_crypto::{Key, Kind, Link, OVERHEAD, Sealer, Volatile, receipt};
use lora_tdma::Beacon;

/// Slots and extra slots of a superframe.
pub const SLOTS: u8 = 16;
pub const EXTRAS: u8 = 4;
/// Whose slot is the node's, from 0.
pub const SLOT: usize = 4;
pub const LINK: Link = Link { network: 1, device: SLOT as u16 + 1, epoch: 0 };
pub const ALL: Link = Link { device: Link::EVERYBODY, ..LINK };
/// The first superframe.
pub const FIRST: u64 = 2_000_000_000;

pub fn root() -> Key {
    Key::new(*b"the device's key")
}

pub fn network_key() -> Key {
    Key::new(*b"the network's...")
}

const LEN: usize = Beacon::HEAD_LEN + 2 * SLOTS as usize + EXTRAS as usize + OVERHEAD + Beacon::CLEAR_LEN;

/// Seals beacons that say that the node's last frame came.
pub struct Air {
    beacons: Sealer<Volatile>,
    entries: [u8; 2 * SLOTS as usize + EXTRAS as usize],
    frame: [u8; LEN],
}

impl Air {
    pub fn new() -> Option<Self> {
        let beacons = Sealer::new(&network_key(), Kind::Broadcast, ALL, Volatile::default()).ok()?;
        Some(Self { beacons, entries: [0; _], frame: [0; LEN] })
    }

    pub fn prepare(&mut self, number: u64) {
        let mut plaintext = [0; Beacon::MAX_LEN];
        let beacon = Beacon { number, version: 1, run: 0, entries: &self.entries };
        let plaintext = beacon.encode(&mut plaintext).unwrap_or_default();
        _ = self.beacons.seal(false, plaintext, &mut self.frame);
        if let Some(clear) = self.frame.last_chunk_mut() {
            // The schedule's version, and no join slot.
            *clear = [1, 0];
        }
    }

    pub fn beacon(&self) -> &[u8; LEN] {
        &self.frame
    }

    /// The node sent a frame.
    pub fn acknowledge(&mut self, frame: &[u8]) {
        let receipt = receipt(frame).unwrap_or_default().to_be_bytes();
        if let Some(entry) = self.entries.get_mut(2 * SLOT..2 * SLOT + 2) {
            entry.copy_from_slice(&[receipt[0], 0xFF]);
        }
    }
}
