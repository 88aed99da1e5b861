use core::hint::black_box;

use ::frame_crypto::{CounterStore, Header, Key, Kind, Link, Opener, Sealer, StoreError};

use crate::with_buffer;

pub fn run(octets: &[u8]) {
    black_box(Header::decode(octets).is_ok());
    if let Ok(mut sealer) = any_sealer() {
        black_box(with_buffer(|buffer| {
            black_box(&mut sealer).seal(black_box(false), octets, buffer).is_ok()
        }));
    }
    let mut opener = any_opener();
    black_box(black_box(&mut opener).next());
    black_box(with_buffer(|buffer| black_box(&mut opener).open(octets, buffer).is_ok()));
}

pub fn any_sealer() -> Result<Sealer<Store>, ::frame_crypto::SealError> {
    Sealer::new(&any_key(), any_kind(), any_link(), Store)
}

pub fn any_opener() -> Opener {
    Opener::new(&any_key(), any_kind(), any_link(), black_box(0))
}

fn any_key() -> Key {
    black_box(Key::new([0; 16]))
}

fn any_kind() -> Kind {
    black_box(Kind::Uplink)
}

fn any_link() -> Link {
    black_box(Link { network: 0, device: 0, epoch: 0 })
}

pub struct Store;

impl CounterStore for Store {
    fn load(&mut self) -> Result<u64, StoreError> {
        black_box(Ok(0))
    }

    fn store(&mut self, counter: u64) -> Result<(), StoreError> {
        black_box(counter);
        black_box(Ok(()))
    }
}
