//! The end of a line that asks: when a request is sent, its echo, and what comes in after it.

use core::fmt;
use core::time::Duration;

use super::exchange::{Exchange, Search};
use super::{Echo, Retry, Step, Stripped};

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

impl Timing {
    fn time(self, octets: usize) -> Duration {
        self.octet.saturating_mul(u32::try_from(octets).unwrap_or(u32::MAX))
    }
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
#[derive(Clone)]
pub struct Link<F: Frames, const N: usize> {
    timing: Timing,
    exchange: Exchange<F::Error>,
    frames: F,
    echo: Echo,
    request: [u8; N],
    length: usize,
    timeout: Duration,
    /// When the timeout ends that runs.
    deadline: Duration,
    /// When the line was heard or spoken on last.
    last: Option<Duration>,
    /// No request is sent before.
    quiet: Duration,
    /// When octets came in last, if no silence has ended them yet.
    heard: Option<Duration>,
}

impl<F: Frames, const N: usize> Link<F, N> {
    /// A link with nothing to send.
    pub const fn new(timing: Timing, frames: F) -> Self {
        Self {
            timing,
            exchange: Exchange::new(),
            frames,
            echo: Echo::NONE,
            request: [0; N],
            length: 0,
            timeout: Duration::ZERO,
            deadline: Duration::ZERO,
            last: None,
            quiet: Duration::ZERO,
            heard: None,
        }
    }

    /// Ends what is under way.
    pub fn abandon(&mut self) {
        self.exchange.abandon();
    }

    /// Requests keep this silence from now on.
    pub fn pause(&mut self, pause: Duration) {
        self.timing.pause = pause;
    }

    /// Has a request sent that `encode` writes, and ends the one before. One that nobody answers ends after
    /// the timeout.
    ///
    /// # Errors
    /// What `encode` fails with.
    pub fn start<E>(
        &mut self,
        retry: Retry,
        is_answered: bool,
        encode: impl FnOnce(&mut [u8]) -> Result<&[u8], E>,
    ) -> Result<(), E> {
        self.abandon();
        self.length = encode(&mut self.request)?.len();
        self.timeout = retry.timeout;
        self.exchange.start(retry, retry.timeout.max(self.timing.pause), is_answered);
        self.quiet();
        Ok(())
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
        self.busy(now);
        self.elapse(judge, now, octets.len());
        let Self { timing, exchange, frames, request, length, .. } = self;
        let request = request.get(..*length).unwrap_or_default();
        let Stripped { before, again, behind, is_whole } = if timing.echo {
            // All of them are handed over when the last one has come.
            let gap = timing.gap.saturating_add(timing.time(octets.len()));
            self.echo.strip(request, octets, now, gap)
        } else {
            Stripped { behind: octets, ..Stripped::NONE }
        };
        let again = request.get(..again).unwrap_or_default();
        let mut listen = Listen { frames, judge, request };
        for (part, is_new) in [(before, false), (again, false), (behind, is_whole)] {
            if is_new {
                exchange.forget(&mut listen, self.deadline);
                self.heard = None;
            }
            if part.is_empty() {
                continue;
            }
            exchange.receive(&mut listen, part);
            if exchange.is_waiting() {
                self.heard = Some(now);
                let limit = self.deadline.saturating_add(timing.answer);
                exchange.extend(now.saturating_add(timing.gap).min(limit));
            }
        }
    }

    /// Notes that the request has left.
    pub fn transmitted(&mut self, judge: &mut impl Judge<F>, now: Duration) {
        self.busy(now);
        self.deadline = now.saturating_add(self.timeout);
        self.echo.transmitted(now);
        self.heard = None;
        let (exchange, mut listen) = self.listen(judge);
        exchange.transmitted(&mut listen, now);
    }

    /// What to do now.
    pub fn poll(&mut self, judge: &mut impl Judge<F>, now: Duration) -> Step<F::Error> {
        self.elapse(judge, now, 0);
        let (exchange, mut listen) = self.listen(judge);
        match exchange.poll(&mut listen, now) {
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

    /// Sends nothing for a timeout if the request was sent more than once: the answers to the attempts before
    /// may be only late, and where they do not say what they answer, they are none to the next request.
    pub fn rest_after_retries(&mut self, now: Duration) {
        if self.exchange.attempts() > 1 {
            self.quiet = self.quiet.max(now.saturating_add(self.timeout));
            self.quiet();
        }
    }

    fn listen<'a, J>(&'a mut self, judge: &'a mut J) -> (&'a mut Exchange<F::Error>, Listen<'a, F, J>) {
        let Self { exchange, frames, request, length, .. } = self;
        (exchange, Listen { frames, judge, request: request.get(..*length).unwrap_or_default() })
    }

    /// Notes that the line was heard or spoken on.
    fn busy(&mut self, now: Duration) {
        self.last = Some(now);
        self.quiet();
    }

    fn quiet(&mut self) {
        let pause = self.last.map(|last| last.saturating_add(self.timing.pause));
        self.exchange.quiet(pause.map_or(self.quiet, |pause| pause.max(self.quiet)));
    }

    fn silent_at(&self) -> Option<Duration> {
        self.heard.map(|heard| heard.saturating_add(self.timing.gap))
    }

    /// Notes that it is `now` and no more than so many octets have just come in: a silence before them ends
    /// what was incomplete.
    fn elapse(&mut self, judge: &mut impl Judge<F>, now: Duration, octets: usize) {
        let time = self.timing.time(octets);
        if self.exchange.is_waiting() && self.silent_at().is_some_and(|at| now >= at.saturating_add(time)) {
            self.heard = None;
            self.frames.silence();
            let (exchange, mut listen) = self.listen(judge);
            exchange.look(&mut listen);
        }
    }
}

impl<F: Frames, const N: usize> fmt::Debug for Link<F, N> {
    /// Without the octets, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link").field("timing", &self.timing).finish_non_exhaustive()
    }
}

/// What comes in, as the exchange looks at it.
struct Listen<'a, F, J> {
    frames: &'a mut F,
    judge: &'a mut J,
    request: &'a [u8],
}

impl<F: Frames, J: Judge<F>> Search for Listen<'_, F, J> {
    type Error = F::Error;

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
    }

    fn next(&mut self) -> Option<Result<bool, F::Error>> {
        let result = self.frames.find()?.and_then(|()| self.judge.judge(self.frames, self.request));
        if let Err(error) = result {
            self.judge.reject(error);
        }
        Some(result)
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
        let started = link.start(RETRY, true, |buffer| {
            buffer.copy_from_slice(&REQUEST);
            Ok::<_, u8>(buffer)
        });
        assert_eq!(started, Ok(()));
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
    fn requests_keep_the_pause_and_the_rest_that_is_asked_for() {
        let judge = &mut Last::default();
        let mut link = asked(judge, ms(0));
        link.receive(judge, &[4], ms(50));
        assert_eq!(link.poll(judge, ms(50)), Step::Answered);
        link.rest_after_retries(ms(50));
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
        link.rest_after_retries(ms(170));
        start(&mut link);
        assert_eq!(link.poll(judge, ms(170)), Step::Wait(Some(ms(270))), "the first answer may be only late");
    }
}
