//! A value as the meter sent it.

use core::fmt;

use crate::shortest::Binary;
use crate::{Decimal, DecimalError, Flags, MeterTime, Octets, Text};

/// A value as the meter sent it; nothing passes through a float that was not one.
///
/// ```
/// use meter_value::{Decimal, Value};
///
/// assert_eq!(Value::F32(229.7).to_decimal(), Ok(Decimal::new(2297, -1)));
/// assert_eq!(Value::Decimal(Decimal::new(15, -1)).to_string(), "1.5");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Value<'a> {
    /// A number with an exact decimal value.
    Decimal(Decimal),
    /// A single precision float of the meter's own.
    F32(f32),
    /// A double precision float of the meter's own.
    F64(f64),
    /// A number without sign that may need all 64 bits.
    U64(u64),
    /// A date, a time or both.
    Time(MeterTime),
    /// Text.
    Text(Text<'a>),
    /// Octets with no more meaning than that.
    Bytes(Octets<'a>),
    /// A word whose bits mean something.
    Flags(Flags<'a>),
    /// The field is there, but holds no value.
    Invalid(Invalid),
}

/// Why a field holds no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Invalid {
    /// The meter has no such value.
    #[error("absent")]
    Absent,
    /// The field has no data.
    #[error("no data")]
    Empty,
    /// A digit is none of 0 to 9.
    #[error("a digit is none of 0 to 9")]
    Digit,
    /// The number does not fit a [`Decimal`].
    #[error("out of range")]
    Range,
    /// The meter reports an error in place of the value.
    #[error("the meter reports an error")]
    Error,
    /// The field does not have the length of its type.
    #[error("wrong length")]
    Length,
    /// The value is inside a record whose check sum is wrong.
    #[error("wrong check sum")]
    Checksum,
    /// The value is a secret.
    #[error("secret")]
    Secret,
}

impl From<crate::bcd::BcdError> for Invalid {
    fn from(error: crate::bcd::BcdError) -> Self {
        use crate::bcd::BcdError;
        match error {
            BcdError::Absent => Self::Absent,
            BcdError::Digit { .. } => Self::Digit,
            BcdError::Overflow { .. } => Self::Range,
        }
    }
}

impl Value<'_> {
    /// The value as a decimal. A float gives the shortest decimal that reads back as the same float.
    ///
    /// # Errors
    /// [`DecimalError::NotFinite`] for a float that is no number and for what is no number at all,
    /// [`DecimalError::Overflow`] for a number that does not fit.
    pub fn to_decimal(&self) -> Result<Decimal, DecimalError> {
        match *self {
            Self::Decimal(decimal) => Ok(decimal),
            Self::F32(float) if float.is_finite() => Binary::of_f32(float).shortest(float.is_sign_negative()),
            Self::F64(float) if float.is_finite() => Binary::of_f64(float).shortest(float.is_sign_negative()),
            Self::U64(number) => match i64::try_from(number) {
                Ok(number) => Ok(number.into()),
                Err(_) if number % 10 == 0 => Ok(Decimal::new((number / 10) as i64, 1)),
                Err(_) => Err(DecimalError::Overflow),
            },
            _ => Err(DecimalError::NotFinite),
        }
    }
}

impl fmt::Display for Value<'_> {
    /// The value as a person reads it; octets as hex digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decimal(decimal) => decimal.fmt(f),
            Self::F32(float) => float.fmt(f),
            Self::F64(float) => float.fmt(f),
            Self::U64(number) => number.fmt(f),
            Self::Time(time) => time.fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::Bytes(octets) => octets.fmt(f),
            Self::Flags(flags) => flags.fmt(f),
            Self::Invalid(invalid) => invalid.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_decimals_or_say_why_not() {
        assert_eq!(Value::U64(u64::MAX).to_decimal(), Err(DecimalError::Overflow));
        assert_eq!(Value::U64(u64::MAX - 5).to_decimal(), Ok(Decimal::new((u64::MAX / 10) as i64, 1)));
        assert_eq!(Value::F32(f32::NAN).to_decimal(), Err(DecimalError::NotFinite));
        assert_eq!(Value::F64(1e-40).to_decimal(), Ok(Decimal::new(1, -40)));
        assert_eq!(Value::Bytes(Octets::plain(&[1])).to_decimal(), Err(DecimalError::NotFinite));
    }
}
