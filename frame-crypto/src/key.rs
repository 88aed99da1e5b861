//! Keys, and how every key of a device comes from its root key.

use core::marker::PhantomData;

use aes::Aes128;
use aes::cipher::inout::InOut;
use aes::cipher::{
    Block, BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, ParBlocksSizeUser,
};
use ccm::consts::{U1, U16};
use ccm::{AeadInOut, Ccm, consts};
use cmac::block_api::CmacCipher;
use cmac::digest::FixedOutput;
use cmac::digest::block_api::SmallBlockSizeUser;
use cmac::digest::common::KeySizeUser;
use cmac::{Cmac, KeyInit, Mac};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::Session;
use crate::frame::{COUNTERS, Kind, Link, NONCE_LEN, TAG_LEN};

/// Which block cipher a device uses. It is part of every derivation, so the same octets as a key of two
/// suites give unrelated keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Suite {
    /// AES-128 in CCM (FIPS 197, RFC 3610).
    Aes128Ccm,
    /// SM4 in CCM (GB/T 32907, RFC 8998).
    Sm4Ccm,
}

impl Suite {
    const fn code(self) -> u8 {
        match self {
            Self::Aes128Ccm => 1,
            Self::Sm4Ccm => 2,
        }
    }
}

/// A block cipher with keys and blocks of 16 octets: `Aes128`, `Sm4`, or a chip's own, for which its driver
/// implements the traits of the crate `cipher` and says what it computes.
pub trait Cipher:
    CmacCipher + SmallBlockSizeUser<_BlockSize = U16> + KeySizeUser<KeySize = U16> + KeyInit
{
    /// What it computes.
    const SUITE: Suite;
}

impl Cipher for Aes128 {
    const SUITE: Suite = Suite::Aes128Ccm;
}

#[cfg(feature = "sm4")]
impl Cipher for sm4::Sm4 {
    const SUITE: Suite = Suite::Sm4Ccm;
}

/// A key of 16 octets. It is erased when dropped, and neither prints nor compares.
pub struct Key<C = Aes128> {
    octets: [u8; 16],
    cipher: PhantomData<C>,
}

impl<C: Cipher> Key<C> {
    /// The key with these octets.
    pub const fn new(octets: [u8; 16]) -> Self {
        Self { octets, cipher: PhantomData }
    }

    /// The root key of one session, which a device without storage has from its
    /// [`Joining`](crate::Joining). A base derives it again from what it keeps of the session, and from
    /// the link with the epoch the device joined in.
    pub fn session(&self, link: &Link, session: Session) -> Self {
        // All that a session is known by does not fit one context.
        let node = self.derive(b'n', u128::from(link.device) << 64 | u128::from(session.node));
        let base = (u64::from(link.epoch) << 48) | (session.base % COUNTERS);
        node.derive(b's', u128::from(link.network) << 64 | u128::from(base))
    }

    /// CCM for the frames of one link and kind.
    pub(crate) fn frames(&self, kind: Kind, link: &Link) -> Mode<C> {
        self.mode(kind.label(), link.context())
    }

    /// CCM with the key derived for what the label and 80 bits of context say.
    pub(crate) fn mode(&self, label: u8, context: u128) -> Mode<C> {
        Mode(Ccm::from(Blocks(C::new((&self.derive(label, context).octets).into()))))
    }

    pub(crate) const fn octets(&self) -> &[u8; 16] {
        &self.octets
    }

    /// NIST SP 800-108r1, 4.1, counter mode over CMAC. The only block is CMAC(key, 01 ‖ fixed input), with
    /// label ‖ 00 ‖ suite ‖ context ‖ 0080 as the fixed input. It always fills one block of the cipher, so that
    /// an image needs nothing of CMAC but the way of one whole block.
    fn derive(&self, label: u8, context: u128) -> Self {
        let head = 1 << 24 | u32::from(label) << 16 | u32::from(C::SUITE.code());
        self.block(&(u128::from(head) << 96 | context << 16 | 128).to_be_bytes())
    }

    fn block(&self, input: &[u8]) -> Self {
        let mut mac = <Cmac<C> as KeyInit>::new((&self.octets).into());
        mac.update(input);
        let mut key = Self::new([0; 16]);
        mac.finalize_into((&mut key.octets).into());
        key
    }
}

impl<C> Drop for Key<C> {
    fn drop(&mut self) {
        self.octets.zeroize();
    }
}

impl<C> ZeroizeOnDrop for Key<C> {}

/// A cipher that takes several blocks at a time only where the processor does. In software that would be a second
/// copy of the cipher, for frames that are short, and of which CCM takes half one block after the other anyway.
struct Blocks<C>(C);

impl<C: Cipher> BlockSizeUser for Blocks<C> {
    type BlockSize = U16;
}

impl<C: Cipher> ParBlocksSizeUser for Blocks<C> {
    type ParBlocksSize = U1;
}

impl<C: Cipher> BlockCipherEncBackend for Blocks<C> {
    fn encrypt_block(&self, block: InOut<'_, '_, Block<Self>>) {
        self.0.encrypt_block_inout(block);
    }
}

impl<C: Cipher> BlockCipherEncrypt for Blocks<C> {
    fn encrypt_with_backend(&self, closure: impl BlockCipherEncClosure<BlockSize = U16>) {
        if cfg!(any(target_arch = "x86_64", target_arch = "x86", target_arch = "aarch64")) {
            self.0.encrypt_with_backend(closure);
        } else {
            closure.call(self);
        }
    }
}

/// CCM with a tag of 8 and a nonce of 13 octets under a derived key.
pub(crate) struct Mode<C: Cipher>(Ccm<Blocks<C>, consts::U8, consts::U13>);

impl<C: Cipher> Mode<C> {
    /// Encrypts in place and returns the tag; `None` if there is more than CCM allows.
    pub(crate) fn seal(
        &self,
        nonce: [u8; NONCE_LEN],
        associated: &[u8],
        body: &mut [u8],
    ) -> Option<[u8; TAG_LEN]> {
        let tag = self.0.encrypt_inout_detached((&nonce).into(), associated, body.into());
        tag.ok().map(Into::into)
    }

    /// Decrypts in place if the tag is right, and erases the body otherwise.
    pub(crate) fn open(
        &self,
        nonce: [u8; NONCE_LEN],
        associated: &[u8],
        body: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> bool {
        let opened =
            self.0.decrypt_inout_detached((&nonce).into(), associated, (&mut *body).into(), tag.into());
        if opened.is_err() {
            body.zeroize();
        }
        opened.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    fn octets(hex: &str) -> Vec<u8> {
        let digit = |at| u8::from_str_radix(hex.get(at..at + 2).unwrap(), 16).unwrap();
        (0..hex.len()).step_by(2).map(digit).collect()
    }

    /// Each line: key | fixed input | output.
    #[test]
    fn counter_mode_is_that_of_sp_800_108() {
        let lines = include_str!("../tests/vectors/kdf.txt").lines().filter(|line| !line.starts_with('#'));
        let mut count = 0;
        for line in lines {
            let [key, input, output]: [Vec<u8>; 3] =
                line.split(" | ").map(octets).collect::<Vec<_>>().try_into().unwrap();
            let key = Key::<Aes128>::new(key.try_into().unwrap());
            assert_eq!(key.block(&[&[1], &input[..]].concat()).octets[..], output);
            count += 1;
        }
        assert_eq!(count, 10);
    }
}
