//! What a collector sends.

use meter_value::Decimal;
use meter_value::line::{BufferTooSmall, Writer};

use crate::octets::{Reader, head, put_decimal};
use crate::{DecodeError, Field, Missed, Report};

/// A message of a collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Up<'a> {
    /// What it read.
    Report(Report<'a>),
    /// What cannot wait for a report.
    Alarm(Alarm),
    /// What became of a command.
    Answer(Answer),
    /// What a meter answered to octets that were forwarded to it.
    Forwarded(Forwarded<'a>),
    /// How the collector is.
    Status(Status),
}

/// What cannot wait for a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Alarm {
    /// Counts the collector's alarms, so that gaps are visible.
    pub sequence: u16,
    /// When it happened, in seconds since 1970-01-01 00:00 UTC.
    pub time: u32,
    /// What happened.
    pub event: Event,
}

/// What an alarm tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Event {
    /// A value is above its high limit.
    Above {
        /// The meter's row in the table.
        meter: u8,
        /// The point's row in the meter's table.
        point: u8,
        /// The value.
        value: Decimal,
    },
    /// A value is below its low limit.
    Below {
        /// The meter's row in the table.
        meter: u8,
        /// The point's row in the meter's table.
        point: u8,
        /// The value.
        value: Decimal,
    },
    /// A value is back within its limits.
    Within {
        /// The meter's row in the table.
        meter: u8,
        /// The point's row in the meter's table.
        point: u8,
        /// The value.
        value: Decimal,
    },
    /// A meter no longer answers.
    Silent {
        /// The meter's row in the table.
        meter: u8,
    },
    /// A meter answers again.
    Answers {
        /// The meter's row in the table.
        meter: u8,
    },
    /// The collector has started.
    Restarted {
        /// How many times so far.
        boots: u16,
    },
    /// Readings were dropped for newer ones, the oldest first.
    Lost {
        /// How many since the start.
        readings: u32,
    },
}

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Answer {
    /// The command's tag.
    pub tag: u8,
    /// Whether it was obeyed.
    pub result: Result<(), Refusal>,
}

/// Why a command was not obeyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Refusal {
    /// There is no such command.
    #[error("the command is not known")]
    Unknown,
    /// The table has no such meter.
    #[error("no such meter")]
    NoSuchMeter,
    /// The meter has no such point.
    #[error("no such point")]
    NoSuchPoint,
    /// A value is out of its range.
    #[error("a value out of range")]
    Value,
    /// Something else is being done: try again.
    #[error("busy")]
    Busy,
    /// Who sent it may not.
    #[error("not authorised")]
    Unauthorised,
    /// There is nowhere to keep it.
    #[error("no storage")]
    NoStorage,
}

/// What a meter answered to octets that were forwarded to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Forwarded<'a> {
    /// The command's tag.
    pub tag: u8,
    /// The octets as they were on the bus.
    pub result: Result<&'a [u8], Missed>,
}

/// How a collector is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Status {
    /// Since its start, in seconds.
    pub uptime_s: u32,
    /// How many times it has started.
    pub boots: u16,
    /// Readings lost since the start.
    pub lost: u32,
    /// Readings that wait to be sent.
    pub stored: u16,
    /// Most octets the stack ever took.
    pub stack_most: u16,
    /// The most readings that ever waited for the radio, at most 255.
    pub queue_most: u8,
    /// The next report's number.
    pub sequence: u16,
    /// Whether meters are read.
    pub running: bool,
    /// The check value of the table.
    pub table: u16,
}

impl<'a> Up<'a> {
    /// Reads a message. All of it was checked.
    ///
    /// # Errors
    /// [`DecodeError`] of the first octet that is wrong.
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let mut octets = Reader::new(octets);
        let message = match octets.head()? {
            Report::KIND => Self::Report(Report::take(&mut octets)?),
            Alarm::KIND => Self::Alarm(Alarm::take(&mut octets)?),
            Answer::KIND => Self::Answer(Answer::take(&mut octets)?),
            Forwarded::KIND => Self::Forwarded(Forwarded::take(&mut octets)?),
            Status::KIND => Self::Status(Status::take(&mut octets)?),
            code => return Err(DecodeError::Code { field: Field::Kind, code }),
        };
        octets.finish()?;
        Ok(message)
    }

    /// Writes the message, and returns what it wrote.
    ///
    /// # Errors
    /// [`BufferTooSmall`] if it does not fit `buffer`.
    pub fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], BufferTooSmall> {
        let mut writer = Writer::new(buffer);
        match self {
            Self::Report(report) => report.put(&mut writer),
            Self::Alarm(alarm) => alarm.put(&mut writer),
            Self::Answer(answer) => answer.put(&mut writer),
            Self::Forwarded(forwarded) => forwarded.put(&mut writer),
            Self::Status(status) => status.put(&mut writer),
        }
        writer.finish()
    }
}

impl Alarm {
    const KIND: u8 = 1;

    fn take(octets: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { sequence: octets.u16()?, time: octets.u32()?, event: Event::take(octets)? })
    }

    fn put(&self, writer: &mut Writer<'_>) {
        writer.put(&head(Self::KIND));
        writer.put(&self.sequence.to_be_bytes());
        writer.put(&self.time.to_be_bytes());
        self.event.put(writer);
    }
}

impl Event {
    fn take(octets: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match octets.u8()? {
            0 => Self::Above { meter: octets.u8()?, point: octets.u8()?, value: octets.decimal()? },
            1 => Self::Below { meter: octets.u8()?, point: octets.u8()?, value: octets.decimal()? },
            2 => Self::Within { meter: octets.u8()?, point: octets.u8()?, value: octets.decimal()? },
            3 => Self::Silent { meter: octets.u8()? },
            4 => Self::Answers { meter: octets.u8()? },
            5 => Self::Restarted { boots: octets.u16()? },
            6 => Self::Lost { readings: octets.u32()? },
            code => return Err(DecodeError::Code { field: Field::Event, code }),
        })
    }

    fn put(&self, writer: &mut Writer<'_>) {
        let mut at_point = |code, meter, point, value| {
            writer.put(&[code, meter, point]);
            put_decimal(writer, value);
        };
        match *self {
            Self::Above { meter, point, value } => at_point(0, meter, point, value),
            Self::Below { meter, point, value } => at_point(1, meter, point, value),
            Self::Within { meter, point, value } => at_point(2, meter, point, value),
            Self::Silent { meter } => writer.put(&[3, meter]),
            Self::Answers { meter } => writer.put(&[4, meter]),
            Self::Restarted { boots } => {
                writer.put(&[5]);
                writer.put(&boots.to_be_bytes());
            }
            Self::Lost { readings } => {
                writer.put(&[6]);
                writer.put(&readings.to_be_bytes());
            }
        }
    }
}

impl Answer {
    const KIND: u8 = 2;

    fn take(octets: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let tag = octets.u8()?;
        let result = match octets.u8()? {
            0 => Ok(()),
            code => Err(Refusal::of(code)?),
        };
        Ok(Self { tag, result })
    }

    fn put(&self, writer: &mut Writer<'_>) {
        writer.put(&head(Self::KIND));
        writer.put(&[self.tag, self.result.map_or_else(Refusal::code, |()| 0)]);
    }
}

impl Refusal {
    const fn code(self) -> u8 {
        match self {
            Self::Unknown => 1,
            Self::NoSuchMeter => 2,
            Self::NoSuchPoint => 3,
            Self::Value => 4,
            Self::Busy => 5,
            Self::Unauthorised => 6,
            Self::NoStorage => 7,
        }
    }

    const fn of(code: u8) -> Result<Self, DecodeError> {
        Ok(match code {
            1 => Self::Unknown,
            2 => Self::NoSuchMeter,
            3 => Self::NoSuchPoint,
            4 => Self::Value,
            5 => Self::Busy,
            6 => Self::Unauthorised,
            7 => Self::NoStorage,
            _ => return Err(DecodeError::Code { field: Field::Result, code }),
        })
    }
}

impl<'a> Forwarded<'a> {
    const KIND: u8 = 3;

    fn take(octets: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let tag = octets.u8()?;
        let result = match octets.u8()? {
            0 => Ok(octets.rest()),
            code => Err(Missed::of(code)?),
        };
        Ok(Self { tag, result })
    }

    fn put(&self, writer: &mut Writer<'_>) {
        writer.put(&head(Self::KIND));
        match self.result {
            Ok(octets) => {
                writer.put(&[self.tag, 0]);
                writer.put(octets);
            }
            Err(missed) => writer.put(&[self.tag, missed.code()]),
        }
    }
}

impl Status {
    const KIND: u8 = 4;

    fn take(octets: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            uptime_s: octets.u32()?,
            boots: octets.u16()?,
            lost: octets.u32()?,
            stored: octets.u16()?,
            stack_most: octets.u16()?,
            queue_most: octets.u8()?,
            sequence: octets.u16()?,
            running: octets.flag()?,
            table: octets.u16()?,
        })
    }

    fn put(&self, writer: &mut Writer<'_>) {
        writer.put(&head(Self::KIND));
        writer.put(&self.uptime_s.to_be_bytes());
        writer.put(&self.boots.to_be_bytes());
        writer.put(&self.lost.to_be_bytes());
        writer.put(&self.stored.to_be_bytes());
        writer.put(&self.stack_most.to_be_bytes());
        writer.put(&[self.queue_most]);
        writer.put(&self.sequence.to_be_bytes());
        writer.put(&[self.running.into()]);
        writer.put(&self.table.to_be_bytes());
    }
}
