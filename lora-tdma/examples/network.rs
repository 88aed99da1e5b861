//! A base and two devices, each with a clock of its own, on a channel in memory that loses frames.
//!
//! ```console
//! $ cargo run -p meterwire-lora-tdma --example network
//! ```

use anyhow::{Context, ensure};
use frame_crypto::{Key, Volatile};
use lora_tdma::plan::{Demand, USUAL};
use lora_tdma::{
    Base, BaseOutput, BaseTime, Bounds, Device, LocalTime, Node, NodeOutput, Schedule, Setup, Station,
};

const NETWORK: u16 = 1;

/// When the base starts, in microseconds of its clock.
const START: u64 = 1_700_000_000_000_000;

/// A frame under way.
struct OnAir {
    is_base: bool,
    octets: Vec<u8>,
    end: u64,
}

impl OnAir {
    fn new(is_base: bool, frame: &[u8], start: u64, schedule: &Schedule) -> Self {
        let length = u8::try_from(frame.len()).unwrap_or(u8::MAX);
        let end = start + schedule.layout().profile.airtime_us(length);
        Self { is_base, octets: frame.to_vec(), end }
    }
}

fn main() -> anyhow::Result<()> {
    let demand = Demand { devices: 2, base_bps: 1_000, ..Demand::default() };
    let schedule = demand.plan(&USUAL)?.schedule(0).context("the plan has no channel")?;
    println!("a superframe of {} us for {} devices", schedule.layout().period_us, schedule.devices());

    // One for each slot of the schedule, in the order of the devices' numbers.
    let mut stations = [
        Some(Station::new(NETWORK, 1, root(1), Volatile::default())?),
        Some(Station::new(NETWORK, 2, root(2), Volatile::default())?),
    ];
    let setup = Setup {
        network: NETWORK,
        epoch: 0,
        key: Key::new(*b"the network's..."),
        schedule,
        beacons: Volatile::default(), // stores that last, in earnest
        sessions: Volatile::default(),
    };
    let mut base: Base<'_, Volatile> = Base::new(setup, &mut stations, BaseTime::from_us(START))?;
    let mut meters = [Meter::new(schedule, 1, START)?, Meter::new(schedule, 2, START - 5_000_000)?];

    let (mut now, mut sent, mut read) = (START, 0, 0);
    let mut air: Vec<OnAir> = Vec::new();
    while read < 6 {
        ensure!(now < START + 60_000_000, "the readings did not come in a minute");
        let mut wake = loop {
            match base.poll(BaseTime::from_us(now)) {
                BaseOutput::Transmit { frame, at } => air.push(OnAir::new(true, frame, at.us(), &schedule)),
                BaseOutput::Joined { device, .. } => {
                    println!("{} device {device} joined", ms(now));
                    base.send(device, b"read now")?;
                }
                BaseOutput::Message { device, message, .. } => {
                    println!("{} device {device} says {}", ms(now), message.escape_ascii());
                    read += 1;
                }
                BaseOutput::Delivered { device } => println!("{} device {device} has its command", ms(now)),
                BaseOutput::Wait(until) => break until.us(),
                other => println!("{} {other:?}", ms(now)),
            }
        };
        for meter in &mut meters {
            wake = wake.min(meter.poll(now, &mut air)?);
        }

        // On to the next moment at which somebody has something to do, or a frame ends.
        now = air.iter().map(|frame| frame.end).fold(wake, u64::min);
        for frame in air.extract_if(.., |frame| frame.end <= now) {
            sent += 1;
            if sent % 7 == 0 {
                println!("{} a frame is lost", ms(now));
            } else if frame.is_base {
                meters.iter_mut().for_each(|meter| meter.node.receive(&frame.octets, meter.local(frame.end)));
            } else {
                base.receive(&frame.octets, BaseTime::from_us(frame.end));
            }
        }
    }
    println!("{read} readings and {} beacons in {sent} frames", base.counts().superframes);
    Ok(())
}

fn root(device: u16) -> Key {
    Key::new([device as u8; 16])
}

/// Milliseconds since the start.
fn ms(now: u64) -> String {
    format!("{:>6} ms:", (now - START) / 1_000)
}

/// A device with three readings to tell.
struct Meter {
    node: Node<Volatile>,
    number: u16,
    /// When its own clock started.
    started: u64,
    told: u32,
}

impl Meter {
    fn new(schedule: Schedule, number: u16, started: u64) -> anyhow::Result<Self> {
        let bounds = Bounds { stamp_error_us: 20, drift_ppm: 40, drift_rate_ppb_per_s: 20 };
        let device = Device { network: NETWORK, number, bounds, start_error_us: 20 };
        let mut node = Node::new(schedule, device, &root(number), Volatile::default())?;
        // On a board, of true randomness; here, so that every run is the same.
        node.join(root(number), 0x5EED_0F7E_57AB_1E00 + u64::from(number));
        Ok(Self { node, number, started, told: 0 })
    }

    fn local(&self, now: u64) -> LocalTime {
        LocalTime::from_us(now - self.started)
    }

    /// Does what the node says, and returns when it wants to be asked again.
    fn poll(&mut self, now: u64, air: &mut Vec<OnAir>) -> anyhow::Result<u64> {
        let local = self.local(now);
        let schedule = *self.node.schedule();
        loop {
            if self.node.is_member() && self.node.is_free() && self.told < 3 {
                self.told += 1;
                self.node.send(format!("{}234.5{} kWh", self.number, self.told).as_bytes())?;
            }
            match self.node.poll(local) {
                NodeOutput::Transmit { frame, at } => {
                    air.push(OnAir::new(false, frame, self.started + at.us(), &schedule));
                }
                NodeOutput::Message { message, .. } => {
                    println!("{} device {} is told to {}", ms(now), self.number, message.escape_ascii());
                }
                NodeOutput::Wait(None) => return Ok(u64::MAX),
                NodeOutput::Wait(Some(until)) => return Ok(self.started + until.us()),
                _ => {}
            }
        }
    }
}
