//! DL/T 645-1997, annex A.

use meter_value::Quantity::{
    ApparentPower, Count, Current, Date, DateTime, Duration, Energy, Identification, MeterConstant, Password,
    Power, PowerFactor, ReactiveEnergy, ReactivePower, Voltage,
};
use meter_value::Unit;
use meter_value::Unit::{
    Ampere, Kilovar, KilovarHour, KilovoltAmpere, Kilowatt, KilowattHour, Millisecond, Minute, One,
    PulsePerKilovarHour, PulsePerKilowattHour, Second, Volt,
};

use super::Shape::{Curves, Numbered, One as Only, Phases, Set, Slots, Tariffs};
use super::words::{GRID_1997, RUN_1997, WEEKEND, flags};
use super::{Field, Group, Named, Parts, Row, ended, field, group, record, row, series, single, unsigned};
use crate::Identifier;
use crate::format::Format;
use crate::layout::{Back, Content, Part, Place, Run, Separators, Title};
use crate::time::Form;

/// Two bits of DI1: how many months back.
const MONTHS: u8 = 0x0C;

/// What the identifier names if it is of the row. F in the low digit names a block.
pub(super) const fn content(row: &Row, number: u16) -> Option<Content> {
    let [di1, di0] = number.to_be_bytes();
    let [_, _, row1, row0] = row.number.to_be_bytes();
    let (high, digit) = (di0 >> 4, di0 & 0x0F);
    let is_above = di0 & 0xF0 == row0 & 0xF0;
    let this = Identifier::Y1997(number);
    let back = (di1 & MONTHS) >> 2;
    let is_back = di1 & !MONTHS == row1 && back <= 2;
    match row.shape {
        Tariffs if is_back && is_above => {
            let Named::Value(field) = row.names else { return None };
            let (identifier, part, run) = match digit {
                0x0F => (Identifier::Y1997(number & !0x0F), Part::Total, blocks(15)),
                _ => (this, Part::tariff(digit), Run::ONE),
            };
            let first = Place { part, back: Back::Months(back) };
            Some(Content::Series { identifier, record: None, field, first, run })
        }
        Set if is_back && di0 == row0 => set(row, Back::Months(back)),
        Only if di1 == row1 && di0 == row0 => match row.names {
            Named::Record(..) => set(row, Back::Now),
            Named::Value(_) => single(row, this, Place::ONE),
        },
        _ if di1 != row1 => None,
        Phases if is_above && digit == 0x0F => {
            let first = row0 & 0x0F;
            series(
                row,
                Identifier::Y1997(row.number as u16),
                Part::phase(first),
                Run { ends: true, ..Run::phases(4 - first, 1) },
            )
        }
        Phases if is_above && digit >= row0 & 0x0F && digit <= 3 => {
            single(row, this, Place::of(Part::phase(digit)))
        }
        Numbered { last } if is_above && digit >= 1 && digit <= last => {
            single(row, this, Place::of(Part::Number(digit)))
        }
        Slots if high >= 3 && high <= 0x0A && digit >= 1 && digit <= 10 => {
            single(row, this, Place::of(Part::Entry(high - 2, digit)))
        }
        Curves if digit == 0 && di0 >= row0 => single(row, this, Place::of(Part::Number(high))),
        _ => None,
    }
}

/// Values one after the other, and AA behind them.
const fn blocks(count: u8) -> Run {
    Run { ends: true, ..Run::parts(count, 1) }
}

/// Blocks one after the other, each with AA behind it.
const fn set(row: &Row, back: Back) -> Option<Content> {
    let Named::Record(name, groups) = row.names else { return None };
    let title = Title { name, place: Place { back, ..Place::ONE } };
    Some(Content::Record { title, groups, separators: Separators::Ends })
}

const fn energy(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, Energy, KilowattHour, unsigned(4, 2))
}

const fn reactive_energy(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, ReactiveEnergy, KilovarHour, unsigned(4, 2))
}

const fn maximum(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, Power, Kilowatt, unsigned(3, 4))
}

const fn reactive_maximum(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, ReactivePower, Kilovar, unsigned(3, 4))
}

const fn yearly(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, DateTime, One, Format::Time(Form::Yearly))
}

const fn count(english: &'static str, chinese: &'static str, octets: u8) -> Field {
    field(english, chinese, Count, One, unsigned(octets, 0))
}

const fn duration(english: &'static str, chinese: &'static str, unit: Unit, octets: u8) -> Field {
    field(english, chinese, Duration, unit, unsigned(octets, 0))
}

const fn identification(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, Identification, One, Format::Digits { octets: 6 })
}

/// A field, then the number of a tariff or a day slot table, which is sent first.
const fn start(form: Form) -> Field {
    field("start", "起始时间", DateTime, One, Format::Time(form))
}

static ENERGIES: [Field; 8] = [
    energy("forward active energy", "正向有功电能"),
    energy("reverse active energy", "反向有功电能"),
    reactive_energy("forward reactive energy", "正向无功电能"),
    reactive_energy("reverse reactive energy", "反向无功电能"),
    reactive_energy("reactive energy of quadrant 1", "一象限无功电能"),
    reactive_energy("reactive energy of quadrant 4", "四象限无功电能"),
    reactive_energy("reactive energy of quadrant 2", "二象限无功电能"),
    reactive_energy("reactive energy of quadrant 3", "三象限无功电能"),
];

static MAXIMA: [Field; 8] = [
    maximum("forward active maximum demand", "正向有功最大需量"),
    maximum("reverse active maximum demand", "反向有功最大需量"),
    reactive_maximum("forward reactive maximum demand", "正向无功最大需量"),
    reactive_maximum("reverse reactive maximum demand", "反向无功最大需量"),
    reactive_maximum("reactive maximum demand of quadrant 1", "一象限无功最大需量"),
    reactive_maximum("reactive maximum demand of quadrant 4", "四象限无功最大需量"),
    reactive_maximum("reactive maximum demand of quadrant 2", "二象限无功最大需量"),
    reactive_maximum("reactive maximum demand of quadrant 3", "三象限无功最大需量"),
];

static MAXIMUM_TIMES: [Field; 8] = [
    yearly("time of the forward active maximum demand", "正向有功最大需量发生时间"),
    yearly("time of the reverse active maximum demand", "反向有功最大需量发生时间"),
    yearly("time of the forward reactive maximum demand", "正向无功最大需量发生时间"),
    yearly("time of the reverse reactive maximum demand", "反向无功最大需量发生时间"),
    yearly("time of the reactive maximum demand of quadrant 1", "一象限无功最大需量发生时间"),
    yearly("time of the reactive maximum demand of quadrant 4", "四象限无功最大需量发生时间"),
    yearly("time of the reactive maximum demand of quadrant 2", "二象限无功最大需量发生时间"),
    yearly("time of the reactive maximum demand of quadrant 3", "三象限无功最大需量发生时间"),
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

const VOLTAGE: Field = field("voltage", "电压", Voltage, Volt, unsigned(2, 0));
const CURRENT: Field = field("current", "电流", Current, Ampere, unsigned(2, 2));
const ACTIVE_POWER: Field = field("active power", "瞬时有功功率", Power, Kilowatt, unsigned(3, 4));
const FORWARD_LIMIT: Field =
    field("forward active power upper limit", "正向有功功率上限值", Power, Kilowatt, unsigned(2, 2));
const REVERSE_LIMIT: Field =
    field("reverse active power upper limit", "反向有功功率上限值", Power, Kilowatt, unsigned(2, 2));
const REACTIVE_POWER: Field = field("reactive power", "瞬时无功功率", ReactivePower, Kilovar, unsigned(2, 2));
const POWER_FACTOR: Field = field("power factor", "功率因数", PowerFactor, One, unsigned(2, 3));
const DATE: Field = field("date", "日期及周次", Date, One, Format::Time(Form::Date));
const TIME: Field = field("time", "时间", DateTime, One, Format::Time(Form::Clock));
const TARIFF: Field = field("tariff", "费率号", Count, One, unsigned(1, 0));
const TABLE: Field = field("day slot table", "日时段表号", Count, One, unsigned(1, 0));

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
static ZONE: [Group; 1] = [ended(Parts::One, &[TABLE, start(Form::MonthDay)])];
static SLOT: [Group; 1] = [ended(Parts::One, &[TARIFF, start(Form::HourMinute)])];

/// How the points of a load curve are scaled is not known.
static CURVE: [Group; 1] =
    [ended(Parts::Rest, &[field("point", "点", Energy, One, Format::Octets { octets: 2 })])];

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    // Of meters in the field (DTSD22, DTSF22), beside the standard.
    row(0x9000, Only, energy("combined active energy", "组合有功电能")),
    row(0x9010, Tariffs, ENERGIES[0]),
    row(0x9020, Tariffs, ENERGIES[1]),
    row(0x9110, Tariffs, ENERGIES[2]),
    row(0x9120, Tariffs, ENERGIES[3]),
    row(0x9130, Tariffs, ENERGIES[4]),
    row(0x9140, Tariffs, ENERGIES[5]),
    row(0x9150, Tariffs, ENERGIES[6]),
    row(0x9160, Tariffs, ENERGIES[7]),
    record(0x90FF, Set, "active energies", "有功电能集合", &ACTIVE_ENERGIES),
    record(0x91FF, Set, "reactive energies", "无功电能集合", &REACTIVE_ENERGIES),
    row(0xA010, Tariffs, MAXIMA[0]),
    row(0xA020, Tariffs, MAXIMA[1]),
    row(0xA110, Tariffs, MAXIMA[2]),
    row(0xA120, Tariffs, MAXIMA[3]),
    row(0xA130, Tariffs, MAXIMA[4]),
    row(0xA140, Tariffs, MAXIMA[5]),
    row(0xA150, Tariffs, MAXIMA[6]),
    row(0xA160, Tariffs, MAXIMA[7]),
    record(0xA0FF, Set, "active maximum demands", "有功最大需量集合", &ACTIVE_MAXIMA),
    record(0xA1FF, Set, "reactive maximum demands", "无功最大需量集合", &REACTIVE_MAXIMA),
    row(0xB010, Tariffs, MAXIMUM_TIMES[0]),
    row(0xB020, Tariffs, MAXIMUM_TIMES[1]),
    row(0xB110, Tariffs, MAXIMUM_TIMES[2]),
    row(0xB120, Tariffs, MAXIMUM_TIMES[3]),
    row(0xB130, Tariffs, MAXIMUM_TIMES[4]),
    row(0xB140, Tariffs, MAXIMUM_TIMES[5]),
    row(0xB150, Tariffs, MAXIMUM_TIMES[6]),
    row(0xB160, Tariffs, MAXIMUM_TIMES[7]),
    record(0xB0FF, Set, "times of the active maximum demands", "有功最大需量发生时间集合", &ACTIVE_TIMES),
    record(0xB1FF, Set, "times of the reactive maximum demands", "无功最大需量发生时间集合", &REACTIVE_TIMES),
    row(0xB210, Only, yearly("last programming", "最近一次编程时间")),
    row(0xB211, Only, yearly("last maximum demand clearing", "最近一次最大需量清零时间")),
    row(0xB212, Only, count("programmings", "编程次数", 2)),
    row(0xB213, Only, count("maximum demand clearings", "最大需量清零次数", 2)),
    row(0xB214, Only, duration("battery working time", "电池工作时间", Minute, 3)),
    row(0xB310, Phases, count("phase breaks", "断相次数", 2)),
    row(0xB320, Phases, duration("time of phase breaks", "断相时间累计值", Minute, 3)),
    row(0xB330, Phases, yearly("start of the last phase break", "最近一次断相起始时刻")),
    row(0xB340, Phases, yearly("end of the last phase break", "最近一次断相结束时刻")),
    row(0xB611, Phases, VOLTAGE),
    row(0xB621, Phases, CURRENT),
    row(0xB634, Only, FORWARD_LIMIT).read_write(),
    row(0xB635, Only, REVERSE_LIMIT).read_write(),
    record(0xB63F, Only, "active powers", "有功功率数据块", &POWERS),
    row(0xB630, Phases, ACTIVE_POWER),
    row(0xB640, Phases, REACTIVE_POWER),
    row(0xB650, Phases, POWER_FACTOR),
    // Of newer meters.
    row(0xB660, Phases, field("apparent power", "瞬时视在功率", ApparentPower, KilovoltAmpere, unsigned(3, 4))),
    // Between A and B, B and C, C and A.
    row(0xB691, Phases, field("line voltage", "线电压", Voltage, Volt, unsigned(2, 0))),
    record(0xB6FF, Only, "variables", "变量集合", &VARIABLES),
    row(0xC010, Only, DATE).read_write(),
    row(0xC011, Only, TIME).read_write(),
    record(0xC01F, Only, "clock", "日期时间数据块", &CLOCK).read_write(),
    row(0xC020, Only, flags("run status", "电表运行状态字", 1, &RUN_1997)).read_write(),
    row(0xC021, Only, flags("grid status", "电网状态字", 1, &GRID_1997)).read_write(),
    row(0xC022, Only, flags("rest days", "周休日状态字", 1, &WEEKEND)).read_write(),
    row(0xC030, Only, field("active constant", "电表常数（有功）", MeterConstant, PulsePerKilowattHour, unsigned(3, 0))).read_write(),
    row(0xC031, Only, field("reactive constant", "电表常数（无功）", MeterConstant, PulsePerKilovarHour, unsigned(3, 0))).read_write(),
    row(0xC032, Only, identification("meter number", "表号")).read_write(),
    row(0xC033, Only, identification("user number", "用户号")).read_write(),
    row(0xC034, Only, identification("equipment code", "设备码")).read_write(),
    row(0xC111, Only, duration("maximum demand period", "最大需量周期", Minute, 1)).read_write(),
    row(0xC112, Only, duration("sliding time", "滑差时间", Minute, 1)).read_write(),
    row(0xC113, Only, duration("time of a screen", "循显时间", Second, 1)).read_write(),
    row(0xC114, Only, duration("time of a held screen", "停显时间", Second, 1)).read_write(),
    row(0xC115, Only, count("decimals of shown energy", "显示电能小数位数", 1)).read_write(),
    row(0xC116, Only, count("decimals of shown power", "显示功率（最大需量）小数位数", 1)).read_write(),
    row(0xC117, Only, field("settlement day", "自动抄表日期", DateTime, One, Format::Time(Form::DayHour))).read_write(),
    row(0xC118, Only, count("load representative day", "负荷代表日", 1)).read_write(),
    row(0xC119, Only, field("start value of active energy", "有功电能起始读数", Energy, KilowattHour, unsigned(4, 1))).read_write(),
    row(0xC11A, Only, field("start value of reactive energy", "无功电能起始读数", ReactiveEnergy, KilovarHour, unsigned(4, 1))).read_write(),
    row(0xC211, Only, duration("output pulse width", "输出脉冲宽度", Millisecond, 2)).read_write(),
    row(0xC212, Only, field("password", "密码权限及密码", Password, One, Format::Secret { octets: 4 })).read_write(),
    row(0xC310, Only, count("year zones", "年时区数", 1)).read_write(),
    row(0xC311, Only, count("day slot tables", "日时段表数", 1)).read_write(),
    row(0xC312, Only, count("day slots", "日时段数", 1)).read_write(),
    row(0xC313, Only, count("tariffs", "费率数", 1)).read_write(),
    row(0xC314, Only, count("public holidays", "公共假日数", 1)).read_write(),
    record(0xC320, Numbered { last: 14 }, "year zone", "时区", &ZONE).read_write(),
    record(0xC330, Slots, "day slot table", "日时段表", &SLOT).read_write(),
    record(0xC410, Numbered { last: 13 }, "public holiday", "公共假日", &ZONE).read_write(),
    row(0xC41E, Only, count("day slot table of rest days", "周休日采用的日时段表号", 1)).read_write(),
    row(0xC510, Only, yearly("start of load records", "负荷记录起始时间")).read_write(),
    row(0xC511, Only, duration("interval of load records", "负荷记录间隔时间", Minute, 2)).read_write(),
    record(0xD100, Curves, "load curve of forward active energy", "正向有功总电能负荷记录", &CURVE),
    record(0xD210, Curves, "load curve of maximum demand", "最大需量负荷记录", &CURVE),
];
