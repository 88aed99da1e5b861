//! Answers in several frames.

use dlt645::{Counts, ErrorFlags, Function, Refusal};

use super::*;

const ENERGIES: Identifier = Identifier::Y1997(0x901F);

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
        if sequence == 1 {
            // The first answer may be only late.
            assert_eq!(client.poll(begin + ms(900)), Output::Wait(Some(begin + ms(900) + RETRY.timeout)));
        }
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
