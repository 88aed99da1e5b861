//! DL/T 645-2007: parameters (table A.5).

use meter_value::Quantity::{
    Address, Count, Current, Date, DateTime, Duration, Energy, Identification, LossCoefficient,
    MeterConstant, Money, Password, Power, PowerFactor, Price, Ratio, ReactivePower, Unbalance, Voltage,
};
use meter_value::Unit::{
    Ampere, Kilovar, Kilowatt, KilowattHour, Millisecond, Minute, One, Percent, PulsePerKilovarHour,
    PulsePerKilowattHour, Second, Volt, Yuan, YuanPerKilowattHour,
};

use super::Shape::{Numbered, One as Only, Prices};
use super::events::{start, tariff_or_table};
use super::words::{
    ACTIVE_COMBINATION, BAUD, FEATURES, FREEZE_MODE, HOURLY_MODE, KEYS, LOAD_MODE, REACTIVE_COMBINATION,
    REPORT, RUN_1, RUN_2, RUN_3, RUN_4, RUN_7, WEEKEND, flags,
};
use super::{Field, Group, Parts, Row, field, group, record, row, unsigned};
use crate::format::Format;
use crate::time::Form;

const fn count(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, Count, One, unsigned(1, 0))
}

const fn delay(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, Duration, Second, unsigned(1, 0))
}

const fn minutes(english: &'static str, chinese: &'static str, octets: u8) -> Field {
    field(english, chinese, Duration, Minute, unsigned(octets, 0))
}

const fn time(english: &'static str, chinese: &'static str, form: Form) -> Field {
    field(english, chinese, DateTime, One, Format::Time(form))
}

const fn minute(english: &'static str, chinese: &'static str) -> Field {
    time(english, chinese, Form::Minute)
}

const fn text(english: &'static str, chinese: &'static str, octets: u8) -> Field {
    field(english, chinese, Identification, One, Format::Text { octets })
}

const fn energy(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, Energy, KilowattHour, unsigned(4, 2))
}

const fn money(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, Money, Yuan, unsigned(4, 2))
}

const fn price(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, Price, YuanPerKilowattHour, unsigned(4, 4))
}

const fn loss(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, LossCoefficient, One, unsigned(2, 3))
}

const fn voltage(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, Voltage, Volt, unsigned(2, 1))
}

const fn current(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, Current, Ampere, unsigned(3, 4))
}

const fn power(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, Power, Kilowatt, unsigned(3, 4))
}

const fn password(number: u32, english: &'static str, chinese: &'static str) -> Row {
    row(number, Only, field(english, chinese, Password, One, Format::Secret { octets: 4 })).write()
}

const fn unbalance(english: &'static str, chinese: &'static str) -> Field {
    field(english, chinese, Unbalance, Percent, unsigned(2, 2))
}

static RUN: [Field; 8] = [
    flags("run status 1", "电表运行状态字1", 2, &RUN_1),
    flags("run status 2", "电表运行状态字2", 2, &RUN_2),
    flags("run status 3", "电表运行状态字3", 2, &RUN_3),
    flags("run status 4, phase A", "电表运行状态字4（A相）", 2, &RUN_4),
    flags("run status 5, phase B", "电表运行状态字5（B相）", 2, &RUN_4),
    flags("run status 6, phase C", "电表运行状态字6（C相）", 2, &RUN_4),
    flags("run status 7", "电表运行状态字7", 2, &RUN_7),
    flags("key status", "密钥状态字", 4, &KEYS),
];

/// Older meters end before the key status.
static STATUS: [Group; 1] = [group(Parts::One, &RUN)];

/// A count for each bit that is set.
static REPORT_STATUS: [Group; 2] = [
    group(Parts::One, &[flags("events", "主动上报状态字", 12, &REPORT)]),
    group(Parts::Rest, &[field("new events", "新增次数", Count, One, Format::Octets { octets: 1 })]),
];

static ZONES: [Group; 1] =
    [group(Parts::Rest, &[tariff_or_table("day slot table", "日时段表号"), start(Form::MonthDay)])];
static SLOTS: [Group; 1] =
    [group(Parts::Rest, &[tariff_or_table("tariff", "费率号"), start(Form::HourMinute)])];
static HOLIDAY: [Group; 1] =
    [group(Parts::One, &[tariff_or_table("day slot table", "日时段表号"), start(Form::Day)])];
/// Some meters leave out the second.
static SCREEN: [Group; 1] = [group(
    Parts::One,
    &[
        field("identifier", "数据标识", Identification, One, Format::Digits { octets: 4 }),
        count("part", "分屏号"),
    ],
)];
static LADDERS: [Group; 3] = [
    group(Parts::Times(6), &[energy("value of ladder", "阶梯值")]),
    group(Parts::Times(7), &[price("price of ladder", "阶梯电价")]),
    group(Parts::Rest, &[time("yearly settlement day", "年结算日", Form::MonthDayHour)]),
];

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    row(0x0400_0101, Only, field("date", "日期及星期", Date, One, Format::Time(Form::Date))).read_write(),
    row(0x0400_0102, Only, field("time", "时间", DateTime, One, Format::Time(Form::Clock))).read_write(),
    row(0x0400_0103, Only, minutes("maximum demand period", "最大需量周期", 1)).read_write(),
    row(0x0400_0104, Only, minutes("sliding time", "滑差时间", 1)).read_write(),
    row(0x0400_0105, Only, field("calibration pulse width", "校表脉冲宽度", Duration, Millisecond, unsigned(2, 0))).read_write(),
    row(0x0400_0106, Only, minute("switch time of the year zones", "两套时区表切换时间")).read_write(),
    row(0x0400_0107, Only, minute("switch time of the day slots", "两套日时段表切换时间")).read_write(),
    row(0x0400_0108, Only, minute("switch time of the tariff prices", "两套费率电价切换时间")).read_write(),
    row(0x0400_0109, Only, minute("switch time of the ladders", "两套阶梯电价切换时间")).read_write(),
    row(0x0400_010C, Only, field("date and time", "日期、星期及时间", DateTime, One, Format::Time(Form::DateAndClock))).read_write(),
    row(0x0400_0201, Only, count("year zones", "年时区数")).read_write(),
    row(0x0400_0202, Only, count("day slot tables", "日时段表数")).read_write(),
    row(0x0400_0203, Only, count("day slots", "日时段数")).read_write(),
    row(0x0400_0204, Only, count("tariffs", "费率数")).read_write(),
    row(0x0400_0205, Only, field("public holidays", "公共假日数", Count, One, unsigned(2, 0))).read_write(),
    row(0x0400_0206, Only, count("harmonics analysed", "谐波分析次数")).read_write(),
    row(0x0400_0207, Only, count("ladders", "梯度（阶梯）数")).read_write(),
    row(0x0400_0208, Only, count("keys", "密钥总条数")),
    row(0x0400_0301, Only, count("screens shown in turn", "自动循环显示屏数")).read_write(),
    row(0x0400_0302, Only, delay("time of a screen", "每屏显示时间")).read_write(),
    row(0x0400_0303, Only, count("decimals of shown energy", "显示电能小数位数")).read_write(),
    row(0x0400_0304, Only, count("decimals of shown power", "显示功率（最大需量）小数位数")).read_write(),
    row(0x0400_0305, Only, count("screens shown by key", "按键循环显示屏数")).read_write(),
    row(0x0400_0306, Only, field("current transformer ratio", "电流互感器变比", Ratio, One, unsigned(3, 0))).read_write(),
    row(0x0400_0307, Only, field("voltage transformer ratio", "电压互感器变比", Ratio, One, unsigned(3, 0))).read_write(),
    row(0x0400_0308, Only, delay("time of the full screen at power-on", "上电全显时间")).read_write(),
    row(0x0400_0401, Only, field("address", "通信地址", Address, One, Format::Digits { octets: 6 })).read_write(),
    row(0x0400_0402, Only, field("meter number", "表号", Identification, One, Format::Digits { octets: 6 })).read_write(),
    row(0x0400_0403, Only, text("asset code", "资产管理编码", 32)).read_write(),
    row(0x0400_0404, Only, text("rated voltage", "额定电压", 6)).read_write(),
    row(0x0400_0405, Only, text("rated current", "额定电流/基本电流", 6)).read_write(),
    row(0x0400_0406, Only, text("maximum current", "最大电流", 6)).read_write(),
    row(0x0400_0407, Only, text("active accuracy class", "有功准确度等级", 4)).read_write(),
    row(0x0400_0408, Only, text("reactive accuracy class", "无功准确度等级", 4)).read_write(),
    row(0x0400_0409, Only, field("active constant", "电表有功常数", MeterConstant, PulsePerKilowattHour, unsigned(3, 0))).read_write(),
    row(0x0400_040A, Only, field("reactive constant", "电表无功常数", MeterConstant, PulsePerKilovarHour, unsigned(3, 0))).read_write(),
    row(0x0400_040B, Only, text("meter type", "电表型号", 10)).read_write(),
    row(0x0400_040C, Only, text("production date", "生产日期", 10)).read_write(),
    row(0x0400_040D, Only, text("protocol version", "协议版本号", 16)),
    row(0x0400_040E, Only, field("customer number", "客户编号", Identification, One, Format::Digits { octets: 6 })).read_write(),
    // Longitude, latitude and height, whose forms are not known.
    row(0x0400_040F, Only, field("meter position", "电能表位置信息", Identification, One, Format::Octets { octets: 11 })).read_write(),
    row(0x0400_0501, Only, RUN[0]),
    row(0x0400_0502, Only, RUN[1]),
    row(0x0400_0503, Only, RUN[2]),
    row(0x0400_0504, Only, RUN[3]),
    row(0x0400_0505, Only, RUN[4]),
    row(0x0400_0506, Only, RUN[5]),
    row(0x0400_0507, Only, RUN[6]),
    row(0x0400_0508, Only, RUN[7]),
    record(0x0400_05FF, Only, "run status", "电表运行状态字数据块", &STATUS),
    row(0x0400_0601, Only, flags("active combination", "有功组合方式特征字", 1, &ACTIVE_COMBINATION)).read_write(),
    row(0x0400_0602, Only, flags("reactive combination 1", "无功组合方式1特征字", 1, &REACTIVE_COMBINATION)).read_write(),
    row(0x0400_0603, Only, flags("reactive combination 2", "无功组合方式2特征字", 1, &REACTIVE_COMBINATION)).read_write(),
    row(0x0400_0701, Only, flags("baud rate of the modulated infrared port", "调制型红外光口通信速率特征字", 1, &BAUD)).read_write(),
    row(0x0400_0702, Only, flags("baud rate of the contact infrared port", "接触式红外光口通信速率特征字", 1, &BAUD)).read_write(),
    row(0x0400_0703, Only, flags("baud rate of port 1", "通信口1通信速率特征字", 1, &BAUD)).read_write(),
    row(0x0400_0704, Only, flags("baud rate of port 2", "通信口2通信速率特征字", 1, &BAUD)).read_write(),
    row(0x0400_0705, Only, flags("baud rate of port 3", "通信口3通信速率特征字", 1, &BAUD)).read_write(),
    row(0x0400_0801, Only, flags("rest days", "周休日特征字", 1, &WEEKEND)).read_write(),
    row(0x0400_0802, Only, count("day slot table of rest days", "周休日采用的日时段表号")).read_write(),
    row(0x0400_0901, Only, flags("load record mode", "负荷记录模式字", 1, &LOAD_MODE)).read_write(),
    row(0x0400_0902, Only, flags("timed freeze mode", "定时冻结数据模式字", 1, &FREEZE_MODE)).read_write(),
    row(0x0400_0903, Only, flags("instant freeze mode", "瞬时冻结数据模式字", 1, &FREEZE_MODE)).read_write(),
    row(0x0400_0904, Only, flags("table switch freeze mode", "约定冻结数据模式字", 1, &FREEZE_MODE)).read_write(),
    row(0x0400_0905, Only, flags("hourly freeze mode", "整点冻结数据模式字", 1, &HOURLY_MODE)).read_write(),
    row(0x0400_0906, Only, flags("daily freeze mode", "日冻结数据模式字", 1, &FREEZE_MODE)).read_write(),
    row(0x0400_0A01, Only, time("start of load records", "负荷记录起始时间", Form::Yearly)).read_write(),
    row(0x0400_0A02, Only, minutes("interval of load records of class 1", "第1类负荷记录间隔时间", 2)).read_write(),
    row(0x0400_0A03, Only, minutes("interval of load records of class 2", "第2类负荷记录间隔时间", 2)).read_write(),
    row(0x0400_0A04, Only, minutes("interval of load records of class 3", "第3类负荷记录间隔时间", 2)).read_write(),
    row(0x0400_0A05, Only, minutes("interval of load records of class 4", "第4类负荷记录间隔时间", 2)).read_write(),
    row(0x0400_0A06, Only, minutes("interval of load records of class 5", "第5类负荷记录间隔时间", 2)).read_write(),
    row(0x0400_0A07, Only, minutes("interval of load records of class 6", "第6类负荷记录间隔时间", 2)).read_write(),
    row(0x0400_0B01, Only, time("settlement day 1", "每月第1结算日", Form::DayHour)).read_write(),
    row(0x0400_0B02, Only, time("settlement day 2", "每月第2结算日", Form::DayHour)).read_write(),
    row(0x0400_0B03, Only, time("settlement day 3", "每月第3结算日", Form::DayHour)).read_write(),
    password(0x0400_0C01, "password of level 0", "0级密码"),
    password(0x0400_0C02, "password of level 1", "1级密码"),
    password(0x0400_0C03, "password of level 2", "2级密码"),
    password(0x0400_0C04, "password of level 3", "3级密码"),
    password(0x0400_0C05, "password of level 4", "4级密码"),
    password(0x0400_0C06, "password of level 5", "5级密码"),
    password(0x0400_0C07, "password of level 6", "6级密码"),
    password(0x0400_0C08, "password of level 7", "7级密码"),
    password(0x0400_0C09, "password of level 8", "8级密码"),
    password(0x0400_0C0A, "password of level 9", "9级密码"),
    row(0x0400_0D01, Only, loss("conductance coefficient, phase A", "A相电导系数")).read_write(),
    row(0x0400_0D02, Only, loss("susceptance coefficient, phase A", "A相电纳系数")).read_write(),
    row(0x0400_0D03, Only, loss("resistance coefficient, phase A", "A相电阻系数")).read_write(),
    row(0x0400_0D04, Only, loss("reactance coefficient, phase A", "A相电抗系数")).read_write(),
    row(0x0400_0D05, Only, loss("conductance coefficient, phase B", "B相电导系数")).read_write(),
    row(0x0400_0D06, Only, loss("susceptance coefficient, phase B", "B相电纳系数")).read_write(),
    row(0x0400_0D07, Only, loss("resistance coefficient, phase B", "B相电阻系数")).read_write(),
    row(0x0400_0D08, Only, loss("reactance coefficient, phase B", "B相电抗系数")).read_write(),
    row(0x0400_0D09, Only, loss("conductance coefficient, phase C", "C相电导系数")).read_write(),
    row(0x0400_0D0A, Only, loss("susceptance coefficient, phase C", "C相电纳系数")).read_write(),
    row(0x0400_0D0B, Only, loss("resistance coefficient, phase C", "C相电阻系数")).read_write(),
    row(0x0400_0D0C, Only, loss("reactance coefficient, phase C", "C相电抗系数")).read_write(),
    row(0x0400_0E01, Only, power("forward active power upper limit", "正向有功功率上限值")).read_write(),
    row(0x0400_0E02, Only, power("reverse active power upper limit", "反向有功功率上限值")).read_write(),
    row(0x0400_0E03, Only, voltage("voltage upper limit", "电压上限值")).read_write(),
    row(0x0400_0E04, Only, voltage("voltage lower limit", "电压下限值")).read_write(),
    row(0x0400_0F01, Only, energy("alarm energy limit 1", "报警电量1限值")).read_write(),
    row(0x0400_0F02, Only, energy("alarm energy limit 2", "报警电量2限值")).read_write(),
    row(0x0400_0F03, Only, energy("hoarded energy limit", "囤积电量限值")).read_write(),
    row(0x0400_0F04, Only, energy("overdrawn energy limit", "透支电量限值")).read_write(),
    row(0x0400_1001, Only, money("alarm money limit 1", "报警金额1限值")).read_write(),
    row(0x0400_1002, Only, money("alarm money limit 2", "报警金额2限值")).read_write(),
    row(0x0400_1003, Only, money("overdrawn money limit", "透支金额限值")).read_write(),
    row(0x0400_1004, Only, money("hoarded money limit", "囤积金额限值")).read_write(),
    row(0x0400_1005, Only, money("close permission money limit", "合闸允许金额限值")).read_write(),
    row(0x0400_1101, Only, flags("features", "电表运行特征字1", 1, &FEATURES)).read_write(),
    row(0x0400_1104, Only, flags("report mode", "主动上报模式字", 8, &REPORT)).read_write(),
    row(0x0400_1201, Only, minute("start of hourly freezes", "整点冻结起始时间")).read_write(),
    row(0x0400_1202, Only, minutes("interval of hourly freezes", "整点冻结时间间隔", 1)).read_write(),
    row(0x0400_1203, Only, time("time of daily freezes", "日冻结时间", Form::HourMinute)).read_write(),
    row(0x0400_1204, Only, time("time of timed freezes", "定时冻结时间", Form::Yearly)).read_write(),
    row(0x0400_1301, Only, count("radio signal strength", "无线通信在线及信号强弱指示")).read_write(),
    row(0x0400_1401, Only, minutes("trip delay", "跳闸延时时间", 2)).read_write(),
    // The same identifier, of the standard and of newer meters.
    row(0x0400_1402, Only, minutes("close delay", "合闸延时时间", 2)).read_write(),
    row(0x0400_1402, Only, field("trip current", "继电器拉闸控制电流门限值", Current, Ampere, unsigned(3, 3))).read_write(),
    row(0x0400_1403, Only, minutes("delay of tripping by current", "超拉闸控制电流门限保护延时时间", 2)).read_write(),
    row(0x0400_1404, Only, minutes("validity of infrared authentication", "红外认证时效", 1)).read_write(),
    row(0x0400_1405, Only, minutes("delay of resetting the report word", "主动上报状态字自动复位延时时间", 1)).read_write(),
    record(0x0400_1501, Only, "report", "主动上报状态字", &REPORT_STATUS),
    row(0x0400_1503, Only, flags("reset of the report", "复位主动上报状态字", 12, &REPORT)).write(),
    record(0x0401_0000, Only, "year zones, set 1", "第一套时区表数据", &ZONES).read_write(),
    record(0x0401_0001, Numbered { last: 8 }, "day slots, set 1, table", "第一套日时段表", &SLOTS).read_write(),
    record(0x0402_0000, Only, "year zones, set 2", "第二套时区表数据", &ZONES).read_write(),
    record(0x0402_0001, Numbered { last: 8 }, "day slots, set 2, table", "第二套日时段表", &SLOTS).read_write(),
    record(0x0403_0001, Numbered { last: 0xFE }, "public holiday", "公共假日日期及日时段表号", &HOLIDAY).read_write(),
    record(0x0404_0101, Numbered { last: 0xFE }, "screen shown in turn", "自动循环显示屏", &SCREEN).read_write(),
    record(0x0404_0201, Numbered { last: 0xFE }, "screen shown by key", "按键循环显示屏", &SCREEN).read_write(),
    row(0x0405_0101, Prices, price("price of set 1", "第一套费率电价")).read_write(),
    row(0x0405_0201, Prices, price("price of set 2", "第二套费率电价")).read_write(),
    row(0x0406_0001, Numbered { last: 0xFE }, field("set 1, value of ladder", "第一套阶梯值", Energy, KilowattHour, unsigned(4, 2))).read_write(),
    row(0x0406_0101, Numbered { last: 0xFE }, price("set 1, price of ladder", "第一套阶梯电价")).read_write(),
    row(0x0406_0201, Numbered { last: 0xFE }, field("set 2, value of ladder", "第二套阶梯值", Energy, KilowattHour, unsigned(4, 2))).read_write(),
    row(0x0406_0301, Numbered { last: 0xFE }, price("set 2, price of ladder", "第二套阶梯电价")).read_write(),
    // How many settlement days end the block differs.
    record(0x0406_04FF, Only, "present ladders", "当前套阶梯参数数据块", &LADDERS).read_write(),
    record(0x0406_05FF, Only, "spare ladders", "备用套阶梯参数数据块", &LADDERS).read_write(),
    // Limits of events.
    row(0x0409_0101, Only, voltage("loss of voltage, voltage upper limit", "失压事件电压触发上限")).read_write(),
    row(0x0409_0102, Only, voltage("loss of voltage, restored voltage lower limit", "失压事件电压恢复下限")).read_write(),
    row(0x0409_0103, Only, current("loss of voltage, current lower limit", "失压事件电流触发下限")).read_write(),
    row(0x0409_0104, Only, delay("loss of voltage, delay", "失压事件判定延时时间")).read_write(),
    row(0x0409_0201, Only, voltage("undervoltage, voltage upper limit", "欠压事件电压触发上限")).read_write(),
    row(0x0409_0202, Only, delay("undervoltage, delay", "欠压事件判定延时时间")).read_write(),
    row(0x0409_0301, Only, voltage("overvoltage, voltage lower limit", "过压事件电压触发下限")).read_write(),
    row(0x0409_0302, Only, delay("overvoltage, delay", "过压事件判定延时时间")).read_write(),
    row(0x0409_0401, Only, voltage("phase break, voltage upper limit", "断相事件电压触发上限")).read_write(),
    row(0x0409_0402, Only, current("phase break, current upper limit", "断相事件电流触发上限")).read_write(),
    row(0x0409_0403, Only, delay("phase break, delay", "断相事件判定延时时间")).read_write(),
    row(0x0409_0501, Only, unbalance("voltage unbalance, limit", "电压不平衡率限值")).read_write(),
    row(0x0409_0502, Only, delay("voltage unbalance, delay", "电压不平衡率判定延时时间")).read_write(),
    row(0x0409_0601, Only, unbalance("current unbalance, limit", "电流不平衡率限值")).read_write(),
    row(0x0409_0602, Only, delay("current unbalance, delay", "电流不平衡率判定延时时间")).read_write(),
    row(0x0409_0701, Only, voltage("loss of current, voltage lower limit", "失流事件电压触发下限")).read_write(),
    row(0x0409_0702, Only, current("loss of current, current upper limit", "失流事件电流触发上限")).read_write(),
    row(0x0409_0703, Only, current("loss of current, current lower limit", "失流事件电流触发下限")).read_write(),
    row(0x0409_0704, Only, delay("loss of current, delay", "失流事件判定延时时间")).read_write(),
    row(0x0409_0801, Only, field("overcurrent, current lower limit", "过流事件电流触发下限", Current, Ampere, unsigned(2, 1))).read_write(),
    row(0x0409_0802, Only, delay("overcurrent, delay", "过流事件判定延时时间")).read_write(),
    row(0x0409_0901, Only, voltage("current break, voltage lower limit", "断流事件电压触发下限")).read_write(),
    row(0x0409_0902, Only, current("current break, current upper limit", "断流事件电流触发上限")).read_write(),
    row(0x0409_0903, Only, delay("current break, delay", "断流事件判定延时时间")).read_write(),
    row(0x0409_0A01, Only, power("reversal, active power lower limit", "潮流反向事件有功功率触发下限")).read_write(),
    row(0x0409_0A02, Only, delay("reversal, delay", "潮流反向事件判定延时时间")).read_write(),
    row(0x0409_0B01, Only, power("overload, active power lower limit", "过载事件有功功率触发下限")).read_write(),
    row(0x0409_0B02, Only, delay("overload, delay", "过载事件判定延时时间")).read_write(),
    row(0x0409_0C01, Only, voltage("voltage assessment, upper limit", "电压考核上限")).read_write(),
    row(0x0409_0C02, Only, voltage("voltage assessment, lower limit", "电压考核下限")).read_write(),
    row(0x0409_0D01, Only, power("active demand, limit", "有功需量超限事件需量触发下限")).read_write(),
    row(0x0409_0D02, Only, field("reactive demand, limit", "无功需量超限事件需量触发下限", ReactivePower, Kilovar, unsigned(3, 4))).read_write(),
    row(0x0409_0D03, Only, delay("demand, delay", "需量超限事件判定延时时间")).read_write(),
    row(0x0409_0E01, Only, field("power factor, lower limit", "总功率因数超下限阀值", PowerFactor, One, unsigned(2, 3))).read_write(),
    row(0x0409_0E02, Only, delay("power factor, delay", "总功率因数超下限判定延时时间")).read_write(),
    row(0x0409_0F01, Only, unbalance("severe current unbalance, limit", "电流严重不平衡限值")).read_write(),
    row(0x0409_0F02, Only, delay("severe current unbalance, delay", "电流严重不平衡触发延时时间")).read_write(),
    // Of the maker.
    row(0x0480_0001, Only, text("software version", "厂家软件版本号", 32)),
    row(0x0480_0002, Only, text("hardware version", "厂家硬件版本号", 32)),
    row(0x0480_0003, Only, text("maker's code", "厂家编号", 32)),
    row(0x0480_0004, Only, field("software filing number", "软件备案号", Identification, One, Format::Digits { octets: 8 })),
];
