//! How long a LoRa frame is on the air, exactly.
//!
//! Every bandwidth is 500 kHz divided by a whole number, so that every time here is a whole number of
//! microseconds. Formulas: Semtech SX1261/2 data sheet (rev. 2.1, section 6.1.4) and SX1276 data sheet
//! (rev. 7, section 4.1.1.7).

use crate::ProfileError;

/// Chips differ in what a frame consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Family {
    /// SX1272 to SX1279: no SF5, and SF6 with implicit header only.
    Sx127x,
    /// SX126x, LLCC68, LR11xx, SX1302: SF5 and SF6 have a longer sync word, and no low data rate. The SX1302
    /// receives them with the private sync word 0x12 only.
    Sx126x,
}

/// The spreading factor: bits of a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[allow(missing_docs)]
pub enum SpreadingFactor {
    Sf5 = 5,
    Sf6 = 6,
    Sf7 = 7,
    Sf8 = 8,
    Sf9 = 9,
    Sf10 = 10,
    Sf11 = 11,
    Sf12 = 12,
}

/// The bandwidth, by its nominal value in kHz. The true value is 500 kHz over a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[allow(missing_docs)]
pub enum Bandwidth {
    Khz7_8 = 64,
    Khz10_4 = 48,
    Khz15_6 = 32,
    Khz20_8 = 24,
    Khz31_2 = 16,
    Khz41_7 = 12,
    Khz62_5 = 8,
    Khz125 = 4,
    Khz250 = 2,
    Khz500 = 1,
}

impl Bandwidth {
    /// The true bandwidth in hertz, rounded up.
    pub const fn hz(self) -> u32 {
        500_000_u32.div_ceil(self as u32)
    }
}

/// The coding rate: check bits for every 4 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[allow(missing_docs)]
pub enum CodingRate {
    Cr4_5 = 1,
    Cr4_6 = 2,
    Cr4_7 = 3,
    Cr4_8 = 4,
}

/// All of a radio's settings that make a frame longer or shorter.
///
/// ```
/// use lora_tdma::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};
///
/// let profile = Profile {
///     family: Family::Sx126x,
///     spreading_factor: SpreadingFactor::Sf7,
///     bandwidth: Bandwidth::Khz125,
///     coding_rate: CodingRate::Cr4_5,
///     preamble: 8,
///     explicit_header: true,
///     crc: true,
///     low_data_rate: false,
/// };
/// assert_eq!(profile.airtime_us(10), 41_216);
/// assert_eq!(profile.symbol_us(), 1_024);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Profile {
    /// The chip's family.
    pub family: Family,
    /// Bits of a symbol.
    pub spreading_factor: SpreadingFactor,
    /// Chips in a second.
    pub bandwidth: Bandwidth,
    /// Check bits.
    pub coding_rate: CodingRate,
    /// Symbols before the sync word. SF5 and SF6 want 12 at least.
    pub preamble: u16,
    /// Whether a header says length and coding rate.
    pub explicit_header: bool,
    /// Whether 16 bits of checksum follow the payload.
    pub crc: bool,
    /// Whether symbols carry two bits less, which sender and receiver must agree on;
    /// see [`wants_low_data_rate`](Self::wants_low_data_rate).
    pub low_data_rate: bool,
}

impl Profile {
    /// The usual settings of the newer chips: with the header, the checksum, the lowest coding rate, and preamble and
    /// low-data-rate setting as the spreading factor wants them.
    pub const fn usual(spreading_factor: SpreadingFactor, bandwidth: Bandwidth) -> Self {
        let is_short = matches!(spreading_factor, SpreadingFactor::Sf5 | SpreadingFactor::Sf6);
        let profile = Self {
            family: Family::Sx126x,
            spreading_factor,
            bandwidth,
            coding_rate: CodingRate::Cr4_5,
            preamble: if is_short { Self::SHORT_SYMBOL_PREAMBLE } else { 8 },
            explicit_header: true,
            crc: true,
            low_data_rate: false,
        };
        Self { low_data_rate: profile.wants_low_data_rate(), ..profile }
    }

    /// Microseconds of a symbol.
    pub const fn symbol_us(&self) -> u32 {
        (2 * self.bandwidth as u32) << self.spreading_factor as u32
    }

    /// Whether symbols are so long, 16 ms or more, that the low data rate is due.
    pub const fn wants_low_data_rate(&self) -> bool {
        self.symbol_us() >= 16_000
    }

    /// Microseconds of a frame with this many octets of payload.
    pub const fn airtime_us(&self, payload: u8) -> u64 {
        let bits = 8 * payload as i32 + self.fixed_bits();
        // Rounded up to blocks, and never less than none.
        let blocks = if bits > 0 { (bits + self.block_bits() - 1) / self.block_bits() } else { 0 };
        let quarters = self.fixed_quarters() + blocks as u64 * self.block_quarters();
        quarters * self.quarter_us()
    }

    /// The longest payload whose frame takes no more than `us` microseconds; `None` if none is that short.
    ///
    /// ```
    /// # use lora_tdma::airtime::{Bandwidth, Profile, SpreadingFactor};
    /// # let profile = Profile::usual(SpreadingFactor::Sf9, Bandwidth::Khz125);
    /// assert_eq!(profile.payload_in(1_000_000), Some(197));
    /// assert_eq!(profile.payload_in(50_000), None);
    /// ```
    pub const fn payload_in(&self, us: u64) -> Option<u8> {
        let Some(quarters) = (us / self.quarter_us()).checked_sub(self.fixed_quarters()) else { return None };
        let blocks = quarters / self.block_quarters();
        // More blocks than the longest payload needs make no difference.
        let blocks = if blocks > 1_000 { 1_000 } else { blocks as i32 };
        match blocks * self.block_bits() - self.fixed_bits() {
            bits @ 0..2_040 => Some((bits / 8) as u8),
            2_040.. => Some(u8::MAX),
            _ => None,
        }
    }

    /// Microseconds that a radio listens for a preamble before it sends: two symbols, and half of one to
    /// decide.
    pub const fn cad_us(&self) -> u32 {
        self.symbol_us() / 2 * 5
    }

    /// Whether a chip of the family can send and receive with these settings, reliably.
    ///
    /// # Errors
    /// [`ProfileError`], by what is not possible.
    pub const fn check(&self) -> Result<(), ProfileError> {
        use {Family as F, SpreadingFactor as S};
        match (self.family, self.spreading_factor) {
            (F::Sx127x, S::Sf5) => Err(ProfileError::SpreadingFactor),
            (F::Sx127x, S::Sf6) if self.explicit_header => Err(ProfileError::ExplicitHeader),
            (F::Sx126x, S::Sf5 | S::Sf6) if self.preamble < Self::SHORT_SYMBOL_PREAMBLE => {
                Err(ProfileError::Preamble { needed: Self::SHORT_SYMBOL_PREAMBLE, have: self.preamble })
            }
            (F::Sx126x, S::Sf5 | S::Sf6) if self.low_data_rate => Err(ProfileError::LowDataRate),
            _ if self.wants_low_data_rate() && !self.low_data_rate => {
                Err(ProfileError::LongSymbols { symbol_us: self.symbol_us() })
            }
            _ => Ok(()),
        }
    }

    /// Symbols of preamble that the newer chips need at SF5 and SF6.
    pub const SHORT_SYMBOL_PREAMBLE: u16 = 12;

    const fn short_symbols(&self) -> bool {
        matches!(self.family, Family::Sx126x)
            && matches!(self.spreading_factor, SpreadingFactor::Sf5 | SpreadingFactor::Sf6)
    }

    /// Microseconds of a quarter of a symbol, exactly: a symbol is a multiple of 64 us.
    const fn quarter_us(&self) -> u64 {
        (self.symbol_us() / 4) as u64
    }

    /// Quarters of a symbol of preamble, sync word and the 8 symbols that are always there.
    const fn fixed_quarters(&self) -> u64 {
        let sync = if self.short_symbols() { 25 } else { 17 };
        4 * self.preamble as u64 + sync + 4 * 8
    }

    /// Bits besides the payload that are not in those 8 symbols; those have room for some of the payload's
    /// too where this is negative.
    const fn fixed_bits(&self) -> i32 {
        let short = if self.short_symbols() { 0 } else { 8 };
        let crc = if self.crc { 16 } else { 0 };
        let header = if self.explicit_header { 20 } else { 0 };
        short + crc + header - 4 * self.spreading_factor as i32
    }

    /// Bits of a block.
    const fn block_bits(&self) -> i32 {
        let reduced = if self.low_data_rate && !self.short_symbols() { 2 } else { 0 };
        4 * (self.spreading_factor as i32 - reduced)
    }

    /// Quarters of a symbol of a block.
    const fn block_quarters(&self) -> u64 {
        4 * (4 + self.coding_rate as u64)
    }
}
