//! A client and two units on a line that loses and damages octets, under a virtual clock.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::time::Duration;

use modbus_rtu::{
    Bank, Client, Device, Line, Machine, Output, Range, Request, Response, Retry, Server, TransactionError,
    Unit, UnitId,
};
use proptest::prelude::*;

type Units = Server<[Unit<Bank<16, 0, 16, 0>>; 2]>;

/// What becomes of the octets of one frame.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Arrives,
    Lost,
    Flipped(usize),
    Cut(usize),
    /// Noise comes first.
    Preceded(u8),
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Arrives),
        1 => Just(Fate::Lost),
        1 => any::<usize>().prop_map(Fate::Flipped),
        1 => any::<usize>().prop_map(Fate::Cut),
        1 => any::<u8>().prop_map(Fate::Preceded),
    ]
}

impl Fate {
    fn apply(self, octets: &[u8]) -> Vec<u8> {
        let mut octets = octets.to_vec();
        match self {
            Self::Arrives => {}
            Self::Lost => octets.clear(),
            Self::Flipped(bit) => {
                let bit = bit % (8 * octets.len());
                octets[bit / 8] ^= 1 << (bit % 8);
            }
            Self::Cut(place) => octets.truncate(place % octets.len()),
            Self::Preceded(noise) => octets.insert(0, noise),
        }
        octets
    }
}

/// Runs a transaction and returns what it ends with, and when.
fn transact<T>(
    client: &mut Client,
    server: &mut Units,
    line: Line,
    now: &mut Duration,
    fates: &mut impl Iterator<Item = Fate>,
    done: impl FnOnce(Result<Option<Response<'_>>, TransactionError>) -> T,
) -> T {
    loop {
        let server_wakes = match server.poll(*now) {
            Output::Transmit(octets) => {
                let octets = octets.to_vec();
                *now += line.time(octets.len());
                let arrived = fates.next().unwrap_or(Fate::Arrives).apply(&octets);
                client.receive(&arrived, *now);
                if line.echo {
                    server.receive(&octets, *now);
                }
                server.transmitted(*now);
                continue;
            }
            Output::Wait(until) => until,
            Output::Done(never) => match never {},
        };
        let client_wakes = match client.poll(*now) {
            Output::Transmit(octets) => {
                let octets = octets.to_vec();
                *now += line.time(octets.len());
                let arrived = fates.next().unwrap_or(Fate::Arrives).apply(&octets);
                server.receive(&arrived, *now);
                if line.echo {
                    client.receive(&octets, *now);
                }
                client.transmitted(*now);
                continue;
            }
            Output::Wait(until) => until,
            Output::Done(outcome) => return done(outcome),
        };
        let next = client_wakes.into_iter().chain(server_wakes).min().unwrap();
        assert!(next > *now, "a wait ends later");
        *now = next;
    }
}

#[derive(Clone, Copy, Debug)]
enum Action {
    Write { address: u16, value: u16 },
    WriteTwo { address: u16, values: [u16; 2] },
    Mask { address: u16, and: u16, or: u16 },
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        (0..16_u16, any::<u16>()).prop_map(|(address, value)| Action::Write { address, value }),
        (0..15_u16, any::<[u16; 2]>()).prop_map(|(address, values)| Action::WriteTwo { address, values }),
        (0..16_u16, any::<u16>(), any::<u16>()).prop_map(|(address, and, or)| Action::Mask {
            address,
            and,
            or
        }),
    ]
}

impl Action {
    fn request(&self) -> Request<'_> {
        match self {
            Self::Write { address, value } => {
                Request::WriteSingleRegister { address: *address, value: *value }
            }
            Self::WriteTwo { address, values } => {
                Request::WriteMultipleRegisters { start: *address, registers: values.into() }
            }
            Self::Mask { address, and, or } => {
                Request::MaskWriteRegister { address: *address, and: *and, or: *or }
            }
        }
    }

    fn apply(self, registers: &mut [u16; 16]) {
        match self {
            Self::Write { address, value } => registers[usize::from(address)] = value,
            Self::WriteTwo { address, values } => {
                registers[usize::from(address)..][..2].copy_from_slice(&values);
            }
            Self::Mask { address, and, or } => {
                let register = &mut registers[usize::from(address)];
                *register = *register & and | or & !and;
            }
        }
    }
}

proptest! {
    /// What was answered was done; what was not answered was done or not; what is read is what is there.
    #[test]
    fn answers_are_true_whatever_the_line_does(
        actions in proptest::collection::vec((0..2_usize, action()), 1..12),
        fates in proptest::collection::vec(fate(), 0..40),
        echo: bool,
    ) {
        let mut line = Line::new(9_600, 11);
        line.echo = echo;
        let units = [1, 2].map(|id| Unit::new(UnitId(id), Bank::new()));
        let (mut client, mut server) = (Client::new(line), Server::new(units, line));
        let (mut now, mut fates) = (Duration::from_secs(1), fates.into_iter());
        let mut models = [[0; 16]; 2];
        for (which, action) in actions {
            let retry = Retry { timeout: Duration::from_millis(200), retries: 2 };
            let device = Device { retry, ..Device::new(UnitId(which as u8 + 1)) };
            client.start(&device, &action.request()).unwrap();
            let outcome = transact(&mut client, &mut server, line, &mut now, &mut fates, |outcome| {
                outcome.map(|_| ())
            });
            let there = server.units()[which].handler().holding_registers;
            let mut done = models[which];
            action.apply(&mut done);
            match outcome {
                Ok(()) => prop_assert_eq!(there, done),
                Err(_) => prop_assert!(there == done || there == models[which]),
            }
            models[which] = there;

            let read = Request::ReadHoldingRegisters { range: Range::new(0, 16).unwrap() };
            client.start(&device, &read).unwrap();
            transact(&mut client, &mut server, line, &mut now, &mut fates, |outcome| {
                if let Ok(Some(response)) = outcome {
                    let registers = (&models[which]).into();
                    assert_eq!(response, Response::ReadHoldingRegisters { registers });
                }
            });
        }
        // A line that has come to its senses carries every request.
        let read = Request::ReadCoils { range: Range::new(0, 16).unwrap() };
        client.start(&Device::new(UnitId(1)), &read).unwrap();
        let answered = transact(&mut client, &mut server, line, &mut now, &mut [].into_iter(), |outcome| {
            matches!(outcome, Ok(Some(Response::ReadCoils { .. })))
        });
        prop_assert!(answered);
    }
}
