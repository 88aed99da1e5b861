//! Every request of the crate, sent by its client over pseudo-terminals to the units of others and our own.

use std::path::Path;
use std::time::Duration;

use inspect::{Parity, Port};
use modbus_rtu::{
    Access, Bits, Client, Conformity, Device, Diagnostic, ExceptionCode, FileRange, FileRecord, FunctionCode,
    Line, Object, ObjectId, Range, Registers, Request, Response, Retry, TransactionError, UnitId,
};

use crate::peers::{PYMODBUS, Pair, Running, SOCAT, have, python};

/// A client of unit 17.
struct Caller {
    client: Client,
    port: Port,
}

impl Caller {
    fn new(path: &Path) -> Self {
        let line = Line::new(9_600, 10).buffered(Duration::from_millis(50));
        let port = Port::open(path.to_str().unwrap().into(), 9_600, Parity::None).unwrap();
        Self { client: Client::new(line), port }
    }

    fn check(&mut self, request: Request<'_>, expected: Result<Response<'_>, TransactionError>) {
        // A script of others may be slow; nothing is sent twice, since units count.
        let retry = Retry { timeout: Duration::from_secs(20), retries: 0 };
        self.check_with(retry, request, expected.map(Some));
    }

    fn check_with(
        &mut self,
        retry: Retry,
        request: Request<'_>,
        expected: Result<Option<Response<'_>>, TransactionError>,
    ) {
        let device = Device { retry, ..Device::new(UnitId(17)) };
        self.client.start(&device, &request).unwrap();
        let run = self.port.run(&mut self.client, |outcome| {
            assert_eq!(outcome, expected, "{request:?}");
        });
        run.unwrap();
    }

    fn answers(&mut self, request: Request<'_>, expected: Response<'_>) {
        self.check(request, Ok(expected));
    }

    fn refuses(&mut self, request: Request<'_>, exception: ExceptionCode) {
        let function = request.function();
        self.check(request, Err(TransactionError::Exception { function, exception }));
    }

    /// The data of a diagnostics request, and of its response.
    fn diagnoses(&mut self, diagnostic: Diagnostic, data: u16, answer: u16) {
        let (data, answer) = ([data], [answer]);
        self.answers(
            Request::Diagnostics { diagnostic, data: (&data).into() },
            Response::Diagnostics { diagnostic, data: (&answer).into() },
        );
    }
}

const fn range(start: u16, quantity: u16) -> Range {
    match Range::new(start, quantity) {
        Some(range) => range,
        None => panic!("there are no such addresses"),
    }
}

/// What both units answer alike: the functions on tables.
fn check_tables(caller: &mut Caller) {
    let bits = |octets| Bits::from_octets(octets, 10);
    caller.answers(
        Request::ReadCoils { range: range(0, 10) },
        Response::ReadCoils { coils: bits(&[0x49, 0x02]) },
    );
    caller.answers(
        Request::ReadDiscreteInputs { range: range(0, 10) },
        Response::ReadDiscreteInputs { inputs: bits(&[0x21, 0x00]) },
    );
    caller.answers(
        Request::ReadHoldingRegisters { range: range(98, 2) },
        Response::ReadHoldingRegisters { registers: (&[1098, 1099]).into() },
    );
    caller.answers(
        Request::ReadInputRegisters { range: range(98, 2) },
        Response::ReadInputRegisters { registers: (&[2098, 2099]).into() },
    );
    caller.refuses(Request::ReadInputRegisters { range: range(99, 2) }, ExceptionCode::ILLEGAL_DATA_ADDRESS);
    caller.answers(
        Request::WriteSingleCoil { address: 1, on: true },
        Response::WriteSingleCoil { address: 1, on: true },
    );
    caller.answers(
        Request::WriteSingleRegister { address: 5, value: 77 },
        Response::WriteSingleRegister { address: 5, value: 77 },
    );
    caller.answers(
        Request::WriteMultipleCoils { start: 3, coils: (&[false, true, true]).into() },
        Response::WriteMultipleCoils { range: range(3, 3) },
    );
    caller.answers(
        Request::ReadCoils { range: range(0, 8) },
        Response::ReadCoils { coils: Bits::from_octets(&[0x73], 8) },
    );
    caller.answers(
        Request::WriteMultipleRegisters { start: 6, registers: (&[78, 79]).into() },
        Response::WriteMultipleRegisters { range: range(6, 2) },
    );
    caller.answers(
        Request::MaskWriteRegister { address: 5, and: 0xF2, or: 0x25 },
        Response::MaskWriteRegister { address: 5, and: 0xF2, or: 0x25 },
    );
    caller.answers(
        Request::ReadWriteMultipleRegisters { read: range(5, 3), start: 7, registers: (&[80]).into() },
        Response::ReadWriteMultipleRegisters { registers: (&[0x45, 78, 80]).into() },
    );
    let records = [FileRecord { file: 2, record: 7, registers: (&[1, 2]).into() }];
    caller.answers(
        Request::WriteFileRecord { records: (&records).into() },
        Response::WriteFileRecord { records: (&records).into() },
    );
    for (diagnostic, data, answer) in [
        (Diagnostic::RETURN_QUERY_DATA, 0xA537, 0xA537),
        (Diagnostic::RESTART_COMMUNICATIONS_OPTION, 0xFF00, 0xFF00),
        (Diagnostic::RETURN_DIAGNOSTIC_REGISTER, 0, 0),
        (Diagnostic::CHANGE_ASCII_INPUT_DELIMITER, 0x0A00, 0x0A00),
        (Diagnostic::RETURN_BUS_COMMUNICATION_ERROR_COUNT, 0, 0),
        (Diagnostic::RETURN_SERVER_NO_RESPONSE_COUNT, 0, 0),
        (Diagnostic::RETURN_SERVER_NAK_COUNT, 0, 0),
        (Diagnostic::RETURN_SERVER_BUSY_COUNT, 0, 0),
        (Diagnostic::RETURN_BUS_CHARACTER_OVERRUN_COUNT, 0, 0),
        (Diagnostic::CLEAR_OVERRUN_COUNTER_AND_FLAG, 0, 0),
        (Diagnostic::CLEAR_COUNTERS, 0, 0),
    ] {
        caller.diagnoses(diagnostic, data, answer);
    }
}

/// Without functions 14 and 18: pymodbus 3.16.1 answers reads of files and queues with a text and a queue of
/// its own, whatever is asked. It counts nothing.
#[test]
fn pymodbus_answers_every_request() {
    if !have(&[SOCAT, PYMODBUS]) {
        return;
    }
    let pair = Pair::new();
    let _unit = Running::that_says("serving", python("pymodbus_server.py").arg(&pair.there));
    let mut caller = Caller::new(&pair.here);
    check_tables(&mut caller);
    for diagnostic in [
        Diagnostic::RETURN_BUS_MESSAGE_COUNT,
        Diagnostic::RETURN_BUS_EXCEPTION_ERROR_COUNT,
        Diagnostic::RETURN_SERVER_MESSAGE_COUNT,
    ] {
        caller.diagnoses(diagnostic, 0, 0);
    }
    caller.answers(Request::ReadExceptionStatus, Response::ReadExceptionStatus { status: 0 });
    caller.answers(Request::GetCommEventCounter, Response::GetCommEventCounter { status: 0, events: 0 });
    caller.answers(
        Request::GetCommEventLog,
        Response::GetCommEventLog { status: 0, events: 0, messages: 0, log: &[] },
    );
    let data = b"meterwire-PM-3.16.1\xFF";
    caller.answers(Request::ReportServerId, Response::ReportServerId { data });
    let access = Access::Individual;
    let objects = [Object { id: ObjectId::PRODUCT_CODE, value: b"PM" }];
    caller.answers(
        Request::ReadDeviceIdentification { access, object: ObjectId::PRODUCT_CODE },
        Response::ReadDeviceIdentification {
            access,
            conformity: Conformity::EXTENDED,
            more: false,
            next: ObjectId(0),
            objects: (&objects).into(),
        },
    );
    let (interface, data) = (0x0D, &[0x12, 0x34]);
    caller.answers(
        Request::EncapsulatedInterface { interface, data },
        Response::EncapsulatedInterface { interface, data },
    );
    let function = FunctionCode(0x41);
    caller.answers(Request::Other { function, data }, Response::Other { function, data });
}

#[test]
fn the_simulated_unit_answers_every_request() {
    if !have(&[SOCAT]) {
        return;
    }
    let pair = Pair::new();
    let _unit = pair.serve(&["modbus", "--unit", "17"]);
    let mut caller = Caller::new(&pair.here);
    check_tables(&mut caller);
    caller.answers(Request::ReadExceptionStatus, Response::ReadExceptionStatus { status: 0x6D });
    caller.answers(Request::ReportServerId, Response::ReportServerId { data: b"inspect\xFF" });
    let ranges = [FileRange { file: 2, record: 7, length: 3 }, FileRange { file: 3, record: 99, length: 1 }];
    let records: [Registers<'_>; 2] = [(&[1, 2, 2009]).into(), (&[3099]).into()];
    caller.answers(
        Request::ReadFileRecord { ranges: (&ranges).into() },
        Response::ReadFileRecord { records: (&records).into() },
    );
    let ranges = [FileRange { file: 4, record: 0, length: 1 }];
    let request = Request::ReadFileRecord { ranges: (&ranges).into() };
    caller.refuses(request, ExceptionCode::ILLEGAL_DATA_ADDRESS);
    caller.answers(
        Request::ReadFifoQueue { address: 100 },
        Response::ReadFifoQueue { registers: (&[3000, 3001, 3002, 3003, 3004]).into() },
    );
    let access = Access::Individual;
    let objects = [Object { id: ObjectId::MODEL_NAME, value: b"modbus" }];
    caller.answers(
        Request::ReadDeviceIdentification { access, object: ObjectId::MODEL_NAME },
        Response::ReadDeviceIdentification {
            access,
            conformity: Conformity::EXTENDED,
            more: false,
            next: ObjectId(0),
            objects: (&objects).into(),
        },
    );
    let data = &[0x12, 0x34];
    caller.refuses(Request::EncapsulatedInterface { interface: 0x0D, data }, ExceptionCode::ILLEGAL_FUNCTION);
    caller.refuses(Request::Other { function: FunctionCode(0x41), data }, ExceptionCode::ILLEGAL_FUNCTION);
    let long = Request::Diagnostics {
        diagnostic: Diagnostic::RETURN_QUERY_DATA,
        data: (&[0x1234, 0x5678, 0x9ABC]).into(),
    };
    let data = (&[0x1234, 0x5678, 0x9ABC]).into();
    caller.answers(long, Response::Diagnostics { diagnostic: Diagnostic::RETURN_QUERY_DATA, data });
}

#[test]
fn the_simulated_unit_counts() {
    if !have(&[SOCAT]) {
        return;
    }
    let pair = Pair::new();
    let _unit = pair.serve(&["modbus", "--unit", "17"]);
    let mut caller = Caller::new(&pair.here);
    caller.refuses(Request::ReadFifoQueue { address: 0 }, ExceptionCode::ILLEGAL_DATA_ADDRESS);
    caller.diagnoses(Diagnostic::RETURN_BUS_MESSAGE_COUNT, 0, 2);
    caller.diagnoses(Diagnostic::RETURN_BUS_EXCEPTION_ERROR_COUNT, 0, 1);
    caller.diagnoses(Diagnostic::RETURN_SERVER_MESSAGE_COUNT, 0, 4);
    caller.answers(Request::GetCommEventCounter, Response::GetCommEventCounter { status: 0, events: 3 });
    let log = &[0x80, 0x40, 0x80, 0x40, 0x80, 0x40, 0x80, 0x40, 0x80, 0x41, 0x80];
    caller.answers(
        Request::GetCommEventLog,
        Response::GetCommEventLog { status: 0, events: 3, messages: 6, log },
    );

    let timeout = Duration::from_millis(100);
    let silence = Err(TransactionError::NoReply { timeout, attempts: 1 });
    let retry = Retry { timeout, retries: 0 };
    let zero = (&[0]).into();
    let listen = Request::Diagnostics { diagnostic: Diagnostic::FORCE_LISTEN_ONLY_MODE, data: zero };
    let restart = Request::Diagnostics { diagnostic: Diagnostic::RESTART_COMMUNICATIONS_OPTION, data: zero };
    caller.check_with(retry, listen, Ok(None));
    caller.check_with(retry, Request::ReadExceptionStatus, silence);
    caller.check_with(retry, restart, silence);
    caller.answers(Request::ReadExceptionStatus, Response::ReadExceptionStatus { status: 0x6D });
    caller.diagnoses(Diagnostic::RETURN_SERVER_MESSAGE_COUNT, 0, 2);
}
