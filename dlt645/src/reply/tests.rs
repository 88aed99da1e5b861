use super::*;
use crate::{ErrorFlags, RelayErrors, SecurityErrors};

fn frame(control: u8, data: &[u8]) -> Frame<'_> {
    Frame { address: Address::ANY, control: Control(control), data: Data::plain(data) }
}

fn refused(reply: Reply<'_>) -> EncodeError {
    reply.encode_frame(Address::ANY, &mut [0; 267]).unwrap_err()
}

#[test]
fn the_answer_to_a_read_has_an_identifier() {
    let decode = |control, data: &'static [u8]| Reply::decode(&frame(control, data));
    let (identifier, data) = (Identifier::VOLTAGE_A, Data::plain(&[0x97]));
    let cut = Reply::Read { identifier, data, more: true };
    assert_eq!(decode(0xB1, &[0, 1, 1, 2, 0x97]), Ok(cut));
    let last = Reply::ReadFollowUp { identifier, data, sequence: NonZeroU8::new(1), more: false };
    assert_eq!(decode(0x92, &[0, 1, 1, 2, 0x97, 1]), Ok(last));
    let of_1997 = Identifier::Y1997(0x9010);
    let last = Reply::ReadFollowUp { identifier: of_1997, data, sequence: None, more: false };
    assert_eq!(decode(0x82, &[0x10, 0x90, 0x97]), Ok(last));
    assert_eq!(decode(0x91, &[]), Err(DecodeError::Truncated { needed: 4, have: 0 }));
    assert_eq!(decode(0x81, &[1]), Err(DecodeError::Truncated { needed: 2, have: 1 }));
    assert_eq!(decode(0xB2, &[0; 4]), Err(DecodeError::Truncated { needed: 5, have: 4 }));
    assert_eq!(decode(0x93, &[0; 5]), Err(DecodeError::Truncated { needed: 6, have: 5 }));
    assert_eq!(decode(0x93, &[0; 7]), Err(DecodeError::TooLong { limit: 6, have: 7 }));
    assert_eq!(decode(0x11, &[0; 4]), Err(DecodeError::Control { control: 0x11 }));
}

#[test]
fn what_no_reply_has_is_kept() {
    for (control, data) in [
        (0xB3, &[1][..]),
        (0x92, &[0, 1, 1, 2, 0]),
        (0x83, &[1]),
        (0xA3, &[0xFF, 0, 0, 7]),
        (0x84, &[0]),
        (0x94, &[0]),
        (0xB4, &[]),
        (0x96, &[0; 4]),
        (0x97, &[]),
        (0x8C, &[1, 2]),
        (0x98, &[0; 3]),
        (0x9C, &[0]),
        (0x9D, &[]),
        (0x9F, &[]),
        (0xF1, &[1]),
        (0xD4, &[]),
        (0xD4, &[4, 0]),
        (0xDC, &[4, 0, 0]),
    ] {
        let kept = Reply::Other { control: Control(control), data: Data::plain(data) };
        assert_eq!(Reply::decode(&frame(control, data)), Ok(kept), "{control:02X}");
    }
}

#[test]
fn a_refusal_has_one_octet_or_two() {
    let decode = |control, data: &'static [u8]| Reply::decode(&frame(control, data));
    let failed = |function, error| Ok(Reply::Failed { function, error });
    let refused = Refusal::Flags(ErrorFlags::UNAUTHORISED);
    assert_eq!(decode(0xDC, &[4]), failed(Function::CONTROL_RELAY, refused));
    assert_eq!(decode(0xC1, &[4]), failed(Function::READ_1997, refused));
    let status = Refusal::Relay(RelayErrors::UNAUTHORISED);
    assert_eq!(decode(0xDC, &[4, 0]), failed(Function::CONTROL_RELAY, status));
    let security = Refusal::Security(SecurityErrors::VERIFICATION);
    assert_eq!(decode(0xC3, &[4, 0]), failed(Function::SECURITY_AUTHENTICATION, security));
    for (function, error) in [
        (Function::WRITE, status),
        (Function::WRITE, security),
        (Function::CONTROL_RELAY, security),
        (Function::SECURITY_AUTHENTICATION, status),
    ] {
        let reply = Reply::Failed { function, error };
        assert_eq!(self::refused(reply), EncodeError::Refusal { function });
    }
}

#[test]
fn fields_of_two_editions_do_not_go_together() {
    let data = Data::plain(&[0x00, 0x07]);
    let (of_1997, of_2007) = (Identifier::Y1997(0x9010), Identifier::VOLTAGE_A);
    for (identifier, sequence) in [(of_1997, NonZeroU8::new(1)), (of_2007, None)] {
        let reply = Reply::ReadFollowUp { identifier, data, sequence, more: false };
        let (function, edition) = (reply.function(), identifier.edition());
        assert_eq!(refused(reply), EncodeError::Edition { function, edition });
    }
    for identifier in [of_1997, of_2007] {
        let function = Function::READ_AGAIN;
        let unclear = Reply::ReadAgain { identifier, data, more: false };
        assert_eq!(refused(unclear), EncodeError::Identifier { function, identifier });
        let step = Reply::Authenticate { identifier, data };
        assert_eq!(refused(step), EncodeError::Identifier { function, identifier });
    }
}

#[test]
fn what_has_a_variant_of_its_own_is_not_written_as_another() {
    for (control, data) in
        [(0x91, &[0; 4][..]), (0xD4, &[1]), (0x93, &[0; 6]), (0x14, &[]), (0x94, &[]), (0x9C, &[1, 0])]
    {
        let control = Control(control);
        let reply = Reply::Other { control, data: Data::plain(data) };
        assert_eq!(refused(reply), EncodeError::Function { function: control.function() });
    }
    for function in [Function(0x34), Function::READ, Function::MULTIFUNCTION_TERMINAL] {
        assert_eq!(refused(Reply::Accepted { function }), EncodeError::Function { function });
    }
    let function = Function(0x34);
    let reply = Reply::Failed { function, error: ErrorFlags::OTHER.into() };
    assert_eq!(refused(reply), EncodeError::Function { function });
}
