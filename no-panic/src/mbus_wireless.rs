use core::hint::black_box;

use ::mbus::wireless::{
    Afl, Assembly, Channel, Coding, Communication, Configuration, Decoder, Direction, Ell, Format,
    FragmentControl, Frame, Key, KeyInformation, Mac, Message, MessageControl, SecurityMode, Session,
    Station, checksum, open, strip,
};
use ::mbus::{Control, Identification, Manufacturer, Medium};

use crate::with_buffer;

pub fn run(octets: &[u8]) {
    fields();
    frames(octets);
    codings(octets);
    decoder(octets);
    layers(octets);
    messages(octets);
    keys(octets);
}

fn station() -> Station {
    black_box(Station {
        manufacturer: Manufacturer(0),
        identification: Identification(0),
        version: 0,
        medium: Medium(0),
    })
}

fn any_format() -> Format {
    black_box(Format::A)
}

fn fields() {
    black_box(station().octets());
    black_box(Direction::of(black_box(Control(0))));
    let control = black_box(Communication(0));
    black_box((control.is_bidirectional(), control.has_response_delay(), control.is_synchronous()));
    black_box((control.has_hopped(), control.has_priority(), control.is_accessible()));
    black_box((control.is_repeated(), control.has_extended_delay()));
    let session = black_box(Session(0));
    black_box((session.number(), session.minute(), session.encryption()));
    let key = black_box(KeyInformation(0));
    black_box((key.version(), key.derivation(), key.id()));
    black_box((black_box(MessageControl(0)).authentication(), black_box(FragmentControl(0)).has_more()));
    black_box((black_box(MessageControl(0)).cmac_length(), black_box(SecurityMode(0)).name()));
}

fn frames(octets: &[u8]) {
    black_box(checksum(octets));
    if let Ok(frame) = Frame::decode(octets) {
        black_box(frame.ci());
    }
    let frame = black_box(Frame { control: Control(0), station: station(), payload: octets });
    black_box(with_buffer(|buffer| frame.encode(buffer).is_ok()));
    black_box(with_buffer(|buffer| any_format().encode(&frame, buffer).is_ok()));
    black_box(with_buffer(|buffer| any_format().strip(octets, buffer).is_ok()));
    black_box(with_buffer(|buffer| strip(octets, buffer).is_ok()));
    black_box(any_format().length(black_box(0)).is_ok());
}

fn codings(octets: &[u8]) {
    let coding = black_box(Coding::Nrz);
    black_box(coding.chips());
    black_box(with_buffer(|buffer| coding.encode(octets, buffer).is_ok()));
    black_box(with_buffer(|buffer| coding.decode(octets, buffer).is_ok()));
}

fn decoder(octets: &[u8]) {
    for mut decoder in [Decoder::new(black_box(Channel::S)), Decoder::of_t_and_c()] {
        black_box(black_box(&mut decoder).feed(octets));
        black_box(black_box(&decoder).missing());
        black_box(black_box(&decoder).frame());
        black_box(black_box(&mut decoder).octets());
        black_box(&mut decoder).clear();
        black_box(&mut decoder);
    }
}

fn layers(octets: &[u8]) {
    if let Ok((Some(ell), rest)) = Ell::decode(octets) {
        black_box((ell.ci(), ell.is_encrypted(), rest));
    }
    if let Ok((Some(afl), rest)) = Afl::decode(octets) {
        black_box((afl.control.is_fragment(), rest));
    }
    black_box(Mac::new(octets).as_ref().map(Mac::octets));
    if let Ok((configuration, rest)) = Configuration::decode(black_box(0), octets) {
        black_box((configuration.mode(), configuration.encrypted(), configuration.content(), rest));
        black_box((configuration.is_bidirectional(), configuration.is_accessible()));
        black_box(configuration.is_synchronous());
    }
}

fn messages(octets: &[u8]) {
    if let Ok(message) = Message::decode(octets) {
        black_box((
            message.meter(),
            message.is_plain(),
            message.telegram().is_ok(),
            message.content().is_ok(),
        ));
    }
    let message = black_box(Message::new(Control(0), station()));
    black_box(with_buffer(|buffer| message.encode(buffer).is_ok()));
    with_buffer(|buffer| {
        let mut assembly = Assembly::new(buffer);
        black_box(black_box(&mut assembly).push(&message).is_ok());
        black_box(black_box(assembly).decode().is_ok());
    });
}

fn keys(octets: &[u8]) {
    let key = black_box(Key::new([0; 16]));
    with_buffer(|buffer| {
        for (to, from) in buffer.iter_mut().zip(octets) {
            *to = *from;
        }
        black_box(open(buffer, |wanted| black_box(wanted.version.is_none()).then_some(&key)).is_ok());
    });
    let message = black_box(Message::new(Control(0), station()));
    black_box(with_buffer(|buffer| message.seal(&key, buffer).is_ok()));
    with_buffer(|buffer| {
        black_box(black_box(Assembly::new(buffer)).open(|_| black_box(Some(&key))).is_ok());
    });
}
