//! The simulated meter, read.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::time::Duration;

use mbus::{
    Address, Application, ApplicationError, BaudRate, Ci, Client, Command, Device, Handler, Header,
    Identification, Line, LongHeader, Machine, Medium, Meter, Output, Reply, Selection, Server, Status,
    TransactionError, Writer,
};

const HOUR: Duration = Duration::from_secs(3_600);

/// A line with a meter and its client.
struct Bench {
    client: Client,
    server: Server<Meter>,
    now: Duration,
}

/// A telegram, shown: its header, and storage, value and unit of each record.
type Shown = (LongHeader, Vec<String>);

impl Bench {
    fn new(meter: Meter) -> Self {
        let client = Client::new(Line::new(2_400));
        Self { client, server: Server::new(Address(5), meter), now: Duration::ZERO }
    }

    fn meter(&mut self) -> &mut Meter {
        self.server.handler()
    }

    /// Runs a command to its end; what data came.
    fn ask(&mut self, device: &Device, command: &Command<'_>) -> Result<Vec<Shown>, TransactionError> {
        self.client.start(device, command).unwrap();
        let mut shown = Vec::new();
        loop {
            match self.client.poll(self.now) {
                Output::Transmit(octets) => self.server.receive(octets, self.now),
                Output::Wait(until) => {
                    self.now = until.unwrap();
                    continue;
                }
                Output::Done(Ok(Some(Reply::Data { frame, more }))) => {
                    shown.extend(frame.telegram().ok().map(show));
                    if more {
                        continue;
                    }
                    return Ok(shown);
                }
                Output::Done(Ok(_)) => return Ok(shown),
                Output::Done(Err(error)) => return Err(error),
            }
            self.client.transmitted(self.now);
            self.now += Duration::from_millis(20);
            if let Output::Transmit(octets) = self.server.poll(self.now) {
                let octets = octets.to_vec();
                self.server.transmitted(self.now);
                self.client.receive(&octets, self.now);
            }
        }
    }

    fn read(&mut self) -> Vec<Shown> {
        self.ask(&Device::new(Address(5)), &Command::Read).unwrap()
    }
}

fn show(telegram: mbus::Telegram<'_>) -> Shown {
    let Header::Long(header) = telegram.header else { panic!() };
    let shown = telegram.records.map(Result::unwrap).filter(|record| record.vif.is_some()).map(|record| {
        let unit = record.unit().map_or("", |unit| unit.symbol());
        format!("{}: {} {unit}", record.storage, record.value())
    });
    (header, shown.collect())
}

#[test]
fn a_heat_meter_counts_what_it_measures() {
    let mut meter = Meter::heat(12_345_678);
    (meter.power_w, meter.flow_l_h, meter.temperatures_dc) = (12_500, 800, [712, 423]);
    meter.elapse(HOUR * 48);
    let mut bench = Bench::new(meter);
    let shown = bench.read();
    let (header, records) = &shown[0];
    assert_eq!((header.identification, header.medium), (Identification(0x1234_5678), Medium::HEAT));
    let expected = ["600000 Wh", "38.400 m3", "12500 W", "0.800 m3/h", "71.2 °C", "42.3 °C", "2 d"];
    assert_eq!(records.len(), expected.len());
    for (record, expected) in records.iter().zip(expected) {
        assert_eq!(record, &format!("0: {expected}"));
    }
    assert_eq!(bench.read()[0].0.access, header.access + 1);
}

#[test]
fn each_kind_counts_in_its_unit() {
    for (mut meter, first) in [
        (Meter::water(1), "0: 0.600 m3"),
        (Meter::gas(1), "0: 0.600 m3"),
        (Meter::electricity(1), "0: 2000 Wh"),
    ] {
        (meter.flow_l_h, meter.power_w) = (300, 1_000);
        meter.elapse(HOUR * 2);
        assert_eq!(Bench::new(meter).read()[0].1[0], first);
    }
}

#[test]
fn a_register_begins_again_at_either_end() {
    let mut meter = Meter::electricity(1);
    meter.power_w = -1_000;
    meter.elapse(HOUR);
    assert_eq!(meter.counted(), 99_999_000);
    meter.power_w = 1_001;
    meter.elapse(HOUR);
    assert_eq!(Bench::new(meter).read()[0].1[0], "0: 1 Wh");
}

#[test]
fn an_electricity_meter_has_voltage_and_current() {
    let mut meter = Meter::electricity(1);
    (meter.voltage_dv, meter.current_ma) = (2_297, 4_350);
    let mut octets = [0; 64];
    let mut records = Writer::new(&mut octets);
    assert!(!meter.records(0, &mut records));
    // 10^-1 V and 10^-3 A, four octets each.
    let expected = [0x04, 0xFD, 0x48, 0xF9, 0x08, 0, 0, 0x04, 0xFD, 0x59, 0xFE, 0x10, 0, 0];
    assert!(records.written().windows(expected.len()).any(|window| window == expected));
}

#[test]
fn what_it_stored_comes_in_more_telegrams() {
    let mut meter = Meter::water(1);
    meter.flow_l_h = 1_000;
    for _ in 0..13 {
        meter.elapse(HOUR);
        meter.settle();
    }
    let mut bench = Bench::new(meter);
    let shown = bench.read();
    let counts: Vec<_> = shown.iter().map(|(_, records)| records.len()).collect();
    assert_eq!(counts, [3, 6, 6]);
    assert_eq!((shown[1].1[0].as_str(), shown[2].1[5].as_str()), ("1: 13.000 m3", "12: 2.000 m3"));

    let device = Device::new(Address(5));
    for (application, telegrams) in
        [(Application::INSTANTANEOUS, 1), (Application::SIMPLE_BILLING, 2), (Application::ALL, 3)]
    {
        let reset = Command::ResetApplication { application: Some(application) };
        bench.ask(&device, &reset).unwrap();
        assert_eq!(bench.meter().selected(), application);
        assert_eq!(bench.read().len(), telegrams, "{application:?}");
    }
}

#[test]
fn errors_and_alarms_are_told() {
    let mut meter = Meter::heat(1);
    (meter.power_w, meter.status) = (1_000, Status(0x08));
    meter.elapse(HOUR);
    let mut bench = Bench::new(meter);
    let shown = bench.read();
    assert!(shown[0].0.status.has_permanent_error());
    assert_eq!(shown[0].1[0], "0: 0 Wh");
    assert!(shown[0].1[2].contains("absent"), "{}", shown[0].1[2]);
    bench.meter().status = Status(0);
    bench.meter().alarm = Some(7);
    assert!(bench.read()[0].0.status.has_alarm());
}

#[test]
fn it_takes_a_number_an_address_and_a_rate() {
    let mut bench = Bench::new(Meter::water(12_345_678));
    let device = Device::new(Address(5));
    let number = Command::Write { ci: Ci::COMMAND, data: &[0x0C, 0x79, 0x21, 0x43, 0x65, 0x87] };
    bench.ask(&device, &number).unwrap();
    assert_eq!(bench.read()[0].0.identification, Identification(0x8765_4321));
    bench.ask(&device, &Command::SetAddress { address: Address(17) }).unwrap();
    assert_eq!(bench.server.address(), Address(17));
    let rate = BaudRate::new(9_600).unwrap();
    bench.ask(&Device::new(Address(17)), &Command::ChangeBaudRate { rate }).unwrap();
    assert_eq!(bench.meter().rate(), Some(rate));

    let device = Device::new(Address(17));
    let nonsense = Command::Write { ci: Ci(0xA0), data: &[1] };
    bench.ask(&device, &nonsense).unwrap();
    let error = ApplicationError::UNIMPLEMENTED_CI;
    assert_eq!(bench.ask(&device, &Command::Read), Err(TransactionError::Refused { error }));
    assert_eq!(bench.ask(&device, &Command::Read).unwrap().len(), 1);
}

#[test]
fn it_is_found_by_the_number_it_was_made_with() {
    let mut bench = Bench::new(Meter::water(12_345_678));
    let made = Selection { fabrication: Some(Identification(0x1234_5678)), ..Selection::ANY };
    assert_eq!(bench.ask(&Device::selected(made), &Command::Read).unwrap().len(), 1);
    let other = Selection { fabrication: Some(Identification(0x1234_5679)), ..Selection::ANY };
    assert!(matches!(
        bench.ask(&Device::selected(other), &Command::Read),
        Err(TransactionError::NoReply { .. })
    ));
}
