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

/// A layout makes no schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ScheduleError {
    /// There are no slots, or more of a kind than there can be.
    #[error("{have} slots of a kind: {limit} are possible")]
    Slots {
        /// How many there are.
        have: u8,
        /// How many there can be.
        limit: u8,
    },
    /// The chip cannot do with the radio's settings.
    #[error("the radio's settings: {0}")]
    Profile(#[from] ProfileError),
    /// A sealed message would be longer than a radio frame.
    #[error("messages of {message} octets: {limit} fit a radio frame")]
    Message {
        /// How many octets a message may have.
        message: u8,
        /// How many fit.
        limit: u8,
    },
    /// What the network itself has to say does not fit a slot.
    #[error("a slot for {have} octets: {needed} are needed")]
    Short {
        /// How many octets are needed.
        needed: u8,
        /// How many there are.
        have: u8,
    },
    /// The devices' numbers are not within 1 to 65534.
    #[error("{devices} devices from number {first} on: numbers go from 1 to 65534")]
    Devices {
        /// The first device's number.
        first: u16,
        /// How many devices there are.
        devices: u32,
    },
    /// A schedule of this version is known already.
    #[error("another schedule of version {version} is known already")]
    Version {
        /// The version.
        version: u8,
    },
    /// The device has no slot.
    #[error("device {number} has no slot: {devices} have one, from number {first} on")]
    Number {
        /// The device's number.
        number: u16,
        /// The first device's number.
        first: u16,
        /// How many devices have a slot.
        devices: u16,
    },
    /// A guard, listening or an interval is too long.
    #[error("a time of {time_us} us: {limit_us} us are the limit")]
    Time {
        /// How long it is.
        time_us: u32,
        /// How long it can be.
        limit_us: u32,
    },
    /// A frame does not fit the interval from slot to slot.
    #[error("a slot takes {needed_us} us, the interval has {interval_us} us")]
    Interval {
        /// What it takes.
        needed_us: u64,
        /// What there is.
        interval_us: u32,
    },
    /// Beacon and slots do not fit the period.
    #[error("beacon and slots take {needed_us} us, the period has {period_us} us")]
    Period {
        /// What they take.
        needed_us: u64,
        /// What there is.
        period_us: u32,
    },
}

/// Octets are no beacon or no layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DecodeError {
    /// There are too few octets, or too many.
    #[error("{have} octets where {needed} are needed")]
    Length {
        /// How many octets are needed.
        needed: usize,
        /// How many there are.
        have: usize,
    },
    /// The lengths of slots are not in their shortest form.
    #[error("lengths of slots that can be said in fewer octets")]
    Slots,
    /// There is no such spreading factor or bandwidth.
    #[error("radio setting {factor:02X} is not known")]
    Radio {
        /// Spreading factor and bandwidth, a nibble each.
        factor: u8,
    },
}

/// What was to be encoded does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EncodeError {
    /// The caller's buffer is too small.
    #[error("the buffer has {have} octets where {needed} are needed")]
    BufferTooSmall {
        /// How many octets are needed.
        needed: usize,
        /// How many the buffer holds.
        have: usize,
    },
}

/// A message is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SendError {
    /// The message before is not on its way yet.
    #[error("another message is waiting")]
    Busy,
    /// The message does not fit the buffer, or an alarm its slot.
    #[error("a message of {have} octets: {limit} are possible")]
    TooLong {
        /// How many octets are possible.
        limit: usize,
        /// How many the message has.
        have: usize,
    },
    /// The schedule has no slot for the device.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// There is no such device, or it has not joined.
    #[error("device {number} is not in the network")]
    Absent {
        /// The device's number.
        number: u16,
    },
    /// The message cannot be sealed.
    #[error("the message cannot be sealed: {0}")]
    Seal(#[from] SealError),
}

/// A demand on a network cannot be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PlanError {
    /// There are no settings of a radio to choose from.
    #[error("no radio settings to choose from")]
    NoProfile,
    /// The radio cannot do with the settings.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// There is no channel to choose.
    #[error("no channel to choose")]
    NoChannel,
    /// The region's rules forbid it.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// There is no such schedule.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// Devices send too slowly.
    #[error("a device sends {have_bps} bit/s in its slot: {needed_bps} bit/s are demanded")]
    SlotRate {
        /// Bits of messages in a second that are demanded.
        needed_bps: u32,
        /// How many are possible.
        have_bps: u32,
    },
    /// The base sends too slowly.
    #[error("{have_bps} bit/s go to a device: {needed_bps} bit/s are demanded")]
    DownlinkRate {
        /// Bits of messages in a second that are demanded.
        needed_bps: u32,
        /// How many are possible.
        have_bps: u32,
    },
    /// Clocks are too uncertain for the guard.
    #[error("after {lost} lost beacons clocks need a guard of {needed_us} us: {limit_us} us are allowed")]
    Guard {
        /// The guard that neighbours need.
        needed_us: u64,
        /// The longest guard.
        limit_us: u32,
        /// How many beacons in a row are lost.
        lost: u16,
    },
    /// Devices have their turn too seldom.
    #[error("turns come every {needed_us} us on {channels} channel(s): {limit_us} us are demanded")]
    Round {
        /// Microseconds from one turn of a device to its next.
        needed_us: u64,
        /// How many are demanded.
        limit_us: u64,
        /// How many channels there are.
        channels: u8,
    },
    /// The bases receive too slowly.
    #[error("{have_bps} bit/s come in on {channels} channel(s): {needed_bps} bit/s are demanded")]
    BaseRate {
        /// Bits of messages in a second that are demanded.
        needed_bps: u32,
        /// How many are possible.
        have_bps: u32,
        /// How many channels there are.
        channels: u8,
    },
}

impl PlanError {
    /// How far a plan came.
    pub(crate) const fn stage(&self) -> u8 {
        match self {
            Self::NoProfile => 0,
            Self::Profile(_) => 1,
            Self::NoChannel => 2,
            Self::Region(_) => 3,
            Self::Schedule(_) => 4,
            Self::SlotRate { .. } => 5,
            Self::DownlinkRate { .. } => 6,
            Self::Guard { .. } => 7,
            Self::Round { .. } => 8,
            Self::BaseRate { .. } => 9,
        }
    }
}
