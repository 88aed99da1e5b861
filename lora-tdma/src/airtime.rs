//! How long a LoRa frame is on the air, exactly.
//!
//! Every bandwidth is 500 kHz divided by a whole number, so that every time here is a whole number of
//! microseconds. Formulas: Semtech SX1261/2 data sheet (rev. 2.1, section 6.1.4) and SX1276 data sheet
//! (rev. 7, section 4.1.1.7).

/// Chips differ in what a frame consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Family {
    /// SX1272 to SX1279: no SF5, and SF6 with implicit header only.
    Sx127x,
    /// SX126x, LLCC68, LR11xx, SX1302: SF5 and SF6 have a sync word of their own.
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
        // In quarters of a symbol; a symbol is a multiple of 64 microseconds.
        let quarters = 4 * self.preamble as u64 + self.sync_quarters() + 4 * self.payload_symbols(payload);
        quarters * (self.symbol_us() / 4) as u64
    }

    const fn short_symbols(&self) -> bool {
        matches!(self.family, Family::Sx126x)
            && matches!(self.spreading_factor, SpreadingFactor::Sf5 | SpreadingFactor::Sf6)
    }

    const fn sync_quarters(&self) -> u64 {
        if self.short_symbols() { 25 } else { 17 }
    }

    const fn payload_symbols(&self, payload: u8) -> u64 {
        let factor = self.spreading_factor as i32;
        let reduced = if self.low_data_rate && !self.short_symbols() { 2 } else { 0 };
        let constant = if self.short_symbols() { 0 } else { 8 };
        let crc = if self.crc { 16 } else { 0 };
        let header = if self.explicit_header { 20 } else { 0 };
        let bits = 8 * payload as i32 + crc - 4 * factor + constant + header;
        let block = 4 * (factor - reduced);
        // Rounded up, and never less than the 8 symbols that are always there.
        let blocks = if bits > 0 { (bits + block - 1) / block } else { 0 };
        8 + blocks as u64 * (4 + self.coding_rate as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Bandwidth::*;
    use CodingRate::*;
    use SpreadingFactor::*;

    const fn profile(
        spreading_factor: SpreadingFactor,
        bandwidth: Bandwidth,
        coding_rate: CodingRate,
        preamble: u16,
        explicit_header: bool,
        crc: bool,
    ) -> Profile {
        let family = Family::Sx126x;
        let profile = Profile {
            family,
            spreading_factor,
            bandwidth,
            coding_rate,
            preamble,
            explicit_header,
            crc,
            low_data_rate: false,
        };
        Profile { low_data_rate: profile.wants_low_data_rate(), ..profile }
    }

    /// Semtech's SX1261 calculator; at the two odd bandwidths with their true values.
    #[test]
    fn agrees_with_the_makers_calculator() {
        for (profile, payload, us) in [
            (profile(Sf12, Khz500, Cr4_5, 8, true, true), 1, 206_848),
            (profile(Sf12, Khz500, Cr4_5, 12, true, true), 64, 649_216),
            (profile(Sf12, Khz500, Cr4_5, 8, true, false), 1, 165_888),
            (profile(Sf12, Khz500, Cr4_5, 8, true, false), 192, 1_476_608),
            (profile(Sf12, Khz500, Cr4_5, 12, false, false), 16, 280_576),
            (profile(Sf8, Khz125, Cr4_6, 8, true, true), 1, 53_760),
            (profile(Sf8, Khz125, Cr4_6, 8, true, true), 3, 66_048),
            (profile(Sf8, Khz125, Cr4_6, 8, true, false), 3, 53_760),
            (profile(Sf8, Khz125, Cr4_6, 8, true, true), 253, 827_904),
            (profile(Sf8, Khz125, Cr4_6, 12, false, true), 5, 61_952),
            (profile(Sf8, Khz125, Cr4_6, 12, false, true), 10, 86_528),
            (profile(Sf8, Khz125, Cr4_6, 12, false, true), 253, 823_808),
            (profile(Sf5, Khz500, Cr4_5, 2, true, false), 1, 1_360),
            (profile(Sf5, Khz500, Cr4_5, 2, true, true), 1, 1_680),
            (profile(Sf5, Khz500, Cr4_5, 12, false, false), 1, 1_680),
            (profile(Sf5, Khz500, Cr4_5, 12, false, true), 253, 34_000),
            (profile(Sf5, Khz125, Cr4_8, 12, false, true), 253, 213_568),
            (profile(Sf12, Khz7_8, Cr4_8, 128, true, true), 253, 287_440_896),
            (profile(Sf11, Khz10_4, Cr4_7, 25, true, true), 16, 12_828_672),
            (profile(Sf11, Khz10_4, Cr4_7, 25, false, false), 16, 11_452_416),
        ] {
            assert_eq!(profile.airtime_us(payload), us, "{profile:?}, {payload} octets");
        }
    }

    /// The Things Network's calculator: preamble 8, explicit header, CRC.
    #[test]
    fn agrees_with_the_lorawan_calculator() {
        for (factor, bandwidth, rate, payload, us) in [
            (Sf7, Khz125, Cr4_5, 10, 41_216),
            (Sf8, Khz125, Cr4_5, 10, 72_192),
            (Sf9, Khz125, Cr4_5, 10, 144_384),
            (Sf10, Khz125, Cr4_5, 10, 288_768),
            (Sf11, Khz125, Cr4_5, 10, 577_536),
            (Sf12, Khz125, Cr4_5, 10, 991_232),
            (Sf7, Khz250, Cr4_5, 10, 20_608),
            (Sf7, Khz500, Cr4_5, 10, 10_304),
            (Sf7, Khz125, Cr4_6, 10, 45_312),
            (Sf7, Khz125, Cr4_7, 10, 49_408),
            (Sf7, Khz125, Cr4_8, 10, 53_504),
            (Sf7, Khz125, Cr4_5, 13, 46_336),
            (Sf7, Khz125, Cr4_5, 15, 46_336),
            (Sf7, Khz125, Cr4_5, 16, 51_456),
            (Sf7, Khz125, Cr4_5, 19, 51_456),
            (Sf7, Khz125, Cr4_5, 38, 82_176),
            (Sf8, Khz125, Cr4_5, 38, 143_872),
            (Sf9, Khz125, Cr4_5, 38, 267_264),
            (Sf10, Khz125, Cr4_5, 38, 493_568),
            (Sf11, Khz125, Cr4_5, 38, 1_069_056),
            (Sf12, Khz125, Cr4_5, 38, 1_974_272),
            (Sf7, Khz250, Cr4_5, 41, 43_648),
            (Sf8, Khz125, Cr4_5, 41, 154_112),
            (Sf12, Khz125, Cr4_5, 41, 2_138_112),
        ] {
            assert_eq!(profile(factor, bandwidth, rate, 8, true, true).airtime_us(payload), us);
        }
    }

    #[test]
    fn the_families_differ_at_sf6_only() {
        let new = profile(Sf6, Khz125, Cr4_5, 12, false, true);
        let old = Profile { family: Family::Sx127x, ..new };
        // 25 against 17 quarters of sync; 8 bits more begin a block of 5 symbols only where one was full.
        assert_eq!(new.airtime_us(11), old.airtime_us(11) + 2 * 512);
        assert_eq!(new.airtime_us(13) + 5 * 512, old.airtime_us(13) + 2 * 512);
        let new = profile(Sf7, Khz125, Cr4_5, 12, false, true);
        assert_eq!(new.airtime_us(11), Profile { family: Family::Sx127x, ..new }.airtime_us(11));
    }

    #[test]
    fn low_data_rate_is_due_where_symbols_are_long() {
        for (factor, bandwidth) in
            [(Sf11, Khz125), (Sf12, Khz250), (Sf10, Khz62_5), (Sf9, Khz31_2), (Sf7, Khz7_8)]
        {
            assert!(profile(factor, bandwidth, Cr4_5, 8, true, true).wants_low_data_rate());
        }
        for (factor, bandwidth) in [(Sf10, Khz125), (Sf11, Khz250), (Sf12, Khz500), (Sf6, Khz7_8)] {
            assert!(!profile(factor, bandwidth, Cr4_5, 8, true, true).wants_low_data_rate());
        }
    }

    #[test]
    fn tiny_payloads_and_long_preambles_stay_exact() {
        let shortest = profile(Sf12, Khz500, Cr4_8, 0, false, false);
        assert_eq!(shortest.airtime_us(0), 4 * (17 + 4 * 8) * u64::from(shortest.symbol_us()) / 16);
        let longest = profile(Sf12, Khz7_8, Cr4_8, u16::MAX, true, true);
        assert!(longest.airtime_us(255) > u64::from(u32::MAX));
    }
}
