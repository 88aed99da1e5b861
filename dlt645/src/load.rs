//! Load records (DL/T 645-2007, annex B).
//!
//! ```text
//!     A0 A0  n  mm hh DD MM YY  class 1 AA  ..  class 6 AA  CS  E5
//! ```
//!
//! `n` counts the octets from the time to the last AA; `CS` is the sum of all octets before it. A class that is
//! not recorded is its AA alone.

use meter_value::Invalid;

use crate::Data;
use crate::table::RECORD;

/// Octets before the time.
pub(crate) const HEAD: usize = 3;

/// Octets behind the last class.
pub(crate) const FOOT: usize = 2;

const TIME: usize = 5;
const START: u8 = 0xA0;
const CLASS_END: u8 = 0xAA;
const LAST: u8 = 0xE5;

/// The parts of a load record.
pub(crate) struct Record<'a> {
    pub(crate) time: Data<'a>,
    /// Each with its AA.
    pub(crate) classes: Data<'a>,
}

impl<'a> Record<'a> {
    /// The record at the head of `data`; or what is wrong with it, and where the next one may be.
    pub(crate) fn split(data: Data<'a>) -> Result<Self, (Invalid, usize)> {
        Self::whole(data).ok_or((Invalid::Length, data.len())).and_then(|(record, len)| {
            let sum = data.iter().take(len - FOOT).fold(0, |sum: u8, octet| sum.wrapping_add(octet));
            if data.at(len - FOOT) == Some(sum) { Ok(record) } else { Err((Invalid::Checksum, len)) }
        })
    }

    /// A record of the length it says, and that length.
    fn whole(data: Data<'a>) -> Option<(Self, usize)> {
        let counted = usize::from(data.at(2)?);
        let time = data.range(HEAD..HEAD + TIME)?;
        let classes = data.range(HEAD + TIME..HEAD + counted)?;
        let len = HEAD + counted + FOOT;
        let is_whole = data.at(0)? == START && data.at(1)? == START && data.at(len - 1)? == LAST;
        is_whole.then_some((Self { time, classes }, len))
    }

    /// The group of [`RECORD`] that comes first: that of the class asked for if the record holds it alone.
    pub(crate) fn first_group(&self, class: u8) -> usize {
        let is_alone = self.classes.iter().filter(|octet| *octet == CLASS_END).count() <= 1;
        let before = usize::from(if is_alone { class.saturating_sub(1) } else { 0 });
        let mut ends = 0;
        RECORD
            .iter()
            .take_while(|group| {
                let is_before = ends < before;
                ends += usize::from(group.ends);
                is_before
            })
            .count()
    }
}
