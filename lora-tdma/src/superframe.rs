//! The superframe: who may send when.
//!
//! ```text
//! ├──────────────────────────────────── period ────────────────────────────────────┤
//! ┌────────┬ ─ ┬──────┬──────────┬────────┬ ─ ─ ┬───────┬────────┬ ─ ─ ┬───────┬ ─ ─
//! │ beacon │ · │ join │ downlink │ slot 1 │     │ alarm │ slot n │     │ extra │  ·
//! └────────┴ ─ ┴──────┴──────────┴────────┴ ─ ─ ┴───────┴────────┴ ─ ─ ┴───────┴ ─ ─
//!   a slot: half a guard, listening, the frame, half a guard
//!   ·: time to handle the beacon, and to prepare the next one
//! ```
//!
//! Alarm slots lie between slots and extra ones at equal counts. In a network with more devices than slots,
//! a device's slot comes once in `cycle` superframes.

use frame_crypto::{JoinRequest, OVERHEAD};

use crate::beacon::Beacon;
use crate::layout::{Access, Layout};
use crate::message::{DOWNLINK_HEAD, UPLINK_HEAD};
use crate::{BaseTime, ScheduleError};

/// Most slots of a superframe.
pub const MAX_SLOTS: usize = 16;

/// Most join slots of a superframe.
pub const MAX_JOINS: u8 = 7;

/// Most alarm slots of a superframe.
pub const MAX_ALARMS: u8 = 8;

/// Most extra slots of a superframe.
pub const MAX_EXTRAS: u8 = 8;

/// Most octets of a radio frame.
pub const MAX_FRAME: usize = 255;

/// Where a device has its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Place {
    /// The superframe of the cycle.
    pub phase: u16,
    /// The slot, from 0.
    pub slot: u8,
}

/// A layout that was checked. Base and nodes hold the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Schedule {
    layout: Layout,
    slots: u8,
    /// Most octets of a frame in a slot.
    longest: u8,
}

impl Schedule {
    /// How long a node has to handle a beacon before the first slot, and the base to prepare the next
    /// beacon after the last.
    pub const TURN_US: u32 = 10_000;

    /// So many superframes after a beacon a node may send without another one.
    pub(crate) const HOLD: u64 = 16;

    /// The longest guard, listening or interval.
    pub const MAX_TIME_US: u32 = 0xFF_FFFF;

    /// Checks a layout.
    ///
    /// # Errors
    /// [`ScheduleError`], with what would be needed.
    pub fn new(layout: Layout) -> Result<Self, ScheduleError> {
        layout.profile.check()?;
        let slots = layout.messages.iter().take_while(|&&message| message != 0).count() as u8;
        if slots == 0 {
            return Err(ScheduleError::Slots { have: 0, limit: MAX_SLOTS as u8 });
        }
        for (have, limit) in
            [(layout.joins, MAX_JOINS), (layout.alarms, MAX_ALARMS), (layout.extras, MAX_EXTRAS)]
        {
            if have > limit {
                return Err(ScheduleError::Slots { have, limit });
            }
        }
        for time_us in [layout.guard_us, layout.listen_us, layout.interval_us] {
            if time_us > Self::MAX_TIME_US {
                return Err(ScheduleError::Time { time_us, limit_us: Self::MAX_TIME_US });
            }
        }
        let messages = || layout.messages.iter().copied().take(slots.into());
        let (least, most) =
            messages().fold((u8::MAX, 0), |(least, most), message| (least.min(message), most.max(message)));
        if least < Layout::MIN_MESSAGE {
            return Err(ScheduleError::Short { needed: Layout::MIN_MESSAGE, have: least });
        }
        let limit = (MAX_FRAME - OVERHEAD - UPLINK_HEAD) as u8;
        let message = most.max(layout.alarm);
        if message > limit {
            return Err(ScheduleError::Message { message, limit });
        }
        let limit = (MAX_FRAME - OVERHEAD - DOWNLINK_HEAD) as u8;
        if layout.downlink > limit {
            return Err(ScheduleError::Message { message: layout.downlink, limit });
        }
        let devices = u32::from(slots) * u32::from(layout.cycle);
        let last = u32::from(layout.first) + devices.saturating_sub(1);
        if devices == 0 || layout.first == 0 || last >= 0xFFFF {
            return Err(ScheduleError::Devices { first: layout.first, devices });
        }
        let schedule = Self { layout, slots, longest: most + (UPLINK_HEAD + OVERHEAD) as u8 };
        schedule.check_times()?;
        Ok(schedule)
    }

    /// Whether the slots follow each other within the period.
    fn check_times(&self) -> Result<(), ScheduleError> {
        let Layout { period_us, interval_us, extras, alarms, .. } = self.layout;
        if interval_us != 0 {
            // The first slot follows what the base says, each other one the slot before.
            let first_us = self.cell(0) + Self::lead(&self.layout) - self.beacon_us();
            let needed_us = first_us.max(self.slot_length(self.longest.into()));
            if needed_us > u64::from(interval_us) {
                return Err(ScheduleError::Interval { needed_us, interval_us });
            }
            if extras != 0 || alarms != 0 {
                return Err(ScheduleError::Slots { have: extras.max(alarms), limit: 0 });
            }
        }
        if self.layout.access == Access::Polling {
            return Ok(());
        }
        let needed_us = self.needed_us();
        if needed_us > u64::from(period_us) {
            return Err(ScheduleError::Period { needed_us, period_us });
        }
        Ok(())
    }

    /// The shortest period.
    pub(crate) fn needed_us(&self) -> u64 {
        let end = match self.layout.interval_us {
            0 => self.cell(self.cells()),
            _ => {
                let last = self.slot_us(self.slots.saturating_sub(1)).unwrap_or_default();
                (last + self.slot_length(self.longest.into())).saturating_sub(Self::lead(&self.layout))
            }
        };
        // The base listens before its beacon.
        end + u64::from(Self::TURN_US) + u64::from(self.layout.listen_us)
    }

    /// What the schedule is made of.
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// How many slots a superframe has.
    pub const fn slots(&self) -> u8 {
        self.slots
    }

    /// How many devices have a slot.
    pub const fn devices(&self) -> u16 {
        (self.slots as u16).saturating_mul(self.layout.cycle)
    }

    /// Where a device has its slot.
    ///
    /// # Errors
    /// [`ScheduleError::Number`] if it has none.
    pub const fn place(&self, number: u16) -> Result<Place, ScheduleError> {
        let first = self.layout.first;
        let error = ScheduleError::Number { number, first, devices: self.devices() };
        let index = match number.checked_sub(first) {
            Some(index) if index < self.devices() => index,
            _ => return Err(error),
        };
        let slots = self.slots as u16;
        match (index.checked_div(slots), index.checked_rem(slots)) {
            (Some(phase), Some(slot)) => Ok(Place { phase, slot: slot as u8 }),
            _ => Err(error),
        }
    }

    /// The superframe of the cycle that superframe `number` is.
    pub const fn phase(&self, number: u64) -> u16 {
        match number.checked_rem(self.layout.cycle as u64) {
            Some(phase) => phase as u16,
            None => 0,
        }
    }

    /// When superframe `number` begins.
    pub const fn start(&self, number: u64) -> BaseTime {
        BaseTime::from_us(number.saturating_mul(self.layout.period_us as u64))
    }

    /// The superframe that runs at `time`.
    pub const fn number(&self, time: BaseTime) -> u64 {
        match time.us().checked_div(self.layout.period_us as u64) {
            Some(number) => number,
            None => 0,
        }
    }

    /// Most octets of a message in a slot.
    pub fn max_message(&self, slot: u8) -> usize {
        self.layout.messages.get(usize::from(slot)).copied().unwrap_or_default().into()
    }

    /// Octets of a beacon's frame.
    pub const fn beacon_len(&self) -> usize {
        Beacon::HEAD_LEN
            + 2 * self.slots as usize
            + self.layout.extras as usize
            + OVERHEAD
            + Beacon::CLEAR_LEN
    }

    /// Microseconds of a frame.
    pub const fn airtime_us(&self, octets: usize) -> u64 {
        self.layout.profile.airtime_us(octets as u8)
    }

    /// Microseconds of a beacon.
    pub const fn beacon_us(&self) -> u64 {
        self.airtime_us(self.beacon_len())
    }

    /// When a frame in join slot `join` begins, as every offset here in microseconds after the beacon's
    /// start.
    pub const fn join_us(&self, join: u8) -> Option<u64> {
        if join >= self.layout.joins {
            return None;
        }
        Some(Self::join_after(&self.layout, self.beacon_us(), join))
    }

    /// The same after a beacon that lasts this long: a device without keys need not know the schedule, but
    /// for the radio's settings, guard and listening.
    pub(crate) const fn join_after(layout: &Layout, beacon_us: u64, join: u8) -> u64 {
        let length = layout.profile.airtime_us(JoinRequest::LEN as u8)
            + layout.guard_us as u64
            + layout.listen_us as u64;
        beacon_us + Self::TURN_US as u64 + join as u64 * length + Self::lead(layout)
    }

    /// When the frame to a device begins.
    pub const fn downlink_us(&self) -> Option<u64> {
        if self.layout.downlink == 0 {
            return None;
        }
        Some(Self::join_after(&self.layout, self.beacon_us(), self.layout.joins))
    }

    /// When the frame in slot `slot` begins.
    pub fn slot_us(&self, slot: u8) -> Option<u64> {
        if slot >= self.slots {
            return None;
        }
        match u64::from(self.layout.interval_us) {
            0 => Some(self.cell(slot) + Self::lead(&self.layout)),
            interval => Some(self.beacon_us() + interval * (u64::from(slot) + 1)),
        }
    }

    /// When the frame in extra slot `extra` begins.
    pub fn extra_us(&self, extra: u8) -> Option<u64> {
        let cell = (extra < self.layout.extras).then(|| self.slots.saturating_add(extra))?;
        Some(self.cell(cell) + Self::lead(&self.layout))
    }

    /// When the frame in alarm slot `alarm` begins.
    pub fn alarm_us(&self, alarm: u8) -> Option<u64> {
        let cells = (alarm < self.layout.alarms).then(|| self.cells_before(alarm))?;
        Some(
            self.cell(cells) - u64::from(self.passed(cells) - alarm) * self.alarm_length()
                + Self::lead(&self.layout),
        )
    }

    /// Most octets of a frame in an extra slot, whoever has it.
    pub const fn longest(&self) -> usize {
        let (up, down) = (self.longest as usize, self.longest_downlink());
        if self.layout.downlink != 0 && down > up { down } else { up }
    }

    /// Most octets of a frame to a device. The answer to one that joins always fits.
    pub const fn longest_downlink(&self) -> usize {
        let longest = self.layout.downlink as usize + DOWNLINK_HEAD + OVERHEAD;
        if longest > JoinRequest::ACCEPT_LEN { longest } else { JoinRequest::ACCEPT_LEN }
    }

    /// How long after the nearest time for one of its frames a device's frame began.
    pub fn offset_us(&self, place: Place, began: BaseTime) -> i64 {
        let number = self.number(began.after(u64::from(self.layout.guard_us / 2)));
        let after = began.us().wrapping_sub(self.start(number).us()) as i64;
        let own = (self.phase(number) == place.phase).then(|| self.slot_us(place.slot)).flatten();
        let extras = (0..self.layout.extras).filter_map(|extra| self.extra_us(extra));
        let alarms = (0..self.layout.alarms).filter_map(|alarm| self.alarm_us(alarm));
        let offsets =
            own.into_iter().chain(extras).chain(alarms).map(|planned| after.saturating_sub(planned as i64));
        offsets.min_by_key(|offset| offset.unsigned_abs()).unwrap_or(i64::MAX)
    }

    /// Microseconds of a superframe for beacon, downlink and slots, with listening and guards: what is in use
    /// if every device sends its message. The rest is for whoever joins, alarms, and what was lost.
    pub fn used_us(&self) -> u64 {
        self.beacon_us() + self.down_length() + self.slots_length(self.slots)
    }

    const fn lead(layout: &Layout) -> u64 {
        (layout.guard_us / 2 + layout.listen_us) as u64
    }

    const fn slot_length(&self, octets: usize) -> u64 {
        self.airtime_us(octets) + self.layout.guard_us as u64 + self.layout.listen_us as u64
    }

    const fn down_length(&self) -> u64 {
        match self.layout.downlink {
            0 => 0,
            _ => self.slot_length(self.longest_downlink()),
        }
    }

    /// The first `count` slots. Mostly they are all as long as the first one.
    fn slots_length(&self, count: u8) -> u64 {
        let (mut sum, mut known, mut length) = (0, 0, 0);
        for &message in self.layout.messages.iter().take(count.into()) {
            if message != known {
                (known, length) = (message, self.slot_length(usize::from(message) + UPLINK_HEAD + OVERHEAD));
            }
            sum += length;
        }
        sum
    }

    const fn alarm_length(&self) -> u64 {
        self.slot_length(self.layout.alarm as usize + UPLINK_HEAD + OVERHEAD)
    }

    /// Slots and extra slots.
    const fn cells(&self) -> u8 {
        self.slots.saturating_add(self.layout.extras)
    }

    /// How many cells lie before an alarm slot.
    fn cells_before(&self, alarm: u8) -> u8 {
        let cells = (u16::from(alarm) + 1) * u16::from(self.cells());
        cells.checked_div(self.layout.alarms.into()).unwrap_or_default() as u8
    }

    /// How many alarm slots lie before a cell.
    fn passed(&self, cell: u8) -> u8 {
        (0..self.layout.alarms).filter(|&alarm| self.cells_before(alarm) <= cell).count() as u8
    }

    /// Where a cell begins; behind the last one, where they end.
    fn cell(&self, cell: u8) -> u64 {
        let joins = self.layout.joins;
        let before = Self::join_after(&self.layout, self.beacon_us(), joins) - Self::lead(&self.layout);
        let (down, slots) = (self.down_length(), self.slots_length(self.slots.min(cell)));
        let extras = u64::from(cell.saturating_sub(self.slots)) * self.slot_length(self.longest());
        before + down + slots + extras + u64::from(self.passed(cell)) * self.alarm_length()
    }
}
