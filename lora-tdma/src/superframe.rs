//! The superframe: a beacon, then a slot for every device by its number.
//!
//! ```text
//! ├──────────────────────── period ────────────────────────┤
//! ┌────────┬──────────┬────────┬ ─ ─ ┬────────┐
//! │ beacon │ · slot 1 │ slot 2 │     │ slot n │ ·  spare
//! └────────┴──────────┴────────┴ ─ ─ ┴────────┘
//!            slot: half a guard, the frame, half a guard
//!            ·: time to handle the beacon, and to prepare the next one
//! ```

use frame_crypto::OVERHEAD;

use crate::airtime::Profile;
use crate::{BaseTime, DecodeError, ScheduleError};

/// Most devices of a schedule: bits of the acknowledgement bitmap.
pub const MAX_DEVICES: u8 = 16;

/// Most octets of a radio frame.
pub const MAX_FRAME: usize = 255;

/// Who may send when. Base and nodes hold the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Schedule {
    profile: Profile,
    devices: u8,
    message: u8,
    guard_us: u32,
    period_us: u64,
}

impl Schedule {
    /// How long a node has to handle a beacon before the first slot, and the base to prepare the next
    /// beacon after the last.
    pub const TURN_US: u64 = 10_000;

    /// A schedule of `devices` slots for messages of up to `message` octets, with `guard_us` between
    /// two frames, that begins anew every `period_us`.
    ///
    /// # Errors
    /// [`ScheduleError`], with what would be needed.
    pub const fn new(
        profile: Profile,
        devices: u8,
        message: u8,
        guard_us: u32,
        period_us: u64,
    ) -> Result<Self, ScheduleError> {
        if devices == 0 || devices > MAX_DEVICES {
            return Err(ScheduleError::Devices { devices, limit: MAX_DEVICES });
        }
        let limit = (MAX_FRAME - OVERHEAD) as u8;
        if message > limit {
            return Err(ScheduleError::Message { message, limit });
        }
        let schedule = Self { profile, devices, message, guard_us, period_us };
        let needed_us = schedule.slot_us(devices + 1) + Self::TURN_US;
        if needed_us > period_us {
            return Err(ScheduleError::Period { needed_us, period_us });
        }
        Ok(schedule)
    }

    /// The radio's settings.
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// How many devices have a slot.
    pub const fn devices(&self) -> u8 {
        self.devices
    }

    /// Most octets of a message.
    pub const fn max_message(&self) -> usize {
        self.message as usize
    }

    /// Microseconds between two frames of neighbouring slots.
    pub const fn guard_us(&self) -> u32 {
        self.guard_us
    }

    /// Microseconds from one beacon's start to the next.
    pub const fn period_us(&self) -> u64 {
        self.period_us
    }

    /// Microseconds of a beacon.
    pub const fn beacon_us(&self) -> u64 {
        self.profile.airtime_us(Beacon::FRAME_LEN as u8)
    }

    /// Microseconds from the beacon's start to the start of device `number`'s slot; numbers count from 1.
    pub const fn slot_us(&self, number: u8) -> u64 {
        let frame = self.profile.airtime_us((self.max_message() + OVERHEAD) as u8);
        self.beacon_us() + Self::TURN_US + number.saturating_sub(1) as u64 * (frame + self.guard_us as u64)
    }

    /// The index of device `number`, if it has a slot.
    pub(crate) const fn index(&self, number: u8) -> Result<usize, ScheduleError> {
        match number {
            1.. if number <= self.devices => Ok(number as usize - 1),
            _ => Err(ScheduleError::Number { number, devices: self.devices }),
        }
    }

    /// Microseconds from the beacon's start to the start of device `number`'s frame.
    pub const fn frame_us(&self, number: u8) -> u64 {
        self.slot_us(number) + self.guard_us as u64 / 2
    }
}

/// What the base says at the start of every superframe, sealed for the whole network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Beacon {
    /// The superframe's number: how many periods have passed since 1970-01-01 00:00 UTC, modulo 2^32.
    pub number: u32,
    /// The base's time at the beacon's start, in seconds since 1970-01-01 00:00 UTC, rounded down.
    pub unix_time: u32,
    /// The schedule's version.
    pub version: u8,
    /// Whose newest frames came in the superframe before: bit n stands for device n + 1.
    pub acknowledged: u16,
    /// The lowest bits of those frames' counters. A device's next frame has the other bit, so that an
    /// old frame, sent again by whomever, acknowledges nothing.
    pub parity: u16,
}

impl Beacon {
    /// Octets of a beacon.
    pub const LEN: usize = 13;

    /// Octets of a sealed beacon on the air.
    pub const FRAME_LEN: usize = Self::LEN + OVERHEAD;

    /// Reads exactly one beacon.
    ///
    /// # Errors
    /// [`DecodeError::Length`].
    ///
    /// ```
    /// use lora_tdma::Beacon;
    ///
    /// let beacon = Beacon { number: 7, unix_time: 1_700_000_000, version: 1, acknowledged: 0b101, parity: 1 };
    /// assert_eq!(Beacon::decode(&beacon.encode()), Ok(beacon));
    /// ```
    pub fn decode(octets: &[u8]) -> Result<Self, DecodeError> {
        let Ok([a, b, c, d, e, f, g, h, version, i, j, k, l]) = <[u8; Self::LEN]>::try_from(octets) else {
            return Err(DecodeError::Length { needed: Self::LEN, have: octets.len() });
        };
        Ok(Self {
            number: u32::from_be_bytes([a, b, c, d]),
            unix_time: u32::from_be_bytes([e, f, g, h]),
            version,
            acknowledged: u16::from_be_bytes([i, j]),
            parity: u16::from_be_bytes([k, l]),
        })
    }

    /// The beacon's octets.
    pub const fn encode(&self) -> [u8; Self::LEN] {
        let [a, b, c, d] = self.number.to_be_bytes();
        let [e, f, g, h] = self.unix_time.to_be_bytes();
        let [i, j] = self.acknowledged.to_be_bytes();
        let [k, l] = self.parity.to_be_bytes();
        [a, b, c, d, e, f, g, h, self.version, i, j, k, l]
    }

    /// When the beacon started, if superframes last `period_us`.
    pub const fn start(&self, period_us: u64) -> BaseTime {
        // The first superframe of the second, or one of those behind it.
        let first = (self.unix_time as u64 * 1_000_000).div_ceil(if period_us == 0 { 1 } else { period_us });
        let behind = self.number.wrapping_sub(first as u32) as u64;
        BaseTime::from_us(first.saturating_add(behind).saturating_mul(period_us))
    }

    /// Whether the frame of device `number` with this counter came in the superframe before.
    pub const fn acknowledges(&self, number: u8, counter: u16) -> bool {
        let bit = device_bit(number);
        self.acknowledged & bit != 0 && (self.parity & bit != 0) == (counter & 1 != 0)
    }
}

/// The bit of device `number` in an acknowledgement bitmap; none if it has no slot.
pub(crate) const fn device_bit(number: u8) -> u16 {
    match number {
        1..=MAX_DEVICES => 1 << (number - 1),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beacon_tells_its_exact_start() {
        for period_us in [125_000, 500_000, 640_000, 1_000_000, 3_440_000, 60_000_000] {
            for superframe in 1_700_000_000_000_000 / period_us..1_700_000_000_000_000 / period_us + 20 {
                let start = BaseTime::from_us(superframe * period_us);
                let unix_time = (start.us() / 1_000_000) as u32;
                let number = superframe as u32;
                let beacon = Beacon { number, unix_time, version: 0, acknowledged: 0, parity: 0 };
                assert_eq!(beacon.start(period_us), start);
            }
        }
    }
}
