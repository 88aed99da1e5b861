//! What identifiers name (DL/T 645-2007 and -1997, annex A), by pattern: one row stands for every tariff,
//! settlement day, phase and record.

mod events;
mod freezes;
mod parameters;
mod words;
mod y1997;
mod y2007;

use meter_value::{Quantity, Unit};

use crate::Identifier;
use crate::format::{Format, Kind};
use crate::layout::{Content, Layout, Part, Place, Run, Separators, Title};

pub(crate) use freezes::{RECORD, RECORD_TIME};

/// What a client may do with data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Access {
    /// Read it.
    Read,
    /// Write it.
    Write,
    /// Both.
    ReadWrite,
}

/// A name in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) struct Name {
    pub(crate) english: &'static str,
    #[cfg(feature = "chinese")]
    pub(crate) chinese: &'static str,
}

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) struct Field {
    pub(crate) name: Name,
    pub(crate) kind: Kind,
}

/// Fields that are there once, or once for each of a few parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) struct Group {
    pub(crate) parts: Parts,
    pub(crate) fields: &'static [Field],
    /// Whether AA may stand behind.
    pub(crate) ends: bool,
    /// The identifier of the first value, if each has one of its own (1997).
    pub(crate) first: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Parts {
    /// Once.
    One,
    /// The total of all phases or tariffs.
    Total,
    /// Phases A, B and C.
    Phases,
    TotalAndPhases,
    /// The total and as many tariffs as the meter has.
    Tariffs,
    /// So often, numbered.
    Times(u8),
    /// To the end of the data, numbered.
    Rest,
}

/// A pattern of identifiers.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    /// The first identifier of the pattern.
    number: u32,
    shape: Shape,
    access: Access,
    names: Named,
}

/// What the identifiers of a row name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Value(Field),
    Record(Name, &'static [Group]),
}

/// Which identifiers a row names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    One,
    /// The total and tariffs, now and earlier: DI1 up to 63, DI0 up to 12 settlement days back (2007); the
    /// low digit of DI0 up to 14, two bits of DI1 up to 2 months back (1997).
    Tariffs,
    /// As [`Tariffs`](Self::Tariffs), and the phases without tariffs, DI2 being 14, 28 and 3C higher (2007).
    TariffsAndPhases,
    /// The total and the phases without tariffs (2007).
    TotalAndPhases,
    /// The total, which not every quantity has, then phases A, B and C: DI1 (2007), the low digit of DI0
    /// (1997).
    Phases,
    /// DI1: phases A, B and C. DI0: harmonics 1 to 21 (2007).
    Harmonics,
    /// DI0: one for each tariff (2007).
    Prices,
    /// DI0: one of many, without a block (2007); the low digit of DI0 (1997).
    Numbered {
        last: u8,
    },
    /// DI0: records, 1 being the latest (2007).
    Records {
        last: u8,
    },
    /// DI1: phases A, B and C. DI0: ten records (2007).
    PhaseRecords,
    /// DI1: the total, phases A, B and C. DI0: up to 12 months back (2007).
    PhaseMonths,
    /// DI1: the fields of a record, FF all. DI0: ten records (2007).
    Fields,
    /// DI1: 0 the totals, then the fields of a record, FF all. DI0: ten records, FF all. DI2: the phases, if
    /// there are some, and 0 for all of them (State Grid, 2007).
    Events {
        phases: EventPhases,
        time: bool,
    },
    /// DI1: what is frozen, FF all. DI0: records, 1 being the latest (2007).
    Freezes {
        last: u8,
    },
    /// DI0: 0 the earliest, 1 those from a time on, 2 the latest (2007).
    Load {
        class: u8,
    },
    /// DI0: FF. Two bits of DI1 up to 2 months back (1997).
    Set,
    /// The high digit of DI0 from 3 on: tables; the low digit: up to 10 entries (1997).
    Slots,
    /// The high digit of DI0 (1997).
    Curves,
}

/// Which phases an event table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EventPhases {
    None,
    /// A, B and C.
    Each,
    /// And totals over all of them.
    TotalAndEach,
}

impl Identifier {
    /// What it names, if that is known: one value, or several.
    ///
    /// In a constant, only this layout comes into the program, and not the table.
    ///
    /// ```
    /// use dlt645::{Data, Identifier, Layout};
    ///
    /// const VOLTAGES: Layout = Identifier::VOLTAGES.layout().unwrap();
    /// let mut values = VOLTAGES.values(Data::plain(&[0x97, 0x22, 0x05, 0x23, 0xFF, 0xFF]));
    /// assert_eq!(values.next().unwrap().value.to_string(), "229.7");
    /// ```
    pub const fn layout(self) -> Option<Layout> {
        self.layout_of(None)
    }

    /// Of several layouts, as some identifiers have them, the one that fills so many octets.
    pub(crate) const fn layout_of(self, octets: Option<usize>) -> Option<Layout> {
        let mut rows = match self {
            Self::Y1997(_) => y1997::ROWS,
            Self::Y2007(number) => match number.to_be_bytes() {
                [0x00..=0x02, ..] => y2007::ROWS,
                [0x03 | 0x10..=0x1F, ..] => events::ROWS,
                [0x04, ..] => parameters::ROWS,
                _ => freezes::ROWS,
            },
        };
        let mut first = None;
        while let [row, rest @ ..] = rows {
            let content = match self {
                Self::Y1997(number) => y1997::content(row, number),
                Self::Y2007(number) => y2007::content(row, number),
            };
            if let Some(content) = content {
                let layout = Layout { identifier: self, access: row.access, content };
                match (octets, layout.octets()) {
                    (Some(wanted), Some(octets)) if wanted != octets => {}
                    _ => return Some(layout),
                }
                if first.is_none() {
                    first = Some(layout);
                }
            }
            rows = rest;
        }
        first
    }
}

/// A row's value or record at a place.
const fn single(row: &Row, identifier: Identifier, place: Place) -> Option<Content> {
    Some(match row.names {
        Named::Value(field) => {
            Content::Series { identifier, record: None, field, first: place, run: Run::ONE }
        }
        Named::Record(name, groups) => {
            Content::Record { title: Title { name, place }, groups, separators: Separators::None }
        }
    })
}

/// Several values of a row's field, from an identifier and its part on.
const fn series(row: &Row, identifier: Identifier, part: Part, run: Run) -> Option<Content> {
    let Named::Value(field) = row.names else { return None };
    Some(Content::Series { identifier, record: None, field, first: Place::of(part), run })
}

const fn name(english: &'static str, chinese: &'static str) -> Name {
    let _ = chinese;
    Name {
        english,
        #[cfg(feature = "chinese")]
        chinese,
    }
}

const fn field(
    english: &'static str,
    chinese: &'static str,
    quantity: Quantity,
    unit: Unit,
    format: Format,
) -> Field {
    Field { name: name(english, chinese), kind: Kind::Measured { quantity, unit, format } }
}

const fn row(number: u32, shape: Shape, field: Field) -> Row {
    Row { number, shape, access: Access::Read, names: Named::Value(field) }
}

const fn record(
    number: u32,
    shape: Shape,
    english: &'static str,
    chinese: &'static str,
    groups: &'static [Group],
) -> Row {
    Row { number, shape, access: Access::Read, names: Named::Record(name(english, chinese), groups) }
}

impl Row {
    const fn read_write(self) -> Self {
        Self { access: Access::ReadWrite, ..self }
    }

    const fn write(self) -> Self {
        Self { access: Access::Write, ..self }
    }
}

const fn group(parts: Parts, fields: &'static [Field]) -> Group {
    Group { parts, fields, ends: false, first: None }
}

const fn ended(parts: Parts, fields: &'static [Field]) -> Group {
    Group { parts, fields, ends: true, first: None }
}

impl Group {
    const fn from(self, first: u16) -> Self {
        Self { first: Some(first), ..self }
    }
}

const fn unsigned(octets: u8, decimals: u8) -> Format {
    Format::Number { octets, decimals, sign: meter_value::bcd::Sign::Unsigned }
}

const fn signed(octets: u8, decimals: u8) -> Format {
    Format::Number { octets, decimals, sign: meter_value::bcd::Sign::TopBit }
}

#[cfg(test)]
mod tests;
