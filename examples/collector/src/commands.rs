//! What the concentrator commands.

use core::time::Duration;

use heapless::Vec;
use telemetry::{Answer, Command, Down, Line, Refusal};

use crate::{Collector, Forward, Table};

/// What a command asks of others than the collector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect<'a> {
    /// Nothing.
    None,
    /// The table is another one: store it, then call [`Collector::answer`].
    Table {
        /// The command's tag.
        tag: u8,
    },
    /// Carry out this command of frame-crypto's renaming, then call [`Collector::answer`].
    Rename {
        /// The command's tag.
        tag: u8,
        /// The authorised command.
        command: &'a [u8],
    },
    /// Restart, as soon as [`Collector::has_answered`].
    Reset,
}

impl<const READINGS: usize> Collector<READINGS> {
    /// Carries a command out, and answers it.
    pub fn command<'a>(&mut self, octets: &'a [u8], now: Duration) -> Effect<'a> {
        let Ok(Down { tag, command }) = Down::decode(octets) else {
            if let Some(tag) = Down::tag(octets) {
                self.answer(tag, Err(Refusal::Unknown));
            }
            return Effect::None;
        };
        let mut effect = Effect::None;
        let result = match command {
            Command::Read { meter } => self.read(meter, now),
            Command::Interval { meter, seconds } => self.set_interval(meter, seconds, now),
            Command::Run(runs) => {
                self.is_running = runs;
                Ok(())
            }
            Command::Time { seconds } => {
                self.time = Some(seconds);
                Ok(())
            }
            Command::Limits { meter, point, low, high } => match self.table.meter(meter) {
                None => Err(Refusal::NoSuchMeter),
                Some(meter) if usize::from(point) >= meter.points.len() => Err(Refusal::NoSuchPoint),
                Some(_) => self.limits.set(meter, point, low, high),
            },
            Command::Rename(command) => return Effect::Rename { tag, command },
            Command::Reset => {
                effect = Effect::Reset;
                Ok(())
            }
            Command::Forward { line, wait_ms, octets } => self.set_forward(tag, line, wait_ms, octets),
            Command::Row { row, rows, octets } => {
                let added = self.add_row(row, rows, octets, now);
                if added == Ok(true) {
                    return Effect::Table { tag };
                }
                added.map(|_| ())
            }
            Command::Status => {
                self.out.status();
                Ok(())
            }
        };
        self.answer(tag, result);
        effect
    }

    /// Answers a command.
    pub fn answer(&mut self, tag: u8, result: Result<(), Refusal>) {
        self.out.answer(Answer { tag, result });
    }

    /// Whether the concentrator has all answers.
    pub fn has_answered(&self) -> bool {
        self.out.has_answered()
    }

    /// Reads a meter, or all of them, now.
    fn read(&mut self, meter: Option<u8>, now: Duration) -> Result<(), Refusal> {
        self.each(meter, |course| course.due = now)
    }

    fn set_interval(&mut self, meter: Option<u8>, seconds: u32, now: Duration) -> Result<(), Refusal> {
        if seconds == 0 {
            return Err(Refusal::Value);
        }
        self.each(meter, |course| {
            course.interval_s = seconds;
            course.due = course.due.min(now.saturating_add(Duration::from_secs(seconds.into())));
        })
    }

    fn each(
        &mut self,
        meter: Option<u8>,
        mut change: impl FnMut(&mut crate::plan::Course),
    ) -> Result<(), Refusal> {
        match meter {
            None => self.courses.iter_mut().for_each(change),
            Some(row) => change(self.courses.get_mut(usize::from(row)).ok_or(Refusal::NoSuchMeter)?),
        }
        Ok(())
    }

    fn set_forward(&mut self, tag: u8, line: Line, wait_ms: u16, octets: &[u8]) -> Result<(), Refusal> {
        if self.forward.is_some() {
            return Err(Refusal::Busy);
        }
        let octets = Vec::from_slice(octets).map_err(|_| Refusal::Value)?;
        self.forward = Some(Forward { tag, line, wait: Duration::from_millis(wait_ms.into()), octets });
        Ok(())
    }

    /// Adds a row to the table that is coming; `true` if that was the last one, and it holds now.
    fn add_row(&mut self, row: u8, rows: u8, octets: &[u8], now: Duration) -> Result<bool, Refusal> {
        if row == 0 {
            self.coming = Some((Table::new(), rows));
        }
        let Some((table, expected)) = &mut self.coming else { return Err(Refusal::Value) };
        if (table.len(), *expected) != (row.into(), rows) {
            return Err(Refusal::Value);
        }
        table.push(octets)?;
        if table.len() < usize::from(rows) {
            return Ok(false);
        }
        if let Some((table, _)) = self.coming.take() {
            self.use_table(table, now);
        }
        Ok(true)
    }
}
