use core::hint::black_box;

use ::frame_crypto::{
    Admin, Aes128, Cipher, CounterStore, FlashSlots, Header, Identity, JoinRequest, Joining, Key, Kind, Link,
    Name, Offer, Opener, Overlap, Records, Registrar, Renamer, Sealer, Session, Slot, Slots, Sm4, StoreError,
    Window, receipt,
};
use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};

use crate::with_buffer;

pub fn run(octets: &[u8]) {
    suite::<Aes128>(octets);
    suite::<Sm4>(octets);
    flash();
}

fn suite<C: Cipher>(octets: &[u8]) {
    black_box((Header::decode(octets).is_ok(), receipt(octets), JoinRequest::device(octets)));
    link::<C>(octets);
    join::<C>(octets);
    rename::<C>(octets);
}

fn link<C: Cipher>(octets: &[u8]) {
    if let Ok(mut sealer) = Sealer::<Store, C>::new(&any_key(), any_kind(), any_link(), Store) {
        black_box(&mut sealer).renew(&any_key(), any_link());
        black_box(black_box(&mut sealer).next());
        black_box(with_buffer(|buffer| {
            black_box(&mut sealer).seal(black_box(false), octets, buffer).is_ok()
        }));
    }
    let any_opener = || Opener::<C>::new(&any_key(), any_kind(), any_link(), black_box(0));
    let mut opener = any_opener();
    black_box((black_box(&mut opener).next(), black_box(&mut opener).window()));
    black_box(Opener::<C>::resume(&any_key(), any_kind(), any_link(), black_box(Window::new(0))).next());
    black_box(with_buffer(|buffer| black_box(&mut opener).open(octets, buffer).is_ok()));
    let mut openers = Overlap::new(any_opener());
    black_box(&mut openers).renew(any_opener());
    black_box((openers.is_proven(), openers.newest().next(), openers.former().is_some()));
    black_box(with_buffer(|buffer| black_box(&mut openers).open(octets, buffer).is_ok()));
    black_box(&mut openers).follow();
    black_box(&mut openers).retire();
}

fn join<C: Cipher>(octets: &[u8]) {
    let mut device = Joining::<C>::new(any_key(), black_box(0), black_box(0), black_box(0), black_box(0));
    black_box(black_box(&mut device).request());
    black_box(black_box(&mut device).open(octets).is_ok());
    black_box(any_key::<C>().session(&any_link(), black_box(Session { node: 0, base: 0 })));
    black_box(any_key::<C>().unwrap_key(&any_link(), octets).is_ok());
    let Ok(mut registrar) = Registrar::new(Store) else { return };
    black_box(black_box(&mut registrar).wrap::<C>(&any_key(), &any_link(), &any_key()).is_ok());
    let Ok(request) = JoinRequest::open::<C>(octets, &any_key(), black_box(0)) else { return };
    let network_key = any_key::<C>();
    let offer = black_box(Offer { epoch: 0, network_key: &network_key, downlink: 0, broadcast: 0 });
    black_box(black_box(&mut registrar).accept(&request, &any_key(), black_box(0), &offer).is_ok());
}

fn rename<C: Cipher>(octets: &[u8]) {
    let Some(name) = core::str::from_utf8(octets).ok().and_then(Name::new) else { return };
    let identity = black_box(Identity { number: 0, name });
    black_box(identity.name.as_str());
    black_box(Renamer::<_, C>::create(&any_key(), black_box(0), Memory, identity).is_ok());
    if let Ok(mut device) = Renamer::<_, C>::new(&any_key(), black_box(0), Memory) {
        black_box(black_box(&mut device).receive(octets).is_ok());
        black_box(black_box(&mut device).identity());
    }
    let Ok(mut admin) = Admin::<_, C>::new(&any_key(), black_box(0), Store) else { return };
    black_box(with_buffer(|buffer| black_box(&mut admin).prepare(&identity, &identity, buffer).is_ok()));
    black_box(with_buffer(|buffer| black_box(&mut admin).commit(black_box(0), buffer).is_ok()));
}

fn flash() {
    black_box(Records::create(Memory).is_ok());
    let Ok(slots) = FlashSlots::new(Flash, black_box(0..4096)) else { return };
    let mut records = Records::new(slots);
    black_box(black_box(&mut records).load().is_ok());
    black_box(black_box(&mut records).store(black_box(0)).is_ok());
    black_box(with_buffer(|record| black_box(&mut records).read(record).is_ok()));
    black_box(with_buffer(|record| black_box(&mut records).change(record, |kept| kept.fill(0)).is_ok()));
}

pub fn any_key<C: Cipher>() -> Key<C> {
    black_box(Key::new([0; 16]))
}

fn any_kind() -> Kind {
    black_box(Kind::Uplink)
}

pub fn any_link() -> Link {
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

struct Memory;

impl Slots for Memory {
    fn read(&mut self, _slot: Slot, octets: &mut [u8]) -> Result<(), StoreError> {
        octets.fill(black_box(0));
        black_box(Ok(()))
    }

    fn write(&mut self, _slot: Slot, octets: &[u8]) -> Result<(), StoreError> {
        black_box(octets);
        black_box(Ok(()))
    }
}

struct Flash;

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, _offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        bytes.fill(black_box(0));
        black_box(Ok(()))
    }

    fn capacity(&self) -> usize {
        black_box(4096)
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 8;
    const ERASE_SIZE: usize = 2048;

    fn erase(&mut self, _from: u32, _to: u32) -> Result<(), NorFlashErrorKind> {
        black_box(Ok(()))
    }

    fn write(&mut self, _offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        black_box(bytes);
        black_box(Ok(()))
    }
}
