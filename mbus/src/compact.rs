//! Compact frames: the data of records whose headers were sent before (EN 13757-7, annex; OMS).

use crc::{CRC_16_EN_13757, Crc};
use meter_value::line::Writer;

use crate::record::FILLER;
use crate::{DecodeError, EncodeError, Header, Records};

const CRC: Crc<u16> = Crc::<u16>::new(&CRC_16_EN_13757);

/// The data of records, and the signature of their headers.
///
/// ```
/// use mbus::{Ci, Content};
///
/// let full = [
///     0x02, 0xFF, 0x20, 0x71, 0x00, 0x04, 0x13, 0x08, 0x19, 0x00, 0x00, 0x44, 0x13, 0x08, 0x19, 0x00,
///     0x00, 0x61, 0x5B, 0x7F, 0x61, 0x67, 0x13,
/// ];
/// let headers = [0x02, 0xFF, 0x20, 0x04, 0x13, 0x44, 0x13, 0x61, 0x5B, 0x61, 0x67];
/// let data = [
///     0xED, 0xA8, 0x6A, 0xB6, 0x71, 0x00, 0x08, 0x19, 0x00, 0x00, 0x08, 0x19, 0x00, 0x00, 0x7F, 0x13,
/// ];
/// let Content::Compact(frame) = Content::decode(Ci::COMPACT, &data)? else { panic!() };
/// assert_eq!(mbus::signature(&full), Ok(frame.signature));
/// let records = frame.records(&headers).unwrap();
/// assert_eq!(records.map(|record| record.unwrap().value().to_string()).nth(1).unwrap(), "6.408");
/// # Ok::<(), mbus::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CompactFrame<'a> {
    /// Which meter it is.
    pub header: Header,
    /// Of the headers that belong to the data.
    pub signature: u16,
    /// Of headers and data together.
    pub checksum: u16,
    /// The data of all records, one after the other; behind them may stand fillers.
    pub data: &'a [u8],
}

/// The headers of records, for the compact frames that follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FormatFrame<'a> {
    /// Which meter it is.
    pub header: Header,
    /// Of the headers.
    pub signature: u16,
    /// The headers, one after the other.
    pub headers: &'a [u8],
}

impl<'a> CompactFrame<'a> {
    /// Reads what follows a header.
    pub(crate) fn decode(header: Header, octets: &'a [u8]) -> Result<Self, DecodeError> {
        let [a, b, c, d, data @ ..] = octets else {
            return Err(DecodeError::Truncated { needed: 4, have: octets.len() });
        };
        let (signature, checksum) = (u16::from_le_bytes([*a, *b]), u16::from_le_bytes([*c, *d]));
        Ok(Self { header, signature, checksum, data })
    }

    /// The records with their headers; `None` if these are not the headers, or something was damaged.
    ///
    /// Headers of data of variable length do not go into compact frames.
    pub fn records(&self, headers: &'a [u8]) -> Option<Records<'a>> {
        if CRC.checksum(headers) != self.signature {
            return None;
        }
        let mut digest = CRC.digest();
        let (mut headers_left, mut data) = (headers, self.data);
        for record in Records::split(headers, self.data) {
            if headers_left.is_empty() && data.iter().all(|octet| *octet == FILLER) {
                break;
            }
            let record = record.ok()?;
            digest.update(record.header);
            digest.update(record.data);
            headers_left = headers_left.get(record.header.len()..)?;
            data = data.get(record.data.len()..)?;
        }
        let length = self.data.len().checked_sub(data.len())?;
        (digest.finalize() == self.checksum).then_some(Records::split(headers, self.data.get(..length)?))
    }

    /// Appends what follows a header.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) {
        writer.put(&self.signature.to_le_bytes());
        writer.put(&self.checksum.to_le_bytes());
        writer.put(self.data);
    }
}

impl<'a> FormatFrame<'a> {
    /// Reads what follows a header. Only fillers may stand behind the headers.
    pub(crate) fn decode(header: Header, octets: &'a [u8]) -> Result<Self, DecodeError> {
        let have = octets.len();
        let [length, rest @ ..] = octets else {
            return Err(DecodeError::Truncated { needed: 1, have });
        };
        let length = usize::from(*length);
        let truncated = DecodeError::Truncated { needed: 1 + length.max(2), have };
        let [a, b, rest @ ..] = rest else { return Err(truncated) };
        let too_long = DecodeError::TooLong { limit: 1 + length, have };
        let (headers, behind) =
            rest.split_at_checked(length.checked_sub(2).ok_or(too_long)?).ok_or(truncated)?;
        if behind.iter().any(|octet| *octet != FILLER) {
            return Err(too_long);
        }
        Ok(Self { header, signature: u16::from_le_bytes([*a, *b]), headers })
    }

    /// Appends what follows a header.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let (have, limit) = (self.headers.len(), usize::from(u8::MAX) - 2);
        let length =
            u8::try_from(have.saturating_add(2)).map_err(|_| EncodeError::DataLength { have, limit })?;
        writer.put(&[length]);
        writer.put(&self.signature.to_le_bytes());
        writer.put(self.headers);
        Ok(())
    }

    /// Whether the signature is that of the headers.
    pub fn is_intact(&self) -> bool {
        CRC.checksum(self.headers) == self.signature
    }
}

/// The signature of the headers of a full frame's records, by which compact frames name them.
///
/// # Errors
/// As the records have them.
pub fn signature(records: &[u8]) -> Result<u16, DecodeError> {
    let mut digest = CRC.digest();
    for record in Records::new(records) {
        digest.update(record?.header);
    }
    Ok(digest.finalize())
}
