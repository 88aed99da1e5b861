//! What a concentrator sends.

use meter_value::Decimal;
use meter_value::line::{BufferTooSmall, Writer};

use crate::octets::{Reader, head, put_decimal};
use crate::{DecodeError, Field, Line};

/// A message of a concentrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Down<'a> {
    /// What the answer repeats.
    pub tag: u8,
    /// What to do.
    pub command: Command<'a>,
}

/// What a collector is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Command<'a> {
    /// Read now.
    Read {
        /// The meter's row in the table; all if none.
        meter: Option<u8>,
    },
    /// Read every so often.
    Interval {
        /// The meter's row in the table; all if none.
        meter: Option<u8>,
        /// From one reading to the next.
        seconds: u32,
    },
    /// Start or stop reading the meters.
    Run(bool),
    /// Set the meters' clocks, by broadcast.
    Time {
        /// The time, in seconds since 1970-01-01 00:00 UTC.
        seconds: u32,
    },
    /// Raise an alarm when a value leaves its limits.
    Limits {
        /// The meter's row in the table.
        meter: u8,
        /// The point's row in the meter's table.
        point: u8,
        /// The lowest value without an alarm.
        low: Option<Decimal>,
        /// The highest value without an alarm.
        high: Option<Decimal>,
    },
    /// Take another name: a command of frame-crypto's renaming, which carries its own authorisation.
    Rename(&'a [u8]),
    /// Restart.
    Reset,
    /// Put octets onto the bus; what comes back is a [`Forwarded`](crate::Forwarded).
    Forward {
        /// How they go onto the bus.
        line: Line,
        /// How long to wait for the answer to begin, in milliseconds.
        wait_ms: u16,
        /// The octets.
        octets: &'a [u8],
    },
    /// A row of the next table. Rows come in order; the last one makes the table hold, and is answered with
    /// [`NoStorage`](crate::Refusal::NoStorage) if it holds until the next start only. Reports of readings that were
    /// taken before still come, with the rows of the table before.
    Row {
        /// Which row, counted from 0.
        row: u8,
        /// How many rows the table has.
        rows: u8,
        /// A [`Meter`](crate::Meter).
        octets: &'a [u8],
    },
    /// Send a [`Status`](crate::Status).
    Status,
}

/// The limits that there are.
const LOW: u8 = 1;
const HIGH: u8 = 2;

impl<'a> Down<'a> {
    /// Reads a message. All of it was checked but what other parties read: names and rows.
    ///
    /// # Errors
    /// [`DecodeError`] of the first octet that is wrong.
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let mut octets = Reader::new(octets);
        let (kind, tag) = (octets.head()?, octets.u8()?);
        let command = Command::take(kind, &mut octets)?;
        octets.finish()?;
        Ok(Self { tag, command })
    }

    /// Writes the message, and returns what it wrote.
    ///
    /// # Errors
    /// [`BufferTooSmall`] if it does not fit `buffer`.
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], BufferTooSmall> {
        let mut writer = Writer::new(buffer);
        writer.put(&head(self.command.kind()));
        writer.put(&[self.tag]);
        self.command.put(&mut writer);
        writer.finish()
    }

    /// The tag of octets that may be no command that is known, so that they can be answered with
    /// [`Refusal::Unknown`](crate::Refusal::Unknown).
    pub fn tag(octets: &[u8]) -> Option<u8> {
        octets.get(1).copied()
    }
}

impl<'a> Command<'a> {
    const fn kind(&self) -> u8 {
        match self {
            Self::Read { .. } => 0,
            Self::Interval { .. } => 1,
            Self::Run(_) => 2,
            Self::Time { .. } => 3,
            Self::Limits { .. } => 4,
            Self::Rename(_) => 5,
            Self::Reset => 6,
            Self::Forward { .. } => 7,
            Self::Row { .. } => 8,
            Self::Status => 9,
        }
    }

    fn take(kind: u8, octets: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(match kind {
            0 => Self::Read { meter: meter(octets)? },
            1 => {
                let seconds = octets.u32()?;
                Self::Interval { meter: meter(octets)?, seconds }
            }
            2 => Self::Run(octets.flag()?),
            3 => Self::Time { seconds: octets.u32()? },
            4 => {
                let [meter, point, which] = octets.array()?;
                if which & !(LOW | HIGH) != 0 {
                    return Err(DecodeError::Code { field: Field::Limits, code: which });
                }
                let mut limit = |flag| (which & flag != 0).then(|| octets.decimal()).transpose();
                Self::Limits { meter, point, low: limit(LOW)?, high: limit(HIGH)? }
            }
            5 => Self::Rename(octets.rest()),
            6 => Self::Reset,
            7 => {
                Self::Forward { line: Line::of(octets.u8()?)?, wait_ms: octets.u16()?, octets: octets.rest() }
            }
            8 => Self::Row { row: octets.u8()?, rows: octets.u8()?, octets: octets.rest() },
            9 => Self::Status,
            code => return Err(DecodeError::Code { field: Field::Kind, code }),
        })
    }

    fn put(&self, writer: &mut Writer<'_>) {
        match *self {
            Self::Read { meter } => writer.put(meter.as_slice()),
            Self::Interval { meter, seconds } => {
                writer.put(&seconds.to_be_bytes());
                writer.put(meter.as_slice());
            }
            Self::Run(run) => writer.put(&[run.into()]),
            Self::Time { seconds } => writer.put(&seconds.to_be_bytes()),
            Self::Limits { meter, point, low, high } => {
                let which = low.map_or(0, |_| LOW) | high.map_or(0, |_| HIGH);
                writer.put(&[meter, point, which]);
                low.into_iter().chain(high).for_each(|limit| put_decimal(writer, limit));
            }
            Self::Rename(octets) => writer.put(octets),
            Self::Forward { line, wait_ms, octets } => {
                writer.put(&[line.code()]);
                writer.put(&wait_ms.to_be_bytes());
                writer.put(octets);
            }
            Self::Row { row, rows, octets } => {
                writer.put(&[row, rows]);
                writer.put(octets);
            }
            Self::Reset | Self::Status => {}
        }
    }
}

/// The meter, if the message does not end before it.
fn meter(octets: &mut Reader<'_>) -> Result<Option<u8>, DecodeError> {
    if octets.is_empty() { Ok(None) } else { octets.u8().map(Some) }
}
