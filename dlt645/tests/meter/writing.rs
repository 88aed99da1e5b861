//! The clock, parameters, passwords and the relay.

use super::*;

#[test]
fn the_clock_runs_and_is_set() {
    let mut server = bench(Edition::Y2007);
    assert_eq!(read(&mut server, 0x0400_010C), [0x00, 0x00, 0x12, 0x03, 0x01, 0x07, 0x26]);
    server.handler().elapse(Duration::from_secs(86_400 + 3_661));
    assert_eq!(read(&mut server, 0x0400_0101), [0x04, 0x02, 0x07, 0x26]);
    assert_eq!(read(&mut server, 0x0400_0102), [0x01, 0x01, 0x13]);
    assert_eq!(write(&mut server, 0x0400_0101, LEVEL_4, &[0x00, 0x29, 0x02, 0x28]), done(0x14));
    assert_eq!(read(&mut server, 0x0400_0101), [0x02, 0x29, 0x02, 0x28], "it knows the day of the week");
    assert_eq!(write(&mut server, 0x0400_0102, LEVEL_4, &[0x59, 0x58, 0x23]), done(0x14));
    assert_eq!(read(&mut server, 0x0400_0102), [0x59, 0x58, 0x23]);
    for wrong in [[0, 0x30, 0x02, 0x28], [7, 1, 1, 0x28], [0, 0x0A, 1, 0x28]] {
        assert_eq!(write(&mut server, 0x0400_0101, LEVEL_4, &wrong), failed(0x14, 1));
    }
    assert_eq!(read(&mut server, 0x0330_0400), [0x02, 0, 0]);
    let record =
        [0x11, 0x22, 0x33, 0x44, 0x01, 0x01, 0x13, 0x29, 0x02, 0x28, 0x59, 0x58, 0x23, 0x29, 0x02, 0x28];
    assert_eq!(read(&mut server, 0x0330_0401), record);
    assert_eq!(read(&mut server, 0x0330_0403), [0; 16]);
}

#[test]
fn a_broadcast_sets_the_clock_a_little_once_a_day_and_by_day() {
    let mut server = bench(Edition::Y2007);
    let time = |octets| Command::BroadcastTime { time: ClockTime(octets) };
    let noon = [0x59, 0x04, 0x12, 0x01, 0x07, 0x26];
    assert_eq!(ask(&mut server, &time([0x00, 0x05, 0x12, 0x01, 0x07, 0x26])), failed(0x08, 1), "5 minutes");
    assert_eq!(ask(&mut server, &time([0x00, 0x61, 0x12, 0x01, 0x07, 0x26])), failed(0x08, 1));
    assert_eq!(ask_at(&mut server, Address::BROADCAST, &time(noon)), None);
    assert_eq!(read(&mut server, 0x0400_0102), [0x59, 0x04, 0x12]);
    assert_eq!(ask(&mut server, &time([0x00, 0x05, 0x12, 0x01, 0x07, 0x26])), failed(0x08, 1), "once a day");
    server.handler().elapse(minutes(1_440));
    assert_eq!(ask(&mut server, &time([0x00, 0x05, 0x12, 0x02, 0x07, 0x26])), done(0x08));
    let mut server = Server::new(OWN, <Meter>::new(Edition::Y2007, at(7, 1, 23, 56)));
    assert_eq!(
        ask(&mut server, &time([0x00, 0x55, 0x23, 0x01, 0x07, 0x26])),
        failed(0x08, 1),
        "near midnight"
    );
}

#[test]
fn writing_takes_data_then_rights() {
    let mut server = bench(Edition::Y2007);
    assert_eq!(write(&mut server, 0x0400_9999, WRONG, &[1]), failed(0x14, 2), "no such data");
    assert_eq!(write(&mut server, 0x0000_C011, LEVEL_4, &[0; 3]), failed(0x14, 2), "that is of 1997");
    assert_eq!(write(&mut server, 0x0001_0000, LEVEL_2, &[0; 4]), failed(0x14, 4), "nobody writes that");
    assert_eq!(write(&mut server, 0x0400_0103, WRONG, &[1, 2]), failed(0x14, 1), "of another length");
    assert_eq!(write(&mut server, 0x0400_0103, LEVEL_4, &[0x3A]), failed(0x14, 1), "no digits");
    assert_eq!(write(&mut server, 0x0400_0103, LEVEL_4, &[0x30]), done(0x14));
    assert_eq!(read(&mut server, 0x0400_0103), [0x30]);
    assert_eq!(write(&mut server, 0x0400_0306, LEVEL_4, &[2, 0, 0]), failed(0x14, 4), "the first class");
    assert_eq!(write(&mut server, 0x0400_0306, LEVEL_2, &[2, 0, 0]), done(0x14));
    assert_eq!(write(&mut server, 0x0400_0404, LEVEL_2, b"V001\0\0"), failed(0x14, 4), "the rating plate");
    assert_eq!(
        write(&mut server, 0x0400_040D, Password { level: 0, digits: [0; 3] }, &[0; 16]),
        failed(0x14, 4)
    );
    for (number, count, flags) in [
        (0x0400_0201, 0x15, 0x10),
        (0x0400_0202, 0x09, 0x20),
        (0x0400_0203, 0x15, 0x20),
        (0x0400_0204, 0x05, 0x40),
    ] {
        assert_eq!(write(&mut server, number, LEVEL_4, &[count]), failed(0x14, flags), "{number:08X}");
    }
    assert_eq!(read(&mut server, 0x0400_0404), b"\0\0V022", "texts come from behind");
    let all = [0x99; 6];
    assert_eq!(write(&mut server, 0x0400_0401, LEVEL_2, &all), failed(0x14, 1), "that is every meter's");
    let moved = [9, 0, 0, 0, 0, 0];
    assert_eq!(write(&mut server, 0x0400_0401, LEVEL_2, &moved), done(0x14));
    assert_eq!(server.address(), Address(moved));

    let mut server = bench(Edition::Y2007);
    server.handler().programming = false;
    assert_eq!(write(&mut server, 0x0400_0103, LEVEL_4, &[0x30]), failed(0x14, 4));
    let renamed = Command::WriteAddress { edition: Edition::Y2007, address: Address(moved) };
    assert_eq!(ask_at(&mut server, Address::ANY, &renamed), None);
    server.handler().programming = true;
    for address in [Address::ANY, Address::BROADCAST, Address([9, 0, 0, 0, 0, 0xAA])] {
        let renamed = Command::WriteAddress { edition: Edition::Y2007, address };
        assert_eq!(ask_at(&mut server, Address::ANY, &renamed), None, "{address}");
    }
    assert_eq!(ask_at(&mut server, Address::ANY, &renamed), Some(done(0x15)));
}

#[test]
fn three_wrong_passwords_lock_the_meter_for_a_day() {
    let mut server = bench(Edition::Y2007);
    let try_with = |server: &mut Bench, password| write(server, 0x0400_0302, password, &[0x10]);
    for _ in 0..2 {
        assert_eq!(try_with(&mut server, WRONG), failed(0x14, 4));
        assert_eq!(try_with(&mut server, WRONG), failed(0x14, 4));
        assert_eq!(try_with(&mut server, LEVEL_4), done(0x14), "a right one starts the count anew");
    }
    for _ in 0..3 {
        assert_eq!(try_with(&mut server, WRONG), failed(0x14, 4));
    }
    assert_eq!(try_with(&mut server, LEVEL_4), failed(0x14, 4));
    server.handler().elapse(minutes(1_439));
    assert_eq!(try_with(&mut server, LEVEL_4), failed(0x14, 4));
    server.handler().elapse(minutes(1));
    assert_eq!(try_with(&mut server, LEVEL_4), done(0x14));
}

#[test]
fn a_password_is_changed_with_itself_or_a_higher_one() {
    let mut server = bench(Edition::Y2007);
    let change = |server: &mut Bench, number, old, new| {
        ask(server, &Command::ChangePassword { identifier: Some(Identifier::Y2007(number)), old, new })
    };
    let new = Password { level: 4, digits: [7, 7, 7] };
    assert_eq!(change(&mut server, 0x0400_0C0B, LEVEL_4, new), failed(0x18, 2));
    assert_eq!(change(&mut server, 0x0400_0C03, LEVEL_4, new), failed(0x18, 1), "another level's");
    assert_eq!(change(&mut server, 0x0400_0C05, LEVEL_4, new), (0x98, vec![4, 7, 7, 7]));
    assert_eq!(change(&mut server, 0x0400_0C05, LEVEL_4, new), failed(0x18, 4));
    assert_eq!(change(&mut server, 0x0400_0C05, LEVEL_2, new), (0x98, vec![4, 7, 7, 7]));
    assert_eq!(change(&mut server, 0x0400_0C03, new, LEVEL_2), failed(0x18, 4), "a lower one");
    assert_eq!(refused(&mut server, 0x0400_0C05), failed(0x11, 2), "nobody reads it");
    // Written as a parameter, which needs the same right.
    let digits = [4, 1, 1, 1];
    assert_eq!(write(&mut server, 0x0400_0C04, LEVEL_2, &digits), failed(0x14, 1), "another level's");
    assert_eq!(write(&mut server, 0x0400_0C05, LEVEL_4, &digits), failed(0x14, 4));
    assert_eq!(write(&mut server, 0x0400_0C05, new, &digits), done(0x14));
    assert_eq!(write(&mut server, 0x0400_0302, new, &[0x10]), failed(0x14, 4));
    let newest = Password { level: 4, digits: [1, 1, 1] };
    assert_eq!(write(&mut server, 0x0400_0302, newest, &[0x10]), done(0x14));
}

#[test]
fn rates_and_signals_are_those_of_the_standard() {
    let mut server = bench(Edition::Y2007);
    let change =
        |server: &mut Bench, word| ask(server, &Command::ChangeBaudRate { rate: BaudRate::Y2007(word) });
    assert_eq!(change(&mut server, 0x18), failed(0x17, 8));
    assert_eq!(change(&mut server, 0x20), (0x97, vec![0x20]));
    assert_eq!(read(&mut server, 0x0400_0703), [0x20]);
    let signal = |server: &mut Bench, signal| ask(server, &Command::MultifunctionTerminal { signal });
    assert_eq!(signal(&mut server, TerminalSignal(3)), failed(0x1D, 1));
    assert_eq!(signal(&mut server, TerminalSignal::SLOT_SWITCH), (0x9D, vec![2]));
    assert_eq!(server.handler().terminal, TerminalSignal::SLOT_SWITCH);
}

#[test]
fn a_password_does_not_print() {
    let mut server = bench(Edition::Y2007);
    let new = Password { level: 4, digits: [0x97, 0x53, 0x31] };
    let identifier = Some(Identifier::Y2007(0x0400_0C05));
    let change = Command::ChangePassword { identifier, old: LEVEL_4, new };
    assert_eq!(ask(&mut server, &change).0, 0x98);
    let mut client: Client = Client::new(Line::new(2_400));
    client.start(&Device::new(OWN), &change).unwrap();
    for text in [format!("{server:?}"), format!("{:?}", server.handler()), format!("{client:?}")] {
        let plain = "151, 83, 49";
        let on_the_line = "202, 134, 100";
        assert!(!text.contains(plain) && !text.contains(on_the_line), "{text}");
    }
}

#[test]
fn the_relay_is_switched_and_answers_in_both_forms() {
    let mut server = bench(Edition::Y2007);
    let until = ClockTime([0, 0, 0x12, 0x02, 0x07, 0x26]);
    let control = |password, action, duration, until| Command::ControlRelay {
        password,
        operator: OPERATOR,
        action,
        duration,
        until,
    };
    let trip = |password, until| control(password, RelayAction::TRIP, 0, until);
    let past = ClockTime([0x59, 0x59, 0x11, 0x01, 0x07, 0x26]);
    assert_eq!(ask(&mut server, &trip(LEVEL_2, past)), failed(0x1C, 1), "expired");
    assert_eq!(ask(&mut server, &trip(LEVEL_4, until)), failed(0x1C, 4));
    assert_eq!(ask(&mut server, &trip(LEVEL_2, until)), done(0x1C));
    assert!(!server.handler().is_connected());
    assert_eq!(read(&mut server, 0x0400_0503), [0b0101_1000, 0]);
    assert_eq!(read(&mut server, 0x0203_0000), [0; 3]);
    server.handler().elapse(minutes(60));
    assert_eq!(read(&mut server, 0x0001_0000), [0; 4], "no load, no energy");

    let with_status = Password { level: 2, digits: [0, 0, 1] };
    let identifier = Some(Identifier::Y2007(0x0400_0C03));
    let change = Command::ChangePassword { identifier, old: LEVEL_2, new: with_status };
    assert_eq!(ask(&mut server, &change).0, 0x98);
    for (action, duration, answer) in [
        (RelayAction::TRIP_THEN_CLOSE, 1, (0xDC, 0x0100)),
        (RelayAction::ALLOW_CLOSE, 0, (0x9C, 0x0002)),
        (RelayAction::CLOSE, 0, (0x9C, 0x0001)),
        (RelayAction::TRIP_THEN_CLOSE, 0, (0xDC, 0x0080)),
        (RelayAction::ALARM, 0, (0x9C, 0x0400)),
        (RelayAction::CANCEL_ALARM, 0, (0x9C, 0x0800)),
        (RelayAction::KEEP_POWER, 0, (0x9C, 0x0100)),
        (RelayAction::TRIP, 0, (0xDC, 0x0020)),
        (RelayAction::TRIP_THEN_CLOSE, 1, (0xDC, 0x0040)),
        (RelayAction::CANCEL_KEEP_POWER, 0, (0x9C, 0x0200)),
        (RelayAction::TRIP_THEN_ALLOW_CLOSE, 1, (0x9C, 0x0010)),
    ] {
        let (octet, status): (u8, u16) = answer;
        let asked = ask(&mut server, &control(with_status, action, duration, until));
        assert_eq!(asked, (octet, status.to_le_bytes().to_vec()), "{action:?}");
    }
    assert_eq!(ask(&mut server, &trip(with_status, past)), (0xDC, vec![0x10, 0]));
    server.handler().press_key();
    assert!(!server.handler().is_connected(), "that is not allowed yet");
    server.handler().elapse(minutes(5));
    assert!(!server.handler().is_connected());
    server.handler().press_key();
    assert!(server.handler().is_connected());
}
