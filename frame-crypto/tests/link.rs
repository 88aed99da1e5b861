//! Two ends of a link, and what stands between them.
#![allow(clippy::indexing_slicing, clippy::unwrap_used)]

use cipher::consts::{U1, U16};
use cipher::{
    Block, BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, InOut, KeyInit,
    KeySizeUser, ParBlocksSizeUser,
};
use frame_crypto::{
    Admin, Aes128, Cipher, CounterStore, Header, Joined, Joining, Key, Kind, Link, OVERHEAD, Offer,
    OpenError, Opener, Overlap, SealError, Sealer, Session, Suite, Volatile, receipt,
};
use zeroize::ZeroizeOnDrop;

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

#[test]
fn a_receipt_is_of_one_frame_only() {
    let mut air = [0; 64];
    let frame = sealer(Kind::Uplink).seal(false, b"x", &mut air).unwrap();
    let number = receipt(frame).unwrap();
    assert_eq!(number.to_be_bytes(), frame[6..10]);
    assert_eq!(receipt(&frame[..OVERHEAD - 1]), None);
    // The same counter and message in another session.
    let other = Key::new(OCTETS).session(&LINK, Session { node: 1, base: 2 });
    let mut sealer = Sealer::<_>::new(&other, Kind::Uplink, LINK, Volatile::default()).unwrap();
    assert_ne!(receipt(sealer.seal(false, b"x", &mut [0; 64]).unwrap()), Some(number));
}

#[test]
fn an_opener_that_missed_too_many_is_deaf_until_the_ends_meet_again() {
    let (jump, expected) = (Opener::<Aes128>::JUMP, 1 << 20);
    for (missed, outcome) in [(jump, Ok(expected + jump)), (jump + 1, Err(OpenError::Tag))] {
        let mut store = Volatile::default();
        store.store(expected + missed).unwrap();
        let mut device = Sealer::<_>::new(&Key::new(OCTETS), Kind::Uplink, LINK, store).unwrap();
        let next = device.next();
        let mut air = [0; 64];
        let frame = device.seal(false, b"", &mut air).unwrap();
        let open = |next| {
            let mut opener = Opener::<Aes128>::new(&Key::new(OCTETS), Kind::Uplink, LINK, next);
            opener.open(frame, &mut []).map(|opened| opened.counter)
        };
        assert_eq!(open(expected), outcome);
        assert_eq!(open(next), Ok(expected + missed));
    }
}

#[test]
fn after_the_last_counter_the_first_does_not_come_again() {
    let mut air = [0; 64];
    let first = sealer(Kind::Uplink).seal(false, b"x", &mut air).unwrap();
    for next in [(1 << 48) - 1, 1 << 48, u64::MAX] {
        let mut opener = Opener::<Aes128>::new(&Key::new(OCTETS), Kind::Uplink, LINK, next);
        assert_eq!(opener.open(first, &mut [0; 1]), Err(OpenError::Tag));
    }
}

/// A change of epochs may take longer than an opener can miss.
#[test]
fn the_next_epoch_keeps_up_with_a_long_change() {
    let key = Key::new(OCTETS);
    let renewed = Link { epoch: LINK.epoch + 1, ..LINK };
    let mut sender = sealer(Kind::Uplink);
    let mut receiver = Overlap::new(opener(LINK, Kind::Uplink));
    receiver.renew(Opener::new(&key, Kind::Uplink, renewed, 0));
    for _ in 0..2 * Opener::<Aes128>::JUMP {
        let mut buffer = [0; 64];
        let frame = sender.seal(false, b"x", &mut buffer).unwrap();
        assert!(receiver.open(frame, &mut [0; 1]).is_ok());
        receiver.follow();
    }
    sender.renew(&key, renewed);
    let mut buffer = [0; 64];
    let frame = sender.seal(false, b"x", &mut buffer).unwrap();
    assert_eq!(receiver.open(frame, &mut [0; 1]).unwrap().counter, 2 * Opener::<Aes128>::JUMP);
    assert!(receiver.is_proven());
}

#[test]
fn two_epochs_open_until_the_former_is_retired() {
    let key = Key::new(OCTETS);
    let renewed = Link { epoch: LINK.epoch + 1, ..LINK };
    let mut device = sealer(Kind::Uplink);
    let mut base = Overlap::new(opener(LINK, Kind::Uplink));
    let seal = |device: &mut Sealer<Volatile>| device.seal(false, b"x", &mut [0; 64]).unwrap().to_vec();
    let (first, second) = (seal(&mut device), seal(&mut device));
    assert!(base.open(&first, &mut [0; 1]).is_ok());
    base.renew(Opener::new(&key, Kind::Uplink, renewed, 0));
    assert!(!base.is_proven());
    assert_eq!(base.open(&second, &mut [0; 1]).unwrap().counter, 1);
    assert_eq!(base.open(&second, &mut [0; 1]), Err(OpenError::Duplicate { counter: 1 }));

    device.renew(&key, renewed);
    let third = seal(&mut device);
    assert_eq!(Header::decode(&third).unwrap().epoch, renewed.epoch as u8 & 7);
    assert_eq!(base.open(&third, &mut [0; 1]).unwrap().counter, 2);
    assert!(base.is_proven());
    assert_eq!(base.open(&third, &mut [0; 1]), Err(OpenError::Duplicate { counter: 2 }));
    assert_eq!(base.open(&first, &mut [0; 1]), Err(OpenError::Duplicate { counter: 0 }));
    base.retire();
    assert_eq!(base.open(&second, &mut [0; 1]), Err(OpenError::Link));
}

#[test]
fn a_suite_of_a_chip_is_the_same_suite() {
    let mut air = [0; 64];
    let frame = sealer(Kind::Uplink).seal(true, b"secret", &mut air).unwrap();
    let mut chip = Opener::<Chip>::new(&Key::new(OCTETS), Kind::Uplink, LINK, 0);
    assert_eq!(chip.open(frame, &mut [0; 6]).unwrap().plaintext, b"secret");
}

#[cfg(feature = "sm4")]
#[test]
fn a_suite_opens_nothing_of_another() {
    let mut air = [0; 64];
    let frame = sealer(Kind::Uplink).seal(false, b"x", &mut air).unwrap();
    let mut other = Opener::<frame_crypto::Sm4>::new(&Key::new(OCTETS), Kind::Uplink, LINK, 0);
    assert_eq!(other.open(frame, &mut [0; 1]), Err(OpenError::Tag));
}

/// A chip that encrypts blocks one by one, as a driver of it has to say so.
struct Chip(Aes128);

impl KeySizeUser for Chip {
    type KeySize = U16;
}

impl KeyInit for Chip {
    fn new(key: &cipher::Key<Self>) -> Self {
        Self(Aes128::new(key))
    }
}

impl BlockSizeUser for Chip {
    type BlockSize = U16;
}

impl ParBlocksSizeUser for Chip {
    type ParBlocksSize = U1;
}

impl BlockCipherEncBackend for Chip {
    fn encrypt_block(&self, block: InOut<'_, '_, Block<Self>>) {
        self.0.encrypt_block_inout(block);
    }
}

impl BlockCipherEncrypt for Chip {
    fn encrypt_with_backend(&self, f: impl BlockCipherEncClosure<BlockSize = U16>) {
        f.call(self);
    }
}

impl Cipher for Chip {
    const SUITE: Suite = Suite::Aes128Ccm;
}

/// Compiles only if a type does not implement a trait.
macro_rules! never {
    ($type:ty: $($trait:path),*) => {$({
        trait Never<A> { fn check() {} }
        impl<T: ?Sized> Never<()> for T {}
        struct Does;
        impl<T: ?Sized + $trait> Never<Does> for T {}
        <$type as Never<_>>::check();
    })*};
}

#[test]
fn secrets_neither_print_nor_compare_nor_multiply_and_are_erased() {
    use core::fmt::{Debug, Display};
    never!(Key: Debug, Display, Clone, PartialEq);
    never!(Sealer<Volatile>: Debug, Display, Clone, PartialEq);
    never!(Opener: Debug, Display, Clone, PartialEq);
    never!(Overlap: Debug, Display, Clone, PartialEq);
    never!(Joining: Debug, Display, Clone, PartialEq);
    never!(Joined: Debug, Display, Clone, PartialEq);
    never!(Offer<'static>: Debug, Display, PartialEq);
    never!(Admin<Volatile>: Debug, Display, Clone, PartialEq);
    fn erased<T: ZeroizeOnDrop>() {}
    erased::<Key>();
    erased::<Aes128>();
    #[cfg(feature = "sm4")]
    erased::<frame_crypto::Sm4>();
}
