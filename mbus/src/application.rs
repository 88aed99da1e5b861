//! What a frame carries behind its CI field (EN 13757-7).

use meter_value::names;

use crate::compact::{CompactFrame, FormatFrame};
use crate::{Ci, DecodeError, Header, Telegram};

/// What a frame carries behind its CI field.
///
/// ```
/// use mbus::{Application, ApplicationError, Frame};
///
/// let frame = Frame::decode(&[0x68, 0x04, 0x04, 0x68, 0x08, 0x05, 0x70, 0x08, 0x85, 0x16])?;
/// let Application::Error { error, .. } = frame.application()? else { panic!() };
/// assert_eq!(error, ApplicationError::BUSY);
/// # Ok::<(), mbus::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Application<'a> {
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
        part: Option<ApplicationReset>,
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

impl<'a> Application<'a> {
    /// Reads the data of a frame with this CI field.
    ///
    /// # Errors
    /// [`DecodeError::Truncated`] if a header or signature is cut; errors of records come with the records.
    pub fn decode(ci: Ci, data: &'a [u8]) -> Result<Self, DecodeError> {
        if let telegram @ (Ok(_) | Err(DecodeError::Truncated { .. })) = Telegram::decode(ci, data) {
            return telegram.map(Self::Telegram);
        }
        let (header, data) = Header::decode(ci, data)?;
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
                Self::Reset { header, part: Some(ApplicationReset(*part)), more }
            }
            (Ci::APPLICATION_RESET | Ci::APPLICATION_RESET_LONG, []) => {
                Self::Reset { header, part: None, more: &[] }
            }
            _ => Self::Other { ci, header, data },
        })
    }
}

/// Why a meter refuses. Numbers without a name are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ApplicationError(pub u8);

names!(ApplicationError {
    /// It does not say why.
    UNSPECIFIED = 0 "unspecified error",
    /// It does not know the CI field.
    CI = 1 "CI field not implemented",
    /// The frame was too long and was cut.
    TOO_LONG = 2 "buffer too long, truncated",
    /// There were too many records.
    TOO_MANY_RECORDS = 3 "too many records",
    /// A record was cut.
    PREMATURE_END = 4 "premature end of record",
    /// A record had more than ten DIFEs.
    TOO_MANY_DIFES = 5 "more than 10 DIFEs",
    /// A record had more than ten VIFEs.
    TOO_MANY_VIFES = 6 "more than 10 VIFEs",
    /// It is busy.
    BUSY = 8 "application busy",
    /// It was read too often.
    TOO_MANY_READOUTS = 9 "too many readouts",
});

/// Which part of its data a meter is to show; the low half of the number says which of several. Numbers without
/// a name are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ApplicationReset(pub u8);

names!(ApplicationReset {
    /// All.
    ALL = 0x00 "all",
    /// What the user wants.
    USER_DATA = 0x10 "user data",
    /// A simple bill.
    SIMPLE_BILLING = 0x20 "simple billing",
    /// A detailed bill.
    ENHANCED_BILLING = 0x30 "enhanced billing",
    /// A bill of several tariffs.
    TARIFF_BILLING = 0x40 "multi-tariff billing",
    /// What is measured now.
    INSTANTANEOUS_VALUES = 0x50 "instantaneous values",
    /// What the grid needs.
    LOAD_MANAGEMENT = 0x60 "load management",
    /// What an installer needs.
    INSTALLATION = 0x80 "installation and start-up",
    /// What a test needs.
    TESTING = 0x90 "testing",
    /// What a calibration needs.
    CALIBRATION = 0xA0 "calibration",
    /// What a factory needs.
    MANUFACTURING = 0xB0 "manufacturing",
    /// What a developer needs.
    DEVELOPMENT = 0xC0 "development",
    /// What the meter finds of itself.
    SELF_TEST = 0xD0 "self-test",
});
