//! What a frame carries behind its CI field (EN 13757-7).

use meter_value::line::Writer;

use crate::compact::{CompactFrame, FormatFrame};
use crate::{Application, ApplicationError, Ci, DecodeError, EncodeError, Header, Telegram};

/// What a frame carries behind its CI field.
///
/// ```
/// use mbus::{ApplicationError, Content, Frame};
///
/// let frame = Frame::decode(&[0x68, 0x04, 0x04, 0x68, 0x08, 0x05, 0x70, 0x08, 0x85, 0x16])?;
/// let Content::Error { error, .. } = frame.content()? else { panic!() };
/// assert_eq!(error, ApplicationError::BUSY);
/// # Ok::<(), mbus::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Content<'a> {
    /// Records, or the counters of the fixed structure.
    Telegram(Telegram<'a>),
    /// The data of records whose headers are known.
    Compact(CompactFrame<'a>),
    /// The headers of records.
    Format(FormatFrame<'a>),
    /// The meter refuses.
    Error {
        /// Which meter it is.
        header: Header,
        /// Why.
        error: ApplicationError,
        /// What the meter adds.
        more: &'a [u8],
    },
    /// The meter reports an alarm.
    Alarm {
        /// Which meter it is.
        header: Header,
        /// What it says, in the manufacturer's code.
        data: &'a [u8],
    },
    /// The meter's application is to begin anew, or to show another part of its data.
    Reset {
        /// Which meter is meant.
        header: Header,
        /// Which part; all if there is none.
        part: Option<Application>,
        /// What follows.
        more: &'a [u8],
    },
    /// Anything else.
    Other {
        /// What.
        ci: Ci,
        /// Which meter it is, if the CI field has a header.
        header: Header,
        /// What follows.
        data: &'a [u8],
    },
}

impl<'a> Content<'a> {
    /// Reads the data of a frame with this CI field.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] if a header or signature is cut; errors of records come with the records.
    pub fn decode(ci: Ci, data: &'a [u8]) -> Result<Self, DecodeError> {
        if let telegram @ (Ok(_) | Err(DecodeError::Truncated { .. })) = Telegram::decode(ci, data) {
            return telegram.map(Self::Telegram);
        }
        let (header, data) = Header::decode(ci, data)?;
        Self::behind(ci, header, data)
    }

    /// Reads the data behind a header; records are none of them.
    pub(crate) fn behind(ci: Ci, header: Header, data: &'a [u8]) -> Result<Self, DecodeError> {
        Ok(match (ci, data) {
            (Ci::COMPACT | Ci::COMPACT_SHORT | Ci::COMPACT_LONG, _) => {
                Self::Compact(CompactFrame::decode(header, data)?)
            }
            (Ci::FORMAT | Ci::FORMAT_SHORT | Ci::FORMAT_LONG, _) => {
                Self::Format(FormatFrame::decode(header, data)?)
            }
            (Ci::ERROR | Ci::ERROR_SHORT | Ci::ERROR_LONG, []) => {
                Self::Error { header, error: ApplicationError::UNSPECIFIED, more: &[] }
            }
            (Ci::ERROR | Ci::ERROR_SHORT | Ci::ERROR_LONG, [error, more @ ..]) => {
                Self::Error { header, error: ApplicationError(*error), more }
            }
            (Ci::ALARM | Ci::ALARM_SHORT | Ci::ALARM_LONG, _) => Self::Alarm { header, data },
            (Ci::APPLICATION_RESET | Ci::APPLICATION_RESET_LONG, [part, more @ ..]) => {
                Self::Reset { header, part: Some(Application(*part)), more }
            }
            (Ci::APPLICATION_RESET | Ci::APPLICATION_RESET_LONG, []) => {
                Self::Reset { header, part: None, more: &[] }
            }
            _ => Self::Other { ci, header, data },
        })
    }
    /// Which meter it is, as far as it says.
    pub const fn header(&self) -> Header {
        match self {
            Self::Telegram(Telegram { header, .. })
            | Self::Compact(CompactFrame { header, .. })
            | Self::Format(FormatFrame { header, .. })
            | Self::Error { header, .. }
            | Self::Alarm { header, .. }
            | Self::Reset { header, .. }
            | Self::Other { header, .. } => *header,
        }
    }

    /// The CI field that announces it.
    pub const fn ci(&self) -> Ci {
        let [none, short, long] = match self {
            Self::Telegram(telegram) => return telegram.ci(),
            Self::Other { ci, .. } => return *ci,
            Self::Compact(_) => [Ci::COMPACT, Ci::COMPACT_SHORT, Ci::COMPACT_LONG],
            Self::Format(_) => [Ci::FORMAT, Ci::FORMAT_SHORT, Ci::FORMAT_LONG],
            Self::Error { .. } => [Ci::ERROR, Ci::ERROR_SHORT, Ci::ERROR_LONG],
            Self::Alarm { .. } => [Ci::ALARM, Ci::ALARM_SHORT, Ci::ALARM_LONG],
            // It has no short header.
            Self::Reset { .. } => {
                [Ci::APPLICATION_RESET, Ci::APPLICATION_RESET_LONG, Ci::APPLICATION_RESET_LONG]
            }
        };
        match self.header() {
            Header::None => none,
            Header::Short(_) => short,
            Header::Long(_) | Header::Fixed(_) => long,
        }
    }

    /// Writes all that follows the [CI field](Self::ci), and returns what it wrote. A reason to refuse is written
    /// also if the meter left it out; fillers behind a format frame are not.
    ///
    /// # Errors
    /// [`EncodeError::DataLength`] if a format frame's headers are too long, or [`EncodeError::BufferTooSmall`].
    ///
    /// ```
    /// use mbus::{ApplicationError, Ci, Content, Header};
    ///
    /// let busy = Content::Error { header: Header::None, error: ApplicationError::BUSY, more: &[] };
    /// assert_eq!((busy.ci(), busy.encode(&mut [0; 8])?), (Ci::ERROR, &[0x08][..]));
    /// # Ok::<(), mbus::EncodeError>(())
    /// ```
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = Writer::new(buffer);
        self.header().write(&mut writer);
        match self {
            Self::Telegram(telegram) => telegram.records.write(&mut writer),
            Self::Compact(frame) => frame.write(&mut writer),
            Self::Format(frame) => frame.write(&mut writer)?,
            Self::Error { error, more, .. } => {
                writer.put(&[error.0]);
                writer.put(more);
            }
            Self::Reset { part, more, .. } => {
                writer.extend(part.map(|part| part.0));
                writer.put(more);
            }
            Self::Alarm { data, .. } | Self::Other { data, .. } => writer.put(data),
        }
        Ok(writer.finish()?)
    }
}
