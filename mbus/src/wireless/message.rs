//! What a frame carries, layer by layer.

use meter_value::line::Writer;

use super::afl::Afl;
use super::configuration::{Configuration, Extension, SecurityMode};
use super::ell::Ell;
use super::error::{DecodeError, EncodeError};
use super::frame::length;
use super::{Direction, Frame, Station, checksum};
use crate::{Ci, Content, Control, Header, Telegram};

/// What the blocks that a meter encrypts start with.
pub(crate) const FILLER: [u8; 2] = [0x2F; 2];

/// A message with all that its layers say.
///
/// ```
/// use mbus::wireless::{Message, Security};
///
/// let message = Message::decode(&[
///     0x12, 0x44, 0xAE, 0x0C, 0x78, 0x56, 0x34, 0x12, 0x01, 0x07, 0x8C, 0x20, 0x27, 0x78, 0x0B, 0x13,
///     0x43, 0x65, 0x87,
/// ])?;
/// assert_eq!(message.meter().identification.to_string(), "12345678");
/// assert_eq!(message.ell.map(|ell| ell.access), Some(0x27));
/// assert_eq!(message.security, Security::Plain);
/// let record = message.telegram()?.records.next().unwrap();
/// assert_eq!(record.unwrap().value().to_string(), "876.543");
/// # Ok::<(), mbus::wireless::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Message<'a> {
    /// What the frame is for.
    pub control: Control,
    /// Who sends it, as the frame says.
    pub station: Station,
    /// The extended link layer.
    pub ell: Option<Ell>,
    /// The authentication and fragmentation layer.
    pub afl: Option<Afl>,
    /// What the message is, as far as that can be seen. Layers that are not known here (81 and 86) are opaque.
    pub ci: Option<Ci>,
    /// The header that the CI field announces.
    pub header: Header,
    /// What follows the header's configuration field.
    pub extension: Option<Extension>,
    /// What is known of the data.
    pub security: Security,
    /// What follows header and extension; if the message is encrypted, as it was sent.
    pub data: &'a [u8],
}

/// Whether data are plain, and what proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Security {
    /// Nobody protected them.
    Plain,
    /// They were encrypted or authenticated, and the key fits.
    Verified {
        /// What shows it.
        by: Proof,
    },
    /// They are plain, but nothing proves who sent them.
    Unverified {
        /// Why not.
        reason: Reason,
    },
    /// They are encrypted.
    Encrypted {
        /// Why they still are.
        reason: Reason,
    },
    /// They are a part of a message, for an [`Assembly`](super::Assembly).
    Fragment,
}

/// What shows that a key fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Proof {
    /// The first two octets are 2F 2F: a wrong key passes once in 65,536 times, and a change of the message goes
    /// unseen. Octets behind the encrypted ones prove nothing.
    Filler,
    /// The checksum inside what was encrypted: no better.
    Checksum,
    /// The message authentication code.
    Mac,
}

/// Why a message was not opened, or proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Reason {
    /// There is no key for it.
    #[error("no key")]
    NoKey,
    /// The first two octets would not be 2F 2F: the key is wrong, or the message is.
    #[error("wrong key: 2F 2F expected, {octets:02X?} found")]
    Filler {
        /// What they would be.
        octets: [u8; 2],
    },
    /// The checksum of the link layer is wrong: if the message was encrypted, the key is, or the message.
    #[error("wrong checksum of the payload: received {received:04X}, computed {computed:04X}")]
    Checksum {
        /// The checksum in the message.
        received: u16,
        /// The one of the octets it covers.
        computed: u16,
    },
    /// The message authentication code is wrong: the key is, or the message.
    #[error("wrong message authentication code")]
    Mac,
    /// Nothing here opens this mode of the transport layer.
    #[error("unsupported security mode {}: {mode:?}", mode.0)]
    Mode {
        /// The mode.
        mode: SecurityMode,
    },
    /// Nothing here opens this encryption of the link layer.
    #[error("unsupported encryption {encryption} of the link layer")]
    Link {
        /// Its number.
        encryption: u8,
    },
    /// Nothing here derives a key that way.
    #[error("unsupported key derivation {derivation}")]
    Derivation {
        /// Its number.
        derivation: u8,
    },
    /// Nothing here checks such a code.
    #[error("unsupported authentication {authentication} with {length} octets")]
    Authentication {
        /// Its number, 0 if the message does not say.
        authentication: u8,
        /// How many octets the code has.
        length: usize,
    },
    /// The key takes a counter, and the message has none.
    #[error("the message has no counter")]
    NoCounter,
    /// More octets are said to be encrypted than there are.
    #[error("{have} octets where {needed} are encrypted")]
    Truncated {
        /// How many are said to be.
        needed: usize,
        /// How many there are.
        have: usize,
    },
}

impl<'a> Message<'a> {
    /// Reads the message of a frame without checksums. What is encrypted stays so; `open` opens it.
    ///
    /// # Errors
    /// [`DecodeError`]: too few or too many octets, or a layer that breaks a rule.
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let layout = Layout::of(octets, false)?;
        Ok(layout.message(octets.get(layout.data_at..).unwrap_or_default()))
    }

    /// Writes the frame without checksums that carries the message, and returns what it wrote. A message that is
    /// still encrypted, and a MAC, go as they are.
    ///
    /// # Errors
    /// [`EncodeError::KeyNeeded`] if the message is plain and its layers say that it is not; a frame too long, or
    /// a buffer too small.
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        if self.needs_key() {
            return Err(EncodeError::KeyNeeded);
        }
        let places = self.write(buffer)?;
        Ok(places.finish(buffer))
    }

    /// The meter it is about: who a long header names; or who the frame is for, or from.
    pub fn meter(&self) -> Station {
        match (self.header, self.ell.and_then(|ell| ell.receiver), Direction::of(self.control)) {
            (Header::Long(header), ..) => header.into(),
            (_, Some(receiver), Direction::ToMeter) => receiver,
            _ => self.station,
        }
    }

    /// The configuration field and its extension, if the header has such a field.
    pub fn configuration(&self) -> Option<Configuration> {
        let word = match self.header {
            Header::None | Header::Fixed(_) => return None,
            Header::Short(header) => header.configuration,
            Header::Long(header) => header.configuration,
        };
        Some(Configuration { word, extension: self.extension })
    }

    /// Whether the data are plain, verified or not.
    pub const fn is_plain(&self) -> bool {
        matches!(self.security, Security::Plain | Security::Verified { .. } | Security::Unverified { .. })
    }

    /// The header and the records.
    ///
    /// # Errors
    /// [`DecodeError::Encrypted`], [`DecodeError::Fragment`], or [`DecodeError::NoRecords`].
    pub fn telegram(&self) -> Result<Telegram<'a>, DecodeError> {
        match self.content()? {
            Content::Telegram(telegram) => Ok(telegram),
            _ => Err(DecodeError::NoRecords { ci: self.ci }),
        }
    }

    /// What it carries.
    ///
    /// # Errors
    /// [`DecodeError::Encrypted`], [`DecodeError::Fragment`], [`DecodeError::NoRecords`] if it carries nothing, or
    /// [`DecodeError::Truncated`] if that is cut.
    pub fn content(&self) -> Result<Content<'a>, DecodeError> {
        match self.security {
            Security::Encrypted { .. } => return Err(DecodeError::Encrypted),
            Security::Fragment => return Err(DecodeError::Fragment),
            _ => {}
        }
        let ci = self.ci.ok_or(DecodeError::NoRecords { ci: None })?;
        if ci.has_records() {
            return Ok(Content::Telegram(Telegram::behind(ci, self.header, self.data)));
        }
        // Among records they are fillers.
        let is_filled = self.configuration().is_some_and(|configuration| configuration.encrypts());
        let unfilled = self.data.strip_prefix(&FILLER).filter(|_| is_filled);
        Ok(Content::behind(ci, self.header, unfilled.unwrap_or(self.data))?)
    }

    /// Whether the data are what the link layer encrypted, checksum first.
    pub(crate) fn is_link_encrypted(&self) -> bool {
        let is_sealed = matches!(self.security, Security::Encrypted { .. });
        is_sealed && self.ci.is_none() && self.ell.is_some_and(|ell| ell.is_encrypted())
    }

    /// Whether the layers say that the message is encrypted and it is not.
    fn needs_key(&self) -> bool {
        let link = self.ell.is_some_and(|ell| ell.is_encrypted()) && !self.is_link_encrypted();
        link || self.is_plain() && self.configuration().is_some_and(|configuration| configuration.encrypts())
    }

    /// Writes the layers as they are, without the length and the checksum inside.
    pub(crate) fn write(&self, buffer: &mut [u8]) -> Result<Places, EncodeError> {
        let mut writer = Writer::new(buffer);
        writer.put(&[0, self.control.0]);
        self.station.write(&mut writer);
        let mut sum_at = None;
        if let Some(ell) = self.ell {
            ell.write(&mut writer);
            if ell.session.is_some() && !self.is_link_encrypted() {
                sum_at = Some(writer.len());
                writer.put(&[0; 2]);
            }
        }
        let afl_at = writer.len();
        if let Some(afl) = self.afl {
            afl.write(&mut writer);
        }
        let tpdu_at = writer.len();
        if let Some(ci) = self.ci {
            writer.put(&[ci.0]);
            self.header.write(&mut writer);
            if let Some(configuration) = self.configuration() {
                configuration.write_extension(&mut writer)?;
            }
        }
        let data_at = writer.len();
        writer.put(self.data);
        let length = length(writer.len())?;
        let end = writer.finish()?.len();
        Ok(Places { length, sum_at, afl_at, tpdu_at, data_at, end })
    }
}

/// Where the parts of a message lie in its frame.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "crypto"), expect(dead_code, reason = "only keys need all of them"))]
pub(crate) struct Places {
    length: u8,
    pub(crate) sum_at: Option<usize>,
    pub(crate) afl_at: usize,
    pub(crate) tpdu_at: usize,
    pub(crate) data_at: usize,
    pub(crate) end: usize,
}

impl Places {
    /// Sets the length and the checksum inside.
    pub(crate) fn finish(self, buffer: &mut [u8]) -> &mut [u8] {
        let frame = buffer.get_mut(..self.end).unwrap_or_default();
        if let Some(octet) = frame.first_mut() {
            *octet = self.length;
        }
        let covered = self.sum_at.and_then(|at| frame.get_mut(at..)?.split_first_chunk_mut());
        if let Some((sum, covered)) = covered {
            *sum = checksum(covered).to_le_bytes();
        }
        frame
    }
}

/// A message but for its data, and where they are.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "crypto"), expect(dead_code, reason = "only keys need all of them"))]
pub(crate) struct Layout {
    pub(crate) message: Message<'static>,
    /// Where the TPDU starts: with its CI field.
    pub(crate) tpdu_at: usize,
    /// Where the data start.
    pub(crate) data_at: usize,
}

impl Layout {
    /// Reads the layers of a frame without checksums. `is_open` says that what the link layer encrypts was
    /// decrypted.
    pub(crate) fn of(octets: &[u8], is_open: bool) -> Result<Self, DecodeError> {
        let Frame { control, station, payload } = Frame::decode(octets)?;
        let at = |rest: &[u8]| octets.len().saturating_sub(rest.len());
        let (ell, mut rest) = Ell::decode(payload)?;
        let mut message = Message::new(control, station);
        message.ell = ell;
        if let Some(session) = ell.and_then(|ell| ell.session) {
            if session.encryption() != 0 && !is_open {
                let reason = match session.encryption() {
                    1 => Reason::NoKey,
                    encryption => Reason::Link { encryption },
                };
                message.security = Security::Encrypted { reason };
                return Ok(Self { message, tpdu_at: at(rest), data_at: at(rest) });
            }
            let truncated = DecodeError::Truncated { needed: 2, have: rest.len() };
            let (received, covered) = rest.split_first_chunk().ok_or(truncated)?;
            let (received, computed) = (u16::from_le_bytes(*received), checksum(covered));
            if received != computed {
                message.security = Security::Unverified { reason: Reason::Checksum { received, computed } };
            }
            rest = covered;
        }
        let (afl, rest) = Afl::decode(rest)?;
        message.afl = afl;
        let tpdu_at = at(rest);
        if afl.is_some_and(|afl| afl.control.is_fragment()) {
            message.security = Security::Fragment;
            return Ok(Self { message, tpdu_at, data_at: tpdu_at });
        }
        Self::of_tpdu(message, rest).map(|layout| Self {
            tpdu_at,
            data_at: tpdu_at.saturating_add(layout.data_at),
            ..layout
        })
    }

    /// Reads what a message says above the AFL.
    pub(crate) fn of_tpdu(mut message: Message<'static>, tpdu: &[u8]) -> Result<Self, DecodeError> {
        let Some((&ci, rest)) = tpdu.split_first() else {
            return Ok(Self { message, tpdu_at: 0, data_at: 0 });
        };
        let ci = Ci(ci);
        message.ci = Some(ci);
        let (header, mut rest) = Header::decode(ci, rest)?;
        message.header = header;
        if let Some(Configuration { word, .. }) = message.configuration() {
            let (configuration, behind) = Configuration::decode(word, rest)?;
            rest = behind;
            message.extension = configuration.extension;
            if configuration.encrypts() {
                let reason = match configuration.mode() {
                    SecurityMode::AES_DYNAMIC | SecurityMode::AES_DERIVED => Reason::NoKey,
                    mode => Reason::Mode { mode },
                };
                message.security = Security::Encrypted { reason };
            }
        }
        if message.security == Security::Plain && message.afl.is_some_and(|afl| afl.mac.is_some()) {
            message.security = Security::Unverified { reason: Reason::NoKey };
        }
        Ok(Self { message, tpdu_at: 0, data_at: tpdu.len().saturating_sub(rest.len()) })
    }

    /// The message with its data.
    pub(crate) fn message<'a>(&self, data: &'a [u8]) -> Message<'a> {
        Message { data, ..self.message }
    }
}

impl Message<'static> {
    /// A message of this frame with nothing in it.
    pub const fn new(control: Control, station: Station) -> Self {
        Self {
            control,
            station,
            ell: None,
            afl: None,
            ci: None,
            header: Header::None,
            extension: None,
            security: Security::Plain,
            data: &[],
        }
    }
}
