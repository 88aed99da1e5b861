//! What ends a wait, and what does not.

use super::*;

/// A user's own function from 0x2C on has an exception above 0xAB.
#[test]
fn an_exception_of_any_function_ends_the_wait() {
    for function in [0x2C, 0x41, 0x48, 0x64, 0x6E, 0x7F].map(FunctionCode) {
        let mut client = Client::new(LINE);
        ask(&mut client, &ONCE, &Request::Other { function, data: &[1] }, ms(0));
        client.receive(&framed(&[0x11, function.0 | 0x80, 0x01]), ms(10));
        let exception = ExceptionCode::ILLEGAL_FUNCTION;
        let refused = TransactionError::Exception { function, exception };
        assert_eq!(end(&mut client, ms(10)), Some(Err(refused)));
    }
}

#[test]
fn a_late_reply_is_not_taken_for_the_next_one() {
    let late = framed(&[0x11, 0x03, 0x06, 0, 1, 0, 2, 0, 3]);
    let reply = framed(&[0x11, 0x03, 0x04, 0, 4, 0, 5]);
    let mut client = Client::new(LINE);
    ask(&mut client, &ONCE, &read(0, 3), ms(0));
    assert_eq!(
        end(&mut client, ms(1_000)),
        Some(Err(TransactionError::NoReply { timeout: ms(1_000), attempts: 1 }))
    );
    ask(&mut client, &ONCE, &read(0, 2), ms(1_100));
    client.receive(&late, ms(1_101));
    assert_eq!(end(&mut client, ms(1_101)), None);
    client.receive(&reply, ms(1_300));
    let taken = "ReadHoldingRegisters { registers: [4, 5] }".to_string();
    assert_eq!(end(&mut client, ms(1_300)), Some(Ok(taken)));
}

/// Who is slower than the timeout answers each attempt.
#[test]
fn the_second_answer_to_a_repeated_request_is_not_taken_for_the_next_one() {
    let device = Device { retry: Retry { timeout: ms(1_000), retries: 1 }, ..ONCE };
    let mut client = Client::new(LINE);
    let sent = ask(&mut client, &device, &read(0, 1), ms(0));
    assert_eq!(client.poll(ms(1_000)), Output::Transmit(&sent));
    client.transmitted(ms(1_000));
    client.receive(&framed(&[0x11, 0x03, 0x02, 0x00, 0x01]), ms(1_050));
    assert!(matches!(end(&mut client, ms(1_050)), Some(Ok(_))));

    client.start(&device, &read(9, 1)).unwrap();
    assert_eq!(client.poll(ms(1_060)), Output::Wait(Some(ms(2_050))));
    client.receive(&framed(&[0x11, 0x03, 0x02, 0x00, 0x01]), ms(2_040));
    assert!(matches!(client.poll(ms(2_060)), Output::Transmit(_)));
    client.transmitted(ms(2_060));
    client.receive(&framed(&[0x11, 0x03, 0x02, 0x00, 0x09]), ms(2_500));
    let taken = "ReadHoldingRegisters { registers: [9] }".to_string();
    assert_eq!(end(&mut client, ms(2_500)), Some(Ok(taken)));
}

/// A late reply that comes in before the next request is sent is dropped, whatever it looks like.
#[test]
fn a_late_reply_before_the_next_request_is_dropped() {
    let mut client = Client::new(LINE);
    ask(&mut client, &ONCE, &read(0, 1), ms(0));
    assert!(end(&mut client, ms(1_000)).unwrap().is_err());
    client.receive(&framed(&[0x11, 0x03, 0x02, 0, 1]), ms(1_050));
    ask(&mut client, &ONCE, &read(5, 1), ms(1_100));
    assert_eq!(end(&mut client, ms(1_100)), None);
    client.receive(&framed(&[0x11, 0x03, 0x02, 0, 2]), ms(1_150));
    let taken = "ReadHoldingRegisters { registers: [2] }".to_string();
    assert_eq!(end(&mut client, ms(1_150)), Some(Ok(taken)));
}

#[test]
fn the_late_reply_to_a_write_is_not_taken_for_another_write() {
    let (registers, coils) = ([7, 8], [true; 3]);
    let requests = [
        WRITE,
        Request::WriteSingleRegister { address: 2, value: 3 },
        Request::WriteSingleRegister { address: 1, value: 4 },
        Request::WriteSingleCoil { address: 1, on: true },
        Request::WriteSingleCoil { address: 1, on: false },
        Request::MaskWriteRegister { address: 1, and: 2, or: 3 },
        Request::MaskWriteRegister { address: 1, and: 2, or: 4 },
        Request::WriteMultipleRegisters { start: 1, registers: (&registers).into() },
        Request::WriteMultipleRegisters { start: 2, registers: (&registers).into() },
        Request::WriteMultipleCoils { start: 1, coils: (&coils).into() },
        Request::WriteMultipleCoils { start: 2, coils: (&coils).into() },
    ];
    let reply = |request: &Request<'_>| {
        let mut buffer = [0; Frame::MAX_LEN];
        let pdu = request.encode(&mut buffer).unwrap();
        answer(&mut everything(), pdu)
    };
    for asked in requests {
        for answered in requests {
            let mut client = Client::new(LINE);
            ask(&mut client, &ONCE, &asked, ms(0));
            client.receive(&reply(&answered), ms(100));
            let done = end(&mut client, ms(100)).is_some();
            assert_eq!(done, asked == answered, "{asked:?} is answered as {answered:?}");
        }
    }
}

#[test]
fn a_reply_of_another_unit_or_function_or_count_does_not_end_the_wait() {
    let mut client = Client::new(LINE);
    ask(&mut client, &ONCE, &read(0, 1), ms(0));
    for foreign in [
        &[0x12, 0x03, 0x02, 0, 1][..],
        &[0x11, 0x04, 0x02, 0, 1],
        &[0x11, 0x84, 0x02],
        &[0x12, 0x83, 0x02],
        &[0x11, 0x03, 0x04, 0, 1, 0, 2],
        &[0x11, 0x03, 0x06, 0, 1, 0, 2, 0, 3],
    ] {
        client.receive(&framed(foreign), ms(100));
        assert_eq!(end(&mut client, ms(100)), None, "{foreign:02X?}");
    }
    let Some(Err(TransactionError::Corrupt(error))) = end(&mut client, ms(1_000)) else { panic!() };
    assert_eq!(error, DecodeError::Unasked { function: FunctionCode::READ_HOLDING_REGISTERS });
}

/// The reply to a write looks like the request that comes back first.
#[test]
fn our_own_echo_is_not_the_reply_to_a_write() {
    for chunk in [1, 3, 8, 16] {
        let mut client = Client::new(LINE.echoing());
        let sent = ask(&mut client, &ONCE, &WRITE, ms(0));
        for octets in sent.chunks(chunk) {
            client.receive(octets, ms(1));
            assert_eq!(end(&mut client, ms(1)), None, "chunks of {chunk}");
        }
        let timeout = TransactionError::NoReply { timeout: ms(1_000), attempts: 1 };
        assert_eq!(end(&mut client, ms(1_000)), Some(Err(timeout)), "chunks of {chunk}");

        let sent = ask(&mut client, &ONCE, &WRITE, ms(1_100));
        for octets in [&sent[..], &sent].concat().chunks(chunk) {
            assert_eq!(end(&mut client, ms(1_101)), None, "chunks of {chunk}");
            client.receive(octets, ms(1_101));
        }
        let done = "WriteSingleRegister { address: 1, value: 3 }".to_string();
        assert_eq!(end(&mut client, ms(1_101)), Some(Ok(done)), "chunks of {chunk}");
    }
}

#[test]
fn four_octets_for_a_register_are_taken_only_where_they_are_known() {
    let reply = framed(&[0x11, 0x03, 0x08, 0, 0, 0, 1, 0, 0, 0, 2]);
    let mut client = Client::new(LINE);
    ask(&mut client, &ONCE, &read(0, 2), ms(0));
    client.receive(&reply, ms(100));
    let unasked = DecodeError::Unasked { function: FunctionCode::READ_HOLDING_REGISTERS };
    assert_eq!(end(&mut client, ms(1_000)), Some(Err(TransactionError::Corrupt(unasked))));

    let wide = Device { dialect: Dialect { wide_registers: true, ..Dialect::STRICT }, ..ONCE };
    ask(&mut client, &wide, &read(0, 2), ms(2_000));
    client.receive(&reply, ms(2_100));
    let taken = "ReadHoldingRegisters { registers: [0, 1, 0, 2] }".to_string();
    assert_eq!(end(&mut client, ms(2_100)), Some(Ok(taken)));
}

#[test]
fn an_exception_without_a_checksum_is_taken_only_where_it_is_known() {
    let bare = [0x11, 0x83, 0x02];
    let mut client = Client::new(LINE);
    ask(&mut client, &ONCE, &read(0, 2), ms(0));
    client.receive(&bare, ms(100));
    assert_eq!(end(&mut client, ms(200)), None);
    assert!(matches!(end(&mut client, ms(1_000)), Some(Err(TransactionError::Corrupt(_)))));

    let dialect = Dialect { exception_without_checksum: true, ..Dialect::STRICT };
    ask(&mut client, &Device { dialect, ..ONCE }, &read(0, 2), ms(2_000));
    client.receive(&bare, ms(2_100));
    assert_eq!(end(&mut client, ms(2_100)), None, "the checksum may follow");
    let (function, exception) = (FunctionCode::READ_HOLDING_REGISTERS, ExceptionCode::ILLEGAL_DATA_ADDRESS);
    let refused = TransactionError::Exception { function, exception };
    assert_eq!(end(&mut client, ms(2_200)), Some(Err(refused)));
}

/// A transceiver that turns around makes an octet 00 or FF, and zeros follow a frame.
#[test]
fn glitches_around_a_reply_do_no_harm() {
    let reply = framed(&[0x11, 0x03, 0x04, 0, 4, 0, 5]);
    for (before, behind) in [(&[0x00][..], &[][..]), (&[0xFF], &[]), (&[], &[0, 0, 0]), (&[0xFF, 0], &[0])] {
        let mut client = Client::new(LINE);
        ask(&mut client, &ONCE, &read(0, 2), ms(0));
        client.receive(&[before, &reply, behind].concat(), ms(100));
        let taken = "ReadHoldingRegisters { registers: [4, 5] }".to_string();
        assert_eq!(end(&mut client, ms(100)), Some(Ok(taken)), "{before:?} {behind:?}");
    }
}

#[test]
fn a_device_gets_the_idle_time_it_needs() {
    let slow = Device { idle: ms(50), ..ONCE };
    let mut client = Client::new(LINE);
    client.start(&ONCE, &read(0, 1)).unwrap();
    assert!(matches!(client.poll(ms(0)), Output::Transmit(_)));
    client.transmitted(ms(10));
    client.receive(&framed(&[0x11, 0x03, 0x02, 0, 1]), ms(100));
    assert!(end(&mut client, ms(100)).unwrap().is_ok());
    client.start(&slow, &read(0, 1)).unwrap();
    assert_eq!(client.poll(ms(100)), Output::Wait(Some(ms(150))));
    assert!(matches!(client.poll(ms(149)), Output::Wait(_)));
    assert!(matches!(client.poll(ms(150)), Output::Transmit(_)));
}

#[test]
fn nobody_waits_for_the_answer_to_a_broadcast() {
    let mut client = Client::new(LINE);
    ask(&mut client, &Device::BROADCAST, &WRITE, ms(0));
    assert!(matches!(client.poll(ms(199)), Output::Wait(_)));
    assert_eq!(client.poll(ms(200)), Output::Done(Ok(None)));
    assert!(client.start(&Device::BROADCAST, &read(0, 1)).is_err());
}

/// Some devices refuse a regular stream that starts below object 3, or leave the basic objects out of it.
#[test]
fn a_client_takes_an_identification_without_its_basic_objects() {
    let request = Request::ReadDeviceIdentification {
        access: modbus_rtu::Access::Regular,
        object: ObjectId::VENDOR_NAME,
    };
    let mut client = Client::new(LINE);
    ask(&mut client, &ONCE, &request, ms(0));
    client.receive(&framed(&[0x11, 0x2B, 0x0E, 2, 0x82, 0, 0, 1, 4, 1, b'M']), ms(10));
    let taken = end(&mut client, ms(10)).unwrap().unwrap();
    assert!(taken.contains("product name, value: [77]"), "{taken}");
    ask(&mut client, &ONCE, &request, ms(100));
    client.receive(&framed(&[0x11, 0xAB, 2]), ms(110));
    assert!(matches!(end(&mut client, ms(110)), Some(Err(TransactionError::Exception { .. }))));
}
