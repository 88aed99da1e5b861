use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use frame_crypto::Volatile;
use lora_tdma::{Bounds, Device, Layout, LocalTime, Node, NodeOutput};
use meter_value::Decimal;
use meter_value::line::{Machine, Output};
use modbus_rtu::{Range, Request, Response, UnitId};
use radio_modem::{FromModem, MAX_FRAMED, Outcome, Receiver, Settings, ToModem};
use telemetry::{Reading, Report};

use super::*;
use crate::collector::{DRIFT_PPM, DRIFT_RATE, STAMP_ERROR_US};
use crate::concentrator::{NETWORK, Place, collector_key};

/// A collector as firmware would be one: a node, a modem on one stream, meters on another.
struct Fake {
    node: Node<Volatile>,
    number: u16,
    radio: TcpStream,
    bus: TcpStream,
    /// The modem's time when it was last heard.
    now: LocalTime,
    has_asked: bool,
    sequence: u16,
    /// Whether it reacts.
    is_dumb: bool,
}

impl Fake {
    fn run(mut self) {
        let settings =
            Settings { frequency_hz: 470_300_000, power_dbm: 14, profile: schedule().layout().profile };
        self.say(ToModem::Configure(settings));
        let mut receiver = Receiver::new();
        let mut octets = [0; 64];
        while let Ok(length @ 1..) = self.radio.read(&mut octets) {
            let mut rest = &octets[..length];
            while let Some(content) = receiver.take(&mut rest) {
                self.react(FromModem::decode(content.unwrap()).unwrap());
            }
        }
    }

    fn say(&mut self, message: ToModem<'_>) {
        // At its end the simulation hangs up.
        let _ = self.radio.write_all(message.encode(&mut [0; MAX_FRAMED]).unwrap());
    }

    fn react(&mut self, message: FromModem<'_>) {
        match message {
            FromModem::Ready { now, random } => {
                self.now = now;
                if !std::mem::replace(&mut self.has_asked, true) {
                    self.node.join(collector_key(self.number), random);
                }
            }
            FromModem::Time { now } => self.now = now,
            FromModem::Received { ended, frame, .. } => {
                self.node.receive(frame, ended);
                self.now = ended;
            }
            FromModem::Transmitted(Outcome::Sent) => {}
            FromModem::Transmitted(Outcome::Busy | Outcome::Late) => self.node.busy(),
        }
        let now = self.now;
        let wake = loop {
            if self.node.is_member() && self.node.is_free() && self.sequence < 3 {
                self.report(now);
            }
            match self.node.poll(now) {
                NodeOutput::Transmit { frame, at } => {
                    let (frame, listen_us) = (frame.to_vec(), schedule().layout().listen_us);
                    self.say(ToModem::Transmit { at, listen_us, frame: &frame });
                }
                NodeOutput::Wait(until) => {
                    break until.unwrap_or(LocalTime::from_us(u64::MAX));
                }
                _ => {}
            }
        };
        if !self.is_dumb {
            self.say(ToModem::Wake { at: wake });
        }
    }

    fn report(&mut self, now: LocalTime) {
        let Some(time) = self.node.clock().base_time(now) else { return };
        let values = self.meter();
        let time = (time.time.us() / 1_000_000) as u32;
        let readings =
            (0..).zip(values).map(|(point, value)| Reading { meter: 0, point, time, value: Ok(value) });
        let mut message = [0; 64];
        let (count, report) = Report::encode(self.sequence, readings, &mut message).unwrap();
        assert_eq!(count, 4);
        self.node.send(report).unwrap();
        self.sequence += 1;
    }

    /// What the first meter says.
    fn meter(&mut self) -> [Decimal; 4] {
        let request = Request::ReadHoldingRegisters { range: Range::new(0, 7).unwrap() };
        let device = modbus_rtu::Device::new(UnitId(17));
        let mut client = <modbus_rtu::Client>::new(modbus_rtu::Line::new(9_600, 10));
        client.start(&device, &request).unwrap();
        let mut registers = Vec::new();
        exchange(&mut client, &mut self.bus, |outcome| {
            let Ok(Some(Response::ReadHoldingRegisters { registers: read })) = outcome else {
                panic!("{outcome:?}")
            };
            registers = read.iter().collect();
        });
        let long = |at: usize| {
            let [a, b] = [registers[at], registers[at + 1]];
            i64::from((u32::from(a) << 16 | u32::from(b)) as i32)
        };
        [
            Decimal::new(registers[0].into(), -1),
            Decimal::new(long(1), -3),
            Decimal::new(long(3), 0),
            Decimal::new(long(5), -2),
        ]
    }
}

/// Runs a client on a stream to the end of its transaction.
fn exchange<C: Machine>(client: &mut C, stream: &mut TcpStream, done: impl FnOnce(C::Outcome<'_>)) {
    let started = Instant::now();
    let mut octets = [0; 7];
    loop {
        let now = started.elapsed();
        let until = match client.poll(now) {
            Output::Transmit(request) => {
                stream.write_all(request).unwrap();
                None
            }
            Output::Wait(until) => Some(until.unwrap_or(Duration::MAX)),
            Output::Done(outcome) => return done(outcome),
        };
        let Some(until) = until else {
            client.transmitted(started.elapsed());
            continue;
        };
        let wait = until.saturating_sub(now).clamp(Duration::from_millis(1), Duration::from_secs(5));
        stream.set_read_timeout(Some(wait)).unwrap();
        match stream.read(&mut octets) {
            Ok(length) => client.receive(&octets[..length], started.elapsed()),
            Err(error) => assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)),
        }
    }
}

/// Both ends of a connection.
fn pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let far = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (listener.accept().unwrap().0, far)
}

/// A network of fake collectors; the numbers of those that do not react.
fn network(seed: u64, collectors: u16, dumb: &[u16]) -> (Network, Vec<JoinHandle<()>>) {
    let mut threads = Vec::new();
    let network = Network::new(seed, collectors, |number, second, chance| {
        let ((radio, far_radio), (bus, far_bus)) = (pair(), pair());
        let bounds = Bounds {
            stamp_error_us: STAMP_ERROR_US,
            drift_ppm: DRIFT_PPM + 1,
            drift_rate_ppb_per_s: DRIFT_RATE + 1,
        };
        let device = Device { network: NETWORK, number, bounds, start_error_us: 0 };
        // Like firmware, they do not know the schedule before they join.
        let unknown = Schedule::new(Layout { version: 0, ..*schedule().layout() }).unwrap();
        let node = Node::new(unknown, device, &collector_key(number), Volatile::default()).unwrap();
        let fake = Fake {
            node,
            number,
            radio: far_radio,
            bus: far_bus,
            now: LocalTime::from_us(0),
            has_asked: false,
            sequence: 0,
            is_dumb: dumb.contains(&number),
        };
        threads.push(thread::spawn(move || fake.run()));
        Remote::new(number, radio, bus, second, chance)
    });
    let mut network = network.unwrap();
    // Threads take their time to start, and the simulation none.
    while network.remotes.iter().any(|remote| !remote.is_present() && !dumb.contains(&remote.number)) {
        network.settle();
        thread::yield_now();
    }
    (network, threads)
}

/// Lets time pass until so many reports came.
fn run(network: &mut Network, reports: u64) {
    let mut now = network.now;
    while network.concentrator.reports < reports {
        now += Duration::from_millis(10);
        assert!(now < Duration::from_secs(60), "{} reports", network.concentrator.reports);
        network.run_until(now);
    }
}

#[test]
fn collectors_outside_join_and_report_what_their_meters_say() {
    let (mut network, threads) = network(3, 3, &[]);
    run(&mut network, 9);
    assert_eq!((network.wrong, network.channel.collisions, network.absent().count()), (0, 0, 0));
    let readings = network.concentrator.rows.iter().map(|(place, row)| (*place, row.value.is_some()));
    let expected = [1, 2, 3]
        .into_iter()
        .flat_map(|collector| (0..4).map(move |point| (Place { collector, meter: 0, point }, true)));
    assert!(readings.eq(expected));
    assert!(network.sent >= 9 && network.state().collectors == 3);
    drop(network);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn one_that_does_not_react_holds_up_the_others_once() {
    let (mut network, _) = network(4, 2, &[1]);
    let started = Instant::now();
    run(&mut network, 3);
    assert!(network.absent().eq([1]));
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert!(network.concentrator.rows.keys().all(|place| place.collector == 2));
}

#[test]
fn meters_of_all_protocols_answer_on_one_wire() {
    let (near, mut far) = pair();
    let _wire = crate::remote::wire::Wire::new(1, near, Arc::default()).unwrap();
    for round in 0..2 {
        let request = Request::ReadHoldingRegisters { range: Range::new(0, 7).unwrap() };
        let mut modbus = <modbus_rtu::Client>::new(modbus_rtu::Line::new(9_600, 10));
        modbus.start(&modbus_rtu::Device::new(UnitId(17 + round)), &request).unwrap();
        exchange(&mut modbus, &mut far, |outcome| {
            assert!(matches!(outcome, Ok(Some(Response::ReadHoldingRegisters { .. }))), "{outcome:?}");
        });
        let identifier = dlt645::Identifier::VOLTAGE_A;
        let address = dlt645::Address([0x34, 0x69, 0x17, 0x08, 0x17, 0x20 + round]);
        let mut dlt645 = <dlt645::Client>::new(dlt645::Line::new(2_400));
        dlt645.start(&dlt645::Device::new(address), &dlt645::Command::Read { identifier }).unwrap();
        exchange(&mut dlt645, &mut far, |outcome| {
            assert!(outcome.unwrap().unwrap().values().next().is_some());
        });
        let mut mbus = <mbus::Client>::new(mbus::Line::new(2_400));
        mbus.start(&mbus::Device::new(mbus::Address(1)), &mbus::Command::Read).unwrap();
        exchange(&mut mbus, &mut far, |outcome| {
            let Ok(Some(mbus::Reply::Data { frame, .. })) = outcome else { panic!("{outcome:?}") };
            assert_eq!(frame.telegram().unwrap().records.count(), 5);
        });
    }
}
