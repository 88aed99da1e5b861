//! What a key does: AES-128 in counter mode (EN 13757-4), in CBC mode, and CMAC (EN 13757-7).

use aes::Aes128;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, StreamCipher};
use cbc::{Decryptor, Encryptor};
use cmac::{Cmac, KeyInit, Mac as _};
use ctr::Ctr128BE;
use zeroize::Zeroize;

use super::{Afl, Communication, Direction, Mac, Session, Station};
use crate::Identification;

/// Octets of a block.
pub(crate) const BLOCK: usize = 16;

/// The key of a meter, 16 octets. It is erased when dropped, and neither prints nor compares.
pub struct Key([u8; 16]);

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// What a derived key is for.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    Encryption,
    Authentication,
}

impl Key {
    /// The key with these octets.
    pub const fn new(octets: [u8; 16]) -> Self {
        Self(octets)
    }

    /// Encrypts or decrypts what the link layer encrypts.
    pub(crate) fn link(
        &self,
        station: &Station,
        control: Communication,
        session: Session,
        octets: &mut [u8],
    ) {
        let [a, b, c, d, e, f, g, h] = station.octets();
        let [i, j, k, l] = session.0.to_le_bytes();
        // Frame and block number are 0 at first; a frame is too short to leave the last octet.
        let iv = [a, b, c, d, e, f, g, h, control.as_sent(), i, j, k, l, 0, 0, 0];
        let mut cipher = Ctr128BE::<Aes128>::new((&self.0).into(), (&iv).into());
        // The counter of 128 bits never ends.
        let _ = cipher.try_apply_keystream(octets);
    }

    /// Encrypts whole blocks.
    pub(crate) fn encrypt(&self, iv: &[u8; BLOCK], octets: &mut [u8]) {
        let mut cipher = Encryptor::<Aes128>::new((&self.0).into(), iv.into());
        for block in octets.as_chunks_mut::<BLOCK>().0 {
            cipher.encrypt_block(block.into());
        }
    }

    /// Decrypts whole blocks.
    pub(crate) fn decrypt(&self, iv: &[u8; BLOCK], octets: &mut [u8]) {
        let mut cipher = Decryptor::<Aes128>::new((&self.0).into(), iv.into());
        for block in octets.as_chunks_mut::<BLOCK>().0 {
            cipher.decrypt_block(block.into());
        }
    }

    /// The key of one message: CMAC of purpose and direction, counter and meter (KDF-A).
    pub(crate) fn derived(
        &self,
        purpose: Purpose,
        direction: Direction,
        counter: u32,
        meter: Identification,
    ) -> Self {
        let direction = match direction {
            Direction::FromMeter => 0x00,
            Direction::ToMeter => 0x10,
        };
        let mut mac = Cmac::<Aes128>::new((&self.0).into());
        mac.update(&[direction | purpose as u8]);
        mac.update(&counter.to_le_bytes());
        mac.update(&meter.0.to_le_bytes());
        mac.update(&[0x07; 7]);
        let mut octets = mac.finalize().into_bytes();
        let key = Self(octets.into());
        octets.as_mut_slice().zeroize();
        key
    }

    /// Whether this key of a message makes its MAC.
    pub(crate) fn proves(&self, mac: &Mac, afl: &Afl, tpdu: &[u8]) -> bool {
        self.cmac(afl, tpdu).verify_truncated_left(mac.octets()).is_ok()
    }

    /// The MAC of a message, of as many octets as `length`, 1 to 16.
    pub(crate) fn mac(&self, afl: &Afl, tpdu: &[u8], length: usize) -> Option<Mac> {
        Mac::new(self.cmac(afl, tpdu).finalize().into_bytes().get(..length)?)
    }

    fn cmac(&self, afl: &Afl, tpdu: &[u8]) -> Cmac<Aes128> {
        let mut mac = Cmac::<Aes128>::new((&self.0).into());
        afl.covered(|octets| mac.update(octets));
        mac.update(tpdu);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        core::array::from_fn(|place| u8::from_str_radix(&text[2 * place..2 * place + 2], 16).unwrap())
    }

    #[test]
    fn cmac_is_that_of_rfc_4493() {
        let key = Key::new(hex("2B7E151628AED2A6ABF7158809CF4F3C"));
        let block: [u8; 16] = hex("6BC1BEE22E409F96E93D7E117393172A");
        for (octets, mac) in
            [(&[][..], "BB1D6929E95937287FA37D129B756746"), (&block[..], "070A16B46B4D4144F79BDD9DD04A287C")]
        {
            let computed = key.mac(&Afl::EMPTY, octets, 16).unwrap();
            assert_eq!(computed.octets(), hex::<16>(mac));
            assert!(key.proves(&computed, &Afl::EMPTY, octets));
        }
    }

    /// CEN/TR 17167 F.3; the keys to the meter are computed from its rule.
    #[test]
    fn keys_of_a_message() {
        let key = Key::new(hex("000102030405060708090A0B0C0D0E0F"));
        for (purpose, direction, derived) in [
            (Purpose::Encryption, Direction::FromMeter, "ECCF39D475D730B8284FDFDC1995D52F"),
            (Purpose::Authentication, Direction::FromMeter, "C9CD19FF5A9AAD5A6BBDA13BD2C4C7AD"),
            (Purpose::Encryption, Direction::ToMeter, "A9D4883E284217CAA4B6325F75B48444"),
            (Purpose::Authentication, Direction::ToMeter, "AE001B2FED6E042C3E6C4D8833D4BE1D"),
        ] {
            let key = key.derived(purpose, direction, 0x0AB3, Identification(0x1234_5678));
            assert_eq!(key.0, hex::<16>(derived));
        }
    }
}
