//! Events, copies, load records and reports.

use super::*;

#[test]
fn a_programming_is_recorded() {
    let mut server = bench(Edition::Y2007);
    for hour in [0x10, 0x20] {
        assert_eq!(write(&mut server, 0x0400_0302, LEVEL_4, &[hour]), done(0x14));
        server.handler().elapse(minutes(1));
    }
    assert_eq!(read(&mut server, 0x0330_0000), [2, 0, 0]);
    let mut record = vec![0x00, 0x01, 0x12, 0x01, 0x07, 0x26, 0x11, 0x22, 0x33, 0x44, 0x02, 0x03, 0x00, 0x04];
    record.resize(50, 0);
    assert_eq!(read(&mut server, 0x0330_0001), record);
    record[1] = 0;
    assert_eq!(read(&mut server, 0x0330_0002), record);
    assert_eq!(read(&mut server, 0x0330_000A), [0; 50]);
    assert_eq!(refused(&mut server, 0x0330_000B), failed(0x11, 2));
}

#[test]
fn an_instant_copy_keeps_everything() {
    let mut server = bench(Edition::Y2007);
    server.handler().elapse(minutes(60));
    let freeze = |time| Command::Freeze { time };
    assert_eq!(ask_at(&mut server, Address::BROADCAST, &freeze(FreezeTime::NOW)), None);
    server.handler().elapse(minutes(60));
    let time = [0x00, 0x13, 0x01, 0x07, 0x26];
    let (energy, none) = ([0x50, 0x02, 0, 0], [0; 4]);
    let reactive = [0x30, 0, 0, 0];
    let peak = [0x00, 0x50, 0x02, 0x15, 0x12, 0x01, 0x07, 0x26];
    let powers = [
        0x00, 0x50, 0x02, 0x00, 0x00, 0x01, 0x00, 0x00, 0x02, 0x00, 0x50, 0x80, // active
        0x00, 0x30, 0x00, 0x00, 0x30, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, // reactive
    ];
    assert_eq!(read(&mut server, 0x0501_0001), time);
    assert_eq!(read(&mut server, 0x0501_0101), [energy, energy].concat());
    assert_eq!(read(&mut server, 0x0501_0901), [peak, peak].concat());
    assert_eq!(read(&mut server, 0x0501_1001), powers);
    let items: [&[u8]; 12] = [
        &time,
        &[energy, energy].concat(),
        &[none, none].concat(),
        &[reactive, reactive].concat(),
        &[none, none].concat(),
        &[reactive, reactive].concat(),
        &[none, none].concat(),
        &[none, none].concat(),
        &[none, none].concat(),
        &[peak, peak].concat(),
        &[0; 16],
        &powers,
    ];
    assert_eq!(read(&mut server, 0x0501_FF01), items.concat());
    // Only the energies of the first two kinds, and no demands.
    assert_eq!(write(&mut server, 0x0400_0903, LEVEL_4, &[0b11]), done(0x14));
    assert_eq!(read(&mut server, 0x0501_FF01), items[..3].concat());
    assert_eq!(refused(&mut server, 0x0501_0901), failed(0x11, 2));
    assert_eq!(read(&mut server, 0x0501_0003), [0; 5]);
    assert_eq!(refused(&mut server, 0x0501_0004), failed(0x11, 2), "three are kept");
    assert_eq!(refused(&mut server, 0x0502_0001), failed(0x11, 2));
    assert_eq!(ask(&mut server, &freeze(FreezeTime([0x60, 0x99, 0x99, 0x99]))), failed(0x16, 1));
}

#[test]
fn copies_are_taken_on_time() {
    let mut server = bench(Edition::Y2007);
    let time = FreezeTime::new(Schedule::Daily { hour: 13, minute: 30 }).unwrap();
    assert_eq!(ask(&mut server, &Command::Freeze { time }), done(0x16));
    server.handler().elapse(minutes(1_440));
    assert_eq!(read(&mut server, 0x0500_0001), [0x30, 0x13, 0x01, 0x07, 0x26]);
    assert_eq!(read(&mut server, 0x0500_0002), [0; 5]);
    // 1.5 hours of 2.5 kW.
    assert_eq!(read(&mut server, 0x0500_0101), [0x75, 0x03, 0, 0, 0x75, 0x03, 0, 0]);
    assert_eq!(read(&mut server, 0x0506_0001), [0x00, 0x00, 0x02, 0x07, 0x26]);
    assert_eq!(read(&mut server, 0x0504_0001), [0x00, 0x12, 0x02, 0x07, 0x26]);
    let hour = [0x00, 0x14, 0x01, 0x07, 0x26, 0x00, 0x05, 0, 0, 0, 0, 0, 0];
    assert_eq!(read(&mut server, 0x0504_FF17), hour, "23 hours back");
    assert_eq!(read(&mut server, 0x0504_0117), hour[5..9]);
}

/// The record at a time of a meter that has 2.5 kW for so many hundredths of kWh.
fn record(time: [u8; 5], classes: &[&[u8]; 6]) -> Vec<u8> {
    let counted: Vec<u8> = time
        .into_iter()
        .chain(classes.iter().flat_map(|class| class.iter().copied().chain([0xAA])))
        .collect();
    let mut record = [&[0xA0, 0xA0, counted.len() as u8][..], &counted].concat();
    let sum = record.iter().fold(0, |sum: u8, octet| sum.wrapping_add(*octet));
    record.extend([sum, 0xE5]);
    record
}

#[test]
fn load_records_are_kept_and_given_by_class_and_time() {
    let mut server = bench(Edition::Y2007);
    let ask_for = |server: &mut Bench, number, count, from| {
        let identifier = Identifier::Y2007(number);
        ask(server, &Command::ReadLoadRecords { identifier, count, from })
    };
    assert_eq!(ask_for(&mut server, 0x0600_0000, 1, None), (0x91, vec![0, 0, 0, 6]), "nothing yet");
    // Classes 1 to 6 every 15 minutes; class 2 every 30.
    assert_eq!(write(&mut server, 0x0400_0A03, LEVEL_4, &[0x30, 0]), done(0x14));
    server.handler().elapse(minutes(60));
    let classes: [&[u8]; 6] = [
        &[0x01, 0x23, 0x00, 0x22, 0x99, 0x21, 0x60, 0x45, 0, 0x23, 0x91, 0, 0x70, 0x22, 0x80, 0x01, 0x50],
        &[],
        &[0x05, 0x07, 0x57, 0x09, 0x00, 0x10, 0x00, 0x90],
        &[0x62, 0, 0, 0, 0, 0, 0, 0, 0x07, 0, 0, 0, 0, 0, 0, 0],
        &[0x07, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        &[0x00, 0x50, 0x02, 0x00, 0x30, 0x00],
    ];
    let first = record([0x15, 0x12, 0x01, 0x07, 0x26], &classes);
    let (control, data) = ask_for(&mut server, 0x0600_0000, 1, None);
    assert_eq!((control, &data[4..]), (0x91, &first[..]));
    // All six classes are 103 octets, of which one fits a frame beside 79 without class 2.
    let (control, data) =
        ask_for(&mut server, 0x0600_0001, 4, Some(RecordTime([0x30, 0x12, 0x01, 0x07, 0x26])));
    assert_eq!((control, data.len()), (0xB1, 4 + 103 + 79));
    assert_eq!(data[7..12], [0x30, 0x12, 0x01, 0x07, 0x26]);
    let powers = [
        0x00, 0x50, 0x02, 0x00, 0x00, 0x01, 0x00, 0x00, 0x02, 0x00, 0x50, 0x80, // active
        0x00, 0x30, 0x00, 0x00, 0x30, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, // reactive
    ];
    let latest = record([0x00, 0x13, 0x01, 0x07, 0x26], &[&[], &powers, &[], &[], &[], &[]]);
    let before = record([0x30, 0x12, 0x01, 0x07, 0x26], &[&[], &powers, &[], &[], &[], &[]]);
    let (control, data) = ask_for(&mut server, 0x0602_0002, 1, None);
    assert_eq!((control, &data[4..]), (0x91, &latest[..]));
    let (control, data) = ask_for(&mut server, 0x0602_0002, 9, None);
    assert_eq!((control, &data[4..]), (0x91, &[before, latest].concat()[..]));
    let later = Some(RecordTime([0x01, 0x13, 0x01, 0x07, 0x26]));
    assert_eq!(ask_for(&mut server, 0x0600_0001, 4, later), (0x91, vec![1, 0, 0, 6]), "nothing of that time");
    assert_eq!(ask_for(&mut server, 0x0607_0000, 4, None), failed(0x11, 2));
    assert_eq!(refused(&mut server, 0x0600_0000), failed(0x11, 2));
}

#[test]
fn a_lost_voltage_and_a_power_down_are_recorded() {
    let mut server = bench(Edition::Y2007);
    server.handler().mains.phases[1].voltage_dv = 1_319;
    server.handler().elapse(minutes(60));
    assert_eq!(read(&mut server, 0x0400_0505), [1, 0]);
    assert_eq!(read(&mut server, 0x0301_0000)[6..12], [0x01, 0, 0, 0x60, 0, 0]);
    server.handler().mains.phases[1].voltage_dv = 1_869;
    server.handler().elapse(minutes(1));
    assert_eq!(read(&mut server, 0x0400_0505), [1, 0], "it is not restored");
    server.handler().mains.phases[1].voltage_dv = 1_870;
    server.handler().elapse(minutes(1));
    assert_eq!(read(&mut server, 0x0400_0505), [0, 0]);
    let none = [0; 4];
    let record: [&[u8]; 22] = [
        &[0x00, 0x00, 0x12, 0x01, 0x07, 0x26],
        &[0x00, 0x01, 0x13, 0x01, 0x07, 0x26],
        // 61 minutes: 2.54 kWh, 0.30 kvarh.
        &[0x54, 0x02, 0, 0],
        &none,
        &[0x30, 0, 0, 0],
        &none,
        &[0x01, 0x01, 0, 0],
        &none,
        &[0x30, 0, 0, 0],
        &none,
        &[0x01, 0x23, 0x60, 0x45, 0x00, 0x00, 0x00, 0x01, 0x00, 0x30, 0x00, 0x57, 0x09],
        &[0x03, 0x02, 0, 0],
        &[0; 12],
        &[0x19, 0x13, 0x23, 0x91, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x10],
        &none,
        &[0x50, 0, 0, 0],
        &[0; 8],
        &[0x99, 0x21, 0x70, 0x22, 0x80, 0x00, 0x50, 0x80, 0x00, 0x00, 0x00, 0x00, 0x90],
        // 4.560 A, 9.123 A and 2.270 A: 4.63 Ah, 9.27 Ah and 2.30 Ah.
        &[0x20, 0x16, 0, 0],
        &[0x63, 0x04, 0, 0],
        &[0x27, 0x09, 0, 0],
        &[0x30, 0x02, 0, 0],
    ];
    assert_eq!(read(&mut server, 0x0301_0201), record.concat());
    assert_eq!(read(&mut server, 0x0301_0101), [0; 131]);

    server.handler().mains.phases = Default::default();
    server.handler().elapse(minutes(8));
    assert_eq!(read(&mut server, 0x0400_0507), [0x20, 0]);
    server.handler().mains.phases[0].voltage_dv = 2_200;
    server.handler().elapse(Duration::ZERO);
    assert_eq!(read(&mut server, 0x0311_0000), [1, 0, 0]);
    let outage = [0x00, 0x02, 0x13, 0x01, 0x07, 0x26, 0x00, 0x10, 0x13, 0x01, 0x07, 0x26];
    assert_eq!(read(&mut server, 0x0311_0001), outage);
}

#[test]
fn what_is_cleared_is_recorded() {
    let mut server = bench(Edition::Y2007);
    server.handler().elapse(minutes(60));
    let operator = OPERATOR;
    let clear_demand = |password| Command::ClearMaximumDemand { password, operator: Some(operator) };
    assert_eq!(ask(&mut server, &clear_demand(WRONG)), failed(0x19, 4));
    assert_eq!(ask(&mut server, &clear_demand(LEVEL_4)), done(0x19));
    assert_eq!(read(&mut server, 0x0101_0000), [0; 8]);
    let head = [0x00, 0x00, 0x13, 0x01, 0x07, 0x26, 0x11, 0x22, 0x33, 0x44];
    let mut record = head.to_vec();
    record.extend([0x00, 0x50, 0x02, 0x15, 0x12, 0x01, 0x07, 0x26]);
    record.extend([0; 8]);
    record.extend([0x00, 0x30, 0x00, 0x15, 0x12, 0x01, 0x07, 0x26]);
    record.resize(202, 0);
    assert_eq!(read(&mut server, 0x0330_0201), record, "in two frames");

    let clear_meter = |password| Command::ClearMeter { password, operator };
    assert_eq!(ask(&mut server, &clear_meter(LEVEL_4)), failed(0x1A, 4));
    assert_eq!(ask(&mut server, &clear_meter(LEVEL_2)), done(0x1A));
    assert_eq!(read(&mut server, 0x0001_0000), [0; 4]);
    assert_eq!(read(&mut server, 0x0330_0200), [0; 3]);
    let mut record = head.to_vec();
    // Forward, reverse, quadrants 1 to 4: in all, then by phase.
    record.extend([0x50, 0x02, 0, 0, 0, 0, 0, 0, 0x30, 0, 0, 0]);
    record.extend([0; 12]);
    record.extend([0x00, 0x01, 0, 0, 0, 0, 0, 0, 0x30, 0, 0, 0]);
    record.extend([0; 12]);
    record.extend([0x00, 0x02, 0, 0]);
    record.extend([0; 24]);
    record.extend([0x50, 0, 0, 0]);
    record.resize(106, 0);
    assert_eq!(read(&mut server, 0x0330_0101), record);

    let clear = |password, events| Command::ClearEvents { password, operator, events };
    assert_eq!(write(&mut server, 0x0400_0302, LEVEL_4, &[0x10]), done(0x14));
    let unknown = Identifier::Y2007(0x03FF_FFFF);
    assert_eq!(ask(&mut server, &clear(LEVEL_2, unknown)), failed(0x1B, 2));
    assert_eq!(ask(&mut server, &clear(LEVEL_4, Identifier::ALL_EVENTS)), failed(0x1B, 4));
    assert_eq!(read(&mut server, 0x0330_0000), [1, 0, 0]);
    let losses = Identifier::Y2007(0x0301_FFFF);
    assert_eq!(ask(&mut server, &clear(LEVEL_2, losses)), done(0x1B));
    assert_eq!(read(&mut server, 0x0330_0000), [1, 0, 0]);
    assert_eq!(ask(&mut server, &clear(LEVEL_2, Identifier::ALL_EVENTS)), done(0x1B));
    assert_eq!(read(&mut server, 0x0330_0000), [0; 3]);
    assert_eq!(read(&mut server, 0x0330_0100), [1, 0, 0], "a cleared meter stays recorded");
    assert_eq!(read(&mut server, 0x0330_0301), [&head[..], &[0xFF; 4]].concat());
    assert_eq!(read(&mut server, 0x0330_0302), [&head[..], &[0xFF, 0xFF, 0x01, 0x03]].concat());
}

#[test]
fn what_ends_after_its_events_were_cleared_is_not_recorded() {
    let mut server = bench(Edition::Y2007);
    server.handler().mains.phases[1].voltage_dv = 500;
    server.handler().elapse(minutes(1));
    let all = Identifier::ALL_EVENTS;
    let clear = Command::ClearEvents { password: LEVEL_2, operator: OPERATOR, events: all };
    assert_eq!(ask(&mut server, &clear), done(0x1B));
    server.handler().mains.phases = Default::default();
    server.handler().elapse(minutes(1));
    assert_eq!(read(&mut server, 0x0301_0201), [0; 131]);
    assert_eq!(read(&mut server, 0x0311_0000), [1, 0, 0]);
    assert_eq!(ask(&mut server, &clear), done(0x1B));
    server.handler().mains.phases[0].voltage_dv = 2_200;
    server.handler().elapse(minutes(1));
    assert_eq!(read(&mut server, 0x0311_0000), [0; 3]);
    assert_eq!(read(&mut server, 0x0311_0001), [0; 12]);
}

#[test]
fn a_report_is_announced_once_the_meter_is_told_to() {
    let mut server = bench(Edition::Y2007);
    server.handler().report[1] = 0b101;
    let read_voltage = Command::Read { identifier: Identifier::VOLTAGE_A };
    assert_eq!(ask(&mut server, &read_voltage).0, 0x91);
    assert_eq!(write(&mut server, 0x0400_1101, LEVEL_4, &[0b100]), done(0x14));
    assert_eq!(ask(&mut server, &read_voltage).0, 0xB1);
    let sequence = NonZeroU8::new(1);
    let follow_up = Command::ReadFollowUp { identifier: Identifier::VOLTAGE_A, sequence };
    let report = vec![0x01, 0x15, 0x00, 0x04, 0, 0b101, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1];
    assert_eq!(ask(&mut server, &follow_up), (0x92, report));
    let seen = [0, 0b001, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(write(&mut server, 0x0400_1503, WRONG, &seen), done(0x14), "it needs no password");
    assert_eq!(server.handler().report[1], 0b100);
}
