//! The records of a telegram (EN 13757-3:2018, section 6).
//!
//! ```text
//! ┌─────┬──────────┬─────┬ ─ ─ ─ ─ ─ ─ ─┬──────────┬ ─ ─ ─┬ ─ ─ ─┐
//! │ DIF │ DIFE ... │ VIF │ length, text │ VIFE ... │ LVAR │ data │
//! └─────┴──────────┴─────┴ ─ ─ ─ ─ ─ ─ ─┴──────────┴ ─ ─ ─┴ ─ ─ ─┘
//!        10 at most       if VIF is      10 at most if the DIF
//!                         7C or FC                  says so
//!
//!  With VIF FC some meters put the text before the VIFEs and others behind them.
//!
//!  DIF   7 a DIFE follows · 6 storage bit 0 · 5-4 function · 3-0 data field
//!  DIFE  7 another follows · 6 subunit bit · 5-4 tariff bits · 3-0 storage bits
//! ```

use core::iter::FusedIterator;

use meter_value::line::Writer;
use meter_value::{Decimal, DecimalError, Invalid, Quantity, Text, Unit, Value};

use crate::fixed::Counters;
use crate::qualifier::{Codes, Meaning, qualifies};
use crate::value::{self, Coding};
use crate::vib::{Vib, extensions, is_endless};
use crate::{Action, DecodeError, EncodeError, Qualifier, RecordError};

/// Stands between records and means nothing.
pub(crate) const FILLER: u8 = 0x2F;
/// Manufacturer's data up to the end.
const MANUFACTURER: u8 = 0x0F;
/// Manufacturer's data up to the end, and another telegram.
const MORE_FOLLOWS: u8 = 0x1F;
/// Asks for every record.
const READ_ALL: u8 = 0x7F;

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
/// Manufacturer's data and the request for all records have no VIF; their header is one octet. The counters of
/// the fixed structure have neither; their header is empty.
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
    pub(crate) coding: Coding,
    pub(crate) meaning: Meaning,
}

impl<'a> Record<'a> {
    /// What the value measures; `None` if no table has such a VIF.
    #[inline]
    pub const fn quantity(&self) -> Option<Quantity> {
        self.meaning.entry.quantity
    }

    /// The unit of the value, a base unit; `None` for values without one. What it is a rate of, a limit of or
    /// an excess over, [`qualifiers`](Self::qualifiers) say.
    #[inline]
    pub const fn unit(&self) -> Option<Unit> {
        self.meaning.entry.unit
    }

    /// The power of ten between the number sent and the value.
    pub const fn exponent(&self) -> i8 {
        self.meaning.entry.exponent
    }

    /// What VIFEs say of the value beyond its number, in their order: the phase, a limit, a rate. Powers of ten
    /// and constants are in the [`value`](Self::value) already.
    ///
    /// ```
    /// use mbus::{Qualifier, Records};
    ///
    /// let record = Records::new(&[0x02, 0xFD, 0xC8, 0xFC, 0x01, 0xFC, 0x08]).next().unwrap()?;
    /// assert_eq!(format!("{} {}", record.value(), record.unit().unwrap()), "230.0 V");
    /// assert!(record.qualifiers().eq([Qualifier::PHASE_1]));
    /// # Ok::<(), mbus::DecodeError>(())
    /// ```
    pub fn qualifiers(&self) -> impl Iterator<Item = Qualifier> + 'a {
        let codes = self.codes();
        codes.filter(|code| qualifies(*code)).map(Qualifier)
    }

    /// Why the meter has no value, in a record that a meter sends; those of a command have an
    /// [`action`](Self::action) in its place.
    pub const fn error(&self) -> Option<RecordError> {
        self.meaning.error
    }

    /// What is to be done with the record that a master sends.
    pub fn action(&self) -> Option<Action> {
        let mut codes = self.codes().filter(|code| *code <= 0x0D);
        codes.next().map(|code| Action(code as u8))
    }

    fn codes(&self) -> Codes<'a> {
        self.vif.map_or(Codes::new(&[]), |vif| Codes::behind(vif, self.vifes))
    }

    /// The value in [`unit`](Self::unit), exactly. Only a float and a number of 64 bits stay as sent,
    /// because another scale would round the one and not fit the other: take
    /// [`to_decimal`](Self::to_decimal), or multiply them by 10^[`exponent`](Self::exponent) and see in
    /// [`vifes`](Self::vifes) whether a constant is to be added.
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
        if self.meaning.error.is_some() {
            return Value::Invalid(Invalid::Error);
        }
        let value = value::value(self.coding, self.data, &self.meaning.entry);
        match (value, self.addend()) {
            (Value::Decimal(number), Some(addend)) => {
                number.checked_add(addend).map_or(Value::Invalid(Invalid::Range), Value::Decimal)
            }
            (value, _) => value,
        }
    }

    /// The constant that VIFEs add.
    fn addend(&self) -> Option<Decimal> {
        let Meaning { addend, power, .. } = self.meaning;
        (addend != 0).then(|| Decimal::new(addend.into(), power.saturating_sub(3)))
    }

    /// The value in [`unit`](Self::unit) as a decimal, a float by its shortest digits.
    ///
    /// # Errors
    /// As [`Value::to_decimal`].
    pub fn to_decimal(&self) -> Result<Decimal, DecimalError> {
        match self.value() {
            raw @ (Value::F32(_) | Value::U64(_)) => {
                let number = raw.to_decimal()?.shift(self.exponent())?;
                self.addend().map_or(Ok(number), |addend| number.checked_add(addend))
            }
            value => value.to_decimal(),
        }
    }

    /// Whether a time stands in summer time, if its data say so (types F and I).
    pub fn is_summer_time(&self) -> Option<bool> {
        value::is_summer_time(self.coding, self.data, &self.meaning.entry)
    }

    /// Whether the meter has more records in another telegram.
    pub fn more_follows(&self) -> bool {
        self.header == [MORE_FOLLOWS]
    }

    /// Whether it is all octets to the end, in the manufacturer's code.
    fn is_manufacturers(&self) -> bool {
        matches!(self.header, [MANUFACTURER | MORE_FOLLOWS])
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

    /// Reads the record at the head of `octets`, and returns what follows its header, with the data if that is
    /// where they are.
    #[inline(always)]
    pub(crate) fn decode(octets: &'a [u8], offset: usize) -> Result<(Self, &'a [u8]), DecodeError> {
        let (record, length, rest) = Self::header(octets, offset)?;
        let needed = octets.len().saturating_sub(rest.len()).saturating_add(length);
        match rest.split_at_checked(length) {
            Some((data, rest)) => Ok((Self { data, ..record }, rest)),
            None => Err(DecodeError::Truncated { needed, have: octets.len() }),
        }
    }

    /// The record without its data, how many octets they have, and what follows the header.
    // Always inline, like the caller above: a record is large, and moving it costs more than reading it.
    #[inline(always)]
    pub(crate) fn header(octets: &'a [u8], offset: usize) -> Result<(Self, usize, &'a [u8]), DecodeError> {
        let have = octets.len();
        let truncated = |rest: &[u8], missing: usize| DecodeError::Truncated {
            needed: have.saturating_sub(rest.len()).saturating_add(missing),
            have,
        };
        let header_to = |rest: &[u8]| octets.get(..have.saturating_sub(rest.len())).unwrap_or_default();
        let [dif, behind @ ..] = octets else { return Err(truncated(octets, 1)) };
        match *dif {
            MANUFACTURER | MORE_FOLLOWS => {
                return Ok((Self::bare(header_to(behind), offset), behind.len(), behind));
            }
            READ_ALL => return Ok((Self::bare(header_to(behind), offset), 0, behind)),
            dif if dif & 0x0F == 0x0F => return Err(DecodeError::Dif { dif }),
            _ => {}
        }

        let (difes, rest) = extensions(*dif, behind).map_err(|missing| truncated(&[], missing))?;
        if is_endless(difes) {
            return Err(DecodeError::TooManyDifes);
        }
        let vib = Vib::decode(rest).map_err(|missing| truncated(&[], missing))?;
        if is_endless(vib.vifes) {
            return Err(DecodeError::TooManyVifes);
        }
        let rest = vib.rest;
        let (coding, length, rest) = match (Coding::fixed(*dif), rest) {
            (Some((coding, length)), rest) => (coding, length, rest),
            (None, [lvar, rest @ ..]) => {
                let (coding, length) = Coding::variable(*lvar).ok_or(DecodeError::Lvar { lvar: *lvar })?;
                (coding, length, rest)
            }
            (None, []) => return Err(truncated(&[], 1)),
        };
        let (mut storage, mut tariff, mut subunit) = (u64::from(dif >> 6 & 1), 0, 0);
        for (place, dife) in difes.iter().enumerate() {
            storage |= u64::from(dife & 0x0F) << (4 * place + 1);
            tariff |= u32::from(dife >> 4 & 3) << (2 * place);
            subunit |= u16::from(dife >> 6 & 1) << place;
        }
        let record = Self {
            offset,
            function: match dif >> 4 & 3 {
                0 => Function::Instantaneous,
                1 => Function::Maximum,
                2 => Function::Minimum,
                _ => Function::Error,
            },
            storage,
            tariff,
            subunit,
            vif: Some(vib.vif),
            unit_text: vib.text.map(Text::last_first),
            vifes: vib.vifes,
            header: header_to(rest),
            data: &[],
            coding,
            meaning: Meaning::new(vib.vif, vib.vifes),
        };
        Ok((record, length.into(), rest))
    }

    /// A record of a DIF and data that nothing describes.
    #[cold]
    const fn bare(header: &'a [u8], offset: usize) -> Self {
        Self {
            offset,
            function: Function::Instantaneous,
            storage: 0,
            tariff: 0,
            subunit: 0,
            vif: None,
            unit_text: None,
            vifes: &[],
            header,
            data: &[],
            coding: Coding::Octets,
            meaning: Meaning::NONE,
        }
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
    source: Source<'a>,
    offset: usize,
    is_command: bool,
}

/// Where records come from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum Source<'a> {
    /// Header and data of each, one after the other.
    Full(&'a [u8]),
    /// Headers without the data, and data without the headers.
    Split { headers: &'a [u8], data: &'a [u8] },
    /// The counters of the fixed structure.
    Fixed(Counters<'a>),
}

impl<'a> Records<'a> {
    /// The records in the octets behind a header, of a meter.
    pub const fn new(octets: &'a [u8]) -> Self {
        Self { source: Source::Full(octets), offset: 0, is_command: false }
    }

    /// The records in the octets behind a header, for a meter: the VIFEs that are errors in those of a meter are
    /// actions in these.
    ///
    /// ```
    /// use mbus::{Action, Records};
    ///
    /// let record = Records::of_command(&[0x01, 0x83, 0x01, 0x07]).next().unwrap()?;
    /// assert_eq!((record.action(), record.error()), (Some(Action::ADD), None));
    /// assert_eq!(record.value().to_string(), "7");
    /// # Ok::<(), mbus::DecodeError>(())
    /// ```
    pub const fn of_command(octets: &'a [u8]) -> Self {
        Self { is_command: true, ..Self::new(octets) }
    }

    /// The records of a compact frame: their headers, as a format frame or an earlier full frame has them, and
    /// their data.
    pub(crate) const fn split(headers: &'a [u8], data: &'a [u8]) -> Self {
        Self { source: Source::Split { headers, data }, offset: 0, is_command: false }
    }

    pub(crate) const fn fixed(counters: Counters<'a>) -> Self {
        Self { source: Source::Fixed(counters), offset: 0, is_command: false }
    }

    /// How many octets lie before what comes next; after an error, before the record in error.
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.source {
            Source::Full(rest) => {
                while let [FILLER, behind @ ..] = *rest {
                    *rest = behind;
                    self.offset += 1;
                }
                if rest.is_empty() {
                    return None;
                }
                let mut result = Record::decode(rest, self.offset);
                if let (Ok((record, _)), true) = (&mut result, self.is_command) {
                    record.meaning.error = None;
                }
                let behind = result.map_or(&[][..], |(_, behind)| behind);
                if result.is_ok() {
                    self.offset += rest.len().saturating_sub(behind.len());
                }
                *rest = behind;
                Some(result.map(|(record, _)| record))
            }
            Source::Split { headers, data } => {
                if headers.is_empty() && data.is_empty() {
                    return None;
                }
                let result = split(headers, data, self.offset);
                (*headers, *data) = result.map_or((&[][..], &[][..]), |(_, headers, data)| (headers, data));
                let record = result.map(|(record, ..)| record);
                self.offset += record.map_or(0, |record| record.data.len());
                Some(record)
            }
            Source::Fixed(counters) => counters.next().map(Ok),
        }
    }
}

impl FusedIterator for Records<'_> {}

/// The next record of a compact frame, and what is left of its headers and data.
fn split<'a>(
    headers: &'a [u8],
    data: &'a [u8],
    offset: usize,
) -> Result<(Record<'a>, &'a [u8], &'a [u8]), DecodeError> {
    let (record, length, rest) = Record::header(headers, offset)?;
    let length = if record.is_manufacturers() { data.len() } else { length };
    let truncated = DecodeError::Truncated { needed: length, have: data.len() };
    let (own, behind) = data.split_at_checked(length).ok_or(truncated)?;
    Ok((Record { data: own, ..record }, rest, behind))
}
