//! The baud rate as a word of bits.

use core::fmt;

use crate::Edition;

/// The rates of bits 0 to 6 of a word, slowest first; 0 where a bit has none.
const fn rates(edition: Edition) -> [u32; 7] {
    match edition {
        Edition::Y1997 => [300, 600, 1_200, 2_400, 4_800, 9_600, 0],
        Edition::Y2007 => [0, 600, 1_200, 2_400, 4_800, 9_600, 19_200],
    }
}

/// A baud rate: a word with the bit of one rate set, as functions 17 and 0C and the parameters of a meter
/// have it. Other words are kept. It prints as the rate.
///
/// ```
/// use dlt645::{BaudRate, Edition};
///
/// let rate = BaudRate::new(Edition::Y2007, 2_400).unwrap();
/// assert_eq!(rate, BaudRate::Y2007(0x08));
/// assert_eq!((rate.bits_per_second(), rate.to_string()), (Some(2_400), "2400 baud".into()));
/// assert_eq!(BaudRate::new(Edition::Y2007, 300), None);
/// assert_eq!(BaudRate::Y2007(0x18).to_string(), "no rate (18)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum BaudRate {
    /// Bits 0 to 5: 300 to 9600 baud (DL/T 645-1997; uncertain, no public source confirms the bits).
    Y1997(u8),
    /// Bits 1 to 6: 600 to 19200 baud (DL/T 645-2007, chapter 7).
    Y2007(u8),
}

impl BaudRate {
    /// The word of a rate, if the edition has it.
    pub fn new(edition: Edition, bits_per_second: u32) -> Option<Self> {
        let place = rates(edition).iter().position(|&rate| rate != 0 && rate == bits_per_second)?;
        let word = 1_u8.checked_shl(place as u32)?;
        Some(match edition {
            Edition::Y1997 => Self::Y1997(word),
            Edition::Y2007 => Self::Y2007(word),
        })
    }

    /// The edition whose meters know it.
    pub const fn edition(self) -> Edition {
        match self {
            Self::Y1997(_) => Edition::Y1997,
            Self::Y2007(_) => Edition::Y2007,
        }
    }

    /// The word.
    pub const fn word(self) -> u8 {
        let (Self::Y1997(word) | Self::Y2007(word)) = self;
        word
    }

    /// The rate, if the word has exactly one bit set, and that bit has a rate.
    pub fn bits_per_second(self) -> Option<u32> {
        if !self.word().is_power_of_two() {
            return None;
        }
        let place = self.word().trailing_zeros() as usize;
        rates(self.edition()).get(place).copied().filter(|&rate| rate != 0)
    }
}

impl fmt::Display for BaudRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bits_per_second() {
            Some(rate) => write!(f, "{rate} baud"),
            None => write!(f, "no rate ({:02X})", self.word()),
        }
    }
}

impl fmt::Debug for BaudRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaudRate({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rate_has_one_bit() {
        for (edition, first, words) in
            [(Edition::Y1997, 300, 0x01..=0x20), (Edition::Y2007, 600, 0x02..=0x40)]
        {
            let mut expected = first;
            let mut word = *words.start();
            while word <= *words.end() {
                let rate = BaudRate::new(edition, expected).unwrap();
                assert_eq!((rate.word(), rate.bits_per_second()), (word, Some(expected)));
                (word, expected) = (word << 1, expected * 2);
            }
            assert_eq!(BaudRate::new(edition, expected), None);
            assert_eq!(BaudRate::new(edition, 0), None);
        }
        for word in [0x00, 0x01, 0x80, 0x06, 0xFF] {
            assert_eq!(BaudRate::Y2007(word).bits_per_second(), None);
        }
    }
}
