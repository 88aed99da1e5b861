//! What is measured, and what becomes of it.

use super::*;

#[test]
fn power_becomes_energy_in_tariffs_directions_and_quadrants() {
    let mut server = bench(Edition::Y2007);
    // 2500.0 W in all for an hour.
    server.handler().elapse(Duration::from_secs(3_599));
    server.handler().elapse(Duration::from_millis(500));
    assert_eq!(read(&mut server, 0x0001_0000), [0x49, 0x02, 0, 0], "the last second is not over");
    server.handler().elapse(Duration::from_millis(500));
    for (number, octets) in [
        (0x0001_0000, [0x50, 0x02, 0, 0]),
        (0x0000_0000, [0x50, 0x02, 0, 0]),
        (0x0002_0000, [0, 0, 0, 0]),
        // 300.0 var.
        (0x0003_0000, [0x30, 0, 0, 0]),
        (0x0004_0000, [0, 0, 0, 0]),
        (0x0005_0000, [0x30, 0, 0, 0]),
        // 1044.0 VA, 2000.0 VA and 500.0 VA.
        (0x0009_0000, [0x54, 0x03, 0, 0]),
        // Phase A forward, phase C reverse.
        (0x0015_0000, [0x00, 0x01, 0, 0]),
        (0x003E_0000, [0x50, 0, 0, 0]),
    ] {
        assert_eq!(read(&mut server, number), octets, "{number:08X}");
    }

    let meter = server.handler();
    meter.tariff = 2;
    assert!(meter.set_energy(Register::ForwardActive, 2, 123_456));
    assert!(
        !meter.set_energy(Register::ForwardActive, 5, 1) && !meter.set_energy(Register::ForwardActive, 0, 1)
    );
    assert_eq!(refused(&mut server, 0x0001_0200), failed(0x11, 2), "one tariff is shown");
    assert_eq!(write(&mut server, 0x0400_0204, LEVEL_4, &[0x02]), done(0x14));
    let block = [0x06, 0x37, 0x12, 0, 0x50, 0x02, 0, 0, 0x56, 0x34, 0x12, 0];
    assert_eq!(read(&mut server, 0x0001_FF00), block);
    server.handler().elapse(minutes(60));
    assert_eq!(read(&mut server, 0x0001_00FF), [&[0x56, 0x39, 0x12, 0x00][..], &[0; 48]].concat());
    assert_eq!(read(&mut server, 0x0405_01FF), [0; 8], "a price for each tariff");
    assert_eq!(read(&mut server, 0x0001_0100), [0x50, 0x02, 0, 0]);
    assert_eq!(read(&mut server, 0x0001_0200), [0x06, 0x37, 0x12, 0]);
    assert_eq!(refused(&mut server, 0x0001_0300), failed(0x11, 2));
    assert_eq!(refused(&mut server, 0x000B_0002), failed(0x11, 2));
}

#[test]
fn combined_energies_follow_their_words_and_can_be_negative() {
    let mut server = bench(Edition::Y2007);
    server.handler().set_energy(Register::ForwardActive, 1, 100);
    server.handler().set_energy(Register::ReverseActive, 1, 350);
    server.handler().set_energy(Register::Quadrant4, 1, 77);
    assert_eq!(read(&mut server, 0x0000_0000), [0x50, 0x04, 0, 0]);
    // Forward adds, reverse subtracts; quadrant 4 subtracts.
    assert_eq!(write(&mut server, 0x0400_0601, LEVEL_4, &[0b1001]), done(0x14));
    assert_eq!(write(&mut server, 0x0400_0602, LEVEL_4, &[0b1000_0000]), done(0x14));
    assert_eq!(read(&mut server, 0x0000_0000), [0x50, 0x02, 0, 0x80]);
    assert_eq!(read(&mut server, 0x0003_0000), [0x77, 0, 0, 0x80]);
    assert_eq!(read(&mut server, 0x0004_0000), [0x77, 0, 0, 0]);
}

#[test]
fn variables_have_the_digits_of_2007() {
    let mut server = bench(Edition::Y2007);
    for (number, octets) in [
        (0x0201_0100, &[0x01, 0x23][..]),
        (0x0201_FF00, &[0x01, 0x23, 0x00, 0x22, 0x99, 0x21]),
        (0x0202_FF00, &[0x60, 0x45, 0x00, 0x23, 0x91, 0x00, 0x70, 0x22, 0x80]),
        (0x0203_FF00, &[0x00, 0x50, 0x02, 0x00, 0x00, 0x01, 0x00, 0x00, 0x02, 0x00, 0x50, 0x80]),
        (0x0204_0000, &[0x00, 0x30, 0x00]),
        (0x0205_0100, &[0x40, 0x04, 0x01]),
        // 2500 / 3544.0, 1000 / 1044.0, 1, -1.
        (0x0206_FF00, &[0x05, 0x07, 0x57, 0x09, 0x00, 0x10, 0x00, 0x90]),
        (0x0280_0002, &[0x01, 0x50]),
        (0x0280_0007, &[0x50, 0x02]),
    ] {
        assert_eq!(read(&mut server, number), octets, "{number:08X}");
    }
    assert_eq!(refused(&mut server, 0x0201_0000), failed(0x11, 2));
    assert_eq!(refused(&mut server, 0x0201_0400), failed(0x11, 2));
    assert_eq!(read(&mut server, 0x0400_0501), [0, 0]);
    assert_eq!(read(&mut server, 0x0400_0502), [0b100, 0], "phase C flows back");
    assert_eq!(read(&mut server, 0x0400_05FF).len(), 18);
}

#[test]
fn the_maximum_demand_slides_and_settlement_keeps_it() {
    let mut server = bench(Edition::Y2007);
    server.handler().elapse(minutes(14));
    assert_eq!(read(&mut server, 0x0101_0000), [0; 8], "no period is over");
    server.handler().elapse(minutes(46));
    let peak = [0x00, 0x50, 0x02, 0x15, 0x12, 0x01, 0x07, 0x26];
    assert_eq!(read(&mut server, 0x0101_0000), peak);
    assert_eq!(read(&mut server, 0x0101_FF00), [peak, peak].concat());
    assert_eq!(read(&mut server, 0x0102_0000), [0; 8]);
    assert_eq!(read(&mut server, 0x0105_0000), [0x00, 0x30, 0x00, 0x15, 0x12, 0x01, 0x07, 0x26]);
    assert_eq!(read(&mut server, 0x0280_0004), [0x00, 0x50, 0x02]);
    // 15 kW for a minute are 1 kW of a period, and 2.3333 kW of the rest.
    server.handler().mains.phases[0].active_dw = 135_000;
    server.handler().elapse(minutes(1));
    assert_eq!(read(&mut server, 0x0101_0000), [0x33, 0x33, 0x03, 0x01, 0x13, 0x01, 0x07, 0x26]);
    server.handler().mains.phases = Default::default();
    // To midnight of the next month's first day.
    server.handler().elapse(minutes(30 * 1_440 + 659));
    assert_eq!(read(&mut server, 0x0101_0001), [0x33, 0x33, 0x03, 0x01, 0x13, 0x01, 0x07, 0x26]);
    assert_eq!(read(&mut server, 0x0101_0000), [0; 8]);
    // 2.50 kWh, and 0.25 of the minute.
    assert_eq!(read(&mut server, 0x0001_0001), [0x75, 0x02, 0, 0]);
    assert_eq!(read(&mut server, 0x0001_0002), [0; 4]);
    assert_eq!(read(&mut server, 0x000B_0000), [0; 4]);
    assert_eq!(read(&mut server, 0x000B_0001), [0x75, 0x02, 0, 0]);
}

#[test]
fn a_block_is_one_of_the_standard() {
    let mut server = bench(Edition::Y2007);
    for number in [0x0015_FF00, 0x000B_FF00, 0x000B_00FF, 0x0400_06FF] {
        assert_eq!(refused(&mut server, number), failed(0x11, 2), "{number:08X}");
    }
}
