//! A decimal number exactly as a meter holds it.

use core::cmp::Ordering;
use core::fmt::{self, Write};
use core::hash::{Hash, Hasher};
use core::str::FromStr;

/// `mantissa` × 10^`exponent`.
///
/// Equality, order and hash go by value: 1.0 equals 1.00. The digits a meter sent are kept, so 1.00
/// still prints as `1.00`.
///
/// ```
/// use meter_value::Decimal;
///
/// let energy = Decimal::new(123_456, -2);
/// assert_eq!(energy.to_string(), "1234.56");
/// assert_eq!("1234.560".parse(), Ok(energy));
/// assert_eq!(Decimal::new(5, 3).to_string(), "5000");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Decimal {
    mantissa: i64,
    exponent: i8,
}

/// Why a decimal could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DecimalError {
    /// The text is no decimal number.
    #[error("no decimal number: character {position} is unexpected")]
    Syntax {
        /// Where the first unexpected character stands, counted in octets from 0.
        position: usize,
    },
    /// The result needs more than 63 bits of mantissa or more than 8 bits of exponent.
    #[error("the number does not fit 63 bits and a power of ten of -128 to 127")]
    Overflow,
    /// The result would drop digits that are not zero.
    #[error("10^{exponent} is too coarse: digits would be lost")]
    Inexact {
        /// The power of ten that was asked for.
        exponent: i8,
    },
    /// Not-a-number, an infinity, and what is no number at all have no decimal value.
    #[error("the value is no finite number")]
    NotFinite,
}

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self::new(0, 0);

    /// `mantissa` × 10^`exponent`.
    pub const fn new(mantissa: i64, exponent: i8) -> Self {
        Self { mantissa, exponent }
    }

    /// The digits, with their sign.
    pub const fn mantissa(self) -> i64 {
        self.mantissa
    }

    /// The power of ten the digits are multiplied by.
    pub const fn exponent(self) -> i8 {
        self.exponent
    }

    /// The same value with the power of ten `exponent`.
    ///
    /// # Errors
    /// [`DecimalError::Inexact`] if digits other than zero would be lost, [`DecimalError::Overflow`] if
    /// the mantissa would not fit.
    ///
    /// ```
    /// use meter_value::{Decimal, DecimalError};
    ///
    /// assert_eq!(Decimal::new(12, 0).rescale(-3)?.mantissa(), 12_000);
    /// assert_eq!(Decimal::new(125, -1).rescale(0), Err(DecimalError::Inexact { exponent: 0 }));
    /// # Ok::<(), DecimalError>(())
    /// ```
    pub fn rescale(self, exponent: i8) -> Result<Self, DecimalError> {
        let mut mantissa = self.mantissa;
        let mut at = self.exponent;
        while at > exponent && mantissa != 0 {
            mantissa = mantissa.checked_mul(10).ok_or(DecimalError::Overflow)?;
            at -= 1;
        }
        while at < exponent && mantissa != 0 {
            if mantissa % 10 != 0 {
                return Err(DecimalError::Inexact { exponent });
            }
            mantissa /= 10;
            at += 1;
        }
        Ok(Self { mantissa, exponent })
    }

    /// This number × 10^`power`: a change of the exponent only.
    ///
    /// # Errors
    /// [`DecimalError::Overflow`] if the exponent leaves -128 to 127.
    pub fn shift(self, power: i8) -> Result<Self, DecimalError> {
        let exponent = self.exponent.checked_add(power).ok_or(DecimalError::Overflow)?;
        Ok(Self { mantissa: self.mantissa, exponent })
    }

    /// The exact sum, with the finer of both exponents.
    ///
    /// # Errors
    /// [`DecimalError::Overflow`] if the sum does not fit at that exponent.
    pub fn checked_add(self, other: Self) -> Result<Self, DecimalError> {
        let exponent = self.exponent.min(other.exponent);
        let (a, b) = (self.rescale(exponent)?, other.rescale(exponent)?);
        let mantissa = a.mantissa.checked_add(b.mantissa).ok_or(DecimalError::Overflow)?;
        Ok(Self { mantissa, exponent })
    }

    /// The same value without trailing zeros; zero becomes 0 × 10^0.
    pub fn normalize(self) -> Self {
        let Self { mut mantissa, mut exponent } = self;
        if mantissa == 0 {
            return Self::ZERO;
        }
        while mantissa % 10 == 0 && exponent < i8::MAX {
            mantissa /= 10;
            exponent += 1;
        }
        Self { mantissa, exponent }
    }
}

fn digits(mut magnitude: u64) -> u8 {
    let mut count = 1;
    while magnitude >= 10 {
        magnitude /= 10;
        count += 1;
    }
    count
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (self.normalize(), other.normalize());
        a.mantissa == b.mantissa && a.exponent == b.exponent
    }
}

impl Eq for Decimal {}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { mantissa, exponent } = self.normalize();
        (mantissa, exponent).hash(state);
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let signs = self.mantissa.signum().cmp(&other.mantissa.signum());
        if signs != Ordering::Equal || self.mantissa == 0 {
            return signs;
        }
        let (a, b) = (self.mantissa.unsigned_abs(), other.mantissa.unsigned_abs());
        let (wide_a, wide_b) = (digits(a), digits(b));
        let order = |wide: u8, exponent: i8| i16::from(wide) + i16::from(exponent);
        let magnitude = order(wide_a, self.exponent).cmp(&order(wide_b, other.exponent)).then_with(|| {
            // Both have their first digit at the same power of ten; 19 digits fit 64 bits.
            let wide = wide_a.max(wide_b);
            let widen = |m: u64, from: u8| (from..wide).fold(m, |m, _| m.saturating_mul(10));
            widen(a, wide_a).cmp(&widen(b, wide_b))
        });
        if self.mantissa < 0 { magnitude.reverse() } else { magnitude }
    }
}

impl From<i64> for Decimal {
    fn from(mantissa: i64) -> Self {
        Self { mantissa, exponent: 0 }
    }
}

impl fmt::Display for Decimal {
    /// All digits and no exponent: `-0.05`, `1234.50`, `5000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.mantissa.unsigned_abs();
        if self.mantissa < 0 {
            f.write_char('-')?;
        }
        if self.exponent >= 0 {
            write!(f, "{magnitude}")?;
            if magnitude != 0 {
                (0..self.exponent).try_for_each(|_| f.write_char('0'))?;
            }
            return Ok(());
        }
        let places = self.exponent.unsigned_abs();
        match 10_u64.checked_pow(u32::from(places)) {
            Some(unit) => {
                let (whole, fraction) = (magnitude / unit, magnitude % unit);
                write!(f, "{whole}.{fraction:0width$}", width = usize::from(places))
            }
            None => {
                f.write_str("0.")?;
                (digits(magnitude)..places).try_for_each(|_| f.write_char('0'))?;
                write!(f, "{magnitude}")
            }
        }
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    /// Reads `[+-]digits[.digits]`; the places are kept as far as the mantissa holds them.
    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let mut reader = Reader::default();
        text.bytes().try_for_each(|character| reader.push(character))?;
        let places = i8::try_from(reader.exponent);
        let shortest = reader.finish()?;
        Ok(places.ok().and_then(|places| shortest.rescale(places).ok()).unwrap_or(shortest))
    }
}

/// Reads decimal digits one by one.
#[derive(Default)]
struct Reader {
    mantissa: i64,
    /// Zeros seen since the last other digit; they cost no mantissa unless a digit follows.
    zeros: u16,
    exponent: i16,
    negative: bool,
    position: usize,
    digits: bool,
    point: bool,
}

impl Reader {
    fn push(&mut self, character: u8) -> Result<(), DecimalError> {
        let syntax = DecimalError::Syntax { position: self.position };
        match character {
            b'-' | b'+' if self.position == 0 => self.negative = character == b'-',
            b'.' if self.digits && !self.point => {
                self.point = true;
                self.digits = false;
            }
            b'0'..=b'9' => {
                self.digits = true;
                if self.point {
                    self.exponent = self.exponent.checked_sub(1).ok_or(DecimalError::Overflow)?;
                }
                if character == b'0' {
                    self.zeros = self.zeros.checked_add(1).ok_or(DecimalError::Overflow)?;
                } else {
                    let zeros = if self.mantissa == 0 { 0 } else { self.zeros };
                    self.mantissa = (0..=zeros)
                        .try_fold(self.mantissa, |m, _| m.checked_mul(10))
                        .and_then(|m| m.checked_sub(i64::from(character - b'0')))
                        .ok_or(DecimalError::Overflow)?;
                    self.zeros = 0;
                }
            }
            _ => return Err(syntax),
        }
        self.position += 1;
        Ok(())
    }

    fn finish(self) -> Result<Decimal, DecimalError> {
        if !self.digits {
            return Err(DecimalError::Syntax { position: self.position });
        }
        if self.mantissa == 0 {
            return Ok(Decimal::ZERO);
        }
        let mut mantissa = self.mantissa;
        let mut exponent = i32::from(self.exponent) + i32::from(self.zeros);
        while exponent > i32::from(i8::MAX) {
            mantissa = mantissa.checked_mul(10).ok_or(DecimalError::Overflow)?;
            exponent -= 1;
        }
        // The mantissa is kept negative while reading, because i64 reaches one further there.
        let mantissa = if self.negative { Some(mantissa) } else { mantissa.checked_neg() };
        match (mantissa, i8::try_from(exponent)) {
            (Some(mantissa), Ok(exponent)) => Ok(Decimal { mantissa, exponent }),
            _ => Err(DecimalError::Overflow),
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl serde::de::Visitor<'_> for Text {
            type Value = Decimal;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal number as a string")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Decimal, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Decimal {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=i64}e{=i8}", self.mantissa, self.exponent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn read(text: &str) -> Result<Decimal, DecimalError> {
        text.parse()
    }

    #[test]
    fn prints_every_digit_and_no_exponent() {
        for (mantissa, exponent, text) in [
            (0, 0, "0"),
            (0, 5, "0"),
            (0, -2, "0.00"),
            (1, 3, "1000"),
            (-5, -2, "-0.05"),
            (123_456, -2, "1234.56"),
            (i64::MIN, 0, "-9223372036854775808"),
            (i64::MIN, -19, "-0.9223372036854775808"),
            (7, -21, "0.000000000000000000007"),
        ] {
            assert_eq!(Decimal::new(mantissa, exponent).to_string(), text);
        }
    }

    #[test]
    fn reads_what_people_write() {
        assert_eq!(read("1.50").unwrap().mantissa(), 150);
        assert_eq!(read("+0.00").unwrap().exponent(), -2);
        assert_eq!(read("100").unwrap().mantissa(), 100);
        assert_eq!(read("-9223372036854775808").unwrap().mantissa(), i64::MIN);
        for (text, position) in
            [("", 0), ("-", 1), ("1.", 2), (".5", 0), ("1.2.3", 3), ("12e3", 2), ("1 ", 1)]
        {
            assert_eq!(read(text), Err(DecimalError::Syntax { position }), "{text:?}");
        }
        assert_eq!(read("9223372036854775808"), Err(DecimalError::Overflow));
        for ends in [Decimal::new(i64::MIN, 127), Decimal::new(1_000, 127), Decimal::new(-50, -128)] {
            assert_eq!(read(&ends.to_string()), Ok(ends));
        }
        let zeros = "0".repeat(200);
        assert_eq!(read(&std::format!("1.5{zeros}")), Ok(Decimal::new(15, -1)));
        assert_eq!(read(&std::format!("1{zeros}")), Err(DecimalError::Overflow));
    }

    #[test]
    fn compares_by_value_over_the_whole_range() {
        let ascending = [
            Decimal::new(i64::MIN, 127),
            Decimal::new(-1, 0),
            Decimal::new(-1, -128),
            Decimal::ZERO,
            Decimal::new(1, -128),
            Decimal::new(999, -3),
            Decimal::new(1, 0),
            Decimal::new(i64::MAX, -18),
            Decimal::new(10, 0),
            Decimal::new(1, 127),
        ];
        assert!(ascending.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(Decimal::new(1000, -3), Decimal::new(1, 0));
    }

    #[test]
    fn arithmetic_is_exact_or_an_error() {
        let sum = read("0.1").unwrap().checked_add(read("20").unwrap()).unwrap();
        assert_eq!(sum.to_string(), "20.1");
        let far = Decimal::new(1, 127).checked_add(Decimal::new(1, -128));
        assert_eq!(far, Err(DecimalError::Overflow));
        assert_eq!(Decimal::new(1, 127).shift(1), Err(DecimalError::Overflow));
    }
}
