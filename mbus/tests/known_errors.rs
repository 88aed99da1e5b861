//! What other readers of M-Bus get wrong, each as a test by its name.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use mbus::{Ci, Content, DecodeError, Frame, Header, Qualifier, Record, Records, Telegram};
use meter_value::{Invalid, Quantity, Unit, Value};

/// The only record of octets.
fn only(octets: &[u8]) -> Record<'_> {
    let mut records = Records::new(octets);
    let record = records.next().unwrap().unwrap();
    assert_eq!((records.next(), records.offset()), (None, octets.len()), "{octets:02X?}");
    record
}

/// The value of the only record of octets.
fn shown(octets: &[u8]) -> String {
    only(octets).value().to_string()
}

mod of_m_bus_parser {
    use super::*;

    #[test]
    fn day_31_is_a_day_and_not_every_day() {
        assert_eq!(shown(&[0x02, 0x6C, 0x1F, 0x1C]), "2008-12-31");
        assert_eq!(shown(&[0x04, 0x6D, 0x32, 0x37, 0x1F, 0x15]), "2008-05-31T23:50:00");
    }

    #[test]
    fn a_time_marked_as_invalid_is_no_time() {
        assert_eq!(shown(&[0x04, 0x6D, 0xB2, 0x37, 0x1F, 0x15]), "no valid time");
    }

    #[test]
    fn summer_time_is_told() {
        let is_summer_time = |hour| only(&[0x04, 0x6D, 0x32, hour, 0x1F, 0x15]).is_summer_time();
        assert_eq!([is_summer_time(0xB7), is_summer_time(0x37)], [Some(true), Some(false)]);
    }

    #[test]
    fn centuries_count() {
        assert_eq!(shown(&[0x04, 0x6D, 0x32, 0x57, 0x1F, 0x15]), "2108-05-31T23:50:00");
    }

    #[test]
    fn three_octets_of_6d_are_a_time_and_keep_the_next_record_in_step() {
        let mut records = Records::new(&[0x03, 0x6D, 0x3B, 0x1E, 0x06, 0x01, 0x03, 0x07]);
        assert_eq!(records.next().unwrap().unwrap().value().to_string(), "06:30:59");
        assert_eq!(records.next().unwrap().unwrap().value().to_string(), "7");
    }

    #[test]
    fn any_length_of_6c_keeps_the_next_record_in_step() {
        for length in [1_u8, 3, 4, 6] {
            let mut octets = vec![length, 0x6C];
            octets.extend((0..length).chain([0x01, 0x03, 0x07]));
            let values: Vec<_> = Records::new(&octets).map(|record| record.unwrap().value()).collect();
            assert_eq!(values[0], Value::Invalid(Invalid::Length));
            assert_eq!((values[1].to_string(), values.len()), ("7".into(), 2));
        }
    }

    #[test]
    fn values_pass_through_no_float() {
        assert_eq!(shown(&[0x0E, 0x00, 0x21, 0x43, 0x65, 0x87, 0x09, 0x21]), "210987654.321");
        assert_eq!(
            shown(&[0x07, 0x03, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
            "9223372036854775807"
        );
        assert_eq!(shown(&[0x01, 0x00, 0x07]), "0.007");
    }

    #[test]
    fn no_octet_of_long_data_is_cut() {
        for (lvar, length) in
            [(0xE9, 9), (0xEF, 15), (0xF0, 16), (0xF1, 20), (0xF4, 32), (0xF5, 48), (0xF6, 64)]
        {
            let octets = [&[0x0D, 0x7F, lvar][..], &vec![0x5A; length]].concat();
            assert_eq!(only(&octets).data.len(), length);
            assert_eq!(shown(&octets), "5A".repeat(length));
        }
    }

    #[test]
    fn hex_digits_in_the_number_refuse_no_frame() {
        let data = [0x0A, 0x0B, 0xCC, 0xDD, 0x2D, 0x2C, 0x01, 0x02, 0x01, 0x00, 0x00, 0x00];
        let Header::Long(header) = Telegram::decode(Ci::RESPONSE_LONG, &data).unwrap().header else {
            panic!("the header is long")
        };
        assert_eq!(header.identification.to_string(), "DDCC0B0A");
    }

    #[test]
    fn a_configuration_on_the_wire_is_not_taken_for_encryption() {
        for configuration in [[0xFF, 0xFF], [0xB6, 0x27], [0x20, 0x05]] {
            let data = [&[0x01, 0x00], &configuration[..], &[0x01, 0x03, 0x07]].concat();
            let mut telegram = Telegram::decode(Ci::RESPONSE_SHORT, &data).unwrap();
            assert_eq!(telegram.records.next().unwrap().unwrap().value().to_string(), "7");
        }
    }

    #[test]
    fn fd_2c_to_3f_have_their_units() {
        use Unit::{Day, Hour, Minute, Month, Second, Year};
        for (codes, quantity, units) in [
            (0x2C..=0x2F_u8, Quantity::LastReadout, &[Second, Minute, Hour, Day][..]),
            (0x31..=0x33, Quantity::TariffDuration, &[Minute, Hour, Day]),
            (0x34..=0x39, Quantity::TariffPeriod, &[Second, Minute, Hour, Day, Month, Year]),
            (0x3C..=0x3F, Quantity::TransmissionPeriod, &[Second, Minute, Hour, Day]),
            (0x6C..=0x6F, Quantity::BatteryTime, &[Hour, Day, Month, Year]),
        ] {
            assert_eq!(codes.len(), units.len());
            for (code, unit) in codes.zip(units) {
                let octets = [0x01, 0xFD, code, 0x07];
                let record = only(&octets);
                assert_eq!((record.quantity(), record.unit()), (Some(quantity), Some(*unit)), "{code:02X}");
            }
        }
    }

    #[test]
    fn nothing_but_starts_is_an_error() {
        assert_eq!(Frame::decode(&[0x68; 4]), Err(DecodeError::Truncated { needed: 0x68 + 6, have: 4 }));
    }

    #[test]
    fn binary_data_of_no_octets_hold_no_value() {
        assert_eq!(only(&[0x0D, 0x03, 0xE0]).value(), Value::Invalid(Invalid::Empty));
    }

    #[test]
    fn begins_and_ends_have_their_own_names() {
        for (vife, qualifier) in [
            (0x6A, Qualifier::FIRST_BEGIN),
            (0x6B, Qualifier::FIRST_END),
            (0x6E, Qualifier::LAST_BEGIN),
            (0x6F, Qualifier::LAST_END),
        ] {
            let octets = [0x02, 0x93, vife, 0x5F, 0x1C];
            assert!(only(&octets).qualifiers().eq([qualifier]));
        }
    }
}

mod of_libmbus {
    use super::*;

    #[test]
    fn every_vife_counts_and_not_only_the_first() {
        assert_eq!(shown(&[0x01, 0x83, 0xF7, 0xFD, 0x77, 0x07]), "700000");
        let record = [0x01, 0xFD, 0xC9, 0xFC, 0x81, 0xC8, 0x7E, 0x07];
        let qualifiers = [Qualifier::PHASE_1, Qualifier::UPPER_LIMIT, Qualifier::FUTURE];
        assert!(only(&record).qualifiers().eq(qualifiers));
    }

    #[test]
    fn digits_of_any_length_take_half_as_many_octets() {
        assert_eq!(shown(&[0x0D, 0x03, 0xC2, 0x34, 0x12]), "1234");
        assert_eq!(shown(&[0x0D, 0x03, 0xD2, 0x34, 0x12]), "-1234");
    }

    #[test]
    fn dates_of_zeros_are_no_dates() {
        assert_eq!(shown(&[0x02, 0x6C, 0x00, 0x00]), "no valid time");
        assert_eq!(shown(&[0x04, 0x6D, 0x00, 0x00, 0x00, 0x00]), "no valid time");
        assert_eq!(shown(&[0x06, 0x6D, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00]), "no valid time");
    }

    #[test]
    fn year_127_is_every_year() {
        assert_eq!(shown(&[0x02, 0x6C, 0xE1, 0xF1]), "every year on 01-01");
        assert_eq!(shown(&[0x04, 0x6D, 0x32, 0x17, 0xFF, 0xF5]), "every year on 05-31 at 23:50");
    }

    #[test]
    fn fixed_units_0d_and_0e_are_not_swapped() {
        let data = [0x78, 0x56, 0x34, 0x12, 0x0A, 0x00, 0x0D, 0x0E, 7, 0, 0, 0, 7, 0, 0, 0];
        let records = Telegram::decode(Ci::COMPACT_LONG, &data).unwrap().records;
        let values: Vec<_> = records.map(|record| record.unwrap().value().to_string()).collect();
        assert_eq!(values, ["700000", "7000000"]);
    }

    #[test]
    fn hostile_lengths_end_in_errors() {
        let text = [0x01, 0x7C, 0xFF, 0x41];
        let data = [0x0D, 0x03, 0xBF, 0x41];
        for octets in [&text[..], &data, &[0x8F; 20], &[0xFF; 255], &[0x81; 255]] {
            assert!(Records::new(octets).all(|record| record.is_err()), "{octets:02X?}");
            assert_eq!(Records::new(octets).count(), 1);
        }
        // A DIF, ten DIFEs, a VIF, and an octet of data that is missing.
        let mut chain = [0x81; 12];
        (chain[10], chain[11]) = (0x01, 0x03);
        for length in 1..=12 {
            let have = length;
            let cut = Err(DecodeError::Truncated { needed: have + 1, have });
            assert_eq!(Records::new(&chain[..length]).next().map(|record| record.map(|_| ())), Some(cut));
        }
    }
}

mod of_others {
    use super::*;

    #[test]
    fn containers_keep_the_order_of_their_octets() {
        assert_eq!(shown(&[0x0D, 0xFD, 0x3B, 0x03, 0x41, 0x42, 0x43]), "414243");
        assert_eq!(shown(&[0x0D, 0xFD, 0x76, 0x03, 0x41, 0x42, 0x43]), "414243");
    }

    #[test]
    fn the_last_excess_of_the_upper_limit_is_4e_and_4f() {
        let qualifiers = |vife| only(&[0x02, 0xDB, vife, 0x5F, 0x1C]).qualifiers().collect::<Vec<_>>();
        assert_eq!(qualifiers(0x4E), [Qualifier::LAST_UPPER_BEGIN]);
        assert_eq!(qualifiers(0x4F), [Qualifier::LAST_UPPER_END]);
    }

    #[test]
    fn overflow_is_6d_and_not_6a() {
        assert!(only(&[0x01, 0x93, 0x6D, 0x07]).qualifiers().eq([Qualifier::OVERFLOW]));
    }

    #[test]
    fn the_fixed_structure_is_told_from_a_compact_frame_by_its_length() {
        let fixed = Content::decode(Ci::COMPACT_LONG, &[0; 16]).unwrap();
        let compact = Content::decode(Ci::COMPACT_LONG, &[0; 17]).unwrap();
        assert!(matches!((fixed, compact), (Content::Telegram(_), Content::Compact(_))));
    }
}
