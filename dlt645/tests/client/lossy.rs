//! Long records over a line that loses, damages, doubles and delays.

use dlt645::{Edition, ErrorFlags, TransactionError};

use super::*;

/// A linear congruential generator, as of Knuth.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// A meter with one record in parts.
struct Meter {
    record: Vec<u8>,
    part: usize,
    /// The part that a meter of 1997 gives next.
    next: usize,
}

impl Meter {
    /// What it answers to a command, if that arrives intact.
    fn answer(&mut self, octets: &[u8]) -> Option<Vec<u8>> {
        let (address, command) = asked(octets);
        assert_eq!(address, METER);
        let parts: Vec<&[u8]> = self.record.chunks(self.part).collect();
        let data = |place: usize| Some((Data::plain(parts.get(place)?), place + 1 < parts.len()));
        Some(match command {
            Command::Read { identifier } => {
                self.next = 1;
                let (data, more) = data(0)?;
                reply(METER, &Reply::Read { identifier, data, more })
            }
            Command::ReadFollowUp { identifier, sequence } => {
                let place = sequence.map_or(self.next, |sequence| usize::from(sequence.get()));
                self.next = place + 1;
                let part =
                    data(place).map(|(data, more)| Reply::ReadFollowUp { identifier, data, sequence, more });
                let error = ErrorFlags::NO_SUCH_DATA.into();
                reply(METER, &part.unwrap_or(Reply::Failed { function: command.function(), error }))
            }
            _ => return None,
        })
    }
}

/// Reads a record once, and says how that ended.
fn read(
    client: &mut Client,
    meter: &mut Meter,
    edition: Edition,
    random: &mut Random,
    now: &mut Duration,
) -> Result<bool, TransactionError> {
    let identifier = if edition == Edition::Y2007 { EVENTS } else { Identifier::Y1997(0x901F) };
    client.start(&DEVICE, &Command::Read { identifier }).unwrap();
    let mut coming: Vec<(Duration, Vec<u8>)> = Vec::new();
    loop {
        let step = match client.poll(*now) {
            Output::Done(outcome) => {
                let reply = outcome?.unwrap();
                let whole = Reply::Read { identifier, data: Data::plain(&meter.record), more: false };
                return Ok(reply == whole);
            }
            Output::Transmit(octets) => Ok(octets.to_vec()),
            Output::Wait(until) => Err(until.unwrap()),
        };
        match step {
            Ok(octets) => {
                *now += LINE.time(octets.len());
                client.transmitted(*now);
                let heard = if random.one_in(8) { None } else { meter.answer(&octets) };
                let Some(mut answer) = heard else { continue };
                match random.below(10) {
                    0 => continue,
                    1 => answer[random.below(200) % 12] ^= 1 << random.below(8),
                    2 => drop(answer.remove(random.below(answer.len()))),
                    3 => answer.extend(answer.clone()),
                    4 => answer.insert(0, 0x68),
                    _ => {}
                }
                // Numbers tell late answers apart; without them, nothing does.
                let is_late = edition == Edition::Y2007 && random.one_in(8);
                let at = *now + ms(if is_late { 1_000 } else { 20 + random.below(480) as u64 });
                for (place, piece) in answer.chunks(1 + random.below(64)).enumerate() {
                    coming.push((at + ms(place as u64 * 5), piece.to_vec()));
                }
                coming.sort_by_key(|(at, _)| *at);
            }
            Err(until) => match coming.first() {
                Some((at, _)) if *at <= until => {
                    let (at, piece) = coming.remove(0);
                    *now = at.max(*now);
                    client.receive(&piece, *now);
                }
                _ => *now = until,
            },
        }
    }
}

#[test]
fn what_arrives_is_the_whole_record() {
    let mut random = Random(645);
    for edition in [Edition::Y2007, Edition::Y1997] {
        let (mut client, mut now, mut read_well) = (client(), ms(0), 0);
        for round in 0..400 {
            let record = (0..1 + random.below(1_026)).map(|_| random.below(256) as u8).collect();
            let mut meter = Meter { record, part: 100 + random.below(90), next: 0 };
            match read(&mut client, &mut meter, edition, &mut random, &mut now) {
                Ok(is_whole) => {
                    assert!(is_whole, "round {round} of {edition}");
                    read_well += 1;
                }
                Err(TransactionError::NoReply { .. } | TransactionError::Corrupt(_)) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        let least = if edition == Edition::Y2007 { 150 } else { 50 };
        assert!(read_well > least, "only {read_well} of {edition}");
    }
}
