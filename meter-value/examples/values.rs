//! What a meter's values are made of: exact decimals, units, BCD, times that may be missing.
//!
//! ```console
//! $ cargo run -p meterwire-value --example values
//! ```

use std::error::Error;

use meter_value::bcd::{self, Sign};
use meter_value::{Date, DateTime, Decimal, Invalid, MeterTime, Quantity, Time, Unit, Value};

fn main() -> Result<(), Box<dyn Error>> {
    decimals()?;
    octets()?;
    values();
    times()?;
    Ok(())
}

/// A decimal is what the meter sent: no digit is lost, none is made up.
fn decimals() -> Result<(), Box<dyn Error>> {
    let before: Decimal = "1234.56".parse()?;
    let now = Decimal::new(123_460, -2);
    let used = now.checked_add(Decimal::new(-before.mantissa(), before.exponent()))?;
    println!("{} from {before} to {now} {}: {used}", Quantity::Energy, Unit::KilowattHour);

    println!("in {}: {}", Unit::WattHour, used.shift(3)?);
    println!("1.5 is 1.50: {}", Decimal::new(15, -1) == Decimal::new(150, -2));
    // What would lose a digit is refused.
    match now.rescale(0) {
        Ok(whole) => println!("in whole kWh: {whole}"),
        Err(error) => println!("{now} in whole kWh: {error}"),
    }
    Ok(())
}

/// Digits in octets, the lowest pair first, and back.
fn octets() -> Result<(), Box<dyn Error>> {
    let digits = bcd::decode(&[0x56, 0x34, 0x12, 0x80], Sign::TopBit)?;
    println!("56 34 12 80 is {}", Decimal::new(digits, -2));
    let mut octets = [0; 4];
    bcd::encode(digits, Sign::TopBit, &mut octets)?;
    println!("and back: {octets:02X?}");
    for bad in [[0x56, 0x3A, 0x12], [0xFF; 3]] {
        match bcd::decode(&bad, Sign::Unsigned) {
            Ok(digits) => println!("{bad:02X?} is {digits}"),
            Err(error) => println!("{bad:02X?} is no number: {error}"),
        }
    }
    Ok(())
}

/// A value keeps the form it was sent in, and one that is missing says why.
fn values() {
    let sent = [
        Value::Decimal(Decimal::new(2_297, -1)),
        Value::F32(229.7),
        Value::U64(u64::MAX),
        Value::Invalid(Invalid::Absent),
    ];
    for value in sent {
        match (value, value.to_decimal()) {
            (Value::Invalid(why), _) => println!("no value: {why}"),
            (_, Ok(decimal)) => println!("{value:?} is {decimal}"),
            (_, Err(error)) => println!("{value:?}: {error}"),
        }
    }
}

/// Days that the calendar has, and what a meter says when it does not know the time.
fn times() -> Result<(), Box<dyn Error>> {
    let date = Date::new(2024, 2, 29).ok_or("there is no such day")?;
    let time = Time::new(14, 5, 0).ok_or("there is no such time")?;
    for time in [MeterTime::At(DateTime { date, time }), MeterTime::NotSet, MeterTime::Invalid] {
        println!("the meter's clock: {time}");
    }
    println!("29 February 2023: {:?}", Date::new(2023, 2, 29));
    Ok(())
}
