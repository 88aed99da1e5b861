//! A node with a clock that is 20 millionths fast.

use core::hint::black_box;

use frame_crypto::{Joined, Session, Volatile};
use lora_tdma::plan::USUAL;
use lora_tdma::{BaseTime, Bounds, Device, Layout, LocalTime, Node, NodeOutput, Schedule};

use crate::air::{self, Air};

pub const STATE_OCTETS: Option<usize> = Some(Node::<Volatile>::STATE_OCTETS);

pub struct Machine {
    air: Option<Air>,
    node: Option<Node<Volatile>>,
    now: LocalTime,
}

/// SF5 at 250 kHz.
fn schedule() -> Option<Schedule> {
    let [.., profile, _, _] = USUAL;
    let plain = Layout::plain(profile, air::SLOTS, 64, 500, 620_000);
    let layout = Layout { downlink: 32, alarms: 4, alarm: 16, extras: air::EXTRAS, listen_us: 320, ..plain };
    Schedule::new(black_box(layout)).ok()
}

fn node() -> Option<Node<Volatile>> {
    let bounds = Bounds { stamp_error_us: 20, drift_ppm: 43, drift_rate_ppb_per_s: 20 };
    let device = Device { network: 1, number: air::LINK.device, bounds, start_error_us: 20 };
    Node::new(schedule()?, device, &air::root(), Volatile::default()).ok()
}

fn enter(node: &mut Node<Volatile>) {
    if black_box(false) {
        node.join(air::root(), 1);
        black_box(node.alarm(&[0; 16]).is_ok());
        node.busy();
        node.cancel(0);
        node.leave();
    }
    let session = Session { node: 1, base: 1 };
    let (link, key, network_key) = (air::LINK, air::root().session(&air::LINK, session), air::network_key());
    node.enter(Joined { link, session, key, network_key, downlink: 0, broadcast: 0 });
}

/// The base's time on the node's clock.
fn local(base: BaseTime) -> LocalTime {
    let passed = base.us() - air::FIRST * 620_000;
    LocalTime::from_us(5_000_000 + passed + passed / 50_000)
}

impl Machine {
    pub fn new() -> Self {
        let mut machine = Self { air: Air::new(), node: node(), now: LocalTime::from_us(0) };
        if let Some(node) = &mut machine.node {
            enter(node);
        }
        machine
    }

    pub fn prepare(&mut self, superframe: u64) {
        let (Some(air), Some(node)) = (&mut self.air, &self.node) else { return };
        let number = air::FIRST + superframe;
        air.prepare(number);
        let schedule = node.schedule();
        self.now = local(schedule.start(number).after(schedule.beacon_us()));
    }

    /// Takes in the beacon; whether the last message was delivered.
    pub fn hear(&mut self) -> bool {
        let (Some(air), Some(node)) = (&self.air, &mut self.node) else { return false };
        node.receive(air.beacon(), self.now);
        let mut delivered = false;
        loop {
            match node.poll(self.now) {
                NodeOutput::Delivered { .. } => delivered = true,
                NodeOutput::Wait(_) => return delivered,
                _ => {}
            }
        }
    }

    /// Sends a message in the node's turn, and returns the frame's length.
    pub fn send(&mut self, message: &[u8]) -> usize {
        let (Some(air), Some(node)) = (&mut self.air, &mut self.node) else { return 0 };
        _ = node.send(message);
        loop {
            match node.poll(self.now) {
                NodeOutput::Transmit { frame, .. } => {
                    air.acknowledge(frame);
                    return frame.len();
                }
                NodeOutput::Wait(Some(until)) => self.now = until,
                NodeOutput::Wait(None) => return 0,
                _ => {}
            }
        }
    }
}
