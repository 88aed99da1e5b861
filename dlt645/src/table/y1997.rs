//! DL/T 645-1997, annex A.

use super::ValueShape::{One as Only, Phases};
use super::words::{GRID_1997, RUN_1997, WEEKEND};
use super::{
    Field, Group, Parts, RecordRow, RecordShape, ValueRow, ValueShape, ended, field, group, kind, record, row,
};
use crate::Identifier;
use crate::layout::{Back, Content, Part, Place, Run, Separators};

/// Two bits of DI1: how many months back.
const MONTHS: u8 = 0x0C;

/// What the identifier names if it is of the row. F in the low digit names a block, with AA behind it.
pub(super) const fn values(row: &ValueRow, number: u16) -> Option<Content> {
    let [di1, di0] = number.to_be_bytes();
    let [_, _, row1, row0] = row.number.to_be_bytes();
    let this = Identifier::Y1997(number);
    let digit = di0 & 0x0F;
    match row.shape {
        ValueShape::One if number as u32 == row.number => return row.one(this, Place::ONE),
        _ if di0 & 0xF0 != row0 & 0xF0 => return None,
        _ => {}
    }
    match (row.shape, digit) {
        (Phases, 0x0F) if di1 == row1 => {
            let (first, identifier) = (row0 & 0x0F, Identifier::Y1997(row.number as u16));
            row.series(identifier, Place::of(Part::phase(first)), block(Run::phases(4 - first, 1)))
        }
        (Phases, 0..=3) if di1 == row1 && di0 >= row0 => row.one(this, Place::of(Part::phase(digit))),
        _ => None,
    }
}

/// What the identifier names if it is of the row: blocks one after the other, each with AA behind it.
pub(super) const fn records(row: &RecordRow, number: u16) -> Option<Content> {
    let [di1, di0] = number.to_be_bytes();
    let [_, _, row1, row0] = row.number.to_be_bytes();
    let (high, digit) = (di0 >> 4, di0 & 0x0F);
    match row.shape {
        RecordShape::One if number as u32 == row.number => row.at(Place::ONE, Separators::Ends),
        RecordShape::Set if di1 & !MONTHS == row1 => match months(di1) {
            Some(back) if di0 == row0 => row.at(Place { back, ..Place::ONE }, Separators::Ends),
            Some(back) => tariffs_of(row, number, back),
            None => None,
        },
        _ if di1 != row1 => None,
        RecordShape::Numbered { last } if high == row0 >> 4 && digit >= 1 && digit <= last => {
            row.at(Place::of(Part::Number(digit)), Separators::None)
        }
        RecordShape::Slots if high >= 3 && high <= 0x0A && digit >= 1 && digit <= 10 => {
            row.at(Place::of(Part::Entry(high - 2, digit)), Separators::None)
        }
        RecordShape::Curves if digit == 0 && di0 >= row0 => {
            row.at(Place::of(Part::Number(high)), Separators::None)
        }
        _ => None,
    }
}

/// One of the groups of a set: one of its tariffs, or all of them.
const fn tariffs_of(row: &RecordRow, number: u16, back: Back) -> Option<Content> {
    let [di1, di0] = number.to_be_bytes();
    let total = u16::from_be_bytes([di1 & !MONTHS, di0 & 0xF0]);
    let (first, part, run) = match di0 & 0x0F {
        0x0F => (number & !0x0F, Part::Total, block(Run::parts(15, 1))),
        tariff => (number, Part::tariff(tariff), Run::ONE),
    };
    let mut groups = row.named.groups;
    while let [group, rest @ ..] = groups {
        if let (Some(own), [field]) = (group.first, group.fields)
            && own == total
        {
            let first = field.point(Identifier::Y1997(first), None, Place { part, back });
            return Some(Content::Series { first, run });
        }
        groups = rest;
    }
    None
}

/// How far back, up to 2 months.
const fn months(di1: u8) -> Option<Back> {
    match (di1 & MONTHS) >> 2 {
        back @ 0..=2 => Some(Back::Months(back)),
        _ => None,
    }
}

/// Values one after the other, and AA behind them.
const fn block(run: Run) -> Run {
    Run { ends: true, ..run }
}

static ENERGIES: [Field; 8] = [
    field("forward active energy", "正向有功电能", kind::ENERGY),
    field("reverse active energy", "反向有功电能", kind::ENERGY),
    field("forward reactive energy", "正向无功电能", kind::REACTIVE_ENERGY),
    field("reverse reactive energy", "反向无功电能", kind::REACTIVE_ENERGY),
    field("reactive energy of quadrant 1", "一象限无功电能", kind::REACTIVE_ENERGY),
    field("reactive energy of quadrant 4", "四象限无功电能", kind::REACTIVE_ENERGY),
    field("reactive energy of quadrant 2", "二象限无功电能", kind::REACTIVE_ENERGY),
    field("reactive energy of quadrant 3", "三象限无功电能", kind::REACTIVE_ENERGY),
];

static MAXIMA: [Field; 8] = [
    field("forward active maximum demand", "正向有功最大需量", kind::POWER),
    field("reverse active maximum demand", "反向有功最大需量", kind::POWER),
    field("forward reactive maximum demand", "正向无功最大需量", kind::REACTIVE_POWER),
    field("reverse reactive maximum demand", "反向无功最大需量", kind::REACTIVE_POWER),
    field("reactive maximum demand of quadrant 1", "一象限无功最大需量", kind::REACTIVE_POWER),
    field("reactive maximum demand of quadrant 4", "四象限无功最大需量", kind::REACTIVE_POWER),
    field("reactive maximum demand of quadrant 2", "二象限无功最大需量", kind::REACTIVE_POWER),
    field("reactive maximum demand of quadrant 3", "三象限无功最大需量", kind::REACTIVE_POWER),
];

static MAXIMUM_TIMES: [Field; 8] = [
    field("time of the forward active maximum demand", "正向有功最大需量发生时间", kind::YEARLY),
    field("time of the reverse active maximum demand", "反向有功最大需量发生时间", kind::YEARLY),
    field("time of the forward reactive maximum demand", "正向无功最大需量发生时间", kind::YEARLY),
    field("time of the reverse reactive maximum demand", "反向无功最大需量发生时间", kind::YEARLY),
    field("time of the reactive maximum demand of quadrant 1", "一象限无功最大需量发生时间", kind::YEARLY),
    field("time of the reactive maximum demand of quadrant 4", "四象限无功最大需量发生时间", kind::YEARLY),
    field("time of the reactive maximum demand of quadrant 2", "二象限无功最大需量发生时间", kind::YEARLY),
    field("time of the reactive maximum demand of quadrant 3", "三象限无功最大需量发生时间", kind::YEARLY),
];

/// Fields of the same kind, each with its tariffs and an AA, from an identifier on.
const fn tariffs<const N: usize>(mut first: u16, mut fields: &'static [Field]) -> [Group; N] {
    let mut groups = [ended(Parts::Tariffs, &[]); N];
    let mut left: &mut [Group] = &mut groups;
    while let ([field, rest @ ..], [group, groups @ ..]) = (fields, left) {
        *group = ended(Parts::Tariffs, core::slice::from_ref(field)).from(first);
        (fields, left) = (rest, groups);
        first += 0x10;
    }
    groups
}

static ACTIVE_ENERGIES: [Group; 2] = tariffs(0x9010, ENERGIES.split_at(2).0);
static REACTIVE_ENERGIES: [Group; 6] = tariffs(0x9110, ENERGIES.split_at(2).1);
static ACTIVE_MAXIMA: [Group; 2] = tariffs(0xA010, MAXIMA.split_at(2).0);
static REACTIVE_MAXIMA: [Group; 6] = tariffs(0xA110, MAXIMA.split_at(2).1);
static ACTIVE_TIMES: [Group; 2] = tariffs(0xB010, MAXIMUM_TIMES.split_at(2).0);
static REACTIVE_TIMES: [Group; 6] = tariffs(0xB110, MAXIMUM_TIMES.split_at(2).1);

const VOLTAGE: Field = field("voltage", "电压", kind::VOLTAGE_2_0);
const CURRENT: Field = field("current", "电流", kind::CURRENT_2_2);
const ACTIVE_POWER: Field = field("active power", "瞬时有功功率", kind::POWER);
const FORWARD_LIMIT: Field = field("forward active power upper limit", "正向有功功率上限值", kind::POWER_2_2);
const REVERSE_LIMIT: Field = field("reverse active power upper limit", "反向有功功率上限值", kind::POWER_2_2);
const REACTIVE_POWER: Field = field("reactive power", "瞬时无功功率", kind::REACTIVE_POWER_2_2);
const POWER_FACTOR: Field = field("power factor", "功率因数", kind::POWER_FACTOR);
const DATE: Field = field("date", "日期及周次", kind::DATE);
const TIME: Field = field("time", "时间", kind::CLOCK);
const TARIFF: Field = field("tariff", "费率号", kind::COUNT_1);
const TABLE: Field = field("day slot table", "日时段表号", kind::COUNT_1);

static VARIABLES: [Group; 6] = [
    ended(Parts::Phases, &[VOLTAGE]).from(0xB611),
    ended(Parts::Phases, &[CURRENT]).from(0xB621),
    group(Parts::TotalAndPhases, &[ACTIVE_POWER]).from(0xB630),
    ended(Parts::One, &[FORWARD_LIMIT, REVERSE_LIMIT]).from(0xB634),
    ended(Parts::TotalAndPhases, &[REACTIVE_POWER]).from(0xB640),
    ended(Parts::TotalAndPhases, &[POWER_FACTOR]).from(0xB650),
];
/// The limits follow the powers.
static POWERS: [Group; 2] = [
    group(Parts::TotalAndPhases, &[ACTIVE_POWER]).from(0xB630),
    ended(Parts::One, &[FORWARD_LIMIT, REVERSE_LIMIT]).from(0xB634),
];
static CLOCK: [Group; 1] = [ended(Parts::One, &[DATE, TIME]).from(0xC010)];
static ZONE: [Group; 1] = [ended(Parts::One, &[TABLE, field("start", "起始时间", kind::MONTH_DAY)])];
static SLOT: [Group; 1] = [ended(Parts::One, &[TARIFF, field("start", "起始时间", kind::HOUR_MINUTE)])];

/// How the points of a load curve are scaled is not known.
static CURVE: [Group; 1] = [ended(Parts::Rest, &[field("point", "点", kind::CURVE_POINT)])];

#[rustfmt::skip]
pub(super) static RECORDS: &[RecordRow] = &[
    record(0x90FF, RecordShape::Set, "active energies", "有功电能集合", &ACTIVE_ENERGIES),
    record(0x91FF, RecordShape::Set, "reactive energies", "无功电能集合", &REACTIVE_ENERGIES),
    record(0xA0FF, RecordShape::Set, "active maximum demands", "有功最大需量集合", &ACTIVE_MAXIMA),
    record(0xA1FF, RecordShape::Set, "reactive maximum demands", "无功最大需量集合", &REACTIVE_MAXIMA),
    record(0xB0FF, RecordShape::Set, "times of the active maximum demands", "有功最大需量发生时间集合", &ACTIVE_TIMES),
    record(0xB1FF, RecordShape::Set, "times of the reactive maximum demands", "无功最大需量发生时间集合", &REACTIVE_TIMES),
    record(0xB63F, RecordShape::One, "active powers", "有功功率数据块", &POWERS),
    record(0xB6FF, RecordShape::One, "variables", "变量集合", &VARIABLES),
    record(0xC01F, RecordShape::One, "clock", "日期时间数据块", &CLOCK).read_write(),
    record(0xC320, RecordShape::Numbered { last: 14 }, "year zone", "时区", &ZONE).read_write(),
    record(0xC330, RecordShape::Slots, "day slot table", "日时段表", &SLOT).read_write(),
    record(0xC410, RecordShape::Numbered { last: 13 }, "public holiday", "公共假日", &ZONE).read_write(),
    record(0xD100, RecordShape::Curves, "load curve of forward active energy", "正向有功总电能负荷记录", &CURVE),
    record(0xD210, RecordShape::Curves, "load curve of maximum demand", "最大需量负荷记录", &CURVE),
];

#[rustfmt::skip]
pub(super) static VALUES: &[ValueRow] = &[
    // Of meters in the field (DTSD22, DTSF22), beside the standard.
    row(0x9000, Only, field("combined active energy", "组合有功电能", kind::ENERGY)),
    row(0xB210, Only, field("last programming", "最近一次编程时间", kind::YEARLY)),
    row(0xB211, Only, field("last maximum demand clearing", "最近一次最大需量清零时间", kind::YEARLY)),
    row(0xB212, Only, field("programmings", "编程次数", kind::COUNT_2)),
    row(0xB213, Only, field("maximum demand clearings", "最大需量清零次数", kind::COUNT_2)),
    row(0xB214, Only, field("battery working time", "电池工作时间", kind::MINUTES_3)),
    row(0xB310, Phases, field("phase breaks", "断相次数", kind::COUNT_2)),
    row(0xB320, Phases, field("time of phase breaks", "断相时间累计值", kind::MINUTES_3)),
    row(0xB330, Phases, field("start of the last phase break", "最近一次断相起始时刻", kind::YEARLY)),
    row(0xB340, Phases, field("end of the last phase break", "最近一次断相结束时刻", kind::YEARLY)),
    row(0xB611, Phases, VOLTAGE),
    row(0xB621, Phases, CURRENT),
    row(0xB634, Only, FORWARD_LIMIT).read_write(),
    row(0xB635, Only, REVERSE_LIMIT).read_write(),
    row(0xB630, Phases, ACTIVE_POWER),
    row(0xB640, Phases, REACTIVE_POWER),
    row(0xB650, Phases, POWER_FACTOR),
    // Of newer meters.
    row(0xB660, Phases, field("apparent power", "瞬时视在功率", kind::APPARENT_POWER)),
    // Between A and B, B and C, C and A.
    row(0xB691, Phases, field("line voltage", "线电压", kind::VOLTAGE_2_0)),
    row(0xC010, Only, DATE).read_write(),
    row(0xC011, Only, TIME).read_write(),
    row(0xC020, Only, field("run status", "电表运行状态字", RUN_1997)).read_write(),
    row(0xC021, Only, field("grid status", "电网状态字", GRID_1997)).read_write(),
    row(0xC022, Only, field("rest days", "周休日状态字", WEEKEND)).read_write(),
    row(0xC030, Only, field("active constant", "电表常数（有功）", kind::ACTIVE_CONSTANT)).read_write(),
    row(0xC031, Only, field("reactive constant", "电表常数（无功）", kind::REACTIVE_CONSTANT)).read_write(),
    row(0xC032, Only, field("meter number", "表号", kind::DIGITS_6)).read_write(),
    row(0xC033, Only, field("user number", "用户号", kind::DIGITS_6)).read_write(),
    row(0xC034, Only, field("equipment code", "设备码", kind::DIGITS_6)).read_write(),
    row(0xC111, Only, field("maximum demand period", "最大需量周期", kind::MINUTES_1)).read_write(),
    row(0xC112, Only, field("sliding time", "滑差时间", kind::MINUTES_1)).read_write(),
    row(0xC113, Only, field("time of a screen", "循显时间", kind::SECONDS)).read_write(),
    row(0xC114, Only, field("time of a held screen", "停显时间", kind::SECONDS)).read_write(),
    row(0xC115, Only, field("decimals of shown energy", "显示电能小数位数", kind::COUNT_1)).read_write(),
    row(0xC116, Only, field("decimals of shown power", "显示功率（最大需量）小数位数", kind::COUNT_1)).read_write(),
    row(0xC117, Only, field("settlement day", "自动抄表日期", kind::DAY_HOUR)).read_write(),
    row(0xC118, Only, field("load representative day", "负荷代表日", kind::COUNT_1)).read_write(),
    row(0xC119, Only, field("start value of active energy", "有功电能起始读数", kind::ENERGY_4_1)).read_write(),
    row(0xC11A, Only, field("start value of reactive energy", "无功电能起始读数", kind::REACTIVE_ENERGY_4_1)).read_write(),
    row(0xC211, Only, field("output pulse width", "输出脉冲宽度", kind::MILLISECONDS)).read_write(),
    row(0xC212, Only, field("password", "密码权限及密码", kind::PASSWORD)).read_write(),
    row(0xC310, Only, field("year zones", "年时区数", kind::COUNT_1)).read_write(),
    row(0xC311, Only, field("day slot tables", "日时段表数", kind::COUNT_1)).read_write(),
    row(0xC312, Only, field("day slots", "日时段数", kind::COUNT_1)).read_write(),
    row(0xC313, Only, field("tariffs", "费率数", kind::COUNT_1)).read_write(),
    row(0xC314, Only, field("public holidays", "公共假日数", kind::COUNT_1)).read_write(),
    row(0xC41E, Only, field("day slot table of rest days", "周休日采用的日时段表号", kind::COUNT_1)).read_write(),
    row(0xC510, Only, field("start of load records", "负荷记录起始时间", kind::YEARLY)).read_write(),
    row(0xC511, Only, field("interval of load records", "负荷记录间隔时间", kind::MINUTES_2)).read_write(),
];
