//! Laws of the planner.

use lora_tdma::airtime::Profile;
use lora_tdma::plan::{Demand, Plan, USUAL};
use lora_tdma::region::{Grid, Region};
use lora_tdma::{BaseTime, Bounds, Clock, LocalTime, PlanError, Schedule, ScheduleError, Synchronized};

use crate::Seed;
use crate::lora_tdma::profile;

/// What uplink frames have besides their message, and what those to a device have; a request to join, and the
/// answer.
const UPLINK: u64 = 14;
const DOWNLINK: u64 = 14;
const JOIN: u64 = 25;
const ACCEPT: u64 = 47;

/// A plan meets every demand, no two frames overlap in it, and its guard holds whatever the clocks do. A
/// refusal names a demand that is not met, and what would do instead. The octets are a demand, settings of a
/// radio, and what the clocks do.
pub fn demand(octets: &[u8]) {
    let mut seed = Seed(octets);
    let flags = seed.u16();
    let profile = if flags & 1 == 0 { USUAL[usize::from(seed.u8()) % 24] } else { profile(&mut seed) };
    let demand = any(flags, &mut seed);
    match demand.plan_for(&profile) {
        Ok(plan) => {
            assert_eq!(demand.plan(&[profile]), Ok(plan));
            meets(&demand, &profile, &plan);
            for channel in 0..plan.channels() {
                let schedule = plan.schedule(channel).expect("every channel has a schedule");
                assert_eq!(Schedule::new(*schedule.layout()), Ok(schedule));
                if channel % 16 == 0 {
                    apart(&schedule);
                }
            }
            places(&demand, &plan, &mut seed);
            permitted(&demand, &profile, &plan);
            in_time(&demand, &plan, &mut seed);
            assert!(plan.to_string().lines().all(|row| row.matches('|').count() == 3));
            let fewer = Demand { channels: plan.channels() - 1, ..demand };
            assert!(fewer.plan_for(&profile).is_err(), "fewer channels will do");
        }
        Err(error) => {
            assert_eq!(demand.plan(&[profile]), Err(error));
            assert!(demand.survey(&[profile]).to_string().contains(&error.to_string()));
            mended(&demand, &profile, error);
        }
    }
}

fn any(flags: u16, seed: &mut Seed<'_>) -> Demand {
    let is_any = |bit: u16| flags >> bit & 1 != 0;
    let mut demand = Demand { base_bps: 0, slot_bps: 0, downlink_bps: 0, ..Demand::default() };
    let [region, start] = [seed.u8(), seed.u8()];
    (demand.region, demand.grid) = match region % 4 {
        0 | 1 => (Region::CHINA, Grid::new(470_300_000, start)),
        2 => (Region::EU433, Grid::new(433_300_000, start)),
        _ => (Region::EU868, Grid::new(863_100_000 + 100_000 * u32::from(start), 40)),
    };
    demand.power_uw = [10_000, 20_000, 25_000, 50_000][usize::from(region / 4 % 4)];
    demand.channels = 1 + seed.u8() % 9;
    demand.devices = if is_any(1) { seed.u16() } else { u16::from(seed.u8()) };
    demand.message = seed.u8();
    if is_any(2) {
        let rate = |seed: &mut Seed<'_>| u32::from(seed.u8()) * 128;
        (demand.base_bps, demand.slot_bps, demand.downlink_bps) = (rate(seed), rate(seed), rate(seed));
    }
    if is_any(3) {
        demand.every_ms = seed.u64() as u32 >> (seed.u8() & 31);
    }
    if is_any(4) {
        demand.bounds = Bounds {
            stamp_error_us: seed.u16().max(1),
            drift_ppm: seed.u16(),
            drift_rate_ppb_per_s: seed.u16(),
        };
    }
    if is_any(5) {
        (demand.heard, demand.lost) = (seed.u8(), seed.u16() >> (seed.u8() & 15));
        (demand.start_error_us, demand.turn_us) = (seed.u8().into(), seed.u8().into());
    }
    if is_any(6) {
        demand.least_guard_us = seed.u16().into();
        demand.most_guard_us = seed.u64() as u32 >> (seed.u8() & 31);
    }
    if is_any(7) {
        (demand.joins, demand.alarms, demand.extras) = (seed.u8() % 8, seed.u8() % 9, seed.u8() % 9);
        (demand.alarm, demand.downlink) = (seed.u8(), seed.u8());
    }
    if is_any(8) {
        demand.use_percent = seed.u8();
        demand.least_period_us = seed.u64() as u32 >> (seed.u8() & 31);
    }
    if is_any(9) {
        demand.first = seed.u16();
    }
    demand
}

/// A plan's rates and times are those that were demanded.
fn meets(demand: &Demand, profile: &Profile, plan: &Plan) {
    let schedule = plan.schedule(0).unwrap();
    let layout = schedule.layout();
    let slots = u64::from(schedule.slots());
    let airtime = |octets: u64| profile.airtime_us(octets.try_into().unwrap());
    let apart = u64::from(layout.guard_us) + u64::from(layout.listen_us);
    let (message, downlink) = (u64::from(demand.message), u64::from(demand.downlink));
    let (frame, down) = (airtime(message + UPLINK), airtime((downlink + DOWNLINK).max(ACCEPT)));

    let mut used = airtime(21 + 2 * slots + u64::from(demand.extras)) + slots * (frame + apart);
    if downlink != 0 {
        used += down + apart;
        assert!(8_000_000 * downlink >= u64::from(demand.downlink_bps) * down);
    }
    let period = u64::from(layout.period_us);
    assert!(used * 100 <= u64::from(demand.use_percent.clamp(1, 100)) * period);
    assert!(8_000_000 * message >= u64::from(demand.slot_bps) * frame);
    let round = u64::from(layout.cycle) * period;
    assert_eq!(plan.round_us(), round);
    assert!(round <= u64::from(demand.every_ms) * 1_000);
    let octets = u64::from(demand.devices) * message;
    assert!(8_000_000 * octets >= u64::from(demand.base_bps) * round);
    assert_eq!(u64::from(plan.base_bps()), 8_000_000 * octets / round);

    assert!(layout.period_us >= demand.least_period_us);
    assert!((demand.least_guard_us..=demand.most_guard_us).contains(&layout.guard_us));
    assert!((1..=demand.channels).contains(&plan.channels()));
    assert!(plan.channels() as u64 * slots * u64::from(layout.cycle) >= demand.devices.into());
    let listen = demand.region.listening_us(profile) + u32::from(demand.turn_us);
    assert_eq!((layout.listen_us, layout.profile), (listen, *profile));
}

/// Frames with the listening before them lie a guard apart, between what it takes to handle a beacon and to
/// prepare the next.
fn apart(schedule: &Schedule) {
    let layout = schedule.layout();
    let (guard, listen) = (u64::from(layout.guard_us), u64::from(layout.listen_us));
    let turn = u64::from(Schedule::TURN_US);
    let alarm = usize::from(layout.alarm) + UPLINK as usize;
    let message = |slot: u8| schedule.max_message(slot) + UPLINK as usize;
    let frames = (0..layout.joins).map(|join| (schedule.join_us(join), JOIN as usize));
    let frames = frames.chain((0..schedule.slots()).map(|slot| (schedule.slot_us(slot), message(slot))));
    let frames = frames.chain((0..layout.alarms).map(|slot| (schedule.alarm_us(slot), alarm)));
    let frames = frames.chain((0..layout.extras).map(|extra| (schedule.extra_us(extra), schedule.longest())));
    let mut frames: Vec<(u64, usize)> = frames.map(|(start, octets)| (start.unwrap(), octets)).collect();
    frames.extend(schedule.downlink_us().map(|start| (start, schedule.longest_downlink())));
    frames.sort_unstable();
    let mut free = schedule.beacon_us() + turn + guard / 2;
    for (start, octets) in frames {
        assert!(start >= free + listen, "frames overlap: {layout:?}");
        free = start + schedule.airtime_us(octets) + guard;
    }
    assert!(free - guard / 2 + turn <= u64::from(layout.period_us));
}

/// Every device has a channel, and no other channel has a slot for it.
fn places(demand: &Demand, plan: &Plan, seed: &mut Seed<'_>) {
    let Demand { first, devices, .. } = *demand;
    for index in [0, devices - 1, seed.u16() % devices] {
        let channel = plan.channel(first + index).expect("every device has a channel");
        for other in 0..plan.channels() {
            let has_slot = plan.schedule(other).unwrap().place(first + index).is_ok();
            assert_eq!(has_slot, other == channel);
        }
    }
    assert!(first == 0 || plan.channel(first - 1).is_none());
}

/// The region permits all that is sent, and no channel reaches into another.
fn permitted(demand: &Demand, profile: &Profile, plan: &Plan) {
    let schedule = plan.schedule(0).unwrap();
    let layout = schedule.layout();
    let airtime = |octets: usize| schedule.airtime_us(octets);
    let alarm = airtime(usize::from(layout.alarm) + UPLINK as usize);
    let longest =
        schedule.beacon_us().max(airtime(schedule.longest())).max(alarm).max(airtime(JOIN as usize));
    assert_eq!(demand.region.admits_crystal(demand.bounds.drift_ppm), Ok(()));
    let mut end = 0;
    for channel in 0..plan.channels() {
        let hz = plan.frequency_hz(channel).expect("every channel has its place");
        let band = demand.region.admits(hz, profile, demand.power_uw, longest).expect("it is permitted");
        let occupied = demand.region.occupied_hz(profile.bandwidth);
        assert!(channel == 0 || hz - end >= occupied, "channels overlap");
        end = hz;
        let Some(permille) = band.duty_permille else { continue };
        let down = if layout.downlink == 0 { 0 } else { airtime(schedule.longest_downlink()) };
        let extras = u64::from(layout.extras.div_ceil(2)) * airtime(schedule.longest());
        let base = schedule.beacon_us() + down + extras;
        assert!(base * 1_000 <= u64::from(layout.period_us) * u64::from(permille));
        let device = airtime(schedule.max_message(0) + UPLINK as usize) * u64::from(1 + layout.extras.min(2));
        assert!(device * 1_000 <= plan.round_us() * u64::from(permille));
    }
}

/// A clock as far off as it may be is never in doubt about more than half the guard, as long as it misses no
/// more beacons than was demanded.
fn in_time(demand: &Demand, plan: &Plan, seed: &mut Seed<'_>) {
    let Bounds { stamp_error_us, drift_ppm, .. } = demand.bounds;
    let schedule = plan.schedule(0).unwrap();
    let period = u64::from(schedule.layout().period_us);
    let start = BaseTime::from_us(1_700_000_000_000_000);
    const START_US: u64 = 1 << 40;
    // What the node's clock gains, and how late a beacon's end is taken down.
    let skew = i64::from(drift_ppm) * i64::from(seed.u8() as i8) / 128;
    let mut late = || i64::from(stamp_error_us - 1) * i64::from(seed.u8() as i8) / 128;
    let mut local = |passed: u64| {
        let gained = i128::from(passed) * i128::from(skew) / 1_000_000;
        LocalTime::from_us((START_US + passed).checked_add_signed(gained as i64 + late()).unwrap())
    };
    let mut clock = Clock::new(demand.bounds);
    let mut passed = 0;
    for beacon in 0..u64::from(demand.heard.max(1)) {
        passed = beacon * period;
        let synchronized = clock.synchronize(start.after(passed), local(passed));
        assert_ne!(synchronized, Synchronized::Fault, "{demand:?}");
    }
    for missed in 0..=u64::from(demand.lost.min(64)) {
        let estimate = clock.local_time(start.after(passed + (missed + 1) * period)).unwrap();
        let error = estimate.error_us + u64::from(demand.start_error_us);
        assert!(error <= u64::from(schedule.layout().guard_us / 2), "muted after {missed}: {demand:?}");
    }
}

/// A demand that is not met is met, or is no longer the reason, when it asks for what the refusal says.
fn mended(demand: &Demand, profile: &Profile, error: PlanError) {
    let again = |demand: Demand| demand.plan_for(profile);
    match error {
        PlanError::NoProfile => panic!("there is a profile"),
        PlanError::Profile(error) => assert_eq!(profile.check(), Err(error)),
        PlanError::NoChannel => assert!(demand.channels == 0 || demand.grid.count() == 0),
        PlanError::SlotRate { needed_bps, have_bps } => {
            assert!(have_bps < needed_bps && needed_bps == demand.slot_bps);
            let mended = again(Demand { slot_bps: have_bps, ..*demand });
            assert!(!matches!(mended, Err(PlanError::SlotRate { .. })));
        }
        PlanError::DownlinkRate { needed_bps, have_bps } => {
            assert!(have_bps < needed_bps && needed_bps == demand.downlink_bps);
            let mended = again(Demand { downlink_bps: have_bps, ..*demand });
            assert!(!matches!(mended, Err(PlanError::DownlinkRate { .. })));
        }
        PlanError::Guard { needed_us, limit_us, lost } => {
            assert!(needed_us > u64::from(limit_us));
            assert_eq!((limit_us, lost), (demand.most_guard_us, demand.lost));
        }
        PlanError::Round { needed_us, limit_us, .. } => {
            assert!(needed_us > limit_us && limit_us == u64::from(demand.every_ms) * 1_000);
            if let Ok(every_ms) = u32::try_from(needed_us.div_ceil(1_000)) {
                let mended = again(Demand { every_ms, ..*demand });
                assert!(matches!(mended, Ok(_) | Err(PlanError::BaseRate { .. })));
            }
        }
        PlanError::BaseRate { needed_bps, have_bps, .. } => {
            assert!(have_bps < needed_bps && needed_bps == demand.base_bps);
            again(Demand { base_bps: have_bps, ..*demand }).expect("nothing else was amiss");
        }
        PlanError::Schedule(ScheduleError::Period { needed_us, .. }) => {
            assert!(needed_us > u64::from(u32::MAX), "the planner says how long a superframe is");
        }
        _ => {}
    }
}
