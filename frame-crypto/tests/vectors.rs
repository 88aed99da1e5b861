//! Checks every frame of `vectors/frames.txt`, which another implementation of key derivation and CCM
//! sealed.
#![allow(clippy::panic, clippy::unwrap_used)]

use frame_crypto::{CounterStore, Key, Kind, Link, Opener, Sealer, StoreError};

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

#[test]
fn seals_and_opens_as_others_do() {
    for line in include_str!("vectors/frames.txt").lines().filter(|line| !line.starts_with('#')) {
        let [name, header, plaintext, frame, _source] = line.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("not five columns: {line}");
        };
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
        let (plaintext, frame) = (octets(plaintext), octets(frame));

        let key: Key = Key::new(*b"the device's key");
        let mut sealer = Sealer::new(&key, kind, link, From(counter)).unwrap();
        let mut air = [0; 64];
        assert_eq!(sealer.seal(flag == "1", &plaintext, &mut air), Ok(&frame[..]), "{name}");
        let mut clear = [0; 64];
        let opened = Opener::new(&key, kind, link, counter).open(&frame, &mut clear).unwrap();
        assert_eq!((opened.counter, opened.flag), (counter, flag == "1"), "{name}");
        assert_eq!(opened.plaintext, plaintext, "{name}");
    }
}
