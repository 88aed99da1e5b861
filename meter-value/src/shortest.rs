//! Floats as decimals: of all decimals that read back as the same float, the one of the fewest digits, and of these
//! the nearest.
//!
//! Steele and White, "How to print floating-point numbers accurately" (1990), in fixed point. Whoever reads meters
//! converts a few floats a second, so it is small rather than fast: 1.1 KB of code on a Cortex-M4, a quarter of a
//! kilobyte of stack, and no tables.

use crate::{Decimal, DecimalError};

/// A finite float without its sign: `mantissa` times two to the power of `exponent`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Binary {
    mantissa: u64,
    exponent: i32,
    /// Whether the float below is half as far away as the one above.
    is_first: bool,
}

impl Binary {
    pub fn of_f32(float: f32) -> Self {
        Self::new(u64::from(float.to_bits()) & 0x7FFF_FFFF, 23, 150)
    }

    pub fn of_f64(float: f64) -> Self {
        Self::new(float.to_bits() & 0x7FFF_FFFF_FFFF_FFFF, 52, 1_075)
    }

    /// A float of such a bias, its bits without the sign.
    fn new(bits: u64, fraction_bits: u32, bias: i32) -> Self {
        let (power, fraction) = ((bits >> fraction_bits) as i32, bits & ((1 << fraction_bits) - 1));
        match power {
            0 => Self { mantissa: fraction, exponent: 1 - bias, is_first: false },
            _ => Self {
                mantissa: fraction | 1 << fraction_bits,
                exponent: power - bias,
                is_first: fraction == 0 && power > 1,
            },
        }
    }

    /// The shortest decimal.
    ///
    /// # Errors
    /// [`DecimalError::Overflow`] if it has no place in a [`Decimal`].
    pub fn shortest(self, is_negative: bool) -> Result<Decimal, DecimalError> {
        if self.mantissa == 0 {
            return Ok(Decimal::ZERO);
        }
        // From 10^-128 to 2^63 times 10^127, with 53 bits of mantissa; a float of fewer is never so small or great.
        if !(-478..=433).contains(&self.exponent) {
            return Err(DecimalError::Overflow);
        }
        let (mut digits, mut power) = self.digits();
        while power > i32::from(i8::MAX) {
            digits = digits.checked_mul(10).ok_or(DecimalError::Overflow)?;
            power -= 1;
        }
        let mantissa = i64::try_from(digits).map_err(|_| DecimalError::Overflow)?;
        let exponent = i8::try_from(power).map_err(|_| DecimalError::Overflow)?;
        Ok(Decimal::new(if is_negative { -mantissa } else { mantissa }, exponent))
    }

    /// Digits, and the power of ten of the last one.
    fn digits(self) -> (u64, i32) {
        // Half-way to the neighbours, in quarters of the last bit. An even float is what these read back as too.
        let quarters = 4 * self.mantissa;
        let is_even = self.mantissa.is_multiple_of(2);
        let exponent = self.exponent - 2;
        let low = quarters - if self.is_first { 1 } else { 2 };
        let fixed = |number| Fixed::new(number, exponent);
        let mut bounds = [fixed(low), fixed(quarters), fixed(quarters + 2)];

        let mut power = 0;
        while bounds.last().is_some_and(Fixed::is_wide) {
            bounds.iter_mut().for_each(Fixed::divide);
            power += 1;
        }
        // One place more than it takes, so that the last one is rounded for a digit that is known.
        let mut is_enough = exponent >= 0;
        while !is_enough {
            let [low, _, high] = &bounds;
            is_enough = high.below(is_even) > low.whole();
            bounds.iter_mut().for_each(|bound| bound.times(10));
            power -= 1;
        }

        let [low, middle, high] = &bounds;
        let mut is_exact = middle.is_whole();
        let mut is_low_in = is_even && low.is_whole();
        let (mut low, mut middle, mut high) = (low.whole(), middle.whole(), high.below(is_even));
        let mut last = 0;
        while high / 10 > low / 10 || is_low_in && low.is_multiple_of(10) {
            is_exact &= last == 0;
            is_low_in &= low.is_multiple_of(10);
            last = middle % 10;
            (low, middle, high) = (low / 10, middle / 10, high / 10);
            power += 1;
        }
        let is_up = match last {
            5 if is_exact => middle % 2 == 1,
            _ => last >= 5,
        };
        let is_below = middle == low && !is_low_in;
        (middle + u64::from(is_up || is_below), power)
    }
}

/// A number with a fraction, in limbs from the lowest on.
struct Fixed {
    limbs: [u32; Self::LIMBS],
    /// How many limbs are in use,
    len: usize,
    /// and how many of them are the fraction.
    places: usize,
    /// Whether something behind the last limb was dropped.
    is_cut: bool,
}

impl Fixed {
    /// The smallest float has 480 bits behind the point, and two limbs are whole.
    const LIMBS: usize = 17;

    fn new(number: u64, exponent: i32) -> Self {
        let places = exponent.min(0).unsigned_abs().div_ceil(32);
        let len = (exponent.max(0).unsigned_abs().div_ceil(32) + places + 2) as usize;
        let mut shift = (exponent + 32 * places as i32) as u32;
        let mut limbs = [0; Self::LIMBS];
        let [low, high, ..] = &mut limbs;
        (*low, *high) = (number as u32, (number >> 32) as u32);
        let mut fixed = Self { limbs, len, places: places as usize, is_cut: false };
        while shift > 0 {
            let step = shift.min(31);
            fixed.times(1 << step);
            shift -= step;
        }
        fixed
    }

    fn times(&mut self, factor: u32) {
        let mut carry = 0;
        for limb in self.limbs.iter_mut().take(self.len) {
            let product = u64::from(*limb) * u64::from(factor) + carry;
            *limb = product as u32;
            carry = product >> 32;
        }
    }

    /// Divides by ten.
    fn divide(&mut self) {
        let mut rest = 0;
        for limb in self.limbs.iter_mut().rev() {
            let part = rest << 32 | u64::from(*limb);
            *limb = (part / 10) as u32;
            rest = part % 10;
        }
        self.is_cut |= rest != 0;
    }

    /// Whether the whole part takes more than 64 bits.
    fn is_wide(&self) -> bool {
        self.limbs.iter().skip(self.places + 2).any(|limb| *limb != 0)
    }

    fn is_whole(&self) -> bool {
        !self.is_cut && self.limbs.iter().take(self.places).all(|limb| *limb == 0)
    }

    fn whole(&self) -> u64 {
        let limb = |index| self.limbs.get(index).map_or(0, |limb| u64::from(*limb));
        limb(self.places + 1) << 32 | limb(self.places)
    }

    /// The greatest whole number below it, or up to it.
    fn below(&self, up_to: bool) -> u64 {
        self.whole() - u64::from(!up_to && self.is_whole())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn f32(float: f32) -> Result<Decimal, DecimalError> {
        Binary::of_f32(float).shortest(float.is_sign_negative())
    }

    fn f64(float: f64) -> Result<Decimal, DecimalError> {
        Binary::of_f64(float).shortest(float.is_sign_negative())
    }

    /// What another library says.
    fn expected(float: impl ryu::Float) -> Result<Decimal, DecimalError> {
        let mut buffer = ryu::Buffer::new();
        let text = buffer.format_finite(float);
        let (number, power) = text.split_once('e').unwrap_or((text, "0"));
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = std::format!("{whole}{fraction}");
        let zeros = digits.len() - digits.trim_end_matches('0').len();
        let mut mantissa: i128 = digits.trim_end_matches('0').parse().unwrap_or(0);
        let mut exponent = power.parse::<i32>().unwrap() + (zeros as i32 - fraction.len() as i32);
        while exponent > 127 && mantissa.abs() < 1 << 63 {
            (mantissa, exponent) = (mantissa * 10, exponent - 1);
        }
        match (i64::try_from(mantissa), i8::try_from(exponent)) {
            (Ok(0), _) => Ok(Decimal::ZERO),
            (Ok(mantissa), Ok(exponent)) => Ok(Decimal::new(mantissa, exponent)),
            _ => Err(DecimalError::Overflow),
        }
    }

    fn parts(decimal: Result<Decimal, DecimalError>) -> Result<(i64, i8), DecimalError> {
        decimal.map(|decimal| (decimal.mantissa(), decimal.exponent()))
    }

    #[test]
    fn floats_become_their_shortest_decimal() {
        for (float, mantissa, exponent) in [
            (229.7, 2_297, -1),
            (-0.0, 0, 0),
            (1.0, 1, 0),
            (16_777_216.0, 16_777_216, 0),
            (9_007_199.0 * 64.0, 57_646_074, 1),
            (f32::MAX, 34_028_235, 31),
            (f32::from_bits(1), 1, -45),
            (f32::MIN_POSITIVE, 11_754_944, -45),
        ] {
            assert_eq!(parts(f32(float)), Ok((mantissa, exponent)), "{float:e}");
        }
        for (float, mantissa, exponent) in [
            (-1e-10, -1, -10),
            (1.5e10, 15, 9),
            (1e100, 1, 100),
            (9e145, 9_000_000_000_000_000_000, 127),
            (1e-128, 1, -128),
            (9_007_199_254_740_993.0, 9_007_199_254_740_992, 0),
        ] {
            assert_eq!(parts(f64(float)), Ok((mantissa, exponent)), "{float:e}");
        }
        for float in [1e146, 1.2e-128, 1e-129, 1e300, -f64::MIN_POSITIVE, f64::MAX] {
            assert_eq!(f64(float), Err(DecimalError::Overflow), "{float:e}");
        }
    }

    /// The floats beside each power of two, where the one below is nearer than the one above.
    #[test]
    fn the_edges_of_every_power_are_those_of_another_library() {
        for power in 0..0xFF_u32 {
            for bits in (power << 23).saturating_sub(2)..(power << 23) + 3 {
                let float = f32::from_bits(bits);
                assert_eq!(parts(f32(float)), parts(expected(float)), "{float:e}");
            }
        }
        for power in 0..0x7FF_u64 {
            for bits in (power << 52).saturating_sub(2)..(power << 52) + 3 {
                let float = f64::from_bits(bits);
                assert_eq!(parts(f64(float)), parts(expected(float)), "{float:e}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn any_float_is_that_of_another_library(bits: u64, digits in 1..1_000_000_i64, places in 0..9_i32) {
            let single = f32::from_bits(bits as u32);
            if single.is_finite() {
                prop_assert_eq!(parts(f32(single)), parts(expected(single)));
            }
            let double = f64::from_bits(bits);
            if double.is_finite() {
                prop_assert_eq!(parts(f64(double)), parts(expected(double)));
            }
            let metered = digits as f64 / 10_f64.powi(places);
            prop_assert_eq!(parts(f64(metered)), parts(expected(metered)));
            prop_assert_eq!(parts(f32(metered as f32)), parts(expected(metered as f32)));
        }
    }
}
