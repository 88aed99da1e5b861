//! The names of the standard.

use core::fmt;

use crate::Point;
use crate::layout::{Back, Part, Place, Title};
use crate::point::letter;

/// Prints a point's name in Chinese.
pub(crate) struct Chinese(pub(crate) Point);

impl fmt::Display for Chinese {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Point { record, name, place, .. } = self.0;
        if let Some(record) = record {
            title(f, record)?;
            f.write_str("：")?;
        }
        title(f, Title { name, place })
    }
}

/// How far back, the name, and which part.
fn title(f: &mut fmt::Formatter<'_>, title: Title) -> fmt::Result {
    let Title { name, place: Place { part, back } } = title;
    match back {
        Back::Now => {}
        Back::SettlementDays(0) => f.write_str("（当前）")?,
        Back::SettlementDays(days) => write!(f, "（上{days}结算日）")?,
        Back::Months(0) => f.write_str("（本月）")?,
        Back::Months(months) => write!(f, "（上{months}月）")?,
        Back::Record(record) => write!(f, "（上{record}次）")?,
    }
    match (part, name.chinese.split_once('#')) {
        (Part::Number(number), Some((before, behind))) => return write!(f, "{before}{number}{behind}"),
        _ => f.write_str(name.chinese)?,
    }
    match part {
        Part::One => Ok(()),
        Part::Total => f.write_str("，总"),
        Part::Tariff(tariff) => write!(f, "，费率{tariff}"),
        Part::Phase(phase) => write!(f, "，{}相", letter(phase)),
        Part::Harmonic(phase, order) => write!(f, "，{}相{order}次", letter(phase)),
        Part::Number(number) => write!(f, "{number}"),
        Part::Entry(table, entry) => write!(f, "{table}，第{entry}项"),
    }
}
