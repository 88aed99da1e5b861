//! Readings, and the report that carries them.

use core::iter::FusedIterator;

use meter_value::Decimal;
use meter_value::line::{BufferTooSmall, Writer};

use crate::octets::{Reader, head, put_decimal, put_number};
use crate::{DecodeError, Field};

/// Readings of one collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Report<'a> {
    /// Counts the collector's reports, so that gaps are visible.
    pub sequence: u16,
    /// When the first and oldest of the readings was taken, in seconds since 1970-01-01 00:00 UTC; zero if
    /// there are none.
    pub time: u32,
    /// The readings.
    pub readings: Readings<'a>,
}

/// A value, or the reason why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Reading {
    /// The meter's row in the collector's table.
    pub meter: u8,
    /// The point's row in the meter's table.
    pub point: u8,
    /// When it was taken, in seconds since 1970-01-01 00:00 UTC.
    pub time: u32,
    /// What the meter said.
    pub value: Result<Decimal, Missed>,
}

/// Why a reading is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
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

/// The first of the codes that are a reason; those below are exponents.
const REASONS: u8 = 0x78;
/// The largest exponent of a reading.
const MAX_EXPONENT: i8 = 0x77;

impl Missed {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::NoReply => 0x7F,
            Self::Corrupt => 0x7E,
            Self::Refused => 0x7D,
            Self::NoValue => 0x7C,
        }
    }

    pub(crate) const fn of(code: u8) -> Result<Self, DecodeError> {
        Ok(match code {
            0x7F => Self::NoReply,
            0x7E => Self::Corrupt,
            0x7D => Self::Refused,
            0x7C => Self::NoValue,
            _ => return Err(DecodeError::Code { field: Field::Missed, code }),
        })
    }
}

impl<'a> Report<'a> {
    pub(crate) const KIND: u8 = 0;

    /// Reads what follows the head.
    pub(crate) fn take(octets: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let (sequence, time) = (octets.u16()?, octets.u32()?);
        let readings = Readings { time, octets: octets.left() };
        let mut first = None;
        while !octets.is_empty() {
            let reading = Reading::take(octets, time)?;
            first.get_or_insert(reading.time);
        }
        if first.unwrap_or(0) == time {
            Ok(Self { sequence, time, readings })
        } else {
            Err(DecodeError::Time)
        }
    }

    pub(crate) fn put(&self, writer: &mut Writer<'_>) {
        writer.put(&head(Self::KIND));
        writer.put(&self.sequence.to_be_bytes());
        // The readings count from their own time, whatever became of the report's.
        writer.put(&self.readings.time.to_be_bytes());
        writer.put(self.readings.octets);
    }

    /// Writes a report of as many of `readings` as fit `buffer`; says how many, and returns what it wrote.
    ///
    /// They come with the oldest first: one that is older than the first ends the report as one does that
    /// no longer fits, and is the first of the next. A value whose exponent is above 119 and cannot be
    /// made smaller is [`Missed::NoValue`].
    ///
    /// ```
    /// use meter_value::Decimal;
    /// use telemetry::{Missed, Reading, Report, Up};
    ///
    /// let time = 1_700_000_000;
    /// let energy = Reading { meter: 1, point: 0, time, value: Ok(Decimal::new(123_456, -2)) };
    /// let voltage = Reading { meter: 1, point: 1, time: time + 15, value: Err(Missed::NoReply) };
    /// let mut buffer = [0; 64];
    /// let (count, octets) = Report::encode(7, [energy, voltage], &mut buffer)?;
    /// assert_eq!((count, octets.len()), (2, 7 + 7 + 4));
    /// let Up::Report(report) = Up::decode(octets)? else { unreachable!() };
    /// assert_eq!((report.sequence, report.time), (7, time));
    /// assert!(report.readings.eq([energy, voltage]));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`BufferTooSmall`] if not even the header fits.
    pub fn encode(
        sequence: u16,
        readings: impl IntoIterator<Item = Reading>,
        buffer: &mut [u8],
    ) -> Result<(usize, &[u8]), BufferTooSmall> {
        let size = buffer.len();
        let mut writer = Writer::new(buffer);
        let mut readings = readings.into_iter().peekable();
        let time = readings.peek().map_or(0, |first| first.time);
        Report { sequence, time, readings: Readings { time, octets: &[] } }.put(&mut writer);
        let mut count = 0;
        for reading in readings {
            let Some(after) = reading.time.checked_sub(time) else { break };
            let length = writer.len();
            reading.put(&mut writer, after);
            if writer.len() > size {
                writer.truncate(length);
                break;
            }
            count += 1;
        }
        if count == 0 {
            // Not the time of a reading that did not fit.
            writer.truncate(0);
            Report { sequence, time: 0, readings: Readings { time: 0, octets: &[] } }.put(&mut writer);
        }
        Ok((count, writer.finish()?))
    }
}

impl Reading {
    fn put(&self, writer: &mut Writer<'_>, after: u32) {
        writer.put(&[self.meter, self.point]);
        put_number(writer, after.into());
        let value = self.value.and_then(|value| match value.exponent() {
            ..=MAX_EXPONENT => Ok(value),
            _ => value.rescale(MAX_EXPONENT).map_err(|_| Missed::NoValue),
        });
        match value {
            Ok(value) => put_decimal(writer, value),
            Err(missed) => writer.put(&[missed.code()]),
        }
    }

    /// Takes one reading off the front of a report of `time`.
    fn take(octets: &mut Reader<'_>, time: u32) -> Result<Self, DecodeError> {
        let [meter, point] = octets.array()?;
        let time = time.checked_add(octets.short()?).ok_or(DecodeError::Range)?;
        let value = match octets.u8()? {
            code @ REASONS..=0x7F => Err(Missed::of(code)?),
            exponent => Ok(Decimal::new(octets.mantissa()?, exponent as i8)),
        };
        Ok(Self { meter, point, time, value })
    }
}

/// The readings of a report, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Readings<'a> {
    time: u32,
    octets: &'a [u8],
}

impl Iterator for Readings<'_> {
    type Item = Reading;

    fn next(&mut self) -> Option<Reading> {
        let mut octets = Reader::new(self.octets);
        // A report is checked as a whole when it is decoded, so only its end stops this.
        let reading = Reading::take(&mut octets, self.time).ok()?;
        self.octets = octets.left();
        Some(reading)
    }
}

impl FusedIterator for Readings<'_> {}
