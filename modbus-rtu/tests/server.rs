//! The answering side of a line.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::time::Duration;

use modbus_rtu::{
    Access, Bank, Conformity, Diagnostic, ExceptionCode, FileRange, FileRecord, Frame, FunctionCode,
    Functions, Handler, Line, Machine, Object, ObjectId, Output, Range, RegistersOut, Request, Respond,
    Response, Server, Unit, UnitId, Writer,
};

const LINE: Line = Line::new(9_600, 11);
const UNIT: UnitId = UnitId(3);

fn frame(unit: u8, pdu: &[u8]) -> Vec<u8> {
    Frame { unit: UnitId(unit), pdu }.encode(&mut [0; 256]).unwrap().to_vec()
}

/// What a server answers to octets that come at once, after a silence.
fn hear<R: Respond + 'static>(server: &mut Server<R>, octets: &[u8], now: &mut Duration) -> Option<Vec<u8>> {
    *now += Duration::from_secs(1);
    server.receive(octets, *now);
    *now += LINE.pause;
    match server.poll(*now) {
        Output::Transmit(octets) => Some(Frame::decode(octets).unwrap().pdu.to_vec()),
        _ => None,
    }
}

fn ask<R: Respond + 'static>(server: &mut Server<R>, unit: u8, pdu: &[u8]) -> Option<Vec<u8>> {
    let mut now = Duration::ZERO;
    hear(server, &frame(unit, pdu), &mut now)
}

fn bank() -> Server<Unit<Bank<10, 10, 4, 2>>> {
    let mut bank = Bank::new();
    bank.holding_registers = [10, 20, 30, 40];
    bank.input_registers = [7, 8];
    bank.discrete_inputs[9] = true;
    Server::new(Unit::new(UNIT, bank), LINE)
}

#[test]
fn a_bank_answers_and_refuses() {
    let mut server = bank();
    for (request, answer) in [
        (&[3, 0, 1, 0, 2][..], &[3, 4, 0, 20, 0, 30][..]),
        (&[4, 0, 0, 0, 2], &[4, 4, 0, 7, 0, 8]),
        (&[2, 0, 8, 0, 2], &[2, 1, 0b10]),
        (&[5, 0, 3, 0xFF, 0], &[5, 0, 3, 0xFF, 0]),
        (&[15, 0, 8, 0, 2, 1, 0b11], &[15, 0, 8, 0, 2]),
        (&[1, 0, 0, 0, 10], &[1, 2, 0b1000, 0b11]),
        (&[6, 0, 0, 0, 9], &[6, 0, 0, 0, 9]),
        (&[16, 0, 2, 0, 2, 4, 1, 2, 3, 4], &[16, 0, 2, 0, 2]),
        (&[3, 0, 0, 0, 4], &[3, 8, 0, 9, 0, 20, 1, 2, 3, 4]),
        (&[22, 0, 2, 0xFF, 0x00, 0x00, 0x25], &[22, 0, 2, 0xFF, 0x00, 0x00, 0x25]),
        (&[23, 0, 2, 0, 1, 0, 3, 0, 1, 2, 5, 5], &[23, 2, 0x01, 0x25]),
        (&[3, 0, 3, 0, 1], &[3, 2, 5, 5]),
    ] {
        assert_eq!(ask(&mut server, 3, request).unwrap(), answer, "{request:?}");
    }
}

/// First the function, then the fields, then the addresses.
#[test]
fn a_request_is_refused_for_the_first_thing_that_is_wrong() {
    let mut server = bank();
    for (request, code) in [
        (&[0x18, 0, 0][..], 1),
        (&[0x18, 0], 1),
        (&[0x41, 1, 2], 1),
        (&[3, 0, 9, 0, 126], 3),
        (&[3, 0, 0, 0, 0], 3),
        (&[3, 0, 3, 0, 2], 2),
        (&[3, 0xFF, 0xFF, 0, 2], 2),
        (&[5, 0, 50, 0x12, 0x34], 3),
        (&[5, 0, 50, 0xFF, 0], 2),
        (&[16, 0, 9, 0, 1, 3, 0, 0, 0], 3),
        (&[16, 0, 9, 0, 1, 2, 0, 0], 2),
        (&[23, 0, 9, 0, 1, 0, 0, 0, 1, 2, 0, 0], 2),
        (&[8, 0, 0x15, 0, 0], 1),
        (&[8, 0, 2, 0, 1], 3),
    ] {
        let mut unit = Unit::new(UNIT, Bank::<10, 10, 4, 2>::new());
        let mut reply = [0; 256];
        let request = Frame { unit: UNIT, pdu: request };
        let answer = Frame::decode(unit.answer(&request, &mut reply)).unwrap();
        assert_eq!(answer.pdu, [request.pdu[0] | 0x80, code], "{request:?}");
    }
    assert_eq!(server.units().handler().holding_registers, [10, 20, 30, 40]);
    assert_eq!(ask(&mut server, 3, &[23, 0, 9, 0, 1, 0, 0, 0, 1, 2, 0, 0]).unwrap(), [0x97, 2]);
    assert_eq!(server.units().handler().holding_registers, [10, 20, 30, 40], "refused, so not written");
}

#[test]
fn others_are_ignored_and_broadcasts_obeyed_in_silence() {
    let mut server = bank();
    assert_eq!(ask(&mut server, 4, &[6, 0, 0, 0, 8]), None);
    assert_eq!(server.units().handler().holding_registers[0], 10);
    assert_eq!(ask(&mut server, 0, &[6, 0, 1, 0, 7]), None);
    assert_eq!(server.units().handler().holding_registers[1], 7);
    assert_eq!(ask(&mut server, 0, &[3, 0, 1, 0, 1]), None);
}

#[test]
fn a_reply_waits_for_the_pause_and_is_dropped_if_the_client_goes_on() {
    let mut server = bank();
    let request = frame(3, &[3, 0, 0, 0, 1]);
    server.receive(&request, Duration::ZERO);
    assert_eq!(server.poll(Duration::ZERO), Output::Wait(Some(LINE.pause)));
    // A glitch of the client's transceiver is not a frame.
    server.receive(&[0], LINE.pause / 2);
    assert_eq!(server.poll(LINE.pause), Output::Wait(Some(LINE.pause * 3 / 2)));
    assert!(matches!(server.poll(LINE.pause * 3 / 2), Output::Transmit(_)));

    let now = Duration::from_secs(1);
    server.receive(&request, now);
    server.receive(&frame(4, &[3, 0, 0, 0, 1]), now);
    assert_eq!(server.poll(now), Output::Wait(Some(now + LINE.gap)));
    assert_eq!(server.poll(now + LINE.gap), Output::Wait(None));
}

#[test]
fn a_silence_ends_what_came_before() {
    let mut server = bank();
    let request = frame(3, &[3, 0, 0, 0, 1]);
    // The header of a long write swallows the next request, if that comes at once.
    let swallowing = [&[3, 0x10, 0, 0, 0, 100, 200], &request[..]].concat();
    server.receive(&swallowing, Duration::ZERO);
    let reply = frame(3, &[3, 2, 0, 10]);
    let octets = match server.poll(LINE.gap) {
        Output::Transmit(octets) => octets.to_vec(),
        other => panic!("{other:?}"),
    };
    assert_eq!(octets, reply, "it comes to light in the silence");

    let now = Duration::from_secs(1);
    server.receive(&swallowing[..7], now);
    let later = now + LINE.gap + LINE.time(request.len());
    server.receive(&request, later);
    assert_eq!(server.poll(later + LINE.pause), Output::Transmit(&reply));
}

#[test]
fn the_traffic_of_other_units_passes() {
    let mut server = bank();
    let mut now = Duration::ZERO;
    for _ in 0..100 {
        // Unit 2 is asked and answers with what looks like headers; then unit 3 is asked, without a pause.
        let others = [frame(2, &[3, 0, 0, 0, 2]), frame(2, &[3, 4, 0x00, 0x41, 0x00, 0x42])].concat();
        let octets = [others, frame(3, &[3, 0, 1, 0, 1])].concat();
        assert_eq!(hear(&mut server, &octets, &mut now).unwrap(), [3, 2, 0, 20]);
    }
}

/// What looks like a request to unit 3 inside the frames of others is none.
#[test]
fn frames_of_others_are_not_looked_into() {
    let mut server = bank();
    let inside = frame(3, &[6, 0, 0, 0xBE, 0xEF]);
    let write = [&[0x10, 0, 0, 0, 4, 8][..], &inside].concat();
    let answer = [&[3, 8][..], &inside].concat();
    for pdu in [write, answer] {
        let mut now = Duration::ZERO;
        assert_eq!(hear(&mut server, &frame(9, &pdu), &mut now), None, "{pdu:02X?}");
    }
    assert_eq!(server.units().handler().holding_registers[0], 10);
}

/// Their length cannot be told, so a silence has to end them.
#[test]
fn impossible_counts_are_refused() {
    for pdu in [
        &[0x10, 0, 0, 0, 0, 0][..],
        &[0x0F, 0, 0, 0, 0, 0],
        &[0x10, 0, 0, 0, 1, 3, 0, 0, 0],
        &[0x17, 0, 0, 0, 1, 0, 0, 0, 0, 0],
    ] {
        let mut server = bank();
        server.receive(&frame(3, pdu), Duration::ZERO);
        let Output::Transmit(octets) = server.poll(LINE.gap) else { panic!("{pdu:02X?}") };
        assert_eq!(Frame::decode(octets).unwrap().pdu, [pdu[0] | 0x80, 3]);
    }
}

#[test]
fn zeros_behind_a_request_are_no_reason_to_be_silent() {
    let mut server = bank();
    let octets = [frame(3, &[3, 0, 0, 0, 1]), vec![0; 9]].concat();
    assert_eq!(hear(&mut server, &octets, &mut { Duration::ZERO }).unwrap(), [3, 2, 0, 10]);
}

/// Nobody told it that the line echoes, and a write is answered with itself.
#[test]
fn a_server_does_not_take_its_own_answer_for_a_request() {
    let mut server = bank();
    let request = frame(3, &[6, 0, 0, 0, 9]);
    server.receive(&request, Duration::ZERO);
    assert!(matches!(server.poll(LINE.pause), Output::Transmit(_)));
    let left = LINE.pause + LINE.time(8);
    server.transmitted(left);
    server.receive(&request, left);
    assert_eq!(server.poll(left + LINE.gap), Output::Wait(None));
    let now = Duration::from_secs(1);
    server.receive(&request, now);
    assert!(matches!(server.poll(now + LINE.pause), Output::Transmit(_)), "the same request again");
}

#[test]
fn a_server_that_hears_itself_does_not_answer_itself() {
    let line = LINE.echoing();
    let mut server = Server::new(Unit::new(UNIT, Bank::<0, 0, 4, 0>::new()), line);
    let request = frame(3, &[6, 0, 0, 0, 9]);
    server.receive(&request, Duration::ZERO);
    let Output::Transmit(reply) = server.poll(line.pause) else { panic!() };
    let reply = reply.to_vec();
    assert_eq!(reply, request, "a write is answered with itself");
    server.receive(&reply[..5], line.pause * 2);
    server.receive(&reply[5..], line.pause * 3);
    assert_eq!(server.poll(line.pause * 30), Output::Wait(None));
    let now = Duration::from_secs(1);
    server.receive(&request, now);
    assert!(matches!(server.poll(now + line.pause), Output::Transmit(_)), "the same request again");
}

#[test]
fn several_units_answer_each_for_itself() {
    let unit = |id| Unit::new(UnitId(id), Bank::<0, 0, 1, 0>::new());
    let mut server = Server::new(([unit(1), unit(2)], Unit::new(UnitId(9), Everything)), LINE);
    for id in [1, 2] {
        assert_eq!(ask(&mut server, id, &[6, 0, 0, 0, id]).unwrap(), [6, 0, 0, 0, id]);
    }
    assert_eq!(ask(&mut server, 1, &[3, 0, 0, 0, 1]).unwrap(), [3, 2, 0, 1]);
    assert_eq!(ask(&mut server, 2, &[3, 0, 0, 0, 1]).unwrap(), [3, 2, 0, 2]);
    assert_eq!(ask(&mut server, 9, &[7]).unwrap(), [7, 0x6D]);
    assert_eq!(ask(&mut server, 3, &[7]), None);
    assert_eq!(ask(&mut server, 0, &[6, 0, 0, 0, 5]), None);
    assert_eq!(ask(&mut server, 1, &[3, 0, 0, 0, 1]).unwrap(), [3, 2, 0, 5]);
    assert_eq!(ask(&mut server, 2, &[3, 0, 0, 0, 1]).unwrap(), [3, 2, 0, 5]);
}

fn diagnose(server: &mut Server<Unit<Bank<10, 10, 4, 2>>>, diagnostic: Diagnostic, word: u16) -> Option<u16> {
    let data = [word];
    let request = Request::Diagnostics { diagnostic, data: (&data).into() };
    let mut buffer = [0; 256];
    let answer = ask(server, 3, request.encode(&mut buffer).unwrap())?;
    match Response::decode(&answer).unwrap() {
        Response::Diagnostics { diagnostic: answered, data } => {
            assert_eq!(answered, diagnostic);
            data.at(0)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_happens_on_the_line_is_counted() {
    let mut server = bank();
    ask(&mut server, 3, &[3, 0, 0, 0, 1]);
    ask(&mut server, 3, &[3, 0, 9, 0, 1]);
    ask(&mut server, 4, &[3, 0, 0, 0, 1]);
    ask(&mut server, 0, &[6, 0, 0, 0, 1]);
    let mut damaged = frame(3, &[3, 0, 0, 0, 1]);
    damaged[3] ^= 1;
    let mut now = Duration::from_secs(9);
    assert_eq!(hear(&mut server, &damaged, &mut now), None);
    server.poll(Duration::from_secs(20));
    server.overrun();
    for (diagnostic, count) in [
        (Diagnostic::RETURN_BUS_MESSAGE_COUNT, 6),
        (Diagnostic::RETURN_BUS_COMMUNICATION_ERROR_COUNT, 1),
        (Diagnostic::RETURN_BUS_EXCEPTION_ERROR_COUNT, 1),
        (Diagnostic::RETURN_SERVER_MESSAGE_COUNT, 7),
        (Diagnostic::RETURN_SERVER_NO_RESPONSE_COUNT, 1),
        (Diagnostic::RETURN_SERVER_NAK_COUNT, 0),
        (Diagnostic::RETURN_SERVER_BUSY_COUNT, 0),
        (Diagnostic::RETURN_BUS_CHARACTER_OVERRUN_COUNT, 1),
        (Diagnostic::RETURN_DIAGNOSTIC_REGISTER, 0),
    ] {
        assert_eq!(diagnose(&mut server, diagnostic, 0), Some(count), "{diagnostic:?}");
    }
    // Two requests and nine diagnostics succeeded.
    assert_eq!(ask(&mut server, 3, &[0x0B]).unwrap(), [0x0B, 0, 0, 0, 11]);
    let log = ask(&mut server, 3, &[0x0C]).unwrap();
    assert_eq!((log[0], log[1] as usize, &log[2..6]), (0x0C, log.len() - 2, &[0, 0, 0, 11][..]));
    assert_eq!(&log[8..12], [0x80, 0x40, 0x80, 0x40], "the request for the log, and before it answers");
    assert!(log[8..].contains(&0xC0) && log[8..].contains(&0x41) && log[8..].contains(&0x90));
    assert_eq!(diagnose(&mut server, Diagnostic::CLEAR_COUNTERS, 0), Some(0));
    assert_eq!(diagnose(&mut server, Diagnostic::RETURN_SERVER_MESSAGE_COUNT, 0), Some(1));
}

#[test]
fn every_unit_counts_what_is_on_the_line() {
    let unit = |id| Unit::new(UnitId(id), Bank::<0, 0, 1, 0>::new());
    let mut server = Server::new([unit(1), unit(2)], LINE.buffered(Duration::from_millis(50)));
    for id in [1, 1, 2, 7] {
        ask(&mut server, id, &[3, 0, 0, 0, 1]);
    }
    // The question counts too.
    assert_eq!(ask(&mut server, 1, &[8, 0, 0x0B, 0, 0]).unwrap(), [8, 0, 0x0B, 0, 5]);
    assert_eq!(ask(&mut server, 2, &[8, 0, 0x0B, 0, 0]).unwrap(), [8, 0, 0x0B, 0, 6]);
    assert_eq!(ask(&mut server, 1, &[8, 0, 0x0C, 0, 0]).unwrap(), [8, 0, 0x0C, 0, 0]);
}

#[test]
fn a_unit_that_only_listens_neither_acts_nor_answers_until_it_is_restarted() {
    let mut server = bank();
    assert_eq!(diagnose(&mut server, Diagnostic::FORCE_LISTEN_ONLY_MODE, 0), None);
    assert_eq!(ask(&mut server, 3, &[6, 0, 0, 0, 1]), None);
    assert_eq!(server.units().handler().holding_registers[0], 10);
    assert_eq!(diagnose(&mut server, Diagnostic::RETURN_BUS_MESSAGE_COUNT, 0), None);
    assert_eq!(diagnose(&mut server, Diagnostic::RESTART_COMMUNICATIONS_OPTION, 0xFF00), None);
    assert_eq!(diagnose(&mut server, Diagnostic::RETURN_SERVER_MESSAGE_COUNT, 0), Some(1));
    assert_eq!(ask(&mut server, 3, &[0x0C]).unwrap()[8..], [0x80, 0x40, 0x80, 0x00]);
    let echo = diagnose(&mut server, Diagnostic::RESTART_COMMUNICATIONS_OPTION, 0);
    assert_eq!(echo, Some(0), "it answers if it was not silent before");
}

/// A unit with every function that a bank has not.
struct Everything;

const OBJECTS: [&str; 4] = ["ACME", "D1", "1.0", "http://example.org"];

impl Handler for Everything {
    const FUNCTIONS: Functions = Functions::ALL;
    const CONFORMITY: Conformity = Conformity::EXTENDED;

    fn read_exception_status(&mut self) -> Result<u8, ExceptionCode> {
        Ok(0x6D)
    }

    fn report_server_id(&mut self, out: &mut Writer<'_>) -> Result<(), ExceptionCode> {
        out.put(b"BC\xFF");
        Ok(())
    }

    fn read_file_record(
        &mut self,
        range: FileRange,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        out.extend((range.record..).take(range.length.into()));
        if range.file == 1 { Ok(()) } else { Err(ExceptionCode::ILLEGAL_DATA_ADDRESS) }
    }

    fn write_file_record(&mut self, record: FileRecord<'_>) -> Result<(), ExceptionCode> {
        if record.file == 1 { Ok(()) } else { Err(ExceptionCode::ILLEGAL_DATA_ADDRESS) }
    }

    fn read_fifo_queue(&mut self, address: u16, out: &mut RegistersOut<'_>) -> Result<(), ExceptionCode> {
        out.extend(0..address);
        Ok(())
    }

    fn read_holding_registers(
        &mut self,
        range: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        // One too few.
        out.extend(1..range.quantity());
        Ok(())
    }

    fn object(&mut self, id: ObjectId) -> Option<&[u8]> {
        match id.0 {
            0x80.. => Some(&[b'x'; 200]),
            id => OBJECTS.get(usize::from(id)).map(|text| text.as_bytes()),
        }
    }

    fn encapsulated_interface(
        &mut self,
        interface: u8,
        data: &[u8],
        out: &mut Writer<'_>,
    ) -> Result<(), ExceptionCode> {
        out.put(data);
        if interface == 0x0D { Ok(()) } else { Err(ExceptionCode::ILLEGAL_FUNCTION) }
    }

    fn other(
        &mut self,
        function: FunctionCode,
        data: &[u8],
        out: &mut Writer<'_>,
    ) -> Result<(), ExceptionCode> {
        out.put(data);
        out.put(&[0; 240]);
        if function.0 == 0x41 { Ok(()) } else { Err(ExceptionCode::ILLEGAL_FUNCTION) }
    }
}

#[test]
fn the_rarer_functions_are_answered() {
    let mut unit = Unit::new(UNIT, Everything);
    let mut answer = |pdu: &[u8]| {
        let mut reply = [0; 256];
        Frame::decode(unit.answer(&Frame { unit: UNIT, pdu }, &mut reply)).unwrap().pdu.to_vec()
    };
    assert_eq!(answer(&[0x07]), [0x07, 0x6D]);
    assert_eq!(answer(&[0x11]), [0x11, 3, b'B', b'C', 0xFF]);
    let read = [0x14, 14, 6, 0, 1, 0, 5, 0, 1, 6, 0, 1, 0, 9, 0, 2];
    assert_eq!(answer(&read), [0x14, 10, 3, 6, 0, 5, 5, 6, 0, 9, 0, 10]);
    assert_eq!(answer(&[0x14, 7, 6, 0, 2, 0, 5, 0, 1]), [0x94, 2]);
    assert_eq!(answer(&[0x14, 7, 5, 0, 1, 0, 5, 0, 1]), [0x94, 2], "another reference type");
    let write = [0x15, 9, 6, 0, 1, 0, 5, 0, 1, 7, 7];
    assert_eq!(answer(&write), write);
    assert_eq!(answer(&[0x18, 0, 2]), [0x18, 0, 6, 0, 2, 0, 0, 0, 1]);
    assert_eq!(answer(&[0x18, 0, 31]).len(), 5 + 62);
    assert_eq!(answer(&[0x18, 0, 32]), [0x98, 3]);
    assert_eq!(answer(&[0x18, 1, 0]), [0x98, 3]);
    assert_eq!(answer(&[0x2B, 0x0D, 1, 2]), [0x2B, 0x0D, 1, 2]);
    assert_eq!(answer(&[0x2B, 0x0C]), [0xAB, 1]);
    assert_eq!(answer(&[0x41, 1])[..3], [0x41, 1, 0]);
    assert_eq!(answer(&[0x41; 20]), [0xC1, 4], "an answer too long for a frame");
    assert_eq!(answer(&[0x03, 0, 0, 0, 2]), [0x83, 4], "a handler that gives too few values");
    assert_eq!(answer(&[0x08, 0, 0, 0xA5, 0x37, 1, 2]), [0x08, 0, 0, 0xA5, 0x37, 1, 2]);
}

#[test]
fn an_identification_is_read_in_pieces() {
    let mut unit = Unit::new(UNIT, Everything);
    let mut ask = |access: Access, object: u8| {
        let request = Request::ReadDeviceIdentification { access, object: ObjectId(object) };
        let (mut buffer, mut reply) = ([0; 256], [0; 256]);
        let request = Frame { unit: UNIT, pdu: request.encode(&mut buffer).unwrap() };
        let answer = Frame::decode(unit.answer(&request, &mut reply)).unwrap();
        match Response::decode(answer.pdu).unwrap() {
            Response::ReadDeviceIdentification { more, next, objects, .. } => {
                let ids: Vec<u8> = objects.iter().map(|Object { id, .. }| id.0).collect();
                Ok((ids, more.then_some(next.0)))
            }
            Response::Exception { exception, .. } => Err(exception.0),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(ask(Access::Basic, 0), Ok((vec![0, 1, 2], None)));
    assert_eq!(ask(Access::Basic, 1), Ok((vec![1, 2], None)));
    assert_eq!(ask(Access::Basic, 3), Ok((vec![0, 1, 2], None)), "not of this stream: from the start");
    assert_eq!(ask(Access::Regular, 0x20), Ok((vec![0, 1, 2, 3], None)));
    assert_eq!(ask(Access::Extended, 0), Ok((vec![0, 1, 2, 3, 0x80], Some(0x81))));
    assert_eq!(ask(Access::Extended, 0x81), Ok((vec![0x81], Some(0x82))));
    assert_eq!(ask(Access::Extended, 0xFF), Ok((vec![0xFF], None)));
    assert_eq!(ask(Access::Individual, 3), Ok((vec![3], None)));
    assert_eq!(ask(Access::Individual, 4), Err(2));
}

/// Says that it has every function, and has none.
struct Boaster;

impl Handler for Boaster {
    const FUNCTIONS: Functions = Functions::ALL;
}

#[test]
fn what_a_handler_does_not_override_is_an_illegal_function() {
    let mut server = Server::new(Unit::new(UNIT, Boaster), LINE);
    for request in [
        &[1, 0, 0, 0, 1][..],
        &[2, 0, 0, 0, 1],
        &[3, 0, 0, 0, 1],
        &[4, 0, 0, 0, 1],
        &[5, 0, 0, 0xFF, 0],
        &[6, 0, 0, 0, 1],
        &[7],
        &[15, 0, 0, 0, 1, 1, 1],
        &[16, 0, 0, 0, 1, 2, 0, 0],
        &[17],
        &[20, 7, 6, 0, 1, 0, 0, 0, 1],
        &[21, 9, 6, 0, 1, 0, 0, 0, 1, 0, 0],
        &[22, 0, 0, 0, 0, 0, 0],
        &[23, 0, 0, 0, 1, 0, 0, 0, 1, 2, 0, 0],
        &[24, 0, 0],
        &[43, 13, 0],
        &[65, 1],
    ] {
        assert_eq!(ask(&mut server, 3, request).unwrap(), [request[0] | 0x80, 1], "{request:?}");
    }
    // An object that it does not have.
    assert_eq!(ask(&mut server, 3, &[43, 14, 4, 0]).unwrap(), [0xAB, 2]);
}
