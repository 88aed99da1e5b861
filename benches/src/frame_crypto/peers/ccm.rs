//! The mode over the cipher alone: one key, the counter as the nonce, no replay window.

use aes::Aes128;
use ccm::{AeadInOut, Ccm, KeyInit, consts};
use frame_crypto::Cipher;
use sm4::Sm4;

use crate::frame_crypto::{Ends, Implementation};

pub const IMPLEMENTATION: Implementation = Implementation {
    name: "ccm over aes or sm4",
    aes: || Box::new(Mode::<Aes128>::new()),
    sm4: || Box::new(Mode::<Sm4>::new()),
};

/// A key schedule for each end, as two devices have, and the counter.
struct Mode<C: Cipher>([Ccm<C, consts::U8, consts::U13>; 2], u32);

impl<C: Cipher> Mode<C> {
    fn new() -> Self {
        Self([(); 2].map(|()| Ccm::new(b"the device's key".into())), 0)
    }
}

fn nonce(counter: [u8; 4]) -> [u8; 13] {
    let mut nonce = [0; 13];
    nonce[9..].copy_from_slice(&counter);
    nonce
}

impl<C: Cipher> Ends for Mode<C> {
    fn seal(&mut self, plaintext: &[u8], frame: &mut [u8; 256]) -> Option<usize> {
        let counter = self.1.to_be_bytes();
        self.1 += 1;
        let frame = frame.get_mut(..plaintext.len() + 13)?;
        let (head, rest) = frame.split_first_chunk_mut::<5>()?;
        let (body, tag) = rest.split_last_chunk_mut()?;
        head[1..].copy_from_slice(&counter);
        body.copy_from_slice(plaintext);
        let sealed = self.0[0].encrypt_inout_detached(&nonce(counter).into(), head, body.into());
        *tag = sealed.ok()?.into();
        Some(frame.len())
    }

    fn open(&mut self, frame: &[u8], plaintext: &mut [u8; 256]) -> Option<usize> {
        let (head, rest) = frame.split_first_chunk::<5>()?;
        let (sealed, tag) = rest.split_last_chunk::<8>()?;
        let body = plaintext.get_mut(..sealed.len())?;
        body.copy_from_slice(sealed);
        let [_, counter @ ..] = *head;
        let tag = (*tag).into();
        self.0[1].decrypt_inout_detached(&nonce(counter).into(), head, body.into(), &tag).ok()?;
        Some(sealed.len())
    }
}
