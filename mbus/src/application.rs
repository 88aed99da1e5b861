//! Which part of a meter's data is read, and why a meter refuses.

use core::fmt;

use meter_value::names;

/// The octet of an application reset, CI 50: which data the meter shows from then on. The high digit says
/// what kind, the low one from which telegram on (0 is the first).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Application(pub u8);

names!(Application {
    /// All that there is.
    ALL = 0x00 "all",
    /// Data of the user.
    USER_DATA = 0x10 "user data",
    /// For simple billing.
    SIMPLE_BILLING = 0x20 "simple billing",
    /// For enhanced billing.
    ENHANCED_BILLING = 0x30 "enhanced billing",
    /// For billing by tariffs.
    TARIFF_BILLING = 0x40 "billing by tariffs",
    /// Values of now.
    INSTANTANEOUS = 0x50 "instantaneous values",
    /// For load management.
    LOAD_MANAGEMENT = 0x60 "load management",
    /// For installation.
    INSTALLATION = 0x80 "installation",
    /// For testing.
    TESTING = 0x90 "testing",
    /// For calibration.
    CALIBRATION = 0xA0 "calibration",
    /// For manufacturing.
    MANUFACTURING = 0xB0 "manufacturing",
    /// For development.
    DEVELOPMENT = 0xC0 "development",
    /// A test that the meter makes of itself.
    SELF_TEST = 0xD0 "self-test",
});

/// Why a meter refuses, the first octet behind CI 6E, 6F or 70. Numbers without a name are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ApplicationError(pub u8);

names!(ApplicationError {
    /// No reason is given.
    UNSPECIFIED = 0x00 "unspecified error",
    /// The meter does not have what the CI field asks for.
    UNIMPLEMENTED_CI = 0x01 "CI field not implemented",
    /// The data were too long, and were cut.
    TOO_LONG = 0x02 "buffer too long, truncated",
    /// There were too many records.
    TOO_MANY_RECORDS = 0x03 "too many records",
    /// A record ended early.
    PREMATURE_END = 0x04 "premature end of record",
    /// A record had more than ten DIFEs.
    TOO_MANY_DIFES = 0x05 "more than 10 DIFEs",
    /// A record had more than ten VIFEs.
    TOO_MANY_VIFES = 0x06 "more than 10 VIFEs",
    /// The application is busy.
    BUSY = 0x08 "application busy",
    /// The meter was read too often.
    TOO_MANY_READOUTS = 0x09 "too many readouts",
});

impl fmt::Display for ApplicationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "application error {:02X}", self.0),
        }
    }
}
