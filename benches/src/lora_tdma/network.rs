//! A base, and the frames of its devices.

use std::hint::black_box;
use std::time::{Duration, Instant};

use frame_crypto::{Cipher, Key, Kind, Link, Sealer, Session, Volatile, Window};
use lora_tdma::plan::USUAL;
use lora_tdma::{Base, BaseOutput, BaseTime, Layout, Schedule, Setup, Station};

/// Slots of a superframe, and octets of a device's frame.
pub const SLOTS: usize = 16;
pub const FRAME: usize = 78;

const NETWORK: u16 = 1;
/// Of a message: a whole one, of the application.
const HEAD: u8 = 0;

type Stations<C> = &'static mut [Option<Station<Volatile, C>>];

pub struct Network<C: Cipher + 'static> {
    base: Base<'static, Volatile, C>,
    devices: Vec<Sealer<Volatile, C>>,
    schedule: Schedule,
    /// The superframe that is the next.
    number: u64,
    frames: Vec<[u8; FRAME]>,
}

fn root<C: Cipher>(number: u16) -> Key<C> {
    let [a, b] = number.to_be_bytes();
    let mut octets = [0x55; 16];
    octets[..2].copy_from_slice(&[a, b]);
    Key::new(octets)
}

/// 16 slots of 64 octets at SF5 and 250 kHz, and the slots for what else may be.
fn schedule(devices: u16) -> Schedule {
    let plain = Layout::plain(USUAL[21], SLOTS as u8, 64, 500, 620_000);
    let cycle = devices.div_ceil(SLOTS as u16);
    Schedule::new(Layout { cycle, downlink: 32, joins: 1, alarms: 4, alarm: 16, extras: 4, ..plain }).unwrap()
}

impl<C: Cipher> Network<C> {
    /// All devices are members.
    pub fn new(devices: u16) -> Self {
        let schedule = schedule(devices);
        let mut sealers = Vec::new();
        let mut stations = Vec::new();
        stations.resize_with(schedule.devices().into(), || None);
        for (number, place) in (1..=devices).zip(&mut stations) {
            let link = Link { network: NETWORK, device: number, epoch: 0 };
            let session = Session { node: number.into(), base: number.into() };
            let key = root::<C>(number).session(&link, session);
            sealers.push(Sealer::new(&key, Kind::Uplink, link, Volatile::default()).unwrap());
            let mut station = Station::new(NETWORK, number, root(number), Volatile::default()).unwrap();
            station.resume(link, session, Window::new(0));
            *place = Some(station);
        }
        let now = BaseTime::from_us(1_767_225_600_000_000);
        let setup = Setup {
            network: NETWORK,
            epoch: 0,
            key: Key::new([0xBB; 16]),
            schedule,
            beacons: Volatile::default(),
            sessions: Volatile::default(),
        };
        // A base has its stations as long as it lives, and this one lives as long as the program.
        let stations: Stations<C> = stations.leak();
        let base = Base::new(setup, stations, now).unwrap();
        let number = schedule.number(now) + 1;
        Self { base, devices: sealers, schedule, number, frames: vec![[0; FRAME]; SLOTS] }
    }

    /// The base sends its beacon, and hears a frame in every slot.
    pub fn superframe(&mut self) -> (Duration, usize) {
        let first = usize::from(self.schedule.phase(self.number)) * SLOTS;
        let devices = self.devices.iter_mut().skip(first).zip(&mut self.frames);
        let mut plaintext = [0x42; 65];
        plaintext[0] = HEAD;
        let sent =
            devices.map(|(device, frame)| device.seal(false, &plaintext, frame).unwrap().len()).count();

        let schedule = self.schedule;
        let start = schedule.start(self.number);
        self.number += 1;
        let timer = Instant::now();
        let mut messages = self.poll(start.before(Schedule::TURN_US.into()));
        for slot in 0..sent {
            let end = schedule.slot_us(slot as u8).unwrap() + schedule.airtime_us(FRAME);
            self.base.receive(black_box(&self.frames[slot]), start.after(end));
            messages += self.poll(start.after(end));
        }
        (timer.elapsed(), messages)
    }

    /// How many messages came.
    fn poll(&mut self, now: BaseTime) -> usize {
        let mut messages = 0;
        loop {
            match black_box(self.base.poll(now)) {
                BaseOutput::Message { .. } => messages += 1,
                BaseOutput::Wait(_) => return messages,
                _ => {}
            }
        }
    }
}
