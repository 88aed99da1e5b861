//! Plans as tables.

use core::fmt::{self, Display, Formatter};

use super::{Demand, Plan};
use crate::PlanError;
use crate::airtime::{Bandwidth, Profile};

/// A row for each of a radio's settings: what the plan with it does, or why there is none.
///
/// ```
/// use lora_tdma::plan::{Demand, USUAL};
///
/// let demand = Demand::default();
/// println!("{}", demand.survey(&USUAL));
/// # assert_eq!(demand.survey(&USUAL).to_string().lines().count(), 2 + USUAL.len());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Survey<'a> {
    demand: &'a Demand,
    profiles: &'a [Profile],
}

impl<'a> Survey<'a> {
    pub(super) const fn new(demand: &'a Demand, profiles: &'a [Profile]) -> Self {
        Self { demand, profiles }
    }

    /// Each of the settings, and the plan with it.
    pub fn iter(&self) -> impl Iterator<Item = (&'a Profile, Result<Plan, PlanError>)> + use<'a> {
        let demand = self.demand;
        self.profiles.iter().map(|profile| (profile, demand.plan_for(profile)))
    }
}

impl Display for Survey<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("| radio | superframe, ms | slots | guard, us | used, % | channels | turn every, ms ")?;
        f.write_str("| base, kbit/s | slot, kbit/s | downlink, kbit/s | refused |\n")?;
        f.write_str("|---|---|---|---|---|---|---|---|---|---|---|")?;
        for (profile, plan) in self.iter() {
            write!(f, "\n| {} ", Radio(profile))?;
            match plan {
                Ok(plan) => plan.cells(f)?,
                Err(error) => write!(f, "| – | – | – | – | – | – | – | – | – | {error} |")?,
            }
        }
        Ok(())
    }
}

impl Plan {
    fn cells(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let layout = self.schedule.layout();
        let period = Thousandths(layout.period_us.into());
        write!(f, "| {period} | {} | {} ", self.schedule.slots(), layout.guard_us)?;
        write!(f, "| {} | {} ", Tenths(self.used_permille()), self.channels())?;
        write!(f, "| {} | {} ", Thousandths(self.round_us()), Thousandths(self.base_bps().into()))?;
        let (slot, downlink) = (Thousandths(self.slot_bps().into()), Thousandths(self.downlink_bps().into()));
        write!(f, "| {slot} | {downlink} | |")
    }
}

/// What there is to know of a plan, a row each.
impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let layout = self.schedule.layout();
        let profile = &layout.profile;
        let ms = |us: u64| Thousandths(us);
        f.write_str("| | |\n|---|---|\n")?;
        write!(f, "| radio | {}, coding rate 4/{}", Radio(profile), 4 + profile.coding_rate as u8)?;
        writeln!(f, ", preamble {} |", profile.preamble)?;
        write!(f, "| superframe | {} ms, ", ms(layout.period_us.into()))?;
        writeln!(f, "{} % used |", Tenths(self.used_permille()))?;
        let (octets, us) = (self.schedule.beacon_len(), self.schedule.beacon_us());
        writeln!(f, "| beacon | {octets} octets, {} ms |", ms(us))?;
        if layout.downlink != 0 {
            write!(f, "| downlink | {} octets, {} ms, ", layout.downlink, ms(self.downlink_us()))?;
            writeln!(f, "{} kbit/s |", Thousandths(self.downlink_bps().into()))?;
        }
        write!(f, "| slots | {} of {} octets, ", self.schedule.slots(), self.message())?;
        write!(f, "{} ms each, {} % airtime, ", ms(self.slot_us()), Tenths(self.airtime_permille()))?;
        writeln!(f, "{} kbit/s |", Thousandths(self.slot_bps().into()))?;
        let (listen, guard) = (layout.listen_us, layout.guard_us);
        writeln!(f, "| listening, guard | {listen} us, {guard} us |")?;
        write!(f, "| other slots | {} for joining, {} for alarms", layout.joins, layout.alarms)?;
        writeln!(f, ", {} extra |", layout.extras)?;
        write!(f, "| turns | every {} ms", ms(self.round_us()))?;
        match layout.cycle {
            1 => f.write_str(" |\n")?,
            cycle => writeln!(f, ", in one of {cycle} superframes |")?,
        }
        for channel in 0..self.channels {
            let Some(hz) = self.frequency_hz(channel) else { break };
            let before = self.schedule.devices().saturating_mul(channel.into());
            let first = layout.first.saturating_add(before);
            let last = first.saturating_add(self.schedule.devices() - 1);
            let mhz = Thousandths((hz / 1_000).into());
            writeln!(f, "| channel {channel} | {mhz} MHz, devices {first} to {last} |")?;
        }
        write!(f, "| base | {} kbit/s from {} devices |", Thousandths(self.base_bps().into()), self.devices)
    }
}

/// Spreading factor and bandwidth.
struct Radio<'a>(&'a Profile);

impl Display for Radio<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let bandwidth = match self.0.bandwidth {
            Bandwidth::Khz7_8 => "7.8",
            Bandwidth::Khz10_4 => "10.4",
            Bandwidth::Khz15_6 => "15.6",
            Bandwidth::Khz20_8 => "20.8",
            Bandwidth::Khz31_2 => "31.2",
            Bandwidth::Khz41_7 => "41.7",
            Bandwidth::Khz62_5 => "62.5",
            Bandwidth::Khz125 => "125",
            Bandwidth::Khz250 => "250",
            Bandwidth::Khz500 => "500",
        };
        write!(f, "SF{}/{bandwidth}", self.0.spreading_factor as u8)
    }
}

/// A number of thousandths.
struct Thousandths(u64);

impl Display for Thousandths {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1_000, self.0 % 1_000)
    }
}

/// A number of tenths.
struct Tenths(u16);

impl Display for Tenths {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}
