//! A collector without I/O: which meter is asked when, what becomes of the answers, and what the concentrator
//! is told. The firmware runs it between its buses and its radio, and so do tests on a host.
//!
//! ```text
//!              ┌──────────────────── Collector ───────────────────┐
//!   Ask   ◄────┤ table, courses of the meters        message() ───┼──► to the concentrator
//!   About ────►│ readings, limits, alarms, answers   command() ◄──┼─── from it
//!              └──────────────────────────────────────────────────┘
//! ```
//!
//! A reading is kept until the concentrator has it. When there are too many, the oldest are lost, and counted.
#![no_std]

#[cfg(test)]
extern crate std;

mod answer;
mod ask;
mod calendar;
mod commands;
mod outbound;
mod packed;
mod plan;
mod question;
mod raw;
mod storage;
mod table;
mod watch;

pub use answer::Found;
pub use ask::{About, Ask, MAX_ROW, Next};
pub use commands::Effect;
pub use outbound::{Health, Weight};
pub use question::{Client, Heard, MAX_POINTS};
pub use raw::MAX_RAW;
pub use storage::{Storage, StorageError};
pub use table::{MAX_METERS, MAX_TABLE, Table};

use core::time::Duration;

use heapless::{Deque, Vec};
use telemetry::{Event, Line, Reading};

use crate::outbound::Outbound;
use crate::packed::Packed;
use crate::plan::{Course, Turn};
use crate::watch::Limits;

/// A collector, with room for so many readings.
pub struct Collector<const READINGS: usize = 256> {
    table: Table,
    /// The table that is coming, and how many rows it will have.
    coming: Option<(Table, u8)>,
    courses: Vec<Course, MAX_METERS>,
    /// The meter that is being read, its next point, and whether it said anything yet.
    turn: Option<(u8, u8, bool)>,
    is_running: bool,
    forward: Option<Forward>,
    /// Seconds since 1970 that the meters' clocks are to be set to.
    time: Option<u32>,
    readings: Deque<Packed, READINGS>,
    /// How many readings were lost, and how many of these the concentrator was told of.
    lost: u32,
    lost_told: u32,
    limits: Limits,
    out: Outbound,
    /// When something was answered last, in seconds since 1970.
    clock: u32,
}

/// Octets to be passed on.
struct Forward {
    tag: u8,
    line: Line,
    wait: Duration,
    octets: Vec<u8, MAX_RAW>,
}

impl<const READINGS: usize> Default for Collector<READINGS> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const READINGS: usize> Collector<READINGS> {
    /// A collector without meters.
    pub const fn new() -> Self {
        Self {
            table: Table::new(),
            coming: None,
            courses: Vec::new(),
            turn: None,
            is_running: true,
            forward: None,
            time: None,
            readings: Deque::new(),
            lost: 0,
            lost_told: 0,
            limits: Limits::new(),
            out: Outbound::new(),
            clock: 0,
        }
    }

    /// The table.
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// How many readings wait, and how many were lost.
    pub fn readings(&self) -> (usize, u32) {
        (self.readings.len(), self.lost)
    }

    /// Reads these meters from `now` on.
    pub fn use_table(&mut self, table: Table, now: Duration) {
        self.courses.clear();
        for row in 0..table.len() {
            let interval_s = table.meter(row as u8).map_or(0, |meter| meter.interval_s);
            // A table has no more rows than there are courses.
            let _ = self.courses.push(Course::new(now, interval_s));
        }
        (self.table, self.turn) = (table, None);
        self.limits = Limits::new();
    }

    /// Tells that the collector has started, and how often so far; to be called once the time is known, in seconds
    /// since 1970.
    pub fn started(&mut self, boots: u16, time: u32) {
        self.out.alarm(time, Event::Restarted { boots });
    }

    /// What the bus does next.
    pub fn next(&mut self, now: Duration) -> Next {
        if let Some(forward) = self.forward.take() {
            return Next::Ask(Ask::raw(forward.tag, forward.line, &forward.octets, forward.wait));
        }
        if let Some(seconds) = self.time.take() {
            return Next::Ask(Ask::time(seconds));
        }
        if !self.is_running {
            return Next::Wait(None);
        }
        loop {
            let (row, first, is_heard) = match self.turn {
                Some(turn) => turn,
                None => {
                    let due = (0..).zip(&self.courses).min_by_key(|(_, course)| course.due);
                    let Some((row, course)) = due else { return Next::Wait(None) };
                    if now < course.due {
                        return Next::Wait(Some(course.due));
                    }
                    (row, 0, false)
                }
            };
            let Some((meter, octets)) = self.table.row(row) else { return Next::Wait(None) };
            if usize::from(first) < meter.points.len() {
                self.turn = Some((row, first, is_heard));
                return Next::Ask(Ask::points(row, &meter, octets, first));
            }
            self.pass(row, is_heard, now);
        }
    }

    /// A meter's turn is over.
    fn pass(&mut self, row: u8, is_heard: bool, now: Duration) {
        self.turn = None;
        let Some(course) = self.courses.get_mut(usize::from(row)) else { return };
        match course.passed(is_heard, now) {
            Turn::None => {}
            Turn::Silent => self.out.alarm(self.clock, Event::Silent { meter: row }),
            Turn::Answers => self.out.alarm(self.clock, Event::Answers { meter: row }),
        }
    }

    /// Takes in what came of a question, at `time` in seconds since 1970.
    pub fn answered(&mut self, about: &About, now: Duration, time: u32) {
        self.clock = time;
        let (row, answer) = match about {
            About::Points { row, meter, answer } => {
                // What was asked by a table that no longer holds is no reading of this one's meters.
                if self.table.row(*row).is_none_or(|(_, octets)| octets != meter.as_slice()) {
                    return;
                }
                (*row, answer)
            }
            About::Raw { tag, answer } => {
                self.out.forwarded(*tag, answer);
                return;
            }
            About::Time => return,
        };
        for (point, value) in answer.points() {
            self.take(Reading { meter: row, point, time, value });
        }
        let Some((turn, _, was_heard)) = self.turn.filter(|&(turn, ..)| turn == row) else { return };
        let is_heard = was_heard || answer.is_heard();
        let next = answer.end();
        let left = self.table.meter(row).map_or(0, |meter| meter.points.len());
        if answer.is_heard() && usize::from(next) < left {
            self.turn = Some((turn, next, is_heard));
            return;
        }
        // Who says nothing to one question is not asked the others.
        let silent = (next..).take(left.saturating_sub(next.into()));
        for point in silent {
            self.take(Reading { meter: row, point, time, value: Err(telemetry::Missed::NoReply) });
        }
        self.pass(row, is_heard, now);
    }

    /// Keeps a reading; the oldest one makes room.
    fn take(&mut self, reading: Reading) {
        if let Some(event) = self.limits.check(&reading) {
            self.out.alarm(reading.time, event);
        }
        if self.readings.is_full() && self.readings.pop_front().is_some() {
            self.lost = self.lost.saturating_add(1);
        }
        // There is room now.
        let _ = self.readings.push_back(Packed::new(&reading));
    }
}
