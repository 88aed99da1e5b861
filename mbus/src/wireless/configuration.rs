//! How the transport layer protects a message (EN 13757-7).
//!
//! ```text
//!  15 14 13 12 ─── 8 7 ─── 4 3 ─── 0
//! ┌──┬──┬──┬────────┬───────┬───────┐┬ ─ ─ ─ ─ ─ ┬ ─ ─ ─ ─ ─ ┬ ─ ─ ─ ─ ─ ─ ┐
//! │  │  │  │  mode  │ blocks│       ││ extension │ counter(4)│ key version │ only in mode 7
//! └──┴──┴──┴────────┴───────┴───────┘┴ ─ ─ ─ ─ ─ ┴ ─ ─ ─ ─ ─ ┴ ─ ─ ─ ─ ─ ─ ┘
//! ```

use meter_value::line::Writer;
use meter_value::names;
use nom::Parser;
use nom::combinator::cond;
use nom::number::streaming::{le_u32, u8};

use super::error::{DecodeError, EncodeError};

/// The security mode. Numbers without a name are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SecurityMode(pub u8);

names!(SecurityMode {
    /// Nothing is encrypted.
    NONE = 0 "none",
    /// DES, no initialisation vector; withdrawn.
    DES = 2 "DES-CBC",
    /// DES, with an initialisation vector; withdrawn.
    DES_DYNAMIC = 3 "DES-CBC, initialisation vector of the message",
    /// AES-128, no initialisation vector.
    AES = 4 "AES-CBC",
    /// AES-128, an initialisation vector of address and access number (OMS profile A).
    AES_DYNAMIC = 5 "AES-CBC, initialisation vector of the message",
    /// AES-128 with a key of the message (OMS profile B).
    AES_DERIVED = 7 "AES-CBC, key of the message",
    /// AES-128 in counter mode with CMAC.
    AES_CTR_CMAC = 8 "AES-CTR and CMAC",
    /// AES-128 in Galois counter mode.
    AES_GCM = 9 "AES-GCM",
    /// AES-128 in counter mode with CBC-MAC (OMS profile D).
    AES_CCM = 10 "AES-CCM",
    /// TLS (OMS profile C).
    TLS = 13 "TLS",
    /// The manufacturer's own.
    SPECIFIC = 15 "manufacturer specific",
});

/// The configuration field and its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Configuration {
    /// The field itself.
    pub word: u16,
    /// What follows it in mode 7.
    pub extension: Option<Extension>,
}

/// What follows the configuration field in mode 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Extension {
    /// The key and its derivation.
    pub octet: u8,
    /// The counter of the message.
    pub counter: Option<u32>,
    /// The version of the key.
    pub version: Option<u8>,
}

impl Configuration {
    const COUNTER: u16 = 1 << 13;

    /// Reads what follows the field `word`, and returns what follows that too.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn decode(word: u16, octets: &[u8]) -> Result<(Self, &[u8]), DecodeError> {
        let plain = Self { word, extension: None };
        if plain.mode() != SecurityMode::AES_DERIVED {
            return Ok((plain, octets));
        }
        let truncated = DecodeError::truncated(octets.len());
        let (rest, octet) = u8(octets).map_err(truncated)?;
        let (has_counter, has_version) = (word & Self::COUNTER != 0, octet & Extension::VERSION != 0);
        let mut fields = (cond(has_counter, le_u32::<_, ()>), cond(has_version, u8));
        let (rest, (counter, version)) = fields.parse(rest).map_err(truncated)?;
        Ok((Self { word, extension: Some(Extension { octet, counter, version }) }, rest))
    }

    /// Appends what follows the field.
    pub(crate) fn write_extension(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let Some(extension) = self.extension else {
            return match self.mode() {
                SecurityMode::AES_DERIVED => Err(EncodeError::Extension),
                _ => Ok(()),
            };
        };
        let told = (self.word & Self::COUNTER != 0, extension.octet & Extension::VERSION != 0);
        let there = (extension.counter.is_some(), extension.version.is_some());
        if told != there || self.mode() != SecurityMode::AES_DERIVED {
            return Err(EncodeError::Extension);
        }
        writer.put(&[extension.octet]);
        if let Some(counter) = extension.counter {
            writer.put(&counter.to_le_bytes());
        }
        if let Some(version) = extension.version {
            writer.put(&[version]);
        }
        Ok(())
    }

    /// How the message is protected.
    pub const fn mode(&self) -> SecurityMode {
        SecurityMode((self.word >> 8) as u8 & 0x1F)
    }

    /// Whether anything is encrypted. Modes 2 to 5 and 7 tell how many blocks; of others nothing is known.
    pub(crate) const fn encrypts(&self) -> bool {
        match self.mode().0 {
            0 => false,
            2..=5 | 7 => self.encrypted() != 0,
            _ => true,
        }
    }

    /// Octets that are encrypted, in modes 5 and 7; the ones behind them are plain.
    pub const fn encrypted(&self) -> usize {
        (self.word as usize >> 4 & 0x0F) * 16
    }

    /// What the message is: 0 the standard content, in modes 0, 5 and 7.
    pub const fn content(&self) -> u8 {
        match self.mode() {
            SecurityMode::AES_DERIVED => (self.word >> 14) as u8,
            _ => self.word as u8 >> 2 & 0x03,
        }
    }

    /// The sender listens too; mode 7 does not tell.
    pub const fn is_bidirectional(&self) -> bool {
        !matches!(self.mode(), SecurityMode::AES_DERIVED) && self.word & 0x8000 != 0
    }

    /// The sender listens right after the frame; mode 7 does not tell.
    pub const fn is_accessible(&self) -> bool {
        !matches!(self.mode(), SecurityMode::AES_DERIVED) && self.word & 0x4000 != 0
    }

    /// The frame came at its time; mode 7 does not tell.
    pub const fn is_synchronous(&self) -> bool {
        !matches!(self.mode(), SecurityMode::AES_DERIVED) && self.word & 0x2000 != 0
    }
}

impl Extension {
    const VERSION: u8 = 1 << 6;

    /// How the key of the message comes from the meter's key: 0 it is the same, 1 by KDF-A.
    pub const fn derivation(&self) -> u8 {
        self.octet >> 4 & 0x03
    }

    /// The number of the meter's key.
    pub const fn key_id(&self) -> u8 {
        self.octet & 0x0F
    }
}
