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
/// The VIF of a unit in words.
const PLAIN_TEXT: u8 = 0x7C;
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
        codes.filter(|code| qualifies(*code)).map(Qualifier::new)
    }

    /// The unit in the meter's own words, if it sends them.
    pub fn unit_text(&self) -> Option<Text<'a>> {
        let [dif, behind @ ..] = self.header else { return None };
        let vib = self.vif.filter(|vif| vif & 0x7F == PLAIN_TEXT).and(extensions(*dif, behind).ok());
        let (_, vib) = vib?;
        Vib::decode(vib).ok()?.text.map(Text::last_first)
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
    #[inline]
    pub fn value(&self) -> Value<'a> {
        if self.meaning.error.is_some() {
            return Value::Invalid(Invalid::Error);
        }
        let value = value::value(self.coding, self.data, &self.meaning.entry);
        match self.addend() {
            None => value,
            Some(addend) => plus(value, addend),
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

    /// Reads the record at the head of `octets`. If its data are apart from its header, they are at the head of
    /// `apart`.
    #[inline]
    fn decode(octets: &'a [u8], apart: Option<&'a [u8]>, offset: usize) -> Result<Self, DecodeError> {
        let have = octets.len();
        let truncated = |missing| DecodeError::Truncated { needed: have.saturating_add(missing), have };
        let [dif, behind @ ..] = octets else { return Err(truncated(1)) };
        if dif & 0x0F == 0x0F {
            return Self::bare(*dif, octets, apart.unwrap_or(behind), offset);
        }
        let (difes, rest) = extensions(*dif, behind).map_err(truncated)?;
        if is_endless(difes) {
            return Err(DecodeError::TooManyDifes);
        }
        let Vib { vif, vifes, rest, .. } = Vib::decode(rest).map_err(truncated)?;
        if is_endless(vifes) {
            return Err(DecodeError::TooManyVifes);
        }
        let (coding, length, rest) = match (Coding::fixed(*dif), rest) {
            (Some((coding, length)), rest) => (coding, length, rest),
            (None, [lvar, rest @ ..]) => {
                let (coding, length) = Coding::variable(*lvar).ok_or(DecodeError::Lvar { lvar: *lvar })?;
                (coding, length, rest)
            }
            (None, []) => return Err(truncated(1)),
        };
        let length = usize::from(length);
        let header = octets.get(..have.saturating_sub(rest.len())).unwrap_or_default();
        let (before, data) = apart.map_or((header.len(), rest), |data| (0, data));
        let Some(data) = data.get(..length) else {
            let needed = before.saturating_add(length);
            return Err(DecodeError::Truncated { needed, have: before.saturating_add(data.len()) });
        };
        let (storage, tariff, subunit) = numbers(*dif, difes);
        Ok(Self {
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
            vif: Some(vif),
            vifes,
            header,
            data,
            coding,
            meaning: Meaning::new(vif, vifes),
        })
    }

    /// A record without a VIF, which starts `octets`; manufacturer's data are all of `data`.
    fn bare(dif: u8, octets: &'a [u8], data: &'a [u8], offset: usize) -> Result<Self, DecodeError> {
        let data = match dif {
            MANUFACTURER | MORE_FOLLOWS => data,
            READ_ALL => &[],
            _ => return Err(DecodeError::Dif { dif }),
        };
        Ok(Self {
            offset,
            function: Function::Instantaneous,
            storage: 0,
            tariff: 0,
            subunit: 0,
            vif: None,
            vifes: &[],
            header: octets.get(..1).unwrap_or_default(),
            data,
            coding: Coding::Octets,
            meaning: Meaning::NONE,
        })
    }
}

/// A number and a constant; anything else as it is.
fn plus(value: Value<'_>, addend: Decimal) -> Value<'_> {
    match value {
        Value::Decimal(number) => {
            number.checked_add(addend).map_or(Value::Invalid(Invalid::Range), Value::Decimal)
        }
        value => value,
    }
}

/// The numbers of the storage, the tariff and the subunit.
#[inline]
fn numbers(dif: u8, difes: &[u8]) -> (u64, u32, u16) {
    let (mut storage, mut tariff, mut subunit) = (0, 0, 0);
    for dife in difes.iter().rev() {
        storage = storage << 4 | u64::from(dife & 0x0F);
        tariff = tariff << 2 | u32::from(dife >> 4 & 3);
        subunit = subunit << 1 | u16::from(dife >> 6 & 1);
    }
    (storage << 1 | u64::from(dif >> 6 & 1), tariff, subunit)
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
    /// Headers, one after the other, each with its data behind it if these are not `apart`.
    Octets { rest: &'a [u8], apart: Option<&'a [u8]> },
    /// The counters of the fixed structure.
    Fixed(Counters<'a>),
}

impl<'a> Records<'a> {
    /// The records in the octets behind a header, of a meter.
    pub const fn new(octets: &'a [u8]) -> Self {
        Self { source: Source::Octets { rest: octets, apart: None }, offset: 0, is_command: false }
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
        Self { source: Source::Octets { rest: headers, apart: Some(data) }, offset: 0, is_command: false }
    }

    pub(crate) const fn fixed(counters: Counters<'a>) -> Self {
        Self { source: Source::Fixed(counters), offset: 0, is_command: false }
    }

    /// Whether they are for a meter.
    pub(crate) const fn is_command(&self) -> bool {
        self.is_command
    }

    /// Appends what is still to come as it was sent. Of records whose data are apart from their headers, each
    /// goes with its data.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) {
        if let Source::Octets { rest, apart: None } = self.source {
            return writer.put(rest);
        }
        for record in self.clone().map_while(Result::ok) {
            writer.put(record.header);
            writer.put(record.data);
        }
    }

    /// How many octets lie before what comes next; after an error, before the record in error.
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (octets, apart) = match &mut self.source {
            Source::Octets { rest, apart } => {
                while let (None, [FILLER, behind @ ..]) = (&apart, *rest) {
                    *rest = behind;
                    self.offset += 1;
                }
                if rest.is_empty() && apart.is_none_or(<[u8]>::is_empty) {
                    return None;
                }
                (core::mem::take(rest), core::mem::take(apart))
            }
            Source::Fixed(counters) => return counters.next().map(Ok),
        };
        // It is not moved before it is returned, so that it is made where the caller wants it.
        let mut result = Record::decode(octets, apart, self.offset);
        if let Ok(record) = &mut result {
            let (header, data) = (record.header.len(), record.data.len());
            let own = if apart.is_none() { header.saturating_add(data) } else { header };
            self.source = Source::Octets {
                rest: octets.get(own..).unwrap_or_default(),
                apart: apart.map(|apart| apart.get(data..).unwrap_or_default()),
            };
            self.offset += if apart.is_none() { own } else { data };
            if self.is_command {
                record.meaning.error = None;
            }
        }
        Some(result)
    }
}

impl FusedIterator for Records<'_> {}
