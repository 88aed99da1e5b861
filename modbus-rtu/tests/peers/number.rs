//! Numbers and text over several registers.

use super::*;

#[test]
fn a_number_over_several_registers_is_read_in_the_order_its_maker_chose() {
    let wide = 0x0102_0304_0506_0708_u64;
    for (order, single, double) in [
        (WordOrder::Abcd, [0x47F1, 0x2000], [0x0102, 0x0304, 0x0506, 0x0708]),
        (WordOrder::Cdab, [0x2000, 0x47F1], [0x0708, 0x0506, 0x0304, 0x0102]),
        (WordOrder::Badc, [0xF147, 0x0020], [0x0201, 0x0403, 0x0605, 0x0807]),
        (WordOrder::Dcba, [0x0020, 0xF147], [0x0807, 0x0605, 0x0403, 0x0201]),
    ] {
        assert_eq!(f32::from_registers((&single).into(), 0, order), Some(123_456.0));
        assert_eq!(123_456.0_f32.registers(order), single);
        assert_eq!(u64::from_registers((&double).into(), 0, order), Some(wide));
        assert_eq!(wide.registers(order), double);
        let float = f64::from_bits(wide);
        assert_eq!(f64::from_registers((&double).into(), 0, order), Some(float));
        assert_eq!(float.registers(order), double);
    }
}

#[test]
fn text_is_read_with_either_order_and_either_filling() {
    let text = Point::holding("name", 0, Kind::Text(3));
    for (octets, order) in [
        (b"meter\0", WordOrder::Abcd),
        (b"meter ", WordOrder::Abcd),
        (b"emet\0r", WordOrder::Badc),
        (b"emet r", WordOrder::Dcba),
    ] {
        let value = text.ordered(order).decode(Registers::from_octets(octets));
        assert_eq!(value, Value::Text(Text::first_first(b"meter")), "{order:?}");
    }
}
