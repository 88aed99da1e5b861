//! The octets of a line that belong to no frame yet.

/// What a protocol says about the octets at the head of a [`Window`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scan<W> {
    /// They may become a frame.
    Incomplete,
    /// The first `len` of them are a frame.
    Frame {
        /// How many octets the frame has.
        len: usize,
    },
    /// The first octet starts no frame, and that is no error: a preamble, for example.
    Skip,
    /// The first `len` of them are a frame that is of no interest.
    Pass {
        /// How many octets the frame has.
        len: usize,
    },
    /// They look like a frame, but are none, and why.
    Reject(W),
}

/// A window over received octets that slides one octet on after a failure, so that no intact frame is
/// lost behind a false header.
///
/// Of a run of octets without a frame, up to a silence, only the first rejection is reported.
#[derive(Clone, Debug)]
pub struct Window<const N: usize> {
    octets: [u8; N],
    start: usize,
    end: usize,
    /// How many octets at `start` were lent as a frame.
    lent: usize,
    silent: bool,
    lost: bool,
}

impl<const N: usize> Default for Window<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Window<N> {
    /// An empty window.
    pub const fn new() -> Self {
        Self { octets: [0; N], start: 0, end: 0, lent: 0, silent: false, lost: false }
    }

    /// Takes octets and says how many; takes none between [`silence`](Self::silence) and the
    /// [`scan`](Self::scan) that finds nothing more.
    pub fn feed(&mut self, octets: &[u8]) -> usize {
        self.release();
        if self.silent && self.start < self.end {
            return 0;
        }
        self.silent = false;
        if N.saturating_sub(self.end) < octets.len() {
            move_up(&mut self.octets, self.start);
            self.end -= self.start;
            self.start = 0;
        }
        let Some(free) = self.octets.get_mut(self.end..) else { return 0 };
        let taken = free.len().min(octets.len());
        for (to, from) in free.iter_mut().zip(octets) {
            *to = *from;
        }
        self.end += taken;
        taken
    }

    /// Notes that the line fell silent: what is incomplete now stays so.
    pub fn silence(&mut self) {
        self.silent = true;
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self { octets: self.octets, ..Self::new() };
    }

    /// The frame that the last [`scan`](Self::scan) returned.
    pub fn lent(&self) -> &[u8] {
        self.octets.get(self.start..self.start + self.lent).unwrap_or_default()
    }

    /// The octets that came in behind that frame.
    pub fn behind(&self) -> &[u8] {
        self.octets.get(self.start.saturating_add(self.lent)..self.end).unwrap_or_default()
    }

    /// The next frame, or the first rejection of a run, or nothing yet.
    ///
    /// `judge` sees the octets from the head on, and whether a silence follows them. What still is incomplete
    /// when the window is full is no frame. `explain` makes the error of the rejection that is reported, from
    /// its reason and the same octets.
    #[inline]
    pub fn scan<W, E>(
        &mut self,
        mut judge: impl FnMut(&[u8], bool) -> Scan<W>,
        explain: impl FnOnce(W, &[u8]) -> E,
    ) -> Option<Result<&[u8], E>> {
        self.release();
        loop {
            let head = self.octets.get(self.start..self.end).unwrap_or_default();
            if head.is_empty() {
                if self.silent {
                    self.silent = false;
                    self.lost = false;
                }
                return None;
            }
            let is_full = head.len() == N;
            match judge(head, self.silent) {
                Scan::Incomplete if !self.silent && !is_full => return None,
                Scan::Frame { len } if (1..=head.len()).contains(&len) => {
                    self.lent = len;
                    self.lost = false;
                    return Some(Ok(self.lent()));
                }
                Scan::Pass { len } if (1..=head.len()).contains(&len) => {
                    self.start += len;
                }
                Scan::Reject(reason) if !self.lost => {
                    let error = explain(reason, head);
                    self.lost = true;
                    self.start += 1;
                    return Some(Err(error));
                }
                _ => self.start += 1,
            }
        }
    }

    fn release(&mut self) {
        self.start += core::mem::take(&mut self.lent);
        if self.start >= self.end {
            (self.start, self.end) = (0, 0);
        }
    }
}

/// Moves octets so many places to the front. It goes in pieces that overlap nowhere: most programs have a copy of
/// that kind anyway, and a move of octets onto themselves would be another kilobyte.
#[inline(never)]
fn move_up(octets: &mut [u8], gap: usize) {
    let mut rest = octets;
    while let Some((front, back)) = rest.split_at_mut_checked(gap)
        && gap > 0
    {
        front.iter_mut().zip(&*back).for_each(|(to, from)| *to = *from);
        rest = back;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// A frame is a length octet, that many octets, and their exclusive or.
    fn judge(octets: &[u8], last: bool) -> Scan<u8> {
        match octets {
            [0, ..] => Scan::Skip,
            [len, rest @ ..] if rest.len() > usize::from(*len) => {
                let (body, check) = rest.split_at(usize::from(*len));
                let sum = body.iter().fold(0, |sum, octet| sum ^ octet);
                if check[0] == sum { Scan::Frame { len: body.len() + 2 } } else { Scan::Reject(*len) }
            }
            [len, ..] if last => Scan::Reject(*len),
            _ => Scan::Incomplete,
        }
    }

    fn drain<const N: usize>(window: &mut Window<N>) -> Vec<Result<Vec<u8>, u8>> {
        let mut found = Vec::new();
        while let Some(result) = window.scan(judge, |error, _| error) {
            found.push(result.map(<[u8]>::to_vec));
        }
        found
    }

    #[test]
    fn finds_the_frame_behind_a_false_header() {
        let mut window = Window::<8>::new();
        assert_eq!(window.feed(&[0, 0, 5, 1, 9, 9]), 6);
        assert_eq!(drain(&mut window), []);
        window.silence();
        assert_eq!(window.feed(&[1]), 0, "what came before the silence is not decided yet");
        assert_eq!(window.scan(judge, |error, _| error), Some(Err(5)));
        assert_eq!(window.scan(judge, |error, _| error), Some(Ok(&[1, 9, 9][..])));
        assert_eq!(window.behind(), []);
        assert_eq!(window.scan(judge, |error, _| error), None);
        assert_eq!(window.feed(&[1]), 1);
    }

    #[test]
    fn a_full_window_never_stalls() {
        let mut window = Window::<4>::new();
        assert_eq!(window.feed(&[200, 1, 7, 7, 1]), 4);
        assert_eq!(drain(&mut window), [Ok([1, 7, 7].to_vec())]);
        assert_eq!(window.feed(&[1, 6, 6, 1]), 4);
        assert_eq!(window.scan(judge, |error, _| error), Some(Ok(&[1, 6, 6][..])));
        assert_eq!(window.behind(), [1]);
        window.clear();
        window.feed(&[1, 6, 6]);
        assert_eq!(drain(&mut window), [Ok([1, 6, 6].to_vec())]);
    }

    #[test]
    fn reports_one_rejection_a_run() {
        let mut window = Window::<16>::new();
        window.feed(&[1, 2, 3, 1, 4, 5, 1, 8, 8]);
        window.silence();
        let found = drain(&mut window);
        assert_eq!(found, [Err(1), Ok([1, 8, 8].to_vec())]);
        for _ in 0..3 {
            window.feed(&[1, 2, 3]);
            window.silence();
            assert_eq!(drain(&mut window), [Err(1)], "a silence ends the run");
        }
    }
}
