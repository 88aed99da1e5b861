//! The simulated meters: what they measure, and how each protocol asks and tells it.
//!
//! [`METERS`] is the configuration table of a collector. Its points say what the true value is at any
//! time, so that every value that reaches the concentrator can be checked against the meter's own.

mod dlt645;
mod mbus;
mod modbus;

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use collector::{MAX_ROW, Table};
use meter_value::line::{Machine, Output};
use meter_value::{Decimal, Quantity, Unit};

/// Seconds since the simulation began, shared with every simulated meter.
pub type Clock = Rc<Cell<u64>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Modbus,
    Dlt645,
    Mbus,
}

impl Protocol {
    pub const ALL: [Self; 3] = [Self::Modbus, Self::Dlt645, Self::Mbus];

    pub fn name(self) -> &'static str {
        match self {
            Self::Modbus => "modbus",
            Self::Dlt645 => "dlt645",
            Self::Mbus => "mbus",
        }
    }
}

/// One meter of a collector.
pub struct Meter {
    pub protocol: Protocol,
    /// Its number on its bus, from 0.
    pub place: u8,
    pub points: &'static [Point],
}

/// One value of a meter.
pub struct Point {
    pub quantity: Quantity,
    pub unit: Unit,
    /// Power of ten of the meter's own digits.
    pub exponent: i8,
    course: Course,
}

/// How a value runs over time, in the meter's own digits.
enum Course {
    /// Counts up by so many an hour.
    Counter { per_hour: u64 },
    /// Rises and falls around a middle.
    Wave { middle: i64, swing: u64, seconds: u64 },
}

const fn point(quantity: Quantity, unit: Unit, exponent: i8, course: Course) -> Point {
    Point { quantity, unit, exponent, course }
}

const fn wave(middle: i64, swing: u64, seconds: u64) -> Course {
    Course::Wave { middle, swing, seconds }
}

const VOLTAGE: Point = point(Quantity::Voltage, Unit::Volt, -1, wave(2_300, 60, 97));
const CURRENT: Point = point(Quantity::Current, Unit::Ampere, -3, wave(5_200, 4_000, 241));
const ENERGY: Point = point(Quantity::Energy, Unit::KilowattHour, -2, Course::Counter { per_hour: 14_400 });

/// A Modbus electricity meter: points in the order of its registers.
const MODBUS: &[Point] =
    &[VOLTAGE, CURRENT, point(Quantity::Power, Unit::Watt, 0, wave(-150, 2_400, 241)), ENERGY];

/// A DL/T 645 electricity meter: points in the order of its identifiers.
const DLT645: &[Point] = &[ENERGY, VOLTAGE, CURRENT];

/// An M-Bus heat meter: points in the order of its records.
const MBUS: &[Point] = &[
    point(Quantity::Energy, Unit::WattHour, 3, Course::Counter { per_hour: 120 }),
    point(Quantity::Volume, Unit::CubicMetre, -3, Course::Counter { per_hour: 3_600 }),
    point(Quantity::Power, Unit::Watt, 1, wave(1_200, 900, 301)),
    point(Quantity::FlowTemperature, Unit::Celsius, -1, wave(712, 80, 509)),
    point(Quantity::ReturnTemperature, Unit::Celsius, -1, wave(423, 60, 613)),
];

/// The configuration table: every collector has these meters.
pub const METERS: &[Meter] = &[
    Meter { protocol: Protocol::Modbus, place: 0, points: MODBUS },
    Meter { protocol: Protocol::Modbus, place: 1, points: MODBUS },
    Meter { protocol: Protocol::Dlt645, place: 0, points: DLT645 },
    Meter { protocol: Protocol::Dlt645, place: 1, points: DLT645 },
    Meter { protocol: Protocol::Mbus, place: 0, points: MBUS },
];

/// How often a collector reads its meters, in seconds.
const INTERVAL_S: u32 = 15;

/// The same table as a collector has it.
pub fn table() -> Table {
    let mut table = Table::new();
    for &Meter { protocol, place, points } in METERS {
        let (address, line, points) = match protocol {
            Protocol::Modbus => (modbus::address(place), modbus::LINE, modbus::points(points)),
            Protocol::Dlt645 => (dlt645::address(place), dlt645::LINE, dlt645::points(points)),
            Protocol::Mbus => (mbus::address(place), mbus::LINE, mbus::points(points)),
        };
        let mut buffer = [0; MAX_ROW];
        let row = telemetry::Meter::encode(address, line, INTERVAL_S, &points, &mut buffer);
        let Ok(()) = row.map_or(Err(()), |row| table.push(row).map_err(|_| ())) else {
            unreachable!("a table has room for five meters")
        };
    }
    table
}

/// A meter that answers, whatever it speaks.
pub trait Answer {
    fn receive(&mut self, octets: &[u8], now: Duration);

    /// The octets of an answer, which then leave, or when to come again.
    fn poll(&mut self, now: Duration) -> Result<Vec<u8>, Option<Duration>>;
}

impl<M: Machine> Answer for M {
    fn receive(&mut self, octets: &[u8], now: Duration) {
        Machine::receive(self, octets, now);
    }

    fn poll(&mut self, now: Duration) -> Result<Vec<u8>, Option<Duration>> {
        loop {
            let octets = match Machine::poll(self, now) {
                Output::Transmit(octets) => octets.to_vec(),
                Output::Wait(until) => return Err(until),
                Output::Done(_) => continue,
            };
            self.transmitted(now);
            return Ok(octets);
        }
    }
}

/// The meters of a collector, in the order of the table.
pub fn meters(collector: u16, clock: &Clock) -> Vec<Box<dyn Answer>> {
    let meters = (0..).zip(METERS).map(|(row, &Meter { protocol, place, .. })| {
        let twin = Twin { collector, row, clock: clock.clone() };
        let meter: Box<dyn Answer> = match protocol {
            Protocol::Modbus => Box::new(modbus::server(place, twin)),
            Protocol::Dlt645 => Box::new(dlt645::server(place, twin)),
            Protocol::Mbus => Box::new(mbus::server(place, twin)),
        };
        meter
    });
    meters.collect()
}

/// A meter that exists once: it has a number of its own, and so values of its own.
#[derive(Clone)]
pub struct Twin {
    pub collector: u16,
    pub row: u8,
    pub clock: Clock,
}

impl Twin {
    fn points(&self) -> &'static [Point] {
        METERS.get(usize::from(self.row)).map_or(&[], |meter| meter.points)
    }

    /// The digits of point `point` now.
    pub fn digits(&self, point: usize) -> i64 {
        self.points().get(point).map_or(0, |point| point.digits(self.collector, self.row, self.clock.get()))
    }
}

impl Point {
    fn digits(&self, collector: u16, row: u8, second: u64) -> i64 {
        let own = u64::from(collector) * 1_000_003 + u64::from(row) * 7_919;
        match self.course {
            Course::Counter { per_hour } => (own % 4_000_000 + second * per_hour / 3_600) as i64,
            Course::Wave { middle, swing, seconds } => {
                let phase = (own + second) % (2 * seconds);
                let height = phase.min(2 * seconds - phase) * 2 * swing / seconds;
                middle + height as i64 - swing as i64
            }
        }
    }

    /// The true value at a second.
    pub fn value(&self, collector: u16, row: u8, second: u64) -> Decimal {
        Decimal::new(self.digits(collector, row, second), self.exponent)
    }
}
