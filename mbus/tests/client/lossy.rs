//! A client and its meters over a line that loses, breaks, repeats and delays.

use mbus::{Meter, Server};

use super::*;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// One readout of a meter with three telegrams; how it ended, and in how many telegrams.
fn readout(client: &mut Client, server: &mut Server<Meter>, random: &mut Random, now: &mut Duration) -> bool {
    let mut telegrams = 0;
    // What is under way to the client, by the time it comes.
    let mut coming: Vec<(Duration, Vec<u8>)> = Vec::new();
    loop {
        let mut wake = *now + ms(60_000);
        match client.poll(*now) {
            Output::Transmit(frame) => {
                let frame = frame.to_vec();
                *now += LINE.time(frame.len());
                client.transmitted(*now);
                if random.below(10) > 0 {
                    server.receive(&frame, *now);
                }
                continue;
            }
            Output::Done(Ok(Some(Reply::Data { frame, more }))) => {
                let mut records = frame.telegram().unwrap().records;
                let first = records.next().unwrap().unwrap();
                assert_eq!(first.storage, [0, 1, 7][telegrams], "each telegram once, in order");
                telegrams += 1;
                if !more {
                    assert_eq!(telegrams, 3);
                    return true;
                }
                continue;
            }
            Output::Done(Err(_)) => return false,
            Output::Done(other) => panic!("{other:?}"),
            Output::Wait(until) => wake = wake.min(until.unwrap()),
        }
        if let Some(place) = coming.iter().position(|(at, _)| *at <= *now) {
            let (_, octets) = coming.remove(place);
            client.receive(&octets, *now);
            continue;
        }
        match server.poll(*now) {
            Output::Transmit(frame) => {
                let mut frame = frame.to_vec();
                let arrived = *now + LINE.time(frame.len());
                server.transmitted(arrived);
                match random.below(12) {
                    0 => continue,
                    1 => {
                        let place = random.below(frame.len() as u64) as usize;
                        frame[place] ^= 1 << random.below(8);
                        coming.push((arrived, frame));
                    }
                    2 => {
                        coming.push((arrived, frame.clone()));
                        coming.push((arrived + LINE.time(frame.len()), frame));
                    }
                    // Too late, but never so late that another attempt has failed in the meantime.
                    3 => coming.push((arrived + ms(random.below(500)), frame)),
                    _ => coming.push((arrived, frame)),
                }
            }
            Output::Wait(until) => {
                let next = coming.iter().map(|(at, _)| *at).chain(until).min();
                *now = next.map_or(wake, |next| next.min(wake)).max(*now);
            }
            Output::Done(never) => match never {},
        }
    }
}

#[test]
fn a_readout_is_whole_and_in_order_or_fails() {
    let mut meter = Meter::heat(12_345_678);
    for _ in 0..12 {
        meter.settle();
    }
    let selection = meter.selection;
    let mut server = Server::new(METER, meter);
    let mut client = Client::new(LINE);
    let (mut random, mut now, mut whole) = (Random(1), ms(0), 0);
    for round in 0..500 {
        let device = if round % 2 == 0 { Device::new(METER) } else { Device::selected(selection) };
        let retry = Retry { timeout: ms(300), retries: 3 };
        client.start(&Device { retry, ..device }, &Command::Read).unwrap();
        whole += u32::from(readout(&mut client, &mut server, &mut random, &mut now));
        now += ms(2_000);
    }
    assert!(whole > 470, "{whole} of 500");
    let counts = client.counts();
    assert_eq!(counts.answers >= 3 * whole, counts.started == 500);
}
