//! One request at a time, and its answer.

use core::time::Duration;

use meter_value::line::{Exchange, Machine, Output, Retry, Search, Step};

use crate::{
    DecodeError, Decoder, Direction, EncodeError, Frame, Request, Response, TransactionError, UnitId,
};

/// A client: sends a request, waits for the answer of that unit to that request, asks again.
///
/// Answers of other units or to other functions do not end the wait, nor do those of another size or with
/// another echo, where the function is typed.
///
/// ```
/// use core::time::Duration;
/// use modbus_rtu::{Client, Machine, Output, Range, Request, Response, Retry, UnitId};
///
/// let mut client = Client::new(Retry { timeout: Duration::from_secs(1), retries: 2 });
/// let range = Range::new(0x6B, 3).unwrap();
/// client.start(UnitId(0x11), &Request::ReadHoldingRegisters { range })?;
///
/// let now = Duration::ZERO;
/// let Output::Transmit(octets) = client.poll(now) else { panic!() };
/// assert_eq!(octets, [0x11, 0x03, 0x00, 0x6B, 0x00, 0x03, 0x76, 0x87]);
/// client.transmitted(now);
///
/// client.receive(&[0x11, 0x03, 0x06, 0x02, 0x2B, 0x00, 0x00, 0x00, 0x64, 0xC8, 0xBA], now);
/// let Output::Done(Ok(Response::ReadHoldingRegisters { registers })) = client.poll(now) else { panic!() };
/// assert!(registers.iter().eq([555, 0, 100]));
/// # Ok::<(), modbus_rtu::EncodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    exchange: Exchange<DecodeError>,
    pending: Pending,
}

/// The request under way, and what comes in after it.
#[derive(Clone, Debug)]
struct Pending {
    request: [u8; Frame::MAX_LEN],
    length: usize,
    decoder: Decoder,
}

impl Client {
    /// A client with nothing to do.
    pub const fn new(retry: Retry) -> Self {
        let decoder = Decoder::new(Direction::Response);
        let pending = Pending { request: [0; Frame::MAX_LEN], length: 0, decoder };
        Self { exchange: Exchange::new(retry), pending }
    }

    /// Begins a transaction, and abandons the one before if it still runs.
    ///
    /// # Errors
    /// [`EncodeError`] if the request cannot be sent, or no answer would come.
    pub fn start(&mut self, unit: UnitId, request: &Request<'_>) -> Result<(), EncodeError> {
        self.exchange.abandon();
        if unit == UnitId::BROADCAST {
            return Err(EncodeError::Broadcast);
        }
        self.pending.length = request.encode_frame(unit, &mut self.pending.request)?.len();
        self.exchange.start();
        Ok(())
    }
}

impl Machine for Client {
    type Outcome<'a> = Result<Response<'a>, TransactionError>;

    fn receive(&mut self, octets: &[u8], _now: Duration) {
        self.exchange.receive(&mut self.pending, octets);
    }

    fn transmitted(&mut self, now: Duration) {
        self.exchange.transmitted(&mut self.pending, now);
    }

    fn poll(&mut self, now: Duration) -> Output<'_, Self::Outcome<'_>> {
        match self.exchange.poll(&mut self.pending, now) {
            Step::Transmit => Output::Transmit(self.pending.request()),
            Step::Wait(until) => Output::Wait(until),
            Step::Answered => Output::Done(self.pending.response()),
            Step::NoReply { timeout, attempts } => {
                Output::Done(Err(TransactionError::NoReply { timeout, attempts }))
            }
            Step::Corrupt(error) => Output::Done(Err(TransactionError::Corrupt(error))),
        }
    }
}

impl Pending {
    fn request(&self) -> &[u8] {
        self.request.get(..self.length).unwrap_or_default()
    }

    fn response(&self) -> Result<Response<'_>, TransactionError> {
        match self.decoder.last().and_then(|frame| Response::decode(frame.pdu)) {
            Ok(Response::Exception { function, exception }) => {
                Err(TransactionError::Exception { function, exception })
            }
            Ok(response) => Ok(response),
            Err(error) => Err(TransactionError::Corrupt(error)),
        }
    }
}

impl Search for Pending {
    type Error = DecodeError;

    fn feed(&mut self, octets: &[u8]) -> usize {
        self.decoder.feed(octets)
    }

    fn silence(&mut self) {
        self.decoder.silence();
    }

    fn clear(&mut self) {
        self.decoder.clear();
    }

    fn next(&mut self) -> Option<Result<bool, DecodeError>> {
        let request = self.request.get(..self.length).unwrap_or_default();
        let result = self.decoder.frame()?;
        Some(result.and_then(|frame| answers(request, &frame)))
    }
}

/// Whether `frame` answers the request frame `request`: same unit, same function, same size or echo.
fn answers(request: &[u8], frame: &Frame<'_>) -> Result<bool, DecodeError> {
    let [unit, pdu @ .., _, _] = request else { return Ok(false) };
    if frame.unit.0 != *unit {
        return Ok(false);
    }
    let (request, response) = (Request::decode(pdu)?, Response::decode(frame.pdu)?);
    Ok(match (request, response) {
        (Request::ReadHoldingRegisters { range }, Response::ReadHoldingRegisters { registers }) => {
            registers.len() == usize::from(range.quantity())
        }
        (
            Request::WriteSingleRegister { address, value },
            Response::WriteSingleRegister { address: echoed, value: written },
        ) => (address, value) == (echoed, written),
        (request, Response::Exception { function, .. } | Response::Other { function, .. }) => {
            request.function() == function
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ExceptionCode, FunctionCode, Range};

    const RETRY: Retry = Retry { timeout: Duration::from_millis(100), retries: 1 };
    const UNIT: UnitId = UnitId(0x11);

    fn asked(client: &mut Client) {
        let range = Range::new(0x6B, 1).unwrap();
        client.start(UNIT, &Request::ReadHoldingRegisters { range }).unwrap();
        assert!(matches!(client.poll(Duration::ZERO), Output::Transmit(_)));
        client.transmitted(Duration::ZERO);
    }

    fn reply(unit: UnitId, response: &Response<'_>) -> std::vec::Vec<u8> {
        response.encode_frame(unit, &mut [0; 256]).unwrap().to_vec()
    }

    #[test]
    fn only_the_answer_to_this_request_ends_the_wait() {
        let mut client = Client::new(RETRY);
        asked(&mut client);
        let registers = |values: &'static [u16]| Response::ReadHoldingRegisters { registers: values.into() };
        client.receive(&reply(UnitId(0x12), &registers(&[1])), Duration::ZERO);
        client.receive(&reply(UNIT, &registers(&[1, 2])), Duration::ZERO);
        client.receive(&reply(UNIT, &Response::WriteSingleRegister { address: 0, value: 0 }), Duration::ZERO);
        assert_eq!(client.poll(Duration::ZERO), Output::Wait(Some(RETRY.timeout)));
        client.receive(&reply(UNIT, &registers(&[7])), Duration::ZERO);
        assert_eq!(client.poll(Duration::ZERO), Output::Done(Ok(registers(&[7]))));
        assert_eq!(client.poll(Duration::ZERO), Output::Wait(None));
    }

    #[test]
    fn an_exception_is_an_error_with_its_reason() {
        let mut client = Client::new(RETRY);
        asked(&mut client);
        let function = FunctionCode::READ_HOLDING_REGISTERS;
        let exception = ExceptionCode(0x55);
        client.receive(&reply(UNIT, &Response::Exception { function, exception }), Duration::ZERO);
        let refused = TransactionError::Exception { function, exception };
        assert_eq!(client.poll(Duration::ZERO), Output::Done(Err(refused)));
    }

    #[test]
    fn silence_and_noise_are_told_apart() {
        let mut client = Client::new(RETRY);
        asked(&mut client);
        assert!(matches!(client.poll(RETRY.timeout), Output::Transmit(_)));
        client.transmitted(RETRY.timeout);
        let no_reply = TransactionError::NoReply { timeout: RETRY.timeout, attempts: 2 };
        assert_eq!(client.poll(2 * RETRY.timeout), Output::Done(Err(no_reply)));

        asked(&mut client);
        client.poll(RETRY.timeout);
        client.transmitted(RETRY.timeout);
        let impossible = Frame { unit: UNIT, pdu: &[0x03, 0x03, 0, 1, 2] };
        client.receive(impossible.encode(&mut [0; 16]).unwrap(), RETRY.timeout);
        let outcome = client.poll(2 * RETRY.timeout);
        assert!(matches!(
            outcome,
            Output::Done(Err(TransactionError::Corrupt(DecodeError::ByteCount { .. })))
        ));

        asked(&mut client);
        client.poll(RETRY.timeout);
        client.transmitted(RETRY.timeout);
        client.receive(&[0x11, 0x03, 0x02, 0x00, 0x01, 0xFF, 0xFF], RETRY.timeout);
        let outcome = client.poll(2 * RETRY.timeout);
        assert!(matches!(
            outcome,
            Output::Done(Err(TransactionError::Corrupt(DecodeError::Checksum { .. })))
        ));
    }

    #[test]
    fn an_intact_answer_behind_a_false_header_is_found_at_the_timeout() {
        let mut client = Client::new(RETRY);
        asked(&mut client);
        client.receive(&[0x11, 0x03, 0xFA], Duration::ZERO);
        let values: &[u16] = &[9];
        let answer = Response::ReadHoldingRegisters { registers: values.into() };
        client.receive(&reply(UNIT, &answer), Duration::ZERO);
        assert_eq!(client.poll(Duration::ZERO), Output::Wait(Some(RETRY.timeout)));
        assert_eq!(client.poll(RETRY.timeout), Output::Done(Ok(answer)));
    }
}
