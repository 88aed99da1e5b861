//! Every way does the whole work of every case it takes part in.

use benches::buffer;
use benches::dlt645::case::{
    COMMAND_FRAME, ENERGIES, ENERGY, METER, ONE_ENERGY, event, five_energies, full_block, one_energy,
    reply_frame, text, voltages,
};
use benches::dlt645::{stream, ways};
use benches::stream::{Found, LEN};

#[test]
fn replies_are_decoded() {
    for (number, data) in [(ENERGY, ONE_ENERGY.to_vec()), (ENERGIES, full_block())] {
        let (frame, sum) = (reply_frame(number, &data), data.iter().copied().fold(0, u8::wrapping_add));
        for way in ways::ALL {
            let Some(decode) = way.decode_reply else { continue };
            assert_eq!(decode(&frame), Some((number, sum)), "{}", way.name);
            for bit in 0..8 {
                let mut frame = frame.clone();
                let checksum = frame.len() - 2;
                frame[checksum] ^= 1 << bit;
                assert_eq!(decode(&frame), None, "{}", way.name);
            }
        }
    }
}

#[test]
fn commands_are_encoded() {
    for way in ways::ALL {
        let Some(encode) = way.encode_command else { continue };
        assert_eq!(encode(METER, ENERGY, &mut buffer()), COMMAND_FRAME, "{}", way.name);
    }
}

#[test]
fn replies_are_encoded() {
    for (number, data) in [(ENERGY, ONE_ENERGY.to_vec()), (ENERGIES, full_block())] {
        for way in ways::ALL {
            let Some(encode) = way.encode_reply else { continue };
            let frame = reply_frame(number, &data);
            assert_eq!(encode(METER, number, &data, &mut buffer()), frame, "{}", way.name);
        }
    }
}

#[test]
fn values_are_read() {
    for read in [one_energy(), five_energies(), voltages(), event(), text()] {
        for way in ways::ALL {
            let Some(values) = way.read_values else { continue };
            let name = (way.name, read.question.identifier);
            assert_eq!(values(&read.question, &read.data), read.values, "{name:?}");
        }
    }
    assert_eq!(event().data.len(), 131);
}

#[test]
fn every_intact_frame_is_found_and_no_other() {
    for stream in [stream::corrupted(), stream::stray()] {
        assert_eq!(stream.octets.len(), LEN);
        for way in ways::ALL {
            let Some(find) = way.stream else { continue };
            let found = Found { intact: stream.intact.len(), others: 0 };
            assert_eq!(stream::count(&stream, find), found, "{}", way.name);
        }
    }
}
