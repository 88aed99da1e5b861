#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate std;

mod counter;
mod error;
#[cfg(feature = "storage")]
mod flash;
mod frame;
#[doc = include_str!("guide.md")]
pub mod guide {}
mod join;
mod key;
mod name;
mod opener;
mod overlap;
mod record;
mod rename;
mod sealer;

pub use counter::{CounterStore, Volatile};
pub use error::{OpenError, RenameError, SealError, StoreError};
#[cfg(feature = "storage")]
pub use flash::FlashSlots;
pub use frame::{Header, Kind, Link, MAX_PLAINTEXT, OVERHEAD, receipt};
pub use join::{JoinRequest, Joined, Joining, Offer, Registrar, Session, WRAPPED_LEN};
pub use key::{Cipher, Key, Suite};
pub use name::{Identity, Name};
pub use opener::{Opened, Opener, Window};
pub use overlap::Overlap;
pub use record::{Records, Slot, Slots};
pub use rename::{Admin, Prepared, Renamer, Renaming};
pub use sealer::Sealer;

/// The block cipher of the default suite.
pub use aes::Aes128;
/// The block cipher of the Chinese suite.
#[cfg(feature = "sm4")]
pub use sm4::Sm4;
