//! What identifiers name.

use super::*;
use crate::{Data, Point};
use std::string::ToString;
use std::vec::Vec;

fn name(identifier: u32) -> Option<std::string::String> {
    Identifier::Y2007(identifier).point().map(|point| point.to_string())
}

#[test]
fn names_one_value_and_nothing_else() {
    for (identifier, expected) in [
        (0x0000_0000, "combined active energy, total"),
        (0x0001_3F00, "forward active energy, tariff 63"),
        (0x0002_000C, "reverse active energy, total, 12 settlement days back"),
        (0x0201_0100, "voltage, phase A"),
        (0x0202_0300, "current, phase C"),
        (0x0206_0000, "power factor, total"),
        (0x0280_0002, "frequency"),
        (0x0003_0100, "combined reactive energy 1, tariff 1"),
        (0x003D_0001, "forward active energy, phase C, 1 settlement day back"),
        (0x0080_0000, "associated energy, total"),
        (0x00AE_0000, "iron loss energy, phase B"),
        (0x0108_0202, "reactive maximum demand of quadrant 4, tariff 2, 2 settlement days back"),
        (0x011E_0000, "reverse apparent maximum demand, phase A"),
        (0x0207_0100, "phase angle, phase A"),
        (0x020A_0315, "voltage harmonic content, phase C, order 21"),
        (0x0400_0101, "date"),
        (0x0405_023F, "price of set 2, tariff 63"),
        (0x0406_0102, "set 1, price of ladder 2"),
        (0x0400_0C01, "password of level 0"),
        (0x0400_0C0A, "password of level 9"),
    ] {
        assert_eq!(name(identifier).as_deref(), Some(expected));
    }
    for unknown in [
        0x0001_4000,
        0x0001_000D,
        0x0001_FF00,
        0x0001_00FF,
        0x0001_FFFF,
        0x0201_0000,
        0x0201_0400,
        0x0201_0101,
        0x0280_000C,
        0x0280_FF02,
        0x0014_0000,
        0x0015_0100,
        0x0047_0000,
        0x0081_0100,
        0x0100_0000,
        0x020A_0400,
        0x020A_0116,
        0x0405_0100,
        0x0406_00FF,
        0xFFFF_FFFF,
    ] {
        assert_eq!(name(unknown), None, "{unknown:08X}");
    }
}

#[test]
fn a_block_names_its_values_in_order() {
    let all = |identifier: Identifier| -> Vec<Identifier> {
        let values = identifier.values(Data::plain(&[0; 260]));
        values.map(|item| item.identifier).collect()
    };
    let series = |identifier| all(Identifier::Y2007(identifier));
    let of = |numbers: &[u32]| -> Vec<Identifier> {
        numbers.iter().map(|&number| Identifier::Y2007(number)).collect()
    };
    assert_eq!(series(0x0201_FF00), of(&[0x0201_0100, 0x0201_0200, 0x0201_0300]));
    assert_eq!(series(0x0203_FF00), of(&[0x0203_0000, 0x0203_0100, 0x0203_0200, 0x0203_0300]));
    assert_eq!(series(0x0001_FF03)[..2], of(&[0x0001_0003, 0x0001_0103]));
    assert_eq!(series(0x0001_FF00).len(), 64);
    assert_eq!(series(0x020B_02FF)[20], Identifier::Y2007(0x020B_0215));
    assert_eq!(series(0x0405_01FF).len(), 63);
    assert_eq!(series(0x0015_FF00), []);
    assert_eq!(series(0x0001_02FF).len(), 13);
    assert_eq!(series(0x0001_02FF)[12], Identifier::Y2007(0x0001_020C));
    assert_eq!(series(0x0001_FFFF), []);
    assert_eq!(series(0x0280_FF02), []);
    assert_eq!(series(0x0280_0002), [Identifier::FREQUENCY]);
    let of_1997 = |numbers: &[u16]| -> Vec<Identifier> {
        numbers.iter().map(|&number| Identifier::Y1997(number)).collect()
    };
    assert_eq!(all(Identifier::Y1997(0xB61F)), of_1997(&[0xB611, 0xB612, 0xB613]));
    assert_eq!(all(Identifier::Y1997(0xC01F)), of_1997(&[0xC010, 0xC011]));
    assert_eq!(all(Identifier::Y1997(0x941F))[13..], of_1997(&[0x941D, 0x941E]));
    assert_eq!(all(Identifier::Y1997(0x9C1F)), []);
}

#[test]
fn names_one_value_of_1997_and_nothing_else() {
    let name = |identifier| Identifier::Y1997(identifier).point().map(|point| point.to_string());
    for (identifier, expected) in [
        (0x9010, "forward active energy, total"),
        (0x942E, "reverse active energy, tariff 14, 1 month back"),
        (0x9941, "reactive energy of quadrant 4, tariff 1, 2 months back"),
        (0xA550, "reactive maximum demand of quadrant 2, total, 1 month back"),
        (0xB313, "phase breaks, phase C"),
        (0xB630, "active power, total"),
        (0xC030, "active constant"),
    ] {
        assert_eq!(name(identifier).as_deref(), Some(expected));
    }
    for unknown in [0x9001, 0x9030, 0x9C10, 0x9170, 0x901F, 0xB01F, 0xB610, 0xB614, 0xC023, 0xFFFF] {
        assert_eq!(name(unknown), None, "{unknown:04X}");
    }
}

/// The point of each identifier that has one is what reading it finds, at the length it says.
#[test]
fn every_identifier_reads_as_it_says() {
    let families = [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x10, 0x16, 0x1D];
    let ends = [0x00, 0x01, 0x02, 0x0A, 0x0C, 0x10, 0x35, 0x3F, 0xFE, 0xFF];
    let halves = families.map(|family| {
        let octets = move |di2| ends.map(|di1| u32::from_be_bytes([family, di2, di1, 0]));
        (0..=u8::MAX).flat_map(octets)
    });
    let of_2007 = halves
        .into_iter()
        .flatten()
        .flat_map(|head| ends.map(|end| Identifier::Y2007(head | u32::from(end))));
    let of_1997 = (0..=u16::MAX).map(Identifier::Y1997);
    let mut known = 0;
    for identifier in of_2007.chain(of_1997) {
        let Some(layout) = identifier.layout() else { continue };
        let octets = layout.octets().unwrap_or(13);
        let data = std::vec![0x11; octets];
        let mut values = layout.values(Data::plain(&data));
        match layout.point() {
            Some(point) => {
                let item = values.next().unwrap();
                assert_eq!((item.identifier, item.point), (identifier, point));
                assert!(values.next().is_none(), "{identifier}");
            }
            None => assert!(values.next().is_some(), "{identifier}"),
        }
        known += 1;
    }
    assert!(known > 3_000, "{known}");
}

#[test]
fn what_a_client_may_do_is_said() {
    let access = |identifier| Identifier::Y2007(identifier).layout().unwrap().access();
    assert_eq!(access(0x0001_0000), Access::Read);
    assert_eq!(access(0x0400_0103), Access::ReadWrite);
    assert_eq!(access(0x0400_0501), Access::Read);
    assert_eq!(access(0x0400_0C01), Access::Write);
    assert_eq!(Identifier::Y1997(0xC032).layout().unwrap().access(), Access::ReadWrite);
}

/// A layout in a constant.
const DEMAND: Point = Identifier::Y2007(0x0101_0000).point().unwrap();

#[test]
fn a_constant_is_what_the_table_says() {
    assert_eq!(Some(DEMAND), Identifier::Y2007(0x0101_0000).point());
}

#[cfg(feature = "chinese")]
#[test]
fn names_are_chinese_too() {
    let name = |identifier: Identifier| identifier.point().unwrap().chinese().to_string();
    assert_eq!(name(Identifier::Y2007(0x0001_0201)), "（上1结算日）正向有功电能，费率2");
    assert_eq!(name(Identifier::Y2007(0x0201_0100)), "电压，A相");
    assert_eq!(name(Identifier::Y2007(0x1001_0A02)), "（上2次）失压，A相：电压，A相");
    assert_eq!(name(Identifier::Y1997(0x9410)), "（上1月）正向有功电能，总");
    assert_eq!(name(Identifier::Y2007(0x0400_0C03)), "2级密码");
    assert_eq!(name(Identifier::Y2007(0x0332_0302)), "（上2次）购电记录：购电量");
    assert_eq!(name(Identifier::Y2007(0x0333_0302)), "（上2次）购电记录：购金额");
    assert_eq!(name(Identifier::Y2007(0x0333_0501)), "（上1次）购电记录：购电后剩余金额");
}
