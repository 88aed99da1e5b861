//! What VIFs mean (EN 13757-3:2018, tables 10, 12 and 14).

use meter_value::{Quantity, Unit};

/// What a VIF, or a code of an extension table, says of a value: the number sent × 10^`exponent` is the value in
/// `unit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) struct Entry {
    pub(crate) quantity: Option<Quantity>,
    pub(crate) unit: Option<Unit>,
    pub(crate) exponent: i8,
    pub(crate) kind: Kind,
}

/// What kind of data it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) enum Kind {
    /// A number with a sign.
    Number,
    /// A number that has none where it is binary (type C).
    Unsigned,
    /// Bits, of which all may be set (type D).
    Bits,
    /// A number of parts of 4096.
    Fraction,
    /// A date, a time or both, by its length (types F, G, I, J and M).
    Time,
    /// Octets in the order they are sent in.
    Octets,
}

impl Entry {
    /// Nothing known.
    pub(crate) const NONE: Self = Self { quantity: None, unit: None, exponent: 0, kind: Kind::Number };

    const fn is(quantity: Quantity, kind: Kind) -> Self {
        Self { quantity: Some(quantity), kind, ..Self::NONE }
    }

    pub(crate) const fn scaled(quantity: Quantity, unit: Unit, exponent: i8) -> Self {
        Self { quantity: Some(quantity), unit: Some(unit), exponent, kind: Kind::Number }
    }
}

/// All entries of a table, as a function of the code tells them.
macro_rules! table {
    ($entry:ident) => {{
        let mut entries = [Entry::NONE; 128];
        let mut left: &mut [Entry] = &mut entries;
        let mut code = 0;
        while let [entry, rest @ ..] = left {
            *entry = $entry(code);
            code += 1;
            left = rest;
        }
        entries
    }};
}
/// The primary table.
pub(crate) static PRIMARY: [Entry; 128] = table!(primary);

/// The first extension, behind VIF FB.
pub(crate) static FIRST: [Entry; 128] = table!(first);

/// The second extension, behind VIF FD.
pub(crate) static SECOND: [Entry; 128] = table!(second);

const fn primary(code: u8) -> Entry {
    use Entry as E;
    use {Quantity as Q, Unit as U};
    let eight = (code & 7) as i8;
    let four = (code & 3) as i8;
    match code {
        0x00..=0x07 => E::scaled(Q::Energy, U::WattHour, eight - 3),
        0x08..=0x0F => E::scaled(Q::Energy, U::Joule, eight),
        0x10..=0x17 => E::scaled(Q::Volume, U::CubicMetre, eight - 6),
        0x18..=0x1F => E::scaled(Q::Mass, U::Kilogram, eight - 3),
        0x20..=0x23 => E::scaled(Q::OnTime, seconds(code), 0),
        0x24..=0x27 => E::scaled(Q::OperatingTime, seconds(code), 0),
        0x28..=0x2F => E::scaled(Q::Power, U::Watt, eight - 3),
        0x30..=0x37 => E::scaled(Q::Power, U::JoulePerHour, eight),
        0x38..=0x3F => E::scaled(Q::VolumeFlow, U::CubicMetrePerHour, eight - 6),
        0x40..=0x47 => E::scaled(Q::VolumeFlow, U::CubicMetrePerMinute, eight - 7),
        0x48..=0x4F => E::scaled(Q::VolumeFlow, U::CubicMetrePerSecond, eight - 9),
        0x50..=0x57 => E::scaled(Q::MassFlow, U::KilogramPerHour, eight - 3),
        0x58..=0x5B => E::scaled(Q::FlowTemperature, U::Celsius, four - 3),
        0x5C..=0x5F => E::scaled(Q::ReturnTemperature, U::Celsius, four - 3),
        0x60..=0x63 => E::scaled(Q::TemperatureDifference, U::Kelvin, four - 3),
        0x64..=0x67 => E::scaled(Q::ExternalTemperature, U::Celsius, four - 3),
        0x68..=0x6B => E::scaled(Q::Pressure, U::Bar, four - 3),
        0x6C => E::is(Q::Date, Kind::Time),
        0x6D => E::is(Q::DateTime, Kind::Time),
        0x6E => E::scaled(Q::HeatCostAllocation, U::One, 0),
        0x70..=0x73 => E::scaled(Q::AveragingDuration, seconds(code), 0),
        0x74..=0x77 => E::scaled(Q::ActualityDuration, seconds(code), 0),
        0x78 => E::is(Q::FabricationNumber, Kind::Number),
        0x79 => E::is(Q::Identification, Kind::Number),
        0x7A => E::is(Q::Address, Kind::Unsigned),
        _ => E::NONE,
    }
}

/// What the standard has withdrawn is read as it was.
const fn first(code: u8) -> Entry {
    use Entry as E;
    use {Quantity as Q, Unit as U};
    let two = (code & 1) as i8;
    let four = (code & 3) as i8;
    let eight = (code & 7) as i8;
    match code {
        0x00 | 0x01 => E::scaled(Q::Energy, U::WattHour, two + 5),
        0x02 | 0x03 => E::scaled(Q::ReactiveEnergy, U::VarHour, two + 3),
        0x04 | 0x05 => E::scaled(Q::ApparentEnergy, U::VoltAmpereHour, two + 3),
        // Of one source.
        0x06 => E::scaled(Q::CoefficientOfPerformance, U::One, -1),
        0x08 | 0x09 => E::scaled(Q::Energy, U::Joule, two + 8),
        0x0C..=0x0F => E::scaled(Q::Energy, U::Calorie, four + 5),
        0x10 | 0x11 => E::scaled(Q::Volume, U::CubicMetre, two + 2),
        0x14..=0x17 => E::scaled(Q::ReactivePower, U::Var, four),
        0x18 | 0x19 => E::scaled(Q::Mass, U::Kilogram, two + 5),
        0x1A | 0x1B => E::scaled(Q::Humidity, U::Percent, two - 1),
        0x20 => E::scaled(Q::Volume, U::CubicFoot, 0),
        0x21 => E::scaled(Q::Volume, U::CubicFoot, -1),
        0x22 => E::scaled(Q::Volume, U::Gallon, -1),
        0x23 => E::scaled(Q::Volume, U::Gallon, 0),
        0x24 => E::scaled(Q::VolumeFlow, U::GallonPerMinute, -3),
        0x25 => E::scaled(Q::VolumeFlow, U::GallonPerMinute, 0),
        0x26 => E::scaled(Q::VolumeFlow, U::GallonPerHour, 0),
        0x28 | 0x29 => E::scaled(Q::Power, U::Watt, two + 5),
        0x2A | 0x2B => E::scaled(Q::PhaseAngle, U::Degree, -1),
        0x2C..=0x2F => E::scaled(Q::Frequency, U::Hertz, four - 3),
        0x30 | 0x31 => E::scaled(Q::Power, U::JoulePerHour, two + 8),
        0x34..=0x37 => E::scaled(Q::ApparentPower, U::VoltAmpere, four),
        0x58..=0x5B => E::scaled(Q::FlowTemperature, U::Fahrenheit, four - 3),
        0x5C..=0x5F => E::scaled(Q::ReturnTemperature, U::Fahrenheit, four - 3),
        0x60..=0x63 => E::scaled(Q::TemperatureDifference, U::Fahrenheit, four - 3),
        0x64..=0x67 => E::scaled(Q::ExternalTemperature, U::Fahrenheit, four - 3),
        0x69 => E { kind: Kind::Unsigned, ..E::scaled(Q::RatingFactor, U::Watt, 0) },
        0x68..=0x6E => E { kind: Kind::Fraction, ..E::scaled(Q::RatingFactor, U::One, 0) },
        0x70..=0x73 => E::scaled(Q::TemperatureLimit, U::Fahrenheit, four - 3),
        0x74..=0x77 => E::scaled(Q::TemperatureLimit, U::Celsius, four - 3),
        0x78..=0x7F => E::scaled(Q::CumulatedMaximumPower, U::Watt, eight - 3),
        _ => E::NONE,
    }
}

const fn second(code: u8) -> Entry {
    use Entry as E;
    use {Quantity as Q, Unit as U};
    let four = (code & 3) as i8;
    let sixteen = (code & 15) as i8;
    match code {
        0x00..=0x03 => E { exponent: four - 3, ..E::is(Q::Credit, Kind::Number) },
        0x04..=0x07 => E { exponent: four - 3, ..E::is(Q::Debit, Kind::Number) },
        0x08 => E::is(Q::MessageNumber, Kind::Unsigned),
        0x09 => E::is(Q::DeviceType, Kind::Unsigned),
        0x0A => E::is(Q::Manufacturer, Kind::Unsigned),
        0x0B => E::is(Q::ParameterSet, Kind::Unsigned),
        0x0C => E::is(Q::ModelVersion, Kind::Unsigned),
        0x0D => E::is(Q::HardwareVersion, Kind::Unsigned),
        0x0E => E::is(Q::FirmwareVersion, Kind::Unsigned),
        0x0F => E::is(Q::SoftwareVersion, Kind::Unsigned),
        0x10 => E::is(Q::CustomerLocation, Kind::Unsigned),
        0x11 => E::is(Q::Customer, Kind::Unsigned),
        0x12..=0x16 => E::is(Q::Password, Kind::Unsigned),
        0x17 => E::is(Q::ErrorFlags, Kind::Bits),
        0x18 => E::is(Q::ErrorMask, Kind::Unsigned),
        0x19 => E::is(Q::SecurityKey, Kind::Unsigned),
        0x1A => E::is(Q::DigitalOutput, Kind::Bits),
        0x1B => E::is(Q::DigitalInput, Kind::Bits),
        0x1C => E { kind: Kind::Unsigned, ..E::scaled(Q::BaudRate, U::Baud, 0) },
        0x1D => E { kind: Kind::Unsigned, ..E::scaled(Q::ResponseDelay, U::BitTime, 0) },
        0x1E => E::is(Q::Retries, Kind::Number),
        0x1F => E::is(Q::RemoteControl, Kind::Bits),
        0x20 => E::is(Q::FirstStorage, Kind::Unsigned),
        0x21 => E::is(Q::LastStorage, Kind::Unsigned),
        0x22 => E::is(Q::StorageBlockSize, Kind::Unsigned),
        0x23 => E::is(Q::TariffDescriptor, Kind::Unsigned),
        0x24..=0x27 => E::scaled(Q::StorageInterval, seconds(code), 0),
        0x28 => E::scaled(Q::StorageInterval, U::Month, 0),
        0x29 => E::scaled(Q::StorageInterval, U::Year, 0),
        0x2A => E::is(Q::OperatorData, Kind::Number),
        0x2B => E { kind: Kind::Unsigned, ..E::scaled(Q::TimePoint, U::Second, 0) },
        0x2C..=0x2F => E { kind: Kind::Unsigned, ..E::scaled(Q::LastReadout, seconds(code), 0) },
        0x30 => E::is(Q::TariffStart, Kind::Time),
        0x31..=0x33 => E { kind: Kind::Unsigned, ..E::scaled(Q::TariffDuration, seconds(code), 0) },
        0x34..=0x37 => E::scaled(Q::TariffPeriod, seconds(code), 0),
        0x38 => E::scaled(Q::TariffPeriod, U::Month, 0),
        0x39 => E::scaled(Q::TariffPeriod, U::Year, 0),
        0x3A => E::scaled(Q::Number, U::One, 0),
        0x3B | 0x76 => E::is(Q::Container, Kind::Octets),
        0x3C..=0x3F => E { kind: Kind::Unsigned, ..E::scaled(Q::TransmissionPeriod, seconds(code), 0) },
        0x40..=0x4F => E::scaled(Q::Voltage, U::Volt, sixteen - 9),
        0x50..=0x5F => E::scaled(Q::Current, U::Ampere, sixteen - 12),
        0x60 => E::is(Q::Resets, Kind::Number),
        0x61 => E::is(Q::Cumulations, Kind::Number),
        0x62 => E::is(Q::ControlSignal, Kind::Number),
        0x63 => E::is(Q::DayOfWeek, Kind::Number),
        0x64 => E::is(Q::WeekNumber, Kind::Number),
        0x65 => E::is(Q::DayChange, Kind::Time),
        0x66 => E::is(Q::ParameterState, Kind::Unsigned),
        0x67 => E::is(Q::SupplierInformation, Kind::Number),
        0x68 => E::scaled(Q::LastCumulation, U::Hour, 0),
        0x69 => E::scaled(Q::LastCumulation, U::Day, 0),
        0x6A => E::scaled(Q::LastCumulation, U::Month, 0),
        0x6B => E::scaled(Q::LastCumulation, U::Year, 0),
        0x6C => E::scaled(Q::BatteryTime, U::Hour, 0),
        0x6D => E::scaled(Q::BatteryTime, U::Day, 0),
        0x6E => E::scaled(Q::BatteryTime, U::Month, 0),
        0x6F => E::scaled(Q::BatteryTime, U::Year, 0),
        0x70 => E::is(Q::BatteryChange, Kind::Time),
        0x71 => E::scaled(Q::RadioLevel, U::DecibelMilliwatt, 0),
        // Their types, K and L, have layouts that no open source confirms.
        0x72 => E::is(Q::DaylightSaving, Kind::Octets),
        0x73 => E::is(Q::ListeningWindow, Kind::Octets),
        0x74 => E { kind: Kind::Unsigned, ..E::scaled(Q::BatteryLife, U::Day, 0) },
        0x75 => E::is(Q::Stops, Kind::Unsigned),
        _ => E::NONE,
    }
}

/// The table behind FD FD.
pub(crate) const fn third(code: u8) -> Entry {
    use Entry as E;
    use {Quantity as Q, Unit as U};
    match code {
        0x00 => E::is(Q::Application, Kind::Unsigned),
        0x02 => E { kind: Kind::Unsigned, ..E::scaled(Q::BatteryLife, U::Month, 0) },
        0x03 => E { kind: Kind::Unsigned, ..E::scaled(Q::BatteryLife, U::Year, 0) },
        // Of one source.
        0x3E => E::scaled(Q::Moisture, U::Percent, 0),
        _ => E::NONE,
    }
}

/// The power of ten between the unit that the standard names for a code of table FB and the base unit.
pub(crate) const fn first_power(code: u8) -> i8 {
    match code {
        0x00 | 0x01 | 0x0C..=0x0F | 0x28 | 0x29 => 6,
        0x08 | 0x09 | 0x30 | 0x31 => 9,
        0x02..=0x05 | 0x14..=0x19 | 0x34..=0x37 => 3,
        _ => 0,
    }
}

/// Seconds, minutes, hours or days by the low two bits of a code.
pub(crate) const fn seconds(code: u8) -> Unit {
    match code & 3 {
        0 => Unit::Second,
        1 => Unit::Minute,
        2 => Unit::Hour,
        _ => Unit::Day,
    }
}
