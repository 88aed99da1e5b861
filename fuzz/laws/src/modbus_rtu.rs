//! Laws of Modbus RTU.

use modbus_rtu::{
    Client, DecodeError, Decoder, Direction, EncodeError, ExceptionCode, Frame, FunctionCode, Handler, Range,
    Request, Response, Retry, Server, TransactionError, UnitId,
};

use crate::frame::{self, Again};
use crate::{Seed, machine, stream};

const UNIT: UnitId = UnitId(0x11);

/// CRC-16/MODBUS bit by bit.
pub fn crc(octets: &[u8]) -> u16 {
    octets.iter().copied().fold(0xFFFF, next)
}

fn next(crc: u16, octet: u8) -> u16 {
    (0..8).fold(crc ^ u16::from(octet), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 })
}

/// Unit and PDU as a frame.
pub fn framed(body: &[u8]) -> Vec<u8> {
    [body, &crc(body).to_le_bytes()].concat()
}

/// Whether octets are a frame: 4 to 256, the last two the checksum of the others.
fn intact(octets: &[u8]) -> bool {
    (4..=256).contains(&octets.len()) && crc(octets) == 0
}

/// Octets are a frame with a PDU or a typed error, and what is decoded encodes to the same octets. The same
/// for the octets with a checksum behind them, and for the octets as a PDU.
pub fn decode(octets: &[u8]) {
    whole(octets);
    whole(&framed(&octets[..octets.len().min(254)]));
    pdu(octets);
    untyped(octets);
}

fn whole(octets: &[u8]) {
    let have = octets.len();
    match Frame::decode(octets) {
        Ok(frame) => {
            assert!(intact(octets));
            assert_eq!((frame.unit.0, frame.pdu), (octets[0], &octets[1..have - 2]));
            let mut buffer = [0; Frame::MAX_LEN];
            assert_eq!(Frame::decode(frame.encode(&mut buffer).unwrap()), Ok(frame));
            if let Ok(request) = Request::decode(frame.pdu) {
                assert_eq!(request.encode_frame(frame.unit, &mut buffer), Ok(octets));
            }
            if let Ok(response) = Response::decode(frame.pdu) {
                assert_eq!(response.encode_frame(frame.unit, &mut buffer), Ok(octets));
            }
            frame::laws(octets, intact, |octets, buffer| match Frame::decode(octets) {
                Ok(frame) => written(frame.encode(buffer)),
                Err(_) => Again::Refused,
            });
        }
        Err(error) => {
            assert!(!intact(octets));
            assert!(!error.to_string().is_empty());
            match error {
                DecodeError::Truncated { needed: 4, have: said } => assert!(said == have && have < 4),
                DecodeError::TooLong { limit: 256, have: said } => assert!(said == have && have > 256),
                DecodeError::Checksum { received, computed } => {
                    assert_eq!(computed, crc(&octets[..have - 2]));
                    assert_eq!(received.to_le_bytes(), octets[have - 2..]);
                }
                _ => panic!("{error:?} says nothing of a frame"),
            }
        }
    }
}

fn written(result: Result<&[u8], EncodeError>) -> Again<'_> {
    match result {
        Ok(octets) => Again::Written(octets),
        Err(EncodeError::BufferTooSmall { needed, have }) => Again::TooSmall { needed, have },
        Err(error) => panic!("what was decoded does not encode: {error}"),
    }
}

fn pdu(octets: &[u8]) {
    let mut buffer = [0; Frame::MAX_LEN];
    match Request::decode(octets) {
        Ok(request) => {
            assert_eq!(request.function().0, octets[0]);
            assert_eq!(request.encode(&mut buffer), Ok(octets));
            assert_eq!(Request::decode(&buffer[..octets.len()]), Ok(request));
            for have in 0..octets.len() {
                let small = Err(EncodeError::BufferTooSmall { needed: octets.len(), have });
                assert_eq!(request.encode(&mut buffer[..have]), small);
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    match Response::decode(octets) {
        Ok(response) => {
            assert_eq!(response.function().0, octets[0] & 0x7F);
            assert_eq!(response.encode(&mut buffer), Ok(octets));
            assert_eq!(Response::decode(&buffer[..octets.len()]), Ok(response));
            let refused = matches!(response, Response::Exception { .. });
            assert_eq!(refused, octets[0] >= 0x80, "an exception is never success");
            if let Response::ReadHoldingRegisters { registers } = response {
                assert_eq!((registers.len(), registers.at(registers.len())), (octets.len() / 2 - 1, None));
                assert!(registers.iter().flat_map(u16::to_be_bytes).eq(octets[2..].iter().copied()));
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// What encoding takes, decoding takes too, whatever the fields are.
fn untyped(octets: &[u8]) {
    let Some((&code, data)) = octets.split_first() else { return };
    let function = FunctionCode(code);
    let mut buffer = vec![0; octets.len() + 8];
    let request = Request::Other { function, data };
    if let Ok(written) = request.encode(&mut buffer) {
        assert_eq!(Request::decode(written), Ok(request));
    }
    let response = Response::Other { function, data };
    if let Ok(written) = response.encode(&mut buffer) {
        assert_eq!(Response::decode(written), Ok(response));
    }
    let exception = ExceptionCode(data.first().copied().unwrap_or(0));
    let response = Response::Exception { function, exception };
    if let Ok(written) = response.encode(&mut buffer) {
        assert_eq!(Response::decode(written), Ok(response));
    }
    let frame = Frame { unit: UNIT, pdu: octets };
    assert_eq!(frame.encode(&mut buffer).is_ok(), octets.len() <= Frame::MAX_PDU);
    let mut seed = Seed(octets);
    if let Some(range) = Range::new(seed.u16(), seed.u16()) {
        let request = Request::ReadHoldingRegisters { range };
        let result = request.encode(&mut buffer);
        assert_eq!(result.is_ok(), range.quantity() <= Range::MAX_READ);
        if let Ok(written) = result {
            assert_eq!(Request::decode(written), Ok(request));
        }
    }
}

impl stream::Decoder for Decoder {
    fn feed(&mut self, octets: &[u8]) -> usize {
        Decoder::feed(self, octets)
    }

    fn silence(&mut self) {
        Decoder::silence(self);
    }

    fn frame(&mut self) -> Option<Option<Vec<u8>>> {
        Decoder::frame(self).map(|result| {
            let mut buffer = [0; Frame::MAX_LEN];
            let frame = result.ok()?;
            Some(frame.encode(&mut buffer).unwrap().to_vec())
        })
    }
}

/// The length of the frame at the head of octets: one that a decoder finds in just these octets, or, where
/// the function tells no length, one that silence ends.
fn head(direction: Direction, octets: &[u8]) -> Option<usize> {
    let most = octets.len().min(Frame::MAX_LEN);
    let is_first = |length: usize, silence| {
        let octets = &octets[..length];
        intact(octets)
            && stream::first(&mut Decoder::<256>::new(direction), octets, silence).as_deref() == Some(octets)
    };
    let mut sum = 0xFFFF;
    for length in 1..=most {
        sum = next(sum, octets[length - 1]);
        if sum == 0 && is_first(length, false) {
            return Some(length);
        }
    }
    (octets.len() <= most && sum == 0 && is_first(most, true)).then_some(most)
}

/// In any chunking the same frames come, in either direction, and none that sliding would find is lost.
pub fn stream(octets: &[u8]) {
    for direction in [Direction::Request, Direction::Response] {
        stream::laws(&mut Decoder::<256>::new(direction), octets, |octets| head(direction, octets));
    }
}

/// A request, by the seed.
fn asked(seed: u8) -> Request<'static> {
    match seed % 3 {
        0 => Request::ReadHoldingRegisters { range: Range::new(0x6B, 3).unwrap() },
        1 => Request::WriteSingleRegister { address: 1, value: 3 },
        _ => Request::Other { function: FunctionCode::READ_COILS, data: &[0x00, 0x13, 0x00, 0x25] },
    }
}

/// The frame that answers it.
fn answer_to(seed: u8) -> Vec<u8> {
    framed(match seed % 3 {
        0 => &[0x11, 0x03, 0x06, 0x02, 0x2B, 0x00, 0x00, 0x00, 0x64],
        1 => &[0x11, 0x06, 0x00, 0x01, 0x00, 0x03],
        _ => &[0x11, 0x01, 0x05, 0xCD, 0x6B, 0xB2, 0x0E, 0x1B],
    })
}

/// Whether an outcome fits the request and the retries, and what was answered was heard.
fn fits(request: &Request<'_>, retry: Retry, outcome: Result<Response<'_>, TransactionError>, heard: &[u8]) {
    let mut buffer = [0; Frame::MAX_LEN];
    let response = match outcome {
        Ok(response) => {
            match (request, response) {
                (Request::ReadHoldingRegisters { range }, Response::ReadHoldingRegisters { registers }) => {
                    assert_eq!(registers.len(), usize::from(range.quantity()));
                }
                (
                    Request::WriteSingleRegister { address, value },
                    Response::WriteSingleRegister { address: echoed, value: written },
                ) => assert_eq!((*address, *value), (echoed, written)),
                (Request::Other { function, .. }, Response::Other { function: answered, .. }) => {
                    assert_eq!(*function, answered);
                }
                other => panic!("{other:?} is no success"),
            }
            response
        }
        Err(TransactionError::Exception { function, exception }) => {
            assert_eq!(function, request.function());
            Response::Exception { function, exception }
        }
        Err(TransactionError::NoReply { timeout, attempts }) => {
            return assert_eq!((timeout, attempts), (retry.timeout, u16::from(retry.retries) + 1));
        }
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let frame = response.encode_frame(UNIT, &mut buffer).unwrap();
    assert!(heard.windows(frame.len()).any(|window| window == frame), "an answer that nobody gave");
}

/// A client that hears the octets, the first two of which choose retries and request, ends in time; its
/// outcome fits. Then it hears an answer, which the octets may precede, if sliding finds it.
pub fn client(octets: &[u8]) {
    let [retries, kind, heard @ ..] = octets else { return };
    let (retry, request) = (machine::retry(*retries), asked(*kind));
    let mut client = Client::new(retry);
    client.start(UNIT, &request).unwrap();
    machine::client(
        &mut client,
        retry,
        1,
        heard,
        |sent| assert!(intact(sent)),
        |outcome| fits(&request, retry, outcome, heard),
    );

    for noise in [&[][..], heard] {
        let answer = answer_to(*kind);
        let heard = [noise, &answer].concat();
        let is_found = stream::slide(&heard, |octets| head(Direction::Response, octets)).contains(&answer);
        client.start(UNIT, &request).unwrap();
        let mut answered = false;
        let sent = machine::hear(&mut client, heard.chunks(100), |outcome| {
            answered = matches!(outcome, Ok(_) | Err(TransactionError::Exception { .. }));
            fits(&request, retry, outcome, &heard);
        });
        assert!((answered && sent == 1) || !is_found, "an intact answer was not found");
    }
}

/// Registers that count, some of which cannot be read.
struct Bank;

impl Handler for Bank {
    fn read_holding_registers(&mut self, range: Range, registers: &mut [u16]) -> Result<(), ExceptionCode> {
        assert_eq!(registers.len(), usize::from(range.quantity()));
        for (register, value) in registers.iter_mut().zip(range.start()..) {
            *register = value;
        }
        if range.start() < 0xF000 { Ok(()) } else { Err(ExceptionCode::ILLEGAL_DATA_ADDRESS) }
    }

    fn write_single_register(&mut self, address: u16, _: u16) -> Result<(), ExceptionCode> {
        if address < 0xF000 { Ok(()) } else { Err(ExceptionCode(0x55)) }
    }
}

/// A server that hears the octets answers only with frames of its own that are responses, and after a
/// pause it answers the next request.
pub fn server(octets: &[u8]) {
    let mut server = Server::new(UNIT, Bank);
    let request = framed(&[0x11, 0x03, 0x00, 0x6B, 0x00, 0x03]);
    let mut last = None;
    machine::server(&mut server, octets, &request, |octets| {
        let frame = Frame::decode(octets).unwrap();
        assert_eq!(frame.unit, UNIT);
        Response::decode(frame.pdu).unwrap();
        last = Some(frame.pdu.to_vec());
    });
    assert_eq!(last.unwrap(), [0x03, 6, 0x00, 0x6B, 0x00, 0x6C, 0x00, 0x6D]);
}
