//! Records, and which meter they are of.

use meter_value::line::Writer;

use crate::fixed::Counters;
use crate::{Ci, DecodeError, EncodeError, FixedHeader, Header, Records};

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
            ci if ci.has_records() => {
                let (header, octets) = Header::decode(ci, data)?;
                Ok(Self::behind(ci, header, octets))
            }
            _ => Err(DecodeError::NoRecords { ci: Some(ci) }),
        }
    }

    /// The records behind a header.
    pub(crate) const fn behind(ci: Ci, header: Header, octets: &'a [u8]) -> Self {
        let records = match ci {
            Ci::COMMAND | Ci::COMMAND_SHORT | Ci::COMMAND_LONG => Records::of_command(octets),
            _ => Records::new(octets),
        };
        Self { header, records }
    }

    /// The CI field that announces it.
    pub const fn ci(&self) -> Ci {
        match (self.header, self.records.is_command()) {
            (Header::None, false) => Ci::RESPONSE,
            (Header::Short(_), false) => Ci::RESPONSE_SHORT,
            (Header::Long(_), false) => Ci::RESPONSE_LONG,
            (Header::None, true) => Ci::COMMAND,
            (Header::Short(_), true) => Ci::COMMAND_SHORT,
            (Header::Long(_), true) => Ci::COMMAND_LONG,
            (Header::Fixed(header), _) => header.ci(),
        }
    }

    /// Writes header and records, all that follows the [CI field](Self::ci), and returns what it wrote. Of records
    /// that were taken already, it writes only what is still to come.
    ///
    /// # Errors
    /// [`EncodeError::BufferTooSmall`].
    ///
    /// ```
    /// use mbus::{Ci, Header, Records, Telegram};
    ///
    /// let telegram = Telegram { header: Header::None, records: Records::new(&[0x02, 0x06, 0x39, 0x30]) };
    /// assert_eq!(telegram.ci(), Ci::RESPONSE);
    /// assert_eq!(telegram.encode(&mut [0; 16])?, [0x02, 0x06, 0x39, 0x30]);
    /// # Ok::<(), mbus::EncodeError>(())
    /// ```
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = Writer::new(buffer);
        self.header.write(&mut writer);
        self.records.write(&mut writer);
        Ok(writer.finish()?)
    }
}
