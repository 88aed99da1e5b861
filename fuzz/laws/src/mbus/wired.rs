//! Laws of the two ends of a wired bus.

use core::time::Duration;

use mbus::{
    Address, Application, BaudRate, Ci, Client, Command, Control, Data, Device, Entry, Found, Frame, Handler,
    Header, Identification, Line, LongHeader, Machine, Manufacturer, Medium, Meter, Output, Reply, Retry,
    Scope, Search, Selection, Server, Status, TransactionError, Writer,
};
use meter_value::Decimal;

use super::{framed, head};
use crate::{Seed, machine, stream};

const METER: Address = Address(5);
const LINE: Line = Line::new(2_400);

const HEADER: LongHeader = LongHeader {
    identification: Identification(0x1234_5678),
    manufacturer: Manufacturer(0x2C2D),
    version: 1,
    medium: Medium::WATER,
    access: 0,
    status: Status(0),
    configuration: 0,
};

/// A meter with one volume.
struct Water;

impl Handler for Water {
    fn header(&mut self) -> LongHeader {
        HEADER
    }

    fn records(&mut self, _: u16, records: &mut Writer<'_>) -> bool {
        Entry::new(&[0x13], Data::Bcd8(23_718)).write(records).unwrap();
        false
    }
}

/// A command, and how many exchanges it takes at most with what comes before it.
fn command<'a>(seed: u8, data: &'a [u8]) -> (Command<'a>, u32) {
    let rates = [300, 600, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400];
    let rate = BaudRate::new(rates[usize::from(seed >> 4 & 7)]).unwrap();
    let application = (seed & 0x10 != 0).then_some(Application(seed & 0xF0));
    match seed & 7 {
        0 => (Command::Reset, 1),
        1 => (Command::Status, 2),
        2 => (Command::ReadAlarm, 2),
        3 => (Command::SetAddress { address: Address(seed >> 3) }, 2),
        4 => (Command::ChangeBaudRate { rate }, 2),
        5 => (Command::ResetApplication { application }, 2),
        6 => (Command::Select, 1),
        _ => (Command::Write { ci: Ci::COMMAND, data }, 2),
    }
}

/// Whether an outcome fits the retries, and what was answered was heard.
fn fits(retry: Retry, outcome: Result<Option<Reply<'_>>, TransactionError>, heard: &[u8]) {
    let attempts = u16::from(retry.retries) + 1;
    match outcome {
        Ok(None) => panic!("a meter answers"),
        Ok(Some(Reply::Acknowledged)) => assert!(heard.contains(&0xE5)),
        Ok(Some(Reply::Status { control })) => assert!(!control.from_primary()),
        Ok(Some(Reply::Data { frame, .. })) => assert!(was_heard(&frame, heard), "an answer nobody gave"),
        Err(TransactionError::NoReply { timeout, attempts: asked }) => {
            assert_eq!((timeout, asked), (retry.timeout, attempts));
        }
        Err(TransactionError::Collision { attempts: asked }) => assert!(asked == attempts && asked > 1),
        Err(TransactionError::Refused { error }) => {
            assert!(heard.contains(&error.0) || error.0 == 0);
        }
        Err(TransactionError::Repeated { telegrams }) => assert!(telegrams > 0),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn was_heard(frame: &Frame<'_>, heard: &[u8]) -> bool {
    let mut buffer = [0; Frame::MAX_LEN];
    let octets = frame.encode(&mut buffer).unwrap();
    heard.windows(octets.len()).any(|window| window == octets)
}

/// A client that hears the octets, the first two of which choose retries and command, ends in time; its outcome
/// fits. Then it reads, and hears an answer, which the octets may precede if sliding finds it.
pub fn client(octets: &[u8]) {
    let [retries, kind, heard @ ..] = octets else { return };
    let retry = machine::retry(*retries);
    let (command, exchanges) = command(*kind, heard.get(..heard.len().min(252)).unwrap_or_default());
    let target = if *kind & 8 == 0 && command != Command::Select {
        Device::new(METER)
    } else {
        Device::selected(Selection::of(&HEADER))
    };
    let device = Device { retry, ..target };
    let mut client = Client::new(LINE);
    client.start(&device, &command).expect("the command can be sent");
    let deferred = LINE.answer() + LINE.pause + retry.timeout;
    let mut now = machine::client(
        &mut client,
        retry,
        deferred,
        exchanges,
        heard,
        |sent| assert!(Frame::decode(sent).is_ok()),
        |outcome| fits(retry, outcome, heard),
    );

    // Nothing goes before a request to what is selected.
    let selected = Device { retry, ..Device::new(Address::SELECTED) };
    for noise in [&[][..], heard] {
        let answer = framed(&[0x08, METER.0, 0x78, 0x02, 0x06, 0x39, 0x30]);
        let heard = [noise, &answer].concat();
        let frames = stream::slide(&heard, head);
        if frames.iter().find(|frame| is_data(frame)) != Some(&answer) {
            continue;
        }
        client.start(&selected, &Command::Read).expect("it can be read");
        let mut answered = false;
        let sent = machine::hear(&mut client, &mut now, heard.chunks(100), |outcome| {
            answered = outcome.is_ok();
            fits(retry, outcome, &heard);
        });
        assert!(answered && sent == 1, "an intact answer was not found");
    }
}

/// Whether octets are a frame that ends the wait for data.
fn is_data(octets: &[u8]) -> bool {
    match Frame::decode(octets) {
        Ok(Frame::Long { control, .. } | Frame::Control { control, .. }) => {
            !control.from_primary() && control.function() == 8
        }
        _ => false,
    }
}

/// A meter that hears the octets answers only with frames of its own, and after a pause it answers the next
/// request.
pub fn server(octets: &[u8]) {
    let mut server = Server::new(METER, Water);
    let mut last = None;
    machine::server(&mut server, octets, &[0x10, 0x40, 0xFE, 0x3E, 0x16], |octets| {
        match Frame::decode(octets).unwrap() {
            Frame::Ack => {}
            Frame::Long { control, .. } | Frame::Short { control, .. } => assert!(!control.from_primary()),
            frame => panic!("{frame:?} is no answer"),
        }
        last = Some(octets.to_vec());
    });
    assert_eq!(last, Some(vec![0xE5]), "a reset is acknowledged");

    // It may have another address by now, and refuse what it was sent.
    let mut now = Duration::from_secs(100_000);
    for fcb in [true, false] {
        let control = Control::REQ_UD2.with_fcb(fcb);
        let request = Frame::Short { control, address: Address::TEST };
        let mut buffer = [0; 5];
        last = machine::ask(&mut server, &mut now, request.encode(&mut buffer).unwrap(), false);
    }
    let octets = last.expect("a request is answered with a telegram");
    let mut telegram = Frame::decode(&octets).unwrap().telegram().unwrap();
    let Header::Long(header) = telegram.header else { panic!("{:?} is not long", telegram.header) };
    assert_eq!(LongHeader { access: 0, ..header }, HEADER);
    assert_eq!(telegram.records.next().unwrap().unwrap().to_decimal(), Ok(Decimal::new(23_718, -3)));
}

/// Whatever the line loses, breaks or repeats, the telegrams that a client reads are the meter's, in their order
/// and none twice; and without such luck it reads them all at once.
pub fn pair(octets: &[u8]) {
    let mut seed = Seed(octets);
    let (kind, stored) = (seed.u8(), seed.u8() % 13);
    let mut meter = Meter::heat(12_345_678);
    for value in 1..=stored {
        meter.power_w = i32::from(value) * 1_000;
        meter.elapse(Duration::from_secs(3_600));
        meter.settle();
    }
    let selection = meter.selection;
    let mut server = Server::new(METER, meter);
    let mut client = Client::new(LINE);
    let device = if kind & 1 == 0 { Device::new(METER) } else { Device::selected(selection) };
    let retry = Retry { timeout: Duration::from_millis(300), retries: 3 };
    let command = match kind & 2 {
        0 => Command::Read,
        _ => Command::Exchange { ci: Ci::APPLICATION_RESET, data: &[0x00] },
    };
    client.start(&Device { retry, ..device }, &command).expect("a read can be asked for");
    let mut telegrams = 0_u8;
    machine::pair(
        &mut client,
        &mut server,
        &mut seed,
        |octets| LINE.time(octets),
        |outcome, is_disturbed| match outcome {
            Ok(Some(Reply::Data { frame, more })) => {
                told(&frame, telegrams, stored);
                telegrams += 1;
                assert_eq!(more, telegrams <= stored.div_ceil(6));
                !more
            }
            Err(_) if is_disturbed => true,
            other => panic!("{other:?}"),
        },
    );
}

/// A telegram has the values stored that it is to have, the latest first.
fn told(frame: &Frame<'_>, telegram: u8, stored: u8) {
    let mut records = frame.telegram().expect("it is one").records;
    if telegram == 0 {
        return assert_eq!(records.next().unwrap().unwrap().storage, 0);
    }
    for place in (telegram - 1) * 6..stored.min(telegram * 6) {
        let record = records.next().unwrap().unwrap();
        assert_eq!(record.storage, u64::from(place) + 1);
        let latest = i64::from(stored - place);
        assert_eq!(record.to_decimal(), Ok(Decimal::new((1..=latest).sum(), 3)));
    }
}

/// A search ends, whatever it hears, in as many frames as it says; it tells no meter twice, and none that was not
/// heard.
pub fn search(octets: &[u8]) {
    let mut seed = Seed(octets);
    let kind = seed.u8();
    let retry = Retry { timeout: Duration::from_millis(200), retries: kind & 1 };
    let scope = if kind & 2 == 0 { Scope::Secondary } else { Scope::Primary };
    let mut search = Search::new(LINE, retry);
    search.start(scope);
    let (mut now, mut asked, mut answered) = (Duration::ZERO, 0_u32, 0_u32);
    let (mut heard, mut meters) = (Vec::<u8>::new(), Vec::new());
    let water = framed(&[&[0x08, METER.0, 0x72][..], &header(), &[0x02, 0x06, 0x39, 0x30]].concat());
    loop {
        match search.poll(now) {
            Output::Transmit(question) => {
                assert!(Frame::decode(question).is_ok());
                let kind = seed.u8();
                let answer = match kind & 7 {
                    1 => seed.slice(usize::from(kind >> 3)),
                    2 | 3 => &[0xE5],
                    4 if question.starts_with(&[0x10, 0x7B]) => &water,
                    4 => &[0xE5],
                    _ => &[],
                };
                asked += 1;
                answered += u32::from(!answer.is_empty());
                heard.extend(answer);
                search.transmitted(now);
                search.receive(answer, now);
            }
            Output::Wait(until) => now = until.expect("a search that waits knows for how long"),
            Output::Done(Some(Found::Meter { address, selection })) => {
                assert!(!meters.contains(&(address, selection)), "{address} {selection:?} twice");
                if let Some(selection) = selection {
                    assert!(was_named(&selection, &heard), "{selection} never answered");
                }
                meters.push((address, selection));
            }
            Output::Done(Some(Found::Garbled(_))) => {}
            Output::Done(None) => break,
        }
    }
    assert_eq!(asked, search.frames());
    // Nobody was heard to be in more than 17,576 branches each.
    let limit = (252 + 17_580 * answered) * (u32::from(retry.retries) + 1);
    assert!(asked <= limit, "{asked} frames where {limit} are the limit");
}

fn header() -> [u8; 12] {
    let mut octets = [0; 12];
    Header::Long(HEADER).encode(&mut octets).unwrap();
    octets
}

fn was_named(selection: &Selection, heard: &[u8]) -> bool {
    let mut buffer = [0; Selection::MAX_LEN];
    let octets = selection.encode(&mut buffer).unwrap();
    heard.windows(octets.len()).any(|window| window == octets)
}
