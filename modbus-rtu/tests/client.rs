//! One request at a time, and what ends the wait for its answer.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::time::Duration;

use modbus_rtu::{
    Client, Counts, DecodeError, Device, Diagnostic, Dialect, EncodeError, ExceptionCode, Frame,
    FunctionCode, Line, Machine, Output, Range, Request, Response, Retry, TransactionError, UnitId,
};

const LINE: Line = Line::new(9_600, 11);
const RETRY: Retry = Retry { timeout: Duration::from_millis(100), retries: 1 };
const UNIT: UnitId = UnitId(0x11);
const DEVICE: Device = Device { retry: RETRY, ..Device::new(UNIT) };

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn read_one() -> Request<'static> {
    Request::ReadHoldingRegisters { range: Range::new(0x6B, 1).unwrap() }
}

/// Starts a request and sends it at `now`, when it is due.
fn ask(client: &mut Client, device: &Device, request: &Request<'_>, now: Duration) {
    client.start(device, request).unwrap();
    sent(client, now);
}

fn sent(client: &mut Client, now: Duration) {
    assert!(matches!(client.poll(now), Output::Transmit(_)));
    client.transmitted(now);
}

fn reply(unit: UnitId, response: &Response<'_>) -> Vec<u8> {
    response.encode_frame(unit, &mut [0; 256]).unwrap().to_vec()
}

fn registers(values: &'static [u16]) -> Response<'static> {
    Response::ReadHoldingRegisters { registers: values.into() }
}

#[test]
fn only_the_answer_to_this_request_ends_the_wait() {
    let mut client = Client::new(LINE);
    ask(&mut client, &DEVICE, &read_one(), ms(0));
    client.receive(&reply(UnitId(0x12), &registers(&[1])), ms(1));
    client.receive(&reply(UNIT, &registers(&[1, 2])), ms(1));
    client.receive(&reply(UNIT, &Response::WriteSingleRegister { address: 0, value: 0 }), ms(1));
    let Output::Wait(Some(until)) = client.poll(ms(1)) else { panic!() };
    assert_eq!(until, ms(1) + LINE.gap);
    client.receive(&reply(UNIT, &registers(&[7])), ms(2));
    assert_eq!(client.poll(ms(2)), Output::Done(Ok(Some(registers(&[7])))));
    assert!(matches!(client.poll(ms(2)), Output::Wait(None)));
}

#[test]
fn echoed_fields_have_to_be_those_of_the_request() {
    let writes = [
        (
            Request::WriteSingleRegister { address: 1, value: 3 },
            Response::WriteSingleRegister { address: 1, value: 4 },
            Response::WriteSingleRegister { address: 1, value: 3 },
        ),
        (
            Request::WriteSingleCoil { address: 1, on: true },
            Response::WriteSingleCoil { address: 1, on: false },
            Response::WriteSingleCoil { address: 1, on: true },
        ),
        (
            Request::WriteMultipleRegisters { start: 1, registers: (&[7, 8]).into() },
            Response::WriteMultipleRegisters { range: Range::new(1, 1).unwrap() },
            Response::WriteMultipleRegisters { range: Range::new(1, 2).unwrap() },
        ),
        (
            Request::MaskWriteRegister { address: 4, and: 0xF2, or: 0x25 },
            Response::MaskWriteRegister { address: 4, and: 0xF2, or: 0x24 },
            Response::MaskWriteRegister { address: 4, and: 0xF2, or: 0x25 },
        ),
    ];
    for (request, wrong, right) in writes {
        let mut client = Client::new(LINE);
        ask(&mut client, &DEVICE, &request, ms(0));
        client.receive(&reply(UNIT, &wrong), ms(1));
        assert!(matches!(client.poll(ms(1)), Output::Wait(_)), "{wrong:?}");
        client.receive(&reply(UNIT, &right), ms(50));
        assert_eq!(client.poll(ms(50)), Output::Done(Ok(Some(right))));
    }
}

#[test]
fn an_exception_is_an_error_with_its_reason() {
    let mut client = Client::new(LINE);
    ask(&mut client, &DEVICE, &read_one(), ms(0));
    let function = FunctionCode::READ_HOLDING_REGISTERS;
    let exception = ExceptionCode(0x55);
    client.receive(&reply(UNIT, &Response::Exception { function, exception }), ms(1));
    let refused = TransactionError::Exception { function, exception };
    assert_eq!(client.poll(ms(1)), Output::Done(Err(refused)));
    assert_eq!(client.counts(), Counts { started: 1, sent: 1, exceptions: 1, ..Counts::default() });
}

#[test]
fn silence_noise_and_answers_to_other_requests_are_told_apart() {
    let mut client = Client::new(LINE);
    let outcome = |client: &mut Client, octets: &[u8], begin: Duration| {
        ask(client, &DEVICE, &read_one(), begin);
        assert!(matches!(client.poll(begin + ms(100)), Output::Transmit(_)));
        client.transmitted(begin + ms(100));
        client.receive(octets, begin + ms(101));
        match client.poll(begin + ms(200)) {
            Output::Done(Err(error)) => error,
            other => panic!("{other:?}"),
        }
    };
    let no_reply = TransactionError::NoReply { timeout: RETRY.timeout, attempts: 2 };
    assert_eq!(outcome(&mut client, &[], ms(0)), no_reply);
    let damaged = outcome(&mut client, &[0x11, 0x03, 0x02, 0x00, 0x01, 0xFF, 0xFF], ms(1_000));
    assert!(matches!(damaged, TransactionError::Corrupt(DecodeError::Checksum { .. })));
    let cut = outcome(&mut client, &[0x11, 0x03, 0x02, 0x00], ms(2_000));
    assert!(matches!(cut, TransactionError::Corrupt(DecodeError::Truncated { needed: 7, have: 4 })));
    let other = outcome(&mut client, &reply(UNIT, &registers(&[1, 2])), ms(3_000));
    assert!(matches!(other, TransactionError::Corrupt(DecodeError::Unasked { .. })));
    let counts = Counts { started: 4, sent: 8, no_reply: 1, corrupt: 3, unasked: 1, ..Counts::default() };
    assert_eq!(client.counts(), counts);
}

#[test]
fn a_late_answer_is_not_taken_for_the_next_one() {
    let mut client = Client::new(LINE);
    let device = Device { retry: Retry { retries: 0, ..RETRY }, ..DEVICE };
    ask(&mut client, &device, &read_one(), ms(0));
    assert!(matches!(client.poll(ms(100)), Output::Done(Err(TransactionError::NoReply { .. }))));
    // Between the requests, and while the next one leaves.
    client.receive(&reply(UNIT, &registers(&[1])), ms(110));
    client.start(&device, &read_one()).unwrap();
    let Output::Wait(Some(due)) = client.poll(ms(110)) else { panic!() };
    assert_eq!(due, ms(110) + LINE.pause);
    assert!(matches!(client.poll(due), Output::Transmit(_)));
    client.receive(&reply(UNIT, &registers(&[2])), due);
    client.transmitted(due);
    client.receive(&reply(UNIT, &registers(&[3])), due);
    assert_eq!(client.poll(due), Output::Done(Ok(Some(registers(&[3])))));
}

#[test]
fn a_false_header_costs_a_silence_at_most() {
    let mut client = Client::new(LINE);
    ask(&mut client, &DEVICE, &read_one(), ms(0));
    client.receive(&[0x11, 0x03, 0x02], ms(1));
    let function = FunctionCode::READ_HOLDING_REGISTERS;
    let exception = ExceptionCode::SERVER_DEVICE_BUSY;
    client.receive(&reply(UNIT, &Response::Exception { function, exception }), ms(2));
    let refused = Output::Done(Err(TransactionError::Exception { function, exception }));
    assert_eq!(client.poll(ms(2) + LINE.gap), refused);
}

#[test]
fn our_own_octets_are_not_an_answer() {
    let request = Request::WriteSingleRegister { address: 1, value: 3 };
    let answer = Response::WriteSingleRegister { address: 1, value: 3 };
    let octets = reply(UNIT, &answer);
    let mut client = Client::new(LINE.echoing());
    client.start(&DEVICE, &request).unwrap();
    assert!(matches!(client.poll(ms(0)), Output::Transmit(_)));
    // Some of the echo comes while the request still leaves.
    client.receive(&octets[..3], ms(3));
    client.transmitted(ms(8));
    client.receive(&octets[3..], ms(9));
    assert!(matches!(client.poll(ms(9)), Output::Wait(_)), "that was the echo");
    client.receive(&octets, ms(30));
    assert_eq!(client.poll(ms(30)), Output::Done(Ok(Some(answer))));
}

/// A glitch of the transceiver comes first; nobody answers.
#[test]
fn an_echo_behind_a_glitch_is_not_an_answer() {
    let request = Request::WriteSingleRegister { address: 1, value: 3 };
    let octets = reply(UNIT, &Response::WriteSingleRegister { address: 1, value: 3 });
    let mut client = Client::new(LINE.echoing());
    ask(&mut client, &DEVICE, &request, ms(8));
    client.receive(&[&[0xFF], &octets[..]].concat(), ms(9));
    assert!(matches!(client.poll(ms(9)), Output::Wait(_)));
    client.receive(&octets, ms(30));
    assert!(matches!(client.poll(ms(30)), Output::Done(Ok(Some(_)))));
}

#[test]
fn a_broadcast_ends_when_everybody_had_time() {
    let mut client = Client::new(LINE);
    let request = Request::WriteSingleRegister { address: 1, value: 3 };
    ask(&mut client, &Device::BROADCAST, &request, ms(0));
    assert_eq!(client.poll(ms(199)), Output::Wait(Some(ms(200))));
    assert_eq!(client.poll(ms(200)), Output::Done(Ok(None)));
    let function = FunctionCode::READ_HOLDING_REGISTERS;
    let refused = Err(EncodeError::Broadcast { function });
    assert_eq!(client.start(&Device::BROADCAST, &read_one()), refused);
}

#[test]
fn a_device_that_needs_its_rest_gets_it() {
    let mut client = Client::new(LINE);
    let slow = Device { idle: ms(60), ..DEVICE };
    ask(&mut client, &DEVICE, &read_one(), ms(0));
    client.receive(&reply(UNIT, &registers(&[1])), ms(10));
    assert!(matches!(client.poll(ms(10)), Output::Done(Ok(_))));
    client.start(&slow, &read_one()).unwrap();
    assert_eq!(client.poll(ms(11)), Output::Wait(Some(ms(70))));
    sent(&mut client, ms(70));
    client.receive(&reply(UNIT, &registers(&[1])), ms(80));
    assert!(matches!(client.poll(ms(80)), Output::Done(Ok(_))));
    client.start(&DEVICE, &read_one()).unwrap();
    assert_eq!(client.poll(ms(80)), Output::Wait(Some(ms(80) + LINE.pause)), "the others do not wait");
    client.start(&slow, &read_one()).unwrap();
    client.receive(&[0xA5], ms(100));
    assert_eq!(client.poll(ms(100)), Output::Wait(Some(ms(160))), "counted from the last octet");
    sent(&mut client, ms(160));
    client.receive(&[0xA5], ms(255));
    assert_eq!(client.poll(ms(260)), Output::Wait(Some(ms(315))), "also before it is asked again");
}

#[test]
fn a_line_that_never_falls_silent_defers_a_request_by_its_timeout_at_most() {
    let mut client = Client::new(LINE);
    client.start(&DEVICE, &read_one()).unwrap();
    for now in 0..100 {
        client.receive(&[0xA5], ms(now));
        assert!(matches!(client.poll(ms(now)), Output::Wait(Some(_))), "at {now} ms");
    }
    client.receive(&[0xA5], ms(100));
    assert!(matches!(client.poll(ms(100)), Output::Transmit(_)));
}

/// 125 registers take 2.3 s at 1200 baud; the timeout is 1 s.
#[test]
fn an_answer_that_is_arriving_is_not_talked_into() {
    let line = Line::new(1_200, 11);
    let mut client = Client::new(line);
    let range = Range::new(0, 125).unwrap();
    let device = Device::new(UNIT);
    ask(&mut client, &device, &Request::ReadHoldingRegisters { range }, ms(0));
    let answer = reply(UNIT, &registers(&[7; 125]));
    let mut now = ms(500);
    for octet in &answer[..answer.len() - 1] {
        now += line.octet;
        client.receive(&[*octet], now);
        let Output::Wait(Some(until)) = client.poll(now) else { panic!("at {now:?}") };
        assert!(until > now);
    }
    now += line.octet;
    client.receive(&answer[answer.len() - 1..], now);
    assert!(matches!(client.poll(now), Output::Done(Ok(Some(_)))), "at {now:?}");
}

#[test]
fn a_wait_never_ends_in_the_past() {
    for line in [LINE, Line::strict(9_600, 11)] {
        let mut client = Client::new(line);
        ask(&mut client, &DEVICE, &read_one(), ms(0));
        for now in (0..400).map(ms) {
            client.receive(&[0xA5], now);
            match client.poll(now) {
                Output::Wait(until) => assert!(until.is_none_or(|until| until > now), "at {now:?}"),
                Output::Transmit(_) => client.transmitted(now),
                Output::Done(_) => break,
            }
        }
    }
}

#[test]
fn an_order_to_listen_only_is_not_answered() {
    let mut client = Client::new(LINE);
    let diagnostic = Diagnostic::FORCE_LISTEN_ONLY_MODE;
    ask(&mut client, &DEVICE, &Request::Diagnostics { diagnostic, data: (&[0]).into() }, ms(0));
    assert_eq!(client.poll(ms(100)), Output::Done(Ok(None)));
}

#[test]
fn bits_come_as_many_as_were_asked_for() {
    let mut client = Client::new(LINE);
    ask(&mut client, &DEVICE, &Request::ReadCoils { range: Range::new(0, 3).unwrap() }, ms(0));
    let coils = &[true, false, true];
    client.receive(&reply(UNIT, &Response::ReadCoils { coils: coils.into() }), ms(1));
    assert_eq!(client.poll(ms(1)), Output::Done(Ok(Some(Response::ReadCoils { coils: coils.into() }))));
}

#[test]
fn a_users_function_is_answered_up_to_a_silence() {
    let mut client = Client::new(LINE);
    let request = Request::Other { function: FunctionCode(0x41), data: &[1, 2] };
    let answer = Response::Other { function: FunctionCode(0x41), data: &[3] };
    ask(&mut client, &DEVICE, &request, ms(0));
    client.receive(&reply(UNIT, &answer), ms(1));
    assert_eq!(client.poll(ms(1)), Output::Wait(Some(ms(1) + LINE.gap)));
    assert_eq!(client.poll(ms(1) + LINE.gap), Output::Done(Ok(Some(answer))));
}

#[test]
fn deviations_are_taken_from_the_device_that_has_them() {
    let range = Range::new(0, 2).unwrap();
    let read = Request::ReadHoldingRegisters { range };
    let counted = Frame { unit: UNIT, pdu: &[0x03, 2, 0, 1, 0, 2] }.encode(&mut [0; 16]).unwrap().to_vec();
    let wide = registers(&[0, 1, 0, 2]);
    let exception = Response::Exception {
        function: FunctionCode::READ_HOLDING_REGISTERS,
        exception: ExceptionCode::ILLEGAL_DATA_ADDRESS,
    };
    let bare = reply(UNIT, &exception)[..3].to_vec();
    let outcome = |octets: &[u8], dialect: Dialect| {
        let mut client = Client::new(LINE);
        let device = Device { dialect, retry: Retry { retries: 0, ..RETRY }, ..DEVICE };
        ask(&mut client, &device, &read, ms(0));
        client.receive(octets, ms(1));
        let early = client.poll(ms(1) + LINE.gap);
        match early {
            Output::Done(Ok(Some(Response::ReadHoldingRegisters { registers }))) => {
                Ok(registers.iter().collect())
            }
            Output::Done(Err(error)) => Err(error),
            _ => match client.poll(ms(100)) {
                Output::Done(Err(error)) => Err(error),
                other => panic!("{other:?}"),
            },
        }
    };
    let strict = Dialect::STRICT;
    for octets in [&counted, &reply(UNIT, &wide), &bare] {
        assert!(matches!(outcome(octets, strict), Err(TransactionError::Corrupt(_))), "{octets:?}");
    }
    assert_eq!(outcome(&counted, Dialect { count_of_registers: true, ..strict }), Ok(vec![1, 2]));
    let wide_registers = Dialect { wide_registers: true, ..strict };
    assert_eq!(outcome(&reply(UNIT, &wide), wide_registers), Ok(vec![0, 1, 0, 2]));
    let refused = outcome(&bare, Dialect { exception_without_checksum: true, ..strict });
    assert!(matches!(refused, Err(TransactionError::Exception { .. })));
}
