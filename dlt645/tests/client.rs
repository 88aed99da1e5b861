//! One command at a time, and what ends the wait for its answer.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::num::NonZeroU8;
use std::time::Duration;

use dlt645::{
    Address, BaudRate, Client, ClockTime, Command, Control, Counts, Data, DecodeError, Device, Edition,
    EncodeError, ErrorFlags, Frame, FreezeTime, Function, Identifier, Line, Machine, Operator, Output,
    Password, Refusal, RelayAction, Reply, Retry, SecurityErrors, TerminalSignal, TransactionError,
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
const ENERGIES: Identifier = Identifier::Y1997(0x901F);
const PASSWORD: Password = Password { level: 2, digits: [0x56, 0x34, 0x12] };
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
    let long = Device { preamble: 255, ..DEVICE };
    let refused = Err(EncodeError::BufferTooSmall { needed: 271, have: 228 });
    assert_eq!(client().start(&long, &READ), refused);
}

#[test]
fn silence_noise_and_answers_to_other_commands_are_told_apart() {
    let outcome = |octets: &[u8]| {
        let mut client = client();
        ask(&mut client, &DEVICE, &READ, ms(0));
        sent(&mut client, ms(800));
        client.receive(octets, ms(900));
        let Output::Wait(Some(until)) = client.poll(ms(1_500)) else { panic!() };
        assert_eq!(until, ms(1_600));
        done(&mut client, until).unwrap_err()
    };
    let no_reply = TransactionError::NoReply { timeout: RETRY.timeout, attempts: 2 };
    assert_eq!(outcome(&[]), no_reply);
    assert_eq!(outcome(&reply(OTHER, &VOLTAGE)), no_reply);
    assert_eq!(outcome(&[0x00, 0xFF, 0xFE]), no_reply);
    let mut noisy = reply(METER, &VOLTAGE);
    noisy[14] ^= 0x10;
    let checksum = DecodeError::Checksum { received: 0xEE, computed: 0xFE };
    assert_eq!(outcome(&noisy), TransactionError::Corrupt(checksum));
    let truncated = |needed, have| TransactionError::Corrupt(DecodeError::Truncated { needed, have });
    assert_eq!(outcome(&framed(0x91, &[])), truncated(4, 0));
    assert_eq!(outcome(&reply(METER, &VOLTAGE)[..17]), truncated(18, 17));
    let late = framed(0x91, &[0, 2, 1, 2, 0, 0]);
    let unasked = DecodeError::Unasked { function: Function::READ };
    assert_eq!(outcome(&late), TransactionError::Corrupt(unasked));
}

#[test]
fn an_answer_is_found_in_any_pieces_and_behind_anything() {
    let answer = reply(METER, &VOLTAGE);
    let twice = answer.repeat(2);
    let noisy = [&[0xFB, 0x68, 0xDB, 0x00][..], &[0xFE; 7], &answer, &[0xFF]].concat();
    for octets in [&answer, &twice, &noisy] {
        for piece in [1, 3, 7, 100] {
            let mut client = client();
            ask(&mut client, &DEVICE, &READ, ms(0));
            let mut now = ms(20);
            let answered = octets.chunks(piece).any(|octets| {
                now += ms(100);
                client.receive(octets, now);
                client.poll(now) == Output::Done(Ok(Some(VOLTAGE)))
            });
            assert!(answered, "{octets:02X?} in pieces of {piece}");
            assert_eq!(client.poll(now + ms(10_000)), Output::Wait(None));
        }
    }
}

#[test]
fn a_lost_octet_costs_a_repetition() {
    let answer = reply(METER, &VOLTAGE);
    for lost in 0..answer.len() {
        let mut client = client();
        let first = ask(&mut client, &DEVICE, &READ, ms(0));
        client.receive(&[&answer[..lost], &answer[lost + 1..]].concat(), ms(100));
        assert!(waits(&mut client, ms(100)));
        let Output::Wait(Some(silent)) = client.poll(ms(100)) else { panic!() };
        assert_eq!(silent, ms(600), "a gap ends what is incomplete");
        assert!(waits(&mut client, silent));
        assert_eq!(sent(&mut client, ms(800)), first);
        client.receive(&answer, ms(900));
        assert_eq!(done(&mut client, ms(900)), Ok(Some(VOLTAGE)), "octet {lost} lost");
    }
}

#[test]
fn an_intact_answer_behind_a_false_start_is_found_after_a_gap() {
    let mut client = client();
    let slow = Device { retry: Retry { timeout: ms(3_000), ..RETRY }, ..DEVICE };
    ask(&mut client, &slow, &READ, ms(0));
    client.receive(&[0x68, 0, 0, 0, 0, 0, 0, 0x68, 0x91, 0xFF], ms(100));
    client.receive(&reply(METER, &VOLTAGE), ms(200));
    assert_eq!(client.poll(ms(200)), Output::Wait(Some(ms(700))));
    assert_eq!(done(&mut client, ms(700)), Ok(Some(VOLTAGE)));
}

#[test]
fn an_answer_that_stalls_is_waited_for_as_long_as_a_gap() {
    let answer = reply(METER, &VOLTAGE);
    let mut client = client();
    let once = Device { retry: Retry { retries: 0, ..RETRY }, ..DEVICE };
    ask(&mut client, &once, &READ, ms(0));
    client.receive(&answer[..5], ms(790));
    assert_eq!(client.poll(ms(800)), Output::Wait(Some(ms(1_290))));
    client.receive(&answer[5..9], ms(1_289));
    client.receive(&answer[9..], ms(1_788));
    assert_eq!(done(&mut client, ms(1_788)), Ok(Some(VOLTAGE)));

    ask(&mut client, &once, &READ, ms(2_000));
    client.receive(&answer[..5], ms(2_790));
    let truncated = DecodeError::Truncated { needed: 12, have: 5 };
    assert_eq!(done(&mut client, ms(3_290)), Err(TransactionError::Corrupt(truncated)));
}

/// 200 octets take almost 2 s at 1200 baud.
#[test]
fn an_answer_that_is_arriving_is_not_talked_into() {
    let line = Line::new(1_200);
    let mut client: Client = Client::new(line);
    let identifier = Identifier::FORWARD_ACTIVE_ENERGIES;
    ask(&mut client, &Device::new(METER), &Command::Read { identifier }, ms(0));
    let answer = Reply::Read { identifier, data: Data::plain(&[7; 196]), more: false };
    let octets = reply(METER, &answer);
    let mut now = ms(500);
    for octet in &octets[..octets.len() - 1] {
        now += line.octet;
        client.receive(&[*octet], now);
        assert!(waits(&mut client, now));
    }
    client.receive(&octets[octets.len() - 1..], now);
    assert_eq!(done(&mut client, now), Ok(Some(answer)));
}

#[test]
fn a_line_that_is_never_silent_ends_the_wait_too() {
    let mut client = client();
    let once = Device { retry: Retry { retries: 0, ..RETRY }, ..DEVICE };
    ask(&mut client, &once, &READ, ms(0));
    let mut now = ms(0);
    while waits(&mut client, now) {
        now += ms(400);
        client.receive(&[0xFF], now);
        assert!(now <= RETRY.timeout + LINE.answer() + ms(400));
    }
    assert!(now > RETRY.timeout + ms(2_000));
    assert_eq!(client.counts().sent, 1);
}

#[test]
fn the_line_is_quiet_before_a_command() {
    let mut client = client();
    ask(&mut client, &DEVICE, &READ, ms(0));
    client.receive(&reply(METER, &VOLTAGE), ms(100));
    assert!(done(&mut client, ms(100)).is_ok());
    client.start(&DEVICE, &READ).unwrap();
    assert_eq!(client.poll(ms(101)), Output::Wait(Some(ms(120))));
    client.receive(&[0x00], ms(110));
    assert_eq!(client.poll(ms(120)), Output::Wait(Some(ms(130))));
    sent(&mut client, ms(130));
    // A line that is never quiet does not stop a command for ever.
    client.start(&DEVICE, &READ).unwrap();
    for now in 200..1_000 {
        client.receive(&[0x00], ms(now));
        assert!(waits(&mut client, ms(now)));
    }
    client.receive(&[0x00], ms(1_000));
    sent(&mut client, ms(1_000));
}

#[test]
fn a_late_answer_is_not_taken_for_the_next_one() {
    let mut client = client();
    let once = Device { retry: Retry { retries: 0, ..RETRY }, ..DEVICE };
    ask(&mut client, &once, &READ, ms(0));
    assert!(matches!(done(&mut client, ms(800)), Err(TransactionError::NoReply { .. })));
    // Between the commands, and while the next one leaves.
    client.receive(&reply(METER, &VOLTAGE), ms(810));
    let next = Command::Read { identifier: Identifier::VOLTAGE_B };
    client.start(&once, &next).unwrap();
    assert_eq!(client.poll(ms(810)), Output::Wait(Some(ms(830))));
    assert!(matches!(client.poll(ms(830)), Output::Transmit(_)));
    client.receive(&reply(METER, &VOLTAGE), ms(831));
    client.transmitted(ms(900));
    client.receive(&reply(METER, &VOLTAGE), ms(930));
    assert!(waits(&mut client, ms(930)));
    let answer = Reply::Read { identifier: Identifier::VOLTAGE_B, data: Data::plain(&[5, 0]), more: false };
    client.receive(&reply(METER, &answer), ms(960));
    assert_eq!(done(&mut client, ms(960)), Ok(Some(answer)));
}

#[test]
fn our_own_octets_are_not_an_answer() {
    let mut client: Client = Client::new(LINE.echoing());
    client.start(&DEVICE, &READ).unwrap();
    let Output::Transmit(octets) = client.poll(ms(0)) else { panic!() };
    let echo = octets.to_vec();
    // Some of the echo comes while the command still leaves; the answer follows in one piece with the rest.
    client.receive(&echo[..7], ms(30));
    client.transmitted(ms(92));
    client.receive(&echo[7..15], ms(93));
    assert_eq!(client.poll(ms(93)), Output::Wait(Some(ms(892))));
    client.receive(&[&echo[15..], &reply(METER, &VOLTAGE)].concat(), ms(160));
    assert_eq!(done(&mut client, ms(160)), Ok(Some(VOLTAGE)));

    // A damaged echo costs nothing either.
    let mut damaged = ask(&mut client, &DEVICE, &READ, ms(200));
    damaged[9] ^= 0x01;
    client.receive(&damaged, ms(201));
    client.receive(&reply(METER, &VOLTAGE), ms(260));
    assert_eq!(done(&mut client, ms(260)), Ok(Some(VOLTAGE)));
}

#[test]
fn a_long_record_comes_as_one_reply() {
    let record: Vec<u8> = (0..1_026_u32).map(|place| (place * 7) as u8).collect();
    let (begin, rest) = record.split_at(196);
    let parts: Vec<&[u8]> = rest.chunks(195).collect();
    let mut client = client();
    let mut now = ms(0);
    ask(&mut client, &DEVICE, &Command::Read { identifier: EVENTS }, now);
    client.receive(&first(EVENTS, begin), now + ms(100));
    for (place, data) in parts.iter().enumerate() {
        now += ms(200);
        let sequence = place as u8 + 1;
        let octets = sent(&mut client, now);
        assert_eq!(asked(&octets), (METER, follow_up(EVENTS, sequence)));
        // Duplicates of the frame before, another identifier, another sequence.
        if place > 0 {
            client.receive(&part(EVENTS, sequence - 1, parts[place - 1], true), now + ms(20));
        }
        client.receive(&first(EVENTS, begin), now + ms(30));
        client.receive(&part(Identifier::VOLTAGE_A, sequence, data, false), now + ms(40));
        client.receive(&part(EVENTS, sequence + 1, data, false), now + ms(50));
        assert!(waits(&mut client, now + ms(50)));
        let last = place + 1 == parts.len();
        client.receive(&part(EVENTS, sequence, data, !last), now + ms(60));
    }
    let whole = Reply::Read { identifier: EVENTS, data: Data::plain(&record), more: false };
    assert_eq!(done(&mut client, now + ms(60)), Ok(Some(whole)));
    assert_eq!(client.poll(now + ms(9_000)), Output::Wait(None));
    let Counts { started, sent, answers, .. } = client.counts();
    assert_eq!((started, sent, answers), (1, 6, 1));
}

/// A value may be cut by the end of a frame.
#[test]
fn values_are_read_from_the_data_of_all_frames() {
    let mut client = client();
    let identifier = Identifier::VOLTAGES;
    ask(&mut client, &DEVICE, &Command::Read { identifier }, ms(0));
    client.receive(&first(identifier, &[0x97, 0x22, 0x05]), ms(30));
    sent(&mut client, ms(60));
    client.receive(&part(identifier, 1, &[0x23], true), ms(90));
    sent(&mut client, ms(120));
    client.receive(&part(identifier, 2, &[0x01, 0x24], false), ms(150));
    let reply = done(&mut client, ms(150)).unwrap().unwrap();
    let values: Vec<String> = reply.values().map(|item| item.value.to_string()).collect();
    assert_eq!(values, ["229.7", "230.5", "240.1"]);
}

#[test]
fn a_lost_follow_up_is_asked_for_again() {
    let mut client = client();
    ask(&mut client, &DEVICE, &Command::Read { identifier: EVENTS }, ms(0));
    client.receive(&first(EVENTS, &[1, 2]), ms(100));
    for sequence in [1, 2] {
        let begin = ms(u64::from(sequence) * 2_000);
        let octets = sent(&mut client, begin);
        let mut damaged = part(EVENTS, sequence, &[3, 4], true);
        damaged[12] ^= 0x40;
        client.receive(&damaged, begin + ms(100));
        assert_eq!(sent(&mut client, begin + ms(800)), octets, "each has its own repetitions");
        client.receive(&part(EVENTS, sequence, &[sequence + 2], sequence == 1), begin + ms(900));
    }
    let whole = Reply::Read { identifier: EVENTS, data: Data::plain(&[1, 2, 3, 4]), more: false };
    assert_eq!(done(&mut client, ms(5_000)), Ok(Some(whole)));
}

#[test]
fn a_follow_up_that_never_comes_is_no_reply() {
    let mut client = client();
    ask(&mut client, &DEVICE, &Command::Read { identifier: EVENTS }, ms(0));
    client.receive(&first(EVENTS, &[1, 2]), ms(100));
    sent(&mut client, ms(200));
    sent(&mut client, ms(1_000));
    let no_reply = TransactionError::NoReply { timeout: RETRY.timeout, attempts: 2 };
    assert_eq!(done(&mut client, ms(1_800)), Err(no_reply));
}

#[test]
fn follow_ups_are_asked_of_the_meter_that_answered() {
    let mut client = client();
    ask(
        &mut client,
        &Device { address: Address::ANY, ..DEVICE },
        &Command::Read { identifier: EVENTS },
        ms(0),
    );
    client.receive(&first(EVENTS, &[1, 2]), ms(100));
    assert_eq!(asked(&sent(&mut client, ms(200))), (METER, follow_up(EVENTS, 1)));

    // If it says which.
    let read = Command::Read { identifier: ENERGIES };
    let begin = Reply::Read { identifier: ENERGIES, data: NONE, more: true };
    for source in [Address::BROADCAST, Address([0x43, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA])] {
        ask(&mut client, &Device { address: Address::ANY, ..DEVICE }, &read, ms(300));
        client.receive(&reply(source, &begin), ms(400));
        assert_eq!(asked(&sent(&mut client, ms(500))), (Address::ANY, follow_up(ENERGIES, 0)));
        client = Client::new(LINE);
    }
}

#[test]
fn follow_ups_of_1997_have_no_sequence() {
    let mut client = client();
    ask(&mut client, &DEVICE, &Command::Read { identifier: ENERGIES }, ms(0));
    client.receive(&first(ENERGIES, &[1, 2]), ms(100));
    for (place, now) in [(1, ms(200)), (2, ms(400)), (3, ms(600))] {
        assert_eq!(asked(&sent(&mut client, now)), (METER, follow_up(ENERGIES, 0)));
        client.receive(&part(ENERGIES, 0, &[place + 2], place < 3), now + ms(50));
    }
    let whole = Reply::Read { identifier: ENERGIES, data: Data::plain(&[1, 2, 3, 4, 5]), more: false };
    assert_eq!(done(&mut client, ms(650)), Ok(Some(whole)));
}

/// Asked again, the meter would go on behind the part that was lost.
#[test]
fn a_read_of_1997_begins_anew_when_a_follow_up_is_lost() {
    let mut client = client();
    let read = Command::Read { identifier: ENERGIES };
    ask(&mut client, &DEVICE, &read, ms(0));
    client.receive(&first(ENERGIES, &[1, 2]), ms(100));
    assert_eq!(asked(&sent(&mut client, ms(200))), (METER, follow_up(ENERGIES, 0)));
    assert_eq!(asked(&sent(&mut client, ms(1_000))), (METER, read));
    client.receive(&first(ENERGIES, &[1, 2]), ms(1_100));
    assert_eq!(asked(&sent(&mut client, ms(1_200))), (METER, follow_up(ENERGIES, 0)));
    client.receive(&part(ENERGIES, 0, &[3], false), ms(1_300));
    let whole = Reply::Read { identifier: ENERGIES, data: Data::plain(&[1, 2, 3]), more: false };
    assert_eq!(done(&mut client, ms(1_300)), Ok(Some(whole)));

    // As often as a frame is asked for again.
    ask(&mut client, &DEVICE, &read, ms(2_000));
    for now in [ms(2_000), ms(3_000)] {
        client.receive(&first(ENERGIES, &[1, 2]), now + ms(100));
        sent(&mut client, now + ms(200));
        if now == ms(2_000) {
            sent(&mut client, now + ms(1_000));
        }
    }
    assert!(matches!(done(&mut client, ms(4_000)), Err(TransactionError::NoReply { .. })));
}

#[test]
fn what_is_read_again_is_followed_up_too() {
    for identifier in [Some(ENERGIES), None] {
        let mut client = client();
        ask(&mut client, &DEVICE, &Command::ReadAgain { identifier }, ms(0));
        // Data that looks like an identifier of function 03 of 2007.
        client.receive(&framed(0xA3, &[0x1F, 0x90, 0x00, 0x07]), ms(100));
        assert_eq!(asked(&sent(&mut client, ms(200))), (METER, follow_up(ENERGIES, 0)));
        client.receive(&part(ENERGIES, 0, &[3], false), ms(300));
        let whole = Reply::ReadAgain { identifier: ENERGIES, data: Data::plain(&[0, 7, 3]), more: false };
        assert_eq!(done(&mut client, ms(300)), Ok(Some(whole)));

        ask(&mut client, &DEVICE, &Command::ReadAgain { identifier }, ms(400));
        client.receive(&framed(0xA3, &[0x1F, 0x90, 0x00]), ms(500));
        sent(&mut client, ms(600));
        assert!(matches!(done(&mut client, ms(1_400)), Err(TransactionError::NoReply { attempts: 1, .. })));
    }
}

/// The word has two bits set, so two numbers of events stand behind it.
#[test]
fn an_event_that_waits_is_no_part_of_the_data() {
    let report = [&[0x41][..], &[0; 11], &[2, 1]].concat();
    let frames = [
        framed(0x92, &[&[0x01, 0x15, 0x00, 0x04][..], &report, &[1]].concat()),
        framed(0x92, &[&[0x01, 0x15, 0x00, 0x04][..], &report].concat()),
    ];
    for frame in frames {
        let mut client = client();
        ask(&mut client, &DEVICE, &READ, ms(0));
        client.receive(&first(Identifier::VOLTAGE_A, &[0x97, 0x22]), ms(100));
        assert_eq!(asked(&sent(&mut client, ms(200))), (METER, follow_up(Identifier::VOLTAGE_A, 1)));
        client.receive(&frame, ms(300));
        assert_eq!(done(&mut client, ms(300)), Ok(Some(VOLTAGE)));
        assert_eq!(client.report(), Some(Data::plain(&report)));
        client.start(&DEVICE, &READ).unwrap();
        assert_eq!(client.report(), None);

        // That of another meter is none of this one's.
        ask(&mut client, &DEVICE, &READ, ms(400));
        client.receive(&first(Identifier::VOLTAGE_A, &[0x97, 0x22]), ms(500));
        sent(&mut client, ms(600));
        let report = Frame { address: OTHER, ..Frame::decode(&frame).unwrap() };
        client.receive(report.encode(&mut [0; 64]).unwrap(), ms(700));
        sent(&mut client, ms(1_400));
        assert!(matches!(done(&mut client, ms(2_200)), Err(TransactionError::NoReply { .. })));
        assert_eq!(client.report(), None);
    }
}

#[test]
fn the_report_of_events_may_be_read_in_parts_itself() {
    let mut client = client();
    let identifier = Identifier::Y2007(0x0400_1501);
    ask(&mut client, &DEVICE, &Command::Read { identifier }, ms(0));
    client.receive(&first(identifier, &[0xFF; 12]), ms(100));
    sent(&mut client, ms(200));
    client.receive(&part(identifier, 1, &[9; 96], false), ms(300));
    let data = [[0xFF; 12].as_slice(), &[9; 96]].concat();
    let whole = Reply::Read { identifier, data: Data::plain(&data), more: false };
    assert_eq!(done(&mut client, ms(300)), Ok(Some(whole)));
    assert_eq!(client.report(), None);
}

#[test]
fn a_report_without_numbers_may_have_a_sequence_or_not() {
    let word = [&[0x01, 0x15, 0x00, 0x04, 0x41][..], &[0; 10], &[1]].concat();
    for frame in [framed(0x92, &word), framed(0x92, &[&word[..], &[1]].concat())] {
        let mut client = client();
        ask(&mut client, &DEVICE, &READ, ms(0));
        client.receive(&first(Identifier::VOLTAGE_A, &[0x97, 0x22]), ms(100));
        sent(&mut client, ms(200));
        client.receive(&frame, ms(300));
        assert_eq!(done(&mut client, ms(300)), Ok(Some(VOLTAGE)));
        assert_eq!(client.report(), Some(Data::plain(&word[4..])));
    }
}

#[test]
fn a_meter_that_had_nothing_to_follow_up_has_given_all() {
    for (identifier, function) in
        [(EVENTS, Function::READ_FOLLOW_UP), (ENERGIES, Function::READ_FOLLOW_UP_1997)]
    {
        let mut client = client();
        ask(&mut client, &DEVICE, &Command::Read { identifier }, ms(0));
        client.receive(&first(identifier, &[1, 2]), ms(100));
        sent(&mut client, ms(200));
        let error = Refusal::Flags(ErrorFlags::NO_SUCH_DATA);
        client.receive(&reply(METER, &Reply::Failed { function, error }), ms(300));
        let cut = Reply::Read { identifier, data: Data::plain(&[1, 2]), more: true };
        assert_eq!(done(&mut client, ms(300)), Ok(Some(cut)));

        ask(&mut client, &DEVICE, &Command::Read { identifier }, ms(400));
        client.receive(&first(identifier, &[1, 2]), ms(500));
        sent(&mut client, ms(600));
        let error = Refusal::Flags(ErrorFlags::UNAUTHORISED);
        client.receive(&reply(METER, &Reply::Failed { function, error }), ms(700));
        assert_eq!(done(&mut client, ms(700)), Err(TransactionError::Refused { function, error }));
    }
}

#[test]
fn an_answer_that_is_too_long_says_how_long() {
    let mut client: Client<8> = Client::new(LINE);
    ask(&mut client, &DEVICE, &Command::Read { identifier: EVENTS }, ms(0));
    client.receive(&first(EVENTS, &[0; 5]), ms(100));
    sent(&mut client, ms(200));
    client.receive(&part(EVENTS, 1, &[0; 3], true), ms(300));
    sent(&mut client, ms(400));
    client.receive(&part(EVENTS, 2, &[0; 4], false), ms(500));
    assert_eq!(done(&mut client, ms(500)), Err(TransactionError::TooLong { have: 12, limit: 8 }));
    ask(&mut client, &DEVICE, &Command::Read { identifier: EVENTS }, ms(600));
    client.receive(&first(EVENTS, &[0; 9]), ms(700));
    assert_eq!(done(&mut client, ms(700)), Err(TransactionError::TooLong { have: 9, limit: 8 }));
    assert_eq!(client.counts().too_long, 2);
    // One frame needs no room.
    ask(&mut client, &DEVICE, &Command::Read { identifier: EVENTS }, ms(800));
    let whole = Reply::Read { identifier: EVENTS, data: Data::plain(&[0; 100]), more: false };
    client.receive(&reply(METER, &whole), ms(900));
    assert_eq!(done(&mut client, ms(900)), Ok(Some(whole)));
}

#[test]
fn an_answer_without_an_end_has_one() {
    for identifier in [EVENTS, ENERGIES] {
        let mut client = client();
        let mut now = ms(0);
        ask(&mut client, &DEVICE, &Command::Read { identifier }, now);
        client.receive(&first(identifier, &[]), now);
        for sequence in 1..=255 {
            now += ms(50);
            sent(&mut client, now);
            let sequence = if identifier == EVENTS { sequence } else { 0 };
            client.receive(&part(identifier, sequence, &[], true), now);
        }
        assert_eq!(done(&mut client, now), Err(TransactionError::Endless { follow_ups: 255 }));
    }
}

#[test]
fn a_part_may_be_read_by_itself() {
    let mut client = client();
    ask(&mut client, &DEVICE, &follow_up(EVENTS, 3), ms(0));
    client.receive(&part(EVENTS, 3, &[1], true), ms(100));
    let (sequence, data) = (NonZeroU8::new(3), Data::plain(&[1]));
    let third = Reply::ReadFollowUp { identifier: EVENTS, data, sequence, more: true };
    assert_eq!(done(&mut client, ms(100)), Ok(Some(third)));
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
