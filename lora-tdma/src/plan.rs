//! From what a network is to do to a schedule that does it, or to the demand that cannot be met.

mod clocks;
mod search;
mod table;
mod usual;

use frame_crypto::OVERHEAD;

use crate::airtime::Profile;
use crate::message::UPLINK_HEAD;
use crate::region::{Grid, Region, microwatts};
use crate::{Bounds, Layout, PlanError, Schedule};
use search::{Search, rate_bps};
pub use table::Survey;
pub use usual::USUAL;

/// What a network is to do.
///
/// The default is a star of 16 devices in China that send 64 octets as often as they can:
///
/// ```
/// use lora_tdma::PlanError;
/// use lora_tdma::airtime::{Bandwidth, SpreadingFactor};
/// use lora_tdma::plan::{Demand, USUAL};
///
/// let demand = Demand::default();
/// let plan = demand.plan(&USUAL)?;
/// let layout = *plan.schedule(0).unwrap().layout();
/// assert_eq!(layout.profile.spreading_factor, SpreadingFactor::Sf5);
/// assert_eq!(layout.profile.bandwidth, Bandwidth::Khz250);
/// assert_eq!((layout.period_us, layout.guard_us), (615_572, 500));
/// assert_eq!((plan.base_bps(), plan.slot_bps(), plan.downlink_bps()), (13_307, 21_476, 15_841));
///
/// // This is too much for one channel, whatever the settings, but not for two.
/// let demand = Demand { base_bps: 30_000, ..demand };
/// assert!(matches!(demand.plan(&USUAL), Err(PlanError::BaseRate { have_bps: 25_000..26_000, .. })));
/// let plan = Demand { channels: 2, ..demand }.plan(&USUAL)?;
/// assert_eq!((plan.frequency_hz(0), plan.frequency_hz(1)), (Some(470_300_000), Some(470_900_000)));
/// assert_eq!((plan.channel(8), plan.channel(9)), (Some(0), Some(1)));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Demand {
    /// How many devices there are.
    pub devices: u16,
    /// The number of the first one; the others follow.
    pub first: u16,
    /// Octets of the message that a device can send in each of its turns.
    pub message: u8,
    /// Most milliseconds from one turn of a device to its next.
    pub every_ms: u32,
    /// Bits of messages that the base receives in a second at least, if every device uses every turn.
    pub base_bps: u32,
    /// Bits of its message that a device sends in a second at least, while its frame is on the air.
    pub slot_bps: u32,
    /// The same, of a message to a device.
    pub downlink_bps: u32,
    /// Octets of a message to a device; 0 if nothing goes down.
    pub downlink: u8,
    /// Join slots of a superframe.
    pub joins: u8,
    /// Alarm slots of a superframe.
    pub alarms: u8,
    /// Octets of an alarm.
    pub alarm: u8,
    /// Extra slots of a superframe.
    pub extras: u8,
    /// Most of the time, in hundredths from 1 to 100, for beacon, downlink and slots; the rest is for whoever
    /// joins, for alarms, and for what was lost.
    pub use_percent: u8,
    /// The shortest superframe.
    pub least_period_us: u32,
    /// The shortest guard, as short as the radios need.
    pub least_guard_us: u32,
    /// The longest guard.
    pub most_guard_us: u32,
    /// What is known of the clocks.
    pub bounds: Bounds,
    /// The largest error of a frame's start, in microseconds.
    pub start_error_us: u16,
    /// How many beacons in a row a device heard, at least 1, before it missed as many as `lost`: it is still
    /// allowed to send then.
    pub heard: u8,
    /// How many beacons in a row a device misses.
    pub lost: u16,
    /// Microseconds that a radio takes from listening to sending.
    pub turn_us: u16,
    /// The rules.
    pub region: Region,
    /// What is radiated (e.r.p.), in microwatts.
    pub power_uw: u32,
    /// Where there are channels; as many are skipped as wide signals cover.
    pub grid: Grid,
    /// Most channels. Each has a base with a radio of its own.
    pub channels: u8,
}

impl Default for Demand {
    fn default() -> Self {
        Self {
            devices: 16,
            first: 1,
            message: 64,
            every_ms: u32::MAX,
            base_bps: 10_000,
            slot_bps: 5_000,
            downlink_bps: 1_000,
            downlink: 32,
            joins: 1,
            alarms: 4,
            alarm: 16,
            extras: 4,
            use_percent: 70,
            least_period_us: 0,
            least_guard_us: 500,
            most_guard_us: 1_000,
            bounds: Bounds { stamp_error_us: 20, drift_ppm: 43, drift_rate_ppb_per_s: 20 },
            start_error_us: 20,
            heard: 8,
            lost: 10,
            turn_us: 0,
            region: Region::CHINA,
            power_uw: microwatts(14),
            grid: Grid::new(470_300_000, 96),
            channels: 1,
        }
    }
}

impl Demand {
    /// The first of these settings that will do.
    ///
    /// # Errors
    /// [`PlanError`]: why the one that came nearest will not.
    pub fn plan(&self, profiles: &[Profile]) -> Result<Plan, PlanError> {
        let mut nearest = PlanError::NoProfile;
        for profile in profiles {
            match self.plan_for(profile) {
                Ok(plan) => return Ok(plan),
                Err(error) if error.stage() >= nearest.stage() => nearest = error,
                Err(_) => {}
            }
        }
        Err(nearest)
    }

    /// The plan with these settings: on as few channels as will do, turns as often as the demands allow.
    ///
    /// # Errors
    /// [`PlanError`], by the demand that is not met.
    pub fn plan_for(&self, profile: &Profile) -> Result<Plan, PlanError> {
        Search::new(self, profile)?.plan()
    }

    /// What comes of each of these settings, as a table.
    pub const fn survey<'a>(&'a self, profiles: &'a [Profile]) -> Survey<'a> {
        Survey::new(self, profiles)
    }
}

/// A schedule for each channel, and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Plan {
    /// The first channel's.
    schedule: Schedule,
    devices: u16,
    channels: u8,
    grid: Grid,
    /// Which channels of the grid there are: every second, third …
    stride: u8,
}

impl Plan {
    /// How many channels there are.
    pub const fn channels(&self) -> u8 {
        self.channels
    }

    /// How many devices there are. More can have a slot.
    pub const fn devices(&self) -> u16 {
        self.devices
    }

    /// The schedule of a channel, from 0: for its base, and for its devices. They differ in the number of the
    /// first device.
    pub fn schedule(&self, channel: u8) -> Option<Schedule> {
        if channel >= self.channels {
            return None;
        }
        let before = self.schedule.devices().checked_mul(channel.into())?;
        let layout = self.schedule.layout();
        Schedule::new(Layout { first: layout.first.checked_add(before)?, ..*layout }).ok()
    }

    /// The middle of a channel, from 0.
    pub const fn frequency_hz(&self, channel: u8) -> Option<u32> {
        match channel.checked_mul(self.stride) {
            Some(index) if channel < self.channels => self.grid.hz(index),
            _ => None,
        }
    }

    /// The channel of a device.
    pub fn channel(&self, number: u16) -> Option<u8> {
        let index = number.checked_sub(self.schedule.layout().first)?;
        let channel = u8::try_from(index.checked_div(self.schedule.devices())?).ok()?;
        (channel < self.channels).then_some(channel)
    }

    /// Microseconds from one turn of a device to its next.
    pub const fn round_us(&self) -> u64 {
        self.schedule.layout().period_us as u64 * self.schedule.layout().cycle as u64
    }

    /// Bits of messages that the bases of all channels receive in a second, if every device uses every turn.
    pub const fn base_bps(&self) -> u32 {
        rate_bps(self.devices as u64 * self.message() as u64, self.round_us())
    }

    /// Bits of its message that a device sends in a second, while its frame is on the air.
    pub const fn slot_bps(&self) -> u32 {
        rate_bps(self.message() as u64, self.frame_us())
    }

    /// The same, of a message to a device.
    pub const fn downlink_bps(&self) -> u32 {
        match self.schedule.layout().downlink {
            0 => 0,
            octets => rate_bps(octets as u64, self.downlink_us()),
        }
    }

    /// Thousandths of the time for beacon, downlink and slots.
    pub fn used_permille(&self) -> u16 {
        permille(self.schedule.used_us(), self.schedule.layout().period_us.into())
    }

    /// Thousandths of a slot in which its frame is on the air; the rest is listening and guard.
    pub fn airtime_permille(&self) -> u16 {
        permille(self.frame_us(), self.slot_us())
    }

    const fn message(&self) -> u8 {
        let [message, ..] = self.schedule.layout().messages;
        message
    }

    const fn frame_us(&self) -> u64 {
        self.schedule.airtime_us(self.message() as usize + UPLINK_HEAD + OVERHEAD)
    }

    const fn slot_us(&self) -> u64 {
        let layout = self.schedule.layout();
        self.frame_us() + layout.guard_us as u64 + layout.listen_us as u64
    }

    const fn downlink_us(&self) -> u64 {
        self.schedule.airtime_us(self.schedule.longest_downlink())
    }
}

/// Rounded to the nearest.
fn permille(part: u64, whole: u64) -> u16 {
    let rounded = part.saturating_mul(1_000).saturating_add(whole / 2).checked_div(whole);
    rounded.and_then(|rounded| u16::try_from(rounded).ok()).unwrap_or(u16::MAX)
}
