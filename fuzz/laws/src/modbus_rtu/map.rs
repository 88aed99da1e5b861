//! The law of maps of registers.

use modbus_rtu::{
    Bits, Frame, Kind, Map, MapError, Point, Range, Read, Registers, Response, Table, WordOrder,
};

use crate::Seed;

const KINDS: [Kind; 20] = [
    Kind::Coil,
    Kind::Bit(0),
    Kind::Bit(15),
    Kind::Bit(16),
    Kind::High,
    Kind::Low,
    Kind::U16,
    Kind::I16,
    Kind::U32,
    Kind::I32,
    Kind::U64,
    Kind::I64,
    Kind::F32,
    Kind::F64,
    Kind::Bcd(1),
    Kind::Bcd(4),
    Kind::Bcd(5),
    Kind::Text(9),
    Kind::Text(0),
    Kind::Clock,
];

const ORDERS: [WordOrder; 4] = [WordOrder::Abcd, WordOrder::Cdab, WordOrder::Badc, WordOrder::Dcba];

/// Points by the seed, mostly near each other and mostly in order.
fn points(seed: &mut Seed<'_>) -> Vec<Point> {
    let (mut table, mut address) = (0, seed.u16());
    let count = seed.u8() % 24;
    let point = |_| {
        let [kind, step, turn] = seed.octets();
        address = address.wrapping_add(u16::from(step) % 40);
        table = (table + usize::from(turn & 15 == 1)) % 4;
        let kind = KINDS[usize::from(kind) % KINDS.len()];
        let point = match table {
            0 => Point::coil("", address),
            1 => Point::discrete_input("", address),
            2 => Point::holding("", address, kind),
            _ => Point::input("", address, kind),
        };
        point.ordered(ORDERS[usize::from(turn >> 6)]).scaled((turn >> 4 & 3) as i8 - 1)
    };
    (0..count).map(point).collect()
}

/// What the device holds.
fn register(address: u16) -> u16 {
    address.wrapping_mul(0x9E37) ^ address >> 5
}

fn coil(address: u16) -> bool {
    register(address).count_ones() % 2 == 1
}

fn end(point: &Point) -> u32 {
    u32::from(point.address) + u32::from(point.kind.addresses())
}

/// Points are a map if they are in order and exist; its reads cover each of them once, in order, as few of
/// them as gap and limit allow, and the readings of the device's answers are the points' own values.
pub fn map(octets: &[u8]) {
    let mut seed = Seed(octets);
    let (gap, limit) = (u16::from(seed.u8()), seed.u16() % 2_500);
    let points = points(&mut seed);
    let map = match Map::new(&points) {
        Ok(map) => map,
        Err(error) => return refused(&points, error),
    };
    let mut rest = &points[..];
    let mut before: Option<Read<'_>> = None;
    for read in map.reads(gap, limit) {
        let (covered, others) = rest.split_at(read.points.len());
        assert_eq!(read.points, covered);
        rest = others;
        assert!(!covered.is_empty());
        checked(&read, gap, limit);
        assert!(before.is_none_or(|before| !joins(&before, &covered[0], gap, limit)), "one read would do");
        before = Some(read);
        answered(&read);
    }
    assert!(rest.is_empty(), "every point is read");
}

fn refused(points: &[Point], error: MapError) {
    assert!(!error.to_string().is_empty());
    match error {
        MapError::Order { index } => {
            let [before, after] = [points[index - 1], points[index]];
            assert!((before.table, before.address) > (after.table, after.address));
        }
        MapError::Address { index } => assert!(end(&points[index]) > 65_536),
        MapError::Kind { index } => {
            let Point { table, kind, .. } = points[index];
            let impossible = matches!(kind, Kind::Bit(16..) | Kind::Bcd(0 | 5..) | Kind::Text(0));
            assert!(impossible || table.is_bits() != matches!(kind, Kind::Coil));
        }
        _ => panic!("{error}"),
    }
}

/// A read starts with its first point, ends with its last, has no longer gap, and is as long as it may be.
fn checked(read: &Read<'_>, gap: u16, limit: u16) {
    let (start, quantity) = (read.range.start(), read.range.quantity());
    assert_eq!(start, read.points[0].address);
    let mut covered = u32::from(start);
    for point in read.points {
        assert_eq!(point.table, read.table);
        assert!(u32::from(point.address) <= covered + u32::from(gap), "a gap too long");
        covered = covered.max(end(point));
    }
    assert_eq!(covered - u32::from(start), u32::from(quantity));
    assert!(quantity <= limit.min(read.table.limit()) || read.points.len() == 1);
}

fn joins(read: &Read<'_>, point: &Point, gap: u16, limit: u16) -> bool {
    let start = u32::from(read.range.start());
    let covered = start + u32::from(read.range.quantity());
    point.table == read.table
        && u32::from(point.address) <= covered + u32::from(gap)
        && covered.max(end(point)) - start <= u32::from(limit.min(read.table.limit()))
}

/// The readings of what the device answers are those of each point's own registers.
fn answered(read: &Read<'_>) {
    let mut buffer = [0; Frame::MAX_LEN];
    let range = read.range;
    assert!(read.request().encode(&mut buffer).is_ok());
    let registers: Vec<u16> = range.iter().map(register).collect();
    let coils: Vec<bool> = range.iter().map(coil).collect();
    let response = match read.table {
        Table::Coils => Response::ReadCoils { coils: Bits::from(&coils[..]) },
        Table::DiscreteInputs => Response::ReadDiscreteInputs { inputs: Bits::from(&coils[..]) },
        Table::HoldingRegisters => Response::ReadHoldingRegisters { registers: (&registers[..]).into() },
        Table::InputRegisters => Response::ReadInputRegisters { registers: (&registers[..]).into() },
    };
    let response = Response::decode(response.encode(&mut buffer).unwrap()).unwrap();
    let readings: Vec<_> = read.readings(&response).collect();
    assert_eq!(readings.len(), read.points.len());
    for ((point, value), expected) in readings.into_iter().zip(read.points) {
        assert_eq!(point, expected);
        if point.table.is_bits() {
            assert_eq!(value.to_string(), point.decode_bit(coil(point.address)).to_string());
            continue;
        }
        let own = Range::new(point.address, point.kind.addresses()).unwrap();
        let octets: Vec<u8> = own.iter().flat_map(|address| register(address).to_be_bytes()).collect();
        let own = point.decode(Registers::from_octets(&octets));
        // By their text, as a float may be no number.
        assert_eq!(format!("{value:?}"), format!("{own:?}"));
        written(point, &octets);
    }
}

/// A value that can be written is written as it was read.
fn written(point: &Point, octets: &[u8]) {
    let value = point.decode(Registers::from_octets(octets));
    let mut buffer = [0; 128];
    if let Ok(registers) = point.encode(&value, &mut buffer) {
        let again: Vec<u8> = registers.iter().flat_map(|value| value.to_be_bytes()).collect();
        let again = point.decode(Registers::from_octets(&again));
        assert_eq!(format!("{value:?}"), format!("{again:?}"));
        let needed = 2 * registers.len();
        let short = point.encode(&value, &mut buffer[..needed / 2 - 1]);
        assert!(
            matches!(short, Err(modbus_rtu::EncodeError::BufferTooSmall { needed: said, .. }) if said == needed)
        );
    }
}
