//! Finds the plan of one profile.

use frame_crypto::{JoinRequest, OVERHEAD};

use super::{Demand, Plan, clocks};
use crate::airtime::Profile;
use crate::message::UPLINK_HEAD;
use crate::region::Grid;
use crate::superframe::MAX_SLOTS;
use crate::{Layout, PlanError, Schedule, ScheduleError};

/// Most guards that are tried, from the shortest on, before the longest.
const GUARDS: usize = 64;

/// Most extra slots that the beacon gives to one device.
const MOST_GRANTS: u8 = 2;

/// A profile, and what the region says to it.
pub(super) struct Search<'a> {
    demand: &'a Demand,
    profile: Profile,
    /// How many channels are allowed, of every so many of the grid.
    channels: u8,
    stride: u8,
    /// How much of the time one device may send.
    duty_permille: Option<u16>,
}

impl<'a> Search<'a> {
    /// Checks what does not depend on the superframe.
    pub(super) fn new(demand: &'a Demand, profile: &Profile) -> Result<Self, PlanError> {
        profile.check()?;
        demand.region.admits_crystal(demand.bounds.drift_ppm)?;
        let covered = demand.region.occupied_hz(profile.bandwidth).div_ceil(Grid::STEP_HZ);
        let stride = u8::try_from(covered).unwrap_or(u8::MAX).max(1);
        let mut search = Self { demand, profile: *profile, channels: 0, stride, duty_permille: None };
        for hz in demand.grid.iter().step_by(stride.into()).take(demand.channels.into()) {
            match demand.region.admits(hz, profile, demand.power_uw, 0) {
                Ok(band) => {
                    let permille = search.duty_permille.into_iter().chain(band.duty_permille).min();
                    (search.channels, search.duty_permille) = (search.channels + 1, permille);
                }
                Err(error) if search.channels == 0 => return Err(error.into()),
                Err(_) => break,
            }
        }
        if search.channels == 0 {
            return Err(PlanError::NoChannel);
        }
        search.check_rates()?;
        Ok(search)
    }

    /// Whether single frames are fast enough.
    fn check_rates(&self) -> Result<(), PlanError> {
        let Demand { slot_bps, downlink_bps, message, downlink, .. } = *self.demand;
        let schedule = Schedule::new(self.layout(1, 0, u32::MAX))?;
        let frame_us = schedule.airtime_us(usize::from(message) + UPLINK_HEAD + OVERHEAD);
        let have_bps = rate_bps(message.into(), frame_us);
        if have_bps < slot_bps {
            return Err(PlanError::SlotRate { needed_bps: slot_bps, have_bps });
        }
        let have_bps = rate_bps(downlink.into(), schedule.airtime_us(schedule.longest_downlink()));
        if have_bps < downlink_bps {
            return Err(PlanError::DownlinkRate { needed_bps: downlink_bps, have_bps });
        }
        Ok(())
    }

    /// The plan with the fewest channels.
    pub(super) fn plan(&self) -> Result<Plan, PlanError> {
        // Of one slot, of two, and so on. None has more slots than there are devices.
        let shapes: [_; MAX_SLOTS] = core::array::from_fn(|slot| {
            let is_of_use = slot == 0 || slot < usize::from(self.demand.devices);
            is_of_use.then(|| self.shape(slot as u8 + 1, 0))
        });
        let mut result = Err(PlanError::NoChannel);
        for channels in 1..=self.channels {
            result = self.round(&shapes, channels);
            if result.is_ok() {
                break;
            }
        }
        result
    }

    /// The plan with so many channels, and the shortest round.
    fn round(&self, shapes: &[Option<Result<Schedule, PlanError>>], channels: u8) -> Result<Plan, PlanError> {
        let demand = self.demand;
        let plans = shapes.iter().flatten().map(|shape| self.repeated(&(*shape)?, channels));
        let shorter = |best, plan| match (best, plan) {
            (Ok::<Plan, _>(best), Ok::<Plan, _>(plan)) if best.round_us() <= plan.round_us() => Ok(best),
            (Ok(best), Err(_)) => Ok(best),
            (Err(error), Err(_)) => Err(error),
            (_, plan) => plan,
        };
        let plan = plans.reduce(shorter).unwrap_or(Err(PlanError::NoChannel))?;
        let limit_us = u64::from(demand.every_ms) * 1_000;
        if plan.round_us() > limit_us {
            return Err(PlanError::Round { needed_us: plan.round_us(), limit_us, channels });
        }
        if plan.base_bps() < demand.base_bps {
            let (needed_bps, have_bps) = (demand.base_bps, plan.base_bps());
            return Err(PlanError::BaseRate { needed_bps, have_bps, channels });
        }
        Ok(plan)
    }

    /// As many superframes of this shape as give every device of every channel a slot.
    fn repeated(&self, shape: &Schedule, channels: u8) -> Result<Plan, PlanError> {
        let Demand { devices, first, extras, grid, .. } = *self.demand;
        let slots = shape.slots();
        let cycle = devices.div_ceil(u16::from(channels.max(1))).div_ceil(u16::from(slots.max(1)));
        let frame_us = shape.airtime_us(shape.max_message(0) + UPLINK_HEAD + OVERHEAD);
        let sent_us = frame_us * (1 + u64::from(extras.min(MOST_GRANTS)));
        let least_us = self.spread_us(sent_us).div_ceil(u64::from(cycle.max(1)));
        let shape = match u64::from(shape.layout().period_us) < least_us {
            true => self.shape(slots, least_us)?,
            false => *shape,
        };
        let schedule = Schedule::new(Layout { cycle, ..*shape.layout() })?;
        let plan = Plan { schedule, devices, channels, grid, stride: self.stride };
        if plan.schedule(channels.saturating_sub(1)).is_none() {
            let devices = u32::from(schedule.devices()) * u32::from(channels);
            return Err(ScheduleError::Devices { first, devices }.into());
        }
        Ok(plan)
    }

    /// The shortest superframe with so many slots, but no shorter than this.
    fn shape(&self, slots: u8, least_us: u64) -> Result<Schedule, PlanError> {
        let Demand { least_guard_us, most_guard_us, bounds, start_error_us, heard, lost, .. } = *self.demand;
        let mut guard_us = least_guard_us;
        let mut needed_us = u64::from(least_guard_us);
        for guards in 0..=GUARDS {
            let schedule = Schedule::new(self.layout(slots, guard_us, u32::MAX))?;
            self.check_airtime(&schedule)?;
            let period_us = self.period_us(&schedule, least_us)?;
            // A longer guard makes a longer superframe, in which clocks go farther astray.
            let error_us =
                clocks::error_us(bounds, period_us, heard, lost).saturating_add(start_error_us.into());
            needed_us = error_us.saturating_mul(2).max(least_guard_us.into());
            if needed_us > u64::from(most_guard_us) {
                break;
            }
            if needed_us <= u64::from(guard_us) {
                return Ok(Schedule::new(self.layout(slots, guard_us, period_us))?);
            }
            guard_us = if guards + 1 < GUARDS { needed_us as u32 } else { most_guard_us };
        }
        Err(PlanError::Guard { needed_us, limit_us: most_guard_us, lost })
    }

    fn check_airtime(&self, schedule: &Schedule) -> Result<(), PlanError> {
        let Demand { region, power_uw, grid, alarm, .. } = *self.demand;
        let alarm = usize::from(alarm) + UPLINK_HEAD + OVERHEAD;
        let octets = [schedule.beacon_len(), schedule.longest(), alarm, JoinRequest::LEN];
        let longest_us = octets.map(|octets| schedule.airtime_us(octets)).into_iter().fold(0, u64::max);
        let hz = grid.hz(0).ok_or(PlanError::NoChannel)?;
        region.admits(hz, &self.profile, power_uw, longest_us)?;
        Ok(())
    }

    /// The shortest period of this superframe.
    fn period_us(&self, schedule: &Schedule, least_us: u64) -> Result<u32, PlanError> {
        let Demand { use_percent, least_period_us, extras, .. } = *self.demand;
        let down_us = schedule.downlink_us().map_or(0, |_| schedule.airtime_us(schedule.longest_downlink()));
        // The base takes up to half of the extra slots.
        let extras_us = u64::from(extras.div_ceil(2)) * schedule.airtime_us(schedule.longest());
        let sent_us = schedule.beacon_us() + down_us + extras_us;
        let needed_us = schedule.needed_us().max(at_use(schedule.used_us(), use_percent));
        let needed_us = needed_us.max(self.spread_us(sent_us)).max(least_us).max(least_period_us.into());
        u32::try_from(needed_us).map_err(|_| ScheduleError::Period { needed_us, period_us: u32::MAX }.into())
    }

    /// The shortest time in which one device may send so long.
    fn spread_us(&self, sent_us: u64) -> u64 {
        match self.duty_permille {
            None => 0,
            Some(0) => u64::MAX,
            Some(permille) => sent_us.saturating_mul(1_000).div_ceil(permille.into()),
        }
    }

    fn layout(&self, slots: u8, guard_us: u32, period_us: u32) -> Layout {
        let Demand { first, message, downlink, joins, alarms, alarm, extras, turn_us, .. } = *self.demand;
        let listen_us = self.demand.region.listening_us(&self.profile).saturating_add(turn_us.into());
        let plain = Layout::plain(self.profile, slots, message, guard_us, period_us);
        Layout { first, listen_us, downlink, joins, alarms, alarm, extras, ..plain }
    }
}

/// The time of which this one is so many hundredths.
pub(super) const fn at_use(used_us: u64, percent: u8) -> u64 {
    let percent = if percent == 0 { 1 } else { percent as u64 };
    used_us.saturating_mul(100).div_ceil(if percent > 100 { 100 } else { percent })
}

/// Bits in a second.
pub(super) const fn rate_bps(octets: u64, us: u64) -> u32 {
    match octets.saturating_mul(8_000_000).checked_div(us) {
        Some(rate) if rate <= u32::MAX as u64 => rate as u32,
        _ => u32::MAX,
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::airtime::{Bandwidth, SpreadingFactor};
    use crate::plan::USUAL;
    use Bandwidth::{Khz125, Khz250, Khz500};
    use SpreadingFactor::{Sf5, Sf6, Sf7, Sf8, Sf9};

    /// Frames at their plainest: 12 octets besides a message either way, a beacon of 24 and a guard behind that
    /// as well, no listening.
    struct Simple {
        profile: Profile,
        guard_us: u64,
    }

    impl Simple {
        const OVERHEAD: u8 = 12;
        const BEACON: u8 = 24;
        const DOWNLINK: u8 = 32;

        fn new(factor: SpreadingFactor, bandwidth: Bandwidth) -> Self {
            let is_it =
                |profile: &&Profile| (profile.spreading_factor, profile.bandwidth) == (factor, bandwidth);
            Self { profile: *USUAL.iter().find(is_it).unwrap(), guard_us: 2_000 }
        }

        fn airtime_us(&self, message: u8) -> u64 {
            self.profile.airtime_us(message + Self::OVERHEAD)
        }

        fn slot_bps(&self, message: u8) -> u32 {
            rate_bps(message.into(), self.airtime_us(message))
        }

        fn period_us(&self, message: u8) -> u64 {
            let slots = 16 * (self.airtime_us(message) + self.guard_us);
            let down = self.airtime_us(Self::DOWNLINK) + self.guard_us;
            at_use(self.profile.airtime_us(Self::BEACON) + self.guard_us + down + slots, 70)
        }

        fn base_bps(&self, message: u8) -> u32 {
            rate_bps(16 * u64::from(message), self.period_us(message))
        }
    }

    /// In tenths of a kbit/s.
    fn tenths(bps: u32) -> u32 {
        (bps + 50) / 100
    }

    #[test]
    fn a_device_sends_so_fast_in_its_slot() {
        for (factor, bandwidth, expected) in [
            (Sf7, Khz125, [28, 37, 44]),
            (Sf7, Khz250, [55, 74, 89]),
            (Sf5, Khz125, [82, 107, 129]),
            (Sf5, Khz250, [165, 215, 257]),
            (Sf7, Khz500, [111, 148, 178]),
        ] {
            let simple = Simple::new(factor, bandwidth);
            assert_eq!([32, 64, 128].map(|message| tenths(simple.slot_bps(message))), expected, "{factor:?}");
        }
        assert_eq!(Simple::new(Sf7, Khz125).slot_bps(243), 4_864);
    }

    #[test]
    fn a_base_receives_so_fast_at_70_percent() {
        for (factor, bandwidth, expected) in [
            (Sf7, Khz125, [17, 24, 30]),
            (Sf7, Khz250, [34, 47, 59]),
            (Sf5, Khz125, [49, 67, 84]),
            (Sf5, Khz250, [92, 129, 164]),
            (Sf7, Khz500, [65, 91, 115]),
            (Sf6, Khz500, [104, 151, 190]),
            (Sf5, Khz500, [166, 239, 312]),
        ] {
            let simple = Simple::new(factor, bandwidth);
            assert_eq!([32, 64, 128].map(|message| tenths(simple.base_bps(message))), expected, "{factor:?}");
        }
        // 10 kbit/s take about 80 octets at SF7/500, or two channels of SF5/125, or four of SF7/125.
        assert!(Simple::new(Sf7, Khz500).base_bps(80) >= 10_000);
        assert!(2 * Simple::new(Sf5, Khz125).base_bps(64) >= 10_000);
        assert!(4 * Simple::new(Sf7, Khz125).base_bps(128) >= 10_000);
    }

    #[test]
    fn superframes_are_so_long_at_70_percent() {
        for (factor, bandwidth, expected) in
            [(Sf5, Khz250, 63), (Sf7, Khz250, 174), (Sf5, Khz125, 122), (Sf7, Khz125, 344)]
        {
            let period_us = Simple::new(factor, bandwidth).period_us(64);
            assert_eq!((period_us + 5_000) / 10_000, expected, "{factor:?}, in hundredths of a second");
        }
    }

    #[test]
    fn a_kilobit_goes_down_from_sf8_on() {
        let fast: Vec<bool> = [Sf9, Sf8, Sf7]
            .map(|factor| Simple::new(factor, Khz125).slot_bps(Simple::DOWNLINK) >= 1_000)
            .into();
        assert_eq!(fast, [false, true, true]);
    }

    /// With a guard of 1 ms, and 8 channels, if slots take 70 % of the time: what is left has to do for
    /// beacons and what goes down.
    #[test]
    fn so_many_devices_send_once_a_minute() {
        for (factor, bandwidth, expected) in [(Sf7, Khz125, 301), (Sf5, Khz250, 1_690)] {
            let slot_us = Simple::new(factor, bandwidth).airtime_us(64) + 1_000;
            assert_eq!(60_000_000 * 7 / 10 / slot_us, expected);
        }
    }
}
