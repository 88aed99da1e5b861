//! What the simulated meter says, octet by octet.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod measuring;
mod records;
mod writing;
mod y1997;

use std::num::NonZeroU8;
use std::time::Duration;

use dlt645::{
    Address, BaudRate, Client, ClockTime, Command, Data, Device, Edition, Frame, FreezeTime, Identifier,
    Line, Machine, Meter, Operator, Output, Password, RESPONSE_DELAY, RecordTime, Register, RelayAction,
    Schedule, Server, TerminalSignal,
};
use meter_value::{Date, DateTime, Time};

type Bench = Server<Meter>;

const OWN: Address = Address([0x01, 0, 0, 0, 0, 0]);
const OPERATOR: Operator = Operator(0x4433_2211);
const LEVEL_2: Password = Password { level: 2, digits: [0; 3] };
const LEVEL_4: Password = Password { level: 4, digits: [0; 3] };
const WRONG: Password = Password { level: 2, digits: [1, 2, 3] };

fn at(month: u8, day: u8, hour: u8, minute: u8) -> DateTime {
    DateTime { date: Date::new(2026, month, day).unwrap(), time: Time::new(hour, minute, 0).unwrap() }
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// A meter at noon of Wednesday 2026-07-01: 1000.0 W and 300.0 var in phase A, 2000.0 W in B, -500.0 W in C.
fn bench(edition: Edition) -> Bench {
    let mut meter = <Meter>::new(edition, at(7, 1, 12, 0));
    let [a, b, c] = &mut meter.mains.phases;
    (a.voltage_dv, a.current_ma, a.active_dw, a.reactive_dvar) = (2_301, 4_560, 10_000, 3_000);
    (b.voltage_dv, b.current_ma, b.active_dw) = (2_200, 9_123, 20_000);
    (c.voltage_dv, c.current_ma, c.active_dw) = (2_199, -2_270, -5_000);
    meter.mains.frequency_chz = 5_001;
    Server::new(OWN, meter)
}

fn ask_at(server: &mut Bench, address: Address, command: &Command<'_>) -> Option<(u8, Vec<u8>)> {
    let mut buffer = [0; 267];
    server.receive(command.encode_frame(address, &mut buffer).unwrap(), Duration::ZERO);
    let Output::Transmit(octets) = server.poll(RESPONSE_DELAY) else { return None };
    let frame = Frame::decode(octets).unwrap();
    let answer = (frame.control.0, frame.data.iter().collect());
    server.transmitted(RESPONSE_DELAY);
    Some(answer)
}

/// The control octet and plain data that answer a command.
fn ask(server: &mut Bench, command: &Command<'_>) -> (u8, Vec<u8>) {
    ask_at(server, OWN, command).unwrap()
}

/// The data of an identifier of 2007, all parts of it.
fn read(server: &mut Bench, number: u32) -> Vec<u8> {
    let identifier = Identifier::Y2007(number);
    let (mut control, data) = ask(server, &Command::Read { identifier });
    assert_eq!((control & 0xDF, &data[..4]), (0x91, &number.to_le_bytes()[..]), "{number:08X}: {data:02X?}");
    let mut all = data[4..].to_vec();
    let mut sequence = 0;
    while control & 0x20 != 0 {
        sequence += 1;
        let follow_up = Command::ReadFollowUp { identifier, sequence: NonZeroU8::new(sequence) };
        let (more, data) = ask(server, &follow_up);
        assert_eq!(data.last(), Some(&sequence));
        all.extend(&data[4..data.len() - 1]);
        control = more;
    }
    all
}

fn read_1997(server: &mut Bench, number: u16) -> Vec<u8> {
    let (control, data) = ask(server, &Command::Read { identifier: Identifier::Y1997(number) });
    assert_eq!((control, &data[..2]), (0x81, &number.to_le_bytes()[..]), "{number:04X}: {data:02X?}");
    data[2..].to_vec()
}

fn refused(server: &mut Bench, number: u32) -> (u8, Vec<u8>) {
    ask(server, &Command::Read { identifier: Identifier::Y2007(number) })
}

fn write(server: &mut Bench, number: u32, password: Password, data: &[u8]) -> (u8, Vec<u8>) {
    let (identifier, operator, data) = (Identifier::Y2007(number), Some(OPERATOR), Data::plain(data));
    ask(server, &Command::Write { identifier, password, operator, data })
}

fn done(function: u8) -> (u8, Vec<u8>) {
    (0x80 | function, vec![])
}

fn failed(function: u8, flags: u8) -> (u8, Vec<u8>) {
    (0xC0 | function, vec![flags])
}
