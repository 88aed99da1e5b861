//! Laws of exact values.

use core::cmp::Ordering;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use meter_value::{Decimal, DecimalError, Value};

use crate::Seed;

/// The octets are two decimals and a float.
pub fn number(octets: &[u8]) {
    let mut seed = Seed(octets);
    let mut decimal = || {
        // Short mantissas too, so that sums and scales fit.
        let (shift, exponent) = (seed.u8() & 56, seed.u8() as i8);
        Decimal::new(seed.u64() as i64 >> shift, exponent)
    };
    let (a, b) = (decimal(), decimal());
    text(a);
    pair(a, b);
    pair(a, Decimal::new(b.mantissa(), a.exponent()));
    small(Decimal::new(a.mantissa(), a.exponent() % 10), Decimal::new(b.mantissa(), b.exponent() % 10));
    rescaled(a, b.exponent());
    float(seed.u64());
    let text = String::from_utf8_lossy(octets);
    if let Ok(decimal) = text.parse::<Decimal>() {
        assert_eq!(decimal.to_string().parse(), Ok(decimal));
    }
}

/// What is printed reads as the same.
fn text(decimal: Decimal) {
    let read = decimal.to_string().parse::<Decimal>().unwrap();
    assert_eq!(read, decimal);
    if decimal.exponent() <= 0 {
        assert_eq!((read.mantissa(), read.exponent()), (decimal.mantissa(), decimal.exponent()));
    }
}

/// Order and equality agree, the same for both sides; a sum does not depend on the order.
fn pair(a: Decimal, b: Decimal) {
    let hash = |decimal: Decimal| BuildHasherDefault::<DefaultHasher>::default().hash_one(decimal);
    assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
    assert_eq!(a.cmp(&b) == Ordering::Equal, a == b);
    assert!(a != b || hash(a) == hash(b));
    let raw = |sum: Result<Decimal, _>| sum.map(|sum| (sum.mantissa(), sum.exponent()));
    assert_eq!(raw(a.checked_add(b)), raw(b.checked_add(a)));
    assert_eq!(a.normalize(), a);
    assert_eq!(a.normalize().cmp(&a), Ordering::Equal);
}

/// Exponents from -9 to 9 agree with whole numbers of 10^-9.
fn small(a: Decimal, b: Decimal) {
    let whole = |decimal: Decimal| {
        i128::from(decimal.mantissa()) * 10_i128.pow((i32::from(decimal.exponent()) + 9) as u32)
    };
    assert_eq!(a.cmp(&b), whole(a).cmp(&whole(b)));
    assert_eq!(a == b, whole(a) == whole(b));
    let exponent = a.exponent().min(b.exponent());
    let unit = 10_i128.pow((i32::from(exponent) + 9) as u32);
    let sum = (whole(a) + whole(b)) / unit;
    let fits = |number: i128| i64::try_from(number).is_ok();
    match a.checked_add(b) {
        Ok(sum) => assert_eq!((whole(sum), sum.exponent()), (whole(a) + whole(b), exponent)),
        Err(error) => {
            assert_eq!(error, DecimalError::Overflow);
            assert!(!fits(sum) || !fits(whole(a) / unit) || !fits(whole(b) / unit));
        }
    }
}

/// Another exponent is the same value, or says why it is not.
fn rescaled(decimal: Decimal, exponent: i8) {
    match decimal.rescale(exponent) {
        Ok(same) => {
            assert_eq!((same, same.exponent()), (decimal, exponent));
            let back = same.rescale(decimal.exponent()).unwrap();
            assert_eq!(back.mantissa(), decimal.mantissa());
        }
        Err(DecimalError::Inexact { exponent: said }) => {
            let places = u32::from(exponent.abs_diff(decimal.exponent()));
            assert!(said == exponent && exponent > decimal.exponent());
            assert!(10_i64.checked_pow(places).is_none_or(|unit| decimal.mantissa() % unit != 0));
        }
        Err(error) => {
            let places = u32::from(exponent.abs_diff(decimal.exponent()));
            assert!(error == DecimalError::Overflow && exponent < decimal.exponent());
            assert!(
                10_i64.checked_pow(places).and_then(|unit| decimal.mantissa().checked_mul(unit)).is_none()
            );
        }
    }
}

/// A float gives a decimal that reads back as the same float; a whole number, its own.
fn float(bits: u64) {
    let (single, double) = (f32::from_bits(bits as u32), f64::from_bits(bits));
    match Value::F32(single).to_decimal() {
        Ok(decimal) => assert_eq!(decimal.to_string().parse(), Ok(single)),
        Err(error) => assert!(error == DecimalError::NotFinite && !single.is_finite()),
    }
    match Value::F64(double).to_decimal() {
        Ok(decimal) => assert_eq!(decimal.to_string().parse(), Ok(double)),
        Err(DecimalError::NotFinite) => assert!(!double.is_finite()),
        Err(error) => {
            assert_eq!(error, DecimalError::Overflow);
            assert!(!(1e-100..1e120).contains(&double.abs()), "{double} fits");
        }
    }
    match Value::U64(bits).to_decimal() {
        Ok(decimal) => assert_eq!(decimal.to_string(), bits.to_string()),
        Err(error) => {
            assert!(error == DecimalError::Overflow && bits > i64::MAX as u64 && !bits.is_multiple_of(10))
        }
    }
}
