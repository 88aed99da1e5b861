//! m-bus-parser.

use core::hint::black_box;

use m_bus_parser::WiredFrame;
use m_bus_parser::mbus_data::MbusData;
use m_bus_parser::user_data::DataRecords;
use m_bus_parser::user_data::data_information::DataType;

/// The value of a mantissa: a float, whose bits are summed because to add floats takes long.
pub const fn word(mantissa: i64) -> u64 {
    (mantissa as f64).to_bits()
}

#[inline(never)]
pub fn open(frame: &[u8]) -> Option<DataRecords<'_>> {
    MbusData::<WiredFrame>::try_from(frame).ok()?.data_records
}

#[inline(never)]
pub fn read(records: DataRecords<'_>) -> Option<u64> {
    let mut sum = 0_u64;
    for record in records {
        let record = record.ok()?;
        let information = record.value_information()?;
        information.labels().for_each(|label| _ = black_box(label));
        information.units().for_each(|unit| _ = black_box(unit));
        black_box(information.decimal_scale_exponent);
        match black_box(record.value())? {
            DataType::Number(number) => sum = sum.wrapping_add(number.to_bits()),
            DataType::Date(..) | DataType::DateTime(..) => {}
            _ => return None,
        }
    }
    Some(sum)
}
