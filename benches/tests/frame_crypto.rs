//! Every implementation does the whole work of every case it takes part in.

use benches::frame_crypto::{Ends, OVERHEAD, peers};

#[test]
fn frames_are_sealed_and_opened() {
    for peer in peers::ALL {
        for ends in [peer.aes, peer.sm4] {
            for octets in [16, 64, 240] {
                round_trip(peer.name, &mut *ends(), &vec![0x42; octets]);
            }
        }
    }
}

fn round_trip(name: &str, ends: &mut dyn Ends, message: &[u8]) {
    let (mut frame, mut opened) = ([0; 256], [0; 256]);
    for _ in 0..3 {
        let length = ends.seal(message, &mut frame).unwrap();
        assert_eq!(length, message.len() + OVERHEAD, "{name}");
        assert!(!frame.windows(8).any(|octets| message.starts_with(octets)), "{name}: it is readable");
        // One in every octet, and each place in an octet.
        for bit in (0..8 * length).step_by(7) {
            let mut wrong = frame;
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(ends.open(&wrong[..length], &mut opened), None, "{name}: bit {bit}");
        }
        assert_eq!(ends.open(&frame[..length], &mut opened), Some(message.len()), "{name}");
        assert_eq!(&opened[..message.len()], message, "{name}");
    }
}

/// The two ciphers are not the same one.
#[test]
fn suites_differ() {
    for peer in peers::ALL {
        let [aes, sm4] = [peer.aes, peer.sm4].map(|ends| {
            let mut frame = [0; 256];
            ends().seal(&[0x42; 16], &mut frame).unwrap();
            frame
        });
        assert_ne!(aes, sm4, "{}", peer.name);
    }
}
