//! What the task that owns the bus is to do.

use core::time::Duration;

use heapless::Vec;
use telemetry::{Baud, Line, Meter, Missed, Parity};

use crate::answer::Answer;
use crate::calendar::date_time;
use crate::question::{Client, Group, Heard};
use crate::raw::{MAX_RAW, Raw};

/// Most octets of a meter's row.
pub const MAX_ROW: usize = 160;

/// What the bus does next.
#[expect(clippy::large_enum_variant, reason = "a question is large, and there is one")]
pub enum Next {
    /// Ask this.
    Ask(Ask),
    /// Nothing before this time, or before a command comes in.
    Wait(Option<Duration>),
}

/// Something to ask: set the line, run the client until [`About::take`] has enough, and hand what it is about back
/// to [`Collector::answered`](crate::Collector::answered).
pub struct Ask {
    /// How the line is to be set.
    pub line: Line,
    /// Who asks; `None`: it cannot be asked.
    pub client: Option<Client>,
    /// What is asked, and what was answered so far.
    pub about: About,
}

/// What a question is about, and what was answered so far.
#[expect(clippy::large_enum_variant, reason = "there is one at a time")]
pub enum About {
    /// Points of a meter.
    Points {
        /// The meter's row, and what it says.
        row: u8,
        /// The octets of that row.
        meter: Vec<u8, MAX_ROW>,
        /// What was found.
        answer: Answer,
    },
    /// Octets of the concentrator's own.
    Raw {
        /// Its tag.
        tag: u8,
        /// What came back.
        answer: Vec<u8, MAX_RAW>,
    },
    /// The clocks of the meters.
    Time,
}

impl Ask {
    pub(crate) fn points(row: u8, meter: &Meter<'_>, octets: &[u8], first: u8) -> Self {
        let (client, answer) = match Client::ask(meter, first) {
            Ok((client, group)) => (Some(client), Answer::new(group)),
            Err(missed) => (None, Answer::missed(Group { first, count: 1 }, missed)),
        };
        let octets = Vec::from_slice(octets).unwrap_or_default();
        Self { line: meter.line, client, about: About::Points { row, meter: octets, answer } }
    }

    pub(crate) fn raw(tag: u8, line: Line, octets: &[u8], wait: Duration) -> Self {
        let client = Raw::new(octets, wait).map(Client::Raw);
        Self { line, client, about: About::Raw { tag, answer: Vec::new() } }
    }

    pub(crate) fn time(seconds: u32) -> Self {
        let line = Line { baud: Baud::B2400, parity: Parity::Even };
        Self { line, client: set_clocks(line, seconds), about: About::Time }
    }
}

/// Sets the clocks of the DL/T 645 meters; Modbus has no such command, and M-Bus meters set one by one.
fn set_clocks(line: Line, seconds: u32) -> Option<Client> {
    let time = dlt645::ClockTime::new(date_time(seconds)?)?;
    let mut client = dlt645::Client::new(dlt645::Line::new(line.baud.get()));
    client.start(&dlt645::Device::BROADCAST, &dlt645::Command::BroadcastTime { time }).ok()?;
    Some(Client::Dlt645(client))
}

impl About {
    /// Takes in what was heard; whether more follows.
    pub fn take(&mut self, heard: &Heard<'_>) -> bool {
        match self {
            Self::Points { meter, answer, .. } => match Meter::decode(meter) {
                Ok(meter) => answer.take(&meter, heard),
                Err(_) => false,
            },
            Self::Raw { answer, .. } => {
                if let Heard::Raw(octets) = heard {
                    *answer = Vec::from_slice(octets).unwrap_or_default();
                }
                false
            }
            Self::Time => false,
        }
    }

    /// The bus failed before there was an answer.
    pub fn fail(&mut self) {
        if let Self::Points { answer, .. } = self {
            answer.miss(Missed::Corrupt);
        }
    }
}
