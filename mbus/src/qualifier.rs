//! What combinable VIFEs add to the meaning of a value (EN 13757-3:2018, tables 15 to 17).

use meter_value::{Decimal, Quantity, Unit, names};

use crate::table::{Entry, FIRST, Kind, PRIMARY, SECOND, first_power, seconds, third};

/// What a VIFE says of a value beyond its number. The codes of the extension table, behind FC, are 100 higher.
/// Numbers without a name are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Qualifier(pub u16);

names!(Qualifier {
    /// The average.
    AVERAGE = 0x12 "average",
    /// A series of values, each less its difference than the one before.
    INVERSE_PROFILE = 0x13 "inverse compact profile",
    /// The deviation, relative to the value.
    RELATIVE_DEVIATION = 0x14 "relative deviation",
    /// The data are as the standard says.
    STANDARD_CONTENT = 0x1D "standard content",
    /// A series of values with register numbers.
    PROFILE_WITH_REGISTERS = 0x1E "compact profile with register numbers",
    /// A series of values.
    PROFILE = 0x1F "compact profile",
    /// In a second.
    PER_SECOND = 0x20 "per second",
    /// In a minute.
    PER_MINUTE = 0x21 "per minute",
    /// In an hour.
    PER_HOUR = 0x22 "per hour",
    /// In a day.
    PER_DAY = 0x23 "per day",
    /// In a week.
    PER_WEEK = 0x24 "per week",
    /// In a month.
    PER_MONTH = 0x25 "per month",
    /// In a year.
    PER_YEAR = 0x26 "per year",
    /// In a revolution or a measurement.
    PER_REVOLUTION = 0x27 "per revolution",
    /// For a pulse of input 0.
    PER_INPUT_PULSE_0 = 0x28 "per input pulse of channel 0",
    /// For a pulse of input 1.
    PER_INPUT_PULSE_1 = 0x29 "per input pulse of channel 1",
    /// For a pulse of output 0.
    PER_OUTPUT_PULSE_0 = 0x2A "per output pulse of channel 0",
    /// For a pulse of output 1.
    PER_OUTPUT_PULSE_1 = 0x2B "per output pulse of channel 1",
    /// For a litre.
    PER_LITRE = 0x2C "per litre",
    /// For a cubic metre.
    PER_CUBIC_METRE = 0x2D "per m3",
    /// For a kilogram.
    PER_KILOGRAM = 0x2E "per kg",
    /// For a kelvin.
    PER_KELVIN = 0x2F "per K",
    /// For a kilowatt-hour.
    PER_KILOWATT_HOUR = 0x30 "per kWh",
    /// For a gigajoule.
    PER_GIGAJOULE = 0x31 "per GJ",
    /// For a kilowatt.
    PER_KILOWATT = 0x32 "per kW",
    /// For a kelvin and a litre.
    PER_KELVIN_LITRE = 0x33 "per K and litre",
    /// For a volt.
    PER_VOLT = 0x34 "per V",
    /// For an ampere.
    PER_AMPERE = 0x35 "per A",
    /// Times seconds.
    TIMES_SECOND = 0x36 "times s",
    /// Times seconds for a volt.
    TIMES_SECOND_PER_VOLT = 0x37 "times s per V",
    /// Times seconds for an ampere.
    TIMES_SECOND_PER_AMPERE = 0x38 "times s per A",
    /// When it started.
    START = 0x39 "start",
    /// Not corrected to the conditions of measurement.
    UNCORRECTED = 0x3A "uncorrected",
    /// Summed up while positive only.
    FORWARD = 0x3B "only positive contributions",
    /// Summed up while negative only, without the sign.
    BACKWARD = 0x3C "only negative contributions",
    /// In a unit that is not metric.
    NOT_METRIC = 0x3D "non-metric unit",
    /// At base conditions.
    BASE_CONDITIONS = 0x3E "at base conditions",
    /// Declared by OBIS.
    OBIS = 0x3F "OBIS declaration",
    /// The lower limit.
    LOWER_LIMIT = 0x40 "lower limit",
    /// How often the value was below the lower limit.
    LOWER_EXCEEDS = 0x41 "exceeds of the lower limit",
    /// When the first excess of the lower limit began.
    FIRST_LOWER_BEGIN = 0x42 "begin of the first excess of the lower limit",
    /// When the first excess of the lower limit ended.
    FIRST_LOWER_END = 0x43 "end of the first excess of the lower limit",
    /// When the last excess of the lower limit began.
    LAST_LOWER_BEGIN = 0x46 "begin of the last excess of the lower limit",
    /// When the last excess of the lower limit ended.
    LAST_LOWER_END = 0x47 "end of the last excess of the lower limit",
    /// The upper limit.
    UPPER_LIMIT = 0x48 "upper limit",
    /// How often the value was above the upper limit.
    UPPER_EXCEEDS = 0x49 "exceeds of the upper limit",
    /// When the first excess of the upper limit began.
    FIRST_UPPER_BEGIN = 0x4A "begin of the first excess of the upper limit",
    /// When the first excess of the upper limit ended.
    FIRST_UPPER_END = 0x4B "end of the first excess of the upper limit",
    /// When the last excess of the upper limit began.
    LAST_UPPER_BEGIN = 0x4E "begin of the last excess of the upper limit",
    /// When the last excess of the upper limit ended.
    LAST_UPPER_END = 0x4F "end of the last excess of the upper limit",
    /// How long the first excess of the lower limit lasted. The codes up to 53 mean the same, in other units.
    FIRST_LOWER_DURATION = 0x50 "duration of the first excess of the lower limit",
    /// How long the last excess of the lower limit lasted. The codes up to 57 mean the same, in other units.
    LAST_LOWER_DURATION = 0x54 "duration of the last excess of the lower limit",
    /// How long the first excess of the upper limit lasted. The codes up to 5B mean the same, in other units.
    FIRST_UPPER_DURATION = 0x58 "duration of the first excess of the upper limit",
    /// How long the last excess of the upper limit lasted. The codes up to 5F mean the same, in other units.
    LAST_UPPER_DURATION = 0x5C "duration of the last excess of the upper limit",
    /// How long the first one lasted. The codes up to 63 mean the same, in other units.
    FIRST_DURATION = 0x60 "duration of the first",
    /// How long the last one lasted. The codes up to 67 mean the same, in other units.
    LAST_DURATION = 0x64 "duration of the last",
    /// The value while it was below the lower limit.
    DURING_LOWER = 0x68 "during the excess of the lower limit",
    /// What leaked.
    LEAKAGE = 0x69 "leakage",
    /// When the first one began.
    FIRST_BEGIN = 0x6A "begin of the first",
    /// When the first one ended.
    FIRST_END = 0x6B "end of the first",
    /// The value while it was above the upper limit.
    DURING_UPPER = 0x6C "during the excess of the upper limit",
    /// What was too much.
    OVERFLOW = 0x6D "overflow",
    /// When the last one began.
    LAST_BEGIN = 0x6E "begin of the last",
    /// When the last one ended.
    LAST_END = 0x6F "end of the last",
    /// A value of the future.
    FUTURE = 0x7E "future value",
    /// The VIFEs behind it are the manufacturer's; meters send it with values of the VIF.
    MANUFACTURER = 0x7F "the manufacturer's",
    /// Of phase L1.
    PHASE_1 = 0x101 "at phase L1",
    /// Of phase L2.
    PHASE_2 = 0x102 "at phase L2",
    /// Of phase L3.
    PHASE_3 = 0x103 "at phase L3",
    /// Of the neutral.
    NEUTRAL = 0x104 "at the neutral",
    /// Between L1 and L2.
    PHASES_1_2 = 0x105 "between phases L1 and L2",
    /// Between L2 and L3.
    PHASES_2_3 = 0x106 "between phases L2 and L3",
    /// Between L3 and L1.
    PHASES_3_1 = 0x107 "between phases L3 and L1",
    /// Of quadrant 1.
    QUADRANT_1 = 0x108 "at quadrant Q1",
    /// Of quadrant 2.
    QUADRANT_2 = 0x109 "at quadrant Q2",
    /// Of quadrant 3.
    QUADRANT_3 = 0x10A "at quadrant Q3",
    /// Of quadrant 4.
    QUADRANT_4 = 0x10B "at quadrant Q4",
    /// Import less export.
    DELTA = 0x10C "import less export",
    /// In another unit that is not metric.
    OTHER_NOT_METRIC = 0x10D "other non-metric unit",
    /// Of a second sensor.
    SECOND_SENSOR = 0x10E "second sensor",
    /// With more digits.
    HIGHER_RESOLUTION = 0x10F "higher resolution",
    /// Summed up without the sign.
    ABSOLUTE = 0x110 "contributions without their sign",
    /// When it ended.
    END = 0x113 "end",
    /// Sent to the meter.
    TO_METER = 0x114 "to the meter",
    /// Sent by the meter.
    FROM_METER = 0x115 "from the meter",
});

impl Qualifier {
    /// The qualifier of a code. Durations in seconds, minutes, hours and days are one, because the value has the
    /// unit.
    pub(crate) const fn new(code: u16) -> Self {
        Self(match code {
            0x50..=0x67 => code & !3,
            _ => code,
        })
    }
}

/// Why a meter has no value (table 17). Numbers without a name are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct RecordError(pub u8);

names!(RecordError {
    /// It takes fewer DIFEs.
    TOO_MANY_DIFES = 0x01 "too many DIFEs",
    /// It has no such storage number.
    STORAGE = 0x02 "storage number not implemented",
    /// It has no such subunit.
    SUBUNIT = 0x03 "subunit not implemented",
    /// It has no such tariff.
    TARIFF = 0x04 "tariff not implemented",
    /// It has no such function.
    FUNCTION = 0x05 "function not implemented",
    /// It has no such data class.
    DATA_CLASS = 0x06 "data class not implemented",
    /// It has no such data size.
    DATA_SIZE = 0x07 "data size not implemented",
    /// It takes fewer VIFEs.
    TOO_MANY_VIFES = 0x0B "too many VIFEs",
    /// It has no such group of VIFs.
    VIF_GROUP = 0x0C "illegal VIF group",
    /// It has no such power of ten.
    VIF_EXPONENT = 0x0D "illegal VIF exponent",
    /// The data do not suit the VIF.
    MISMATCH = 0x0E "VIF and DIF do not match",
    /// It cannot do that.
    ACTION = 0x0F "action not implemented",
    /// There is no value.
    NO_DATA = 0x15 "no data available",
    /// The value is too high.
    OVERFLOW = 0x16 "data overflow",
    /// The value is too low.
    UNDERFLOW = 0x17 "data underflow",
    /// The value is wrong.
    DATA_ERROR = 0x18 "data error",
    /// The record ended too early.
    PREMATURE_END = 0x1C "premature end of record",
});

/// What a master wants done with a record (table 16). Numbers without a name are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Action(pub u8);

names!(Action {
    /// Replace the value.
    WRITE = 0x00 "write",
    /// Add to it.
    ADD = 0x01 "add",
    /// Subtract from it.
    SUBTRACT = 0x02 "subtract",
    /// Set these bits.
    OR = 0x03 "or",
    /// Keep these bits.
    AND = 0x04 "and",
    /// Flip these bits.
    XOR = 0x05 "xor",
    /// Clear these bits.
    AND_NOT = 0x06 "and not",
    /// Clear it.
    CLEAR = 0x07 "clear",
    /// Add an entry.
    ADD_ENTRY = 0x08 "add entry",
    /// Delete an entry.
    DELETE_ENTRY = 0x09 "delete entry",
    /// Do it later.
    DELAY = 0x0A "delayed action",
    /// Keep a copy.
    FREEZE = 0x0B "freeze",
    /// Read it out from now on.
    ADD_TO_READOUT = 0x0C "add to readout",
    /// Read it out no more.
    DELETE_FROM_READOUT = 0x0D "delete from readout",
});

/// What VIF and VIFEs together say of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) struct Meaning {
    pub(crate) entry: Entry,
    pub(crate) beside: Beside,
}

/// What VIFEs say of a value beside its quantity, unit, scale and kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Beside {
    Nothing,
    /// So many thousandths × 10^`power` are to be added to it.
    Addend {
        thousandths: i16,
        power: i8,
    },
    /// There is none.
    Error(RecordError),
}

impl Beside {
    /// The constant that is to be added.
    pub(crate) fn addend(self) -> Option<Decimal> {
        match self {
            Self::Addend { thousandths, power } => {
                Some(Decimal::new(thousandths.into(), power.saturating_sub(3)))
            }
            _ => None,
        }
    }
}

impl Meaning {
    pub(crate) const NONE: Self = Self::of(Entry::NONE);

    pub(crate) const fn of(entry: Entry) -> Self {
        Self { entry, beside: Beside::Nothing }
    }

    /// The meaning of a VIF and its VIFEs. Those that are errors of a meter are actions in a command.
    #[inline]
    pub(crate) fn new(vif: u8, vifes: &[u8], is_command: bool) -> Self {
        let entry = PRIMARY.get(usize::from(vif & 0x7F)).copied().unwrap_or(Entry::NONE);
        match vifes {
            [] => Self::of(entry),
            vifes => Self::extended(vif & 0x7F, entry, vifes, is_command),
        }
    }

    fn extended(vif: u8, primary: Entry, vifes: &[u8], is_command: bool) -> Self {
        let (mut entry, power, combinable) = match (vif, vifes) {
            (0x7B, [code, rest @ ..]) => (at(&FIRST, *code), first_power(code & 0x7F), rest),
            (0x7D, [0xFD, code, rest @ ..]) => (third(code & 0x7F), 0, rest),
            (0x7D, [code, rest @ ..]) => (at(&SECOND, *code), 0, rest),
            (RESERVED_TABLE, [_, rest @ ..]) => (Entry::NONE, 0, rest),
            (0x7F, _) => return Self::NONE,
            _ => (primary, 0, vifes),
        };
        let (mut scale, mut thousandths, mut error) = (0_i8, 0_i16, None);
        Codes::new(combinable).for_each(|code| match code {
            0x01..=0x0F | 0x15..=0x18 | 0x1C => error = Some(RecordError(code as u8)),
            0x70..=0x77 => scale = scale.saturating_add((code & 7) as i8 - 6),
            0x78..=0x7B => thousandths = thousandths.saturating_add(10_i16.pow(u32::from(code & 3))),
            0x7D => scale = scale.saturating_add(3),
            _ => entry = combine(entry, vif, code),
        });
        // In the end, because the number stays scaled when other VIFEs change what it counts.
        entry.exponent = entry.exponent.saturating_add(scale);
        let beside = match error {
            Some(error) if !is_command => Beside::Error(error),
            _ if thousandths != 0 => Beside::Addend { thousandths, power },
            _ => Beside::Nothing,
        };
        Self { entry, beside }
    }
}

/// Applies one VIFE that is neither an error, a power of ten nor a constant.
fn combine(entry: Entry, vif: u8, code: u16) -> Entry {
    match code {
        0x13 | 0x1E | 0x1F => Entry { kind: Kind::Octets, ..entry },
        0x3D => not_metric(vif, entry),
        0x39 | 0x42 | 0x43 | 0x46 | 0x47 | 0x4A | 0x4B | 0x4E | 0x4F | 0x6A | 0x6B | 0x6E | 0x6F | 0x113 => {
            Entry { quantity: Some(Quantity::DateTime), kind: Kind::Time, ..Entry::NONE }
        }
        0x41 | 0x49 => Entry::scaled(Quantity::Count, Unit::One, 0),
        0x50..=0x67 => Entry::scaled(Quantity::Duration, seconds(code as u8), 0),
        0x111 if matches!(entry.kind, Kind::Number | Kind::Bits) => Entry { kind: Kind::Unsigned, ..entry },
        0x112 if matches!(entry.kind, Kind::Number | Kind::Unsigned) => Entry { kind: Kind::Bits, ..entry },
        _ => entry,
    }
}

/// The VIF before a code of a table that the standard has yet to fill.
const RESERVED_TABLE: u8 = 0x6F;

fn at(table: &[Entry; 128], code: u8) -> Entry {
    table.get(usize::from(code & 0x7F)).copied().unwrap_or(Entry::NONE)
}

/// The value in a unit that is not metric (annex C).
const fn not_metric(vif: u8, entry: Entry) -> Entry {
    let Entry { quantity, exponent, kind, .. } = entry;
    // By the unit too, because another VIFE may have made it a date, a count or a duration.
    let (unit, exponent) = match (vif, entry.unit) {
        (0x00..=0x07, Some(Unit::WattHour)) => (Unit::BritishThermalUnit, exponent + 3),
        (0x10..=0x17, Some(Unit::CubicMetre)) => (Unit::Gallon, exponent + 3),
        (0x28..=0x2F, Some(Unit::Watt)) => (Unit::BritishThermalUnitPerSecond, exponent - 3),
        (0x40..=0x47, Some(Unit::CubicMetrePerMinute)) => (Unit::GallonPerMinute, exponent + 3),
        (_, Some(Unit::Celsius | Unit::Kelvin)) => (Unit::Fahrenheit, exponent),
        (_, Some(Unit::One | Unit::Second | Unit::Minute | Unit::Hour | Unit::Day)) => return entry,
        _ => return Entry { quantity, unit: None, exponent, kind },
    };
    Entry { quantity, unit: Some(unit), exponent, kind }
}

/// The combinable codes among VIFEs, those of the extension table 100 higher; up to the manufacturer's.
#[derive(Clone, Debug)]
pub(crate) struct Codes<'a> {
    vifes: &'a [u8],
}

impl<'a> Codes<'a> {
    pub(crate) const fn new(vifes: &'a [u8]) -> Self {
        Self { vifes }
    }

    /// Those behind the code of a table of its own.
    pub(crate) fn behind(vif: u8, vifes: &'a [u8]) -> Self {
        let rest = match (vif & 0x7F, vifes) {
            (0x7D, [0xFD, _, rest @ ..]) | (RESERVED_TABLE | 0x7B | 0x7D, [_, rest @ ..]) => rest,
            (0x7F, _) => &[],
            (_, vifes) => vifes,
        };
        Self::new(rest)
    }
}

impl Iterator for Codes<'_> {
    type Item = u16;

    #[inline]
    fn next(&mut self) -> Option<u16> {
        let [first, rest @ ..] = self.vifes else { return None };
        self.vifes = rest;
        let code = u16::from(first & 0x7F);
        match (code, rest) {
            (0x7C, [second, rest @ ..]) => {
                self.vifes = rest;
                Some(0x100 | u16::from(second & 0x7F))
            }
            (0x7F, _) => {
                self.vifes = &[];
                Some(code)
            }
            _ => Some(code),
        }
    }
}

/// Whether a code qualifies a value, and is not applied to it.
pub(crate) const fn qualifies(code: u16) -> bool {
    !matches!(code, 0x00..=0x0F | 0x15..=0x18 | 0x1C | 0x70..=0x7D | 0x111 | 0x112)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;
    use std::vec::Vec;

    fn shown(vif: u8, vifes: &[u8]) -> String {
        let Entry { quantity, unit, exponent, .. } = Meaning::new(vif, vifes, false).entry;
        let (quantity, unit) = (quantity.map_or("-", Quantity::name), unit.map_or("-", Unit::symbol));
        std::format!("{quantity} {unit} {exponent}")
    }

    #[test]
    fn the_ends_of_each_primary_range_have_their_scale() {
        for (vif, text) in [
            (0x00, "energy Wh -3"),
            (0x87, "energy Wh 4"),
            (0x0F, "energy J 7"),
            (0x10, "volume m3 -6"),
            (0x1F, "mass kg 4"),
            (0x21, "on time min 0"),
            (0x27, "operating time d 0"),
            (0x2B, "power W 0"),
            (0x37, "power J/h 7"),
            (0x3E, "volume flow m3/h 0"),
            (0x40, "volume flow m3/min -7"),
            (0x4F, "volume flow m3/s -2"),
            (0x53, "mass flow kg/h 0"),
            (0x5A, "flow temperature °C -1"),
            (0x5C, "return temperature °C -3"),
            (0x63, "temperature difference K 0"),
            (0x65, "external temperature °C -2"),
            (0x6B, "pressure bar 0"),
            (0x6C, "date - 0"),
            (0x6E, "heat cost allocation  0"),
            (0x72, "averaging duration h 0"),
            (0x74, "actuality duration s 0"),
            (0x78, "fabrication number - 0"),
        ] {
            assert_eq!(shown(vif, &[]), text, "{vif:02X}");
        }
        for vif in [0x6F, 0x7B, 0x7C, 0x7D, 0x7E, 0x7F, 0xFF] {
            assert_eq!(shown(vif, &[]), "- - 0", "{vif:02X}");
        }
    }

    #[test]
    fn the_extension_tables_are_read_by_their_first_code() {
        for (vif, vifes, text) in [
            (0xFB, &[0x01][..], "energy Wh 6"),
            (0xFB, &[0x02], "reactive energy varh 3"),
            (0xFB, &[0x09], "energy J 9"),
            (0xFB, &[0x0F], "energy cal 8"),
            (0xFB, &[0x11], "volume m3 3"),
            (0xFB, &[0x14], "reactive power var 0"),
            (0xFB, &[0x19], "mass kg 6"),
            (0xFB, &[0x1A], "humidity % -1"),
            (0xFB, &[0x21], "volume ft3 -1"),
            (0xFB, &[0x28], "power W 5"),
            (0xFB, &[0x2D], "frequency Hz -2"),
            (0xFB, &[0x37], "apparent power VA 3"),
            (0xFB, &[0x74], "temperature limit °C -3"),
            (0xFB, &[0x7F], "cumulated maximum power W 4"),
            (0xFD, &[0x48], "voltage V -1"),
            (0xFD, &[0x59], "current A -3"),
            (0xFD, &[0x2C], "duration since the last readout s 0"),
            (0xFD, &[0x3F], "transmission period d 0"),
            (0xFD, &[0x6F], "operating time of the battery a 0"),
            (0xFD, &[0xFD, 0x02], "remaining battery life mo 0"),
            (0xFB, &[0x07], "- - 0"),
            (0xFD, &[0x77], "- - 0"),
            (0xFD, &[0xFD, 0x01], "- - 0"),
        ] {
            assert_eq!(shown(vif, vifes), text, "{vif:02X} {vifes:02X?}");
        }
    }

    #[test]
    fn vifes_change_scale_unit_and_kind_in_their_order() {
        for (vif, vifes, text) in [
            (0x83, &[0xF4, 0xFD, 0x7E][..], "energy Wh 1"),
            (0x83, &[0xFC, 0xF0, 0xFF, 0x70], "energy Wh 0"),
            (0x83, &[0xF0; 10], "energy Wh -60"),
            (0xFD, &[0xF0, 0x74], "battery change - -2"),
            (0xFF, &[0x74], "- - 0"),
            (0x93, &[0xA2, 0x74], "volume m3 -5"),
            (0x83, &[0x3D], "energy BTU 3"),
            (0x97, &[0x3D], "volume gal 4"),
            (0xDA, &[0x3D], "flow temperature °F -1"),
            (0x9A, &[0x3D], "mass - -1"),
            (0x93, &[0x41], "count  0"),
            (0x93, &[0x5E], "duration h 0"),
            (0x93, &[0x4B], "date and time - 0"),
            (0x93, &[0xFC, 0x13], "date and time - 0"),
        ] {
            assert_eq!(shown(vif, vifes), text, "{vif:02X} {vifes:02X?}");
        }
        let added = |vif, vifes| Meaning::new(vif, vifes, false).beside;
        assert_eq!(added(0xDA, &[0xFB, 0x79]), Beside::Addend { thousandths: 1_010, power: 0 });
        assert_eq!(added(0xFB, &[0x80, 0x7B]), Beside::Addend { thousandths: 1_000, power: 6 }, "1 MWh");
    }

    #[test]
    fn only_the_standards_own_codes_report_errors() {
        let beside = |vif, vifes| Meaning::new(vif, vifes, false).beside;
        assert_eq!(beside(0x83, &[0x15]), Beside::Error(RecordError::NO_DATA));
        assert_eq!(beside(0x83, &[0xA2, 0x16]), Beside::Error(RecordError::OVERFLOW));
        assert_eq!(beside(0xFD, &[0xC8, 0x15]), Beside::Error(RecordError::NO_DATA));
        assert_eq!(beside(0xAC, &[0xFF, 0x01]), Beside::Nothing, "the manufacturer's");
        assert_eq!(beside(0xAC, &[0xFC, 0x01]), Beside::Nothing, "at phase L1");
        assert_eq!(beside(0xFD, &[0x08]), Beside::Nothing, "the code of table FD");
        let addend = Beside::Addend { thousandths: 1, power: 0 };
        assert_eq!(beside(0xDA, &[0xF8, 0x15]), Beside::Error(RecordError::NO_DATA), "no value to add to");
        assert_eq!(Meaning::new(0xDA, &[0xF8, 0x01], true).beside, addend, "an action");
    }

    #[test]
    fn what_is_not_applied_is_a_qualifier() {
        let names = |vif, vifes| -> Vec<_> {
            Codes::behind(vif, vifes).filter(|code| qualifies(*code)).map(Qualifier::new).collect()
        };
        assert_eq!(names(0xFD, &[0xC8, 0xFC, 0x81, 0x48]), [Qualifier::PHASE_1, Qualifier::UPPER_LIMIT]);
        assert_eq!(names(0x83, &[0xF4, 0x22]), [Qualifier::PER_HOUR]);
        assert_eq!(names(0x83, &[0xFF, 0x22]), [Qualifier::MANUFACTURER]);
        assert_eq!(names(0x83, &[0x15]), []);
    }
}
