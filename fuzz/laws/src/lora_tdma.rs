//! Laws of airtime and time slots.

mod network;
mod schedule;

use lora_tdma::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};

use crate::Seed;
use network::{NODES, Network, layout as layout_of, no_stations};
pub use schedule::layout;

const FAST: Profile = Profile::usual(SpreadingFactor::Sf5, Bandwidth::Khz250);

/// The octets are a radio's settings and a length of payload.
pub fn airtime(octets: &[u8]) {
    let mut seed = Seed(octets);
    let profile = profile(&mut seed);
    let payload = seed.u8();
    let time = profile.airtime_us(payload);
    assert_eq!((i128::from(time), 1), expected(&profile, payload), "{profile:?}, {payload} octets");
    if let Some(more) = payload.checked_add(1) {
        assert!(profile.airtime_us(more) >= time, "a longer payload is not shorter on the air");
    }
    if let Some(preamble) = profile.preamble.checked_add(1) {
        let longer = Profile { preamble, ..profile }.airtime_us(payload);
        assert_eq!(longer - time, u64::from(profile.symbol_us()));
    }
    inverse(&profile, payload, seed.u64() >> (seed.u8() & 0x3F));
}

/// An airtime holds its payload and none that is longer on the air; so does any other time.
fn inverse(profile: &Profile, payload: u8, time: u64) {
    for time in [profile.airtime_us(payload), time] {
        let longest = profile.payload_in(time);
        assert_eq!(longest.is_none(), time < profile.airtime_us(0));
        assert!(longest.is_none_or(|longest| profile.airtime_us(longest) <= time));
        let next = longest.map_or(Some(0), |longest| longest.checked_add(1));
        assert!(next.is_none_or(|next| time < profile.airtime_us(next)), "{profile:?}, {time} us");
    }
    assert!(profile.payload_in(profile.airtime_us(payload)) >= Some(payload));
    assert_eq!(u64::from(profile.cad_us()) * 2, 5 * u64::from(profile.symbol_us()));
}

pub(crate) fn profile(seed: &mut Seed<'_>) -> Profile {
    use {Bandwidth as B, CodingRate as C, SpreadingFactor as S};
    let factors = [S::Sf5, S::Sf6, S::Sf7, S::Sf8, S::Sf9, S::Sf10, S::Sf11, S::Sf12];
    let bandwidths = [
        B::Khz7_8,
        B::Khz10_4,
        B::Khz15_6,
        B::Khz20_8,
        B::Khz31_2,
        B::Khz41_7,
        B::Khz62_5,
        B::Khz125,
        B::Khz250,
        B::Khz500,
    ];
    let flags = seed.u8();
    Profile {
        family: if flags & 1 == 0 { Family::Sx126x } else { Family::Sx127x },
        spreading_factor: factors[usize::from(seed.u8() % 8)],
        bandwidth: bandwidths[usize::from(seed.u8() % 10)],
        coding_rate: [C::Cr4_5, C::Cr4_6, C::Cr4_7, C::Cr4_8][usize::from(flags >> 1 & 3)],
        preamble: seed.u16(),
        explicit_header: flags & 8 != 0,
        crc: flags & 16 != 0,
        low_data_rate: flags & 32 != 0,
    }
}

/// The airtime in microseconds, as a reduced fraction, by the formulas of the data sheets.
fn expected(profile: &Profile, payload: u8) -> (i128, i128) {
    use Bandwidth as B;
    // In thirds of a hertz, which makes every true bandwidth a whole number.
    let bandwidth = match profile.bandwidth {
        B::Khz7_8 => 23_437 * 100 + 50,
        B::Khz10_4 => 3_125_000,
        B::Khz15_6 => 4_687_500,
        B::Khz20_8 => 6_250_000,
        B::Khz31_2 => 9_375_000,
        B::Khz41_7 => 12_500_000,
        B::Khz62_5 => 18_750_000,
        B::Khz125 => 37_500_000,
        B::Khz250 => 75_000_000,
        B::Khz500 => 150_000_000,
    };
    let factor = profile.spreading_factor as i128;
    let is_short = profile.family == Family::Sx126x && factor < 7;
    let mut bits = 8 * i128::from(payload) - 4 * factor;
    bits += if profile.crc { 16 } else { 0 };
    bits += if profile.explicit_header { 20 } else { 0 };
    bits += if is_short { 0 } else { 8 };
    let reduced = if profile.low_data_rate && !is_short { 2 } else { 0 };
    let per_block = 4 * (factor - reduced);
    let blocks = (bits.max(0) + per_block - 1) / per_block;
    let symbols = 8 + blocks * (4 + profile.coding_rate as i128);
    // Quarters of a symbol, since the sync word has 4.25 or 6.25.
    let quarters = 4 * (i128::from(profile.preamble) + symbols) + if is_short { 25 } else { 17 };
    let (time, unit) = (quarters * (1 << factor) * 300_000_000, 4 * bandwidth);
    let (mut a, mut b) = (time, unit);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    (time / a, unit / a)
}

/// A base and its nodes hear each other, and somebody who sends their frames again, late, damaged, or frames of his
/// own; they restart, leave, and change schedules and keys. The octets say what happens.
///
/// Nothing is sent in the past; a member whose clock was not deceived sends in turns of its own only; no message
/// comes twice; what is called delivered came.
pub fn link(octets: &[u8]) {
    let mut seed = Seed(octets);
    let mut stations = no_stations();
    let way = seed.u8();
    let mut network = Network::new(layout_of(way, 1), &mut stations);
    (0..NODES).for_each(|index| network.join(index));
    if way & 0x80 == 0 {
        network.run(4_000_000, &mut || false);
    }
    // What costs little goes on for longer than fuzzing has patience.
    for _ in 0..200 {
        if seed.is_empty() {
            break;
        }
        step(&mut network, &mut seed);
        network.poll_base();
        (0..NODES).for_each(|index| network.poll_node(index));
    }
}

fn step(network: &mut Network<'_>, seed: &mut Seed<'_>) {
    let [what, more] = seed.octets();
    let index = usize::from(more & 1);
    let nth = |network: &Network<'_>| {
        let flights = network.flights.iter().rev().filter(|flight| flight.end <= network.now);
        flights.skip(usize::from(more >> 1)).map(|flight| flight.frame.clone()).next()
    };
    match what % 24 {
        0 => network.now += 100 * u64::from(more),
        1 => network.now += u64::from(seed.u16()) << (more % 16),
        2..=5 => {
            let mut losses = u32::from(seed.u8()).wrapping_mul(0x0101_0101).rotate_left(what.into());
            network.run(20_000 * (1 + u64::from(more)), &mut || {
                losses = losses.rotate_left(1);
                losses & 1 != 0
            });
        }
        6 => network.run(4_000 * u64::from(more), &mut || false),
        7 => network.send(index, usize::from(more >> 1), false),
        8 => network.send(index, usize::from(more >> 1), true),
        9 => network.cancel(index),
        10 => network.send_down(index, usize::from(more >> 1)),
        11 => network.cancel_down(index),
        12 => network.send_to_all(usize::from(more >> 1), seed.u8() % 4),
        13 => network.change(more >> 4, u64::from(more & 15) * 1_000_000),
        14 => network.renew(u64::from(more & 15) * 1_000_000),
        15 => network.restart_node(index),
        16 => network.restart_base(),
        17 => match more >> 1 & 3 {
            0 => network.units[index].node.leave(),
            1 => network.dismiss(index),
            2 => network.enroll(index),
            _ => network.join(index),
        },
        18 | 19 => {
            // The same frame again.
            if let Some(frame) = nth(network) {
                network.base_hears(&frame);
                let now = network.now;
                (0..NODES).for_each(|index| network.node_hears(index, &frame, now));
            }
        }
        20 => {
            if let Some(mut frame) = nth(network) {
                let at = usize::from(seed.u8()) % frame.len();
                frame[at] ^= 1 << (what & 7);
                frame.truncate(frame.len() - usize::from(more & 1));
                network.base_hears(&frame);
                let now = network.now;
                (0..NODES).for_each(|index| network.node_hears(index, &frame, now));
            }
        }
        21 => network.units[index].node.busy(),
        22 => network.base.busy(),
        _ => {
            let noise = seed.slice(usize::from(more >> 1));
            network.base.garbled(lora_tdma::BaseTime::from_us(network.now));
            network.base_hears(noise);
            let now = network.now;
            (0..NODES).for_each(|index| network.node_hears(index, noise, now));
        }
    }
}

/// Whatever was lost for a while, and whoever restarted: once nothing is lost any more, every message comes, once,
/// and is called delivered; by time slots, by roll call and by intervals. The octets say what happens.
pub fn delivery(octets: &[u8]) {
    let mut seed = Seed(octets);
    let mut stations = no_stations();
    let mut network = Network::new(layout_of(seed.u8(), 1), &mut stations);
    (0..NODES).for_each(|index| network.join(index));
    for _ in 0..30 {
        if seed.is_empty() {
            break;
        }
        let [what, more] = seed.octets();
        let index = usize::from(more & 1);
        match what & 15 {
            0..=3 => network.send(index, usize::from(more >> 1), false),
            4 => network.send(index, usize::from(more >> 1), true),
            5 | 6 => network.send_down(index, usize::from(more >> 1)),
            7 => network.send_to_all(usize::from(more >> 1), 1 + (what >> 6)),
            8 => network.change(more >> 4, u64::from(more & 15) << 20),
            9 => network.renew(u64::from(more & 15) << 20),
            10 => network.restart_node(index),
            11 => network.restart_base(),
            12 => network.join(index),
            _ => {}
        }
        let mut losses = u64::from(seed.u16()) * 0x0001_0001_0001_0001;
        network.run(50_000 * u64::from(what), &mut || {
            losses = losses.rotate_left(1);
            losses & 1 != 0
        });
    }
    // Twice in a row: who has not the key of which a change was just made has still heard the beacon before.
    let mut settled = 0;
    for round in 0.. {
        assert!(round < 60, "something is never settled");
        network.run(4_000_000, &mut || false);
        for index in 0..NODES {
            // What an application does whose messages are not acknowledged, or that hears no beacon it knows.
            let node = &network.units[index].node;
            if round % 10 == 9 && (node.unanswered() > 20 || !node.is_idle() || !network.hears_all(index)) {
                network.join(index);
            }
        }
        let is_settled = network.is_settled() && (0..NODES).all(|index| network.hears_all(index));
        settled = if is_settled { settled + 1 } else { 0 };
        if settled == 2 {
            break;
        }
    }
    // Everybody hears what goes to all now, by every way.
    let first = network.sent + 1;
    (0..NODES).for_each(|index| network.send(index, 100, false));
    (0..NODES).for_each(|index| network.send_down(index, 100));
    for _ in 0..30 {
        network.send_to_all(30, 1);
        network.run(2_000_000, &mut || false);
    }
    let messages = (first..).take(NODES);
    for (index, (up, down)) in messages.clone().zip(messages.map(|up| up + NODES as u32)).enumerate() {
        assert!(network.units[index].settled.contains(&up), "message {up} is not delivered");
        assert!(network.delivered[index].contains(&down), "message {down} is not delivered");
        assert!(!network.delivered_to_all[index].is_empty(), "nothing was delivered to all");
    }
}
