//! A sealer and an opener, with keys of their own, a counter and a replay window.

#[cfg(not(feature = "frames-sm4"))]
use frame_crypto::Aes128 as Cipher;
#[cfg(feature = "frames-sm4")]
use frame_crypto::Sm4 as Cipher;
use frame_crypto::{Key, Kind, Link, Opener, Sealer, Volatile};

pub struct Ends(Option<Sealer<Volatile, Cipher>>, Opener<Cipher>);

impl Ends {
    pub fn new(key: [u8; 16]) -> Self {
        let (key, link): (Key<Cipher>, _) = (Key::new(key), Link { network: 1, device: 7, epoch: 0 });
        let sealer = Sealer::new(&key, Kind::Uplink, link, Volatile::default());
        Self(sealer.ok(), Opener::new(&key, Kind::Uplink, link, 0))
    }

    pub fn seal(&mut self, plaintext: &[u8], air: &mut [u8; 256]) -> Option<usize> {
        Some(self.0.as_mut()?.seal(false, plaintext, air).ok()?.len())
    }

    pub fn open(&mut self, frame: &[u8], clear: &mut [u8; 256]) -> Option<usize> {
        Some(self.1.open(frame, clear).ok()?.plaintext.len())
    }
}
