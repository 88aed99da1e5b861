//! The names of the standard.

use core::fmt;

use crate::Point;
use crate::format::When;
use crate::layout::{Back, Part, Place, Title};
use crate::point::letter;

/// Prints a point's name in Chinese.
pub(crate) struct Chinese(pub(crate) Point);

impl fmt::Display for Chinese {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Point { record, name, kind, place, .. } = self.0;
        if let Some(record) = record {
            title(f, record, When::Any)?;
            f.write_str("：")?;
        }
        title(f, Title { name, place }, kind.when())
    }
}

/// How far back, when, the name, and which part.
fn title(f: &mut fmt::Formatter<'_>, title: Title, when: When) -> fmt::Result {
    let Title { name, place: Place { part, back } } = title;
    match back {
        Back::Now => {}
        Back::SettlementDays(0) => f.write_str("（当前）")?,
        Back::SettlementDays(days) => write!(f, "（上{days}结算日）")?,
        Back::Months(0) => f.write_str("（本月）")?,
        Back::Months(months) => write!(f, "（上{months}月）")?,
        Back::Record(record) => write!(f, "（上{record}次）")?,
    }
    f.write_str(match when {
        When::Any | When::Increment => "",
        When::Start => "发生时刻",
        When::End => "结束时刻",
        When::Before => "开盖前",
        When::After => "开盖后",
    })?;
    match (part, name.chinese.split_once('#')) {
        (Part::Number(number), Some((before, behind))) => return write!(f, "{before}{number}{behind}"),
        _ => f.write_str(name.chinese)?,
    }
    if when == When::Increment {
        f.write_str("增量")?;
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
