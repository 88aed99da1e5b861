//! DL/T 645-2007: events (table A.4), and the event tables of State Grid.

use meter_value::Quantity::{
    Charge, Count, DateTime, Duration, Energy, Identification, Money, Power, Ratio, ReactiveEnergy,
    ReactivePower, Unbalance, Voltage,
};
use meter_value::Unit::{
    AmpereHour, Kilovar, KilovarHour, Kilowatt, KilowattHour, Minute, One, Percent, Volt, Yuan,
};
use meter_value::bcd::Sign::Unsigned;
use meter_value::{Quantity, Unit};

use super::EventPhases::{Each, None as Unphased, TotalAndEach};
use super::Shape::{Events, Fields, One as Only, PhaseMonths, PhaseRecords, Records};
use super::words::{ACTIVE_COMBINATION, REACTIVE_COMBINATION, WEEKEND, flags};
use super::y2007::{ACTIVE_POWER, CURRENT, POWER_FACTOR, REACTIVE_POWER, VOLTAGE};
use super::{Field, Group, Parts, Row, Shape, field, group, record, row, signed, unsigned};
use crate::format::Format;
use crate::time::Form;

/// How often an event was.
pub(super) const COUNT: Field = field("count", "总次数", Count, One, unsigned(3, 0));

/// How long it was, all times together.
pub(super) const TOTAL_TIME: Field = field("total time", "总累计时间", Duration, Minute, unsigned(3, 0));

const fn second(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, DateTime, One, Format::Time(Form::Second))
}

const fn active(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, Energy, KilowattHour, unsigned(4, 2))
}

const fn combined(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, ReactiveEnergy, KilovarHour, signed(4, 2))
}

const fn quadrant(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, ReactiveEnergy, KilovarHour, unsigned(4, 2))
}

const START: Field = second("start", "发生时刻");
const STOP: Field = second("end", "结束时刻");
const OPERATOR: Field = field("operator", "操作者代码", Identification, One, Format::Digits { octets: 4 });

static START_AND_STOP: [Field; 2] = [START, STOP];
static AT: [Field; 2] = [second("time", "发生时刻"), OPERATOR];

static INCREMENTS: [Field; 4] = [
    active("increment of forward active energy", "正向有功电能增量"),
    active("increment of reverse active energy", "反向有功电能增量"),
    combined("increment of combined reactive energy 1", "组合无功1电能增量"),
    combined("increment of combined reactive energy 2", "组合无功2电能增量"),
];

static INCREMENTS_AND_STATE: [Field; 9] = [
    INCREMENTS[0],
    INCREMENTS[1],
    INCREMENTS[2],
    INCREMENTS[3],
    VOLTAGE,
    CURRENT,
    ACTIVE_POWER,
    REACTIVE_POWER,
    POWER_FACTOR,
];

static START_ENERGIES: [Field; 4] = [
    active("forward active energy at the start", "发生时刻正向有功电能"),
    active("reverse active energy at the start", "发生时刻反向有功电能"),
    combined("combined reactive energy 1 at the start", "发生时刻组合无功1电能"),
    combined("combined reactive energy 2 at the start", "发生时刻组合无功2电能"),
];

static START_ENERGIES_AND_STATE: [Field; 9] = [
    START_ENERGIES[0],
    START_ENERGIES[1],
    START_ENERGIES[2],
    START_ENERGIES[3],
    VOLTAGE,
    CURRENT,
    ACTIVE_POWER,
    REACTIVE_POWER,
    POWER_FACTOR,
];

static STOP_ENERGIES: [Field; 4] = [
    active("forward active energy at the end", "结束时刻正向有功电能"),
    active("reverse active energy at the end", "结束时刻反向有功电能"),
    combined("combined reactive energy 1 at the end", "结束时刻组合无功1电能"),
    combined("combined reactive energy 2 at the end", "结束时刻组合无功2电能"),
];

static ENERGIES: [Field; 6] = [
    active("forward active energy", "正向有功电能"),
    active("reverse active energy", "反向有功电能"),
    quadrant("reactive energy of quadrant 1", "第一象限无功电能"),
    quadrant("reactive energy of quadrant 2", "第二象限无功电能"),
    quadrant("reactive energy of quadrant 3", "第三象限无功电能"),
    quadrant("reactive energy of quadrant 4", "第四象限无功电能"),
];

static ENERGIES_BEFORE: [Field; 6] = [
    active("forward active energy before", "开盖前正向有功电能"),
    active("reverse active energy before", "开盖前反向有功电能"),
    quadrant("reactive energy of quadrant 1 before", "开盖前第一象限无功电能"),
    quadrant("reactive energy of quadrant 2 before", "开盖前第二象限无功电能"),
    quadrant("reactive energy of quadrant 3 before", "开盖前第三象限无功电能"),
    quadrant("reactive energy of quadrant 4 before", "开盖前第四象限无功电能"),
];

static ENERGIES_AFTER: [Field; 6] = [
    active("forward active energy after", "开盖后正向有功电能"),
    active("reverse active energy after", "开盖后反向有功电能"),
    quadrant("reactive energy of quadrant 1 after", "开盖后第一象限无功电能"),
    quadrant("reactive energy of quadrant 2 after", "开盖后第二象限无功电能"),
    quadrant("reactive energy of quadrant 3 after", "开盖后第三象限无功电能"),
    quadrant("reactive energy of quadrant 4 after", "开盖后第四象限无功电能"),
];

const fn maximum(english: &'static str, chinese: &'static str, quantity: Quantity, unit: Unit) -> Field {
    field(english, chinese, quantity, unit, Format::Maximum { sign: Unsigned })
}

static MAXIMA: [Field; 6] = [
    maximum("forward active maximum demand", "正向有功最大需量及发生时间", Power, Kilowatt),
    maximum("reverse active maximum demand", "反向有功最大需量及发生时间", Power, Kilowatt),
    maximum("reactive maximum demand of quadrant 1", "第一象限最大需量及发生时间", ReactivePower, Kilovar),
    maximum("reactive maximum demand of quadrant 2", "第二象限最大需量及发生时间", ReactivePower, Kilovar),
    maximum("reactive maximum demand of quadrant 3", "第三象限最大需量及发生时间", ReactivePower, Kilovar),
    maximum("reactive maximum demand of quadrant 4", "第四象限最大需量及发生时间", ReactivePower, Kilovar),
];

const CHARGE: Field = field("charge", "安时数", Charge, AmpereHour, unsigned(4, 2));
const UNBALANCE: Field = field("greatest unbalance", "最大不平衡率", Unbalance, Percent, unsigned(2, 2));

/// An identifier, its lowest octet first.
const IDENTIFIER: Field = field("identifier", "数据标识", Identification, One, Format::Digits { octets: 4 });

static TOTALS: [Group; 1] = [group(Parts::One, &[COUNT, TOTAL_TIME])];
static PHASE_TOTALS: [Group; 1] = [group(Parts::Phases, &[COUNT, TOTAL_TIME])];

static VOLTAGE_EVENT: [Group; 4] = [
    group(Parts::One, &START_AND_STOP),
    group(Parts::Total, &INCREMENTS),
    group(Parts::Phases, &INCREMENTS_AND_STATE),
    group(Parts::TotalAndPhases, &[CHARGE]),
];
static CURRENT_EVENT: [Group; 3] = [
    group(Parts::One, &START_AND_STOP),
    group(Parts::Total, &INCREMENTS),
    group(Parts::Phases, &INCREMENTS_AND_STATE),
];
static ALL_PHASES_EVENT: [Group; 1] = [group(Parts::One, &[START, CURRENT, STOP])];
static SHORT_EVENT: [Group; 1] = [group(Parts::One, &START_AND_STOP)];
static ENERGY_EVENT: [Group; 3] =
    [group(Parts::One, &START_AND_STOP), group(Parts::Total, &INCREMENTS), group(Parts::Phases, &INCREMENTS)];
static UNBALANCE_EVENT: [Group; 4] = [
    group(Parts::One, &START_AND_STOP),
    group(Parts::One, &[UNBALANCE]),
    group(Parts::Total, &INCREMENTS),
    group(Parts::Phases, &INCREMENTS),
];

const fn extreme(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, Voltage, Volt, unsigned(2, 1))
}

const fn minutes(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, Duration, Minute, unsigned(3, 0))
}

const fn rate(english: &'static str, chinese: &'static str, octets: u8) -> Field {
    field(english, chinese, Ratio, Percent, unsigned(octets, 2))
}

const fn extreme_time(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, DateTime, One, Format::Time(Form::Yearly))
}

const fn qualification(rate_octets: u8) -> [Field; 9] {
    [
        minutes("time watched", "电压监测时间"),
        rate("share within the limits", "电压合格率", rate_octets),
        rate("share beyond the limits", "电压超限率", rate_octets),
        minutes("time above the upper limit", "电压超上限时间"),
        minutes("time below the lower limit", "电压超下限时间"),
        extreme("highest voltage", "最高电压"),
        extreme_time("time of the highest voltage", "最高电压出现时间"),
        extreme("lowest voltage", "最低电压"),
        extreme_time("time of the lowest voltage", "最低电压出现时间"),
    ]
}

/// The rates have three octets, or two: sources differ, and so the length decides.
static QUALIFICATION: [Group; 1] = [group(Parts::One, &const { qualification(3) })];
static SHORT_QUALIFICATION: [Group; 1] = [group(Parts::One, &const { qualification(2) })];

static DEMAND_COUNTS: [Group; 1] = [group(
    Parts::One,
    &[
        field("count of forward active demand", "正向有功需量超限总次数", Count, One, unsigned(3, 0)),
        field("count of reverse active demand", "反向有功需量超限总次数", Count, One, unsigned(3, 0)),
        field("count of quadrant 1", "第一象限无功需量超限总次数", Count, One, unsigned(3, 0)),
        field("count of quadrant 2", "第二象限无功需量超限总次数", Count, One, unsigned(3, 0)),
        field("count of quadrant 3", "第三象限无功需量超限总次数", Count, One, unsigned(3, 0)),
        field("count of quadrant 4", "第四象限无功需量超限总次数", Count, One, unsigned(3, 0)),
    ],
)];
static ACTIVE_DEMAND: [Group; 1] =
    [group(Parts::One, &[START, STOP, maximum("maximum demand", "最大需量及发生时间", Power, Kilowatt)])];
static REACTIVE_DEMAND: [Group; 1] = [group(
    Parts::One,
    &[START, STOP, maximum("maximum demand", "最大需量及发生时间", ReactivePower, Kilovar)],
)];

static PROGRAMMING: [Group; 2] = [group(Parts::One, &AT), group(Parts::Times(10), &[IDENTIFIER])];
static METER_CLEARING: [Group; 2] = [group(Parts::One, &AT), group(Parts::TotalAndPhases, &ENERGIES)];
static DEMAND_CLEARING: [Group; 2] = [group(Parts::One, &AT), group(Parts::TotalAndPhases, &MAXIMA)];
static EVENT_CLEARING: [Group; 2] = [
    group(Parts::One, &AT),
    group(Parts::One, &[field("identifier", "数据标识", Identification, One, Format::Identifier)]),
];
static CLOCK_SETTING: [Group; 1] =
    [group(Parts::One, &[OPERATOR, second("time before", "校时前时间"), second("time after", "校时后时间")])];

pub(super) const fn tariff_or_table(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, Count, One, unsigned(1, 0))
}

pub(super) const fn start(form: Form) -> Field {
    field("start", "起始时间", DateTime, One, Format::Time(form))
}

/// How many tables and slots a meter keeps differs.
static SLOT_PROGRAMMING: [Group; 2] = [
    group(Parts::One, &AT),
    group(Parts::Rest, &[tariff_or_table("tariff", "费率号"), start(Form::HourMinute)]),
];
static ZONE_PROGRAMMING: [Group; 2] = [
    group(Parts::One, &AT),
    group(Parts::Rest, &[tariff_or_table("day slot table", "日时段表号"), start(Form::MonthDay)]),
];
static HOLIDAY_PROGRAMMING: [Group; 2] = [
    group(Parts::One, &AT),
    group(Parts::Rest, &[tariff_or_table("day slot table", "日时段表号"), start(Form::Day)]),
];
static WEEKEND_PROGRAMMING: [Group; 2] =
    [group(Parts::One, &AT), group(Parts::One, &[flags("rest days before", "编程前周休日", 1, &WEEKEND)])];
static ACTIVE_PROGRAMMING: [Group; 2] = [
    group(Parts::One, &AT),
    group(Parts::One, &[flags("word before", "编程前特征字", 1, &ACTIVE_COMBINATION)]),
];
static REACTIVE_PROGRAMMING: [Group; 2] = [
    group(Parts::One, &AT),
    group(Parts::One, &[flags("word before", "编程前特征字", 1, &REACTIVE_COMBINATION)]),
];
static SETTLEMENT_PROGRAMMING: [Group; 2] = [
    group(Parts::One, &AT),
    group(
        Parts::Times(3),
        &[field("settlement day before", "编程前结算日", DateTime, One, Format::Time(Form::DayHour))],
    ),
];
static COVER: [Group; 3] = [
    group(Parts::One, &START_AND_STOP),
    group(Parts::Total, &ENERGIES_BEFORE),
    group(Parts::Total, &ENERGIES_AFTER),
];

const fn purchase(quantity: Quantity, unit: Unit, chinese: [&'static str; 4]) -> [Field; 6] {
    let [bought, before, after, sum] = chinese;
    [
        field("date", "购电日期", DateTime, One, Format::Time(Form::Minute)),
        field("count of purchases", "购电后总购电次数", Count, One, unsigned(2, 0)),
        field("purchase", bought, quantity, unit, unsigned(4, 2)),
        field("balance before", before, quantity, unit, unsigned(4, 2)),
        field("balance after", after, quantity, unit, unsigned(4, 2)),
        field("sum of purchases", sum, quantity, unit, unsigned(4, 2)),
    ]
}

const OF_ENERGY: [&str; 4] = ["购电量", "购电前剩余电量", "购电后剩余电量", "购电后累计购电量"];
const OF_MONEY: [&str; 4] = ["购金额", "购电前剩余金额", "购电后剩余金额", "购电后累计购金额"];

static ENERGY_PURCHASE: [Group; 1] =
    [group(Parts::One, &const { purchase(Energy, KilowattHour, OF_ENERGY) })];
static MONEY_PURCHASE: [Group; 1] = [group(Parts::One, &const { purchase(Money, Yuan, OF_MONEY) })];

// What follows are the tables of State Grid, whose fields DI1 counts.
static LONG_VOLTAGE: [Group; 7] = [
    group(Parts::One, &[START]),
    group(Parts::Total, &START_ENERGIES),
    group(Parts::Phases, &START_ENERGIES_AND_STATE),
    group(Parts::TotalAndPhases, &[CHARGE]),
    group(Parts::One, &[STOP]),
    group(Parts::Total, &STOP_ENERGIES),
    group(Parts::Phases, &STOP_ENERGIES),
];
static LONG_CURRENT: [Group; 6] = [
    group(Parts::One, &[START]),
    group(Parts::Total, &START_ENERGIES),
    group(Parts::Phases, &START_ENERGIES_AND_STATE),
    group(Parts::One, &[STOP]),
    group(Parts::Total, &STOP_ENERGIES),
    group(Parts::Phases, &STOP_ENERGIES),
];
static LONG_ENERGY: [Group; 6] = [
    group(Parts::One, &[START]),
    group(Parts::Total, &START_ENERGIES),
    group(Parts::Phases, &START_ENERGIES),
    group(Parts::One, &[STOP]),
    group(Parts::Total, &STOP_ENERGIES),
    group(Parts::Phases, &STOP_ENERGIES),
];
static LONG_UNBALANCE: [Group; 7] = [
    group(Parts::One, &[START]),
    group(Parts::Total, &START_ENERGIES),
    group(Parts::Phases, &START_ENERGIES),
    group(Parts::One, &[field("greatest unbalance", "最大不平衡率", Unbalance, Percent, unsigned(3, 2))]),
    group(Parts::One, &[STOP]),
    group(Parts::Total, &STOP_ENERGIES),
    group(Parts::Phases, &STOP_ENERGIES),
];
static SWITCHING: [Group; 2] = [group(Parts::One, &AT), group(Parts::Total, &ENERGIES)];
static POWER_FACTOR_EVENT: [Group; 4] = [
    group(Parts::One, &[START]),
    group(Parts::Total, &START_ENERGIES),
    group(Parts::One, &[STOP]),
    group(Parts::Total, &STOP_ENERGIES),
];

const RECORDS: Shape = Records { last: 10 };
const EACH: Shape = Events { phases: Each, time: true };
const UNPHASED: Shape = Events { phases: Unphased, time: true };
const UNTIMED: Shape = Events { phases: Unphased, time: false };

/// How often it was done.
const fn times(number: u32, english: &'static str, chinese: &'static str) -> Row {
    row(number, Only, field(english, chinese, Count, One, unsigned(3, 0)))
}

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    record(0x0301_0000, Only, "loss of voltage", "失压", &PHASE_TOTALS),
    record(0x0301_0101, PhaseRecords, "loss of voltage", "失压记录", &VOLTAGE_EVENT),
    record(0x0302_0000, Only, "undervoltage", "欠压", &PHASE_TOTALS),
    record(0x0302_0101, PhaseRecords, "undervoltage", "欠压记录", &VOLTAGE_EVENT),
    record(0x0303_0000, Only, "overvoltage", "过压", &PHASE_TOTALS),
    record(0x0303_0101, PhaseRecords, "overvoltage", "过压记录", &VOLTAGE_EVENT),
    record(0x0304_0000, Only, "phase break", "断相", &PHASE_TOTALS),
    record(0x0304_0101, PhaseRecords, "phase break", "断相记录", &VOLTAGE_EVENT),
    record(0x0305_0000, Only, "loss of all voltages", "全失压", &TOTALS),
    record(0x0305_0001, RECORDS, "loss of all voltages", "全失压记录", &ALL_PHASES_EVENT),
    record(0x0306_0000, Only, "auxiliary supply loss", "辅助电源失电", &TOTALS),
    record(0x0306_0001, RECORDS, "auxiliary supply loss", "辅助电源失电记录", &SHORT_EVENT),
    record(0x0307_0000, Only, "voltage reverse sequence", "电压逆相序", &TOTALS),
    record(0x0307_0001, RECORDS, "voltage reverse sequence", "电压逆相序记录", &ENERGY_EVENT),
    record(0x0308_0000, Only, "current reverse sequence", "电流逆相序", &TOTALS),
    record(0x0308_0001, RECORDS, "current reverse sequence", "电流逆相序记录", &ENERGY_EVENT),
    record(0x0309_0000, Only, "voltage unbalance", "电压不平衡", &TOTALS),
    record(0x0309_0001, RECORDS, "voltage unbalance", "电压不平衡记录", &UNBALANCE_EVENT),
    record(0x030A_0000, Only, "current unbalance", "电流不平衡", &TOTALS),
    record(0x030A_0001, RECORDS, "current unbalance", "电流不平衡记录", &UNBALANCE_EVENT),
    record(0x030B_0000, Only, "loss of current", "失流", &PHASE_TOTALS),
    record(0x030B_0101, PhaseRecords, "loss of current", "失流记录", &CURRENT_EVENT),
    record(0x030C_0000, Only, "overcurrent", "过流", &PHASE_TOTALS),
    record(0x030C_0101, PhaseRecords, "overcurrent", "过流记录", &CURRENT_EVENT),
    record(0x030D_0000, Only, "current break", "断流", &PHASE_TOTALS),
    record(0x030D_0101, PhaseRecords, "current break", "断流记录", &CURRENT_EVENT),
    record(0x030E_0000, Only, "reversal", "潮流反向", &PHASE_TOTALS),
    record(0x030E_0101, PhaseRecords, "reversal", "潮流反向记录", &ENERGY_EVENT),
    record(0x030F_0000, Only, "overload", "过载", &PHASE_TOTALS),
    record(0x030F_0101, PhaseRecords, "overload", "过载记录", &ENERGY_EVENT),
    record(0x0310_0000, PhaseMonths, "voltage qualification", "电压合格率统计数据", &QUALIFICATION),
    record(0x0310_0000, PhaseMonths, "voltage qualification", "电压合格率统计数据", &SHORT_QUALIFICATION),
    times(0x0311_0000, "power-downs", "掉电总次数"),
    record(0x0311_0001, RECORDS, "power-down", "掉电记录", &SHORT_EVENT),
    record(0x0312_0000, Only, "demand over limit", "需量超限", &DEMAND_COUNTS),
    record(0x0312_0101, RECORDS, "forward active demand over limit", "正向有功需量超限记录", &ACTIVE_DEMAND),
    record(0x0312_0201, RECORDS, "reverse active demand over limit", "反向有功需量超限记录", &ACTIVE_DEMAND),
    record(0x0312_0301, RECORDS, "reactive demand of quadrant 1 over limit", "第一象限无功需量超限记录", &REACTIVE_DEMAND),
    record(0x0312_0401, RECORDS, "reactive demand of quadrant 2 over limit", "第二象限无功需量超限记录", &REACTIVE_DEMAND),
    record(0x0312_0501, RECORDS, "reactive demand of quadrant 3 over limit", "第三象限无功需量超限记录", &REACTIVE_DEMAND),
    record(0x0312_0601, RECORDS, "reactive demand of quadrant 4 over limit", "第四象限无功需量超限记录", &REACTIVE_DEMAND),
    times(0x0330_0000, "programmings", "编程总次数"),
    record(0x0330_0001, RECORDS, "programming", "编程记录", &PROGRAMMING),
    times(0x0330_0100, "meter clearings", "电表清零总次数"),
    record(0x0330_0101, RECORDS, "meter clearing", "电表清零记录", &METER_CLEARING),
    times(0x0330_0200, "maximum demand clearings", "需量清零总次数"),
    record(0x0330_0201, RECORDS, "maximum demand clearing", "需量清零记录", &DEMAND_CLEARING),
    times(0x0330_0300, "event clearings", "事件清零总次数"),
    record(0x0330_0301, RECORDS, "event clearing", "事件清零记录", &EVENT_CLEARING),
    times(0x0330_0400, "clock settings", "校时总次数"),
    record(0x0330_0401, RECORDS, "clock setting", "校时记录", &CLOCK_SETTING),
    times(0x0330_0500, "day slot programmings", "时段表编程总次数"),
    record(0x0330_0501, RECORDS, "day slot programming", "时段表编程记录", &SLOT_PROGRAMMING),
    times(0x0330_0600, "year zone programmings", "时区表编程总次数"),
    record(0x0330_0601, RECORDS, "year zone programming", "时区表编程记录", &ZONE_PROGRAMMING),
    times(0x0330_0700, "rest day programmings", "周休日编程总次数"),
    record(0x0330_0701, RECORDS, "rest day programming", "周休日编程记录", &WEEKEND_PROGRAMMING),
    times(0x0330_0800, "holiday programmings", "节假日编程总次数"),
    record(0x0330_0801, RECORDS, "holiday programming", "节假日编程记录", &HOLIDAY_PROGRAMMING),
    times(0x0330_0900, "active combination programmings", "有功组合方式编程总次数"),
    record(0x0330_0901, RECORDS, "active combination programming", "有功组合方式编程记录", &ACTIVE_PROGRAMMING),
    times(0x0330_0A00, "reactive combination 1 programmings", "无功组合方式1编程总次数"),
    record(0x0330_0A01, RECORDS, "reactive combination 1 programming", "无功组合方式1编程记录", &REACTIVE_PROGRAMMING),
    times(0x0330_0B00, "reactive combination 2 programmings", "无功组合方式2编程总次数"),
    record(0x0330_0B01, RECORDS, "reactive combination 2 programming", "无功组合方式2编程记录", &REACTIVE_PROGRAMMING),
    times(0x0330_0C00, "settlement day programmings", "结算日编程总次数"),
    record(0x0330_0C01, RECORDS, "settlement day programming", "结算日编程记录", &SETTLEMENT_PROGRAMMING),
    times(0x0330_0D00, "meter cover openings", "开表盖总次数"),
    record(0x0330_0D01, RECORDS, "meter cover opening", "开表盖记录", &COVER),
    times(0x0330_0E00, "terminal cover openings", "开端钮盒总次数"),
    record(0x0330_0E01, RECORDS, "terminal cover opening", "开端钮盒记录", &COVER),
    record(0x0332_0000, Fields, "purchase of energy", "购电记录", &ENERGY_PURCHASE),
    record(0x0333_0000, Fields, "purchase for money", "购电记录", &MONEY_PURCHASE),
    record(0x1000_0000, Events { phases: TotalAndEach, time: true }, "loss of voltage", "失压", &LONG_VOLTAGE),
    row(0x1000_0101, Only, second("start of the last loss of voltage", "最近一次失压发生时刻")),
    row(0x1000_0201, Only, second("end of the last loss of voltage", "最近一次失压结束时刻")),
    record(0x1100_0000, EACH, "undervoltage", "欠压", &LONG_VOLTAGE),
    record(0x1200_0000, EACH, "overvoltage", "过压", &LONG_VOLTAGE),
    record(0x1300_0000, EACH, "phase break", "断相", &LONG_VOLTAGE),
    record(0x1400_0000, UNPHASED, "voltage reverse sequence", "电压逆相序", &LONG_ENERGY),
    record(0x1500_0000, UNPHASED, "current reverse sequence", "电流逆相序", &LONG_ENERGY),
    record(0x1600_0000, UNPHASED, "voltage unbalance", "电压不平衡", &LONG_UNBALANCE),
    record(0x1700_0000, UNPHASED, "current unbalance", "电流不平衡", &LONG_UNBALANCE),
    record(0x1800_0000, EACH, "loss of current", "失流", &LONG_CURRENT),
    record(0x1900_0000, EACH, "overcurrent", "过流", &LONG_CURRENT),
    record(0x1A00_0000, EACH, "current break", "断流", &LONG_CURRENT),
    record(0x1B00_0000, EACH, "reversal", "潮流反向", &LONG_ENERGY),
    record(0x1C00_0000, EACH, "overload", "过载", &LONG_ENERGY),
    record(0x1D00_0000, UNTIMED, "trip", "跳闸", &SWITCHING),
    record(0x1E00_0000, UNTIMED, "close", "合闸", &SWITCHING),
    record(0x1F00_0000, UNPHASED, "power factor below limit", "总功率因数超下限", &POWER_FACTOR_EVENT),
];
