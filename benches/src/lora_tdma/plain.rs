//! A block cipher that leaves blocks as they are, so that what else there is to do is seen.

use cipher::consts::{U1, U16};
use cipher::inout::InOut;
use cipher::{
    Block, BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, KeyInit,
    KeySizeUser, ParBlocksSizeUser,
};
use frame_crypto::{Cipher, Suite};

pub struct Plain;

impl KeySizeUser for Plain {
    type KeySize = U16;
}

impl KeyInit for Plain {
    fn new(_key: &cipher::Key<Self>) -> Self {
        Self
    }
}

impl BlockSizeUser for Plain {
    type BlockSize = U16;
}

impl ParBlocksSizeUser for Plain {
    type ParBlocksSize = U1;
}

impl BlockCipherEncBackend for Plain {
    fn encrypt_block(&self, mut block: InOut<'_, '_, Block<Self>>) {
        let octets = block.clone_in();
        *block.get_out() = octets;
    }
}

impl BlockCipherEncrypt for Plain {
    fn encrypt_with_backend(&self, f: impl BlockCipherEncClosure<BlockSize = U16>) {
        f.call(self);
    }
}

impl Cipher for Plain {
    const SUITE: Suite = Suite::Aes128Ccm;
}
