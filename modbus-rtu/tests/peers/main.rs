//! What other implementations are known to get wrong, and what devices in the field are known to do.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod client;
mod frames;
mod number;
mod portable_monitor;
mod server;
mod stream;
mod unit;

use core::time::Duration;

use meter_value::{Text, Value};
use modbus_rtu::{
    Asked, Bank, Bits, BitsOut, Client, Conformity, DecodeError, Decoder, Device, Dialect, Direction, Event,
    ExceptionCode, Expect, FileRange, FileRecord, Frame, FunctionCode, Functions, Handler, Kind, Line,
    Machine, Number, ObjectId, Output, Point, Range, Registers, RegistersOut, Request, Respond, Response,
    Retry, Server, TransactionError, Unit, UnitId, WordOrder, Writer, checksum, monitor,
};

use crate::unit::{Everything, answer, everything};

const UNIT: UnitId = UnitId(0x11);

fn framed(body: &[u8]) -> Vec<u8> {
    [body, &checksum(body).to_le_bytes()].concat()
}

/// The octets of a frame as it is printed.
fn octets(hex: &str) -> Vec<u8> {
    hex.split(' ').map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect()
}

/// Random numbers from a seed.
struct Random(u64);

impl Random {
    fn octet(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 56) as u8
    }

    fn octets(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.octet()).collect()
    }
}

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

const LINE: Line = Line::new(9_600, 11);

/// The frames that a decoder finds, after a silence.
fn found(expect: Expect, octets: &[u8]) -> Vec<Vec<u8>> {
    let mut decoder: Decoder = Decoder::new(expect);
    let mut rest = octets;
    let mut frames = Vec::new();
    loop {
        rest = &rest[decoder.feed(rest)..];
        if rest.is_empty() {
            decoder.silence();
        }
        while let Some(result) = decoder.frame() {
            frames.extend(result.ok().map(|frame| framed(&[&[frame.unit.0], frame.pdu].concat())));
        }
        if rest.is_empty() {
            return frames;
        }
    }
}

/// Has a request sent, and says what was.
fn ask(client: &mut Client, device: &Device, request: &Request<'_>, now: Duration) -> Vec<u8> {
    client.start(device, request).unwrap();
    let Output::Transmit(octets) = client.poll(now) else { panic!("nothing to send") };
    let octets = octets.to_vec();
    client.transmitted(now);
    octets
}

/// How a transaction ended, if it has.
fn end(client: &mut Client, now: Duration) -> Option<Result<String, TransactionError>> {
    match client.poll(now) {
        Output::Done(outcome) => Some(outcome.map(|response| format!("{:?}", response.unwrap()))),
        Output::Wait(_) => None,
        Output::Transmit(_) => panic!("asked again"),
    }
}

/// What a server sends until it has nothing more to do.
fn replies<R: Respond>(server: &mut Server<R>, mut now: Duration) -> Vec<Vec<u8>> {
    let mut sent = Vec::new();
    loop {
        match server.poll(now) {
            Output::Transmit(octets) => {
                sent.push(octets.to_vec());
                server.transmitted(now);
            }
            Output::Wait(Some(at)) if at > now => now = at,
            Output::Wait(_) => return sent,
            Output::Done(never) => match never {},
        }
    }
}

const ONCE: Device =
    Device { retry: Retry { timeout: Duration::from_secs(1), retries: 0 }, ..Device::new(UNIT) };

fn read(start: u16, quantity: u16) -> Request<'static> {
    Request::ReadHoldingRegisters { range: Range::new(start, quantity).unwrap() }
}

const WRITE: Request<'static> = Request::WriteSingleRegister { address: 1, value: 3 };
