//! Channels side by side, and the plans made of them.

/// Channels at equal distances.
///
/// ```
/// use lora_tdma::region::ChannelPlan;
///
/// let [up] = ChannelPlan::CN470.up else { unreachable!() };
/// assert_eq!(up.hz(95), Some(489_300_000));
/// assert_eq!(up.hz(96), None);
/// assert_eq!(up.index(470_500_000), Some(1));
/// assert_eq!(up.iter().count(), 96);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Grid {
    first_hz: u32,
    count: u8,
}

impl Grid {
    /// From one channel to the next.
    pub const STEP_HZ: u32 = 200_000;

    /// So many channels, from the middle of the first one. Those above 4.29 GHz do not exist.
    pub const fn new(first_hz: u32, count: u8) -> Self {
        Self { first_hz, count }
    }

    /// The middle of a channel.
    pub const fn hz(&self, index: u8) -> Option<u32> {
        if index < self.count { self.first_hz.checked_add(index as u32 * Self::STEP_HZ) } else { None }
    }

    /// The channel of this middle.
    pub const fn index(&self, hz: u32) -> Option<u8> {
        let Some(above) = hz.checked_sub(self.first_hz) else { return None };
        let index = above / Self::STEP_HZ;
        if above.is_multiple_of(Self::STEP_HZ) && index < self.count as u32 {
            Some(index as u8)
        } else {
            None
        }
    }

    /// How many channels there are.
    pub const fn count(&self) -> u8 {
        self.count
    }

    /// The middle of each channel.
    pub fn iter(self) -> impl Iterator<Item = u32> + Clone {
        (0..self.count).map_while(move |index| self.hz(index))
    }
}

/// Which channels are for what. Plans of LoRaWAN; a network of one's own may use any, but does well to keep to
/// their grid.
///
/// Source: LoRaWAN Regional Parameters (1.0 for the first, RP002 for the others), CN470-510.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ChannelPlan {
    /// Channels to the base.
    pub up: &'static [Grid],
    /// Channels from the base.
    pub down: &'static [Grid],
    /// Channels of beacons, if the plan has them.
    pub beacons: Option<Grid>,
}

/// From the middle of the first channel to that of the last, in units of 100 kHz.
const fn grid(first: u32, last: u32) -> Grid {
    Grid::new(first * 100_000, ((last - first) / 2 + 1) as u8)
}

impl ChannelPlan {
    /// China, the old plan.
    pub const CN470: Self =
        Self { up: &[grid(4_703, 4_893)], down: &[grid(5_003, 5_097)], beacons: Some(grid(5_083, 5_097)) };

    /// China, antennas for 20 MHz, type A.
    pub const CN470_20A: Self =
        Self { up: &[grid(4_703, 4_765), grid(5_035, 5_097)], down: &[grid(4_839, 4_965)], beacons: None };

    /// China, antennas for 20 MHz, type B: both directions share the channels.
    pub const CN470_20B: Self = Self {
        up: &[grid(4_769, 4_831), grid(4_969, 5_031)],
        down: &[grid(4_769, 4_831), grid(4_969, 5_031)],
        beacons: None,
    };

    /// China, antennas for 26 MHz, type A.
    pub const CN470_26A: Self =
        Self { up: &[grid(4_703, 4_797)], down: &[grid(4_901, 4_947)], beacons: Some(grid(4_949, 4_949)) };

    /// China, antennas for 26 MHz, type B.
    pub const CN470_26B: Self =
        Self { up: &[grid(4_803, 4_897)], down: &[grid(5_001, 5_047)], beacons: Some(grid(5_049, 5_049)) };

    /// Where a device of the old plan listens after its first window.
    pub const CN470_SECOND_WINDOW_HZ: u32 = 505_300_000;
}
