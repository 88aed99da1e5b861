//! What a value measures.

use core::fmt;

macro_rules! quantities {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What a value measures.
        ///
        /// ```
        /// assert_eq!(meter_value::Quantity::FlowTemperature.name(), "flow temperature");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[non_exhaustive]
        pub enum Quantity { $($(#[$doc])* $name,)* }

        impl Quantity {
            /// Every quantity.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name in lower case.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

quantities! {
    /// Energy, of heat or active electrical.
    Energy = "energy",
    /// Reactive electrical energy.
    ReactiveEnergy = "reactive energy",
    /// Apparent electrical energy.
    ApparentEnergy = "apparent energy",
    /// Power, of heat or active electrical.
    Power = "power",
    /// Reactive electrical power.
    ReactivePower = "reactive power",
    /// Apparent electrical power.
    ApparentPower = "apparent power",
    /// Cosine of the angle between voltage and current.
    PowerFactor = "power factor",
    /// Voltage.
    Voltage = "voltage",
    /// Current.
    Current = "current",
    /// Electric charge.
    Charge = "charge",
    /// Frequency.
    Frequency = "frequency",
    /// Angle between voltage and current.
    PhaseAngle = "phase angle",
    /// How far the form of a wave is from a sine.
    Distortion = "distortion",
    /// The part of one harmonic in a wave.
    HarmonicContent = "harmonic content",
    /// How far the phases are from each other.
    Unbalance = "unbalance",
    /// Volume.
    Volume = "volume",
    /// Volume in a time.
    VolumeFlow = "volume flow",
    /// Mass.
    Mass = "mass",
    /// Mass in a time.
    MassFlow = "mass flow",
    /// Temperature of what flows to the consumer.
    FlowTemperature = "flow temperature",
    /// Temperature of what returns from the consumer.
    ReturnTemperature = "return temperature",
    /// Flow less return temperature.
    TemperatureDifference = "temperature difference",
    /// Temperature of the surroundings.
    ExternalTemperature = "external temperature",
    /// Temperature inside the meter.
    InternalTemperature = "internal temperature",
    /// Pressure.
    Pressure = "pressure",
    /// How long the meter has been on.
    OnTime = "on time",
    /// How long the meter has measured.
    OperatingTime = "operating time",
    /// Time over which a value was averaged.
    AveragingDuration = "averaging duration",
    /// How old a value is.
    ActualityDuration = "actuality duration",
    /// How long something lasts or has lasted.
    Duration = "duration",
    /// A date.
    Date = "date",
    /// A date with a time of day, or a time of day.
    DateTime = "date and time",
    /// States or settings, each a bit or a few.
    Status = "status",
    /// How many there are, or which one.
    Count = "count",
    /// One quantity over another of its kind.
    Ratio = "ratio",
    /// Coefficient of a line's or a transformer's losses.
    LossCoefficient = "loss coefficient",
    /// Pulses of the meter's test output for a unit of energy.
    MeterConstant = "meter constant",
    /// Money.
    Money = "money",
    /// Money for a unit of energy.
    Price = "price",
    /// Units of a heat cost allocator.
    HeatCostAllocation = "heat cost allocation",
    /// The number the maker gave the device.
    FabricationNumber = "fabrication number",
    /// A number that identifies the device.
    Identification = "identification",
    /// A key to rights, which never prints.
    Password = "password",
    /// The device's address on its bus.
    Address = "address",
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
