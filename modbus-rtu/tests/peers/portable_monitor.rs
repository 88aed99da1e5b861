//! The frames that the portable monitor's document prints, with the checksums that they lack.

use super::*;

const DEVICE: Device = Device { unit: UnitId(1), ..ONCE };
const IN_DIALECT: Device = Device { dialect: monitor::DIALECT, ..DEVICE };

/// What the document prints: registers are counted instead of octets, and four octets are left out.
const PRINTED: [u8; 13] = [0x01, 0x03, 0x07, 0, 0, 0, 0x50, 0x12, 0x07, 0x01, 0x09, 0x0C, 0x22];
/// The same with the four octets of the measured value.
const WHOLE: [u8; 17] =
    [0x01, 0x03, 0x07, 0x41, 0xC8, 0, 0, 0, 0, 0, 0x50, 0x12, 0x07, 0x01, 0x09, 0x0C, 0x22];
const CLOCK: [u8; 12] = [0x01, 0x10, 0x00, 0x04, 0x00, 0x03, 0x12, 0x07, 0x01, 0x09, 0x0C, 0x22];

#[test]
fn the_registers_are_read_with_the_printed_request() {
    let mut client = Client::new(LINE);
    let read = monitor::MAP.reads(0, 125).next().unwrap();
    let sent = ask(&mut client, &DEVICE, &read.request(), ms(0));
    assert_eq!(sent, framed(&[0x01, 0x03, 0x00, 0x00, 0x00, 0x07]));
}

#[test]
fn the_printed_answer_is_refused_and_the_error_says_why() {
    let octets = framed(&PRINTED);
    let pdu = Frame::decode(&octets).unwrap().pdu;
    let error = Response::decode(pdu).unwrap_err();
    assert_eq!(error.to_string(), "a byte count of 7 is impossible for read holding registers");
    assert_eq!(monitor::DIALECT.response(pdu), Err(error), "in no dialect are the octets left out");
    for device in [DEVICE, IN_DIALECT] {
        let mut client = Client::new(LINE);
        ask(&mut client, &device, &super::read(0, 7), ms(0));
        client.receive(&octets, ms(100));
        let Some(Err(TransactionError::Corrupt(_))) = end(&mut client, ms(1_000)) else { panic!() };
    }
}

#[test]
fn an_answer_that_counts_registers_is_taken_in_dialect() {
    let octets = framed(&WHOLE);
    let mut client = Client::new(LINE);
    ask(&mut client, &DEVICE, &super::read(0, 7), ms(0));
    client.receive(&octets, ms(100));
    assert!(matches!(end(&mut client, ms(1_000)), Some(Err(TransactionError::Corrupt(_)))));

    ask(&mut client, &IN_DIALECT, &super::read(0, 7), ms(2_000));
    client.receive(&octets, ms(2_100));
    let Output::Done(Ok(Some(response))) = client.poll(ms(2_100)) else { panic!() };
    let read = monitor::MAP.reads(0, 125).next().unwrap();
    let said: Vec<String> =
        read.readings(&response).map(|(point, value)| format!("{} {value}", point.name)).collect();
    let expected =
        ["measured value 25", "alarm 0", "card fault 0", "battery 80", "clock 2018-07-01T09:12:34"];
    assert_eq!(said, expected);
}

#[test]
fn a_decoder_in_dialect_finds_an_answer_that_counts_registers() {
    let (request, answer) = (framed(&[0x01, 0x03, 0x00, 0x00, 0x00, 0x07]), framed(&WHOLE));
    let asked = Asked::new(&request).unwrap();
    for (expect, octets) in [
        (Expect::ResponseTo(asked), answer.clone()),
        (Expect::Both, [&request[..], &answer].concat()),
        (Expect::Responses, answer.clone()),
    ] {
        let mut decoder: Decoder = Decoder::new(expect).in_dialect(monitor::DIALECT);
        decoder.feed(&octets);
        decoder.silence();
        let mut last = None;
        while let Some(result) = decoder.frame() {
            last = Some(result.map(|frame| frame.pdu.to_vec()));
        }
        assert_eq!(last, Some(Ok(WHOLE[1..].to_vec())), "{expect:?}");
    }
}

#[test]
fn a_write_without_a_byte_count_is_read_and_written_in_dialect() {
    let octets = framed(&CLOCK);
    let pdu = Frame::decode(&octets).unwrap().pdu;
    let error = Request::decode(pdu).unwrap_err();
    assert_eq!(error.to_string(), "a byte count of 18 is impossible for write multiple registers");
    let registers = [0x1207, 0x0109, 0x0C22];
    let request = Request::WriteMultipleRegisters { start: 4, registers: (&registers).into() };
    assert_eq!(monitor::DIALECT.request(pdu), Ok(request));
    let mut client = Client::new(LINE);
    assert_eq!(ask(&mut client, &IN_DIALECT, &request, ms(0)), octets);
    client.receive(&framed(&[0x01, 0x03, 0x02, 0x00, 0x01]), ms(100));
    assert_eq!(end(&mut client, ms(100)), None, "what is printed as its answer is that of a read");
    client.receive(&framed(&[0x01, 0x10, 0x00, 0x04, 0x00, 0x03]), ms(200));
    assert!(end(&mut client, ms(200)).unwrap().is_ok());

    let mut strict: Decoder = Decoder::new(Expect::Requests);
    strict.feed(&octets);
    strict.silence();
    assert!(strict.frame().unwrap().is_err());
    let mut decoder: Decoder = Decoder::new(Expect::Requests).in_dialect(monitor::DIALECT);
    decoder.feed(&octets);
    assert_eq!(decoder.frame(), Some(Ok(Frame { unit: UnitId(1), pdu })));
}

#[test]
fn its_regular_frames_are_taken_strictly() {
    let mut client = Client::new(LINE);
    let sent = ask(&mut client, &DEVICE, &super::read(9, 1), ms(0));
    assert_eq!(sent, framed(&[0x01, 0x03, 0x00, 0x09, 0x00, 0x01]));
    client.receive(&framed(&[0x01, 0x03, 0x02, 0x00, 0x01]), ms(100));
    let taken = "ReadHoldingRegisters { registers: [1] }".to_string();
    assert_eq!(end(&mut client, ms(100)), Some(Ok(taken)));
    let reset = Request::WriteSingleRegister { address: monitor::RESET, value: monitor::RESET_VALUE };
    let sent = ask(&mut client, &DEVICE, &reset, ms(200));
    assert_eq!(sent, framed(&[0x01, 0x06, 0x00, 0x0B, 0x00, 0xAA]));
    client.receive(&sent, ms(300));
    assert!(end(&mut client, ms(300)).unwrap().is_ok());
}
