//! Every message in its octets.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::unwrap_used)]

use lora_tdma::LocalTime;
use lora_tdma::airtime::{Bandwidth, CodingRate, Family, Profile, SpreadingFactor};
use radio_modem::{
    DecodeError, EncodeError, FromModem, MAX_FRAMED, MAX_RADIO, Outcome, Receiver, Settings, ToModem,
};

const PROFILE: Profile = Profile::usual(SpreadingFactor::Sf5, Bandwidth::Khz250);

const SETTINGS: Settings = Settings { frequency_hz: 470_300_000, power_dbm: 14, profile: PROFILE };

const SLOW: Settings = Settings {
    frequency_hz: 868_100_000,
    power_dbm: -9,
    profile: Profile {
        family: Family::Sx127x,
        spreading_factor: SpreadingFactor::Sf12,
        bandwidth: Bandwidth::Khz7_8,
        coding_rate: CodingRate::Cr4_8,
        preamble: 0x0102,
        explicit_header: false,
        crc: false,
        low_data_rate: true,
    },
};

fn time(us: u64) -> LocalTime {
    LocalTime::from_us(us)
}

fn hex(octets: &str) -> Vec<u8> {
    octets.split(' ').map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect()
}

#[test]
fn to_the_modem() {
    for (message, octets) in [
        (ToModem::Configure(SETTINGS), "01 1C 08 35 60 0E 00 05 02 01 00 0C 03"),
        (ToModem::Configure(SLOW), "01 33 BE 27 A0 F7 01 0C 40 04 01 02 04"),
        (
            ToModem::Transmit { at: time(0x0102_0304_0506_0708), listen_us: 320, frame: &[0, 0xFF] },
            "02 01 02 03 04 05 06 07 08 00 00 01 40 00 FF",
        ),
        (
            ToModem::Transmit { at: time(1), listen_us: 0, frame: &[] },
            "02 00 00 00 00 00 00 00 01 00 00 00 00",
        ),
        (ToModem::Wake { at: time(1_000_000) }, "03 00 00 00 00 00 0F 42 40"),
        (ToModem::Wake { at: time(u64::MAX) }, "03 FF FF FF FF FF FF FF FF"),
    ] {
        let octets = hex(octets);
        assert_eq!(ToModem::decode(&octets), Ok(message));
        let mut buffer = [0; MAX_FRAMED];
        let mut framed = message.encode(&mut buffer).unwrap();
        assert_eq!(Receiver::new().take(&mut framed), Some(Ok(&octets[..])));
    }
}

#[test]
fn from_the_modem() {
    for (message, octets) in [
        (
            FromModem::Ready { now: time(7), random: 0x0123_4567_89AB_CDEF },
            "81 00 00 00 00 00 00 00 07 01 23 45 67 89 AB CD EF",
        ),
        (FromModem::Transmitted(Outcome::Sent), "82 00"),
        (FromModem::Transmitted(Outcome::Busy), "82 01"),
        (FromModem::Transmitted(Outcome::Late), "82 02"),
        (FromModem::Time { now: time(256) }, "83 00 00 00 00 00 00 01 00"),
        (
            FromModem::Received { ended: time(1_000_000), rssi_dbm: -97, frame: b"sealed" },
            "84 00 00 00 00 00 0F 42 40 FF 9F 73 65 61 6C 65 64",
        ),
    ] {
        let octets = hex(octets);
        assert_eq!(FromModem::decode(&octets), Ok(message));
        let mut buffer = [0; MAX_FRAMED];
        let mut framed = message.encode(&mut buffer).unwrap();
        assert_eq!(Receiver::new().take(&mut framed), Some(Ok(&octets[..])));
    }
}

#[test]
fn the_wire_in_its_octets() {
    let mut buffer = [0; MAX_FRAMED];
    let wake = ToModem::Wake { at: time(1_000_000) }.encode(&mut buffer).unwrap();
    assert_eq!(wake, hex("02 03 01 01 01 01 06 0F 42 40 1A F5 00"));
    let late = FromModem::Transmitted(Outcome::Late).encode(&mut buffer).unwrap();
    assert_eq!(late, hex("05 82 02 93 29 00"));
}

#[test]
fn what_is_no_message_says_why() {
    let length = |needed, have| DecodeError::Length { needed, have };
    let value = |offset, value| DecodeError::Value { offset, value };
    for (octets, error) in [
        ("81", DecodeError::Kind { kind: 0x81 }),
        ("00 00", DecodeError::Kind { kind: 0 }),
        ("01 1C 08 35 60 0E 00 05 02 01 00 0C", length(13, 12)),
        ("01 1C 08 35 60 0E 02 05 02 01 00 0C 03", value(6, 2)),
        ("01 1C 08 35 60 0E 00 04 02 01 00 0C 03", value(7, 4)),
        ("01 1C 08 35 60 0E 00 05 03 01 00 0C 03", value(8, 3)),
        ("01 1C 08 35 60 0E 00 05 02 00 00 0C 03", value(9, 0)),
        ("01 1C 08 35 60 0E 00 05 02 01 00 0C 08", value(12, 8)),
        ("02 00 00 00 00 00 00 00 00 00 00 00", length(13, 12)),
        ("03 00 00 00 00 00 00 00 00 00", length(9, 10)),
    ] {
        assert_eq!(ToModem::decode(&hex(octets)), Err(error), "{octets}");
    }
    assert_eq!(ToModem::decode(&[]), Err(length(1, 0)));
    for (octets, error) in [
        ("03", DecodeError::Kind { kind: 3 }),
        ("81 00 00 00 00 00 00 00 07", length(17, 9)),
        ("82 03", value(1, 3)),
        ("82 00 00", length(2, 3)),
        ("83 00", length(9, 2)),
        ("84 00 00 00 00 00 0F 42 40 FF", length(11, 10)),
    ] {
        assert_eq!(FromModem::decode(&hex(octets)), Err(error), "{octets}");
    }
    assert_eq!(FromModem::decode(&[]), Err(length(1, 0)));
}

#[test]
fn a_radio_frame_has_up_to_255_octets() {
    let (long, at) = ([0xA5; MAX_RADIO + 1], time(0));
    let mut buffer = [0; MAX_FRAMED];
    let transmit = |frame| ToModem::Transmit { at, listen_us: 0, frame };
    assert!(transmit(&long[1..]).encode(&mut buffer).is_ok());
    let error = EncodeError::TooLong { limit: 255, have: 256 };
    assert_eq!(transmit(&long).encode(&mut buffer), Err(error));
    let error = DecodeError::TooLong { limit: 255, have: 256 };
    assert_eq!(ToModem::decode(&[&[2; 13][..], &long].concat()), Err(error));
    assert_eq!(FromModem::decode(&[&[0x84; 11][..], &long].concat()), Err(error));
}
