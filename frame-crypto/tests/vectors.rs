//! Checks every frame of `vectors/frames.txt` and `vectors/setup.txt`, which other implementations of key
//! derivation and CCM sealed.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[cfg(feature = "sm4")]
use frame_crypto::Sm4;
use frame_crypto::{
    Admin, Aes128, Cipher, CounterStore, Identity, JoinRequest, Joining, Key, Kind, Link, Name, Offer,
    Opener, Registrar, Sealer, StoreError,
};

/// Starts a counter anywhere.
struct From(u64);

impl CounterStore for From {
    fn load(&mut self) -> Result<u64, StoreError> {
        Ok(self.0)
    }

    fn store(&mut self, _counter: u64) -> Result<(), StoreError> {
        Ok(())
    }
}

fn octets(text: &str) -> Vec<u8> {
    let octets = text.split(' ').filter(|octet| *octet != "-");
    octets.map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect()
}

fn lines(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| line.split(" | ").collect())
}

fn key<C: Cipher>() -> Key<C> {
    Key::new(*b"the device's key")
}

#[test]
fn seals_and_opens_as_others_do() {
    let mut count = 0;
    for line in lines(include_str!("vectors/frames.txt")) {
        let [name, header, plaintext, frame, _source] = line[..] else {
            panic!("not five columns: {line:?}")
        };
        let (suite, header) = header.split_once(' ').unwrap();
        match suite {
            "aes" => frame_is::<Aes128>(name, header, &octets(plaintext), &octets(frame)),
            #[cfg(feature = "sm4")]
            "sm4" => frame_is::<Sm4>(name, header, &octets(plaintext), &octets(frame)),
            #[cfg(not(feature = "sm4"))]
            "sm4" => {}
            _ => panic!("no such suite: {suite}"),
        }
        count += 1;
    }
    assert_eq!(count, 8);
}

fn frame_is<C: Cipher>(name: &str, header: &str, plaintext: &[u8], frame: &[u8]) {
    let [kind, network, device, epoch, counter, flag] = header.split(' ').collect::<Vec<_>>()[..] else {
        panic!("not six fields: {header}");
    };
    let kind = match kind {
        "uplink" => Kind::Uplink,
        "downlink" => Kind::Downlink,
        _ => Kind::Broadcast,
    };
    let number = |text| u16::from_str_radix(text, 16).unwrap();
    let link = Link { network: number(network), device: number(device), epoch: number(epoch) };
    let counter = u64::from_str_radix(counter, 16).unwrap();

    let mut sealer = Sealer::<_, C>::new(&key(), kind, link, From(counter)).unwrap();
    let mut air = [0; 64];
    assert_eq!(sealer.seal(flag == "1", plaintext, &mut air), Ok(frame), "{name}");
    let mut clear = [0; 64];
    let opened = Opener::<C>::new(&key(), kind, link, counter).open(frame, &mut clear).unwrap();
    assert_eq!((opened.counter, opened.flag), (counter, flag == "1"), "{name}");
    assert_eq!(opened.plaintext, plaintext, "{name}");
}

#[test]
fn sets_up_as_others_do() {
    sets_up::<Aes128>("aes");
    #[cfg(feature = "sm4")]
    sets_up::<Sm4>("sm4");
}

fn sets_up<C: Cipher>(suite: &str) {
    let lines = lines(include_str!("vectors/setup.txt")).filter(|line| line[1] == suite);
    let frames: Vec<_> = lines.map(|line| octets(line[2])).collect();
    let [request, accept, first, wrapped, prepare, commit] = &frames[..] else {
        panic!("not six frames: {frames:?}");
    };

    let mut device = Joining::<C>::new(key(), 0x1234, 7, 0x0123_4567_89AB_CDEF, 0x800);
    assert_eq!(device.request()[..], request[..]);
    let asked = JoinRequest::open(request, &key::<C>(), 0x1234).unwrap();
    let network_key = Key::<C>::new(*b"the network's...");
    let offer = Offer { epoch: 9, network_key: &network_key, downlink: 0xC00, broadcast: 0x1_2345_6789 };
    let mut registrar = Registrar::new(From(0x400)).unwrap();
    let (session, answer) = registrar.accept(&asked, &key(), 0x1234, &offer).unwrap();
    assert_eq!(answer[..], accept[..]);
    let joined = device.open(accept).unwrap();
    assert_eq!((joined.session, joined.downlink, joined.broadcast), (session, 0xC00, 0x1_2345_6789));

    let mut uplink = Sealer::new(&joined.key, Kind::Uplink, joined.link, From(0x800)).unwrap();
    assert_eq!(uplink.seal(false, b"here", &mut [0; 64]), Ok(&first[..]));

    assert_eq!(registrar.wrap(&key(), &joined.link, &network_key).unwrap()[..], wrapped[..]);
    let before = Link { epoch: 8, ..joined.link };
    let (link, unwrapped) = key().unwrap_key(&before, wrapped).unwrap();
    assert_eq!(link, joined.link);
    for network_key in [unwrapped, joined.network_key] {
        let seal = |key| {
            let mut sealer = Sealer::new(key, Kind::Broadcast, link, From(0)).unwrap();
            sealer.seal(false, b"beacon", &mut [0; 64]).map(<[u8]>::to_vec)
        };
        assert_eq!(seal(&network_key), seal(&Key::<C>::new(*b"the network's...")));
    }

    let named = |number, name| Identity { number, name: Name::new(name).unwrap() };
    let mut admin = Admin::<_, C>::new(&key(), 0x2026_0001, From(5)).unwrap();
    let mut air = [0; 96];
    let prepared = admin.prepare(&named(7, "spare"), &named(9, "boiler room"), &mut air).unwrap();
    assert_eq!((prepared.counter, prepared.command), (5, &prepare[..]));
    assert_eq!(admin.commit(5, &mut air), Ok(&commit[..]));
}
