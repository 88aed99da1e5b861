use core::cmp::Ordering;
use core::hash::{Hash, Hasher};
use core::hint::black_box;

use ::meter_value::bcd::{self, Sign};
use ::meter_value::line::{Frames, Judge, Link, Retry, Scan, Timing, Window, Writer};
use ::meter_value::{Date, Decimal, Octets, Quantity, Recurrence, Text, Time, Unit, Value};

use crate::{any_time, with_buffer};

pub fn run(octets: &[u8]) {
    decimals();
    values(octets);
    digits(octets);
    times();
    window(octets);
    link(octets);
    writer(octets);
}

fn any_decimal() -> Decimal {
    black_box(Decimal::new(0, 0))
}

fn decimals() {
    let (a, b) = (any_decimal(), any_decimal());
    black_box(a.rescale(black_box(0)).is_ok());
    black_box(a.shift(black_box(0)).is_ok());
    black_box(a.checked_add(b).is_ok());
    black_box((a.normalize(), a == b, a.cmp(&b) == Ordering::Less));
    a.hash(&mut Sum(0));
    black_box(black_box("0").parse::<Decimal>().is_ok());
}

struct Sum(u64);

impl Hasher for Sum {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, octets: &[u8]) {
        self.0 = octets.iter().fold(self.0, |sum, &octet| sum.wrapping_add(u64::from(octet)));
        black_box(self.0);
    }
}

fn values(octets: &[u8]) {
    let value = black_box(Value::Bytes(octets.into()));
    black_box((value.to_decimal().is_ok(), value == black_box(value)));
    let octets_on_the_wire = black_box(Octets::offset(octets, black_box(0)).reversed());
    black_box((octets_on_the_wire.at(black_box(0)), Octets::plain(octets).at(black_box(0))));
    let pairs = black_box(Text::pairs_swapped(octets, black_box(0)).reversed());
    for text in [Text::first_first(octets), Text::last_first(octets), pairs] {
        text.chars().for_each(|character| _ = black_box(character));
    }
    black_box(black_box(Unit::One).symbol());
    black_box(black_box(Quantity::Energy).name());
}

fn digits(octets: &[u8]) {
    let sign = black_box(Sign::Unsigned);
    black_box(bcd::decode(octets, sign).is_ok());
    black_box(with_buffer(|buffer| bcd::encode(black_box(0), sign, buffer).is_ok()));
}

fn times() {
    black_box(Date::new(black_box(0), black_box(0), black_box(0)));
    black_box(Time::new(black_box(0), black_box(0), black_box(0)));
    black_box(Recurrence::new(black_box(None), black_box(None), black_box(None), black_box(None)));
}

fn window(octets: &[u8]) {
    let mut window = Window::<64>::new();
    black_box(black_box(&mut window).feed(octets));
    black_box(&mut window).silence();
    while let Some(result) = black_box(&mut window).scan(
        |head, silent| {
            black_box((head, silent));
            black_box(Scan::Reject(0_u8))
        },
        |reason, head| black_box((reason, head.len())),
    ) {
        black_box(result.is_ok());
    }
    black_box((window.behind().len(), window.lent()));
    black_box(&mut window).clear();
    black_box(&mut window);
}

fn link(octets: &[u8]) {
    let time = any_time();
    let timing = Timing { octet: time, gap: time, pause: time, answer: time, echo: black_box(true) };
    let mut link = Link::<Opaque, 64>::new(timing, Opaque);
    black_box(&mut link).pause(any_time());
    let retry = Retry { timeout: any_time(), retries: 0 };
    black_box(black_box(&mut link).room());
    black_box(&mut link).start(retry, black_box(true), black_box(0));
    black_box(&mut link).transmitted(&mut Opaque, any_time());
    black_box(&mut link).receive(&mut Opaque, octets, any_time());
    black_box(black_box(&mut link).poll(&mut Opaque, any_time()));
    black_box(black_box(&mut link).request());
    black_box(&mut link).abandon();
    black_box(&mut link);
}

struct Opaque;

impl Frames for Opaque {
    type Error = u8;

    fn feed(&mut self, octets: &[u8]) -> usize {
        black_box(octets.len())
    }

    fn silence(&mut self) {}

    fn clear(&mut self) {}

    fn find(&mut self) -> Option<Result<(), u8>> {
        black_box(None)
    }
}

impl Judge<Self> for Opaque {
    fn judge(&mut self, _: &Self, request: &[u8]) -> Result<bool, u8> {
        black_box(Ok(request.is_empty()))
    }
}

fn writer(octets: &[u8]) {
    with_buffer(|buffer| {
        let mut writer = Writer::new(buffer);
        writer.put(octets);
        writer.extend(octets.iter().copied());
        writer.set(black_box(0), black_box(0));
        black_box((writer.reserve(black_box(0)).len(), writer.room()));
        writer.truncate(black_box(0));
        black_box((writer.written(), writer.len(), writer.is_empty()));
        black_box(writer.finish().is_ok());
    });
}
