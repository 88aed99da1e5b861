//! What the answer of a meter says of its points.

use heapless::Vec;
use meter_value::bcd::{self, Sign};
use meter_value::{Decimal, Value};
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
            *found = decimal(&value);
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
                    *found = decimal(&record.value());
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

fn decimal(value: &Value<'_>) -> Found {
    value.to_decimal().map_err(|_| Missed::NoValue)
}
