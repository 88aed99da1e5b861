//! Checks every line of `vectors/region.txt`, the channels, and budgets of airtime.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use lora_tdma::RegionError;
use lora_tdma::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};
use lora_tdma::region::{ChannelPlan, DutyCycle, Grid, Listening, Region, microwatts};

fn profile(bandwidth: &str) -> Profile {
    Profile {
        family: Family::Sx126x,
        spreading_factor: SpreadingFactor::Sf7,
        bandwidth: match bandwidth {
            "7.8" => Bandwidth::Khz7_8,
            "62.5" => Bandwidth::Khz62_5,
            "125" => Bandwidth::Khz125,
            "250" => Bandwidth::Khz250,
            "500" => Bandwidth::Khz500,
            _ => panic!("{bandwidth}"),
        },
        coding_rate: CodingRate::Cr4_5,
        preamble: 8,
        explicit_header: true,
        crc: true,
        low_data_rate: false,
    }
}

#[test]
fn frames_are_admitted_or_refused_with_the_reason() {
    for line in include_str!("vectors/region.txt").lines().filter(|line| !line.starts_with('#')) {
        let [name, region, khz, bandwidth, uw, us, expected, _source] =
            line.split(" | ").collect::<Vec<_>>().try_into().unwrap();
        let region = match region {
            "China" => Region::CHINA,
            "EU433" => Region::EU433,
            "EU868" => Region::EU868,
            _ => panic!("{region}"),
        };
        let hz = khz.parse::<u32>().unwrap() * 1_000;
        let result = region.admits(hz, &profile(bandwidth), uw.parse().unwrap(), us.parse().unwrap());
        let result = match result.map(|band| band.duty_permille) {
            Ok(None) => "ok".to_string(),
            Ok(Some(permille)) => format!("ok, {permille}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(result, expected, "{name}");
    }
}

#[test]
fn what_is_open_can_be_set() {
    let fast = profile("500");
    let admits = |region: &Region| region.admits(490_300_000, &fast, 50_000, 10_000).err();
    let wider = Region { occupied_permille: 1_001, ..Region::CHINA };
    assert_eq!(admits(&wider), Some(RegionError::Bandwidth { occupied_hz: 500_500, limit_hz: 500_000 }));
    let narrower = Region { occupied_permille: 900, ..Region::CHINA };
    assert_eq!(admits(&narrower), Some(RegionError::Power { uw: 50_000, limit_uw: 45_000 }));

    let [band] = Region::CHINA.bands else { panic!() };
    assert_eq!([200_000, 200_001, 500_000].map(|hz| band.limit_uw(hz)), [50_000, 20_000, 50_000]);

    assert_eq!(Region::CHINA.listening_us(&fast), 640);
    let long = Region { listening: Listening::Energy { us: 5_000 }, ..Region::CHINA };
    assert_eq!((long.listening_us(&fast), Region::EU868.listening_us(&fast)), (5_000, 0));
}

#[test]
fn a_crystal_may_be_coarse_but_not_too_coarse() {
    assert_eq!(Region::CHINA.admits_crystal(100), Ok(()));
    assert_eq!(Region::CHINA.admits_crystal(101), Err(RegionError::Tolerance { ppm: 101, limit_ppm: 100 }));
    assert_eq!(Region::EU868.admits_crystal(101), Ok(()));
}

#[test]
fn powers_are_those_of_the_rules() {
    for (dbm, uw) in [(-3, 1_000), (0, 1_000), (7, 5_000), (10, 10_000), (14, 25_000), (17, 50_000)] {
        assert_eq!(microwatts(dbm), uw, "{dbm} dBm");
    }
    assert_eq!((microwatts(27), microwatts(30), microwatts(127)), (500_000, 1_000_000, 1_000_000));
    for dbm in 0..=30_i8 {
        let exact = 1_000.0 * 10_f64.powf(f64::from(dbm) / 10.0);
        assert!((f64::from(microwatts(dbm)) / exact - 1.0).abs() < 0.01, "{dbm} dBm");
    }
}

/// First, last and how many, in kHz.
fn ends(grid: Grid) -> (u32, u32, u8) {
    let channels: Vec<u32> = grid.iter().collect();
    assert_eq!(channels.len(), usize::from(grid.count()));
    for (index, &hz) in (0..).zip(&channels) {
        assert_eq!((grid.hz(index), grid.index(hz)), (Some(hz), Some(index)));
        assert_eq!((grid.index(hz + 1), grid.index(hz + Grid::STEP_HZ / 2)), (None, None));
    }
    let last = channels[channels.len() - 1];
    assert_eq!((grid.hz(grid.count()), grid.index(last + Grid::STEP_HZ)), (None, None));
    assert_eq!(grid.index(channels[0] - Grid::STEP_HZ), None);
    (channels[0] / 1_000, last / 1_000, grid.count())
}

#[test]
fn plans_have_the_channels_of_lorawan() {
    let of = |grids: &[Grid]| grids.iter().copied().map(ends).collect::<Vec<_>>();
    let plan = |plan: ChannelPlan| (of(plan.up), of(plan.down), plan.beacons.map(ends));
    assert_eq!(
        plan(ChannelPlan::CN470),
        (vec![(470_300, 489_300, 96)], vec![(500_300, 509_700, 48)], Some((508_300, 509_700, 8)))
    );
    assert_eq!(
        plan(ChannelPlan::CN470_20A),
        (vec![(470_300, 476_500, 32), (503_500, 509_700, 32)], vec![(483_900, 496_500, 64)], None)
    );
    let both = vec![(476_900, 483_100, 32), (496_900, 503_100, 32)];
    assert_eq!(plan(ChannelPlan::CN470_20B), (both.clone(), both, None));
    assert_eq!(
        plan(ChannelPlan::CN470_26A),
        (vec![(470_300, 479_700, 48)], vec![(490_100, 494_700, 24)], Some((494_900, 494_900, 1)))
    );
    assert_eq!(
        plan(ChannelPlan::CN470_26B),
        (vec![(480_300, 489_700, 48)], vec![(500_100, 504_700, 24)], Some((504_900, 504_900, 1)))
    );
    let [down] = ChannelPlan::CN470.down else { panic!() };
    assert_eq!(down.index(ChannelPlan::CN470_SECOND_WINDOW_HZ), Some(25));
}

#[test]
fn every_channel_of_china_may_be_used() {
    for plan in [
        ChannelPlan::CN470,
        ChannelPlan::CN470_20A,
        ChannelPlan::CN470_20B,
        ChannelPlan::CN470_26A,
        ChannelPlan::CN470_26B,
    ] {
        for grid in plan.up.iter().chain(plan.down).copied().chain(plan.beacons) {
            for hz in grid.iter() {
                assert!(Region::CHINA.admits(hz, &profile("125"), microwatts(17), 1_000_000).is_ok(), "{hz}");
            }
        }
    }
}

#[test]
fn a_budget_comes_back_after_an_hour() {
    const SECOND: u64 = 1_000_000;
    let mut budget = <DutyCycle>::new(10);
    assert_eq!(budget.spend(5 * SECOND, 36 * SECOND), Ok(()));
    assert_eq!(budget.spend(50 * SECOND, 1), Err(RegionError::DutyCycle { us: 1, left_us: 0 }));
    // The hour is counted 1 s longer than it is, for clocks that are fast, and in twelve parts.
    assert_eq!(budget.left_us(3_600 * SECOND), 0);
    assert_eq!(budget.left_us(3_601 * SECOND + 300 * SECOND + SECOND), 36 * SECOND);
    // After a clock's step back, all of it counts.
    assert_eq!(budget.spend(8_000 * SECOND, 30 * SECOND), Ok(()));
    assert_eq!(budget.left_us(0), 6 * SECOND);
    assert_eq!(budget.spend(0, SECOND), Ok(()));
    assert_eq!(budget.left_us(8_000 * SECOND), 5 * SECOND);
}

#[test]
fn a_long_frame_counts_until_an_hour_after_its_end() {
    const SECOND: u64 = 1_000_000;
    let mut budget = <DutyCycle>::new(500);
    assert_eq!(budget.spend(290 * SECOND, 1_000 * SECOND), Ok(()));
    // The hour from 400 s on has 890 s of it.
    assert_eq!(budget.left_us(3_910 * SECOND), 800 * SECOND);
    assert_eq!(budget.left_us(5_191 * SECOND + 10 * SECOND), 1_800 * SECOND);
}

#[test]
fn a_budget_is_small() {
    assert_eq!(size_of::<DutyCycle>(), 64);
}
