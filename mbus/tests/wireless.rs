//! Checks every frame of `vectors/wireless.txt`.
//!
//! A line is `name | octets in hex | format | key | expected | source`. The format is that of the checksums, `-`
//! if the frame came without. Expected is the control field, manufacturer, number, version and medium of the
//! sender; the CI field and whom it is about; the security mode; whether the data are plain, and the data, with
//! the key if there is one.

// Clippy takes only functions marked #[test] for tests.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use mbus::wireless::{
    Afl, Channel, Coding, DecodeError, Decoder, EncodeError, Format, Frame, Message, Reason, Security, strip,
};
use mbus::{Ci, Control};

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
    let lines = include_str!("vectors/wireless.txt").lines().filter(|line| !line.starts_with('#'));
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

#[test]
fn decoders_find_frames_in_chips() {
    for vector in vectors() {
        let stripped = vector.stripped();
        let frame = Frame::decode(&stripped).unwrap();
        for channel in [
            Channel::S,
            Channel { coding: Coding::InvertedManchester, ..Channel::S },
            Channel::T_FROM_METER,
            Channel::C_FROM_METER_A,
            Channel::C_FROM_METER_B,
            Channel::N_A,
            Channel::F_B,
        ] {
            let (mut octets, mut chips) = ([0; Format::MAX_LEN], [0; 600]);
            let octets = channel.format.encode(&frame, &mut octets).unwrap();
            let chips = channel.coding.encode(octets, &mut chips).unwrap();
            let t_or_c = match channel {
                Channel::T_FROM_METER => Some(chips.to_vec()),
                Channel::C_FROM_METER_A => Some([&[0x54, 0xCD], chips].concat()),
                Channel::C_FROM_METER_B => Some([&[0x54, 0x3D], chips].concat()),
                _ => None,
            };
            for (mut decoder, chips) in [
                Some((Decoder::new(channel), chips.to_vec())),
                t_or_c.map(|chips| (Decoder::of_t_and_c(), chips)),
            ]
            .into_iter()
            .flatten()
            {
                for size in [1, 3, 600] {
                    decoder.clear();
                    let chips = [&chips[..], &[0x55; 9]].concat();
                    let taken: usize = chips.chunks(size).map(|chips| decoder.feed(chips)).sum();
                    assert_eq!(decoder.frame(), Some(Ok(frame)), "{}, {channel:?}", vector.name);
                    assert_eq!(decoder.octets(), stripped);
                    assert!(chips.len() - taken >= 9 && chips.len() - taken <= 10);
                }
            }
        }
    }
}

#[test]
fn a_decoder_knows_what_is_missing() {
    let vector = vectors().next().unwrap();
    let frame = Frame::decode(&vector.octets).unwrap();
    let (mut octets, mut chips) = ([0; Format::MAX_LEN], [0; 600]);
    let octets = Format::A.encode(&frame, &mut octets).unwrap();
    let chips = Coding::ThreeOfSix.encode(octets, &mut chips).unwrap();
    let mut decoder = Decoder::of_t_and_c();
    assert_eq!((decoder.feed(&chips[..1]), decoder.missing(), decoder.frame()), (1, None, None));
    decoder.feed(&chips[1..2]);
    // 55 octets of 12 chips are 82 and a half octets of chips.
    assert_eq!(decoder.missing(), Some(83 - 2));
    decoder.feed(&chips[2..82]);
    assert_eq!((decoder.missing(), decoder.frame()), (Some(1), None));
    decoder.feed(&chips[82..]);
    assert_eq!((decoder.missing(), decoder.frame()), (Some(0), Some(Ok(frame))));

    decoder.clear();
    let mut broken = chips.to_vec();
    broken[30] ^= 0x11;
    let taken = decoder.feed(&broken);
    assert_eq!((taken, decoder.missing()), (31 + taken % 31, Some(0)));
    assert!(matches!(decoder.frame(), Some(Err(DecodeError::Symbol { position: 234..250, .. }))));
    assert_eq!((decoder.feed(&broken), decoder.octets().len()), (0, 0));
}

#[test]
fn messages_come_back_encrypted_as_they_are() {
    for vector in vectors() {
        let stripped = vector.stripped();
        let message = Message::decode(&stripped).unwrap();
        let mut buffer = [0; Frame::MAX_LEN];
        assert_eq!(message.encode(&mut buffer), Ok(&stripped[..]), "{}", vector.name);
        if !message.is_plain() {
            assert_eq!(message.security, Security::Encrypted { reason: Reason::NoKey }, "{}", vector.name);
            assert_eq!(message.telegram(), Err(DecodeError::Encrypted));
        }
    }
}

#[test]
fn layers_cut_anywhere_are_errors_or_shorter() {
    for vector in vectors() {
        for octets in cut(&vector.stripped()) {
            match Message::decode(&octets) {
                Ok(message) => assert_eq!(message.encode(&mut [0; 256]), Ok(&octets[..]), "{}", vector.name),
                Err(DecodeError::Truncated { needed, have }) => assert!(needed > have),
                Err(error) => panic!("{}: {error}", vector.name),
            }
        }
    }
}

#[test]
fn an_afl_has_the_length_of_its_fields() {
    let [.., f3] = &vectors().collect::<Vec<_>>()[..] else { panic!() };
    let afl = &f3.stripped()[21..];
    let (layer, rest) = Afl::decode(afl).unwrap();
    let layer = layer.unwrap();
    assert_eq!((layer.control.is_fragment(), layer.counter, rest[0]), (false, Some(0x0AB3), 0x72));
    assert_eq!(layer.message_control.unwrap().cmac_length(), Some(8));
    assert_eq!(layer.mac.unwrap().octets(), hex("AF5D74DF73A600D9"));
    for length in [0, 1, 2, 6, 7] {
        let mut octets = afl.to_vec();
        octets[1] = length;
        assert_eq!(Afl::decode(&octets), Err(DecodeError::AflLength { length }), "{length}");
    }
    for length in 1..17 {
        let cut = Afl::decode(&afl[..length]);
        assert!(matches!(cut, Err(DecodeError::Truncated { have, .. }) if have == length));
    }
    assert_eq!(Afl::decode(&[]), Ok((None, &[][..])));
}

#[test]
fn unknown_layers_are_kept() {
    let stripped = vectors().next().unwrap().stripped();
    for ci in [Ci::NETWORK, Ci::ELL_V, Ci(0xA0)] {
        let frame = Frame { payload: &[ci.0, 1, 2, 3], ..Frame::decode(&stripped).unwrap() };
        let mut octets = [0; 32];
        let message = Message::decode(frame.encode(&mut octets).unwrap()).unwrap();
        assert_eq!((message.ci, message.data), (Some(ci), &[1, 2, 3][..]));
        assert_eq!((message.control, message.security), (Control::SND_NR, Security::Plain));
        assert_eq!(message.telegram(), Err(DecodeError::NoRecords { ci: Some(ci) }));
    }
}

#[cfg(feature = "crypto")]
mod crypto {
    use super::*;
    use mbus::wireless::{Assembly, FragmentControl, FragmentError, Key, Proof, SecurityMode, open};

    fn describe(message: &Message<'_>) -> String {
        let (station, meter) = (message.station, message.meter());
        let mode = message.configuration().map_or(SecurityMode::NONE, |configuration| configuration.mode());
        let security = match message.security {
            Security::Plain => "plain".into(),
            Security::Verified { by } => format!("verified by {by:?}"),
            other => format!("{other:?}"),
        };
        let data: String = message.data.iter().map(|octet| format!("{octet:02X}")).collect();
        format!(
            "{:02X} {} {} {} {}; {:02X} of {}; {}; {security}; {data}",
            message.control.0,
            station.manufacturer,
            station.identification,
            station.version,
            station.medium,
            message.ci.unwrap().0,
            meter.identification,
            mode.name().unwrap(),
        )
    }

    /// The vectors with a key.
    fn sealed() -> impl Iterator<Item = (Vector, Key)> {
        vectors().filter_map(|vector| vector.key.map(|key| (vector, Key::new(key))))
    }

    fn last() -> (Vec<u8>, Key) {
        let (vector, key) = sealed().last().unwrap();
        (vector.octets, key)
    }

    #[test]
    fn every_vector_opens_as_expected() {
        for vector in vectors() {
            let key = vector.key.map(Key::new);
            let mut octets = vector.stripped();
            let message = open(&mut octets, |_| key.as_ref()).unwrap();
            assert_eq!(describe(&message), vector.expected, "{}", vector.name);
        }
    }

    #[test]
    fn what_was_opened_seals_to_the_same_octets() {
        for (vector, key) in sealed() {
            let stripped = vector.stripped();
            let (mut octets, mut buffer) = (stripped.clone(), [0; Frame::MAX_LEN]);
            let message = open(&mut octets, |_| Some(&key)).unwrap();
            assert_eq!(message.encode(&mut buffer), Err(EncodeError::KeyNeeded));
            assert_eq!(message.seal(&key, &mut buffer), Ok(&stripped[..]), "{}", vector.name);
            let (needed, have) = (stripped.len(), stripped.len() - 1);
            let small = EncodeError::BufferTooSmall { needed, have };
            assert_eq!(message.seal(&key, &mut buffer[..have]), Err(small));
        }
    }

    #[test]
    fn a_wrong_key_changes_nothing() {
        for (vector, _) in sealed() {
            let mut octets = vector.stripped();
            let (wrong, stripped) = (Key::new([0x5A; 16]), octets.clone());
            let message = open(&mut octets, |_| Some(&wrong)).unwrap();
            let Security::Encrypted { reason } = message.security else { panic!("{message:?}") };
            match Message::decode(&stripped).unwrap() {
                closed if closed.afl.is_some() => assert_eq!(reason, Reason::Mac),
                closed if closed.ci.is_none() => assert!(matches!(reason, Reason::Checksum { .. })),
                _ => assert!(matches!(reason, Reason::Filler { .. })),
            }
            assert_eq!(octets, stripped, "{}", vector.name);
            let message = open(&mut octets, |_| None).unwrap();
            assert_eq!(message, Message::decode(&stripped).unwrap(), "{}", vector.name);
        }
    }

    #[test]
    fn a_message_with_a_mac_takes_no_flipped_bit() {
        let (stripped, key) = last();
        let counter_at = 26;
        for place in counter_at..stripped.len() {
            let mut octets = stripped.clone();
            octets[place] ^= 0x01;
            if let Ok(message) = open(&mut octets, |_| Some(&key)) {
                assert!(!matches!(message.security, Security::Verified { .. }), "octet {place}");
            }
        }
        for place in 30..38 {
            let mut octets = stripped.clone();
            octets[place] ^= 0x80;
            let message = open(&mut octets, |_| Some(&key)).unwrap();
            assert_eq!(message.security, Security::Encrypted { reason: Reason::Mac });
        }
    }

    #[test]
    fn what_cannot_be_opened_says_why() {
        let [first, ..] = &vectors().collect::<Vec<_>>()[..] else { panic!() };
        let key = Key::new(first.key.unwrap());
        for (high, reason) in [
            (0x0A, Reason::Mode { mode: SecurityMode::AES_CCM }),
            (0x02, Reason::Mode { mode: SecurityMode::DES }),
            (0x1F, Reason::Mode { mode: SecurityMode(0x1F) }),
        ] {
            let mut octets = first.octets.clone();
            octets[14] = high;
            let message = open(&mut octets, |_| Some(&key)).unwrap();
            assert_eq!(message.security, Security::Encrypted { reason });
        }
        let mut octets = first.octets.clone();
        octets[13] = 0x30;
        let message = open(&mut octets, |_| Some(&key)).unwrap();
        let reason = Reason::Truncated { needed: 48, have: 32 };
        assert_eq!(message.security, Security::Encrypted { reason });

        let (f3, key) = last();
        let mut octets = f3.clone();
        octets[51] = 0x20;
        let message = open(&mut octets, |_| Some(&key)).unwrap();
        let reason = Reason::Derivation { derivation: 2 };
        assert_eq!(message.security, Security::Encrypted { reason });
        for (control, authentication) in [(0x24, 4), (0x28, 8), (0x20, 0)] {
            let mut octets = f3.clone();
            octets[25] = control;
            let message = open(&mut octets, |_| Some(&key)).unwrap();
            let reason = Reason::Authentication { authentication, length: 8 };
            assert_eq!(message.security, Security::Encrypted { reason });
        }
    }

    #[test]
    fn a_frame_cut_anywhere_is_never_verified() {
        for (vector, key) in sealed() {
            let stripped = vector.stripped();
            let whole = Message::decode(&stripped).unwrap();
            for mut octets in cut(&stripped) {
                let is_cut_behind = whole.afl.is_none() && octets.len() >= stripped.len() - 7;
                match open(&mut octets, |_| Some(&key)) {
                    // A tail that nothing protects may go unseen.
                    Ok(message) if !is_cut_behind => assert!(
                        !matches!(message.security, Security::Verified { .. }),
                        "{}: {message:?}",
                        vector.name
                    ),
                    _ => {}
                }
            }
        }
    }

    /// The message of F.3 in frames of at most `size` octets of it, its length in the first and the MAC in the
    /// last one.
    fn fragments(size: usize) -> Vec<Vec<u8>> {
        let (mut octets, key) = last();
        let message = open(&mut octets, |_| Some(&key)).unwrap();
        let afl = Afl { length: Some(46), ..message.afl.unwrap() };
        let whole = Message { afl: Some(afl), ..message };
        let mut buffer = [0; Frame::MAX_LEN];
        let sealed = whole.seal(&key, &mut buffer).unwrap();
        let afl = Message::decode(sealed).unwrap().afl.unwrap();
        let pieces = sealed[sealed.len() - 46..].chunks(size);
        let count = pieces.len();
        let frames = pieces.enumerate().map(|(place, data)| {
            let control = FragmentControl::new(place as u8 + 1, place + 1 < count);
            let afl = match place {
                0 => Afl { mac: None, ..afl },
                _ => Afl { mac: afl.mac.filter(|_| place + 1 == count), ..Afl::EMPTY },
            };
            let afl = Some(Afl { control, ..afl });
            let fragment = Message {
                ell: whole.ell,
                afl,
                security: Security::Fragment,
                data,
                ..Message::new(whole.control, whole.station)
            };
            fragment.encode(&mut [0; Frame::MAX_LEN]).unwrap().to_vec()
        });
        frames.collect()
    }

    #[test]
    fn fragments_become_one_message() {
        let (stripped, key) = last();
        let whole = Message::decode(&stripped).unwrap();
        let mut octets = stripped.clone();
        let plain = open(&mut octets, |_| Some(&key)).unwrap();
        for size in [1, 16, 40, 45] {
            let frames = fragments(size);
            let assembled = |buffer: &'static mut [u8]| {
                let mut assembly = Assembly::new(buffer);
                for (place, octets) in frames.iter().enumerate() {
                    let fragment = Message::decode(octets).unwrap();
                    assert_eq!(fragment.telegram(), Err(DecodeError::Fragment));
                    assert_eq!(fragment.encode(&mut [0; Frame::MAX_LEN]), Ok(&octets[..]));
                    assert_eq!(assembly.push(&fragment), Ok(place + 1 == frames.len()));
                }
                assembly
            };
            let closed = assembled(vec![0; 64].leak()).decode().unwrap();
            assert_eq!((closed.meter(), closed.data), (whole.meter(), whole.data));
            assert_eq!(closed.security, Security::Encrypted { reason: Reason::NoKey });
            let message = assembled(vec![0; 64].leak()).open(|_| Some(&key)).unwrap();
            assert_eq!(message.security, Security::Verified { by: Proof::Mac });
            assert_eq!((message.header, message.data), (plain.header, plain.data));
            let wrong = Key::new([1; 16]);
            let message = assembled(vec![0; 64].leak()).open(|_| Some(&wrong)).unwrap();
            assert_eq!(message.security, Security::Encrypted { reason: Reason::Mac });
        }
    }

    #[test]
    fn fragments_come_in_order() {
        let frames = fragments(16);
        let [first, second, third] = [0, 1, 2].map(|place: usize| Message::decode(&frames[place]).unwrap());
        let mut buffer = [0; 46];
        let mut assembly = Assembly::new(&mut buffer);
        assert_eq!(assembly.push(&second), Err(FragmentError::Id { expected: 1, received: 2 }));
        assert_eq!(assembly.push(&first), Ok(false));
        assert_eq!(assembly.push(&third), Err(FragmentError::Id { expected: 2, received: 3 }));
        assert_eq!(assembly.push(&second), Ok(false));
        assert_eq!(assembly.push(&second), Err(FragmentError::Id { expected: 3, received: 2 }));
        let mut other = third;
        other.station.version ^= 1;
        assert_eq!(assembly.push(&other), Err(FragmentError::Station));
        assert_eq!(assembly.push(&first), Ok(false), "starts anew");
        assert_eq!(assembly.push(&second), Ok(false));
        let short = Message { data: &third.data[..13], ..third };
        assert_eq!(assembly.push(&short), Err(FragmentError::Length { told: 46, have: 45 }));
        assert_eq!(assembly.push(&third), Ok(true));
        assert!(assembly.decode().is_ok());

        let mut buffer = [0; 31];
        let mut assembly = Assembly::new(&mut buffer);
        assert_eq!(assembly.push(&first), Ok(false));
        let small = FragmentError::BufferTooSmall { needed: 32, have: 31 };
        assert_eq!(assembly.push(&second), Err(small));
        let [whole, ..] = &vectors().collect::<Vec<_>>()[..] else { panic!() };
        let whole = Message::decode(&whole.octets).unwrap();
        assert_eq!(assembly.push(&whole), Err(FragmentError::Whole));
        assert_eq!(assembly.decode(), Err(DecodeError::Fragment));
    }

    #[test]
    fn proofs_are_told() {
        let (mut octets, key) = last();
        let message = open(&mut octets, |wanted| {
            assert_eq!((wanted.id, wanted.version), (Some(0), None));
            Some(&key)
        });
        assert_eq!(message.unwrap().security, Security::Verified { by: Proof::Mac });
    }
}
