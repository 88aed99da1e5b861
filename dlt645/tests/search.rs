//! Meters on a simulated line, found and told apart.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::time::Duration;

use dlt645::{
    Address, Command, Control, Data, DecodeError, Detected, Detection, Edition, ErrorFlags, Found, Frame,
    Function, Identifier, Line, Machine, Output, Reply, Retry, Search, TransactionError,
};

const LINE: Line = Line::new(2_400);
const RETRY: Retry = Retry { timeout: Duration::from_millis(600), retries: 0 };

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What a line makes of octets that several send at once.
#[derive(Clone, Copy, Debug)]
enum Collision {
    /// A bit is 1 where all send a 1.
    And,
    /// Anything.
    Garbage,
}

/// How a meter answers: control and plain data.
type Script = fn(&Meter, &Command<'_>) -> Option<(u8, Vec<u8>)>;

#[derive(Clone)]
struct Meter {
    address: Address,
    /// From the end of a command to the answer.
    delay: Duration,
    /// In whose name it answers.
    name: Option<Address>,
    /// What it sends behind its answers.
    tail: &'static [u8],
    script: Script,
}

impl Meter {
    fn new(address: Address) -> Self {
        Self { address, delay: ms(20), name: None, tail: &[], script: energy }
    }

    fn answer(&self, frame: &Frame<'_>) -> Option<Vec<u8>> {
        let command = Command::decode(frame).unwrap();
        let (control, data) =
            (self.script)(self, &command).filter(|_| frame.address.matches(self.address))?;
        let address = self.name.unwrap_or(self.address);
        let reply = Frame { address, control: Control(control), data: Data::plain(&data) };
        let octets = reply.encode(&mut [0; 267]).unwrap().to_vec();
        Some([&[0xFE; 4], &octets[..], self.tail].concat())
    }
}

/// A meter of 2007 that knows its address and an energy, of its own to the last octet.
fn energy(meter: &Meter, command: &Command<'_>) -> Option<(u8, Vec<u8>)> {
    match *command {
        Command::ReadAddress => Some((0x93, meter.address.0.to_vec())),
        Command::Read { identifier: Identifier::FORWARD_ACTIVE_ENERGY } => {
            let [a, b, c, d, e, f] = meter.address.0;
            Some((0x91, vec![0, 0, 1, 0, a ^ f, b ^ e, c.wrapping_mul(3), d | 1]))
        }
        _ => None,
    }
}

/// A new meter has counted nothing yet.
fn zero(_: &Meter, command: &Command<'_>) -> Option<(u8, Vec<u8>)> {
    let is_read = matches!(command, Command::Read { identifier: Identifier::FORWARD_ACTIVE_ENERGY });
    is_read.then(|| (0x91, vec![0, 0, 1, 0, 0, 0, 0, 0]))
}

/// A meter of 2007 that has no data, and refuses also what it does not know.
fn refusing(_: &Meter, command: &Command<'_>) -> Option<(u8, Vec<u8>)> {
    let control = Control::failure(command.function()).0;
    (!matches!(command, Command::ReadAddress)).then(|| (control, vec![ErrorFlags::NO_SUCH_DATA.0]))
}

/// A meter of 1997: its energy, its number, and nothing else.
fn of_1997(meter: &Meter, command: &Command<'_>) -> Option<(u8, Vec<u8>)> {
    match *command {
        Command::Read { identifier: Identifier::Y1997(0x9010) } => {
            Some((0x81, vec![0x10, 0x90, 0x78, 0x56, 0x34, 0x12]))
        }
        Command::Read { identifier: Identifier::Y1997(0xC032) } => {
            Some((0x81, [&[0x32, 0xC0], &meter.address.0[..]].concat()))
        }
        _ => None,
    }
}

/// A meter of 1997 that does not have the energy, and refuses what it does not know in its own way.
fn refusing_of_1997(_: &Meter, _: &Command<'_>) -> Option<(u8, Vec<u8>)> {
    Some((0xC1, vec![2]))
}

/// A line with meters, and a machine that asks them.
struct Bus {
    meters: Vec<Meter>,
    collision: Collision,
    line: Line,
    /// What the line adds behind every command, so long after it.
    noise: Vec<(Duration, Vec<u8>)>,
    /// Commands with their addresses, in order.
    asked: Vec<Address>,
    now: Duration,
    seed: u32,
}

impl Bus {
    fn new(meters: &[Address]) -> Self {
        let meters = meters.iter().copied().map(Meter::new).collect();
        let (collision, line) = (Collision::Garbage, LINE);
        Self { meters, collision, line, noise: Vec::new(), asked: Vec::new(), now: ms(0), seed: 1 }
    }

    fn garbage(&mut self) -> u8 {
        self.seed = self.seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.seed >> 24) as u8
    }

    /// What is on the line behind a command: when, and which octet.
    fn heard(&mut self, command: &[u8]) -> Vec<(Duration, u8)> {
        let frame = Frame::decode(command).unwrap();
        self.asked.push(frame.address);
        let answers = self.meters.iter().filter_map(|meter| Some((meter.delay, meter.answer(&frame)?)));
        let slot = |at: Duration| (at.as_nanos() / LINE.octet.as_nanos()) as usize;
        let mut slots: Vec<Vec<u8>> = Vec::new();
        for (delay, octets) in answers.chain(self.noise.clone()) {
            let first = slot(delay);
            slots.resize(slots.len().max(first + octets.len()), Vec::new());
            slots[first..].iter_mut().zip(&octets).for_each(|(slot, octet)| slot.push(*octet));
        }
        let mut heard = Vec::new();
        for (place, octets) in slots.into_iter().enumerate() {
            let octet = match (&octets[..], self.collision) {
                ([], _) => continue,
                ([octet], _) => *octet,
                (octets, Collision::And) => octets.iter().fold(0xFF, |all, octet| all & octet),
                (_, Collision::Garbage) => self.garbage(),
            };
            heard.push((LINE.octet * (place as u32 + 1), octet));
        }
        heard
    }

    /// Runs a machine until it is done.
    fn run<M: Machine, T>(&mut self, machine: &mut M, done: impl FnOnce(M::Outcome<'_>) -> T) -> T {
        let mut coming: Vec<(Duration, u8)> = Vec::new();
        loop {
            let step = match machine.poll(self.now) {
                Output::Done(outcome) => return done(outcome),
                Output::Transmit(octets) => Ok(octets.to_vec()),
                Output::Wait(until) => Err(until),
            };
            match step {
                Ok(octets) => {
                    self.now += self.line.time(octets.len());
                    if self.line.echo {
                        machine.receive(&octets, self.now);
                    }
                    machine.transmitted(self.now);
                    let heard = self.heard(&octets);
                    coming.extend(heard.into_iter().map(|(at, octet)| (self.now + at, octet)));
                    coming.sort();
                }
                Err(until) => match coming.first().copied() {
                    Some((at, octet)) if until.is_none_or(|until| at <= until) => {
                        coming.remove(0);
                        self.now = self.now.max(at);
                        machine.receive(&[octet], self.now);
                    }
                    _ => self.now = until.unwrap(),
                },
            }
        }
    }

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

    fn detect(&mut self, address: Address) -> Result<Detected, TransactionError> {
        let mut detection = Detection::new(self.line, Retry { retries: 1, ..RETRY });
        detection.start(address);
        let outcome = self.run(&mut detection, |outcome| outcome);
        assert_eq!(detection.poll(self.now + ms(100_000)), Output::Wait(None));
        outcome
    }
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
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

#[test]
fn a_meter_of_2007_is_told_by_its_address_or_its_energy() {
    let meter = address("123456789012");
    let detected = Ok(Detected { edition: Edition::Y2007, address: meter });
    let mut bus = Bus::new(&[meter]);
    assert_eq!(bus.detect(Address::ANY), detected);
    assert_eq!(bus.asked, [Address::ANY]);
    bus.asked.clear();
    assert_eq!(bus.detect(meter), detected);
    assert_eq!(bus.asked, [meter]);
    // One that does not say its address.
    bus.meters[0].script = zero;
    assert_eq!(bus.detect(Address::ANY), detected);
    assert_eq!(bus.asked.len(), 1 + 2 + 1);
}

/// A refusal counts, unless data of the other edition comes.
#[test]
fn a_refusal_of_the_function_tells_the_edition() {
    let meter = address("123456789012");
    let mut bus = Bus::new(&[meter]);
    bus.meters[0].script = refusing;
    let detected = |edition| Ok(Detected { edition, address: meter });
    assert_eq!(bus.detect(Address::ANY), detected(Edition::Y2007));
    assert_eq!(bus.asked, [Address::ANY; 4]);
    assert_eq!(bus.detect(meter), detected(Edition::Y2007));
    bus.meters[0].script = refusing_of_1997;
    assert_eq!(bus.detect(Address::ANY), detected(Edition::Y1997));
    assert_eq!(bus.detect(meter), detected(Edition::Y1997));
    bus.meters[0].script = |meter, command| of_1997(meter, command).or(refusing(meter, command));
    assert_eq!(bus.detect(meter), detected(Edition::Y1997));
}

#[test]
fn a_meter_of_1997_is_told_by_its_energy_and_its_number() {
    let meter = address("000000123456");
    let detected = Ok(Detected { edition: Edition::Y1997, address: meter });
    for name in [None, Some(Address::ANY), Some(Address::BROADCAST)] {
        let mut bus = Bus::new(&[meter]);
        bus.meters[0].script = of_1997;
        bus.meters[0].name = name;
        assert_eq!(bus.detect(Address::ANY), detected, "{name:?}");
    }
    let mut bus = Bus::new(&[meter]);
    bus.meters[0].script = of_1997;
    assert_eq!(bus.detect(meter), detected);
    // One that never says who it is.
    bus.meters[0].script = |meter, command| of_1997(meter, command).filter(|(_, data)| data[0] == 0x10);
    bus.meters[0].name = Some(Address::ANY);
    let nameless = Ok(Detected { edition: Edition::Y1997, address: Address::ANY });
    assert_eq!(bus.detect(Address::ANY), nameless);
}

/// As some do that do not know wildcards.
#[test]
fn a_meter_of_1997_that_listens_to_all_only_is_found() {
    let mut bus = Bus::new(&[]);
    let number = address("000000123456");
    let mut detection = Detection::new(LINE, RETRY);
    detection.start(Address::ANY);
    let mut asked = Vec::new();
    let outcome = loop {
        match detection.poll(bus.now) {
            Output::Done(outcome) => break outcome,
            Output::Wait(until) => bus.now = until.unwrap(),
            Output::Transmit(octets) => {
                let octets = octets.to_vec();
                let frame = Frame::decode(&octets).unwrap();
                let Command::Read { identifier } = Command::decode(&frame).unwrap_or(Command::ReadAddress)
                else {
                    detection.transmitted(bus.now);
                    continue;
                };
                asked.push((frame.address, identifier));
                detection.transmitted(bus.now);
                if frame.address == Address::BROADCAST {
                    let number = number.0;
                    let data = match identifier {
                        Identifier::Y1997(0xC032) => Data::plain(&number),
                        _ => Data::plain(&[0; 4]),
                    };
                    let reply = Reply::Read { identifier, data, more: false };
                    let octets = reply.encode_frame(Address::BROADCAST, &mut [0; 32]).unwrap().to_vec();
                    detection.receive(&octets, bus.now + ms(50));
                }
            }
        }
    };
    assert_eq!(outcome, Ok(Detected { edition: Edition::Y1997, address: number }));
    let all = Address::BROADCAST;
    let read = Identifier::Y1997(0x9010);
    let expected = [
        (Address::ANY, Identifier::FORWARD_ACTIVE_ENERGY),
        (Address::ANY, read),
        (all, read),
        (all, Identifier::Y1997(0xC032)),
    ];
    assert_eq!(asked, expected);
}

#[test]
fn silence_is_told_from_noise() {
    let silence = Err(TransactionError::NoReply { timeout: RETRY.timeout, attempts: 2 });
    let mut bus = Bus::new(&[]);
    assert_eq!(bus.detect(Address::ANY), silence);
    let (any, all) = (Address::ANY, Address::BROADCAST);
    assert_eq!(bus.asked, [any, any, any, any, any, any, all, all]);
    assert_eq!(bus.detect(address("1")), silence);
    assert_eq!(bus.asked.len(), 8 + 4);

    // What answers at another rate looks like.
    bus.noise = vec![(ms(50), vec![0x68, 0, 0x80, 0x78, 0x80, 0xF8, 0, 0x78, 0x80, 0, 0xF8])];
    let noise = TransactionError::Corrupt(DecodeError::Start { place: 7, octet: 0x78 });
    assert_eq!(bus.detect(Address::ANY), Err(noise));
    assert_eq!(Detection::BAUD_RATES, [2_400, 9_600, 1_200, 4_800]);
    assert_eq!(Function::READ.0, 0x11);
}

#[test]
fn several_meters_at_once_are_no_silence() {
    let both = [address("170820150137"), address("170820150138")];
    let mut bus = Bus { collision: Collision::And, ..Bus::new(&both) };
    assert!(matches!(bus.detect(Address::ANY), Err(TransactionError::Corrupt(_))));
}
