//! How the values that an identifier names stand in its data.

use crate::table::{Access, Field, Group, Name, Parts};
use crate::{Data, Identifier, Point, Values};

/// The values that an identifier names, and how they stand in its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Layout {
    pub(crate) identifier: Identifier,
    pub(crate) access: Access,
    pub(crate) content: Content,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Content {
    /// One value, or several of the same kind, each with an identifier of its own.
    Series {
        /// Of the first value.
        identifier: Identifier,
        record: Option<Title>,
        field: Field,
        first: Place,
        run: Run,
    },
    /// Values of several kinds.
    Record { title: Title, groups: &'static [Group], separators: Separators },
    /// Load records, of one class or of all of them, which is 0.
    Load { title: Title, class: u8 },
}

/// Where AA may stand between the values of a record, and what identifies one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Separators {
    /// Nowhere.
    None,
    /// Nowhere; DI1 counts the fields from 1 on.
    Numbered,
    /// Behind the groups that say so.
    Ends,
    /// Behind the groups that say so, if there is one behind the first; DI1 counts the groups.
    Freeze,
}

/// What a record or a value is called, and which of several it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) struct Title {
    pub(crate) name: Name,
    pub(crate) place: Place,
}

/// Which of several values or records it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) struct Place {
    pub(crate) part: Part,
    pub(crate) back: Back,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Part {
    One,
    Total,
    Tariff(u8),
    Phase(u8),
    Harmonic(u8, u8),
    Number(u8),
    /// Of a table, its entry.
    Entry(u8, u8),
}

/// How far back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Back {
    Now,
    SettlementDays(u8),
    Months(u8),
    /// Of records, 1 is the latest.
    Record(u8),
}

/// How a series goes on after its first value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) struct Run {
    /// How many values at most.
    pub(crate) count: u8,
    /// From one identifier to the next.
    pub(crate) step: u16,
    pub(crate) through: Through,
    /// Whether AA may stand behind the last value.
    pub(crate) ends: bool,
}

/// What differs from value to value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Through {
    /// Tariffs, harmonics, numbers.
    Part,
    /// The total and the phases.
    Phase,
    Back,
    /// How far back the record is that the value is a part of.
    Record,
}

impl Layout {
    /// Reads `data`, which follows the identifier in a reply; if the reply came in several frames, their data
    /// one after the other.
    pub fn values(self, data: Data<'_>) -> Values<'_> {
        Values::new(Some(self), data)
    }

    /// What the value is; `None` of several.
    pub const fn point(self) -> Option<Point> {
        match self.content {
            Content::Series { identifier, record, field, first, run: Run { count: 1, .. } } => {
                Some(Point { identifier, record, field, place: first })
            }
            _ => None,
        }
    }

    /// What a client may do with the data.
    pub const fn access(self) -> Access {
        self.access
    }

    /// How many octets the data has, if that is fixed. Of some records, older meters leave out the last values;
    /// of the few identifiers that name one thing or another, this is the standard's.
    pub const fn octets(self) -> Option<usize> {
        match self.content {
            Content::Series { field, run: Run { count: 1, .. }, .. } => field.kind.octets(),
            Content::Record { groups, separators: Separators::None | Separators::Numbered, .. } => {
                octets(groups)
            }
            _ => None,
        }
    }
}

impl Place {
    pub(crate) const ONE: Self = Self::of(Part::One);

    pub(crate) const fn of(part: Part) -> Self {
        Self { part, back: Back::Now }
    }

    /// The place `count` places on.
    pub(crate) const fn on(self, through: Through, count: u8) -> Self {
        let Self { part, back } = self;
        match through {
            Through::Part => Self { part: part.on(count), back },
            Through::Phase => Self { part: part.phase_on(count), back },
            Through::Back | Through::Record => Self { part, back: back.on(count) },
        }
    }
}

impl Part {
    pub(crate) const fn tariff(tariff: u8) -> Self {
        if tariff == 0 { Self::Total } else { Self::Tariff(tariff) }
    }

    pub(crate) const fn phase(phase: u8) -> Self {
        if phase == 0 { Self::Total } else { Self::Phase(phase) }
    }

    const fn phase_on(self, count: u8) -> Self {
        match self {
            Self::Total => Self::phase(count),
            other => other.on(count),
        }
    }

    const fn on(self, count: u8) -> Self {
        match self {
            Self::One => Self::One,
            Self::Total => Self::tariff(count),
            Self::Tariff(tariff) => Self::Tariff(tariff.saturating_add(count)),
            Self::Phase(phase) => Self::Phase(phase.saturating_add(count)),
            Self::Harmonic(phase, order) => Self::Harmonic(phase, order.saturating_add(count)),
            Self::Number(number) => Self::Number(number.saturating_add(count)),
            Self::Entry(table, entry) => Self::Entry(table, entry.saturating_add(count)),
        }
    }
}

impl Back {
    const fn on(self, count: u8) -> Self {
        match self {
            Self::Now => Self::SettlementDays(count),
            Self::SettlementDays(days) => Self::SettlementDays(days.saturating_add(count)),
            Self::Months(months) => Self::Months(months.saturating_add(count)),
            Self::Record(record) => Self::Record(record.saturating_add(count)),
        }
    }
}

impl Run {
    /// One value.
    pub(crate) const ONE: Self = Self { count: 1, step: 0, through: Through::Part, ends: false };

    pub(crate) const fn parts(count: u8, step: u16) -> Self {
        Self { count, step, through: Through::Part, ends: false }
    }

    pub(crate) const fn phases(count: u8, step: u16) -> Self {
        Self { count, step, through: Through::Phase, ends: false }
    }
}

impl Parts {
    /// How often the group is there at most, if the meter has so many tariffs.
    pub(crate) const fn count(self, tariffs: u8) -> u8 {
        match self {
            Self::One | Self::Total => 1,
            Self::Phases => 3,
            Self::TotalAndPhases => 4,
            Self::Tariffs => tariffs.saturating_add(1),
            Self::Times(count) => count,
            Self::Rest => u8::MAX,
        }
    }

    /// The place of one of them.
    pub(crate) const fn at(self, index: u8) -> Part {
        match self {
            Self::One => Part::One,
            Self::Total | Self::TotalAndPhases => Part::phase(index),
            Self::Phases => Part::Phase(index.saturating_add(1)),
            Self::Tariffs => Part::tariff(index),
            Self::Times(_) | Self::Rest => Part::Number(index.saturating_add(1)),
        }
    }
}

/// Octets of groups, if that is fixed.
const fn octets(mut groups: &[Group]) -> Option<usize> {
    let mut sum = 0;
    while let [group, rest @ ..] = groups {
        let Some(octets) = fields_octets(group.fields) else { return None };
        match group.parts {
            Parts::Tariffs | Parts::Rest => return None,
            parts => sum += parts.count(0) as usize * octets,
        }
        groups = rest;
    }
    Some(sum)
}

/// Octets of fields, if that is fixed.
pub(crate) const fn fields_octets(mut fields: &[Field]) -> Option<usize> {
    let mut sum = 0;
    while let [field, rest @ ..] = fields {
        match field.kind.octets() {
            Some(octets) => sum += octets,
            None => return None,
        }
        fields = rest;
    }
    Some(sum)
}

/// One of the fields of groups of fixed parts, counted from 0.
pub(crate) const fn nth(mut groups: &[Group], mut index: usize) -> Option<(Field, Part)> {
    while let [group, rest @ ..] = groups {
        let (each, parts) = (group.fields.len(), group.parts.count(0) as usize);
        if each > 0 && index < each * parts {
            let part = group.parts.at((index / each) as u8);
            let mut fields = group.fields;
            let mut left = index % each;
            while let [field, rest @ ..] = fields {
                if left == 0 {
                    return Some((*field, part));
                }
                left -= 1;
                fields = rest;
            }
            return None;
        }
        index -= each * parts;
        groups = rest;
    }
    None
}
