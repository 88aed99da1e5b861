//! DL/T 645-2007: freezes (table A.6), load records (table A.7), and what State Grid adds elsewhere.

use meter_value::Quantity::{
    ApparentPower, Count, DateTime, Energy, Identification, Power, ReactiveEnergy, ReactivePower,
};
use meter_value::Unit::{Kilovar, KilovarHour, KilovoltAmpere, Kilowatt, KilowattHour, One};
use meter_value::bcd::Sign::Unsigned;

use super::Shape::{Freezes, Load, One as Only};
use super::y2007::{
    ACTIVE_POWER, CURRENT, FREQUENCY, NEUTRAL_CURRENT, POWER_FACTOR, REACTIVE_POWER, VOLTAGE,
};
use super::{Field, Group, Parts, Row, ended, field, group, record, row, signed, unsigned};
use crate::format::Format;
use crate::time::Form;

const FREEZE_TIME: Field = field("time", "冻结时间", DateTime, One, Format::Time(Form::Minute));
const FORWARD: Field = field("forward active energy", "正向有功电能", Energy, KilowattHour, unsigned(4, 2));
const REVERSE: Field = field("reverse active energy", "反向有功电能", Energy, KilowattHour, unsigned(4, 2));
const COMBINED_1: Field =
    field("combined reactive energy 1", "组合无功1电能", ReactiveEnergy, KilovarHour, signed(4, 2));
const COMBINED_2: Field =
    field("combined reactive energy 2", "组合无功2电能", ReactiveEnergy, KilovarHour, signed(4, 2));
const QUADRANTS: [Field; 4] = [
    field("reactive energy of quadrant 1", "第一象限无功电能", ReactiveEnergy, KilovarHour, unsigned(4, 2)),
    field("reactive energy of quadrant 2", "第二象限无功电能", ReactiveEnergy, KilovarHour, unsigned(4, 2)),
    field("reactive energy of quadrant 3", "第三象限无功电能", ReactiveEnergy, KilovarHour, unsigned(4, 2)),
    field("reactive energy of quadrant 4", "第四象限无功电能", ReactiveEnergy, KilovarHour, unsigned(4, 2)),
];
const MAXIMUM: Format = Format::Maximum { sign: Unsigned };
const FORWARD_MAXIMUM: Field =
    field("forward active maximum demand", "正向有功最大需量及发生时间", Power, Kilowatt, MAXIMUM);
const REVERSE_MAXIMUM: Field =
    field("reverse active maximum demand", "反向有功最大需量及发生时间", Power, Kilowatt, MAXIMUM);

/// In the order of DI1, of which the last two groups share 10.
static FREEZE: [Group; 13] = [
    ended(Parts::One, &[FREEZE_TIME]),
    ended(Parts::Tariffs, &[FORWARD]),
    ended(Parts::Tariffs, &[REVERSE]),
    ended(Parts::Tariffs, &[COMBINED_1]),
    ended(Parts::Tariffs, &[COMBINED_2]),
    ended(Parts::Tariffs, &[QUADRANTS[0]]),
    ended(Parts::Tariffs, &[QUADRANTS[1]]),
    ended(Parts::Tariffs, &[QUADRANTS[2]]),
    ended(Parts::Tariffs, &[QUADRANTS[3]]),
    ended(Parts::Tariffs, &[FORWARD_MAXIMUM]),
    ended(Parts::Tariffs, &[REVERSE_MAXIMUM]),
    group(Parts::TotalAndPhases, &[ACTIVE_POWER]),
    ended(Parts::TotalAndPhases, &[REACTIVE_POWER]),
];

static HOURLY_FREEZE: [Group; 3] =
    [ended(Parts::One, &[FREEZE_TIME]), ended(Parts::Total, &[FORWARD]), ended(Parts::Total, &[REVERSE])];

/// What stands before the classes of a load record.
pub(crate) const RECORD_TIME: Field = field("time", "时间", DateTime, One, Format::Time(Form::Minute));

/// The six classes of a load record. What newer meters add to the sixth is there if its octets are.
pub(crate) static RECORD: [Group; 12] = [
    group(Parts::Phases, &[VOLTAGE]),
    group(Parts::Phases, &[CURRENT]),
    ended(Parts::One, &[FREQUENCY]),
    group(Parts::TotalAndPhases, &[ACTIVE_POWER]),
    ended(Parts::TotalAndPhases, &[REACTIVE_POWER]),
    ended(Parts::TotalAndPhases, &[POWER_FACTOR]),
    group(Parts::Total, &[FORWARD, REVERSE]),
    ended(Parts::Total, &[COMBINED_1, COMBINED_2]),
    ended(Parts::One, &QUADRANTS),
    group(Parts::One, &[field("active demand", "当前有功需量", Power, Kilowatt, signed(3, 4))]),
    group(Parts::One, &[field("reactive demand", "当前无功需量", ReactivePower, Kilovar, signed(3, 4))]),
    ended(
        Parts::One,
        &[
            NEUTRAL_CURRENT,
            field("apparent power", "总视在功率", ApparentPower, KilovoltAmpere, signed(3, 4)),
        ],
    ),
];

const fn load(class: u8, english: &'static str, chinese: &'static str) -> Row {
    record((0x0600 | class as u32) << 16, Load { class }, english, chinese, &RECORD)
}

/// What function 03 exchanges with a meter's security module.
const fn security(number: u32, english: &'static str, chinese: &'static str) -> Row {
    row(number, Only, field(english, chinese, Identification, One, Format::Rest)).write()
}

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    record(0x0500_0000, Freezes { last: 12 }, "timed freeze", "定时冻结", &FREEZE),
    record(0x0501_0000, Freezes { last: 3 }, "instant freeze", "瞬时冻结", &FREEZE),
    record(0x0502_0000, Freezes { last: 2 }, "freeze at the year zone switch", "两套时区表切换冻结", &FREEZE),
    record(0x0503_0000, Freezes { last: 3 }, "freeze at the day slot switch", "两套日时段表切换冻结", &FREEZE),
    record(0x0504_0000, Freezes { last: 0xFE }, "hourly freeze", "整点冻结", &HOURLY_FREEZE),
    record(0x0505_0000, Freezes { last: 2 }, "freeze at the tariff price switch", "两套费率电价切换冻结", &FREEZE),
    record(0x0506_0000, Freezes { last: 62 }, "daily freeze", "日冻结", &FREEZE),
    record(0x0507_0000, Freezes { last: 2 }, "freeze at the ladder switch", "两套阶梯切换冻结", &FREEZE),
    load(0, "load record", "负荷记录"),
    load(1, "class 1 load record", "第1类负荷记录"),
    load(2, "class 2 load record", "第2类负荷记录"),
    load(3, "class 3 load record", "第3类负荷记录"),
    load(4, "class 4 load record", "第4类负荷记录"),
    load(5, "class 5 load record", "第5类负荷记录"),
    load(6, "class 6 load record", "第6类负荷记录"),
    security(0x0700_00FF, "identity authentication", "身份认证指令"),
    security(0x0700_01FF, "validity of the authentication", "身份认证时效设置"),
    security(0x0700_02FF, "end of the authentication", "身份认证失效"),
    security(0x0700_0201, "end of the authentication, old form", "身份认证失效"),
    security(0x0700_03FF, "infrared authentication", "红外认证"),
    security(0x0701_01FF, "opening of an account", "开户"),
    security(0x0701_02FF, "recharge", "充值"),
    security(0x0702_01FF, "key of control commands", "控制命令密钥更新"),
    security(0x0702_02FF, "key of parameters", "参数密钥更新"),
    security(0x0702_03FF, "key of remote identity", "远程身份认证密钥更新"),
    security(0x0702_04FF, "master key", "主控密钥更新"),
    security(0x0780_01FF, "reading back of the security module", "数据回抄"),
    security(0x0781_02FF, "prepayment status", "状态查询"),
    security(0x0781_0201, "prepayment status, old form", "状态查询"),
    row(0x08C0_C000, Only, field("clearing of the topology", "清除拓扑信息", Count, One, Format::Rest)).write(),
    row(0x08C0_C001, Only, field("time of the topology signal", "触发拓扑信号", DateTime, One, Format::Time(Form::Second))).write(),
    row(0x08C0_C002, Only, field("topology", "查询拓扑信息", Count, One, Format::Rest)),
];
