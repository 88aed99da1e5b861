//! Whom a client asks, what it is answered, and how often.

use core::time::Duration;

use meter_value::line::Retry;

use crate::{Address, Control, Frame, Selection};

/// Whom a command is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Target {
    /// The meter with a primary address.
    Primary(Address),
    /// The meters with a secondary address.
    Secondary(Selection),
}

/// A meter as its client has to treat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Device {
    /// Its address.
    pub target: Target,
    /// How long to wait for an answer to begin, and how often to ask. An answer that has begun is waited for
    /// as long as no gap in it is longer than the line's, and no longer than [`Line::answer`](crate::Line::answer).
    pub retry: Retry,
}

impl Device {
    /// All meters at once. None answers; instead of an answer, the client waits 500 ms for them to act.
    pub const BROADCAST: Self = Self {
        retry: Retry { timeout: Duration::from_millis(500), retries: 0 },
        ..Self::new(Address::BROADCAST)
    };

    /// A meter by its primary address: asked three times at most, with 1.2 seconds for the first octet, because
    /// meters take up to 1.15 seconds at 300 baud; for other rates, see [`Line::response`](crate::Line::response).
    pub const fn new(address: Address) -> Self {
        Self::with(Target::Primary(address))
    }

    /// A meter by its secondary address, else as [`new`](Self::new).
    pub const fn selected(selection: Selection) -> Self {
        Self::with(Target::Secondary(selection))
    }

    const fn with(target: Target) -> Self {
        let retry = Retry { timeout: Duration::from_millis(1_200), retries: 2 };
        Self { target, retry }
    }
}

/// What a meter answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Reply<'a> {
    /// It acknowledges; to [`Command::ReadAlarm`](crate::Command::ReadAlarm), that there is no alarm.
    Acknowledged,
    /// The status of its link.
    Status {
        /// [`acd`](Control::acd) and [`dfc`](Control::dfc) count.
        control: Control,
    },
    /// Data.
    Data {
        /// All of its answer; see [`Frame::telegram`].
        frame: Frame<'a>,
        /// Whether another telegram follows: then poll on, and it is the next outcome.
        more: bool,
    },
}

/// What a client has done since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Counts {
    /// Commands that were started.
    pub started: u32,
    /// How often frames were sent: resets, selections and repetitions included.
    pub sent: u32,
    /// Answers, refusals left out; each telegram of a readout counts.
    pub answers: u32,
    /// Refusals.
    pub refusals: u32,
    /// Commands that ended without anything that could be an answer.
    pub no_reply: u32,
    /// Commands that ended with something, but no intact answer.
    pub corrupt: u32,
    /// Commands that ended because several answers came at once, each time.
    pub collisions: u32,
    /// Readouts that did not go on.
    pub repeated: u32,
    /// Intact frames that were passed over: late answers, and those of others.
    pub unasked: u32,
}
