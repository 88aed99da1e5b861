//! A meter of 1997.

use super::*;

#[test]
fn a_1997_meter_has_fewer_digits_and_ends_its_blocks() {
    let mut server = bench(Edition::Y1997);
    server.handler().elapse(minutes(60));
    let energy = [0x50, 0x02, 0, 0];
    let energies = [&energy[..], &energy, &[0xAA]].concat();
    let none = [&[0; 8][..], &[0xAA]].concat();
    assert_eq!(read_1997(&mut server, 0x9010), energy);
    assert_eq!(read_1997(&mut server, 0x901F), energies);
    assert_eq!(read_1997(&mut server, 0x90FF), [&energies[..], &none].concat());
    let reactive = [0x30, 0, 0, 0, 0x30, 0, 0, 0, 0xAA];
    // Forward, reverse, quadrants 1, 4, 2 and 3.
    let sets = [&reactive[..], &none, &reactive, &none, &none, &none].concat();
    assert_eq!(read_1997(&mut server, 0x91FF), sets);
    assert_eq!(read_1997(&mut server, 0xA010), [0x00, 0x50, 0x02]);
    assert_eq!(read_1997(&mut server, 0xB010), [0x15, 0x12, 0x01, 0x07]);
    assert_eq!(read_1997(&mut server, 0xB01F), [0x15, 0x12, 1, 7, 0x15, 0x12, 1, 7, 0xAA]);
    for (number, octets) in [
        (0xB611, &[0x30, 0x02][..]),
        (0xB61F, &[0x30, 0x02, 0x20, 0x02, 0x19, 0x02, 0xAA]),
        (0xB621, &[0x56, 0x04]),
        (0xB623, &[0x27, 0x02]),
        (0xB630, &[0x00, 0x50, 0x02]),
        (0xB63F, &[0, 0x50, 0x02, 0, 0, 0x01, 0, 0, 0x02, 0, 0x50, 0, 0, 0, 0, 0, 0xAA]),
        (0xB640, &[0x30, 0x00]),
        (0xB650, &[0x05, 0x07]),
        (0xC010, &[0x03, 0x01, 0x07, 0x26]),
        (0xC01F, &[0x03, 0x01, 0x07, 0x26, 0x00, 0x00, 0x13, 0xAA]),
        (0xC020, &[0x00]),
        (0xC117, &[0x00, 0x01]),
        (0xC313, &[0x01]),
    ] {
        assert_eq!(read_1997(&mut server, number), octets, "{number:04X}");
    }
    // Three blocks: date and time, three words, constants and numbers.
    let set = read_1997(&mut server, 0xC0FF);
    assert_eq!((set.len(), set[7], set[11], set[36]), (37, 0xAA, 0xAA, 0xAA));
    for number in [0x9012, 0x9030, 0x903F, 0x9C10, 0xB614, 0xB61E, 0xE000, 0xD010] {
        let asked = ask(&mut server, &Command::Read { identifier: Identifier::Y1997(number) });
        assert_eq!(asked, failed(0x01, 2), "{number:04X}");
    }
    // To the first of the next month, and a month further.
    server.handler().mains.phases = Default::default();
    server.handler().elapse(minutes(30 * 1_440 + 660));
    assert_eq!(read_1997(&mut server, 0x9410), energy);
    assert_eq!(read_1997(&mut server, 0xA410), [0x00, 0x50, 0x02]);
    assert_eq!(read_1997(&mut server, 0xB410), [0x15, 0x12, 0x01, 0x07]);
    assert_eq!(read_1997(&mut server, 0x9810), [0; 4]);
    server.handler().elapse(minutes(31 * 1_440));
    assert_eq!(read_1997(&mut server, 0x9810), energy);
    assert_eq!(read_1997(&mut server, 0xA410), [0; 3]);
}

#[test]
fn a_1997_address_is_digits_below_padding() {
    let mut server = bench(Edition::Y1997);
    let renamed = |address| Command::WriteAddress { edition: Edition::Y1997, address: Address(address) };
    for address in
        [[0xAA; 6], [0x99; 6], [0xBC, 0, 0, 0, 0, 0], [1, 0, 0xAA, 0, 0xAA, 0xAA], [0xAA, 0, 0, 0, 0, 0]]
    {
        assert_eq!(ask_at(&mut server, Address::ANY, &renamed(address)), None, "{address:02X?}");
    }
    let address = [0x34, 0x12, 0xAA, 0xAA, 0xAA, 0xAA];
    assert_eq!(ask_at(&mut server, Address::ANY, &renamed(address)), Some(done(0x0A)));
    assert_eq!(server.address(), Address(address));
}

#[test]
fn a_1997_meter_is_written() {
    let mut server = bench(Edition::Y1997);
    let write = |server: &mut Bench, number, password, data: &[u8]| {
        let (identifier, data) = (Identifier::Y1997(number), Data::plain(data));
        ask(server, &Command::Write { identifier, password, operator: None, data })
    };
    assert_eq!(write(&mut server, 0xC032, LEVEL_4, &[1, 2, 3, 4, 5, 6]), done(0x04));
    assert_eq!(read_1997(&mut server, 0xC032), [1, 2, 3, 4, 5, 6]);
    assert_eq!(write(&mut server, 0xC313, LEVEL_4, &[0x05]), failed(0x04, 0x40));
    assert_eq!(write(&mut server, 0xC313, LEVEL_4, &[0x02]), done(0x04));
    assert_eq!(read_1997(&mut server, 0x901F).len(), 13);
    assert_eq!(write(&mut server, 0xC011, LEVEL_4, &[0x00, 0x30, 0x08]), done(0x04));
    assert_eq!(read_1997(&mut server, 0xC011), [0x00, 0x30, 0x08]);
    assert_eq!(write(&mut server, 0xC111, LEVEL_4, &[0x15, 0]), failed(0x04, 1));
    assert_eq!(write(&mut server, 0x9010, LEVEL_4, &[0; 4]), failed(0x04, 4));
    assert_eq!(write(&mut server, 0xC0EE, LEVEL_4, &[0; 4]), failed(0x04, 2));
    assert_eq!(read_1997(&mut server, 0xB212), [0x02, 0x00]);
    assert_eq!(read_1997(&mut server, 0xB210), [0x00, 0x12, 0x01, 0x07]);
    let clear = |password| Command::ClearMaximumDemand { password, operator: None };
    assert_eq!(ask(&mut server, &clear(WRONG)), failed(0x10, 4));
    assert_eq!(ask(&mut server, &clear(LEVEL_4)), done(0x10));
    assert_eq!(read_1997(&mut server, 0xB213), [0x01, 0x00]);
    assert_eq!(read_1997(&mut server, 0xB211), [0x30, 0x08, 0x01, 0x07]);
    let new = Password { level: 4, digits: [9, 9, 9] };
    let change = Command::ChangePassword { identifier: None, old: LEVEL_4, new };
    assert_eq!(ask(&mut server, &change), (0x8F, vec![4, 9, 9, 9]));
    assert_eq!(write(&mut server, 0xC212, new, &[4, 0, 0, 0]), done(0x04));
    assert_eq!(write(&mut server, 0xC113, LEVEL_4, &[0x10]), done(0x04));
    let rate = |word| Command::ChangeBaudRate { rate: BaudRate::Y1997(word) };
    assert_eq!(ask(&mut server, &rate(0x40)), failed(0x0C, 1));
    assert_eq!(ask(&mut server, &rate(0x08)), (0x8C, vec![8]));
}

#[test]
fn a_1997_meter_counts_lost_voltages() {
    let mut server = bench(Edition::Y1997);
    server.handler().mains.phases[1].voltage_dv = 0;
    server.handler().elapse(minutes(90));
    assert_eq!(read_1997(&mut server, 0xC021), [0b010]);
    server.handler().mains.phases[1].voltage_dv = 2_200;
    server.handler().elapse(Duration::ZERO);
    assert_eq!(read_1997(&mut server, 0xB31F), [1, 0, 0, 0, 1, 0, 0, 0, 0xAA]);
    assert_eq!(read_1997(&mut server, 0xB322), [0x90, 0, 0]);
    assert_eq!(read_1997(&mut server, 0xB330), [0x00, 0x12, 0x01, 0x07]);
    assert_eq!(read_1997(&mut server, 0xB342), [0x30, 0x13, 0x01, 0x07]);
    assert_eq!(read_1997(&mut server, 0xB331), [0; 4]);
}
