use core::hint::black_box;

use ::mbus::{
    Address, Ci, Client, Control, Data, Decoder, Entry, Frame, Handler, Header, Identification, LongHeader,
    Manufacturer, Medium, Records, Retry, Server, Status, Writer,
};

use crate::{any_time, drive, with_buffer};

pub fn run(octets: &[u8]) {
    names();
    frames(octets);
    headers(octets);
    records(octets);
    entries(octets);
    decoder(octets);
    client(octets);
    server(octets);
}

fn names() {
    let control = black_box(Control(0));
    black_box((
        control.from_primary(),
        control.function(),
        control.name(),
        control.with_fcb(black_box(false)),
    ));
    black_box((control.fcb(), control.fcv(), control.acd(), control.dfc()));
    let status = black_box(Status(0));
    black_box((status.is_busy(), status.has_error(), status.has_alarm(), status.is_power_low()));
    black_box((status.has_permanent_error(), status.has_temporary_error(), status.specific()));
    black_box((black_box(Ci(0)).name(), black_box(Medium(0)).name()));
    black_box(black_box("AAA").parse::<Manufacturer>().is_ok());
}

fn frames(octets: &[u8]) {
    if let Ok(frame) = Frame::decode(octets) {
        black_box(frame.telegram().is_ok());
    }
    let frame = black_box(Frame::Ack);
    black_box(frame == black_box(Frame::Ack));
    black_box(with_buffer(|buffer| frame.encode(buffer).is_ok()));
}

fn headers(octets: &[u8]) {
    black_box(Header::decode(black_box(Ci(0)), octets).is_ok());
    black_box(with_buffer(|buffer| black_box(Header::None).encode(buffer).is_ok()));
}

fn records(octets: &[u8]) {
    let mut records = Records::new(octets);
    for record in black_box(&mut records) {
        let Ok(record) = black_box(record) else { continue };
        black_box((record.quantity(), record.unit(), record.exponent(), record.more_follows()));
        black_box(record.value());
        black_box(record.to_decimal().is_ok());
        black_box(with_buffer(|buffer| record.encode(buffer).is_ok()));
    }
    black_box(records.offset());
}

fn entries(octets: &[u8]) {
    let entry = black_box(Entry::new(octets, black_box(Data::Int32(0))));
    black_box(with_buffer(|buffer| entry.encode(buffer).is_ok()));
}

fn decoder(octets: &[u8]) {
    let mut decoder: Decoder = Decoder::new();
    black_box(black_box(&mut decoder).feed(octets));
    black_box(&mut decoder).silence();
    while let Some(result) = black_box(&mut decoder).frame() {
        black_box(result.is_ok());
    }
    black_box(&mut decoder).clear();
    black_box(&mut decoder);
}

fn client(octets: &[u8]) {
    let mut client = Client::new(Retry { timeout: any_time(), retries: 0 });
    black_box(black_box(&mut client).start(black_box(Address(0))).is_ok());
    drive(&mut client, octets);
}

fn server(octets: &[u8]) {
    let mut server = Server::new(black_box(Address(0)), Meter);
    drive(&mut server, octets);
    black_box(black_box(&mut server).handler());
}

struct Meter;

impl Handler for Meter {
    fn header(&mut self) -> LongHeader {
        black_box(LongHeader {
            identification: Identification(0),
            manufacturer: Manufacturer(0),
            version: 0,
            medium: Medium(0),
            access: 0,
            status: Status(0),
            configuration: 0,
        })
    }

    fn records(&mut self, records: &mut Writer<'_>) {
        records.put(black_box(&[]));
        black_box(black_box(Entry::new(&[], Data::Int32(0))).write(records).is_ok());
    }
}
