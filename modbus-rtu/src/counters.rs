//! What a unit counts of its line (Modbus Application Protocol V1.1b3, sections 6.8 to 6.10).

use crate::pdu::{Diagnostic, Event, ExceptionCode};

/// The counters and the event log of one unit. The counters start again from 0 after the last `u16`.
#[derive(Clone, Debug)]
pub(crate) struct Counters {
    pub(crate) listen_only: bool,
    pub(crate) bus_messages: u16,
    pub(crate) bus_errors: u16,
    exceptions: u16,
    pub(crate) messages: u16,
    pub(crate) no_responses: u16,
    naks: u16,
    busy: u16,
    pub(crate) overruns: u16,
    /// Requests that succeeded.
    pub(crate) events: u16,
    /// A ring.
    log: [u8; Counters::LOG],
    /// How many events the ring ever took.
    logged: usize,
}

impl Counters {
    /// How many events are kept.
    pub(crate) const LOG: usize = 64;

    pub(crate) const fn new() -> Self {
        Self {
            listen_only: false,
            bus_messages: 0,
            bus_errors: 0,
            exceptions: 0,
            messages: 0,
            no_responses: 0,
            naks: 0,
            busy: 0,
            overruns: 0,
            events: 0,
            log: [0; Self::LOG],
            logged: 0,
        }
    }

    /// Starts the port again; the log stays unless it is to be cleared.
    pub(crate) fn restart(&mut self, clear_log: bool) {
        let (log, logged) = if clear_log { ([0; Self::LOG], 0) } else { (self.log, self.logged) };
        *self = Self { log, logged, ..Self::new() };
        self.note(Event::RESTART);
    }

    /// Clears the counters, not the log.
    pub(crate) fn clear(&mut self) {
        let Self { listen_only, log, logged, .. } = *self;
        *self = Self { listen_only, log, logged, ..Self::new() };
    }

    /// Writes an event down.
    pub(crate) fn note(&mut self, Event(event): Event) {
        if let Some(slot) = self.log.get_mut(self.logged % Self::LOG) {
            *slot = event;
        }
        // Both ends of a wrap are at the same place of the ring.
        self.logged = match self.logged.wrapping_add(1) {
            0 => Self::LOG,
            logged => logged,
        };
    }

    /// The events, the newest first.
    pub(crate) fn log(&self) -> impl Iterator<Item = u8> + '_ {
        let count = self.logged.min(Self::LOG);
        (1..=count).filter_map(move |back| self.log.get((self.logged - back) % Self::LOG).copied())
    }

    /// Notes that an exception is answered.
    pub(crate) fn refused(&mut self, exception: ExceptionCode) {
        let bit = match exception.0 {
            1..=3 => 1,
            4 => 2,
            5 | 6 => 4,
            7 => 8,
            _ => 0,
        };
        increment(&mut self.exceptions);
        match exception {
            ExceptionCode::SERVER_DEVICE_BUSY => increment(&mut self.busy),
            ExceptionCode::NEGATIVE_ACKNOWLEDGE => increment(&mut self.naks),
            _ => {}
        }
        self.note(Event(Event::SENT | bit));
    }

    /// The counter that a diagnostics request asks for.
    pub(crate) const fn of(&self, diagnostic: Diagnostic) -> Option<u16> {
        Some(match diagnostic {
            Diagnostic::RETURN_BUS_MESSAGE_COUNT => self.bus_messages,
            Diagnostic::RETURN_BUS_COMMUNICATION_ERROR_COUNT => self.bus_errors,
            Diagnostic::RETURN_BUS_EXCEPTION_ERROR_COUNT => self.exceptions,
            Diagnostic::RETURN_SERVER_MESSAGE_COUNT => self.messages,
            Diagnostic::RETURN_SERVER_NO_RESPONSE_COUNT => self.no_responses,
            Diagnostic::RETURN_SERVER_NAK_COUNT => self.naks,
            Diagnostic::RETURN_SERVER_BUSY_COUNT => self.busy,
            Diagnostic::RETURN_BUS_CHARACTER_OVERRUN_COUNT => self.overruns,
            _ => return None,
        })
    }
}

/// Counts one more.
pub(crate) fn increment(counter: &mut u16) {
    *counter = counter.wrapping_add(1);
}
