//! DL/T 645-2007: parameters (table A.5).

use super::ValueShape::{Numbered, One as Only, PhasesByFour, Prices};
use super::words::{
    ACTIVE_COMBINATION, BAUD, FEATURES, FREEZE_MODE, HOURLY_MODE, KEYS, LOAD_MODE, REACTIVE_COMBINATION,
    REPORT, REPORT_MODE, RUN_1, RUN_2, RUN_3, RUN_4, RUN_7, WEEKEND,
};
use super::{Field, Group, Parts, RecordRow, RecordShape, ValueRow, field, group, kind, record, row};

static RUN: [Field; 8] = [
    field("run status 1", "电表运行状态字1", RUN_1),
    field("run status 2", "电表运行状态字2", RUN_2),
    field("run status 3", "电表运行状态字3", RUN_3),
    field("run status 4, phase A", "电表运行状态字4（A相）", RUN_4),
    field("run status 5, phase B", "电表运行状态字5（B相）", RUN_4),
    field("run status 6, phase C", "电表运行状态字6（C相）", RUN_4),
    field("run status 7", "电表运行状态字7", RUN_7),
    field("key status", "密钥状态字", KEYS),
];

/// Older meters end before the key status.
static STATUS: [Group; 1] = [group(Parts::One, &RUN)];

/// A count for each bit that is set.
static REPORT_STATUS: [Group; 2] = [
    group(Parts::One, &[field("events", "主动上报状态字", REPORT)]),
    group(Parts::Rest, &[field("new events", "新增次数", kind::COUNT_OCTET)]),
];

static ZONES: [Group; 1] = [group(
    Parts::Rest,
    &[field("day slot table", "日时段表号", kind::COUNT_1), field("start", "起始时间", kind::MONTH_DAY)],
)];
static SLOTS: [Group; 1] = [group(
    Parts::Rest,
    &[field("tariff", "费率号", kind::COUNT_1), field("start", "起始时间", kind::HOUR_MINUTE)],
)];
static HOLIDAY: [Group; 1] = [group(
    Parts::One,
    &[field("day slot table", "日时段表号", kind::COUNT_1), field("start", "起始时间", kind::DAY)],
)];
/// Some meters leave out the second.
static SCREEN: [Group; 1] = [group(
    Parts::One,
    &[field("identifier", "数据标识", kind::DIGITS_4), field("part", "分屏号", kind::COUNT_1)],
)];
static LADDERS: [Group; 3] = [
    group(Parts::Times(6), &[field("value of ladder", "阶梯值", kind::ENERGY)]),
    group(Parts::Times(7), &[field("price of ladder", "阶梯电价", kind::PRICE)]),
    group(Parts::Rest, &[field("yearly settlement day", "年结算日", kind::MONTH_DAY_HOUR)]),
];

#[rustfmt::skip]
pub(super) static RECORDS: &[RecordRow] = &[
    record(0x0400_0500, RecordShape::Members, "run status", "电表运行状态字数据块", &STATUS),
    record(0x0400_1501, RecordShape::One, "report", "主动上报状态字", &REPORT_STATUS),
    record(0x0401_0000, RecordShape::One, "year zones, set 1", "第一套时区表数据", &ZONES).read_write(),
    record(0x0401_0001, RecordShape::Numbered { last: 8 }, "day slots, set 1, table", "第一套日时段表", &SLOTS).read_write(),
    record(0x0402_0000, RecordShape::One, "year zones, set 2", "第二套时区表数据", &ZONES).read_write(),
    record(0x0402_0001, RecordShape::Numbered { last: 8 }, "day slots, set 2, table", "第二套日时段表", &SLOTS).read_write(),
    record(0x0403_0001, RecordShape::Numbered { last: 0xFE }, "public holiday", "公共假日日期及日时段表号", &HOLIDAY).read_write(),
    record(0x0404_0101, RecordShape::Numbered { last: 0xFE }, "screen shown in turn", "自动循环显示屏", &SCREEN).read_write(),
    record(0x0404_0201, RecordShape::Numbered { last: 0xFE }, "screen shown by key", "按键循环显示屏", &SCREEN).read_write(),
    // How many settlement days end the block differs.
    record(0x0406_04FF, RecordShape::One, "present ladders", "当前套阶梯参数数据块", &LADDERS).read_write(),
    record(0x0406_05FF, RecordShape::One, "spare ladders", "备用套阶梯参数数据块", &LADDERS).read_write(),
];

#[rustfmt::skip]
pub(super) static VALUES: &[ValueRow] = &[
    row(0x0400_0101, Only, field("date", "日期及星期", kind::DATE)).read_write(),
    row(0x0400_0102, Only, field("time", "时间", kind::CLOCK)).read_write(),
    row(0x0400_0103, Only, field("maximum demand period", "最大需量周期", kind::MINUTES_1)).read_write(),
    row(0x0400_0104, Only, field("sliding time", "滑差时间", kind::MINUTES_1)).read_write(),
    row(0x0400_0105, Only, field("calibration pulse width", "校表脉冲宽度", kind::MILLISECONDS)).read_write(),
    row(0x0400_0106, Only, field("switch time of the year zones", "两套时区表切换时间", kind::MINUTE)).read_write(),
    row(0x0400_0107, Only, field("switch time of the day slots", "两套日时段表切换时间", kind::MINUTE)).read_write(),
    row(0x0400_0108, Only, field("switch time of the tariff prices", "两套费率电价切换时间", kind::MINUTE)).read_write(),
    row(0x0400_0109, Only, field("switch time of the ladders", "两套阶梯电价切换时间", kind::MINUTE)).read_write(),
    row(0x0400_010C, Only, field("date and time", "日期、星期及时间", kind::DATE_AND_CLOCK)).read_write(),
    row(0x0400_0201, Only, field("year zones", "年时区数", kind::COUNT_1)).read_write(),
    row(0x0400_0202, Only, field("day slot tables", "日时段表数", kind::COUNT_1)).read_write(),
    row(0x0400_0203, Only, field("day slots", "日时段数", kind::COUNT_1)).read_write(),
    row(0x0400_0204, Only, field("tariffs", "费率数", kind::COUNT_1)).read_write(),
    row(0x0400_0205, Only, field("public holidays", "公共假日数", kind::COUNT_2)).read_write(),
    row(0x0400_0206, Only, field("harmonics analysed", "谐波分析次数", kind::COUNT_1)).read_write(),
    row(0x0400_0207, Only, field("ladders", "梯度（阶梯）数", kind::COUNT_1)).read_write(),
    row(0x0400_0208, Only, field("keys", "密钥总条数", kind::COUNT_1)),
    row(0x0400_0301, Only, field("screens shown in turn", "自动循环显示屏数", kind::COUNT_1)).read_write(),
    row(0x0400_0302, Only, field("time of a screen", "每屏显示时间", kind::SECONDS)).read_write(),
    row(0x0400_0303, Only, field("decimals of shown energy", "显示电能小数位数", kind::COUNT_1)).read_write(),
    row(0x0400_0304, Only, field("decimals of shown power", "显示功率（最大需量）小数位数", kind::COUNT_1)).read_write(),
    row(0x0400_0305, Only, field("screens shown by key", "按键循环显示屏数", kind::COUNT_1)).read_write(),
    row(0x0400_0306, Only, field("current transformer ratio", "电流互感器变比", kind::RATIO)).read_write(),
    row(0x0400_0307, Only, field("voltage transformer ratio", "电压互感器变比", kind::RATIO)).read_write(),
    row(0x0400_0308, Only, field("time of the full screen at power-on", "上电全显时间", kind::SECONDS)).read_write(),
    row(0x0400_0401, Only, field("address", "通信地址", kind::ADDRESS)).read_write(),
    row(0x0400_0402, Only, field("meter number", "表号", kind::DIGITS_6)).read_write(),
    row(0x0400_0403, Only, field("asset code", "资产管理编码", kind::TEXT_32)).read_write(),
    row(0x0400_0404, Only, field("rated voltage", "额定电压", kind::TEXT_6)).read_write(),
    row(0x0400_0405, Only, field("rated current", "额定电流/基本电流", kind::TEXT_6)).read_write(),
    row(0x0400_0406, Only, field("maximum current", "最大电流", kind::TEXT_6)).read_write(),
    row(0x0400_0407, Only, field("active accuracy class", "有功准确度等级", kind::TEXT_4)).read_write(),
    row(0x0400_0408, Only, field("reactive accuracy class", "无功准确度等级", kind::TEXT_4)).read_write(),
    row(0x0400_0409, Only, field("active constant", "电表有功常数", kind::ACTIVE_CONSTANT)).read_write(),
    row(0x0400_040A, Only, field("reactive constant", "电表无功常数", kind::REACTIVE_CONSTANT)).read_write(),
    row(0x0400_040B, Only, field("meter type", "电表型号", kind::TEXT_10)).read_write(),
    row(0x0400_040C, Only, field("production date", "生产日期", kind::TEXT_10)).read_write(),
    row(0x0400_040D, Only, field("protocol version", "协议版本号", kind::TEXT_16)),
    row(0x0400_040E, Only, field("customer number", "客户编号", kind::DIGITS_6)).read_write(),
    // Longitude, latitude and height, whose forms are not known.
    row(0x0400_040F, Only, field("meter position", "电能表位置信息", kind::POSITION)).read_write(),
    row(0x0400_0601, Only, field("active combination", "有功组合方式特征字", ACTIVE_COMBINATION)).read_write(),
    row(0x0400_0602, Numbered { first: 1, last: 3 }, field("reactive combination", "无功组合方式#特征字", REACTIVE_COMBINATION)).read_write(),
    row(0x0400_0701, Only, field("baud rate of the modulated infrared port", "调制型红外光口通信速率特征字", BAUD)).read_write(),
    row(0x0400_0702, Only, field("baud rate of the contact infrared port", "接触式红外光口通信速率特征字", BAUD)).read_write(),
    row(0x0400_0703, Numbered { first: 1, last: 5 }, field("baud rate of port", "通信口#通信速率特征字", BAUD)).read_write(),
    row(0x0400_0801, Only, field("rest days", "周休日特征字", WEEKEND)).read_write(),
    row(0x0400_0802, Only, field("day slot table of rest days", "周休日采用的日时段表号", kind::COUNT_1)).read_write(),
    row(0x0400_0901, Only, field("load record mode", "负荷记录模式字", LOAD_MODE)).read_write(),
    row(0x0400_0902, Only, field("timed freeze mode", "定时冻结数据模式字", FREEZE_MODE)).read_write(),
    row(0x0400_0903, Only, field("instant freeze mode", "瞬时冻结数据模式字", FREEZE_MODE)).read_write(),
    row(0x0400_0904, Only, field("table switch freeze mode", "约定冻结数据模式字", FREEZE_MODE)).read_write(),
    row(0x0400_0905, Only, field("hourly freeze mode", "整点冻结数据模式字", HOURLY_MODE)).read_write(),
    row(0x0400_0906, Only, field("daily freeze mode", "日冻结数据模式字", FREEZE_MODE)).read_write(),
    row(0x0400_0A01, Only, field("start of load records", "负荷记录起始时间", kind::YEARLY)).read_write(),
    row(0x0400_0A02, Numbered { first: 1, last: 7 }, field("interval of load records of class", "第#类负荷记录间隔时间", kind::MINUTES_2)).read_write(),
    row(0x0400_0B01, Numbered { first: 1, last: 3 }, field("settlement day", "每月第#结算日", kind::DAY_HOUR)).read_write(),
    row(0x0400_0C01, Numbered { first: 0, last: 10 }, field("password of level", "#级密码", kind::PASSWORD)).write(),
    row(0x0400_0D01, PhasesByFour, field("conductance coefficient", "电导系数", kind::LOSS)).read_write(),
    row(0x0400_0D02, PhasesByFour, field("susceptance coefficient", "电纳系数", kind::LOSS)).read_write(),
    row(0x0400_0D03, PhasesByFour, field("resistance coefficient", "电阻系数", kind::LOSS)).read_write(),
    row(0x0400_0D04, PhasesByFour, field("reactance coefficient", "电抗系数", kind::LOSS)).read_write(),
    row(0x0400_0E01, Only, field("forward active power upper limit", "正向有功功率上限值", kind::POWER)).read_write(),
    row(0x0400_0E02, Only, field("reverse active power upper limit", "反向有功功率上限值", kind::POWER)).read_write(),
    row(0x0400_0E03, Only, field("voltage upper limit", "电压上限值", kind::VOLTAGE)).read_write(),
    row(0x0400_0E04, Only, field("voltage lower limit", "电压下限值", kind::VOLTAGE)).read_write(),
    row(0x0400_0F01, Numbered { first: 1, last: 2 }, field("alarm energy limit", "报警电量#限值", kind::ENERGY)).read_write(),
    row(0x0400_0F03, Only, field("hoarded energy limit", "囤积电量限值", kind::ENERGY)).read_write(),
    row(0x0400_0F04, Only, field("overdrawn energy limit", "透支电量限值", kind::ENERGY)).read_write(),
    row(0x0400_1001, Numbered { first: 1, last: 2 }, field("alarm money limit", "报警金额#限值", kind::MONEY)).read_write(),
    row(0x0400_1003, Only, field("overdrawn money limit", "透支金额限值", kind::MONEY)).read_write(),
    row(0x0400_1004, Only, field("hoarded money limit", "囤积金额限值", kind::MONEY)).read_write(),
    row(0x0400_1005, Only, field("close permission money limit", "合闸允许金额限值", kind::MONEY)).read_write(),
    row(0x0400_1101, Only, field("features", "电表运行特征字1", FEATURES)).read_write(),
    row(0x0400_1104, Only, field("report mode", "主动上报模式字", REPORT_MODE)).read_write(),
    row(0x0400_1201, Only, field("start of hourly freezes", "整点冻结起始时间", kind::MINUTE)).read_write(),
    row(0x0400_1202, Only, field("interval of hourly freezes", "整点冻结时间间隔", kind::MINUTES_1)).read_write(),
    row(0x0400_1203, Only, field("time of daily freezes", "日冻结时间", kind::HOUR_MINUTE)).read_write(),
    row(0x0400_1204, Only, field("time of timed freezes", "定时冻结时间", kind::YEARLY)).read_write(),
    row(0x0400_1301, Only, field("radio signal strength", "无线通信在线及信号强弱指示", kind::COUNT_1)).read_write(),
    row(0x0400_1401, Only, field("trip delay", "跳闸延时时间", kind::MINUTES_2)).read_write(),
    // The same identifier, of the standard and of newer meters.
    row(0x0400_1402, Only, field("close delay", "合闸延时时间", kind::MINUTES_2)).read_write(),
    row(0x0400_1402, Only, field("trip current", "继电器拉闸控制电流门限值", kind::CURRENT_3_3)).read_write(),
    row(0x0400_1403, Only, field("delay of tripping by current", "超拉闸控制电流门限保护延时时间", kind::MINUTES_2)).read_write(),
    row(0x0400_1404, Only, field("validity of infrared authentication", "红外认证时效", kind::MINUTES_1)).read_write(),
    row(0x0400_1405, Only, field("delay of resetting the report word", "主动上报状态字自动复位延时时间", kind::MINUTES_1)).read_write(),
    row(0x0400_1503, Only, field("reset of the report", "复位主动上报状态字", REPORT)).write(),
    row(0x0405_0101, Prices, field("price of set 1", "第一套费率电价", kind::PRICE)).read_write(),
    row(0x0405_0201, Prices, field("price of set 2", "第二套费率电价", kind::PRICE)).read_write(),
    row(0x0406_0001, Numbered { first: 1, last: 0xFE }, field("set 1, value of ladder", "第一套阶梯值", kind::ENERGY)).read_write(),
    row(0x0406_0101, Numbered { first: 1, last: 0xFE }, field("set 1, price of ladder", "第一套阶梯电价", kind::PRICE)).read_write(),
    row(0x0406_0201, Numbered { first: 1, last: 0xFE }, field("set 2, value of ladder", "第二套阶梯值", kind::ENERGY)).read_write(),
    row(0x0406_0301, Numbered { first: 1, last: 0xFE }, field("set 2, price of ladder", "第二套阶梯电价", kind::PRICE)).read_write(),
    // Limits of events.
    row(0x0409_0101, Only, field("loss of voltage, voltage upper limit", "失压事件电压触发上限", kind::VOLTAGE)).read_write(),
    row(0x0409_0102, Only, field("loss of voltage, restored voltage lower limit", "失压事件电压恢复下限", kind::VOLTAGE)).read_write(),
    row(0x0409_0103, Only, field("loss of voltage, current lower limit", "失压事件电流触发下限", kind::CURRENT_3_4)).read_write(),
    row(0x0409_0104, Only, field("loss of voltage, delay", "失压事件判定延时时间", kind::SECONDS)).read_write(),
    row(0x0409_0201, Only, field("undervoltage, voltage upper limit", "欠压事件电压触发上限", kind::VOLTAGE)).read_write(),
    row(0x0409_0202, Only, field("undervoltage, delay", "欠压事件判定延时时间", kind::SECONDS)).read_write(),
    row(0x0409_0301, Only, field("overvoltage, voltage lower limit", "过压事件电压触发下限", kind::VOLTAGE)).read_write(),
    row(0x0409_0302, Only, field("overvoltage, delay", "过压事件判定延时时间", kind::SECONDS)).read_write(),
    row(0x0409_0401, Only, field("phase break, voltage upper limit", "断相事件电压触发上限", kind::VOLTAGE)).read_write(),
    row(0x0409_0402, Only, field("phase break, current upper limit", "断相事件电流触发上限", kind::CURRENT_3_4)).read_write(),
    row(0x0409_0403, Only, field("phase break, delay", "断相事件判定延时时间", kind::SECONDS)).read_write(),
    row(0x0409_0501, Only, field("voltage unbalance, limit", "电压不平衡率限值", kind::UNBALANCE_2)).read_write(),
    row(0x0409_0502, Only, field("voltage unbalance, delay", "电压不平衡率判定延时时间", kind::SECONDS)).read_write(),
    row(0x0409_0601, Only, field("current unbalance, limit", "电流不平衡率限值", kind::UNBALANCE_2)).read_write(),
    row(0x0409_0602, Only, field("current unbalance, delay", "电流不平衡率判定延时时间", kind::SECONDS)).read_write(),
    row(0x0409_0701, Only, field("loss of current, voltage lower limit", "失流事件电压触发下限", kind::VOLTAGE)).read_write(),
    row(0x0409_0702, Only, field("loss of current, current upper limit", "失流事件电流触发上限", kind::CURRENT_3_4)).read_write(),
    row(0x0409_0703, Only, field("loss of current, current lower limit", "失流事件电流触发下限", kind::CURRENT_3_4)).read_write(),
    row(0x0409_0704, Only, field("loss of current, delay", "失流事件判定延时时间", kind::SECONDS)).read_write(),
    row(0x0409_0801, Only, field("overcurrent, current lower limit", "过流事件电流触发下限", kind::CURRENT_2_1)).read_write(),
    row(0x0409_0802, Only, field("overcurrent, delay", "过流事件判定延时时间", kind::SECONDS)).read_write(),
    row(0x0409_0901, Only, field("current break, voltage lower limit", "断流事件电压触发下限", kind::VOLTAGE)).read_write(),
    row(0x0409_0902, Only, field("current break, current upper limit", "断流事件电流触发上限", kind::CURRENT_3_4)).read_write(),
    row(0x0409_0903, Only, field("current break, delay", "断流事件判定延时时间", kind::SECONDS)).read_write(),
    row(0x0409_0A01, Only, field("reversal, active power lower limit", "潮流反向事件有功功率触发下限", kind::POWER)).read_write(),
    row(0x0409_0A02, Only, field("reversal, delay", "潮流反向事件判定延时时间", kind::SECONDS)).read_write(),
    row(0x0409_0B01, Only, field("overload, active power lower limit", "过载事件有功功率触发下限", kind::POWER)).read_write(),
    row(0x0409_0B02, Only, field("overload, delay", "过载事件判定延时时间", kind::SECONDS)).read_write(),
    row(0x0409_0C01, Only, field("voltage assessment, upper limit", "电压考核上限", kind::VOLTAGE)).read_write(),
    row(0x0409_0C02, Only, field("voltage assessment, lower limit", "电压考核下限", kind::VOLTAGE)).read_write(),
    row(0x0409_0D01, Only, field("active demand, limit", "有功需量超限事件需量触发下限", kind::POWER)).read_write(),
    row(0x0409_0D02, Only, field("reactive demand, limit", "无功需量超限事件需量触发下限", kind::REACTIVE_POWER)).read_write(),
    row(0x0409_0D03, Only, field("demand, delay", "需量超限事件判定延时时间", kind::SECONDS)).read_write(),
    row(0x0409_0E01, Only, field("power factor, lower limit", "总功率因数超下限阀值", kind::POWER_FACTOR)).read_write(),
    row(0x0409_0E02, Only, field("power factor, delay", "总功率因数超下限判定延时时间", kind::SECONDS)).read_write(),
    row(0x0409_0F01, Only, field("severe current unbalance, limit", "电流严重不平衡限值", kind::UNBALANCE_2)).read_write(),
    row(0x0409_0F02, Only, field("severe current unbalance, delay", "电流严重不平衡触发延时时间", kind::SECONDS)).read_write(),
    // Of the maker.
    row(0x0480_0001, Only, field("software version", "厂家软件版本号", kind::TEXT_32)),
    row(0x0480_0002, Only, field("hardware version", "厂家硬件版本号", kind::TEXT_32)),
    row(0x0480_0003, Only, field("maker's code", "厂家编号", kind::TEXT_32)),
    row(0x0480_0004, Only, field("software filing number", "软件备案号", kind::DIGITS_8)),
];
