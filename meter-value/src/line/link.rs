//! The end of a line that asks: when a request is sent, its echo, and what comes in after it.

use core::fmt;
use core::time::Duration;

use super::exchange::Search;
use super::wire::Wire;
use super::{Retry, Step};

/// The times of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// How long one octet takes.
    pub octet: Duration,
    /// A longer silence ends a frame at the receiver.
    pub gap: Duration,
    /// The silence that is kept before a request.
    pub pause: Duration,
    /// How long behind the timeout an answer may end that has begun before, so that a line that is never
    /// silent ends a wait too.
    pub answer: Duration,
    /// Whether what is sent comes back.
    pub echo: bool,
}

/// A protocol's decoder.
pub trait Frames {
    /// Why octets are no frame, or a frame no answer that it should be.
    type Error: Copy;

    /// Takes octets that came in, and says how many.
    fn feed(&mut self, octets: &[u8]) -> usize;

    /// Notes that the line was silent for longer than a frame may pause.
    fn silence(&mut self);

    /// Forgets what came in.
    fn clear(&mut self);

    /// Finds the next frame, an error, or nothing yet.
    fn find(&mut self) -> Option<Result<(), Self::Error>>;
}

/// What ends a wait for an answer.
pub trait Judge<F: Frames> {
    /// Sees every octet that comes in, but for the echo.
    fn hear(&mut self, octets: &[u8]) {
        let _ = octets;
    }

    /// Forgets what it has seen: the request was still on its way then.
    fn forget(&mut self) {}

    /// Whether the frame found last ends the wait.
    ///
    /// # Errors
    /// Why it is not the answer that it should be.
    fn judge(&mut self, frames: &F, request: &[u8]) -> Result<bool, F::Error>;

    /// Sees why octets are no frame, or a frame not the answer that it should be.
    fn reject(&mut self, error: F::Error) {
        let _ = error;
    }
}

/// The end of a line that asks; its requests have up to `N` octets.
///
/// After an answer to a request that was sent more than once it sends nothing for a timeout: the answers to the
/// attempts before may be only late, and would be taken for those to the next request.
#[derive(Clone)]
pub struct Link<F: Frames, const N: usize> {
    wire: Wire,
    frames: F,
    request: [u8; N],
    length: usize,
    /// What came in last since the request, if it was no answer.
    error: Option<F::Error>,
}

impl<F: Frames, const N: usize> Link<F, N> {
    /// A link with nothing to send.
    pub const fn new(timing: Timing, frames: F) -> Self {
        Self { wire: Wire::new(timing), frames, request: [0; N], length: 0, error: None }
    }

    /// Ends what is under way.
    pub fn abandon(&mut self) {
        self.wire.exchange.abandon();
    }

    /// Requests keep this silence from now on.
    pub fn pause(&mut self, pause: Duration) {
        self.wire.timing.pause = pause;
    }

    /// Ends what is under way, and lends the room for the next request.
    pub fn room(&mut self) -> &mut [u8] {
        self.abandon();
        self.length = 0;
        &mut self.request
    }

    /// Has the first octets of that room sent as a request. One that nobody answers ends after the timeout.
    pub fn start(&mut self, retry: Retry, is_answered: bool, length: usize) {
        self.length = length;
        self.wire.start(retry, is_answered);
    }

    /// The request.
    pub fn request(&self) -> &[u8] {
        self.request.get(..self.length).unwrap_or_default()
    }

    /// Where the frame is that was judged last.
    pub const fn frames(&self) -> &F {
        &self.frames
    }

    /// The decoder, to tell it what to look for.
    pub const fn frames_mut(&mut self) -> &mut F {
        &mut self.frames
    }

    /// Takes octets that came in.
    pub fn receive(&mut self, judge: &mut impl Judge<F>, octets: &[u8], now: Duration) {
        let (wire, mut listen) = self.listen(judge);
        let request = listen.request;
        wire.receive(&mut listen, request, octets, now);
    }

    /// Notes that the request has left.
    pub fn transmitted(&mut self, judge: &mut impl Judge<F>, now: Duration) {
        let (wire, mut listen) = self.listen(judge);
        wire.transmitted(&mut listen, now);
    }

    /// What to do now.
    pub fn poll(&mut self, judge: &mut impl Judge<F>, now: Duration) -> Step<F::Error> {
        let (wire, mut listen) = self.listen(judge);
        let step = wire.poll(&mut listen, now);
        step.because_of(self.error)
    }

    fn listen<'a, J>(&'a mut self, judge: &'a mut J) -> (&'a mut Wire, Listen<'a, F, J>) {
        let Self { wire, frames, request, length, error } = self;
        (wire, Listen { frames, judge, request: request.get(..*length).unwrap_or_default(), error })
    }
}

impl<F: Frames, const N: usize> fmt::Debug for Link<F, N> {
    /// Without the octets, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("timing", &self.wire.timing).finish_non_exhaustive()
    }
}

/// What comes in, as the wire looks at it.
struct Listen<'a, F: Frames, J> {
    frames: &'a mut F,
    judge: &'a mut J,
    request: &'a [u8],
    error: &'a mut Option<F::Error>,
}

impl<F: Frames, J: Judge<F>> Search for Listen<'_, F, J> {
    fn feed(&mut self, octets: &[u8]) -> usize {
        let taken = self.frames.feed(octets);
        self.judge.hear(octets.get(..taken).unwrap_or_default());
        taken
    }

    fn silence(&mut self) {
        self.frames.silence();
    }

    fn clear(&mut self) {
        self.frames.clear();
        self.judge.forget();
        *self.error = None;
    }

    fn next(&mut self) -> Option<bool> {
        let result = self.frames.find()?.and_then(|()| self.judge.judge(self.frames, self.request));
        Some(result.unwrap_or_else(|error| {
            self.judge.reject(error);
            *self.error = Some(error);
            false
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    const TIMING: Timing = Timing { octet: ms(1), gap: ms(10), pause: ms(3), answer: ms(50), echo: true };
    const RETRY: Retry = Retry { timeout: ms(100), retries: 1 };
    const REQUEST: [u8; 4] = [1, 2, 3, 4];

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// Frames of one octet; 9 is an error, once a silence follows.
    #[derive(Default)]
    struct Octets {
        octets: Vec<u8>,
        silent: bool,
        found: u8,
    }

    impl Frames for Octets {
        type Error = u8;

        fn feed(&mut self, octets: &[u8]) -> usize {
            self.octets.extend(octets);
            self.silent = false;
            octets.len()
        }

        fn silence(&mut self) {
            self.silent = true;
        }

        fn clear(&mut self) {
            self.octets.clear();
        }

        fn find(&mut self) -> Option<Result<(), u8>> {
            match *self.octets.first()? {
                9 if !self.silent => None,
                octet => {
                    self.found = self.octets.remove(0);
                    Some(if octet == 9 { Err(octet) } else { Ok(()) })
                }
            }
        }
    }

    /// The answer is the last octet of the request.
    #[derive(Default)]
    struct Last {
        heard: Vec<u8>,
        rejected: Vec<u8>,
    }

    impl Judge<Octets> for Last {
        fn forget(&mut self) {
            self.heard.clear();
        }

        fn hear(&mut self, octets: &[u8]) {
            self.heard.extend(octets);
        }

        fn judge(&mut self, frames: &Octets, request: &[u8]) -> Result<bool, u8> {
            Ok(request.last() == Some(&frames.found))
        }

        fn reject(&mut self, error: u8) {
            self.rejected.push(error);
        }
    }

    type Link = super::Link<Octets, 4>;

    fn asked(judge: &mut Last, now: Duration) -> Link {
        let mut link = Link::new(TIMING, Octets::default());
        start(&mut link);
        assert_eq!(link.poll(judge, now), Step::Transmit);
        link.transmitted(judge, now);
        link
    }

    fn start(link: &mut Link) {
        link.room().copy_from_slice(&REQUEST);
        link.start(RETRY, true, REQUEST.len());
    }

    #[test]
    fn the_last_error_of_the_last_attempt_is_told() {
        let judge = &mut Last::default();
        let mut link = Link::new(Timing { echo: false, ..TIMING }, Octets::default());
        start(&mut link);
        for (at, octets) in [(0, &[9, 8][..]), (100, &[0])] {
            assert_eq!(link.poll(judge, ms(at)), Step::Transmit);
            link.transmitted(judge, ms(at));
            link.receive(judge, octets, ms(at + 10));
        }
        assert_eq!(link.poll(judge, ms(200)), Step::NoReply { timeout: ms(100), attempts: 2 });
        start(&mut link);
        for (at, octets) in [(300, &[0][..]), (400, &[9])] {
            assert_eq!(link.poll(judge, ms(at)), Step::Transmit);
            link.transmitted(judge, ms(at));
            link.receive(judge, octets, ms(at + 10));
        }
        assert_eq!(link.poll(judge, ms(500)), Step::Corrupt(9));
    }

    #[test]
    fn an_echo_in_one_piece_may_come_as_late_as_its_own_octets_take() {
        for (at, heard) in [(14, &[][..]), (15, &REQUEST)] {
            let judge = &mut Last::default();
            let mut link = asked(judge, ms(0));
            link.receive(judge, &REQUEST, ms(at));
            assert_eq!(judge.heard, heard, "after {at} ms");
        }
    }

    #[test]
    fn what_only_began_like_the_echo_is_heard_in_its_place() {
        let judge = &mut Last::default();
        let mut link = asked(judge, ms(0));
        link.receive(judge, &[7, 1, 2], ms(1));
        link.receive(judge, &[8, 4], ms(2));
        assert_eq!(judge.heard, [7, 1, 2, 8, 4]);
        assert_eq!(link.poll(judge, ms(2)), Step::Answered);
        assert_eq!(link.request(), REQUEST);
        assert_eq!(link.frames().found, 4);
    }

    #[test]
    fn what_comes_before_the_echo_is_no_answer() {
        let judge = &mut Last::default();
        let mut link = asked(judge, ms(0));
        link.receive(judge, &[4, 9], ms(1));
        link.receive(judge, &REQUEST, ms(2));
        assert_eq!(link.poll(judge, ms(2)), Step::Wait(Some(ms(100))));
        link.receive(judge, &[0, 4], ms(20));
        assert_eq!(judge.heard, [0, 4]);
        assert_eq!(link.poll(judge, ms(20)), Step::Answered);
        assert_eq!(judge.rejected, []);
    }

    #[test]
    fn a_silence_decides_what_is_incomplete() {
        let judge = &mut Last::default();
        let mut link = asked(judge, ms(0));
        link.receive(judge, &[9], ms(50));
        assert_eq!(link.poll(judge, ms(59)), Step::Wait(Some(ms(60))));
        assert_eq!(judge.rejected, []);
        assert_eq!(link.poll(judge, ms(60)), Step::Wait(Some(ms(100))));
        assert_eq!(judge.rejected, [9]);
    }

    #[test]
    fn an_answer_that_has_begun_is_waited_for_but_not_for_ever() {
        let judge = &mut Last::default();
        let mut link = asked(judge, ms(0));
        for at in [95, 103, 111, 119, 127, 135, 143] {
            assert!(matches!(link.poll(judge, ms(at)), Step::Wait(_)));
            link.receive(judge, &[0], ms(at));
        }
        assert_eq!(link.poll(judge, ms(149)), Step::Wait(Some(ms(150))));
        assert_eq!(link.poll(judge, ms(150)), Step::Transmit);
    }

    #[test]
    fn requests_keep_the_pause_and_after_retries_a_rest() {
        let judge = &mut Last::default();
        let mut link = asked(judge, ms(0));
        link.receive(judge, &[4], ms(50));
        assert_eq!(link.poll(judge, ms(50)), Step::Answered);
        start(&mut link);
        assert_eq!(link.poll(judge, ms(50)), Step::Wait(Some(ms(53))));
        link.pause(ms(8));
        start(&mut link);
        assert_eq!(link.poll(judge, ms(53)), Step::Wait(Some(ms(58))));
        for at in [58, 158] {
            assert_eq!(link.poll(judge, ms(at)), Step::Transmit);
            link.transmitted(judge, ms(at));
        }
        link.receive(judge, &[4], ms(170));
        assert_eq!(link.poll(judge, ms(170)), Step::Answered);
        link.room().copy_from_slice(&REQUEST);
        link.start(Retry { timeout: ms(20), retries: 0 }, true, REQUEST.len());
        let until = Step::Wait(Some(ms(270)));
        assert_eq!(link.poll(judge, ms(170)), until, "the first answer may be only late");
        link.receive(judge, &[4], ms(260));
        assert_eq!(link.poll(judge, ms(270)), Step::Transmit);
        link.transmitted(judge, ms(270));
        assert_eq!(link.poll(judge, ms(270)), Step::Wait(Some(ms(290))), "and was, and is none");
    }
}
