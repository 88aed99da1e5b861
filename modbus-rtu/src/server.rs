//! The answering side.

use core::convert::Infallible;
use core::time::Duration;

use meter_value::line::{Machine, Output};

use crate::{DecodeError, Decoder, ExceptionCode, Frame, Range, Request, Response, UnitId};

/// A frame does not pause, so a pause ends it. This is longer than adapters hold octets back.
const OCTET_GAP: Duration = Duration::from_millis(50);

/// What a unit does when it is asked. What it does not override, it does not have.
pub trait Handler {
    /// Fills in the values of holding registers; `registers` has as many places as `range`.
    ///
    /// # Errors
    /// The exception to answer with.
    fn read_holding_registers(&mut self, range: Range, registers: &mut [u16]) -> Result<(), ExceptionCode> {
        let _ = (range, registers);
        Err(ExceptionCode::ILLEGAL_FUNCTION)
    }

    /// Takes a new value of a holding register.
    ///
    /// # Errors
    /// The exception to answer with.
    fn write_single_register(&mut self, address: u16, value: u16) -> Result<(), ExceptionCode> {
        let _ = (address, value);
        Err(ExceptionCode::ILLEGAL_FUNCTION)
    }
}

/// One unit on a line: answers what it is asked, obeys broadcasts in silence, ignores the rest.
///
/// ```
/// use core::time::Duration;
/// use modbus_rtu::{ExceptionCode, Handler, Machine, Output, Range, Server, UnitId};
///
/// struct Clock;
/// impl Handler for Clock {
///     fn read_holding_registers(&mut self, _: Range, out: &mut [u16]) -> Result<(), ExceptionCode> {
///         out.fill(7);
///         Ok(())
///     }
/// }
///
/// let mut server = Server::new(UnitId(0x11), Clock);
/// server.receive(&[0x11, 0x03, 0x00, 0x6B, 0x00, 0x03, 0x76, 0x87], Duration::ZERO);
/// let Output::Transmit(octets) = server.poll(Duration::ZERO) else { panic!() };
/// assert_eq!(octets[..5], [0x11, 0x03, 0x06, 0x00, 0x07]);
/// ```
#[derive(Clone, Debug)]
pub struct Server<H> {
    unit: UnitId,
    handler: H,
    decoder: Decoder,
    /// When octets came in last, if a pause has not ended them yet.
    heard: Option<Duration>,
    reply: [u8; Frame::MAX_LEN],
    length: usize,
}

impl<H: Handler> Server<H> {
    /// A unit that answers as `handler` says.
    pub const fn new(unit: UnitId, handler: H) -> Self {
        let decoder = Decoder::for_unit(unit);
        Self { unit, handler, decoder, heard: None, reply: [0; Frame::MAX_LEN], length: 0 }
    }

    /// What answers.
    pub fn handler(&mut self) -> &mut H {
        &mut self.handler
    }

    fn scan(&mut self) {
        while let Some(result) = self.decoder.frame() {
            // A request with something behind it is not the one that waits for an answer.
            if result.is_err() || self.decoder.has_more() {
                continue;
            }
            let Ok(frame) = self.decoder.last() else { continue };
            let mut registers = [0; Range::MAX_READ as usize];
            let response = answer(&mut self.handler, frame.pdu, &mut registers);
            if frame.unit == self.unit {
                // Every answer fits the longest frame.
                self.length = response.encode_frame(self.unit, &mut self.reply).map_or(0, <[u8]>::len);
            }
        }
    }
}

impl<H: Handler> Machine for Server<H> {
    type Outcome<'a>
        = Infallible
    where
        H: 'a;

    fn receive(&mut self, mut octets: &[u8], now: Duration) {
        if self.heard.is_some_and(|heard| now > heard.saturating_add(OCTET_GAP)) {
            // Too late to answer what came before.
            self.decoder.clear();
        }
        self.heard = Some(now);
        while !octets.is_empty() {
            let taken = self.decoder.feed(octets);
            octets = octets.get(taken..).unwrap_or_default();
            self.scan();
        }
    }

    fn transmitted(&mut self, _now: Duration) {}

    fn poll(&mut self, now: Duration) -> Output<'_, Infallible> {
        let end = self.heard.map(|heard| heard.saturating_add(OCTET_GAP));
        if end.is_some_and(|end| now >= end) {
            self.heard = None;
            self.decoder.silence();
            self.scan();
        }
        match core::mem::take(&mut self.length) {
            0 => Output::Wait(end.filter(|_| self.heard.is_some())),
            length => {
                // The client has not sent more than it waits for; the rest is noise.
                self.decoder.clear();
                self.heard = None;
                Output::Transmit(self.reply.get(..length).unwrap_or_default())
            }
        }
    }
}

/// The answer to one PDU; `registers` is room for the values it may hold.
fn answer<'a>(handler: &mut impl Handler, pdu: &[u8], registers: &'a mut [u16]) -> Response<'a> {
    let function = crate::FunctionCode(pdu.first().map_or(0, |code| code & !crate::FunctionCode::EXCEPTION));
    let result = match Request::decode(pdu) {
        Ok(Request::ReadHoldingRegisters { range }) => {
            match registers.get_mut(..usize::from(range.quantity())) {
                Some(registers) => handler.read_holding_registers(range, registers).map(|()| {
                    let registers: &[u16] = registers;
                    Response::ReadHoldingRegisters { registers: registers.into() }
                }),
                None => Err(ExceptionCode::ILLEGAL_DATA_VALUE),
            }
        }
        Ok(Request::WriteSingleRegister { address, value }) => handler
            .write_single_register(address, value)
            .map(|()| Response::WriteSingleRegister { address, value }),
        Ok(Request::Other { .. }) => Err(ExceptionCode::ILLEGAL_FUNCTION),
        Err(DecodeError::Range { quantity, limit, .. }) if (1..=limit).contains(&quantity) => {
            Err(ExceptionCode::ILLEGAL_DATA_ADDRESS)
        }
        Err(_) => Err(ExceptionCode::ILLEGAL_DATA_VALUE),
    };
    result.unwrap_or_else(|exception| Response::Exception { function, exception })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    struct Bank([u16; 4]);

    impl Handler for Bank {
        fn read_holding_registers(&mut self, range: Range, out: &mut [u16]) -> Result<(), ExceptionCode> {
            let start = usize::from(range.start());
            let values = self.0.get(start..start + out.len()).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)?;
            out.copy_from_slice(values);
            Ok(())
        }

        fn write_single_register(&mut self, address: u16, value: u16) -> Result<(), ExceptionCode> {
            let slot = self.0.get_mut(usize::from(address)).ok_or(ExceptionCode::ILLEGAL_DATA_ADDRESS)?;
            *slot = value;
            Ok(())
        }
    }

    fn ask(server: &mut Server<Bank>, unit: u8, pdu: &[u8]) -> Option<Vec<u8>> {
        let mut buffer = [0; 256];
        let request = Frame { unit: UnitId(unit), pdu }.encode(&mut buffer).unwrap();
        server.receive(request, Duration::ZERO);
        match server.poll(Duration::ZERO) {
            Output::Transmit(octets) => Some(Frame::decode(octets).unwrap().pdu.to_vec()),
            _ => None,
        }
    }

    #[test]
    fn a_pause_ends_what_came_before() {
        let mut server = Server::new(UnitId(3), Bank([10, 20, 30, 40]));
        let mut buffer = [0; 256];
        // The header of a long write swallows the next request, if that comes at once.
        server.receive(&[3, 0x10, 0, 0, 0, 100, 200], Duration::ZERO);
        let request = Frame { unit: UnitId(3), pdu: &[3, 0, 0, 0, 1] }.encode(&mut buffer).unwrap();
        server.receive(request, OCTET_GAP);
        assert_eq!(server.poll(OCTET_GAP), Output::Wait(Some(2 * OCTET_GAP)));
        let reply = Output::Transmit(&[3, 3, 2, 0, 10, 0x41, 0x83]);
        assert_eq!(server.poll(2 * OCTET_GAP), reply, "it comes to light in the pause");
        assert_eq!(server.poll(2 * OCTET_GAP), Output::Wait(None));

        server.receive(&[3, 0x10, 0, 0, 0, 100, 200], Duration::ZERO);
        server.receive(request, 2 * OCTET_GAP);
        assert_eq!(server.poll(2 * OCTET_GAP), reply);
    }

    #[test]
    fn the_traffic_of_other_units_passes() {
        let mut server = Server::new(UnitId(3), Bank([10, 20, 30, 40]));
        let mut buffer = [0; 256];
        for _ in 0..100 {
            // Unit 2 is asked and answers with what looks like headers; then unit 3 is asked, without a pause.
            for pdu in [&[3, 0, 0, 0, 2][..], &[3, 4, 0x00, 0x41, 0x00, 0x42]] {
                let other = Frame { unit: UnitId(2), pdu }.encode(&mut buffer).unwrap();
                server.receive(other, Duration::ZERO);
                assert_eq!(server.length, 0);
            }
            assert_eq!(ask(&mut server, 3, &[3, 0, 1, 0, 1]).unwrap(), [3, 2, 0, 20]);
        }
    }

    #[test]
    fn a_function_without_a_length_ends_with_a_pause() {
        let mut server = Server::new(UnitId(3), Bank([0; 4]));
        let mut buffer = [0; 256];
        let request = Frame { unit: UnitId(3), pdu: &[0x41, 1, 2] }.encode(&mut buffer).unwrap();
        server.receive(request, Duration::ZERO);
        assert_eq!(server.poll(Duration::ZERO), Output::Wait(Some(OCTET_GAP)));
        let Output::Transmit(octets) = server.poll(OCTET_GAP) else { panic!() };
        assert_eq!(Frame::decode(octets).unwrap().pdu, [0xC1, 1]);
    }

    #[test]
    fn answers_refuses_and_stays_silent() {
        let mut server = Server::new(UnitId(3), Bank([10, 20, 30, 40]));
        assert_eq!(ask(&mut server, 3, &[3, 0, 1, 0, 2]).unwrap(), [3, 4, 0, 20, 0, 30]);
        assert_eq!(ask(&mut server, 3, &[3, 0, 3, 0, 2]).unwrap(), [0x83, 2]);
        assert_eq!(ask(&mut server, 3, &[3, 0, 0, 0, 126]).unwrap(), [0x83, 3]);
        assert_eq!(ask(&mut server, 3, &[3, 0xFF, 0xFF, 0, 2]).unwrap(), [0x83, 2]);
        assert_eq!(ask(&mut server, 3, &[0x0B]).unwrap(), [0x8B, 1]);
        assert_eq!(ask(&mut server, 3, &[6, 0, 0, 0, 9]).unwrap(), [6, 0, 0, 0, 9]);
        assert_eq!(ask(&mut server, 4, &[6, 0, 0, 0, 8]), None, "another unit's");
        assert_eq!(ask(&mut server, 0, &[6, 0, 1, 0, 7]), None, "a broadcast");
        assert_eq!(server.handler().0, [9, 7, 30, 40]);
    }
}
