//! One value of a meter: what it is, and how it stands in the data.

use core::fmt;

use meter_value::bcd::Sign;
use meter_value::line::Writer;
use meter_value::{Quantity, Unit, Value};

use crate::format::Reading;
use crate::layout::{Back, Part, Place, Title};
use crate::table::Field;
use crate::{Data, EncodeError, Identifier, Item};

/// What one value is. It prints as its name.
///
/// ```
/// use dlt645::Identifier;
/// use meter_value::Unit;
///
/// let point = Identifier::Y2007(0x0001_0201).point().unwrap();
/// assert_eq!(point.to_string(), "forward active energy, tariff 2, 1 settlement day back");
/// assert_eq!((point.unit(), point.octets(), point.decimals()), (Unit::KilowattHour, Some(4), 2));
/// assert_eq!(Identifier::Y1997(0xB611).point().unwrap().to_string(), "voltage, phase A");
/// assert!(Identifier::VOLTAGES.point().is_none(), "three values");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Point {
    pub(crate) identifier: Identifier,
    /// The record it is a part of.
    pub(crate) record: Option<Title>,
    pub(crate) field: Field,
    pub(crate) place: Place,
}

impl Point {
    /// What is measured.
    pub const fn quantity(self) -> Quantity {
        self.field.kind.quantity()
    }

    /// The unit of the value.
    pub const fn unit(self) -> Unit {
        self.field.kind.unit()
    }

    /// How many octets the value has, those of a maximum's time included; `None` if it reaches to the end of
    /// the data.
    pub const fn octets(self) -> Option<usize> {
        self.field.kind.octets()
    }

    /// How many of a number's digits stand behind the decimal point.
    pub const fn decimals(self) -> u8 {
        self.field.kind.decimals()
    }

    /// Whether a number can be negative, and how it says so.
    pub const fn sign(self) -> Sign {
        self.field.kind.sign()
    }

    /// Its name in Chinese, as the standard has it.
    #[cfg(feature = "chinese")]
    pub fn chinese(self) -> impl fmt::Display {
        crate::chinese::Chinese(self)
    }

    /// Reads the value from `data`, all of which is its own.
    ///
    /// ```
    /// use dlt645::{Data, Identifier, Point};
    ///
    /// const FREQUENCY: Point = Identifier::FREQUENCY.point().unwrap();
    /// assert_eq!(FREQUENCY.decode(Data::plain(&[0x99, 0x49])).value.to_string(), "49.99");
    /// ```
    pub fn decode(self, data: Data<'_>) -> Item<'_> {
        self.item((0, data.len()), self.field.kind.decode(data))
    }

    /// The item of a value to be written with [`Item::encode`]. A maximum has a time beside.
    pub const fn with<'a>(self, value: Value<'a>) -> Item<'a> {
        self.item((0, 0), Reading { value, time: None, weekday: None })
    }

    /// The item of what was read at an offset, from so many octets.
    pub(crate) const fn item(self, (offset, len): (usize, usize), reading: Reading<'_>) -> Item<'_> {
        let Reading { value, time, weekday } = reading;
        Item { identifier: self.identifier, offset, len, point: self, value, time, weekday }
    }
}

impl<'a> Item<'a> {
    /// Writes the value as the meter sends it, and returns what it wrote. A date without a day of the week gets
    /// the calendar's; seconds that the format does not have are left out.
    ///
    /// # Errors
    /// [`EncodeError::Value`] for a value of another kind, out of range, or with more decimals than its format
    /// has; [`EncodeError::BufferTooSmall`].
    ///
    /// ```
    /// use dlt645::Identifier;
    /// use meter_value::{Decimal, Value};
    ///
    /// let period = Identifier::Y2007(0x0400_0103).point().unwrap();
    /// assert_eq!(period.with(Value::Decimal(Decimal::from(15))).encode(&mut [0; 8]), Ok(&[0x15][..]));
    /// ```
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = Writer::new(buffer);
        self.put(&mut writer)?;
        Ok(writer.finish()?)
    }

    /// Appends the value as [`encode`](Self::encode) writes it.
    ///
    /// # Errors
    /// [`EncodeError::Value`]
    pub fn put(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        let reading = Reading { value: self.value, time: self.time, weekday: self.weekday };
        let identifier = self.identifier;
        self.point.field.kind.encode(&reading, writer).ok_or(EncodeError::Value { identifier })
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(record) = self.record {
            write!(f, "{}{}: ", record.name.english, record.place)?;
        }
        write!(f, "{}{}", self.field.name.english, self.place)
    }
}

impl fmt::Display for Place {
    /// What stands behind a name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.part {
            Part::One => {}
            Part::Total => f.write_str(", total")?,
            Part::Tariff(tariff) => write!(f, ", tariff {tariff}")?,
            Part::Phase(phase) => write!(f, ", phase {}", letter(phase))?,
            Part::Harmonic(phase, order) => write!(f, ", phase {}, order {order}", letter(phase))?,
            Part::Number(number) => write!(f, " {number}")?,
            Part::Entry(table, entry) => write!(f, " {table}, entry {entry}")?,
        }
        match self.back {
            Back::Now | Back::SettlementDays(0) | Back::Months(0) => Ok(()),
            Back::SettlementDays(1) => f.write_str(", 1 settlement day back"),
            Back::SettlementDays(days) => write!(f, ", {days} settlement days back"),
            Back::Months(1) => f.write_str(", 1 month back"),
            Back::Months(months) => write!(f, ", {months} months back"),
            Back::Record(record) => write!(f, ", record {record}"),
        }
    }
}

/// The letter of a phase.
pub(crate) const fn letter(phase: u8) -> char {
    match phase {
        1 => 'A',
        2 => 'B',
        _ => 'C',
    }
}

impl Identifier {
    /// What it names, if that is one value of a known kind.
    pub const fn point(self) -> Option<Point> {
        match self.layout() {
            Some(layout) => layout.point(),
            None => None,
        }
    }
}
