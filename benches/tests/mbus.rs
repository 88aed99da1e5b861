//! Every implementation does the whole work of every case it takes part in.

use benches::buffer;
use benches::mbus::case::{entries, forty, reply_frame, three, twelve};
use benches::mbus::{Reading, peers, stream};
use benches::stream::{Found, LEN};

#[test]
fn every_record_is_read() {
    for (records, octets) in [(three(), 38), (twelve(), 86), (forty(), 254)] {
        let frame = reply_frame(&records);
        assert_eq!(frame.len(), octets);
        let expected: Vec<Reading> = records.iter().map(|record| record.reading).collect();
        for peer in peers::ALL {
            let (Some(decode), Some(readings)) = (peer.decode, peer.readings) else { continue };
            assert_eq!(readings(&frame).unwrap(), expected, "{}", peer.name);
            assert_eq!(decode(&frame), Some(records.len()), "{}", peer.name);
            for bit in 0..8 {
                let mut frame = frame.clone();
                frame[octets - 2] ^= 1 << bit;
                assert_eq!(decode(&frame), None, "{}", peer.name);
            }
        }
    }
}

#[test]
fn replies_are_encoded() {
    for peer in peers::ALL {
        let Some(encode) = peer.encode_reply else { continue };
        assert_eq!(encode(&entries(), &mut buffer()), reply_frame(&twelve()), "{}", peer.name);
    }
}

#[test]
fn every_intact_frame_is_found_and_no_other() {
    for stream in [stream::corrupted(), stream::stray()] {
        assert_eq!(stream.octets.len(), LEN);
        for peer in peers::ALL {
            let Some(find) = peer.stream else { continue };
            let found = Found { intact: stream.intact.len(), others: 0 };
            assert_eq!(stream::count(&stream, find), found, "{}", peer.name);
        }
    }
}
