//! The firmware itself: four collectors in QEMU read their meters, obey, and survive what happens to them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::Instant;

use frame_crypto::{Header, JoinRequest};
use meter_value::Decimal;
use telemetry::{
    Address, Alarm, Baud, Command, Event as Alarming, Line, Meter, Order, Parity, Point, Refusal,
    RegisterKind, RegisterTable, Status, Up,
};

use super::*;
use crate::meters::METERS;
use crate::remote::emulator::Emulator;

const COLLECTORS: u16 = 4;
/// What the firmware's stack may take, in octets: with its statics 32 KiB.
const STACK: u16 = 12_000;
/// More octets than a frame without a report has.
const REPORT: usize = 40;

/// What came of everything, and what may not happen.
#[derive(Default)]
pub struct Seen {
    /// How many sessions each collector had had whenever it was started anew.
    restarts: HashMap<u16, Vec<u32>>,
    /// Reports by collector and start.
    reports: BTreeMap<(u16, usize), BTreeSet<u16>>,
    /// How often each collector asked to join.
    asked: HashMap<u16, u32>,
    /// Frames by collector, how often it had asked to join, and counter; and how often each was sent.
    frames: BTreeMap<(u16, u32, u16), (Vec<u8>, u32)>,
}

impl Seen {
    /// Notes the reports among events; `sessions` is how many each collector has had. One that was in the air when
    /// its collector was started anew is still of the session before.
    pub fn note(&mut self, events: &[Event], sessions: &BTreeMap<u16, u32>) {
        for event in events {
            if let Event::Report { collector, sequence, .. } = event {
                let session = sessions[collector];
                let restarts = self.restarts.get(collector).into_iter().flatten();
                let place = (*collector, restarts.filter(|before| session > **before).count());
                let is_new = self.reports.entry(place).or_default().insert(*sequence);
                assert!(is_new, "report {sequence} of {place:?} came twice");
            }
        }
    }

    /// Unless a collector asks to join, a counter stands for the same octets only.
    pub fn sends(&mut self, collector: u16, frame: &[u8]) {
        let asked = self.asked.entry(collector).or_default();
        if JoinRequest::device(frame).is_some() {
            *asked += 1;
            return;
        }
        let header = Header::decode(frame).expect("a frame of the network");
        let before = self.frames.entry((collector, *asked, header.counter));
        let (before, times) = before.or_insert_with(|| (frame.to_vec(), 0));
        *times += 1;
        assert_eq!(before, frame, "counter {} of collector {collector} comes twice", header.counter);
    }

    /// Whether the newest frame of a collector is a report that was sent for the first time.
    fn is_new_report(&self, collector: u16) -> bool {
        let mut frames = self.frames.range((collector, 0, 0)..(collector + 1, 0, 0));
        frames.next_back().is_some_and(|(_, (frame, times))| frame.len() > REPORT && *times == 1)
    }
}

/// What collectors said beside reports.
fn told(network: &Network) -> impl Iterator<Item = (u16, Up<'_>)> {
    network.concentrator.told.iter().map(|(by, message)| (*by, Up::decode(message).expect("a message")))
}

fn alarms(network: &Network) -> impl Iterator<Item = (u16, Alarming)> {
    told(network).filter_map(|(by, message)| match message {
        Up::Alarm(Alarm { event, .. }) => Some((by, event)),
        _ => None,
    })
}

fn answer(network: &Network, tag: u8) -> Option<Result<(), Refusal>> {
    told(network).find_map(|(_, message)| match message {
        Up::Answer(answer) if answer.tag == tag => Some(answer.result),
        _ => None,
    })
}

fn forwarded(network: &Network, tag: u8) -> Option<usize> {
    told(network).find_map(|(_, message)| match message {
        Up::Forwarded(forwarded) if forwarded.tag == tag => Some(forwarded.result.map_or(0, <[u8]>::len)),
        _ => None,
    })
}

fn status(network: &Network) -> Option<(u16, Status)> {
    told(network).find_map(|(by, message)| match message {
        Up::Status(status) => Some((by, status)),
        _ => None,
    })
}

struct Chain {
    emulator: Emulator,
    network: Network,
    began: Instant,
}

impl Chain {
    /// So many collectors; none without the firmware.
    fn new(collectors: u16) -> Option<Self> {
        let Some(firmware) = std::env::var_os("METERWIRE_FIRMWARE").map(PathBuf::from) else {
            println!("SKIPPED: METERWIRE_FIRMWARE does not name the firmware; ./check.sh firmware does");
            return None;
        };
        let mut emulator = Emulator::new(&firmware).unwrap();
        let network = Network::new(11, collectors, |number, second, chance| {
            let (radio, bus) = emulator.start(number)?;
            anyhow::Ok(Remote::new(number, radio, bus, second, chance)?)
        });
        Some(Self { emulator, network: network.unwrap(), began: Instant::now() })
    }

    /// Lets so many superframes pass, in real time.
    fn run(&mut self, superframes: u64) {
        let end = self.network.now + Duration::from_secs(superframes);
        self.until(end, |_| false);
    }

    /// Lets time pass until something is so.
    fn until(&mut self, end: Duration, is_so: impl Fn(&Network) -> bool) -> bool {
        let (from, began) = (self.network.now, Instant::now());
        while self.network.now < end {
            if is_so(&self.network) {
                return true;
            }
            let next = (from + began.elapsed()).max(self.network.now + Duration::from_millis(1));
            self.network.run_until(next.min(end));
            std::thread::sleep(Duration::from_millis(2));
        }
        is_so(&self.network)
    }

    fn wait_for(&mut self, what: &str, is_so: impl Fn(&Network) -> bool) {
        let end = self.network.now + Duration::from_secs(60);
        let is_so = self.until(end, is_so);
        let rows = |collector| {
            let rows = self.network.concentrator.rows.iter();
            rows.filter(|(place, row)| place.collector == collector && row.missed.is_none()).count()
        };
        let rows: Vec<usize> = (1..=COLLECTORS).map(rows).collect();
        let joined = &self.network.concentrator.joined;
        let told: Vec<_> = told(&self.network).collect();
        assert!(is_so, "{what}: not within 60 superframes; {joined:?} {rows:?} {told:?}");
        println!("{:5.1} s: {what}", self.began.elapsed().as_secs_f32());
    }

    /// Gives a command, and waits for the answer.
    fn command(&mut self, collector: u16, command: Command<'_>, expected: Result<(), Refusal>) -> u8 {
        let what = format!("collector {collector} answers {command:?}");
        let tag = self.network.concentrator.command(collector, command);
        self.wait_for(&what, |network| answer(network, tag).is_some());
        assert_eq!(answer(&self.network, tag), Some(expected), "{what}");
        tag
    }

    /// Waits until every point of every meter of some collectors was read anew.
    fn read_all(&mut self, what: &str, collectors: &[u16]) {
        let from = (World::base_time(self.network.now)).us() / 1_000_000;
        let points: usize = METERS.iter().map(|meter| meter.points.len()).sum();
        self.wait_for(what, |network| {
            let rows = network.concentrator.rows.iter();
            let rows = rows.filter(|(place, row)| {
                let taken = row.value.map_or(0, |(_, taken)| taken.us() / 1_000_000);
                collectors.contains(&place.collector) && row.missed.is_none() && taken + 1 >= from
            });
            rows.count() == points * collectors.len()
        });
    }

    /// Waits until a new report is in the air.
    fn reports(&mut self, collector: u16) {
        self.wait_for(&format!("collector {collector} reports"), |network| {
            let now = network.now.as_nanos() as u64;
            let remote = network.remotes.iter().find(|remote| remote.number == collector);
            let is_sending = remote.is_some_and(|remote| !remote.modem.receives(&(now..now + 1)));
            is_sending && network.seen.is_new_report(collector)
        });
    }

    /// Notes that a collector is started anew: the session that it had had.
    fn restarts(&mut self, collector: u16) -> u32 {
        let session = self.network.concentrator.joined[&collector];
        self.network.seen.restarts.entry(collector).or_default().push(session);
        session
    }

    /// Nothing was wrong, doubled or lost.
    fn check(&self) {
        let Network { wrong, channel, seen, .. } = &self.network;
        assert_eq!((*wrong, channel.collisions), (0, 0));
        for (place, sequences) in &seen.reports {
            // What a collector dropped was acknowledged, and so came: there is no gap.
            let count = sequences.len() as u16;
            assert!(sequences.iter().copied().eq(0..count), "reports of {place:?}: {sequences:?}");
        }
    }
}

const FAST: Line = Line { baud: Baud::B9600, parity: Parity::None };

#[test]
fn emulated_collectors_read_obey_and_survive() {
    let Some(mut chain) = Chain::new(COLLECTORS) else { return };
    chain.read_all("every point of four collectors", &[1, 2, 3, 4]);

    // Each kind of command.
    chain.command(1, Command::Interval { meter: None, seconds: 10 }, Ok(()));
    chain.command(1, Command::Interval { meter: Some(9), seconds: 10 }, Err(Refusal::NoSuchMeter));
    chain.command(2, Command::Run(false), Ok(()));
    chain.command(3, Command::Time { seconds: 1_767_225_700 }, Ok(()));
    let low = Some(Decimal::new(1_000, 0));
    chain.command(4, Command::Limits { meter: 0, point: 0, low, high: None }, Ok(()));
    chain.command(4, Command::Read { meter: Some(0) }, Ok(()));
    chain.wait_for("collector 4 says that its voltage is below", |network| {
        let below = |event: &Alarming| matches!(event, Alarming::Below { meter: 0, point: 0, .. });
        alarms(network).any(|(by, event)| by == 4 && below(&event))
    });
    chain.command(3, Command::Rename(&[0; 40]), Err(Refusal::NoStorage));
    let request = [17, 3, 0, 0, 0, 1, 0x86, 0x9A];
    let forward = Command::Forward { line: FAST, wait_ms: 300, octets: &request };
    let tag = chain.command(3, forward, Ok(()));
    chain.wait_for("the answer of a meter as it is", |network| forwarded(network, tag).is_some());
    assert_eq!(forwarded(&chain.network, tag), Some(7));
    chain.command(2, Command::Status, Ok(()));
    chain.wait_for("collector 2 says how it fares", |network| status(network).is_some());
    let (by, status) = status(&chain.network).expect("it is there");
    println!("{status:?}");
    assert_eq!((by, status.running, status.lost, status.boots), (2, false, 0, 1));
    assert!(status.stack_most < STACK, "the stack takes {} octets", status.stack_most);
    chain.command(2, Command::Run(true), Ok(()));
    chain.read_all("collector 2 reads again", &[2]);

    // Another table: one meter that was the second, and one that was the first.
    let mut rows = Vec::new();
    let voltage = Point::Registers {
        table: RegisterTable::Holding,
        start: 0,
        kind: RegisterKind::U16,
        order: Order::Abcd,
        exponent: -1,
    };
    for unit in [17, 18] {
        let mut buffer = [0; 64];
        rows.push(Meter::encode(Address::Modbus(unit), FAST, 10, &[voltage], &mut buffer).unwrap().to_vec());
    }
    for (row, octets, expected) in [(0, &rows[0], Ok(())), (1, &rows[1], Err(Refusal::NoStorage))] {
        chain.command(1, Command::Row { row, rows: 2, octets }, expected);
    }
    let before = chain.network.seen.reports[&(1, 0)].len();
    chain.wait_for("collector 1 reads by its new table", |network| {
        network.seen.reports[&(1, 0)].len() > before + 2
    });

    // A meter is cut off.
    chain.network.remotes[3].wire.cut(2, true);
    chain.command(4, Command::Interval { meter: Some(2), seconds: 5 }, Ok(()));
    chain.wait_for("collector 4 says that its meter 2 is silent", |network| {
        alarms(network).any(|alarm| alarm == (4, Alarming::Silent { meter: 2 }))
    });
    let silent = |&(_, event): &(u16, Alarming)| matches!(event, Alarming::Silent { .. });
    assert_eq!(alarms(&chain.network).filter(silent).count(), 1, "no other meter is");
    chain.network.remotes[3].wire.cut(2, false);
    chain.wait_for("the meter answers again", |network| {
        alarms(network).any(|alarm| alarm == (4, Alarming::Answers { meter: 2 }))
    });

    // A modem starts anew: its collector does not hear that, but the time is another one.
    let session = chain.network.concentrator.joined[&1];
    let now = chain.network.now.as_nanos() as u64;
    chain.network.remotes[0].modem.restart(now);
    chain.wait_for("collector 1 is back", |network| network.concentrator.joined[&1] > session);

    // The base forgets a session: its collector hears beacons only.
    chain.reports(4);
    let session = chain.network.concentrator.joined[&4];
    chain.network.concentrator.forget(4);

    // The radio is cut: what is read meanwhile comes later.
    chain.network.remotes[1].is_cut = true;
    chain.run(20);
    chain.network.remotes[1].is_cut = false;
    chain.read_all("collector 2 is back", &[2]);

    // Power is cut, as a new report is in the air.
    chain.reports(3);
    let before = chain.restarts(3);
    chain.emulator.kill(2);
    let (radio, bus) = chain.emulator.start(3).unwrap();
    let (second, chance) = (Arc::clone(&chain.network.second), chain.network.chance.fork());
    chain.network.remotes[2] = Remote::new(3, radio, bus, second, chance).unwrap();
    chain.wait_for("collector 3 has another session", |network| network.concentrator.joined[&3] > before);
    chain.read_all("collector 3 reads again", &[3]);
    let started = |&(by, event): &(u16, Alarming)| by == 3 && event == Alarming::Restarted { boots: 1 };
    assert_eq!(alarms(&chain.network).filter(started).count(), 2);
    chain.wait_for("collector 4 has another session", |network| network.concentrator.joined[&4] > session);
    chain.read_all("collector 4 reads again", &[4]);

    assert!(chain.network.now.as_secs() >= 60);
    chain.check();
}

#[test]
fn an_emulated_collector_restarts_on_command() {
    let Some(mut chain) = Chain::new(1) else { return };
    chain.read_all("every point", &[1]);
    let before = chain.restarts(1);
    let tag = chain.network.concentrator.command(1, Command::Reset);
    chain.wait_for("it says that it will", |network| answer(network, tag).is_some());
    chain.wait_for("it has another session", |network| network.concentrator.joined[&1] > before);
    chain.read_all("it reads again", &[1]);
    chain.check();
}
