//! The extended link layer (EN 13757-4).
//!
//! ```text
//!        ┌────┬─────────┬────────┐
//! I      │ 8C │ control │ access │
//!        ├────┼─────────┼────────┼─────────┬──────────┐
//! II     │ 8D │ control │ access │ session │ checksum │
//!        ├────┼─────────┼────────┼─────────┴┬─────────┘
//! III    │ 8E │ control │ access │ receiver │
//!        ├────┼─────────┼────────┼──────────┼─────────┬──────────┐
//! IV     │ 8F │ control │ access │ receiver │ session │ checksum │
//!        └────┴─────────┴────────┴──────────┴─────────┴──────────┘
//! ```
//!
//! The checksum belongs to what follows it, and is encrypted with it.

use meter_value::line::Writer;
use nom::Parser;
use nom::combinator::cond;
use nom::number::streaming::{le_u32, u8};

use super::error::DecodeError;
use super::station::{Station, station};
use crate::Ci;

/// An extended link layer of type I to IV, as its fields say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Ell {
    /// How the sender can be reached, and what became of the frame.
    pub control: Communication,
    /// Counts the frames of the sender.
    pub access: u8,
    /// Whom the frame is for (types III and IV).
    pub receiver: Option<Station>,
    /// How what follows is encrypted (types II and IV).
    pub session: Option<Session>,
}

impl Ell {
    /// The CI field of this type.
    pub const fn ci(&self) -> Ci {
        match (self.receiver, self.session) {
            (None, None) => Ci::ELL_I,
            (None, Some(_)) => Ci::ELL_II,
            (Some(_), None) => Ci::ELL_III,
            (Some(_), Some(_)) => Ci::ELL_IV,
        }
    }

    /// Reads the layer at the head of a payload if there is one, and returns what follows too: with a session,
    /// that starts with the checksum. A layer of type V, whose structure is not known here, is none.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`].
    pub fn decode(payload: &[u8]) -> Result<(Option<Self>, &[u8]), DecodeError> {
        let (has_receiver, has_session) = match payload.first().copied().map(Ci) {
            Some(Ci::ELL_I) => (false, false),
            Some(Ci::ELL_II) => (false, true),
            Some(Ci::ELL_III) => (true, false),
            Some(Ci::ELL_IV) => (true, true),
            _ => return Ok((None, payload)),
        };
        let fields = (
            u8,
            u8.map(Communication),
            u8,
            cond(has_receiver, station),
            cond(has_session, le_u32.map(Session)),
        );
        let mut layer =
            fields.map(|(_, control, access, receiver, session)| Self { control, access, receiver, session });
        let (rest, ell) = layer.parse(payload).map_err(DecodeError::truncated(payload.len()))?;
        Ok((Some(ell), rest))
    }

    /// Whether what follows is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.session.is_some_and(|session| session.encryption() != 0)
    }

    /// Appends all but the checksum.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) {
        writer.put(&[self.ci().0, self.control.0, self.access]);
        if let Some(receiver) = self.receiver {
            receiver.write(writer);
        }
        if let Some(session) = self.session {
            writer.put(&session.0.to_le_bytes());
        }
    }
}

/// The communication control field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Communication(pub u8);

impl Communication {
    /// The bits that repeaters change: hop counter and repeated.
    #[cfg(feature = "crypto")]
    const REPEATERS: u8 = 0x12;

    /// The sender listens too.
    pub const fn is_bidirectional(self) -> bool {
        self.0 & 0x80 != 0
    }

    /// The answer may come slowly.
    pub const fn has_response_delay(self) -> bool {
        self.0 & 0x40 != 0
    }

    /// The frame came at its time.
    pub const fn is_synchronous(self) -> bool {
        self.0 & 0x20 != 0
    }

    /// A repeater sent it on.
    pub const fn has_hopped(self) -> bool {
        self.0 & 0x10 != 0
    }

    /// It goes before others.
    pub const fn has_priority(self) -> bool {
        self.0 & 0x08 != 0
    }

    /// The sender listens right after the frame.
    pub const fn is_accessible(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// A repeater may not send it on again.
    pub const fn is_repeated(self) -> bool {
        self.0 & 0x02 != 0
    }

    /// The answer may come more slowly yet.
    pub const fn has_extended_delay(self) -> bool {
        self.0 & 0x01 != 0
    }

    /// What the sender sent, whatever repeaters made of it.
    #[cfg(feature = "crypto")]
    pub(crate) const fn as_sent(self) -> u8 {
        self.0 & !Self::REPEATERS
    }
}

/// The session number field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Session(pub u32);

impl Session {
    /// The session of the minute, 0 to 15.
    pub const fn number(self) -> u8 {
        self.0 as u8 & 0x0F
    }

    /// The minute of the sender, up to 25 bits.
    pub const fn minute(self) -> u32 {
        self.0 >> 4 & 0x01FF_FFFF
    }

    /// How what follows is encrypted: 0 not at all, 1 with AES-128 in counter mode.
    pub const fn encryption(self) -> u8 {
        (self.0 >> 29) as u8
    }
}
