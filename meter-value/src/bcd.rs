//! Binary coded decimals, two digits an octet, lowest pair first, as DL/T 645 and M-Bus send them.

use core::iter;

/// Where a negative number carries its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Sign {
    /// The number has none.
    Unsigned,
    /// The top bit of the highest octet (DL/T 645).
    TopBit,
    /// The digit F in the highest place (M-Bus type A).
    TopDigit,
}

/// Why octets hold no number, or a number has no place in the octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum BcdError {
    /// Every octet is FF: the meter has no such value.
    #[error("every digit is F: there is no value")]
    Absent,
    /// A digit is none of 0 to 9.
    #[error("digit {place} is {digit:X}")]
    Digit {
        /// The place of the digit, 0 being the lowest.
        place: u8,
        /// The digit.
        digit: u8,
    },
    /// The number has more than 18 digits, or more than the octets hold, or a sign they cannot show.
    #[error("the number does not fit {octets} octets")]
    Overflow {
        /// How many octets there are.
        octets: usize,
    },
}

/// Most octets of a number: 18 digits always fit 63 bits.
const MAX_OCTETS: usize = 9;

/// Reads a number.
///
/// # Errors
/// [`BcdError`], which names the first bad digit.
///
/// ```
/// use meter_value::bcd::{self, BcdError, Sign};
///
/// assert_eq!(bcd::decode(&[0x56, 0x34, 0x12], Sign::Unsigned), Ok(123_456));
/// assert_eq!(bcd::decode(&[0x05, 0x80], Sign::TopBit), Ok(-5));
/// assert_eq!(bcd::decode(&[0x05, 0xF0], Sign::TopDigit), Ok(-5));
/// assert_eq!(bcd::decode(&[0x0A], Sign::Unsigned), Err(BcdError::Digit { place: 0, digit: 0xA }));
/// ```
#[inline(never)]
pub fn decode(octets: &[u8], sign: Sign) -> Result<i64, BcdError> {
    if octets.len() > MAX_OCTETS {
        return Err(BcdError::Overflow { octets: octets.len() });
    }
    let [rest @ .., top] = octets else { return Ok(0) };
    if *top == 0xFF && rest.iter().all(|&octet| octet == 0xFF) {
        return Err(BcdError::Absent);
    }
    let (negative, top) = match sign {
        Sign::TopBit if top & 0x80 != 0 => (true, top & 0x7F),
        Sign::TopDigit if top & 0xF0 == 0xF0 => (true, top & 0x0F),
        _ => (false, *top),
    };
    let mut value = 0_i64;
    let mut index = octets.len();
    for octet in iter::once(top).chain(rest.iter().rev().copied()) {
        index = index.saturating_sub(1);
        let (tens, ones) = (octet >> 4, octet & 0x0F);
        if tens > 9 || ones > 9 {
            let place = 2 * index as u8;
            return Err(match tens {
                0..=9 => BcdError::Digit { place, digit: ones },
                _ => BcdError::Digit { place: place + 1, digit: tens },
            });
        }
        // At most 18 digits come here, so neither step can wrap.
        value = value.wrapping_mul(100).wrapping_add(i64::from(tens * 10 + ones));
    }
    Ok(if negative { -value } else { value })
}

/// Writes a number into all of `octets`, with leading zeros.
///
/// # Errors
/// [`BcdError::Overflow`] if it does not fit.
pub fn encode(value: i64, sign: Sign, octets: &mut [u8]) -> Result<(), BcdError> {
    let overflow = BcdError::Overflow { octets: octets.len() };
    let mut rest = value.unsigned_abs();
    for octet in octets.iter_mut() {
        let pair = rest % 100;
        *octet = (pair / 10 * 16 + pair % 10) as u8;
        rest /= 100;
    }
    if rest != 0 {
        return Err(overflow);
    }
    match (value < 0, sign, octets.last_mut()) {
        (false, Sign::TopBit, Some(top)) if *top & 0x80 != 0 => Err(overflow),
        (false, ..) => Ok(()),
        (true, Sign::TopBit, Some(top)) if *top & 0x80 == 0 => {
            *top |= 0x80;
            Ok(())
        }
        (true, Sign::TopDigit, Some(top)) if *top & 0xF0 == 0 => {
            *top |= 0xF0;
            Ok(())
        }
        (true, ..) => Err(overflow),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bad_digits_are_named() {
        assert_eq!(decode(&[0x12, 0xB4], Sign::Unsigned), Err(BcdError::Digit { place: 3, digit: 0xB }));
        assert_eq!(decode(&[0xFF, 0xFF], Sign::TopDigit), Err(BcdError::Absent));
        assert_eq!(decode(&[0; 10], Sign::Unsigned), Err(BcdError::Overflow { octets: 10 }));
        assert_eq!(decode(&[], Sign::TopBit), Ok(0));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let mut two = [0; 2];
        assert_eq!(encode(10_000, Sign::Unsigned, &mut two), Err(BcdError::Overflow { octets: 2 }));
        assert_eq!(encode(-1, Sign::Unsigned, &mut two), Err(BcdError::Overflow { octets: 2 }));
        assert_eq!(encode(8_000, Sign::TopBit, &mut two), Err(BcdError::Overflow { octets: 2 }));
        assert_eq!(encode(-1_000, Sign::TopDigit, &mut two), Err(BcdError::Overflow { octets: 2 }));
        assert_eq!(encode(-1, Sign::TopBit, &mut []), Err(BcdError::Overflow { octets: 0 }));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(value in -7_999_999_i64..8_000_000) {
            let mut octets = [0; 4];
            for sign in [Sign::TopBit, Sign::TopDigit] {
                encode(value, sign, &mut octets).unwrap();
                prop_assert_eq!(decode(&octets, sign), Ok(value));
            }
        }

        #[test]
        fn any_octets_are_a_number_or_an_error(octets in proptest::collection::vec(any::<u8>(), 0..12)) {
            for sign in [Sign::Unsigned, Sign::TopBit, Sign::TopDigit] {
                if let Ok(value) = decode(&octets, sign) {
                    let mut back = octets.clone();
                    if value != 0 {
                        encode(value, sign, &mut back).unwrap();
                        prop_assert_eq!(&back, &octets);
                    }
                }
            }
        }
    }
}
