//! Checks every frame of `../vectors/wireless.txt`.
//!
//! A line is `name | octets in hex | format | key | expected | source`. The format is that of the checksums, `-`
//! if the frame came without. Expected is the control field, manufacturer, number, version and medium of the
//! sender; the CI field and whom it is about; the security mode; whether the data are plain, and the data, with
//! the key if there is one.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod chips;
#[cfg(feature = "crypto")]
mod keys;
mod layers;

use mbus::wireless::{DecodeError, EncodeError, Format, Frame, strip};

struct Vector {
    name: &'static str,
    octets: Vec<u8>,
    format: Option<Format>,
    #[cfg(feature = "crypto")]
    key: Option<[u8; 16]>,
    #[cfg(feature = "crypto")]
    expected: &'static str,
}

impl Vector {
    /// The frame without its checksums.
    fn stripped(&self) -> Vec<u8> {
        let mut buffer = [0; Frame::MAX_LEN];
        strip(&self.octets, &mut buffer).unwrap().1.to_vec()
    }
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|digit| *digit != ' ').collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&String::from_iter(pair), 16).unwrap()).collect()
}

fn vectors() -> impl Iterator<Item = Vector> {
    let lines = include_str!("../vectors/wireless.txt").lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        let [name, octets, format, _key, _expected, _source] = line.split(" | ").collect::<Vec<_>>()[..]
        else {
            panic!("not six columns: {line}");
        };
        let format = match format {
            "A" => Some(Format::A),
            "B" => Some(Format::B),
            _ => None,
        };
        Vector {
            name,
            octets: hex(octets),
            format,
            #[cfg(feature = "crypto")]
            key: (_key != "-").then(|| hex(_key).try_into().unwrap()),
            #[cfg(feature = "crypto")]
            expected: _expected,
        }
    })
}

/// A frame of every length, made of `stripped`.
fn cut(stripped: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (10..stripped.len()).map(|length| [&[length as u8 - 1], &stripped[1..length]].concat())
}

#[test]
fn every_form_comes_back() {
    for vector in vectors() {
        let name = vector.name;
        let stripped = vector.stripped();
        let frame = Frame::decode(&stripped).unwrap();
        let (mut octets, mut again) = ([0; Format::MAX_LEN], [0; Frame::MAX_LEN]);
        assert_eq!(frame.encode(&mut octets), Ok(&stripped[..]), "{name}");
        assert_eq!(strip(&vector.octets, &mut again).unwrap().0, vector.format, "{name}");
        for format in [Format::A, Format::B] {
            let octets = format.encode(&frame, &mut octets).unwrap();
            if vector.format == Some(format) {
                assert_eq!(octets, vector.octets, "{name}");
            }
            assert_eq!(octets.len(), format.length(octets[0]).unwrap(), "{name}");
            assert_eq!(format.strip(octets, &mut again), Ok(&mut stripped.clone()[..]), "{name}");
        }
        let (needed, have) = (stripped.len(), stripped.len() - 1);
        let small = EncodeError::BufferTooSmall { needed, have };
        assert_eq!(frame.encode(&mut octets[..have]), Err(small), "{name}");
        let small = DecodeError::BufferTooSmall { needed, have };
        assert_eq!(strip(&vector.octets, &mut again[..have]), Err(small), "{name}");
    }
}

#[test]
fn no_prefix_and_no_flipped_bit_passes() {
    let mut buffer = [0; Frame::MAX_LEN];
    for Vector { name, octets, format, .. } in vectors() {
        let Some(format) = format else {
            for length in 0..octets.len() {
                let truncated = Frame::decode(&octets[..length]);
                assert!(matches!(truncated, Err(DecodeError::Truncated { .. })), "{name}, {length} octets");
            }
            continue;
        };
        for length in 0..octets.len() {
            let truncated = format.strip(&octets[..length], &mut buffer);
            assert!(matches!(truncated, Err(DecodeError::Truncated { .. })), "{name}, {length} octets");
        }
        let long = [&octets[..], &[0]].concat();
        let (limit, have) = (octets.len(), octets.len() + 1);
        assert_eq!(format.strip(&long, &mut buffer), Err(DecodeError::TooLong { limit, have }), "{name}");
        for bit in 0..8 * octets.len() {
            let mut flipped = octets.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(format.strip(&flipped, &mut buffer).is_err(), "{name}, bit {bit}");
        }
    }
}

#[test]
fn a_wrong_checksum_has_its_block() {
    let vector = vectors().find(|vector| vector.format == Some(Format::A)).unwrap();
    let mut buffer = [0; Frame::MAX_LEN];
    for (place, block) in [(9, 1), (11, 1), (12, 2), (28, 2), (30, 3), (46, 3), (48, 4), (54, 4)] {
        let mut broken = vector.octets.clone();
        broken[place] ^= 0x40;
        let error = Format::A.strip(&broken, &mut buffer).unwrap_err();
        assert!(matches!(error, DecodeError::Checksum { block: found, .. } if found == block), "{error}");
    }
}

#[test]
fn a_broken_frame_of_format_a_is_no_frame_without_checksums() {
    let vector = vectors().find(|vector| vector.format == Some(Format::A)).unwrap();
    let mut broken = vector.octets;
    broken[54] ^= 1;
    let error = strip(&broken, &mut [0; Frame::MAX_LEN]).unwrap_err();
    assert!(matches!(error, DecodeError::Checksum { block: 4, .. }), "{error}");
}

#[test]
fn lengths_that_no_frame_has() {
    let mut buffer = [0; Frame::MAX_LEN];
    for length in 0..=255 {
        let known = |format: Format| match format.length(length) {
            Ok(octets) => Some(octets),
            Err(error) => {
                assert_eq!(error, DecodeError::Length { length });
                assert_eq!(format.strip(&[length], &mut [0; 256]), Err(error));
                None
            }
        };
        // Lengths on the air by hand: 2 octets for the first 10, and for each 16 that start then.
        let octets = usize::from(length) + 1;
        let sums = if octets == 10 { 1 } else { 2 + octets.saturating_sub(11) / 16 };
        assert_eq!(known(Format::A), (length >= 9).then_some(octets + 2 * sums));
        assert_eq!(known(Format::B), (length >= 11 && !(128..=129).contains(&length)).then_some(octets));
    }
    assert_eq!(Frame::decode(&[8; 9]), Err(DecodeError::Length { length: 8 }));
    assert_eq!(Format::A.length(255), Ok(Format::MAX_LEN));

    // The longest frame of each format and the first that is too long.
    let stripped = vectors().next().unwrap().stripped();
    let payload = [0x78; 247];
    let frame = |length| Frame { payload: &payload[..length], ..Frame::decode(&stripped).unwrap() };
    for (format, limit, length) in [(Format::A, 246, 290), (Format::B, 242, 256), (Format::B, 116, 128)] {
        let mut octets = [0; Format::MAX_LEN];
        let octets = format.encode(&frame(limit), &mut octets).unwrap();
        assert_eq!(octets.len(), length);
        let again = format.strip(octets, &mut buffer).unwrap();
        assert_eq!(Frame::decode(again), Ok(frame(limit)));
        let too_long = format.encode(&frame(limit + 1), &mut [0; 300]).err();
        let expected = EncodeError::PayloadLength { have: limit + 1, limit };
        assert_eq!(too_long, (limit > 116).then_some(expected));
    }
    let one_more = Format::B.encode(&frame(117), &mut buffer).unwrap();
    assert_eq!((one_more.len(), one_more[0]), (131, 130));
}
