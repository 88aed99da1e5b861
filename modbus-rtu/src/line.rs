//! What both ends have to know of a serial line.

use core::time::Duration;

use meter_value::line::{Timing, half_bits, times};

use crate::Frame;

/// A serial line: how long its characters and its silences are (Modbus over Serial Line V1.02, section
/// 2.5.1.1).
///
/// ```
/// use core::time::Duration;
/// use modbus_rtu::Line;
///
/// let line = Line::new(9_600, 11);
/// assert_eq!(line.gap, Duration::from_nanos(4_010_417));
/// assert_eq!(Line::new(115_200, 10).gap, Duration::from_micros(1_750));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Line {
    /// How long one character takes.
    pub octet: Duration,
    /// The silence that ends a frame at the receiver.
    pub gap: Duration,
    /// The silence that the sender keeps before a frame.
    pub pause: Duration,
    /// Whether what is sent comes back, as on a transceiver that keeps listening.
    pub echo: bool,
}

impl Line {
    /// Above this speed the silences no longer shrink.
    const FAST: u32 = 19_200;

    /// A line whose octets are handed over one by one as they come: a frame ends after 3.5 characters of silence,
    /// or 1750 us above 19200 baud.
    ///
    /// A character has `bits` of them: 11 by the standard (start, 8 data, parity or a second stop, stop), 10
    /// for 8N1.
    pub const fn new(baud: u32, bits: u32) -> Self {
        let gap = silence(baud, bits, 7, 1_750);
        Self { octet: half_bits(bits.saturating_mul(2), baud), gap, pause: gap, echo: false }
    }

    /// The line of a port that holds octets back, as adapters and operating systems do: only `gap` ends a
    /// frame. 50 ms are longer than usual adapters wait.
    #[must_use]
    pub const fn buffered(self, gap: Duration) -> Self {
        Self { gap, ..self }
    }

    /// The line of a receiver that is strict: no gap inside a frame is longer than 1.5 characters, or 750 us
    /// above 19200 baud. An octet that comes sooner than 3.5 characters behind a whole frame does not spoil it.
    #[must_use]
    pub const fn strict(baud: u32, bits: u32) -> Self {
        Self { gap: silence(baud, bits, 3, 750), ..Self::new(baud, bits) }
    }

    /// A line where what is sent comes back.
    #[must_use]
    pub const fn echoing(self) -> Self {
        Self { echo: true, ..self }
    }

    /// The times of a client's end. An answer that is arriving may be as long as the longest frame.
    pub(crate) const fn timing(self) -> Timing {
        let Self { octet, gap, pause, echo } = self;
        Timing { octet, gap, pause, answer: times(octet, Frame::MAX_LEN), echo }
    }

    /// How long that many octets take.
    pub fn time(self, octets: usize) -> Duration {
        times(self.octet, octets)
    }
}

/// Half characters in time, or, where the line is fast, a fixed time.
const fn silence(baud: u32, bits: u32, halves: u32, fixed_us: u64) -> Duration {
    if baud > Line::FAST {
        Duration::from_micros(fixed_us)
    } else {
        half_bits(bits.saturating_mul(halves), baud)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_are_those_of_the_standard() {
        let table = [
            (1_200, 9_166_667, 13_750_000, 32_083_334),
            (2_400, 4_583_334, 6_875_000, 16_041_667),
            (4_800, 2_291_667, 3_437_500, 8_020_834),
            (9_600, 1_145_834, 1_718_750, 4_010_417),
            (19_200, 572_917, 859_375, 2_005_209),
            (38_400, 286_459, 750_000, 1_750_000),
            (115_200, 95_487, 750_000, 1_750_000),
        ];
        for (baud, octet, within, between) in table {
            let line = Line::new(baud, 11);
            assert_eq!((line.octet, line.gap), (Duration::from_nanos(octet), Duration::from_nanos(between)));
            assert_eq!(Line::strict(baud, 11).gap, Duration::from_nanos(within), "{baud}");
            assert_eq!(Line::strict(baud, 11).pause, Duration::from_nanos(between), "{baud}");
        }
        assert_eq!(Line::new(9_600, 10).time(8), Duration::from_nanos(8 * 1_041_667));
    }
}
