//! Every meter of a line.

use dlt645::{Found, Search};

use super::*;

impl Bus {
    /// Everything a search finds, in the order of the addresses.
    fn search(&mut self, retry: Retry) -> Vec<Found> {
        let mut search = Search::new(self.line, retry);
        search.start();
        let mut found = Vec::new();
        while let Some(next) = self.run(&mut search, |found| found) {
            found.push(next);
        }
        assert_eq!(search.poll(self.now + ms(100_000)), Output::Wait(None));
        found.sort_by_key(|found| match found {
            Found::Meter(address) | Found::Garbled(address) => *address,
        });
        found
    }
}

fn meters(addresses: &[Address]) -> Vec<Found> {
    let mut addresses = addresses.to_vec();
    addresses.sort();
    addresses.into_iter().map(Found::Meter).collect()
}

#[test]
fn nobody_is_found_on_a_silent_line() {
    let mut bus = Bus::new(&[]);
    assert_eq!(bus.search(Retry { retries: 2, ..RETRY }), []);
    assert_eq!(bus.asked, [Address::ANY; 3]);
    assert_eq!(bus.now, 3 * (RETRY.timeout + LINE.time(20)));
}

#[test]
fn one_meter_takes_two_questions() {
    let meter = address("123456789012");
    for script in [energy as Script, refusing] {
        let mut bus = Bus::new(&[meter]);
        bus.meters[0].script = script;
        bus.meters[0].delay = ms(500);
        assert_eq!(bus.search(Retry { retries: 2, ..RETRY }), [Found::Meter(meter)]);
        assert_eq!(bus.asked, [Address::ANY, meter]);
    }
}

#[test]
fn two_meters_that_differ_in_the_lowest_digits_take_two_levels() {
    let both = [address("170820150137"), address("170820150138")];
    for collision in [Collision::And, Collision::Garbage] {
        let mut bus = Bus { collision, ..Bus::new(&both) };
        assert_eq!(bus.search(RETRY), meters(&both), "{collision:?}");
        assert_eq!(bus.asked.len(), 1 + 100 + 2);
        assert_eq!(bus.asked[1], address("AAAAAAAAAA00"));
        assert_eq!(bus.asked[38..40], [address("AAAAAAAAAA37"), both[0]]);
    }
}

#[test]
fn two_meters_that_differ_in_the_highest_digits_take_every_level() {
    let both = [address("179999999999"), address("289999999999")];
    for collision in [Collision::And, Collision::Garbage] {
        let mut bus = Bus { collision, ..Bus::new(&both) };
        assert_eq!(bus.search(RETRY), meters(&both), "{collision:?}");
        assert_eq!(bus.asked.len(), 601);
        let question = RETRY.timeout + LINE.time(20);
        assert!(bus.now >= 593 * question && bus.now <= 601 * question + 8 * LINE.answer());
    }
}

#[test]
fn fifty_meters_are_found_once_each() {
    let mut random = 12_345_u64;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    // Of one delivery and from everywhere.
    let addresses: Vec<Address> = (0..50)
        .map(|place| match place % 2 {
            0 => address(&format!("2026{:08}", 40_000 + next(60))),
            _ => address(&format!("{:06}{:06}", next(1_000_000), next(1_000_000))),
        })
        .collect();
    let mut distinct = addresses;
    distinct.sort();
    distinct.dedup();
    assert!(distinct.len() > 35);
    for collision in [Collision::And, Collision::Garbage] {
        for spread in [0, 7, 480] {
            let mut bus = Bus { collision, ..Bus::new(&distinct) };
            for (place, meter) in bus.meters.iter_mut().enumerate() {
                meter.delay = ms(20 + place as u64 * 37 % (spread + 1));
            }
            assert_eq!(bus.search(RETRY), meters(&distinct), "{collision:?} {spread}");
        }
    }
}

#[test]
fn what_two_answers_make_of_each_other_is_no_meter() {
    // The address of both in one, bit by bit, with the checksum of both in one, is a frame.
    let ghost = |low: u32| {
        let pair = [address(&format!("02{low:010}")), address(&format!("01{low:010}"))];
        let mut bus = Bus { collision: Collision::And, ..Bus::new(&pair) };
        bus.meters.iter_mut().for_each(|meter| meter.script = zero);
        let command = Command::Read { identifier: Identifier::FORWARD_ACTIVE_ENERGY };
        let octets = command.encode_frame(Address::ANY, &mut [0; 16]).unwrap().to_vec();
        let heard: Vec<u8> = bus.heard(&octets).into_iter().map(|(_, octet)| octet).collect();
        let is_frame = Frame::decode(&heard).is_ok_and(|frame| !pair.contains(&frame.address));
        bus.asked.clear();
        is_frame.then_some((bus, pair))
    };
    let (mut bus, pair) = (0..100).find_map(ghost).unwrap();
    assert_eq!(bus.search(RETRY), meters(&pair));
}

#[test]
fn two_answers_one_after_the_other_are_of_two_meters() {
    let both = [address("1"), address("2")];
    let mut bus = Bus::new(&both);
    bus.meters[1].delay = ms(450);
    assert_eq!(bus.search(RETRY), meters(&both));
}

/// It answers behind the timeout too, when another question runs.
#[test]
fn a_meter_that_answers_again_is_not_told_twice() {
    let both = [address("123456789012"), address("123456789013")];
    for delay in [300, 700, 1_500] {
        let mut bus = Bus::new(&both);
        let mut again = bus.meters[0].clone();
        again.delay = ms(delay);
        bus.meters.push(again);
        assert_eq!(bus.search(RETRY), meters(&both), "{delay} ms");
    }
    let mut bus = Bus::new(&both[..1]);
    let again = Meter { delay: ms(200), ..bus.meters[0].clone() };
    bus.meters.push(again);
    assert_eq!(bus.search(RETRY), meters(&both[..1]));
    assert_eq!(bus.asked.len(), 2, "the same answer twice is of one meter");
}

#[test]
fn glitches_cost_nothing_and_noise_costs_time_only() {
    let meter = address("123456789012");
    let mut bus = Bus::new(&[meter]);
    bus.noise = vec![(ms(0), vec![0x00, 0xFF])];
    assert_eq!(bus.search(RETRY), [Found::Meter(meter)]);
    assert_eq!(bus.asked.len(), 2);

    // Noise behind the first two questions looks like several meters.
    let mut bus = Bus::new(&[meter]);
    let mut search = Search::new(LINE, RETRY);
    search.start();
    for expected in ["AAAAAAAAAAAA", "AAAAAAAAAA00"] {
        let Output::Transmit(octets) = search.poll(bus.now) else { panic!() };
        assert_eq!(Frame::decode(octets).unwrap().address, address(expected));
        search.transmitted(bus.now);
        search.receive(&[0x68; 9], bus.now + ms(50));
        bus.now += RETRY.timeout;
    }
    assert_eq!(bus.run(&mut search, |found| found), Some(Found::Meter(meter)));
    assert_eq!(bus.asked[0], address("AAAAAAAA0000"));
    assert_eq!(bus.run(&mut search, |found| found), None);
    assert_eq!(bus.asked.len(), 100 + 99 + 1);
}

#[test]
fn a_line_that_is_never_silent_is_told_soon() {
    let mut bus = Bus::new(&[]);
    bus.noise = vec![(ms(0), vec![0x55; 200])];
    let mut search = Search::new(LINE, RETRY);
    search.start();
    assert_eq!(bus.run(&mut search, |found| found), Some(Found::Garbled(address("0"))));
    assert_eq!(bus.asked.len(), 7);
}

#[test]
fn a_lost_answer_is_asked_for_again() {
    let meter = address("123456789012");
    let mut search = Search::new(LINE, Retry { retries: 1, ..RETRY });
    search.start();
    let mut bus = Bus::new(&[]);
    let Output::Transmit(_) = search.poll(ms(0)) else { panic!() };
    search.transmitted(ms(100));
    bus.now = ms(700);
    bus.meters.push(Meter::new(meter));
    assert_eq!(bus.run(&mut search, |found| found), Some(Found::Meter(meter)));
    assert_eq!(bus.run(&mut search, |found| found), None);
    assert_eq!(bus.asked, [Address::ANY, meter]);
}

#[test]
fn our_own_question_is_no_answer() {
    let both = [address("170820150137"), address("170820150138")];
    let mut bus = Bus { line: LINE.echoing(), ..Bus::new(&both) };
    assert_eq!(bus.search(RETRY), meters(&both));
    assert_eq!(bus.asked.len(), 103);
}

#[test]
fn two_meters_with_one_address_are_told_as_such() {
    let twin = address("000000000007");
    let mut bus = Bus::new(&[twin, twin]);
    assert_eq!(bus.search(Retry { retries: 1, ..RETRY }), [Found::Garbled(twin)]);
}

#[test]
fn a_meter_that_never_says_its_own_address_is_not_passed_over() {
    let mut bus = Bus::new(&[address("000000000007")]);
    bus.meters[0].name = Some(Address::ANY);
    assert_eq!(bus.search(RETRY), [Found::Garbled(address("000000000007"))]);
}

#[test]
fn a_meter_with_a_noisy_driver_is_found_by_its_whole_address() {
    let meter = address("000000000007");
    let mut bus = Bus::new(&[meter]);
    bus.meters[0].tail = &[0x55; 9];
    assert_eq!(bus.search(RETRY), [Found::Meter(meter)]);
    assert_eq!(bus.asked.len(), 601);
}

#[test]
fn a_search_begins_anew() {
    let both = [address("170820150137"), address("170820150138")];
    let mut bus = Bus::new(&both);
    let mut search = Search::new(LINE, RETRY);
    assert_eq!(search.poll(ms(0)), Output::Wait(None));
    for _ in 0..2 {
        search.start();
        assert_eq!(bus.run(&mut search, |found| found), Some(Found::Meter(both[0])));
        assert_eq!(bus.asked[0], Address::ANY);
        bus.asked.clear();
        bus.now += ms(1_000);
    }
    assert_eq!(bus.run(&mut search, |found| found), Some(Found::Meter(both[1])));
    assert_eq!(bus.run(&mut search, |found| found), None);
}
