//! An answer longer than a frame, in parts.

use core::num::NonZeroU8;

use meter_value::line::Writer;

use super::REPORT;
use crate::{Data, Edition, ErrorFlags, Frame, Identifier, Refusal, Reply, SecurityErrors};

/// DI3 of load records.
const LOAD_RECORDS: u8 = 0x06;

/// Octets of a load record besides those its own length counts: A0, A0 and the length before, the sum and E5
/// behind.
const RECORD_REST: usize = 5;

/// The data read last, and which part of it was sent last.
#[derive(Clone)]
pub(super) struct Parts<const N: usize> {
    octets: [u8; N],
    length: usize,
    /// Of what; `None` if there is no data.
    identifier: Option<Identifier>,
    start: usize,
    end: usize,
    /// Which part of 2007 was sent last: 0 for the first answer.
    sequence: u8,
    /// Whether a report was announced.
    reports: bool,
}

impl<const N: usize> Parts<N> {
    pub const fn new() -> Self {
        Self { octets: [0; N], length: 0, identifier: None, start: 0, end: 0, sequence: 0, reports: false }
    }

    /// Forgets what was read.
    pub fn clear(&mut self) {
        self.identifier = None;
    }

    /// Takes the data of a read, and returns the first part of it.
    pub fn begin(
        &mut self,
        identifier: Identifier,
        reports: bool,
        read: impl FnOnce(&mut Writer<'_>) -> Result<(), ErrorFlags>,
    ) -> Result<Reply<'_>, ErrorFlags> {
        self.clear();
        let mut writer = Writer::new(&mut self.octets);
        read(&mut writer)?;
        self.length = writer.finish().map_err(|_| ErrorFlags::OTHER)?.len();
        self.identifier = Some(identifier);
        self.end = 0;
        self.sequence = 0;
        self.advance(identifier, 0);
        self.reports = reports && !self.is_cut();
        let more = self.is_cut() || self.reports;
        Ok(Reply::Read { identifier, data: self.part(), more })
    }

    /// The next part, or the last one again; the report if that was announced. Without a sequence, a command
    /// is the one before once more if the answer to that one has not left.
    pub fn follow_up(
        &mut self,
        identifier: Identifier,
        sequence: Option<NonZeroU8>,
        is_waiting: bool,
        report: impl FnOnce(&mut Writer<'_>) -> Result<(), ErrorFlags>,
    ) -> Result<Reply<'_>, ErrorFlags> {
        let asked = sequence.map_or(0, NonZeroU8::get);
        if self.identifier != Some(identifier) {
            return Err(ErrorFlags::NO_SUCH_DATA);
        }
        if self.reports && asked == 1 {
            let mut writer = Writer::new(&mut self.octets);
            report(&mut writer)?;
            let octets = writer.finish().map_err(|_| ErrorFlags::OTHER)?;
            let (identifier, data) = (REPORT, Data::plain(octets));
            return Ok(Reply::ReadFollowUp { identifier, data, sequence, more: false });
        }
        let is_next = match sequence {
            Some(_) => self.sequence.checked_add(1) == Some(asked),
            None => !is_waiting,
        };
        if is_next && self.is_cut() {
            self.sequence = asked;
            self.advance(identifier, usize::from(sequence.is_some()));
        } else if (sequence.is_none() && !is_waiting) || asked != self.sequence {
            return Err(ErrorFlags::NO_SUCH_DATA);
        }
        Ok(Reply::ReadFollowUp { identifier, data: self.part(), sequence, more: self.is_cut() })
    }

    /// The part sent last: its identifier, its data, and whether more follows.
    pub fn again(&self, identifier: Option<Identifier>) -> Result<(Identifier, Data<'_>, bool), ErrorFlags> {
        let last = self.identifier.filter(|last| identifier.is_none_or(|identifier| identifier == *last));
        let last = last.ok_or(ErrorFlags::NO_SUCH_DATA)?;
        Ok((last, self.part(), self.is_cut()))
    }

    /// Room for data that is no part of a read: that of one frame.
    pub fn lend(
        &mut self,
        write: impl FnOnce(&mut Writer<'_>) -> Result<(), SecurityErrors>,
    ) -> Result<Data<'_>, Refusal> {
        let room = self.octets.len().min(Frame::MAX_DATA - 4);
        let mut writer = Writer::new(self.octets.get_mut(..room).unwrap_or_default());
        write(&mut writer).map_err(Refusal::Security)?;
        writer.finish().map(Data::plain).map_err(|_| Refusal::Security(SecurityErrors::OTHER))
    }

    fn is_cut(&self) -> bool {
        self.end < self.length
    }

    fn part(&self) -> Data<'_> {
        Data::plain(self.octets.get(self.start..self.end).unwrap_or_default())
    }

    /// Goes on to the next part, in a frame that has `foot` octets behind it.
    fn advance(&mut self, identifier: Identifier, foot: usize) {
        let head = match identifier.edition() {
            Edition::Y1997 => 2,
            Edition::Y2007 => 4,
        };
        let rest = self.octets.get(self.end..self.length).unwrap_or_default();
        let length = part_len(identifier, rest, Frame::MAX_DATA - head - foot);
        self.start = self.end;
        self.end = self.end.saturating_add(length);
    }
}

/// How many octets the next part has, up to `limit`: whole load records, and other data as it comes.
fn part_len(identifier: Identifier, rest: &[u8], limit: usize) -> usize {
    let is_records = matches!(identifier, Identifier::Y2007(number) if number.to_be_bytes().first() == Some(&LOAD_RECORDS));
    let whole = if is_records && rest.len() > limit { records_len(rest, limit) } else { 0 };
    if whole == 0 { limit.min(rest.len()) } else { whole }
}

/// How many octets the whole load records within `limit` have, by the lengths they name.
fn records_len(records: &[u8], limit: usize) -> usize {
    let mut end = 0;
    while let Some(&[_, _, counted, ..]) = records.get(end..) {
        let next = end + RECORD_REST + usize::from(counted);
        if next > limit {
            break;
        }
        end = next;
    }
    end
}
