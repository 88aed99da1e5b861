//! Limits of values, and what goes beyond them.

use heapless::Vec;
use meter_value::Decimal;
use telemetry::{Event, Reading, Refusal};

const MAX_LIMITS: usize = 16;

/// Limits of some points.
pub(crate) struct Limits(Vec<Limit, MAX_LIMITS>);

struct Limit {
    meter: u8,
    point: u8,
    low: Option<Decimal>,
    high: Option<Decimal>,
    /// Whether the value is beyond them, as far as was told.
    is_beyond: bool,
}

impl Limits {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Sets the limits of a point; without any, it has none.
    pub(crate) fn set(
        &mut self,
        meter: u8,
        point: u8,
        low: Option<Decimal>,
        high: Option<Decimal>,
    ) -> Result<(), Refusal> {
        self.0.retain(|limit| (limit.meter, limit.point) != (meter, point));
        if low.is_none() && high.is_none() {
            return Ok(());
        }
        self.0.push(Limit { meter, point, low, high, is_beyond: false }).map_err(|_| Refusal::Busy)
    }

    /// What a reading is worth telling.
    pub(crate) fn check(&mut self, reading: &Reading) -> Option<Event> {
        let Reading { meter, point, value: Ok(value), .. } = *reading else { return None };
        let limit = self.0.iter_mut().find(|limit| (limit.meter, limit.point) == (meter, point))?;
        let event = if limit.high.is_some_and(|high| value > high) {
            Event::Above { meter, point, value }
        } else if limit.low.is_some_and(|low| value < low) {
            Event::Below { meter, point, value }
        } else {
            Event::Within { meter, point, value }
        };
        let is_beyond = !matches!(event, Event::Within { .. });
        let was_beyond = core::mem::replace(&mut limit.is_beyond, is_beyond);
        (is_beyond != was_beyond).then_some(event)
    }
}
