//! DL/T 645-2007: how its identifiers are made, and tables A.1 to A.3: energy, maximum demand, variables.

use super::ValueShape::{
    Harmonics, Numbered, One as Only, Phases, PhasesByFour, Prices, Tariffs, TariffsAndPhases, TotalAndPhases,
};
use super::events::{COUNT, PHASE_TOTALS, TOTAL_TIME, TOTALS};
use super::{EventPhases, Field, Group, RecordRow, RecordShape, ValueRow, field, kind, row};
use crate::Identifier;
use crate::layout::{Back, Content, Part, Place, Run, Separators, Through, nth};

/// Between DI2 of the total and of phase A, and from phase to phase.
const PHASE_STEP: u8 = 0x14;

/// Stands for all in an octet of an identifier.
const ALL: u8 = 0xFF;

/// What the identifier names if it is of the row.
pub(super) const fn values(row: &ValueRow, number: u32) -> Option<Content> {
    let [di3, di2, di1, di0] = number.to_be_bytes();
    let [row3, row2, row1, row0] = row.number.to_be_bytes();
    if di3 != row3 {
        return None;
    }
    match row.shape {
        Tariffs | TariffsAndPhases | TotalAndPhases => return phases(row, number),
        _ if di2 != row2 => return None,
        _ => {}
    }
    let this = Identifier::Y2007(number);
    let numbered = Identifier::Y2007(number & !0xFF | 1);
    match (row.shape, di1, di0) {
        (Only, _, _) if number == row.number => row.one(this, Place::ONE),
        (Phases, ALL, 0) => {
            let run = Run::phases(4 - row1, 0x100);
            row.series(Identifier::Y2007(row.number), Place::of(Part::phase(row1)), run)
        }
        (Phases, 0..=3, 0) if di1 >= row1 => row.one(this, Place::of(Part::phase(di1))),
        (Harmonics, 1..=3, ALL) => row.series(numbered, Place::of(Part::Harmonic(di1, 1)), Run::parts(21, 1)),
        (Harmonics, 1..=3, 1..=21) => row.one(this, Place::of(Part::Harmonic(di1, di0))),
        (Prices, _, ALL) if di1 == row1 => {
            row.series(numbered, Place::of(Part::Tariff(1)), Run::parts(63, 1))
        }
        (Prices, _, 1..=63) if di1 == row1 => row.one(this, Place::of(Part::Tariff(di0))),
        (Numbered { first, last }, _, _) if di1 == row1 && di0 >= row0 && di0 <= last => {
            row.one(this, Place::of(Part::Number(di0 - row0 + first)))
        }
        (PhasesByFour, _, _) if di1 == row1 && di0 >= row0 && di0 <= row0 + 8 && (di0 - row0) % 4 == 0 => {
            row.one(this, Place::of(Part::Phase((di0 - row0) / 4 + 1)))
        }
        _ => None,
    }
}

/// What the identifier names if it is of the row.
pub(super) const fn records(row: &RecordRow, number: u32) -> Option<Content> {
    let [di3, di2, di1, di0] = number.to_be_bytes();
    let [row3, row2, row1, row0] = row.number.to_be_bytes();
    if di3 != row3 {
        return None;
    }
    match row.shape {
        RecordShape::Events { phases, time } => return events(row, number, phases, time),
        _ if di2 != row2 => return None,
        _ => {}
    }
    let place = match (row.shape, di1, di0) {
        (RecordShape::One, _, _) if number == row.number => Place::ONE,
        (RecordShape::Numbered { last }, _, _) if di1 == row1 && di0 >= row0 && di0 <= last => {
            Place::of(Part::Number(di0 - row0 + 1))
        }
        (RecordShape::Members, _, ALL) if di1 == row1 => Place::ONE,
        (RecordShape::Members, _, 1..) if di1 == row1 => return member(row, number),
        (RecordShape::CountedRecords, _, 0) if di1 == row1 => {
            return count(row, Identifier::Y2007(number), COUNT, Part::One);
        }
        (RecordShape::TimedRecords, _, 0) if di1 == row1 => return totals(row, &TOTALS),
        (RecordShape::PhaseRecords, 0, 0) => return totals(row, &PHASE_TOTALS),
        (RecordShape::Records | RecordShape::CountedRecords | RecordShape::TimedRecords, _, 1..=10)
            if di1 == row1 =>
        {
            Place { back: Back::Record(di0), ..Place::ONE }
        }
        (RecordShape::PhaseRecords, 1..=3, 1..=10) => {
            Place { part: Part::Phase(di1), back: Back::Record(di0) }
        }
        (RecordShape::PhaseMonths, 0..=3, 0..=12) => {
            Place { part: Part::phase(di1), back: Back::Months(di0) }
        }
        (RecordShape::Fields, _, 1..=10) => return fields(row, number, Part::One),
        (RecordShape::Freezes { last }, _, _) if di0 >= 1 && di0 <= last => return freeze(row, number),
        (RecordShape::Load { class }, 0, 0..=2) => {
            return Some(Content::Load { title: row.title(Place::ONE), class });
        }
        _ => return None,
    };
    row.at(place, Separators::None)
}

/// Totals, tariffs and phases, now and on settlement days.
const fn phases(row: &ValueRow, number: u32) -> Option<Content> {
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
    row.series(Identifier::Y2007(first), Place { part, back: Back::SettlementDays(days) }, run)
}

/// One of the fields of a record, which DI0 counts.
const fn member(row: &RecordRow, number: u32) -> Option<Content> {
    let [.., di0] = number.to_be_bytes();
    match nth(row.named.groups, di0 as usize - 1) {
        Some((field, part)) => {
            let first = field.point(Identifier::Y2007(number), None, Place::of(part));
            Some(Content::Series { first, run: Run::ONE })
        }
        None => None,
    }
}

/// How often an event was, or how long.
const fn count(row: &RecordRow, identifier: Identifier, field: Field, part: Part) -> Option<Content> {
    let first = field.point(identifier, Some(row.title(Place::of(part))), Place::ONE);
    Some(Content::Series { first, run: Run::ONE })
}

/// How often and how long an event was.
const fn totals(row: &RecordRow, groups: &'static [Group]) -> Option<Content> {
    Some(Content::Record { title: row.title(Place::ONE), groups, separators: Separators::None })
}

/// A record, or one of its fields: of one record, or of the last ten.
const fn fields(row: &RecordRow, number: u32, part: Part) -> Option<Content> {
    let [.., di1, di0] = number.to_be_bytes();
    let (first, record, run) = match di0 {
        1..=10 => (number, di0, Run::ONE),
        ALL => (number & !0xFF | 1, 1, Run { through: Through::Record, ..Run::parts(10, 1) }),
        _ => return None,
    };
    let place = Place { part, back: Back::Record(record) };
    match (di1, di0) {
        (ALL, ALL) | (0, _) => None,
        (ALL, _) => row.at(place, Separators::Numbered),
        _ => match nth(row.named.groups, di1 as usize - 1) {
            Some((field, part)) => {
                let title = Some(row.title(place));
                let first = field.point(Identifier::Y2007(first), title, Place::of(part));
                Some(Content::Series { first, run })
            }
            None => None,
        },
    }
}

/// The records of an event, one of their fields, or how often and how long it was.
const fn events(row: &RecordRow, number: u32, phases: EventPhases, time: bool) -> Option<Content> {
    let [_, di2, di1, di0] = number.to_be_bytes();
    let part = match (phases, di2) {
        (EventPhases::None, 0) => Part::One,
        (EventPhases::Each | EventPhases::TotalAndEach, 1..=3) => Part::Phase(di2),
        (EventPhases::TotalAndEach, 0) if di1 == 0 => Part::Total,
        _ => return None,
    };
    let field = match (di1, di0) {
        (0, 1) => COUNT,
        (0, 2) if time => TOTAL_TIME,
        _ => return fields(row, number, part),
    };
    count(row, Identifier::Y2007(number), field, part)
}

/// A freeze, or one of the groups in it.
const fn freeze(row: &RecordRow, number: u32) -> Option<Content> {
    let [.., di1, di0] = number.to_be_bytes();
    let place = Place { back: Back::Record(di0), ..Place::ONE };
    if di1 == ALL {
        return row.at(place, Separators::Freeze);
    }
    let (title, mut groups) = (row.title(place), row.named.groups);
    // Active and reactive powers are two groups of one identifier.
    if di1 == 0x10 {
        return match groups {
            [_, _, _, _, _, _, _, _, _, _, _, variables @ ..] if !variables.is_empty() => {
                Some(Content::Record { title, groups: variables, separators: Separators::None })
            }
            _ => None,
        };
    }
    let mut before = di1;
    while let [group, rest @ ..] = groups {
        if let (0, [field]) = (before, group.fields) {
            let place = Place::of(group.parts.at(0));
            let first = field.point(Identifier::Y2007(number), Some(title), place);
            let run = Run::parts(group.parts.count(63), 0);
            return match di1 {
                0..=0x0A => Some(Content::Series { first, run }),
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

/// None.
pub(super) static RECORDS: &[RecordRow] = &[];

#[rustfmt::skip]
pub(super) static VALUES: &[ValueRow] = &[
    // Energy.
    row(0x0000_0000, Tariffs, field("combined active energy", "组合有功电能", kind::SIGNED_ENERGY)),
    row(0x0001_0000, TariffsAndPhases, field("forward active energy", "正向有功电能", kind::ENERGY)),
    row(0x0002_0000, TariffsAndPhases, field("reverse active energy", "反向有功电能", kind::ENERGY)),
    row(0x0003_0000, TariffsAndPhases, field("combined reactive energy 1", "组合无功1电能", kind::SIGNED_REACTIVE_ENERGY)),
    row(0x0004_0000, TariffsAndPhases, field("combined reactive energy 2", "组合无功2电能", kind::SIGNED_REACTIVE_ENERGY)),
    row(0x0005_0000, TariffsAndPhases, field("reactive energy of quadrant 1", "第一象限无功电能", kind::REACTIVE_ENERGY)),
    row(0x0006_0000, TariffsAndPhases, field("reactive energy of quadrant 2", "第二象限无功电能", kind::REACTIVE_ENERGY)),
    row(0x0007_0000, TariffsAndPhases, field("reactive energy of quadrant 3", "第三象限无功电能", kind::REACTIVE_ENERGY)),
    row(0x0008_0000, TariffsAndPhases, field("reactive energy of quadrant 4", "第四象限无功电能", kind::REACTIVE_ENERGY)),
    row(0x0009_0000, TariffsAndPhases, field("forward apparent energy", "正向视在电能", kind::APPARENT_ENERGY)),
    row(0x000A_0000, TariffsAndPhases, field("reverse apparent energy", "反向视在电能", kind::APPARENT_ENERGY)),
    row(0x000B_0000, Only, field("combined active energy of this settlement period", "当前结算周期组合有功总累计用电量", kind::ENERGY)),
    row(0x000B_0001, Only, field("combined active energy of the settlement period before", "上1结算周期组合有功总累计用电量", kind::ENERGY)),
    row(0x0080_0000, TotalAndPhases, field("associated energy", "关联电能", kind::ENERGY)),
    row(0x0081_0000, TotalAndPhases, field("forward active energy of the fundamental", "正向有功基波电能", kind::ENERGY)),
    row(0x0082_0000, TotalAndPhases, field("reverse active energy of the fundamental", "反向有功基波电能", kind::ENERGY)),
    row(0x0083_0000, TotalAndPhases, field("forward active energy of the harmonics", "正向有功谐波电能", kind::ENERGY)),
    row(0x0084_0000, TotalAndPhases, field("reverse active energy of the harmonics", "反向有功谐波电能", kind::ENERGY)),
    row(0x0085_0000, TotalAndPhases, field("copper loss energy", "铜损有功电能补偿量", kind::ENERGY)),
    row(0x0086_0000, TotalAndPhases, field("iron loss energy", "铁损有功电能补偿量", kind::ENERGY)),
    row(0x0090_0100, Only, field("remaining energy", "剩余电量", kind::ENERGY)),
    row(0x0090_0101, Only, field("overdrawn energy", "透支电量", kind::ENERGY)),
    row(0x0090_0200, Only, field("remaining money", "剩余金额", kind::MONEY)),
    row(0x0090_0201, Only, field("overdrawn money", "透支金额", kind::MONEY)),
    // Maximum demand.
    row(0x0101_0000, TariffsAndPhases, field("forward active maximum demand", "正向有功最大需量及发生时间", kind::MAXIMUM)),
    row(0x0102_0000, TariffsAndPhases, field("reverse active maximum demand", "反向有功最大需量及发生时间", kind::MAXIMUM)),
    row(0x0103_0000, TariffsAndPhases, field("combined reactive maximum demand 1", "组合无功1最大需量及发生时间", kind::SIGNED_REACTIVE_MAXIMUM)),
    row(0x0104_0000, TariffsAndPhases, field("combined reactive maximum demand 2", "组合无功2最大需量及发生时间", kind::SIGNED_REACTIVE_MAXIMUM)),
    row(0x0105_0000, TariffsAndPhases, field("reactive maximum demand of quadrant 1", "第一象限无功最大需量及发生时间", kind::REACTIVE_MAXIMUM)),
    row(0x0106_0000, TariffsAndPhases, field("reactive maximum demand of quadrant 2", "第二象限无功最大需量及发生时间", kind::REACTIVE_MAXIMUM)),
    row(0x0107_0000, TariffsAndPhases, field("reactive maximum demand of quadrant 3", "第三象限无功最大需量及发生时间", kind::REACTIVE_MAXIMUM)),
    row(0x0108_0000, TariffsAndPhases, field("reactive maximum demand of quadrant 4", "第四象限无功最大需量及发生时间", kind::REACTIVE_MAXIMUM)),
    row(0x0109_0000, TariffsAndPhases, field("forward apparent maximum demand", "正向视在最大需量及发生时间", kind::APPARENT_MAXIMUM)),
    row(0x010A_0000, TariffsAndPhases, field("reverse apparent maximum demand", "反向视在最大需量及发生时间", kind::APPARENT_MAXIMUM)),
    // Variables.
    row(0x0201_0100, Phases, VOLTAGE),
    row(0x0202_0100, Phases, CURRENT),
    row(0x0203_0000, Phases, ACTIVE_POWER),
    row(0x0204_0000, Phases, REACTIVE_POWER),
    row(0x0205_0000, Phases, field("apparent power", "瞬时视在功率", kind::SIGNED_APPARENT_POWER)),
    row(0x0206_0000, Phases, POWER_FACTOR),
    row(0x0207_0100, Phases, field("phase angle", "相角", kind::PHASE_ANGLE)),
    row(0x0208_0100, Phases, field("voltage distortion", "电压波形失真度", kind::DISTORTION)),
    row(0x0209_0100, Phases, field("current distortion", "电流波形失真度", kind::DISTORTION)),
    row(0x020A_0101, Harmonics, field("voltage harmonic content", "电压谐波含量", kind::HARMONIC_CONTENT)),
    row(0x020B_0101, Harmonics, field("current harmonic content", "电流谐波含量", kind::HARMONIC_CONTENT)),
    // Of newer meters: between A and B, B and C, C and A.
    row(0x020C_0100, Phases, field("line voltage", "线电压", kind::VOLTAGE)),
    row(0x0280_0001, Only, NEUTRAL_CURRENT),
    row(0x0280_0002, Only, FREQUENCY),
    row(0x0280_0003, Only, field("active power, average of one minute", "一分钟有功总平均功率", kind::POWER)),
    row(0x0280_0004, Only, field("present active demand", "当前有功需量", kind::SIGNED_POWER)),
    row(0x0280_0005, Only, field("present reactive demand", "当前无功需量", kind::SIGNED_REACTIVE_POWER)),
    row(0x0280_0006, Only, field("present apparent demand", "当前视在需量", kind::SIGNED_APPARENT_POWER)),
    row(0x0280_0007, Only, field("internal temperature", "表内温度", kind::TEMPERATURE)),
    row(0x0280_0008, Only, field("clock battery voltage", "时钟电池电压", kind::VOLTAGE_2_2)),
    row(0x0280_0009, Only, field("outage reading battery voltage", "停电抄表电池电压", kind::VOLTAGE_2_2)),
    row(0x0280_000A, Only, field("battery working time", "内部电池工作时间", kind::MINUTES_4)),
    row(0x0280_000B, Only, field("present price", "当前阶梯电价", kind::PRICE)),
];

pub(super) const VOLTAGE: Field = field("voltage", "电压", kind::VOLTAGE);
pub(super) const CURRENT: Field = field("current", "电流", kind::SIGNED_CURRENT);
pub(super) const ACTIVE_POWER: Field = field("active power", "瞬时有功功率", kind::SIGNED_POWER);
pub(super) const REACTIVE_POWER: Field = field("reactive power", "瞬时无功功率", kind::SIGNED_REACTIVE_POWER);
pub(super) const POWER_FACTOR: Field = field("power factor", "功率因数", kind::SIGNED_POWER_FACTOR);
pub(super) const NEUTRAL_CURRENT: Field = field("neutral current", "零线电流", kind::CURRENT_3_3);
pub(super) const FREQUENCY: Field = field("frequency", "电网频率", kind::FREQUENCY);
