//! DL/T 645-1997, annex A.

use meter_value::Quantity::{
    Count, Current, Date, DateTime, Duration, Energy, Identification, MeterConstant, Power, PowerFactor,
    ReactiveEnergy, ReactivePower, Voltage,
};
use meter_value::Unit;
use meter_value::Unit::{
    Ampere, Kilovar, KilovarHour, Kilowatt, KilowattHour, Millisecond, Minute, One, PulsePerKilovarHour,
    PulsePerKilowattHour, Second, Volt,
};

use super::Shape::{One as Only, Phases, Tariffs};
use super::{Block, Format, Part, Place, Row, row, unsigned};

/// Two bits of DI1: how many months back.
const MONTHS: u8 = 0x0C;

/// Which of the row's values it is.
pub(super) fn place(row: &Row, number: u16) -> Option<Place> {
    let [di1, di0] = number.to_be_bytes();
    let [_, _, row1, row0] = row.number.to_be_bytes();
    let (above, digit) = (di0 & 0xF0 == row0 & 0xF0, di0 & 0x0F);
    match row.shape {
        Tariffs => {
            let back = (di1 & MONTHS) >> 2;
            let is_of_row = above && di1 & !MONTHS == row1 && back <= 2 && digit <= 14;
            is_of_row.then_some(Place { part: Part::tariff(digit), back })
        }
        Phases => {
            let is_of_row = above && di1 == row1 && (row0 & 0x0F..=3).contains(&digit);
            is_of_row.then_some(Part::phase(digit).now())
        }
        _ => (u32::from(number) == row.number).then_some(Part::Only.now()),
    }
}

/// The values of which F in the low digit stands for all.
pub(super) fn block(number: u16) -> Option<Block> {
    let (first, count) = match number {
        0xB61F | 0xB62F => (number & 0xFFF0 | 1, 3),
        // The limits follow the powers.
        0xB63F => (0xB630, 6),
        0xB64F | 0xB65F => (number & 0xFFF0, 4),
        0xC01F => (0xC010, 2),
        _ if number & 0x0F == 0x0F => {
            let first = number & 0xFFF0;
            ROWS.iter().find(|row| row.shape == Tariffs && place(row, first).is_some())?;
            (first, 15)
        }
        _ => return None,
    };
    Some(Block { first: u32::from(first), step: 1, count })
}

const fn energy(number: u32, name: &'static str) -> Row {
    row(number, Tariffs, name, Energy, KilowattHour, unsigned(4, 2))
}

const fn reactive_energy(number: u32, name: &'static str) -> Row {
    row(number, Tariffs, name, ReactiveEnergy, KilovarHour, unsigned(4, 2))
}

const fn maximum(number: u32, name: &'static str) -> Row {
    row(number, Tariffs, name, Power, Kilowatt, unsigned(3, 4))
}

const fn reactive_maximum(number: u32, name: &'static str) -> Row {
    row(number, Tariffs, name, ReactivePower, Kilovar, unsigned(3, 4))
}

const fn count(number: u32, name: &'static str) -> Row {
    row(number, Only, name, Count, One, unsigned(1, 0))
}

const fn duration(number: u32, name: &'static str, unit: Unit, octets: usize) -> Row {
    row(number, Only, name, Duration, unit, unsigned(octets, 0))
}

pub(super) static ROWS: &[Row] = &[
    energy(0x9010, "forward active energy"),
    energy(0x9020, "reverse active energy"),
    reactive_energy(0x9110, "forward reactive energy"),
    reactive_energy(0x9120, "reverse reactive energy"),
    reactive_energy(0x9130, "reactive energy of quadrant 1"),
    reactive_energy(0x9140, "reactive energy of quadrant 4"),
    reactive_energy(0x9150, "reactive energy of quadrant 2"),
    reactive_energy(0x9160, "reactive energy of quadrant 3"),
    maximum(0xA010, "forward active maximum demand"),
    maximum(0xA020, "reverse active maximum demand"),
    reactive_maximum(0xA110, "forward reactive maximum demand"),
    reactive_maximum(0xA120, "reverse reactive maximum demand"),
    reactive_maximum(0xA130, "reactive maximum demand of quadrant 1"),
    reactive_maximum(0xA140, "reactive maximum demand of quadrant 4"),
    reactive_maximum(0xA150, "reactive maximum demand of quadrant 2"),
    reactive_maximum(0xA160, "reactive maximum demand of quadrant 3"),
    row(0xB212, Only, "programmings", Count, One, unsigned(2, 0)),
    row(0xB213, Only, "maximum demand clearings", Count, One, unsigned(2, 0)),
    duration(0xB214, "battery working time", Minute, 3),
    row(0xB310, Phases, "phase breaks", Count, One, unsigned(2, 0)),
    row(0xB320, Phases, "time of phase breaks", Duration, Minute, unsigned(3, 0)),
    row(0xB611, Phases, "voltage", Voltage, Volt, unsigned(2, 0)),
    row(0xB621, Phases, "current", Current, Ampere, unsigned(2, 2)),
    row(0xB630, Phases, "active power", Power, Kilowatt, unsigned(3, 4)),
    row(0xB634, Only, "forward active power upper limit", Power, Kilowatt, unsigned(2, 2)),
    row(0xB635, Only, "reverse active power upper limit", Power, Kilowatt, unsigned(2, 2)),
    row(0xB640, Phases, "reactive power", ReactivePower, Kilovar, unsigned(2, 2)),
    row(0xB650, Phases, "power factor", PowerFactor, One, unsigned(2, 3)),
    row(0xC010, Only, "date", Date, One, Format::Date),
    row(0xC011, Only, "time", DateTime, One, Format::Time),
    row(0xC030, Only, "active constant", MeterConstant, PulsePerKilowattHour, unsigned(3, 0)),
    row(0xC031, Only, "reactive constant", MeterConstant, PulsePerKilovarHour, unsigned(3, 0)),
    row(0xC032, Only, "meter number", Identification, One, unsigned(6, 0)),
    row(0xC033, Only, "user number", Identification, One, unsigned(6, 0)),
    row(0xC034, Only, "equipment code", Identification, One, unsigned(6, 0)),
    duration(0xC111, "maximum demand period", Minute, 1),
    duration(0xC112, "sliding time", Minute, 1),
    duration(0xC113, "time of a screen", Second, 1),
    duration(0xC114, "time of a held screen", Second, 1),
    count(0xC115, "decimals of shown energy"),
    count(0xC116, "decimals of shown power"),
    row(0xC119, Only, "start value of active energy", Energy, KilowattHour, unsigned(4, 1)),
    row(0xC11A, Only, "start value of reactive energy", ReactiveEnergy, KilovarHour, unsigned(4, 1)),
    duration(0xC211, "output pulse width", Millisecond, 2),
    count(0xC310, "year zones"),
    count(0xC311, "day slot tables"),
    count(0xC312, "day slots"),
    count(0xC313, "tariffs"),
    count(0xC314, "public holidays"),
    count(0xC41E, "day slot table of rest days"),
    duration(0xC511, "interval of load records", Minute, 2),
];

#[cfg(test)]
mod tests {
    use crate::Identifier;
    use std::string::ToString;

    #[test]
    fn names_one_value_and_nothing_else() {
        let name = |identifier| Identifier::Y1997(identifier).point().map(|point| point.to_string());
        for (identifier, expected) in [
            (0x9010, "forward active energy, total"),
            (0x942E, "reverse active energy, tariff 14, 1 month back"),
            (0x9941, "reactive energy of quadrant 4, tariff 1, 2 months back"),
            (0xA550, "reactive maximum demand of quadrant 2, total, 1 month back"),
            (0xB313, "phase breaks, phase C"),
            (0xB630, "active power, total"),
            (0xC030, "active constant"),
        ] {
            assert_eq!(name(identifier).as_deref(), Some(expected));
        }
        for unknown in [0x9000, 0x9030, 0x9C10, 0x9170, 0x901F, 0xB010, 0xB610, 0xB614, 0xC020, 0xFFFF] {
            assert_eq!(name(unknown), None, "{unknown:04X}");
        }
    }
}
