//! What other implementations are known to get wrong, and what devices in the field are known to do.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use core::time::Duration;

use meter_value::{Text, Value};
use modbus_rtu::{
    Asked, Bank, Bits, BitsOut, Client, Conformity, DecodeError, Decoder, Device, Dialect, Direction, Event,
    ExceptionCode, Expect, FileRange, FileRecord, Frame, FunctionCode, Functions, Handler, Kind, Line,
    Machine, Number, ObjectId, Output, Point, Range, Registers, RegistersOut, Request, Respond, Response,
    Retry, Server, TransactionError, Unit, UnitId, WordOrder, Writer, checksum, monitor,
};

const UNIT: UnitId = UnitId(0x11);

fn framed(body: &[u8]) -> Vec<u8> {
    [body, &checksum(body).to_le_bytes()].concat()
}

/// The octets of a frame as it is printed.
fn octets(hex: &str) -> Vec<u8> {
    hex.split(' ').map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect()
}

/// Random numbers from a seed.
struct Random(u64);

impl Random {
    fn octet(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 56) as u8
    }

    fn octets(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.octet()).collect()
    }
}

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

const LINE: Line = Line::new(9_600, 11);

/// A unit with every function: those of a bank, four files of 16 records, a queue, and an identification.
#[derive(Clone)]
struct Everything {
    bank: Bank<64, 64, 64, 64>,
    files: [[u16; 16]; 4],
    queue: Vec<u16>,
}

impl Everything {
    fn new() -> Self {
        let mut files = [[0; 16]; 4];
        files[3][1..3].copy_from_slice(&[0x0DFE, 0x0020]);
        files[2][9..11].copy_from_slice(&[0x33CD, 0x0040]);
        Self { bank: Bank::new(), files, queue: vec![0x01B8, 0x1284] }
    }

    fn records(&mut self, FileRange { file, record, length }: FileRange) -> Option<&mut [u16]> {
        let file = self.files.get_mut(usize::from(file).checked_sub(1)?)?;
        file.get_mut(record.into()..usize::from(record) + usize::from(length))
    }
}

const UNKNOWN: ExceptionCode = ExceptionCode::ILLEGAL_DATA_ADDRESS;

const LONG: &[u8] = &[b'x'; 200];

impl Handler for Everything {
    const FUNCTIONS: Functions = Functions::PUBLIC.or(Functions::of(&[FunctionCode(0x41)]));
    const CONFORMITY: Conformity = Conformity::EXTENDED;

    fn read_coils(&mut self, range: Range, out: &mut BitsOut<'_>) -> Result<(), ExceptionCode> {
        self.bank.read_coils(range, out)
    }

    fn read_discrete_inputs(&mut self, range: Range, out: &mut BitsOut<'_>) -> Result<(), ExceptionCode> {
        self.bank.read_discrete_inputs(range, out)
    }

    fn read_holding_registers(
        &mut self,
        range: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        self.bank.read_holding_registers(range, out)
    }

    fn read_input_registers(
        &mut self,
        range: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        self.bank.read_input_registers(range, out)
    }

    fn write_single_coil(&mut self, address: u16, on: bool) -> Result<(), ExceptionCode> {
        self.bank.write_single_coil(address, on)
    }

    fn write_single_register(&mut self, address: u16, value: u16) -> Result<(), ExceptionCode> {
        self.bank.write_single_register(address, value)
    }

    fn read_exception_status(&mut self) -> Result<u8, ExceptionCode> {
        Ok(0x6D)
    }

    fn write_multiple_coils(&mut self, range: Range, coils: Bits<'_>) -> Result<(), ExceptionCode> {
        self.bank.write_multiple_coils(range, coils)
    }

    fn write_multiple_registers(
        &mut self,
        range: Range,
        registers: Registers<'_>,
    ) -> Result<(), ExceptionCode> {
        self.bank.write_multiple_registers(range, registers)
    }

    fn report_server_id(&mut self, out: &mut Writer<'_>) -> Result<(), ExceptionCode> {
        out.put(&[0x42, 0x43, 0xFF, 0x01, 0x02]);
        Ok(())
    }

    fn read_file_record(
        &mut self,
        range: FileRange,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        out.extend(&*self.records(range).ok_or(UNKNOWN)?);
        Ok(())
    }

    fn write_file_record(&mut self, record: FileRecord<'_>) -> Result<(), ExceptionCode> {
        let places = self.records(record.range()).ok_or(UNKNOWN)?;
        places.iter_mut().zip(record.registers.iter()).for_each(|(place, value)| *place = value);
        Ok(())
    }

    fn mask_write_register(&mut self, address: u16, and: u16, or: u16) -> Result<(), ExceptionCode> {
        self.bank.mask_write_register(address, and, or)
    }

    fn read_write_multiple_registers(
        &mut self,
        write: Range,
        registers: Registers<'_>,
        read: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        self.bank.read_write_multiple_registers(write, registers, read, out)
    }

    fn read_fifo_queue(&mut self, _address: u16, out: &mut RegistersOut<'_>) -> Result<(), ExceptionCode> {
        out.extend(&self.queue);
        Ok(())
    }

    fn object(&mut self, ObjectId(id): ObjectId) -> Option<&[u8]> {
        match id {
            0 => Some(b"ACM"),
            1 => Some(b"D1"),
            2 => Some(b"1.0"),
            4 | 5 | 0x80 => Some(LONG),
            _ => None,
        }
    }

    fn encapsulated_interface(
        &mut self,
        interface: u8,
        data: &[u8],
        out: &mut Writer<'_>,
    ) -> Result<(), ExceptionCode> {
        if interface != 0x0D {
            return Err(ExceptionCode::ILLEGAL_FUNCTION);
        }
        out.put(data);
        Ok(())
    }

    fn other(
        &mut self,
        _function: FunctionCode,
        data: &[u8],
        out: &mut Writer<'_>,
    ) -> Result<(), ExceptionCode> {
        out.put(data);
        Ok(())
    }
}

/// What a unit with every function answers to a PDU.
fn answer(unit: &mut Unit<Everything>, pdu: &[u8]) -> Vec<u8> {
    let mut reply = [0; Frame::MAX_LEN];
    unit.answer(&Frame { unit: UNIT, pdu }, &mut reply).to_vec()
}

fn everything() -> Unit<Everything> {
    Unit::new(UNIT, Everything::new())
}

/// The frames that a decoder finds, after a silence.
fn found(expect: Expect, octets: &[u8]) -> Vec<Vec<u8>> {
    let mut decoder: Decoder = Decoder::new(expect);
    let mut rest = octets;
    let mut frames = Vec::new();
    loop {
        rest = &rest[decoder.feed(rest)..];
        if rest.is_empty() {
            decoder.silence();
        }
        while let Some(result) = decoder.frame() {
            frames.extend(result.ok().map(|frame| framed(&[&[frame.unit.0], frame.pdu].concat())));
        }
        if rest.is_empty() {
            return frames;
        }
    }
}

/// Has a request sent, and says what was.
fn ask(client: &mut Client, device: &Device, request: &Request<'_>, now: Duration) -> Vec<u8> {
    client.start(device, request).unwrap();
    let Output::Transmit(octets) = client.poll(now) else { panic!("nothing to send") };
    let octets = octets.to_vec();
    client.transmitted(now);
    octets
}

/// How a transaction ended, if it has.
fn end(client: &mut Client, now: Duration) -> Option<Result<String, TransactionError>> {
    match client.poll(now) {
        Output::Done(outcome) => Some(outcome.map(|response| format!("{:?}", response.unwrap()))),
        Output::Wait(_) => None,
        Output::Transmit(_) => panic!("asked again"),
    }
}

/// What a server sends until it has nothing more to do.
fn replies<R: Respond>(server: &mut Server<R>, mut now: Duration) -> Vec<Vec<u8>> {
    let mut sent = Vec::new();
    loop {
        match server.poll(now) {
            Output::Transmit(octets) => {
                sent.push(octets.to_vec());
                server.transmitted(now);
            }
            Output::Wait(Some(at)) if at > now => now = at,
            Output::Wait(_) => return sent,
            Output::Done(never) => match never {},
        }
    }
}

const ONCE: Device =
    Device { retry: Retry { timeout: Duration::from_secs(1), retries: 0 }, ..Device::new(UNIT) };

fn read(start: u16, quantity: u16) -> Request<'static> {
    Request::ReadHoldingRegisters { range: Range::new(start, quantity).unwrap() }
}

const WRITE: Request<'static> = Request::WriteSingleRegister { address: 1, value: 3 };

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

#[test]
fn no_count_of_a_queue_stalls_a_stream() {
    let refusal = framed(&[0x12, 0x83, 0x02]);
    for high in 0..=0xFF {
        for low in [0x00, 0x01, 0x02, 0x03, 0x3E, 0x40, 0x42, 0xFE, 0xFF] {
            let mut decoder: Decoder = Decoder::new(Expect::Responses);
            decoder.feed(&[0x11, 0x18, high, low]);
            let mut frames = 0;
            for _ in 0..60 {
                decoder.feed(&refusal);
                while let Some(result) = decoder.frame() {
                    frames += usize::from(result.is_ok());
                }
            }
            assert!(frames > 0, "{high:02X} {low:02X}: nothing is found without a silence");
            decoder.silence();
            while let Some(result) = decoder.frame() {
                frames += usize::from(result.is_ok());
            }
            assert_eq!(frames, 60, "{high:02X} {low:02X}");
        }
    }
}

/// Nothing intact is lost behind what is not, and nothing is found that was not sent.
#[test]
fn every_intact_frame_of_a_bad_line_is_found() {
    let mut random = Random(0xC0FF_EE00_1234);
    let mut intact = Vec::new();
    let mut stream = Vec::new();
    for _ in 0..1_000 {
        let count = 1 + random.octet() % 60;
        let values = random.octets(2 * usize::from(count));
        let head = [1 + random.octet() % 247, 0x10, random.octet() & 0x7F, 0, 0, count, 2 * count];
        let mut octets = framed(&[&head, &values[..]].concat());
        let mut damaged = false;
        for octet in &mut octets {
            if random.octet() < 2 && random.octet() < 128 {
                *octet ^= 1 << (random.octet() % 8);
                damaged = true;
            }
        }
        stream.extend_from_slice(&octets);
        if !damaged {
            intact.push(octets);
        }
        let stray = usize::from(random.octet() % 4);
        stream.extend(random.octets(stray));
    }
    assert!((400..900).contains(&intact.len()), "{} of 1000", intact.len());
    assert_eq!(found(Expect::Requests, &stream), intact);
}

#[test]
fn a_server_goes_on_after_bad_octets() {
    let request = framed(&[0x11, 0x03, 0x00, 0x00, 0x00, 0x01]);
    let header = [0x11, 0x10, 0x00, 0x00, 0x00, 0x7B, 0xF6];
    let mut random = Random(20);
    for count in [20, 10_000] {
        let noise = [
            vec![0x00; count],
            vec![0xFF; count],
            vec![0x11; count],
            header.into_iter().cycle().take(count).collect(),
            request[..7].iter().copied().cycle().take(count).collect(),
            random.octets(count),
        ];
        for noise in noise {
            let mut server = Server::new(everything(), LINE);
            server.receive(&noise, ms(10_000));
            assert!(replies(&mut server, ms(10_000)).is_empty(), "{noise:02X?}");
            server.receive(&request, ms(20_000));
            assert_eq!(replies(&mut server, ms(20_000)).len(), 1, "after a silence");
            server.receive(&[&noise[..], &request].concat(), ms(40_000));
            assert_eq!(replies(&mut server, ms(40_000)).len(), 1, "without a silence");
        }
    }
}

/// A unit with every function answers as the standard prints it, files and queues among it.
#[test]
fn every_printed_request_is_answered_as_printed() {
    let printed = [
        ("11 07 4C 22", "11 07 6D E2 18"),
        ("11 08 00 00 A5 37 D8 1D", "11 08 00 00 A5 37 D8 1D"),
        ("11 0F 00 13 00 0A 02 CD 01 BF 0B", "11 0F 00 13 00 0A 26 99"),
        ("11 10 00 01 00 02 04 00 0A 01 02 C6 F0", "11 10 00 01 00 02 12 98"),
        ("11 11 CD EC", "11 11 05 42 43 FF 01 02 5C 75"),
        (
            "11 14 0E 06 00 04 00 01 00 02 06 00 03 00 09 00 02 F9 38",
            "11 14 0C 05 06 0D FE 00 20 05 06 33 CD 00 40 69 AD",
        ),
        (
            "11 15 0D 06 00 04 00 07 00 03 06 AF 04 BE 10 0D DB C7",
            "11 15 0D 06 00 04 00 07 00 03 06 AF 04 BE 10 0D DB C7",
        ),
        ("11 16 00 04 00 F2 00 25 66 E2", "11 16 00 04 00 F2 00 25 66 E2"),
        ("11 18 04 DE 07 87", "11 18 00 06 00 02 01 B8 12 84 18 8D"),
    ];
    let mut unit = everything();
    unit.handler().bank.holding_registers[4] = 0x12;
    for (request, reply) in printed {
        let request = octets(request);
        assert_eq!(answer(&mut unit, Frame::decode(&request).unwrap().pdu), octets(reply));
    }
    let Everything { bank, files, .. } = unit.handler();
    assert_eq!(bank.holding_registers[1..5], [0x000A, 0x0102, 0, 0x17]);
    let coils = [true, false, true, true, false, false, true, true, true, false];
    assert_eq!(bank.coils[0x13..0x1D], coils);
    assert_eq!(files[3][7..10], [0x06AF, 0x04BE, 0x100D]);
}

#[test]
fn a_queue_is_answered_up_to_31_registers() {
    let mut unit = everything();
    for count in 0..=40_u8 {
        unit.handler().queue = vec![0xABCD; count.into()];
        let reply = answer(&mut unit, &[0x18, 0x00, 0x05]);
        let response = Response::decode(Frame::decode(&reply).unwrap().pdu).unwrap();
        match response {
            Response::ReadFifoQueue { registers } => assert_eq!(registers.len(), usize::from(count)),
            _ => assert_eq!(reply, framed(&[0x11, 0x98, 0x03]), "{count}"),
        }
        assert_eq!(matches!(response, Response::Exception { .. }), count > 31, "{count}");
    }
}

/// Behind an intact frame, the checksum of the frame and any zeros is right too.
#[test]
fn zeros_behind_a_frame_are_not_part_of_it() {
    for hex in [
        "11 01 00 13 00 25 0E 84",
        "11 03 00 6B 00 03 76 87",
        "11 06 00 01 00 03 9A 9B",
        "11 07 4C 22",
        "11 0F 00 13 00 0A 02 CD 01 BF 0B",
        "11 10 00 01 00 02 04 00 0A 01 02 C6 F0",
        "11 14 0E 06 00 04 00 01 00 02 06 00 03 00 09 00 02 F9 38",
        "11 17 00 03 00 06 00 0E 00 03 06 00 FF 00 FF 00 FF 4B 54",
        "11 18 04 DE 07 87",
        "11 2B 0E 01 00 B1 B4",
    ] {
        let frame = octets(hex);
        for zeros in 1..10 {
            let longer = [&frame[..], &[0; 10][..zeros]].concat();
            let pdu = Frame::decode(&longer).unwrap().pdu;
            assert!(matches!(Request::decode(pdu), Err(DecodeError::TooLong { .. })), "{hex}");
            assert_eq!(found(Expect::Requests, &longer), [&frame[..]], "{hex}");
        }
    }
    let reply = octets("11 03 06 02 2B 00 00 00 64 C8 BA");
    let longer = [&reply[..], &[0, 0]].concat();
    assert!(Response::decode(Frame::decode(&longer).unwrap().pdu).is_err());
    assert_eq!(found(Expect::Responses, &longer), [reply]);
}

/// For the same reason a frame that ends with 00 is intact without it: its function tells.
#[test]
fn a_frame_that_lacks_a_zero_at_its_end_is_no_request() {
    let body = |value: u16| [0x11, 0x06, 0x00, 0x01, (value >> 8) as u8, value as u8];
    let value = (0..u16::MAX).find(|value| checksum(&body(*value)) < 0x100).unwrap();
    let frame = framed(&body(value));
    let shorter = Frame::decode(&frame[..7]).unwrap();
    assert!(matches!(Request::decode(shorter.pdu), Err(DecodeError::Truncated { .. })));
    assert!(found(Expect::Requests, &frame[..7]).is_empty());
    assert_eq!(found(Expect::Requests, &frame), [frame]);
}

#[test]
fn a_server_answers_a_request_with_zeros_around_it() {
    let request = framed(&[0x11, 0x03, 0x00, 0x00, 0x00, 0x01]);
    for (before, behind) in [(&[0][..], &[][..]), (&[0xFF], &[]), (&[], &[0]), (&[0, 0], &[0, 0])] {
        let mut server = Server::new(everything(), LINE);
        server.receive(&[before, &request, behind].concat(), ms(100));
        let sent = replies(&mut server, ms(100));
        assert_eq!(sent, [framed(&[0x11, 0x03, 0x02, 0x00, 0x00])], "{before:?} {behind:?}");
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
fn a_server_does_not_answer_its_own_echo() {
    let line = LINE.echoing();
    let mut server = Server::new(everything(), line);
    let request = framed(&[0x11, 0x06, 0x00, 0x01, 0x00, 0x03]);
    server.receive(&request, ms(100));
    let Output::Transmit(reply) = server.poll(ms(110)) else { panic!() };
    assert_eq!(reply, request);
    server.transmitted(ms(120));
    server.receive(&request, ms(121));
    assert!(replies(&mut server, ms(121)).is_empty(), "that was the echo");
    server.receive(&request, ms(200));
    let Output::Transmit(reply) = server.poll(ms(210)) else { panic!("that is a request") };
    assert_eq!(reply, request);
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

#[test]
fn a_broadcast_is_obeyed_in_silence_if_it_is_a_write() {
    let mut unit = everything();
    let mut reply = [0; Frame::MAX_LEN];
    let write = Frame { unit: UnitId::BROADCAST, pdu: &[0x06, 0, 1, 0, 3] };
    assert!(unit.answer(&write, &mut reply).is_empty());
    assert_eq!(unit.handler().bank.holding_registers[1], 3);
    let illegal = Frame { unit: UnitId::BROADCAST, pdu: &[0x06, 0xFF, 0xFF, 0, 3] };
    assert!(unit.answer(&illegal, &mut reply).is_empty());
    let read = Frame { unit: UnitId::BROADCAST, pdu: &[0x03, 0, 1, 0, 1] };
    assert!(unit.answer(&read, &mut reply).is_empty());
    let both = Frame { unit: UnitId::BROADCAST, pdu: &[0x17, 0, 1, 0, 1, 0, 1, 0, 1, 2, 0, 9] };
    assert!(unit.answer(&both, &mut reply).is_empty());
    assert_eq!(unit.handler().bank.holding_registers[1], 3, "what reads is not for all");
}

/// Each of these is wrong in several ways; the first check that fails decides.
#[test]
fn a_unit_checks_the_function_then_the_values_then_the_addresses() {
    const FUNCTION: u8 = 1;
    const ADDRESS: u8 = 2;
    const VALUE: u8 = 3;
    let mut wrong = Vec::new();
    for (pdu, code, why) in [
        (&[0x09, 0xFF, 0xFF, 0, 0][..], FUNCTION, "no such function"),
        (&[0x42], FUNCTION, "no such function of a user's own"),
        (&[0x2B, 0x0F], FUNCTION, "no such interface"),
        (&[0x01, 0xFF, 0xFF, 0, 0], VALUE, "no coil, from a coil that is not there"),
        (&[0x01, 0xFF, 0xFF, 0x07, 0xD1], VALUE, "too many coils, beyond the last"),
        (&[0x01, 0xFF, 0xFF, 0, 2], ADDRESS, "coils beyond the last"),
        (&[0x01, 0, 63, 0, 2], ADDRESS, "coils that are not there"),
        (&[0x03, 0xFF, 0xFF, 0, 126], VALUE, "too many registers, beyond the last"),
        (&[0x03, 0xFF, 0xFF, 0, 2], ADDRESS, "registers beyond the last"),
        (&[0x03, 0, 63, 0, 2], ADDRESS, "registers that are not there"),
        (&[0x04, 0, 64, 0, 0], VALUE, "no input register, from one that is not there"),
        (&[0x05, 0xFF, 0xFF, 0x12, 0x34], VALUE, "neither on nor off, of a coil that is not there"),
        (&[0x05, 0xFF, 0xFF, 0xFF, 0x00], ADDRESS, "a coil that is not there"),
        (&[0x06, 0, 64, 0, 0], ADDRESS, "a register that is not there"),
        (&[0x0F, 0xFF, 0xFF, 0, 0, 0], VALUE, "no coil is written, beyond the last"),
        (&[0x0F, 0xFF, 0xFF, 0, 2, 2, 0, 0], VALUE, "a wrong byte count of coils, beyond the last"),
        (&[0x0F, 0, 63, 0, 2, 1, 0], ADDRESS, "coils that are not there are written"),
        (&[0x10, 0xFF, 0xFF, 0, 0, 0], VALUE, "no register is written, beyond the last"),
        (&[0x10, 0xFF, 0xFF, 0, 2, 2, 0, 0], VALUE, "a wrong byte count of registers, beyond the last"),
        (&[0x10, 0xFF, 0xFF, 0, 2, 4, 0, 0, 0, 0], ADDRESS, "registers beyond the last are written"),
        (&[0x10, 0, 63, 0, 2, 4, 0, 0, 0, 0], ADDRESS, "registers that are not there are written"),
        (&[0x16, 0, 64, 0, 0, 0, 0], ADDRESS, "a register that is not there is masked"),
        (&[0x17, 0xFF, 0xFF, 0, 2, 0, 0, 0, 0, 0], VALUE, "no register is written, beyond the last read"),
        (
            &[0x17, 0xFF, 0xFF, 0, 2, 0, 0, 0, 1, 4, 0, 0, 0, 0],
            VALUE,
            "a wrong byte count, and registers beyond the last are read",
        ),
        (&[0x17, 0, 0, 0, 126, 0xFF, 0xFF, 0, 2, 4, 0, 0, 0, 0], VALUE, "too many, and beyond the last"),
        (&[0x17, 0, 64, 0, 1, 0, 0, 0, 1, 2, 0, 0], ADDRESS, "registers that are not there are read"),
        (&[0x17, 0, 0, 0, 1, 0, 64, 0, 1, 2, 0, 0], ADDRESS, "registers that are not there are written"),
        (&[0x14, 6, 6, 0, 1, 0, 0, 0], VALUE, "an impossible byte count of a file read"),
        (&[0x14, 7, 6, 0, 5, 0, 0, 0, 1], ADDRESS, "a file that is not there"),
        (&[0x14, 7, 6, 0, 0, 0, 0, 0, 1], ADDRESS, "file 0"),
        (&[0x15, 9, 6, 0, 1, 0, 16, 0, 1, 0, 0], ADDRESS, "a record that is not there"),
        (&[0x2B, 0x0E, 5, 0], VALUE, "an impossible access"),
        (&[0x2B, 0x0E, 4, 3], ADDRESS, "an object that is not there"),
        (&[0x08, 0, 1, 0, 1], VALUE, "a restart with an impossible word"),
        (&[0x08, 0, 0x13, 0, 0], FUNCTION, "no such subfunction"),
        (&[0x03, 0, 0], VALUE, "too few octets"),
        (&[0x06, 0, 64, 0, 0, 0], VALUE, "too many octets"),
    ] {
        let reply = answer(&mut everything(), pdu);
        if reply != framed(&[0x11, pdu[0] | 0x80, code]) {
            wrong.push(format!("{why}: {pdu:02X?} is answered {reply:02X?} instead of exception {code}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_write_that_reads_does_neither_if_either_is_refused() {
    let mut unit = everything();
    let reply = answer(&mut unit, &[0x17, 0, 64, 0, 1, 0, 0, 0, 1, 2, 0, 7]);
    assert_eq!(reply, framed(&[0x11, 0x97, 0x02]));
    assert_eq!(unit.handler().bank.holding_registers[0], 0);
    let reply = answer(&mut unit, &[0x17, 0, 0, 0, 1, 0, 0, 0, 1, 2, 0, 7]);
    assert_eq!(reply, framed(&[0x11, 0x17, 0x02, 0x00, 0x07]), "it writes before it reads");
}

#[test]
fn a_unit_that_only_listens_is_silent_until_it_is_restarted() {
    let mut unit = everything();
    let write = [0x06, 0, 1, 0, 3];
    assert!(answer(&mut unit, &[0x08, 0, 4, 0, 0]).is_empty());
    assert!(answer(&mut unit, &write).is_empty());
    assert!(answer(&mut unit, &[0x08, 0, 0x0B, 0, 0]).is_empty());
    assert!(answer(&mut unit, &[0x08, 0, 1, 0xFF, 0]).is_empty(), "nor does it answer the restart");
    assert_eq!(unit.handler().bank.holding_registers[1], 0);
    let reply = answer(&mut unit, &write);
    assert_eq!(reply, framed(&[[0x11].as_slice(), &write].concat()));
    let reply = answer(&mut unit, &[0x0C]);
    let pdu = Frame::decode(&reply).unwrap().pdu;
    let Response::GetCommEventLog { log, .. } = Response::decode(pdu).unwrap() else { panic!() };
    assert_eq!(log.last(), Some(&Event::RESTART.0), "the log was cleared");
}

/// Objects are not split, and asking again from the one named next gets all of them, each once.
#[test]
fn an_identification_comes_in_as_many_parts_as_it_takes() {
    let parts = |access: u8| {
        let mut unit = everything();
        let mut ids = Vec::new();
        let mut from = 0;
        loop {
            let reply = answer(&mut unit, &[0x2B, 0x0E, access, from]);
            let response = Response::decode(Frame::decode(&reply).unwrap().pdu).unwrap();
            let Response::ReadDeviceIdentification { more, next, objects, .. } = response else { panic!() };
            ids.push(objects.iter().map(|object| object.id.0).collect::<Vec<_>>());
            if !more {
                assert_eq!(next, ObjectId(0));
                return ids;
            }
            from = next.0;
        }
    };
    assert_eq!(parts(1), [vec![0, 1, 2]]);
    assert_eq!(parts(2), [vec![0, 1, 2, 4], vec![5]]);
    assert_eq!(parts(3), [vec![0, 1, 2, 4], vec![5], vec![0x80]]);
    let reply = answer(&mut everything(), &[0x2B, 0x0E, 1, 7]);
    assert_eq!(reply[8..10], [0, 3], "an unknown object starts the stream again");
    let reply = answer(&mut everything(), &[0x2B, 0x0E, 4, 1]);
    assert_eq!(reply, framed(&[0x11, 0x2B, 0x0E, 4, 0x83, 0, 0, 1, 1, 2, b'D', b'1']));
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

/// Three octets of coils or inputs are eight octets of frame, as are a request for them.
/// The first write is not answered, the second is.
#[test]
fn a_listener_does_not_take_a_repeated_write_for_its_answer() {
    let mut decoder: Decoder = Decoder::new(Expect::Both);
    let write = framed(&[0x11, 0x06, 0x00, 0x01, 0x00, 0x03]);
    let mut told = Vec::new();
    for at in [0, 1_000, 1_020] {
        assert_eq!(decoder.feed_at(&write, ms(at), &LINE), write.len());
        assert!(matches!(decoder.frame(), Some(Ok(_))));
        told.push(decoder.direction());
        assert_eq!(decoder.frame(), None);
    }
    assert_eq!(told, [Direction::Request, Direction::Request, Direction::Response]);
}

#[test]
fn a_listener_tells_a_request_from_an_answer_of_the_same_length() {
    for function in [0x01, 0x02] {
        let request = framed(&[0x11, function, 0x03, 0x00, 0x00, 0x16]);
        let answer = framed(&[0x11, function, 0x03, 0x00, 0x00, 0x16]);
        assert_eq!((request.len(), &request), (8, &answer), "nothing but the order tells");
        let mut listener: Decoder = Decoder::new(Expect::Both);
        for _ in 0..3 {
            listener.feed(&request);
            assert!(listener.frame().unwrap().is_ok());
            assert_eq!(listener.direction(), Direction::Request);
            listener.feed(&answer);
            assert!(listener.frame().unwrap().is_ok());
            assert_eq!(listener.direction(), Direction::Response);
        }
    }
}

/// The frames that the portable monitor's document prints, with the checksums that they lack.
mod portable_monitor {
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
}

#[test]
fn a_number_over_several_registers_is_read_in_the_order_its_maker_chose() {
    let wide = 0x0102_0304_0506_0708_u64;
    for (order, single, double) in [
        (WordOrder::Abcd, [0x47F1, 0x2000], [0x0102, 0x0304, 0x0506, 0x0708]),
        (WordOrder::Cdab, [0x2000, 0x47F1], [0x0708, 0x0506, 0x0304, 0x0102]),
        (WordOrder::Badc, [0xF147, 0x0020], [0x0201, 0x0403, 0x0605, 0x0807]),
        (WordOrder::Dcba, [0x0020, 0xF147], [0x0807, 0x0605, 0x0403, 0x0201]),
    ] {
        assert_eq!(f32::from_registers((&single).into(), 0, order), Some(123_456.0));
        assert_eq!(123_456.0_f32.registers(order), single);
        assert_eq!(u64::from_registers((&double).into(), 0, order), Some(wide));
        assert_eq!(wide.registers(order), double);
        let float = f64::from_bits(wide);
        assert_eq!(f64::from_registers((&double).into(), 0, order), Some(float));
        assert_eq!(float.registers(order), double);
    }
}

#[test]
fn text_is_read_with_either_order_and_either_filling() {
    let text = Point::holding("name", 0, Kind::Text(3));
    for (octets, order) in [
        (b"meter\0", WordOrder::Abcd),
        (b"meter ", WordOrder::Abcd),
        (b"emet\0r", WordOrder::Badc),
        (b"emet r", WordOrder::Dcba),
    ] {
        let value = text.ordered(order).decode(Registers::from_octets(octets));
        assert_eq!(value, Value::Text(Text::first_first(b"meter")), "{order:?}");
    }
}
