//! The modes of the radio (EN 13757-4).

use super::{Coding, Format};

/// What precedes a frame, after alternating chips.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Sync {
    /// The chips, the last one lowest.
    pub chips: u32,
    /// How many there are.
    pub count: u8,
}

/// One direction of a mode: what a radio looks for, and what follows.
///
/// ```
/// use mbus::wireless::{Channel, Coding};
///
/// assert_eq!(Channel::S.sync.chips, 0b00_0111_0110_1001_0110);
/// let upside_down = Channel { coding: Coding::InvertedManchester, ..Channel::S };
/// # let _ = upside_down;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Channel {
    /// What precedes a frame.
    pub sync: Sync,
    /// Chips per second; of mode N it depends on the frequency, and this is the middle one.
    pub chip_rate: u32,
    /// How octets become chips.
    pub coding: Coding,
    /// Where the checksums are.
    pub format: Format,
}

impl Channel {
    /// Mode S, both directions.
    pub const S: Self = Self {
        sync: Sync { chips: 0b00_0111_0110_1001_0110, count: 18 },
        chip_rate: 32_768,
        coding: Coding::Manchester,
        format: Format::A,
    };
    /// Mode T from a meter.
    pub const T_FROM_METER: Self = Self {
        sync: Sync { chips: 0b00_0011_1101, count: 10 },
        chip_rate: 100_000,
        coding: Coding::ThreeOfSix,
        format: Format::A,
    };
    /// Mode T to a meter.
    pub const T_TO_METER: Self = Self::S;
    /// Mode C from a meter, format A.
    pub const C_FROM_METER_A: Self = Self {
        sync: Sync { chips: 0b00_0011_1101_0101_0100_1100_1101, count: 26 },
        chip_rate: 100_000,
        coding: Coding::Nrz,
        format: Format::A,
    };
    /// Mode C from a meter, format B.
    pub const C_FROM_METER_B: Self = Self {
        sync: Sync { chips: 0b00_0011_1101_0101_0100_0011_1101, count: 26 },
        format: Format::B,
        ..Self::C_FROM_METER_A
    };
    /// Mode C to a meter, format A.
    pub const C_TO_METER_A: Self = Self { chip_rate: 50_000, ..Self::C_FROM_METER_A };
    /// Mode C to a meter, format B.
    pub const C_TO_METER_B: Self = Self { chip_rate: 50_000, ..Self::C_FROM_METER_B };
    /// Mode R2, both directions.
    pub const R2: Self = Self { chip_rate: 4_800, ..Self::S };
    /// Mode N at 169 MHz, both directions, format A. Sources differ on the sync word.
    pub const N_A: Self = Self {
        sync: Sync { chips: 0xF68D, count: 16 },
        chip_rate: 4_800,
        coding: Coding::Nrz,
        format: Format::A,
    };
    /// Mode N at 169 MHz, both directions, format B. Sources differ on the sync word.
    pub const N_B: Self = Self { sync: Sync { chips: 0xF672, count: 16 }, format: Format::B, ..Self::N_A };
    /// Mode F at 433 MHz, both directions, format A.
    pub const F_A: Self = Self { chip_rate: 2_400, ..Self::N_A };
    /// Mode F at 433 MHz, both directions, format B.
    pub const F_B: Self = Self { chip_rate: 2_400, ..Self::N_B };
}

/// The chips that distinguish mode C from mode T behind the sync word of mode T: no symbol of 3 of 6 starts
/// with them.
pub(crate) const C_A: [u8; 2] = [0x54, 0xCD];
pub(crate) const C_B: [u8; 2] = [0x54, 0x3D];
