//! The wire of a line that asks, whatever the protocol: silences, pauses and echo.

use core::convert::Infallible;
use core::time::Duration;

use super::exchange::{Exchange, Search};
use super::{Echo, Retry, Step, Stripped, Timing, times};

/// Everything of a link that does not depend on its protocol.
#[derive(Clone, Debug)]
pub(super) struct Wire {
    pub timing: Timing,
    pub exchange: Exchange,
    echo: Echo,
    timeout: Duration,
    /// When the timeout ends that runs.
    deadline: Duration,
    /// When the line was heard or spoken on last.
    last: Option<Duration>,
    /// When octets came in last, if no silence has ended them yet.
    heard: Option<Duration>,
}

impl Wire {
    #[inline(never)]
    pub const fn new(timing: Timing) -> Self {
        Self {
            timing,
            exchange: Exchange::new(),
            echo: Echo::NONE,
            timeout: Duration::ZERO,
            deadline: Duration::ZERO,
            last: None,
            heard: None,
        }
    }

    /// Has a new request sent.
    pub fn start(&mut self, retry: Retry, is_answered: bool) {
        self.timeout = retry.timeout;
        self.exchange.start(retry, retry.timeout.max(self.timing.pause), is_answered);
        self.quiet();
    }

    /// Takes octets that came in.
    pub fn receive(&mut self, search: &mut dyn Search, request: &[u8], octets: &[u8], now: Duration) {
        self.busy(now);
        self.elapse(search, now, octets.len());
        let Stripped { before, again, behind, is_whole } = if self.timing.echo {
            // All of them are handed over when the last one has come.
            let gap = self.timing.gap.saturating_add(self.time(octets.len()));
            self.echo.strip(request, octets, now, gap)
        } else {
            Stripped { behind: octets, ..Stripped::NONE }
        };
        let again = request.get(..again).unwrap_or_default();
        for (part, is_new) in [(before, false), (again, false), (behind, is_whole)] {
            if is_new {
                self.exchange.forget(search, self.deadline);
                self.heard = None;
            }
            if part.is_empty() {
                continue;
            }
            self.exchange.receive(search, part);
            if self.exchange.is_waiting() {
                self.heard = Some(now);
                let limit = self.deadline.saturating_add(self.timing.answer);
                self.exchange.extend(now.saturating_add(self.timing.gap).min(limit));
            }
        }
    }

    /// Notes that the request has left.
    pub fn transmitted(&mut self, search: &mut dyn Search, now: Duration) {
        self.busy(now);
        self.deadline = now.saturating_add(self.timeout);
        self.echo.transmitted(now);
        self.heard = None;
        self.exchange.transmitted(search, now);
    }

    /// What to do now.
    pub fn poll(&mut self, search: &mut dyn Search, now: Duration) -> Step<Infallible> {
        self.elapse(search, now, 0);
        match self.exchange.poll(search, now) {
            Step::Transmit if self.timing.echo => {
                self.echo.begin();
                Step::Transmit
            }
            Step::Wait(Some(until)) if self.exchange.is_waiting() => {
                Step::Wait(Some(self.silent_at().map_or(until, |silent| until.min(silent))))
            }
            step => step,
        }
    }

    fn time(&self, octets: usize) -> Duration {
        times(self.timing.octet, octets)
    }

    /// Notes that the line was heard or spoken on.
    fn busy(&mut self, now: Duration) {
        self.last = Some(now);
        self.quiet();
    }

    fn quiet(&mut self) {
        if let Some(last) = self.last {
            self.exchange.quiet(last.saturating_add(self.timing.pause));
        }
    }

    fn silent_at(&self) -> Option<Duration> {
        self.heard.map(|heard| heard.saturating_add(self.timing.gap))
    }

    /// Notes that it is `now` and no more than so many octets have just come in: a silence before them ends
    /// what was incomplete.
    fn elapse(&mut self, search: &mut dyn Search, now: Duration, octets: usize) {
        let time = self.time(octets);
        if self.exchange.is_waiting() && self.silent_at().is_some_and(|at| now >= at.saturating_add(time)) {
            self.heard = None;
            search.silence();
            self.exchange.look(search);
        }
    }
}
