use core::hint::black_box;

use ::mbus::{
    Action, Address, Application, ApplicationError, ApplicationReset, Ci, Client, Control, Data, Decoder,
    Entry, Frame, Handler, Header, Identification, LongHeader, Manufacturer, Medium, Qualifier, RecordError,
    Records, Retry, Server, Status, Writer, signature,
};
use ::meter_value::{Date, DateTime, Time};

use crate::{any_time, drive, with_buffer};

pub fn run(octets: &[u8]) {
    names();
    frames(octets);
    headers(octets);
    records(Records::new(octets));
    records(Records::of_command(octets));
    applications(octets);
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
    black_box((
        black_box(Qualifier(0)).name(),
        black_box(RecordError(0)).name(),
        black_box(Action(0)).name(),
    ));
    black_box((black_box(ApplicationError(0)).name(), black_box(ApplicationReset(0)).name()));
    black_box(black_box("AAA").parse::<Manufacturer>().is_ok());
}

fn frames(octets: &[u8]) {
    if let Ok(frame) = Frame::decode(octets) {
        black_box((frame.telegram().is_ok(), frame.application().is_ok()));
    }
    let frame = black_box(Frame::Ack);
    black_box(frame == black_box(Frame::Ack));
    black_box(with_buffer(|buffer| frame.encode(buffer).is_ok()));
}

fn headers(octets: &[u8]) {
    black_box(Header::decode(black_box(Ci(0)), octets).is_ok());
    black_box(with_buffer(|buffer| black_box(Header::None).encode(buffer).is_ok()));
}

fn records(mut records: Records<'_>) {
    for record in black_box(&mut records) {
        let Ok(record) = black_box(record) else { continue };
        black_box((record.quantity(), record.unit(), record.exponent(), record.more_follows()));
        black_box((record.error(), record.action(), record.is_summer_time()));
        record.qualifiers().for_each(|qualifier| {
            black_box(qualifier);
        });
        black_box(record.value());
        black_box(record.to_decimal().is_ok());
        black_box(with_buffer(|buffer| record.encode(buffer).is_ok()));
    }
    black_box(records.offset());
}

fn applications(octets: &[u8]) {
    black_box(signature(octets).is_ok());
    match Application::decode(black_box(Ci(0)), octets) {
        Ok(Application::Telegram(telegram)) => {
            if let Header::Fixed(header) = black_box(telegram.header) {
                black_box(header.medium());
            }
            records(telegram.records);
        }
        Ok(Application::Compact(frame)) => {
            if let Some(split) = black_box(&frame).records(octets) {
                records(split);
            }
        }
        Ok(Application::Format(frame)) => {
            black_box(black_box(&frame).is_intact());
        }
        other => {
            black_box(other.is_ok());
        }
    }
}

fn entries(octets: &[u8]) {
    let (number, wide) = (black_box(0_i32), black_box(0_i64));
    let (Some(date), Some(time)) = (black_box(Date::new(2_000, 1, 1)), black_box(Time::new(0, 0, 0))) else {
        return;
    };
    let at = DateTime { date, time };
    for data in [
        Data::None,
        Data::Int8(number as i8),
        Data::Int16(number as i16),
        Data::Int24(number),
        Data::Int32(number),
        Data::Int48(wide),
        Data::Int64(wide),
        Data::Real(black_box(0.0)),
        Data::Bcd2(number),
        Data::Bcd4(number),
        Data::Bcd6(number),
        Data::Bcd8(number),
        Data::Bcd12(wide),
        Data::Date(date),
        Data::DateTime(at),
        Data::DateTimeSecond(at),
        Data::Time(time),
        Data::Text(octets),
        Data::Digits { value: wide, octets: black_box(0) },
        Data::Binary(octets),
    ] {
        let entry = black_box(Entry::new(octets, black_box(data)));
        black_box(with_buffer(|buffer| entry.encode(buffer).is_ok()));
    }
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
