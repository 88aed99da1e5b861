//! m-bus-parser. It neither writes frames nor finds them in a stream. Its values are floats, with the power of ten
//! beside them.

use std::hint::black_box;

use m_bus_parser::WiredFrame;
use m_bus_parser::mbus_data::MbusData;
use m_bus_parser::user_data::data_information::{DataType, SingleEveryOrInvalid};
use m_bus_parser::user_data::data_record::DataRecord;
use m_bus_parser::user_data::value_information::{UnitName, ValueLabel};

use crate::mbus::{Implementation, Reading, Value};

pub const IMPLEMENTATION: Implementation = Implementation {
    name: "m-bus-parser",
    decode: Some(decode),
    readings: Some(readings),
    encode_reply: None,
    stream: None,
};

fn decode(octets: &[u8]) -> Option<usize> {
    let mut count = 0;
    each(octets, |record| {
        if let Some(information) = record.value_information() {
            information.labels().for_each(|label| _ = black_box(label));
            information.units().for_each(|unit| _ = black_box(unit));
            black_box(information.decimal_scale_exponent);
        }
        black_box(record.value());
        count += 1;
    })?;
    Some(count)
}

fn readings(octets: &[u8]) -> Option<Vec<Reading>> {
    let mut readings = vec![];
    each(octets, |record| {
        let information = record.value_information().unwrap();
        let labels: Vec<_> = information.labels().collect();
        let units: Vec<_> = information.units().map(|unit| (unit.name, unit.exponent)).collect();
        let value = value(record.value().unwrap(), information.decimal_scale_exponent as i8);
        readings.push(Reading { quantity: quantity(&labels), unit: unit(&units), value });
    })?;
    Some(readings)
}

#[inline]
fn each(octets: &[u8], mut found: impl FnMut(&DataRecord<'_>)) -> Option<()> {
    let data = MbusData::<WiredFrame>::try_from(octets).ok()?;
    for record in data.data_records? {
        found(record.as_ref().ok()?);
    }
    Some(())
}

fn value(value: &DataType<'_>, exponent: i8) -> Value {
    match value {
        DataType::Number(number) => Value::Number(*number as i64, exponent),
        DataType::Date(day, month, year) => Value::Date(one(year), one(month) as u8 + 1, one(day)),
        DataType::DateTime(day, month, year, hour, minute) => {
            Value::DateTime(one(year), one(month) as u8 + 1, one(day), one(hour), one(minute))
        }
        other => panic!("{other:?}"),
    }
}

fn one<T: Clone>(part: &SingleEveryOrInvalid<T>) -> T {
    match part {
        SingleEveryOrInvalid::Single(part) => part.clone(),
        _ => panic!(),
    }
}

fn quantity(labels: &[ValueLabel]) -> &'static str {
    match labels {
        [ValueLabel::Energy] => "energy",
        [ValueLabel::Volume] => "volume",
        [ValueLabel::VolumeFlow] => "volume flow",
        [ValueLabel::FabricationNumber] => "fabrication number",
        [ValueLabel::Power] => "power",
        [ValueLabel::FlowTemperature] => "flow temperature",
        [ValueLabel::ReturnTemperature] => "return temperature",
        [ValueLabel::TemperatureDifference] => "temperature difference",
        [ValueLabel::OnTime] => "on time",
        [ValueLabel::DateTime] => "date and time",
        [ValueLabel::Date] => "date",
        other => panic!("{other:?}"),
    }
}

fn unit(units: &[(UnitName, i32)]) -> &'static str {
    use UnitName::{Celsius, Hour, Kelvin, Meter, Watt};
    match units {
        [] => "",
        [(Watt, 1)] => "W",
        [(Watt, 1), (Hour, 1)] => "Wh",
        [(Meter, 3)] => "m3",
        [(Meter, 3), (Hour, -1)] => "m3/h",
        [(Celsius, 1)] => "°C",
        [(Kelvin, 1)] => "K",
        [(Hour, 1)] => "h",
        other => panic!("{other:?}"),
    }
}
