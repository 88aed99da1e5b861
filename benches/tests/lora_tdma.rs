//! Every way does the whole work of every case it takes part in.

use benches::lora_tdma::WAYS;

#[test]
fn a_base_takes_every_message_of_a_superframe() {
    for way in WAYS {
        // The last superframe of a cycle has slots that nobody has.
        for (devices, last) in [(16, 16), (1_700, 4)] {
            let mut superframe = (way.superframes)(devices);
            let cycle = usize::from(devices).div_ceil(16);
            let messages: Vec<usize> = (0..2 * cycle).map(|_| superframe().1).collect();
            assert_eq!(messages.iter().sum::<usize>(), 2 * usize::from(devices), "{}", way.name);
            assert!(messages.iter().all(|&messages| messages == 16 || messages == last), "{}", way.name);
        }
    }
}
