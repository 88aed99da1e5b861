//! Runs on all processors.

use std::sync::Mutex;
use std::thread;

use radio_simulation::{Outcome, Scenario, World};

/// Each scenario with seeds from 1 on, put together.
pub fn run(scenarios: &[Scenario], seeds: u64) -> Vec<Outcome> {
    let jobs: Vec<(usize, Scenario)> = scenarios
        .iter()
        .enumerate()
        .flat_map(|(index, &scenario)| (1..=seeds).map(move |seed| (index, Scenario { seed, ..scenario })))
        .collect();
    let mut sums: Vec<Outcome> = scenarios.iter().map(|_| Outcome::default()).collect();
    for (index, outcome) in all(jobs) {
        if let Some(sum) = sums.get_mut(index) {
            sum.add(&outcome);
        }
    }
    sums
}

/// One scenario with seeds from 1 on, each by itself.
pub fn each(scenario: Scenario, seeds: u64) -> Vec<Outcome> {
    let jobs = (1..=seeds).map(|seed| (0, Scenario { seed, ..scenario })).collect();
    all(jobs).into_iter().map(|(_, outcome)| outcome).collect()
}

fn all(mut jobs: Vec<(usize, Scenario)>) -> Vec<(usize, Outcome)> {
    jobs.reverse();
    let (jobs, outcomes) = (Mutex::new(jobs), Mutex::new(Vec::new()));
    let next = || jobs.lock().ok().and_then(|mut jobs| jobs.pop());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((index, scenario)) = next() {
                    let (outcome, _) = World::new(scenario).run();
                    if let Ok(mut outcomes) = outcomes.lock() {
                        outcomes.push((index, outcome));
                    }
                }
            });
        }
    });
    outcomes.into_inner().unwrap_or_default()
}
