//! What is answered to whom.

use super::*;

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
fn a_1997_address_may_be_padded_with_wildcards() {
    let own = Address([0x34, 0x12, 0xAA, 0xAA, 0xAA, 0xAA]);
    let mut server = Server::new(own, recorder(Edition::Y1997));
    let (command, done, ..) = commands_of_1997().remove(0);
    let mut buffer = [0; 64];
    let frame = command.encode_frame(own, &mut buffer).unwrap();
    assert_eq!(exchange(&mut server, frame), Some((own, done.0, vec![])));
}
