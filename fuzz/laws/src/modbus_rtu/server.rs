//! Laws of units and of a server.

use modbus_rtu::{
    Asked, Bank, Bits, BitsOut, Conformity, Decoder, Dialect, Direction, ExceptionCode, Expect, FileRange,
    FileRecord, Frame, FunctionCode, Functions, Handler, Line, ObjectId, Range, Registers, RegistersOut,
    Request, Respond, Response, Server, Unit, UnitId, Writer,
};

use super::layout::{self, Length, fits};
use super::values::with_request;
use super::{EXCHANGES, UNIT, framed, intact};
use crate::{Seed, machine, stream};

type Result<T = ()> = core::result::Result<T, ExceptionCode>;

/// The unit next to the first.
const OTHER: UnitId = UnitId(0x12);

/// A unit with every function, some addresses of which it refuses. Register 1 is memory.
#[derive(Clone)]
struct Every(u16);

/// Fields that the standard allows, and addresses that the unit has.
fn allowed(range: Range, most: u16) -> Result {
    assert!((1..=most).contains(&range.quantity()));
    if range.start() < 0xF000 { Ok(()) } else { Err(ExceptionCode::ILLEGAL_DATA_ADDRESS) }
}

/// How many values are answered: too few or too many from some addresses on, which a unit may not pass on.
fn given(range: Range, wanted: usize) -> usize {
    assert_eq!(wanted, usize::from(range.quantity()));
    match range.start() {
        0xE000..0xE800 => wanted - 1,
        0xE800..0xF000 => wanted + 1,
        _ => wanted,
    }
}

fn count(range: Range, out: &mut RegistersOut<'_>) {
    out.extend((range.start()..=range.last()).cycle().take(given(range, out.wanted())));
}

fn alternate(range: Range, out: &mut BitsOut<'_>) {
    out.extend([false, true].into_iter().cycle().take(given(range, out.wanted())));
}

fn exists(range: FileRange) {
    let FileRange { file, record, length } = range;
    assert!(file > 0 && length > 0 && u32::from(record) + u32::from(length) <= 10_000);
}

impl Handler for Every {
    const FUNCTIONS: Functions = Functions::ALL;
    const CONFORMITY: Conformity = Conformity::EXTENDED;

    fn read_coils(&mut self, range: Range, out: &mut BitsOut<'_>) -> Result {
        alternate(range, out);
        allowed(range, 2_000)
    }

    fn read_discrete_inputs(&mut self, range: Range, out: &mut BitsOut<'_>) -> Result {
        alternate(range, out);
        allowed(range, 2_000)
    }

    fn read_holding_registers(&mut self, range: Range, out: &mut RegistersOut<'_>) -> Result {
        if range == Range::one(1) {
            out.push(self.0);
        } else {
            count(range, out);
        }
        allowed(range, 125)
    }

    fn read_input_registers(&mut self, range: Range, out: &mut RegistersOut<'_>) -> Result {
        count(range, out);
        allowed(range, 125)
    }

    fn write_single_coil(&mut self, address: u16, _: bool) -> Result {
        allowed(Range::one(address), 1)
    }

    fn write_single_register(&mut self, address: u16, value: u16) -> Result {
        if address == 1 {
            self.0 = value;
        }
        if address < 0xF000 { Ok(()) } else { Err(ExceptionCode(0x55)) }
    }

    fn read_exception_status(&mut self) -> Result<u8> {
        Ok(0x6D)
    }

    fn write_multiple_coils(&mut self, range: Range, coils: Bits<'_>) -> Result {
        assert_eq!(coils.iter().count(), usize::from(range.quantity()));
        allowed(range, 1_968)
    }

    fn write_multiple_registers(&mut self, range: Range, registers: Registers<'_>) -> Result {
        assert_eq!(registers.iter().count(), usize::from(range.quantity()));
        allowed(range, 123)
    }

    fn report_server_id(&mut self, out: &mut Writer<'_>) -> Result {
        out.put(b"every\xFF");
        Ok(())
    }

    fn read_file_record(&mut self, range: FileRange, out: &mut RegistersOut<'_>) -> Result {
        exists(range);
        // A reply that is too long is refused when it is complete.
        assert!(out.wanted() == 0 || out.wanted() == usize::from(range.length));
        out.extend(core::iter::repeat_n(range.record, range.length.into()));
        if range.file < 0xF000 { Ok(()) } else { Err(ExceptionCode::MEMORY_PARITY_ERROR) }
    }

    fn write_file_record(&mut self, record: FileRecord<'_>) -> Result {
        exists(record.range());
        Ok(())
    }

    fn mask_write_register(&mut self, address: u16, _: u16, _: u16) -> Result {
        allowed(Range::one(address), 1)
    }

    fn read_write_multiple_registers(
        &mut self,
        write: Range,
        registers: Registers<'_>,
        read: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result {
        assert_eq!(registers.len(), usize::from(write.quantity()));
        count(read, out);
        allowed(write, 121)?;
        allowed(read, 125)
    }

    fn read_fifo_queue(&mut self, address: u16, out: &mut RegistersOut<'_>) -> Result {
        // More than 31 are refused.
        out.extend(core::iter::repeat_n(address, usize::from(address % 64)));
        Ok(())
    }

    fn object(&mut self, id: ObjectId) -> Option<&[u8]> {
        const TEXT: [u8; 255] = [b'x'; 255];
        match id.0 {
            0..=4 => Some(b"a text of the identification"),
            // The last of them are too long, and are cut.
            0xF0.. => Some(&TEXT[..usize::from(id.0)]),
            0x80..=0x9F => Some(&[]),
            _ => None,
        }
    }

    fn encapsulated_interface(&mut self, _: u8, data: &[u8], out: &mut Writer<'_>) -> Result {
        out.put(data);
        out.put(data);
        Ok(())
    }

    fn other(&mut self, function: FunctionCode, data: &[u8], out: &mut Writer<'_>) -> Result {
        assert!((1..0x80).contains(&function.0) && !Functions::PUBLIC.contains(function));
        out.put(data);
        out.put(data);
        if function.0 == 0x64 { Err(ExceptionCode::ACKNOWLEDGE) } else { Ok(()) }
    }
}

/// A unit that is asked what the octets say answers as it has to. A server that hears the octets answers only
/// requests to its units, with what answers them, and after a pause it answers the next request.
pub fn server(octets: &[u8]) {
    unit(octets);
    let line = Line::new(9_600, 11);
    let bank = || Unit::new(UNIT, Bank::<512, 512, 512, 512>::new());
    let every = |id| Unit::new(id, Every(0));
    serve(bank(), &[UNIT], line, octets);
    serve(every(UNIT), &[UNIT], line.echoing(), octets);
    serve([every(UNIT), every(OTHER)], &[UNIT, OTHER], line, octets);
    serve((bank(), every(OTHER)), &[UNIT, OTHER], line.echoing(), octets);
}

/// One request of a seed after the other.
fn unit(octets: &[u8]) {
    let mut seed = Seed(octets);
    let mut unit = Unit::new(UNIT, Every(0));
    let mut listens = false;
    while !seed.is_empty() {
        let kind = seed.u8();
        let mut pdu = Vec::new();
        match kind & 3 {
            0 => with_request(&mut seed, |request| {
                let mut buffer = [0; Frame::MAX_PDU];
                pdu.extend_from_slice(request.encode(&mut buffer).unwrap_or_default());
            }),
            1 => pdu.extend_from_slice(seed.slice(1 + usize::from(kind >> 2))),
            2 => pdu.extend_from_slice(EXCHANGES[usize::from(kind >> 2) % EXCHANGES.len()].0),
            _ => pdu.extend_from_slice(&[0x08, 0x00, if kind & 4 == 0 { 0x01 } else { 0x04 }, 0x00, 0x00]),
        }
        if pdu.is_empty() {
            continue;
        }
        let to = match kind >> 5 {
            // Only writes go to all.
            0 if !matches!(pdu.first(), Some(0x05 | 0x06 | 0x0F | 0x10 | 0x15 | 0x16)) => continue,
            0 => UnitId::BROADCAST,
            1 => OTHER,
            _ => UNIT,
        };
        let mut buffer = [0; Frame::MAX_LEN];
        let reply = unit.answer(&Frame { unit: to, pdu: &pdu }, &mut buffer);
        let own = to == UNIT;
        let decoded = Request::decode(&pdu).is_ok();
        let is_request = pdu[0] < 0x80;
        let listened = listens;
        if own && decoded {
            listens = match pdu[..] {
                [0x08, 0x00, 0x04, ..] => true,
                [0x08, 0x00, 0x01, ..] => false,
                _ => listens,
            };
        }
        if !own || !is_request || listens || listened {
            assert!(reply.is_empty(), "{reply:02X?} where nobody may answer");
        } else {
            answers(&framed(&[&[to.0], &pdu[..]].concat()), reply);
        }
    }
}

/// That a reply answers a request, and that a client finds so.
fn answers(asked: &[u8], reply: &[u8]) {
    let frame = Frame::decode(reply).unwrap();
    let response = Response::decode(frame.pdu).unwrap();
    assert_eq!(
        (frame.unit.0, response.function().0),
        (asked[0], asked[1]),
        "the unit answers to its function"
    );
    if !matches!(response, Response::Exception { .. }) {
        let request = Request::decode(&asked[1..asked.len() - 2]).expect("what cannot be read is refused");
        assert!(fits(Dialect::STRICT, &request, &response), "{response:?} does not answer {request:?}");
    }
    let mut client = Decoder::new(Expect::ResponseTo(Asked::new(asked).unwrap()));
    assert_eq!(stream::first(&mut client, reply, true).as_deref(), Some(reply), "the client passes it over");
}

/// Whether a request to the unit that replies was heard which it answers.
fn is_asked(heard: &[u8], reply: &[u8]) -> bool {
    let starts = (0..heard.len()).filter(|start| heard[*start] == reply[0]);
    starts.map(|start| &heard[start..]).any(|octets| {
        let is_answered =
            |octets: Option<&[u8]>| octets.is_some_and(|octets| intact(octets) && is_answer(octets, reply));
        match layout::length(Direction::Request, octets) {
            Some(Length::Octets(length)) => is_answered(octets.get(..length)),
            Some(_) => (4..=octets.len().min(256)).any(|end| is_answered(octets.get(..end))),
            // A count that is impossible is refused, wherever a silence ends the frame.
            None => reply[1] >= 0x80 && (4..=octets.len().min(256)).any(|end| is_answered(octets.get(..end))),
        }
    })
}

fn is_answer(asked: &[u8], reply: &[u8]) -> bool {
    layout::answer(asked, reply) == Some(reply.len())
}

fn serve<R: Respond + 'static>(units: R, ids: &[UnitId], line: Line, octets: &[u8]) {
    let mut server = Server::new(units, line);
    let mut now = machine::overhear(&mut server, octets, line.echo, |heard, reply| {
        assert!(ids.contains(&UnitId(reply[0])), "an answer in another unit's name");
        assert!(is_asked(heard, reply), "{reply:02X?} answers nothing that was asked");
    });
    let mut ask = |request: &[u8]| machine::ask(&mut server, &mut now, &framed(request), line.echo);
    let kind = octets.first().copied().map_or(0, usize::from);
    for UnitId(id) in ids {
        // A unit that was told to listen answers nothing until it is told to restart, and not that either.
        let silenced = framed(&[*id, 0x08, 0x00, 0x04, 0x00, 0x00]);
        if octets.windows(silenced.len()).any(|window| window == silenced) {
            ask(&[*id, 0x08, 0x00, 0x01, 0x00, 0x00]);
        }
        for kind in [0, kind] {
            let request = [&[*id], EXCHANGES[kind % EXCHANGES.len()].0].concat();
            let reply = ask(&request).expect("a request after a pause is answered, whatever came before");
            answers(&framed(&request), &reply);
        }
    }
    let value = [0xA5, kind as u8];
    assert_eq!(ask(&[&[0x00, 0x06, 0x00, 0x01], &value[..]].concat()), None, "nobody answers as everybody");
    for UnitId(id) in ids {
        let reply = ask(&[*id, 0x03, 0x00, 0x01, 0x00, 0x01]).unwrap();
        assert_eq!(reply, framed(&[&[*id, 0x03, 2], &value[..]].concat()), "everybody obeys");
    }
}
