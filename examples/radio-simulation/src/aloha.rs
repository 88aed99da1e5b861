//! Devices that send when they like, to compare with.

use lora_tdma::Schedule;

use crate::channel::{Channel, Link, Purpose, Sender};
use crate::{Outcome, Scenario};

/// The scenario's nodes without slots: each message is sent once, as soon as it is due (pure ALOHA).
///
/// # Panics
/// If the scenario's layout makes no schedule.
pub fn aloha(scenario: &Scenario) -> Outcome {
    let schedule = Schedule::new(scenario.layout).expect("a schedule");
    let mut chance = fastrand::Rng::with_seed(scenario.seed);
    let mut channel = Channel::new(scenario.layout.profile, scenario.capture_db);
    let mut links: Vec<Link> = (0..scenario.nodes).map(|_| Link::default()).collect();
    let mean = scenario.traffic.every.as_nanos() as f64;
    let end = scenario.duration.as_nanos() as u64;
    let mut starts: Vec<(u64, usize)> = Vec::new();
    for node in 0..usize::from(scenario.nodes) {
        let mut time = 0;
        while time < end {
            time += (-mean * (1.0 - chance.f64()).ln()) as u64;
            starts.push((time, node));
        }
    }
    starts.sort_unstable();
    let frame = vec![0; schedule.longest()];
    let mut outcome = Outcome { duration: scenario.duration, ..Outcome::default() };
    let mut landed = |channel: &mut Channel, outcome: &mut Outcome, chance: &mut fastrand::Rng, now| {
        while let Some(flight) = channel.land(now) {
            let Sender::Node(node) = flight.sender else { continue };
            if !channel.is_spoilt(&flight) && !links[node].loses(scenario.loss, chance) {
                outcome.delivered += 1;
                outcome.octets += scenario.traffic.octets as u64;
                outcome.latencies.add(flight.end - flight.start);
            }
        }
    };
    for (start, node) in starts {
        landed(&mut channel, &mut outcome, &mut chance, start);
        outcome.offered += 1;
        outcome.frames += 1;
        let power_db = chance.i32(-20..=0);
        channel.transmit(Sender::Node(node), Purpose::Contention, start, power_db, &frame);
    }
    landed(&mut channel, &mut outcome, &mut chance, u64::MAX);
    (outcome.contentions, outcome.airtime) = (channel.contentions, channel.airtime);
    outcome
}
