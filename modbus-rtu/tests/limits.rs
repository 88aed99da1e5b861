//! The longest PDU of each function is taken in both directions, and one that is longer by the least is not.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use modbus_rtu::{
    Access, Bits, Conformity, Decoder, Diagnostic, EncodeError, Expect, FileRange, FileRecord, Frame,
    FunctionCode, Object, ObjectId, Range, Registers, Request, Response, UnitId, checksum,
};

fn framed(pdu: &[u8]) -> Vec<u8> {
    let body = [&[0x11], pdu].concat();
    [&body[..], &checksum(&body).to_le_bytes()].concat()
}

/// A head and as many octets of a pattern as are to follow.
fn filled(head: &[u8], octets: usize) -> Vec<u8> {
    head.iter().copied().chain((1..=250).cycle().take(octets)).collect()
}

/// A function, its byte count, and as many equal parts as are to follow.
fn parts(function: u8, part: &[u8], count: usize) -> Vec<u8> {
    let octets = part.repeat(count);
    [&[function, octets.len() as u8], &octets[..]].concat()
}

fn request(octets: &[u8]) -> Result<Vec<u8>, String> {
    let frame = Frame::decode(octets).map_err(|error| error.to_string())?;
    let request = Request::decode(frame.pdu).map_err(|error| error.to_string())?;
    Ok(request.encode_frame(frame.unit, &mut [0; Frame::MAX_LEN]).unwrap().to_vec())
}

fn response(octets: &[u8]) -> Result<Vec<u8>, String> {
    let frame = Frame::decode(octets).map_err(|error| error.to_string())?;
    let response = Response::decode(frame.pdu).map_err(|error| error.to_string())?;
    Ok(response.encode_frame(frame.unit, &mut [0; Frame::MAX_LEN]).unwrap().to_vec())
}

fn found(expect: Expect, octets: &[u8]) -> Option<Vec<u8>> {
    let mut decoder: Decoder = Decoder::new(expect);
    decoder.feed(octets);
    decoder.silence();
    let frame = decoder.frame()?.ok()?;
    Some(framed(frame.pdu))
}

const RANGE: [u8; 7] = [6, 0, 4, 0, 1, 0, 1];

#[test]
fn the_longest_requests_are_taken() {
    for pdu in [
        filled(&[0x0F, 0, 0, 0x07, 0xB0, 246], 246),
        filled(&[0x10, 0, 0, 0, 123, 246], 246),
        filled(&[0x17, 0, 0, 0, 125, 0, 0, 0, 121, 242], 242),
        parts(0x14, &RANGE, 35),
        filled(&[0x15, 251, 6, 0, 4, 0, 1, 0, 122], 244),
        filled(&[0x08, 0, 0], 250),
        filled(&[0x41], 252),
        filled(&[0x2B, 0x0D], 251),
    ] {
        let octets = framed(&pdu);
        assert_eq!(request(&octets), Ok(octets.clone()), "{:02X}", pdu[0]);
        assert_eq!(found(Expect::Requests, &octets), Some(octets), "{:02X}", pdu[0]);
    }
}

#[test]
fn longer_requests_are_refused() {
    for (pdu, error) in [
        (
            filled(&[0x0F, 0, 0, 0x07, 0xB1, 247], 247),
            "1969 from address 0x0000: 1 to 1968 are allowed, up to address 0xFFFF",
        ),
        (
            filled(&[0x0F, 0, 0, 0x07, 0xB0, 247], 247),
            "a byte count of 247 is impossible for write multiple coils",
        ),
        (filled(&[0x10, 0, 0, 0, 124, 248], 248), "too long: 257 octets where 256 are the limit"),
        (
            filled(&[0x17, 0, 0, 0, 125, 0, 0, 0, 122, 244], 244),
            "too long: 257 octets where 256 are the limit",
        ),
        (parts(0x14, &RANGE, 36), "too long: 257 octets where 256 are the limit"),
        (
            [&[0x15, 252], &RANGE[..], &[0, 9], &filled(&[6, 0, 4, 0, 1, 0, 118], 236)].concat(),
            "too long: 257 octets where 256 are the limit",
        ),
        (filled(&[0x08, 0, 0], 252), "too long: 258 octets where 256 are the limit"),
        (filled(&[0x41], 253), "too long: 257 octets where 256 are the limit"),
        (filled(&[0x2B, 0x0D], 252), "too long: 257 octets where 256 are the limit"),
    ] {
        let octets = framed(&pdu);
        assert_eq!(request(&octets), Err(error.into()), "{:02X}", pdu[0]);
        assert_ne!(found(Expect::Requests, &octets), Some(octets), "{:02X}", pdu[0]);
    }
}

#[test]
fn the_longest_responses_are_taken() {
    for pdu in [
        filled(&[0x01, 250], 250),
        filled(&[0x02, 250], 250),
        filled(&[0x03, 250], 250),
        filled(&[0x04, 250], 250),
        filled(&[0x17, 250], 250),
        filled(&[0x0C, 70], 70),
        filled(&[0x11, 251], 251),
        filled(&[0x14, 244, 243, 6], 242),
        filled(&[0x15, 251, 6, 0, 4, 0, 1, 0, 122], 244),
        filled(&[0x18, 0, 64, 0, 31], 62),
        filled(&[0x2B, 0x0E, 4, 0x83, 0, 0, 1, 0x80, 244], 244),
        filled(&[0x08, 0, 0], 250),
        filled(&[0x41], 252),
        filled(&[0x2B, 0x0D], 251),
    ] {
        let octets = framed(&pdu);
        assert_eq!(response(&octets), Ok(octets.clone()), "{:02X}", pdu[0]);
        assert_eq!(found(Expect::Responses, &octets), Some(octets), "{:02X}", pdu[0]);
    }
}

#[test]
fn longer_responses_are_refused() {
    let long = "too long: 257 octets where 256 are the limit";
    for (pdu, error) in [
        (filled(&[0x01, 251], 251), "a byte count of 251 is impossible for read coils"),
        (filled(&[0x02, 251], 251), "a byte count of 251 is impossible for read discrete inputs"),
        (filled(&[0x03, 252], 252), long),
        (filled(&[0x04, 252], 252), long),
        (filled(&[0x17, 252], 252), long),
        (filled(&[0x0C, 71], 71), "a byte count of 71 is impossible for get comm event log"),
        (filled(&[0x11, 252], 252), long),
        (filled(&[0x14, 246, 245, 6], 244), "a byte count of 246 is impossible for read file record"),
        ([&[0x15, 252], &RANGE[..], &[0, 9], &filled(&[6, 0, 4, 0, 1, 0, 118], 236)].concat(), long),
        (filled(&[0x18, 0, 66, 0, 32], 64), "a value of 0x0042 is impossible for read fifo queue"),
        (filled(&[0x2B, 0x0E, 4, 0x83, 0, 0, 1, 0x80, 245], 245), long),
        (filled(&[0x08, 0, 0], 252), "too long: 258 octets where 256 are the limit"),
        (filled(&[0x41], 253), long),
        (filled(&[0x2B, 0x0D], 252), long),
    ] {
        let octets = framed(&pdu);
        assert_eq!(response(&octets), Err(error.into()), "{:02X}", pdu[0]);
        assert_ne!(found(Expect::Responses, &octets), Some(octets), "{:02X}", pdu[0]);
    }
}

/// As many as the limit says are written, one more is refused, and none is refused where one is needed.
#[test]
fn what_would_be_too_long_is_not_written() {
    const BITS: [bool; 2_001] = [true; 2_001];
    const WORDS: [u16; 127] = [0xABCD; 127];
    const OCTETS: [u8; 253] = [0x5A; 253];
    let bits = |count: usize| Bits::from(&BITS[..count]);
    let words = |count: usize| Registers::from(&WORDS[..count]);
    let mut buffer = [0; 512];
    let mut request = |request: Request<'_>| request.encode(&mut buffer).map(<[u8]>::len);

    assert_eq!(request(Request::WriteMultipleCoils { start: 0, coils: bits(1_968) }), Ok(252));
    assert_eq!(
        request(Request::WriteMultipleCoils { start: 0, coils: bits(1_969) }),
        Err(EncodeError::Quantity { quantity: 1_969, limit: 1_968 })
    );
    assert_eq!(
        request(Request::WriteMultipleCoils { start: 0, coils: bits(0) }),
        Err(EncodeError::Quantity { quantity: 0, limit: 1_968 })
    );
    assert_eq!(
        request(Request::WriteMultipleCoils { start: 0xFFFF, coils: bits(2) }),
        Err(EncodeError::Range { start: 0xFFFF, quantity: 2 })
    );
    assert_eq!(request(Request::WriteMultipleRegisters { start: 0, registers: words(123) }), Ok(252));
    assert_eq!(
        request(Request::WriteMultipleRegisters { start: 0, registers: words(124) }),
        Err(EncodeError::Quantity { quantity: 124, limit: 123 })
    );
    let read = Range::new(0, 125).unwrap();
    let both = |registers| Request::ReadWriteMultipleRegisters { read, start: 0, registers };
    assert_eq!(request(both(words(121))), Ok(252));
    assert_eq!(request(both(words(122))), Err(EncodeError::Quantity { quantity: 122, limit: 121 }));
    for (range, limit) in [(126, Range::MAX_READ), (2_001, Range::MAX_READ_BITS)] {
        let range = Range::new(0, range).unwrap();
        let read = match limit {
            Range::MAX_READ => Request::ReadInputRegisters { range },
            _ => Request::ReadDiscreteInputs { range },
        };
        let quantity = range.quantity().into();
        assert_eq!(request(read), Err(EncodeError::Quantity { quantity, limit }));
    }
    let echo = |count| Request::Diagnostics { diagnostic: Diagnostic::RETURN_QUERY_DATA, data: words(count) };
    assert_eq!(request(echo(125)), Ok(253));
    assert_eq!(request(echo(126)), Err(EncodeError::Quantity { quantity: 126, limit: 125 }));
    let other = |data| Request::Other { function: FunctionCode(0x41), data };
    assert_eq!(request(other(&OCTETS[..252])), Ok(253));
    assert_eq!(request(other(&OCTETS)), Err(EncodeError::PduLength { have: 254, limit: 253 }));

    let mut response = |response: Response<'_>| response.encode(&mut buffer).map(<[u8]>::len);
    assert_eq!(response(Response::ReadCoils { coils: bits(2_000) }), Ok(252));
    assert_eq!(
        response(Response::ReadCoils { coils: bits(2_001) }),
        Err(EncodeError::Quantity { quantity: 2_001, limit: 2_000 })
    );
    assert_eq!(response(Response::ReadHoldingRegisters { registers: words(125) }), Ok(252));
    assert_eq!(
        response(Response::ReadHoldingRegisters { registers: words(126) }),
        Err(EncodeError::Quantity { quantity: 126, limit: 125 })
    );
    assert_eq!(response(Response::ReadFifoQueue { registers: words(31) }), Ok(67));
    assert_eq!(
        response(Response::ReadFifoQueue { registers: words(32) }),
        Err(EncodeError::Quantity { quantity: 32, limit: 31 })
    );
    let log = |log| Response::GetCommEventLog { status: 0, events: 0, messages: 0, log };
    assert_eq!(response(log(&OCTETS[..64])), Ok(72));
    let function = FunctionCode::GET_COMM_EVENT_LOG;
    assert_eq!(response(log(&OCTETS[..65])), Err(EncodeError::ByteCount { function, have: 71 }));
    assert_eq!(response(Response::ReportServerId { data: &OCTETS[..251] }), Ok(253));
    let function = FunctionCode::REPORT_SERVER_ID;
    assert_eq!(
        response(Response::ReportServerId { data: &OCTETS[..252] }),
        Err(EncodeError::ByteCount { function, have: 252 })
    );
    for (length, expected) in [(244, Ok(253)), (245, Err(EncodeError::PduLength { have: 254, limit: 253 }))] {
        let objects = [Object { id: ObjectId(0x80), value: &OCTETS[..length] }];
        let identification = Response::ReadDeviceIdentification {
            access: Access::Individual,
            conformity: Conformity::EXTENDED,
            more: false,
            next: ObjectId(0),
            objects: (&objects).into(),
        };
        assert_eq!(response(identification), expected);
    }
}

#[test]
fn records_that_no_file_has_are_not_written() {
    let mut buffer = [0; 512];
    let range = |file, record, length| FileRange { file, record, length };
    let mut read = |ranges: &[FileRange]| {
        Request::ReadFileRecord { ranges: ranges.into() }.encode(&mut buffer).map(<[u8]>::len)
    };
    assert_eq!(read(&[range(1, 9_999, 1)]), Ok(9));
    for none in [range(0, 0, 1), range(1, 0, 0), range(1, 9_999, 2), range(1, 10_000, 1)] {
        let FileRange { file, record, length } = none;
        assert_eq!(read(&[none]), Err(EncodeError::File { file, record, length }));
    }
    let function = FunctionCode::READ_FILE_RECORD;
    assert_eq!(read(&[range(1, 0, 1); 35]), Ok(247));
    assert_eq!(read(&[range(1, 0, 1); 36]), Err(EncodeError::ByteCount { function, have: 252 }));
    assert_eq!(read(&[]), Err(EncodeError::ByteCount { function, have: 0 }));

    let values = [0; 123];
    let mut write = |count: usize| {
        let record = FileRecord { file: 1, record: 0, registers: values[..count].into() };
        Request::WriteFileRecord { records: (&[record]).into() }.encode(&mut buffer).map(<[u8]>::len)
    };
    let function = FunctionCode::WRITE_FILE_RECORD;
    assert_eq!(write(122), Ok(253));
    assert_eq!(write(123), Err(EncodeError::ByteCount { function, have: 253 }));
    assert_eq!(write(0), Err(EncodeError::File { file: 1, record: 0, length: 0 }));
}

/// A unit cannot answer a request whose answer nobody reads.
#[test]
fn a_read_of_files_is_taken_only_if_its_answer_is_too() {
    let values = [7; 130];
    for length in 1..=130 {
        let records = [Registers::from(&values[..usize::from(length)])];
        let mut buffer = [0; 512];
        let answer = Response::ReadFileRecord { records: (&records).into() };
        let answered = answer.encode_frame(UnitId(1), &mut buffer).is_ok();
        let pdu = [0x14, 7, 6, 0, 1, 0, 0, 0, length as u8];
        assert_eq!(Request::decode(&pdu).is_ok(), answered, "{length} records are read");
        let ranges = [FileRange { file: 1, record: 0, length }];
        let request = Request::ReadFileRecord { ranges: (&ranges).into() };
        assert_eq!(request.encode(&mut buffer).is_ok(), answered, "{length} records are asked for");
    }
}
