//! Two ends of a link, and what stands between them.
#![allow(clippy::unwrap_used)]

use ccm::aead::inout::InOutBuf;
use ccm::{AeadInOut, Ccm, KeyInit, consts};
use frame_crypto::{
    Aes128, Header, Key, Kind, Link, OVERHEAD, OpenError, Opener, SealError, Sealer, Volatile,
};

const LINK: Link = Link { network: 0x1234, device: 7, epoch: 9 };
const OCTETS: [u8; 16] = [0x42; 16];

fn sealer(kind: Kind) -> Sealer<Volatile> {
    Sealer::new(&Key::new(OCTETS), kind, LINK, Volatile::default()).unwrap()
}

fn opener(link: Link, kind: Kind) -> Opener {
    Opener::new(&Key::new(OCTETS), kind, link, 0)
}

#[test]
fn every_changed_bit_and_every_missing_octet_is_refused_and_leaves_no_plaintext() {
    let mut air = [0; 64];
    let frame = sealer(Kind::Uplink).seal(true, b"secret", &mut air).unwrap();
    let mut base = opener(LINK, Kind::Uplink);
    for bit in 0..frame.len() * 8 {
        let mut changed = frame.to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        let mut clear = [0; 64];
        assert!(base.open(&changed, &mut clear).is_err(), "bit {bit}");
        assert_eq!(clear, [0; 64]);
    }
    for len in 0..frame.len() {
        assert!(base.open(&frame[..len], &mut [0; 64]).is_err(), "{len} octets");
    }
    let mut clear = [0; 64];
    let opened = base.open(frame, &mut clear).unwrap();
    assert_eq!((opened.counter, opened.flag, opened.plaintext), (0, true, &b"secret"[..]));
}

#[test]
fn a_frame_opens_only_on_its_own_link() {
    let mut air = [0; 64];
    let frame = sealer(Kind::Uplink).seal(false, b"x", &mut air).unwrap();
    let clear = &mut [0; 64];
    assert_eq!(opener(LINK, Kind::Downlink).open(frame, clear), Err(OpenError::Link));
    for (link, error) in [
        (Link { device: 8, ..LINK }, OpenError::Link),
        (Link { epoch: 10, ..LINK }, OpenError::Link),
        (Link { epoch: LINK.epoch + 8, ..LINK }, OpenError::Tag),
        (Link { network: 1, ..LINK }, OpenError::Tag),
    ] {
        assert_eq!(opener(link, Kind::Uplink).open(frame, clear), Err(error));
    }
    let mut stranger = Opener::<Aes128>::new(&Key::new([0; 16]), Kind::Uplink, LINK, 0);
    assert_eq!(stranger.open(frame, clear), Err(OpenError::Tag));
}

#[test]
fn a_buffer_too_small_says_what_is_needed_and_costs_no_counter() {
    let mut sealer = sealer(Kind::Downlink);
    let needed = 3 + OVERHEAD;
    let short = sealer.seal(false, b"abc", &mut [0; 10]).unwrap_err();
    assert_eq!(short, SealError::BufferTooSmall { needed, have: 10 });
    let mut air = [0; 64];
    let frame = sealer.seal(false, b"abc", &mut air).unwrap();
    assert_eq!(Header::decode(frame).unwrap().counter, 0);
    let short = opener(LINK, Kind::Downlink).open(frame, &mut [0; 2]).unwrap_err();
    assert_eq!(short, OpenError::BufferTooSmall { needed: 3, have: 2 });
}

#[test]
fn no_more_than_ccm_allows() {
    let limit = frame_crypto::MAX_PLAINTEXT;
    let (long, mut air) = (vec![0; limit + 1], vec![0; limit + 1 + OVERHEAD]);
    let mut sealer = sealer(Kind::Uplink);
    assert_eq!(sealer.seal(false, &long, &mut air), Err(SealError::TooLong { limit, have: limit + 1 }));
    let error = OpenError::TooLong { limit, have: limit + 1 };
    let mut forged = air.clone();
    forged[..3].copy_from_slice(&[0b0000_0010, 0, 7]);
    assert_eq!(opener(LINK, Kind::Uplink).open(&forged, &mut long.clone()), Err(error));
    let frame = sealer.seal(false, &long[1..], &mut air).unwrap();
    assert_eq!(opener(LINK, Kind::Uplink).open(frame, &mut long.clone()).unwrap().plaintext.len(), limit);
}

/// RFC 3610, packet vector #1: the parameters of this frame, tag 8 and nonce 13, over the same crate.
#[test]
fn the_mode_is_rfc_3610() {
    let key: [u8; 16] = core::array::from_fn(|i| 0xC0 + i as u8);
    let nonce = [0, 0, 0, 3, 2, 1, 0, 0xA0, 0xA1, 0xA2, 0xA3, 0xA4, 0xA5];
    let associated: [u8; 8] = core::array::from_fn(|i| i as u8);
    let mut body: [u8; 23] = core::array::from_fn(|i| 8 + i as u8);
    let mode = Ccm::<Aes128, consts::U8, consts::U13>::new(&key.into());
    let tag = mode.encrypt_inout_detached(&nonce.into(), &associated, InOutBuf::from(&mut body[..])).unwrap();
    assert_eq!(
        body,
        [
            0x58, 0x8C, 0x97, 0x9A, 0x61, 0xC6, 0x63, 0xD2, 0xF0, 0x66, 0xD0, 0xC2, 0xC0, 0xF9, 0x89, 0x80,
            0x6D, 0x5F, 0x6B, 0x61, 0xDA, 0xC3, 0x84
        ]
    );
    assert_eq!(tag[..], [0x17, 0xE8, 0xD1, 0x2C, 0xFD, 0xF9, 0x26, 0xE0]);
}
