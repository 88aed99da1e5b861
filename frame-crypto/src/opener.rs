//! The receiving end of a link.

use aes::Aes128;
use zeroize::Zeroize;

use crate::OpenError;
use crate::frame::{COUNTERS, Header, Kind, Link, MAX_PLAINTEXT, OVERHEAD, TAG_LEN};
use crate::key::{Cipher, Key, Mode};

/// A frame that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened<'a> {
    /// The frame's whole counter.
    pub counter: u64,
    /// The application's bit.
    pub flag: bool,
    /// The plaintext.
    pub plaintext: &'a [u8],
}

/// Opens frames of one kind on one link, each once.
///
/// A frame says the low 16 bits of its counter only, so an opener can miss up to [`JUMP`](Self::JUMP) counters
/// in a row; after more, every frame has a wrong [`Tag`](OpenError::Tag), until the device joins again and both
/// ends have new openers.
pub struct Opener<C: Cipher = Aes128> {
    mode: Mode<C>,
    kind: Kind,
    link: Link,
    window: Window,
}

impl<C: Cipher> Opener<C> {
    /// How many counters in a row may be missed. A restart of a sealer with a store may miss some as well.
    pub const JUMP: u64 = 0x7FFF;

    /// An opener that takes counters from `next` on: 0, or where the one before a restart ended. What
    /// counts less is a [`Duplicate`](OpenError::Duplicate).
    pub fn new(key: &Key<C>, kind: Kind, link: Link, next: u64) -> Self {
        Self::resume(key, kind, link, Window::new(next))
    }

    /// An opener that goes on where another one stopped.
    pub fn resume(key: &Key<C>, kind: Kind, link: Link, window: Window) -> Self {
        let window = Window { next: window.next.min(COUNTERS), ..window };
        Self { mode: key.frames(kind, &link), kind, link, window }
    }

    /// Which frames were opened: where a restarted opener goes on without refusing what never came.
    pub const fn window(&self) -> Window {
        self.window
    }

    /// The counter after the newest one opened: where a restarted opener goes on.
    pub fn next(&self) -> u64 {
        self.window.next
    }

    /// Takes counters from `next` on, unless it does from a later one on.
    pub(crate) const fn skip_to(&mut self, next: u64) {
        if self.window.next < next {
            self.window = Window::new(next);
        }
    }

    /// Checks a frame and writes its plaintext into `buffer`.
    ///
    /// # Errors
    /// [`OpenError`]; `buffer` then holds no plaintext, and the state is as before.
    pub fn open<'b>(&mut self, frame: &[u8], buffer: &'b mut [u8]) -> Result<Opened<'b>, OpenError> {
        Ok(self.check(frame, buffer)?.opened(buffer))
    }

    /// Does what [`open`](Self::open) does, without holding on to the buffer.
    pub(crate) fn check(&mut self, frame: &[u8], buffer: &mut [u8]) -> Result<Checked, OpenError> {
        let truncated = OpenError::Truncated { needed: OVERHEAD, have: frame.len() };
        let header = Header::decode(frame)?;
        if header != self.link.header(self.kind, header.flag, header.counter) {
            return Err(OpenError::Link);
        }
        let (head, rest) = frame.split_first_chunk().ok_or(truncated)?;
        let (sealed, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or(truncated)?;
        if sealed.len() > MAX_PLAINTEXT {
            return Err(OpenError::TooLong { limit: MAX_PLAINTEXT, have: sealed.len() });
        }
        let counter = self.window.counter(header.counter).ok_or(OpenError::Tag)?;
        let short = OpenError::BufferTooSmall { needed: sealed.len(), have: buffer.len() };
        let body = buffer.get_mut(..sealed.len()).ok_or(short)?;
        for (to, from) in body.iter_mut().zip(sealed) {
            *to = *from;
        }

        let nonce = self.link.nonce(self.kind.code(), counter);
        if !self.mode.open(nonce, &self.link.associated(head), body, tag) {
            return Err(OpenError::Tag);
        }
        if let Err(error) = self.window.accept(counter) {
            body.zeroize();
            return Err(error);
        }
        Ok(Checked { counter, flag: header.flag, length: sealed.len() })
    }
}

/// A frame that was opened into a buffer.
pub(crate) struct Checked {
    counter: u64,
    flag: bool,
    length: usize,
}

impl Checked {
    pub(crate) fn opened(self, buffer: &[u8]) -> Opened<'_> {
        let plaintext = buffer.get(..self.length).unwrap_or_default();
        Opened { counter: self.counter, flag: self.flag, plaintext }
    }
}

/// Which of the newest 64 counters an [`Opener`] saw, or what came too early for it to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Window {
    /// The counter after the newest one seen.
    pub next: u64,
    /// Bit n stands for `next` - 1 - n.
    pub seen: u64,
}

impl Window {
    /// Takes counters from `next` on.
    pub const fn new(next: u64) -> Self {
        Self { next, seen: u64::MAX }
    }

    /// The counter nearest to the expected one that ends in these 16 bits. After the last counter there is none,
    /// or the nonce of the first would come again.
    fn counter(&self, low: u16) -> Option<u64> {
        let lowest = self.next.saturating_sub(0x8000);
        let counter = lowest + u64::from(low.wrapping_sub(lowest as u16));
        (counter < COUNTERS).then_some(counter)
    }

    /// Takes a counter once. It is less than 2^16 from the expected one.
    fn accept(&mut self, counter: u64) -> Result<(), OpenError> {
        let ahead = counter.wrapping_sub(self.next) as i32;
        if ahead >= 0 {
            self.seen = shifted(self.seen, ahead.unsigned_abs() + 1) | 1;
            self.next = counter + 1;
            return Ok(());
        }
        let behind = ahead.unsigned_abs() - 1;
        if behind >= u64::BITS {
            return Err(OpenError::Stale { counter, newest: self.next - 1 });
        }
        let bit = shifted(1, behind);
        if self.seen & bit != 0 {
            return Err(OpenError::Duplicate { counter });
        }
        self.seen |= bit;
        Ok(())
    }
}

/// Bits shifted to the left. Processors of 32 bits have no instruction for that, and one by one takes the least
/// space.
fn shifted(mut bits: u64, by: u32) -> u64 {
    for _ in 0..by.min(u64::BITS) {
        bits <<= 1;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_counter_opens_once_within_the_window() {
        let mut window = Window::new(0);
        for counter in [0, 5, 3, 200, 137] {
            assert_eq!(window.accept(counter), Ok(()), "{counter}");
            assert_eq!(window.accept(counter), Err(OpenError::Duplicate { counter }));
        }
        assert_eq!(window.accept(136), Err(OpenError::Stale { counter: 136, newest: 200 }));
    }

    #[test]
    fn a_resumed_window_takes_nothing_from_before() {
        let mut window = Window::new(1000);
        assert_eq!(window.accept(999), Err(OpenError::Duplicate { counter: 999 }));
        assert_eq!(window.accept(1001), Ok(()));
        assert_eq!(window.accept(1000), Ok(()));
        assert_eq!(window.accept(998), Err(OpenError::Duplicate { counter: 998 }));
        assert_eq!(window.accept(937), Err(OpenError::Stale { counter: 937, newest: 1001 }));
    }

    #[test]
    fn the_upper_bits_follow_the_newest_counter() {
        for (next, low, counter) in [
            (0, 0, 0),
            (0, 0x7FFF, 0x7FFF),
            (0, 0xFFFF, 0xFFFF),
            (0x1_0000, 0xFFFF, 0xFFFF),
            (0x1_FFF0, 0x0001, 0x2_0001),
            (0xFFFF_FFFF_0000, 0x7FFF, 0xFFFF_FFFF_7FFF),
        ] {
            assert_eq!(Window::new(next).counter(low), Some(counter));
        }
    }
}
