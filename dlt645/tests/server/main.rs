//! What a server answers, on raw frames.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod commands;
mod parts;
mod timing;

use std::num::NonZeroU8;
use std::time::Duration;

use dlt645::{
    Address, BaudRate, ClockTime, Command, Control, Data, Edition, ErrorFlags, Frame, FreezeTime, Function,
    Handler, Identifier, Machine, Operator, Output, Password, RESPONSE_DELAY, RecordTime, Refusal,
    RelayAction, RelayErrors, RelayStatus, Reply, SecurityErrors, Server, TerminalSignal, Writer,
};

const OWN: Address = Address([0x12, 0x90, 0x78, 0x56, 0x34, 0x12]);
const ENDS_IN_12: Address = Address([0x12, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA]);
const PASSWORD: Password = Password { level: 2, digits: [0x56, 0x34, 0x12] };
const OPERATOR: Operator = Operator(7);
const NEW: Address = Address([1; 6]);

/// A meter that does whatever it is asked, if it is asked properly, and notes what that was.
struct Recorder {
    edition: Edition,
    done: Vec<&'static str>,
    refuses: bool,
    reports: bool,
}

type Handled = Result<(), ErrorFlags>;

impl Recorder {
    fn note(&mut self, what: &'static str) -> Handled {
        self.done.push(what);
        if self.refuses { Err(ErrorFlags::UNAUTHORISED) } else { Ok(()) }
    }
}

/// A load record of `length` octets in all.
fn record(length: u8) -> Vec<u8> {
    let mut record = vec![0xA0, 0xA0, length - 5];
    record.resize(usize::from(length) - 2, 0x11);
    record.extend([0x00, 0xE5]);
    record
}

impl Handler for Recorder {
    fn edition(&self) -> Edition {
        self.edition
    }

    fn read(&mut self, identifier: Identifier, data: &mut Writer<'_>) -> Handled {
        let counting = |count: u16| (0..count).map(|octet| (octet % 251) as u8).collect::<Vec<u8>>();
        match identifier {
            Identifier::FORWARD_ACTIVE_ENERGY => data.put(&[0x56, 0x34, 0x12, 0x00]),
            Identifier::FORWARD_ACTIVE_ENERGIES => data.put(&counting(196)),
            Identifier::Y2007(0x0330_0801) => data.put(&counting(1_026)),
            Identifier::Y2007(0x0330_0802) => data.put(&counting(1_027)),
            Identifier::Y2007(0x0400_0C01) => return Err(ErrorFlags::UNAUTHORISED),
            Identifier::Y2007(0x0400_1501) => data.put(&counting(12)),
            Identifier::Y1997(0x9010) => data.put(&[0x56, 0x07, 0x12, 0x00]),
            Identifier::Y1997(0x91FF) => data.put(&counting(400)),
            _ => return Err(ErrorFlags::NO_SUCH_DATA),
        }
        Ok(())
    }

    fn read_load_records(
        &mut self,
        identifier: Identifier,
        count: u8,
        from: Option<RecordTime>,
        data: &mut Writer<'_>,
    ) -> Handled {
        let length = if from.is_some() { 30 } else { 97 };
        for _ in 0..count {
            if data.room() >= usize::from(length) {
                data.put(&record(length));
            }
        }
        if identifier == Identifier::Y2007(0x0601_0002) { Err(ErrorFlags::NO_SUCH_DATA) } else { Ok(()) }
    }

    fn has_report(&self) -> bool {
        self.reports
    }

    fn write(
        &mut self,
        _: Identifier,
        password: Password,
        operator: Option<Operator>,
        _: Data<'_>,
    ) -> Handled {
        assert_eq!((password, operator.is_some()), (PASSWORD, self.edition == Edition::Y2007));
        self.note("write")
    }

    fn write_address(&mut self, _: Address) -> bool {
        self.note("write address").is_ok()
    }

    fn broadcast_time(&mut self, _: ClockTime) -> Handled {
        self.note("time")
    }

    fn freeze(&mut self, _: FreezeTime) -> Handled {
        self.note("freeze")
    }

    fn change_baud_rate(&mut self, _: BaudRate) -> Handled {
        self.note("change baud rate")
    }

    fn switch_baud_rate(&mut self, _: BaudRate) {
        self.done.push("switch baud rate");
    }

    fn change_password(&mut self, _: Option<Identifier>, _: Password, _: Password) -> Handled {
        self.note("change password")
    }

    fn clear_maximum_demand(&mut self, _: Password, _: Option<Operator>) -> Handled {
        self.note("clear maximum demand")
    }

    fn clear_meter(&mut self, _: Password, _: Operator) -> Handled {
        self.note("clear meter")
    }

    fn clear_events(&mut self, _: Password, _: Operator, _: Identifier) -> Handled {
        self.note("clear events")
    }

    fn control_relay(
        &mut self,
        _: Password,
        _: Operator,
        action: RelayAction,
        _: u8,
        _: ClockTime,
    ) -> Result<Option<RelayStatus>, Refusal> {
        self.note("relay").map_err(|_| Refusal::Relay(RelayErrors::UNAUTHORISED))?;
        Ok((action == RelayAction::TRIP).then_some(RelayStatus::TRIPPED))
    }

    fn multifunction_terminal(&mut self, _: TerminalSignal) -> Handled {
        self.note("terminal")
    }

    fn authenticate(
        &mut self,
        _: Identifier,
        _: Operator,
        data: Data<'_>,
        answer: &mut Writer<'_>,
    ) -> Result<(), SecurityErrors> {
        answer.extend(data.iter());
        self.note("authenticate").map_err(|_| SecurityErrors::AUTHENTICATION)
    }
}

type Bench = Server<Recorder>;

fn recorder(edition: Edition) -> Recorder {
    Recorder { edition, done: Vec::new(), refuses: false, reports: false }
}

fn bench(edition: Edition) -> Bench {
    Server::new(OWN, recorder(edition))
}

fn read(identifier: u32) -> Command<'static> {
    Command::Read { identifier: Identifier::Y2007(identifier) }
}

fn read_1997(identifier: u16) -> Command<'static> {
    Command::Read { identifier: Identifier::Y1997(identifier) }
}

fn follow_up(identifier: u32, sequence: u8) -> Command<'static> {
    Command::ReadFollowUp { identifier: Identifier::Y2007(identifier), sequence: NonZeroU8::new(sequence) }
}

/// The address, control octet and plain data that answer a frame.
fn exchange<H: Handler, const N: usize>(
    server: &mut Server<H, N>,
    frame: &[u8],
) -> Option<(Address, u8, Vec<u8>)> {
    server.receive(frame, Duration::ZERO);
    let Output::Transmit(octets) = server.poll(RESPONSE_DELAY) else { return None };
    let octets = octets.to_vec();
    server.transmitted(RESPONSE_DELAY);
    let frame = Frame::decode(octets.strip_prefix(&Frame::PREAMBLE).unwrap()).unwrap();
    Some((frame.address, frame.control.0, frame.data.iter().collect()))
}

/// The control octet and plain data, from the server's own address.
fn ask<H: Handler, const N: usize>(
    server: &mut Server<H, N>,
    address: Address,
    command: &Command<'_>,
) -> Option<(u8, Vec<u8>)> {
    let mut buffer = [0; 267];
    let (from, control, data) = exchange(server, command.encode_frame(address, &mut buffer).unwrap())?;
    assert_eq!(from, OWN);
    Some((control, data))
}

/// As [`ask`], of any control octet and data.
fn ask_raw(server: &mut Bench, address: Address, control: u8, data: &[u8]) -> Option<(u8, Vec<u8>)> {
    let mut buffer = [0; 267];
    let frame = Frame { address, control: Control(control), data: Data::plain(data) };
    let (from, control, data) = exchange(server, frame.encode(&mut buffer).unwrap())?;
    assert_eq!(from, OWN);
    Some((control, data))
}

fn some(control: u8, data: &[u8]) -> Option<(u8, Vec<u8>)> {
    Some((control, data.to_vec()))
}

#[test]
fn an_answer_decodes_as_what_was_asked() {
    let mut server = bench(Edition::Y2007);
    let mut buffer = [0; 32];
    server.receive(read(0x0001_0000).encode_frame(OWN, &mut buffer).unwrap(), Duration::ZERO);
    let Output::Transmit(octets) = server.poll(RESPONSE_DELAY) else { panic!() };
    let frame = Frame::decode(octets).unwrap();
    let data = Data::plain(&[0x56, 0x34, 0x12, 0x00]);
    let identifier = Identifier::FORWARD_ACTIVE_ENERGY;
    assert_eq!(Reply::decode(&frame), Ok(Reply::Read { identifier, data, more: false }));
}
