//! What the values of each kind of layout say.

use super::*;
use crate::EncodeError;
use meter_value::Invalid;
use std::format;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

fn read(identifier: u32, plain: &[u8]) -> Vec<(Identifier, usize, String)> {
    let values = Identifier::Y2007(identifier).values(Data::plain(plain));
    values.map(|item| (item.identifier, item.offset, item.value.to_string())).collect()
}

fn one(identifier: u32, plain: &[u8]) -> String {
    let values = read(identifier, plain);
    assert_eq!(values.len(), 1);
    values[0].2.clone()
}

#[test]
fn every_format_is_exact() {
    assert_eq!(one(0x0001_0000, &[0x56, 0x34, 0x12, 0x99]), "991234.56");
    assert_eq!(one(0x0000_0000, &[0x56, 0x34, 0x12, 0x80]), "-1234.56");
    assert_eq!(one(0x0201_0100, &[0x97, 0x22]), "229.7");
    assert_eq!(one(0x0202_0200, &[0x26, 0x57, 0x81]), "-15.726");
    assert_eq!(one(0x0203_0000, &[0x01, 0x00, 0x80]), "-0.0001");
    assert_eq!(one(0x0206_0300, &[0x00, 0x10]), "1.000");
    assert_eq!(one(0x0280_0002, &[0x99, 0x49]), "49.99");
    assert_eq!(one(0x0280_0007, &[0x25, 0x80]), "-2.5");
    assert_eq!(one(0x0280_000B, &[0x00, 0x52, 0x00, 0x00]), "0.5200");
    assert_eq!(one(0x0400_0105, &[0x80, 0x00]), "80");
    assert_eq!(one(0x0400_0401, &[0x34, 0x69, 0x17, 0x08, 0x17, 0x20]), "201708176934");
}

#[test]
fn a_maximum_has_its_time() {
    let read = |plain: &[u8]| {
        let item = Identifier::Y2007(0x0101_0000).values(Data::plain(plain)).next().unwrap();
        (item.value.to_string(), item.time.map(|time| time.to_string()))
    };
    let some = |value: &str, time: &str| (value.to_string(), Some(time.to_string()));
    assert_eq!(
        read(&[0x56, 0x34, 0x12, 0x05, 0x14, 0x06, 0x07, 0x26]),
        some("12.3456", "2026-07-06T14:05:00")
    );
    assert_eq!(read(&[0; 8]), some("0.0000", "not set"));
    assert_eq!(read(&[0xFF; 8]), some("absent", "not set"));
    assert_eq!(read(&[1, 0, 0, 0, 0, 0x31, 0x02, 0x26]), some("0.0001", "no valid time"));
    assert_eq!(read(&[0; 7]), (Invalid::Length.to_string(), None));
}

#[test]
fn dates_and_times_are_of_the_calendar() {
    assert_eq!(one(0x0400_0101, &[0x04, 0x21, 0x05, 0x15]), "2015-05-21");
    assert_eq!(one(0x0400_0101, &[0x05, 0xC8, 0x55, 0x2C]), "no valid time");
    assert_eq!(one(0x0400_0101, &[0x07, 0x02, 0x00, 0x00]), "not set");
    assert_eq!(one(0x0400_0102, &[0x55, 0x53, 0x21]), "21:53:55");
    assert_eq!(one(0x0400_0102, &[0; 3]), "00:00:00");
    assert_eq!(one(0x0400_0102, &[0xFF; 3]), "not set");
    assert_eq!(one(0x0400_0102, &[0x60, 0, 0]), "no valid time");
    assert_eq!(one(0x0400_010C, &[0x55, 0x53, 0x21, 0x04, 0x21, 0x05, 0x15]), "2015-05-21T21:53:55");
    assert_eq!(one(0x0400_010C, &[0, 0, 0, 0, 0, 0, 0]), "not set");
    assert_eq!(one(0x0400_0106, &[0x99; 5]), "not set");
    let weekday = |octet| {
        let data = [octet, 0x21, 0x05, 0x15];
        Identifier::Y1997(0xC010).values(Data::plain(&data)).next().unwrap().weekday
    };
    assert_eq!([weekday(0), weekday(6), weekday(7)], [Some(0), Some(6), None]);
}

#[test]
fn a_block_of_1997_may_end_with_aa() {
    let read = |identifier, plain: &[u8]| -> Vec<String> {
        let values = Identifier::Y1997(identifier).values(Data::plain(plain));
        values.map(|item| item.value.to_string()).collect()
    };
    let length = Invalid::Length.to_string();
    assert_eq!(read(0x901F, &[1, 0, 0, 0, 2, 0, 0, 0]), ["0.01", "0.02"]);
    assert_eq!(read(0x901F, &[1, 0, 0, 0, 2, 0, 0, 0, 0xAA]), ["0.01", "0.02"]);
    assert_eq!(read(0x901F, &[1, 0, 0, 0, 2]), ["0.01", &length]);
    assert_eq!(read(0xB62F, &[0x99, 0x04, 0, 0, 0, 0, 0xAA]), ["4.99", "0.00", "0.00"]);
    assert_eq!(read(0xB62F, &[0x99, 0x04, 0, 0, 0, 0, 0]), ["4.99", "0.00", &length]);
    assert_eq!(read(0x9010, &[1, 0, 0, 0, 0xAA]), [length]);
    assert!(read(0x901F, &[0xAA]).is_empty());
}

#[test]
fn what_is_no_value_says_why() {
    assert_eq!(one(0x0001_0000, &[0xFF; 4]), "absent");
    assert_eq!(one(0x0202_0100, &[0xFF; 3]), "absent");
    assert_eq!(one(0x0001_0000, &[0, 0, 0x0E, 0]), Invalid::Digit.to_string());
    assert_eq!(one(0x0201_0100, &[0x97]), Invalid::Length.to_string());
    assert_eq!(one(0x0201_0100, &[0x97, 0x22, 0]), Invalid::Length.to_string());
    assert_eq!(one(0x0001_0000, &[0; 5]), Invalid::Length.to_string());
    assert_eq!(read(0x0201_0100, &[]), []);
    assert_eq!(read(0xE5E5_0000, &[0; 4]), []);
}

#[test]
fn a_block_yields_as_many_values_as_it_holds() {
    let tariffs = read(0x0001_FF01, &[0x10, 0, 0, 0, 0x20, 0, 0, 0, 0x30]);
    let length = Invalid::Length.to_string();
    assert_eq!(
        tariffs,
        [
            (Identifier::Y2007(0x0001_0001), 0, "0.10".into()),
            (Identifier::Y2007(0x0001_0101), 4, "0.20".into()),
            (Identifier::Y2007(0x0001_0201), 8, length.clone()),
        ]
    );
    let phases = read(0x0201_FF00, &[0, 0x22, 0xFF, 0xFF, 0, 0x23, 0]);
    assert_eq!(
        phases,
        [
            (Identifier::Y2007(0x0201_0100), 0, "220.0".into()),
            (Identifier::Y2007(0x0201_0200), 2, "absent".into()),
            (Identifier::Y2007(0x0201_0300), 4, length),
        ]
    );
    let mut values = Identifier::VOLTAGE_A.values(Data::plain(&[0, 0x22]));
    assert!(values.next().is_some() && values.next().is_none() && values.next().is_none());
}

/// The names, values and offsets that an identifier has in data.
fn all(identifier: Identifier, plain: &[u8]) -> Vec<(String, String)> {
    let values = identifier.values(Data::plain(plain));
    values.map(|item| (item.point.to_string(), item.value.to_string())).collect()
}

fn said(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

#[test]
fn words_say_what_their_bits_mean() {
    assert_eq!(
        one(0x0400_0503, &[0x18, 0x02]),
        "first set of day slots, main supply, programming allowed, relay open, first set of year zones, close commanded, money prepaid, first set of tariff prices, first set of ladders"
    );
    assert_eq!(one(0x0400_0504, &[0x81, 0x01]), "loss of voltage, phase break, current break");
    assert_eq!(one(0x0400_0801, &[0x7E]), "Sunday");
    assert_eq!(one(0x0400_0703, &[0x08]), "2400 baud");
    assert_eq!(one(0x0400_0508, &[0x01, 0, 0, 0x80]), "bit 0, bit 31");
    let words = all(Identifier::Y2007(0x0400_05FF), &[0; 14]);
    assert_eq!((words.len(), words[6].0.as_str()), (7, "run status: run status 7"));
    assert_eq!(all(Identifier::Y2007(0x0400_05FF), &[0; 18]).len(), 8);
    assert_eq!(
        all(Identifier::Y1997(0xC020), &[0x04]),
        said(&[("run status", "automatic reading, sliding demand, battery low")])
    );
}

#[test]
fn texts_come_last_character_first() {
    assert_eq!(one(0x0400_0407, &[0x00, 0x30, 0x2E, 0x32]), "2.0");
    assert_eq!(one(0x0400_0404, b"\0V022\0"), "220V");
    assert_eq!(one(0x0400_0404, &[0xFF; 6]), "absent");
    let wire = [0x33, 0x63, 0x61, 0x65];
    let item = Identifier::Y2007(0x0400_0407).values(Data::wire(&wire)).next().unwrap();
    let Value::Text(text) = item.value else { panic!() };
    assert_eq!((text.to_string(), text.reversed().to_string()), ("2.0".into(), "0.2".into()));
}

#[test]
fn secrets_do_not_show() {
    assert_eq!(one(0x0400_0C03, &[0x02, 0x11, 0x22, 0x33]), "secret");
    assert_eq!(all(Identifier::Y1997(0xC212), &[0, 0, 0, 0]), said(&[("password", "secret")]));
}

#[test]
fn tables_are_read_to_the_end_of_the_data() {
    assert_eq!(
        all(Identifier::Y2007(0x0401_0002), &[0x03, 0x00, 0x00, 0x01, 0x30, 0x08]),
        said(&[
            ("day slots, set 1, table 2: tariff 1", "3"),
            ("day slots, set 1, table 2: start 1", "00:00:00"),
            ("day slots, set 1, table 2: tariff 2", "1"),
            ("day slots, set 1, table 2: start 2", "08:30:00"),
        ])
    );
    assert_eq!(
        all(Identifier::Y2007(0x0403_0001), &[0x02, 0x01, 0x10, 0x26]),
        said(&[("public holiday 1: day slot table", "2"), ("public holiday 1: start", "2026-10-01")])
    );
    assert_eq!(
        all(Identifier::Y2007(0x0404_0105), &[0x00, 0x00, 0x01, 0x00, 0x02]),
        said(&[("screen shown in turn 5: identifier", "00010000"), ("screen shown in turn 5: part", "2")])
    );
    assert_eq!(all(Identifier::Y2007(0x0404_0105), &[0x00, 0x00, 0x01, 0x00]).len(), 1);
}

#[test]
fn the_length_tells_two_forms_of_one_identifier_apart() {
    assert_eq!(all(Identifier::Y2007(0x0400_1402), &[0x05, 0x00]), said(&[("close delay", "5")]));
    assert_eq!(all(Identifier::Y2007(0x0400_1402), &[0x00, 0x50, 0x08]), said(&[("trip current", "85.000")]));
    let rate = |octets| all(Identifier::Y2007(0x0310_0001), &vec![0; octets])[1].1.clone();
    assert_eq!([rate(27), rate(25)], ["0.00", "0.00"]);
    assert_eq!(all(Identifier::Y2007(0x0310_0001), &[0; 27]).len(), 9);
    assert_eq!(all(Identifier::Y2007(0x0310_0001), &[0; 25]).len(), 9);
    assert_eq!(one(0x0400_1402, &[0x05]), Invalid::Length.to_string());
}

#[test]
fn an_event_record_has_a_name_for_each_field() {
    let mut plain = [0; 131];
    plain[..12].copy_from_slice(&[0, 1, 2, 0x21, 0x11, 0x26, 0, 2, 2, 0x21, 0x11, 0x26]);
    plain[44..46].copy_from_slice(&[0x05, 0x18]);
    plain[46..49].copy_from_slice(&[0x00, 0x05, 0x80]);
    plain[127..].copy_from_slice(&[0x25, 0, 0, 0]);
    let fields = all(Identifier::Y2007(0x0301_0203), &plain);
    assert_eq!(fields.len(), 2 + 4 + 3 * 9 + 4);
    let name = "loss of voltage, phase B, record 3: ";
    for (index, field, value) in [
        (0, "start", "2026-11-21T02:01:00"),
        (1, "end", "2026-11-21T02:02:00"),
        (2, "increment of forward active energy, total", "0.00"),
        (10, "voltage, phase A", "180.5"),
        (11, "current, phase A", "-0.500"),
        (36, "charge, phase C", "0.25"),
    ] {
        assert_eq!(fields[index], (format!("{name}{field}"), value.into()));
    }
    let totals = all(Identifier::Y2007(0x0301_0000), &[1, 0, 0, 0x12, 0, 0, 2, 0, 0, 0x24, 0, 0]);
    assert_eq!(totals[2], ("loss of voltage: count, phase B".into(), "2".into()));
    assert_eq!(totals[3], ("loss of voltage: total time, phase B".into(), "24".into()));
}

#[test]
fn fields_of_an_event_table_have_identifiers_of_their_own() {
    let whole = Identifier::Y2007(0x1002_FF01);
    let numbers: Vec<_> = whole.values(Data::plain(&[0; 195])).map(|item| item.identifier).collect();
    assert_eq!(numbers.len(), 53);
    assert_eq!((numbers[0], numbers[52]), (Identifier::Y2007(0x1002_0101), Identifier::Y2007(0x1002_3501)));
    let mut offset = 0;
    for (index, item) in whole.values(Data::plain(&[0; 195])).enumerate() {
        let point = item.identifier.point().unwrap();
        assert_eq!((point.to_string(), item.offset), (item.point.to_string(), offset), "{index}");
        offset += point.octets().unwrap();
    }
    assert_eq!(
        all(Identifier::Y2007(0x1D00_03FF), &[1, 0, 0, 0, 2, 0, 0, 0]),
        said(&[
            ("trip, record 1: forward active energy, total", "0.01"),
            ("trip, record 2: forward active energy, total", "0.02"),
        ])
    );
    assert_eq!(
        all(Identifier::Y2007(0x1001_0002), &[0x59, 0, 0]),
        said(&[("loss of voltage, phase A: total time", "59")])
    );
}

/// A freeze of everything by a meter of one tariff.
fn freeze(is_separated: bool) -> Vec<u8> {
    let end = |octets: &mut Vec<u8>| octets.extend([0xAA].iter().filter(|_| is_separated));
    let mut octets = std::vec![0, 0, 0x21, 0x11, 0x26];
    end(&mut octets);
    for energy in 1..=8_u8 {
        octets.extend([energy, 0, 0, 0, energy + 0x10, 0, 0, 0]);
        end(&mut octets);
    }
    for demand in 1..=2_u8 {
        octets.extend([demand, 0, 0, 0x30, 0x08, 0x20, 0x11, 0x26].repeat(2));
        end(&mut octets);
    }
    octets.extend([1, 0, 0].repeat(8));
    end(&mut octets);
    octets
}

#[test]
fn a_freeze_is_told_by_its_marks_or_by_its_length() {
    let identifier = Identifier::Y2007(0x0506_FF02);
    let marked = all(identifier, &freeze(true));
    assert_eq!(marked.len(), 1 + 16 + 4 + 8);
    assert_eq!(marked[0], ("daily freeze, record 2: time".into(), "2026-11-21T00:00:00".into()));
    assert_eq!(marked[4], ("daily freeze, record 2: reverse active energy, tariff 1".into(), "0.12".into()));
    assert_eq!(marked[28], ("daily freeze, record 2: reactive power, phase C".into(), "0.0001".into()));
    let plain = freeze(false);
    assert_eq!(all(identifier, &plain), marked);
    let values = || identifier.values(Data::plain(&plain));
    assert_eq!(values().with_tariffs(1).count(), 29);
    let other: Vec<_> = values().with_tariffs(2).map(|item| item.value).collect();
    assert_eq!(other[1..], [Value::Invalid(Invalid::Length)]);
    let numbers: Vec<_> = values().map(|item| item.identifier).collect();
    assert_eq!(numbers[20], Identifier::Y2007(0x0506_0A02));
    assert_eq!(numbers[28], Identifier::Y2007(0x0506_1002));
    let short = all(identifier, &plain[..plain.len() - 3]);
    assert_eq!((short.len(), short[1].1.as_str()), (2, "wrong length"), "no number of tariffs fills it");
}

#[test]
fn a_freeze_holds_what_its_mode_says() {
    let identifier = Identifier::Y2007(0x0500_FF01);
    let octets = [0, 0, 0x21, 0x11, 0x26, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0];
    let names: Vec<_> = identifier
        .values(Data::plain(&octets))
        .with_freeze_mode(0b01)
        .map(|item| (item.point.to_string(), item.value.to_string()))
        .collect();
    assert_eq!(names.len(), 4);
    assert_eq!(names[3], ("timed freeze, record 1: forward active energy, tariff 2".into(), "0.03".into()));
    let hourly = [0, 1, 0x21, 0x11, 0x26, 1, 0, 0, 0, 2, 0, 0, 0];
    assert_eq!(
        all(Identifier::Y2007(0x0504_FF10), &hourly)[2],
        ("hourly freeze, record 16: reverse active energy, total".into(), "0.02".into())
    );
    assert_eq!(all(Identifier::Y2007(0x0504_0101), &[1, 0, 0, 0]).len(), 1);
    assert_eq!(all(Identifier::Y2007(0x0500_0101), &[1, 0, 0, 0, 2, 0, 0, 0]).len(), 2);
    assert_eq!(all(Identifier::Y2007(0x0500_1001), &[0; 24]).len(), 8);
}

#[test]
fn a_set_of_1997_has_no_more_tariffs_than_identifiers() {
    let octets = [&[[1, 0, 0, 0]; 16].concat()[..], &[0xAA, 2, 0, 0, 0, 0xAA]].concat();
    let values = Identifier::Y1997(0x95FF).values(Data::plain(&octets)).with_tariffs(63);
    let read: Vec<_> = values.map(|item| (item.identifier, item.value.to_string())).collect();
    assert_eq!(read.len(), 16);
    assert_eq!(read[14], (Identifier::Y1997(0x951E), Invalid::Length.to_string()));
    assert_eq!(read[15], (Identifier::Y1997(0x9520), "0.02".into()));
}

/// A group that is not frozen is its AA alone, or not there.
#[test]
fn a_freeze_with_marks_holds_what_its_mode_says() {
    let names = |octets: &[u8]| -> Vec<(String, String)> {
        let values = Identifier::Y2007(0x0506_FF01).values(Data::plain(octets)).with_freeze_mode(0b1000_0101);
        values.map(|item| (item.point.field.name.english.into(), item.value.to_string())).collect()
    };
    let head = [&[0, 0, 0x21, 0x11, 0x26, 0xAA, 1, 0, 0, 0, 2, 0, 0, 0, 0xAA][..]];
    let (third, last) = (&[3, 0, 0, 0x80, 0xAA][..], &[[4, 0, 0]; 8].concat()[..]);
    let expected = names(&[head[0], &[0xAA], third, &[0xAA; 7], last].concat());
    assert_eq!(
        expected[..4],
        said(&[
            ("time", "2026-11-21T00:00:00"),
            ("forward active energy", "0.01"),
            ("forward active energy", "0.02"),
            ("combined reactive energy 1", "-0.03"),
        ])
    );
    assert_eq!((expected.len(), expected[11].0.as_str()), (12, "reactive power"));
    assert_eq!(names(&[head[0], third, last].concat()), expected);
}

/// A clearing of all events names them by FF.
#[test]
fn an_event_clearing_names_what_was_cleared() {
    let cleared = |last| {
        let octets = [0, 0, 12, 0x21, 0x11, 0x26, 0x21, 0x43, 0x65, 0x07, 0xFF, last, last, last];
        all(Identifier::Y2007(0x0330_0301), &octets)[2].1.clone()
    };
    assert_eq!([cleared(0xFF), cleared(0x03)], ["FFFFFFFF", "030303FF"]);
    let mut programming = [0xFF; 50];
    programming[6..14].copy_from_slice(&[0x21, 0x43, 0x65, 0x07, 0x03, 0x01, 0x00, 0x04]);
    let read = all(Identifier::Y2007(0x0330_0001), &programming);
    assert_eq!(read[1].1, crate::Operator(0x0765_4321).to_string());
    assert_eq!([read[2].1.as_str(), read[3].1.as_str()], ["04000103", "absent"]);
}

fn load_record(classes: &[u8]) -> Vec<u8> {
    let mut octets = std::vec![0xA0, 0xA0, 5 + classes.len() as u8, 0x15, 0x08, 0x21, 0x11, 0x26];
    octets.extend(classes);
    let sum = octets.iter().fold(0, |sum: u8, octet| sum.wrapping_add(*octet));
    octets.extend([sum, 0xE5]);
    octets
}

#[test]
fn load_records_are_read_class_by_class() {
    let mut classes =
        std::vec![0x05, 0x22, 0x06, 0x22, 0x07, 0x22, 1, 0, 0, 2, 0, 0, 3, 0, 0, 0x00, 0x50, 0xAA];
    classes.push(0xAA);
    classes.extend([0x99, 0x09, 0, 0, 0, 0, 0, 0, 0xAA]);
    classes.extend([0xAA, 0xAA]);
    classes.extend([1, 0, 0, 2, 0, 0, 3, 0, 0, 4, 0, 0, 0xAA]);
    let record = load_record(&classes);
    let two = [&record[..], &record].concat();
    let items = all(Identifier::Y2007(0x0600_0002), &two);
    assert_eq!(items.len(), 2 * (1 + 7 + 4 + 4));
    for (index, name, value) in [
        (0, "load record 1: time", "2026-11-21T08:15:00"),
        (1, "load record 1: voltage, phase A", "220.5"),
        (7, "load record 1: frequency", "50.00"),
        (8, "load record 1: power factor, total", "0.999"),
        (15, "load record 1: apparent power", "0.0004"),
        (16, "load record 2: time", "2026-11-21T08:15:00"),
    ] {
        assert_eq!(items[index], (name.into(), value.into()));
    }
    let mut damaged = two.clone();
    damaged[10] ^= 1;
    let items = all(Identifier::Y2007(0x0600_0002), &damaged);
    assert_eq!(items[0].1, "wrong check sum");
    assert_eq!(items[1].0, "load record 2: time");
    assert_eq!(all(Identifier::Y2007(0x0600_0002), &two[..record.len() + 4])[16].1, "wrong length");
    assert!(all(Identifier::Y2007(0x0600_0002), &[]).is_empty());
}

#[test]
fn a_record_of_one_class_is_of_the_class_that_was_asked_for() {
    let record = load_record(&[0x99, 0x09, 0, 0, 0, 0, 0, 0, 0xAA]);
    let items = all(Identifier::Y2007(0x0603_0001), &record);
    assert_eq!(items[1], ("class 3 load record 1: power factor, total".into(), "0.999".into()));
    let six = load_record(&[0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 1, 0, 0, 2, 0, 0, 0xAA]);
    let items = all(Identifier::Y2007(0x0606_0000), &six);
    assert_eq!(items[2], ("class 6 load record 1: reactive demand".into(), "0.0002".into()));
}

#[test]
fn a_set_of_1997_is_blocks_with_aa_between() {
    let octets = [1, 0, 0, 0, 2, 0, 0, 0, 0xAA, 3, 0, 0, 0, 0xAA];
    assert_eq!(
        all(Identifier::Y1997(0x94FF), &octets),
        said(&[
            ("forward active energy, total, 1 month back", "0.01"),
            ("forward active energy, tariff 1, 1 month back", "0.02"),
            ("reverse active energy, total, 1 month back", "0.03"),
        ])
    );
    let variables =
        all(Identifier::Y1997(0xB6FF), &[0x20, 0x02, 0xAA, 0xAA, 1, 0, 0, 0xAA, 0x10, 0, 0xAA, 0x99, 0x09]);
    assert_eq!(
        variables,
        said(&[
            ("voltage, phase A", "220"),
            ("active power, total", "0.0001"),
            ("reactive power, total", "0.10"),
            ("power factor, total", "0.999"),
        ])
    );
    let clock = all(Identifier::Y1997(0xC01F), &[0x06, 0x21, 0x11, 0x26, 0, 0x30, 0x08, 0xAA]);
    assert_eq!(clock[1], ("time".into(), "08:30:00".into()));
    let times = all(Identifier::Y1997(0xB01F), &[0x15, 0x08, 0x20, 0x11, 0, 0, 0, 0, 0xAA]);
    assert_eq!(times[0].1, "every year on 11-20 at 08:15");
    assert_eq!(times[1].1, "not set");
    let slot = all(Identifier::Y1997(0xC352), &[0x01, 0x30, 0x08]);
    assert_eq!(slot[0].0, "day slot table 3, entry 2: tariff");
}

#[test]
fn what_is_written_is_what_is_read() {
    for (identifier, plain) in [
        (0x0001_0000, &[0x56, 0x34, 0x12, 0x99][..]),
        (0x0000_0000, &[0x56, 0x34, 0x12, 0x80]),
        (0x0101_0000, &[0x56, 0x34, 0x12, 0x05, 0x14, 0x06, 0x07, 0x26]),
        (0x0400_0101, &[0x06, 0x21, 0x11, 0x26]),
        (0x0400_010C, &[0x55, 0x53, 0x21, 0x04, 0x21, 0x05, 0x15]),
        (0x0400_0401, &[0x34, 0x69, 0x17, 0x08, 0x17, 0x20]),
        (0x0400_0407, &[0x00, 0x30, 0x2E, 0x32]),
        (0x0400_0501, &[0x14, 0x00]),
        (0x0400_0B01, &[0x00, 0x01]),
        (0x0400_1204, &[0x00, 0x00, 0x99, 0x99]),
        (0x0202_0100, &[0xFF; 3]),
    ] {
        let item = Identifier::Y2007(identifier).values(Data::plain(plain)).next().unwrap();
        assert_eq!(item.encode(&mut [0; 16]), Ok(plain), "{}", item.point);
    }
    let point = Identifier::VOLTAGE_A.point().unwrap();
    let identifier = Identifier::VOLTAGE_A;
    let encode = |value| point.with(Value::Decimal(value)).encode(&mut [0; 2]).map(<[u8]>::to_vec);
    use meter_value::Decimal;
    assert_eq!(encode(Decimal::new(2300, -1)), Ok(std::vec![0x00, 0x23]));
    assert_eq!(encode(Decimal::new(23, 1)), Ok(std::vec![0x00, 0x23]));
    for value in [Decimal::new(23_005, -2), Decimal::new(-1, 0), Decimal::new(1_000, 0)] {
        assert_eq!(encode(value), Err(EncodeError::Value { identifier }));
    }
}

#[test]
fn what_is_absent_is_written_where_it_is_read() {
    let absent = |identifier| {
        let point = Identifier::Y2007(identifier).point().unwrap();
        point.with(Value::Invalid(Invalid::Absent)).encode(&mut [0; 16]).map(<[u8]>::to_vec)
    };
    assert_eq!(absent(0x0201_0100), Ok(vec![0xFF; 2]));
    assert_eq!(absent(0x0400_0401), Ok(vec![0xFF; 6]));
    assert_eq!(absent(0x0400_0404), Ok(vec![0xFF; 6]));
    for number in [0x0400_0C01, 0x0400_0501, 0x0400_0101, 0x0700_00FF, 0x0400_040F] {
        let identifier = Identifier::Y2007(number);
        assert_eq!(absent(number), Err(EncodeError::Value { identifier }));
    }
    // A maximum may be absent, and its time not.
    for octets in [[0xFF, 0xFF, 0xFF, 0x05, 0x14, 0x06, 0x07, 0x26], [0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0]] {
        let item = Identifier::Y2007(0x0101_0000).values(Data::plain(&octets)).next().unwrap();
        assert_eq!(item.value, Value::Invalid(Invalid::Absent));
        assert_eq!(item.encode(&mut [0; 8]), Ok(&octets[..]));
    }
}

#[test]
fn no_other_day_of_the_week_is_written_than_is_read() {
    let octets = [0x07, 0x21, 0x11, 0x26];
    let mut item = Identifier::Y2007(0x0400_0101).values(Data::plain(&octets)).next().unwrap();
    assert_eq!(item.encode(&mut [0; 4]), Ok(&[0x06, 0x21, 0x11, 0x26][..]), "the calendar's");
    item.weekday = Some(7);
    let identifier = item.identifier;
    assert_eq!(item.encode(&mut [0; 4]), Err(EncodeError::Value { identifier }));
}
