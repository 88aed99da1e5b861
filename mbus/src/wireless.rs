//! Wireless M-Bus (EN 13757-4, and the security of -7).
//!
//! | layer | type |
//! |---|---|
//! | all that a frame says, plain if there is a key | [`Message`]; `open`, [`Message::telegram`] |
//! | a message out of several frames | [`Assembly`] |
//! | the layers inside | [`Ell`], [`Afl`], [`Configuration`] |
//! | link header and payload, with or without checksums | [`Frame`], [`Format`], [`strip`] |
//! | frames out of a radio's chips | [`Decoder`], [`Channel`], [`Coding`] |
//!
//! The feature `crypto` opens and seals: AES-128 in counter mode of the link layer, security modes 5 and 7 of
//! the transport layer, and the MAC of the AFL. Without it a message says that it is encrypted.

mod afl;
mod assembly;
mod channel;
mod coding;
mod configuration;
mod crc;
#[cfg(feature = "crypto")]
mod crypto;
mod decoder;
mod ell;
mod error;
mod frame;
mod message;
#[cfg(feature = "crypto")]
mod open;
#[cfg(feature = "crypto")]
mod seal;
mod station;

pub use afl::{Afl, FragmentControl, KeyInformation, Mac, MessageControl};
pub use assembly::Assembly;
pub use channel::{Channel, Sync};
pub use coding::Coding;
pub use configuration::{Configuration, Extension, SecurityMode};
pub use crc::checksum;
#[cfg(feature = "crypto")]
pub use crypto::Key;
pub use decoder::Decoder;
pub use ell::{Communication, Ell, Session};
pub use error::{DecodeError, EncodeError, FragmentError};
pub use frame::{Format, Frame, strip};
pub use message::{Message, Proof, Reason, Security};
#[cfg(feature = "crypto")]
pub use open::{Wanted, open};
pub use station::{Direction, Station};
