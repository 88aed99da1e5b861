//! The records of a telegram (EN 13757-3:2018, section 6).
//!
//! ```text
//! ┌─────┬──────────┬─────┬ ─ ─ ─ ─ ─ ─ ─┬──────────┬ ─ ─ ─┬ ─ ─ ─┐
//! │ DIF │ DIFE ... │ VIF │ length, text │ VIFE ... │ LVAR │ data │
//! └─────┴──────────┴─────┴ ─ ─ ─ ─ ─ ─ ─┴──────────┴ ─ ─ ─┴ ─ ─ ─┘
//!        10 at most       if VIF is      10 at most if the DIF
//!                         7C or FC                  says so
//!
//!  DIF   7 a DIFE follows · 6 storage bit 0 · 5-4 function · 3-0 data field
//!  DIFE  7 another follows · 6 subunit bit · 5-4 tariff bits · 3-0 storage bits
//! ```

use core::iter::FusedIterator;

use meter_value::bcd::{self, Sign};
use meter_value::line::Writer;
use meter_value::{Decimal, DecimalError, Invalid, Quantity, Text, Unit, Value};
use nom::combinator::cond;
use nom::number::streaming::u8;
use nom::{IResult, Parser};

use crate::table;
use crate::value::{self, Coding};
use crate::{DecodeError, EncodeError};

/// Stands between records and means nothing.
const FILLER: u8 = 0x2F;
/// Manufacturer's data up to the end.
const MANUFACTURER: u8 = 0x0F;
/// Manufacturer's data up to the end, and another telegram.
const MORE_FOLLOWS: u8 = 0x1F;
/// Asks for every record.
const READ_ALL: u8 = 0x7F;
/// The bit that announces another octet.
const EXTENSION: u8 = 0x80;

/// Which value of its storage interval a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Function {
    /// The value as it is or was.
    Instantaneous,
    /// The highest.
    Maximum,
    /// The lowest.
    Minimum,
    /// The value while there was an error.
    Error,
}

/// One record, in the octets of its telegram.
///
/// Manufacturer's data and the request for all records have no VIF; their header is one octet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Record<'a> {
    /// Where the record starts, in octets from the first record on.
    pub offset: usize,
    /// Which value it is.
    pub function: Function,
    /// The storage number: 0 is the current value, others are history; up to 41 bits.
    pub storage: u64,
    /// The tariff: 0 is the total; up to 20 bits.
    pub tariff: u32,
    /// The part of the device; up to 10 bits.
    pub subunit: u16,
    /// The VIF as sent, with its top bit.
    pub vif: Option<u8>,
    /// The unit in the meter's own words.
    pub unit_text: Option<Text<'a>>,
    /// The VIFEs as sent, with their top bits. After VIF FB or FD the first is the code in that table.
    pub vifes: &'a [u8],
    /// Every octet before the data.
    pub header: &'a [u8],
    /// The data, in the order they were sent in.
    pub data: &'a [u8],
    coding: Coding,
}

impl<'a> Record<'a> {
    /// What the value measures; `None` if the table has no such VIF, or VIFEs make it something else.
    pub fn quantity(&self) -> Option<Quantity> {
        self.meaning().quantity
    }

    /// The unit of the value, a base unit; `None` as for [`quantity`](Self::quantity), and for values
    /// without one.
    pub fn unit(&self) -> Option<Unit> {
        self.meaning().unit
    }

    /// The power of ten between the number sent and the value.
    pub fn exponent(&self) -> i8 {
        self.meaning().exponent
    }

    /// The value in [`unit`](Self::unit), exactly. Only a float and a number of 64 bits stay as sent,
    /// because another scale would round the one and not fit the other: multiply them by
    /// 10^[`exponent`](Self::exponent), or take [`to_decimal`](Self::to_decimal).
    ///
    /// ```
    /// use mbus::Records;
    /// use meter_value::{Decimal, Value};
    ///
    /// let record = Records::new(&[0x02, 0x06, 0x39, 0x30]).next().unwrap()?;
    /// assert_eq!(record.value(), Value::Decimal(Decimal::new(12_345, 3)));
    /// assert_eq!(record.unit().unwrap().symbol(), "Wh");
    /// # Ok::<(), mbus::DecodeError>(())
    /// ```
    pub fn value(&self) -> Value<'a> {
        let meaning = self.meaning();
        if meaning.error {
            return Value::Invalid(Invalid::Error);
        }
        match meaning.quantity {
            Some(Quantity::Date) => value::date(self.coding, self.data),
            Some(Quantity::DateTime) => value::date_time(self.coding, self.data),
            _ if meaning.unsigned => value::unsigned(self.coding, self.data, meaning.exponent),
            _ => value::plain(self.coding, self.data, meaning.exponent),
        }
    }

    /// The value in [`unit`](Self::unit) as a decimal, a float by its shortest digits.
    ///
    /// # Errors
    /// As [`Value::to_decimal`].
    pub fn to_decimal(&self) -> Result<Decimal, DecimalError> {
        match self.value() {
            raw @ (Value::F32(_) | Value::U64(_)) => raw.to_decimal()?.shift(self.exponent()),
            value => value.to_decimal(),
        }
    }

    /// Whether the meter has more records in another telegram.
    pub fn more_follows(&self) -> bool {
        self.header == [MORE_FOLLOWS]
    }

    /// Writes the record as it was sent and returns what it wrote.
    ///
    /// # Errors
    /// [`EncodeError::BufferTooSmall`].
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = Writer::new(buffer);
        writer.put(self.header);
        writer.put(self.data);
        Ok(writer.finish()?)
    }

    fn meaning(&self) -> table::Meaning {
        self.vif.map_or(table::Meaning::NONE, |vif| table::meaning(vif, self.vifes))
    }

    /// Reads the record at the head of `octets`, and returns what follows it too.
    fn decode(octets: &'a [u8], offset: usize) -> Result<(Self, &'a [u8]), DecodeError> {
        let truncated = DecodeError::truncated(octets.len());
        let (rest, dif) = u8(octets).map_err(truncated)?;
        let header_to = |rest: &[u8]| octets.get(..octets.len() - rest.len()).unwrap_or_default();
        let bare = Self {
            offset,
            function: Function::Instantaneous,
            storage: 0,
            tariff: 0,
            subunit: 0,
            vif: None,
            unit_text: None,
            vifes: &[],
            header: header_to(rest),
            data: &[],
            coding: Coding::Octets,
        };
        match dif {
            MANUFACTURER | MORE_FOLLOWS => return Ok((Self { data: rest, ..bare }, &[])),
            READ_ALL => return Ok((bare, rest)),
            _ if dif & 0x0F == 0x0F => return Err(DecodeError::Dif { dif }),
            _ => {}
        }

        let (rest, difes) = extensions(dif, rest).map_err(truncated)?;
        if is_endless(difes) {
            return Err(DecodeError::TooManyDifes);
        }
        let (rest, (vif, text, vifes)) = vib(rest).map_err(truncated)?;
        if is_endless(vifes) {
            return Err(DecodeError::TooManyVifes);
        }
        let (rest, (coding, length)) = match Coding::fixed(dif) {
            Some(fixed) => (rest, fixed),
            None => {
                let (rest, lvar) = u8(rest).map_err(truncated)?;
                (rest, Coding::variable(lvar).ok_or(DecodeError::Lvar { lvar })?)
            }
        };
        let header = header_to(rest);
        let (rest, data) = take(length.into())(rest).map_err(truncated)?;

        let (mut storage, mut tariff, mut subunit) = (u64::from(dif >> 6 & 1), 0, 0);
        for (place, dife) in difes.iter().enumerate() {
            storage |= u64::from(dife & 0x0F) << (4 * place + 1);
            tariff |= u32::from(dife >> 4 & 3) << (2 * place);
            subunit |= u16::from(dife >> 6 & 1) << place;
        }
        let function = match dif >> 4 & 3 {
            0 => Function::Instantaneous,
            1 => Function::Maximum,
            2 => Function::Minimum,
            _ => Function::Error,
        };
        let unit_text = text.map(Text::last_first);
        let vif = Some(vif);
        let record =
            Self { offset, function, storage, tariff, subunit, vif, unit_text, vifes, header, data, coding };
        Ok((record, rest))
    }
}

/// The records of a telegram, one after the other. A record that cannot be told from the next one is an
/// error, and the last item.
///
/// ```
/// use mbus::Records;
///
/// let octets = [0x0C, 0x13, 0x18, 0x37, 0x02, 0x00, 0x2F, 0x01, 0x5B, 0x15];
/// let values: Result<Vec<String>, _> =
///     Records::new(&octets).map(|record| record.map(|record| record.value().to_string())).collect();
/// assert_eq!(values?, ["23.718", "21"]);
/// # Ok::<(), mbus::DecodeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Records<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Records<'a> {
    /// The records in the octets behind a header.
    pub const fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets, offset: 0 }
    }

    /// How many octets lie before what comes next; after an error, before the record in error.
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        while let [FILLER, rest @ ..] = self.rest {
            self.rest = rest;
            self.offset += 1;
        }
        if self.rest.is_empty() {
            return None;
        }
        let result = Record::decode(self.rest, self.offset);
        let rest = match result {
            Ok((_, rest)) => {
                self.offset += self.rest.len() - rest.len();
                rest
            }
            Err(_) => &[],
        };
        self.rest = rest;
        Some(result.map(|(record, _)| record))
    }
}

impl FusedIterator for Records<'_> {}

/// One record as a meter makes it.
///
/// ```
/// use mbus::{Data, Entry, Function};
///
/// let peak = Entry { function: Function::Maximum, storage: 5, ..Entry::new(&[0x3B], Data::Int32(275)) };
/// assert_eq!(peak.encode(&mut [0; 16])?, [0xD4, 0x02, 0x3B, 0x13, 0x01, 0x00, 0x00]);
/// # Ok::<(), mbus::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// The number, in the unit and power of ten of the VIF.
    pub data: Data,
}

/// A number and how it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Data {
    /// Four octets of two's complement; the most negative number stands for no value.
    Int32(i32),
    /// Eight digits, or a minus sign and seven.
    Bcd8(i32),
}

impl<'a> Entry<'a> {
    /// A current value of the whole device.
    pub const fn new(vib: &'a [u8], data: Data) -> Self {
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
        match vib(self.vib) {
            Ok(([], (_, _, vifes))) if !is_endless(vifes) => {}
            _ => return Err(EncodeError::Vib),
        }
        let (field, data) = match self.data {
            Data::Int32(value) => (0x04, value.to_le_bytes()),
            Data::Bcd8(value) => {
                let mut digits = [0; 4];
                bcd::encode(value.into(), Sign::TopDigit, &mut digits)
                    .map_err(|_| EncodeError::Digits { value, digits: 8 })?;
                (0x0C, digits)
            }
        };
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
        writer.put(&data);
        Ok(())
    }
}

/// What the grammar yields: it fails only for want of octets.
type Parsed<'a, T> = IResult<&'a [u8], T, ()>;

/// A VIF, its text and its VIFEs.
type Vib<'a> = (u8, Option<&'a [u8]>, &'a [u8]);

fn vib(octets: &[u8]) -> Parsed<'_, Vib<'_>> {
    let (rest, vif) = u8(octets)?;
    // With VIFEs (FC) meters put the text before them, as here, or behind them (annex C.2).
    let text = u8.flat_map(|length: u8| take(length.into()));
    let (rest, text) = cond(vif & !EXTENSION == 0x7C, text).parse(rest)?;
    let (rest, vifes) = extensions(vif, rest)?;
    Ok((rest, (vif, text, vifes)))
}

/// The extensions that `first` announces, ten at most.
fn extensions(first: u8, octets: &[u8]) -> Parsed<'_, &[u8]> {
    let more = octets.iter().take(9).take_while(|&octet| octet & EXTENSION != 0).count();
    cond(first & EXTENSION != 0, take(more + 1)).map(Option::unwrap_or_default).parse(octets)
}

/// The first `length` octets. Unlike nom's own, this shows the optimiser that it cannot panic.
fn take<'a>(length: usize) -> impl Fn(&'a [u8]) -> Parsed<'a, &'a [u8]> {
    move |octets| match octets.split_at_checked(length) {
        Some((taken, rest)) => Ok((rest, taken)),
        None => Err(nom::Err::Incomplete(nom::Needed::new(length.saturating_sub(octets.len())))),
    }
}

/// Whether the last of ten extensions announces one more.
fn is_endless(extensions: &[u8]) -> bool {
    extensions.last().is_some_and(|octet| octet & EXTENSION != 0)
}
