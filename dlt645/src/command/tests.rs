use super::*;
use crate::EncodeError;

const PASSWORD: Password = Password { level: 2, digits: [0x56, 0x34, 0x12] };
const OPERATOR: Operator = Operator(7);
const OF_1997: Identifier = Identifier::Y1997(0xC010);
const OF_2007: Identifier = Identifier::Y2007(0x0400_0101);

fn frame(control: u8, data: &[u8]) -> Frame<'_> {
    Frame { address: Address::ANY, control: Control(control), data: Data::plain(data) }
}

fn refused(command: Command<'_>) -> EncodeError {
    command.encode_frame(Address::ANY, &mut [0; 267]).unwrap_err()
}

#[test]
fn a_read_has_an_identifier() {
    let decode = |control, data: &'static [u8]| Command::decode(&frame(control, data));
    assert_eq!(decode(0x11, &[0, 0, 1]), Err(DecodeError::Truncated { needed: 4, have: 3 }));
    assert_eq!(decode(0x12, &[]), Err(DecodeError::Truncated { needed: 4, have: 0 }));
    assert_eq!(decode(0x01, &[0x10]), Err(DecodeError::Truncated { needed: 2, have: 1 }));
    assert_eq!(decode(0x13, &[0]), Err(DecodeError::TooLong { limit: 0, have: 1 }));
    for control in [0x91, 0x51, 0x31] {
        assert_eq!(decode(control, &[0; 4]), Err(DecodeError::Control { control }));
    }
}

#[test]
fn data_of_another_length_is_kept() {
    for (function, lengths) in [
        (0x01, &[3, 4, 5][..]),
        (0x02, &[3, 4]),
        (0x03, &[1, 3, 4, 7, 8]),
        (0x04, &[0, 2, 5]),
        (0x08, &[5, 7]),
        (0x0A, &[5, 7]),
        (0x0C, &[0, 2]),
        (0x0F, &[7, 9, 12]),
        (0x10, &[3, 5, 8]),
        (0x11, &[6, 9, 11]),
        (0x12, &[4, 5, 6]),
        (0x14, &[0, 11]),
        (0x15, &[5, 7]),
        (0x16, &[3, 5]),
        (0x17, &[0, 2]),
        (0x18, &[11, 13]),
        (0x19, &[4, 7, 9, 28]),
        (0x1A, &[7, 9, 28]),
        (0x1B, &[8, 11, 12, 13, 28]),
        (0x1C, &[15, 17, 28]),
        (0x1D, &[0, 2]),
        (0x1E, &[0, 1, 12]),
    ] {
        for &length in lengths {
            let data = Data::plain(&[0; 28][..length]);
            let frame = Frame { address: Address::ANY, control: Control(function), data };
            let kept = Command::Other { function: Function(function), data };
            assert_eq!(Command::decode(&frame), Ok(kept), "{function:02X}, {length} octets");
        }
    }
}

#[test]
fn function_03_is_of_the_edition_that_its_data_tells() {
    let decode = |data: &'static [u8]| Command::decode(&frame(0x03, data)).unwrap();
    assert_eq!(decode(&[]), Command::ReadAgain { identifier: None });
    assert_eq!(decode(&[0x10, 0xC0]), Command::ReadAgain { identifier: Some(OF_1997) });
    let identifier = Identifier::Y2007(0x0700_00FF);
    let (operator, data) = (OPERATOR, Data::plain(&[1, 2]));
    let step = Command::Authenticate { identifier, operator, data };
    assert_eq!(decode(&[0xFF, 0, 0, 7, 7, 0, 0, 0, 1, 2]), step);
}

#[test]
fn fields_of_two_editions_do_not_go_together() {
    let (password, data) = (PASSWORD, Data::plain(&[]));
    let sequence = NonZeroU8::new(1);
    for (identifier, operator, sequence) in [(OF_1997, Some(OPERATOR), sequence), (OF_2007, None, None)] {
        let edition = identifier.edition();
        let function = by(edition, Function::WRITE_1997, Function::WRITE);
        let write = Command::Write { identifier, password, operator, data };
        assert_eq!(refused(write), EncodeError::Edition { function, edition });
        let function = by(edition, Function::READ_FOLLOW_UP_1997, Function::READ_FOLLOW_UP);
        let follow_up = Command::ReadFollowUp { identifier, sequence };
        assert_eq!(refused(follow_up), EncodeError::Edition { function, edition });
    }
    let (operator, old, new) = (OPERATOR, PASSWORD, PASSWORD);
    for (command, identifier) in [
        (Command::ReadLoadRecords { identifier: OF_1997, count: 1, from: None }, OF_1997),
        (Command::ReadAgain { identifier: Some(OF_2007) }, OF_2007),
        (Command::Authenticate { identifier: OF_1997, operator, data }, OF_1997),
        (Command::Authenticate { identifier: OF_2007, operator, data }, OF_2007),
        (Command::ChangePassword { identifier: Some(OF_1997), old, new }, OF_1997),
        (Command::ClearEvents { password, operator, events: OF_1997 }, OF_1997),
        (Command::ClearEvents { password, operator, events: OF_2007 }, OF_2007),
    ] {
        let function = command.function();
        assert_eq!(refused(command), EncodeError::Identifier { function, identifier });
    }
}

#[test]
fn a_write_has_50_octets_at_most() {
    let (password, mut buffer) = (PASSWORD, [0; 62]);
    for (identifier, operator, room) in [(OF_1997, None, 44), (OF_2007, Some(OPERATOR), 38)] {
        let write = |length| {
            let data = Data::plain(&[0; 60][..length]);
            Command::Write { identifier, password, operator, data }
        };
        assert_eq!(write(room).encode_frame(Address::ANY, &mut buffer).map(<[u8]>::len), Ok(62));
        assert_eq!(refused(write(room + 1)), EncodeError::DataLength { have: 51, limit: 50 });
    }
    let (identifier, operator) = (Identifier::Y2007(0x0700_00FF), OPERATOR);
    let data = Data::plain(&[0; 193]);
    let step = Command::Authenticate { identifier, operator, data };
    assert_eq!(refused(step), EncodeError::DataLength { have: 201, limit: 200 });
}

#[test]
fn what_has_a_variant_of_its_own_is_not_written_as_another() {
    for (function, data) in [
        (0x11, &[0; 4][..]),
        (0x11, &[0; 3]),
        (0x11, &[0; 5]),
        (0x11, &[0; 10]),
        (0x12, &[1; 5]),
        (0x13, &[]),
        (0x16, &[0x99; 4]),
        (0x20, &[]),
        (0x91, &[]),
    ] {
        let function = Function(function);
        let command = Command::Other { function, data: Data::plain(data) };
        assert_eq!(refused(command), EncodeError::Function { function });
    }
}
