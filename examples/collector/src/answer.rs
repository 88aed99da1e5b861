//! What the answer of a meter says of its points.

use heapless::Vec;
use meter_value::Decimal;
use meter_value::bcd::{self, Sign};
use telemetry::{Meter, Missed, Point};

use crate::question::{Group, Heard, MAX_POINTS, read, registers};

/// What came, or why it did not.
pub type Found = Result<Decimal, Missed>;

/// The values of the points that were asked for, as far as they came.
pub struct Answer {
    group: Group,
    found: Vec<Found, MAX_POINTS>,
    /// Records of the telegrams before.
    records: u8,
}

impl Answer {
    /// Nothing yet.
    pub fn new(group: Group) -> Self {
        let mut found = Vec::new();
        // More than fit no group has.
        let _ = found.resize(group.count.into(), Err(Missed::NoValue));
        Self { group, found, records: 0 }
    }

    /// The same for all points.
    pub fn missed(group: Group, missed: Missed) -> Self {
        let mut answer = Self::new(group);
        answer.miss(missed);
        answer
    }

    /// The points that were asked for, with what was found.
    pub fn points(&self) -> impl Iterator<Item = (u8, Found)> + '_ {
        (self.group.first..).zip(self.found.iter().copied())
    }

    /// The point behind the last one.
    pub fn end(&self) -> u8 {
        self.group.first.saturating_add(self.group.count)
    }

    /// Whether the meter said anything at all.
    pub fn is_heard(&self) -> bool {
        !self.found.iter().all(|found| *found == Err(Missed::NoReply))
    }

    pub(crate) fn miss(&mut self, missed: Missed) {
        self.found.iter_mut().for_each(|found| *found = Err(missed));
    }

    /// Takes in what was heard of a meter; whether more follows.
    pub fn take(&mut self, meter: &Meter<'_>, heard: &Heard<'_>) -> bool {
        let missed = match heard {
            Heard::Modbus(outcome) => self.take_modbus(meter, outcome),
            Heard::Dlt645(outcome) => self.take_dlt645(meter, outcome),
            Heard::Mbus(outcome) => match self.take_mbus(meter, outcome) {
                Ok(more) => return more,
                Err(missed) => Some(missed),
            },
            Heard::Raw(_) => None,
        };
        if let Some(missed) = missed {
            self.miss(missed);
        }
        false
    }

    fn take_modbus(
        &mut self,
        meter: &Meter<'_>,
        outcome: &Result<Option<modbus_rtu::Response<'_>>, modbus_rtu::TransactionError>,
    ) -> Option<Missed> {
        use modbus_rtu::TransactionError as Error;
        let response = match outcome {
            Ok(Some(response)) => response,
            Ok(None) | Err(Error::NoReply { .. }) => return Some(Missed::NoReply),
            Err(Error::Exception { .. }) => return Some(Missed::Refused),
            Err(_) => return Some(Missed::Corrupt),
        };
        let points = registers(meter.points.skip(self.group.first.into()));
        let read = read(&points)?;
        for (found, (_, value)) in self.found.iter_mut().zip(read.readings(response)) {
            *found = value.to_decimal().map_err(|_| Missed::NoValue);
        }
        None
    }

    fn take_dlt645(
        &mut self,
        meter: &Meter<'_>,
        outcome: &Result<Option<dlt645::Reply<'_>>, dlt645::TransactionError>,
    ) -> Option<Missed> {
        use dlt645::TransactionError as Error;
        let reply = match outcome {
            Ok(Some(reply)) => reply,
            Ok(None) | Err(Error::NoReply { .. }) => return Some(Missed::NoReply),
            Err(Error::Refused { .. }) => return Some(Missed::Refused),
            Err(_) => return Some(Missed::Corrupt),
        };
        let dlt645::Reply::Read { data, .. } = reply else { return Some(Missed::NoValue) };
        for (found, point) in self.found.iter_mut().zip(meter.points.skip(self.group.first.into())) {
            *found = digits(*data, point).ok_or(Missed::NoValue);
        }
        None
    }

    fn take_mbus(
        &mut self,
        meter: &Meter<'_>,
        outcome: &Result<Option<mbus::Reply<'_>>, mbus::TransactionError>,
    ) -> Result<bool, Missed> {
        use mbus::TransactionError as Error;
        let (frame, more) = match outcome {
            Ok(Some(mbus::Reply::Data { frame, more })) => (frame, *more),
            Ok(None) | Err(Error::NoReply { .. }) => return Err(Missed::NoReply),
            Err(Error::Refused { .. }) => return Err(Missed::Refused),
            Ok(Some(_)) | Err(_) => return Err(Missed::Corrupt),
        };
        let telegram = frame.telegram().map_err(|_| Missed::Corrupt)?;
        for record in telegram.records {
            let Ok(record) = record else { break };
            for (found, point) in self.found.iter_mut().zip(meter.points.skip(self.group.first.into())) {
                if point == (Point::Record { index: self.records }) {
                    *found = record.to_decimal().map_err(|_| Missed::NoValue);
                }
            }
            self.records = self.records.saturating_add(1);
        }
        Ok(more)
    }
}

/// The value of digits in DL/T 645 data.
fn digits(data: dlt645::Data<'_>, point: Point) -> Option<Decimal> {
    let Point::Digits { offset, octets, signed, exponent, .. } = point else { return None };
    let (offset, length) = (usize::from(offset), usize::from(octets));
    let mut buffer = [0; 8];
    let buffer = buffer.get_mut(..length)?;
    for (to, from) in buffer.iter_mut().zip(data.range(offset..offset + length)?.iter()) {
        *to = from;
    }
    let sign = if signed { Sign::TopBit } else { Sign::Unsigned };
    Some(Decimal::new(bcd::decode(buffer, sign).ok()?, exponent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mbus::{Address, Ci, Control, Frame, Reply};
    use telemetry::{Baud, Line, Parity};

    /// A float is scaled as its record says.
    #[test]
    fn a_float_of_kilowatt_hours_is_one_of_watt_hours() {
        let points = [0, 1].map(|index| Point::Record { index });
        let line = Line { baud: Baud::B2400, parity: Parity::Even };
        let mut row = [0; 32];
        let row = Meter::encode(telemetry::Address::Mbus(1), line, 60, &points, &mut row).unwrap();
        // Header, 12.5 kWh as a float and as a date that is no number.
        let mut data = [0; 12 + 6 + 4];
        data[12..18].copy_from_slice(&[0x05, 0x06, 0x00, 0x00, 0x48, 0x41]);
        data[18..].copy_from_slice(&[0x02, 0x6C, 0x21, 0x2C]);
        let (control, address) = (Control::RSP_UD, Address(1));
        let frame = Frame::Long { control, address, ci: Ci::RESPONSE_LONG, data: &data };

        let mut answer = Answer::new(Group { first: 0, count: 2 });
        let heard = Heard::Mbus(Ok(Some(Reply::Data { frame, more: false })));
        assert!(!answer.take(&Meter::decode(row).unwrap(), &heard));
        let found = [(0, Ok(Decimal::new(125, 2))), (1, Err(Missed::NoValue))];
        assert!(answer.points().eq(found));
    }
}
