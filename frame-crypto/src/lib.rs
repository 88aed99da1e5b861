#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate std;

mod counter;
mod error;
mod frame;
mod key;
mod opener;
mod sealer;

pub use counter::{CounterStore, StoreError, Volatile};
pub use error::{OpenError, SealError};
pub use frame::{Header, Kind, Link, MAX_PLAINTEXT, OVERHEAD};
pub use key::{Cipher, Key};
pub use opener::{Opened, Opener};
pub use sealer::Sealer;

/// The block cipher of the default suite.
pub use aes::Aes128;
