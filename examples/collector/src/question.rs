//! One question to one meter, in its protocol.

use core::time::Duration;

use heapless::Vec;
use meter_value::line::{Machine, Output};
use modbus_rtu::{Kind, Map, Read, Request, Table, UnitId, WordOrder};
use telemetry::{Address, Edition, Meter, Missed, Order, Parity, Point, RegisterKind, RegisterTable};

use crate::raw::Raw;

/// Most points of one question.
pub const MAX_POINTS: usize = 16;

/// Registers between two points that are read along with them rather than asked for apart.
const GAP: u16 = 8;

/// The client of a meter's protocol, with a question to ask, or octets that somebody else made.
pub enum Client {
    /// Modbus RTU.
    Modbus(modbus_rtu::Client),
    /// DL/T 645, with replies of a frame and a follow-up.
    Dlt645(dlt645::Client<400>),
    /// M-Bus.
    Mbus(mbus::Client),
    /// Octets as they are.
    Raw(Raw),
}

/// What came of a question.
pub enum Heard<'a> {
    /// Of a Modbus meter.
    Modbus(<modbus_rtu::Client as Machine>::Outcome<'a>),
    /// Of a DL/T 645 meter.
    Dlt645(<dlt645::Client<400> as Machine>::Outcome<'a>),
    /// Of an M-Bus meter.
    Mbus(<mbus::Client as Machine>::Outcome<'a>),
    /// Octets as they are, none if nothing came.
    Raw(&'a [u8]),
}

/// Some points of a meter that one question brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// The first point.
    pub first: u8,
    /// How many.
    pub count: u8,
}

impl Client {
    /// A client with a question for a meter's points from `first` on, and which of them it asks for.
    ///
    /// # Errors
    /// [`Missed::NoValue`] if the table asks for what cannot be: then for one point.
    pub fn ask(meter: &Meter<'_>, first: u8) -> Result<(Self, Group), Missed> {
        let baud = meter.line.baud.get();
        let points = meter.points.skip(first.into());
        match meter.address {
            Address::Modbus(unit) => {
                let bits = if meter.line.parity == Parity::None { 10 } else { 11 };
                let line = modbus_rtu::Line::new(baud, bits).buffered(Duration::from_millis(50));
                let mut client = modbus_rtu::Client::new(line);
                let registers = registers(points);
                let read = read(&registers).ok_or(Missed::NoValue)?;
                let device = modbus_rtu::Device::new(UnitId(unit));
                let range = read.range;
                // What is asked is said here, so that nothing is compiled for other requests.
                let sent = match read.table {
                    Table::InputRegisters => client.start(&device, &Request::ReadInputRegisters { range }),
                    _ => client.start(&device, &Request::ReadHoldingRegisters { range }),
                };
                sent.map_err(no_value)?;
                Ok((Self::Modbus(client), Group { first, count: read.points.len() as u8 }))
            }
            Address::Dlt645(edition, address) => {
                let mut points = points.map_while(|point| match point {
                    Point::Digits { identifier, .. } => Some(identifier),
                    _ => None,
                });
                let number = points.next().ok_or(Missed::NoValue)?;
                let count = 1 + points.take(MAX_POINTS - 1).take_while(|&other| other == number).count();
                let identifier = identifier(edition, number);
                let mut client = dlt645::Client::new(dlt645::Line::new(baud));
                let device = dlt645::Device::new(dlt645::Address(address));
                client.start(&device, &dlt645::Command::Read { identifier }).map_err(no_value)?;
                Ok((Self::Dlt645(client), Group { first, count: count as u8 }))
            }
            Address::Mbus(_) | Address::MbusSecondary(_) => {
                let mut client = mbus::Client::new(mbus::Line::new(baud));
                client.start(&device(meter.address), &mbus::Command::Read).map_err(no_value)?;
                Ok((Self::Mbus(client), Group { first, count: points.take(MAX_POINTS).count() as u8 }))
            }
        }
    }
}

impl Machine for Client {
    type Outcome<'a> = Heard<'a>;

    fn receive(&mut self, octets: &[u8], now: Duration) {
        match self {
            Self::Modbus(client) => client.receive(octets, now),
            Self::Dlt645(client) => client.receive(octets, now),
            Self::Mbus(client) => client.receive(octets, now),
            Self::Raw(raw) => raw.receive(octets, now),
        }
    }

    fn transmitted(&mut self, now: Duration) {
        match self {
            Self::Modbus(client) => client.transmitted(now),
            Self::Dlt645(client) => client.transmitted(now),
            Self::Mbus(client) => client.transmitted(now),
            Self::Raw(raw) => raw.transmitted(now),
        }
    }

    fn poll(&mut self, now: Duration) -> Output<'_, Heard<'_>> {
        match self {
            Self::Modbus(client) => map(client.poll(now), Heard::Modbus),
            Self::Dlt645(client) => map(client.poll(now), Heard::Dlt645),
            Self::Mbus(client) => map(client.poll(now), Heard::Mbus),
            Self::Raw(raw) => map(raw.poll(now), Heard::Raw),
        }
    }
}

fn map<'a, T, U>(output: Output<'a, T>, outcome: impl FnOnce(T) -> U) -> Output<'a, U> {
    match output {
        Output::Transmit(octets) => Output::Transmit(octets),
        Output::Wait(until) => Output::Wait(until),
        Output::Done(done) => Output::Done(outcome(done)),
    }
}

/// The first registers among the points, as a map has them.
pub(crate) fn registers(points: impl Iterator<Item = Point>) -> Vec<modbus_rtu::Point, MAX_POINTS> {
    let points = points.map_while(|point| match point {
        Point::Registers { table, start, kind, order, exponent } => {
            let point = match table {
                RegisterTable::Holding => modbus_rtu::Point::holding("", start, kind_of(kind)),
                RegisterTable::Input => modbus_rtu::Point::input("", start, kind_of(kind)),
            };
            Some(point.ordered(order_of(order)).scaled(exponent))
        }
        _ => None,
    });
    points.take(MAX_POINTS).collect()
}

/// The one read that brings the first of the points, and as many behind it as are in order and near.
pub(crate) fn read(points: &[modbus_rtu::Point]) -> Option<Read<'_>> {
    let ordered = points.windows(2).take_while(|pair| match pair {
        [one, next] => one.table == next.table && one.address <= next.address,
        _ => false,
    });
    let points = points.get(..1 + ordered.count())?;
    Map::new(points).ok()?.reads(GAP, modbus_rtu::Range::MAX_READ).next()
}

fn kind_of(kind: RegisterKind) -> Kind {
    match kind {
        RegisterKind::U16 => Kind::U16,
        RegisterKind::I16 => Kind::I16,
        RegisterKind::U32 => Kind::U32,
        RegisterKind::I32 => Kind::I32,
        RegisterKind::U64 => Kind::U64,
        RegisterKind::I64 => Kind::I64,
        RegisterKind::F32 => Kind::F32,
        RegisterKind::F64 => Kind::F64,
    }
}

fn order_of(order: Order) -> WordOrder {
    match order {
        Order::Abcd => WordOrder::Abcd,
        Order::Badc => WordOrder::Badc,
        Order::Cdab => WordOrder::Cdab,
        Order::Dcba => WordOrder::Dcba,
    }
}

/// An identifier as its edition writes it.
fn identifier(edition: Edition, number: u32) -> dlt645::Identifier {
    match edition {
        Edition::Ed1997 => dlt645::Identifier::Y1997(number as u16),
        Edition::Ed2007 => dlt645::Identifier::Y2007(number),
    }
}

fn device(address: Address) -> mbus::Device {
    match address {
        Address::MbusSecondary([a, b, c, d, e, f, version, medium]) => {
            mbus::Device::selected(mbus::Selection {
                identification: mbus::Identification(u32::from_le_bytes([a, b, c, d])),
                manufacturer: mbus::Manufacturer(u16::from_le_bytes([e, f])),
                version,
                medium: mbus::Medium(medium),
                fabrication: None,
            })
        }
        Address::Mbus(address) | Address::Modbus(address) => mbus::Device::new(mbus::Address(address)),
        Address::Dlt645(..) => mbus::Device::BROADCAST,
    }
}

fn no_value<E>(_: E) -> Missed {
    Missed::NoValue
}
