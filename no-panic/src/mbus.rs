use core::hint::black_box;

use ::mbus::{
    Action, Address, Application, ApplicationError, BaudRate, Ci, Client, Command, Content, Control, Data,
    Decoder, Device, Entry, FixedHeader, Frame, Handler, Header, Identification, Line, LongHeader,
    Manufacturer, Medium, Meter, Qualifier, RecordError, Records, Retry, Scope, Search, Selection, Server,
    Status, Target, Writer, signature,
};
use ::meter_value::line::Frames;
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
    selections(octets);
    client(octets);
    search(octets);
    server(octets);
    meter(octets);
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
    black_box((black_box(ApplicationError(0)).name(), black_box(Application(0)).name()));
    black_box((BaudRate::new(black_box(0)), BaudRate::of(black_box(Ci(0)))));
    black_box(black_box("AAA").parse::<Manufacturer>().is_ok());
}

fn frames(octets: &[u8]) {
    if let Ok(frame) = Frame::decode(octets) {
        black_box((frame.telegram().is_ok(), frame.content().is_ok()));
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
        black_box((record.value(), record.unit_text().is_some()));
        black_box(record.to_decimal().is_ok());
        black_box(with_buffer(|buffer| record.encode(buffer).is_ok()));
    }
    black_box(records.offset());
}

fn applications(octets: &[u8]) {
    black_box(signature(octets).is_ok());
    let content = Content::decode(black_box(Ci(0)), octets);
    if let Ok(content) = black_box(&content) {
        black_box((content.ci(), content.header(), with_buffer(|buffer| content.encode(buffer).is_ok())));
    }
    match content {
        Ok(Content::Telegram(telegram)) => {
            black_box((telegram.ci(), with_buffer(|buffer| telegram.encode(buffer).is_ok())));
            if let Header::Fixed(header) = black_box(telegram.header) {
                fixed(header);
            }
            records(telegram.records);
        }
        Ok(Content::Compact(frame)) => {
            if let Some(split) = black_box(&frame).records(octets) {
                records(split);
            }
        }
        Ok(Content::Format(frame)) => {
            black_box(black_box(&frame).is_intact());
        }
        other => {
            black_box(other.is_ok());
        }
    }
}

fn fixed(header: FixedHeader) {
    let FixedHeader { status, .. } = header;
    black_box((status.is_binary(), status.is_history(), status.is_power_low(), status.specific()));
    black_box((status.has_permanent_error(), status.has_temporary_error()));
    black_box((header.medium(), header.with_medium(black_box(Medium(0)))));
    black_box(with_buffer(|buffer| header.encode(black_box([Some(0), None]), buffer).is_ok()));
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
    black_box((black_box(&mut decoder).find().is_some(), decoder.behind().len()));
    black_box(&mut decoder).clear();
    black_box(&mut decoder);
}

fn selections(octets: &[u8]) {
    let Ok(selection) = Selection::decode(octets) else { return };
    black_box((selection.is_whole(), black_box(Selection::ANY).matches(&selection)));
    black_box(with_buffer(|buffer| selection.encode(buffer).is_ok()));
    black_box(with_buffer(|buffer| selection.encode_frame(buffer).is_ok()));
}

fn any_command(octets: &[u8]) -> Command<'_> {
    black_box(Command::Write { ci: Ci(0), data: octets })
}

fn any_line() -> Line {
    let line = Line::new(black_box(0));
    black_box((line.time(black_box(0)), line.response(), line.answer(), line.echoing()));
    black_box(line)
}

fn any_target() -> Target {
    black_box(Target::Primary(Address(0)))
}

fn client(octets: &[u8]) {
    let mut client = Client::new(any_line());
    let retry = Retry { timeout: any_time(), retries: black_box(0) };
    let device = Device { target: any_target(), retry };
    let command = any_command(octets);
    black_box((
        command.control(),
        with_buffer(|buffer| command.encode_frame(black_box(Address(0)), black_box(false), buffer).is_ok()),
    ));
    black_box(black_box(&mut client).start(&device, &command).is_ok());
    drive(&mut client, octets);
    drive(&mut client, octets);
    black_box(black_box(&client).counts());
}

fn search(octets: &[u8]) {
    let mut search = Search::new(any_line(), Retry { timeout: any_time(), retries: black_box(0) });
    black_box(&mut search).start(black_box(Scope::Primary));
    drive(&mut search, octets);
    drive(&mut search, octets);
    black_box(black_box(&search).frames());
}

fn server(octets: &[u8]) {
    let mut server = Server::new(black_box(Address(0)), Any).delayed(any_time());
    drive(&mut server, octets);
    black_box(black_box(&mut server).handler());
    black_box((black_box(&server).address(), black_box(&server).is_selected()));
}

fn meter(octets: &[u8]) {
    for meter in [Meter::heat, Meter::water, Meter::gas, Meter::electricity] {
        let mut server = Server::new(black_box(Address(0)), meter(black_box(0)));
        let meter = black_box(server.handler());
        (meter.power_w, meter.flow_l_h) = (black_box(0), black_box(0));
        meter.elapse(any_time());
        meter.settle();
        black_box((meter.counted(), meter.rate(), meter.selected()));
        drive(&mut server, octets);
    }
}

struct Any;

impl Handler for Any {
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

    fn fabrication(&mut self) -> Option<Identification> {
        black_box(None)
    }

    fn records(&mut self, telegram: u16, records: &mut Writer<'_>) -> bool {
        black_box(telegram);
        records.put(black_box(&[]));
        black_box(black_box(Entry::new(&[], Data::Int32(0))).write(records).is_ok())
    }

    fn alarm(&mut self) -> Option<u8> {
        black_box(None)
    }

    fn is_busy(&mut self) -> bool {
        black_box(false)
    }

    fn write(&mut self, ci: Ci, data: &[u8]) -> Result<(), ApplicationError> {
        black_box((ci, data));
        black_box(Ok(()))
    }

    fn set_address(&mut self, address: Address) -> bool {
        black_box(address);
        black_box(true)
    }

    fn reset_application(&mut self, application: Option<Application>) -> Result<(), ApplicationError> {
        black_box(application);
        black_box(Ok(()))
    }

    fn application(&mut self) -> Result<Application, ApplicationError> {
        black_box(Ok(Application(0)))
    }

    fn change_baud_rate(&mut self, rate: BaudRate) -> bool {
        black_box((rate.ci(), rate.bits_per_second()));
        black_box(true)
    }

    fn switch_baud_rate(&mut self, rate: BaudRate) {
        black_box(rate);
    }
}
