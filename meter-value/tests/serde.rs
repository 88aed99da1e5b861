//! Values as JSON.
#![allow(clippy::unwrap_used)]

use meter_value::{
    Date, DateTime, Decimal, Flag, Flags, Invalid, MeterTime, Octets, Quantity, Recurrence, Text, Time, Unit,
    Value,
};
use serde_json::{from_str, to_string};

#[test]
fn decimals_are_strings_with_every_digit() {
    let energy = Decimal::new(123_450, -2);
    assert_eq!(to_string(&energy).unwrap(), r#""1234.50""#);
    let read: Decimal = from_str(r#""1234.50""#).unwrap();
    assert_eq!((read.mantissa(), read.exponent()), (123_450, -2));
    assert!(from_str::<Decimal>(r#""12,5""#).is_err());
    assert!(from_str::<Decimal>("12.5").is_err(), "a float is not exact");
}

#[test]
fn names_and_times_come_back() {
    assert_eq!(from_str::<Unit>(&to_string(&Unit::CubicMetre).unwrap()).unwrap(), Unit::CubicMetre);
    assert_eq!(from_str::<Quantity>(&to_string(&Quantity::Energy).unwrap()).unwrap(), Quantity::Energy);
    let (date, time) = (Date::new(2024, 2, 29).unwrap(), Time::new(23, 59, 0).unwrap());
    let monthly = Recurrence::new(None, Some(1), Some(0), Some(30)).unwrap();
    let at = MeterTime::At(DateTime { date, time });
    for time in [at, MeterTime::On(date), MeterTime::Every(monthly), MeterTime::NotSet] {
        assert_eq!(from_str::<MeterTime>(&to_string(&time).unwrap()).unwrap(), time);
    }
    assert!(from_str::<Date>("[2023,2,29]").is_err(), "there is no such day");
    assert!(from_str::<Recurrence>("[2,30,null,null]").is_err(), "there is no such day in any year");
}

#[test]
fn a_value_says_what_it_is() {
    for (value, json) in [
        (Value::Decimal(Decimal::new(-5, -1)), r#"{"Decimal":"-0.5"}"#),
        (Value::Text(Text::last_first(b"hWk")), r#"{"Text":"kWh"}"#),
        (Value::Bytes(Octets::plain(&[1, 255])), r#"{"Bytes":[1,255]}"#),
        (Value::Invalid(Invalid::Absent), r#"{"Invalid":"Absent"}"#),
    ] {
        assert_eq!(to_string(&value).unwrap(), json);
    }
}

#[test]
fn flags_are_what_they_say() {
    static MEANINGS: &[Flag] = &[Flag::set(0, "power low"), Flag::when(4, 2, 2, "tariff 3")];
    let flags = Flags::new(Octets::plain(&[0b0010_0001, 0b1000_0000]), MEANINGS);
    assert_eq!(to_string(&flags).unwrap(), r#"["power low","tariff 3"]"#);
    assert_eq!(format!("{flags:?}"), "Flags(2180: power low, tariff 3, bit 15)");
}
