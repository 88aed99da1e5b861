//! The same data in the other edition, for gateways.

use meter_value::Octets;
use meter_value::line::Writer;
use meter_value::{Flags, Value};

use crate::{Data, EncodeError, Identifier};

/// Which identifiers a pair stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    One,
    /// The total and up to 14 tariffs, now and up to two months or settlement days back.
    Tariffs,
    /// The total, phases A, B and C.
    Phases,
}

use Kind::{One, Phases, Tariffs};

/// What differs between the editions beyond the format: months are settlement days, a maximum demand has no
/// time beside it in 1997, and reactive energies are of a direction in 1997, of a combination in 2007.
static PAIRS: &[(u16, u32, Kind)] = &[
    (0x9010, 0x0001_0000, Tariffs),
    (0x9020, 0x0002_0000, Tariffs),
    (0x9110, 0x0003_0000, Tariffs),
    (0x9120, 0x0004_0000, Tariffs),
    (0x9130, 0x0005_0000, Tariffs),
    (0x9140, 0x0008_0000, Tariffs),
    (0x9150, 0x0006_0000, Tariffs),
    (0x9160, 0x0007_0000, Tariffs),
    (0xA010, 0x0101_0000, Tariffs),
    (0xA020, 0x0102_0000, Tariffs),
    (0xA110, 0x0103_0000, Tariffs),
    (0xA120, 0x0104_0000, Tariffs),
    (0xA130, 0x0105_0000, Tariffs),
    (0xA140, 0x0108_0000, Tariffs),
    (0xA150, 0x0106_0000, Tariffs),
    (0xA160, 0x0107_0000, Tariffs),
    (0xB212, 0x0330_0000, One),
    (0xB610, 0x0201_0000, Phases),
    (0xB620, 0x0202_0000, Phases),
    (0xB630, 0x0203_0000, Phases),
    (0xB640, 0x0204_0000, Phases),
    (0xB650, 0x0206_0000, Phases),
    (0xC010, 0x0400_0101, One),
    (0xC011, 0x0400_0102, One),
    (RUN_STATUS, 0x0400_0501, One),
    (0xC022, 0x0400_0801, One),
    (0xC030, 0x0400_0409, One),
    (0xC031, 0x0400_040A, One),
    (0xC032, 0x0400_0402, One),
    (0xC111, 0x0400_0103, One),
    (0xC112, 0x0400_0104, One),
    (0xC117, 0x0400_0B01, One),
    (0xC310, 0x0400_0201, One),
    (0xC311, 0x0400_0202, One),
    (0xC312, 0x0400_0203, One),
    (0xC313, 0x0400_0204, One),
];

const RUN_STATUS: u16 = 0xC020;

/// Bits that mean the same in both run status words: demand mode, battery, directions.
const RUN_STATUS_BITS: u8 = 0b0011_0110;

impl Identifier {
    /// The identifier of the other edition that names the same, if there is one.
    ///
    /// ```
    /// use dlt645::Identifier;
    ///
    /// let pairs = [(0x9010, 0x0001_0000), (0x942F, 0x0002_FF01), (0xB612, 0x0201_0200)];
    /// for (of_1997, of_2007) in pairs {
    ///     let (of_1997, of_2007) = (Identifier::Y1997(of_1997), Identifier::Y2007(of_2007));
    ///     assert_eq!((of_1997.equivalent(), of_2007.equivalent()), (Some(of_2007), Some(of_1997)));
    /// }
    /// ```
    pub fn equivalent(self) -> Option<Self> {
        PAIRS
            .iter()
            .find_map(|&(of_1997, of_2007, kind)| match self {
                Self::Y1997(number) => newer(number, of_1997, of_2007, kind).map(Self::Y2007),
                Self::Y2007(number) => older(number, of_1997, of_2007, kind).map(Self::Y1997),
            })
            .filter(|equivalent| self.layout().is_some() && equivalent.layout().is_some())
    }

    /// Writes `data`, which a meter of 1997 sent behind this identifier, in the formats of 2007. Returns the
    /// identifier it goes behind then, and the plain data.
    ///
    /// A maximum demand gets a time that is not set; the limits behind a block of powers are left out.
    ///
    /// # Errors
    /// [`EncodeError::Equivalent`] if 2007 does not have the data; [`EncodeError::Value`] for a value that is
    /// none or has no place in its format there; [`EncodeError::BufferTooSmall`].
    ///
    /// ```
    /// use dlt645::{Data, Identifier};
    ///
    /// let voltages = Identifier::Y1997(0xB61F);
    /// let data = Data::plain(&[0x20, 0x02, 0x21, 0x02, 0x19, 0x02, 0xAA]);
    /// let mut buffer = [0; 16];
    /// let (identifier, converted) = voltages.convert(data, &mut buffer).unwrap();
    /// assert_eq!(identifier, Identifier::VOLTAGES);
    /// assert_eq!(converted, [0x00, 0x22, 0x10, 0x22, 0x90, 0x21]);
    /// ```
    pub fn convert<'b>(self, data: Data<'_>, buffer: &'b mut [u8]) -> Result<(Self, &'b [u8]), EncodeError> {
        let none = EncodeError::Equivalent { identifier: self };
        let Self::Y1997(number) = self else { return Err(none) };
        let equivalent = self.equivalent().ok_or(none)?;
        let mut writer = Writer::new(buffer);
        for item in self.values(data) {
            let Some(identifier) = item.identifier.equivalent() else { continue };
            // What stands behind a block and is none of its values has no place elsewhere.
            let point = identifier.point().ok_or(EncodeError::Value { identifier })?;
            let status;
            let value = match item.value {
                Value::Flags(flags) if number == RUN_STATUS => {
                    status = [flags.octets().at(0).unwrap_or(0) & RUN_STATUS_BITS, 0];
                    Value::Flags(Flags::new(Octets::plain(&status), &[]))
                }
                value => value,
            };
            let mut converted = point.with(value);
            converted.weekday = item.weekday;
            converted.put(&mut writer)?;
        }
        Ok((equivalent, writer.finish()?))
    }
}

/// The number of 2007.
fn newer(number: u16, of_1997: u16, of_2007: u32, kind: Kind) -> Option<u32> {
    let (above, digit) = (number & !0x0F, number & 0x0F);
    let part = |last| match digit {
        0x0F => Some(0xFF00),
        _ => (digit <= last).then_some(u32::from(digit) << 8),
    };
    match kind {
        One => (number == of_1997).then_some(of_2007),
        Phases => (above == of_1997).then_some(of_2007 | part(3)?),
        Tariffs => {
            let back = (above >> 10) & 0b11;
            (above & !0x0C00 == of_1997 && back <= 2).then_some(of_2007 | part(14)? | u32::from(back))
        }
    }
}

/// The number of 1997.
fn older(number: u32, of_1997: u16, of_2007: u32, kind: Kind) -> Option<u16> {
    let [.., di1, di0] = number.to_be_bytes();
    let part = |last| match di1 {
        0xFF => Some(0x0F),
        _ => (di1 <= last).then_some(u16::from(di1)),
    };
    match kind {
        One => (number == of_2007).then_some(of_1997),
        Phases => (number & !0xFF00 == of_2007).then_some(of_1997 | part(3)?),
        Tariffs => {
            (number & !0xFFFF == of_2007 && di0 <= 2).then_some(of_1997 | part(14)? | u16::from(di0) << 10)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn each_pair_leads_back() {
        let mut pairs = 0;
        for number in 0..=u16::MAX {
            let identifier = Identifier::Y1997(number);
            let Some(equivalent) = identifier.equivalent() else { continue };
            assert_eq!(equivalent.equivalent(), Some(identifier), "{identifier} {equivalent}");
            assert_eq!(
                identifier.point().is_some(),
                equivalent.point().is_some(),
                "{identifier} {equivalent}"
            );
            pairs += 1;
        }
        assert_eq!(pairs, 16 * 3 * 16 + 4 + 4 + 5 + 5 + 5 + 15);
        for other in [0x9C10, 0x9170, 0xB610, 0xB634, 0xC021, 0xC119] {
            assert_eq!(Identifier::Y1997(other).equivalent(), None, "{other:04X}");
        }
        for other in [0x0001_0F00, 0x0001_0003, 0x0201_0400, 0x0000_0000, 0x0280_0002] {
            assert_eq!(Identifier::Y2007(other).equivalent(), None, "{other:08X}");
        }
    }

    #[test]
    fn values_keep_their_worth_in_the_newer_format() {
        let mut buffer = [0; 64];
        let mut convert = |number, data: &[u8]| {
            let (identifier, octets) = Identifier::Y1997(number).convert(Data::plain(data), &mut buffer)?;
            Ok((identifier, octets.to_vec()))
        };
        let ok = |number, octets: &[u8]| Ok((Identifier::Y2007(number), octets.to_vec()));
        assert_eq!(convert(0xB621, &[0x99, 0x04]), ok(0x0202_0100, &[0x90, 0x49, 0x00]));
        assert_eq!(convert(0xB640, &[0x34, 0x12]), ok(0x0204_0000, &[0x00, 0x34, 0x12]));
        assert_eq!(convert(0xA010, &[0x56, 0x34, 0x12]), ok(0x0101_0000, &[0x56, 0x34, 0x12, 0, 0, 0, 0, 0]));
        assert_eq!(
            convert(0x901F, &[1, 0, 0, 0, 2, 0, 0, 0, 0xAA]),
            ok(0x0001_FF00, &[1, 0, 0, 0, 2, 0, 0, 0])
        );
        let powers: Vec<u8> = [[1, 0, 0]; 4].concat().into_iter().chain([0x00, 0x20, 0x50, 0x01]).collect();
        assert_eq!(convert(0xB63F, &powers), ok(0x0203_FF00, &[[1, 0, 0]; 4].concat()));
        assert_eq!(convert(0xB212, &[0x12, 0x00]), ok(0x0330_0000, &[0x12, 0x00, 0x00]));
        assert_eq!(convert(0xC020, &[0x17]), ok(0x0400_0501, &[0x16, 0x00]));
        assert_eq!(convert(0xC010, &[6, 0x21, 0x11, 0x26]), ok(0x0400_0101, &[6, 0x21, 0x11, 0x26]));
        assert_eq!(convert(0xB611, &[0xFF, 0xFF]), ok(0x0201_0100, &[0xFF, 0xFF]));
        let identifier = Identifier::VOLTAGE_A;
        assert_eq!(convert(0xB611, &[0x0A, 0x00]), Err(EncodeError::Value { identifier }));
        let surplus: Vec<u8> = powers.iter().copied().chain([0xAA, 0x00]).collect();
        let identifier = Identifier::Y2007(0x0203_FF00);
        assert_eq!(convert(0xB63F, &surplus), Err(EncodeError::Value { identifier }));
        let identifier = Identifier::VOLTAGE_A;
        // 1000 V has no place in XXX.X.
        assert_eq!(convert(0xB611, &[0x00, 0x10]), Err(EncodeError::Value { identifier }));
        let identifier = Identifier::Y1997(0xB330);
        assert_eq!(convert(0xB330, &[0; 4]), Err(EncodeError::Equivalent { identifier }));
    }
}
