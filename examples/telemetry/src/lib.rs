//! What crosses the radio between a collector and its concentrator: readings, each with its meter, its
//! point and its time, or the reason why it is missing.
//!
//! ```text
//!  0         1          3      7
//! ┌─────────┬──────────┬──────┬─────────┬─────────┬ ─
//! │ version │ sequence │ time │ reading │ reading │      integers big-endian
//! └─────────┴──────────┴──────┴─────────┴─────────┴ ─
//!  reading: meter 1, point 1, then
//!           exponent 1 (-100 to 100) and mantissa 1 to 10 (zigzag, 7 bits an octet, low first),
//!           or the reason 1 (7F, 7E, …)
//! ```
//!
//! Meter and point are rows of the configuration table that both sides hold, which knows unit and
//! quantity; so a reading of an energy register takes about 6 octets.
#![no_std]

#[cfg(test)]
extern crate std;

use core::iter::FusedIterator;

use meter_value::Decimal;
use meter_value::line::{BufferTooSmall, Writer};

/// Readings of one collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report<'a> {
    /// Counts the collector's reports, so that gaps are visible.
    pub sequence: u16,
    /// When the first of the readings was taken, in seconds since 1970-01-01 00:00 UTC.
    pub time: u32,
    /// The readings.
    pub readings: Readings<'a>,
}

/// A value, or the reason why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The meter's row in the collector's table.
    pub meter: u8,
    /// The point's row in the meter's table.
    pub point: u8,
    /// What the meter said.
    pub value: Result<Decimal, Missed>,
}

/// Why a reading is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missed {
    /// The meter did not answer.
    #[error("no reply")]
    NoReply,
    /// The answers were damaged.
    #[error("damaged reply")]
    Corrupt,
    /// The meter refused.
    #[error("refused")]
    Refused,
    /// The meter answered without a value.
    #[error("no value")]
    NoValue,
}

/// The octets are no report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// There are fewer octets than are needed.
    #[error("truncated: {have} octets where {needed} are needed")]
    Truncated {
        /// How many octets are needed at least.
        needed: usize,
        /// How many there are.
        have: usize,
    },
    /// The report is of another version.
    #[error("report version {version} is not known")]
    Version {
        /// The version.
        version: u8,
    },
    /// A reading has neither an exponent nor a reason that is known.
    #[error("a reading with exponent or reason {code:#04X}")]
    Reading {
        /// The octet in its place.
        code: u8,
    },
    /// A mantissa does not fit 64 bits.
    #[error("a mantissa beyond 64 bits")]
    Mantissa,
}

const VERSION: u8 = 1;
const HEADER: usize = 7;
const MAX_EXPONENT: i8 = 100;

impl Missed {
    const ALL: [(u8, Self); 4] =
        [(0x7F, Self::NoReply), (0x7E, Self::Corrupt), (0x7D, Self::Refused), (0x7C, Self::NoValue)];

    fn code(self) -> u8 {
        Self::ALL.into_iter().find(|&(_, missed)| missed == self).map_or(0x7F, |(code, _)| code)
    }
}

impl<'a> Report<'a> {
    /// Reads a report. Its readings were all checked.
    ///
    /// # Errors
    /// [`DecodeError`] of the header or of the first bad reading.
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let Some((&[version, a, b, c, d, e, f], rest)) = octets.split_first_chunk::<HEADER>() else {
            return Err(DecodeError::Truncated { needed: HEADER, have: octets.len() });
        };
        if version != VERSION {
            return Err(DecodeError::Version { version });
        }
        let mut left = rest;
        while !left.is_empty() {
            Reading::take(&mut left)?;
        }
        let sequence = u16::from_be_bytes([a, b]);
        Ok(Self { sequence, time: u32::from_be_bytes([c, d, e, f]), readings: Readings { octets: rest } })
    }

    /// Writes a report of as many of `readings` as fit `buffer`; says how many, and returns what it wrote.
    ///
    /// ```
    /// use meter_value::Decimal;
    /// use telemetry::{Missed, Reading, Report};
    ///
    /// let energy = Reading { meter: 1, point: 0, value: Ok(Decimal::new(123_456, -2)) };
    /// let voltage = Reading { meter: 1, point: 1, value: Err(Missed::NoReply) };
    /// let mut buffer = [0; 64];
    /// let (count, octets) = Report::encode(7, 1_700_000_000, &[energy, voltage], &mut buffer)?;
    /// assert_eq!((count, octets.len()), (2, 7 + 6 + 3));
    /// assert!(Report::decode(octets)?.readings.eq([energy, voltage]));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`BufferTooSmall`] if not even the header fits.
    pub fn encode<'b>(
        sequence: u16,
        time: u32,
        readings: &[Reading],
        buffer: &'b mut [u8],
    ) -> Result<(usize, &'b [u8]), BufferTooSmall> {
        let size = buffer.len();
        let mut writer = Writer::new(buffer);
        writer.put(&[VERSION]);
        writer.put(&sequence.to_be_bytes());
        writer.put(&time.to_be_bytes());
        let mut count = 0;
        for reading in readings {
            let mut octets = [0; Reading::MAX_LEN];
            let octets = reading.put(&mut octets);
            if writer.len() + octets.len() > size {
                break;
            }
            writer.put(octets);
            count += 1;
        }
        Ok((count, writer.finish()?))
    }
}

impl Reading {
    /// Octets of the longest reading.
    const MAX_LEN: usize = 13;

    fn put<'b>(&self, buffer: &'b mut [u8; Self::MAX_LEN]) -> &'b [u8] {
        let mut writer = Writer::new(buffer);
        writer.put(&[self.meter, self.point]);
        match self.value.map(|value| (value.exponent(), value.mantissa())) {
            Ok((exponent, mantissa)) if (-MAX_EXPONENT..=MAX_EXPONENT).contains(&exponent) => {
                writer.put(&[exponent as u8]);
                let mut rest = (mantissa << 1 ^ mantissa >> 63) as u64;
                while rest > 0x7F {
                    writer.put(&[rest as u8 | 0x80]);
                    rest >>= 7;
                }
                writer.put(&[rest as u8]);
            }
            Ok(_) => writer.put(&[Missed::NoValue.code()]),
            Err(missed) => writer.put(&[missed.code()]),
        }
        writer.finish().unwrap_or_default()
    }

    /// Takes one reading off the front.
    fn take(octets: &mut &[u8]) -> Result<Self, DecodeError> {
        let Some((&[meter, point, code], mut rest)) = octets.split_first_chunk() else {
            return Err(DecodeError::Truncated { needed: 3, have: octets.len() });
        };
        let value = match Missed::ALL.into_iter().find(|&(missed, _)| missed == code) {
            Some((_, missed)) => Err(missed),
            None if (-MAX_EXPONENT..=MAX_EXPONENT).contains(&(code as i8)) => {
                Ok(Decimal::new(mantissa(&mut rest)?, code as i8))
            }
            None => return Err(DecodeError::Reading { code }),
        };
        *octets = rest;
        Ok(Self { meter, point, value })
    }
}

fn mantissa(octets: &mut &[u8]) -> Result<i64, DecodeError> {
    let mut zigzag = 0_u64;
    for place in 0..10 {
        let Some((&octet, rest)) = octets.split_first() else {
            return Err(DecodeError::Truncated { needed: 1, have: 0 });
        };
        *octets = rest;
        let bits = u64::from(octet & 0x7F);
        if place == 9 && bits > 1 {
            return Err(DecodeError::Mantissa);
        }
        zigzag |= bits << (7 * place);
        if octet < 0x80 {
            return Ok((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64));
        }
    }
    Err(DecodeError::Mantissa)
}

/// The readings of a report, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Readings<'a> {
    octets: &'a [u8],
}

impl Iterator for Readings<'_> {
    type Item = Reading;

    fn next(&mut self) -> Option<Reading> {
        // A report is checked as a whole when it is decoded, so only its end stops this.
        Reading::take(&mut self.octets).ok()
    }
}

impl FusedIterator for Readings<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn reading() -> impl Strategy<Value = Reading> {
        let missed = prop::sample::select(Missed::ALL.map(|(_, missed)| missed).to_vec());
        let value = prop_oneof![
            (any::<i64>(), -100..=100_i8)
                .prop_map(|(mantissa, exponent)| Ok(Decimal::new(mantissa, exponent))),
            missed.prop_map(Err),
        ];
        (any::<u8>(), any::<u8>(), value).prop_map(|(meter, point, value)| Reading { meter, point, value })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(sequence: u16, time: u32, readings in vec(reading(), 0..20)) {
            let mut buffer = [0; 300];
            let (count, octets) = Report::encode(sequence, time, &readings, &mut buffer).unwrap();
            prop_assert_eq!(count, readings.len());
            let report = Report::decode(octets).unwrap();
            prop_assert_eq!((report.sequence, report.time), (sequence, time));
            prop_assert!(report.readings.eq(readings));
        }

        #[test]
        fn a_full_buffer_takes_whole_readings_only(readings in vec(reading(), 10..20), size in 7_usize..60) {
            let mut buffer = [0; 60];
            let (count, octets) = Report::encode(0, 0, &readings, &mut buffer[..size]).unwrap();
            let report = Report::decode(octets).unwrap();
            prop_assert!(report.readings.eq(readings[..count].iter().copied()));
            if let Some(more) = readings.get(..=count) {
                let mut room = [0; 300];
                let (_, octets) = Report::encode(0, 0, more, &mut room).unwrap();
                prop_assert!(octets.len() > size, "the next one would have fitted");
            }
        }

        #[test]
        fn any_octets_are_a_report_or_an_error(octets in vec(any::<u8>(), 0..100)) {
            let mut versioned = octets.clone();
            if let Some(first) = versioned.first_mut() { *first = VERSION; }
            for octets in [&octets, &versioned] {
                if let Ok(report) = Report::decode(octets) {
                    let readings: std::vec::Vec<_> = report.readings.collect();
                    let mut buffer = [0; 300];
                    let (_, again) = Report::encode(report.sequence, report.time, &readings, &mut buffer).unwrap();
                    prop_assert!(Report::decode(again).unwrap().readings.eq(readings));
                }
            }
        }
    }

    #[test]
    fn bad_octets_are_named() {
        assert_eq!(Report::decode(&[1; 6]), Err(DecodeError::Truncated { needed: 7, have: 6 }));
        assert_eq!(Report::decode(&[9; 7]), Err(DecodeError::Version { version: 9 }));
        let with = |reading: &[u8]| {
            let octets: std::vec::Vec<u8> = [1, 0, 0, 0, 0, 0, 0].iter().chain(reading).copied().collect();
            Report::decode(&octets).map(|_| ())
        };
        assert_eq!(with(&[0, 0, 0x70]), Err(DecodeError::Reading { code: 0x70 }));
        assert_eq!(with(&[0, 0, 0, 0x80]), Err(DecodeError::Truncated { needed: 1, have: 0 }));
        assert_eq!(
            with(&[0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2]),
            Err(DecodeError::Mantissa)
        );
    }
}
