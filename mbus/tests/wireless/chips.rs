//! Frames out of chips.

use mbus::wireless::{Channel, Coding, DecodeError, Decoder, Format, Frame};

use crate::vectors;

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
