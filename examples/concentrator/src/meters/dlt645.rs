//! DL/T 645-2007 meters.

use dlt645::{ErrorFlags, Handler, Identifier, Server};
use meter_value::bcd::{self, Sign};
use meter_value::line::Writer;
use telemetry::{Address, Baud, Edition, Line, Parity};

use crate::meters::{Point, Twin};

pub const LINE: Line = Line { baud: Baud::B2400, parity: Parity::Even };

/// The identifiers of a meter's points, and their octets: energy, voltage, current.
const IDENTIFIERS: [(u32, u8); 3] = [(0x0001_0000, 4), (0x0201_0100, 2), (0x0202_0100, 3)];

pub fn server(place: u8, twin: Twin) -> Server<Twin> {
    Server::new(dlt645::Address(octets(place)), twin)
}

pub fn address(place: u8) -> Address {
    Address::Dlt645(Edition::Ed2007, octets(place))
}

fn octets(place: u8) -> [u8; 6] {
    [0x34, 0x69, 0x17, 0x08, 0x17, 0x20 + place]
}

pub fn points(points: &[Point]) -> Vec<telemetry::Point> {
    let points = IDENTIFIERS.iter().zip(points).map(|(&(identifier, octets), point)| {
        let exponent = point.exponent;
        telemetry::Point::Digits { identifier, offset: 0, octets, signed: true, exponent }
    });
    points.collect()
}

impl Handler for Twin {
    fn read(&mut self, identifier: Identifier, data: &mut Writer<'_>) -> Result<(), ErrorFlags> {
        let point = IDENTIFIERS.iter().position(|&(known, _)| Identifier::Y2007(known) == identifier);
        let point = point.ok_or(ErrorFlags::NO_SUCH_DATA)?;
        let len = IDENTIFIERS.get(point).map_or(0, |&(_, octets)| usize::from(octets));
        let mut octets = [0; 4];
        let octets = octets.get_mut(..len).ok_or(ErrorFlags::OTHER)?;
        bcd::encode(self.digits(point), Sign::TopBit, octets).map_err(|_| ErrorFlags::OTHER)?;
        data.put(octets);
        Ok(())
    }
}
