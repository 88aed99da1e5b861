//! The layers of a message without a key.

use mbus::wireless::{Afl, DecodeError, Frame, Message, Reason, Security};
use mbus::{Action, Ci, CompactFrame, Content, Control, Header, ShortHeader, Status};

use crate::{cut, hex, vectors};

#[test]
fn messages_come_back_encrypted_as_they_are() {
    for vector in vectors() {
        let stripped = vector.stripped();
        let message = Message::decode(&stripped).unwrap();
        let mut buffer = [0; Frame::MAX_LEN];
        assert_eq!(message.encode(&mut buffer), Ok(&stripped[..]), "{}", vector.name);
        if !message.is_plain() {
            assert_eq!(message.security, Security::Encrypted { reason: Reason::NoKey }, "{}", vector.name);
            assert_eq!(message.telegram(), Err(DecodeError::Encrypted));
        }
    }
}

#[test]
fn layers_cut_anywhere_are_errors_or_shorter() {
    for vector in vectors() {
        for octets in cut(&vector.stripped()) {
            match Message::decode(&octets) {
                Ok(message) => assert_eq!(message.encode(&mut [0; 256]), Ok(&octets[..]), "{}", vector.name),
                Err(DecodeError::Truncated { needed, have }) => assert!(needed > have),
                Err(error) => panic!("{}: {error}", vector.name),
            }
        }
    }
}

#[test]
fn an_afl_has_the_length_of_its_fields() {
    let [.., f3] = &vectors().collect::<Vec<_>>()[..] else { panic!() };
    let afl = &f3.stripped()[21..];
    let (layer, rest) = Afl::decode(afl).unwrap();
    let layer = layer.unwrap();
    assert_eq!((layer.control.is_fragment(), layer.counter, rest[0]), (false, Some(0x0AB3), 0x72));
    assert_eq!(layer.message_control.unwrap().cmac_length(), Some(8));
    assert_eq!(layer.mac.unwrap().octets(), hex("AF5D74DF73A600D9"));
    for length in [0, 1, 2, 6, 7] {
        let mut octets = afl.to_vec();
        octets[1] = length;
        assert_eq!(Afl::decode(&octets), Err(DecodeError::AflLength { length }), "{length}");
    }
    for length in 1..17 {
        let cut = Afl::decode(&afl[..length]);
        assert!(matches!(cut, Err(DecodeError::Truncated { have, .. }) if have == length));
    }
    assert_eq!(Afl::decode(&[]), Ok((None, &[][..])));
}

#[test]
fn a_compact_frame_is_read_behind_any_header_and_between_fillers() {
    let headers = hex("02FF2004134413615B6167");
    let compact = hex("EDA86AB6710008190000081900007F13");
    for (ci, header, fillers) in [
        (Ci::COMPACT, Header::None, false),
        (Ci::COMPACT_SHORT, short(0), false),
        (Ci::COMPACT_SHORT, short(0x0520), true),
    ] {
        let data = if fillers { [&[0x2F; 2][..], &compact, &[0x2F; 14]].concat() } else { compact.clone() };
        let station = Message::decode(&vectors().next().unwrap().stripped()).unwrap().station;
        let message = Message { ci: Some(ci), header, data: &data, ..Message::new(Control::SND_NR, station) };
        let Ok(Content::Compact(frame)) = message.content() else { panic!("{ci:?}") };
        assert_eq!(frame.header, header);
        let values: Vec<_> = frame.records(&headers).unwrap().map(|record| record.unwrap().value()).collect();
        assert_eq!(values.len(), 5);
        assert_eq!(message.telegram(), Err(DecodeError::NoRecords { ci: Some(ci) }));
        let other = CompactFrame { data: &frame.data[1..], ..frame };
        assert_eq!(other.records(&headers), None);
    }
}

fn short(configuration: u16) -> Header {
    Header::Short(ShortHeader { access: 9, status: Status(0), configuration })
}

#[test]
fn records_for_a_meter_have_actions() {
    let station = Message::decode(&vectors().next().unwrap().stripped()).unwrap().station;
    let data = [0x01, 0x83, 0x01, 0x07];
    let message = Message {
        ci: Some(Ci::COMMAND_SHORT),
        header: short(0),
        data: &data,
        ..Message::new(Control::SND_UD, station)
    };
    let record = message.telegram().unwrap().records.next().unwrap().unwrap();
    assert_eq!((record.action(), record.error()), (Some(Action::ADD), None));
}

#[test]
fn unknown_layers_are_kept() {
    let stripped = vectors().next().unwrap().stripped();
    for ci in [Ci::NETWORK, Ci::ELL_V, Ci(0xA0)] {
        let frame = Frame { payload: &[ci.0, 1, 2, 3], ..Frame::decode(&stripped).unwrap() };
        let mut octets = [0; 32];
        let message = Message::decode(frame.encode(&mut octets).unwrap()).unwrap();
        assert_eq!((message.ci, message.data), (Some(ci), &[1, 2, 3][..]));
        assert_eq!((message.control, message.security), (Control::SND_NR, Security::Plain));
        assert_eq!(message.telegram(), Err(DecodeError::NoRecords { ci: Some(ci) }));
    }
}
