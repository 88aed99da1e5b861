//! Records, and which meter they are of.

use crate::fixed::Counters;
use crate::{Ci, DecodeError, FixedHeader, Header, Records};

/// A header and the records behind it.
///
/// ```
/// use mbus::{Frame, Header};
///
/// let frame = Frame::decode(&[
///     0x68, 0x13, 0x13, 0x68, 0x08, 0x05, 0x72, 0x78, 0x56, 0x34, 0x12, 0x2D, 0x2C, 0x01, 0x04, 0x2A,
///     0x00, 0x00, 0x00, 0x0A, 0x5A, 0x57, 0x02, 0xD8, 0x16,
/// ])?;
/// let mut telegram = frame.telegram()?;
/// let Header::Long(header) = telegram.header else { panic!() };
/// assert_eq!(header.manufacturer.to_string(), "KAM");
/// let record = telegram.records.next().unwrap()?;
/// assert_eq!(record.value().to_string(), "25.7");
/// assert_eq!(record.unit().unwrap().symbol(), "°C");
/// # Ok::<(), mbus::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Telegram<'a> {
    /// Which meter it is, as far as the telegram says.
    pub header: Header,
    /// What the meter says.
    pub records: Records<'a>,
}

impl<'a> Telegram<'a> {
    /// Reads the data of a frame with this CI field. Of wired meters 73 and 77 are the fixed structure if 16
    /// octets follow.
    ///
    /// # Errors
    /// [`DecodeError::NoRecords`] if no records follow `ci`, [`DecodeError::Truncated`] if the header is cut;
    /// errors of records come with the records.
    pub fn decode(ci: Ci, data: &'a [u8]) -> Result<Self, DecodeError> {
        match ci {
            Ci::COMPACT_LONG | Ci::FIXED_HIGH_FIRST => {
                let octets = data.try_into().map_err(|_| DecodeError::NoRecords { ci: Some(ci) })?;
                let counters = Counters::new(octets, ci == Ci::FIXED_HIGH_FIRST);
                let header = Header::Fixed(FixedHeader::new(octets, ci == Ci::FIXED_HIGH_FIRST));
                Ok(Self { header, records: Records::fixed(counters) })
            }
            Ci::COMMAND | Ci::COMMAND_SHORT | Ci::COMMAND_LONG => {
                let (header, records) = Header::decode(ci, data)?;
                Ok(Self { header, records: Records::of_command(records) })
            }
            ci if ci.has_records() => {
                let (header, records) = Header::decode(ci, data)?;
                Ok(Self { header, records: Records::new(records) })
            }
            _ => Err(DecodeError::NoRecords { ci: Some(ci) }),
        }
    }
}
