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
use core::mem;

use meter_value::line::Writer;
use meter_value::{Decimal, DecimalError, Quantity, Text, Unit, Value};

use crate::fixed::Counters;
use crate::head::{Head, MORE_FOLLOWS};
use crate::qualifier::{Beside, Codes, Meaning, qualifies};
use crate::value::{self, Coding};
use crate::vib::{Vib, extensions};
use crate::{Action, DecodeError, EncodeError, Qualifier, RecordError};

/// Stands between records and means nothing.
pub(crate) const FILLER: u8 = 0x2F;
/// The VIF of a unit in words.
const PLAIN_TEXT: u8 = 0x7C;

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
        match self.meaning.beside {
            Beside::Error(error) => Some(error),
            _ => None,
        }
    }

    /// What is to be done with the record that a master sends.
    pub fn action(&self) -> Option<Action> {
        let mut codes = self.codes().filter(|code| *code <= 0x0D);
        codes.next().map(|code| Action(code as u8))
    }

    fn codes(&self) -> Codes<'a> {
        match (self.vif, self.vifes) {
            (Some(vif), vifes @ [_, ..]) => Codes::behind(vif, vifes),
            _ => Codes::new(&[]),
        }
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
        value::value(self.coding, self.data, self.meaning)
    }

    /// The value in [`unit`](Self::unit) as a decimal, a float by its shortest digits.
    ///
    /// # Errors
    /// As [`Value::to_decimal`].
    pub fn to_decimal(&self) -> Result<Decimal, DecimalError> {
        match value::to_number(self.coding, self.data, self.meaning) {
            raw @ (Value::F32(_) | Value::U64(_)) => {
                let number = raw.to_decimal()?.shift(self.exponent())?;
                self.meaning.beside.addend().map_or(Ok(number), |addend| number.checked_add(addend))
            }
            value => value.to_decimal(),
        }
    }

    /// Whether a time stands in summer time, if its data say so (types F and I).
    pub fn is_summer_time(&self) -> Option<bool> {
        value::is_summer_time(self.coding, self.data, self.meaning.entry.kind)
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

    /// Takes the record at the head of `octets`; one that cannot be told from the next takes them all.
    #[inline]
    fn decode(octets: &mut &'a [u8], offset: usize, is_command: bool) -> Result<Self, DecodeError> {
        let all = mem::take(octets);
        let head = Head::decode(all, None)?;
        let Some((data, rest)) = head.behind.split_at_checked(head.length) else {
            let needed = head.header.len().saturating_add(head.length);
            return Err(DecodeError::Truncated { needed, have: all.len() });
        };
        *octets = rest;
        Ok(head.record(data, offset, is_command))
    }

    /// Takes the record whose header is at the head of `headers`, and its data at that of `octets`.
    fn decode_split(
        headers: &mut &'a [u8],
        octets: &mut &'a [u8],
        offset: usize,
    ) -> Result<Self, DecodeError> {
        let (headers_left, octets_left) = (mem::take(headers), mem::take(octets));
        let have = octets_left.len();
        let head = Head::decode(headers_left, Some(have))?;
        let Some((data, rest)) = octets_left.split_at_checked(head.length) else {
            return Err(DecodeError::Truncated { needed: head.length, have });
        };
        (*headers, *octets) = (head.behind, rest);
        Ok(head.record(data, offset, false))
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
    /// What is left of records in one piece.
    octets: &'a [u8],
    /// What is left of others.
    apart: Apart<'a>,
    /// The offset behind the last record.
    end: usize,
    is_command: bool,
}

/// Records that are not in one piece.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum Apart<'a> {
    None,
    /// Headers, one after the other, and the data of each in another place.
    Split {
        headers: &'a [u8],
        data: &'a [u8],
    },
    /// The counters of the fixed structure.
    Fixed(Counters<'a>),
}

impl<'a> Records<'a> {
    /// The records in the octets behind a header, of a meter.
    pub const fn new(octets: &'a [u8]) -> Self {
        Self { octets, apart: Apart::None, end: octets.len(), is_command: false }
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
        Self { octets: &[], apart: Apart::Split { headers, data }, end: data.len(), is_command: false }
    }

    pub(crate) const fn fixed(counters: Counters<'a>) -> Self {
        Self { octets: &[], apart: Apart::Fixed(counters), end: 0, is_command: false }
    }

    /// Whether they are for a meter.
    pub(crate) const fn is_command(&self) -> bool {
        self.is_command
    }

    /// Appends what is still to come as it was sent. Of records whose data are apart from their headers, each
    /// goes with its data.
    pub(crate) fn write(&self, writer: &mut Writer<'_>) {
        if self.apart == Apart::None {
            return writer.put(self.octets);
        }
        for record in self.clone().map_while(Result::ok) {
            writer.put(record.header);
            writer.put(record.data);
        }
    }

    /// How many octets lie before what comes next; after an error, before the record in error.
    pub const fn offset(&self) -> usize {
        let left = match self.apart {
            Apart::Split { data, .. } => data.len(),
            _ => self.octets.len(),
        };
        self.end - left
    }

    /// The next of the records that are not in one piece.
    #[inline]
    fn next_apart(&mut self) -> Option<Result<Record<'a>, DecodeError>> {
        let offset = self.offset();
        match &mut self.apart {
            Apart::None | Apart::Split { headers: [], data: [] } => None,
            Apart::Split { headers, data } => {
                let result = Record::decode_split(headers, data, offset);
                if result.is_err() {
                    self.end = offset;
                }
                Some(result)
            }
            Apart::Fixed(counters) => counters.next().map(Ok),
        }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, DecodeError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        while let [FILLER, behind @ ..] = self.octets {
            self.octets = behind;
        }
        let left = self.octets.len();
        if left == 0 {
            return self.next_apart();
        }
        let result = Record::decode(&mut self.octets, self.end - left, self.is_command);
        if result.is_err() {
            self.end -= left;
        }
        Some(result)
    }
}

impl FusedIterator for Records<'_> {}
