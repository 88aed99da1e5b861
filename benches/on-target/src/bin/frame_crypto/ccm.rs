//! The mode alone: one key, the counter as the nonce, no replay window.

#[cfg(feature = "frames-ccm")]
use aes::Aes128 as Cipher;
use ccm::{AeadInOut, Ccm, KeyInit, consts};
#[cfg(feature = "frames-ccm-sm4")]
use sm4::Sm4 as Cipher;

/// A key schedule for each end, as two devices have.
pub struct Ends([Ccm<Cipher, consts::U8, consts::U13>; 2], u64);

fn nonce([a, b, c, d]: [u8; 4]) -> [u8; 13] {
    [0, 0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d]
}

impl Ends {
    pub fn new(key: [u8; 16]) -> Self {
        Self([Ccm::new(&key.into()), Ccm::new(&key.into())], 0)
    }

    pub fn seal(&mut self, plaintext: &[u8], air: &mut [u8; 256]) -> Option<usize> {
        let counter = (self.1 as u32).to_be_bytes();
        self.1 += 1;
        let frame = air.get_mut(..plaintext.len() + 13)?;
        let (head, rest) = frame.split_first_chunk_mut::<5>()?;
        let (body, tag) = rest.split_last_chunk_mut()?;
        let [a, b, c, d] = counter;
        *head = [0, a, b, c, d];
        body.copy_from_slice(plaintext);
        let sealed = self.0[0].encrypt_inout_detached(&nonce(counter).into(), head, body.into());
        *tag = sealed.ok()?.into();
        Some(frame.len())
    }

    pub fn open(&mut self, frame: &[u8], clear: &mut [u8; 256]) -> Option<usize> {
        let (head, rest) = frame.split_first_chunk::<5>()?;
        let (sealed, tag) = rest.split_last_chunk::<8>()?;
        let body = clear.get_mut(..sealed.len())?;
        body.copy_from_slice(sealed);
        let [_, counter @ ..] = *head;
        let tag = (*tag).into();
        self.0[1].decrypt_inout_detached(&nonce(counter).into(), head, body.into(), &tag).ok()?;
        Some(sealed.len())
    }
}
