//! Our own octets, come back.

use core::time::Duration;

/// How much of what was sent last has come back, on a line that echoes.
#[derive(Clone, Debug)]
pub struct Echo {
    /// Octets that came back; `None` when nothing more is to come.
    came: Option<usize>,
    /// When the last octet left.
    sent: Option<Duration>,
}

impl Echo {
    /// Nothing is to come back.
    pub const NONE: Self = Self { came: None, sent: None };

    /// Everything that is sent now is to come back.
    pub fn begin(&mut self) {
        *self = Self { came: Some(0), sent: None };
    }

    /// Notes that everything has left.
    pub fn transmitted(&mut self, now: Duration) {
        self.sent = Some(now);
    }

    /// Takes what has come back of `sent` off octets that came in by `now`.
    ///
    /// What comes before the echo stays in front of what comes behind it. What looked like the echo but is not
    /// is given back as the number of octets of `sent` to be put in front. An echo comes within `gap` of the
    /// last octet, or not at all.
    pub fn strip<'a>(&mut self, sent: &[u8], octets: &'a [u8], now: Duration, gap: Duration) -> Stripped<'a> {
        let is_late = self.sent.is_some_and(|sent| now > sent.saturating_add(gap));
        let Some(came) = self.came.filter(|came| *came > 0 || !is_late) else {
            self.came = None;
            return Stripped { behind: octets, ..Stripped::NONE };
        };
        // The first octet may come behind a glitch.
        let start = match (came, sent.first()) {
            (0, Some(first)) => octets.iter().position(|octet| octet == first).unwrap_or(octets.len()),
            _ => 0,
        };
        let (before, rest) = octets.split_at_checked(start).unwrap_or((octets, &[]));
        let expected = sent.get(came..).unwrap_or_default();
        let same = rest.iter().zip(expected).take_while(|(octet, expected)| octet == expected).count();
        let behind = rest.get(same..).unwrap_or_default();
        let came = came.saturating_add(same);
        let is_whole = came >= sent.len();
        let (again, came) = match (behind.is_empty(), is_whole) {
            (_, true) => (0, None),
            (true, false) => (0, Some(came)),
            (false, false) => (came, None),
        };
        self.came = came;
        Stripped { before, again, behind, is_whole }
    }
}

/// Octets without the echo among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stripped<'a> {
    /// What came before the echo.
    pub before: &'a [u8],
    /// So many octets of what was sent, which came but are no echo.
    pub again: usize,
    /// What came behind it.
    pub behind: &'a [u8],
    /// Whether the whole echo has come back: then what came before is no answer.
    pub is_whole: bool,
}

impl Stripped<'_> {
    /// No octets.
    pub const NONE: Self = Self { before: &[], again: 0, behind: &[], is_whole: false };
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: [u8; 4] = [1, 2, 3, 4];
    const GAP: Duration = Duration::from_millis(4);

    fn strip<'a>(echo: &mut Echo, octets: &'a [u8]) -> (&'a [u8], usize, &'a [u8]) {
        let Stripped { before, again, behind, .. } = echo.strip(&SENT, octets, Duration::ZERO, GAP);
        (before, again, behind)
    }

    fn none() -> (&'static [u8], usize, &'static [u8]) {
        (&[], 0, &[])
    }

    #[test]
    fn takes_the_echo_in_any_pieces_and_only_once() {
        let mut echo = Echo::NONE;
        assert_eq!(strip(&mut echo, &[1, 2]).2, [1, 2]);
        echo.begin();
        assert_eq!(strip(&mut echo, &[1]), none());
        assert_eq!(strip(&mut echo, &[2, 3]), none());
        assert_eq!(strip(&mut echo, &[4, 1, 2, 3, 4]).2, SENT);
        assert_eq!(strip(&mut echo, &SENT).2, SENT, "that is the answer");
    }

    #[test]
    fn only_the_last_octet_of_the_echo_makes_it_whole() {
        let mut echo = Echo::NONE;
        echo.begin();
        let is_whole = [&[9, 1, 2][..], &[3], &[4, 5], &SENT]
            .map(|octets| echo.strip(&SENT, octets, Duration::ZERO, GAP).is_whole);
        assert_eq!(is_whole, [false, false, true, false]);
    }

    #[test]
    fn a_glitch_before_the_echo_and_what_only_looks_like_it_stay() {
        let mut echo = Echo::NONE;
        echo.begin();
        assert_eq!(strip(&mut echo, &[9]), (&[9][..], 0, &[][..]));
        assert_eq!(strip(&mut echo, &[8, 1, 2, 3]), (&[8][..], 0, &[][..]));
        assert_eq!(strip(&mut echo, &[4, 7]), (&[][..], 0, &[7][..]));
        echo.begin();
        assert_eq!(strip(&mut echo, &[1, 2]), none());
        assert_eq!(strip(&mut echo, &[9, 3]), (&[][..], 2, &[9, 3][..]), "another frame that begins alike");
        assert_eq!(strip(&mut echo, &SENT).2, SENT);
    }

    #[test]
    fn an_echo_that_does_not_come_is_not_waited_for() {
        let mut echo = Echo::NONE;
        echo.begin();
        echo.transmitted(Duration::ZERO);
        let late = echo.strip(&SENT, &SENT, GAP + Duration::from_nanos(1), GAP);
        assert_eq!(late, Stripped { behind: &SENT, ..Stripped::NONE });
    }
}
