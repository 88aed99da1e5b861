//! Laws of what may be sent where, and how much.

use lora_tdma::RegionError;
use lora_tdma::region::{DutyCycle, Region};

use crate::{Seed, lora_tdma::profile};

const HOUR_US: u64 = 3_600_000_000;

/// What a region admits is within every rule, and what it refuses breaks the rule it names, and no longer does
/// with the number that the error says. The octets are a region and a frame.
pub fn admits(octets: &[u8]) {
    let mut seed = Seed(octets);
    let choice = seed.u8();
    let region = [Region::CHINA, Region::EU433, Region::EU868][usize::from(choice % 3)];
    let region =
        if choice < 128 { region } else { Region { occupied_permille: seed.u16() % 2_048, ..region } };
    let start = region.bands[usize::from(seed.u8()) % region.bands.len()].low_hz - 500_000;
    let frequency = start + (seed.u64() % 42_000_000) as u32 / 12_500 * 12_500 / (1 + u32::from(choice & 12));
    let profile = profile(&mut seed);
    let power = (seed.u64() >> (seed.u8() & 0x3F)) as u32;
    let airtime = seed.u64() >> (seed.u8() & 0x3F);

    let occupied = region.occupied_hz(profile.bandwidth);
    let width = u64::from(occupied) * 1_000;
    let set = u64::from(profile.bandwidth.hz()) * u64::from(region.occupied_permille);
    assert!(width >= set && width < set + 1_000);
    let admits = |power, airtime| region.admits(frequency, &profile, power, airtime);
    let (low, high) =
        (u64::from(frequency) * 2 - u64::from(occupied), u64::from(frequency) * 2 + u64::from(occupied));
    let within = region
        .bands
        .iter()
        .filter(|band| u64::from(band.low_hz) * 2 <= low && high <= u64::from(band.high_hz) * 2);
    match admits(power, airtime) {
        Ok(band) => {
            assert!(within.clone().any(|other| other == band));
            assert!(occupied <= band.max_bandwidth_hz && power <= band.power_uw);
            assert!(region.max_airtime_us.is_none_or(|limit| airtime <= limit));
            assert!(admits(power / 2, airtime).is_ok() && admits(power, airtime / 2).is_ok());
            if region.bands == Region::CHINA.bands {
                // 10 mW for each 100 kHz, and 50 mW at all up to 200 kHz.
                assert!(occupied <= 200_000 || u64::from(power) * 10 <= u64::from(occupied));
            }
        }
        Err(RegionError::Frequency { low_hz, high_hz }) => {
            assert!(within.count() == 0 || occupied % 2 == 1);
            assert_eq!((low_hz + high_hz) / 2, frequency);
            assert!(high_hz - low_hz - occupied < 2);
        }
        Err(RegionError::Bandwidth { occupied_hz, limit_hz }) => {
            assert!(occupied_hz == occupied && occupied > limit_hz);
        }
        Err(RegionError::Power { uw, limit_uw }) => {
            assert!(uw == power && power > limit_uw && admits(limit_uw, airtime).is_ok());
            assert!(within.clone().all(|band| band.limit_uw(occupied) <= limit_uw));
        }
        Err(RegionError::Airtime { us, limit_us }) => {
            assert!(us == airtime && airtime > limit_us && Some(limit_us) == region.max_airtime_us);
            assert!(!matches!(admits(power, limit_us), Err(RegionError::Airtime { .. })));
        }
        Err(error) => panic!("{error}"),
    }
}

/// In no hour is more sent than the budget allows, and it allows what the last hour and two parts leave.
pub fn duty(octets: &[u8]) {
    let mut seed = Seed(octets);
    match seed.u8() % 4 {
        0 => sends(DutyCycle::<2>::new(u16::from(seed.u8())), 1, &mut seed),
        1 => sends(DutyCycle::<13>::new(u16::from(seed.u8())), 12, &mut seed),
        2 => sends(DutyCycle::<61>::new(1), 60, &mut seed),
        _ => sends(DutyCycle::<13>::new(1_000), 12, &mut seed),
    }
}

fn sends<const N: usize>(mut budget: DutyCycle<N>, parts: u64, seed: &mut Seed<'_>) {
    let limit = budget.left_us(0);
    let mut now = seed.u64() >> 20;
    let mut sent: Vec<(u64, u64)> = Vec::new();
    while !seed.is_empty() {
        let step = seed.u8();
        now += u64::from(seed.u16()) << (step & 0xF);
        let left = budget.left_us(now);
        let airtime = match step >> 6 {
            0 => left,
            1 => left + 1,
            2 => left / 3,
            _ => u64::from(seed.u16()) << (step >> 4 & 3),
        };
        match budget.spend(now, airtime) {
            Ok(()) => {
                assert!(airtime <= left);
                sent.push((now, now + airtime));
                now += airtime;
            }
            Err(error) => {
                assert_eq!(error, RegionError::DutyCycle { us: airtime, left_us: left });
                // What ended in the last hour and two parts of it.
                let since = now.saturating_sub((HOUR_US + 2_000_000) / parts * (parts + 2));
                let recent = sent.iter().filter(|(_, end)| *end >= since).map(|(start, end)| end - start);
                assert!(recent.sum::<u64>() + airtime > limit, "refused without need");
            }
        }
    }
    // The fullest hour ends where a frame ends, or begins where one begins.
    let hours = sent.iter().flat_map(|&(start, end)| [start, end.saturating_sub(HOUR_US)]);
    for hour in hours {
        let within = |time: u64| time.clamp(hour, hour + HOUR_US);
        let used: u64 = sent.iter().map(|&(start, end)| within(end) - within(start)).sum();
        assert!(used <= limit, "{used} us of {limit} us");
    }
}
