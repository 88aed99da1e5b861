//! A collector and the meters on its bus, under a virtual clock.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::time::Duration;

use collector::{About, Collector, Effect, Health, MAX_RAW, Next, Table, Weight};
use dlt645::{Command as Command645, ErrorFlags, Identifier};
use mbus::{Data, Entry, Identification, LongHeader, Manufacturer, Medium, Status};
use meter_value::Decimal;
use meter_value::bcd::{self, Sign};
use meter_value::line::{Machine, Output, Writer};
use modbus_rtu::{ExceptionCode, FunctionCode, Functions, Range, RegistersOut, UnitId};
use telemetry::{
    Address, Answer, Baud, Command, Down, Edition, Event, Forwarded, Line, Meter, Missed, Order, Parity,
    Point, Reading, Refusal, RegisterKind as Kind, RegisterTable, Up,
};

const FAST: Line = Line { baud: Baud::B9600, parity: Parity::None };
const SLOW: Line = Line { baud: Baud::B2400, parity: Parity::Even };
const DLT645: [u8; 6] = [1, 2, 3, 4, 5, 6];
/// When the tests begin, in seconds since 1970.
const BEGIN: u32 = 1_767_225_600;

/// What all meters measure.
struct Gauge(i32);

impl modbus_rtu::Handler for Gauge {
    const FUNCTIONS: Functions = Functions::of(&[FunctionCode::READ_HOLDING_REGISTERS]);

    fn read_holding_registers(
        &mut self,
        range: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        let value = self.0 as u32;
        out.extend(range.of(&[(value >> 16) as u16, value as u16, 7, 8])?);
        Ok(())
    }
}

impl dlt645::Handler for Gauge {
    fn read(&mut self, identifier: Identifier, data: &mut Writer<'_>) -> Result<(), ErrorFlags> {
        if identifier != Identifier::FORWARD_ACTIVE_ENERGY {
            return Err(ErrorFlags::NO_SUCH_DATA);
        }
        let mut octets = [0; 4];
        bcd::encode(self.0.into(), Sign::TopBit, &mut octets).map_err(|_| ErrorFlags::OTHER)?;
        data.put(&octets);
        Ok(())
    }
}

impl mbus::Handler for Gauge {
    fn header(&mut self) -> LongHeader {
        LongHeader {
            identification: Identification(0x1234_5678),
            manufacturer: Manufacturer(0x36E5),
            version: 1,
            medium: Medium::HEAT,
            access: 0,
            status: Status(0),
            configuration: 0,
        }
    }

    fn records(&mut self, _: u16, records: &mut Writer<'_>) -> bool {
        for vif in [[0x06], [0x13]] {
            Entry::new(&vif, Data::Int32(self.0)).write(records).unwrap();
        }
        false
    }
}

/// The meters of a bus; who is cut off hears nothing.
struct Meters {
    modbus: modbus_rtu::Server<modbus_rtu::Unit<Gauge>>,
    dlt645: dlt645::Server<Gauge>,
    mbus: mbus::Server<Gauge>,
    is_cut: [bool; 3],
}

impl Meters {
    fn new() -> Self {
        Self {
            modbus: modbus_rtu::Server::new(
                modbus_rtu::Unit::new(UnitId(17), Gauge(-123_456)),
                modbus_rtu::Line::new(9_600, 10),
            ),
            dlt645: dlt645::Server::new(dlt645::Address(DLT645), Gauge(98_765)),
            mbus: mbus::Server::new(mbus::Address(1), Gauge(4_321)),
            is_cut: [false; 3],
        }
    }

    /// What they say to some octets, at some time later.
    fn hear(&mut self, octets: &[u8], now: Duration) -> Vec<u8> {
        let mut said = Vec::new();
        let later = now + Duration::from_millis(100);
        for (is_cut, said_by) in self.is_cut.into_iter().zip([
            hear(&mut self.modbus, octets, now, later),
            hear(&mut self.dlt645, octets, now, later),
            hear(&mut self.mbus, octets, now, later),
        ]) {
            if !is_cut {
                said.extend(said_by);
            }
        }
        said
    }
}

fn hear<M: Machine>(meter: &mut M, octets: &[u8], now: Duration, later: Duration) -> Vec<u8> {
    let mut said = Vec::new();
    meter.receive(octets, now);
    for time in [now, later] {
        loop {
            match meter.poll(time) {
                Output::Transmit(octets) => said.extend_from_slice(octets),
                Output::Wait(_) => break,
                Output::Done(_) => continue,
            }
            meter.transmitted(time);
        }
    }
    said
}

struct World {
    collector: Collector<16>,
    meters: Meters,
    now: Duration,
    /// What was put on the bus.
    asked: Vec<(Line, Vec<u8>)>,
}

fn rows() -> Vec<Vec<u8>> {
    let register = |start, kind, exponent| Point::Registers {
        table: RegisterTable::Holding,
        start,
        kind,
        order: Order::Abcd,
        exponent,
    };
    let energy =
        |offset| Point::Digits { identifier: 0x0001_0000, offset, octets: 4, signed: true, exponent: -2 };
    let rows: [(Address, Line, &[Point]); 3] = [
        (Address::Modbus(17), FAST, &[register(0, Kind::I32, -2), register(3, Kind::U16, 0)]),
        (Address::Dlt645(Edition::Ed2007, DLT645), SLOW, &[energy(0), energy(1)]),
        (
            Address::Mbus(1),
            SLOW,
            &[Point::Record { index: 1 }, Point::Record { index: 0 }, Point::Record { index: 9 }],
        ),
    ];
    let encode = |(address, line, points)| {
        let mut buffer = [0; 160];
        Meter::encode(address, line, 10, points, &mut buffer).unwrap().to_vec()
    };
    rows.into_iter().map(encode).collect()
}

fn table() -> Table {
    let mut table = Table::new();
    rows().iter().for_each(|row| table.push(row).unwrap());
    table
}

impl World {
    fn new() -> Self {
        let mut collector = Collector::new();
        collector.use_table(table(), Duration::ZERO);
        Self { collector, meters: Meters::new(), now: Duration::ZERO, asked: Vec::new() }
    }

    /// Lets the bus work until there is nothing to do, or until then.
    fn run(&mut self, until: Duration) {
        while self.now < until {
            let mut ask = match self.collector.next(self.now) {
                Next::Ask(ask) => ask,
                Next::Wait(wake) => {
                    self.now = wake.unwrap_or(until).min(until);
                    continue;
                }
            };
            let mut said = Vec::new();
            while let Some(client) = &mut ask.client {
                let wake = match client.poll(self.now) {
                    Output::Transmit(octets) => {
                        self.asked.push((ask.line, octets.to_vec()));
                        said = self.meters.hear(octets, self.now);
                        client.transmitted(self.now);
                        continue;
                    }
                    Output::Done(heard) => {
                        if ask.about.take(&heard) {
                            continue;
                        }
                        break;
                    }
                    Output::Wait(wake) => wake.unwrap(),
                };
                self.now += Duration::from_millis(100);
                if said.is_empty() {
                    self.now = self.now.max(wake);
                } else {
                    client.receive(&std::mem::take(&mut said), self.now);
                }
            }
            let time = BEGIN + self.now.as_secs() as u32;
            self.collector.answered(&ask.about, self.now, time);
        }
    }

    /// All that is to be sent now, delivered at once.
    fn sent(&mut self) -> Vec<(Weight, Vec<u8>)> {
        let mut sent = Vec::new();
        while let Some((weight, octets)) = self.collector.message(64, &Health::default()) {
            sent.push((weight, octets.to_vec()));
            self.collector.sent(9);
            self.collector.settled(9, true);
        }
        sent
    }

    fn readings(&mut self) -> Vec<Reading> {
        let sent = self.sent();
        let reports = sent.iter().filter_map(|(_, octets)| match Up::decode(octets).unwrap() {
            Up::Report(report) => Some(report.readings),
            _ => None,
        });
        reports.flatten().collect()
    }

    fn alarms(&mut self) -> Vec<Event> {
        let sent = self.sent();
        let alarms = sent.iter().filter_map(|(weight, octets)| match Up::decode(octets).unwrap() {
            Up::Alarm(alarm) => {
                assert_eq!(*weight, Weight::Urgent);
                Some(alarm.event).filter(|event| !matches!(event, Event::Lost { .. }))
            }
            _ => None,
        });
        alarms.collect()
    }

    /// Gives a command, and says what was answered to it.
    fn command(&mut self, command: Command<'_>) -> Result<(), Refusal> {
        let mut buffer = [0; 240];
        let octets = Down { tag: 5, command }.encode(&mut buffer).unwrap();
        self.collector.command(octets, self.now);
        let sent = self.sent();
        let answers = sent.iter().filter_map(|(_, octets)| match Up::decode(octets).unwrap() {
            Up::Answer(Answer { tag: 5, result }) => Some(result),
            _ => None,
        });
        answers.into_iter().next_back().expect("an answer")
    }
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn value(mantissa: i64, exponent: i8) -> Result<Decimal, Missed> {
    Ok(Decimal::new(mantissa, exponent))
}

#[test]
fn every_protocol_is_read_in_turn() {
    let mut world = World::new();
    world.run(seconds(9));
    let readings = world.readings();
    let found: Vec<_> =
        readings.iter().map(|reading| (reading.meter, reading.point, reading.value)).collect();
    let expected = [
        (0, 0, value(-123_456, -2)),
        (0, 1, value(8, 0)),
        (1, 0, value(98_765, -2)),
        (1, 1, Err(Missed::NoValue)),
        (2, 0, value(4_321, -3)),
        (2, 1, value(4_321, 3)),
        (2, 2, Err(Missed::NoValue)),
    ];
    assert_eq!(found, expected);
    assert!(readings.iter().all(|reading| (BEGIN..BEGIN + 5).contains(&reading.time)));
    let lines: Vec<Line> = world.asked.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines.first(), Some(&FAST));
    assert_eq!(lines.last(), Some(&SLOW));
    world.run(seconds(19));
    assert_eq!(world.readings().len(), 7, "a second round");
}

#[test]
fn a_meter_that_is_cut_off_is_noticed_and_costs_the_others_nothing() {
    let mut world = World::new();
    world.meters.is_cut[1] = true;
    let mut events = Vec::new();
    let mut readings = Vec::new();
    for second in 1..=60 {
        world.run(seconds(second));
        for (_, octets) in world.sent() {
            match Up::decode(&octets).unwrap() {
                Up::Alarm(alarm) => events.push(alarm.event),
                Up::Report(report) => readings.extend(report.readings),
                _ => {}
            }
        }
    }
    assert_eq!(events, [Event::Silent { meter: 1 }]);
    let count =
        |meter| readings.iter().filter(|reading| reading.meter == meter && reading.value.is_ok()).count();
    assert_eq!([count(0), count(1), count(2)], [12, 0, 12]);
    assert!(readings.iter().any(|reading| reading.value == Err(Missed::NoReply)));
    world.meters.is_cut[1] = false;
    world.run(seconds(140));
    assert_eq!(world.alarms(), [Event::Answers { meter: 1 }]);
}

#[test]
fn the_oldest_readings_are_lost_and_counted() {
    let mut world = World::new();
    world.run(seconds(39));
    // 4 rounds of 7, and room for 16.
    assert_eq!(world.collector.readings(), (16, 12));
    let sent = world.sent();
    let Up::Alarm(alarm) = Up::decode(&sent[0].1).unwrap() else { panic!("not the loss first") };
    assert_eq!(alarm.event, Event::Lost { readings: 12 });
    let Up::Report(report) = Up::decode(&sent[1].1).unwrap() else { panic!("not a report") };
    assert_eq!(report.sequence, 0);
    assert!(report.time >= BEGIN + 10);
}

#[test]
fn a_report_stays_until_it_is_delivered() {
    let mut world = World::new();
    world.run(seconds(9));
    let health = Health::default();
    let first = world.collector.message(64, &health).unwrap().1.to_vec();
    world.collector.sent(3);
    assert_eq!(world.collector.message(64, &health), None);
    world.collector.settled(4, true);
    assert_eq!(world.collector.message(64, &health), None, "that was another one");
    world.collector.settled(3, false);
    assert_eq!(world.collector.message(64, &health).unwrap().1, first, "the same octets again");
    world.collector.sent(5);
    world.collector.settled(5, true);
    assert!(matches!(Up::decode(&first), Ok(Up::Report(_))));
    assert_ne!(world.collector.message(64, &health).map(|(_, octets)| octets.to_vec()), Some(first));
}

#[test]
fn what_is_too_much_goes_through_the_log() {
    let mut world = World::new();
    let mut buffer = [0; 64];
    world.run(seconds(9));
    assert_eq!(world.collector.spill(false, &mut buffer), None, "there is room");
    world.run(seconds(19));
    let spilled = world.collector.spill(false, &mut buffer).unwrap().to_vec();
    assert!(world.collector.readings().0 < 12);
    let mut oldest = Vec::new();
    assert!(world.collector.restore(&spilled));
    assert!(!world.collector.restore(&spilled), "one is on its way");
    let (_, octets) = world.collector.message(64, &Health::default()).unwrap();
    assert_eq!(octets, spilled);
    if let Up::Report(report) = Up::decode(octets).unwrap() {
        oldest.extend(report.readings.map(|reading| (reading.meter, reading.point)));
    }
    assert_eq!(oldest.first(), Some(&(0, 0)));
    world.collector.sent(7);
    assert!(!world.collector.settled(7, false), "it is sent again");
    assert_eq!(world.collector.message(64, &Health::default()).unwrap().1, spilled);
    world.collector.sent(8);
    assert!(world.collector.settled(8, true), "now the log may drop it");
}

#[test]
fn limits_are_watched() {
    let mut world = World::new();
    let high = Some(Decimal::new(5, 0));
    assert_eq!(world.command(Command::Limits { meter: 0, point: 1, low: None, high }), Ok(()));
    assert_eq!(
        world.command(Command::Limits { meter: 9, point: 1, low: None, high }),
        Err(Refusal::NoSuchMeter)
    );
    assert_eq!(
        world.command(Command::Limits { meter: 0, point: 2, low: None, high }),
        Err(Refusal::NoSuchPoint)
    );
    world.run(seconds(9));
    let above = Event::Above { meter: 0, point: 1, value: Decimal::new(8, 0) };
    assert_eq!(world.alarms(), [above]);
    world.run(seconds(19));
    assert_eq!(world.alarms(), [], "it is still beyond");
    let high = Some(Decimal::new(9, 0));
    assert_eq!(world.command(Command::Limits { meter: 0, point: 1, low: high, high }), Ok(()));
    world.run(seconds(29));
    assert_eq!(world.alarms(), [Event::Below { meter: 0, point: 1, value: Decimal::new(8, 0) }]);
}

#[test]
fn commands_change_when_meters_are_read() {
    let mut world = World::new();
    assert_eq!(world.command(Command::Run(false)), Ok(()));
    world.run(seconds(30));
    assert_eq!(world.readings(), []);
    assert_eq!(world.command(Command::Run(true)), Ok(()));
    world.run(seconds(35));
    assert_eq!(world.readings().len(), 7);
    assert_eq!(world.command(Command::Interval { meter: None, seconds: 100 }), Ok(()));
    assert_eq!(world.command(Command::Interval { meter: None, seconds: 0 }), Err(Refusal::Value));
    world.run(seconds(42));
    world.readings();
    world.run(seconds(90));
    assert_eq!(world.readings(), []);
    assert_eq!(world.command(Command::Read { meter: Some(2) }), Ok(()));
    world.run(seconds(92));
    assert!(world.readings().iter().all(|reading| reading.meter == 2));
    assert_eq!(world.command(Command::Read { meter: Some(7) }), Err(Refusal::NoSuchMeter));
}

#[test]
fn octets_are_passed_on_as_they_are() {
    let mut world = World::new();
    world.run(seconds(9));
    world.readings();
    let request = [17, 3, 0, 2, 0, 1, 0x27, 0x5A];
    for (is_cut, expected) in [(false, Ok(7)), (true, Err(Missed::NoReply))] {
        world.meters.is_cut[0] = is_cut;
        let forward = Command::Forward { line: FAST, wait_ms: 500, octets: &request };
        assert_eq!(world.command(forward), Ok(()));
        world.run(world.now + seconds(1));
        assert!(world.asked.contains(&(FAST, request.to_vec())));
        let sent = world.sent();
        let forwarded = sent.iter().find_map(|(_, octets)| match Up::decode(octets).unwrap() {
            Up::Forwarded(forwarded) => Some((forwarded.tag, forwarded.result.map(<[u8]>::len))),
            _ => None,
        });
        assert_eq!(forwarded, Some((5, expected)));
    }
}

#[test]
fn a_table_comes_row_by_row() {
    let mut world = World::new();
    let rows = rows();
    let row = |row: u8| Command::Row { row, rows: 2, octets: &rows[2 - usize::from(row)] };
    assert_eq!(world.command(row(1)), Err(Refusal::Value), "not the first one");
    assert_eq!(world.command(row(0)), Ok(()));
    assert_eq!(world.collector.table(), &table());
    assert_eq!(world.command(Command::Row { row: 1, rows: 2, octets: &[1] }), Err(Refusal::Value));
    let mut buffer = [0; 240];
    let octets = Down { tag: 1, command: row(1) }.encode(&mut buffer).unwrap();
    assert_eq!(world.collector.command(octets, world.now), Effect::Table { tag: 1 });
    assert_eq!(world.collector.table().len(), 2);
    assert_eq!(Table::decode(world.collector.table().octets()).as_ref(), Ok(world.collector.table()));
    assert_ne!(world.collector.table().check(), table().check());
}

/// What a meter says while the table changes is not booked to the meter that has its row now.
#[test]
fn an_answer_that_was_asked_by_the_table_before_is_no_reading() {
    let mut world = World::new();
    let Next::Ask(ask) = world.collector.next(world.now) else { panic!("a meter is due") };
    let mut table = Table::new();
    rows().iter().rev().for_each(|row| table.push(row).unwrap());
    world.collector.use_table(table, world.now);
    world.collector.answered(&ask.about, world.now, BEGIN);
    assert_eq!(world.collector.readings(), (0, 0));
    world.run(seconds(9));
    assert_eq!(world.readings().len(), 7);
}

#[test]
fn the_answer_to_forwarded_octets_is_told_whole() {
    let mut world = World::new();
    let answer = heapless::Vec::from_slice(&[7; MAX_RAW]).unwrap();
    world.collector.answered(&About::Raw { tag: 9, answer }, world.now, BEGIN);
    let (_, octets) = world.collector.message(16, &Health::default()).unwrap();
    let told = Up::Forwarded(Forwarded { tag: 9, result: Ok(&[7; MAX_RAW]) });
    assert_eq!(Up::decode(octets), Ok(told));
}

#[test]
fn an_unknown_command_is_refused() {
    let mut world = World::new();
    let mut octets = Down { tag: 5, command: Command::Status }.encode(&mut [0; 8]).unwrap().to_vec();
    octets[0] |= 0x0F;
    assert_eq!(world.collector.command(&octets, world.now), Effect::None);
    let (_, octets) = world.collector.message(64, &Health::default()).unwrap();
    assert_eq!(Up::decode(octets), Ok(Up::Answer(Answer { tag: 5, result: Err(Refusal::Unknown) })));
    assert_eq!(world.collector.command(&[], world.now), Effect::None);
}

#[test]
fn the_log_waits_for_what_is_new() {
    let mut world = World::new();
    world.run(seconds(9));
    let mut buffer = [0; 64];
    let spilled = world.collector.spill(true, &mut buffer).unwrap().to_vec();
    while world.collector.spill(true, &mut [0; 64]).is_some() {}
    assert_eq!(world.collector.readings(), (0, 0));
    world.collector.started(3, BEGIN);
    assert!(!world.collector.restore(&spilled));
    assert_eq!(world.alarms(), [Event::Restarted { boots: 3 }]);
    world.collector.answered(&About::Raw { tag: 9, answer: heapless::Vec::new() }, world.now, BEGIN);
    assert!(!world.collector.restore(&spilled));
    assert_eq!(world.sent().len(), 1);
    assert!(world.collector.restore(&spilled));
}

#[test]
fn a_meter_with_more_points_than_one_question_holds_is_read_in_two() {
    let mut buffer = [0; 160];
    let points = [Point::Record { index: 1 }; 20];
    let row = Meter::encode(Address::Mbus(1), SLOW, 10, &points, &mut buffer).unwrap();
    let mut table = Table::new();
    table.push(row).unwrap();
    let mut world = World::new();
    world.collector = Collector::new();
    world.collector.use_table(table, Duration::ZERO);
    let mut found = Vec::new();
    while let Next::Ask(mut ask) = world.collector.next(world.now) {
        let client = ask.client.as_mut().unwrap();
        let mut until = Duration::ZERO;
        loop {
            match client.poll(world.now) {
                Output::Transmit(octets) => {
                    let said = world.meters.hear(octets, world.now);
                    client.transmitted(world.now);
                    client.receive(&said, world.now);
                }
                Output::Wait(wake) => until = wake.unwrap().max(until),
                Output::Done(heard) => {
                    if !ask.about.take(&heard) {
                        break;
                    }
                }
            }
            world.now = world.now.max(until);
        }
        world.collector.answered(&ask.about, world.now, BEGIN);
        found.extend(world.readings());
    }
    assert_eq!(found.len(), 20);
    assert!(
        (0..20).zip(&found).all(|(point, found)| (found.point, found.value) == (point, value(4_321, -3)))
    );
}

#[test]
fn a_meter_without_an_interval_is_refused() {
    let mut buffer = [0; 160];
    let row = Meter::encode(Address::Mbus(1), SLOW, 0, &[], &mut buffer).unwrap();
    assert_eq!(Table::new().push(row), Err(Refusal::Value));
}

#[test]
fn the_clocks_of_meters_are_set() {
    let mut world = World::new();
    world.run(seconds(9));
    assert_eq!(world.command(Command::Time { seconds: BEGIN }), Ok(()));
    world.run(world.now + seconds(1));
    let (_, octets) = world.asked.last().unwrap();
    let begin = octets.iter().position(|&octet| octet == 0x68).unwrap();
    let frame = dlt645::Frame::decode(&octets[begin..]).unwrap();
    let command = Command645::decode(&frame).unwrap();
    let Command645::BroadcastTime { time } = command else { panic!("{command:?}") };
    assert_eq!(time.to_string(), "2026-01-01T00:00:00");
}
