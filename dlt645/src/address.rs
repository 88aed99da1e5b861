//! Who a frame is for or from.

use core::fmt;
use core::str::FromStr;

use crate::ParseError;

/// A meter's address: 12 decimal digits as octets of two, the lowest pair first. Any octets are kept,
/// since some meters use more than digits.
///
/// An octet AA in a command stands for any octet (DL/T 645-2007, chapter 5).
///
/// ```
/// use dlt645::Address;
///
/// let meter: Address = "123456789012".parse()?;
/// assert_eq!(meter, Address([0x12, 0x90, 0x78, 0x56, 0x34, 0x12]));
/// assert_eq!("161".parse::<Address>()?.to_string(), "000000000161");
///
/// let ends_in_9012: Address = "AAAAAAAA9012".parse()?;
/// assert!(ends_in_9012.is_wildcard() && ends_in_9012.matches(meter));
/// # Ok::<(), dlt645::ParseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Address(pub [u8; 6]);

const WILDCARD: u8 = 0xAA;

impl Address {
    /// Every meter listens, none answers.
    pub const BROADCAST: Self = Self([0x99; 6]);
    /// Whatever meter there is answers: for a line with one meter.
    pub const ANY: Self = Self([WILDCARD; 6]);

    /// Whether an octet stands for any octet.
    pub fn is_wildcard(self) -> bool {
        self.0.contains(&WILDCARD)
    }

    /// Whether a meter with the address `other` is meant.
    pub fn matches(self, other: Self) -> bool {
        self.0.iter().zip(&other.0).all(|(&mine, &its)| mine == WILDCARD || mine == its)
    }
}

impl FromStr for Address {
    type Err = ParseError;

    /// Reads 1 to 12 digits, the highest first, and puts zeros before them, as meters of 2007 do; A is a digit
    /// of a wildcard. Meters of 1997 have AA before a shorter number: `AAAAAA123456`.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        if !(1..=12).contains(&text.len()) {
            return Err(ParseError::Length { have: text.len() });
        }
        let mut digits = 0_u64;
        for (position, character) in text.bytes().enumerate() {
            let digit = match character {
                b'0'..=b'9' => character - b'0',
                b'A' | b'a' => 0xA,
                _ => return Err(ParseError::Character { position }),
            };
            digits = digits << 4 | u64::from(digit);
        }
        let [a, b, c, d, e, f, _, _] = digits.to_le_bytes();
        Ok(Self([a, b, c, d, e, f]))
    }
}

impl fmt::Display for Address {
    /// 12 digits, the highest first.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().rev().try_for_each(|octet| write!(f, "{octet:02X}"))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn reads_what_people_write() {
        let read = str::parse::<Address>;
        assert_eq!(read("999999999999"), Ok(Address::BROADCAST));
        assert_eq!(read("aaAAaaAAaaAA"), Ok(Address::ANY));
        assert_eq!(read("7"), Ok(Address([7, 0, 0, 0, 0, 0])));
        assert_eq!(read(""), Err(ParseError::Length { have: 0 }));
        assert_eq!(read("1234567890123"), Err(ParseError::Length { have: 13 }));
        assert_eq!(read("12-4"), Err(ParseError::Character { position: 2 }));
        assert_eq!(read("12B4"), Err(ParseError::Character { position: 2 }));
        assert_eq!(Address([0xEF, 0, 0, 0, 0, 0xC0]).to_string(), "C000000000EF");
    }

    #[test]
    fn only_the_asking_side_has_wildcards() {
        let meter = Address([1, 2, 3, 4, 5, 6]);
        assert!(Address::ANY.matches(meter) && meter.matches(meter));
        assert!(!meter.matches(Address::ANY));
        assert!(!Address([9, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA]).matches(meter));
        assert!(!Address::BROADCAST.is_wildcard());
    }
}
