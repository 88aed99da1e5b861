//! Machines under a virtual clock.

use core::convert::Infallible;
use core::time::Duration;

use ::meter_value::line::{Machine, Output, Retry};

use crate::Seed;

/// A poll without what it borrows.
enum Step {
    Transmit,
    Wait(Option<Duration>),
    Done,
}

/// A client that waits this often, for this long.
pub(crate) fn retry(seed: u8) -> Retry {
    Retry { timeout: Duration::from_millis(u64::from(seed >> 2) + 1), retries: seed & 3 }
}

/// Runs a client that was started, with what it hears, until it is done.
///
/// It is done in time: after `exchanges` requests, each sent again as often as `retry` allows.
pub(crate) fn client<M: Machine>(
    machine: &mut M,
    retry: Retry,
    exchanges: u32,
    heard: &[u8],
    mut sent: impl FnMut(&[u8]),
    mut done: impl FnMut(M::Outcome<'_>),
) {
    let limit = exchanges * (u32::from(retry.retries) + 1);
    let mut heard = Seed(heard);
    let (mut now, mut transmissions) = (Duration::ZERO, 0);
    loop {
        let step = match machine.poll(now) {
            Output::Transmit(octets) => {
                sent(octets);
                Step::Transmit
            }
            Output::Wait(until) => Step::Wait(until),
            Output::Done(outcome) => {
                done(outcome);
                Step::Done
            }
        };
        match step {
            Step::Transmit => {
                transmissions += 1;
                assert!(transmissions <= limit, "sent {transmissions} times where {limit} are the limit");
                machine.transmitted(now);
            }
            Step::Wait(until) => {
                let until = until.expect("a client that waits knows for how long");
                assert!(until > now, "a wait ends later");
                if heard.is_empty() {
                    now = until;
                } else {
                    let pace = heard.0[0];
                    now += (until - now) * u32::from(pace & 7) / 8;
                    machine.receive(heard.slice(1 + usize::from(pace & 63)), now);
                }
            }
            Step::Done => break,
        }
    }
    assert!(now <= retry.timeout * limit, "done at {now:?}");
    assert!(matches!(machine.poll(now), Output::Wait(None)), "done is done");
}

/// Lets a client that was started hear everything before its first timeout; says how often it sent.
pub(crate) fn hear<'a, M: Machine>(
    machine: &mut M,
    mut chunks: impl Iterator<Item = &'a [u8]>,
    done: impl FnOnce(M::Outcome<'_>),
) -> u32 {
    let (mut now, mut transmissions) = (Duration::ZERO, 0);
    loop {
        let step = match machine.poll(now) {
            Output::Transmit(_) => Step::Transmit,
            Output::Wait(until) => Step::Wait(until),
            Output::Done(outcome) => {
                done(outcome);
                return transmissions;
            }
        };
        let Step::Wait(until) = step else {
            transmissions += 1;
            machine.transmitted(now);
            continue;
        };
        match chunks.next() {
            Some(chunk) => machine.receive(chunk, now),
            None => now = until.expect("a client that waits knows for how long"),
        }
    }
}

/// Lets a server hear octets, then, after a pause, a request that it has to answer.
///
/// `answer` checks each answer; the last one is that to `request`.
pub(crate) fn server<M>(machine: &mut M, heard: &[u8], request: &[u8], mut answer: impl FnMut(&[u8]))
where
    M: for<'a> Machine<Outcome<'a> = Infallible> + 'static,
{
    let mut heard = Seed(heard);
    let mut now = Duration::ZERO;
    while !heard.is_empty() {
        let pace = heard.0[0];
        now += Duration::from_millis(u64::from(pace));
        machine.receive(heard.slice(1 + usize::from(pace & 63)), now);
        if pace & 1 == 0 {
            answers(machine, &mut now, &mut answer);
        }
    }
    answers(machine, &mut now, &mut answer);
    now += Duration::from_secs(10);
    answers(machine, &mut now, &mut answer);
    machine.receive(request, now);
    let mut last = Vec::new();
    let count = answers(machine, &mut now, |octets| last = octets.to_vec());
    assert_eq!(count, 1, "a request after a pause is answered, whatever came before");
    answer(&last);
}

/// Polls until nothing is left to wait for; says how many answers came.
fn answers<M>(machine: &mut M, now: &mut Duration, mut answer: impl FnMut(&[u8])) -> usize
where
    M: for<'a> Machine<Outcome<'a> = Infallible> + 'static,
{
    let mut count = 0;
    loop {
        let step = match machine.poll(*now) {
            Output::Transmit(octets) => {
                answer(octets);
                Step::Transmit
            }
            Output::Wait(until) => Step::Wait(until),
            Output::Done(never) => match never {},
        };
        match step {
            Step::Transmit => {
                count += 1;
                assert!(count <= 1, "one answer is all that can wait");
                machine.transmitted(*now);
            }
            Step::Wait(Some(until)) => {
                assert!(until > *now, "a wait ends later");
                *now = until;
            }
            Step::Wait(None) | Step::Done => return count,
        }
    }
}
