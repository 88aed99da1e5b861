//! Sessions, and who can end them.
#![allow(clippy::unwrap_used)]

use frame_crypto::{
    CounterStore, JoinRequest, Joined, Joining, Key, Kind, Link, Offer, OpenError, Opener, Overlap,
    Registrar, SealError, Sealer, Session, StoreError, Volatile,
};

const NETWORK: u16 = 1;
const LINK: Link = Link { network: NETWORK, device: 7, epoch: 3 };

fn root() -> Key {
    Key::new([0x42; 16])
}

fn joining(nonce: u64) -> Joining {
    Joining::new(root(), NETWORK, LINK.device, nonce, 0)
}

fn grant(registrar: &mut Registrar<Volatile>, request: &[u8]) -> (Session, [u8; JoinRequest::ACCEPT_LEN]) {
    let asked = JoinRequest::open(request, &root(), NETWORK).unwrap();
    let network_key = Key::new([0xBB; 16]);
    let offer = Offer { epoch: LINK.epoch, network_key: &network_key, downlink: 0, broadcast: 0 };
    registrar.accept(&asked, &root(), NETWORK, &offer).unwrap()
}

fn opener(session: Session) -> Opener {
    Opener::new(&root().session(&LINK, session), Kind::Uplink, LINK, 0)
}

fn sealer(joined: &Joined) -> Sealer<Volatile> {
    Sealer::new(&joined.key, Kind::Uplink, joined.link, Volatile::default()).unwrap()
}

#[test]
fn a_request_sent_again_by_anybody_ends_no_session() {
    let mut registrar = Registrar::new(Volatile::default()).unwrap();
    let mut device = joining(1);
    let request = device.request();
    let (session, accept) = grant(&mut registrar, &request);
    let mut uplink = sealer(&device.open(&accept).unwrap());
    let mut base = Overlap::new(opener(session));
    let mut air = [0; 32];
    assert!(base.open(uplink.seal(false, b"1", &mut air).unwrap(), &mut [0; 1]).is_ok());
    for _ in 0..3 {
        let (session, _) = grant(&mut registrar, &request);
        base.renew(opener(session));
        assert!(base.open(uplink.seal(false, b"2", &mut air).unwrap(), &mut [0; 1]).is_ok());
        assert!(!base.is_proven());
    }
    // The device's own new session is proven by its first frame.
    let mut device = joining(2);
    let (session, accept) = grant(&mut registrar, &device.request());
    base.renew(opener(session));
    let mut renewed = sealer(&device.open(&accept).unwrap());
    assert!(base.open(renewed.seal(false, b"3", &mut air).unwrap(), &mut [0; 1]).is_ok());
    assert!(base.is_proven());
    base.retire();
    let late = base.open(uplink.seal(false, b"4", &mut air).unwrap(), &mut [0; 1]).err();
    assert_eq!(late, Some(OpenError::Tag));
}

#[test]
fn an_accept_answers_one_request_of_one_device_once() {
    let mut registrar = Registrar::new(Volatile::default()).unwrap();
    let (_, accept) = grant(&mut registrar, &joining(1).request());
    assert_eq!(joining(2).open(&accept).err(), Some(OpenError::Tag));
    let mut other = Joining::new(root(), NETWORK, 8, 1, 0);
    assert_eq!(other.open(&accept).err(), Some(OpenError::Link));
    let mut elsewhere = Joining::new(root(), 2, LINK.device, 1, 0);
    assert_eq!(elsewhere.open(&accept).err(), Some(OpenError::Tag));
    let mut device = joining(1);
    assert!(device.open(&accept).is_ok());
    assert_eq!(device.open(&accept).err(), Some(OpenError::Duplicate { counter: 0 }));
    // Nor does it take a second session for the same request.
    let (_, second) = grant(&mut registrar, &device.request());
    assert_eq!(device.open(&second).err(), Some(OpenError::Tag));
}

#[test]
fn a_network_key_is_for_one_device_and_a_newer_epoch() {
    let mut registrar = Registrar::new(Volatile::default()).unwrap();
    let wrapped = registrar.wrap(&root(), &LINK, &Key::new([0xBB; 16])).unwrap();
    let before = Link { epoch: 2, ..LINK };
    assert_eq!(root().unwrap_key(&before, &wrapped).map(|(link, _)| link), Ok(LINK));
    for (link, error) in [
        (LINK, OpenError::Epoch { epoch: 3, current: 3 }),
        (Link { device: 8, ..before }, OpenError::Tag),
        (Link { network: 2, ..before }, OpenError::Tag),
    ] {
        assert_eq!(root().unwrap_key(&link, &wrapped).err(), Some(error));
    }
    assert_eq!(
        Key::<frame_crypto::Aes128>::new([1; 16]).unwrap_key(&before, &wrapped).err(),
        Some(OpenError::Tag)
    );
}

/// A store that takes nothing.
struct Broken;

impl CounterStore for Broken {
    fn load(&mut self) -> Result<u64, StoreError> {
        Ok(0)
    }

    fn store(&mut self, _counter: u64) -> Result<(), StoreError> {
        Err(StoreError::Memory)
    }
}

#[test]
fn a_base_that_cannot_count_grants_nothing() {
    let mut registrar = Registrar::new(Broken).unwrap();
    let refused = Some(SealError::Store(StoreError::Memory));
    assert_eq!(registrar.wrap(&root(), &LINK, &Key::new([0; 16])).err(), refused);
    let asked = JoinRequest::open(&joining(1).request(), &root(), NETWORK).unwrap();
    let network_key = Key::new([0xBB; 16]);
    let offer = Offer { epoch: 0, network_key: &network_key, downlink: 0, broadcast: 0 };
    assert_eq!(registrar.accept(&asked, &root(), NETWORK, &offer).err(), refused);
}
