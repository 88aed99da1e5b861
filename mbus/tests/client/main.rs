//! One command at a time, and what ends the wait for its answer.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod answers;
mod bits;
mod lossy;
mod timing;

use std::time::Duration;

use mbus::{
    Address, Ci, Client, Command, Control, Device, Frame, Identification, Line, Machine, Manufacturer,
    Medium, Output, Reply, Retry, Selection, TransactionError,
};

const LINE: Line = Line::new(2_400);
const RETRY: Retry = Retry { timeout: Duration::from_millis(300), retries: 1 };
const METER: Address = Address(5);
const DEVICE: Device = Device { retry: RETRY, ..Device::new(METER) };
const WATER: Selection = Selection {
    identification: Identification(0x1234_5678),
    manufacturer: Manufacturer(0x2C2D),
    version: 1,
    medium: Medium::WATER,
    fabrication: None,
};
const SELECTED: Device = Device { retry: RETRY, ..Device::selected(WATER) };
const ACK: [u8; 1] = [0xE5];
const RECORDS: &[u8] = &[0x02, 0x06, 0x39, 0x30];

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A client, its clock, and what it sends.
struct Bench {
    client: Client,
    now: Duration,
}

impl Bench {
    fn new() -> Self {
        Self { client: Client::new(LINE), now: ms(0) }
    }

    fn start(&mut self, device: &Device, command: &Command<'_>) {
        self.client.start(device, command).unwrap();
    }

    /// What is sent next, however long that takes; the clock stands at its end.
    fn sent(&mut self) -> Vec<u8> {
        loop {
            match self.client.poll(self.now) {
                Output::Transmit(octets) => {
                    let octets = octets.to_vec();
                    self.now += LINE.time(octets.len());
                    self.client.transmitted(self.now);
                    return octets;
                }
                Output::Wait(until) => self.now = until.unwrap(),
                Output::Done(outcome) => panic!("{outcome:?}"),
            }
        }
    }

    fn heard(&mut self, octets: &[u8]) {
        self.now += LINE.time(octets.len());
        self.client.receive(octets, self.now);
    }

    fn acknowledged(&mut self, expected: &[u8]) {
        assert_eq!(self.sent(), expected);
        self.heard(&ACK);
    }

    /// How it ends now.
    fn done(&mut self) -> Result<Option<Reply<'_>>, TransactionError> {
        match self.client.poll(self.now) {
            Output::Done(outcome) => outcome,
            other => panic!("{other:?}"),
        }
    }

    /// Lets time pass, with what is heard behind each attempt, until it ends.
    fn exhaust(&mut self, heard: &[u8]) -> TransactionError {
        loop {
            match self.client.poll(self.now) {
                Output::Wait(until) => self.now = until.unwrap(),
                Output::Transmit(octets) => {
                    self.now += LINE.time(octets.len());
                    self.client.transmitted(self.now);
                    if !heard.is_empty() {
                        self.heard(heard);
                    }
                }
                Output::Done(outcome) => return outcome.unwrap_err(),
            }
        }
    }

    fn waits(&mut self) -> bool {
        matches!(self.client.poll(self.now), Output::Wait(Some(until)) if until > self.now)
    }
}

fn octets(frame: Frame<'_>) -> Vec<u8> {
    frame.encode(&mut [0; Frame::MAX_LEN]).unwrap().to_vec()
}

fn short(control: u8, address: u8) -> Vec<u8> {
    octets(Frame::Short { control: Control(control), address: Address(address) })
}

fn data(address: Address, ci: Ci, data: &[u8]) -> Vec<u8> {
    octets(Frame::Long { control: Control::RSP_UD, address, ci, data })
}

/// Data of the water meter, with its access number.
fn water(address: Address, access: u8, records: &[u8]) -> Vec<u8> {
    let head = [0x78, 0x56, 0x34, 0x12, 0x2D, 0x2C, 0x01, 0x07, access, 0, 0, 0];
    data(address, Ci::RESPONSE_LONG, &[&head, records].concat())
}

/// The frame that selects the water meter.
fn select() -> Vec<u8> {
    vec![0x68, 0x0B, 0x0B, 0x68, 0x53, 0xFD, 0x52, 0x78, 0x56, 0x34, 0x12, 0x2D, 0x2C, 0x01, 0x07, 0x17, 0x16]
}
