//! Primary addresses.

use mbus::Target;

use super::*;

fn at(address: u8, number: u32) -> Server<Plain> {
    Server::new(Address(address), Plain { selection: water(number), value: number as i32 })
}

fn meter(address: u8, number: u32) -> Found {
    Found::Meter { address: Address(address), selection: Some(water(number)) }
}

#[test]
fn every_address_is_asked_once() {
    let mut bus = Bus::new(Vec::new());
    assert_eq!(bus.search(Scope::Primary, RETRY), []);
    assert_eq!(bus.frames, 251);
    assert_eq!(bus.search(Scope::Primary, Retry { retries: 1, ..RETRY }), []);
    assert_eq!(bus.frames, 2 * 251);
}

#[test]
fn meters_are_told_with_both_addresses() {
    let mut bus = Bus::new(vec![at(250, 0x1111_1111), at(0, 0x2222_2222), at(17, 0x3333_3333)]);
    let expected = [meter(0, 0x2222_2222), meter(17, 0x3333_3333), meter(250, 0x1111_1111)];
    assert_eq!(bus.search(Scope::Primary, RETRY), expected);
    assert_eq!(bus.frames, 251 + 3);
    // With an echo too.
    bus.line = LINE.echoing();
    assert_eq!(bus.search(Scope::Primary, RETRY), expected);
}

#[test]
fn several_meters_with_one_address_are_told() {
    // Both acknowledge at the same time, which looks like one.
    let mut bus = Bus::new(vec![at(5, 0x1111_1111), at(5, 0x2222_2222), at(6, 0x3333_3333)]);
    let garbled = Found::Garbled(Target::Primary(Address(5)));
    assert_eq!(bus.search(Scope::Primary, RETRY), [garbled, meter(6, 0x3333_3333)]);
    // One after the other, both answers are intact.
    let late = at(5, 0x2222_2222).delayed(ms(180));
    let mut bus = Bus::new(vec![at(5, 0x1111_1111), late]);
    assert_eq!(bus.search(Scope::Primary, RETRY), [garbled]);
    let mut bus = Bus::new(vec![at(5, 0x1111_1111), at(5, 0x2222_2222).delayed(ms(40))]);
    assert_eq!(bus.search(Scope::Primary, Retry { retries: 2, ..RETRY }), [garbled]);
}

#[test]
fn a_glitch_takes_no_more_frames_than_silence() {
    for (retries, frames) in [(0, 2), (1, 2), (2, 3), (3, 4)] {
        let mut bus = Bus::new(vec![at(5, 0x1111_1111)]);
        bus.noise = vec![0x00];
        assert_eq!(bus.search(Scope::Primary, Retry { retries, ..RETRY }), [meter(5, 0x1111_1111)]);
        assert_eq!(bus.frames, 250 * frames + 2);
    }
}

/// A meter that acknowledges and has no data; the same answer with the address of another one.
#[test]
fn what_acknowledges_only_is_a_meter_too() {
    let mut search = Search::new(LINE, RETRY);
    search.start(Scope::Primary);
    let (mut now, mut found) = (ms(0), Vec::new());
    loop {
        match search.poll(now) {
            Output::Transmit(octets) => {
                let answer: &[u8] = match octets {
                    [0x10, 0x40, 7, ..] => &[0xE5],
                    [0x10, 0x40, 8, ..] => &[0x00, 0xFF],
                    [0x10, 0x7B, 7, ..] => &[0x68, 3, 3, 0x68, 0x08, 9, 0x78, 0x89, 0x16],
                    _ => &[],
                };
                search.transmitted(now);
                search.receive(answer, now);
            }
            Output::Wait(until) => now = until.unwrap(),
            Output::Done(Some(next)) => found.push(next),
            Output::Done(None) => break,
        }
    }
    assert_eq!(found, [Found::Meter { address: Address(7), selection: None }]);
}
