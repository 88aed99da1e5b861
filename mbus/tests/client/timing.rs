//! When it sends, and how long it waits.

use mbus::DecodeError;

use super::*;

#[test]
fn silence_noise_and_collisions_are_told_apart() {
    let mut bench = Bench::new();
    bench.start(&DEVICE, &Command::Reset);
    let no_reply = TransactionError::NoReply { timeout: RETRY.timeout, attempts: 2 };
    assert_eq!(bench.exhaust(&[]), no_reply);
    bench.start(&DEVICE, &Command::Reset);
    assert_eq!(bench.exhaust(&[0x00]), no_reply, "a glitch is no answer");

    // Once broken, once silent.
    let mut damaged = water(METER, 1, RECORDS);
    damaged[8] ^= 1;
    bench.start(&DEVICE, &Command::Read);
    bench.acknowledged(&short(0x40, 5));
    bench.sent();
    bench.sent();
    bench.heard(&damaged);
    let error = bench.exhaust(&[]);
    assert!(matches!(error, TransactionError::Corrupt(DecodeError::Checksum { .. })), "{error:?}");

    for broken in [&damaged[..], &[0x00, 0xA5, 0x21, 0x40, 0x00]] {
        bench.start(&DEVICE, &Command::Reset);
        assert_eq!(bench.exhaust(broken), TransactionError::Collision { attempts: 2 });
    }
    let counts = bench.client.counts();
    assert_eq!((counts.no_reply, counts.corrupt, counts.collisions), (2, 1, 2));
}

#[test]
fn an_answer_that_has_begun_is_waited_for() {
    let mut bench = Bench::new();
    bench.start(&DEVICE, &Command::Read);
    bench.acknowledged(&short(0x40, 5));
    bench.sent();
    let asked = bench.now;
    let answer = water(METER, 1, &[0x0F; 200]);
    bench.now = asked + ms(290);
    for octet in &answer {
        bench.heard(&[*octet]);
    }
    assert!(bench.now > asked + ms(1_000));
    assert!(bench.done().is_ok());
}

#[test]
fn an_intact_answer_behind_a_false_header_is_found() {
    let mut bench = Bench::new();
    bench.start(&DEVICE, &Command::Read);
    bench.acknowledged(&short(0x40, 5));
    bench.sent();
    bench.heard(&[0x68, 0x40, 0x40, 0x68]);
    bench.heard(&water(METER, 1, RECORDS));
    let Output::Wait(Some(until)) = bench.client.poll(bench.now) else { panic!() };
    assert!(until <= bench.now + LINE.gap);
    bench.now = until;
    assert!(bench.done().is_ok());
}

#[test]
fn the_bus_is_quiet_for_33_bits_before_a_request() {
    let mut bench = Bench::new();
    bench.start(&DEVICE, &Command::Read);
    bench.acknowledged(&short(0x40, 5));
    let acknowledged = bench.now;
    let request = bench.sent();
    assert_eq!(bench.now, acknowledged + LINE.octet * 3 + LINE.time(request.len()));
}

#[test]
fn a_late_answer_to_the_first_attempt_answers_nothing_else() {
    let mut bench = Bench::new();
    bench.start(&DEVICE, &Command::Write { ci: Ci::COMMAND, data: &[0x2F] });
    bench.sent();
    // The second attempt is answered twice.
    bench.sent();
    bench.heard(&ACK);
    assert!(bench.waits());
    bench.now += ms(100);
    bench.heard(&ACK);
    assert!(bench.waits());
    assert_eq!(bench.sent()[4], 0x73);
    assert!(bench.waits(), "nobody has acknowledged the data yet");
}

#[test]
fn what_is_sent_comes_back_and_answers_nothing() {
    let mut bench = Bench { client: Client::new(LINE.echoing()), now: ms(0) };
    bench.start(&DEVICE, &Command::Read);
    for (request, answer) in [(short(0x40, 5), ACK.to_vec()), (short(0x7B, 5), water(METER, 1, RECORDS))] {
        let sent = bench.sent();
        assert_eq!(sent, request);
        bench.heard(&[&sent[..], &answer].concat());
    }
    assert!(bench.done().is_ok());
    assert_eq!(bench.client.counts().unasked, 0);
}
