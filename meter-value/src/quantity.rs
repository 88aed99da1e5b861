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
    /// Relative humidity.
    Humidity = "humidity",
    /// Moisture.
    Moisture = "moisture",
    /// Heat given for energy taken.
    CoefficientOfPerformance = "coefficient of performance",
    /// The temperature between heat and cold.
    TemperatureLimit = "temperature limit",
    /// The highest powers, summed up.
    CumulatedMaximumPower = "cumulated maximum power",
    /// A factor by which a heat cost allocator rates.
    RatingFactor = "rating factor",
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
    /// Money in favour of the customer, in the local currency.
    Credit = "credit",
    /// Money the customer owes, in the local currency.
    Debit = "debit",
    /// What kind of device it is.
    DeviceType = "device type",
    /// Who made the device.
    Manufacturer = "manufacturer",
    /// Which set of parameters the device has.
    ParameterSet = "parameter set",
    /// The version of the model.
    ModelVersion = "model version",
    /// The version of the hardware.
    HardwareVersion = "hardware version",
    /// The version of the software that measures.
    FirmwareVersion = "firmware version",
    /// The version of other software.
    SoftwareVersion = "software version",
    /// Where the customer is.
    CustomerLocation = "customer location",
    /// Who the customer is.
    Customer = "customer",
    /// A key of protection.
    SecurityKey = "security key",
    /// Errors, a bit each.
    ErrorFlags = "error flags",
    /// Which errors count, a bit each.
    ErrorMask = "error mask",
    /// Outputs, a bit each.
    DigitalOutput = "digital output",
    /// Inputs, a bit each.
    DigitalInput = "digital input",
    /// What the device is told to do, a bit each.
    RemoteControl = "remote control",
    /// Bits in a second.
    BaudRate = "baud rate",
    /// How long the device waits before it answers.
    ResponseDelay = "response delay",
    /// How often to ask.
    Retries = "retries",
    /// The storage number where a cycle begins.
    FirstStorage = "first storage number",
    /// The storage number where a cycle ends.
    LastStorage = "last storage number",
    /// How many storage numbers make a block.
    StorageBlockSize = "storage block size",
    /// What tariffs and subunits are for.
    TariffDescriptor = "tariff and subunit descriptor",
    /// From one stored value to the next.
    StorageInterval = "storage interval",
    /// What the operator keeps in the device.
    OperatorData = "operator data",
    /// A second of each minute.
    TimePoint = "time point",
    /// How long ago the device was read.
    LastReadout = "duration since the last readout",
    /// When a tariff begins.
    TariffStart = "start of tariff",
    /// How long a tariff lasts.
    TariffDuration = "duration of tariff",
    /// From one tariff to the next.
    TariffPeriod = "period of tariff",
    /// A number without a dimension.
    Number = "number",
    /// Data of another protocol.
    Container = "data container",
    /// From one transmission to the next.
    TransmissionPeriod = "transmission period",
    /// How often the device was reset.
    Resets = "resets",
    /// How often values were summed up.
    Cumulations = "cumulations",
    /// A signal of control.
    ControlSignal = "control signal",
    /// The day of the week, 1 being Monday.
    DayOfWeek = "day of week",
    /// The week of the year.
    WeekNumber = "week number",
    /// When a day ends.
    DayChange = "time of day change",
    /// Whether parameters are in force.
    ParameterState = "state of parameter activation",
    /// What the supplier keeps in the device.
    SupplierInformation = "supplier information",
    /// How long ago values were summed up.
    LastCumulation = "duration since the last cumulation",
    /// How long the battery has worked.
    BatteryTime = "operating time of the battery",
    /// When the battery was changed.
    BatteryChange = "battery change",
    /// How long the battery will last.
    BatteryLife = "remaining battery life",
    /// How strong a radio signal was received.
    RadioLevel = "radio level",
    /// When summer time begins and ends.
    DaylightSaving = "daylight saving",
    /// When the device listens.
    ListeningWindow = "listening window",
    /// How often the meter stopped.
    Stops = "stops",
    /// Which application answers.
    Application = "application",
    /// A number that each message has of its own.
    MessageNumber = "message number",
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
