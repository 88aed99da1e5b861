//! The exchange of one request for one answer.

use core::convert::Infallible;
use core::time::Duration;

/// How long to wait for an answer, and how often to ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Retry {
    /// From the end of the request to the end of the answer, or to its beginning where a machine says so.
    pub timeout: Duration,
    /// How many times a request is sent again after the first.
    pub retries: u8,
}

/// Where an exchange finds its answer: a decoder, and what was asked.
pub(super) trait Search {
    fn feed(&mut self, octets: &[u8]) -> usize;

    fn silence(&mut self);

    fn clear(&mut self);

    /// Looks at the next frame or error that came in, if there is one: whether it is the answer.
    fn next(&mut self) -> Option<bool>;
}

/// What an exchange asks for, or how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<E> {
    /// Send the request.
    Transmit,
    /// Wait, until this time if one is given.
    Wait(Option<Duration>),
    /// The frame that was judged last is the answer.
    Answered,
    /// Nothing that could be the answer came.
    NoReply {
        /// How long each attempt waited.
        timeout: Duration,
        /// How often the request was sent.
        attempts: u16,
    },
    /// Something came, but no intact answer.
    Corrupt(E),
    /// The request that nobody answers was sent, and everybody had the time to act on it.
    Sent,
}

impl Step<Infallible> {
    /// The step of an exchange in which this came that is no answer.
    pub(super) fn because_of<E>(self, error: Option<E>) -> Step<E> {
        match self {
            Self::Transmit => Step::Transmit,
            Self::Wait(until) => Step::Wait(until),
            Self::Answered => Step::Answered,
            Self::NoReply { timeout, attempts } => {
                error.map_or(Step::NoReply { timeout, attempts }, Step::Corrupt)
            }
            Self::Corrupt(never) => match never {},
            Self::Sent => Step::Sent,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    /// To be sent, since this time if it is known.
    Due(Option<Duration>),
    Sending,
    Waiting {
        until: Duration,
    },
    /// Nobody answers, but everybody needs time.
    Resting {
        until: Duration,
    },
    Answered,
}

/// Timer and retries of one request at a time. It knows no protocol, so that there is one of it in a program
/// that speaks several.
#[derive(Clone, Debug)]
pub(super) struct Exchange {
    retry: Retry,
    state: State,
    /// No request is sent before.
    rest_until: Duration,
    /// No request is sent before,
    quiet_until: Duration,
    /// unless it has been due for so long.
    patience: Duration,
    /// Whether somebody answers; if nobody does, everybody has the timeout to act.
    is_answered: bool,
    /// How often the request was sent.
    attempts: u16,
}

impl Exchange {
    /// An exchange with nothing to send.
    pub const fn new() -> Self {
        Self {
            retry: Retry { timeout: Duration::ZERO, retries: 0 },
            state: State::Idle,
            rest_until: Duration::ZERO,
            quiet_until: Duration::ZERO,
            patience: Duration::ZERO,
            is_answered: true,
            attempts: 0,
        }
    }

    /// Has a new request sent. It waits no longer than `patience` for a line to be quiet that never is.
    pub fn start(&mut self, retry: Retry, patience: Duration, is_answered: bool) {
        self.retry = retry;
        self.patience = patience;
        self.is_answered = is_answered;
        self.attempts = 0;
        self.state = State::Due(None);
    }

    /// Sends nothing before this time.
    pub fn quiet(&mut self, until: Duration) {
        self.quiet_until = until;
    }

    /// Waits for an answer that is arriving until this time, if that is later than the timeout.
    pub fn extend(&mut self, to: Duration) {
        if let State::Waiting { until } = &mut self.state {
            *until = to.max(*until);
        }
    }

    /// Whether an answer is awaited.
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, State::Waiting { .. })
    }

    /// Ends the exchange, if one runs.
    pub fn abandon(&mut self) {
        self.state = State::Idle;
    }

    /// Takes octets that came in. What comes while no answer is awaited is dropped.
    pub fn receive(&mut self, search: &mut dyn Search, mut octets: &[u8]) {
        while matches!(self.state, State::Waiting { .. }) && !octets.is_empty() {
            let taken = search.feed(octets);
            octets = octets.get(taken..).unwrap_or_default();
            self.look(search);
        }
    }

    /// Starts the timer: the request has left.
    pub fn transmitted(&mut self, search: &mut dyn Search, now: Duration) {
        if self.state == State::Sending {
            search.clear();
            let until = now.saturating_add(self.retry.timeout);
            self.state = if self.is_answered { State::Waiting { until } } else { State::Resting { until } };
        }
    }

    /// Forgets what came in, an answer too, and goes on waiting until then.
    pub fn forget(&mut self, search: &mut dyn Search, until: Duration) {
        if matches!(self.state, State::Waiting { .. } | State::Answered) {
            search.clear();
            self.state = State::Waiting { until };
        }
    }

    /// What to do now.
    pub fn poll(&mut self, search: &mut dyn Search, now: Duration) -> Step<Infallible> {
        if matches!(self.state, State::Waiting { until } if now >= until) {
            search.silence();
            self.state = State::Due(None);
            self.look(search);
        }
        match self.state {
            State::Due(_) if self.attempts > self.retry.retries.into() => {
                self.state = State::Idle;
                Step::NoReply { timeout: self.retry.timeout, attempts: self.attempts }
            }
            State::Due(since) => {
                let since = since.unwrap_or(now);
                let ready = self.quiet_until.min(since.saturating_add(self.patience)).max(self.rest_until);
                if now < ready {
                    self.state = State::Due(Some(since));
                    return Step::Wait(Some(ready));
                }
                self.attempts = self.attempts.saturating_add(1);
                self.state = State::Sending;
                Step::Transmit
            }
            State::Resting { until } if now >= until => {
                self.state = State::Idle;
                Step::Sent
            }
            State::Answered => {
                self.state = State::Idle;
                if self.attempts > 1 {
                    // The answers to the attempts before may be only late, and fit the next request too.
                    self.rest_until = now.saturating_add(self.retry.timeout);
                }
                Step::Answered
            }
            State::Waiting { until } | State::Resting { until } => Step::Wait(Some(until)),
            State::Idle | State::Sending => Step::Wait(None),
        }
    }

    /// Looks for the answer among what came in, as after a silence.
    pub fn look(&mut self, search: &mut dyn Search) {
        while let Some(is_answer) = search.next() {
            if is_answer {
                self.state = State::Answered;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Octet 1 is the answer, others are not; 9 needs a silence to be looked at.
    #[derive(Default)]
    struct Octets(Vec<u8>);

    impl Search for Octets {
        fn feed(&mut self, octets: &[u8]) -> usize {
            self.0.extend(octets.first());
            1
        }

        fn silence(&mut self) {
            self.0.retain(|&octet| octet != 9);
        }

        fn clear(&mut self) {
            self.0.clear();
        }

        fn next(&mut self) -> Option<bool> {
            match *self.0.first()? {
                9 => None,
                _ => Some(self.0.remove(0) == 1),
            }
        }
    }

    fn started(retries: u8, is_answered: bool) -> Exchange {
        let mut exchange = Exchange::new();
        exchange.start(Retry { timeout: ms(100), retries }, ms(100), is_answered);
        exchange
    }

    fn asked(search: &mut Octets) -> Exchange {
        let mut exchange = started(1, true);
        assert_eq!(exchange.poll(search, ms(0)), Step::Transmit);
        exchange
    }

    #[test]
    fn counts_the_timeout_from_the_end_of_transmission() {
        let search = &mut Octets::default();
        let mut exchange = asked(search);
        assert_eq!(exchange.poll(search, ms(500)), Step::Wait(None));
        exchange.transmitted(search, ms(500));
        assert_eq!(exchange.poll(search, ms(599)), Step::Wait(Some(ms(600))));
        assert_eq!(exchange.poll(search, ms(600)), Step::Transmit);
        exchange.transmitted(search, ms(600));
        assert_eq!(exchange.poll(search, ms(700)), Step::NoReply { timeout: ms(100), attempts: 2 });
        assert_eq!(exchange.poll(search, ms(700)), Step::Wait(None));
    }

    #[test]
    fn the_most_retries_end_too() {
        let search = &mut Octets::default();
        let mut exchange = started(255, true);
        for attempt in 0..256 {
            assert_eq!(exchange.poll(search, ms(100 * attempt)), Step::Transmit);
            exchange.transmitted(search, ms(100 * attempt));
        }
        assert_eq!(exchange.poll(search, ms(25_600)), Step::NoReply { timeout: ms(100), attempts: 256 });
    }

    #[test]
    fn takes_the_answer_and_nothing_before_or_after_it() {
        let search = &mut Octets::default();
        let mut exchange = asked(search);
        exchange.receive(search, &[1]);
        exchange.transmitted(search, ms(0));
        assert_eq!(exchange.poll(search, ms(0)), Step::Wait(Some(ms(100))));
        exchange.receive(search, &[0, 5, 1, 7]);
        assert!(search.0.is_empty(), "what follows the answer is dropped");
        assert_eq!(exchange.poll(search, ms(0)), Step::Answered);
        assert_eq!(exchange.poll(search, ms(0)), Step::Wait(None));
    }

    #[test]
    fn a_request_waits_for_the_line_but_not_for_ever() {
        let search = &mut Octets::default();
        let mut exchange = started(1, true);
        exchange.quiet(ms(130));
        assert_eq!(exchange.poll(search, ms(50)), Step::Wait(Some(ms(130))));
        exchange.quiet(ms(1_000));
        assert_eq!(exchange.poll(search, ms(130)), Step::Wait(Some(ms(150))));
        assert_eq!(exchange.poll(search, ms(150)), Step::Transmit);
    }

    #[test]
    fn an_answer_that_is_arriving_is_waited_for() {
        let search = &mut Octets::default();
        let mut exchange = asked(search);
        exchange.transmitted(search, ms(0));
        exchange.extend(ms(50));
        assert_eq!(exchange.poll(search, ms(60)), Step::Wait(Some(ms(100))));
        exchange.extend(ms(120));
        assert_eq!(exchange.poll(search, ms(110)), Step::Wait(Some(ms(120))));
        exchange.receive(search, &[1]);
        assert_eq!(exchange.poll(search, ms(115)), Step::Answered);
    }

    #[test]
    fn a_request_to_all_ends_after_a_rest() {
        let search = &mut Octets::default();
        let mut exchange = started(1, false);
        assert_eq!(exchange.poll(search, ms(0)), Step::Transmit);
        exchange.transmitted(search, ms(10));
        exchange.receive(search, &[1]);
        assert_eq!(exchange.poll(search, ms(10)), Step::Wait(Some(ms(110))));
        assert_eq!(exchange.poll(search, ms(110)), Step::Sent);
        assert_eq!(exchange.poll(search, ms(110)), Step::Wait(None));
    }

    #[test]
    fn looks_once_more_when_nothing_more_will_come() {
        let search = &mut Octets::default();
        let mut exchange = asked(search);
        exchange.transmitted(search, ms(0));
        exchange.receive(search, &[9, 1]);
        assert_eq!(exchange.poll(search, ms(99)), Step::Wait(Some(ms(100))));
        assert_eq!(exchange.poll(search, ms(100)), Step::Answered);
    }
}
