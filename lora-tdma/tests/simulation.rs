//! A base and 16 nodes for minutes of simulated time, on a channel with drift, loss and bursts. Hours of it are
//! run by `concentrator radio`.

use std::time::Duration;

use radio_simulation::{Loss, Outcome, Scenario, World};

fn run(scenario: Scenario) -> Outcome {
    World::new(scenario).run().0
}

/// Two thirds of what the schedule carries.
fn office(loss: Loss) -> Scenario {
    let mut scenario = Scenario { loss, duration: Duration::from_secs(300), ..Scenario::office(64) };
    scenario.traffic.every = scenario.traffic.every * 3 / 2;
    scenario
}

#[test]
fn nothing_collides_and_everything_comes_once() {
    for loss in [Loss::independent(0), Loss::independent(30), Loss::bursts(20, 10)] {
        for seed in [1, 2] {
            let outcome = run(Scenario { seed, ..office(loss) });
            assert_eq!((outcome.collisions, outcome.wrong), (0, 0), "{loss:?}");
            assert!(outcome.offered > 4_000 && outcome.delivered >= outcome.offered, "{loss:?}: {outcome:?}");
        }
    }
}

#[test]
fn alarms_do_not_wait_for_their_slot() {
    let mut scenario = office(Loss::independent(10));
    scenario.traffic.alarms_per_day = 1_440;
    let mut outcome = run(scenario);
    assert!(outcome.alarms.len() > 40 && outcome.lost_alarms == 0);
    let half = outcome.alarms.quantile(500).unwrap();
    assert!(half < Duration::from_micros(scenario.layout.period_us.into()) / 4, "{half:?}");
}

#[test]
fn all_are_back_after_a_restart_of_the_base() {
    let scenario = office(Loss::independent(30));
    let outcome = run(Scenario { restart: Some(Duration::from_millis(100_123)), ..scenario });
    assert!(outcome.back.is_some_and(|superframes| superframes <= 20), "{:?}", outcome.back);
    assert_eq!((outcome.collisions, outcome.wrong), (0, 0));
    assert!(outcome.delivered >= outcome.offered);
}

#[test]
fn devices_join_with_and_without_the_schedule() {
    for knows_schedule in [true, false] {
        let mut scenario = Scenario { is_joined: false, knows_schedule, ..office(Loss::independent(10)) };
        (scenario.layout.joins, scenario.layout.alarms) = (4, 0);
        let outcome = run(scenario);
        assert!(outcome.back.is_some_and(|superframes| superframes <= 60), "{:?}", outcome.back);
        assert_eq!((outcome.collisions, outcome.wrong), (0, 0));
    }
}
