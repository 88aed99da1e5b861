//! Secondary addresses.

use mbus::Target;

use super::*;

#[test]
fn nobody_is_found_on_a_silent_bus() {
    let mut bus = Bus::new(Vec::new());
    assert_eq!(bus.selections(Scope::Secondary, Retry { retries: 2, ..RETRY }), []);
    assert_eq!(bus.frames, 3 + 1);
}

#[test]
fn one_meter_takes_seven_frames() {
    for scope in [Scope::Secondary, Scope::Hexadecimal] {
        let mut bus = Bus::numbers(&[0x1234_5678]);
        assert_eq!(bus.selections(scope, Retry { retries: 2, ..RETRY }), [water(0x1234_5678)]);
        assert_eq!(bus.frames, 7);
    }
}

#[test]
fn two_meters_are_told_apart_by_any_digit() {
    for pair in [[0x1999_9999, 0x2999_9999], [0x1234_5671, 0x1234_5672], [0x0000_0010, 0x0000_0020]] {
        for delay in [ms(5), ms(12), ms(40), ms(180)] {
            let mut bus = Bus::numbers(&pair);
            bus.meters[1] = bus.meters[1].clone().delayed(delay);
            assert_eq!(bus.selections(Scope::Secondary, RETRY), pair.map(water), "{delay:?}");
        }
    }
}

/// New meters of one delivery: one answer covers the other, bit for bit, its checksum too.
#[test]
fn an_answer_that_covers_another_hides_no_meter() {
    let pairs = (0..8).flat_map(|digit| (1..10).map(move |other| [0, other << (4 * digit)]));
    for pair in pairs.chain([[0x1234_5670, 0x1234_5671], [0x1234_5600, 0x1234_5640]]) {
        for value in [0, 1, 2, 3, 4, 7, 250] {
            let mut bus = Bus::numbers(&pair);
            bus.meters.iter_mut().for_each(|meter| meter.handler().value = value);
            assert_eq!(bus.selections(Scope::Secondary, RETRY), pair.map(water), "{pair:X?} {value}");
        }
    }
}

/// A number that is both numbers in one, bit by bit, with a checksum that is right.
#[test]
fn what_two_answers_make_of_each_other_is_no_meter() {
    for low in 0..16 {
        let pair = [0x1234_5610 + low % 10, 0x1234_5620 + low % 10];
        let mut bus = Bus::numbers(&pair);
        assert_eq!(bus.selections(Scope::Secondary, RETRY), pair.map(water), "{pair:X?}");
    }
}

#[test]
fn hexadecimal_digits_are_found_on_demand() {
    let numbers = [0x1234_5678, 0x1234_567A, 0xE234_5678];
    let mut bus = Bus::numbers(&numbers);
    assert_eq!(bus.selections(Scope::Hexadecimal, RETRY), numbers.map(water));
    assert_eq!(bus.selections(Scope::Secondary, RETRY), [water(0x1234_5678)]);
}

#[test]
fn meters_with_the_same_number_are_told_apart_by_what_is_left() {
    let number = 0x1234_5678;
    let meters = [
        water(number),
        Selection { medium: Medium::HEAT, ..water(number) },
        Selection { version: 0, ..water(number) },
        Selection { version: 0xFE, ..water(number) },
        Selection { manufacturer: Manufacturer(0x0421), ..water(number) },
        Selection { manufacturer: Manufacturer(0x6B5A), ..water(number) },
        Selection { medium: Medium(0xFE), ..water(number) },
    ];
    let server = |&selection: &Selection| Server::new(Address(0), Plain { selection, value: 0 });
    let mut bus = Bus::new(meters.iter().map(server).collect());
    let mut sorted = meters;
    sorted.sort();
    assert_eq!(bus.selections(Scope::Secondary, RETRY), sorted);
}

#[test]
fn two_meters_with_the_same_address_are_garbled() {
    let number = 0x1234_5678;
    let mut bus = Bus::numbers(&[number, number, 0x8765_4321]);
    bus.meters[1].handler().value = 12_345;
    bus.meters[1] = bus.meters[1].clone().delayed(ms(40));
    let mut found = bus.search(Scope::Secondary, Retry { retries: 1, ..RETRY });
    let meter = Found::Meter { address: Address(0), selection: Some(water(0x8765_4321)) };
    assert_eq!(found.pop(), Some(meter));
    assert_eq!(found, [Found::Garbled(Target::Secondary(water(number)))]);
}

/// Numbers of one delivery, numbers from everywhere, and numbers that occur twice with another manufacturer,
/// version or medium.
#[test]
fn two_hundred_and_fifty_meters_are_found_once_each() {
    let mut next = random(12_345);
    let mut meters = Vec::new();
    for place in 0..250 {
        let selection = match place % 10 {
            0..4 => water(0x2026_0000 + bcd(100 + place)),
            4..9 => water(bcd(next(100_000_000))),
            _ => {
                let twin: &Server<Plain> = &meters[place as usize - 9];
                let twin = twin.clone().handler().selection;
                match place % 3 {
                    0 => Selection { medium: Medium::HEAT, ..twin },
                    1 => Selection { version: 7, ..twin },
                    _ => Selection { medium: Medium::GAS, version: 9, ..twin },
                }
            }
        };
        let delay = ms(u64::from(5 + next(40)));
        let value = next(1_000_000) as i32;
        meters.push(Server::new(Address(0), Plain { selection, value }).delayed(delay));
    }
    let mut bus = Bus::new(meters);
    let own = bus.own();
    assert!(own.windows(2).all(|pair| pair[0] != pair[1]));
    assert_eq!(bus.selections(Scope::Secondary, RETRY), own);
    println!("250 meters: {} frames, {} minutes", bus.frames, bus.now.as_secs() / 60);

    // All in step, all new, and only with numbers of their own.
    let numbers: Vec<u32> = (0..250).map(|place| 0x2026_0000 + bcd(100 + place)).collect();
    let mut bus = Bus::numbers(&numbers);
    let own = bus.own();
    assert_eq!(bus.selections(Scope::Secondary, RETRY), own);
    println!("250 meters of one delivery: {} frames, {} minutes", bus.frames, bus.now.as_secs() / 60);
}

#[test]
fn lost_frames_cost_time_only() {
    let mut next = random(7);
    let numbers: Vec<u32> = (0..20).map(|_| bcd(next(100_000_000))).collect();
    let mut bus = Bus::numbers(&numbers);
    bus.loss = 13;
    let own = bus.own();
    // Once in 10 a selection or its answer is lost; five times in a row, hardly ever.
    assert_eq!(bus.selections(Scope::Secondary, Retry { retries: 5, ..RETRY }), own);
}

#[test]
fn glitches_cost_nothing_but_frames() {
    let mut bus = Bus::numbers(&[0x1234_5678]);
    bus.noise = vec![0x00];
    assert_eq!(bus.selections(Scope::Secondary, RETRY), [water(0x1234_5678)]);
    assert_eq!(bus.frames, 7);
    let mut bus = Bus::numbers(&[0x1234_5678, 0x8765_4321]);
    bus.noise = vec![0x00];
    assert_eq!(bus.selections(Scope::Secondary, RETRY), [water(0x1234_5678), water(0x8765_4321)]);
}

#[test]
fn an_echo_is_no_meter() {
    let mut bus = Bus::numbers(&[0x1234_5678]);
    bus.line = LINE.echoing();
    assert_eq!(bus.selections(Scope::Secondary, RETRY), [water(0x1234_5678)]);
    assert_eq!(bus.frames, 7);
    let mut bus = Bus::new(Vec::new());
    bus.line = LINE.echoing();
    assert_eq!(bus.selections(Scope::Secondary, RETRY), []);
    assert_eq!(bus.frames, 2);
}
