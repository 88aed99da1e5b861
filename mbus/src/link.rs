//! A request on a line: when it is sent, its echo, and what comes in after it.

use core::time::Duration;

use meter_value::line::{Echo, Exchange, Retry, Search, Step, Stripped};

use crate::{DecodeError, Decoder, EncodeError, Frame, Line};

/// So many octets without a frame are a glitch of transceivers, not what is left of an answer.
pub(crate) const GLITCH: usize = 3;

/// What a wait is for.
pub(crate) trait Judge {
    /// Sees every octet that comes in, but for the echo.
    fn hear(&mut self, octets: &[u8]) {
        let _ = octets;
    }

    /// Whether a frame, with its octets, ends the wait; so many octets were heard behind it.
    fn judge(&mut self, frame: &Frame<'_>, octets: &[u8], behind: usize) -> Result<bool, DecodeError>;
}

/// The end of a line that asks.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    line: Line,
    exchange: Exchange<DecodeError>,
    decoder: Decoder,
    echo: Echo,
    /// The request under way.
    request: [u8; Frame::MAX_LEN],
    length: usize,
    timeout: Duration,
    /// How often it was sent.
    attempts: u16,
    /// When the timeout ends that runs.
    deadline: Duration,
    /// No request is sent before.
    quiet: Duration,
    /// When octets came in last, if no silence has ended them yet.
    heard: Option<Duration>,
}

impl Link {
    pub const fn new(line: Line) -> Self {
        Self {
            line,
            exchange: Exchange::new(Retry { timeout: Duration::ZERO, retries: 0 }),
            decoder: Decoder::new(),
            echo: Echo::NONE,
            request: [0; Frame::MAX_LEN],
            length: 0,
            timeout: Duration::ZERO,
            attempts: 0,
            deadline: Duration::ZERO,
            quiet: Duration::ZERO,
            heard: None,
        }
    }

    pub fn abandon(&mut self) {
        self.exchange.abandon();
    }

    /// Has a request sent that `encode` writes, and ends the one before. One that nobody answers ends after
    /// the timeout.
    pub fn start(
        &mut self,
        retry: Retry,
        is_answered: bool,
        encode: impl FnOnce(&mut [u8]) -> Result<&[u8], EncodeError>,
    ) -> Result<(), EncodeError> {
        self.abandon();
        self.length = encode(&mut self.request)?.len();
        self.timeout = retry.timeout;
        self.attempts = 0;
        self.exchange.retry(retry, retry.timeout.max(self.line.pause));
        if is_answered {
            self.exchange.start();
        } else {
            self.exchange.start_unanswered(retry.timeout);
        }
        Ok(())
    }

    /// The request.
    pub fn request(&self) -> &[u8] {
        self.request.get(..self.length).unwrap_or_default()
    }

    /// The frame that was judged last.
    pub fn frame(&self) -> Result<Frame<'_>, DecodeError> {
        self.decoder.last()
    }

    pub fn receive(&mut self, judge: &mut impl Judge, octets: &[u8], now: Duration) {
        self.busy(now);
        self.elapse(judge, now, octets.len());
        let Self { line, exchange, decoder, request, length, .. } = self;
        let sent = request.get(..*length).unwrap_or_default();
        let Stripped { before, again, behind } = if line.echo {
            self.echo.strip(sent, octets, now, line.gap.saturating_add(line.time(octets.len())))
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
            Step::Transmit => {
                self.attempts = self.attempts.saturating_add(1);
                if self.line.echo {
                    self.echo.begin();
                }
                Step::Transmit
            }
            Step::Wait(Some(until)) if self.exchange.is_waiting() => {
                Step::Wait(Some(self.silent_at().map_or(until, |silent| until.min(silent))))
            }
            Step::Answered if self.attempts > 1 => {
                // The answers to the attempts before may be only late, and are none to the next request.
                self.quiet_for(self.timeout, now);
                Step::Answered
            }
            step => step,
        }
    }

    /// Notes that the line was heard or spoken on.
    fn busy(&mut self, now: Duration) {
        self.quiet_for(self.line.pause, now);
    }

    fn quiet_for(&mut self, time: Duration, now: Duration) {
        self.quiet = self.quiet.max(now.saturating_add(time));
        self.exchange.quiet(self.quiet);
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
        let (octets, behind) = (self.decoder.octets(), self.decoder.behind().len());
        Some(self.decoder.last().and_then(|frame| self.judge.judge(&frame, octets, behind)))
    }
}
