//! Octets as chips on the air (EN 13757-4). Chips lie eight to an octet, the first one highest.

use super::error::{DecodeError, EncodeError};
use meter_value::line::Writer;

/// How octets become chips; the highest bit goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Coding {
    /// A chip is a bit.
    Nrz,
    /// Six chips, three of them 1, are four bits.
    ThreeOfSix,
    /// Two chips are a bit: 01 is 1, 10 is 0.
    Manchester,
    /// As `Manchester`, seen by a receiver that takes 0 for 1.
    InvertedManchester,
}

/// The six chips of each four bits.
const THREE_OF_SIX: [u8; 16] =
    [0x16, 0x0D, 0x0E, 0x0B, 0x1C, 0x19, 0x1A, 0x13, 0x2C, 0x25, 0x26, 0x23, 0x34, 0x31, 0x32, 0x29];

/// What alternates behind the last octet.
const POSTAMBLE: u32 = 0x5555;

impl Coding {
    /// How many chips an octet has.
    pub const fn chips(self) -> usize {
        match self {
            Self::Nrz => 8,
            Self::ThreeOfSix => 12,
            Self::Manchester | Self::InvertedManchester => 16,
        }
    }

    /// Writes the chips of octets and returns them; of 3 of 6, with two or more alternating chips that follow.
    ///
    /// # Errors
    /// [`EncodeError::BufferTooSmall`].
    ///
    /// ```
    /// use mbus::wireless::Coding;
    ///
    /// let mut chips = [0; 4];
    /// assert_eq!(Coding::ThreeOfSix.encode(&[0x0F], &mut chips)?, [0b0101_1010, 0b1001_0101]);
    /// assert_eq!(Coding::Manchester.encode(&[0x0F], &mut chips)?, [0b1010_1010, 0b0101_0101]);
    /// # Ok::<(), mbus::wireless::EncodeError>(())
    /// ```
    pub fn encode<'b>(self, octets: &[u8], buffer: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let mut writer = Writer::new(buffer);
        let (mut register, mut count) = (0_u32, 0_usize);
        for octet in octets {
            register = register << self.chips() | u32::from(self.symbols(*octet));
            count += self.chips();
            while count >= 8 {
                count -= 8;
                writer.put(&[(register >> count) as u8]);
            }
        }
        if self == Self::ThreeOfSix {
            let free = 8 - count;
            writer.put(&[(register << free | POSTAMBLE & ((1 << free) - 1)) as u8]);
        }
        Ok(writer.finish()?)
    }

    /// Reads as many octets as the chips hold; chips left over are what follows the last octet.
    ///
    /// # Errors
    /// [`DecodeError::Symbol`], or [`DecodeError::BufferTooSmall`].
    pub fn decode<'b>(self, chips: &[u8], buffer: &'b mut [u8]) -> Result<&'b [u8], DecodeError> {
        let mut writer = Writer::new(buffer);
        let mut octets = Chips::new(self);
        for chips in chips {
            if let Some(octet) = octets.push(*chips)? {
                writer.put(&[octet]);
            }
        }
        Ok(writer.finish()?)
    }

    /// The chips of an octet, the last one lowest.
    fn symbols(self, octet: u8) -> u16 {
        match self {
            Self::Nrz => octet.into(),
            Self::ThreeOfSix => {
                let code = |bits: u8| u16::from(THREE_OF_SIX.get(usize::from(bits)).copied().unwrap_or(0));
                code(octet >> 4) << 6 | code(octet & 0x0F)
            }
            Self::Manchester => {
                (0..8).fold(0, |chips, bit| chips << 2 | if octet << bit & 0x80 == 0 { 0b10 } else { 0b01 })
            }
            Self::InvertedManchester => !Self::Manchester.symbols(octet),
        }
    }

    /// How many chips a symbol has, and how many bits it stands for.
    const fn symbol(self) -> (usize, usize) {
        match self {
            Self::Nrz => (8, 8),
            Self::ThreeOfSix => (6, 4),
            Self::Manchester | Self::InvertedManchester => (2, 1),
        }
    }

    /// The bits that the chips of one symbol stand for.
    fn bits(self, chips: u8) -> Option<u8> {
        match (self, chips) {
            (Self::Nrz, bits) => Some(bits),
            (Self::ThreeOfSix, code) => {
                let place = THREE_OF_SIX.iter().position(|known| *known == code)?;
                Some(place as u8)
            }
            (Self::Manchester, 0b01) | (Self::InvertedManchester, 0b10) => Some(1),
            (Self::Manchester, 0b10) | (Self::InvertedManchester, 0b01) => Some(0),
            _ => None,
        }
    }
}

/// Chips that come eight at a time become octets.
#[derive(Clone, Debug)]
pub(crate) struct Chips {
    coding: Coding,
    /// The chips that came last, and how many of them belong to no octet yet.
    register: u32,
    count: usize,
    /// How many chips were taken into octets.
    position: usize,
}

impl Chips {
    pub(crate) const fn new(coding: Coding) -> Self {
        Self { coding, register: 0, count: 0, position: 0 }
    }

    /// How many times eight chips are missing until so many octets more are complete.
    pub(crate) const fn missing(&self, octets: usize) -> usize {
        octets.saturating_mul(self.coding.chips()).saturating_sub(self.count).div_ceil(8)
    }

    /// Takes eight chips; at most one octet is complete then.
    pub(crate) fn push(&mut self, chips: u8) -> Result<Option<u8>, DecodeError> {
        self.register = self.register << 8 | u32::from(chips);
        self.count += 8;
        if self.count < self.coding.chips() {
            return Ok(None);
        }
        self.count -= self.coding.chips();
        let (width, bits) = self.coding.symbol();
        let octet = self.register >> self.count;
        let mut value = 0;
        for place in (0..self.coding.chips() / width).rev() {
            let chips = (octet >> (place * width) & ((1 << width) - 1)) as u8;
            let position = self.position;
            let symbol = self.coding.bits(chips).ok_or(DecodeError::Symbol { position, chips })?;
            value = value << bits | u32::from(symbol);
            self.position = position.saturating_add(width);
        }
        Ok(Some(value as u8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const ALL: [Coding; 4] =
        [Coding::Nrz, Coding::ThreeOfSix, Coding::Manchester, Coding::InvertedManchester];

    #[test]
    fn every_code_has_three_chips() {
        assert!(THREE_OF_SIX.iter().all(|code| code.count_ones() == 3));
        let decimal = [22, 13, 14, 11, 28, 25, 26, 19, 44, 37, 38, 35, 52, 49, 50, 41];
        assert_eq!(THREE_OF_SIX, decimal);
    }

    #[test]
    fn octets_come_back() {
        let octets: Vec<u8> = (0..=255).collect();
        for coding in ALL {
            for count in [0, 1, 2, 255, 256] {
                let (mut chips, mut again) = ([0; 512], [0; 256]);
                let chips = coding.encode(&octets[..count], &mut chips).unwrap();
                assert_eq!(coding.decode(chips, &mut again), Ok(&octets[..count]), "{coding:?}");
            }
        }
    }

    #[test]
    fn a_symbol_in_error_has_its_place() {
        let mut buffer = [0; 4];
        // F is 101001, and 0 is 010110; the third symbol is none.
        let chips = [0b1010_0101, 0b0110_0000, 0b0001_0110];
        let error = DecodeError::Symbol { position: 12, chips: 0 };
        assert_eq!(Coding::ThreeOfSix.decode(&chips, &mut buffer), Err(error));
        let chips = [0b0110_0110, 0b0110_1101];
        let error = DecodeError::Symbol { position: 12, chips: 0b11 };
        assert_eq!(Coding::Manchester.decode(&chips, &mut buffer), Err(error));
        assert_eq!(Coding::InvertedManchester.decode(&chips, &mut buffer), Err(error));
        assert_eq!(Coding::Manchester.decode(&[0b0110_1001, 0b0101_1010], &mut buffer), Ok(&[0x9C][..]));
        let inverted = Coding::InvertedManchester.decode(&[0b0110_1001, 0b0101_1010], &mut buffer);
        assert_eq!(inverted, Ok(&[0x63][..]));
    }
}
