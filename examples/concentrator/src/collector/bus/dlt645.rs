//! DL/T 645-2007 meters: one command reads one identifier.

use dlt645::{
    Address, Client, Command, Device, ErrorFlags, Handler, Identifier, Line, Server, TransactionError,
};
use meter_value::bcd::{self, Sign};
use meter_value::line::{Machine, Writer};
use meter_value::{Decimal, Value};
use telemetry::Missed;

use super::{Question, Questions, all_missed};
use crate::meters::{Point, Protocol, Twin};
use crate::serial::Format;

pub struct Bus;

/// The identifiers of a meter's points, and their octets.
const IDENTIFIERS: [(Identifier, usize); 3] =
    [(Identifier::FORWARD_ACTIVE_ENERGY, 4), (Identifier::VOLTAGE_A, 2), (Identifier::CURRENT_A, 3)];

impl Questions for Bus {
    type Client = Client;
    type Server = Server<Twin>;

    const PROTOCOL: Protocol = Protocol::Dlt645;
    const FORMAT: Format = Format { baud: 2_400, parity: true };

    fn client() -> Client {
        Client::new(Line::new(Self::FORMAT.baud))
    }

    fn server(place: u8, twin: Twin) -> Server<Twin> {
        Server::new(address(place), twin)
    }

    fn split(points: &'static [Point]) -> Vec<&'static [Point]> {
        points.chunks(1).collect()
    }

    fn ask(client: &mut Client, question: &Question) {
        let identifier = IDENTIFIERS.get(question.first).map(|&(identifier, _)| identifier);
        let command = identifier.map(|identifier| Command::Read { identifier });
        let meter = Device::new(address(question.place));
        let started = command.map(|command| client.start(&meter, &command));
        debug_assert_eq!(started, Some(Ok(())), "each point has an identifier");
    }

    fn answer(
        question: &Question,
        outcome: <Client as Machine>::Outcome<'_>,
    ) -> Vec<Result<Decimal, Missed>> {
        let reply = match outcome {
            Ok(Some(reply)) => reply,
            Err(TransactionError::NoReply { .. }) => return all_missed(question, Missed::NoReply),
            Err(TransactionError::Refused { .. }) => return all_missed(question, Missed::Refused),
            Ok(None) | Err(_) => return all_missed(question, Missed::Corrupt),
        };
        let mut items = reply.values();
        let values = question.points.iter().map(|point| match items.next() {
            Some(item) if (item.point.quantity(), item.point.unit()) == (point.quantity, point.unit) => {
                match item.value {
                    Value::Decimal(value) => Ok(value),
                    _ => Err(Missed::NoValue),
                }
            }
            _ => Err(Missed::NoValue),
        });
        values.collect()
    }
}

fn address(place: u8) -> Address {
    Address([0x34, 0x69, 0x17, 0x08, 0x17, 0x20 + place])
}

impl Handler for Twin {
    fn read(&mut self, identifier: Identifier, data: &mut Writer<'_>) -> Result<(), ErrorFlags> {
        let point = IDENTIFIERS.iter().position(|&(known, _)| known == identifier);
        let point = point.ok_or(ErrorFlags::NO_SUCH_DATA)?;
        let len = IDENTIFIERS.get(point).map_or(0, |&(_, len)| len);
        let mut octets = [0; 4];
        let octets = octets.get_mut(..len).ok_or(ErrorFlags::OTHER)?;
        bcd::encode(self.digits(point), Sign::TopBit, octets).map_err(|_| ErrorFlags::OTHER)?;
        data.put(octets);
        Ok(())
    }
}
