use core::hint::black_box;

use ::dlt645::{
    Address, BaudRate, Client, ClockTime, Command, Control, Data, Decoder, Detection, Device, Edition,
    ErrorFlags, Frame, FreezeTime, Function, Handler, Identifier, Line, Meter, Operator, Password,
    RecordTime, Refusal, Register, RelayAction, RelayErrors, RelayStatus, Reply, Retry, Schedule, Search,
    SecurityErrors, Server, TerminalSignal, Writer,
};
use meter_value::line::Frames;
use meter_value::{Date, DateTime, Time};

use crate::{any_time, drive, with_buffer};

pub fn run(octets: &[u8]) {
    names();
    words();
    plain(octets);
    frames(octets);
    commands(octets);
    replies(octets);
    decoder(octets);
    client(octets);
    search(octets);
    server(octets);
    meter(octets);
}

fn any_address() -> Address {
    black_box(Address([0; 6]))
}

fn any_identifier() -> Identifier {
    black_box(Identifier::Y2007(0))
}

fn any_frame(octets: &[u8]) -> Frame<'_> {
    black_box(Frame { address: any_address(), control: Control(0), data: Data::wire(octets) })
}

fn names() {
    black_box(black_box("0").parse::<Address>().is_ok());
    black_box(black_box("0").parse::<Identifier>().is_ok());
    black_box((any_address().is_wildcard(), any_address().matches(any_address())));
    if let Some(point) = any_identifier().point() {
        black_box((point.quantity(), point.unit(), point.octets(), point.decimals(), point.sign()));
    }
    let function = black_box(Function(0));
    black_box((function.name(), function.edition(), function.name_in(any_edition())));
    black_box((any_identifier().edition(), any_identifier() == any_identifier()));
    let (control, flags) = (black_box(Control(0)), black_box(ErrorFlags(0)));
    black_box((control.direction(), control.function(), control.is_failed(), control.has_more()));
    black_box(flags.contains(black_box(flags)));
    flags.names().for_each(|name| _ = black_box(name));
    flags.names_in(any_edition()).for_each(|name| _ = black_box(name));
    black_box(black_box(SecurityErrors(0)).names().count());
    black_box(black_box(RelayErrors(0)).names().count());
    black_box(black_box(RelayStatus(0)).names().count());
    black_box(black_box(RelayAction(0)).name());
    black_box(black_box(TerminalSignal(0)).name());
    black_box(Refusal::from(flags) == black_box(Refusal::Flags(flags)));
}

fn any_edition() -> Edition {
    black_box(Edition::Y2007)
}

fn any_date_time() -> Option<DateTime> {
    Some(DateTime {
        date: Date::new(black_box(0), black_box(0), black_box(0))?,
        time: black_box(Time::new(0, 0, 0))?,
    })
}

fn words() {
    black_box(BaudRate::new(any_edition(), black_box(0)));
    let rate = black_box(BaudRate::Y2007(0));
    black_box((rate.edition(), rate.word(), rate.bits_per_second()));
    let (clock, record) = (black_box(ClockTime([0; 6])), black_box(RecordTime([0; 5])));
    black_box((clock.time(), record.time()));
    black_box((any_date_time().and_then(ClockTime::new), any_date_time().and_then(RecordTime::new)));
    black_box(black_box(FreezeTime([0; 4])).schedule());
    black_box(FreezeTime::new(black_box(Schedule::Once { month: 0, day: 0, hour: 0, minute: 0 })));
}

fn plain(octets: &[u8]) {
    let data = black_box(Data::wire(octets));
    black_box((data.len(), data.is_empty(), data.at(black_box(0)), data == black_box(data)));
    black_box(data.range(black_box(0)..black_box(0)).is_some());
    data.iter().for_each(|octet| _ = black_box(octet));
    any_identifier().values(data).for_each(|item| _ = black_box(item));
    values(data);
}

fn values(data: Data<'_>) {
    for identifier in [any_identifier(), black_box(Identifier::Y1997(0))] {
        let values = identifier.values(data).with_tariffs(black_box(0)).with_freeze_mode(black_box(0));
        for item in values {
            black_box(with_buffer(|buffer| item.encode(buffer).is_ok()));
            black_box(item.point.decode(data));
            black_box(item.point.with(item.value));
        }
        black_box(identifier.equivalent());
        black_box(with_buffer(|buffer| identifier.convert(data, buffer).is_ok()));
        if let Some(layout) = identifier.layout() {
            black_box((layout.point(), layout.access(), layout.octets()));
        }
    }
}

fn frames(octets: &[u8]) {
    black_box(Frame::decode(octets).is_ok());
    black_box(any_frame(octets).edition());
    black_box(with_buffer(|buffer| any_frame(octets).encode(buffer).is_ok()));
}

fn commands(octets: &[u8]) {
    black_box(Command::decode(&any_frame(octets)).is_ok());
    let command = black_box(Command::ReadAddress);
    black_box((command.function(), command == black_box(Command::ReadAddress)));
    black_box(with_buffer(|buffer| command.encode_frame(any_address(), buffer).is_ok()));
}

fn replies(octets: &[u8]) {
    if let Ok(reply) = Reply::decode(&any_frame(octets)) {
        reply.values().for_each(|item| _ = black_box(item));
    }
    let reply = black_box(Reply::Address(any_address()));
    black_box((reply.function(), reply == black_box(Reply::Address(any_address()))));
    black_box(with_buffer(|buffer| reply.encode_frame(any_address(), buffer).is_ok()));
}

fn decoder(octets: &[u8]) {
    let mut decoder: Decoder = Decoder::new();
    black_box(black_box(&mut decoder).feed(octets));
    black_box(&mut decoder).silence();
    while let Some(result) = black_box(&mut decoder).frame() {
        black_box(result.is_ok());
    }
    black_box((black_box(&mut decoder).find().is_some(), decoder.behind().len(), decoder.last().is_ok()));
    black_box(&mut decoder).clear();
    black_box(&mut decoder);
}

fn any_line() -> Line {
    let line = black_box(Line::new(black_box(0)));
    black_box(black_box(Line { echo: black_box(true), ..line }).answer());
    line
}

fn any_retry() -> Retry {
    black_box(Retry { timeout: any_time(), retries: 0 })
}

fn client(octets: &[u8]) {
    let mut client: Client = Client::new(any_line());
    let device =
        black_box(Device { retry: any_retry(), preamble: black_box(4), ..Device::new(any_address()) });
    for command in [
        Command::Other { function: black_box(Function(0)), data: Data::plain(octets) },
        Command::Read { identifier: any_identifier() },
    ] {
        black_box(black_box(&mut client).start(&device, &black_box(command)).is_ok());
        drive(&mut client, octets);
        let client = black_box(&client);
        black_box((client.source(), client.report().is_some(), client.counts()));
    }
}

fn search(octets: &[u8]) {
    let mut search = Search::new(any_line(), any_retry());
    black_box(&mut search).start();
    drive(&mut search, octets);
    let mut detection = Detection::new(any_line(), any_retry());
    black_box(&mut detection).start(any_address());
    drive(&mut detection, octets);
}

fn server(octets: &[u8]) {
    let mut server = Server::<_, 512>::sized(any_address(), Obliging).delayed(any_time());
    drive(&mut server, octets);
    black_box(black_box(&mut server).handler());
    black_box(black_box(&server).address());
    let mut server = Server::new(any_address(), Nothing);
    drive(&mut server, octets);
}

struct Nothing;

impl Handler for Nothing {
    fn edition(&self) -> Edition {
        any_edition()
    }
}

/// Says anything to every command.
struct Obliging;

fn any_answer() -> Result<(), ErrorFlags> {
    black_box(Ok(()))
}

impl Handler for Obliging {
    fn edition(&self) -> Edition {
        any_edition()
    }

    fn read(&mut self, identifier: Identifier, data: &mut Writer<'_>) -> Result<(), ErrorFlags> {
        black_box(identifier);
        data.put(black_box(&[]));
        any_answer()
    }

    fn read_load_records(
        &mut self,
        identifier: Identifier,
        count: u8,
        from: Option<RecordTime>,
        data: &mut Writer<'_>,
    ) -> Result<(), ErrorFlags> {
        black_box((identifier, count, from, data.room()));
        data.put(black_box(&[]));
        any_answer()
    }

    fn has_report(&self) -> bool {
        black_box(true)
    }

    fn write(
        &mut self,
        identifier: Identifier,
        password: Password,
        operator: Option<Operator>,
        data: Data<'_>,
    ) -> Result<(), ErrorFlags> {
        black_box((identifier, password, operator, data));
        any_answer()
    }

    fn write_address(&mut self, address: Address) -> bool {
        black_box(address);
        black_box(true)
    }

    fn broadcast_time(&mut self, time: ClockTime) -> Result<(), ErrorFlags> {
        black_box(time);
        any_answer()
    }

    fn freeze(&mut self, time: FreezeTime) -> Result<(), ErrorFlags> {
        black_box(time);
        any_answer()
    }

    fn change_baud_rate(&mut self, rate: BaudRate) -> Result<(), ErrorFlags> {
        black_box(rate);
        any_answer()
    }

    fn change_password(
        &mut self,
        identifier: Option<Identifier>,
        old: Password,
        new: Password,
    ) -> Result<(), ErrorFlags> {
        black_box((identifier, old, new));
        any_answer()
    }

    fn clear_maximum_demand(
        &mut self,
        password: Password,
        operator: Option<Operator>,
    ) -> Result<(), ErrorFlags> {
        black_box((password, operator));
        any_answer()
    }

    fn clear_meter(&mut self, password: Password, operator: Operator) -> Result<(), ErrorFlags> {
        black_box((password, operator));
        any_answer()
    }

    fn clear_events(
        &mut self,
        password: Password,
        operator: Operator,
        events: Identifier,
    ) -> Result<(), ErrorFlags> {
        black_box((password, operator, events));
        any_answer()
    }

    fn control_relay(
        &mut self,
        password: Password,
        operator: Operator,
        action: RelayAction,
        duration: u8,
        until: ClockTime,
    ) -> Result<Option<RelayStatus>, Refusal> {
        black_box((password, operator, action, duration, until));
        black_box(Ok(None))
    }

    fn multifunction_terminal(&mut self, signal: TerminalSignal) -> Result<(), ErrorFlags> {
        black_box(signal);
        any_answer()
    }

    fn authenticate(
        &mut self,
        identifier: Identifier,
        operator: Operator,
        data: Data<'_>,
        answer: &mut Writer<'_>,
    ) -> Result<(), SecurityErrors> {
        black_box((identifier, operator, data));
        answer.put(black_box(&[]));
        black_box(Ok(()))
    }
}

fn meter(octets: &[u8]) {
    let Some(now) = any_date_time() else { return };
    let mut server = Server::new(any_address(), Meter::<2, 3>::new(any_edition(), now));
    let meter = black_box(server.handler());
    meter.mains = black_box(meter.mains);
    meter.elapse(any_time());
    meter.press_key();
    black_box((
        meter.now(),
        meter.is_connected(),
        meter.set_energy(any_register(), black_box(0), black_box(0)),
    ));
    black_box((meter.parameter(any_identifier()), meter.mains.power_factor_permille(black_box(None))));
    black_box((meter.mains.active_dw(black_box(None)), meter.mains.reactive_dvar(black_box(None))));
    black_box(meter.mains.apparent_dva(black_box(None)));
    meter.switch_baud_rate(black_box(BaudRate::Y2007(0)));
    black_box(meter.set_parameter(any_identifier(), octets));
    black_box(&mut server);
    drive(&mut server, octets);
}

fn any_register() -> Register {
    black_box(Register::ForwardActive)
}
