//! DL/T 645-2007: how its identifiers are made, and tables A.1 to A.3: energy, maximum demand, variables.

use meter_value::Quantity::{
    ApparentEnergy, ApparentPower, Current, Distortion, Duration, Energy, Frequency, HarmonicContent,
    InternalTemperature, Money, PhaseAngle, Power, PowerFactor, Price, ReactiveEnergy, ReactivePower,
    Voltage,
};
use meter_value::Unit::{
    Ampere, Celsius, Degree, Hertz, Kilovar, KilovarHour, KilovoltAmpere, KilovoltAmpereHour, Kilowatt,
    KilowattHour, Minute, One, Percent, Volt, Yuan, YuanPerKilowattHour,
};
use meter_value::bcd::Sign::{self, TopBit, Unsigned};
use meter_value::{Quantity, Unit};

use super::Shape::{self, Harmonics, One as Only, Phases, Tariffs, TariffsAndPhases, TotalAndPhases};
use super::events::{COUNT, TOTAL_TIME};
use super::{EventPhases, Field, Named, Row, field, row, series, signed, single, unsigned};
use crate::Identifier;
use crate::format::Format;
use crate::layout::{Back, Content, Part, Place, Run, Separators, Through, Title, nth};

/// Between DI2 of the total and of phase A, and from phase to phase.
const PHASE_STEP: u8 = 0x14;

/// Stands for all in an octet of an identifier.
const ALL: u8 = 0xFF;

/// What the identifier names if it is of the row.
pub(super) const fn content(row: &Row, number: u32) -> Option<Content> {
    let [di3, di2, di1, di0] = number.to_be_bytes();
    let [row3, row2, row1, row0] = row.number.to_be_bytes();
    if di3 != row3 {
        return None;
    }
    match row.shape {
        Tariffs | TariffsAndPhases | TotalAndPhases => return totals(row, number),
        Shape::Events { phases, time } => return events(row, number, phases, time),
        _ if di2 != row2 => return None,
        _ => {}
    }
    let this = Identifier::Y2007(number);
    let numbered = Identifier::Y2007(number & !0xFF | 1);
    match (row.shape, di1, di0) {
        (Only, _, _) if number == row.number => single(row, this, Place::ONE),
        (Phases, ALL, 0) => {
            series(row, Identifier::Y2007(row.number), Part::phase(row1), Run::phases(4 - row1, 0x100))
        }
        (Phases, 0..=3, 0) if di1 >= row1 => single(row, this, Place::of(Part::phase(di1))),
        (Harmonics, 1..=3, ALL) => series(row, numbered, Part::Harmonic(di1, 1), Run::parts(21, 1)),
        (Harmonics, 1..=3, 1..=21) => single(row, this, Place::of(Part::Harmonic(di1, di0))),
        (Shape::Prices, _, ALL) if di1 == row1 => series(row, numbered, Part::Tariff(1), Run::parts(63, 1)),
        (Shape::Prices, _, 1..=63) if di1 == row1 => single(row, this, Place::of(Part::Tariff(di0))),
        (Shape::Numbered { last }, _, _) if di1 == row1 && di0 >= row0 && di0 <= last => {
            single(row, this, Place::of(Part::Number(di0 - row0 + 1)))
        }
        (Shape::Records { last }, _, _) if di1 == row1 && di0 >= 1 && di0 <= last => {
            single(row, this, Place { back: Back::Record(di0), ..Place::ONE })
        }
        (Shape::PhaseRecords, 1..=3, 1..=10) => {
            single(row, this, Place { part: Part::Phase(di1), back: Back::Record(di0) })
        }
        (Shape::PhaseMonths, 0..=3, 0..=12) => {
            single(row, this, Place { part: Part::phase(di1), back: Back::Months(di0) })
        }
        (Shape::Fields, _, 1..=10) => fields(row, number, Part::One),
        (Shape::Freezes { last }, _, _) if di0 >= 1 && di0 <= last => freeze(row, number),
        (Shape::Load { class }, 0, 0..=2) => match row.names {
            Named::Record(name, _) => Some(Content::Load { title: Title { name, place: Place::ONE }, class }),
            Named::Value(_) => None,
        },
        _ => None,
    }
}

/// Totals, tariffs and phases, now and on settlement days.
const fn totals(row: &Row, number: u32) -> Option<Content> {
    let [_, di2, di1, di0] = number.to_be_bytes();
    let [_, row2, ..] = row.number.to_be_bytes();
    let Some(above) = di2.checked_sub(row2) else { return None };
    let phase = match row.shape {
        TariffsAndPhases | TotalAndPhases if above % PHASE_STEP == 0 && above / PHASE_STEP <= 3 => {
            above / PHASE_STEP
        }
        _ if above == 0 => 0,
        _ => return None,
    };
    let has_tariffs = phase == 0 && !matches!(row.shape, TotalAndPhases);
    let part = match di1 {
        0..=63 if has_tariffs => Part::tariff(di1),
        ALL if has_tariffs => Part::Total,
        0 => Part::phase(phase),
        _ => return None,
    };
    let (first, days, run) = match (di1, di0) {
        (ALL, 0..=12) => (number & !0xFF00, di0, Run::parts(64, 0x100)),
        (0..ALL, ALL) => (number & !0xFF, 0, Run { through: Through::Back, ..Run::parts(13, 1) }),
        (0..ALL, 0..=12) => (number, di0, Run::ONE),
        _ => return None,
    };
    let Named::Value(field) = row.names else { return None };
    let (identifier, place) = (Identifier::Y2007(first), Place { part, back: Back::SettlementDays(days) });
    Some(Content::Series { identifier, record: None, field, first: place, run })
}

/// A record, or one of its fields: of one record, or of the last ten.
const fn fields(row: &Row, number: u32, part: Part) -> Option<Content> {
    let [.., di1, di0] = number.to_be_bytes();
    let Named::Record(name, groups) = row.names else { return None };
    let (first, record, run) = match di0 {
        1..=10 => (number, di0, Run::ONE),
        ALL => (number & !0xFF | 1, 1, Run { through: Through::Record, ..Run::parts(10, 1) }),
        _ => return None,
    };
    let title = Title { name, place: Place { part, back: Back::Record(record) } };
    match (di1, di0) {
        (ALL, ALL) | (0, _) => None,
        (ALL, _) => Some(Content::Record { title, groups, separators: Separators::Numbered }),
        _ => match nth(groups, di1 as usize - 1) {
            Some((field, part)) => {
                let identifier = Identifier::Y2007(first);
                Some(Content::Series { identifier, record: Some(title), field, first: Place::of(part), run })
            }
            None => None,
        },
    }
}

/// The records of an event, one of their fields, or how often and how long it was.
const fn events(row: &Row, number: u32, phases: EventPhases, time: bool) -> Option<Content> {
    let [_, di2, di1, di0] = number.to_be_bytes();
    let part = match (phases, di2) {
        (EventPhases::None, 0) => Part::One,
        (EventPhases::Each | EventPhases::TotalAndEach, 1..=3) => Part::Phase(di2),
        (EventPhases::TotalAndEach, 0) if di1 == 0 => Part::Total,
        _ => return None,
    };
    let Named::Record(name, _) = row.names else { return None };
    let field = match (di1, di0) {
        (0, 1) => COUNT,
        (0, 2) if time => TOTAL_TIME,
        _ => return fields(row, number, part),
    };
    let (identifier, title) = (Identifier::Y2007(number), Title { name, place: Place::of(part) });
    Some(Content::Series { identifier, record: Some(title), field, first: Place::ONE, run: Run::ONE })
}

/// A freeze, or one of the groups in it.
const fn freeze(row: &Row, number: u32) -> Option<Content> {
    let [.., di1, di0] = number.to_be_bytes();
    let Named::Record(name, groups) = row.names else { return None };
    let title = Title { name, place: Place { back: Back::Record(di0), ..Place::ONE } };
    if di1 == ALL {
        return Some(Content::Record { title, groups, separators: Separators::Freeze });
    }
    // Active and reactive powers are two groups of one identifier.
    if di1 == 0x10 {
        return match groups {
            [_, _, _, _, _, _, _, _, _, _, _, variables @ ..] if !variables.is_empty() => {
                Some(Content::Record { title, groups: variables, separators: Separators::None })
            }
            _ => None,
        };
    }
    let mut groups = groups;
    let mut before = di1;
    while let [group, rest @ ..] = groups {
        if let (0, [field]) = (before, group.fields) {
            let count = group.parts.count(63);
            let (identifier, first) = (Identifier::Y2007(number), Place::of(group.parts.at(0)));
            let run = Run::parts(count, 0);
            return match di1 {
                0..=0x0A => {
                    Some(Content::Series { identifier, record: Some(title), field: *field, first, run })
                }
                _ => None,
            };
        }
        match before.checked_sub(1) {
            Some(left) => before = left,
            None => return None,
        }
        groups = rest;
    }
    None
}

const fn energy(number: u32, shape: Shape, english: &'static str, chinese: &'static str) -> Row {
    row(number, shape, field(english, chinese, Energy, KilowattHour, unsigned(4, 2)))
}

const fn reactive_energy(number: u32, english: &'static str, chinese: &'static str, format: Format) -> Row {
    row(number, TariffsAndPhases, field(english, chinese, ReactiveEnergy, KilovarHour, format))
}

const fn apparent_energy(number: u32, english: &'static str, chinese: &'static str) -> Row {
    row(number, TariffsAndPhases, field(english, chinese, ApparentEnergy, KilovoltAmpereHour, unsigned(4, 2)))
}

const fn maximum(
    number: u32,
    english: &'static str,
    chinese: &'static str,
    quantity: Quantity,
    unit: Unit,
    sign: Sign,
) -> Row {
    row(number, TariffsAndPhases, field(english, chinese, quantity, unit, Format::Maximum { sign }))
}

const fn money(number: u32, english: &'static str, chinese: &'static str) -> Row {
    row(number, Only, field(english, chinese, Money, Yuan, unsigned(4, 2)))
}

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    // Energy.
    row(0x0000_0000, Tariffs, field("combined active energy", "组合有功电能", Energy, KilowattHour, signed(4, 2))),
    energy(0x0001_0000, TariffsAndPhases, "forward active energy", "正向有功电能"),
    energy(0x0002_0000, TariffsAndPhases, "reverse active energy", "反向有功电能"),
    reactive_energy(0x0003_0000, "combined reactive energy 1", "组合无功1电能", signed(4, 2)),
    reactive_energy(0x0004_0000, "combined reactive energy 2", "组合无功2电能", signed(4, 2)),
    reactive_energy(0x0005_0000, "reactive energy of quadrant 1", "第一象限无功电能", unsigned(4, 2)),
    reactive_energy(0x0006_0000, "reactive energy of quadrant 2", "第二象限无功电能", unsigned(4, 2)),
    reactive_energy(0x0007_0000, "reactive energy of quadrant 3", "第三象限无功电能", unsigned(4, 2)),
    reactive_energy(0x0008_0000, "reactive energy of quadrant 4", "第四象限无功电能", unsigned(4, 2)),
    apparent_energy(0x0009_0000, "forward apparent energy", "正向视在电能"),
    apparent_energy(0x000A_0000, "reverse apparent energy", "反向视在电能"),
    energy(0x000B_0000, Only, "combined active energy of this settlement period", "当前结算周期组合有功总累计用电量"),
    energy(0x000B_0001, Only, "combined active energy of the settlement period before", "上1结算周期组合有功总累计用电量"),
    energy(0x0080_0000, TotalAndPhases, "associated energy", "关联电能"),
    energy(0x0081_0000, TotalAndPhases, "forward active energy of the fundamental", "正向有功基波电能"),
    energy(0x0082_0000, TotalAndPhases, "reverse active energy of the fundamental", "反向有功基波电能"),
    energy(0x0083_0000, TotalAndPhases, "forward active energy of the harmonics", "正向有功谐波电能"),
    energy(0x0084_0000, TotalAndPhases, "reverse active energy of the harmonics", "反向有功谐波电能"),
    energy(0x0085_0000, TotalAndPhases, "copper loss energy", "铜损有功电能补偿量"),
    energy(0x0086_0000, TotalAndPhases, "iron loss energy", "铁损有功电能补偿量"),
    energy(0x0090_0100, Only, "remaining energy", "剩余电量"),
    energy(0x0090_0101, Only, "overdrawn energy", "透支电量"),
    money(0x0090_0200, "remaining money", "剩余金额"),
    money(0x0090_0201, "overdrawn money", "透支金额"),
    // Maximum demand.
    maximum(0x0101_0000, "forward active maximum demand", "正向有功最大需量及发生时间", Power, Kilowatt, Unsigned),
    maximum(0x0102_0000, "reverse active maximum demand", "反向有功最大需量及发生时间", Power, Kilowatt, Unsigned),
    maximum(0x0103_0000, "combined reactive maximum demand 1", "组合无功1最大需量及发生时间", ReactivePower, Kilovar, TopBit),
    maximum(0x0104_0000, "combined reactive maximum demand 2", "组合无功2最大需量及发生时间", ReactivePower, Kilovar, TopBit),
    maximum(0x0105_0000, "reactive maximum demand of quadrant 1", "第一象限无功最大需量及发生时间", ReactivePower, Kilovar, Unsigned),
    maximum(0x0106_0000, "reactive maximum demand of quadrant 2", "第二象限无功最大需量及发生时间", ReactivePower, Kilovar, Unsigned),
    maximum(0x0107_0000, "reactive maximum demand of quadrant 3", "第三象限无功最大需量及发生时间", ReactivePower, Kilovar, Unsigned),
    maximum(0x0108_0000, "reactive maximum demand of quadrant 4", "第四象限无功最大需量及发生时间", ReactivePower, Kilovar, Unsigned),
    maximum(0x0109_0000, "forward apparent maximum demand", "正向视在最大需量及发生时间", ApparentPower, KilovoltAmpere, Unsigned),
    maximum(0x010A_0000, "reverse apparent maximum demand", "反向视在最大需量及发生时间", ApparentPower, KilovoltAmpere, Unsigned),
    // Variables.
    row(0x0201_0100, Phases, VOLTAGE),
    row(0x0202_0100, Phases, CURRENT),
    row(0x0203_0000, Phases, ACTIVE_POWER),
    row(0x0204_0000, Phases, REACTIVE_POWER),
    row(0x0205_0000, Phases, field("apparent power", "瞬时视在功率", ApparentPower, KilovoltAmpere, signed(3, 4))),
    row(0x0206_0000, Phases, POWER_FACTOR),
    row(0x0207_0100, Phases, field("phase angle", "相角", PhaseAngle, Degree, unsigned(2, 1))),
    row(0x0208_0100, Phases, field("voltage distortion", "电压波形失真度", Distortion, Percent, unsigned(2, 2))),
    row(0x0209_0100, Phases, field("current distortion", "电流波形失真度", Distortion, Percent, unsigned(2, 2))),
    row(0x020A_0101, Harmonics, field("voltage harmonic content", "电压谐波含量", HarmonicContent, Percent, unsigned(2, 2))),
    row(0x020B_0101, Harmonics, field("current harmonic content", "电流谐波含量", HarmonicContent, Percent, unsigned(2, 2))),
    // Of newer meters: between A and B, B and C, C and A.
    row(0x020C_0100, Phases, field("line voltage", "线电压", Voltage, Volt, unsigned(2, 1))),
    row(0x0280_0001, Only, NEUTRAL_CURRENT),
    row(0x0280_0002, Only, FREQUENCY),
    row(0x0280_0003, Only, field("active power, average of one minute", "一分钟有功总平均功率", Power, Kilowatt, unsigned(3, 4))),
    row(0x0280_0004, Only, field("present active demand", "当前有功需量", Power, Kilowatt, signed(3, 4))),
    row(0x0280_0005, Only, field("present reactive demand", "当前无功需量", ReactivePower, Kilovar, signed(3, 4))),
    row(0x0280_0006, Only, field("present apparent demand", "当前视在需量", ApparentPower, KilovoltAmpere, signed(3, 4))),
    row(0x0280_0007, Only, field("internal temperature", "表内温度", InternalTemperature, Celsius, signed(2, 1))),
    row(0x0280_0008, Only, field("clock battery voltage", "时钟电池电压", Voltage, Volt, unsigned(2, 2))),
    row(0x0280_0009, Only, field("outage reading battery voltage", "停电抄表电池电压", Voltage, Volt, unsigned(2, 2))),
    row(0x0280_000A, Only, field("battery working time", "内部电池工作时间", Duration, Minute, unsigned(4, 0))),
    row(0x0280_000B, Only, field("present price", "当前阶梯电价", Price, YuanPerKilowattHour, unsigned(4, 4))),
];

pub(super) const VOLTAGE: Field = field("voltage", "电压", Voltage, Volt, unsigned(2, 1));
pub(super) const CURRENT: Field = field("current", "电流", Current, Ampere, signed(3, 3));
pub(super) const ACTIVE_POWER: Field = field("active power", "瞬时有功功率", Power, Kilowatt, signed(3, 4));
pub(super) const REACTIVE_POWER: Field =
    field("reactive power", "瞬时无功功率", ReactivePower, Kilovar, signed(3, 4));
pub(super) const POWER_FACTOR: Field = field("power factor", "功率因数", PowerFactor, One, signed(2, 3));
pub(super) const NEUTRAL_CURRENT: Field =
    field("neutral current", "零线电流", Current, Ampere, unsigned(3, 3));
pub(super) const FREQUENCY: Field = field("frequency", "电网频率", Frequency, Hertz, unsigned(2, 2));
