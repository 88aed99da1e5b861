//! DL/T 645-2007, tables A.1 to A.4.

use core::ops::RangeInclusive;

use meter_value::Quantity::{
    Address, ApparentEnergy, ApparentPower, Count, Current, Date, DateTime, Distortion, Duration, Energy,
    Frequency, HarmonicContent, Identification, InternalTemperature, LossCoefficient, MeterConstant, Money,
    PhaseAngle, Power, PowerFactor, Price, Ratio, ReactiveEnergy, ReactivePower, Unbalance, Voltage,
};
use meter_value::Unit::{
    Ampere, Celsius, Degree, Hertz, Kilovar, KilovarHour, KilovoltAmpere, KilovoltAmpereHour, Kilowatt,
    KilowattHour, Millisecond, Minute, One, Percent, PulsePerKilovarHour, PulsePerKilowattHour, Second, Volt,
    Yuan, YuanPerKilowattHour,
};
use meter_value::bcd::Sign::{TopBit, Unsigned};
use meter_value::{Quantity, Unit};

use super::Shape::{
    Harmonics, Numbered, One as Only, Phases, Prices, Tariffs, TariffsAndPhases, TotalAndPhases,
};
use super::{Block, Format, Part, Place, Row, Shape, row, signed, unsigned};

/// Between DI2 of the total and of phase A, and from phase to phase.
const PHASE_STEP: u8 = 0x14;

/// Which of the row's values it is.
pub(super) fn place(row: &Row, number: u32) -> Option<Place> {
    let [_, _, di1, di0] = number.to_be_bytes();
    let (phase, parts, backs) = ranges(row, number)?;
    if !parts.contains(&di1) || !backs.contains(&di0) {
        return None;
    }
    Some(match row.shape {
        Only => Part::Only.now(),
        Tariffs | TariffsAndPhases if phase == 0 => Place { part: Part::tariff(di1), back: di0 },
        Tariffs | TariffsAndPhases | TotalAndPhases => Place { part: Part::phase(phase), back: di0 },
        Phases => Part::phase(di1).now(),
        Harmonics => Part::Harmonic(di1, di0).now(),
        Prices => Part::Tariff(di0).now(),
        Numbered => Part::Number(di0).now(),
    })
}

/// The values of which FF in one octet of the identifier stands for all.
pub(super) fn block(number: u32) -> Option<Block> {
    let [di3, di2, di1, di0] = number.to_be_bytes();
    ROWS.iter().find_map(|row| {
        let (_, parts, backs) = ranges(row, number)?;
        let many = |range: &RangeInclusive<u8>| range.len() > 1;
        let (step, first, count) = match (di1, di0) {
            (0xFF, _) if many(&parts) && backs.contains(&di0) => (0x100, [*parts.start(), di0], parts.len()),
            (_, 0xFF) if many(&backs) && parts.contains(&di1) && row.shape != Numbered => {
                (1, [di1, *backs.start()], backs.len())
            }
            _ => return None,
        };
        let [part, back] = first;
        Some(Block { first: u32::from_be_bytes([di3, di2, part, back]), step, count })
    })
}

/// The phase that DI2 names, and what DI1 and DI0 may be, if DI3 and DI2 are of the row.
fn ranges(row: &Row, number: u32) -> Option<(u8, RangeInclusive<u8>, RangeInclusive<u8>)> {
    let [di3, di2, di1, _] = number.to_be_bytes();
    let [row3, row2, row1, row0] = row.number.to_be_bytes();
    let above = di2.checked_sub(row2).filter(|_| di3 == row3)?;
    let phase = match row.shape {
        TariffsAndPhases | TotalAndPhases if above % PHASE_STEP == 0 && above / PHASE_STEP <= 3 => {
            above / PHASE_STEP
        }
        _ if above == 0 => 0,
        _ => return None,
    };
    let (parts, backs) = match row.shape {
        Only => (row1..=row1, row0..=row0),
        Tariffs | TariffsAndPhases if phase == 0 => (0..=63, 0..=12),
        Tariffs | TariffsAndPhases | TotalAndPhases => (0..=0, 0..=12),
        Phases => (row1..=3, 0..=0),
        Harmonics => (di1.clamp(1, 3)..=di1.clamp(1, 3), 1..=21),
        Prices => (row1..=row1, 1..=63),
        Numbered => (row1..=row1, 1..=0xFE),
    };
    Some((phase, parts, backs))
}

const fn energy(number: u32, shape: Shape, name: &'static str) -> Row {
    row(number, shape, name, Energy, KilowattHour, unsigned(4, 2))
}

const fn reactive_energy(number: u32, name: &'static str, format: Format) -> Row {
    row(number, TariffsAndPhases, name, ReactiveEnergy, KilovarHour, format)
}

const fn apparent_energy(number: u32, name: &'static str) -> Row {
    row(number, TariffsAndPhases, name, ApparentEnergy, KilovoltAmpereHour, unsigned(4, 2))
}

const fn maximum(number: u32, name: &'static str, quantity: Quantity, unit: Unit) -> Row {
    row(number, TariffsAndPhases, name, quantity, unit, Format::Maximum { sign: Unsigned })
}

const fn signed_maximum(number: u32, name: &'static str) -> Row {
    row(number, TariffsAndPhases, name, ReactivePower, Kilovar, Format::Maximum { sign: TopBit })
}

const fn count(number: u32, name: &'static str) -> Row {
    row(number, Only, name, Count, One, unsigned(1, 0))
}

const fn delay(number: u32, name: &'static str) -> Row {
    row(number, Only, name, Duration, Second, unsigned(1, 0))
}

const fn minutes(number: u32, name: &'static str, octets: usize) -> Row {
    row(number, Only, name, Duration, Minute, unsigned(octets, 0))
}

const fn minute(number: u32, name: &'static str) -> Row {
    row(number, Only, name, DateTime, One, Format::Minute)
}

const fn money(number: u32, name: &'static str) -> Row {
    row(number, Only, name, Money, Yuan, unsigned(4, 2))
}

const fn price(number: u32, shape: Shape, name: &'static str) -> Row {
    row(number, shape, name, Price, YuanPerKilowattHour, unsigned(4, 4))
}

const fn loss(number: u32, name: &'static str) -> Row {
    row(number, Only, name, LossCoefficient, One, unsigned(2, 3))
}

const fn voltage(number: u32, name: &'static str) -> Row {
    row(number, Only, name, Voltage, Volt, unsigned(2, 1))
}

const fn current(number: u32, name: &'static str) -> Row {
    row(number, Only, name, Current, Ampere, unsigned(3, 4))
}

const fn power(number: u32, name: &'static str) -> Row {
    row(number, Only, name, Power, Kilowatt, unsigned(3, 4))
}

const fn unbalance(number: u32, name: &'static str) -> Row {
    row(number, Only, name, Unbalance, Percent, unsigned(2, 2))
}

pub(super) static ROWS: &[Row] = &[
    // Energy.
    row(0x0000_0000, Tariffs, "combined active energy", Energy, KilowattHour, signed(4, 2)),
    energy(0x0001_0000, TariffsAndPhases, "forward active energy"),
    energy(0x0002_0000, TariffsAndPhases, "reverse active energy"),
    reactive_energy(0x0003_0000, "combined reactive energy 1", signed(4, 2)),
    reactive_energy(0x0004_0000, "combined reactive energy 2", signed(4, 2)),
    reactive_energy(0x0005_0000, "reactive energy of quadrant 1", unsigned(4, 2)),
    reactive_energy(0x0006_0000, "reactive energy of quadrant 2", unsigned(4, 2)),
    reactive_energy(0x0007_0000, "reactive energy of quadrant 3", unsigned(4, 2)),
    reactive_energy(0x0008_0000, "reactive energy of quadrant 4", unsigned(4, 2)),
    apparent_energy(0x0009_0000, "forward apparent energy"),
    apparent_energy(0x000A_0000, "reverse apparent energy"),
    energy(0x000B_0000, Only, "combined active energy of this settlement period"),
    energy(0x000B_0001, Only, "combined active energy of the settlement period before"),
    energy(0x0080_0000, TotalAndPhases, "associated energy"),
    energy(0x0081_0000, TotalAndPhases, "forward active energy of the fundamental"),
    energy(0x0082_0000, TotalAndPhases, "reverse active energy of the fundamental"),
    energy(0x0083_0000, TotalAndPhases, "forward active energy of the harmonics"),
    energy(0x0084_0000, TotalAndPhases, "reverse active energy of the harmonics"),
    energy(0x0085_0000, TotalAndPhases, "copper loss energy"),
    energy(0x0086_0000, TotalAndPhases, "iron loss energy"),
    energy(0x0090_0100, Only, "remaining energy"),
    energy(0x0090_0101, Only, "overdrawn energy"),
    money(0x0090_0200, "remaining money"),
    money(0x0090_0201, "overdrawn money"),
    // Maximum demand.
    maximum(0x0101_0000, "forward active maximum demand", Power, Kilowatt),
    maximum(0x0102_0000, "reverse active maximum demand", Power, Kilowatt),
    signed_maximum(0x0103_0000, "combined reactive maximum demand 1"),
    signed_maximum(0x0104_0000, "combined reactive maximum demand 2"),
    maximum(0x0105_0000, "reactive maximum demand of quadrant 1", ReactivePower, Kilovar),
    maximum(0x0106_0000, "reactive maximum demand of quadrant 2", ReactivePower, Kilovar),
    maximum(0x0107_0000, "reactive maximum demand of quadrant 3", ReactivePower, Kilovar),
    maximum(0x0108_0000, "reactive maximum demand of quadrant 4", ReactivePower, Kilovar),
    maximum(0x0109_0000, "forward apparent maximum demand", ApparentPower, KilovoltAmpere),
    maximum(0x010A_0000, "reverse apparent maximum demand", ApparentPower, KilovoltAmpere),
    // Variables.
    row(0x0201_0100, Phases, "voltage", Voltage, Volt, unsigned(2, 1)),
    row(0x0202_0100, Phases, "current", Current, Ampere, signed(3, 3)),
    row(0x0203_0000, Phases, "active power", Power, Kilowatt, signed(3, 4)),
    row(0x0204_0000, Phases, "reactive power", ReactivePower, Kilovar, signed(3, 4)),
    row(0x0205_0000, Phases, "apparent power", ApparentPower, KilovoltAmpere, signed(3, 4)),
    row(0x0206_0000, Phases, "power factor", PowerFactor, One, signed(2, 3)),
    row(0x0207_0100, Phases, "phase angle", PhaseAngle, Degree, unsigned(2, 1)),
    row(0x0208_0100, Phases, "voltage distortion", Distortion, Percent, unsigned(2, 2)),
    row(0x0209_0100, Phases, "current distortion", Distortion, Percent, unsigned(2, 2)),
    row(0x020A_0101, Harmonics, "voltage harmonic content", HarmonicContent, Percent, unsigned(2, 2)),
    row(0x020B_0101, Harmonics, "current harmonic content", HarmonicContent, Percent, unsigned(2, 2)),
    row(0x0280_0001, Only, "neutral current", Current, Ampere, unsigned(3, 3)),
    row(0x0280_0002, Only, "frequency", Frequency, Hertz, unsigned(2, 2)),
    row(0x0280_0003, Only, "active power, average of one minute", Power, Kilowatt, unsigned(3, 4)),
    row(0x0280_0004, Only, "present active demand", Power, Kilowatt, signed(3, 4)),
    row(0x0280_0005, Only, "present reactive demand", ReactivePower, Kilovar, signed(3, 4)),
    row(0x0280_0006, Only, "present apparent demand", ApparentPower, KilovoltAmpere, signed(3, 4)),
    row(0x0280_0007, Only, "internal temperature", InternalTemperature, Celsius, signed(2, 1)),
    row(0x0280_0008, Only, "clock battery voltage", Voltage, Volt, unsigned(2, 2)),
    row(0x0280_0009, Only, "outage reading battery voltage", Voltage, Volt, unsigned(2, 2)),
    minutes(0x0280_000A, "battery working time", 4),
    price(0x0280_000B, Only, "present price"),
    // Parameters.
    row(0x0400_0101, Only, "date", Date, One, Format::Date),
    row(0x0400_0102, Only, "time", DateTime, One, Format::Time),
    minutes(0x0400_0103, "maximum demand period", 1),
    minutes(0x0400_0104, "sliding time", 1),
    row(0x0400_0105, Only, "calibration pulse width", Duration, Millisecond, unsigned(2, 0)),
    minute(0x0400_0106, "switch time of the year zones"),
    minute(0x0400_0107, "switch time of the day slots"),
    minute(0x0400_0108, "switch time of the tariff prices"),
    minute(0x0400_0109, "switch time of the ladders"),
    row(0x0400_010C, Only, "date and time", DateTime, One, Format::DateAndTime),
    count(0x0400_0201, "year zones"),
    count(0x0400_0202, "day slot tables"),
    count(0x0400_0203, "day slots"),
    count(0x0400_0204, "tariffs"),
    row(0x0400_0205, Only, "public holidays", Count, One, unsigned(2, 0)),
    count(0x0400_0206, "harmonics analysed"),
    count(0x0400_0207, "ladders"),
    count(0x0400_0208, "keys"),
    count(0x0400_0301, "screens shown in turn"),
    delay(0x0400_0302, "time of a screen"),
    count(0x0400_0303, "decimals of shown energy"),
    count(0x0400_0304, "decimals of shown power"),
    count(0x0400_0305, "screens shown by key"),
    row(0x0400_0306, Only, "current transformer ratio", Ratio, One, unsigned(3, 0)),
    row(0x0400_0307, Only, "voltage transformer ratio", Ratio, One, unsigned(3, 0)),
    delay(0x0400_0308, "time of the full screen at power-on"),
    row(0x0400_0401, Only, "address", Address, One, unsigned(6, 0)),
    row(0x0400_0402, Only, "meter number", Identification, One, unsigned(6, 0)),
    row(0x0400_0409, Only, "active constant", MeterConstant, PulsePerKilowattHour, unsigned(3, 0)),
    row(0x0400_040A, Only, "reactive constant", MeterConstant, PulsePerKilovarHour, unsigned(3, 0)),
    row(0x0400_040E, Only, "customer number", Identification, One, unsigned(6, 0)),
    count(0x0400_0802, "day slot table of rest days"),
    minutes(0x0400_0A02, "interval of load records of class 1", 2),
    minutes(0x0400_0A03, "interval of load records of class 2", 2),
    minutes(0x0400_0A04, "interval of load records of class 3", 2),
    minutes(0x0400_0A05, "interval of load records of class 4", 2),
    minutes(0x0400_0A06, "interval of load records of class 5", 2),
    minutes(0x0400_0A07, "interval of load records of class 6", 2),
    loss(0x0400_0D01, "conductance coefficient, phase A"),
    loss(0x0400_0D02, "susceptance coefficient, phase A"),
    loss(0x0400_0D03, "resistance coefficient, phase A"),
    loss(0x0400_0D04, "reactance coefficient, phase A"),
    loss(0x0400_0D05, "conductance coefficient, phase B"),
    loss(0x0400_0D06, "susceptance coefficient, phase B"),
    loss(0x0400_0D07, "resistance coefficient, phase B"),
    loss(0x0400_0D08, "reactance coefficient, phase B"),
    loss(0x0400_0D09, "conductance coefficient, phase C"),
    loss(0x0400_0D0A, "susceptance coefficient, phase C"),
    loss(0x0400_0D0B, "resistance coefficient, phase C"),
    loss(0x0400_0D0C, "reactance coefficient, phase C"),
    power(0x0400_0E01, "forward active power upper limit"),
    power(0x0400_0E02, "reverse active power upper limit"),
    voltage(0x0400_0E03, "voltage upper limit"),
    voltage(0x0400_0E04, "voltage lower limit"),
    energy(0x0400_0F01, Only, "alarm energy limit 1"),
    energy(0x0400_0F02, Only, "alarm energy limit 2"),
    energy(0x0400_0F03, Only, "hoarded energy limit"),
    energy(0x0400_0F04, Only, "overdrawn energy limit"),
    money(0x0400_1001, "alarm money limit 1"),
    money(0x0400_1002, "alarm money limit 2"),
    money(0x0400_1003, "overdrawn money limit"),
    money(0x0400_1004, "hoarded money limit"),
    money(0x0400_1005, "close permission money limit"),
    minute(0x0400_1201, "start of hourly freezes"),
    minutes(0x0400_1202, "interval of hourly freezes", 1),
    minutes(0x0400_1401, "trip delay", 2),
    minutes(0x0400_1403, "delay of tripping by current", 2),
    minutes(0x0400_1404, "validity of infrared authentication", 1),
    minutes(0x0400_1405, "delay of resetting the report word", 1),
    price(0x0405_0101, Prices, "price of set 1"),
    price(0x0405_0201, Prices, "price of set 2"),
    row(0x0406_0001, Numbered, "set 1, value of ladder", Energy, KilowattHour, unsigned(4, 2)),
    price(0x0406_0101, Numbered, "set 1, price of ladder"),
    row(0x0406_0201, Numbered, "set 2, value of ladder", Energy, KilowattHour, unsigned(4, 2)),
    price(0x0406_0301, Numbered, "set 2, price of ladder"),
    // Limits of events.
    voltage(0x0409_0101, "loss of voltage, voltage upper limit"),
    voltage(0x0409_0102, "loss of voltage, restored voltage lower limit"),
    current(0x0409_0103, "loss of voltage, current lower limit"),
    delay(0x0409_0104, "loss of voltage, delay"),
    voltage(0x0409_0201, "undervoltage, voltage upper limit"),
    delay(0x0409_0202, "undervoltage, delay"),
    voltage(0x0409_0301, "overvoltage, voltage lower limit"),
    delay(0x0409_0302, "overvoltage, delay"),
    voltage(0x0409_0401, "phase break, voltage upper limit"),
    current(0x0409_0402, "phase break, current upper limit"),
    delay(0x0409_0403, "phase break, delay"),
    unbalance(0x0409_0501, "voltage unbalance, limit"),
    delay(0x0409_0502, "voltage unbalance, delay"),
    unbalance(0x0409_0601, "current unbalance, limit"),
    delay(0x0409_0602, "current unbalance, delay"),
    voltage(0x0409_0701, "loss of current, voltage lower limit"),
    current(0x0409_0702, "loss of current, current upper limit"),
    current(0x0409_0703, "loss of current, current lower limit"),
    delay(0x0409_0704, "loss of current, delay"),
    row(0x0409_0801, Only, "overcurrent, current lower limit", Current, Ampere, unsigned(2, 1)),
    delay(0x0409_0802, "overcurrent, delay"),
    voltage(0x0409_0901, "current break, voltage lower limit"),
    current(0x0409_0902, "current break, current upper limit"),
    delay(0x0409_0903, "current break, delay"),
    power(0x0409_0A01, "reversal, active power lower limit"),
    delay(0x0409_0A02, "reversal, delay"),
    power(0x0409_0B01, "overload, active power lower limit"),
    delay(0x0409_0B02, "overload, delay"),
    voltage(0x0409_0C01, "voltage assessment, upper limit"),
    voltage(0x0409_0C02, "voltage assessment, lower limit"),
    power(0x0409_0D01, "active demand, limit"),
    row(0x0409_0D02, Only, "reactive demand, limit", ReactivePower, Kilovar, unsigned(3, 4)),
    delay(0x0409_0D03, "demand, delay"),
    row(0x0409_0E01, Only, "power factor, lower limit", PowerFactor, One, unsigned(2, 3)),
    delay(0x0409_0E02, "power factor, delay"),
    unbalance(0x0409_0F01, "severe current unbalance, limit"),
    delay(0x0409_0F02, "severe current unbalance, delay"),
];
