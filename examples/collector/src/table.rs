//! The configuration table: how each meter is read.

use crc::{CRC_16_IBM_SDLC, Crc, NoTable};
use heapless::Vec;
use telemetry::{Meter, Refusal};

use crate::ask::MAX_ROW;

/// Most meters of one collector.
pub const MAX_METERS: usize = 32;
/// Most octets of a table.
pub const MAX_TABLE: usize = 1_024;

const CHECK: Crc<u16, NoTable> = Crc::<u16, NoTable>::new(&CRC_16_IBM_SDLC);

/// Rows, one behind the other, each with its length before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    octets: Vec<u8, MAX_TABLE>,
    /// Where each row begins.
    rows: Vec<u16, MAX_METERS>,
}

impl Table {
    /// A table of no meters.
    pub const fn new() -> Self {
        Self { octets: Vec::new(), rows: Vec::new() }
    }

    /// A table as [`octets`](Self::octets) wrote it, up to the first zero in place of a row.
    ///
    /// # Errors
    /// [`Refusal::Value`] if the octets are no table.
    pub fn decode(mut octets: &[u8]) -> Result<Self, Refusal> {
        let mut table = Self::new();
        while let Some((&length @ 1.., rest)) = octets.split_first() {
            let (row, rest) = rest.split_at_checked(length.into()).ok_or(Refusal::Value)?;
            table.push(row)?;
            octets = rest;
        }
        Ok(table)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`Refusal::Value`] if it is none, has no interval, or there is no room for it.
    pub fn push(&mut self, row: &[u8]) -> Result<(), Refusal> {
        let meter = Meter::decode(row).map_err(|_| Refusal::Value)?;
        if meter.interval_s == 0 {
            return Err(Refusal::Value);
        }
        let begin = self.octets.len();
        let fits = begin + 1 + row.len() <= MAX_TABLE && row.len() <= MAX_ROW && !self.rows.is_full();
        if !fits {
            return Err(Refusal::Value);
        }
        let written = self.octets.push(row.len() as u8).is_ok() && self.octets.extend_from_slice(row).is_ok();
        let noted = self.rows.push(begin as u16).is_ok();
        if written && noted { Ok(()) } else { Err(Refusal::Value) }
    }

    /// How many meters there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no meter.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A meter by its row.
    pub fn meter(&self, row: u8) -> Option<Meter<'_>> {
        Some(self.row(row)?.0)
    }

    /// A meter and the octets of its row.
    pub(crate) fn row(&self, row: u8) -> Option<(Meter<'_>, &[u8])> {
        let begin = usize::from(*self.rows.get(usize::from(row))?);
        let length = usize::from(*self.octets.get(begin)?);
        let octets = self.octets.get(begin + 1..begin + 1 + length)?;
        Some((Meter::decode(octets).ok()?, octets))
    }

    /// The whole table, to be kept.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// A check value that both sides compare.
    pub fn check(&self) -> u16 {
        CHECK.checksum(&self.octets)
    }
}
