//! The units of meter values.

use core::fmt;

macro_rules! units {
    ($($(#[$doc:meta])* $name:ident = $symbol:literal,)*) => {
        /// The unit of a value. M-Bus values come in base units; DL/T 645 keeps those of its tables.
        ///
        /// ```
        /// assert_eq!(meter_value::Unit::CubicMetre.symbol(), "m3");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[non_exhaustive]
        pub enum Unit { $($(#[$doc])* $name,)* }

        impl Unit {
            /// Every unit.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The unit as it is written after a number; empty for plain numbers.
            pub const fn symbol(self) -> &'static str {
                match self { $(Self::$name => $symbol,)* }
            }
        }
    };
}

units! {
    /// A plain number.
    One = "",
    /// Watt-hours.
    WattHour = "Wh",
    /// Kilowatt-hours.
    KilowattHour = "kWh",
    /// Volt-ampere-hours, reactive.
    VarHour = "varh",
    /// Kilovolt-ampere-hours, reactive.
    KilovarHour = "kvarh",
    /// Volt-ampere-hours.
    VoltAmpereHour = "VAh",
    /// Kilovolt-ampere-hours.
    KilovoltAmpereHour = "kVAh",
    /// Ampere-hours.
    AmpereHour = "Ah",
    /// Joules.
    Joule = "J",
    /// Calories.
    Calorie = "cal",
    /// British thermal units.
    BritishThermalUnit = "BTU",
    /// Watts.
    Watt = "W",
    /// Kilowatts.
    Kilowatt = "kW",
    /// Volt-amperes, reactive.
    Var = "var",
    /// Kilovolt-amperes, reactive.
    Kilovar = "kvar",
    /// Volt-amperes.
    VoltAmpere = "VA",
    /// Kilovolt-amperes.
    KilovoltAmpere = "kVA",
    /// Joules per hour.
    JoulePerHour = "J/h",
    /// British thermal units per second.
    BritishThermalUnitPerSecond = "BTU/s",
    /// Volts.
    Volt = "V",
    /// Amperes.
    Ampere = "A",
    /// Hertz.
    Hertz = "Hz",
    /// Degrees of angle.
    Degree = "°",
    /// Cubic metres.
    CubicMetre = "m3",
    /// Cubic feet.
    CubicFoot = "ft3",
    /// American gallons.
    Gallon = "gal",
    /// Cubic metres per hour.
    CubicMetrePerHour = "m3/h",
    /// Cubic metres per minute.
    CubicMetrePerMinute = "m3/min",
    /// Cubic metres per second.
    CubicMetrePerSecond = "m3/s",
    /// American gallons per minute.
    GallonPerMinute = "gal/min",
    /// American gallons per hour.
    GallonPerHour = "gal/h",
    /// Kilograms.
    Kilogram = "kg",
    /// Kilograms per hour.
    KilogramPerHour = "kg/h",
    /// Degrees Celsius.
    Celsius = "°C",
    /// Degrees Fahrenheit.
    Fahrenheit = "°F",
    /// Kelvins, of a difference.
    Kelvin = "K",
    /// Bars.
    Bar = "bar",
    /// Parts of a hundred.
    Percent = "%",
    /// Milliseconds.
    Millisecond = "ms",
    /// Seconds.
    Second = "s",
    /// Minutes.
    Minute = "min",
    /// Hours.
    Hour = "h",
    /// Days.
    Day = "d",
    /// Months.
    Month = "mo",
    /// Years.
    Year = "a",
    /// Durations of a bit on the line.
    BitTime = "bit times",
    /// Bits per second.
    Baud = "Bd",
    /// Decibels over a milliwatt.
    DecibelMilliwatt = "dBm",
    /// Pulses per kilowatt-hour.
    PulsePerKilowattHour = "imp/kWh",
    /// Pulses per kilovolt-ampere-hour, reactive.
    PulsePerKilovarHour = "imp/kvarh",
    /// Yuan.
    Yuan = "yuan",
    /// Yuan per kilowatt-hour.
    YuanPerKilowattHour = "yuan/kWh",
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.symbol())
    }
}
