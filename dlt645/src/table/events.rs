//! DL/T 645-2007: events (table A.4), and the event tables of State Grid.

use super::EventPhases::{Each, None as Unphased, TotalAndEach};
use super::RecordShape::{
    CountedRecords, Events, Fields, One as Only, PhaseMonths, PhaseRecords, Records, TimedRecords,
};
use super::words::{ACTIVE_COMBINATION, REACTIVE_COMBINATION, WEEKEND};
use super::y2007::{ACTIVE_POWER, CURRENT, POWER_FACTOR, REACTIVE_POWER, VOLTAGE};
use super::{
    Field, Group, Parts, RecordRow, RecordShape, ValueRow, ValueShape, field, group, kind, record, row,
};
use crate::format::Kind;

/// How often an event was.
pub(super) const COUNT: Field = field("count", "总次数", kind::COUNT_3);

/// How long it was, all times together.
pub(super) const TOTAL_TIME: Field = field("total time", "总累计时间", kind::MINUTES_3);

const START: Field = field("start", "发生时刻", kind::SECOND);
const STOP: Field = field("end", "结束时刻", kind::SECOND);
const OPERATOR: Field = field("operator", "操作者代码", kind::DIGITS_4);

static START_AND_STOP: [Field; 2] = [START, STOP];
static AT: [Field; 2] = [field("time", "发生时刻", kind::SECOND), OPERATOR];

static INCREMENTS_AND_STATE: [Field; 9] = [
    field("forward active energy", "正向有功电能", kind::ENERGY_INCREMENT),
    field("reverse active energy", "反向有功电能", kind::ENERGY_INCREMENT),
    field("combined reactive energy 1", "组合无功1电能", kind::REACTIVE_ENERGY_INCREMENT),
    field("combined reactive energy 2", "组合无功2电能", kind::REACTIVE_ENERGY_INCREMENT),
    VOLTAGE,
    CURRENT,
    ACTIVE_POWER,
    REACTIVE_POWER,
    POWER_FACTOR,
];
static INCREMENTS: &[Field] = INCREMENTS_AND_STATE.split_at(4).0;

static START_ENERGIES_AND_STATE: [Field; 9] = [
    field("forward active energy", "正向有功电能", kind::START_ENERGY),
    field("reverse active energy", "反向有功电能", kind::START_ENERGY),
    field("combined reactive energy 1", "组合无功1电能", kind::START_REACTIVE_ENERGY),
    field("combined reactive energy 2", "组合无功2电能", kind::START_REACTIVE_ENERGY),
    VOLTAGE,
    CURRENT,
    ACTIVE_POWER,
    REACTIVE_POWER,
    POWER_FACTOR,
];
static START_ENERGIES: &[Field] = START_ENERGIES_AND_STATE.split_at(4).0;

static STOP_ENERGIES: [Field; 4] = [
    field("forward active energy", "正向有功电能", kind::END_ENERGY),
    field("reverse active energy", "反向有功电能", kind::END_ENERGY),
    field("combined reactive energy 1", "组合无功1电能", kind::END_REACTIVE_ENERGY),
    field("combined reactive energy 2", "组合无功2电能", kind::END_REACTIVE_ENERGY),
];

static ENERGIES: [Field; 6] = [
    field("forward active energy", "正向有功电能", kind::ENERGY),
    field("reverse active energy", "反向有功电能", kind::ENERGY),
    field("reactive energy of quadrant 1", "第一象限无功电能", kind::REACTIVE_ENERGY),
    field("reactive energy of quadrant 2", "第二象限无功电能", kind::REACTIVE_ENERGY),
    field("reactive energy of quadrant 3", "第三象限无功电能", kind::REACTIVE_ENERGY),
    field("reactive energy of quadrant 4", "第四象限无功电能", kind::REACTIVE_ENERGY),
];

static ENERGIES_BEFORE: [Field; 6] = [
    field("forward active energy", "正向有功电能", kind::BEFORE_ENERGY),
    field("reverse active energy", "反向有功电能", kind::BEFORE_ENERGY),
    field("reactive energy of quadrant 1", "第一象限无功电能", kind::BEFORE_REACTIVE_ENERGY),
    field("reactive energy of quadrant 2", "第二象限无功电能", kind::BEFORE_REACTIVE_ENERGY),
    field("reactive energy of quadrant 3", "第三象限无功电能", kind::BEFORE_REACTIVE_ENERGY),
    field("reactive energy of quadrant 4", "第四象限无功电能", kind::BEFORE_REACTIVE_ENERGY),
];

static ENERGIES_AFTER: [Field; 6] = [
    field("forward active energy", "正向有功电能", kind::AFTER_ENERGY),
    field("reverse active energy", "反向有功电能", kind::AFTER_ENERGY),
    field("reactive energy of quadrant 1", "第一象限无功电能", kind::AFTER_REACTIVE_ENERGY),
    field("reactive energy of quadrant 2", "第二象限无功电能", kind::AFTER_REACTIVE_ENERGY),
    field("reactive energy of quadrant 3", "第三象限无功电能", kind::AFTER_REACTIVE_ENERGY),
    field("reactive energy of quadrant 4", "第四象限无功电能", kind::AFTER_REACTIVE_ENERGY),
];

static MAXIMA: [Field; 6] = [
    field("forward active maximum demand", "正向有功最大需量及发生时间", kind::MAXIMUM),
    field("reverse active maximum demand", "反向有功最大需量及发生时间", kind::MAXIMUM),
    field("reactive maximum demand of quadrant 1", "第一象限最大需量及发生时间", kind::REACTIVE_MAXIMUM),
    field("reactive maximum demand of quadrant 2", "第二象限最大需量及发生时间", kind::REACTIVE_MAXIMUM),
    field("reactive maximum demand of quadrant 3", "第三象限最大需量及发生时间", kind::REACTIVE_MAXIMUM),
    field("reactive maximum demand of quadrant 4", "第四象限最大需量及发生时间", kind::REACTIVE_MAXIMUM),
];

const CHARGE: Field = field("charge", "安时数", kind::CHARGE);
const UNBALANCE: Field = field("greatest unbalance", "最大不平衡率", kind::UNBALANCE_2);

/// An identifier, its lowest octet first.
const IDENTIFIER: Field = field("identifier", "数据标识", kind::DIGITS_4);

pub(super) static TOTALS: [Group; 1] = [group(Parts::One, &[COUNT, TOTAL_TIME])];
pub(super) static PHASE_TOTALS: [Group; 1] = [group(Parts::Phases, &[COUNT, TOTAL_TIME])];

static VOLTAGE_EVENT: [Group; 4] = [
    group(Parts::One, &START_AND_STOP),
    group(Parts::Total, INCREMENTS),
    group(Parts::Phases, &INCREMENTS_AND_STATE),
    group(Parts::TotalAndPhases, &[CHARGE]),
];
static CURRENT_EVENT: [Group; 3] = [
    group(Parts::One, &START_AND_STOP),
    group(Parts::Total, INCREMENTS),
    group(Parts::Phases, &INCREMENTS_AND_STATE),
];
static ALL_PHASES_EVENT: [Group; 1] = [group(Parts::One, &[START, CURRENT, STOP])];
static SHORT_EVENT: [Group; 1] = [group(Parts::One, &START_AND_STOP)];
static ENERGY_EVENT: [Group; 3] =
    [group(Parts::One, &START_AND_STOP), group(Parts::Total, INCREMENTS), group(Parts::Phases, INCREMENTS)];
static UNBALANCE_EVENT: [Group; 4] = [
    group(Parts::One, &START_AND_STOP),
    group(Parts::One, &[UNBALANCE]),
    group(Parts::Total, INCREMENTS),
    group(Parts::Phases, INCREMENTS),
];

const fn qualification(share: &'static Kind) -> [Field; 9] {
    [
        field("time watched", "电压监测时间", kind::MINUTES_3),
        field("share within the limits", "电压合格率", share),
        field("share beyond the limits", "电压超限率", share),
        field("time above the upper limit", "电压超上限时间", kind::MINUTES_3),
        field("time below the lower limit", "电压超下限时间", kind::MINUTES_3),
        field("highest voltage", "最高电压", kind::VOLTAGE),
        field("time of the highest voltage", "最高电压出现时间", kind::YEARLY),
        field("lowest voltage", "最低电压", kind::VOLTAGE),
        field("time of the lowest voltage", "最低电压出现时间", kind::YEARLY),
    ]
}

/// The rates have three octets, or two: sources differ, and so the length decides.
static QUALIFICATION: [Group; 1] = [group(Parts::One, &const { qualification(kind::SHARE_3) })];
static SHORT_QUALIFICATION: [Group; 1] = [group(Parts::One, &const { qualification(kind::SHARE_2) })];

static DEMAND_COUNTS: [Group; 1] = [group(
    Parts::One,
    &[
        field("count of forward active demand", "正向有功需量超限总次数", kind::COUNT_3),
        field("count of reverse active demand", "反向有功需量超限总次数", kind::COUNT_3),
        field("count of quadrant 1", "第一象限无功需量超限总次数", kind::COUNT_3),
        field("count of quadrant 2", "第二象限无功需量超限总次数", kind::COUNT_3),
        field("count of quadrant 3", "第三象限无功需量超限总次数", kind::COUNT_3),
        field("count of quadrant 4", "第四象限无功需量超限总次数", kind::COUNT_3),
    ],
)];
static ACTIVE_DEMAND: [Group; 1] =
    [group(Parts::One, &[START, STOP, field("maximum demand", "最大需量及发生时间", kind::MAXIMUM)])];
static REACTIVE_DEMAND: [Group; 1] = [group(
    Parts::One,
    &[START, STOP, field("maximum demand", "最大需量及发生时间", kind::REACTIVE_MAXIMUM)],
)];

static PROGRAMMING: [Group; 2] = [group(Parts::One, &AT), group(Parts::Times(10), &[IDENTIFIER])];
static METER_CLEARING: [Group; 2] = [group(Parts::One, &AT), group(Parts::TotalAndPhases, &ENERGIES)];
static DEMAND_CLEARING: [Group; 2] = [group(Parts::One, &AT), group(Parts::TotalAndPhases, &MAXIMA)];
static EVENT_CLEARING: [Group; 2] =
    [group(Parts::One, &AT), group(Parts::One, &[field("identifier", "数据标识", kind::IDENTIFIER)])];
static CLOCK_SETTING: [Group; 1] = [group(
    Parts::One,
    &[
        OPERATOR,
        field("time before", "校时前时间", kind::SECOND),
        field("time after", "校时后时间", kind::SECOND),
    ],
)];

/// How many tables and slots a meter keeps differs.
static SLOT_PROGRAMMING: [Group; 2] = [
    group(Parts::One, &AT),
    group(
        Parts::Rest,
        &[field("tariff", "费率号", kind::COUNT_1), field("start", "起始时间", kind::HOUR_MINUTE)],
    ),
];
static ZONE_PROGRAMMING: [Group; 2] = [
    group(Parts::One, &AT),
    group(
        Parts::Rest,
        &[field("day slot table", "日时段表号", kind::COUNT_1), field("start", "起始时间", kind::MONTH_DAY)],
    ),
];
static HOLIDAY_PROGRAMMING: [Group; 2] = [
    group(Parts::One, &AT),
    group(
        Parts::Rest,
        &[field("day slot table", "日时段表号", kind::COUNT_1), field("start", "起始时间", kind::DAY)],
    ),
];
static WEEKEND_PROGRAMMING: [Group; 2] =
    [group(Parts::One, &AT), group(Parts::One, &[field("rest days before", "编程前周休日", WEEKEND)])];
static ACTIVE_PROGRAMMING: [Group; 2] =
    [group(Parts::One, &AT), group(Parts::One, &[field("word before", "编程前特征字", ACTIVE_COMBINATION)])];
static REACTIVE_PROGRAMMING: [Group; 2] = [
    group(Parts::One, &AT),
    group(Parts::One, &[field("word before", "编程前特征字", REACTIVE_COMBINATION)]),
];
static SETTLEMENT_PROGRAMMING: [Group; 2] = [
    group(Parts::One, &AT),
    group(Parts::Times(3), &[field("settlement day before", "编程前结算日", kind::DAY_HOUR)]),
];
static COVER: [Group; 3] = [
    group(Parts::One, &START_AND_STOP),
    group(Parts::Total, &ENERGIES_BEFORE),
    group(Parts::Total, &ENERGIES_AFTER),
];

const fn purchase(kind: &'static Kind, chinese: [&'static str; 4]) -> [Field; 6] {
    let [bought, before, after, sum] = chinese;
    [
        field("date", "购电日期", kind::MINUTE),
        field("count of purchases", "购电后总购电次数", kind::COUNT_2),
        field("purchase", bought, kind),
        field("balance before", before, kind),
        field("balance after", after, kind),
        field("sum of purchases", sum, kind),
    ]
}

const OF_ENERGY: [&str; 4] = ["购电量", "购电前剩余电量", "购电后剩余电量", "购电后累计购电量"];
const OF_MONEY: [&str; 4] = ["购金额", "购电前剩余金额", "购电后剩余金额", "购电后累计购金额"];

static ENERGY_PURCHASE: [Group; 1] = [group(Parts::One, &const { purchase(kind::ENERGY, OF_ENERGY) })];
static MONEY_PURCHASE: [Group; 1] = [group(Parts::One, &const { purchase(kind::MONEY, OF_MONEY) })];

// What follows are the tables of State Grid, whose fields DI1 counts.
static LONG_VOLTAGE: [Group; 7] = [
    group(Parts::One, &[START]),
    group(Parts::Total, START_ENERGIES),
    group(Parts::Phases, &START_ENERGIES_AND_STATE),
    group(Parts::TotalAndPhases, &[CHARGE]),
    group(Parts::One, &[STOP]),
    group(Parts::Total, &STOP_ENERGIES),
    group(Parts::Phases, &STOP_ENERGIES),
];
static LONG_CURRENT: [Group; 6] = [
    group(Parts::One, &[START]),
    group(Parts::Total, START_ENERGIES),
    group(Parts::Phases, &START_ENERGIES_AND_STATE),
    group(Parts::One, &[STOP]),
    group(Parts::Total, &STOP_ENERGIES),
    group(Parts::Phases, &STOP_ENERGIES),
];
static LONG_ENERGY: [Group; 6] = [
    group(Parts::One, &[START]),
    group(Parts::Total, START_ENERGIES),
    group(Parts::Phases, START_ENERGIES),
    group(Parts::One, &[STOP]),
    group(Parts::Total, &STOP_ENERGIES),
    group(Parts::Phases, &STOP_ENERGIES),
];
static LONG_UNBALANCE: [Group; 7] = [
    group(Parts::One, &[START]),
    group(Parts::Total, START_ENERGIES),
    group(Parts::Phases, START_ENERGIES),
    group(Parts::One, &[field("greatest unbalance", "最大不平衡率", kind::UNBALANCE_3)]),
    group(Parts::One, &[STOP]),
    group(Parts::Total, &STOP_ENERGIES),
    group(Parts::Phases, &STOP_ENERGIES),
];
static SWITCHING: [Group; 2] = [group(Parts::One, &AT), group(Parts::Total, &ENERGIES)];
static POWER_FACTOR_EVENT: [Group; 4] = [
    group(Parts::One, &[START]),
    group(Parts::Total, START_ENERGIES),
    group(Parts::One, &[STOP]),
    group(Parts::Total, &STOP_ENERGIES),
];

const EACH: RecordShape = Events { phases: Each, time: true };
const UNPHASED: RecordShape = Events { phases: Unphased, time: true };
const UNTIMED: RecordShape = Events { phases: Unphased, time: false };

#[rustfmt::skip]
pub(super) static RECORDS: &[RecordRow] = &[
    record(0x0301_0000, PhaseRecords, "loss of voltage", "失压", &VOLTAGE_EVENT),
    record(0x0302_0000, PhaseRecords, "undervoltage", "欠压", &VOLTAGE_EVENT),
    record(0x0303_0000, PhaseRecords, "overvoltage", "过压", &VOLTAGE_EVENT),
    record(0x0304_0000, PhaseRecords, "phase break", "断相", &VOLTAGE_EVENT),
    record(0x0305_0000, TimedRecords, "loss of all voltages", "全失压", &ALL_PHASES_EVENT),
    record(0x0306_0000, TimedRecords, "auxiliary supply loss", "辅助电源失电", &SHORT_EVENT),
    record(0x0307_0000, TimedRecords, "voltage reverse sequence", "电压逆相序", &ENERGY_EVENT),
    record(0x0308_0000, TimedRecords, "current reverse sequence", "电流逆相序", &ENERGY_EVENT),
    record(0x0309_0000, TimedRecords, "voltage unbalance", "电压不平衡", &UNBALANCE_EVENT),
    record(0x030A_0000, TimedRecords, "current unbalance", "电流不平衡", &UNBALANCE_EVENT),
    record(0x030B_0000, PhaseRecords, "loss of current", "失流", &CURRENT_EVENT),
    record(0x030C_0000, PhaseRecords, "overcurrent", "过流", &CURRENT_EVENT),
    record(0x030D_0000, PhaseRecords, "current break", "断流", &CURRENT_EVENT),
    record(0x030E_0000, PhaseRecords, "reversal", "潮流反向", &ENERGY_EVENT),
    record(0x030F_0000, PhaseRecords, "overload", "过载", &ENERGY_EVENT),
    record(0x0310_0000, PhaseMonths, "voltage qualification", "电压合格率统计数据", &QUALIFICATION),
    record(0x0310_0000, PhaseMonths, "voltage qualification", "电压合格率统计数据", &SHORT_QUALIFICATION),
    record(0x0311_0000, CountedRecords, "power-down", "掉电", &SHORT_EVENT),
    record(0x0312_0000, Only, "demand over limit", "需量超限", &DEMAND_COUNTS),
    record(0x0312_0101, Records, "forward active demand over limit", "正向有功需量超限", &ACTIVE_DEMAND),
    record(0x0312_0201, Records, "reverse active demand over limit", "反向有功需量超限", &ACTIVE_DEMAND),
    record(0x0312_0301, Records, "reactive demand of quadrant 1 over limit", "第一象限无功需量超限", &REACTIVE_DEMAND),
    record(0x0312_0401, Records, "reactive demand of quadrant 2 over limit", "第二象限无功需量超限", &REACTIVE_DEMAND),
    record(0x0312_0501, Records, "reactive demand of quadrant 3 over limit", "第三象限无功需量超限", &REACTIVE_DEMAND),
    record(0x0312_0601, Records, "reactive demand of quadrant 4 over limit", "第四象限无功需量超限", &REACTIVE_DEMAND),
    record(0x0330_0000, CountedRecords, "programming", "编程", &PROGRAMMING),
    record(0x0330_0100, CountedRecords, "meter clearing", "电表清零", &METER_CLEARING),
    record(0x0330_0200, CountedRecords, "maximum demand clearing", "需量清零", &DEMAND_CLEARING),
    record(0x0330_0300, CountedRecords, "event clearing", "事件清零", &EVENT_CLEARING),
    record(0x0330_0400, CountedRecords, "clock setting", "校时", &CLOCK_SETTING),
    record(0x0330_0500, CountedRecords, "day slot programming", "时段表编程", &SLOT_PROGRAMMING),
    record(0x0330_0600, CountedRecords, "year zone programming", "时区表编程", &ZONE_PROGRAMMING),
    record(0x0330_0700, CountedRecords, "rest day programming", "周休日编程", &WEEKEND_PROGRAMMING),
    record(0x0330_0800, CountedRecords, "holiday programming", "节假日编程", &HOLIDAY_PROGRAMMING),
    record(0x0330_0900, CountedRecords, "active combination programming", "有功组合方式编程", &ACTIVE_PROGRAMMING),
    record(0x0330_0A00, CountedRecords, "reactive combination 1 programming", "无功组合方式1编程", &REACTIVE_PROGRAMMING),
    record(0x0330_0B00, CountedRecords, "reactive combination 2 programming", "无功组合方式2编程", &REACTIVE_PROGRAMMING),
    record(0x0330_0C00, CountedRecords, "settlement day programming", "结算日编程", &SETTLEMENT_PROGRAMMING),
    record(0x0330_0D00, CountedRecords, "meter cover opening", "开表盖", &COVER),
    record(0x0330_0E00, CountedRecords, "terminal cover opening", "开端钮盒", &COVER),
    record(0x0332_0000, Fields, "purchase of energy", "购电记录", &ENERGY_PURCHASE),
    record(0x0333_0000, Fields, "purchase for money", "购电记录", &MONEY_PURCHASE),
    record(0x1000_0000, Events { phases: TotalAndEach, time: true }, "loss of voltage", "失压", &LONG_VOLTAGE),
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

#[rustfmt::skip]
pub(super) static VALUES: &[ValueRow] = &[
    row(0x1000_0101, ValueShape::One, field("start of the last loss of voltage", "最近一次失压发生时刻", kind::SECOND)),
    row(0x1000_0201, ValueShape::One, field("end of the last loss of voltage", "最近一次失压结束时刻", kind::SECOND)),
];
