//! Checks every airtime of `vectors/airtime.txt`, and that none of other programs' mistakes is made.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use lora_tdma::ProfileError;
use lora_tdma::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};

struct Vector {
    name: &'static str,
    profile: Profile,
    payload: u8,
    us: u64,
}

fn vectors() -> impl Iterator<Item = Vector> {
    let lines = include_str!("vectors/airtime.txt").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let [name, settings, payload, us, _source] =
            line.split(" | ").collect::<Vec<_>>().try_into().unwrap();
        Vector {
            name,
            profile: profile(settings),
            payload: payload.parse().unwrap(),
            us: us.parse().unwrap(),
        }
    })
}

/// Settings as the vectors write them.
fn profile(settings: &str) -> Profile {
    use {Bandwidth as B, CodingRate as C, Family as F, SpreadingFactor as S};
    let words: Vec<_> = settings.split(' ').collect();
    let [family, factor, bandwidth, "kHz", rate, "preamble", preamble, header, flags @ ..] = &words[..]
    else {
        panic!("{settings}")
    };
    Profile {
        family: if *family == "SX127x" { F::Sx127x } else { F::Sx126x },
        spreading_factor: [S::Sf5, S::Sf6, S::Sf7, S::Sf8, S::Sf9, S::Sf10, S::Sf11, S::Sf12]
            [factor[2..].parse::<usize>().unwrap() - 5],
        bandwidth: match *bandwidth {
            "7.8" => B::Khz7_8,
            "10.4" => B::Khz10_4,
            "15.6" => B::Khz15_6,
            "31.2" => B::Khz31_2,
            "62.5" => B::Khz62_5,
            "125" => B::Khz125,
            "250" => B::Khz250,
            "500" => B::Khz500,
            _ => panic!("{bandwidth}"),
        },
        coding_rate: [C::Cr4_5, C::Cr4_6, C::Cr4_7, C::Cr4_8][rate[2..].parse::<usize>().unwrap() - 5],
        preamble: preamble.parse().unwrap(),
        explicit_header: *header == "explicit",
        crc: flags.contains(&"CRC"),
        low_data_rate: flags.contains(&"LDRO"),
    }
}

#[test]
fn frames_take_exactly_their_airtime() {
    for Vector { name, profile, payload, us } in vectors() {
        assert_eq!(profile.airtime_us(payload), us, "{name}");
        let due = profile.wants_low_data_rate();
        assert_eq!(due, profile.low_data_rate, "{name}: low data rate is on where it is due");
    }
}

#[test]
fn airtimes_hold_exactly_their_payload() {
    for Vector { name, profile, payload, us } in vectors() {
        let longest = profile.payload_in(us).unwrap();
        assert!(longest >= payload && profile.airtime_us(longest) == us, "{name}: {longest}");
        assert!(profile.payload_in(us - 1) < Some(payload), "{name}");
    }
}

/// What one transmission may carry in China, where it may last 1 s.
#[test]
fn a_second_holds_so_much() {
    for (factor, preamble, payload) in [
        (5, 12, 255),
        (6, 12, 255),
        (7, 8, 255),
        (8, 8, 255),
        (9, 8, 197),
        (10, 8, 99),
        (11, 8, 36),
        (12, 8, 10),
    ] {
        let long = if factor > 10 { " LDRO" } else { "" };
        let settings = format!("SX126x SF{factor} 125 kHz 4/5 preamble {preamble} explicit CRC{long}");
        assert_eq!(profile(&settings).payload_in(1_000_000), Some(payload), "SF{factor}");
    }
}

#[test]
fn tiny_payloads_and_long_preambles_stay_exact() {
    let shortest = profile("SX126x SF12 500 kHz 4/8 preamble 0 implicit");
    // 4.25 symbols of sync word, 8 more, of 8192 us; those 8 hold five octets.
    assert_eq!(shortest.airtime_us(0), 49 * 2_048);
    assert_eq!((shortest.payload_in(49 * 2_048), shortest.payload_in(49 * 2_048 - 1)), (Some(5), None));
    let longest = Profile { bandwidth: Bandwidth::Khz7_8, preamble: u16::MAX, crc: true, ..shortest };
    assert!(longest.airtime_us(255) > u64::from(u32::MAX));
    assert_eq!(longest.payload_in(u64::MAX), Some(255));
    // Header and checksum alone need a block.
    let with_both = profile("SX126x SF7 125 kHz 4/5 preamble 8 explicit CRC");
    assert_eq!(with_both.payload_in(with_both.airtime_us(0) - 1), None);
}

#[test]
fn listening_takes_two_symbols_and_a_half() {
    for (settings, us) in [
        ("SX126x SF5 250 kHz 4/5 preamble 12 explicit CRC", 320),
        ("SX126x SF7 250 kHz 4/5 preamble 8 explicit CRC", 1_280),
        ("SX126x SF7 125 kHz 4/5 preamble 8 explicit CRC", 2_560),
    ] {
        assert_eq!(profile(settings).cad_us(), us, "{settings}");
    }
}

#[test]
fn what_no_chip_can_do_is_refused() {
    for (settings, result) in [
        ("SX126x SF5 250 kHz 4/5 preamble 12 explicit CRC", Ok(())),
        (
            "SX126x SF6 250 kHz 4/5 preamble 11 explicit CRC",
            Err(ProfileError::Preamble { needed: 12, have: 11 }),
        ),
        ("SX126x SF5 250 kHz 4/5 preamble 12 explicit CRC LDRO", Err(ProfileError::LowDataRate)),
        ("SX127x SF5 250 kHz 4/5 preamble 12 implicit CRC", Err(ProfileError::SpreadingFactor)),
        ("SX127x SF6 250 kHz 4/5 preamble 12 explicit CRC", Err(ProfileError::ExplicitHeader)),
        ("SX127x SF6 250 kHz 4/5 preamble 8 implicit CRC", Ok(())),
        ("SX127x SF7 250 kHz 4/5 preamble 8 explicit CRC", Ok(())),
        ("SX126x SF7 250 kHz 4/5 preamble 8 explicit CRC LDRO", Ok(())),
        (
            "SX126x SF11 125 kHz 4/5 preamble 8 explicit CRC",
            Err(ProfileError::LongSymbols { symbol_us: 16_384 }),
        ),
        ("SX126x SF11 125 kHz 4/5 preamble 8 explicit CRC LDRO", Ok(())),
        ("SX126x SF11 250 kHz 4/5 preamble 8 explicit CRC", Ok(())),
    ] {
        assert_eq!(profile(settings).check(), result, "{settings}");
    }
}

#[test]
fn low_data_rate_is_due_where_symbols_take_16_ms() {
    for (factor, bandwidth, due) in [
        (12, "250", true),
        (12, "500", false),
        (11, "125", true),
        (11, "250", false),
        (10, "62.5", true),
        (10, "125", false),
        (9, "31.2", true),
        (9, "62.5", false),
        (8, "15.6", true),
        (7, "7.8", true),
        (7, "15.6", false),
        (6, "7.8", false),
    ] {
        let profile = profile(&format!("SX126x SF{factor} {bandwidth} kHz 4/5 preamble 8 explicit CRC"));
        assert_eq!(profile.wants_low_data_rate(), due, "SF{factor} at {bandwidth} kHz");
    }
}

/// The formula in parts, so that each can be got wrong.
#[derive(Clone, Copy)]
struct Formula {
    payload: i64,
    crc: i64,
    header: i64,
    short: bool,
    reduced: i64,
    preamble: i64,
    symbol_us: f64,
    factor: i64,
    /// Blocks of a number of bits, by bits of a block.
    blocks: fn(i64, i64) -> f64,
    rate: i64,
}

impl Formula {
    fn of(profile: &Profile, payload: u8) -> Self {
        let factor = profile.spreading_factor as i64;
        let short = profile.family == Family::Sx126x && factor < 7;
        Self {
            payload: payload.into(),
            crc: if profile.crc { 16 } else { 0 },
            header: if profile.explicit_header { 20 } else { 0 },
            short,
            reduced: if profile.low_data_rate { 2 } else { 0 },
            preamble: profile.preamble.into(),
            symbol_us: f64::from(2_u32 * profile.bandwidth as u32) * (1_u32 << factor) as f64,
            factor,
            blocks: |bits, block| (bits as f64 / block as f64).ceil().max(0.0),
            rate: 4 + profile.coding_rate as i64,
        }
    }

    fn us(self) -> f64 {
        let bits =
            8 * self.payload + self.crc + self.header - 4 * self.factor + if self.short { 0 } else { 8 };
        let blocks = (self.blocks)(bits, 4 * (self.factor - self.reduced));
        let sync = if self.short { 6.25 } else { 4.25 };
        (self.preamble as f64 + sync + 8.0 + blocks * self.rate as f64) * self.symbol_us
    }
}

/// The airtime is right where the formula with one mistake is wrong.
fn avoids(settings: &str, payload: u8, us: u64, mistake: impl FnOnce(Formula) -> Formula) {
    let profile = profile(settings);
    let formula = Formula::of(&profile, payload);
    assert_eq!(formula.us(), us as f64, "the formula without the mistake");
    assert_eq!(profile.airtime_us(payload), us);
    assert_ne!(mistake(formula).us(), us as f64, "the example shows the mistake");
}

const SF5: &str = "SX126x SF5 500 kHz 4/5 preamble 12 implicit CRC";
const SF7: &str = "SX126x SF7 125 kHz 4/5 preamble 8 explicit CRC";
const SF8_PLAIN: &str = "SX126x SF8 125 kHz 4/6 preamble 8 explicit";
const SF12: &str = "SX126x SF12 500 kHz 4/5 preamble 8 explicit CRC";
const SF12_LONG: &str = "SX126x SF12 250 kHz 4/5 preamble 8 explicit CRC LDRO";
const SF12_BARE: &str = "SX126x SF12 500 kHz 4/5 preamble 12 implicit";

#[test]
fn sf5_is_not_treated_like_sf7() {
    avoids(SF5, 253, 34_000, |right| Formula { short: false, ..right });
}

#[test]
fn the_checksum_is_not_always_counted() {
    avoids(SF8_PLAIN, 3, 53_760, |right| Formula { crc: 16, ..right });
}

#[test]
fn the_checksum_is_not_multiplied_by_a_flag() {
    // 0x20 switches it on in the register of some chips.
    avoids(SF7, 10, 41_216, |right| Formula { crc: 16 * 0x20, ..right });
}

#[test]
fn the_header_is_not_subtracted() {
    avoids(SF7, 10, 41_216, |right| Formula { header: -20, ..right });
}

#[test]
fn the_low_data_rate_is_not_missing_at_sf12_and_250_khz() {
    avoids(SF12_LONG, 38, 987_136, |right| Formula { reduced: 0, ..right });
}

#[test]
fn the_low_data_rate_is_not_forced_at_sf12_and_500_khz() {
    avoids(SF12, 64, 616_448, |right| Formula { reduced: 2, ..right });
}

#[test]
fn the_low_data_rate_takes_two_bits_of_each_symbol_of_a_block() {
    // 4 SF - 2 instead of 4 (SF - 2).
    let blocks = |bits: i64, block: i64| (bits as f64 / (block + 6) as f64).ceil();
    avoids(SF12_LONG, 76, 1_642_496, |right| Formula { blocks, ..right });
}

#[test]
fn no_bits_are_no_block() {
    // (n - 1) / d + 1 is one block for none.
    let blocks = |bits: i64, block: i64| ((bits - 1) / block + 1) as f64;
    avoids(SF12_BARE, 5, 198_656, |right| Formula { blocks, ..right });
}

#[test]
fn tiny_payloads_do_not_wrap() {
    let blocks = |bits: i64, block: i64| (bits as u32).div_ceil(block as u32).into();
    avoids(SF12_BARE, 0, 198_656, |right| Formula { blocks, ..right });
}

#[test]
fn a_quarter_is_taken_before_rounding() {
    let blocks = |bits: i64, block: i64| (bits as f64 / (block / 4) as f64).ceil() / 4.0;
    avoids(SF7, 10, 41_216, |right| Formula { blocks, ..right });
}

#[test]
fn blocks_are_rounded_after_the_division() {
    let blocks = |bits: i64, block: i64| ((bits / block) as f64).ceil();
    avoids(SF7, 10, 41_216, |right| Formula { blocks, ..right });
}

#[test]
fn the_payload_is_the_one_asked_for() {
    avoids(SF7, 13, 46_336, |right| Formula { payload: 10, ..right });
}

#[test]
fn preambles_longer_than_255_count() {
    let settings = "SX126x SF7 125 kHz 4/5 preamble 300 explicit CRC";
    avoids(settings, 10, 340_224, |right| Formula { preamble: 300 & 0xFF, ..right });
}

#[test]
fn symbols_of_odd_bandwidths_are_exact() {
    // 2^7 / 10.42 kHz, down to microseconds.
    let settings = "SX126x SF7 10.4 kHz 4/5 preamble 8 explicit CRC";
    avoids(settings, 10, 494_592, |right| Formula { symbol_us: 12_284.0, ..right });
}

#[test]
fn times_are_not_rounded_to_milliseconds() {
    let profile = profile(SF7);
    assert_eq!(profile.airtime_us(10) % 1_000, 216);
}
