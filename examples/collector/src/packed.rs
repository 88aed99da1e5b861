//! Readings that wait.

use meter_value::Decimal;
use telemetry::{Missed, Reading};

/// A [`Reading`] in 16 octets, half of what it takes with its padding.
pub(crate) struct Packed {
    mantissa: i64,
    time: u32,
    meter: u8,
    point: u8,
    exponent: i8,
    missed: Option<Missed>,
}

impl Packed {
    pub(crate) fn new(&Reading { meter, point, time, value }: &Reading) -> Self {
        let decimal = value.unwrap_or_default();
        Self {
            mantissa: decimal.mantissa(),
            time,
            meter,
            point,
            exponent: decimal.exponent(),
            missed: value.err(),
        }
    }

    pub(crate) fn reading(&self) -> Reading {
        let value = self.missed.map_or(Ok(Decimal::new(self.mantissa, self.exponent)), Err);
        Reading { meter: self.meter, point: self.point, time: self.time, value }
    }
}

const _: () = assert!(size_of::<Packed>() == 16);
