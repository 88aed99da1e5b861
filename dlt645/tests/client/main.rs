//! One command at a time, and what ends the wait for its answer.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod answers;
mod follow_ups;
mod lossy;
mod timing;

use std::num::NonZeroU8;
use std::time::Duration;

use dlt645::{
    Address, Client, Command, Control, Data, Device, Frame, Identifier, Line, Machine, Output, Reply, Retry,
    TransactionError,
};

const LINE: Line = Line::new(2_400);
const RETRY: Retry = Retry { timeout: Duration::from_millis(800), retries: 1 };
const METER: Address = Address([0x43, 0x10, 0x00, 0x11, 0x34, 0x00]);
const OTHER: Address = Address([0x44, 0x10, 0x00, 0x11, 0x34, 0x00]);
const DEVICE: Device = Device { retry: RETRY, ..Device::new(METER) };
const READ: Command<'_> = Command::Read { identifier: Identifier::VOLTAGE_A };
const VOLTAGE: Reply<'_> =
    Reply::Read { identifier: Identifier::VOLTAGE_A, data: Data::plain(&[0x97, 0x22]), more: false };
const EVENTS: Identifier = Identifier::Y2007(0x0333_0801);
const NONE: Data<'_> = Data::plain(&[]);

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn client() -> Client {
    Client::new(LINE)
}

/// Starts a command and sends it at `now`, when it is due.
fn ask<const N: usize>(
    client: &mut Client<N>,
    device: &Device,
    command: &Command<'_>,
    now: Duration,
) -> Vec<u8> {
    client.start(device, command).unwrap();
    sent(client, now)
}

/// What is sent at `now`.
fn sent<const N: usize>(client: &mut Client<N>, now: Duration) -> Vec<u8> {
    let Output::Transmit(octets) = client.poll(now) else { panic!("not due at {now:?}") };
    let octets = octets.to_vec();
    client.transmitted(now);
    octets
}

/// Address and command of what was sent.
fn asked(octets: &[u8]) -> (Address, Command<'_>) {
    let frame = Frame::decode(octets).unwrap();
    (frame.address, Command::decode(&frame).unwrap())
}

fn reply(address: Address, reply: &Reply<'_>) -> Vec<u8> {
    reply.encode_frame(address, &mut [0; 267]).unwrap().to_vec()
}

/// Control and plain data as a frame of the meter.
fn framed(control: u8, data: &[u8]) -> Vec<u8> {
    let frame = Frame { address: METER, control: Control(control), data: Data::plain(data) };
    frame.encode(&mut [0; 267]).unwrap().to_vec()
}

fn done<const N: usize>(
    client: &mut Client<N>,
    now: Duration,
) -> Result<Option<Reply<'_>>, TransactionError> {
    match client.poll(now) {
        Output::Done(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

fn waits<const N: usize>(client: &mut Client<N>, now: Duration) -> bool {
    matches!(client.poll(now), Output::Wait(Some(until)) if until > now)
}

fn follow_up(identifier: Identifier, sequence: u8) -> Command<'static> {
    Command::ReadFollowUp { identifier, sequence: NonZeroU8::new(sequence) }
}

fn part(identifier: Identifier, sequence: u8, data: &[u8], more: bool) -> Vec<u8> {
    let sequence = NonZeroU8::new(sequence);
    reply(METER, &Reply::ReadFollowUp { identifier, data: Data::plain(data), sequence, more })
}

fn first(identifier: Identifier, data: &[u8]) -> Vec<u8> {
    reply(METER, &Reply::Read { identifier, data: Data::plain(data), more: true })
}
