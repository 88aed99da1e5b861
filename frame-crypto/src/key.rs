//! Keys, and how the key of one direction comes from the key of a device.

use core::marker::PhantomData;

use aes::Aes128;
use ccm::consts::U16;
use ccm::{Ccm, consts};
use cmac::block_api::CmacCipher;
use cmac::digest::block_api::SmallBlockSizeUser;
use cmac::digest::common::KeySizeUser;
use cmac::{Cmac, KeyInit, Mac};
use zeroize::Zeroize;

use crate::frame::{Kind, Link};

/// A block cipher with keys and blocks of 16 octets: `Aes128`, or a chip's own.
pub trait Cipher:
    CmacCipher + SmallBlockSizeUser<_BlockSize = U16> + KeySizeUser<KeySize = U16> + KeyInit
{
}

impl<C> Cipher for C where
    C: CmacCipher + SmallBlockSizeUser<_BlockSize = U16> + KeySizeUser<KeySize = U16> + KeyInit
{
}

/// CCM with a tag of 8 and a nonce of 13 octets.
pub(crate) type Mode<C> = Ccm<C, consts::U8, consts::U13>;

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

    /// CCM with the key of one link and kind: NIST SP 800-108, counter mode over CMAC, one block:
    /// CMAC(key, 01 ‖ label ‖ 00 ‖ network ‖ device ‖ epoch ‖ 0080), all big-endian.
    pub(crate) fn mode(&self, kind: Kind, link: &Link) -> Mode<C> {
        let mut mac = <Cmac<C> as KeyInit>::new(&self.octets.into());
        mac.update(&[1]);
        mac.update(kind.label());
        mac.update(&[0]);
        mac.update(&link.octets());
        mac.update(&128_u16.to_be_bytes());
        let mut derived = mac.finalize().into_bytes();
        let mode = Mode::new(&derived);
        derived.as_mut_slice().zeroize();
        mode
    }
}

impl<C> Drop for Key<C> {
    fn drop(&mut self) {
        self.octets.zeroize();
    }
}
