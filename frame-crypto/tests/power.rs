//! Power is cut at every moment of every write, and at random: no counter comes twice under a key, no frame is
//! taken twice, and a device keeps its old name or has its new one.
//!
//! `METERWIRE_FRAMES` says how many frames the long test takes.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

use std::collections::{HashMap, HashSet};

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};
use frame_crypto::{
    Admin, Aes128, CounterStore, FlashSlots, Header, Identity, JoinRequest, Joining, Key, Kind, Link, Name,
    Offer, OpenError, Opener, Overlap, Prepared, Records, Registrar, RenameError, Renamer, SealError, Sealer,
    Session, Slot, Slots, StoreError, Volatile,
};

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 8) % limit
    }

    fn happens(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// Power for so many octets; whatever is written when it ends is anything.
struct Power {
    octets: u64,
    random: Random,
}

impl Power {
    fn new() -> Self {
        Self { octets: u64::MAX, random: Random(0x9E37_79B9_7F4A_7C15) }
    }

    /// Whether power is left; `None` at the very moment it ends.
    fn spend(&mut self) -> Option<bool> {
        match self.octets {
            0 => Some(false),
            1 => {
                self.octets = 0;
                None
            }
            _ => {
                self.octets -= 1;
                Some(true)
            }
        }
    }
}

/// Memory that a power cut interrupts.
trait Medium: Sized {
    type Slots<'a>: Slots
    where
        Self: 'a;
    fn blank() -> Self;
    fn slots(&mut self) -> Self::Slots<'_>;
    fn power(&mut self) -> &mut Power;
}

/// Two places that are written octet by octet.
struct Eeprom {
    slots: [[u8; 256]; 2],
    power: Power,
}

impl Slots for Eeprom {
    fn read(&mut self, slot: Slot, octets: &mut [u8]) -> Result<(), StoreError> {
        octets.copy_from_slice(&self.slots[slot as usize][..octets.len()]);
        Ok(())
    }

    fn write(&mut self, slot: Slot, octets: &[u8]) -> Result<(), StoreError> {
        for (to, from) in self.slots[slot as usize].iter_mut().zip(octets) {
            match self.power.spend() {
                Some(true) => *to = *from,
                Some(false) => return Err(StoreError::Memory),
                None => *to = self.power.random.next() as u8,
            }
        }
        Ok(())
    }
}

impl Medium for Eeprom {
    type Slots<'a> = &'a mut Self;

    fn blank() -> Self {
        Self { slots: [[0xFF; 256]; 2], power: Power::new() }
    }

    fn slots(&mut self) -> &mut Self {
        self
    }

    fn power(&mut self) -> &mut Power {
        &mut self.power
    }
}

/// A flash that writes 8 octets at once, and each only once, and erases 128.
struct Flash {
    octets: [u8; 1024],
    power: Power,
}

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 4;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        bytes.copy_from_slice(&self.octets[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.octets.len()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 8;
    const ERASE_SIZE: usize = 128;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        for octet in &mut self.octets[from as usize..to as usize] {
            match self.power.spend() {
                Some(true) => *octet = 0xFF,
                Some(false) => return Err(NorFlashErrorKind::Other),
                None => *octet |= self.power.random.next() as u8,
            }
        }
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        for (to, from) in self.octets[offset as usize..].iter_mut().zip(bytes) {
            assert_eq!(*to, 0xFF, "a place is written twice");
            match self.power.spend() {
                Some(true) => *to &= from,
                Some(false) => return Err(NorFlashErrorKind::Other),
                None => *to &= from | self.power.random.next() as u8,
            }
        }
        Ok(())
    }
}

impl Medium for Flash {
    type Slots<'a> = FlashSlots<&'a mut Self>;

    fn blank() -> Self {
        Self { octets: [0xFF; 1024], power: Power::new() }
    }

    fn slots(&mut self) -> FlashSlots<&mut Self> {
        // Each half is two erase units.
        FlashSlots::new(self, 512..1024).unwrap()
    }

    fn power(&mut self) -> &mut Power {
        &mut self.power
    }
}

fn each_cut<M: Medium>() {
    let mut memory = M::blank();
    Records::create(memory.slots()).unwrap();
    let mut stored = 0;
    // A store is 24 octets, 32 with padding, and an erasure 256; some powers last for several.
    for octets in (0..700).chain(0..700) {
        memory.power().octets = octets;
        let next = stored + 1024;
        let done = Records::new(memory.slots()).store(next);
        // Power may end while the newest copy is made two, as well.
        memory.power().octets = octets % 19;
        let _ = Records::new(memory.slots()).load();
        memory.power().octets = u64::MAX;
        let loaded = Records::new(memory.slots()).load().unwrap();
        assert!(loaded == next || (done.is_err() && loaded == stored), "{loaded} after {stored}, {done:?}");
        stored = loaded;
    }
    assert!(stored > 100 * 1024);
}

#[test]
fn a_record_outlives_a_power_cut_at_every_octet() {
    each_cut::<Eeprom>();
    each_cut::<Flash>();
}

#[test]
fn a_store_that_was_never_made_or_is_destroyed_does_not_count() {
    for fill in [0xFF, 0x00, 0x5A] {
        let mut memory = Eeprom { slots: [[fill; 256]; 2], power: Power::new() };
        let error = if fill == 0xFF { StoreError::Blank } else { StoreError::Damaged };
        let key: Key = Key::new([1; 16]);
        let refused = Sealer::new(&key, Kind::Uplink, LINK, Records::new(&mut memory)).err();
        assert_eq!(refused, Some(SealError::Store(error)));
        Records::create(&mut memory).unwrap().store(7).unwrap();
        // What holds a counter keeps it.
        assert_eq!(Records::create(&mut memory).unwrap().load(), Ok(7));
    }
}

#[test]
fn either_copy_alone_is_the_counter() {
    for lost in 0..2 {
        for octet in 0..12 {
            let mut memory = Eeprom::blank();
            Records::create(&mut memory).unwrap().store(0x1234_5678).unwrap();
            memory.slots[lost][octet] ^= 0x10;
            assert_eq!(Records::new(&mut memory).load(), Ok(0x1234_5678));
            assert_eq!(memory.slots[0], memory.slots[1], "both are whole again");
        }
    }
}

/// Octets that are kept: some that count, and some that say the same.
const KEPT: usize = 150;

fn each_cut_of_octets<M: Medium>() {
    let mut memory = M::blank();
    let mut record = [0; Records::<()>::OVERHEAD + KEPT];
    assert_eq!(Records::new(memory.slots()).read(&mut record), Err(StoreError::Blank));
    let mut kept = vec![1; KEPT];
    Records::new(memory.slots()).change(&mut record, |octets| octets.fill(1)).unwrap();
    // A change is 324 octets, 336 with padding, and two erasures 512; some powers last for several.
    for (round, octets) in (0..900).chain(0..900).enumerate() {
        let mut candidates = vec![kept];
        // Power may end again within the next change, before the copies are made one.
        for octets in [octets, (round as u64 * 7) % 180] {
            memory.power().octets = octets;
            let done = Records::new(memory.slots()).change(&mut record, |octets| {
                assert!(candidates.iter().any(|candidate| candidate == octets));
                octets.fill(octets[0].wrapping_add(1));
                candidates.push(octets.to_vec());
            });
            if done.is_ok() {
                candidates = candidates.split_off(candidates.len() - 1);
            }
        }
        memory.power().octets = octets % 170;
        let _ = Records::new(memory.slots()).read(&mut record);
        memory.power().octets = u64::MAX;
        kept = Records::new(memory.slots()).read(&mut record).unwrap().to_vec();
        assert!(candidates.contains(&kept), "{kept:?} of {candidates:?}");
    }
}

#[test]
fn octets_outlive_a_power_cut_at_every_octet() {
    each_cut_of_octets::<Eeprom>();
    each_cut_of_octets::<Flash>();
}

#[test]
fn octets_that_cannot_be_read_are_not_taken_for_none() {
    struct Unreadable;
    impl Slots for Unreadable {
        fn read(&mut self, _: Slot, _: &mut [u8]) -> Result<(), StoreError> {
            Err(StoreError::Memory)
        }
        fn write(&mut self, _: Slot, _: &[u8]) -> Result<(), StoreError> {
            panic!("what cannot be read is not replaced")
        }
    }
    let changed = Records::new(Unreadable).change(&mut [0; 20], |_| panic!("nothing is known"));
    assert_eq!(changed, Err(StoreError::Memory));
    let mut none = Eeprom::blank();
    assert_eq!(Records::new(&mut none).change(&mut [0; 11], |_| {}), Err(StoreError::Layout));
}

#[test]
fn slots_are_two_halves_of_whole_units() {
    for (part, fits) in [
        (0..256, true),
        (512..1024, true),
        (768..1024, true),
        (0..128, false),
        (0..384, false),
        (1024..1024, false),
        (100..356, false),
        (768..1280, false),
        (0..u32::MAX, false),
    ] {
        assert_eq!(FlashSlots::new(Flash::blank(), part.clone()).is_ok(), fits, "{part:?}");
    }
    let mut slots = FlashSlots::new(Flash::blank(), 0..256).unwrap();
    assert_eq!(slots.read(Slot::A, &mut [0; 128]), Ok(()));
    assert_eq!(slots.read(Slot::A, &mut [0; 129]), Err(StoreError::Layout));
}

const LINK: Link = Link { network: 0x1234, device: 7, epoch: 0 };

fn root() -> Key {
    Key::new([0x42; 16])
}

/// What a session is known by; `None` for the frames under the root key itself.
type Under = Option<Session>;

fn opener(under: Under, next: u64) -> Opener {
    let key = under.map_or_else(root, |session| root().session(&LINK, session));
    Opener::new(&key, Kind::Uplink, LINK, next)
}

/// Both ends of a device's uplink, an attacker between them, and what must never happen.
struct World {
    random: Random,
    sealed: u64,
    /// The next counter that is new under each key.
    used: HashMap<Under, u64>,
    /// Each frame says its number in the order of sealing.
    accepted: HashSet<u64>,
    base: Base,
    /// Frames to send again.
    air: Vec<Vec<u8>>,
    joins: u32,
    restarts: u32,
}

/// The base's end, and what it keeps through restarts.
struct Base {
    opener: Overlap,
    newest: Under,
    former: Under,
    granted: Option<(Session, [u8; JoinRequest::ACCEPT_LEN])>,
    nonces: Eeprom,
    newest_nonce: Option<u64>,
}

impl World {
    fn new() -> Self {
        let mut nonces = Eeprom::blank();
        Records::create(&mut nonces).unwrap();
        let opener = Overlap::new(opener(None, 0));
        let base = Base { opener, newest: None, former: None, granted: None, nonces, newest_nonce: None };
        Self {
            random: Random(0xD1B5_4A32_D192_ED03),
            sealed: 0,
            used: HashMap::new(),
            accepted: HashSet::new(),
            base,
            air: vec![Vec::new(); 200],
            joins: 0,
            restarts: 0,
        }
    }

    /// A device joins while both frames may be lost, and the base's power may end.
    fn join(&mut self, counter: u64) -> (Key, Link, Session) {
        self.joins += 1;
        let mut device = Joining::new(root(), LINK.network, LINK.device, self.random.next(), counter);
        let request = device.request();
        loop {
            self.base.nonces.power.octets =
                if self.random.happens(20) { self.random.below(30) } else { u64::MAX };
            let Some(accept) = self.base.grant(&request) else { continue };
            if self.random.happens(20) {
                continue;
            }
            let joined = device.open(&accept).unwrap();
            assert!(matches!(device.open(&accept), Err(OpenError::Duplicate { .. })));
            return (joined.key, joined.link, joined.session);
        }
    }

    /// Seals a frame, which comes, or not, or later, or twice. Whether power lasted.
    fn send<S: CounterStore>(&mut self, sealer: &mut Sealer<S>, under: Under, is_heard: bool) -> bool {
        let (counter, mut air) = (sealer.next(), [0; 32]);
        let Ok(frame) = sealer.seal(false, &self.sealed.to_be_bytes(), &mut air) else { return false };
        self.sealed += 1;
        assert_eq!(Header::decode(frame).unwrap().counter, counter as u16);
        let next = self.used.entry(under).or_default();
        assert!(counter >= *next, "counter {counter} comes twice under a key");
        *next = counter + 1;
        if !is_heard {
            return true;
        }
        // The first places hold frames of late, the others some of long ago.
        if self.random.happens(30) {
            let places = if self.random.happens(10) { 200 } else { 8 };
            let place = self.random.below(places) as usize;
            self.air[place] = frame.to_vec();
        }
        if !self.random.happens(10) {
            let opened = self.deliver(frame);
            assert!(opened.is_none_or(|opened| opened == counter));
        }
        if self.random.happens(10) {
            let places = if self.random.happens(20) { 200 } else { 8 };
            let place = self.random.below(places) as usize;
            self.deliver(&self.air[place].clone());
        }
        if self.random.below(2000) == 0 {
            self.base.restart();
        }
        true
    }

    /// What the base makes of a genuine frame: its counter, or nothing.
    fn deliver(&mut self, frame: &[u8]) -> Option<u64> {
        let mut clear = [0; 16];
        match self.base.opener.open(frame, &mut clear) {
            Ok(opened) => {
                let number = u64::from_be_bytes(opened.plaintext.try_into().unwrap());
                assert!(self.accepted.insert(number), "frame {number} is accepted twice");
                let counter = opened.counter;
                if self.base.opener.is_proven() {
                    self.base.opener.retire();
                }
                Some(counter)
            }
            Err(error) => {
                assert_eq!(clear, [0; 16], "plaintext is left after {error}");
                None
            }
        }
    }
}

impl Base {
    /// Answers a request; the base may break down meanwhile.
    fn grant(&mut self, request: &[u8]) -> Option<[u8; JoinRequest::ACCEPT_LEN]> {
        let asked = JoinRequest::open(request, &root(), LINK.network).unwrap();
        if let Some((session, accept)) = self.granted
            && session.node == asked.nonce
        {
            return Some(accept);
        }
        let mut registrar = Registrar::new(Records::new(&mut self.nonces)).ok()?;
        let network_key: Key = Key::new([0xBB; 16]);
        let offer = Offer { epoch: LINK.epoch, network_key: &network_key, downlink: 0, broadcast: 0 };
        let (session, accept) = registrar.accept(&asked, &root(), LINK.network, &offer).ok()?;
        assert!(self.newest_nonce < Some(session.base), "a nonce of the base comes twice");
        self.newest_nonce = Some(session.base);
        self.granted = Some((session, accept));
        if self.opener.is_proven() || self.opener.former().is_none() {
            self.former = self.newest;
        }
        self.newest = Some(session);
        self.opener.renew(opener(Some(session), asked.counter));
        Some(accept)
    }

    fn restart(&mut self) {
        let newest = opener(self.newest, self.opener.newest().next());
        let former = self.opener.former().map(|former| opener(self.former, former.next()));
        self.opener = match former {
            Some(former) => {
                let mut openers = Overlap::new(former);
                openers.renew(newest);
                openers
            }
            None => Overlap::new(newest),
        };
    }
}

fn frames() -> u64 {
    std::env::var("METERWIRE_FRAMES").map_or(4_000, |frames| frames.parse().unwrap())
}

/// A device with a store: it goes on by itself after a restart, and joins again when nobody heard it for too
/// long.
fn stored<M: Medium>(frames: u64) -> World {
    let mut world = World::new();
    let mut memory = M::blank();
    Records::create(memory.slots()).unwrap();
    let (mut key, mut link, mut under) = (root(), LINK, None);
    let mut unheard = 0;
    while world.sealed < frames {
        world.restarts += 1;
        // At every octet of the first write after a restart, or at any time.
        let octets = u64::from(world.restarts / 2) % 700;
        memory.power().octets = if world.restarts.is_multiple_of(2) { octets } else { u64::MAX };
        let Ok(mut sealer) = Sealer::new(&key, Kind::Uplink, link, Records::new(memory.slots())) else {
            continue;
        };
        for _ in 0..world.random.below(3000).min(frames - world.sealed) {
            let accepted = world.accepted.len();
            if !world.send(&mut sealer, under, true) {
                break;
            }
            unheard = if world.accepted.len() > accepted { 0 } else { unheard + 1 };
            // More frames in a row than may be missed are not heard, every now and then.
            if world.random.below(50_000) == 0 {
                let enough = world.sealed + Opener::<Aes128>::JUMP + 1;
                while world.sealed < enough && world.send(&mut sealer, under, false) {}
            }
            if unheard > 100 {
                let session;
                (key, link, session) = world.join(sealer.next());
                under = Some(session);
                sealer.renew(&key, link);
                unheard = 0;
            }
        }
    }
    world
}

#[test]
fn no_counter_and_no_frame_comes_twice_with_a_store() {
    for world in [stored::<Eeprom>(frames()), stored::<Flash>(frames())] {
        println!("{} restarts, {} joins, {} accepted", world.restarts, world.joins, world.accepted.len());
        assert!(world.restarts > 2 && world.accepted.len() as u64 > frames() / 2);
        assert!(frames() < 1_000_000 || world.joins > 5, "{} joins", world.joins);
    }
}

#[test]
fn no_counter_and_no_frame_comes_twice_without_a_store() {
    let mut world = World::new();
    while world.sealed < frames() {
        let (key, link, session) = world.join(0);
        let mut sealer = Sealer::new(&key, Kind::Uplink, link, Volatile::default()).unwrap();
        for _ in 0..world.random.below(300) {
            assert!(world.send(&mut sealer, Some(session), true), "nothing is stored that could fail");
        }
    }
    assert!(world.accepted.len() as u64 > frames() / 2);
}

fn renames<M: Medium>() {
    let names = ["spare", "boiler room"];
    let named = |which: usize| Identity { number: 7 + which as u16, name: Name::new(names[which]).unwrap() };
    let mut memory = M::blank();
    let create = |slots| Renamer::<_>::create(&root(), 1, slots, named(0)).map(|device| device.identity());
    assert_eq!(create(memory.slots()), Ok(named(0)));
    let mut admin = Admin::<_>::new(&root(), 1, Volatile::default()).unwrap();
    let mut is = 0;
    for octets in 0..1000 {
        let (old, new) = (named(is), named(1 - is));
        let (mut first, mut second) = ([0; 96], [0; 96]);
        let Prepared { counter, command } = admin.prepare(&old, &new, &mut first).unwrap();
        let commit = admin.commit(counter, &mut second).unwrap();
        let mut left = octets;
        for (command, outcomes) in [(command, [old, old]), (commit, [old, new])] {
            memory.power().octets = left;
            let done =
                Renamer::<_>::new(&root(), 1, memory.slots()).map(|mut device| device.receive(command));
            left = memory.power().octets;
            memory.power().octets = u64::MAX;
            let mut device = Renamer::<_>::new(&root(), 1, memory.slots()).unwrap();
            assert!(outcomes.contains(&device.identity()), "{:?} after {done:?}", device.identity());
            // Said again, the command is followed now or was followed before.
            let again = device.receive(command);
            assert!(matches!(again, Ok(_) | Err(RenameError::Duplicate { .. })), "{again:?}");
            assert_eq!(device.identity(), outcomes[1]);
            left = left.max(1);
        }
        is = 1 - is;
    }
}

#[test]
fn a_rename_outlives_a_power_cut_at_every_octet() {
    renames::<Eeprom>();
    renames::<Flash>();
}
