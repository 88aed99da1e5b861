//! Ours: keys of each direction, a header, a counter and a replay window.

use frame_crypto::{Aes128, Cipher, Key, Kind, Link, Opener, Sealer, Sm4, Volatile};

use crate::frame_crypto::{Ends, Implementation};

pub const IMPLEMENTATION: Implementation = Implementation {
    name: "meterwire-frame-crypto",
    aes: || Box::new(Ours::<Aes128>::new()),
    sm4: || Box::new(Ours::<Sm4>::new()),
};

struct Ours<C: Cipher>(Sealer<Volatile, C>, Opener<C>);

impl<C: Cipher> Ours<C> {
    fn new() -> Self {
        let (key, link) = (Key::new(*b"the device's key"), Link { network: 1, device: 7, epoch: 0 });
        let sealer = Sealer::new(&key, Kind::Uplink, link, Volatile::default()).unwrap();
        Self(sealer, Opener::new(&key, Kind::Uplink, link, 0))
    }
}

impl<C: Cipher> Ends for Ours<C> {
    fn seal(&mut self, plaintext: &[u8], frame: &mut [u8; 256]) -> Option<usize> {
        Some(self.0.seal(false, plaintext, frame).ok()?.len())
    }

    fn open(&mut self, frame: &[u8], plaintext: &mut [u8; 256]) -> Option<usize> {
        Some(self.1.open(frame, plaintext).ok()?.plaintext.len())
    }
}
