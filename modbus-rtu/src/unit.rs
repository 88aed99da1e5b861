//! One unit: request in, answer out.

use meter_value::line::Writer;

use crate::answer::{bits, counted, identification, places, put_words, queue, registers, seal};
use crate::counters::{Counters, increment};
use crate::handler::{Handled, Handler};
use crate::pdu::{Diagnostic, Event, ExceptionCode, FunctionCode, Range, Request};
use crate::{DecodeError, Dialect, Frame, UnitId, UnitSet};

/// Room for the longest frame.
pub type Buffer = [u8; Frame::MAX_LEN];

/// What a server notes of its line for its units to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Note {
    /// An intact frame of anybody.
    Message,
    /// Octets between two silences with no intact frame among them.
    Error,
    /// Octets that came in too fast for the port.
    Overrun,
}

/// Who a server answers for: a [`Unit`], or several in an array or a pair.
///
/// A unit that answers without a [`Server`](crate::Server) counts what it is told by [`note`](Self::note).
pub trait Respond {
    /// What they take for requests besides those of the standard.
    fn dialect(&self) -> Dialect;

    /// The set with all these units added.
    fn units(&self, others: UnitSet) -> UnitSet;

    /// Acts on a request and writes the answer's frame into `reply`; says how long it is, 0 if there is none.
    fn respond(&mut self, request: &Frame<'_>, reply: &mut Buffer) -> usize;

    /// Counts what happened on the line.
    fn note(&mut self, note: Note);
}

/// One unit: answers what it is asked, obeys broadcasts in silence, ignores the rest.
///
/// It counts what happens and answers functions 08, 0B and 0C by itself, if its handler has them.
///
/// ```
/// use modbus_rtu::{Bank, Frame, Unit, UnitId};
///
/// let mut bank = Bank::<0, 0, 128, 0>::new();
/// bank.holding_registers[0x6B..0x6E].copy_from_slice(&[555, 0, 100]);
/// let mut unit = Unit::new(UnitId(0x11), bank);
///
/// let mut reply = [0; Frame::MAX_LEN];
/// let request = Frame::decode(&[0x11, 0x03, 0x00, 0x6B, 0x00, 0x03, 0x76, 0x87])?;
/// let answer = unit.answer(&request, &mut reply);
/// assert_eq!(answer, [0x11, 0x03, 0x06, 0x02, 0x2B, 0x00, 0x00, 0x00, 0x64, 0xC8, 0xBA]);
/// # Ok::<(), modbus_rtu::DecodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Unit<H> {
    id: UnitId,
    handler: H,
    counters: Counters,
}

impl<H: Handler> Unit<H> {
    /// Whether there is a use for counters.
    const COUNTS: bool = H::FUNCTIONS.contains(FunctionCode::DIAGNOSTICS)
        || H::FUNCTIONS.contains(FunctionCode::GET_COMM_EVENT_COUNTER)
        || H::FUNCTIONS.contains(FunctionCode::GET_COMM_EVENT_LOG);

    /// A unit that does as `handler` says.
    pub const fn new(id: UnitId, handler: H) -> Self {
        Self { id, handler, counters: Counters::new() }
    }

    /// Its number.
    pub const fn id(&self) -> UnitId {
        self.id
    }

    /// What it does.
    pub const fn handler(&mut self) -> &mut H {
        &mut self.handler
    }

    /// Acts on a request and returns the answer's octets; none if the request is for another unit or for all,
    /// or the unit only listens.
    pub fn answer<'b>(&mut self, request: &Frame<'_>, reply: &'b mut Buffer) -> &'b [u8] {
        let length = self.respond(request, reply);
        reply.get(..length).unwrap_or_default()
    }

    /// The answer, or that there is none.
    fn write(&mut self, request: &Frame<'_>, reply: &mut Buffer) -> usize {
        let function = request.pdu.first().copied().unwrap_or(0);
        let mut writer = Writer::new(reply);
        writer.put(&[self.id.0, function]);
        let result = match Request::decode_of(H::FUNCTIONS, request.pdu)
            .or_else(|error| deviating::<H>(request, error))
        {
            Ok(request) => self.act(&request, &mut writer),
            Err(error) => Err(refusal(&error)),
        };
        let length = match (result, writer.len()) {
            (Ok(()), length) if length <= Frame::MAX_LEN - 2 => length,
            (Ok(()), _) => self.refuse(function, ExceptionCode::SERVER_DEVICE_FAILURE, reply),
            (Err(exception), _) => self.refuse(function, exception, reply),
        };
        seal(reply, length)
    }

    /// Writes an exception, up to the checksum.
    fn refuse(&mut self, function: u8, exception: ExceptionCode, reply: &mut Buffer) -> usize {
        if Self::COUNTS {
            self.counters.refused(exception);
        }
        let [_, code, reason, ..] = reply;
        *code = function | FunctionCode::EXCEPTION;
        *reason = exception.0;
        3
    }

    /// Does what a request asks and writes what the answer has behind its function.
    #[inline(always)]
    fn act(&mut self, request: &Request<'_>, out: &mut Writer<'_>) -> Handled {
        use FunctionCode as F;
        let has = |one: F| H::FUNCTIONS.contains(one);
        let handler = &mut self.handler;
        match *request {
            Request::ReadCoils { range } if has(F::READ_COILS) => {
                bits(range, out, |out| handler.read_coils(range, out))
            }
            Request::ReadDiscreteInputs { range } if has(F::READ_DISCRETE_INPUTS) => {
                bits(range, out, |out| handler.read_discrete_inputs(range, out))
            }
            Request::ReadHoldingRegisters { range } if has(F::READ_HOLDING_REGISTERS) => {
                registers(range, out, |out| handler.read_holding_registers(range, out))
            }
            Request::ReadInputRegisters { range } if has(F::READ_INPUT_REGISTERS) => {
                registers(range, out, |out| handler.read_input_registers(range, out))
            }
            Request::WriteSingleCoil { address, on } if has(F::WRITE_SINGLE_COIL) => {
                put_words(out, [address, if on { 0xFF00 } else { 0 }]);
                handler.write_single_coil(address, on)
            }
            Request::WriteSingleRegister { address, value } if has(F::WRITE_SINGLE_REGISTER) => {
                put_words(out, [address, value]);
                handler.write_single_register(address, value)
            }
            Request::ReadExceptionStatus if has(F::READ_EXCEPTION_STATUS) => {
                out.put(&[handler.read_exception_status()?]);
                Ok(())
            }
            Request::WriteMultipleCoils { start, coils } if has(F::WRITE_MULTIPLE_COILS) => {
                let range = Range::decoded(start, coils.len());
                put_words(out, [start, range.quantity()]);
                handler.write_multiple_coils(range, coils)
            }
            Request::WriteMultipleRegisters { start, registers } if has(F::WRITE_MULTIPLE_REGISTERS) => {
                let range = Range::decoded(start, registers.len());
                put_words(out, [start, range.quantity()]);
                handler.write_multiple_registers(range, registers)
            }
            Request::ReportServerId if has(F::REPORT_SERVER_ID) => {
                counted(out, |out| handler.report_server_id(out))
            }
            Request::ReadFileRecord { ranges } if has(F::READ_FILE_RECORD) => counted(out, |out| {
                ranges.iter().try_for_each(|range| {
                    out.put(&[2 * range.length as u8 + 1, 6]);
                    places(range.length, out, |out| handler.read_file_record(range, out))
                })
            }),
            Request::WriteFileRecord { records } if has(F::WRITE_FILE_RECORD) => counted(out, |out| {
                records.put(out);
                records.iter().try_for_each(|record| handler.write_file_record(record))
            }),
            Request::MaskWriteRegister { address, and, or } if has(F::MASK_WRITE_REGISTER) => {
                put_words(out, [address, and, or]);
                handler.mask_write_register(address, and, or)
            }
            Request::ReadWriteMultipleRegisters { read, start, registers: values }
                if has(F::READ_WRITE_MULTIPLE_REGISTERS) =>
            {
                let write = Range::decoded(start, values.len());
                registers(read, out, |out| handler.read_write_multiple_registers(write, values, read, out))
            }
            Request::ReadFifoQueue { address } if has(F::READ_FIFO_QUEUE) => {
                queue(out, |out| handler.read_fifo_queue(address, out))
            }
            Request::ReadDeviceIdentification { access, object }
                if has(F::ENCAPSULATED_INTERFACE_TRANSPORT) =>
            {
                identification(handler, access, object, out)
            }
            Request::EncapsulatedInterface { interface, data }
                if has(F::ENCAPSULATED_INTERFACE_TRANSPORT) =>
            {
                out.put(&[interface]);
                handler.encapsulated_interface(interface, data, out)
            }
            Request::Other { function, data } => handler.other(function, data, out),
            Request::Diagnostics { diagnostic, data } if has(F::DIAGNOSTICS) => {
                put_words(out, [diagnostic.0]);
                match diagnostic {
                    Diagnostic::RETURN_QUERY_DATA => data.put(out),
                    _ => put_words(out, [self.diagnose(diagnostic, data.at(0).unwrap_or(0))?]),
                }
                Ok(())
            }
            Request::GetCommEventCounter if has(F::GET_COMM_EVENT_COUNTER) => {
                put_words(out, [0, self.counters.events]);
                Ok(())
            }
            Request::GetCommEventLog if has(F::GET_COMM_EVENT_LOG) => {
                let Counters { events, bus_messages, .. } = self.counters;
                counted(out, |out| {
                    put_words(out, [0, events, bus_messages]);
                    out.extend(self.counters.log());
                    Ok(())
                })
            }
            _ => Err(ExceptionCode::ILLEGAL_FUNCTION),
        }
    }

    /// The word that answers a diagnostics request with one.
    fn diagnose(&mut self, diagnostic: Diagnostic, word: u16) -> Handled<u16> {
        match diagnostic {
            Diagnostic::RESTART_COMMUNICATIONS_OPTION => self.counters.restart(word != 0),
            Diagnostic::RETURN_DIAGNOSTIC_REGISTER => return Ok(self.handler.diagnostic_register()),
            Diagnostic::CHANGE_ASCII_INPUT_DELIMITER => {}
            Diagnostic::FORCE_LISTEN_ONLY_MODE => {
                self.counters.listen_only = true;
                self.counters.note(Event::LISTEN_ONLY);
            }
            Diagnostic::CLEAR_COUNTERS => {
                self.counters.clear();
                self.handler.clear_diagnostic_register();
            }
            Diagnostic::CLEAR_OVERRUN_COUNTER_AND_FLAG => self.counters.overruns = 0,
            _ => return self.counters.of(diagnostic).ok_or(ExceptionCode::ILLEGAL_FUNCTION),
        }
        Ok(word)
    }

    /// Acts on a request, and counts it.
    fn counted(&mut self, request: &Frame<'_>, reply: &mut Buffer) -> usize {
        const BROADCAST: u8 = 0x40;
        const LISTEN_ONLY: u8 = 0x20;
        increment(&mut self.counters.messages);
        let broadcast = request.unit == UnitId::BROADCAST;
        let listens = self.counters.listen_only;
        let bits = if broadcast { BROADCAST } else { 0 } | if listens { LISTEN_ONLY } else { 0 };
        self.counters.note(Event(Event::RECEIVED | bits));
        // Nothing but a restart ends listening.
        if listens && !matches!(request.pdu, [0x08, 0x00, 0x01, ..]) {
            increment(&mut self.counters.no_responses);
            return 0;
        }
        let length = self.write(request, reply);
        let [_, function, ..] = *reply;
        let succeeded = function < FunctionCode::EXCEPTION;
        if succeeded && !matches!(function, 0x0B | 0x0C) {
            increment(&mut self.counters.events);
        }
        // Also the request that begins the listening, and the one that ends it.
        if broadcast || listens || self.counters.listen_only {
            increment(&mut self.counters.no_responses);
            return 0;
        }
        if succeeded {
            self.counters.note(Event(Event::SENT));
        }
        length
    }
}

impl<H: Handler> Respond for Unit<H> {
    fn dialect(&self) -> Dialect {
        H::DIALECT
    }

    fn units(&self, others: UnitSet) -> UnitSet {
        others.with(self.id)
    }

    fn respond(&mut self, request: &Frame<'_>, reply: &mut Buffer) -> usize {
        let Some(&function) = request.pdu.first() else { return 0 };
        let broadcast = request.unit == UnitId::BROADCAST;
        // Those from 128 on are answers of somebody else.
        let is_ours = request.unit == self.id && function < FunctionCode::EXCEPTION;
        if !(is_ours || broadcast && is_write(function)) {
            return 0;
        }
        if Self::COUNTS {
            return self.counted(request, reply);
        }
        let length = self.write(request, reply);
        if broadcast { 0 } else { length }
    }

    fn note(&mut self, note: Note) {
        if Self::COUNTS {
            match note {
                Note::Message => increment(&mut self.counters.bus_messages),
                Note::Error => {
                    increment(&mut self.counters.bus_messages);
                    increment(&mut self.counters.bus_errors);
                    self.counters.note(Event(Event::RECEIVED | 0x02));
                }
                Note::Overrun => {
                    increment(&mut self.counters.overruns);
                    self.counters.note(Event(Event::RECEIVED | 0x10));
                }
            }
        }
    }
}

impl<R: Respond, const N: usize> Respond for [R; N] {
    fn dialect(&self) -> Dialect {
        self.iter().fold(Dialect::STRICT, |dialect, one| dialect.or(one.dialect()))
    }

    fn units(&self, others: UnitSet) -> UnitSet {
        self.iter().fold(others, |others, one| one.units(others))
    }

    fn respond(&mut self, request: &Frame<'_>, reply: &mut Buffer) -> usize {
        self.iter_mut().fold(0, |length, one| match length {
            0 => one.respond(request, reply),
            _ => length,
        })
    }

    fn note(&mut self, note: Note) {
        self.iter_mut().for_each(|one| one.note(note));
    }
}

impl<A: Respond, B: Respond> Respond for (A, B) {
    fn dialect(&self) -> Dialect {
        self.0.dialect().or(self.1.dialect())
    }

    fn units(&self, others: UnitSet) -> UnitSet {
        self.1.units(self.0.units(others))
    }

    fn respond(&mut self, request: &Frame<'_>, reply: &mut Buffer) -> usize {
        match self.0.respond(request, reply) {
            0 => self.1.respond(request, reply),
            length => length,
        }
    }

    fn note(&mut self, note: Note) {
        self.0.note(note);
        self.1.note(note);
    }
}

/// Whether all units at once may be asked for a function: the writes, and users' own functions.
pub(crate) const fn is_write(function: u8) -> bool {
    const WRITES: u32 = 1 << 0x05 | 1 << 0x06 | 1 << 0x0F | 1 << 0x10 | 1 << 0x15 | 1 << 0x16;
    function < 32 && WRITES >> function & 1 == 1 || matches!(function, 65..=72 | 100..=110)
}

/// The request in a unit's dialect, if it has one.
fn deviating<'a, H: Handler>(request: &Frame<'a>, error: DecodeError) -> Result<Request<'a>, DecodeError> {
    let writes = H::FUNCTIONS.contains(FunctionCode::WRITE_MULTIPLE_REGISTERS);
    if H::DIALECT.write_without_count && writes { H::DIALECT.request(request.pdu) } else { Err(error) }
}

/// Why a unit refuses a request it cannot read: first the function, then the fields, then the addresses.
fn refusal(error: &DecodeError) -> ExceptionCode {
    match error {
        DecodeError::Function { .. } => ExceptionCode::ILLEGAL_FUNCTION,
        DecodeError::Range { quantity, limit, .. } if (1..=*limit).contains(quantity) => {
            ExceptionCode::ILLEGAL_DATA_ADDRESS
        }
        DecodeError::File { .. } => ExceptionCode::ILLEGAL_DATA_ADDRESS,
        _ => ExceptionCode::ILLEGAL_DATA_VALUE,
    }
}
