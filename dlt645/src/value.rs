//! The values in the data of a read reply.

use core::iter::FusedIterator;

use meter_value::{MeterTime, Value};

use crate::format::Reading;
use crate::layout::{Back, Content, Layout, Part, Place, Run, Separators, Through, Title, fields_octets};
use crate::load;
use crate::table::{Field, Group, Parts, RECORD, RECORD_TIME};
use crate::{Data, Identifier, Point};

/// One value of a reply.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Item<'a> {
    /// The identifier of this very value, in a block another one than was asked for; in a record whose parts
    /// have none, that of the record.
    pub identifier: Identifier,
    /// Where the value starts in the data, in octets.
    pub offset: usize,
    /// How many octets of the data are its own.
    pub len: usize,
    /// What the value is.
    pub point: Point,
    /// The value.
    pub value: Value<'a>,
    /// When a maximum was reached.
    pub time: Option<MeterTime>,
    /// The day of the week that stands beside a date, 0 being Sunday.
    pub weekday: Option<u8>,
}

/// The values in the data of an identifier, as many as the data holds. An unknown identifier has none.
///
/// A value of another length than the table says is [`Invalid::Length`]: a short one, or the last one an
/// identifier names if more octets are left than it has. The octets AA between the values of some records,
/// and at the end of a block of the 1997 edition, are none. A load record that is damaged is one value,
/// [`Invalid::Checksum`] or [`Invalid::Length`].
///
/// [`Invalid::Checksum`]: meter_value::Invalid::Checksum
/// [`Invalid::Length`]: meter_value::Invalid::Length
#[derive(Clone, Debug)]
pub struct Values<'a> {
    layout: Option<Layout>,
    data: Data<'a>,
    offset: usize,
    /// Where the record under way ends,
    end: usize,
    /// and where a load record behind it begins.
    next: usize,
    cursor: Cursor,
    /// Whether AA stands between the groups of a record.
    is_separated: bool,
    /// How many tariffs the meter has, if that is known.
    tariffs: Option<u8>,
    /// What the meter freezes.
    freeze_mode: u8,
}

/// Which value comes next.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor {
    group: usize,
    part: u8,
    field: usize,
    /// How many came before in this record.
    index: u8,
    /// How many load records came before.
    record: u8,
}

/// Stands between groups of values and behind them.
const END: u8 = 0xAA;

/// Most tariffs of a meter.
const MAX_TARIFFS: u8 = 63;

/// A freeze mode word with all its bits.
const ALL: u8 = 0xFF;

impl Identifier {
    /// Reads `data`, which follows this identifier in a reply; if the reply came in several frames, their
    /// data one after the other.
    ///
    /// ```
    /// use dlt645::{Data, Identifier};
    ///
    /// let data = Data::plain(&[0x97, 0x22, 0x05, 0x23, 0xFF, 0xFF]);
    /// let read: Vec<_> = Identifier::VOLTAGES
    ///     .values(data)
    ///     .map(|item| format!("{} {}: {}", item.identifier, item.point, item.value))
    ///     .collect();
    /// assert_eq!(read, [
    ///     "02010100 voltage, phase A: 229.7",
    ///     "02010200 voltage, phase B: 230.5",
    ///     "02010300 voltage, phase C: absent",
    /// ]);
    /// ```
    pub fn values(self, data: Data<'_>) -> Values<'_> {
        Values::new(self.layout_of(Some(data.len())), data)
    }
}

impl<'a> Values<'a> {
    pub(crate) const EMPTY: Self = Self {
        layout: None,
        data: Data::plain(&[]),
        offset: 0,
        end: 0,
        next: 0,
        cursor: Cursor { group: 0, part: 0, field: 0, index: 0, record: 0 },
        is_separated: false,
        tariffs: None,
        freeze_mode: ALL,
    };

    pub(crate) fn new(layout: Option<Layout>, data: Data<'a>) -> Self {
        let values = Self { layout, data, end: data.len(), ..Self::EMPTY };
        match layout.map(|layout| layout.content) {
            Some(Content::Record { separators: Separators::Ends, .. }) => {
                Self { is_separated: data.iter().any(|octet| octet == END), ..values }
            }
            Some(Content::Record { separators: Separators::Freeze, groups, .. }) => {
                let time = groups.first().and_then(|group| fields_octets(group.fields));
                let is_separated = time.and_then(|octets| data.at(octets)) == Some(END);
                Self { is_separated, ..values }
            }
            Some(Content::Load { .. }) => Self { is_separated: true, end: 0, ..values },
            _ => values,
        }
    }

    /// The values of a meter that has so many tariffs (04000204), which tells the values of a freeze apart
    /// if no AA stands between them.
    ///
    /// Without it, a freeze of everything is told by its length.
    #[must_use]
    pub fn with_tariffs(self, tariffs: u8) -> Self {
        Self { tariffs: Some(tariffs.min(MAX_TARIFFS)), ..self }
    }

    /// The values of a meter whose freezes hold what this mode word says (04000902 to 04000906); without it,
    /// they hold everything.
    #[must_use]
    pub fn with_freeze_mode(self, mode: u8) -> Self {
        Self { freeze_mode: mode, ..self }
    }

    /// What is left of the record under way.
    fn rest(&self) -> Option<Data<'a>> {
        self.data.range(self.offset..self.end).filter(|rest| !rest.is_empty())
    }

    /// Takes octets for a value.
    fn take(&mut self, point: Point, octets: Data<'a>) -> Item<'a> {
        let offset = self.offset;
        self.offset = offset.saturating_add(octets.len());
        self.cursor.index = self.cursor.index.saturating_add(1);
        point.item((offset, octets.len()), point.field.kind.decode(octets))
    }

    fn next_of_series(
        &mut self,
        identifier: Identifier,
        (record, field): (Option<Title>, Field),
        (first, run): (Place, Run),
    ) -> Option<Item<'a>> {
        let rest = self.rest()?;
        let index = self.cursor.index;
        let limit = match (self.tariffs, first.part) {
            (Some(tariffs), Part::Total) if run.through == Through::Part => {
                tariffs.saturating_add(1).min(run.count)
            }
            _ => run.count,
        };
        let is_end = |rest: Data<'_>| run.ends && rest == Data::plain(&[END]);
        if index >= limit || is_end(rest) {
            return None;
        }
        let octets = field.kind.octets().unwrap_or(rest.len());
        // Behind the last value there is nothing, so what is too much belongs to it.
        let is_last = index.saturating_add(1) == limit && !rest.range(octets..).is_some_and(is_end);
        let taken = if is_last { rest } else { rest.range(..octets).unwrap_or(rest) };
        let identifier = identifier.on(u32::from(run.step) * u32::from(index));
        let (record, place) = match run.through {
            Through::Part | Through::Phase | Through::Back => (record, first.on(run.through, index)),
            Through::Record => {
                let on = |title: Title| Title { place: title.place.on(run.through, index), ..title };
                (record.map(on), first)
            }
        };
        Some(self.take(Point { identifier, record, field, place }, taken))
    }

    fn next_of_record(
        &mut self,
        identifier: Identifier,
        title: Title,
        groups: &'static [Group],
        separators: Separators,
    ) -> Option<Item<'a>> {
        loop {
            let rest = self.rest()?;
            let end = if self.is_separated { rest.iter().position(|octet| octet == END) } else { None };
            let segment = end.unwrap_or(rest.len());
            let segment = rest.range(..segment).filter(|segment| !segment.is_empty());
            let Some(segment) = segment else {
                self.offset = self.offset.saturating_add(1);
                self.skip_segment(groups);
                continue;
            };
            let group = groups.get(self.cursor.group)?;
            let is_frozen = separators == Separators::Freeze;
            if is_frozen && !is_enabled(self.freeze_mode, self.cursor.group) {
                self.next_group();
                continue;
            }
            let tariffs = match group.parts {
                Parts::Tariffs if !self.is_separated => self.tariffs_of(groups, group.first),
                _ => Some(self.tariffs.unwrap_or(MAX_TARIFFS).min(most_tariffs(group.first))),
            };
            let count = group.parts.count(tariffs.unwrap_or(0));
            if self.cursor.part >= count {
                self.next_group();
                continue;
            }
            let Some(field) = group.fields.get(self.cursor.field).copied() else {
                self.cursor.field = 0;
                self.cursor.part = self.cursor.part.saturating_add(1);
                continue;
            };
            let is_last_of_group = self.cursor.field.saturating_add(1) == group.fields.len()
                && self.cursor.part.saturating_add(1) == count;
            let is_last = is_last_of_group
                && if self.is_separated { group.ends } else { self.is_last_group(groups, is_frozen) };
            let octets = field.kind.octets().unwrap_or(segment.len());
            let taken = match segment.range(..octets) {
                Some(taken) if !is_last && tariffs.is_some() => taken,
                _ => segment,
            };
            let part = group.parts.at(self.cursor.part);
            let point = match group.first {
                Some(first) => Point {
                    identifier: Identifier::Y1997(self.own(first, title)),
                    record: None,
                    field,
                    place: Place { part, ..title.place },
                },
                None => {
                    let identifier = self.identifier(identifier, separators);
                    Point { identifier, record: Some(title), field, place: Place::of(part) }
                }
            };
            self.cursor.field = self.cursor.field.saturating_add(1);
            return Some(self.take(point, taken));
        }
    }

    fn next_group(&mut self) {
        let Cursor { group, index, record, .. } = self.cursor;
        self.cursor = Cursor { group: group.saturating_add(1), part: 0, field: 0, index, record };
    }

    /// Goes on behind the AA that ends a segment.
    fn skip_segment(&mut self, groups: &[Group]) {
        loop {
            let is_end = groups.get(self.cursor.group).is_none_or(|group| group.ends);
            self.next_group();
            if is_end {
                return;
            }
        }
    }

    /// Whether nothing follows the group under way.
    fn is_last_group(&self, groups: &[Group], is_frozen: bool) -> bool {
        let behind = self.cursor.group.saturating_add(1)..groups.len();
        !behind.into_iter().any(|group| !is_frozen || is_enabled(self.freeze_mode, group))
    }

    /// The tariffs of a record without AA: as many as fill the data, and no others than the meter has.
    fn tariffs_of(&self, groups: &[Group], first: Option<u16>) -> Option<u8> {
        let (mut fixed, mut each) = (0, 0);
        for (index, group) in groups.iter().enumerate() {
            if first.is_some() || is_enabled(self.freeze_mode, index) {
                let octets = fields_octets(group.fields)?;
                match group.parts {
                    Parts::Tariffs => each += octets,
                    parts => fixed += usize::from(parts.count(0)) * octets,
                }
            }
        }
        let rest = self.data.len().checked_sub(fixed)?;
        let count = rest.checked_div(each).filter(|count| count.checked_mul(each) == Some(rest))?;
        let tariffs = u8::try_from(count.checked_sub(1)?).ok()?;
        let is_known = self.tariffs.is_none_or(|known| known == tariffs);
        (tariffs <= most_tariffs(first) && is_known).then_some(tariffs)
    }

    /// The identifier of its own that the value has that comes next, in a group from `first` on.
    fn own(&self, first: u16, title: Title) -> u16 {
        let months = match title.place.back {
            Back::Months(months) => u16::from(months),
            _ => 0,
        };
        let index = usize::from(self.cursor.part).saturating_add(self.cursor.field);
        (first | months << 10).wrapping_add(index as u16)
    }

    /// The identifier of the value that comes next in a record.
    fn identifier(&self, record: Identifier, separators: Separators) -> Identifier {
        let part = match separators {
            Separators::Numbered => usize::from(self.cursor.index).saturating_add(1),
            // Both groups of the variables are 10.
            Separators::Freeze => {
                if self.cursor.group > 10 {
                    0x10
                } else {
                    self.cursor.group
                }
            }
            Separators::None | Separators::Ends => return record,
        };
        record.with_part(part as u8)
    }

    fn next_of_load(&mut self, identifier: Identifier, title: Title, class: u8) -> Option<Item<'a>> {
        let numbered = |record| Title { place: Place { part: Part::Number(record), ..Place::ONE }, ..title };
        let inside = numbered(self.cursor.record);
        if let Some(item) = self.next_of_record(identifier, inside, &RECORD, Separators::Ends) {
            return Some(item);
        }
        let rest = self.data.range(self.next..).filter(|rest| !rest.is_empty())?;
        let record = self.cursor.record.saturating_add(1);
        self.cursor = Cursor { record, ..Cursor::default() };
        let (field, place) = (RECORD_TIME, Place::ONE);
        let point = Point { identifier, record: Some(numbered(record)), field, place };
        match load::Record::split(rest) {
            Ok(split) => {
                self.cursor.group = split.first_group(class);
                self.offset = self.next.saturating_add(load::HEAD);
                let item = self.take(point, split.time);
                self.end = self.offset.saturating_add(split.classes.len());
                self.next = self.end.saturating_add(load::FOOT);
                Some(item)
            }
            Err((invalid, octets)) => {
                let item = point.item((self.next, octets), Reading::of(Value::Invalid(invalid)));
                self.next = self.next.saturating_add(octets);
                (self.offset, self.end) = (self.next, self.next);
                Some(item)
            }
        }
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        let layout = self.layout?;
        let identifier = layout.identifier;
        match layout.content {
            Content::Series { identifier, record, field, first, run } => {
                self.next_of_series(identifier, (record, field), (first, run))
            }
            Content::Record { title, groups, separators } => {
                self.next_of_record(identifier, title, groups, separators)
            }
            Content::Load { title, class } => self.next_of_load(identifier, title, class),
        }
    }
}

impl FusedIterator for Values<'_> {}

/// Most tariffs of a meter; those of the 1997 edition have groups from an identifier on.
const fn most_tariffs(first: Option<u16>) -> u8 {
    if first.is_some() { 14 } else { MAX_TARIFFS }
}

/// Whether a freeze holds a group of its layout: time, eight energies, two maximum demands, variables.
const fn is_enabled(mode: u8, group: usize) -> bool {
    let bit = match group {
        0 => return true,
        1..=4 => group - 1,
        5..=8 => 4,
        9 => 5,
        10 => 6,
        _ => 7,
    };
    mode >> bit & 1 == 1
}

#[cfg(test)]
mod tests;
