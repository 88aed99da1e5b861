//! What a server answers, on raw frames.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

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

/// A control octet and plain data.
type Answer = (u8, &'static [u8]);

/// A command, its answers, and whether a broadcast of it does anything.
type Case = (Command<'static>, Answer, Answer, bool);

/// Every command of 2007 but the reads, with what it answers when it is done and when it is refused, and
/// what a broadcast of it does.
fn commands_of_2007() -> Vec<Case> {
    let (password, operator) = (PASSWORD, OPERATOR);
    let time = ClockTime([0, 0, 12, 1, 1, 0x26]);
    let relay = |action| Command::ControlRelay { password, operator, action, duration: 0, until: time };
    let write = Command::Write {
        identifier: Identifier::Y2007(0x0400_0103),
        password,
        operator: Some(operator),
        data: Data::plain(&[0x15]),
    };
    let identifier = Identifier::Y2007(0x0400_0C03);
    let change_password =
        Command::ChangePassword { identifier: Some(identifier), old: password, new: password };
    let events = Identifier::ALL_EVENTS;
    let step = Command::Authenticate {
        identifier: Identifier::Y2007(0x0700_00FF),
        operator,
        data: Data::plain(&[9, 8]),
    };
    let signal = TerminalSignal::DEMAND_PERIOD;
    vec![
        (step, (0x83, &[0xFF, 0, 0, 7, 9, 8]), (0xC3, &[8, 0]), false),
        (Command::BroadcastTime { time }, (0x88, &[]), (0xC8, &[4]), true),
        (write, (0x94, &[]), (0xD4, &[4]), false),
        (Command::Freeze { time: FreezeTime::NOW }, (0x96, &[]), (0xD6, &[4]), true),
        (Command::ChangeBaudRate { rate: BaudRate::Y2007(8) }, (0x97, &[8]), (0xD7, &[4]), false),
        (change_password, (0x98, &[2, 0x56, 0x34, 0x12]), (0xD8, &[4]), false),
        (
            Command::ClearMaximumDemand { password, operator: Some(operator) },
            (0x99, &[]),
            (0xD9, &[4]),
            false,
        ),
        (Command::ClearMeter { password, operator }, (0x9A, &[]), (0xDA, &[4]), false),
        (Command::ClearEvents { password, operator, events }, (0x9B, &[]), (0xDB, &[4]), false),
        (relay(RelayAction::CLOSE), (0x9C, &[]), (0xDC, &[4, 0]), false),
        (relay(RelayAction::TRIP), (0x9C, &[4, 0]), (0xDC, &[4, 0]), false),
        (Command::MultifunctionTerminal { signal }, (0x9D, &[1]), (0xDD, &[4]), true),
    ]
}

fn commands_of_1997() -> Vec<Case> {
    let password = PASSWORD;
    let write = Command::Write {
        identifier: Identifier::Y1997(0xC111),
        password,
        operator: None,
        data: Data::plain(&[0x15]),
    };
    let change_password = Command::ChangePassword { identifier: None, old: password, new: password };
    let time = ClockTime([0, 0, 12, 1, 1, 0x26]);
    vec![
        (write, (0x84, &[]), (0xC4, &[4]), false),
        (Command::BroadcastTime { time }, (0x88, &[]), (0xC8, &[4]), true),
        (Command::ChangeBaudRate { rate: BaudRate::Y1997(8) }, (0x8C, &[8]), (0xCC, &[4]), false),
        (change_password, (0x8F, &[2, 0x56, 0x34, 0x12]), (0xCF, &[4]), false),
        (Command::ClearMaximumDemand { password, operator: None }, (0x90, &[]), (0xD0, &[4]), false),
    ]
}

#[test]
fn every_command_is_done_or_refused_and_only_some_are_broadcast() {
    for (edition, commands) in [(Edition::Y2007, commands_of_2007()), (Edition::Y1997, commands_of_1997())] {
        for (command, done, refused, is_broadcast) in commands {
            let name = command.function();
            let mut server = bench(edition);
            assert_eq!(ask(&mut server, OWN, &command), some(done.0, done.1), "{name:?}");
            server.handler().refuses = true;
            assert_eq!(ask(&mut server, OWN, &command), some(refused.0, refused.1), "{name:?}");

            server.handler().done.clear();
            for wildcard in [Address::ANY, ENDS_IN_12] {
                let flags: &[u8] = if name == Function::SECURITY_AUTHENTICATION { &[1, 0] } else { &[1] };
                let refused = some(0xC0 | name.0, flags);
                assert_eq!(ask(&mut server, wildcard, &command), refused, "{name:?} to a wildcard");
            }
            assert_eq!(server.handler().done, [""; 0], "{name:?}");

            assert_eq!(ask(&mut server, Address::BROADCAST, &command), None);
            assert_eq!(server.handler().done.len(), usize::from(is_broadcast), "{name:?}");
            assert_eq!(ask(&mut server, NEW, &command), None, "another meter's");
        }
    }
}

#[test]
fn what_a_handler_lacks_is_refused() {
    struct Nothing(Edition);
    impl Handler for Nothing {
        fn edition(&self) -> Edition {
            self.0
        }
    }
    let mut server = Server::new(OWN, Nothing(Edition::Y2007));
    for (command, ..) in commands_of_2007() {
        let flags: &[u8] = match command.function() {
            Function::SECURITY_AUTHENTICATION => &[1, 0],
            Function::WRITE => &[2],
            Function::CHANGE_BAUD_RATE => &[8],
            _ => &[1],
        };
        assert_eq!(ask(&mut server, OWN, &command), some(0xC0 | command.function().0, flags));
    }
    assert_eq!(ask(&mut server, OWN, &read(0x0001_0000)), some(0xD1, &[2]));
    assert_eq!(ask_raw_load(&mut server), some(0xD1, &[2]));
    let mut server = Server::new(OWN, Nothing(Edition::Y1997));
    for (command, ..) in commands_of_1997() {
        let flags = if command.function() == Function::WRITE_1997 { 2 } else { 1 };
        assert_eq!(ask(&mut server, OWN, &command), some(0xC0 | command.function().0, &[flags]));
    }
    let renamed = Command::WriteAddress { edition: Edition::Y1997, address: NEW };
    assert_eq!(ask(&mut server, OWN, &renamed), None, "there is no such refusal");
}

fn ask_raw_load<H: Handler>(server: &mut Server<H>) -> Option<(u8, Vec<u8>)> {
    let identifier = Identifier::Y2007(0x0600_0000);
    ask(server, OWN, &Command::ReadLoadRecords { identifier, count: 1, from: None })
}

#[test]
fn reads_are_answered_or_refused() {
    let mut server = bench(Edition::Y2007);
    let energy = some(0x91, &[0, 0, 1, 0, 0x56, 0x34, 0x12, 0x00]);
    for address in [OWN, Address::ANY, ENDS_IN_12] {
        assert_eq!(ask(&mut server, address, &read(0x0001_0000)), energy);
    }
    for address in [
        Address::BROADCAST,
        NEW,
        Address([0x13, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA]),
        Address([0xAA, 0x90, 0x78, 0x56, 0x34, 0x12]),
        Address([0x12, 0xAA, 0x78, 0x56, 0x34, 0x12]),
    ] {
        assert_eq!(ask(&mut server, address, &read(0x0001_0000)), None, "{address}");
    }
    assert_eq!(ask(&mut server, OWN, &read(0x0201_0100)), some(0xD1, &[2]));
    assert_eq!(ask(&mut server, OWN, &read(0x0400_0C01)), some(0xD1, &[4]));
    assert_eq!(ask(&mut server, OWN, &read(0x0330_0802)), some(0xD1, &[1]), "more than there is room for");
    let own = [&[0x01, 0x04, 0x00, 0x04][..], &OWN.0].concat();
    assert_eq!(ask(&mut server, OWN, &read(0x0400_0401)), Some((0x91, own)));
}

#[test]
fn lengths_a_function_does_not_have_are_refused() {
    let mut server = bench(Edition::Y2007);
    for (control, length) in [
        (0x11, 3),
        (0x11, 6),
        (0x12, 4),
        (0x14, 11),
        (0x16, 3),
        (0x17, 2),
        (0x18, 11),
        (0x19, 28),
        (0x1A, 7),
        (0x1B, 11),
        (0x1C, 15),
        (0x1D, 0),
        (0x08, 5),
    ] {
        let answer = ask_raw(&mut server, OWN, control, &[0; 28][..length]);
        assert_eq!(answer, some(0xC0 | control, &[1]), "{control:02X}");
    }
    for (control, length) in [(0x13, 1), (0x15, 5)] {
        assert_eq!(ask_raw(&mut server, OWN, control, &[0; 8][..length]), None, "{control:02X}");
    }
    let mut server = bench(Edition::Y1997);
    for (control, length) in
        [(0x01, 1), (0x01, 3), (0x02, 3), (0x03, 1), (0x04, 5), (0x0C, 2), (0x0F, 7), (0x10, 3)]
    {
        let answer = ask_raw(&mut server, OWN, control, &[0; 28][..length]);
        assert_eq!(answer, some(0xC0 | control, &[1]), "{control:02X}");
    }
}

#[test]
fn unknown_functions_the_other_edition_and_replies_are_ignored() {
    for (edition, ignored) in [
        (Edition::Y2007, &[0x00, 0x01, 0x02, 0x03, 0x04, 0x0A, 0x0C, 0x0F, 0x10, 0x1E, 0x1F][..]),
        (Edition::Y1997, &[0x00, 0x05, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x1C, 0x1D, 0x1E]),
    ] {
        let mut server = bench(edition);
        for &control in ignored {
            for length in [0, 2, 4, 6, 12] {
                assert_eq!(ask_raw(&mut server, OWN, control, &[0; 12][..length]), None, "{control:02X}");
            }
        }
        for control in [0x91, 0x81, 0xD1, 0x31, 0x51, 0x21] {
            assert_eq!(ask_raw(&mut server, OWN, control, &[0, 0, 1, 0]), None, "{control:02X}");
        }
    }
}

#[test]
fn an_address_is_read_and_written() {
    let mut server = bench(Edition::Y2007);
    let own = some(0x93, &OWN.0);
    assert_eq!(ask(&mut server, Address::ANY, &Command::ReadAddress), own);
    assert_eq!(ask(&mut server, OWN, &Command::ReadAddress), own);
    assert_eq!(ask(&mut server, ENDS_IN_12, &Command::ReadAddress), None, "only its own or any address");
    let renamed = Command::WriteAddress { edition: Edition::Y2007, address: NEW };
    assert_eq!(ask(&mut server, ENDS_IN_12, &renamed), None);
    server.handler().refuses = true;
    assert_eq!(ask(&mut server, Address::ANY, &renamed), None, "there is no such refusal");
    assert_eq!(server.address(), OWN);
    server.handler().refuses = false;

    let mut buffer = [0; 32];
    let frame = renamed.encode_frame(Address::ANY, &mut buffer).unwrap();
    assert_eq!(exchange(&mut server, frame), Some((NEW, 0x95, vec![])), "the address is its own at once");
    let back = Command::Write {
        identifier: Identifier::Y2007(0x0400_0401),
        password: PASSWORD,
        operator: Some(OPERATOR),
        data: Data::plain(&OWN.0),
    };
    let mut buffer = [0; 40];
    let frame = back.encode_frame(NEW, &mut buffer).unwrap();
    assert_eq!(exchange(&mut server, frame), Some((NEW, 0x94, vec![])), "whom the master knows answers");
    assert_eq!(ask(&mut server, OWN, &Command::ReadAddress), own);

    let mut server = bench(Edition::Y1997);
    let renamed = Command::WriteAddress { edition: Edition::Y1997, address: NEW };
    let frame = renamed.encode_frame(Address::ANY, &mut buffer).unwrap();
    assert_eq!(exchange(&mut server, frame), Some((NEW, 0x8A, vec![])));
}

#[test]
fn long_data_comes_in_parts_that_can_be_asked_for_twice() {
    let mut server = bench(Edition::Y2007);
    let whole: Vec<u8> = (0..1_026).map(|octet| (octet % 251) as u8).collect();
    let head = [0x01, 0x08, 0x30, 0x03];
    let first = [&head[..], &whole[..196]].concat();
    assert_eq!(ask(&mut server, OWN, &read(0x0330_0801)), Some((0xB1, first)));
    // 830 octets are left: 4 parts of 195, and one of 50.
    for sequence in 1..=5_u8 {
        let start = 196 + 195 * (usize::from(sequence) - 1);
        let end = (start + 195).min(1_026);
        let part = [&head[..], &whole[start..end], &[sequence]].concat();
        let control = if sequence < 5 { 0xB2 } else { 0x92 };
        for _ in 0..2 {
            let answer = ask(&mut server, OWN, &follow_up(0x0330_0801, sequence));
            assert_eq!(answer, Some((control, part.clone())), "part {sequence}");
        }
    }
    let refused = some(0xD2, &[2]);
    for sequence in [1, 4, 6] {
        assert_eq!(ask(&mut server, OWN, &follow_up(0x0330_0801, sequence)), refused, "{sequence}");
    }
    assert_eq!(ask(&mut server, OWN, &read(0x0001_FF00)).unwrap().0, 0x91, "196 octets fit");
    assert_eq!(ask(&mut server, OWN, &follow_up(0x0001_FF00, 1)), refused);
}

#[test]
fn another_command_ends_what_was_to_follow() {
    let mut server = bench(Edition::Y2007);
    let refused = some(0xD2, &[2]);
    assert_eq!(ask(&mut server, OWN, &follow_up(0x0330_0801, 1)), refused, "nothing was read");
    for other in [read(0x0001_0000), Command::ReadAddress, Command::Freeze { time: FreezeTime::NOW }] {
        assert_eq!(ask(&mut server, OWN, &read(0x0330_0801)).unwrap().0, 0xB1);
        assert_eq!(ask(&mut server, OWN, &follow_up(0x0330_0802, 1)), refused, "other data");
        assert_eq!(ask(&mut server, OWN, &follow_up(0x0330_0801, 2)), refused, "a part too far");
        ask(&mut server, OWN, &other).unwrap();
        assert_eq!(ask(&mut server, OWN, &follow_up(0x0330_0801, 1)), refused);
    }
    assert_eq!(ask(&mut server, OWN, &read(0x0330_0801)).unwrap().0, 0xB1);
    assert_eq!(ask(&mut server, NEW, &read(0x0001_0000)), None, "another meter's");
    assert_eq!(ask(&mut server, Address::ANY, &follow_up(0x0330_0801, 1)).unwrap().0, 0xB2);
}

#[test]
fn a_small_server_refuses_what_it_has_no_room_for() {
    let mut server = Server::<_, 195>::sized(OWN, recorder(Edition::Y2007));
    assert_eq!(ask(&mut server, OWN, &read(0x0001_FF00)), some(0xD1, &[1]));
    assert_eq!(ask(&mut server, OWN, &read(0x0001_0000)).unwrap().0, 0x91);
}

#[test]
fn load_records_are_not_cut() {
    let mut server = bench(Edition::Y2007);
    let identifier = Identifier::Y2007(0x0600_0000);
    let ask_for = |count| Command::ReadLoadRecords { identifier, count, from: None };
    let head = [0, 0, 0, 6];
    let two = [record(97), record(97)].concat();
    let (control, data) = ask(&mut server, OWN, &ask_for(3)).unwrap();
    assert_eq!((control, data), (0xB1, [&head[..], &two].concat()));
    let last = [&head[..], &record(97), &[1]].concat();
    assert_eq!(ask(&mut server, OWN, &follow_up(0x0600_0000, 1)), Some((0x92, last)));

    let identifier = Identifier::Y2007(0x0601_0001);
    let from = Some(RecordTime([0, 0, 1, 1, 0x26]));
    let (control, data) =
        ask(&mut server, OWN, &Command::ReadLoadRecords { identifier, count: 7, from }).unwrap();
    assert_eq!((control, data.len()), (0xB1, 4 + 6 * 30));
    // As many as there is room for: ten of 97 octets.
    assert_eq!(ask(&mut server, OWN, &ask_for(255)).unwrap().0, 0xB1);
    for (sequence, control) in [(1, 0xB2), (2, 0xB2), (3, 0xB2), (4, 0x92)] {
        let (answered, data) = ask(&mut server, OWN, &follow_up(0x0600_0000, sequence)).unwrap();
        assert_eq!((answered, data.len()), (control, 4 + 2 * 97 + 1), "part {sequence}");
    }
    for (number, from) in [(0x0600_0001, None), (0x0600_0000, from), (0x0001_0000, None), (0x0600_0003, None)]
    {
        let identifier = Identifier::Y2007(number);
        let asked = Command::ReadLoadRecords { identifier, count: 1, from };
        assert_eq!(ask(&mut server, OWN, &asked), some(0xD1, &[1]), "{number:08X}");
    }
}

#[test]
fn a_report_that_waits_is_announced_and_follows_the_data() {
    let mut server = bench(Edition::Y2007);
    server.handler().reports = true;
    assert_eq!(ask(&mut server, OWN, &read(0x0001_0000)).unwrap().0, 0xB1);
    let report = [0x01, 0x15, 0x00, 0x04, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1];
    for _ in 0..2 {
        assert_eq!(ask(&mut server, OWN, &follow_up(0x0001_0000, 1)), some(0x92, &report));
    }
    assert_eq!(ask(&mut server, OWN, &follow_up(0x0001_0000, 2)), some(0xD2, &[2]));
    // What is cut already has the bit for itself.
    assert_eq!(ask(&mut server, OWN, &read(0x0330_0801)).unwrap().0, 0xB1);
    assert_eq!(ask(&mut server, OWN, &follow_up(0x0330_0801, 1)).unwrap().1[..4], [0x01, 0x08, 0x30, 0x03]);
    assert_eq!(ask(&mut server, OWN, &read(0x0400_1501)).unwrap().0, 0x91, "the report itself");
}

#[test]
fn a_1997_meter_gives_parts_without_numbers_and_repeats_its_last_answer() {
    let mut server = bench(Edition::Y1997);
    let whole: Vec<u8> = (0..400).map(|octet| (octet % 251) as u8).collect();
    let follow_up = Command::ReadFollowUp { identifier: Identifier::Y1997(0x91FF), sequence: None };
    let part = |range: std::ops::Range<usize>| [&[0xFF, 0x91][..], &whole[range]].concat();
    let refused = some(0xC3, &[2]);
    assert_eq!(ask(&mut server, OWN, &Command::ReadAgain { identifier: None }), refused, "nothing was read");
    assert_eq!(ask(&mut server, OWN, &read_1997(0x91FF)), Some((0xA1, part(0..198))));
    let again = Command::ReadAgain { identifier: None };
    assert_eq!(ask(&mut server, OWN, &again), Some((0xA3, part(0..198))));
    assert_eq!(ask(&mut server, OWN, &follow_up), Some((0xA2, part(198..396))));
    assert_eq!(ask(&mut server, OWN, &follow_up), Some((0x82, part(396..400))));
    assert_eq!(ask(&mut server, OWN, &again), Some((0x83, part(396..400))));
    let identifier = Some(Identifier::Y1997(0x91FF));
    assert_eq!(ask(&mut server, OWN, &Command::ReadAgain { identifier }), Some((0x83, part(396..400))));
    let identifier = Some(Identifier::Y1997(0x9010));
    assert_eq!(ask(&mut server, OWN, &Command::ReadAgain { identifier }), refused, "that was not read");
    assert_eq!(ask(&mut server, OWN, &follow_up), some(0xC2, &[2]));

    // 07 as the fourth octet of the data is no other edition's.
    assert_eq!(ask(&mut server, OWN, &read_1997(0x9010)), some(0x81, &[0x10, 0x90, 0x56, 0x07, 0x12, 0]));
    assert_eq!(ask(&mut server, OWN, &again), some(0x83, &[0x10, 0x90, 0x56, 0x07, 0x12, 0]));
}

#[test]
fn a_1997_follow_up_that_the_line_repeats_skips_no_part() {
    let mut server = bench(Edition::Y1997);
    let follow_up = Command::ReadFollowUp { identifier: Identifier::Y1997(0x91FF), sequence: None };
    let mut buffer = [0; 32];
    let frame = follow_up.encode_frame(OWN, &mut buffer).unwrap();
    ask(&mut server, OWN, &read_1997(0x91FF)).unwrap();
    let (_, control, data) = exchange(&mut server, &frame.repeat(2)).unwrap();
    assert_eq!((control, data[2]), (0xA2, 198));
    let (_, control, data) = exchange(&mut server, frame).unwrap();
    assert_eq!((control, data[2]), (0x82, (396 % 251) as u8));
}

#[test]
fn a_1997_address_may_be_padded_with_wildcards() {
    let own = Address([0x34, 0x12, 0xAA, 0xAA, 0xAA, 0xAA]);
    let mut server = Server::new(own, recorder(Edition::Y1997));
    let (command, done, ..) = commands_of_1997().remove(0);
    let mut buffer = [0; 64];
    let frame = command.encode_frame(own, &mut buffer).unwrap();
    assert_eq!(exchange(&mut server, frame), Some((own, done.0, vec![])));
}

#[test]
fn the_rate_changes_when_the_answer_has_left() {
    let mut server = bench(Edition::Y2007);
    let mut buffer = [0; 32];
    let command = Command::ChangeBaudRate { rate: BaudRate::Y2007(8) };
    server.receive(command.encode_frame(OWN, &mut buffer).unwrap(), Duration::ZERO);
    assert!(matches!(server.poll(RESPONSE_DELAY), Output::Transmit(_)));
    assert_eq!(server.handler().done, ["change baud rate"]);
    server.transmitted(RESPONSE_DELAY);
    assert_eq!(server.handler().done, ["change baud rate", "switch baud rate"]);
    server.transmitted(RESPONSE_DELAY);
    assert_eq!(server.handler().done.len(), 2);
}

#[test]
fn the_answer_waits_and_its_echo_is_no_command() {
    for (asked, due) in [(0, 20), (20, 20), (100, 100), (900, 500)] {
        let mut server = bench(Edition::Y2007).delayed(Duration::from_millis(asked));
        let mut buffer = [0; 32];
        let heard = Duration::from_secs(7);
        server.receive(read(0x0001_0000).encode_frame(OWN, &mut buffer).unwrap(), heard);
        let due = heard + Duration::from_millis(due);
        assert_eq!(server.poll(heard), Output::Wait(Some(due)));
        assert_eq!(server.poll(due - Duration::from_nanos(1)), Output::Wait(Some(due)));
        let Output::Transmit(octets) = server.poll(due) else { panic!() };
        let echo = octets.to_vec();
        server.transmitted(due);
        server.receive(&echo, due);
        assert_eq!(server.poll(due + Duration::from_secs(1)), Output::Wait(None));
    }
}

#[test]
fn a_gap_ends_what_was_incomplete() {
    let mut buffer = [0; 32];
    let command = read(0x0001_0000).encode_frame(OWN, &mut buffer).unwrap().to_vec();
    let (start, rest) = command.split_at(9);
    for (gap, is_answered) in [(500, true), (501, false)] {
        let mut server = bench(Edition::Y2007);
        let later = Duration::from_millis(gap);
        server.receive(start, Duration::ZERO);
        server.receive(rest, later);
        let answered = matches!(server.poll(later + RESPONSE_DELAY), Output::Transmit(_));
        assert_eq!(answered, is_answered, "{gap} ms");
        server.receive(&command, later + later);
        let answered = matches!(server.poll(later + later + RESPONSE_DELAY), Output::Transmit(_));
        assert!(answered, "the next command is whole");
    }
}

#[test]
fn an_answer_that_the_master_does_not_wait_for_is_dropped() {
    let mut server = bench(Edition::Y2007);
    let mut buffer = [0; 32];
    server.receive(read(0x0001_0000).encode_frame(OWN, &mut buffer).unwrap(), Duration::ZERO);
    server.receive(read(0x0001_0000).encode_frame(NEW, &mut buffer).unwrap(), Duration::from_millis(1));
    assert_eq!(server.poll(Duration::from_secs(1)), Output::Wait(None));
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
