//! The superframe: a beacon, then a slot for every device by its number.
//!
//! ```text
//! ├──────────────────────── period ────────────────────────┤
//! ┌────────┬────────┬────────┬ ─ ─ ┬────────┐
//! │ beacon │ slot 1 │ slot 2 │     │ slot n │    spare
//! └────────┴────────┴────────┴ ─ ─ ┴────────┘
//!            slot: half a guard, the frame, half a guard
//! ```

use frame_crypto::OVERHEAD;

use crate::airtime::Profile;
use crate::{DecodeError, ScheduleError};

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
    /// How long before its start a beacon is sealed; frames that end later miss their acknowledgement,
    /// so the last slot ends before.
    pub const LEAD_US: u64 = 10_000;

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
        let schedule = Self { profile, devices, message, guard_us, period_us };
        let needed_us = schedule.slot_us(devices + 1) + Self::LEAD_US;
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
        let room = MAX_FRAME - OVERHEAD;
        if (self.message as usize) < room { self.message as usize } else { room }
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
        self.beacon_us() + number.saturating_sub(1) as u64 * (frame + self.guard_us as u64)
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
    /// The superframe's number; it counts on from one to the next.
    pub number: u32,
    /// The base's time at the beacon's start, in whole seconds since 1970-01-01 00:00 UTC.
    pub unix_time: u32,
    /// The schedule's version.
    pub version: u8,
    /// Whose frames came in the superframe before: bit n stands for device n + 1.
    pub acknowledged: u16,
}

impl Beacon {
    /// Octets of a beacon.
    pub const LEN: usize = 11;

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
    /// let beacon = Beacon { number: 7, unix_time: 1_700_000_000, version: 1, acknowledged: 0b101 };
    /// assert_eq!(Beacon::decode(&beacon.encode()), Ok(beacon));
    /// ```
    pub fn decode(octets: &[u8]) -> Result<Self, DecodeError> {
        let Ok([a, b, c, d, e, f, g, h, version, i, j]) = <[u8; Self::LEN]>::try_from(octets) else {
            return Err(DecodeError::Length { needed: Self::LEN, have: octets.len() });
        };
        Ok(Self {
            number: u32::from_be_bytes([a, b, c, d]),
            unix_time: u32::from_be_bytes([e, f, g, h]),
            version,
            acknowledged: u16::from_be_bytes([i, j]),
        })
    }

    /// The beacon's octets.
    pub const fn encode(&self) -> [u8; Self::LEN] {
        let [a, b, c, d] = self.number.to_be_bytes();
        let [e, f, g, h] = self.unix_time.to_be_bytes();
        let [i, j] = self.acknowledged.to_be_bytes();
        [a, b, c, d, e, f, g, h, self.version, i, j]
    }

    /// Whether the frame of device `number` came in the superframe before.
    pub const fn acknowledges(&self, number: u8) -> bool {
        self.acknowledged & device_bit(number) != 0
    }
}

/// The bit of device `number` in an acknowledgement bitmap; none if it has no slot.
pub(crate) const fn device_bit(number: u8) -> u16 {
    match number {
        1..=MAX_DEVICES => 1 << (number - 1),
        _ => 0,
    }
}
