use core::hint::black_box;

use ::modbus_rtu::{
    Access, Asked, Bank, Bits, BitsOut, Client, Conformity, Decoder, Device, Diagnostic, Dialect, Direction,
    Event, ExceptionCode, Expect, FileRange, FileRecord, Frame, FunctionCode, Functions, Handler, Items,
    Kind, Line, Map, Note, Number, Object, ObjectId, Point, Range, Registers, RegistersOut, Request, Respond,
    Response, Retry, Server, Unit, UnitId, UnitSet, WordOrder, Writer, checksum,
};

use crate::{any_time, drive, with_buffer};

pub fn run(octets: &[u8]) {
    frames(octets);
    requests(octets);
    responses(octets);
    names();
    ranges();
    values(octets);
    dialects(octets);
    decoder(octets);
    maps(octets);
    lines();
    client(octets);
    server(octets);
}

fn any_unit() -> UnitId {
    black_box(UnitId(0))
}

fn any_word() -> u16 {
    black_box(0)
}

fn any_octet() -> u8 {
    black_box(0)
}

fn any_dialect() -> Dialect {
    black_box(Dialect::STRICT)
}

fn any_range() -> Range {
    black_box(Range::one(0))
}

fn frames(octets: &[u8]) {
    black_box(checksum(octets));
    black_box(any_unit().is_reserved());
    black_box(Frame::decode(octets).is_ok());
    let frame = black_box(Frame { unit: any_unit(), pdu: octets });
    black_box(with_buffer(|buffer| frame.encode(buffer).is_ok()));
}

fn requests(octets: &[u8]) {
    if let Ok(request) = Request::decode(octets) {
        request_of(&request);
        match request {
            Request::WriteMultipleCoils { coils, .. } => bits_of(coils),
            Request::WriteMultipleRegisters { registers, .. } => registers_of(registers),
            Request::ReadFileRecord { ranges } => {
                black_box((ranges.is_empty(), ranges == black_box(ranges)));
                ranges.iter().for_each(|range| _ = black_box(range));
            }
            Request::WriteFileRecord { records } => records_of(records),
            _ => {}
        }
    }
    // A value from memory, which no decoding checked.
    let registers = black_box(Registers::from(black_box(&[0; 300])));
    let coils = black_box(Bits::from(black_box(&[false; 3_000])));
    let record = black_box(FileRecord { file: any_word(), record: any_word(), registers });
    let range = black_box(FileRange { file: any_word(), record: any_word(), length: any_word() });
    for request in black_box([
        Request::Diagnostics { diagnostic: black_box(Diagnostic(0)), data: registers },
        Request::WriteMultipleCoils { start: any_word(), coils },
        Request::WriteMultipleRegisters { start: any_word(), registers },
        Request::ReadFileRecord { ranges: Items::from(black_box(&[range; 300])) },
        Request::WriteFileRecord { records: Items::from(black_box(&[record; 300])) },
        Request::ReadWriteMultipleRegisters { read: any_range(), start: any_word(), registers },
        Request::ReadDeviceIdentification { access: black_box(Access::Basic), object: ObjectId(any_octet()) },
        Request::EncapsulatedInterface { interface: any_octet(), data: octets },
        Request::Other { function: FunctionCode(any_octet()), data: octets },
    ]) {
        request_of(&request);
    }
}

fn request_of(request: &Request<'_>) {
    let request = black_box(request);
    black_box(request.function());
    black_box(request == black_box(request));
    black_box(with_buffer(|buffer| request.encode(buffer).is_ok()));
    black_box(with_buffer(|buffer| request.encode_frame(any_unit(), buffer).is_ok()));
}

fn responses(octets: &[u8]) {
    if let Ok(response) = Response::decode(octets) {
        response_of(&response);
        match response {
            Response::ReadCoils { coils } => bits_of(coils),
            Response::ReadHoldingRegisters { registers } => registers_of(registers),
            Response::ReadFileRecord { records } => {
                black_box((records.is_empty(), records == black_box(records)));
                records.iter().for_each(registers_of);
            }
            Response::WriteFileRecord { records } => records_of(records),
            Response::ReadDeviceIdentification { objects, .. } => {
                black_box((objects.is_empty(), objects == black_box(objects)));
                objects.iter().for_each(|object| _ = black_box(object));
            }
            _ => {}
        }
    }
    let registers = black_box(Registers::from(black_box(&[0; 300])));
    let coils = black_box(Bits::from(black_box(&[false; 3_000])));
    let record = black_box(FileRecord { file: any_word(), record: any_word(), registers });
    let object = black_box(Object { id: ObjectId(any_octet()), value: octets });
    for response in black_box([
        Response::ReadCoils { coils },
        Response::ReadHoldingRegisters { registers },
        Response::Diagnostics { diagnostic: black_box(Diagnostic(0)), data: registers },
        Response::GetCommEventLog {
            status: any_word(),
            events: any_word(),
            messages: any_word(),
            log: octets,
        },
        Response::WriteMultipleCoils { range: any_range() },
        Response::ReportServerId { data: octets },
        Response::ReadFileRecord { records: Items::from(black_box(&[registers; 300])) },
        Response::WriteFileRecord { records: Items::from(black_box(&[record; 300])) },
        Response::ReadFifoQueue { registers },
        Response::ReadDeviceIdentification {
            access: black_box(Access::Basic),
            conformity: Conformity(any_octet()),
            more: black_box(false),
            next: ObjectId(any_octet()),
            objects: Items::from(black_box(&[object; 300])),
        },
        Response::EncapsulatedInterface { interface: any_octet(), data: octets },
        Response::Exception { function: FunctionCode(any_octet()), exception: ExceptionCode(any_octet()) },
        Response::Other { function: FunctionCode(any_octet()), data: octets },
    ]) {
        response_of(&response);
    }
}

fn response_of(response: &Response<'_>) {
    let response = black_box(response);
    black_box(response.function());
    black_box(response == black_box(response));
    black_box(with_buffer(|buffer| response.encode(buffer).is_ok()));
    black_box(with_buffer(|buffer| response.encode_frame(any_unit(), buffer).is_ok()));
}

fn records_of(records: Items<'_, FileRecord<'_>>) {
    black_box((records.is_empty(), records == black_box(records)));
    records.iter().for_each(|record| _ = black_box(record.range()));
}

fn registers_of(registers: Registers<'_>) {
    black_box((registers.len(), registers.is_empty(), registers.at(black_box(0)), registers.octets()));
    black_box(registers.slice(black_box(0), black_box(0)));
    registers.iter().for_each(|value| _ = black_box(value));
    black_box(registers == black_box(registers));
}

fn bits_of(bits: Bits<'_>) {
    black_box((bits.len(), bits.is_empty(), bits.at(black_box(0)), bits.first(black_box(0))));
    bits.iter().for_each(|value| _ = black_box(value));
    black_box(bits == black_box(bits));
}

fn names() {
    black_box(FunctionCode(any_octet()).name());
    black_box(ExceptionCode(any_octet()).name());
    black_box(Diagnostic(any_word()).name());
    black_box(ObjectId(any_octet()).name());
    let conformity = black_box(Conformity(0));
    black_box((conformity.name(), conformity.level(), conformity.has_individual()));
    let functions = black_box(Functions::of(black_box(&[FunctionCode(0); 300])));
    black_box(functions.or(black_box(Functions::PUBLIC)).contains(FunctionCode(any_octet())));
    black_box(black_box(Event(0)) == Event::RESTART);
}

fn ranges() {
    black_box(Range::new(any_word(), any_word()));
    let range = any_range();
    black_box((range.start(), range.quantity(), range.last()));
    range.iter().for_each(|address| _ = black_box(address));
    let mut table = black_box([0_u16; 300]);
    black_box(range.of(black_box(&table[..])).is_ok());
    black_box(range.of_mut(black_box(&mut table[..])).is_ok());
}

fn values(octets: &[u8]) {
    registers_of(black_box(Registers::from_octets(octets)));
    bits_of(black_box(Bits::from_octets(octets, black_box(0))));
    with_buffer(|buffer| {
        let mut out = black_box(RegistersOut::new(buffer));
        out.push(any_word());
        out.extend(black_box(&[0_u16; 300]));
        black_box((out.wanted(), out.len(), out.is_empty(), out.is_full()));
    });
    with_buffer(|buffer| {
        let mut out = black_box(BitsOut::new(buffer, black_box(0)));
        out.push(black_box(false));
        out.extend(black_box(&[false; 300]));
        black_box((out.wanted(), out.len(), out.is_empty(), out.is_full()));
    });
}

fn dialects(octets: &[u8]) {
    let dialect = any_dialect();
    black_box(dialect.frame(black_box(Direction::Request), octets).is_ok());
    black_box(dialect.response(octets).is_ok());
    if let Ok(request) = dialect.request(octets) {
        let request = black_box(request);
        black_box(with_buffer(|buffer| dialect.encode_frame(&request, any_unit(), buffer).is_ok()));
    }
}

fn decoder(octets: &[u8]) {
    let line = any_line();
    let asked = Asked::new(octets);
    if let Some(asked) = asked {
        black_box((asked.unit(), asked.function()));
        black_box(Expect::ResponseTo(asked));
    }
    let units = black_box(UnitSet::NONE).with(any_unit());
    black_box(units.contains(any_unit()));
    let mut decoder: Decoder = Decoder::new(black_box(Expect::Both)).in_dialect(any_dialect());
    black_box(black_box(&mut decoder).feed(octets));
    black_box(black_box(&mut decoder).feed_at(octets, any_time(), &line));
    black_box(black_box(&mut decoder).silent_at(&line));
    black_box(black_box(&mut decoder).elapse(any_time(), &line));
    black_box(&mut decoder).silence();
    while let Some(result) = black_box(&mut decoder).frame() {
        black_box(result.is_ok());
    }
    let decoder_now = black_box(&decoder);
    black_box((
        decoder_now.direction(),
        decoder_now.octets(),
        decoder_now.behind(),
        decoder_now.last().is_ok(),
    ));
    black_box(&mut decoder).clear();
    black_box(&mut decoder);
}

fn maps(octets: &[u8]) {
    let bits = [Point::coil("", black_box(0)), Point::discrete_input("", black_box(0))];
    black_box(bits.map(|point| point.scaled(black_box(0)).table.is_bits()));
    let points = black_box([Point::holding("", 0, Kind::U16), Point::input("", 0, Kind::U16)]);
    let Ok(map) = Map::new(black_box(&points)) else { return };
    black_box((map.points().len(), map.point("").is_some()));
    for read in map.reads(any_word(), any_word()) {
        black_box(read.request());
        if let Ok(response) = Response::decode(octets) {
            read.readings(&response).for_each(|reading| _ = black_box(reading));
        }
    }
    let registers = Registers::from_octets(octets);
    for point in points {
        let mut buffer = black_box([0; 16]);
        let value = point.decode(registers);
        black_box(point.decode_bit(black_box(true)));
        if let Ok(registers) = point.encode(black_box(&value), &mut buffer) {
            black_box(registers);
        }
        black_box(point.write(black_box(&value), &mut buffer).is_ok());
        black_box((point.kind.addresses(), point.table.limit()));
    }
    numbers(registers);
}

fn numbers(registers: Registers<'_>) {
    let (index, order) = (usize::from(any_word()), black_box(WordOrder::Cdab));
    black_box((u16::from_registers(registers, index, order), i32::from_registers(registers, index, order)));
    black_box((f64::from_registers(registers, index, order), black_box(0_f32).registers(order)));
    black_box((black_box(0_u64).registers(order), black_box(0_i16).registers(order)));
}

fn any_line() -> Line {
    black_box(Line::new(black_box(0), black_box(0)))
}

fn lines() {
    black_box(any_line().buffered(any_time()).echoing());
    black_box(Line::strict(black_box(0), black_box(0)));
    black_box(any_line().time(black_box(0)));
}

fn client(octets: &[u8]) {
    let mut client = Client::new(any_line());
    let retry = black_box(Retry { timeout: any_time(), retries: 0 });
    let device =
        black_box(Device { retry, idle: any_time(), dialect: any_dialect(), ..Device::new(any_unit()) });
    let request = black_box(Request::Other { function: FunctionCode(0), data: octets });
    black_box(black_box(&mut client).start(&device, &request).is_ok());
    drive(&mut client, octets);
    black_box(black_box(&client).counts());
}

fn server(octets: &[u8]) {
    let banks = || Unit::new(any_unit(), Bank::<300, 300, 300, 300>::new());
    serve(black_box(banks()), octets);
    serve(black_box(Unit::new(any_unit(), Every)), octets);
    serve(black_box([banks(), banks()]), octets);
    serve(black_box((banks(), Unit::new(any_unit(), Every))), octets);
    let mut unit = black_box(Unit::new(any_unit(), Every));
    let frame = black_box(Frame { unit: any_unit(), pdu: octets });
    let mut reply = black_box([0; Frame::MAX_LEN]);
    black_box(black_box(&mut unit).answer(&frame, &mut reply));
    black_box((black_box(&unit).id(), black_box(&mut unit).handler()));
}

fn serve(units: impl Respond, octets: &[u8]) {
    let mut server = Server::new(units, any_line());
    drive(&mut server, octets);
    black_box(&mut server).overrun();
    let units = black_box(&mut server).units();
    units.note(black_box(Note::Message));
    black_box(units.units(black_box(UnitSet::NONE)));
    let frame = black_box(Frame { unit: any_unit(), pdu: octets });
    let mut reply = black_box([0; Frame::MAX_LEN]);
    black_box(units.respond(&frame, &mut reply));
}

/// A unit with every function.
struct Every;

type Result<T = ()> = core::result::Result<T, ExceptionCode>;

fn any_result() -> Result {
    black_box(Ok(()))
}

impl Handler for Every {
    const FUNCTIONS: Functions = Functions::ALL;
    const CONFORMITY: Conformity = Conformity::EXTENDED;

    fn read_coils(&mut self, range: Range, out: &mut BitsOut<'_>) -> Result {
        black_box((range, out));
        any_result()
    }

    fn read_discrete_inputs(&mut self, range: Range, out: &mut BitsOut<'_>) -> Result {
        black_box((range, out));
        any_result()
    }

    fn read_holding_registers(&mut self, range: Range, out: &mut RegistersOut<'_>) -> Result {
        black_box((range, out));
        any_result()
    }

    fn read_input_registers(&mut self, range: Range, out: &mut RegistersOut<'_>) -> Result {
        black_box((range, out));
        any_result()
    }

    fn write_single_coil(&mut self, address: u16, on: bool) -> Result {
        black_box((address, on));
        any_result()
    }

    fn write_single_register(&mut self, address: u16, value: u16) -> Result {
        black_box((address, value));
        any_result()
    }

    fn read_exception_status(&mut self) -> Result<u8> {
        black_box(Ok(0))
    }

    fn diagnostic_register(&mut self) -> u16 {
        any_word()
    }

    fn clear_diagnostic_register(&mut self) {}

    fn write_multiple_coils(&mut self, range: Range, coils: Bits<'_>) -> Result {
        black_box((range, coils));
        any_result()
    }

    fn write_multiple_registers(&mut self, range: Range, registers: Registers<'_>) -> Result {
        black_box((range, registers));
        any_result()
    }

    fn report_server_id(&mut self, out: &mut Writer<'_>) -> Result {
        black_box(out);
        any_result()
    }

    fn read_file_record(&mut self, range: FileRange, out: &mut RegistersOut<'_>) -> Result {
        black_box((range, out));
        any_result()
    }

    fn write_file_record(&mut self, record: FileRecord<'_>) -> Result {
        black_box(record);
        any_result()
    }

    fn mask_write_register(&mut self, address: u16, and: u16, or: u16) -> Result {
        black_box((address, and, or));
        any_result()
    }

    fn read_write_multiple_registers(
        &mut self,
        write: Range,
        registers: Registers<'_>,
        read: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result {
        black_box((write, registers, read, out));
        any_result()
    }

    fn read_fifo_queue(&mut self, address: u16, out: &mut RegistersOut<'_>) -> Result {
        black_box((address, out));
        any_result()
    }

    fn object(&mut self, id: ObjectId) -> Option<&[u8]> {
        const OBJECT: [u8; 300] = [0; 300];
        black_box(id);
        black_box(Some(black_box(&OBJECT[..])))
    }

    fn encapsulated_interface(&mut self, interface: u8, data: &[u8], out: &mut Writer<'_>) -> Result {
        black_box((interface, data, out));
        any_result()
    }

    fn other(&mut self, function: FunctionCode, data: &[u8], out: &mut Writer<'_>) -> Result {
        black_box((function, data, out));
        any_result()
    }
}
