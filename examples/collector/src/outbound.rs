//! What the concentrator is told, one message at a time.

use heapless::{Deque, Vec};
use telemetry::{Alarm, Answer, Event, Forwarded, Missed, Report, Status, Up};

use crate::Collector;
use crate::packed::Packed;
use crate::raw::MAX_RAW;

/// Most octets of a message.
const MAX_MESSAGE: usize = 240;

/// Whether a message goes as an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Before all others, in alarm slots too.
    Urgent,
    /// In the device's own slot.
    Usual,
}

/// How the device fares, for whoever asks.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Health {
    /// Seconds since it started.
    pub uptime_s: u32,
    /// How often it started.
    pub boots: u16,
    /// Most octets the stack ever took.
    pub stack_most: u16,
    /// Most entries a queue ever had.
    pub queue_most: u8,
}

pub(crate) struct Outbound {
    events: Deque<(u32, Event), 8>,
    answers: Deque<Answer, 4>,
    forwarded: Option<(u8, Vec<u8, MAX_RAW>)>,
    wants_status: bool,
    reports: u16,
    alarms: u16,
    message: Option<Message>,
}

/// A message that is not delivered yet.
struct Message {
    octets: Vec<u8, MAX_MESSAGE>,
    weight: Weight,
    /// What the node calls it, if it has it.
    ticket: Option<u8>,
    /// Whether it is the oldest of the log.
    is_logged: bool,
}

impl Outbound {
    pub(crate) const fn new() -> Self {
        Self {
            events: Deque::new(),
            answers: Deque::new(),
            forwarded: None,
            wants_status: false,
            reports: 0,
            alarms: 0,
            message: None,
        }
    }

    /// Something to tell at once. When there is too much of it, the newest is left out: its causes stay visible in
    /// the readings.
    pub(crate) fn alarm(&mut self, time: u32, event: Event) {
        let _ = self.events.push_back((time, event));
    }

    pub(crate) fn answer(&mut self, answer: Answer) {
        if self.answers.is_full() {
            self.answers.pop_front();
        }
        let _ = self.answers.push_back(answer);
    }

    pub(crate) fn forwarded(&mut self, tag: u8, octets: &Vec<u8, MAX_RAW>) {
        self.forwarded = Some((tag, octets.clone()));
    }

    pub(crate) fn status(&mut self) {
        self.wants_status = true;
    }

    /// Whether every answer was delivered.
    pub(crate) fn has_answered(&self) -> bool {
        self.answers.is_empty() && self.message.is_none()
    }

    fn is_urgent(&self) -> bool {
        !(self.answers.is_empty() && self.events.is_empty())
    }

    /// Whether there is nothing to tell but readings.
    fn is_quiet(&self) -> bool {
        self.message.is_none() && !self.is_urgent() && self.forwarded.is_none() && !self.wants_status
    }
}

impl<const READINGS: usize> Collector<READINGS> {
    /// The next message, if one is to be sent now; reports have up to `room` octets. Once the node has it, call
    /// [`sent`](Self::sent), and then [`settled`](Self::settled).
    pub fn message(&mut self, room: usize, health: &Health) -> Option<(Weight, &[u8])> {
        if self.out.message.is_none() {
            self.out.message = self.compose(room.min(MAX_MESSAGE), health);
        }
        let message = self.out.message.as_ref().filter(|message| message.ticket.is_none())?;
        Some((message.weight, &message.octets))
    }

    /// The node took the message and calls it so.
    pub const fn sent(&mut self, ticket: u8) {
        if let Some(message) = &mut self.out.message {
            message.ticket = Some(ticket);
        }
    }

    /// The concentrator has the message, or it is to be sent again. Returns whether it was one of the log that is
    /// to be dropped there now.
    pub fn settled(&mut self, ticket: u8, delivered: bool) -> bool {
        let Some(message) = self.out.message.as_mut().filter(|message| message.ticket == Some(ticket)) else {
            return false;
        };
        message.ticket = None;
        let is_over = message.is_logged && delivered;
        if delivered {
            self.out.message = None;
        }
        is_over
    }

    /// A report of the oldest readings, to be put into a log before they are lost: once most of the room is taken,
    /// or `all` of them.
    pub fn spill<'b>(&mut self, all: bool, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
        if !all && self.readings.len() < READINGS - READINGS / 4 {
            return None;
        }
        self.report(buffer)
    }

    /// Sends a report of the log next, if there is nothing else to tell but readings; whether it does.
    pub fn restore(&mut self, report: &[u8]) -> bool {
        let is_free = self.out.is_quiet() && self.lost == self.lost_told;
        if is_free {
            let octets = Vec::from_slice(report).unwrap_or_default();
            self.out.message = Some(Message { octets, weight: Weight::Usual, ticket: None, is_logged: true });
        }
        is_free
    }

    fn compose(&mut self, room: usize, health: &Health) -> Option<Message> {
        let mut buffer = [0; MAX_MESSAGE];
        let weight = if self.out.is_urgent() { Weight::Urgent } else { Weight::Usual };
        let forwarded;
        let up = if let Some(answer) = self.out.answers.pop_front() {
            Some(Up::Answer(answer))
        } else if let Some((time, event)) = self.out.events.pop_front() {
            let sequence = self.out.alarms;
            self.out.alarms = sequence.wrapping_add(1);
            Some(Up::Alarm(Alarm { sequence, time, event }))
        } else if let Some((tag, octets)) = self.out.forwarded.take() {
            forwarded = octets;
            let result = if forwarded.is_empty() { Err(Missed::NoReply) } else { Ok(forwarded.as_slice()) };
            Some(Up::Forwarded(Forwarded { tag, result }))
        } else if core::mem::take(&mut self.out.wants_status) {
            Some(Up::Status(self.status(health)))
        } else if self.lost != self.lost_told {
            self.lost_told = self.lost;
            self.out.alarm(self.clock, Event::Lost { readings: self.lost });
            return self.compose(room, health);
        } else {
            None
        };
        let octets = match up {
            Some(up) => up.encode(&mut buffer).ok()?,
            None => self.compose_report(buffer.get_mut(..room)?)?,
        };
        Some(Message { octets: Vec::from_slice(octets).ok()?, weight, ticket: None, is_logged: false })
    }

    /// A report of the oldest readings, once they fill it or no more come for now.
    fn compose_report<'b>(&mut self, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
        let (count, _) = Report::encode(0, self.readings.iter().map(Packed::reading), buffer).ok()?;
        if count == self.readings.len() && self.turn.is_some() {
            return None;
        }
        self.report(buffer)
    }

    fn report<'b>(&mut self, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
        if self.readings.is_empty() {
            return None;
        }
        let (count, octets) =
            Report::encode(self.out.reports, self.readings.iter().map(Packed::reading), buffer).ok()?;
        self.out.reports = self.out.reports.wrapping_add(1);
        for _ in 0..count {
            self.readings.pop_front();
        }
        Some(octets)
    }

    fn status(&self, health: &Health) -> Status {
        Status {
            uptime_s: health.uptime_s,
            boots: health.boots,
            lost: self.lost,
            stored: self.readings.len() as u16,
            stack_most: health.stack_most,
            queue_most: health.queue_most,
            sequence: self.out.reports,
            running: self.is_running,
            table: self.table.check(),
        }
    }
}
