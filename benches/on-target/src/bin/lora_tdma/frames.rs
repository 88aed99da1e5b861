//! A node's share of the ciphers: the beacon is opened, and a frame as long as a node's sealed.

use core::hint::black_box;

use frame_crypto::{Joining, Kind, Opener, Sealer, Volatile};
use lora_tdma::Beacon;

use crate::air::{self, Air};

pub const STATE_OCTETS: Option<usize> = None;

pub struct Machine {
    air: Option<Air>,
    uplink: Option<Sealer<Volatile>>,
    beacons: Opener,
    buffer: [u8; 255],
}

impl Machine {
    pub fn new() -> Self {
        let uplink = Sealer::new(&air::root(), Kind::Uplink, air::LINK, Volatile::default());
        let beacons = Opener::new(&air::network_key(), Kind::Broadcast, air::ALL, 0);
        let mut machine = Self { air: Air::new(), uplink: uplink.ok(), beacons, buffer: [0; _] };
        if black_box(false) {
            machine.join();
        }
        machine
    }

    /// What a node that joins, and one whose keys change, needs besides.
    fn join(&mut self) {
        let mut joining = Joining::new(air::root(), 1, 1, 0, 0);
        black_box(joining.request());
        let Ok(joined) = joining.open(black_box(&self.buffer)) else { return };
        let (key, link) = (joined.key, joined.link);
        if let Some(uplink) = &mut self.uplink {
            uplink.renew(&key, link);
        }
        if let Ok((link, key)) = key.unwrap_key(&link, black_box(&self.buffer)) {
            self.beacons = Opener::new(&key, Kind::Broadcast, link, joined.broadcast);
        }
    }

    pub fn prepare(&mut self, superframe: u64) {
        if let Some(air) = &mut self.air {
            air.prepare(air::FIRST + superframe);
        }
    }

    pub fn hear(&mut self) -> bool {
        let Some(air) = &self.air else { return false };
        let Some((sealed, _)) = air.beacon().split_last_chunk::<{ Beacon::CLEAR_LEN }>() else {
            return false;
        };
        self.beacons.open(sealed, &mut self.buffer).is_ok()
    }

    pub fn send(&mut self, message: &[u8]) -> usize {
        let (Some(air), Some(uplink)) = (&mut self.air, &mut self.uplink) else { return 0 };
        let mut plaintext = [0; 65];
        if let Some(octets) = plaintext.last_chunk_mut::<64>()
            && let Ok(message) = message.try_into()
        {
            *octets = message;
        }
        let Ok(frame) = uplink.seal(false, &plaintext, &mut self.buffer) else { return 0 };
        air.acknowledge(frame);
        frame.len()
    }
}
