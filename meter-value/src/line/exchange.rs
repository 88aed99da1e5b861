//! The exchange of one request for one answer.

use core::time::Duration;

/// How long to wait for an answer, and how often to ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Retry {
    /// From the end of the request to the end of the answer.
    pub timeout: Duration,
    /// How many times a request is sent again after the first.
    pub retries: u8,
}

/// What an exchange asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send the request.
    Transmit,
    /// Wait, until this time if one is given.
    Wait(Option<Duration>),
    /// The time for an answer is over; see [`Exchange::retry`].
    Expired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    Due,
    Sending,
    Waiting { until: Duration },
}

/// Timer and retries of one request at a time.
#[derive(Clone, Debug)]
pub struct Exchange {
    retry: Retry,
    state: State,
    /// How often the request was sent.
    attempts: u8,
}

impl Exchange {
    /// An exchange with nothing to send.
    pub const fn new(retry: Retry) -> Self {
        Self { retry, state: State::Idle, attempts: 0 }
    }

    /// Has a new request sent.
    pub fn start(&mut self) {
        self.attempts = 0;
        self.state = State::Due;
    }

    /// Whether the request was sent and an answer would be welcome.
    pub fn is_waiting(&self) -> bool {
        matches!(self.state, State::Waiting { .. })
    }

    /// Whether there is no request.
    pub fn is_idle(&self) -> bool {
        self.state == State::Idle
    }

    /// Starts the timer: the request has left.
    pub fn transmitted(&mut self, now: Duration) {
        if self.state == State::Sending {
            self.state = State::Waiting { until: now.saturating_add(self.retry.timeout) };
        }
    }

    /// Ends the exchange: the answer is there, or none is wanted any more.
    pub fn finish(&mut self) {
        self.state = State::Idle;
    }

    /// Has the request sent again if a retry is left; otherwise ends the exchange and says `false`.
    pub fn retry(&mut self) -> bool {
        let again = self.attempts <= self.retry.retries;
        self.state = if again { State::Due } else { State::Idle };
        again
    }

    /// How often the request was sent.
    pub fn attempts(&self) -> u8 {
        self.attempts
    }

    /// How long each attempt waits.
    pub fn timeout(&self) -> Duration {
        self.retry.timeout
    }

    /// What to do now.
    pub fn poll(&mut self, now: Duration) -> Step {
        match self.state {
            State::Due => {
                self.attempts = self.attempts.saturating_add(1);
                self.state = State::Sending;
                Step::Transmit
            }
            State::Waiting { until } if now >= until => Step::Expired,
            State::Waiting { until } => Step::Wait(Some(until)),
            State::Idle | State::Sending => Step::Wait(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn counts_the_timeout_from_the_end_of_transmission() {
        let mut exchange = Exchange::new(Retry { timeout: ms(100), retries: 1 });
        assert_eq!(exchange.poll(ms(0)), Step::Wait(None));
        exchange.start();
        assert_eq!(exchange.poll(ms(0)), Step::Transmit);
        assert_eq!(exchange.poll(ms(500)), Step::Wait(None));
        exchange.transmitted(ms(500));
        assert_eq!(exchange.poll(ms(599)), Step::Wait(Some(ms(600))));
        assert_eq!(exchange.poll(ms(600)), Step::Expired);
        assert!(exchange.retry());
        assert_eq!(exchange.poll(ms(600)), Step::Transmit);
        exchange.transmitted(ms(600));
        assert_eq!(exchange.poll(ms(700)), Step::Expired);
        assert!(!exchange.retry());
        assert_eq!((exchange.attempts(), exchange.is_idle()), (2, true));
    }
}
