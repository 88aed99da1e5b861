//! What identifiers name (DL/T 645-2007 and -1997, annex A), by pattern: one row stands for every tariff,
//! settlement day, phase and record.

mod events;
mod freezes;
mod kind;
mod parameters;
mod words;
mod y1997;
mod y2007;

use crate::format::Kind;
use crate::layout::{Content, Layout, Place, Run, Separators, Title};
use crate::{Identifier, Point};

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

/// A name in lower case. In Chinese, # is where a number stands that does not stand behind it.
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
    pub(crate) kind: &'static Kind,
}

impl Field {
    pub(crate) const fn point(self, identifier: Identifier, record: Option<Title>, place: Place) -> Point {
        Point { identifier, record, name: self.name, kind: *self.kind, place }
    }
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

/// A pattern of identifiers, and what they name.
#[derive(Debug)]
struct Row<Shape, Named> {
    /// The first identifier of the pattern.
    number: u32,
    shape: Shape,
    access: Access,
    named: Named,
}

/// Identifiers of one value each, and of blocks of them.
type ValueRow = Row<ValueShape, Field>;

/// Identifiers of values of several kinds.
type RecordRow = Row<RecordShape, Record>;

#[derive(Clone, Copy, Debug)]
struct Record {
    name: Name,
    groups: &'static [Group],
}

/// Which identifiers a row of values names.
#[derive(Clone, Copy, Debug)]
enum ValueShape {
    One,
    /// The total and tariffs, now and earlier: DI1 up to 63, DI0 up to 12 settlement days back (2007).
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
    /// DI0: one of many, counted from `first` on, without a block (2007).
    Numbered {
        first: u8,
        last: u8,
    },
    /// DI0: phases A, B and C, 4 apart (2007).
    PhasesByFour,
}

/// Which identifiers a row of records names.
#[derive(Clone, Copy, Debug)]
enum RecordShape {
    One,
    /// DI0: one of many, without a block (2007); the low digit of DI0 (1997).
    Numbered {
        last: u8,
    },
    /// DI0: its fields, FF all (2007).
    Members,
    /// DI0: ten records, 1 being the latest (2007).
    Records,
    /// As [`Records`](Self::Records), and 0 how often it was.
    CountedRecords,
    /// As [`Records`](Self::Records), and 0 how often and how long it was.
    TimedRecords,
    /// DI1: phases A, B and C. DI0: ten records. Both 0: how often and how long it was in each phase (2007).
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
    /// DI0: FF all; the high digit one of the groups, the low one the total, tariffs up to 14, F all of them.
    /// Two bits of DI1 up to 2 months back (1997).
    Set,
    /// The high digit of DI0 from 3 on: tables; the low digit: up to 10 entries (1997).
    Slots,
    /// The high digit of DI0 (1997).
    Curves,
}

/// Which phases an event table has.
#[derive(Clone, Copy, Debug)]
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

    /// Of several layouts, as some identifiers have them, the first one that can fill so many octets.
    pub(crate) const fn layout_of(self, octets: Option<usize>) -> Option<Layout> {
        let (mut records, mut values) = match self {
            Self::Y1997(_) => (y1997::RECORDS, y1997::VALUES),
            Self::Y2007(number) => match number.to_be_bytes() {
                [0x00..=0x02, ..] => (y2007::RECORDS, y2007::VALUES),
                [0x03 | 0x10..=0x1F, ..] => (events::RECORDS, events::VALUES),
                [0x04, ..] => (parameters::RECORDS, parameters::VALUES),
                _ => (freezes::RECORDS, freezes::VALUES),
            },
        };
        while let [row, rest @ ..] = records {
            if let Some(content) = row.content(self) {
                let layout = Layout { identifier: self, access: row.access, content };
                if layout.fits(octets) {
                    return Some(layout);
                }
            }
            records = rest;
        }
        while let [row, rest @ ..] = values {
            if let Some(content) = row.content(self) {
                let layout = Layout { identifier: self, access: row.access, content };
                if layout.fits(octets) {
                    return Some(layout);
                }
            }
            values = rest;
        }
        None
    }
}

impl ValueRow {
    /// What the identifier names if it is of the row.
    const fn content(&self, identifier: Identifier) -> Option<Content> {
        match identifier {
            Identifier::Y1997(number) => y1997::values(self, number),
            Identifier::Y2007(number) => y2007::values(self, number),
        }
    }

    /// The value at a place.
    const fn one(&self, identifier: Identifier, place: Place) -> Option<Content> {
        self.series(identifier, place, Run::ONE)
    }

    /// Several values, from an identifier and its place on.
    const fn series(&self, identifier: Identifier, first: Place, run: Run) -> Option<Content> {
        Some(Content::Series { first: self.named.point(identifier, None, first), run })
    }
}

impl RecordRow {
    /// What the identifier names if it is of the row.
    const fn content(&self, identifier: Identifier) -> Option<Content> {
        match identifier {
            Identifier::Y1997(number) => y1997::records(self, number),
            Identifier::Y2007(number) => y2007::records(self, number),
        }
    }

    /// The record at a place.
    const fn at(&self, place: Place, separators: Separators) -> Option<Content> {
        Some(Content::Record { title: self.title(place), groups: self.named.groups, separators })
    }

    const fn title(&self, place: Place) -> Title {
        Title { name: self.named.name, place }
    }
}

const fn name(english: &'static str, chinese: &'static str) -> Name {
    let _ = chinese;
    Name {
        english,
        #[cfg(feature = "chinese")]
        chinese,
    }
}

const fn field(english: &'static str, chinese: &'static str, kind: &'static Kind) -> Field {
    Field { name: name(english, chinese), kind }
}

const fn row(number: u32, shape: ValueShape, field: Field) -> ValueRow {
    Row { number, shape, access: Access::Read, named: field }
}

const fn record(
    number: u32,
    shape: RecordShape,
    english: &'static str,
    chinese: &'static str,
    groups: &'static [Group],
) -> RecordRow {
    Row { number, shape, access: Access::Read, named: Record { name: name(english, chinese), groups } }
}

impl<Shape: Copy, Named: Copy> Row<Shape, Named> {
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

#[cfg(test)]
mod tests;
