//! Where one may send, how loud and how long.
//!
//! Numbers to plan with, not legal advice: ask who approves the device before relying on them.

mod channels;
mod duty_cycle;

use crate::RegionError;
use crate::airtime::{Bandwidth, Profile};
pub use channels::{ChannelPlan, Grid};
pub use duty_cycle::DutyCycle;

/// The rules of a region. What they leave open can be set otherwise:
///
/// ```
/// use lora_tdma::RegionError;
/// use lora_tdma::airtime::{Bandwidth, Profile, SpreadingFactor};
/// use lora_tdma::region::{Region, microwatts};
///
/// let fast = Profile::usual(SpreadingFactor::Sf7, Bandwidth::Khz500);
/// let admits = |region: Region| region.admits(490_300_000, &fast, microwatts(17), fast.airtime_us(80)).err();
/// assert_eq!(admits(Region::CHINA), None);
/// // A laboratory that measures 3 % more than the settings say:
/// let wider = Region { occupied_permille: 1_030, ..Region::CHINA };
/// assert_eq!(admits(wider), Some(RegionError::Bandwidth { occupied_hz: 515_000, limit_hz: 500_000 }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Region {
    /// Where one may send.
    pub bands: &'static [Band],
    /// Most microseconds of one transmission.
    pub max_airtime_us: Option<u64>,
    /// What has to be done before sending.
    pub listening: Listening,
    /// The occupied bandwidth in thousandths of what the radio is set to. Rules count the former, and what
    /// of a LoRa signal a laboratory counts is open, above all at 500 kHz where nothing is left.
    pub occupied_permille: u16,
    /// By how much the frequency may be off, in millionths.
    pub tolerance_ppm: Option<u16>,
    /// Whether a device may send on one channel at a time only, which is for the device to observe.
    pub one_channel: bool,
}

/// What a device does before it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Listening {
    /// Nothing.
    Nothing,
    /// It looks for a LoRa preamble, once: [`Profile::cad_us`]. Other signals stay unnoticed.
    Preamble,
    /// It measures how much it receives, for this many microseconds.
    Energy {
        /// How long.
        us: u32,
    },
}

/// A part of the spectrum with its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Band {
    /// Where it begins.
    pub low_hz: u32,
    /// Where it ends.
    pub high_hz: u32,
    /// The widest signal.
    pub max_bandwidth_hz: u32,
    /// The most that is radiated (e.r.p.), in microwatts.
    pub power_uw: u32,
    /// What holds instead for wide signals.
    pub wide: Option<Wide>,
    /// The largest share of an hour, in thousandths, that one device sends; for [`DutyCycle`].
    pub duty_permille: Option<u16>,
}

/// The power of wide signals goes by their width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Wide {
    /// Wide is what is wider.
    pub above_hz: u32,
    /// The most that is radiated (e.r.p.), in microwatts for each kilohertz.
    pub uw_per_khz: u32,
}

impl Region {
    /// China, 470 to 510 MHz, civil metering in buildings, estates and villages: notice 52 of 2019 of the
    /// Ministry of Industry and Information Technology, as it is commonly summarised.
    ///
    /// Up to 200 kHz wide 50 mW, up to 500 kHz 10 mW for each 100 kHz; 1 s at a time. The device listens
    /// first, and its user cannot switch that off. Not to be used where local television or radio is.
    ///
    /// The notice leaves open what listening is; looking for preambles finds other LoRa devices only.
    pub const CHINA: Self = Self {
        bands: &[Band {
            max_bandwidth_hz: 500_000,
            wide: Some(Wide { above_hz: 200_000, uw_per_khz: 100 }),
            ..Band::new(470_000_000, 510_000_000, 50_000, None)
        }],
        max_airtime_us: Some(1_000_000),
        listening: Listening::Preamble,
        tolerance_ppm: Some(100),
        one_channel: true,
        ..Self::EU433
    };

    /// Europe, 433.05 to 434.79 MHz: ETSI EN 300 220-2 (V3.2.1), table B.1, band H.
    pub const EU433: Self = Self {
        bands: &[Band::new(433_050_000, 434_790_000, 10_000, Some(100))],
        max_airtime_us: None,
        listening: Listening::Nothing,
        occupied_permille: 1_000,
        tolerance_ppm: None,
        one_channel: false,
    };

    /// Europe, 863 to 870 MHz: ETSI EN 300 220-2 (V3.2.1), table B.1, bands K, L, M, N, P and those from
    /// 869.7 MHz, each without polite spectrum access.
    ///
    /// Bands M, N and P agree with Decision (EU) 2017/1483; the share of band L and what holds from
    /// 869.7 MHz is what LoRaWAN software takes them for, and not checked against the text.
    pub const EU868: Self = Self {
        bands: &[
            Band::new(863_000_000, 865_000_000, 25_000, Some(1)),
            Band::new(865_000_000, 868_000_000, 25_000, Some(10)),
            Band::new(868_000_000, 868_600_000, 25_000, Some(10)),
            Band::new(868_700_000, 869_200_000, 25_000, Some(1)),
            Band::new(869_400_000, 869_650_000, 500_000, Some(100)),
            Band::new(869_700_000, 870_000_000, 5_000, None),
            Band::new(869_700_000, 870_000_000, 25_000, Some(10)),
        ],
        ..Self::EU433
    };

    /// Whether a frame of this length may be sent at this frequency (its middle) and power, and under the
    /// rules of which band.
    ///
    /// Power is what is radiated (e.r.p.), in microwatts: that of the radio, and of the antenna over a
    /// dipole; see [`microwatts`].
    ///
    /// # Errors
    /// [`RegionError`], by the rule that forbids it.
    pub fn admits(
        &self,
        frequency_hz: u32,
        profile: &Profile,
        power_uw: u32,
        airtime_us: u64,
    ) -> Result<&'static Band, RegionError> {
        if let Some(limit_us) = self.max_airtime_us.filter(|&limit| airtime_us > limit) {
            return Err(RegionError::Airtime { us: airtime_us, limit_us });
        }
        let occupied_hz = self.occupied_hz(profile.bandwidth);
        let half = occupied_hz.div_ceil(2);
        let (low_hz, high_hz) = (frequency_hz.saturating_sub(half), frequency_hz.saturating_add(half));
        let mut result = Err(RegionError::Frequency { low_hz, high_hz });
        for band in self.bands.iter().filter(|band| band.low_hz <= low_hz && high_hz <= band.high_hz) {
            result = band.admits(occupied_hz, power_uw);
            if result.is_ok() {
                break;
            }
        }
        result
    }

    /// Whether a crystal of this accuracy will do.
    ///
    /// # Errors
    /// [`RegionError::Tolerance`].
    pub fn admits_crystal(&self, ppm: u16) -> Result<(), RegionError> {
        match self.tolerance_ppm {
            Some(limit_ppm) if ppm > limit_ppm => Err(RegionError::Tolerance { ppm, limit_ppm }),
            _ => Ok(()),
        }
    }

    /// The occupied bandwidth in hertz of what a radio is set to.
    pub const fn occupied_hz(&self, bandwidth: Bandwidth) -> u32 {
        // Below 2^32 after the division, as a bandwidth is below 2^19.
        (bandwidth.hz() as u64 * self.occupied_permille as u64).div_ceil(1_000) as u32
    }

    /// Microseconds that a device listens before it sends.
    pub const fn listening_us(&self, profile: &Profile) -> u32 {
        match self.listening {
            Listening::Nothing => 0,
            Listening::Preamble => profile.cad_us(),
            Listening::Energy { us } => us,
        }
    }
}

impl Band {
    /// A band that a signal may fill.
    const fn new(low_hz: u32, high_hz: u32, power_uw: u32, duty_permille: Option<u16>) -> Self {
        Self { low_hz, high_hz, max_bandwidth_hz: high_hz - low_hz, power_uw, wide: None, duty_permille }
    }

    fn admits(&'static self, occupied_hz: u32, power_uw: u32) -> Result<&'static Self, RegionError> {
        if occupied_hz > self.max_bandwidth_hz {
            return Err(RegionError::Bandwidth { occupied_hz, limit_hz: self.max_bandwidth_hz });
        }
        let limit_uw = self.limit_uw(occupied_hz);
        if power_uw > limit_uw {
            return Err(RegionError::Power { uw: power_uw, limit_uw });
        }
        Ok(self)
    }

    /// The most that a signal of this width may radiate, in microwatts.
    pub const fn limit_uw(&self, occupied_hz: u32) -> u32 {
        match self.wide {
            Some(wide) if occupied_hz > wide.above_hz => {
                let limit = occupied_hz as u64 * wide.uw_per_khz as u64 / 1_000;
                if limit > self.power_uw as u64 { self.power_uw } else { limit as u32 }
            }
            _ => self.power_uw,
        }
    }
}

/// Microwatts of a power in dBm, the way rules name one for the other: 17 dBm is 50 mW, 14 dBm is 25 mW, all of
/// them within 1 % of the exact value. From 0 to 30 dBm; beyond, the nearest of these.
pub const fn microwatts(dbm: i8) -> u32 {
    let dbm = if dbm < 0 { 0 } else { dbm as u32 };
    let dbm = if dbm > 30 { 30 } else { dbm };
    // Preferred numbers (ISO 3), ten a decade.
    let step = match dbm % 10 {
        0 => 1_000,
        1 => 1_250,
        2 => 1_600,
        3 => 2_000,
        4 => 2_500,
        5 => 3_150,
        6 => 4_000,
        7 => 5_000,
        8 => 6_300,
        _ => 8_000,
    };
    step * 10_u32.pow(dbm / 10)
}
