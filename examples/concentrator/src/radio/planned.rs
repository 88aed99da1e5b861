//! What follows from a layout alone.

use std::io::{self, Write};

use lora_tdma::Schedule;
use lora_tdma::airtime::{Bandwidth, Profile, SpreadingFactor};
use lora_tdma::plan::{Demand, USUAL};
use lora_tdma::region::{Grid, Region, microwatts};
use radio_simulation::{FAST, Scenario};

use crate::radio::table::Table;

/// What the planner makes of the usual demands, and of each setting of the radio.
pub fn plan(out: &mut impl Write) -> io::Result<()> {
    let demand = Demand {
        devices: 16,
        message: 64,
        base_bps: 10_000,
        slot_bps: 5_000,
        downlink_bps: 1_000,
        use_percent: 70,
        lost: 10,
        region: Region::CHINA,
        grid: Grid::new(470_300_000, 96),
        power_uw: microwatts(13),
        ..Demand::default()
    };
    writeln!(
        out,
        "\n16 nodes, 64 octets, base 10 kbit/s within 70 %, 5 kbit/s in a slot, 1 kbit/s down, China, 13 dBm"
    )?;
    writeln!(out, "{}", demand.survey(&USUAL))?;
    match demand.plan(&USUAL) {
        Ok(plan) => writeln!(out, "\n{plan}"),
        Err(error) => writeln!(out, "\nno plan: {error}"),
    }
}

/// How much a schedule carries, from its layout alone.
pub fn capacity(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "\nrates with 30 % of the superframe spare: 16 nodes, guard 1 ms, listening first, a downlink of 32 octets"
    )?;
    let slow = Profile::usual(SpreadingFactor::Sf7, Bandwidth::Khz125);
    let mut table =
        Table::new(["radio", "octets", "superframe", "slot on the air", "base", "a node in its slot"]);
    for (name, profile, octets, goal) in [
        ("SF5/250", FAST, 64, "94 %, 13 kbit/s"),
        ("SF5/250", FAST, 128, "16 kbit/s"),
        ("SF7/125", slow, 64, "97 %"),
    ] {
        let mut layout = Scenario::office(octets).layout;
        layout.profile = profile;
        layout.listen_us = profile.cad_us();
        (layout.period_us, layout.joins, layout.alarms, layout.extras) = (u32::MAX, 0, 0, 0);
        let Ok(schedule) = Schedule::new(layout) else { continue };
        let period = schedule.used_us() as f64 / 0.7;
        let airtime = profile.airtime_us(octets + 14) as f64;
        let slot = airtime + f64::from(layout.guard_us) + f64::from(layout.listen_us);
        let bits = f64::from(octets) * 8_000.0;
        table.row([
            name.to_string(),
            octets.to_string(),
            format!("{:.0} ms", period / 1_000.0),
            format!("{:.1} %", 100.0 * airtime / slot),
            format!("{:.2} kbit/s", 16.0 * bits / period),
            format!("{:.1} kbit/s (goals: {goal})", bits / slot),
        ]);
    }
    write!(out, "{table}")
}
