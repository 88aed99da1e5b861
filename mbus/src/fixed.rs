//! The fixed structure of old meters: two counters.
//!
//! ```text
//!     identification  access  status  medium and units  counter 1  counter 2
//!            4          1       1            2              4          4      octets
//! ```

use meter_value::bcd::{self, Sign};
use meter_value::line::Writer;
use meter_value::{Quantity, Unit};

use crate::qualifier::Meaning;
use crate::record::{Function, Record};
use crate::table::{Entry, Kind};
use crate::value::Coding;
use crate::{Ci, EncodeError, Identification, Medium};

/// Octets before the counters.
const HEAD: usize = 8;

/// Which meter it is, its state and what its two counters count, on old meters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FixedHeader {
    /// Its number.
    pub identification: Identification,
    /// Counts the meter's telegrams.
    pub access: u8,
    /// How the meter and its counters are.
    pub status: FixedStatus,
    /// The codes of the counters' units in six bits each, and the [`medium`](Self::medium) in the top bits of
    /// both.
    pub units: [u8; 2],
    /// Whether number and counters start with their highest octet, as behind CI field 77.
    pub is_high_first: bool,
}

/// How a meter and its counters are. Sources differ on the lowest two bits; those of EN 1434-3:1997 are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FixedStatus(pub u8);

impl FixedStatus {
    /// The counters are numbers in two's complement, not digits.
    pub const fn is_binary(self) -> bool {
        self.0 & 0x01 != 0
    }

    /// The counters were kept at a date.
    pub const fn is_history(self) -> bool {
        self.0 & 0x02 != 0
    }

    /// The supply is low.
    pub const fn is_power_low(self) -> bool {
        self.0 & 0x04 != 0
    }

    /// The error stays until someone mends the meter.
    pub const fn has_permanent_error(self) -> bool {
        self.0 & 0x08 != 0
    }

    /// The error may go by itself.
    pub const fn has_temporary_error(self) -> bool {
        self.0 & 0x10 != 0
    }

    /// The three bits of the manufacturer's own.
    pub const fn specific(self) -> u8 {
        self.0 >> 5
    }
}

impl FixedHeader {
    pub(crate) fn new(octets: &[u8; 16], is_high_first: bool) -> Self {
        let [a, b, c, d, access, status, first, second, ..] = *octets;
        Self {
            identification: Identification(u32::from_le_bytes(in_order([a, b, c, d], is_high_first))),
            access,
            status: FixedStatus(status),
            units: [first, second],
            is_high_first,
        }
    }

    /// The CI field it stands behind.
    pub const fn ci(&self) -> Ci {
        if self.is_high_first { Ci::FIXED_HIGH_FIRST } else { Ci::COMPACT_LONG }
    }

    /// What the meter measures, in the codes of today.
    pub const fn medium(&self) -> Medium {
        let [first, second] = self.units;
        Medium(match first >> 6 | second >> 6 << 2 {
            medium @ 0..=8 => medium,
            0x0A => 0x03,
            0x0B => 0x04,
            0x0C => 0x06,
            0x0D => 0x07,
            0x0E => 0x08,
            _ => 0x0F,
        })
    }

    /// The same of a meter that measures something else; `None` if the fixed structure has no code for that.
    pub const fn with_medium(self, medium: Medium) -> Option<Self> {
        let [first, second] = self.units;
        match medium.0 {
            code @ (0..=8 | 0x0F) => {
                Some(Self { units: [first & 0x3F | code << 6, second & 0x3F | code >> 2 << 6], ..self })
            }
            _ => None,
        }
    }

    /// Writes all that stands behind the [CI field](Self::ci), and returns what it wrote. The counters are numbers
    /// in their units, coded as the status says; `None` where the meter has no value.
    ///
    /// # Errors
    /// [`EncodeError::Digits`] or [`EncodeError::Integer`] for a number that the coding does not have, or
    /// [`EncodeError::BufferTooSmall`].
    ///
    /// ```
    /// use mbus::{Address, Control, FixedHeader, FixedStatus, Frame, Identification, Medium};
    ///
    /// // In litres, now and at a date.
    /// let header = FixedHeader {
    ///     identification: Identification(0x12345678),
    ///     access: 10,
    ///     status: FixedStatus(0),
    ///     units: [0x29, 0x3E],
    ///     is_high_first: false,
    /// };
    /// let header = header.with_medium(Medium::WATER).unwrap();
    /// let mut data = [0; 16];
    /// let data = header.encode([Some(1), Some(135)], &mut data)?;
    ///
    /// let frame = Frame::Long { control: Control::RSP_UD, address: Address(5), ci: header.ci(), data };
    /// let last = frame.telegram().unwrap().records.last().unwrap().unwrap();
    /// assert_eq!((last.storage, last.value().to_string()), (1, "0.135".into()));
    /// # Ok::<(), mbus::EncodeError>(())
    /// ```
    pub fn encode<'b>(
        &self,
        counters: [Option<i32>; 2],
        buffer: &'b mut [u8],
    ) -> Result<&'b [u8], EncodeError> {
        let [first, second] = counters;
        let [first, second] = [self.counter(first)?, self.counter(second)?];
        let mut writer = Writer::new(buffer);
        self.write(&mut writer);
        writer.put(&first);
        writer.put(&second);
        Ok(writer.finish()?)
    }

    pub(crate) fn write(&self, writer: &mut Writer<'_>) {
        let [first, second] = self.units;
        writer.put(&in_order(self.identification.0.to_le_bytes(), self.is_high_first));
        writer.put(&[self.access, self.status.0, first, second]);
    }

    /// The octets of a counter.
    fn counter(&self, number: Option<i32>) -> Result<[u8; 4], EncodeError> {
        let mut octets = [0xFF; 4];
        match (number, self.status.is_binary()) {
            (None, true) => octets = i32::MIN.to_le_bytes(),
            (None, false) => {}
            (Some(i32::MIN), true) => {
                return Err(EncodeError::Integer { value: i32::MIN.into(), octets: 4 });
            }
            (Some(number), true) => octets = number.to_le_bytes(),
            (Some(number), false) => bcd::encode(number.into(), Sign::TopDigit, &mut octets)
                .map_err(|_| EncodeError::Digits { value: number.into(), digits: 8 })?,
        }
        Ok(in_order(octets, self.is_high_first))
    }
}

/// Four octets the lowest first as they are sent, and back.
fn in_order(mut octets: [u8; 4], is_high_first: bool) -> [u8; 4] {
    if is_high_first {
        octets.reverse();
    }
    octets
}

/// The two counters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) struct Counters<'a> {
    octets: &'a [u8; 16],
    is_high_first: bool,
    next: u8,
}

impl<'a> Counters<'a> {
    /// All octets behind the CI field.
    pub(crate) const fn new(octets: &'a [u8; 16], is_high_first: bool) -> Self {
        Self { octets, is_high_first, next: 0 }
    }

    const fn status(&self) -> FixedStatus {
        let [_, _, _, _, _, status, ..] = *self.octets;
        FixedStatus(status)
    }

    const fn units(&self) -> [u8; 2] {
        let [_, _, _, _, _, _, first, second, ..] = *self.octets;
        [first, second]
    }

    const fn coding(&self) -> Coding {
        match (self.status().is_binary(), self.is_high_first) {
            (false, false) => Coding::Bcd,
            (false, true) => Coding::BcdHighFirst,
            (true, false) => Coding::Integer,
            (true, true) => Coding::IntegerHighFirst,
        }
    }
}

impl<'a> Iterator for Counters<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let [first, second] = self.units().map(|unit| unit & 0x3F);
        let index = self.next;
        self.next = index.checked_add(1).filter(|next| *next <= 2)?;
        let offset = HEAD + 4 * usize::from(index);
        let data = self.octets.get(offset..offset + 4)?;
        // The second counter may be of the same unit, kept at a date.
        let (unit, is_kept) = match (index, second) {
            (0, _) => (first, false),
            (_, SAME_UNIT) => (first, true),
            _ => (second, false),
        };
        Some(Record {
            offset,
            function: Function::Instantaneous,
            storage: u64::from(is_kept || self.status().is_history()),
            tariff: 0,
            subunit: 0,
            vif: None,
            vifes: &[],
            header: &[],
            data,
            coding: self.coding(),
            meaning: Meaning::of(entry(unit)),
        })
    }
}

/// Of counter 2: the unit of counter 1.
const SAME_UNIT: u8 = 0x3E;

/// The meaning of a unit's code.
const fn entry(code: u8) -> Entry {
    use {Quantity as Q, Unit as U};
    let (quantity, unit, exponent) = match code {
        0x02..=0x0A => (Q::Energy, U::WattHour, code - 0x02),
        0x0B..=0x13 => return Entry::scaled(Q::Energy, U::Joule, (code - 0x0B) as i8 + 3),
        0x14..=0x1C => (Q::Power, U::Watt, code - 0x14),
        0x1D..=0x25 => return Entry::scaled(Q::Power, U::JoulePerHour, (code - 0x1D) as i8 + 3),
        0x26..=0x2E => return Entry::scaled(Q::Volume, U::CubicMetre, (code - 0x26) as i8 - 6),
        0x2F..=0x37 => return Entry::scaled(Q::VolumeFlow, U::CubicMetrePerHour, (code - 0x2F) as i8 - 6),
        0x38 => return Entry::scaled(Q::FlowTemperature, U::Celsius, -3),
        0x39 => (Q::HeatCostAllocation, U::One, 0),
        // Hours, minutes and seconds; day, month and year: how they stand is not known.
        0x00 | 0x01 => return Entry { quantity: Some(Q::DateTime), kind: Kind::Octets, ..Entry::NONE },
        _ => return Entry::NONE,
    };
    Entry::scaled(quantity, unit, exponent as i8)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: FixedHeader = FixedHeader {
        identification: Identification(0x1234_5678),
        access: 10,
        status: FixedStatus(0),
        units: [0x29, 0x3E],
        is_high_first: false,
    };

    #[test]
    fn counters_are_digits_or_binary_in_either_order() {
        let written = |header: FixedHeader| header.encode([Some(-135), None], &mut [0; 16]).unwrap().to_vec();
        let binary = FixedHeader { status: FixedStatus(0x01), ..HEADER };
        assert_eq!(written(HEADER)[8..], [0x35, 0x01, 0x00, 0xF0, 0xFF, 0xFF, 0xFF, 0xFF]);
        assert_eq!(written(binary)[8..], [0x79, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x80]);
        let high = written(FixedHeader { is_high_first: true, ..HEADER });
        assert_eq!(high[..4], [0x12, 0x34, 0x56, 0x78]);
        assert_eq!(high[8..], [0xF0, 0x00, 0x01, 0x35, 0xFF, 0xFF, 0xFF, 0xFF]);
        let high = written(FixedHeader { is_high_first: true, ..binary });
        assert_eq!(high[8..], [0xFF, 0xFF, 0xFF, 0x79, 0x80, 0x00, 0x00, 0x00]);
    }

    #[test]
    fn a_number_without_a_coding_is_refused() {
        let binary = FixedHeader { status: FixedStatus(0x01), ..HEADER };
        for number in [100_000_000, -10_000_000] {
            let digits = EncodeError::Digits { value: number.into(), digits: 8 };
            assert_eq!(HEADER.encode([None, Some(number)], &mut [0; 16]), Err(digits));
            assert!(binary.encode([None, Some(number)], &mut [0; 16]).is_ok());
        }
        let least = EncodeError::Integer { value: i32::MIN.into(), octets: 4 };
        assert_eq!(binary.encode([Some(i32::MIN), None], &mut [0; 16]), Err(least));
    }

    #[test]
    fn the_medium_is_in_the_top_bits_of_the_units() {
        let heat = HEADER.with_medium(Medium::HEAT).unwrap();
        assert_eq!((heat.units, heat.medium()), ([0x29, 0x7E], Medium::HEAT));
        let unknown = heat.with_medium(Medium::UNKNOWN).unwrap();
        assert_eq!((unknown.units, unknown.medium()), ([0xE9, 0xFE], Medium::UNKNOWN));
        assert_eq!(heat.with_medium(Medium::COLD_WATER), None);
    }
}
