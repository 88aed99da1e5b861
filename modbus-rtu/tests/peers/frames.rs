//! Frames and what is made of them.

use super::*;

/// Everything that can be done with an intact frame is done with it, in both directions.
fn check(pdu: &[u8]) {
    let octets = framed(&[&[UNIT.0], pdu].concat());
    let frame = Frame { unit: UNIT, pdu };
    assert_eq!(Frame::decode(&octets), Ok(frame));
    let mut buffer = [0; Frame::MAX_LEN];
    let request = Request::decode(pdu);
    if let Ok(request) = request {
        let written = request.encode(&mut buffer).unwrap();
        assert_eq!(Request::decode(written), Ok(request), "{pdu:02X?}");
    }
    if let Ok(response) = Response::decode(pdu) {
        assert_eq!(response.encode(&mut buffer), Ok(pdu), "{response:?}");
    }
    let requests = found(Expect::Requests, &octets);
    assert!(request.is_err() || requests == [&octets[..]], "{request:?}");
    let responses = found(Expect::Responses, &octets);
    assert!(Response::decode(pdu).is_err() || responses == [&octets[..]], "{pdu:02X?}");
    found(Expect::Both, &octets);

    let mut unit = everything();
    let reply = answer(&mut unit, pdu);
    if reply.is_empty() {
        let is_request = (0x01..=0x7F).contains(&pdu[0]);
        assert!(!is_request || pdu.starts_with(&[8, 0, 4]), "{pdu:02X?}: only who is to listen is silent");
    } else {
        let said = Response::decode(Frame::decode(&reply).unwrap().pdu).unwrap();
        assert_eq!(said.function().0, pdu[0] & 0x7F, "{pdu:02X?}");
        let refused = matches!(said, Response::Exception { .. });
        assert!(request.is_ok() || refused, "{request:?} is answered: {said:?}");
        if request.is_ok() {
            let asked = Asked::new(&octets).unwrap();
            assert_eq!(found(Expect::ResponseTo(asked), &reply), [reply], "{request:?}");
        }
    }
}

/// A short PDU with a valid checksum makes other implementations read behind its end.
#[test]
fn no_short_intact_frame_panics() {
    for hex in ["11 03 00 21 35", "11 05 00 AC FF F7 0F 0D"] {
        let octets = octets(hex);
        check(Frame::decode(&octets).unwrap().pdu);
    }
    check(&[0x05, 0x00, 0x01, 0x12, 0x34]);
    const OCTETS: [u8; 6] = [0x00, 0x01, 0x02, 0x06, 0x0E, 0xFF];
    let functions = (0..=0x2C).chain([0x41, 0x7F, 0x80, 0x83, 0x90, 0xAB, 0xAC, 0xFF]);
    for function in functions {
        let mut pdus = vec![vec![function]];
        for _ in 0..4 {
            pdus.iter().for_each(|pdu| check(pdu));
            let longer = |pdu: &Vec<u8>| OCTETS.map(|octet| [&pdu[..], &[octet]].concat());
            pdus = pdus.iter().flat_map(longer).collect();
        }
    }
}

#[test]
fn no_intact_frame_of_random_octets_panics() {
    let mut random = Random(0x0BAD_5EED);
    for round in 0..20_000 {
        let mut pdu = random.octets(1 + round % 40);
        pdu[0] &= 0x3F;
        check(&pdu);
    }
}

#[test]
fn an_exception_without_a_name_is_an_exception() {
    for function in 0x80..=0xFF {
        for code in 0..=0xFF {
            let expected = Response::Exception {
                function: FunctionCode(function & 0x7F),
                exception: ExceptionCode(code),
            };
            assert_eq!(Response::decode(&[function, code]), Ok(expected));
        }
    }
    let mut client = Client::new(LINE);
    ask(&mut client, &ONCE, &read(0, 1), ms(0));
    client.receive(&framed(&[0x11, 0x83, 0x55]), ms(10));
    let (function, exception) = (FunctionCode::READ_HOLDING_REGISTERS, ExceptionCode(0x55));
    let refused = TransactionError::Exception { function, exception };
    assert_eq!(end(&mut client, ms(10)), Some(Err(refused)));
}

/// Addresses, quantities and counts that are all different tell a wrong place from the right one.
#[test]
fn the_byte_count_of_a_write_is_found_at_its_place() {
    let coils = framed(&[0x11, 0x0F, 0x05, 0x09, 0x00, 0x14, 0x03, 0xAA, 0x55, 0x0F]);
    let registers = framed(&[0x11, 0x10, 0x09, 0x05, 0x00, 0x02, 0x04, 0x12, 0x34, 0x56, 0x78]);
    let both = framed(&[0x11, 0x17, 0x07, 0x0B, 0x00, 0x03, 0x0D, 0x09, 0x00, 0x01, 0x02, 0x12, 0x34]);
    let stream = [&coils[..], &registers, &both, &coils].concat();
    for chunk in 1..stream.len() {
        let mut decoder: Decoder = Decoder::new(Expect::Requests);
        let mut frames = Vec::new();
        for octets in stream.chunks(chunk) {
            assert_eq!(decoder.feed(octets), octets.len());
            while let Some(frame) = decoder.frame() {
                frames.push(frame.unwrap().pdu[0]);
            }
        }
        assert_eq!(frames, [0x0F, 0x10, 0x17, 0x0F], "chunks of {chunk}");
    }
}
