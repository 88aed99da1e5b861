//! When an answer is waited for, and among what it is found.

use dlt645::{DecodeError, Function};

use super::*;

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
