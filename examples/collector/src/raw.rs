//! Octets that go onto the bus as they are, and what comes back.

use core::time::Duration;

use heapless::Vec;
use meter_value::line::{Machine, Output};

/// Most octets of a frame that is passed on, either way.
pub const MAX_RAW: usize = 200;

/// Sends octets, and takes what comes until the line is silent.
pub struct Raw {
    octets: Vec<u8, MAX_RAW>,
    answer: Vec<u8, MAX_RAW>,
    wait: Duration,
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    Sends,
    /// Until then.
    Listens(Duration),
    Over,
}

impl Raw {
    /// A longer silence ends an answer.
    const GAP: Duration = Duration::from_millis(100);

    /// Octets to send, and how long to wait for an answer to begin; `None` if there are too many.
    pub fn new(octets: &[u8], wait: Duration) -> Option<Self> {
        let octets = Vec::from_slice(octets).ok()?;
        Some(Self { octets, answer: Vec::new(), wait, state: State::Sends })
    }
}

impl Machine for Raw {
    type Outcome<'a> = &'a [u8];

    fn receive(&mut self, octets: &[u8], now: Duration) {
        if let State::Listens(until) = &mut self.state {
            let room = self.answer.capacity() - self.answer.len();
            let octets = octets.get(..room).unwrap_or(octets);
            // What is too long ends where there is no room, even if the line is never silent.
            if !octets.is_empty() && self.answer.extend_from_slice(octets).is_ok() {
                *until = now.saturating_add(Self::GAP);
            }
        }
    }

    fn transmitted(&mut self, now: Duration) {
        self.state = State::Listens(now.saturating_add(self.wait));
    }

    fn poll(&mut self, now: Duration) -> Output<'_, &[u8]> {
        match self.state {
            State::Sends => Output::Transmit(&self.octets),
            State::Listens(until) if now < until => Output::Wait(Some(until)),
            State::Listens(_) => {
                self.state = State::Over;
                Output::Done(&self.answer)
            }
            State::Over => Output::Wait(None),
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
    fn an_answer_ends_with_silence() {
        let mut raw = Raw::new(&[1, 2], ms(300)).unwrap();
        assert_eq!(raw.poll(ms(0)), Output::Transmit(&[1, 2]));
        raw.transmitted(ms(5));
        assert_eq!(raw.poll(ms(6)), Output::Wait(Some(ms(305))));
        raw.receive(&[7], ms(200));
        raw.receive(&[8], ms(290));
        assert_eq!(raw.poll(ms(291)), Output::Wait(Some(ms(390))));
        assert_eq!(raw.poll(ms(390)), Output::Done(&[7, 8][..]));
        assert_eq!(raw.poll(ms(390)), Output::Wait(None));
    }

    #[test]
    fn silence_is_no_octets_and_too_much_is_cut() {
        let mut raw = Raw::new(&[1], ms(300)).unwrap();
        raw.transmitted(ms(0));
        assert_eq!(raw.poll(ms(300)), Output::Done(&[][..]));
        let mut raw = Raw::new(&[1], ms(300)).unwrap();
        raw.transmitted(ms(0));
        (0..5).for_each(|_| raw.receive(&[9; 60], ms(1)));
        assert_eq!(raw.poll(ms(101)), Output::Done(&[9; MAX_RAW][..]));
        let mut raw = Raw::new(&[1], ms(300)).unwrap();
        raw.transmitted(ms(0));
        (0..50).for_each(|at| raw.receive(&[9; 50], ms(10 * at)));
        assert_eq!(raw.poll(ms(500)), Output::Done(&[9; MAX_RAW][..]), "a line that is never silent");
        assert!(Raw::new(&[0; MAX_RAW + 1], ms(1)).is_none());
    }
}
