//! One request at a time, and its answer.

use core::time::Duration;

use meter_value::line::{Echo, Exchange, Machine, Output, Retry, Search, Step, Stripped};

use crate::asked::Asked;
use crate::judge::answer;
use crate::pdu::{Diagnostic, FunctionCode, Registers, Request, Response};
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
    exchange: Exchange<DecodeError>,
    pending: Pending,
    timeout: Duration,
    /// How long the line has to be quiet before the request.
    pause: Duration,
    /// When the line was heard or spoken on last.
    last: Option<Duration>,
    counts: Counts,
}

/// The request under way, and what comes in after it.
#[derive(Clone, Debug)]
struct Pending {
    line: Line,
    request: [u8; Frame::MAX_LEN],
    length: usize,
    dialect: Dialect,
    asked: Option<Asked>,
    stream: Stream<260>,
    echo: Echo,
    /// When octets came in last.
    now: Duration,
    /// When the timeout ends that runs.
    deadline: Duration,
    unasked: u32,
}

impl Client {
    /// A client with nothing to do.
    pub const fn new(line: Line) -> Self {
        let pending = Pending {
            line,
            request: [0; Frame::MAX_LEN],
            length: 0,
            dialect: Dialect::STRICT,
            asked: None,
            stream: Stream::new(),
            echo: Echo::NONE,
            now: Duration::ZERO,
            deadline: Duration::ZERO,
            unasked: 0,
        };
        let exchange = Exchange::new(Device::BROADCAST.retry);
        let counts =
            Counts { started: 0, sent: 0, answers: 0, exceptions: 0, no_reply: 0, corrupt: 0, unasked: 0 };
        Self { exchange, pending, timeout: Duration::ZERO, pause: line.pause, last: None, counts }
    }

    /// Begins a transaction, and abandons the one before if it still runs.
    ///
    /// A request to all units, and one that forbids an answer, ends with `None` in place of a response, after
    /// the device's timeout.
    ///
    /// # Errors
    /// [`EncodeError`] if the request cannot be sent, or reads from all units at once.
    pub fn start(&mut self, device: &Device, request: &Request<'_>) -> Result<(), EncodeError> {
        self.exchange.abandon();
        let (unit, dialect) = (device.unit, device.dialect);
        if unit == UnitId::BROADCAST && !is_write(request.function().0) {
            return Err(EncodeError::Broadcast { function: request.function() });
        }
        let length = dialect.encode_frame(request, unit, &mut self.pending.request)?.len();
        self.pending.length = length;
        self.pending.dialect = dialect;
        self.pending.asked = Some(Asked::of(request, self.pending.request()));
        self.pending.stream.clear();
        self.timeout = device.retry.timeout;
        self.pause = device.idle.max(self.pending.line.pause);
        self.exchange.retry(device.retry, self.timeout.max(self.pause));
        if unit == UnitId::BROADCAST || is_unanswered(request) {
            self.exchange.start_unanswered(self.timeout);
        } else {
            self.exchange.start();
        }
        if let Some(last) = self.last {
            self.heard(last);
        }
        self.counts.started = self.counts.started.wrapping_add(1);
        Ok(())
    }

    /// Notes that the line was heard or spoken on.
    fn heard(&mut self, now: Duration) {
        self.pending.now = now;
        self.last = Some(now);
        self.exchange.quiet(now.saturating_add(self.pause));
    }

    /// What it has done since it began; the counts start again from 0 after the last `u32`.
    pub const fn counts(&self) -> Counts {
        Counts { unasked: self.pending.unasked, ..self.counts }
    }
}

/// Whether the standard forbids an answer.
fn is_unanswered(request: &Request<'_>) -> bool {
    matches!(request, Request::Diagnostics { diagnostic: Diagnostic::FORCE_LISTEN_ONLY_MODE, .. })
}

impl Machine for Client {
    type Outcome<'a> = Result<Option<Response<'a>>, TransactionError>;

    fn receive(&mut self, octets: &[u8], now: Duration) {
        self.heard(now);
        let line = self.pending.line;
        if line.echo {
            let request = self.pending.request;
            let sent = request.get(..self.pending.length).unwrap_or_default();
            let Stripped { before, again, behind } = self.pending.echo.strip(sent, octets, now, line.gap);
            for part in [before, sent.get(..again).unwrap_or_default(), behind] {
                self.exchange.receive(&mut self.pending, part);
            }
        } else {
            self.exchange.receive(&mut self.pending, octets);
        }
        // An answer that is arriving may be as long as the longest frame.
        let limit = self.pending.deadline.saturating_add(line.time(Frame::MAX_LEN));
        self.exchange.extend(now.saturating_add(line.gap).min(limit));
    }

    fn transmitted(&mut self, now: Duration) {
        self.heard(now);
        self.pending.deadline = now.saturating_add(self.timeout);
        self.pending.echo.transmitted(now);
        self.exchange.transmitted(&mut self.pending, now);
    }

    fn poll(&mut self, now: Duration) -> Output<'_, Self::Outcome<'_>> {
        if self.exchange.is_waiting() && self.pending.stream.elapse(now, &self.pending.line, 0) {
            self.exchange.look(&mut self.pending);
        }
        let counts = &mut self.counts;
        let count = |count: &mut u32| *count = count.wrapping_add(1);
        match self.exchange.poll(&mut self.pending, now) {
            Step::Transmit => {
                if self.pending.line.echo {
                    self.pending.echo.begin();
                }
                count(&mut counts.sent);
                Output::Transmit(self.pending.request())
            }
            Step::Wait(until) => {
                let silent = self.pending.stream.silent_at(&self.pending.line);
                let silent = silent.filter(|_| self.exchange.is_waiting());
                Output::Wait(until.map(|until| silent.map_or(until, |silent| until.min(silent))))
            }
            Step::Answered => {
                let response = self.pending.response();
                match response {
                    Ok(_) => count(&mut counts.answers),
                    Err(TransactionError::Exception { .. }) => count(&mut counts.exceptions),
                    Err(_) => count(&mut counts.corrupt),
                }
                Output::Done(response.map(Some))
            }
            Step::NoReply { timeout, attempts } => {
                count(&mut counts.no_reply);
                Output::Done(Err(TransactionError::NoReply { timeout, attempts }))
            }
            Step::Corrupt(error) => {
                count(&mut counts.corrupt);
                Output::Done(Err(TransactionError::Corrupt(error)))
            }
            Step::Sent => Output::Done(Ok(None)),
        }
    }
}

impl Pending {
    fn request(&self) -> &[u8] {
        self.request.get(..self.length).unwrap_or_default()
    }

    fn response(&self) -> Result<Response<'_>, TransactionError> {
        match self.stream.last().and_then(|frame| self.dialect.response(frame.pdu)) {
            Ok(Response::Exception { function, exception }) => {
                Err(TransactionError::Exception { function, exception })
            }
            Ok(response) => Ok(asked_for(self.request(), response)),
            Err(error) => Err(TransactionError::Corrupt(error)),
        }
    }
}

impl Search for Pending {
    type Error = DecodeError;

    fn feed(&mut self, octets: &[u8]) -> usize {
        self.stream.feed_at(octets, self.now, &self.line)
    }

    fn silence(&mut self) {
        self.stream.silence();
    }

    fn clear(&mut self) {
        self.stream.clear();
    }

    fn next(&mut self) -> Option<Result<bool, DecodeError>> {
        let dialect = self.dialect;
        let asked = self.asked?;
        let judge = |octets: &[u8], silent| answer(&asked, dialect, octets, silent);
        let result = self.stream.scan(judge)?.and_then(|frame| {
            let function = FunctionCode(frame.pdu.first().copied().unwrap_or(0));
            let request = self.request.get(1..self.length.saturating_sub(2)).unwrap_or_default();
            let fits = match dialect.response(frame.pdu)? {
                Response::Exception { .. } => true,
                _ if asked.is_repeated() => request == frame.pdu,
                response => fits(request, &response),
            };
            if fits { Ok(true) } else { Err(DecodeError::Unasked { function }) }
        });
        if let Err(DecodeError::Unasked { .. }) = result {
            self.unasked = self.unasked.wrapping_add(1);
        }
        Some(result)
    }
}

/// Whether the parts of an answer are those that a request's PDU asks for, where that takes more than a count.
fn fits(request: &[u8], response: &Response<'_>) -> bool {
    match (request, *response) {
        ([_, _, ranges @ ..], Response::ReadFileRecord { records }) => {
            let (ranges, _) = ranges.as_chunks();
            let lengths = ranges.iter().map(|[.., high, low]: &[u8; 7]| u16::from_be_bytes([*high, *low]));
            records.iter().map(Registers::len).eq(lengths.map(usize::from))
        }
        // 4 is individual access.
        ([_, _, 4, object], Response::ReadDeviceIdentification { objects, .. }) => {
            objects.iter().next().is_some_and(|first| first.id.0 == *object)
        }
        _ => true,
    }
}

/// A response without the bits that only fill up its last octet.
fn asked_for<'a>(request: &[u8], response: Response<'a>) -> Response<'a> {
    let quantity = match *request {
        [_, _, _, _, high, low, ..] => u16::from_be_bytes([high, low]).into(),
        _ => usize::MAX,
    };
    match response {
        Response::ReadCoils { coils } => Response::ReadCoils { coils: coils.first(quantity) },
        Response::ReadDiscreteInputs { inputs } => {
            Response::ReadDiscreteInputs { inputs: inputs.first(quantity) }
        }
        _ => response,
    }
}
