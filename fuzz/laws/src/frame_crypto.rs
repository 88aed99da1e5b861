//! Laws of sealed frames.

mod records;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use frame_crypto::{
    CounterStore, Header, JoinRequest, Joining, Key, Kind, Link, OVERHEAD, Offer, OpenError, Opener,
    Registrar, SealError, Sealer, StoreError, Volatile, WRAPPED_LEN,
};

pub use records::{rename, store};

use crate::Seed;

const LINK: Link = Link { network: 0x1234, device: 7, epoch: 9 };

fn key() -> Key {
    Key::new([0x42; 16])
}

/// Octets that nobody sealed never open; no plaintext is left and the opener is as before.
pub fn open(octets: &[u8]) {
    let mut links = vec![(Kind::Uplink, LINK)];
    if let Ok(Header { kind, epoch, device, .. }) = Header::decode(octets) {
        links.push((kind, Link { network: LINK.network, device, epoch: epoch.into() }));
    }
    for (kind, link) in links {
        let mut opener = Opener::new(&key(), kind, link, 1000);
        let sealed = octets.len().saturating_sub(OVERHEAD);
        for have in [sealed + 3, sealed, sealed / 2] {
            let mut buffer = vec![0xA5; have];
            let error = opener.open(octets, &mut buffer).expect_err("nobody sealed it");
            assert!(!error.to_string().is_empty());
            let written = if error == OpenError::Tag { sealed } else { 0 };
            assert!(buffer[..written].iter().all(|&octet| octet == 0), "no plaintext is left");
            assert!(buffer[written..].iter().all(|&octet| octet == 0xA5), "nothing else is written");
            assert_eq!(opener.next(), 1000);
            match error {
                OpenError::Truncated { needed, have } => {
                    assert!(needed == OVERHEAD && have == octets.len() && have < needed);
                }
                OpenError::BufferTooSmall { needed, have: said } => {
                    assert!(needed == sealed && said == have && have < needed);
                }
                _ => {}
            }
        }
    }
}

/// A store that outlives its sealer.
#[derive(Clone, Default)]
struct Store(Rc<Cell<u64>>);

impl CounterStore for Store {
    fn load(&mut self) -> Result<u64, StoreError> {
        Ok(self.0.get())
    }

    fn store(&mut self, counter: u64) -> Result<(), StoreError> {
        self.0.set(counter);
        Ok(())
    }
}

/// What an opener has to know: what came, and where the window ends.
#[derive(Default)]
struct Model {
    opened: BTreeSet<u64>,
    next: u64,
}

impl Model {
    fn accept(&mut self, counter: u64) -> Result<(), OpenError> {
        if counter + 64 < self.next {
            return Err(OpenError::Stale { counter, newest: self.next - 1 });
        }
        if !self.opened.insert(counter) {
            return Err(OpenError::Duplicate { counter });
        }
        self.next = self.next.max(counter + 1);
        Ok(())
    }
}

struct Sealed {
    counter: u64,
    flag: bool,
    plaintext: Vec<u8>,
    octets: Vec<u8>,
}

/// Frames that come late, twice, in any order or damaged, through restarts of the sealer: each opens once,
/// if it is not behind the window, as it was sealed. The octets say what happens.
pub fn link(octets: &[u8]) {
    let store = Store::default();
    let sealer = || Sealer::new(&key(), Kind::Uplink, LINK, store.clone()).unwrap();
    let mut sealing = sealer();
    let mut opener = Opener::new(&key(), Kind::Uplink, LINK, 0);
    let mut model = Model::default();
    let mut frames: Vec<Sealed> = Vec::new();
    let (mut counter, mut restarts) = (0, 0);
    let mut seed = Seed(octets);
    while !seed.is_empty() {
        let step = seed.u8();
        match step % 8 {
            0..=2 => {
                let sealed = seal(&mut sealing, counter, step & 8 != 0, seed.slice(usize::from(step >> 4)));
                frames.push(sealed);
                counter += 1;
            }
            // As long as the 16 bits of a header tell the counter.
            3 if restarts < 16 => {
                sealing = sealer();
                counter = store.0.get();
                restarts += 1;
            }
            4 => {
                for _ in 0..step >> 2 {
                    frames.push(seal(&mut sealing, counter, false, &[]));
                    counter += 1;
                }
            }
            5 if !frames.is_empty() => {
                let frame = &frames[usize::from(seed.u16()) % frames.len()];
                let mut damaged = frame.octets.clone();
                let bit = usize::from(seed.u16()) % (8 * damaged.len());
                damaged[bit / 8] ^= 1 << (bit % 8);
                let next = opener.next();
                assert!(opener.open(&damaged, &mut [0; 32]).is_err(), "bit {bit} was flipped");
                assert_eq!(opener.next(), next);
            }
            _ if !frames.is_empty() => {
                let back = usize::from(seed.u8()) % frames.len();
                deliver(&mut opener, &mut model, &frames[frames.len() - 1 - back]);
            }
            _ => {}
        }
    }
}

fn seal(sealer: &mut Sealer<Store>, counter: u64, flag: bool, plaintext: &[u8]) -> Sealed {
    let needed = plaintext.len() + OVERHEAD;
    let mut buffer = [0; 32];
    let short = SealError::BufferTooSmall { needed, have: needed - 1 };
    assert_eq!(sealer.seal(flag, plaintext, &mut buffer[..needed - 1]), Err(short));
    let octets = sealer.seal(flag, plaintext, &mut buffer).unwrap().to_vec();
    let expected =
        Header { kind: Kind::Uplink, epoch: 1, flag, device: LINK.device, counter: counter as u16 };
    assert_eq!((octets.len(), Header::decode(&octets)), (needed, Ok(expected)));
    Sealed { counter, flag, plaintext: plaintext.to_vec(), octets }
}

fn deliver(opener: &mut Opener, model: &mut Model, frame: &Sealed) {
    let mut buffer = [0xA5; 32];
    let expected = model.accept(frame.counter);
    match opener.open(&frame.octets, &mut buffer) {
        Ok(opened) => {
            assert_eq!(expected, Ok(()));
            assert_eq!((opened.counter, opened.flag), (frame.counter, frame.flag));
            assert_eq!(opened.plaintext, frame.plaintext);
        }
        Err(error) => {
            assert_eq!(expected, Err(error));
            assert!(buffer[..frame.plaintext.len()].iter().all(|&octet| octet == 0), "no plaintext is left");
        }
    }
    assert_eq!(opener.next(), model.next);
}

/// An opener that restarts where it was opens nothing again that it had opened. The octets say which frames
/// come before the restart.
pub fn restart(octets: &[u8]) {
    let mut sealer = Sealer::new(&key(), Kind::Uplink, LINK, Store::default()).unwrap();
    let mut opener = Opener::new(&key(), Kind::Uplink, LINK, 0);
    let mut came = Vec::new();
    for (counter, octet) in (0..).zip(octets) {
        let frame = seal(&mut sealer, counter, false, &[*octet]);
        if octet & 3 != 0 {
            opener.open(&frame.octets, &mut [0; 1]).unwrap();
            came.push(frame.octets);
        }
    }
    let mut opener = Opener::new(&key(), Kind::Uplink, LINK, opener.next());
    for frame in came {
        assert!(opener.open(&frame, &mut [0; 1]).is_err(), "a frame opens again after a restart");
    }
    let frame = seal(&mut sealer, octets.len() as u64, false, b"new");
    assert_eq!(opener.open(&frame.octets, &mut [0; 3]).unwrap().plaintext, b"new");
}

/// Octets that nobody sealed neither ask for a session nor grant one; what a base grants, the device that
/// asked takes once, and no other. The octets are one of those frames, and say what happens to genuine ones.
pub fn join(octets: &[u8]) {
    assert!(JoinRequest::open(octets, &key(), LINK.network).is_err(), "nobody asked");
    assert!(key().unwrap_key(&LINK, octets).is_err(), "nobody wrapped it");
    let mut seed = Seed(octets);
    let mut registrar = Registrar::new(Volatile::default()).unwrap();
    let mut device = Joining::new(key(), LINK.network, LINK.device, 0, 0);
    assert!(device.open(octets).is_err(), "nobody granted it");
    let mut granted: Vec<[u8; JoinRequest::ACCEPT_LEN]> = Vec::new();
    let mut taken = false;
    // Each attempt of the device draws the next number for a nonce.
    let mut attempt = 0;
    while !seed.is_empty() {
        match seed.u8() % 4 {
            0 => {
                attempt += 1;
                taken = false;
                device = Joining::new(key(), LINK.network, LINK.device, attempt, attempt << 20);
            }
            1 => {
                let request = device.request();
                assert_eq!(JoinRequest::device(&request), Some(LINK.device));
                let asked = JoinRequest::open(&request, &key(), LINK.network).unwrap();
                assert_eq!((asked.nonce, asked.counter), (attempt, attempt << 20));
                let network_key = Key::new([0xBB; 16]);
                let offer = Offer { epoch: 9, network_key: &network_key, downlink: 3, broadcast: attempt };
                let (session, accept) = registrar.accept(&asked, &key(), LINK.network, &offer).unwrap();
                assert_eq!((session.node, session.base), (attempt, granted.len() as u64));
                granted.push(accept);
                let refused = |octets: &[u8]| JoinRequest::open(octets, &key(), LINK.network).is_err();
                damaged(&request, &mut seed, refused);
                damaged(&accept, &mut seed, |octets| device.open(octets).is_err());
            }
            2 if !granted.is_empty() => {
                let index = granted.len() - 1 - usize::from(seed.u8()) % granted.len();
                let joined = device.open(&granted[index]);
                let Ok(joined) = joined else { continue };
                assert!(!taken, "a session is taken twice");
                assert_eq!((joined.session.node, joined.session.base), (attempt, index as u64));
                assert_eq!((joined.link, joined.downlink, joined.broadcast), (LINK, 3, attempt));
                assert!(matches!(device.open(&granted[index]), Err(OpenError::Duplicate { .. })));
                taken = true;
            }
            _ => {
                let link = Link { epoch: seed.u16(), ..LINK };
                let wrapped = registrar.wrap(&key(), &link, &Key::new([0xBB; 16])).unwrap();
                granted.push([0; JoinRequest::ACCEPT_LEN]);
                match key().unwrap_key(&LINK, &wrapped) {
                    Ok((renewed, _)) => assert!(renewed == link && link.epoch > LINK.epoch),
                    Err(error) => {
                        let (epoch, current) = (link.epoch, LINK.epoch);
                        assert_eq!(error, OpenError::Epoch { epoch, current });
                        assert!(epoch <= current);
                    }
                }
                assert_eq!(wrapped.len(), WRAPPED_LEN);
                damaged(&wrapped, &mut seed, |octets| key().unwrap_key(&LINK, octets).is_err());
            }
        }
    }
}

/// A frame with any bit flipped, or any octet missing, is refused.
fn damaged(frame: &[u8], seed: &mut Seed<'_>, mut is_refused: impl FnMut(&[u8]) -> bool) {
    let bit = usize::from(seed.u16()) % (8 * frame.len());
    let mut flipped = frame.to_vec();
    flipped[bit / 8] ^= 1 << (bit % 8);
    assert!(is_refused(&flipped), "bit {bit} was flipped");
    assert!(is_refused(&frame[..bit / 8]), "{} octets are missing", frame.len() - bit / 8);
    assert!(is_refused(&[frame, &[0]].concat()), "an octet too many");
}
