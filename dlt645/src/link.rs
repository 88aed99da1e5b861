//! A command on a line: when it is sent, its echo, and what comes in after it.

use core::fmt;
use core::iter::repeat_n;
use core::time::Duration;

use meter_value::line::{Echo, Exchange, Retry, Search, Step, Stripped, Writer};

use crate::{Command, DecodeError, Decoder, Device, EncodeError, Frame, Line};

/// Most preamble octets that are sent before a command.
const MAX_PREAMBLE: usize = 16;

/// What a wait is for.
pub(crate) trait Judge {
    /// Sees every octet that comes in, but for the echo.
    fn hear(&mut self, octets: &[u8]) {
        let _ = octets;
    }

    /// Whether a frame, with its octets, ends the wait.
    fn judge(&mut self, frame: &Frame<'_>, octets: &[u8]) -> Result<bool, DecodeError>;
}

/// The end of a line that asks.
#[derive(Clone)]
pub(crate) struct Link {
    line: Line,
    exchange: Exchange<DecodeError>,
    decoder: Decoder,
    echo: Echo,
    /// The command under way, with its preamble.
    command: [u8; MAX_PREAMBLE + Frame::MIN_LEN + Frame::MAX_DATA],
    length: usize,
    timeout: Duration,
    /// When the timeout ends that runs.
    deadline: Duration,
    /// When the line was heard or spoken on last.
    last: Option<Duration>,
    /// When octets came in last, if no silence has ended them yet.
    heard: Option<Duration>,
}

impl Link {
    pub const fn new(line: Line) -> Self {
        Self {
            line,
            exchange: Exchange::new(Device::BROADCAST.retry),
            decoder: Decoder::new(),
            echo: Echo::NONE,
            command: [0; MAX_PREAMBLE + Frame::MIN_LEN + Frame::MAX_DATA],
            length: 0,
            timeout: Duration::ZERO,
            deadline: Duration::ZERO,
            last: None,
            heard: None,
        }
    }

    pub fn abandon(&mut self) {
        self.exchange.abandon();
    }

    /// Has a command sent, and ends the one before. A command that nobody answers ends after the timeout.
    pub fn start(
        &mut self,
        device: &Device,
        command: &Command<'_>,
        is_answered: bool,
    ) -> Result<(), EncodeError> {
        self.abandon();
        let preamble = usize::from(device.preamble);
        if preamble > MAX_PREAMBLE {
            return Err(EncodeError::BufferTooSmall { needed: preamble, have: MAX_PREAMBLE });
        }
        let mut writer = Writer::new(&mut self.command);
        let [octet, ..] = Frame::PREAMBLE;
        writer.extend(repeat_n(octet, preamble));
        command.put(device.address, &mut writer)?;
        self.length = writer.finish()?.len();
        let Retry { timeout, .. } = device.retry;
        self.timeout = timeout;
        self.exchange.retry(device.retry, timeout.max(self.line.pause));
        if is_answered {
            self.exchange.start();
        } else {
            self.exchange.start_unanswered(timeout);
        }
        Ok(())
    }

    /// The command, with its preamble.
    pub fn command(&self) -> &[u8] {
        self.command.get(..self.length).unwrap_or_default()
    }

    /// The frame that was judged last.
    pub fn frame(&self) -> Result<Frame<'_>, DecodeError> {
        self.decoder.last()
    }

    pub fn receive(&mut self, judge: &mut impl Judge, octets: &[u8], now: Duration) {
        self.busy(now);
        self.elapse(judge, now, octets.len());
        let Self { line, exchange, decoder, command, length, .. } = self;
        let sent = command.get(..*length).unwrap_or_default();
        let Stripped { before, again, behind } = if line.echo {
            self.echo.strip(sent, octets, now, line.gap)
        } else {
            Stripped { before: &[], again: 0, behind: octets }
        };
        let mut listen = Listen { decoder, judge };
        let again = sent.get(..again).unwrap_or_default();
        for part in [before, again, behind].into_iter().filter(|part| !part.is_empty()) {
            exchange.receive(&mut listen, part);
            if exchange.is_waiting() {
                self.heard = Some(now);
                let limit = self.deadline.saturating_add(line.answer());
                exchange.extend(now.saturating_add(line.gap).min(limit));
            }
        }
    }

    pub fn transmitted(&mut self, judge: &mut impl Judge, now: Duration) {
        self.busy(now);
        self.deadline = now.saturating_add(self.timeout);
        self.echo.transmitted(now);
        self.heard = None;
        self.exchange.transmitted(&mut Listen { decoder: &mut self.decoder, judge }, now);
    }

    pub fn poll(&mut self, judge: &mut impl Judge, now: Duration) -> Step<DecodeError> {
        self.elapse(judge, now, 0);
        match self.exchange.poll(&mut Listen { decoder: &mut self.decoder, judge }, now) {
            Step::Transmit if self.line.echo => {
                self.echo.begin();
                Step::Transmit
            }
            Step::Wait(Some(until)) if self.exchange.is_waiting() => {
                Step::Wait(Some(self.silent_at().map_or(until, |silent| until.min(silent))))
            }
            step => step,
        }
    }

    /// Notes that the line was heard or spoken on.
    fn busy(&mut self, now: Duration) {
        self.last = Some(now);
        self.exchange.quiet(now.saturating_add(self.line.pause));
    }

    fn silent_at(&self) -> Option<Duration> {
        self.heard.map(|heard| heard.saturating_add(self.line.gap))
    }

    /// Notes that it is `now` and no more than so many octets have just come in: a silence before them ends
    /// what was incomplete.
    fn elapse(&mut self, judge: &mut impl Judge, now: Duration, octets: usize) {
        let time = self.line.time(octets);
        if self.exchange.is_waiting() && self.silent_at().is_some_and(|at| now >= at.saturating_add(time)) {
            self.heard = None;
            self.decoder.silence();
            self.exchange.look(&mut Listen { decoder: &mut self.decoder, judge });
        }
    }
}

impl fmt::Debug for Link {
    /// Without the octets, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Link");
        text.field("line", &self.line).field("exchange", &self.exchange);
        text.finish_non_exhaustive()
    }
}

/// What comes in, as the exchange looks at it.
struct Listen<'a, J> {
    decoder: &'a mut Decoder,
    judge: &'a mut J,
}

impl<J: Judge> Search for Listen<'_, J> {
    type Error = DecodeError;

    fn feed(&mut self, octets: &[u8]) -> usize {
        let taken = self.decoder.feed(octets);
        self.judge.hear(octets.get(..taken).unwrap_or_default());
        taken
    }

    fn silence(&mut self) {
        self.decoder.silence();
    }

    fn clear(&mut self) {
        self.decoder.clear();
    }

    fn next(&mut self) -> Option<Result<bool, DecodeError>> {
        if let Err(error) = self.decoder.frame()? {
            return Some(Err(error));
        }
        let octets = self.decoder.octets();
        Some(self.decoder.last().and_then(|frame| self.judge.judge(&frame, octets)))
    }
}
