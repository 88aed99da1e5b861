//! What answers a command.

use dlt645::{
    BaudRate, ClockTime, Counts, Edition, EncodeError, ErrorFlags, FreezeTime, Function, Operator, Password,
    Refusal, RelayAction, SecurityErrors, TerminalSignal,
};

use super::*;

const PASSWORD: Password = Password { level: 2, digits: [0x56, 0x34, 0x12] };

#[test]
fn only_the_answer_to_this_command_ends_the_wait() {
    let mut client = client();
    let echo = ask(&mut client, &DEVICE, &READ, ms(0));
    let late = Reply::Read { identifier: Identifier::VOLTAGE_B, data: Data::plain(&[0, 0]), more: false };
    let written = Reply::Accepted { function: Function::WRITE };
    let refused = Reply::Failed { function: Function::WRITE, error: ErrorFlags::OTHER.into() };
    for octets in [
        echo,
        reply(OTHER, &VOLTAGE),
        reply(METER, &late),
        reply(METER, &written),
        reply(METER, &refused),
        framed(0x11, &[0, 1, 1, 2]),
    ] {
        client.receive(&octets, ms(1));
        assert!(waits(&mut client, ms(1)), "{octets:02X?}");
    }
    client.receive(&reply(METER, &VOLTAGE), ms(2));
    assert_eq!(done(&mut client, ms(2)), Ok(Some(VOLTAGE)));
    assert_eq!(client.poll(ms(2)), Output::Wait(None));
    assert_eq!((client.source(), client.report()), (Some(METER), None));
    let counts = Counts { started: 1, sent: 1, answers: 1, unasked: 1, ..Counts::default() };
    assert_eq!(client.counts(), counts);
}

/// A command, a reply of the same function that does not answer it, and one that does.
#[test]
fn what_a_reply_repeats_has_to_be_that_of_the_command() {
    let old = Password { level: 4, digits: [0; 3] };
    let other = Password { digits: [0x57, 0x34, 0x12], ..PASSWORD };
    let security = |number: u32| Identifier::Y2007(0x0700_0000 | number);
    let rate = |word| Reply::ChangeBaudRate { rate: BaudRate::Y2007(word) };
    let again = |number| Reply::ReadAgain {
        identifier: Identifier::Y1997(number),
        data: Data::plain(&[1]),
        more: false,
    };
    let step = |number| Reply::Authenticate { identifier: security(number), data: Data::plain(&[1, 2]) };
    let signal = |signal| Reply::MultifunctionTerminal { signal: TerminalSignal(signal) };
    let password = |edition, password| Reply::ChangePassword { edition, password };
    let following = |identifier, sequence| Reply::ReadFollowUp {
        identifier,
        data: NONE,
        sequence: NonZeroU8::new(sequence),
        more: false,
    };
    let cases = [
        (Command::ChangeBaudRate { rate: BaudRate::Y2007(8) }, rate(4), rate(8)),
        (
            Command::ChangeBaudRate { rate: BaudRate::Y1997(8) },
            Reply::ChangeBaudRate { rate: BaudRate::Y1997(4) },
            Reply::ChangeBaudRate { rate: BaudRate::Y1997(8) },
        ),
        (Command::MultifunctionTerminal { signal: TerminalSignal::SECOND }, signal(1), signal(0)),
        (
            Command::ChangePassword { identifier: Some(Identifier::Y2007(0x0400_0C02)), old, new: PASSWORD },
            password(Edition::Y2007, other),
            password(Edition::Y2007, PASSWORD),
        ),
        (
            Command::ChangePassword { identifier: None, old, new: PASSWORD },
            password(Edition::Y1997, old),
            password(Edition::Y1997, PASSWORD),
        ),
        (
            Command::Authenticate { identifier: security(0xFF), operator: Operator(1), data: NONE },
            step(0x1FF),
            step(0xFF),
        ),
        (Command::ReadAgain { identifier: Some(Identifier::Y1997(0x9010)) }, again(0x9110), again(0x9010)),
        (follow_up(EVENTS, 2), following(EVENTS, 1), following(EVENTS, 2)),
        (follow_up(EVENTS, 2), following(Identifier::VOLTAGE_A, 2), following(EVENTS, 2)),
        (
            Command::ReadLoadRecords { identifier: Identifier::Y2007(0x0601_0002), count: 1, from: None },
            VOLTAGE,
            Reply::Read { identifier: Identifier::Y2007(0x0601_0002), data: NONE, more: false },
        ),
    ];
    for (command, wrong, right) in cases {
        let mut client = client();
        ask(&mut client, &DEVICE, &command, ms(0));
        client.receive(&reply(METER, &wrong), ms(30));
        assert!(waits(&mut client, ms(30)), "{wrong:?}");
        client.receive(&reply(METER, &right), ms(60));
        assert_eq!(done(&mut client, ms(60)), Ok(Some(right)));
        assert_eq!(client.counts().unasked, 1, "{command:?}");
    }
}

#[test]
fn every_command_that_changes_something_is_answered() {
    let (password, operator) = (PASSWORD, Operator(7));
    let until = ClockTime([0x59, 0x59, 0x23, 0x31, 0x12, 0x30]);
    let identifier = Identifier::Y2007(0x0400_0101);
    let data = Data::plain(&[0x05, 0x17, 0x07, 0x20]);
    let commands = [
        Command::Write { identifier, password, operator: Some(operator), data },
        Command::Write { identifier: Identifier::Y1997(0xC010), password, operator: None, data },
        Command::Freeze { time: FreezeTime::NOW },
        Command::BroadcastTime { time: until },
        Command::ChangeBaudRate { rate: BaudRate::Y1997(8) },
        Command::ClearMaximumDemand { password, operator: Some(operator) },
        Command::ClearMaximumDemand { password, operator: None },
        Command::ClearMeter { password, operator },
        Command::ClearEvents { password, operator, events: Identifier::ALL_EVENTS },
        Command::ControlRelay { password, operator, action: RelayAction::TRIP, duration: 0, until },
        Command::WriteAddress { edition: Edition::Y2007, address: OTHER },
        Command::WriteAddress { edition: Edition::Y1997, address: OTHER },
    ];
    for command in commands {
        let function = command.function();
        let mut client = client();
        let octets = ask(&mut client, &DEVICE, &command, ms(0));
        assert_eq!(asked(&octets), (METER, command));
        let accepted = Reply::Accepted { function };
        client.receive(&reply(METER, &accepted), ms(30));
        assert_eq!(done(&mut client, ms(30)), Ok(Some(accepted)), "{command:?}");

        ask(&mut client, &DEVICE, &command, ms(100));
        let error = Refusal::Flags(ErrorFlags::UNAUTHORISED);
        client.receive(&reply(METER, &Reply::Failed { function, error }), ms(130));
        assert_eq!(done(&mut client, ms(130)), Err(TransactionError::Refused { function, error }));
    }
}

#[test]
fn a_meter_may_answer_in_the_name_it_was_given() {
    let mut client = client();
    let command = Command::WriteAddress { edition: Edition::Y2007, address: OTHER };
    for source in [METER, OTHER] {
        ask(&mut client, &DEVICE, &command, ms(0));
        let accepted = Reply::Accepted { function: Function::WRITE_ADDRESS };
        client.receive(&reply(source, &accepted), ms(30));
        assert_eq!(done(&mut client, ms(30)), Ok(Some(accepted)));
        assert_eq!(client.source(), Some(source));
        client = Client::new(LINE);
    }
}

#[test]
fn a_wildcard_takes_the_answer_of_any_meter_it_means() {
    let mut client = client();
    let some = Device { address: Address([0x43, 0x10, 0xAA, 0xAA, 0xAA, 0xAA]), ..DEVICE };
    ask(&mut client, &some, &READ, ms(0));
    client.receive(&reply(OTHER, &VOLTAGE), ms(30));
    assert!(waits(&mut client, ms(30)));
    client.receive(&reply(METER, &VOLTAGE), ms(60));
    assert_eq!(done(&mut client, ms(60)), Ok(Some(VOLTAGE)));
    assert_eq!(client.source(), Some(METER));

    let any = Device { address: Address::ANY, ..DEVICE };
    ask(&mut client, &any, &Command::ReadAddress, ms(100));
    assert_eq!(client.source(), None);
    client.receive(&reply(OTHER, &Reply::Address(OTHER)), ms(130));
    assert_eq!(done(&mut client, ms(130)), Ok(Some(Reply::Address(OTHER))));
}

/// As the meters do of which there are captures.
#[test]
fn a_meter_of_1997_may_answer_all_and_in_the_name_of_all() {
    let command = Command::Read { identifier: Identifier::Y1997(0x9010) };
    let answer =
        Reply::Read { identifier: Identifier::Y1997(0x9010), data: Data::plain(&[1, 2, 3, 4]), more: false };
    for (asked, source) in [
        (Address::ANY, Address::ANY),
        (Address::BROADCAST, Address::BROADCAST),
        (Address::BROADCAST, METER),
        (Address::ANY, METER),
        (Address([0x43, 0x10, 0xAA, 0xAA, 0xAA, 0xAA]), Address([0x43, 0x10, 0xAA, 0xAA, 0xAA, 0xAA])),
    ] {
        let mut client = client();
        ask(&mut client, &Device { address: asked, ..DEVICE }, &command, ms(0));
        client.receive(&reply(source, &answer), ms(30));
        assert_eq!(done(&mut client, ms(30)), Ok(Some(answer)), "{asked} {source}");
    }
}

#[test]
fn a_refusal_is_an_error_with_its_reasons() {
    let mut client = client();
    ask(&mut client, &DEVICE, &READ, ms(0));
    let (function, error) = (Function::READ, Refusal::Flags(ErrorFlags(0b110)));
    client.receive(&reply(METER, &Reply::Failed { function, error }), ms(30));
    assert_eq!(done(&mut client, ms(30)), Err(TransactionError::Refused { function, error }));
    let counts = Counts { started: 1, sent: 1, refusals: 1, ..Counts::default() };
    assert_eq!(client.counts(), counts);

    // Without a reason, and with one too many.
    for (data, flags) in [(&[][..], 0), (&[2, 0, 0], 2)] {
        ask(&mut client, &DEVICE, &READ, ms(100));
        client.receive(&framed(0xD1, data), ms(130));
        let error = Refusal::Flags(ErrorFlags(flags));
        assert_eq!(done(&mut client, ms(130)), Err(TransactionError::Refused { function, error }));
        client = Client::new(LINE);
    }

    let identifier = Identifier::Y2007(0x0700_00FF);
    ask(
        &mut client,
        &DEVICE,
        &Command::Authenticate { identifier, operator: Operator(1), data: NONE },
        ms(0),
    );
    client.receive(&framed(0xC3, &[0x04, 0x00]), ms(30));
    let (function, error) =
        (Function::SECURITY_AUTHENTICATION, Refusal::Security(SecurityErrors::VERIFICATION));
    assert_eq!(done(&mut client, ms(30)), Err(TransactionError::Refused { function, error }));
}

#[test]
fn a_command_to_all_ends_when_all_had_time() {
    let mut client = client();
    let time = ClockTime([0x30, 0x15, 0x08, 0x17, 0x07, 0x20]);
    let signal = TerminalSignal::SECOND;
    let mut now = ms(0);
    for command in [
        Command::BroadcastTime { time },
        Command::Freeze { time: FreezeTime::NOW },
        Command::MultifunctionTerminal { signal },
    ] {
        now += ms(20);
        let octets = ask(&mut client, &Device::BROADCAST, &command, now);
        assert_eq!(asked(&octets), (Address::BROADCAST, command));
        client.receive(&[0x68, 0x00], now + ms(100));
        assert_eq!(client.poll(now + ms(499)), Output::Wait(Some(now + ms(500))));
        now += ms(500);
        assert_eq!(done(&mut client, now), Ok(None));
        now += ms(100);
    }
    assert_eq!(client.counts(), Counts { started: 3, sent: 3, ..Counts::default() });
    for command in [READ, Command::ReadAddress, Command::ChangeBaudRate { rate: BaudRate::Y2007(8) }] {
        let refused = Err(EncodeError::Broadcast { function: command.function() });
        assert_eq!(client.start(&Device::BROADCAST, &command), refused);
        assert_eq!(client.poll(now), Output::Wait(None));
    }
}

#[test]
fn preambles_are_as_long_as_the_meter_wants() {
    for preamble in [0, 1, 4, 16] {
        let mut client = client();
        let octets = ask(&mut client, &Device { preamble, ..DEVICE }, &READ, ms(0));
        assert_eq!(octets.iter().take_while(|&&octet| octet == 0xFE).count(), usize::from(preamble));
        assert_eq!(octets.len(), 16 + usize::from(preamble));
        assert_eq!(asked(&octets), (METER, READ));
    }
    let long = Device { preamble: 17, ..DEVICE };
    let refused = Err(EncodeError::BufferTooSmall { needed: 17, have: 16 });
    assert_eq!(client().start(&long, &READ), refused);
}

#[test]
fn a_new_command_abandons_the_one_before() {
    let mut client = client();
    ask(&mut client, &DEVICE, &Command::Read { identifier: EVENTS }, ms(0));
    client.receive(&first(EVENTS, &[1, 2]), ms(100));
    sent(&mut client, ms(200));
    ask(&mut client, &DEVICE, &READ, ms(300));
    client.receive(&part(EVENTS, 1, &[3], false), ms(400));
    assert!(waits(&mut client, ms(400)));
    let (function, error) = (Function::READ, ErrorFlags::NO_SUCH_DATA.into());
    client.receive(&reply(METER, &Reply::Failed { function, error }), ms(500));
    assert_eq!(done(&mut client, ms(500)), Err(TransactionError::Refused { function, error }));
}
