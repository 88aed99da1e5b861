#![doc = include_str!("../README.md")]
#![no_std]

#[cfg(test)]
extern crate std;

mod error;
mod frame;
mod from_modem;
mod settings;
mod to_modem;

pub use error::{DecodeError, EncodeError, FrameError};
pub use frame::{MAX_CONTENT, MAX_FRAMED, Receiver};
pub use from_modem::{FromModem, Outcome};
pub use settings::Settings;
pub use to_modem::ToModem;

/// Most octets of a frame on the radio.
pub const MAX_RADIO: usize = 255;
