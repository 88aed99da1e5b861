//! Machines under a virtual clock.

use core::convert::Infallible;
use core::time::Duration;

use ::meter_value::line::{Machine, Output, Retry};

use crate::Seed;
use crate::dlt645::without_preamble;

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
/// It is done in time, which it returns: after `exchanges` requests, each sent again as often as `retry`
/// allows, and each up to `deferred` later than it could be.
pub(crate) fn client<M: Machine>(
    machine: &mut M,
    retry: Retry,
    deferred: Duration,
    exchanges: u32,
    heard: &[u8],
    mut sent: impl FnMut(&[u8]),
    mut done: impl FnMut(M::Outcome<'_>),
) -> Duration {
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
    assert!(now <= (retry.timeout + deferred) * limit, "done at {now:?}");
    is_idle(machine, now);
    now
}

/// Time for everything to have happened.
const LATER: Duration = Duration::from_secs(10);

/// A client that is done says nothing more, whatever it heard behind the answer.
fn is_idle<M: Machine>(machine: &mut M, now: Duration) {
    for now in [now, now + LATER] {
        assert!(matches!(machine.poll(now), Output::Wait(None)), "done is done");
    }
}

/// Lets a client that was started hear everything before its first timeout, some time after it was last
/// done; says how often it sent.
pub(crate) fn hear<'a, M: Machine>(
    machine: &mut M,
    now: &mut Duration,
    chunks: impl Iterator<Item = &'a [u8]>,
    done: impl FnOnce(M::Outcome<'_>),
) -> u32 {
    *now += LATER;
    let (mut chunks, mut transmissions) = (chunks.peekable(), 0);
    loop {
        let step = match machine.poll(*now) {
            Output::Transmit(_) => Step::Transmit,
            Output::Wait(until) => Step::Wait(until),
            Output::Done(outcome) => {
                done(outcome);
                break;
            }
        };
        let Step::Wait(until) = step else {
            transmissions += 1;
            machine.transmitted(*now);
            continue;
        };
        match chunks.next_if(|_| transmissions > 0) {
            Some(chunk) => machine.receive(chunk, *now),
            None => *now = until.expect("a client that waits knows for how long"),
        }
    }
    is_idle(machine, *now);
    transmissions
}

/// Lets a client that was started and a server talk on a line that loses, breaks and repeats frames.
///
/// `time` is that of so many octets. `done` takes what the client says and whether any frame was disturbed, and
/// tells whether that is the end.
pub(crate) fn pair<C, S>(
    client: &mut C,
    server: &mut S,
    seed: &mut Seed<'_>,
    time: impl Fn(usize) -> Duration,
    mut done: impl FnMut(C::Outcome<'_>, bool) -> bool,
) where
    C: Machine,
    S: for<'a> Machine<Outcome<'a> = Infallible> + 'static,
{
    let (mut now, mut is_disturbed) = (Duration::ZERO, false);
    for _ in 0..10_000 {
        let mut wake = now + Duration::from_secs(60);
        let request = match client.poll(now) {
            Output::Transmit(frame) => Some(carried(frame, seed.u8())),
            Output::Done(outcome) => {
                if done(outcome, is_disturbed) {
                    return;
                }
                continue;
            }
            Output::Wait(until) => {
                wake = wake.min(until.expect("a client that waits knows for how long"));
                None
            }
        };
        if let Some((frame, is_changed)) = request {
            is_disturbed |= is_changed;
            now += time(frame.len());
            client.transmitted(now);
            server.receive(&frame, now);
            continue;
        }
        match server.poll(now) {
            Output::Transmit(frame) => {
                let (frame, is_changed) = carried(frame, seed.u8());
                is_disturbed |= is_changed;
                now += time(frame.len());
                server.transmitted(now);
                client.receive(&frame, now);
            }
            Output::Wait(until) => now = until.map_or(wake, |until| until.min(wake)),
            Output::Done(never) => match never {},
        }
    }
    panic!("a read does not end");
}

/// What the line makes of a frame, and whether that is anything else.
fn carried(frame: &[u8], fate: u8) -> (Vec<u8>, bool) {
    match fate & 7 {
        1 => (Vec::new(), true),
        2 => {
            // A preamble breaks without harm.
            let mut broken = without_preamble(frame).to_vec();
            let place = usize::from(fate >> 3) * 7 % broken.len();
            broken[place] ^= 1 << (fate >> 5);
            (broken, true)
        }
        3 => (frame.repeat(2), true),
        4 => ([&[0x00, 0x68, fate], frame].concat(), true),
        _ => (frame.to_vec(), false),
    }
}

/// Lets a server hear octets, then, after a pause, a request that it has to answer.
///
/// `answer` checks each answer; the last one is that to `request`.
pub(crate) fn server<M>(machine: &mut M, heard: &[u8], request: &[u8], mut answer: impl FnMut(&[u8]))
where
    M: for<'a> Machine<Outcome<'a> = Infallible> + 'static,
{
    let mut now = overhear(machine, heard, false, |_, octets| answer(octets));
    let last = ask(machine, &mut now, request, false);
    answer(&last.expect("a request after a pause is answered, whatever came before"));
}

/// Lets a server hear octets, and all of its answers again if it has an `echo`; says when that was.
///
/// `answer` checks each answer, and is told what was heard before.
pub(crate) fn overhear<M>(
    machine: &mut M,
    heard: &[u8],
    echo: bool,
    mut answer: impl FnMut(&[u8], &[u8]),
) -> Duration
where
    M: for<'a> Machine<Outcome<'a> = Infallible> + 'static,
{
    let mut rest = Seed(heard);
    let mut now = Duration::ZERO;
    while !rest.is_empty() {
        let pace = rest.0[0];
        now += Duration::from_millis(u64::from(pace));
        machine.receive(rest.slice(1 + usize::from(pace & 63)), now);
        if pace & 1 == 0 {
            let before = &heard[..heard.len() - rest.0.len()];
            answers(machine, &mut now, echo, |octets| answer(before, octets));
        }
    }
    answers(machine, &mut now, echo, |octets| answer(heard, octets));
    now
}

/// Lets a server hear a request after a pause; says what it answers.
pub(crate) fn ask<M>(machine: &mut M, now: &mut Duration, request: &[u8], echo: bool) -> Option<Vec<u8>>
where
    M: for<'a> Machine<Outcome<'a> = Infallible> + 'static,
{
    *now += LATER;
    let late = answers(machine, now, echo, |_| {});
    assert_eq!(late, 0, "all that can be answered was answered");
    machine.receive(request, *now);
    let mut last = None;
    answers(machine, now, echo, |octets| last = Some(octets.to_vec()));
    last
}

/// Polls until nothing is left to wait for; says how many answers came.
fn answers<M>(machine: &mut M, now: &mut Duration, echo: bool, mut answer: impl FnMut(&[u8])) -> usize
where
    M: for<'a> Machine<Outcome<'a> = Infallible> + 'static,
{
    let mut count = 0;
    let mut sent = Vec::new();
    loop {
        let step = match machine.poll(*now) {
            Output::Transmit(octets) => {
                answer(octets);
                sent = octets.to_vec();
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
                if echo {
                    machine.receive(&sent, *now);
                }
            }
            Step::Wait(Some(until)) => {
                assert!(until > *now, "a wait ends later");
                *now = until;
            }
            Step::Wait(None) | Step::Done => return count,
        }
    }
}
