//! Every implementation does the whole work of every case it takes part in.

use benches::buffer;
use benches::modbus_rtu::case::{REQUEST, REQUEST_FRAME, response_frame, values};
use benches::modbus_rtu::{peers, stream};
use benches::stream::{Found, LEN};

/// The frame with each bit of its checksum wrong in turn.
fn wrong_checksums(frame: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..16).map(|bit| {
        let mut frame = frame.to_vec();
        let place = frame.len() - 2 + bit / 8;
        frame[place] ^= 1 << (bit % 8);
        frame
    })
}

#[test]
fn requests_are_decoded() {
    for implementation in peers::ALL {
        let Some(decode) = implementation.decode_request else { continue };
        assert_eq!(decode(&REQUEST_FRAME), Some(REQUEST), "{}", implementation.name);
        for frame in wrong_checksums(&REQUEST_FRAME) {
            assert_eq!(decode(&frame), None, "{}", implementation.name);
        }
    }
}

#[test]
fn replies_are_decoded() {
    let sum = values().into_iter().fold(0, u16::wrapping_add);
    for implementation in peers::ALL {
        let Some(decode) = implementation.decode_response else { continue };
        assert_eq!(decode(&response_frame()), Some(sum), "{}", implementation.name);
        for frame in wrong_checksums(&response_frame()) {
            assert_eq!(decode(&frame), None, "{}", implementation.name);
        }
    }
}

#[test]
fn requests_are_encoded() {
    for implementation in peers::ALL {
        let Some(encode) = implementation.encode_request else { continue };
        let mut buffer = buffer();
        for _ in 0..2 {
            assert_eq!(encode(&REQUEST, &mut buffer), REQUEST_FRAME, "{}", implementation.name);
        }
    }
}

#[test]
fn replies_are_encoded() {
    for implementation in peers::ALL {
        let Some(encode) = implementation.encode_response else { continue };
        let mut buffer = buffer();
        for _ in 0..2 {
            let frame = encode(REQUEST.unit, &values(), &mut buffer);
            assert_eq!(frame, response_frame(), "{}", implementation.name);
        }
    }
}

#[test]
fn streams_have_frames_that_every_stream_decoder_finds() {
    for stream in [stream::corrupted(), stream::stray()] {
        assert_eq!(stream.octets.len(), LEN);
        for implementation in peers::ALL {
            let Some(find) = implementation.stream else { continue };
            assert!(stream::count(&stream, find).intact > 0, "{}", implementation.name);
        }
    }
}

#[test]
fn ours_finds_every_intact_frame_and_no_other() {
    let find = peers::ALL[0].stream.unwrap();
    for stream in [stream::corrupted(), stream::stray()] {
        assert_eq!(stream::count(&stream, find), Found { intact: stream.intact.len(), others: 0 });
    }
}
