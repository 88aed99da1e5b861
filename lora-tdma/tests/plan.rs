//! Plans meet the figures that the design asks for, and say why others will not do.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::panic, clippy::unwrap_used)]

use lora_tdma::airtime::{Bandwidth, Profile, SpreadingFactor};
use lora_tdma::plan::{Demand, Plan, USUAL};
use lora_tdma::region::{Grid, Region, microwatts};
use lora_tdma::{Bounds, Layout, PlanError, ProfileError, RegionError, ScheduleError};

use Bandwidth::{Khz125, Khz250, Khz500};
use SpreadingFactor::{Sf5, Sf6, Sf7, Sf8, Sf9, Sf12};

fn profile(factor: SpreadingFactor, bandwidth: Bandwidth) -> Profile {
    let is_it = |profile: &&Profile| (profile.spreading_factor, profile.bandwidth) == (factor, bandwidth);
    *USUAL.iter().find(is_it).unwrap()
}

/// No rate is demanded.
fn any_rate() -> Demand {
    Demand { base_bps: 0, slot_bps: 0, downlink_bps: 0, ..Demand::default() }
}

/// A guard of 1 ms, whatever the clocks need.
fn guard_of_1_ms() -> Demand {
    Demand { least_guard_us: 1_000, most_guard_us: 1_000, ..any_rate() }
}

fn plan(demand: Demand, factor: SpreadingFactor, bandwidth: Bandwidth) -> Plan {
    demand.plan_for(&profile(factor, bandwidth)).unwrap()
}

fn refusal(demand: Demand, factor: SpreadingFactor, bandwidth: Bandwidth) -> PlanError {
    demand.plan_for(&profile(factor, bandwidth)).unwrap_err()
}

/// 16 devices, a guard of 1 ms, listening before each frame, one downlink of 32 octets, 4 extra slots.
#[test]
fn sixteen_devices_at_70_percent() {
    for (factor, bandwidth, message, base_bps, airtime_permille) in [
        (Sf5, Khz250, 64, 13_050, 948),
        (Sf5, Khz250, 128, 16_253, 968),
        (Sf7, Khz125, 64, 2_310, 975),
        (Sf7, Khz125, 128, 2_840, 985),
        (Sf7, Khz250, 64, 4_589, 968),
        (Sf5, Khz125, 64, 6_653, 967),
        (Sf7, Khz500, 64, 9_056, 955),
    ] {
        let plan = plan(Demand { message, ..guard_of_1_ms() }, factor, bandwidth);
        assert_eq!((plan.base_bps(), plan.airtime_permille()), (base_bps, airtime_permille), "{plan}");
        assert_eq!(plan.used_permille(), 700);
        let layout = *plan.schedule(0).unwrap().layout();
        assert_eq!((layout.guard_us, layout.listen_us), (1_000, layout.profile.cad_us()));
    }
}

/// 10 kbit/s at the base, 5 kbit/s in a slot, 1 kbit/s down.
#[test]
fn the_design_figures_take_sf5_at_250_khz_or_more_octets() {
    let chosen = |message, channels| {
        let plan = Demand { message, channels, ..Demand::default() }.plan(&USUAL).unwrap();
        assert!(plan.base_bps() >= 10_000 && plan.slot_bps() >= 5_000 && plan.downlink_bps() >= 1_000);
        assert!(plan.used_permille() <= 700);
        let profile = plan.schedule(0).unwrap().layout().profile;
        (profile.spreading_factor, profile.bandwidth, plan.channels())
    };
    assert_eq!(chosen(64, 1), (Sf5, Khz250, 1));
    assert_eq!(chosen(96, 1), (Sf7, Khz500, 1));
    assert_eq!(chosen(64, 2), (Sf5, Khz125, 2));
    assert_eq!(chosen(128, 2), (Sf8, Khz500, 2));

    let demand = Demand { message: 32, ..Demand::default() };
    let error = refusal(demand, Sf5, Khz250);
    assert!(matches!(error, PlanError::BaseRate { have_bps: 8_900..9_000, channels: 1, .. }), "{error}");
    let demand = Demand { devices: 64, message: 128, channels: 4, slot_bps: 0, ..Demand::default() };
    assert_eq!(plan(demand, Sf7, Khz125).channels(), 4);
}

#[test]
fn a_kilobit_goes_down_from_sf8_on() {
    let demand = Demand { base_bps: 0, slot_bps: 0, most_guard_us: 5_000, ..Demand::default() };
    let error = PlanError::DownlinkRate { needed_bps: 1_000, have_bps: 830 };
    assert_eq!(refusal(demand, Sf9, Khz125), error);
    assert_eq!(plan(demand, Sf8, Khz125).downlink_bps(), 1_466);
}

/// Each sends 64 octets once a minute, with a guard of 1 ms, on 8 channels.
#[test]
fn thousands_of_devices_share_8_channels() {
    let all = Demand { every_ms: 60_000, channels: 8, ..guard_of_1_ms() };
    // What goes down and beacons are above the 73 % of the slots; what is left will do for less that is extra.
    let slots = Demand { use_percent: 79, alarms: 2, extras: 2, ..all };
    for (demand, factor, bandwidth, devices) in [
        (all, Sf7, Khz125, 2_128),
        (all, Sf5, Khz250, 12_160),
        (slots, Sf7, Khz125, 2_400),
        (slots, Sf5, Khz250, 13_568),
    ] {
        let plan = plan(Demand { devices, ..demand }, factor, bandwidth);
        assert!(plan.round_us() <= 60_000_000 && plan.channels() == 8, "{plan}");
        let schedule = plan.schedule(0).unwrap();
        let slot_us = schedule.slot_us(1).unwrap() - schedule.slot_us(0).unwrap();
        let period_us = u64::from(schedule.layout().period_us);
        assert!(u64::from(schedule.slots()) * slot_us * 1_000 / period_us <= 730);
        let more = Demand { devices: devices + devices / 20, ..demand };
        assert!(matches!(refusal(more, factor, bandwidth), PlanError::Round { channels: 8, .. }));
    }
}

/// Every device has one place on one channel, and no two the same.
#[test]
fn numbers_are_divided_among_channels() {
    for devices in [1, 7, 16, 17, 100, 1_001] {
        let demand = Demand { devices, first: 40, channels: 5, base_bps: 30_000, ..any_rate() };
        let Ok(plan) = demand.plan(&USUAL[18..]) else { continue };
        let mut places = Vec::new();
        for number in 40..40 + devices {
            let channel = plan.channel(number).unwrap();
            assert!(channel < plan.channels());
            let place = plan.schedule(channel).unwrap().place(number).unwrap();
            places.push((channel, place.phase, place.slot));
            let others = (0..plan.channels()).filter(|&other| other != channel);
            let knows = |other| plan.schedule(other).unwrap().place(number).is_ok();
            assert!(!others.into_iter().any(knows), "{number} is on two channels");
        }
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), usize::from(devices));
        assert_eq!((plan.channel(39), plan.schedule(plan.channels())), (None, None));
        assert_eq!(plan.frequency_hz(plan.channels()), None);
    }
}

/// The guard covers what two neighbours' clocks may be off, as the superframes get longer and more beacons are
/// lost.
#[test]
fn guards_grow_with_the_beacons_that_are_lost() {
    let guard = |heard, lost| {
        let demand = Demand { heard, lost, least_guard_us: 0, most_guard_us: 5_000, ..any_rate() };
        plan(demand, Sf5, Khz250).schedule(0).unwrap().layout().guard_us
    };
    // 20 us each way for time stamps and for the start, and 43 millionths of 0.6 s for each beacon.
    assert_eq!((guard(1, 0), guard(1, 1), guard(1, 10)), (144, 196, 678));
    // What a device has heard before helps.
    assert_eq!((guard(2, 10), guard(8, 10), guard(24, 10)), (678, 218, 132));

    let bounds = Bounds { stamp_error_us: 20, drift_ppm: 60, drift_rate_ppb_per_s: 20 };
    let demand = Demand { bounds, heard: 1, lost: 20, ..any_rate() };
    let PlanError::Guard { needed_us, limit_us: 1_000, lost: 20 } = refusal(demand, Sf9, Khz125) else {
        panic!("the guard is too short")
    };
    assert!(needed_us > 1_000);
}

#[test]
fn the_region_says_no() {
    let wide = Region { occupied_permille: 1_030, ..Region::CHINA };
    let error = RegionError::Bandwidth { occupied_hz: 515_000, limit_hz: 500_000 };
    assert_eq!(refusal(Demand { region: wide, ..any_rate() }, Sf5, Khz500), error.into());

    // 10 mW for each 100 kHz.
    let error = RegionError::Power { uw: 50_000, limit_uw: 25_000 };
    assert_eq!(refusal(Demand { power_uw: microwatts(17), ..any_rate() }, Sf5, Khz250), error.into());

    let error = refusal(any_rate(), Sf12, Khz125);
    assert!(matches!(error, PlanError::Region(RegionError::Airtime { limit_us: 1_000_000, .. })), "{error}");

    let crystal = Demand { bounds: Bounds { drift_ppm: 101, ..any_rate().bounds }, ..any_rate() };
    let error = RegionError::Tolerance { ppm: 101, limit_ppm: 100 };
    assert_eq!(refusal(crystal, Sf7, Khz125), error.into());

    let outside = Demand { grid: Grid::new(469_900_000, 1), ..any_rate() };
    assert!(matches!(refusal(outside, Sf7, Khz125), PlanError::Region(RegionError::Frequency { .. })));
}

/// Wide signals take more of the grid, and what lies outside the band is left out.
#[test]
fn channels_do_not_overlap() {
    let demand = Demand { channels: 9, ..any_rate() };
    for (factor, bandwidth, base_bps, step_hz) in
        [(Sf5, Khz125, 10_000, 200_000), (Sf5, Khz250, 20_000, 400_000), (Sf5, Khz500, 30_000, 600_000)]
    {
        let plan = plan(Demand { base_bps, ..demand }, factor, bandwidth);
        assert_eq!(plan.channels(), 2);
        assert_eq!(plan.frequency_hz(1), Some(470_300_000 + step_hz));
    }
    let grid = Grid::new(509_300_000, 20);
    let error = refusal(Demand { grid, base_bps: 100_000, ..demand }, Sf5, Khz125);
    assert!(matches!(error, PlanError::BaseRate { channels: 4, .. }), "{error}");
    let grid = Grid::new(470_300_000, 6);
    let error = refusal(Demand { grid, base_bps: 100_000, ..demand }, Sf5, Khz500);
    assert!(matches!(error, PlanError::BaseRate { channels: 2, .. }), "{error}");
    let none = Demand { channels: 0, ..any_rate() };
    assert_eq!(refusal(none, Sf5, Khz125), PlanError::NoChannel);
}

/// 1 % for the base: beacon, downlink and two extra slots.
#[test]
fn superframes_are_as_long_as_the_duty_cycle_demands() {
    let demand =
        Demand { region: Region::EU868, grid: Grid::new(868_100_000, 3), most_guard_us: 2_000, ..any_rate() };
    let plan = plan(demand, Sf5, Khz125);
    let schedule = plan.schedule(0).unwrap();
    let extras_us = 2 * schedule.airtime_us(schedule.longest());
    let sent_us = schedule.beacon_us() + schedule.airtime_us(schedule.longest_downlink()) + extras_us;
    assert_eq!(u64::from(schedule.layout().period_us), 100 * sent_us);
    // Nothing but beacons of one slot: then it is the device that may not send so often.
    let mut layout = *schedule.layout();
    layout = Layout { downlink: 0, extras: 0, ..layout };
    assert_eq!(layout.listen_us, 0);
    let demand = Demand { devices: 1, downlink: 0, extras: 0, ..demand };
    let plan = demand.plan_for(&profile(Sf5, Khz125)).unwrap();
    assert_eq!(plan.round_us(), 100 * layout.profile.airtime_us(78));
}

#[test]
fn what_cannot_be_has_a_reason() {
    let old = Profile { preamble: 8, ..profile(Sf5, Khz250) };
    let error = ProfileError::Preamble { needed: 12, have: 8 };
    assert_eq!(any_rate().plan_for(&old), Err(error.into()));
    let error = PlanError::SlotRate { needed_bps: 5_000, have_bps: 3_696 };
    assert_eq!(refusal(Demand::default(), Sf7, Khz125), error);
    let error = ScheduleError::Message { message: 250, limit: 241 };
    assert_eq!(refusal(Demand { message: 250, ..any_rate() }, Sf5, Khz250), error.into());
    for demand in [Demand { devices: 0, ..any_rate() }, Demand { first: 65_530, ..any_rate() }] {
        let error = refusal(demand, Sf5, Khz250);
        assert!(matches!(error, PlanError::Schedule(ScheduleError::Devices { .. })), "{error}");
    }
    assert_eq!(any_rate().plan(&[]), Err(PlanError::NoProfile));
    // The reason is that of the settings that came nearest.
    let demand = Demand { base_bps: 100_000, slot_bps: 40_000, ..any_rate() };
    let error = demand.plan(&[profile(Sf5, Khz500), profile(Sf6, Khz500)]).unwrap_err();
    assert!(matches!(error, PlanError::BaseRate { have_bps: 25_000.., .. }), "{error}");
}

#[test]
fn a_survey_has_a_row_for_each_of_the_settings() {
    let demand = Demand::default();
    let table = demand.survey(&USUAL).to_string();
    let rows: Vec<&str> = table.lines().skip(2).collect();
    assert_eq!(rows.len(), USUAL.len());
    let columns = |row: &str| row.matches('|').count();
    assert!(table.lines().all(|row| columns(row) == 12), "{table}");
    for (row, (_, plan)) in rows.iter().zip(demand.survey(&USUAL).iter()) {
        match plan {
            Ok(plan) => assert!(row.contains(&format!("| {}.", plan.base_bps() / 1_000)), "{row}"),
            Err(error) => assert!(row.ends_with(&format!("| {error} |")), "{row}"),
        }
    }
    assert_eq!(
        rows[21],
        "| SF5/250 | 615.572 | 16 | 500 | 70.0 | 1 | 615.572 | 13.307 | 21.476 | 15.841 | |"
    );
    assert!(rows[12].ends_with("| a device sends 3696 bit/s in its slot: 5000 bit/s are demanded |"));
}
