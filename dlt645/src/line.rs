//! What a client has to know of a serial line.

use core::time::Duration;

use meter_value::line::{Timing, half_bits, times};

use crate::Frame;

/// A serial line: how long its octets and its silences are (DL/T 645-2007, chapter 5).
///
/// ```
/// use core::time::Duration;
/// use dlt645::Line;
///
/// let line = Line::new(2_400);
/// assert_eq!(line.time(12).as_millis(), 55);
/// assert_eq!(line.gap, Duration::from_millis(500));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Line {
    /// How long one octet takes.
    pub octet: Duration,
    /// A longer silence ends a frame at the receiver.
    pub gap: Duration,
    /// The silence that a client keeps before a command. The standard names none; what it wants of a meter
    /// before its answer does for meters too.
    pub pause: Duration,
    /// Whether what is sent comes back, as on a transceiver that keeps listening.
    pub echo: bool,
}

/// Bits of an octet: start, 8 data, even parity, stop.
const BITS: u32 = 11;

impl Line {
    /// A line whose octets have 11 bits (start, 8 data, even parity, stop), whose frames have gaps of up to
    /// 500 ms, and which is quiet for 20 ms before a command.
    pub const fn new(baud: u32) -> Self {
        Self {
            octet: half_bits(2 * BITS, baud),
            gap: Duration::from_millis(500),
            pause: Duration::from_millis(20),
            echo: false,
        }
    }

    /// The line of a port that holds octets back, as adapters and operating systems do: only `gap` ends a frame. An
    /// adapter that hands over 64 octets at once needs 500 ms and what they take.
    #[must_use]
    pub const fn buffered(self, gap: Duration) -> Self {
        Self { gap, ..self }
    }

    /// A line where what is sent comes back.
    #[must_use]
    pub const fn echoing(self) -> Self {
        Self { echo: true, ..self }
    }

    /// How long that many octets take.
    pub fn time(self, octets: usize) -> Duration {
        times(self.octet, octets)
    }

    /// How long an answer that has begun may take at most: the longest frame with its preamble and with four
    /// gaps, so that a line that is never silent ends a wait too.
    pub const fn answer(self) -> Duration {
        let frame = times(self.octet, Frame::PREAMBLE.len() + Frame::MAX_LEN);
        frame.saturating_add(times(self.gap, 4))
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
    fn an_octet_has_eleven_bits() {
        for (baud, ns) in [(300, 36_666_667), (1_200, 9_166_667), (2_400, 4_583_334), (9_600, 1_145_834)] {
            assert_eq!(Line::new(baud).octet, Duration::from_nanos(ns));
        }
        assert_eq!(Line::new(0).time(usize::MAX), Duration::from_secs(11).saturating_mul(u32::MAX));
    }
}
