//! One request at a time, and its answer.

use core::time::Duration;

use meter_value::line::{Frames, Judge, Link, Machine, Output, Retry, Step};

use crate::asked::Asked;
use crate::judge::answer_by;
use crate::pdu::{Diagnostic, FunctionCode, Request, Response};
use crate::reader::Reader;
use crate::stream::Stream;
use crate::unit::is_write;
use crate::{DecodeError, Dialect, EncodeError, Frame, Line, TransactionError, UnitId};

/// A unit as its client has to treat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Device {
    /// Its number.
    pub unit: UnitId,
    /// How long to wait for an answer, and how often to ask.
    pub retry: Retry,
    /// How long it wants the line to be quiet before a request, if that is longer than the line's pause.
    pub idle: Duration,
    /// How it deviates from the standard.
    pub dialect: Dialect,
}

impl Device {
    /// All units at once. They can be written to and none answers; instead of an answer, the client waits
    /// 200 ms for them to act.
    pub const BROADCAST: Self = Self {
        retry: Retry { timeout: Duration::from_millis(200), retries: 0 },
        ..Self::new(UnitId::BROADCAST)
    };

    /// A unit that keeps to the standard: asked three times at most, with a second to answer each time.
    pub const fn new(unit: UnitId) -> Self {
        let retry = Retry { timeout: Duration::from_secs(1), retries: 2 };
        Self { unit, retry, idle: Duration::ZERO, dialect: Dialect::STRICT }
    }
}

/// What a client has done since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Counts {
    /// Requests that were started.
    pub started: u32,
    /// How often requests were sent, repetitions included.
    pub sent: u32,
    /// Answers, exceptions left out.
    pub answers: u32,
    /// Exceptions.
    pub exceptions: u32,
    /// Requests that ended without anything that could be an answer.
    pub no_reply: u32,
    /// Requests that ended with something, but no intact answer.
    pub corrupt: u32,
    /// Answers to something else that were refused: other counts, fields or files.
    pub unasked: u32,
}

/// A client: sends a request, waits for the answer of that unit to that request, asks again.
///
/// Only an answer ends the wait that comes from the unit, to the function, with the count and the fields
/// that the request asks for. What else is on the line, late answers among it, is passed over.
///
/// ```
/// use core::time::Duration;
/// use modbus_rtu::{Client, Device, Line, Machine, Output, Range, Request, Response, UnitId};
///
/// let mut client = Client::new(Line::new(9_600, 11));
/// let range = Range::new(0x6B, 3).unwrap();
/// client.start(&Device::new(UnitId(0x11)), &Request::ReadHoldingRegisters { range })?;
///
/// let now = Duration::ZERO;
/// let Output::Transmit(octets) = client.poll(now) else { panic!() };
/// assert_eq!(octets, [0x11, 0x03, 0x00, 0x6B, 0x00, 0x03, 0x76, 0x87]);
/// client.transmitted(now);
///
/// client.receive(&[0x11, 0x03, 0x06, 0x02, 0x2B, 0x00, 0x00, 0x00, 0x64, 0xC8, 0xBA], now);
/// let Output::Done(Ok(Some(response))) = client.poll(now) else { panic!() };
/// let Response::ReadHoldingRegisters { registers } = response else { panic!() };
/// assert!(registers.iter().eq([555, 0, 100]));
/// # Ok::<(), modbus_rtu::EncodeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    link: Link<Answers, { Frame::MAX_LEN }>,
    pause: Duration,
    counts: Counts,
}

impl Client {
    /// A client with nothing to do.
    pub const fn new(line: Line) -> Self {
        let answers = Answers { stream: Stream::new(), dialect: Dialect::STRICT, asked: None };
        let counts =
            Counts { started: 0, sent: 0, answers: 0, exceptions: 0, no_reply: 0, corrupt: 0, unasked: 0 };
        Self { link: Link::new(line.timing(), answers), pause: line.pause, counts }
    }

    /// Begins a transaction, and abandons the one before if it still runs.
    ///
    /// A request to all units, and one that forbids an answer, ends with `None` in place of a response, after
    /// the device's timeout.
    ///
    /// Where the kind of request is known as the call is compiled, the program gets the code for that kind of
    /// request and its answer only.
    ///
    /// # Errors
    /// [`EncodeError`] if the request cannot be sent, or reads from all units at once.
    #[inline(always)]
    pub fn start(&mut self, device: &Device, request: &Request<'_>) -> Result<(), EncodeError> {
        self.link.abandon();
        let (unit, dialect) = (device.unit, device.dialect);
        if unit == UnitId::BROADCAST && !is_write(request.function().0) {
            return Err(EncodeError::Broadcast { function: request.function() });
        }
        let is_answered = unit != UnitId::BROADCAST && !is_unanswered(request);
        self.link.pause(device.idle.max(self.pause));
        let length = dialect.encode_frame(request, unit, self.link.room())?.len();
        self.link.start(device.retry, is_answered, length);
        let asked = Some((Asked::of(request, self.link.request()), Reader::of(request)));
        let answers = self.link.frames_mut();
        answers.stream.clear();
        (answers.dialect, answers.asked) = (dialect, asked);
        count(&mut self.counts.started);
        Ok(())
    }

    /// What it has done since it began; the counts start again from 0 after the last `u32`.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    fn response(&self) -> Result<Response<'_>, TransactionError> {
        match self.link.frames().response(self.link.request()) {
            Ok(Response::Exception { function, exception }) => {
                Err(TransactionError::Exception { function, exception })
            }
            Ok(response) => Ok(response),
            Err(error) => Err(TransactionError::Corrupt(error)),
        }
    }
}

fn count(count: &mut u32) {
    *count = count.wrapping_add(1);
}

/// Whether the standard forbids an answer.
fn is_unanswered(request: &Request<'_>) -> bool {
    matches!(request, Request::Diagnostics { diagnostic: Diagnostic::FORCE_LISTEN_ONLY_MODE, .. })
}

impl Machine for Client {
    type Outcome<'a> = Result<Option<Response<'a>>, TransactionError>;

    fn receive(&mut self, octets: &[u8], now: Duration) {
        self.link.receive(&mut Awaiting { unasked: &mut self.counts.unasked }, octets, now);
    }

    fn transmitted(&mut self, now: Duration) {
        self.link.transmitted(&mut Awaiting { unasked: &mut self.counts.unasked }, now);
    }

    fn poll(&mut self, now: Duration) -> Output<'_, Self::Outcome<'_>> {
        match self.link.poll(&mut Awaiting { unasked: &mut self.counts.unasked }, now) {
            Step::Transmit => {
                count(&mut self.counts.sent);
                Output::Transmit(self.link.request())
            }
            Step::Wait(until) => Output::Wait(until),
            Step::Answered => {
                count(match self.response() {
                    Ok(_) => &mut self.counts.answers,
                    Err(TransactionError::Exception { .. }) => &mut self.counts.exceptions,
                    Err(_) => &mut self.counts.corrupt,
                });
                Output::Done(self.response().map(Some))
            }
            Step::NoReply { timeout, attempts } => {
                count(&mut self.counts.no_reply);
                Output::Done(Err(TransactionError::NoReply { timeout, attempts }))
            }
            Step::Corrupt(error) => {
                count(&mut self.counts.corrupt);
                Output::Done(Err(TransactionError::Corrupt(error)))
            }
            Step::Sent => Output::Done(Ok(None)),
        }
    }
}

/// Finds the answer to one request.
#[derive(Clone, Debug)]
struct Answers {
    stream: Stream<260>,
    dialect: Dialect,
    /// What the answer has to be like, and how it is read.
    asked: Option<(Asked, Reader)>,
}

impl Answers {
    /// The response in the last frame, if it answers a request's frame.
    fn response(&self, request: &[u8]) -> Result<Response<'_>, DecodeError> {
        let pdu = self.stream.last()?.pdu;
        let function = FunctionCode(pdu.first().copied().unwrap_or(0));
        let unasked = DecodeError::Unasked { function };
        let (asked, reader) = self.asked.ok_or(unasked)?;
        let request = request.get(1..request.len().saturating_sub(2)).unwrap_or_default();
        match (reader.read)(self.dialect, request, pdu)? {
            exception @ Response::Exception { .. } => Ok(exception),
            _ if asked.is_repeated() && request != pdu => Err(unasked),
            response => Ok(response),
        }
    }
}

impl Frames for Answers {
    type Error = DecodeError;

    fn feed(&mut self, octets: &[u8]) -> usize {
        self.stream.feed(octets)
    }

    fn silence(&mut self) {
        self.stream.silence();
    }

    fn clear(&mut self) {
        self.stream.clear();
    }

    fn find(&mut self) -> Option<Result<(), DecodeError>> {
        let (dialect, (asked, reader)) = (self.dialect, self.asked?);
        let result =
            self.stream.scan(|octets, silent| answer_by(reader.length, &asked, dialect, octets, silent))?;
        Some(result.map(|_| ()))
    }
}

/// What ends the wait for an answer.
struct Awaiting<'a> {
    unasked: &'a mut u32,
}

impl Judge<Answers> for Awaiting<'_> {
    fn judge(&mut self, answers: &Answers, request: &[u8]) -> Result<bool, DecodeError> {
        answers.response(request).map(|_| true)
    }

    fn reject(&mut self, error: DecodeError) {
        if let DecodeError::Unasked { .. } = error {
            count(self.unasked);
        }
    }
}
