//! What can go wrong.

use frame_crypto::SealError;

/// A chip cannot do with these settings, or not reliably.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ProfileError {
    /// The older chips begin at SF6.
    #[error("SX127x have no SF5")]
    SpreadingFactor,
    /// The older chips send no header at SF6.
    #[error("SX127x have SF6 with implicit header only")]
    ExplicitHeader,
    /// Short symbols need a longer preamble.
    #[error("a preamble of {have} symbols where SF5 and SF6 need {needed}")]
    Preamble {
        /// How many are needed.
        needed: u16,
        /// How many there are.
        have: u16,
    },
    /// The newer chips have no low data rate at SF5 and SF6.
    #[error("SF5 and SF6 have no low data rate")]
    LowDataRate,
    /// Symbols are so long that the low data rate is due.
    #[error("symbols of {symbol_us} us need the low data rate")]
    LongSymbols {
        /// Microseconds of a symbol.
        symbol_us: u32,
    },
}

/// The rules of a region forbid it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum RegionError {
    /// The signal is in no band, or not wholly in one.
    #[error("{low_hz} to {high_hz} Hz are not within a band")]
    Frequency {
        /// Where the signal begins.
        low_hz: u32,
        /// Where it ends.
        high_hz: u32,
    },
    /// The signal is too wide.
    #[error("the signal is {occupied_hz} Hz wide: {limit_hz} Hz are allowed")]
    Bandwidth {
        /// How wide it is.
        occupied_hz: u32,
        /// How wide it may be.
        limit_hz: u32,
    },
    /// Too much is radiated.
    #[error("{uw} uW are radiated: {limit_uw} uW are allowed")]
    Power {
        /// How many microwatts.
        uw: u32,
        /// How many are allowed.
        limit_uw: u32,
    },
    /// The frame is too long.
    #[error("a frame of {us} us: {limit_us} us are allowed")]
    Airtime {
        /// How long it is.
        us: u64,
        /// How long it may be.
        limit_us: u64,
    },
    /// The crystal is too coarse.
    #[error("a crystal of {ppm} ppm: {limit_ppm} ppm are allowed")]
    Tolerance {
        /// How far off it may be.
        ppm: u16,
        /// How far off is allowed.
        limit_ppm: u16,
    },
    /// Too much of an hour was sent.
    #[error("a frame of {us} us: {left_us} us are left in this hour")]
    DutyCycle {
        /// How long it is.
        us: u64,
        /// How much is left.
        left_us: u64,
    },
}

/// The demands do not make a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ScheduleError {
    /// There are no devices, or more than the acknowledgement bitmap has bits.
    #[error("{devices} devices: 1 to {limit} are possible")]
    Devices {
        /// How many devices.
        devices: u8,
        /// How many are possible.
        limit: u8,
    },
    /// A sealed message would be longer than a radio frame.
    #[error("messages of {message} octets: {limit} fit a radio frame")]
    Message {
        /// How many octets a message may have.
        message: u8,
        /// How many fit.
        limit: u8,
    },
    /// The device has no slot.
    #[error("device {number} has no slot: they go from 1 to {devices}")]
    Number {
        /// The device's number.
        number: u8,
        /// How many devices have a slot.
        devices: u8,
    },
    /// Beacon and slots do not fit the period.
    #[error("beacon and slots take {needed_us} us, the period has {period_us} us")]
    Period {
        /// What they take.
        needed_us: u64,
        /// What there is.
        period_us: u64,
    },
}

/// The plaintext is no beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DecodeError {
    /// A beacon has another length.
    #[error("a beacon of {have} octets where it has {needed}")]
    Length {
        /// How many octets a beacon has.
        needed: usize,
        /// How many there are.
        have: usize,
    },
}

/// A message cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SendError {
    /// The message before is not acknowledged yet.
    #[error("the message before is not acknowledged yet")]
    Busy,
    /// The message does not fit the slot.
    #[error("a message of {have} octets where the slot holds {limit}")]
    TooLong {
        /// How many octets a message may have.
        limit: usize,
        /// How many it has.
        have: usize,
    },
    /// The message cannot be sealed.
    #[error("not sealed: {0}")]
    Seal(#[from] SealError),
}
