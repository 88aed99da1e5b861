//! The grid's formula is right, and every implementation computes what is timed.

use benches::airtime::case::{PAYLOAD, SF7, SF12, compare};
use benches::airtime::peers;
use benches::airtime::settings::{calculators, grid};
use benches::stream::Found;

#[test]
fn the_formula_agrees_with_every_calculator() {
    assert!(calculators().len() > 50);
    for (settings, payload, us) in calculators() {
        assert_eq!(settings.airtime_us(payload), us, "{settings:?}");
    }
}

#[test]
fn what_is_timed_is_right() {
    for peer in peers::ALL {
        for settings in [SF7, SF12] {
            let airtime = (peer.prepare)(&settings).unwrap();
            assert_eq!(airtime(PAYLOAD), settings.airtime_us(PAYLOAD), "{}", peer.name);
        }
    }
}

#[test]
fn ours_is_exact_everywhere() {
    for samples in [calculators(), grid()] {
        let all = Found { intact: samples.len(), others: 0 };
        assert_eq!(compare(&peers::ALL[0], &samples, 0), all);
    }
}

#[test]
fn the_grid_has_every_setting_once() {
    let mut seen: Vec<String> = grid().iter().map(|sample| format!("{sample:?}")).collect();
    assert_eq!(seen.len(), 8 * 10 * 4 * 2 * 2 * 4);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), grid().len());
}
