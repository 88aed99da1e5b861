//! Laws of the messages between collector and concentrator.

use core::fmt::Debug;

use meter_value::Decimal;
use telemetry::{
    Address, Alarm, Answer, Baud, BufferTooSmall, Command, DecodeError, Down, Edition, Event, Forwarded,
    Line, Meter, Missed, Order, Parity, Point, Reading, Refusal, RegisterKind, RegisterTable, Report, Status,
    Up, VERSION,
};

use crate::Seed;

const BAUDS: [Baud; 9] = [
    Baud::B300,
    Baud::B600,
    Baud::B1200,
    Baud::B2400,
    Baud::B4800,
    Baud::B9600,
    Baud::B19200,
    Baud::B38400,
    Baud::B115200,
];
const MISSED: [Missed; 4] = [Missed::NoReply, Missed::Corrupt, Missed::Refused, Missed::NoValue];
const REFUSALS: [Refusal; 7] = [
    Refusal::Unknown,
    Refusal::NoSuchMeter,
    Refusal::NoSuchPoint,
    Refusal::Value,
    Refusal::Busy,
    Refusal::Unauthorised,
    Refusal::NoStorage,
];
const KINDS: [RegisterKind; 8] = [
    RegisterKind::U16,
    RegisterKind::I16,
    RegisterKind::U32,
    RegisterKind::I32,
    RegisterKind::U64,
    RegisterKind::I64,
    RegisterKind::F32,
    RegisterKind::F64,
];
const ORDERS: [Order; 4] = [Order::Abcd, Order::Badc, Order::Cdab, Order::Dcba];

/// The octets are a message, with the head they have and with one of this version; and what a message and
/// a row are made from.
pub fn messages(octets: &[u8]) {
    any(octets);
    let mut versioned = octets.to_vec();
    if let Some(head) = versioned.first_mut() {
        *head = VERSION << 4 | *head & 0x0F;
        any(&versioned);
    }
    made(octets);
    reports(octets);
}

/// Octets are a message that encodes to them, or an error with the right numbers.
fn any(octets: &[u8]) {
    encodes(octets, Up::decode(octets), |message, buffer| message.encode(buffer).map(<[u8]>::len));
    encodes(octets, Down::decode(octets), |message, buffer| message.encode(buffer).map(<[u8]>::len));
    encodes(octets, Meter::decode(octets), |meter, buffer| {
        let points: Vec<Point> = meter.points.collect();
        assert_eq!(points.len(), meter.points.len());
        Meter::encode(meter.address, meter.line, meter.interval_s, &points, buffer).map(<[u8]>::len)
    });
    if let Ok(Up::Report(report)) = Up::decode(octets) {
        let mut buffer = vec![0; octets.len()];
        let count = report.readings.count();
        assert_eq!(Report::encode(report.sequence, report.readings, &mut buffer), Ok((count, octets)));
        let times = report.readings.map(|reading| reading.time);
        assert_eq!(times.min().unwrap_or(0), report.time);
    }
}

fn encodes<M>(
    octets: &[u8],
    decoded: Result<M, DecodeError>,
    encode: impl Fn(&M, &mut [u8]) -> Result<usize, BufferTooSmall>,
) {
    match decoded {
        Ok(message) => {
            let mut buffer = vec![0; octets.len() + 1];
            assert_eq!(encode(&message, &mut buffer), Ok(octets.len()));
            assert_eq!(buffer[..octets.len()], *octets);
            for have in [0, octets.len() - 1] {
                let needed = octets.len();
                assert_eq!(encode(&message, &mut buffer[..have]), Err(BufferTooSmall { needed, have }));
            }
        }
        Err(DecodeError::Truncated { needed, have }) => assert!(have == octets.len() && needed > have),
        Err(DecodeError::Trailing { count }) => assert!((1..octets.len()).contains(&count)),
        Err(DecodeError::Version { version }) => {
            assert!(version != VERSION && octets.first().is_some_and(|head| head >> 4 == version));
        }
        Err(DecodeError::Code { code, .. }) => {
            assert!(octets.contains(&code) || octets.first().is_some_and(|head| head & 0x0F == code));
        }
        Err(_) => {}
    }
}

/// What encoding takes comes back as it was.
fn made(octets: &[u8]) {
    let mut seed = Seed(octets);
    let edit = seed.octets();
    let mut buffer = [0; 600];
    let message = up(&mut seed);
    let octets = message.encode(&mut buffer).unwrap();
    same(&message, &Up::decode(octets).unwrap());
    edited(octets, edit);
    let message = down(&mut seed);
    let octets = message.encode(&mut buffer).unwrap();
    same(&message, &Down::decode(octets).unwrap());
    edited(octets, edit);

    let (address, line, interval_s) = (address(&mut seed), line(&mut seed), number(&mut seed));
    let points: Vec<Point> = (0..seed.u8() % 40).map(|_| point(&mut seed)).collect();
    let row = Meter::encode(address, line, interval_s, &points, &mut buffer).unwrap();
    let meter = Meter::decode(row).unwrap();
    assert_eq!((meter.address, meter.line, meter.interval_s), (address, line, interval_s));
    assert!(meter.points.len() == points.len() && meter.points.eq(points));
    edited(row, edit);
}

/// Octets beside those of a message: one is another, or a number has a leading zero.
fn edited(octets: &[u8], [place, change]: [u8; 2]) {
    let place = usize::from(place) % octets.len();
    let mut octets = octets.to_vec();
    if change < 0x80 {
        octets[place] ^= change;
    } else {
        octets[place] |= 0x80;
        octets.insert(place + 1, 0);
    }
    any(&octets);
}

/// Equal, and digit by digit, where equality would take 1.0 for 1.00.
fn same<M: PartialEq + Debug>(one: &M, other: &M) {
    assert_eq!(one, other);
    assert_eq!(format!("{one:?}"), format!("{other:?}"));
}

/// The octets are the size of a buffer and readings: as many as fit are in the report, and no part of more.
fn reports(octets: &[u8]) {
    let mut seed = Seed(octets);
    let edit = seed.octets();
    let (size, sequence, start) = (usize::from(seed.u8()), seed.u16(), number(&mut seed));
    let mut readings = Vec::new();
    while !seed.is_empty() {
        let [meter, point] = seed.octets();
        let time = start.saturating_add(number(&mut seed) / 2);
        let missed = seed.u8();
        let value = decimal(&mut seed);
        let value = if missed < 0x40 { Err(pick(&MISSED, missed)) } else { Ok(value) };
        readings.push(Reading { meter, point, time, value });
    }
    let mut buffer = [0; 255];
    let (count, report) = match Report::encode(sequence, readings.iter().copied(), &mut buffer[..size]) {
        Ok(written) => written,
        Err(error) => return assert!(size < 7 && error == BufferTooSmall { needed: 7, have: size }),
    };
    edited(report, edit);
    let (held, left) = readings.split_at(count);
    let length = report.len();
    let Ok(Up::Report(report)) = Up::decode(report) else { panic!("no report") };
    assert_eq!((report.sequence, report.time), (sequence, held.first().map_or(0, |first| first.time)));
    assert_eq!(report.readings.count(), count);
    report.readings.zip(held).for_each(|(read, put)| {
        assert_eq!((read.meter, read.point, read.time), (put.meter, put.point, put.time));
        // A reading has room for an exponent of 119, so beyond it only the value is the same, or too large.
        match put.value {
            Ok(value) if value.exponent() > 119 => {
                assert_eq!(read.value, value.rescale(119).map_err(|_| Missed::NoValue));
            }
            _ => same(&read.value, &put.value),
        }
    });
    let Some(next) = left.first() else { return };
    let mut room = [0; 300];
    let (more, longer) = Report::encode(sequence, held.iter().chain([next]).copied(), &mut room).unwrap();
    if held.first().is_some_and(|first| next.time < first.time) {
        assert_eq!(more, count, "an older one is the first of the next report");
    } else {
        assert!(more == count + 1 && longer.len() > size && length <= size, "the next one would have fitted");
    }
}

fn pick<T: Copy>(all: &[T], choice: u8) -> T {
    all[usize::from(choice) % all.len()]
}

/// Numbers of every length.
fn number(seed: &mut Seed<'_>) -> u32 {
    let shift = seed.u8() % 32;
    u32::from_le_bytes(seed.octets()) >> shift
}

fn decimal(seed: &mut Seed<'_>) -> Decimal {
    let (shift, exponent) = (seed.u8() % 64, seed.u8() as i8);
    Decimal::new(seed.u64() as i64 >> shift, exponent)
}

fn up<'a>(seed: &mut Seed<'a>) -> Up<'a> {
    match seed.u8() % 4 {
        0 => {
            let (sequence, time) = (seed.u16(), number(seed));
            let [choice, meter, point] = seed.octets();
            let event = match choice % 7 {
                0 => Event::Above { meter, point, value: decimal(seed) },
                1 => Event::Below { meter, point, value: decimal(seed) },
                2 => Event::Within { meter, point, value: decimal(seed) },
                3 => Event::Silent { meter },
                4 => Event::Answers { meter },
                5 => Event::Restarted { boots: seed.u16() },
                _ => Event::Lost { readings: number(seed) },
            };
            Up::Alarm(Alarm { sequence, time, event })
        }
        1 => {
            let [tag, choice, refusal] = seed.octets();
            let result = if choice < 0x40 { Ok(()) } else { Err(pick(&REFUSALS, refusal)) };
            Up::Answer(Answer { tag, result })
        }
        2 => {
            let [tag, choice, missed] = seed.octets();
            let result = if choice < 0x40 { Err(pick(&MISSED, missed)) } else { Ok(seed.slice(40)) };
            Up::Forwarded(Forwarded { tag, result })
        }
        _ => Up::Status(Status {
            uptime_s: number(seed),
            boots: seed.u16(),
            lost: number(seed),
            stored: seed.u16(),
            stack_most: seed.u16(),
            queue_most: seed.u8(),
            sequence: seed.u16(),
            running: seed.u8().is_multiple_of(2),
            table: seed.u16(),
        }),
    }
}

fn down<'a>(seed: &mut Seed<'a>) -> Down<'a> {
    let [tag, choice, some, meter, point] = seed.octets();
    let one = some.is_multiple_of(2).then_some(meter);
    let command = match choice % 10 {
        0 => Command::Read { meter: one },
        1 => Command::Interval { meter: one, seconds: number(seed) },
        2 => Command::Run(some.is_multiple_of(2)),
        3 => Command::Time { seconds: number(seed) },
        4 => {
            let low = (some & 1 == 0).then(|| decimal(seed));
            Command::Limits { meter, point, low, high: (some & 2 == 0).then(|| decimal(seed)) }
        }
        5 => Command::Rename(seed.slice(40)),
        6 => Command::Reset,
        7 => Command::Forward { line: line(seed), wait_ms: seed.u16(), octets: seed.slice(40) },
        8 => Command::Row { row: meter, rows: point, octets: seed.slice(40) },
        _ => Command::Status,
    };
    Down { tag, command }
}

fn line(seed: &mut Seed<'_>) -> Line {
    let [baud, parity] = seed.octets();
    Line { baud: pick(&BAUDS, baud), parity: pick(&[Parity::None, Parity::Even, Parity::Odd], parity) }
}

fn address(seed: &mut Seed<'_>) -> Address {
    match seed.u8() % 5 {
        0 => Address::Modbus(seed.u8()),
        1 => Address::Dlt645(Edition::Ed1997, seed.octets()),
        2 => Address::Dlt645(Edition::Ed2007, seed.octets()),
        3 => Address::Mbus(seed.u8()),
        _ => Address::MbusSecondary(seed.octets()),
    }
}

fn point(seed: &mut Seed<'_>) -> Point {
    match seed.u8() % 3 {
        0 => {
            let [table, kind, order, exponent] = seed.octets();
            Point::Registers {
                table: pick(&[RegisterTable::Holding, RegisterTable::Input], table),
                start: seed.u16(),
                kind: pick(&KINDS, kind),
                order: pick(&ORDERS, order),
                exponent: exponent as i8,
            }
        }
        1 => {
            let [offset, octets, exponent] = seed.octets();
            Point::Digits {
                identifier: number(seed),
                offset,
                octets: 1 + octets % 8,
                signed: octets & 8 != 0,
                exponent: exponent as i8,
            }
        }
        _ => Point::Record { index: seed.u8() },
    }
}
