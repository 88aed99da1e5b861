//! What a client has to know of a bus.

use core::time::Duration;

use meter_value::line::{Timing, half_bits, times};

use crate::Frame;

/// A bus: how long its octets and its silences are (EN 13757-2).
///
/// ```
/// use core::time::Duration;
/// use mbus::Line;
///
/// let line = Line::new(2_400);
/// assert_eq!(line.time(12).as_millis(), 55);
/// assert_eq!(line.response().as_millis(), 187);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Line {
    /// How long one octet takes.
    pub octet: Duration,
    /// A longer silence ends a frame at the receiver.
    pub gap: Duration,
    /// The silence that a client keeps before a request.
    pub pause: Duration,
    /// Whether what is sent comes back, as from many level converters.
    pub echo: bool,
}

/// Bits of an octet: start, 8 data, even parity, stop.
const BITS: u32 = 11;

/// How many octets adapters hand over at once, and how long they hold them back besides.
const PIECE: usize = 64;
const HELD_BACK: Duration = Duration::from_millis(50);

impl Line {
    /// A bus whose octets have 11 bits (start, 8 data, even parity, stop), and which is quiet for 33 bits
    /// before a request.
    ///
    /// A frame ends with a silence of 33 bits (uncertain: receivers take 22 to 33), longer by 64 octets and
    /// 50 ms, because adapters hold octets back.
    pub const fn new(baud: u32) -> Self {
        let octet = half_bits(2 * BITS, baud);
        let pause = times(octet, 3);
        let gap = times(octet, 3 + PIECE).saturating_add(HELD_BACK);
        Self { octet, gap, pause, echo: false }
    }

    /// A bus whose level converter gives back what is sent.
    #[must_use]
    pub const fn echoing(self) -> Self {
        Self { echo: true, ..self }
    }

    /// How long that many octets take.
    pub fn time(self, octets: usize) -> Duration {
        times(self.octet, octets)
    }

    /// How long a meter keeps silent before it answers at most: 330 bits and 50 ms.
    pub fn response(self) -> Duration {
        self.time(330 / BITS as usize).saturating_add(Duration::from_millis(50))
    }

    /// How long an answer that has begun may take at most: the longest frame with four gaps, so that a line
    /// that is never silent ends a wait too.
    pub const fn answer(self) -> Duration {
        times(self.octet, Frame::MAX_LEN).saturating_add(times(self.gap, 4))
    }

    /// The times of a client's end.
    pub(crate) const fn timing(self) -> Timing {
        let Self { octet, gap, pause, echo } = self;
        Timing { octet, gap, pause, answer: self.answer(), echo }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_in_bits() {
        for (baud, ns) in [(300, 36_666_667), (2_400, 4_583_334), (9_600, 1_145_834)] {
            let line = Line::new(baud);
            assert_eq!(line.octet, Duration::from_nanos(ns));
            assert_eq!((line.pause, line.gap), (line.octet * 3, line.octet * 67 + Duration::from_millis(50)));
        }
        assert_eq!(Line::new(300).response().as_millis(), 1_150);
        assert_eq!(Line::new(0).time(usize::MAX), Duration::from_secs(11).saturating_mul(u32::MAX));
    }
}
