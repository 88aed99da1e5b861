//! What VIFs and VIFEs mean (EN 13757-3:2018, tables 10, 11 and 15).

use meter_value::{Quantity, Unit};

/// What VIF and VIFEs say of a value: the number sent × 10^`exponent` is the value in `unit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    pub(crate) quantity: Option<Quantity>,
    pub(crate) unit: Option<Unit>,
    pub(crate) exponent: i8,
    /// Whether a binary number has no sign (types C and D).
    pub(crate) unsigned: bool,
    /// Whether the meter reports an error of the record.
    pub(crate) error: bool,
}

impl Meaning {
    /// Nothing known.
    pub(crate) const NONE: Self =
        Self { quantity: None, unit: None, exponent: 0, unsigned: false, error: false };

    const fn plain(quantity: Quantity) -> Self {
        Self { quantity: Some(quantity), ..Self::NONE }
    }
}

/// The meaning of a VIF and its VIFEs.
pub(crate) fn meaning(vif: u8, vifes: &[u8]) -> Meaning {
    let vif = vif & 0x7F;
    let combinable = match vif {
        // The first is the code in a table of its own.
        0x7B | 0x7D => vifes.get(1..).unwrap_or_default(),
        // All are the manufacturer's.
        0x7F => &[],
        _ => vifes,
    };
    let (power, error) = combine(combinable);
    let code = vifes.first().map_or(0, |code| code & 0x7F);
    let unsigned = match vif {
        0x7A => true,
        0x7B => matches!(code, 0x68..=0x6E),
        0x7D => is_unsigned(code),
        _ => false,
    };
    let known = match power {
        Some(power) => {
            let meaning = primary(vif);
            Meaning { exponent: meaning.exponent + power, ..meaning }
        }
        None => Meaning::NONE,
    };
    Meaning { unsigned, error, ..known }
}

/// The codes of table FD whose binary numbers have no sign.
const fn is_unsigned(code: u8) -> bool {
    matches!(code, 0x08..=0x1D | 0x1F..=0x23 | 0x2B..=0x2F | 0x31..=0x33 | 0x3C..=0x3F | 0x66 | 0x74 | 0x75)
}

/// The primary table.
const fn primary(vif: u8) -> Meaning {
    use {Quantity as Q, Unit as U};
    let eight = (vif & 7) as i8;
    let four = (vif & 3) as i8;
    let (quantity, unit, exponent) = match vif {
        0x00..=0x07 => (Q::Energy, U::WattHour, eight - 3),
        0x08..=0x0F => (Q::Energy, U::Joule, eight),
        0x10..=0x17 => (Q::Volume, U::CubicMetre, eight - 6),
        0x18..=0x1F => (Q::Mass, U::Kilogram, eight - 3),
        0x20..=0x23 => (Q::OnTime, duration(vif), 0),
        0x24..=0x27 => (Q::OperatingTime, duration(vif), 0),
        0x28..=0x2F => (Q::Power, U::Watt, eight - 3),
        0x30..=0x37 => (Q::Power, U::JoulePerHour, eight),
        0x38..=0x3F => (Q::VolumeFlow, U::CubicMetrePerHour, eight - 6),
        0x40..=0x47 => (Q::VolumeFlow, U::CubicMetrePerMinute, eight - 7),
        0x48..=0x4F => (Q::VolumeFlow, U::CubicMetrePerSecond, eight - 9),
        0x50..=0x57 => (Q::MassFlow, U::KilogramPerHour, eight - 3),
        0x58..=0x5B => (Q::FlowTemperature, U::Celsius, four - 3),
        0x5C..=0x5F => (Q::ReturnTemperature, U::Celsius, four - 3),
        0x60..=0x63 => (Q::TemperatureDifference, U::Kelvin, four - 3),
        0x64..=0x67 => (Q::ExternalTemperature, U::Celsius, four - 3),
        0x68..=0x6B => (Q::Pressure, U::Bar, four - 3),
        0x6C => return Meaning::plain(Q::Date),
        0x6D => return Meaning::plain(Q::DateTime),
        0x6E => (Q::HeatCostAllocation, U::One, 0),
        0x70..=0x73 => (Q::AveragingDuration, duration(vif), 0),
        0x74..=0x77 => (Q::ActualityDuration, duration(vif), 0),
        0x78 => return Meaning::plain(Q::FabricationNumber),
        0x79 => return Meaning::plain(Q::Identification),
        0x7A => return Meaning::plain(Q::Address),
        _ => return Meaning::NONE,
    };
    Meaning { quantity: Some(quantity), unit: Some(unit), exponent, ..Meaning::NONE }
}

/// What combinable VIFEs do to a value: the power of ten they multiply it by, or `None` if one of them
/// makes it a value of another kind or in another unit (a rate, a date, a duration, a count, a sum); and
/// whether one of them reports an error of the record (table 17).
fn combine(vifes: &[u8]) -> (Option<i8>, bool) {
    let (mut power, mut is_other, mut error) = (0, false, false);
    let mut codes = vifes.iter().map(|vife| vife & 0x7F);
    while let Some(code) = codes.next() {
        match code {
            0x01..=0x0F | 0x15..=0x18 | 0x1C => error = true,
            0x13 | 0x14 | 0x1E | 0x1F | 0x20..=0x39 | 0x3D | 0x41..=0x47 | 0x49..=0x67 => is_other = true,
            0x6A | 0x6B | 0x6E | 0x6F | 0x78..=0x7B => is_other = true,
            // Ten VIFEs at most come here, so the sum stays within -60 to 30.
            0x70..=0x77 => power += (code & 7) as i8 - 6,
            0x7D => power += 3,
            // The next one is of a table of its own: a unit that is not metric, types C and D, an end date.
            0x7C => is_other |= matches!(codes.next(), Some(0x0D | 0x11..=0x13)),
            // The rest is the manufacturer's.
            0x7F => break,
            _ => {}
        }
    }
    ((!is_other).then_some(power), error)
}

const fn duration(vif: u8) -> Unit {
    match vif & 3 {
        0 => Unit::Second,
        1 => Unit::Minute,
        2 => Unit::Hour,
        _ => Unit::Day,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_each_range_have_their_scale() {
        let shown = |vif| {
            let Meaning { quantity, unit, exponent, .. } = meaning(vif, &[]);
            std::format!("{} {} {exponent}", quantity.unwrap().name(), unit.map_or("-", Unit::symbol))
        };
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
            assert_eq!(shown(vif), text, "{vif:02X}");
        }
        for vif in [0x6F, 0x7B, 0x7C, 0x7D, 0x7E, 0x7F, 0xFF] {
            assert_eq!(meaning(vif, &[]), Meaning::NONE);
        }
    }

    #[test]
    fn corrections_add_up_until_the_manufacturers_own() {
        let exponent = |vif, vifes| meaning(vif, vifes).exponent;
        assert_eq!(exponent(0x83, &[0xF4, 0xFD, 0x7E]), 1, "10^-2 and 10^3");
        assert_eq!(exponent(0x83, &[0xFC, 0xF0, 0xFF, 0x70]), 0, "a table's code, and the manufacturer's");
        assert_eq!(exponent(0x83, &[0xF0; 10]), -60);
        assert_eq!(exponent(0xFD, &[0xF0, 0x74]), -2, "the first VIFE is the table's");
        assert_eq!(exponent(0xFF, &[0x74]), 0, "the manufacturer's");
        assert_eq!(meaning(0x93, &[0xA2, 0x74]), Meaning::NONE, "volume per hour");
    }

    #[test]
    fn only_the_standards_own_codes_report_errors() {
        let error = |vif, vifes| meaning(vif, vifes).error;
        assert!(error(0x83, &[0x15]) && error(0x83, &[0xA2, 0x16]) && error(0xFD, &[0xC8, 0x15]));
        assert!(!error(0xAC, &[0xFF, 0x01]), "the manufacturer's");
        assert!(!error(0xAC, &[0xFC, 0x01]), "at phase L1");
        assert!(!error(0xFD, &[0x08]), "the code of table FD");
    }
}
