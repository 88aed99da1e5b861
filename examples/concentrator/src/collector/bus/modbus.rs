//! Modbus RTU meters: one request reads all of a meter's registers.

use std::time::Duration;

use meter_value::line::Machine;
use meter_value::{Decimal, Unit};
use modbus_rtu::{
    Client, Device, ExceptionCode, FunctionCode, Functions, Handler, Kind, Line, Map, Number, Range, Read,
    RegistersOut, Server, TransactionError, UnitId, WordOrder, map,
};
use telemetry::Missed;

use super::{Question, Questions, all_missed};
use crate::meters::{Point, Protocol, Twin};
use crate::serial::Format;

pub struct Bus;

/// What a meter holds, in the order of its points.
const METER: Map<'_> = map![
    modbus_rtu::Point::holding("voltage", 0, Kind::U16).scaled(-1).in_unit(Unit::Volt),
    modbus_rtu::Point::holding("current", 1, Kind::I32).scaled(-3).in_unit(Unit::Ampere),
    modbus_rtu::Point::holding("power", 3, Kind::I32).in_unit(Unit::Watt),
    modbus_rtu::Point::holding("energy", 5, Kind::I32).scaled(-2).in_unit(Unit::KilowattHour),
];

/// Octets come in pieces, as a UART with a buffer hands them over.
const LINE: Line = Line::new(9_600, 10).buffered(Duration::from_millis(50));

impl Questions for Bus {
    type Client = Client;
    type Server = Server<modbus_rtu::Unit<Twin>>;

    const PROTOCOL: Protocol = Protocol::Modbus;
    const FORMAT: Format = Format { baud: 9_600, parity: false };

    fn client() -> Client {
        Client::new(LINE)
    }

    fn server(place: u8, twin: Twin) -> Self::Server {
        Server::new(modbus_rtu::Unit::new(unit(place), twin), LINE)
    }

    fn split(points: &'static [Point]) -> Vec<&'static [Point]> {
        vec![points]
    }

    fn ask(client: &mut Client, question: &Question) {
        let device = Device::new(unit(question.place));
        let started = read().map(|read| client.start(&device, &read.request()));
        debug_assert_eq!(started, Some(Ok(())), "the request is a constant");
    }

    fn answer(
        question: &Question,
        outcome: <Client as Machine>::Outcome<'_>,
    ) -> Vec<Result<Decimal, Missed>> {
        let missed = match (outcome, read()) {
            (Ok(Some(response)), Some(read)) => {
                let values = read.readings(&response);
                return values.map(|(_, value)| value.to_decimal().map_err(|_| Missed::NoValue)).collect();
            }
            (Err(TransactionError::NoReply { .. }), _) => Missed::NoReply,
            (Err(TransactionError::Exception { .. }), _) => Missed::Refused,
            (Err(_), _) => Missed::Corrupt,
            (Ok(_), _) => Missed::NoValue,
        };
        all_missed(question, missed)
    }
}

/// The one read that covers the meter.
fn read() -> Option<Read<'static>> {
    METER.reads(0, Range::MAX_READ).next()
}

fn unit(place: u8) -> UnitId {
    UnitId(place + 17)
}

impl Handler for Twin {
    const FUNCTIONS: Functions = Functions::of(&[FunctionCode::READ_HOLDING_REGISTERS]);

    fn read_holding_registers(
        &mut self,
        range: Range,
        out: &mut RegistersOut<'_>,
    ) -> Result<(), ExceptionCode> {
        let voltage = self.digits(0) as u16;
        let others = (1..METER.points().len()).map(|point| self.digits(point) as i32);
        let others = others.flat_map(|digits| digits.registers(WordOrder::Abcd));
        let all: Vec<u16> = [voltage].into_iter().chain(others).collect();
        out.extend(range.of(&all)?);
        Ok(())
    }
}
