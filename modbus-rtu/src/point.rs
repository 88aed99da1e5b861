//! One value of a device, and where it is.

use meter_value::bcd::{self, Sign};
use meter_value::{Date, DateTime, Decimal, Invalid, MeterTime, Text, Time, Unit as ValueUnit, Value};

use crate::{EncodeError, Number, Range, Registers, Request, WordOrder};

/// Which table of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Table {
    /// Bits that are read and written.
    Coils,
    /// Bits that are only read.
    DiscreteInputs,
    /// Registers that are read and written.
    HoldingRegisters,
    /// Registers that are only read.
    InputRegisters,
}

impl Table {
    /// The request that reads a range.
    pub const fn read(self, range: Range) -> Request<'static> {
        match self {
            Self::Coils => Request::ReadCoils { range },
            Self::DiscreteInputs => Request::ReadDiscreteInputs { range },
            Self::HoldingRegisters => Request::ReadHoldingRegisters { range },
            Self::InputRegisters => Request::ReadInputRegisters { range },
        }
    }

    /// Whether it holds bits.
    pub const fn is_bits(self) -> bool {
        matches!(self, Self::Coils | Self::DiscreteInputs)
    }

    /// Most addresses one request reads.
    pub const fn limit(self) -> u16 {
        if self.is_bits() { Range::MAX_READ_BITS } else { Range::MAX_READ }
    }
}

/// How a value is written in its registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Kind {
    /// A coil or discrete input.
    Coil,
    /// One bit of a register, 0 the lowest to 15.
    Bit(u8),
    /// The high octet of a register.
    High,
    /// The low octet of a register.
    Low,
    /// 16 bits without a sign.
    U16,
    /// 16 bits with a sign.
    I16,
    /// 32 bits without a sign.
    U32,
    /// 32 bits with a sign.
    I32,
    /// 64 bits without a sign.
    U64,
    /// 64 bits with a sign.
    I64,
    /// A single precision float.
    F32,
    /// A double precision float.
    F64,
    /// Four decimal digits in each of so many registers, 4 at most.
    Bcd(u8),
    /// Two characters in each of so many registers; NULs and spaces at the end are left out. Of the orders
    /// only whether octets are swapped matters.
    Text(u8),
    /// Year of the century, month, day, hour, minute and second as octets of three registers.
    Clock,
}

impl Kind {
    /// How many addresses it takes.
    pub const fn addresses(self) -> u16 {
        match self {
            Self::Coil | Self::Bit(_) | Self::High | Self::Low | Self::U16 | Self::I16 => 1,
            Self::U32 | Self::I32 | Self::F32 => 2,
            Self::Clock => 3,
            Self::U64 | Self::I64 | Self::F64 => 4,
            Self::Bcd(registers) | Self::Text(registers) => registers as u16,
        }
    }

    /// Whether its size is possible.
    pub(crate) const fn is_possible(self) -> bool {
        match self {
            Self::Bit(bit) => bit < 16,
            Self::Bcd(registers) => registers >= 1 && registers <= 4,
            Self::Text(registers) => registers >= 1 && registers <= Range::MAX_WRITE as u8,
            _ => true,
        }
    }
}

/// One value of a device: its name, where it is, and how to read it.
///
/// ```
/// use modbus_rtu::meter_value::{Decimal, Unit, Value};
/// use modbus_rtu::{Kind, Point};
///
/// const VOLTAGE: Point = Point::holding("voltage", 0x10, Kind::U16).scaled(-1).in_unit(Unit::Volt);
///
/// let value = VOLTAGE.decode((&[2297_u16]).into());
/// assert_eq!(value, Value::Decimal(Decimal::new(2297, -1)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Point {
    /// What it is called.
    pub name: &'static str,
    /// Which table it is in.
    pub table: Table,
    /// The first of its addresses, as they are sent: documents that count from 1 say one more.
    pub address: u16,
    /// How it is written.
    pub kind: Kind,
    /// In which order its octets are.
    pub order: WordOrder,
    /// The power of ten that the number is multiplied by.
    pub scale: i8,
    /// The unit of the result.
    pub unit: ValueUnit,
}

impl Point {
    const fn new(name: &'static str, table: Table, address: u16, kind: Kind) -> Self {
        Self { name, table, address, kind, order: WordOrder::Abcd, scale: 0, unit: ValueUnit::One }
    }

    /// A value in holding registers.
    pub const fn holding(name: &'static str, address: u16, kind: Kind) -> Self {
        Self::new(name, Table::HoldingRegisters, address, kind)
    }

    /// A value in input registers.
    pub const fn input(name: &'static str, address: u16, kind: Kind) -> Self {
        Self::new(name, Table::InputRegisters, address, kind)
    }

    /// A coil.
    pub const fn coil(name: &'static str, address: u16) -> Self {
        Self::new(name, Table::Coils, address, Kind::Coil)
    }

    /// A discrete input.
    pub const fn discrete_input(name: &'static str, address: u16) -> Self {
        Self::new(name, Table::DiscreteInputs, address, Kind::Coil)
    }

    /// The same in another order.
    #[must_use]
    pub const fn ordered(self, order: WordOrder) -> Self {
        Self { order, ..self }
    }

    /// The same, multiplied by a power of ten.
    #[must_use]
    pub const fn scaled(self, scale: i8) -> Self {
        Self { scale, ..self }
    }

    /// The same in a unit.
    #[must_use]
    pub const fn in_unit(self, unit: ValueUnit) -> Self {
        Self { unit, ..self }
    }

    /// One address behind the last.
    pub(crate) const fn end(&self) -> u32 {
        self.address as u32 + self.kind.addresses() as u32
    }

    /// The value in registers, of which it has the first.
    ///
    /// What the registers cannot be is [`Value::Invalid`]. Text borrows from a frame: in registers of memory it
    /// is invalid.
    pub fn decode<'a>(&self, registers: Registers<'a>) -> Value<'a> {
        self.value(registers).unwrap_or(Value::Invalid(Invalid::Length))
    }

    fn value<'a>(&self, registers: Registers<'a>) -> Option<Value<'a>> {
        let Self { order, kind, .. } = *self;
        fn number<T: Number>(registers: Registers<'_>, order: WordOrder) -> Option<T> {
            T::from_registers(registers, 0, order)
        }
        Some(match kind {
            Kind::Coil => return None,
            Kind::Bit(bit) => self.scaled_integer(number::<u16>(registers, order)? >> (bit & 15) & 1),
            Kind::High => self.scaled_integer(number::<u16>(registers, order)? >> 8),
            Kind::Low => self.scaled_integer(number::<u16>(registers, order)? & 0xFF),
            Kind::U16 => self.scaled_integer(number::<u16>(registers, order)?),
            Kind::I16 => self.scaled_integer(number::<i16>(registers, order)?),
            Kind::U32 => self.scaled_integer(number::<u32>(registers, order)?),
            Kind::I32 => self.scaled_integer(number::<i32>(registers, order)?),
            Kind::I64 => self.scaled_integer(number::<i64>(registers, order)?),
            Kind::U64 => {
                let number = number::<u64>(registers, order)?;
                match i64::try_from(number) {
                    Ok(number) => self.scaled_integer(number),
                    Err(_) if self.scale == 0 => Value::U64(number),
                    Err(_) => self.scaled_number(Value::U64(number)),
                }
            }
            Kind::F32 => self.scaled_number(Value::F32(number(registers, order)?)),
            Kind::F64 => self.scaled_number(Value::F64(number(registers, order)?)),
            Kind::Bcd(count) => self.bcd(registers, count.into())?,
            Kind::Text(count) => Value::Text(text(registers.slice(0, count.into())?, order)?),
            Kind::Clock => Value::Time(clock(order.octets(registers, 0)?)),
        })
    }

    fn scaled_integer(&self, number: impl Into<i64>) -> Value<'static> {
        Value::Decimal(Decimal::new(number.into(), self.scale))
    }

    /// A float stays one unless it is scaled; then it is the shortest decimal that reads as the same float.
    fn scaled_number(&self, number: Value<'static>) -> Value<'static> {
        if self.scale == 0 {
            return number;
        }
        let scaled = number.to_decimal().and_then(|decimal| decimal.shift(self.scale));
        scaled.map_or(Value::Invalid(Invalid::Range), Value::Decimal)
    }

    fn bcd(&self, registers: Registers<'_>, count: usize) -> Option<Value<'static>> {
        let mut octets = [0; 8];
        let octets = octets.get_mut(..2 * count)?;
        // The lowest pair of digits first.
        self.order.read(registers.slice(0, count)?, octets.iter_mut().rev());
        Some(match bcd::decode(octets, Sign::Unsigned) {
            Ok(number) => self.scaled_integer(number),
            Err(error) => Value::Invalid(error.into()),
        })
    }

    /// The value of a coil or discrete input.
    pub fn decode_bit(&self, on: bool) -> Value<'static> {
        self.scaled_integer(u8::from(on))
    }

    /// Writes a value as the device holds it, into as many registers as it takes, and returns them.
    ///
    /// # Errors
    /// [`EncodeError::BufferTooSmall`], counted in octets, or [`EncodeError::Point`] if the value is not of
    /// this kind or does not fit exactly: a float takes only a float, and none if it is scaled. A single bit or
    /// octet of a register has no registers of its own.
    pub fn encode<'b>(&self, value: &Value<'_>, buffer: &'b mut [u16]) -> Result<&'b [u16], EncodeError> {
        let address = self.address;
        let needed = usize::from(self.kind.addresses());
        let have = buffer.len();
        let Some(out) = buffer.get_mut(..needed) else {
            return Err(EncodeError::BufferTooSmall { needed: 2 * needed, have: 2 * have });
        };
        self.put(value, out).ok_or(EncodeError::Point { address })?;
        Ok(out)
    }

    fn put(&self, value: &Value<'_>, out: &mut [u16]) -> Option<()> {
        let order = self.order;
        let whole = || match *value {
            Value::Decimal(decimal) => decimal.rescale(self.scale).ok().map(|decimal| decimal.mantissa()),
            _ => None,
        };
        match (self.kind, *value) {
            (Kind::U16, _) => order.write(u16::try_from(whole()?).ok()?.to_be_bytes().iter(), out),
            (Kind::I16, _) => order.write(i16::try_from(whole()?).ok()?.to_be_bytes().iter(), out),
            (Kind::U32, _) => order.write(u32::try_from(whole()?).ok()?.to_be_bytes().iter(), out),
            (Kind::I32, _) => order.write(i32::try_from(whole()?).ok()?.to_be_bytes().iter(), out),
            (Kind::I64, _) => order.write(whole()?.to_be_bytes().iter(), out),
            (Kind::U64, Value::U64(number)) if self.scale == 0 => {
                order.write(number.to_be_bytes().iter(), out)
            }
            (Kind::U64, Value::Decimal(decimal)) => {
                order.write(unsigned(decimal, self.scale)?.to_be_bytes().iter(), out);
            }
            (Kind::F32, Value::F32(float)) if self.scale == 0 => order.write(float.to_be_bytes().iter(), out),
            (Kind::F64, Value::F64(float)) if self.scale == 0 => order.write(float.to_be_bytes().iter(), out),
            (Kind::Bcd(count), _) => {
                let mut octets = [0; 8];
                let octets = octets.get_mut(..2 * usize::from(count))?;
                bcd::encode(whole()?, Sign::Unsigned, octets).ok()?;
                order.write(octets.iter().rev(), out);
            }
            (Kind::Text(_), Value::Text(text)) => write_text(text, order, out)?,
            (Kind::Clock, Value::Time(MeterTime::At(DateTime { date, time }))) => {
                let year = u8::try_from(date.year().checked_sub(2_000)?).ok().filter(|year| *year < 100)?;
                let octets = [year, date.month(), date.day(), time.hour(), time.minute(), time.second()];
                order.write(octets.iter(), out);
            }
            _ => return None,
        }
        Some(())
    }

    /// The request that writes a value; `buffer` is room for its registers, as in [`encode`](Self::encode).
    ///
    /// # Errors
    /// As [`encode`](Self::encode); also [`EncodeError::Point`] for a table that cannot be written.
    pub fn write<'b>(&self, value: &Value<'_>, buffer: &'b mut [u16]) -> Result<Request<'b>, EncodeError> {
        let address = self.address;
        let refused = EncodeError::Point { address };
        match self.table {
            Table::Coils => match value.to_decimal().and_then(|decimal| decimal.rescale(self.scale)) {
                Ok(decimal) if matches!(decimal.mantissa(), 0 | 1) => {
                    Ok(Request::WriteSingleCoil { address, on: decimal.mantissa() == 1 })
                }
                _ => Err(refused),
            },
            Table::HoldingRegisters => match self.encode(value, buffer)? {
                [value] => Ok(Request::WriteSingleRegister { address, value: *value }),
                registers => {
                    Ok(Request::WriteMultipleRegisters { start: address, registers: registers.into() })
                }
            },
            Table::DiscreteInputs | Table::InputRegisters => Err(refused),
        }
    }
}

fn clock([year, month, day, hour, minute, second]: [u8; 6]) -> MeterTime {
    let date = if year < 100 { Date::new(2_000 + u16::from(year), month, day) } else { None };
    match (date, Time::new(hour, minute, second)) {
        (Some(date), Some(time)) => MeterTime::At(DateTime { date, time }),
        _ if [year, month, day, hour, minute, second] == [0; 6] => MeterTime::NotSet,
        _ => MeterTime::Invalid,
    }
}

/// How many units of ten to the power `scale` a decimal is, which may need all 64 bits.
fn unsigned(decimal: Decimal, scale: i8) -> Option<u64> {
    match decimal.rescale(scale) {
        Ok(decimal) => u64::try_from(decimal.mantissa()).ok(),
        Err(_) => {
            let power = u32::try_from(i16::from(decimal.exponent()) - i16::from(scale)).ok()?;
            u64::try_from(decimal.mantissa()).ok()?.checked_mul(10_u64.checked_pow(power)?)
        }
    }
}

/// Whether the octets of each register are swapped.
const fn is_swapped(order: WordOrder) -> bool {
    matches!(order, WordOrder::Badc | WordOrder::Dcba)
}

/// Text without the padding at its end.
fn text(registers: Registers<'_>, order: WordOrder) -> Option<Text<'_>> {
    let octets = registers.octets()?;
    let swap = usize::from(is_swapped(order));
    let is_text = |place: &usize| !matches!(octets.get(place ^ swap), Some(0 | b' ') | None);
    let len = (0..octets.len()).rev().find(is_text).map_or(0, |last| last + 1);
    if swap == 1 { Some(Text::pairs_swapped(octets, len)) } else { octets.get(..len).map(Text::first_first) }
}

/// Text from the first register on, with NULs behind it.
fn write_text(text: Text<'_>, order: WordOrder, out: &mut [u16]) -> Option<()> {
    out.fill(0);
    for (place, character) in text.chars().enumerate() {
        let octet = u8::try_from(u32::from(character)).ok()?;
        let high = (place.is_multiple_of(2)) != is_swapped(order);
        *out.get_mut(place / 2)? |= u16::from(octet) << if high { 8 } else { 0 };
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ORDERS: [WordOrder; 4] = [WordOrder::Abcd, WordOrder::Cdab, WordOrder::Badc, WordOrder::Dcba];

    fn decimal(mantissa: i64, exponent: i8) -> Value<'static> {
        Value::Decimal(Decimal::new(mantissa, exponent))
    }

    #[test]
    fn every_kind_reads_its_registers() {
        let octets = [0x12, 0x07, 0x01, 0x09, 0x0C, 0x22, 0x00, 0x00];
        let registers = Registers::from_octets(&octets);
        let time = MeterTime::At(DateTime {
            date: Date::new(2018, 7, 1).unwrap(),
            time: Time::new(9, 12, 34).unwrap(),
        });
        for (kind, expected) in [
            (Kind::Bit(1), decimal(1, 0)),
            (Kind::Bit(3), decimal(0, 0)),
            (Kind::High, decimal(0x12, 0)),
            (Kind::Low, decimal(0x07, 0)),
            (Kind::U16, decimal(0x1207, 0)),
            (Kind::U32, decimal(0x1207_0109, 0)),
            (Kind::U64, decimal(0x1207_0109_0C22_0000, 0)),
            (Kind::F32, Value::F32(f32::from_bits(0x1207_0109))),
            (Kind::F64, Value::F64(f64::from_bits(0x1207_0109_0C22_0000))),
            (Kind::Bcd(2), decimal(12_070_109, 0)),
            (Kind::Bcd(3), Value::Invalid(Invalid::Digit)),
            (Kind::Clock, Value::Time(time)),
            (Kind::Text(5), Value::Invalid(Invalid::Length)),
            (Kind::Coil, Value::Invalid(Invalid::Length)),
        ] {
            assert_eq!(Point::holding("", 0, kind).decode(registers), expected, "{kind:?}");
        }
        assert_eq!(Point::holding("", 0, Kind::I16).scaled(-2).decode((&[0xFFFE]).into()), decimal(-2, -2));
    }

    #[test]
    fn text_is_read_in_either_order_without_its_padding() {
        let plain = Registers::from_octets(b"MTR-7 \0\0");
        let swapped = Registers::from_octets(b"TM-R 7\0\0");
        let text = Value::Text(Text::first_first(b"MTR-7"));
        assert_eq!(Point::holding("", 0, Kind::Text(4)).decode(plain), text);
        let point = Point::holding("", 0, Kind::Text(4)).ordered(WordOrder::Badc);
        assert_eq!(point.decode(swapped), text);
        let mut buffer = [9; 4];
        let written = point.encode(&text, &mut buffer).unwrap();
        assert_eq!(written, [u16::from_be_bytes(*b"TM"), u16::from_be_bytes(*b"-R"), 0x0037, 0]);
    }

    #[test]
    fn a_scaled_float_is_a_decimal_and_one_without_scale_stays_a_float() {
        let registers = 229.7_f32.registers(WordOrder::Abcd);
        let point = Point::holding("", 0, Kind::F32);
        assert_eq!(point.decode((&registers).into()), Value::F32(229.7));
        assert_eq!(point.scaled(-1).decode((&registers).into()), decimal(2297, -2));
        let none = f32::NAN.registers(WordOrder::Abcd);
        assert_eq!(point.scaled(1).decode((&none).into()), Value::Invalid(Invalid::Range));
    }

    #[test]
    fn what_does_not_fit_exactly_is_not_written() {
        let point = Point::holding("", 7, Kind::U16).scaled(-1);
        let mut buffer = [0; 1];
        assert_eq!(point.encode(&decimal(2297, -1), &mut buffer), Ok(&[2297][..]));
        assert_eq!(point.encode(&decimal(230, 0), &mut buffer), Ok(&[2300][..]));
        let refused = Err(EncodeError::Point { address: 7 });
        assert_eq!(point.encode(&decimal(22971, -2), &mut buffer), refused);
        assert_eq!(point.encode(&decimal(-1, 0), &mut buffer), refused);
        assert_eq!(point.encode(&decimal(65_536, -1), &mut buffer), refused);
        assert_eq!(point.encode(&Value::F32(1.0), &mut buffer), refused);
        let small = Err(EncodeError::BufferTooSmall { needed: 2, have: 0 });
        assert_eq!(point.encode(&decimal(1, 0), &mut []), small);
    }

    #[test]
    fn a_write_is_a_request_of_its_table() {
        let mut buffer = [0; 4];
        let on = Point::coil("", 3).write(&decimal(1, 0), &mut buffer);
        assert_eq!(on, Ok(Request::WriteSingleCoil { address: 3, on: true }));
        let one = Point::holding("", 3, Kind::U16).write(&decimal(7, 0), &mut buffer);
        assert_eq!(one, Ok(Request::WriteSingleRegister { address: 3, value: 7 }));
        let two = Point::holding("", 3, Kind::U32).write(&decimal(7, 0), &mut buffer);
        assert_eq!(two, Ok(Request::WriteMultipleRegisters { start: 3, registers: (&[0, 7]).into() }));
        let refused = Err(EncodeError::Point { address: 3 });
        assert_eq!(Point::coil("", 3).write(&decimal(2, 0), &mut buffer), refused);
        assert_eq!(Point::input("", 3, Kind::U16).write(&decimal(7, 0), &mut buffer), refused);
        assert_eq!(Point::holding("", 3, Kind::Bit(1)).write(&decimal(1, 0), &mut buffer), refused);
        assert_eq!(Point::discrete_input("", 3).write(&decimal(1, 0), &mut buffer), refused);
    }

    fn kinds() -> impl Strategy<Value = Kind> {
        prop_oneof![
            Just(Kind::U16),
            Just(Kind::I16),
            Just(Kind::U32),
            Just(Kind::I32),
            Just(Kind::U64),
            Just(Kind::I64),
            Just(Kind::Clock),
            (1_u8..=4).prop_map(Kind::Bcd),
            (1_u8..=8).prop_map(Kind::Text),
        ]
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_back(
            kind in kinds(),
            order in proptest::sample::select(&ORDERS[..]),
            scale in -3_i8..=3,
            octets in proptest::collection::vec(any::<u8>(), 16),
        ) {
            let point = Point::holding("", 0, kind).ordered(order).scaled(scale);
            let registers = Registers::from_octets(&octets);
            let value = point.decode(registers);
            let mut buffer = [0; 8];
            if let Ok(written) = point.encode(&value, &mut buffer) {
                let octets: std::vec::Vec<u8> = written.iter().flat_map(|word| word.to_be_bytes()).collect();
                prop_assert_eq!(point.decode(Registers::from_octets(&octets)), value);
                if !matches!(kind, Kind::Text(_)) {
                    let first = registers.slice(0, written.len()).unwrap();
                    prop_assert_eq!(Registers::from_octets(&octets), first);
                }
            } else {
                let refused =
                    matches!(value, Value::Invalid(_) | Value::Time(MeterTime::Invalid | MeterTime::NotSet));
                prop_assert!(refused, "{:?} of {:?} was not written", value, kind);
            }
        }
    }
}
