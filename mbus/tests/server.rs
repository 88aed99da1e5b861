//! What a meter answers.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::time::Duration;

use mbus::{
    Address, Application, ApplicationError, BaudRate, Ci, Control, Data, Entry, Frame, Handler, Header,
    Identification, LongHeader, Machine, Manufacturer, Medium, Output, RESPONSE_DELAY, Selection, Server,
    Status, Writer,
};

const NUMBER: Identification = Identification(0x1234_5678);

/// A meter with as many telegrams as it is told, that notes what it is sent.
#[derive(Default)]
struct Noting {
    telegrams: u16,
    reads: i32,
    alarm: Option<u8>,
    is_busy: bool,
    error: Option<ApplicationError>,
    application: Option<Application>,
    written: Vec<(Ci, Vec<u8>)>,
    rates: Vec<u32>,
}

impl Handler for Noting {
    fn header(&mut self) -> LongHeader {
        LongHeader {
            identification: NUMBER,
            manufacturer: Manufacturer(0x2C2D),
            version: 1,
            medium: Medium::HEAT,
            access: 0,
            status: Status(0),
            configuration: 0,
        }
    }

    fn fabrication(&mut self) -> Option<Identification> {
        Some(Identification(0x0000_0042))
    }

    fn records(&mut self, telegram: u16, records: &mut Writer<'_>) -> bool {
        self.reads += 1;
        let number = i32::from(telegram) * 1_000 + self.reads;
        Entry::new(&[0x06], Data::Int32(number)).write(records).unwrap();
        telegram + 1 < self.telegrams
    }

    fn alarm(&mut self) -> Option<u8> {
        self.alarm
    }

    fn is_busy(&mut self) -> bool {
        self.is_busy
    }

    fn write(&mut self, ci: Ci, data: &[u8]) -> Result<(), ApplicationError> {
        self.written.push((ci, data.to_vec()));
        self.error.map_or(Ok(()), Err)
    }

    fn reset_application(&mut self, application: Option<Application>) -> Result<(), ApplicationError> {
        self.application = application;
        Ok(())
    }

    fn application(&mut self) -> Result<Application, ApplicationError> {
        Ok(self.application.unwrap_or(Application::ALL))
    }

    fn change_baud_rate(&mut self, rate: BaudRate) -> bool {
        rate.bits_per_second() <= 9_600
    }

    fn switch_baud_rate(&mut self, rate: BaudRate) {
        self.rates.push(rate.bits_per_second());
    }
}

type Meter = Server<Noting>;

fn meter() -> Meter {
    Server::new(Address(5), Noting { telegrams: 1, ..Noting::default() })
}

fn tell(meter: &mut Meter, octets: &[u8]) -> Option<Vec<u8>> {
    meter.receive(octets, Duration::ZERO);
    let answer = match meter.poll(RESPONSE_DELAY) {
        Output::Transmit(octets) => octets.to_vec(),
        _ => return None,
    };
    meter.transmitted(RESPONSE_DELAY);
    Some(answer)
}

fn ask(meter: &mut Meter, control: u8, address: u8) -> Option<Vec<u8>> {
    let request = Frame::Short { control: Control(control), address: Address(address) };
    tell(meter, request.encode(&mut [0; 5]).unwrap())
}

/// Whether the meter acknowledges data; it answers nothing else.
fn send(meter: &mut Meter, control: u8, address: u8, ci: Ci, data: &[u8]) -> bool {
    let (control, address) = (Control(control), Address(address));
    let frame = match data {
        [] => Frame::Control { control, address, ci },
        data => Frame::Long { control, address, ci, data },
    };
    let answer = tell(meter, frame.encode(&mut [0; Frame::MAX_LEN]).unwrap());
    assert!(answer.is_none() || answer == Some(vec![0xE5]));
    answer.is_some()
}

/// Access number and first value of the meter's next telegram, and whether more follow.
fn read(meter: &mut Meter, control: u8, address: u8) -> (u8, i64, bool) {
    let octets = ask(meter, control, address).unwrap();
    let mut telegram = Frame::decode(&octets).unwrap().telegram().unwrap();
    let Header::Long(header) = telegram.header else { panic!() };
    let value = telegram.records.next().unwrap().unwrap().to_decimal().unwrap();
    let more = telegram.records.next().is_some_and(|record| record.unwrap().more_follows());
    (header.access, value.mantissa(), more)
}

fn select(meter: &mut Meter, selection: Selection) -> bool {
    let answer = tell(meter, selection.encode_frame(&mut [0; 32]).unwrap());
    assert!(answer.is_none() || answer == Some(vec![0xE5]));
    assert_eq!(answer.is_some(), meter.is_selected());
    answer.is_some()
}

#[test]
fn repeats_the_telegram_until_the_frame_count_bit_changes() {
    let mut meter = meter();
    assert_eq!(ask(&mut meter, 0x40, 5).unwrap(), [0xE5]);
    assert_eq!(read(&mut meter, 0x7B, 5), (1, 1, false));
    assert_eq!(read(&mut meter, 0x7B, 5), (1, 1, false));
    assert_eq!(read(&mut meter, 0x5B, 5), (2, 2, false));
    assert_eq!(ask(&mut meter, 0x40, 5).unwrap(), [0xE5]);
    assert_eq!(read(&mut meter, 0x5B, 5), (3, 3, false));
}

#[test]
fn answers_only_what_is_meant_for_it_and_not_at_once() {
    let mut meter = meter();
    for address in [0, 4, 6, 250, 251, 252, 253, 255] {
        assert_eq!(ask(&mut meter, 0x40, address), None);
        assert_eq!(ask(&mut meter, 0x7B, address), None);
        assert!(!send(&mut meter, 0x73, address, Ci::COMMAND, &[0x2F]));
    }
    assert_eq!(meter.handler().written.len(), 1, "the broadcast");
    assert_eq!(ask(&mut meter, 0x40, 0xFE).unwrap(), [0xE5]);
    for other in [0x08, 0x28, 0x0B, 0x44, 0x41] {
        assert_eq!(ask(&mut meter, other, 5), None);
    }
    meter.receive(&[0xE5], Duration::ZERO);
    assert_eq!(meter.poll(RESPONSE_DELAY), Output::Wait(None));

    meter.receive(&[0x10, 0x40, 0x05, 0x45, 0x16], Duration::from_secs(1));
    let due = Duration::from_secs(1) + RESPONSE_DELAY;
    assert_eq!(meter.poll(Duration::from_secs(1)), Output::Wait(Some(due)));
    assert_eq!(meter.poll(due), Output::Transmit(&[0xE5]));
    assert_eq!(meter.poll(due), Output::Wait(None));
}

#[test]
fn a_readout_goes_on_and_begins_anew() {
    let mut meter = meter();
    meter.handler().telegrams = 3;
    for (control, number, more) in [(0x7B, 1, true), (0x5B, 1_002, true), (0x7B, 2_003, false)] {
        let (_, value, follows) = read(&mut meter, control, 5);
        assert_eq!((value, follows), (number, more));
    }
    assert_eq!(read(&mut meter, 0x5B, 5).1, 4);
    assert_eq!(read(&mut meter, 0x7B, 5).1, 1_005);
    assert_eq!(ask(&mut meter, 0x40, 5).unwrap(), [0xE5]);
    assert_eq!(read(&mut meter, 0x7B, 5).1, 6);
    assert_eq!(read(&mut meter, 0x5B, 5).1, 1_007);
    assert!(send(&mut meter, 0x73, 5, Ci::APPLICATION_RESET, &[0x50]));
    assert_eq!(meter.handler().application, Some(Application::INSTANTANEOUS));
    assert_eq!(read(&mut meter, 0x5B, 5).1, 8, "with the same bit, but after a reset");
    assert_eq!(read(&mut meter, 0x7B, 5).1, 1_009);
    assert!(send(&mut meter, 0x53, 5, Ci::APPLICATION_RESET, &[]));
    assert_eq!(meter.handler().application, None);
    assert_eq!(read(&mut meter, 0x7B, 5).1, 10);
}

#[test]
fn is_selected_by_its_secondary_address_until_another_is() {
    let own = Selection {
        identification: NUMBER,
        manufacturer: Manufacturer(0x2C2D),
        version: 1,
        medium: Medium::HEAT,
        fabrication: None,
    };
    let mut meter = meter();
    assert_eq!(ask(&mut meter, 0x7B, 253), None);
    for (selection, is_meant) in [
        (own, true),
        (Selection { version: 2, ..own }, false),
        (Selection::ANY, true),
        (Selection { identification: Identification(0x1FFF_FFF9), ..Selection::ANY }, false),
        (Selection { fabrication: Some(Identification(0x0000_004F)), ..Selection::ANY }, true),
        (Selection { fabrication: Some(Identification(0x0000_0043)), ..own }, false),
        (own, true),
    ] {
        assert_eq!(select(&mut meter, selection), is_meant, "{selection}");
        assert_eq!(ask(&mut meter, 0x7B, 253).is_some(), is_meant);
    }
    assert_eq!(read(&mut meter, 0x7B, 253), read(&mut meter, 0x7B, 5), "it answers to both");
    assert!(send(&mut meter, 0x73, 253, Ci::COMMAND, &[0x01, 0x7A, 0x09]));
    assert_eq!(meter.address(), Address(9));
    assert_eq!(ask(&mut meter, 0x40, 253), Some(vec![0xE5]));
    assert_eq!(ask(&mut meter, 0x40, 253), None, "it is deselected");
    assert!(!meter.is_selected());
    // A selection that is cut, and one that is none.
    assert!(select(&mut meter, own));
    assert!(!send(&mut meter, 0x53, 253, Ci::SELECT, &[0x78, 0x56]));
    assert!(!meter.is_selected());
    assert!(send(&mut meter, 0x53, 9, Ci::SELECT, &[0xFF; 8]), "data like any other");
    assert!(!meter.is_selected());
}

/// At 300 baud eight octets take longer than a meter waits for one.
#[test]
fn a_frame_that_comes_in_pieces_at_the_slowest_rate_is_taken() {
    let octet = Duration::from_secs(11) / 300;
    for (pause, is_taken) in [(0, true), (200, true), (201, false)] {
        let mut meter = meter();
        let mut buffer = [0; 32];
        let mut now = Duration::ZERO;
        for piece in Selection::ANY.encode_frame(&mut buffer).unwrap().chunks(8) {
            now += octet * piece.len() as u32 + Duration::from_millis(pause) - octet;
            meter.receive(piece, now);
        }
        let answer = meter.poll(now + ms_1150());
        assert_eq!(matches!(answer, Output::Transmit(&[0xE5])), is_taken, "{pause} ms");
    }
}

#[test]
fn takes_an_address_of_a_meter_only() {
    let mut meter = meter();
    assert!(send(&mut meter, 0x73, 5, Ci::COMMAND, &[0x01, 0x7A, 250]));
    assert_eq!(meter.address(), Address(250));
    assert_eq!(ask(&mut meter, 0x40, 5), None);
    assert!(send(&mut meter, 0x53, 250, Ci::COMMAND, &[0x01, 0x7A, 251]));
    assert_eq!(meter.address(), Address(250));
    assert_eq!(refusal(&mut meter, 0x7B, 250), Some(ApplicationError::UNSPECIFIED));
}

/// Why the meter refuses, if it does, when it is read.
fn refusal(meter: &mut Meter, control: u8, address: u8) -> Option<ApplicationError> {
    match Frame::decode(&ask(meter, control, address).unwrap()).unwrap() {
        Frame::Long { ci: Ci::ERROR, data, .. } => Some(ApplicationError(data[0])),
        _ => None,
    }
}

#[test]
fn a_refusal_is_the_answer_to_the_next_request() {
    let mut meter = meter();
    assert_eq!(read(&mut meter, 0x7B, 5), (1, 1, false));
    meter.handler().error = Some(ApplicationError::TOO_MANY_RECORDS);
    assert!(send(&mut meter, 0x73, 5, Ci::COMMAND, &[0x2F]));
    assert_eq!(refusal(&mut meter, 0x7B, 5), Some(ApplicationError::TOO_MANY_RECORDS));
    assert_eq!(refusal(&mut meter, 0x7B, 5), Some(ApplicationError::TOO_MANY_RECORDS), "repeated");
    assert_eq!(read(&mut meter, 0x5B, 5).1, 2);
}

#[test]
fn what_is_sent_twice_is_done_once() {
    let mut meter = meter();
    for control in [0x73, 0x73, 0x53] {
        assert!(send(&mut meter, control, 5, Ci::COMMAND, &[0x2F]));
    }
    assert_eq!(meter.handler().written, vec![(Ci::COMMAND, vec![0x2F]); 2]);
    // Masters that never toggle the bit have other data done.
    assert!(send(&mut meter, 0x53, 5, Ci::COMMAND, &[0x2F, 0x2F]));
    assert_eq!(meter.handler().written.len(), 3);
    // Or the same, when something came in between.
    read(&mut meter, 0x7B, 5);
    assert!(send(&mut meter, 0x53, 5, Ci::COMMAND, &[0x2F, 0x2F]));
    assert_eq!(meter.handler().written.len(), 4);
}

#[test]
fn what_is_exchanged_is_done_once_and_answered_with_data() {
    let mut meter = meter();
    meter.handler().telegrams = 2;
    let exchange = |meter: &mut Meter, control: u8, data: &[u8]| {
        let (control, address) = (Control(control), Address(5));
        let frame = Frame::Long { control, address, ci: Ci::COMMAND, data };
        tell(meter, frame.encode(&mut [0; 32]).unwrap())
    };
    let first = exchange(&mut meter, 0x63, &[0x7F]).unwrap();
    assert_eq!(exchange(&mut meter, 0x63, &[0x7F]), Some(first.clone()));
    assert!(matches!(Frame::decode(&first), Ok(Frame::Long { control: Control::RSP_UD, .. })));
    assert_eq!(read(&mut meter, 0x7B, 5), (2, 1_002, false), "the readout goes on");
    assert_eq!(meter.handler().written, [(Ci::COMMAND, vec![0x7F])]);
    meter.handler().error = Some(ApplicationError::UNIMPLEMENTED_CI);
    let refused = exchange(&mut meter, 0x43, &[0x7F]).unwrap();
    assert!(matches!(Frame::decode(&refused), Ok(Frame::Long { ci: Ci::ERROR, data: [1], .. })));
    meter.handler().is_busy = true;
    assert_eq!(exchange(&mut meter, 0x63, &[0x7F]), None);
}

#[test]
fn an_alarm_and_a_busy_meter_are_announced() {
    let mut meter = meter();
    assert_eq!(ask(&mut meter, 0x7A, 5), Some(vec![0xE5]), "there is no alarm");
    assert_eq!(ask(&mut meter, 0x49, 5), Some(vec![0x10, 0x0B, 0x05, 0x10, 0x16]));
    meter.handler().alarm = Some(4);
    let alarm = [0x68, 4, 4, 0x68, 0x28, 0x05, 0x71, 0x04, 0xA2, 0x16];
    assert_eq!(ask(&mut meter, 0x7A, 5).unwrap(), alarm);
    meter.handler().is_busy = true;
    assert_eq!(ask(&mut meter, 0x49, 5), Some(vec![0x10, 0x3B, 0x05, 0x40, 0x16]));
    assert_eq!(ask(&mut meter, 0x7B, 5).unwrap()[4], 0x38);
    assert!(!send(&mut meter, 0x73, 5, Ci::COMMAND, &[0x2F]));
    assert_eq!(meter.handler().written, []);
}

#[test]
fn the_selected_application_is_told() {
    let mut meter = meter();
    assert!(send(&mut meter, 0x73, 5, Ci::APPLICATION_RESET, &[0x10]));
    assert!(send(&mut meter, 0x53, 5, Ci::REQUEST_APPLICATION, &[]));
    let answer = ask(&mut meter, 0x7B, 5).unwrap();
    assert_eq!(answer, [0x68, 4, 4, 0x68, 0x08, 0x05, 0x66, 0x10, 0x83, 0x16]);
}

#[test]
fn the_rate_changes_behind_the_acknowledgement() {
    let mut meter = meter();
    let change = [0x68, 3, 3, 0x68, 0x73, 0x05, 0xBD, 0x35, 0x16];
    meter.receive(&change, Duration::ZERO);
    assert_eq!(meter.poll(RESPONSE_DELAY), Output::Transmit(&[0xE5]));
    assert_eq!(meter.handler().rates, []);
    meter.transmitted(RESPONSE_DELAY);
    assert_eq!(meter.handler().rates, [9_600]);
    // It has no more than that; and to all meters nobody acknowledges.
    assert!(!send(&mut meter, 0x53, 5, Ci::BAUD_38400, &[]));
    assert!(!send(&mut meter, 0x73, 255, Ci::BAUD_300, &[]));
    assert_eq!(meter.handler().rates, [9_600, 300]);
}

#[test]
fn an_answer_is_dropped_when_the_master_goes_on() {
    let mut meter = meter();
    meter.receive(&[0x10, 0x7B, 0x05, 0x80, 0x16], Duration::ZERO);
    meter.receive(&[0x10, 0x40, 0x06, 0x46, 0x16], Duration::ZERO);
    assert_eq!(meter.poll(RESPONSE_DELAY), Output::Wait(None));
}

#[test]
fn broken_and_cut_frames_are_not_answered() {
    let mut meter = meter();
    let mut broken = [0x10, 0x40, 0x05, 0x45, 0x16];
    broken[3] ^= 1;
    assert_eq!(tell(&mut meter, &broken), None);
    meter.receive(&[0x68, 0x40, 0x40, 0x68], Duration::ZERO);
    // What began with a false header is over after a silence.
    meter.receive(&[0x10, 0x40, 0x05, 0x45, 0x16], Duration::from_secs(1));
    assert_eq!(meter.poll(Duration::from_secs(2)), Output::Transmit(&[0xE5]));
}

#[test]
fn a_slow_meter_stays_within_the_standard() {
    for (delay, expected) in [(0, RESPONSE_DELAY), (50, Duration::from_millis(50)), (9_000, ms_1150())] {
        let mut meter = meter().delayed(Duration::from_millis(delay));
        meter.receive(&[0x10, 0x40, 0x05, 0x45, 0x16], Duration::ZERO);
        assert_eq!(meter.poll(Duration::ZERO), Output::Wait(Some(expected)));
    }
}

const fn ms_1150() -> Duration {
    Duration::from_millis(1_150)
}

#[test]
fn a_telegram_that_does_not_fit_is_not_sent() {
    struct Long;
    impl Handler for Long {
        fn header(&mut self) -> LongHeader {
            Noting::default().header()
        }
        fn records(&mut self, telegram: u16, records: &mut Writer<'_>) -> bool {
            records.put(&[0x2F; 240][..239 + usize::from(telegram)]);
            true
        }
    }
    let mut server = Server::new(Address(5), Long);
    server.receive(&[0x10, 0x7B, 0x05, 0x80, 0x16], Duration::ZERO);
    let Output::Transmit(octets) = server.poll(RESPONSE_DELAY) else { panic!() };
    assert_eq!(octets.len(), Frame::MAX_LEN);
    server.receive(&[0x10, 0x5B, 0x05, 0x60, 0x16], Duration::from_secs(1));
    assert_eq!(server.poll(Duration::from_secs(2)), Output::Wait(None));
}
