//! Numbers over several registers. The standard knows none; these are what makers agree on.

use crate::Registers;

/// In which order a value's octets lie in its registers; the names show the 32-bit value 0xAABBCCDD.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum WordOrder {
    /// AABB CCDD: everything from the highest on.
    #[default]
    Abcd,
    /// CCDD AABB: the lowest register first.
    Cdab,
    /// BBAA DDCC: the octets of each register swapped.
    Badc,
    /// DDCC BBAA: everything from the lowest on.
    Dcba,
}

impl WordOrder {
    /// Where octet `place` of a value of `length` octets lies, both counted from the highest.
    const fn place(self, place: usize, length: usize) -> usize {
        match self {
            Self::Abcd => place,
            Self::Cdab => length - 2 - (place & !1) + (place & 1),
            Self::Badc => place ^ 1,
            Self::Dcba => length - 1 - place,
        }
    }

    /// A value's octets from the highest on, from `index` on.
    pub(crate) fn octets<const N: usize>(self, registers: Registers<'_>, index: usize) -> Option<[u8; N]> {
        let mut octets = [0; N];
        self.read(registers.slice(index, N / 2)?, octets.iter_mut());
        Some(octets)
    }

    /// The octets of registers from the highest on; `out` is twice as long.
    pub(crate) fn read<'a>(self, registers: Registers<'_>, out: impl ExactSizeIterator<Item = &'a mut u8>) {
        let length = out.len();
        for (place, octet) in out.enumerate() {
            let from = self.place(place, length);
            let [high, low] = registers.at(from / 2).unwrap_or(0).to_be_bytes();
            *octet = if from.is_multiple_of(2) { high } else { low };
        }
    }

    /// The registers of a value's octets, given from the highest on; `out` is half as long.
    pub(crate) fn write<'a>(self, octets: impl ExactSizeIterator<Item = &'a u8>, out: &mut [u16]) {
        let length = octets.len();
        for (place, octet) in octets.enumerate() {
            let to = self.place(place, length);
            if let Some(register) = out.get_mut(to / 2) {
                let [high, low] = register.to_be_bytes();
                let octets = if to.is_multiple_of(2) { [*octet, low] } else { [high, *octet] };
                *register = u16::from_be_bytes(octets);
            }
        }
    }
}

/// A number that registers hold: of 16, 32 or 64 bits, with a sign or without, whole or a float.
///
/// ```
/// use modbus_rtu::{Number, Registers, WordOrder};
///
/// let registers = 123456.0_f32.registers(WordOrder::Cdab);
/// assert_eq!(registers, [0x2000, 0x47F1]);
/// assert_eq!(f32::from_registers((&registers).into(), 0, WordOrder::Cdab), Some(123456.0));
/// ```
pub trait Number: Sized + private::Sealed {
    /// As many registers as the number takes.
    type Registers: AsRef<[u16]>;

    /// The number in the registers from `index` on, if there are enough.
    fn from_registers(registers: Registers<'_>, index: usize, order: WordOrder) -> Option<Self>;

    /// The registers that hold the number.
    fn registers(self, order: WordOrder) -> Self::Registers;
}

mod private {
    pub trait Sealed {}
}

macro_rules! numbers {
    ($($number:ident $octets:literal,)*) => {$(
        impl private::Sealed for $number {}

        impl Number for $number {
            type Registers = [u16; $octets / 2];

            fn from_registers(registers: Registers<'_>, index: usize, order: WordOrder) -> Option<Self> {
                order.octets(registers, index).map(Self::from_be_bytes)
            }

            fn registers(self, order: WordOrder) -> Self::Registers {
                let mut registers = [0; $octets / 2];
                order.write(self.to_be_bytes().iter(), &mut registers);
                registers
            }
        }
    )*};
}
numbers!(u16 2, i16 2, u32 4, i32 4, u64 8, i64 8, f32 4, f64 8,);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_orders_are_those_of_their_names() {
        let value = 0xAABB_CCDD_u32;
        for (order, registers) in [
            (WordOrder::Abcd, [0xAABB, 0xCCDD]),
            (WordOrder::Cdab, [0xCCDD, 0xAABB]),
            (WordOrder::Badc, [0xBBAA, 0xDDCC]),
            (WordOrder::Dcba, [0xDDCC, 0xBBAA]),
        ] {
            assert_eq!(value.registers(order), registers);
            assert_eq!(u32::from_registers((&registers).into(), 0, order), Some(value));
        }
        let registers: [u16; 4] = [0x7788, 0x5566, 0x3344, 0x1122];
        assert_eq!(u64::from_registers((&registers).into(), 0, WordOrder::Cdab), Some(0x1122_3344_5566_7788));
        assert_eq!(0x1122_u16.registers(WordOrder::Dcba), [0x2211]);
        assert_eq!(u32::from_registers((&registers).into(), 3, WordOrder::Abcd), None);
        assert_eq!(u32::from_registers((&registers).into(), usize::MAX, WordOrder::Abcd), None);
        assert_eq!(i16::from_registers((&[0xFFFE_u16]).into(), 0, WordOrder::Abcd), Some(-2));
    }
}
