//! Records as a meter makes them.

use meter_value::bcd::{self, Sign};
use meter_value::line::Writer;
use meter_value::{Date, DateTime, Time};

use crate::vib::{EXTENSION, Vib, is_endless};
use crate::{EncodeError, Function};

/// Most octets of the data of an entry, its length included.
const MAX_DATA: usize = 192;

/// One record as a meter makes it.
///
/// ```
/// use mbus::{Data, Entry, Function};
///
/// let peak = Entry { function: Function::Maximum, storage: 5, ..Entry::new(&[0x3B], Data::Int32(275)) };
/// assert_eq!(peak.encode(&mut [0; 16])?, [0xD4, 0x02, 0x3B, 0x13, 0x01, 0x00, 0x00]);
/// # Ok::<(), mbus::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Entry<'a> {
    /// Which value it is.
    pub function: Function,
    /// The storage number, up to 41 bits.
    pub storage: u64,
    /// The tariff, up to 20 bits.
    pub tariff: u32,
    /// The part of the device, up to 10 bits.
    pub subunit: u16,
    /// The VIF with its text and VIFEs, as sent.
    pub vib: &'a [u8],
    /// The value, a number in the unit and power of ten of the VIF.
    pub data: Data<'a>,
}

/// What a record says, and how it is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Data<'a> {
    /// Nothing.
    None,
    /// One octet of two's complement; of all lengths, the most negative number stands for no value.
    Int8(i8),
    /// Two octets of two's complement.
    Int16(i16),
    /// Three octets of two's complement.
    Int24(i32),
    /// Four octets of two's complement.
    Int32(i32),
    /// Six octets of two's complement.
    Int48(i64),
    /// Eight octets of two's complement.
    Int64(i64),
    /// A single precision float.
    Real(f32),
    /// Two digits, or a minus sign and one.
    Bcd2(i32),
    /// Four digits, or a minus sign and three.
    Bcd4(i32),
    /// Six digits, or a minus sign and five.
    Bcd6(i32),
    /// Eight digits, or a minus sign and seven.
    Bcd8(i32),
    /// Twelve digits, or a minus sign and eleven.
    Bcd12(i64),
    /// Type G: a date.
    Date(Date),
    /// Type F: a date and a time to the minute; its seconds are not sent.
    DateTime(DateTime),
    /// Type I: a date and a time to the second, without a week.
    DateTimeSecond(DateTime),
    /// Type J: a time of any day.
    Time(Time),
    /// Up to 191 characters of ISO 8859-1, as octets from the first to the last.
    Text(&'a [u8]),
    /// As many digits as an even number of up to 18, with a sign of its own.
    Digits {
        /// The number.
        value: i64,
        /// How many octets it takes, up to 9.
        octets: u8,
    },
    /// Up to 15 octets of two's complement, the lowest first.
    Binary(&'a [u8]),
}

impl<'a> Entry<'a> {
    /// A current value of the whole device.
    pub const fn new(vib: &'a [u8], data: Data<'a>) -> Self {
        Self { function: Function::Instantaneous, storage: 0, tariff: 0, subunit: 0, vib, data }
    }

    /// Writes the record and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError`]: a field out of range, or a buffer too small.
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = Writer::new(buffer);
        self.write(&mut writer)?;
        Ok(writer.finish()?)
    }

    /// Appends the record.
    ///
    /// # Errors
    /// [`EncodeError`]: a field out of range; then nothing is appended.
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let (mut storage, mut tariff, mut subunit) = (self.storage, self.tariff, self.subunit);
        if storage >> 41 != 0 || tariff >> 20 != 0 || subunit >> 10 != 0 {
            return Err(EncodeError::TooManyDifes);
        }
        match Vib::decode(self.vib) {
            Ok(Vib { vifes, rest: [], .. }) if !is_endless(vifes) => {}
            _ => return Err(EncodeError::Vib),
        }
        let mut room = [0; MAX_DATA];
        let mut data = Writer::new(&mut room);
        let field = self.data.write(&mut data)?;
        let data = data.finish()?;
        let mut octet = field | (self.function as u8) << 4 | (storage as u8 & 1) << 6;
        storage >>= 1;
        while storage != 0 || tariff != 0 || subunit != 0 {
            writer.put(&[octet | EXTENSION]);
            octet = storage as u8 & 0x0F | (tariff as u8 & 3) << 4 | (subunit as u8 & 1) << 6;
            storage >>= 4;
            tariff >>= 2;
            subunit >>= 1;
        }
        writer.put(&[octet]);
        writer.put(self.vib);
        writer.put(data);
        Ok(())
    }
}

impl Data<'_> {
    /// Appends the data, with the octet that says their length if there is one; returns the data field of the
    /// DIF.
    fn write(self, to: &mut Writer<'_>) -> Result<u8, EncodeError> {
        match self {
            Self::None => return Ok(0x00),
            Self::Int8(value) => to.put(&value.to_le_bytes()),
            Self::Int16(value) => to.put(&value.to_le_bytes()),
            Self::Int24(value) => return integer(value.into(), 3, 0x03, to),
            Self::Int32(value) => to.put(&value.to_le_bytes()),
            Self::Int48(value) => return integer(value, 6, 0x06, to),
            Self::Int64(value) => to.put(&value.to_le_bytes()),
            Self::Real(value) => to.put(&value.to_le_bytes()),
            Self::Bcd2(value) => digits(value.into(), 1, to)?,
            Self::Bcd4(value) => digits(value.into(), 2, to)?,
            Self::Bcd6(value) => digits(value.into(), 3, to)?,
            Self::Bcd8(value) => digits(value.into(), 4, to)?,
            Self::Bcd12(value) => digits(value, 6, to)?,
            Self::Date(date) => match date_octets(date)? {
                (octets, 0) => to.put(&octets),
                _ => return Err(EncodeError::Year { year: date.year() }),
            },
            Self::DateTime(at) => {
                let (date, hundreds) = date_octets(at.date)?;
                to.put(&[at.time.minute(), at.time.hour() | hundreds << 5]);
                to.put(&date);
            }
            Self::DateTimeSecond(at) => {
                let (date, hundreds) = date_octets(at.date)?;
                if hundreds != 0 {
                    return Err(EncodeError::Year { year: at.date.year() });
                }
                to.put(&[at.time.second(), at.time.minute(), at.time.hour()]);
                to.put(&date);
                to.put(&[0]);
            }
            Self::Time(time) => to.put(&[time.second(), time.minute(), time.hour()]),
            Self::Text(text) => {
                let length = variable(text.len(), 0xBF)?;
                to.put(&[length]);
                to.extend(text.iter().rev().copied());
            }
            Self::Digits { value, octets } => {
                let mut room = [0; 9];
                let digits =
                    room.get_mut(..usize::from(octets)).ok_or(EncodeError::Digits { value, digits: 18 })?;
                let magnitude = value.checked_abs().unwrap_or(i64::MAX);
                bcd::encode(magnitude, Sign::Unsigned, digits)
                    .map_err(|_| EncodeError::Digits { value, digits: 2 * octets })?;
                to.put(&[octets | if value < 0 { 0xD0 } else { 0xC0 }]);
                to.put(digits);
            }
            Self::Binary(octets) => {
                to.put(&[0xE0 | variable(octets.len(), 15)?]);
                to.put(octets);
            }
        }
        Ok(self.field())
    }

    /// The data field of the DIF.
    const fn field(self) -> u8 {
        match self {
            Self::None => 0x0,
            Self::Int8(_) => 0x1,
            Self::Int16(_) | Self::Date(_) => 0x2,
            Self::Int24(_) | Self::Time(_) => 0x3,
            Self::Int32(_) | Self::DateTime(_) => 0x4,
            Self::Real(_) => 0x5,
            Self::Int48(_) | Self::DateTimeSecond(_) => 0x6,
            Self::Int64(_) => 0x7,
            Self::Bcd2(_) => 0x9,
            Self::Bcd4(_) => 0xA,
            Self::Bcd6(_) => 0xB,
            Self::Bcd8(_) => 0xC,
            Self::Text(_) | Self::Digits { .. } | Self::Binary(_) => 0xD,
            Self::Bcd12(_) => 0xE,
        }
    }
}

/// The last year of types G and I.
const LAST_YEAR: u16 = 2_080;

/// Digits of a number that fits them, with its sign.
fn digits(value: i64, octets: usize, to: &mut Writer<'_>) -> Result<(), EncodeError> {
    let mut room = [0; 6];
    let room = room.get_mut(..octets).unwrap_or_default();
    let error = EncodeError::Digits { value, digits: 2 * octets as u8 };
    bcd::encode(value, Sign::TopDigit, room).map_err(|_| error)?;
    to.put(room);
    Ok(())
}

/// The low octets of a number that fits them.
fn integer(value: i64, octets: usize, field: u8, to: &mut Writer<'_>) -> Result<u8, EncodeError> {
    let bits = 8 * octets as u32;
    if value >> (bits - 1) != 0 && value >> (bits - 1) != -1 {
        return Err(EncodeError::Integer { value, octets: octets as u8 });
    }
    to.put(value.to_le_bytes().get(..octets).unwrap_or_default());
    Ok(field)
}

fn variable(have: usize, limit: u8) -> Result<u8, EncodeError> {
    let length = u8::try_from(have).ok().filter(|length| *length <= limit);
    length.ok_or(EncodeError::DataLength { have, limit: limit.into() })
}

/// Day, month and year of the century, and the number of centuries since 1900.
fn date_octets(date: Date) -> Result<([u8; 2], u8), EncodeError> {
    let year = date.year();
    let (since, hundreds) = match year {
        // In these the century goes without saying.
        2_000..=LAST_YEAR => (year - 2_000, 0),
        1_981..=1_999 => (year - 1_900, 0),
        2_081..=2_099 => (year - 2_000, 1),
        2_100..=2_199 => (year - 2_100, 2),
        2_200..=2_299 => (year - 2_200, 3),
        _ => return Err(EncodeError::Year { year }),
    };
    let since = since as u8;
    Ok(([date.day() | (since & 7) << 5, date.month() | (since >> 3) << 4], hundreds))
}
