//! What the simulated meter says, octet by octet.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::num::NonZeroU8;
use std::time::Duration;

use dlt645::{
    Address, BaudRate, Client, ClockTime, Command, Data, Device, Edition, Frame, FreezeTime, Identifier,
    Line, Machine, Meter, Operator, Output, Password, RESPONSE_DELAY, RecordTime, Register, RelayAction,
    Schedule, Server, TerminalSignal,
};
use meter_value::{Date, DateTime, Time};

type Bench = Server<Meter>;

const OWN: Address = Address([0x01, 0, 0, 0, 0, 0]);
const OPERATOR: Operator = Operator(0x4433_2211);
const LEVEL_2: Password = Password { level: 2, digits: [0; 3] };
const LEVEL_4: Password = Password { level: 4, digits: [0; 3] };
const WRONG: Password = Password { level: 2, digits: [1, 2, 3] };

fn at(month: u8, day: u8, hour: u8, minute: u8) -> DateTime {
    DateTime { date: Date::new(2026, month, day).unwrap(), time: Time::new(hour, minute, 0).unwrap() }
}

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// A meter at noon of Wednesday 2026-07-01: 1000.0 W and 300.0 var in phase A, 2000.0 W in B, -500.0 W in C.
fn bench(edition: Edition) -> Bench {
    let mut meter = <Meter>::new(edition, at(7, 1, 12, 0));
    let [a, b, c] = &mut meter.mains.phases;
    (a.voltage_dv, a.current_ma, a.active_dw, a.reactive_dvar) = (2_301, 4_560, 10_000, 3_000);
    (b.voltage_dv, b.current_ma, b.active_dw) = (2_200, 9_123, 20_000);
    (c.voltage_dv, c.current_ma, c.active_dw) = (2_199, -2_270, -5_000);
    meter.mains.frequency_chz = 5_001;
    Server::new(OWN, meter)
}

fn ask_at(server: &mut Bench, address: Address, command: &Command<'_>) -> Option<(u8, Vec<u8>)> {
    let mut buffer = [0; 267];
    server.receive(command.encode_frame(address, &mut buffer).unwrap(), Duration::ZERO);
    let Output::Transmit(octets) = server.poll(RESPONSE_DELAY) else { return None };
    let frame = Frame::decode(octets).unwrap();
    let answer = (frame.control.0, frame.data.iter().collect());
    server.transmitted(RESPONSE_DELAY);
    Some(answer)
}

/// The control octet and plain data that answer a command.
fn ask(server: &mut Bench, command: &Command<'_>) -> (u8, Vec<u8>) {
    ask_at(server, OWN, command).unwrap()
}

/// The data of an identifier of 2007, all parts of it.
fn read(server: &mut Bench, number: u32) -> Vec<u8> {
    let identifier = Identifier::Y2007(number);
    let (mut control, data) = ask(server, &Command::Read { identifier });
    assert_eq!((control & 0xDF, &data[..4]), (0x91, &number.to_le_bytes()[..]), "{number:08X}: {data:02X?}");
    let mut all = data[4..].to_vec();
    let mut sequence = 0;
    while control & 0x20 != 0 {
        sequence += 1;
        let follow_up = Command::ReadFollowUp { identifier, sequence: NonZeroU8::new(sequence) };
        let (more, data) = ask(server, &follow_up);
        assert_eq!(data.last(), Some(&sequence));
        all.extend(&data[4..data.len() - 1]);
        control = more;
    }
    all
}

fn read_1997(server: &mut Bench, number: u16) -> Vec<u8> {
    let (control, data) = ask(server, &Command::Read { identifier: Identifier::Y1997(number) });
    assert_eq!((control, &data[..2]), (0x81, &number.to_le_bytes()[..]), "{number:04X}: {data:02X?}");
    data[2..].to_vec()
}

fn refused(server: &mut Bench, number: u32) -> (u8, Vec<u8>) {
    ask(server, &Command::Read { identifier: Identifier::Y2007(number) })
}

fn write(server: &mut Bench, number: u32, password: Password, data: &[u8]) -> (u8, Vec<u8>) {
    let (identifier, operator, data) = (Identifier::Y2007(number), Some(OPERATOR), Data::plain(data));
    ask(server, &Command::Write { identifier, password, operator, data })
}

fn done(function: u8) -> (u8, Vec<u8>) {
    (0x80 | function, vec![])
}

fn failed(function: u8, flags: u8) -> (u8, Vec<u8>) {
    (0xC0 | function, vec![flags])
}

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
