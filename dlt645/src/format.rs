//! How a value stands in the data.

use meter_value::bcd::{self, Sign};
use meter_value::line::Writer;
use meter_value::{Decimal, Flag, Flags, Invalid, MeterTime, Quantity, Text, Unit, Value};

use crate::Data;
use crate::time::{Form, weekday};

/// What is measured, and how it stands in the data. Only flags need a pointer, and they have no quantity or unit
/// of their own, so that a kind takes 8 octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Kind {
    Measured {
        quantity: Quantity,
        unit: Unit,
        format: Format,
    },
    /// A word of bits.
    Flags {
        octets: u8,
        names: Names,
    },
}

/// How a value stands in the data, each number with its lowest digits first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Format {
    /// A number of two digits an octet.
    Number { octets: u8, decimals: u8, sign: Sign },
    /// A number of six digits, then minute, hour, day, month and year.
    Maximum { sign: Sign },
    /// Digits that are a name and no number.
    Digits { octets: u8 },
    /// An identifier, or all of them, which is FF.
    Identifier,
    /// A date, a time, or parts of them.
    Time(Form),
    /// Characters, the last one first.
    Text { octets: u8 },
    /// Octets that mean nothing known, in the order they are sent in.
    Octets { octets: u8 },
    /// Octets that mean nothing known, to the end of the data.
    Rest,
    /// Octets that are not to be shown.
    Secret { octets: u8 },
}

/// What the bits of a word mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Names(pub(crate) &'static &'static [Flag]);

#[cfg(feature = "defmt")]
impl defmt::Format for Names {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=usize} meanings", self.0.len());
    }
}

/// Most octets of a number or a time.
const MAX_OCTETS: usize = 8;

/// Digits of a maximum behind the decimal point.
const MAXIMUM_DECIMALS: u8 = 4;

/// What the octets of one value say.
pub(crate) struct Reading<'a> {
    pub(crate) value: Value<'a>,
    /// When a maximum was reached.
    pub(crate) time: Option<MeterTime>,
    pub(crate) weekday: Option<u8>,
}

impl<'a> Reading<'a> {
    pub(crate) const fn of(value: Value<'a>) -> Self {
        Self { value, time: None, weekday: None }
    }
}

impl Kind {
    pub(crate) const fn quantity(self) -> Quantity {
        match self {
            Self::Measured { quantity, .. } => quantity,
            Self::Flags { .. } => Quantity::Status,
        }
    }

    pub(crate) const fn unit(self) -> Unit {
        match self {
            Self::Measured { unit, .. } => unit,
            Self::Flags { .. } => Unit::One,
        }
    }

    /// How many octets; `None` for those that reach to the end.
    pub(crate) const fn octets(self) -> Option<usize> {
        match self {
            Self::Measured { format, .. } => format.octets(),
            Self::Flags { octets, .. } => Some(octets as usize),
        }
    }

    pub(crate) const fn decimals(self) -> u8 {
        match self {
            Self::Measured { format, .. } => format.decimals(),
            Self::Flags { .. } => 0,
        }
    }

    pub(crate) const fn sign(self) -> Sign {
        match self {
            Self::Measured { format, .. } => format.sign(),
            Self::Flags { .. } => Sign::Unsigned,
        }
    }

    /// Reads a field of any length. By reference, so that of a constant only what its kind needs is linked.
    #[inline]
    pub(crate) fn decode<'a>(&self, field: Data<'a>) -> Reading<'a> {
        if self.octets().is_some_and(|octets| octets != field.len()) {
            return Reading::of(Value::Invalid(Invalid::Length));
        }
        match *self {
            Self::Measured { ref format, .. } => format.decode(field),
            Self::Flags { names, .. } => Reading::of(Value::Flags(Flags::new(field.octets(), names.0))),
        }
    }

    /// Writes a value; `None` if it is none of this kind, has more digits, or its time has no place in it.
    pub(crate) fn encode(self, reading: &Reading<'_>, to: &mut Writer<'_>) -> Option<()> {
        match (self, reading.value) {
            (Self::Measured { format, .. }, _) => format.encode(reading, to)?,
            (Self::Flags { octets, .. }, Value::Flags(flags)) if flags.octets().len() == octets.into() => {
                to.extend(flags.octets().iter());
            }
            _ => return None,
        }
        Some(())
    }
}

impl Format {
    const fn octets(self) -> Option<usize> {
        Some(match self {
            Self::Number { octets, .. }
            | Self::Digits { octets }
            | Self::Text { octets }
            | Self::Octets { octets }
            | Self::Secret { octets } => octets as usize,
            Self::Maximum { .. } => 8,
            Self::Identifier => 4,
            Self::Time(form) => form.octets(),
            Self::Rest => return None,
        })
    }

    const fn decimals(self) -> u8 {
        match self {
            Self::Number { decimals, .. } => decimals,
            Self::Maximum { .. } => MAXIMUM_DECIMALS,
            _ => 0,
        }
    }

    const fn sign(self) -> Sign {
        match self {
            Self::Number { sign, .. } | Self::Maximum { sign } => sign,
            _ => Sign::Unsigned,
        }
    }

    /// Reads a field of its length.
    #[inline]
    fn decode<'a>(&self, field: Data<'a>) -> Reading<'a> {
        let octets = field.octets();
        Reading::of(match *self {
            Self::Number { decimals, sign, .. } => number(field, decimals, sign),
            Self::Maximum { sign } => {
                let (value, time) = (field.range(..3), field.range(3..));
                let value = value
                    .map_or(Value::Invalid(Invalid::Length), |digits| number(digits, MAXIMUM_DECIMALS, sign));
                let time = time.map(|time| Form::Minute.decode(time));
                return Reading { time, ..Reading::of(value) };
            }
            Self::Digits { .. } if octets.iter().all(|octet| octet == 0xFF) => {
                Value::Invalid(Invalid::Absent)
            }
            Self::Digits { .. } | Self::Identifier => Value::Bytes(octets.reversed()),
            Self::Time(form) => {
                let weekday = form.weekday().and_then(|place| field.at(place)).and_then(weekday);
                return Reading { weekday, ..Reading::of(Value::Time(form.decode(field))) };
            }
            Self::Text { .. } => text(field),
            Self::Octets { .. } | Self::Rest => Value::Bytes(octets),
            Self::Secret { .. } => Value::Invalid(Invalid::Secret),
        })
    }

    /// Writes a value that is there.
    fn encode(self, reading: &Reading<'_>, to: &mut Writer<'_>) -> Option<()> {
        match (self, reading.value) {
            (Self::Number { octets, decimals, sign }, Value::Decimal(value)) => {
                put_number(value, octets.into(), decimals, sign, to)
            }
            (Self::Maximum { sign }, value) => {
                match value {
                    Value::Decimal(value) => put_number(value, 3, MAXIMUM_DECIMALS, sign, to)?,
                    Value::Invalid(Invalid::Absent) => to.put(&[0xFF; 3]),
                    _ => return None,
                }
                Form::Minute.encode(reading.time.unwrap_or(MeterTime::NotSet), None, to)
            }
            (Self::Time(form), Value::Time(time)) => form.encode(time, reading.weekday, to),
            (Self::Text { octets }, Value::Text(text)) => put_text(text, octets.into(), to),
            (Self::Digits { .. } | Self::Identifier, Value::Bytes(octets))
                if self.octets() == Some(octets.len()) =>
            {
                to.extend(octets.reversed().iter());
                Some(())
            }
            (Self::Octets { .. }, Value::Bytes(octets)) if self.octets() == Some(octets.len()) => {
                to.extend(octets.iter());
                Some(())
            }
            (Self::Rest, Value::Bytes(octets)) => {
                to.extend(octets.iter());
                Some(())
            }
            (
                Self::Number { octets, .. } | Self::Digits { octets } | Self::Text { octets },
                Value::Invalid(Invalid::Absent),
            ) => {
                to.extend((0..octets).map(|_| 0xFF));
                Some(())
            }
            _ => None,
        }
    }
}

#[inline]
fn number(field: Data<'_>, decimals: u8, sign: Sign) -> Value<'static> {
    let mut plain = [0; MAX_OCTETS];
    for (to, from) in plain.iter_mut().zip(field.iter()) {
        *to = from;
    }
    match bcd::decode(plain.get(..field.len()).unwrap_or(&plain), sign) {
        Ok(number) => Value::Decimal(Decimal::new(number, -(decimals as i8))),
        Err(error) => Value::Invalid(error.into()),
    }
}

fn put_number(value: Decimal, octets: usize, decimals: u8, sign: Sign, to: &mut Writer<'_>) -> Option<()> {
    let value = value.rescale(-(decimals as i8)).ok()?;
    let mut plain = [0; MAX_OCTETS];
    let digits = plain.get_mut(..octets)?;
    bcd::encode(value.mantissa(), sign, digits).ok()?;
    to.put(digits);
    Some(())
}

/// Text without the octets 00 that fill it up on either side.
fn text(field: Data<'_>) -> Value<'_> {
    let is_filler = |octet: u8| octet == 0x00;
    if field.iter().all(|octet| octet == 0xFF) {
        return Value::Invalid(Invalid::Absent);
    }
    let before = field.iter().take_while(|&octet| is_filler(octet)).count();
    let mut text = field.range(before..).unwrap_or(field);
    while let Some(last) = text.len().checked_sub(1) {
        match (text.at(last), text.range(..last)) {
            (Some(octet), Some(shorter)) if is_filler(octet) => text = shorter,
            _ => break,
        }
    }
    Value::Text(Text::new(text.octets().reversed()))
}

/// Writes text from its last character to its first, behind octets 00 that fill it up.
fn put_text(text: Text<'_>, octets: usize, to: &mut Writer<'_>) -> Option<()> {
    let (reversed, len) = (text.reversed(), text.chars().count());
    to.extend((0..octets.checked_sub(len)?).map(|_| 0x00));
    for character in reversed.chars() {
        to.put(&[u8::try_from(character).ok()?]);
    }
    Some(())
}
