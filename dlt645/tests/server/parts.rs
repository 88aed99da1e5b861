//! Answers longer than a frame.

use super::*;

#[test]
fn long_data_comes_in_parts_that_can_be_asked_for_twice() {
    let mut server = bench(Edition::Y2007);
    let whole: Vec<u8> = (0..1_026).map(|octet| (octet % 251) as u8).collect();
    let head = [0x01, 0x08, 0x30, 0x03];
    let first = [&head[..], &whole[..196]].concat();
    assert_eq!(ask(&mut server, OWN, &read(0x0330_0801)), Some((0xB1, first)));
    // 830 octets are left: 4 parts of 195, and one of 50.
    for sequence in 1..=5_u8 {
        let start = 196 + 195 * (usize::from(sequence) - 1);
        let end = (start + 195).min(1_026);
        let part = [&head[..], &whole[start..end], &[sequence]].concat();
        let control = if sequence < 5 { 0xB2 } else { 0x92 };
        for _ in 0..2 {
            let answer = ask(&mut server, OWN, &follow_up(0x0330_0801, sequence));
            assert_eq!(answer, Some((control, part.clone())), "part {sequence}");
        }
    }
    let refused = some(0xD2, &[2]);
    for sequence in [1, 4, 6] {
        assert_eq!(ask(&mut server, OWN, &follow_up(0x0330_0801, sequence)), refused, "{sequence}");
    }
    assert_eq!(ask(&mut server, OWN, &read(0x0001_FF00)).unwrap().0, 0x91, "196 octets fit");
    assert_eq!(ask(&mut server, OWN, &follow_up(0x0001_FF00, 1)), refused);
}

#[test]
fn another_command_ends_what_was_to_follow() {
    let mut server = bench(Edition::Y2007);
    let refused = some(0xD2, &[2]);
    assert_eq!(ask(&mut server, OWN, &follow_up(0x0330_0801, 1)), refused, "nothing was read");
    for other in [read(0x0001_0000), Command::ReadAddress, Command::Freeze { time: FreezeTime::NOW }] {
        assert_eq!(ask(&mut server, OWN, &read(0x0330_0801)).unwrap().0, 0xB1);
        assert_eq!(ask(&mut server, OWN, &follow_up(0x0330_0802, 1)), refused, "other data");
        assert_eq!(ask(&mut server, OWN, &follow_up(0x0330_0801, 2)), refused, "a part too far");
        ask(&mut server, OWN, &other).unwrap();
        assert_eq!(ask(&mut server, OWN, &follow_up(0x0330_0801, 1)), refused);
    }
    assert_eq!(ask(&mut server, OWN, &read(0x0330_0801)).unwrap().0, 0xB1);
    assert_eq!(ask(&mut server, NEW, &read(0x0001_0000)), None, "another meter's");
    assert_eq!(ask(&mut server, Address::ANY, &follow_up(0x0330_0801, 1)).unwrap().0, 0xB2);
}

#[test]
fn a_small_server_refuses_what_it_has_no_room_for() {
    let mut server = Server::<_, 195>::sized(OWN, recorder(Edition::Y2007));
    assert_eq!(ask(&mut server, OWN, &read(0x0001_FF00)), some(0xD1, &[1]));
    assert_eq!(ask(&mut server, OWN, &read(0x0001_0000)).unwrap().0, 0x91);
}

#[test]
fn load_records_are_not_cut() {
    let mut server = bench(Edition::Y2007);
    let identifier = Identifier::Y2007(0x0600_0000);
    let ask_for = |count| Command::ReadLoadRecords { identifier, count, from: None };
    let head = [0, 0, 0, 6];
    let two = [record(97), record(97)].concat();
    let (control, data) = ask(&mut server, OWN, &ask_for(3)).unwrap();
    assert_eq!((control, data), (0xB1, [&head[..], &two].concat()));
    let last = [&head[..], &record(97), &[1]].concat();
    assert_eq!(ask(&mut server, OWN, &follow_up(0x0600_0000, 1)), Some((0x92, last)));

    let identifier = Identifier::Y2007(0x0601_0001);
    let from = Some(RecordTime([0, 0, 1, 1, 0x26]));
    let (control, data) =
        ask(&mut server, OWN, &Command::ReadLoadRecords { identifier, count: 7, from }).unwrap();
    assert_eq!((control, data.len()), (0xB1, 4 + 6 * 30));
    // As many as there is room for: ten of 97 octets.
    assert_eq!(ask(&mut server, OWN, &ask_for(255)).unwrap().0, 0xB1);
    for (sequence, control) in [(1, 0xB2), (2, 0xB2), (3, 0xB2), (4, 0x92)] {
        let (answered, data) = ask(&mut server, OWN, &follow_up(0x0600_0000, sequence)).unwrap();
        assert_eq!((answered, data.len()), (control, 4 + 2 * 97 + 1), "part {sequence}");
    }
    for (number, from) in [(0x0600_0001, None), (0x0600_0000, from), (0x0001_0000, None), (0x0600_0003, None)]
    {
        let identifier = Identifier::Y2007(number);
        let asked = Command::ReadLoadRecords { identifier, count: 1, from };
        assert_eq!(ask(&mut server, OWN, &asked), some(0xD1, &[1]), "{number:08X}");
    }
}

#[test]
fn a_report_that_waits_is_announced_and_follows_the_data() {
    let mut server = bench(Edition::Y2007);
    server.handler().reports = true;
    assert_eq!(ask(&mut server, OWN, &read(0x0001_0000)).unwrap().0, 0xB1);
    let report = [0x01, 0x15, 0x00, 0x04, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1];
    for _ in 0..2 {
        assert_eq!(ask(&mut server, OWN, &follow_up(0x0001_0000, 1)), some(0x92, &report));
    }
    assert_eq!(ask(&mut server, OWN, &follow_up(0x0001_0000, 2)), some(0xD2, &[2]));
    // What is cut already has the bit for itself.
    assert_eq!(ask(&mut server, OWN, &read(0x0330_0801)).unwrap().0, 0xB1);
    assert_eq!(ask(&mut server, OWN, &follow_up(0x0330_0801, 1)).unwrap().1[..4], [0x01, 0x08, 0x30, 0x03]);
    assert_eq!(ask(&mut server, OWN, &read(0x0400_1501)).unwrap().0, 0x91, "the report itself");
}

#[test]
fn a_1997_meter_gives_parts_without_numbers_and_repeats_its_last_answer() {
    let mut server = bench(Edition::Y1997);
    let whole: Vec<u8> = (0..400).map(|octet| (octet % 251) as u8).collect();
    let follow_up = Command::ReadFollowUp { identifier: Identifier::Y1997(0x91FF), sequence: None };
    let part = |range: std::ops::Range<usize>| [&[0xFF, 0x91][..], &whole[range]].concat();
    let refused = some(0xC3, &[2]);
    assert_eq!(ask(&mut server, OWN, &Command::ReadAgain { identifier: None }), refused, "nothing was read");
    assert_eq!(ask(&mut server, OWN, &read_1997(0x91FF)), Some((0xA1, part(0..198))));
    let again = Command::ReadAgain { identifier: None };
    assert_eq!(ask(&mut server, OWN, &again), Some((0xA3, part(0..198))));
    assert_eq!(ask(&mut server, OWN, &follow_up), Some((0xA2, part(198..396))));
    assert_eq!(ask(&mut server, OWN, &follow_up), Some((0x82, part(396..400))));
    assert_eq!(ask(&mut server, OWN, &again), Some((0x83, part(396..400))));
    let identifier = Some(Identifier::Y1997(0x91FF));
    assert_eq!(ask(&mut server, OWN, &Command::ReadAgain { identifier }), Some((0x83, part(396..400))));
    let identifier = Some(Identifier::Y1997(0x9010));
    assert_eq!(ask(&mut server, OWN, &Command::ReadAgain { identifier }), refused, "that was not read");
    assert_eq!(ask(&mut server, OWN, &follow_up), some(0xC2, &[2]));

    // 07 as the fourth octet of the data is no other edition's.
    assert_eq!(ask(&mut server, OWN, &read_1997(0x9010)), some(0x81, &[0x10, 0x90, 0x56, 0x07, 0x12, 0]));
    assert_eq!(ask(&mut server, OWN, &again), some(0x83, &[0x10, 0x90, 0x56, 0x07, 0x12, 0]));
}

#[test]
fn a_1997_follow_up_that_the_line_repeats_skips_no_part() {
    let mut server = bench(Edition::Y1997);
    let follow_up = Command::ReadFollowUp { identifier: Identifier::Y1997(0x91FF), sequence: None };
    let mut buffer = [0; 32];
    let frame = follow_up.encode_frame(OWN, &mut buffer).unwrap();
    ask(&mut server, OWN, &read_1997(0x91FF)).unwrap();
    let (_, control, data) = exchange(&mut server, &frame.repeat(2)).unwrap();
    assert_eq!((control, data[2]), (0xA2, 198));
    let (_, control, data) = exchange(&mut server, frame).unwrap();
    assert_eq!((control, data[2]), (0x82, (396 % 251) as u8));
}
