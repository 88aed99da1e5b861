//! What is sent, and what answers it.

use mbus::{Application, ApplicationError, BaudRate, EncodeError};

use super::*;

/// Every command to a meter that was just reset, and the octets it is sent with.
#[test]
fn commands_are_sent_behind_a_reset() {
    let rate = BaudRate::new(9_600).unwrap();
    let instantaneous = Some(Application::INSTANTANEOUS);
    let commands: [(Command<'_>, &[u8]); 10] = [
        (Command::Status, &[0x10, 0x49, 0x05, 0x4E, 0x16]),
        (Command::Read, &[0x10, 0x7B, 0x05, 0x80, 0x16]),
        (Command::ReadAlarm, &[0x10, 0x7A, 0x05, 0x7F, 0x16]),
        (
            Command::SetAddress { address: Address(9) },
            &[0x68, 6, 6, 0x68, 0x73, 0x05, 0x51, 0x01, 0x7A, 0x09, 0x4D, 0x16],
        ),
        (Command::ChangeBaudRate { rate }, &[0x68, 3, 3, 0x68, 0x73, 0x05, 0xBD, 0x35, 0x16]),
        (
            Command::ResetApplication { application: instantaneous },
            &[0x68, 4, 4, 0x68, 0x73, 0x05, 0x50, 0x50, 0x18, 0x16],
        ),
        (Command::ResetApplication { application: None }, &[0x68, 3, 3, 0x68, 0x73, 0x05, 0x50, 0xC8, 0x16]),
        (Command::ReadApplication, &[0x68, 3, 3, 0x68, 0x73, 0x05, 0x54, 0xCC, 0x16]),
        (
            Command::Write { ci: Ci::COMMAND, data: &[0x2F] },
            &[0x68, 4, 4, 0x68, 0x73, 0x05, 0x51, 0x2F, 0xF8, 0x16],
        ),
        (
            Command::Exchange { ci: Ci::COMMAND, data: &[0x7F] },
            &[0x68, 4, 4, 0x68, 0x63, 0x05, 0x51, 0x7F, 0x38, 0x16],
        ),
    ];
    for (command, octets) in commands {
        let mut bench = Bench::new();
        bench.start(&DEVICE, &command);
        bench.acknowledged(&short(0x40, 5));
        assert_eq!(bench.sent(), octets, "{command:?}");
    }
    let mut bench = Bench::new();
    bench.start(&DEVICE, &Command::Reset);
    bench.acknowledged(&short(0x40, 5));
    assert_eq!(bench.done(), Ok(Some(Reply::Acknowledged)));
    assert_eq!((bench.client.counts().sent, bench.client.counts().answers), (1, 1));
}

#[test]
fn a_selected_meter_is_meant_by_253() {
    let mut bench = Bench::new();
    bench.start(&SELECTED, &Command::Read);
    bench.acknowledged(&select());
    assert_eq!(bench.sent(), short(0x7B, 253));
    bench.heard(&water(Address(17), 1, RECORDS));
    assert!(matches!(bench.done(), Ok(Some(Reply::Data { more: false, .. }))));

    bench.start(&SELECTED, &Command::SetAddress { address: Address(9) });
    bench.acknowledged(&select());
    assert_eq!(bench.sent(), [0x68, 6, 6, 0x68, 0x73, 0xFD, 0x51, 0x01, 0x7A, 0x09, 0x45, 0x16]);
    bench.heard(&ACK);
    assert_eq!(bench.done(), Ok(Some(Reply::Acknowledged)));

    // Deselected.
    bench.start(&Device { retry: RETRY, ..Device::new(Address::SELECTED) }, &Command::Reset);
    bench.acknowledged(&short(0x40, 253));
    assert_eq!(bench.done(), Ok(Some(Reply::Acknowledged)));
}

#[test]
fn a_selection_stays_for_what_comes_next() {
    let any = Selection { fabrication: Some(Identification(0x00FF_FFFF)), ..Selection::ANY };
    let mut bench = Bench::new();
    bench.start(&Device { retry: RETRY, ..Device::selected(any) }, &Command::Select);
    let expected = [
        0x68, 0x11, 0x11, 0x68, 0x53, 0xFD, 0x52, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0C, 0x78,
        0xFF, 0xFF, 0xFF, 0x00, 0x1B, 0x16,
    ];
    bench.acknowledged(&expected);
    assert_eq!(bench.done(), Ok(Some(Reply::Acknowledged)));
    let selected = Device { retry: RETRY, ..Device::new(Address::SELECTED) };
    for control in [0x7B, 0x5B] {
        bench.start(&selected, &Command::Read);
        assert_eq!(bench.sent(), short(control, 253));
        bench.heard(&water(METER, control, RECORDS));
        assert!(bench.done().is_ok());
    }
}

#[test]
fn neither_others_nor_what_does_not_fit_ends_the_wait() {
    let mut bench = Bench::new();
    bench.start(&DEVICE, &Command::Read);
    assert_eq!(bench.sent(), short(0x40, 5));
    bench.heard(&water(METER, 1, RECORDS));
    assert!(bench.waits());
    bench.heard(&ACK);
    assert_eq!(bench.sent(), short(0x7B, 5));
    for other in [short(0x7B, 5), ACK.to_vec(), water(Address(6), 1, RECORDS), short(0x0B, 5)] {
        bench.heard(&other);
        assert!(bench.waits(), "{other:02X?}");
    }
    assert_eq!(bench.client.counts().unasked, 5);
    let answer = water(METER, 1, RECORDS);
    bench.heard(&answer);
    let Ok(Some(Reply::Data { frame, more: false })) = bench.done() else { panic!() };
    assert_eq!(octets(frame), answer);

    // Another meter that was selected before, and has not heard that it is no more.
    bench.start(&SELECTED, &Command::Read);
    bench.acknowledged(&select());
    bench.sent();
    let mut other = water(METER, 1, RECORDS);
    other[7] += 1;
    let sum = other.len() - 2;
    other[sum] += 1;
    assert!(Frame::decode(&other).is_ok());
    bench.heard(&other);
    assert!(bench.waits());
    bench.heard(&data(METER, Ci::RESPONSE, RECORDS));
    assert!(bench.done().is_ok(), "this one does not say who it is");
}

#[test]
fn an_acknowledgement_in_other_octets_is_none() {
    let mut bench = Bench::new();
    bench.start(&DEVICE, &Command::Reset);
    bench.sent();
    bench.heard(&[0x08, 0x05, 0x72, 0x78, 0xE5]);
    assert!(bench.waits());
    bench.sent();
    bench.heard(&[0x00, 0xE5]);
    assert_eq!(bench.done(), Ok(Some(Reply::Acknowledged)), "a glitch is no other octets");
}

#[test]
fn any_meter_answers_the_test_address() {
    let mut bench = Bench::new();
    bench.start(&Device { retry: RETRY, ..Device::new(Address::TEST) }, &Command::Read);
    bench.acknowledged(&short(0x40, 254));
    assert_eq!(bench.sent(), short(0x7B, 254));
    bench.heard(&water(METER, 1, RECORDS));
    assert!(bench.done().is_ok());
}

#[test]
fn nobody_answers_a_broadcast() {
    let mut bench = Bench::new();
    for command in [
        Command::Read,
        Command::ReadAlarm,
        Command::Status,
        Command::ReadApplication,
        Command::Select,
        Command::SetAddress { address: Address(1) },
        Command::Exchange { ci: Ci::COMMAND, data: &[0x7F] },
    ] {
        assert_eq!(bench.client.start(&Device::BROADCAST, &command), Err(EncodeError::Broadcast));
    }
    bench.start(&Device::BROADCAST, &Command::Reset);
    assert_eq!(bench.sent(), short(0x40, 255));
    bench.heard(&ACK);
    let Output::Wait(Some(until)) = bench.client.poll(bench.now) else { panic!() };
    assert_eq!(until, bench.now - LINE.octet + ms(500));
    bench.now = until;
    assert_eq!(bench.done(), Ok(None));
}

#[test]
fn what_cannot_be_sent_is_refused_at_once() {
    let mut client = Client::new(LINE);
    let address = Command::SetAddress { address: Address(251) };
    assert_eq!(client.start(&DEVICE, &address), Err(EncodeError::Address { address: 251, limit: 250 }));
    let long = Command::Write { ci: Ci::COMMAND, data: &[0; 253] };
    assert_eq!(client.start(&DEVICE, &long), Err(EncodeError::DataLength { have: 253, limit: 252 }));
    assert_eq!(client.start(&DEVICE, &Command::Select), Err(EncodeError::Selection));
    assert_eq!(client.poll(ms(0)), Output::Wait(None));
    assert_eq!(client.counts().started, 0);
    client.start(&DEVICE, &Command::Write { ci: Ci::COMMAND, data: &[0; 252] }).unwrap();
}

#[test]
fn a_refusal_says_why() {
    let header = [1, 0, 0, 0];
    let long = [0x78, 0x56, 0x34, 0x12, 0x2D, 0x2C, 0x01, 0x07, 1, 0, 0, 0];
    for (ci, head, error) in [
        (Ci::ERROR, &[][..], ApplicationError::BUSY),
        (Ci::ERROR_SHORT, &header[..], ApplicationError(8)),
        (Ci::ERROR_LONG, &long[..], ApplicationError(8)),
    ] {
        let mut bench = Bench::new();
        bench.start(&DEVICE, &Command::Read);
        bench.acknowledged(&short(0x40, 5));
        bench.sent();
        bench.heard(&data(METER, ci, &[head, &[8]].concat()));
        assert_eq!(bench.done(), Err(TransactionError::Refused { error }));
        assert_eq!(bench.client.counts().refusals, 1);
    }
    let mut bench = Bench::new();
    bench.start(&DEVICE, &Command::Read);
    bench.acknowledged(&short(0x40, 5));
    bench.sent();
    bench.heard(&octets(Frame::Control { control: Control::RSP_UD, address: METER, ci: Ci::ERROR }));
    let unspecified = TransactionError::Refused { error: ApplicationError::UNSPECIFIED };
    assert_eq!(bench.done(), Err(unspecified));
}

#[test]
fn status_alarm_and_application_are_answered_in_their_ways() {
    let mut bench = Bench::new();
    bench.start(&DEVICE, &Command::Status);
    bench.acknowledged(&short(0x40, 5));
    bench.sent();
    bench.heard(&short(0x0B, 6));
    assert!(bench.waits());
    bench.heard(&short(0x3B, 5));
    let Ok(Some(Reply::Status { control })) = bench.done() else { panic!() };
    assert!(control.acd() && control.dfc());

    bench.start(&DEVICE, &Command::ReadAlarm);
    bench.sent();
    bench.heard(&ACK);
    assert_eq!(bench.done(), Ok(Some(Reply::Acknowledged)), "there is no alarm");
    bench.start(&DEVICE, &Command::ReadAlarm);
    bench.sent();
    bench.heard(&data(METER, Ci::ALARM, &[4]));
    let Ok(Some(Reply::Data { frame: Frame::Long { ci: Ci::ALARM, data: [4], .. }, .. })) = bench.done()
    else {
        panic!()
    };

    bench.start(&DEVICE, &Command::ReadApplication);
    bench.sent();
    bench.heard(&ACK);
    assert_eq!(bench.sent(), short(0x7B, 5));
    bench.heard(&data(METER, Ci::APPLICATION, &[0x50]));
    let Ok(Some(Reply::Data { frame: Frame::Long { data: [0x50], .. }, more: false })) = bench.done() else {
        panic!()
    };
}

#[test]
fn an_exchange_is_answered_with_data_and_goes_on_with_requests() {
    let mut bench = Bench::new();
    let exchange = Command::Exchange { ci: Ci::COMMAND, data: &[0x7F] };
    bench.start(&DEVICE, &exchange);
    bench.acknowledged(&short(0x40, 5));
    let sent = bench.sent();
    bench.heard(&ACK);
    assert!(bench.waits(), "an acknowledgement is no answer");
    bench.now += ms(300);
    assert_eq!(bench.sent(), sent, "a repetition has the same bit");
    bench.heard(&data(METER, Ci::RESPONSE, &[RECORDS, &[0x1F]].concat()));
    assert!(matches!(bench.done(), Ok(Some(Reply::Data { more: true, .. }))));
    assert_eq!(bench.sent(), short(0x7B, 5));
    bench.heard(&data(METER, Ci::RESPONSE, RECORDS));
    assert!(matches!(bench.done(), Ok(Some(Reply::Data { more: false, .. }))));
    bench.start(&DEVICE, &exchange);
    assert_eq!(bench.sent()[4], 0x43, "the bit toggles");
}
