//! Numbers as the meter sends them.

use meter_value::DateTime;
use meter_value::bcd::{self, Sign};
use meter_value::line::Writer;

use super::account::Peak;
pub(super) use crate::time::digits;
use crate::{ClockTime, Identifier, RecordTime};

/// The digits of the number that fit, the last ones of a counter that ran over.
pub(super) fn number(data: &mut Writer<'_>, value: i64, octets: usize, sign: Sign) {
    let mut room = [0; 8];
    let room = room.get_mut(..octets).unwrap_or_default();
    let wrap = 10_i64.saturating_pow(2 * octets as u32);
    let fits = match sign {
        // The top bit takes the 8 of the highest digit.
        Sign::TopBit => value.max(1 - wrap / 10 * 8).min(wrap / 10 * 8 - 1),
        _ => value.saturating_abs().checked_rem(wrap).unwrap_or(0),
    };
    // It was made to fit.
    let _ = bcd::encode(fits, sign, room);
    data.put(room);
}

/// A value of so many decimals, in the form that the identifier's table entry says.
pub(super) fn point(data: &mut Writer<'_>, identifier: Identifier, value: i64, decimals: u8) {
    let Some(point) = identifier.point() else { return };
    let Some(octets) = point.octets() else { return };
    let wanted = point.decimals();
    let value = value.saturating_mul(10_i64.saturating_pow(u32::from(wanted.saturating_sub(decimals))));
    let value = value / 10_i64.saturating_pow(u32::from(decimals.saturating_sub(wanted)));
    number(data, value, octets, point.sign());
}

/// Energy, in 0.01 of its unit.
pub(super) fn energy(data: &mut Writer<'_>, hundredths: i64, sign: Sign) {
    number(data, hundredths, 4, sign);
}

/// Power, in 0.1 W.
pub(super) fn power(data: &mut Writer<'_>, tenths: i64, sign: Sign) {
    number(data, tenths, 3, sign);
}

/// A maximum and when it was.
pub(super) fn peak(data: &mut Writer<'_>, peak: &Peak, sign: Sign) {
    power(data, peak.value.into(), sign);
    data.put(&peak.at);
}

/// Second, minute, hour, day, month and year.
pub(super) fn clock_time(at: DateTime) -> [u8; 6] {
    ClockTime::new(at).map_or([0; 6], |time| time.0)
}

/// Minute, hour, day, month and year.
pub(super) fn record_time(at: DateTime) -> [u8; 5] {
    RecordTime::new(at).map_or([0; 5], |time| time.0)
}

/// The number that octets of digits are; 0 if they are none.
pub(super) fn count(octets: &[u8]) -> u32 {
    bcd::decode(octets, Sign::Unsigned).ok().and_then(|count| u32::try_from(count).ok()).unwrap_or(0)
}
