//! The kinds of values: a quantity, its unit, and the format. Values share them; a number behind a name says how
//! many octets, or octets and decimals, if a quantity has several formats.

use meter_value::Quantity::{
    Address, ApparentEnergy, ApparentPower, Charge, Count, Current, Date, DateTime, Distortion, Duration,
    Energy, Frequency, HarmonicContent, Identification, InternalTemperature, LossCoefficient, MeterConstant,
    Money, Password, PhaseAngle, Power, PowerFactor, Price, Ratio, ReactiveEnergy, ReactivePower, Unbalance,
    Voltage,
};
use meter_value::Unit::{
    Ampere, AmpereHour, Celsius, Degree, Hertz, Kilovar, KilovarHour, KilovoltAmpere, KilovoltAmpereHour,
    Kilowatt, KilowattHour, Millisecond, Minute, One, Percent, PulsePerKilovarHour, PulsePerKilowattHour,
    Second, Volt, Yuan, YuanPerKilowattHour,
};
use meter_value::bcd::Sign::{TopBit, Unsigned};
use meter_value::{Quantity, Unit};

use crate::format::{Format, Kind, When};
use crate::time::Form;

const fn measured(quantity: Quantity, unit: Unit, format: Format) -> Kind {
    Kind::Measured { quantity, unit, format, when: When::Any }
}

const fn energy(when: When) -> Kind {
    Kind::Measured { quantity: Energy, unit: KilowattHour, format: unsigned(4, 2), when }
}

const fn reactive_energy(format: Format, when: When) -> Kind {
    Kind::Measured { quantity: ReactiveEnergy, unit: KilovarHour, format, when }
}

const fn unsigned(octets: u8, decimals: u8) -> Format {
    Format::Number { octets, decimals, sign: Unsigned }
}

const fn signed(octets: u8, decimals: u8) -> Format {
    Format::Number { octets, decimals, sign: TopBit }
}

pub(super) const ADDRESS: &Kind = &measured(Address, One, Format::Digits { octets: 6 });
pub(super) const APPARENT_ENERGY: &Kind = &measured(ApparentEnergy, KilovoltAmpereHour, unsigned(4, 2));
pub(super) const APPARENT_POWER: &Kind = &measured(ApparentPower, KilovoltAmpere, unsigned(3, 4));
pub(super) const SIGNED_APPARENT_POWER: &Kind = &measured(ApparentPower, KilovoltAmpere, signed(3, 4));
pub(super) const APPARENT_MAXIMUM: &Kind =
    &measured(ApparentPower, KilovoltAmpere, Format::Maximum { sign: Unsigned });
pub(super) const CHARGE: &Kind = &measured(Charge, AmpereHour, unsigned(4, 2));
pub(super) const COUNT_1: &Kind = &measured(Count, One, unsigned(1, 0));
pub(super) const COUNT_2: &Kind = &measured(Count, One, unsigned(2, 0));
pub(super) const COUNT_3: &Kind = &measured(Count, One, unsigned(3, 0));
pub(super) const COUNT_OCTET: &Kind = &measured(Count, One, Format::Octets { octets: 1 });
pub(super) const COUNT_REST: &Kind = &measured(Count, One, Format::Rest);
pub(super) const CURRENT_2_1: &Kind = &measured(Current, Ampere, unsigned(2, 1));
pub(super) const CURRENT_2_2: &Kind = &measured(Current, Ampere, unsigned(2, 2));
pub(super) const CURRENT_3_3: &Kind = &measured(Current, Ampere, unsigned(3, 3));
pub(super) const CURRENT_3_4: &Kind = &measured(Current, Ampere, unsigned(3, 4));
pub(super) const SIGNED_CURRENT: &Kind = &measured(Current, Ampere, signed(3, 3));
pub(super) const DATE: &Kind = &measured(Date, One, Format::Time(Form::Date));
pub(super) const CLOCK: &Kind = &measured(DateTime, One, Format::Time(Form::Clock));
pub(super) const DATE_AND_CLOCK: &Kind = &measured(DateTime, One, Format::Time(Form::DateAndClock));
pub(super) const DAY: &Kind = &measured(DateTime, One, Format::Time(Form::Day));
pub(super) const DAY_HOUR: &Kind = &measured(DateTime, One, Format::Time(Form::DayHour));
pub(super) const HOUR_MINUTE: &Kind = &measured(DateTime, One, Format::Time(Form::HourMinute));
pub(super) const MONTH_DAY: &Kind = &measured(DateTime, One, Format::Time(Form::MonthDay));
pub(super) const MONTH_DAY_HOUR: &Kind = &measured(DateTime, One, Format::Time(Form::MonthDayHour));
pub(super) const MINUTE: &Kind = &measured(DateTime, One, Format::Time(Form::Minute));
pub(super) const SECOND: &Kind = &measured(DateTime, One, Format::Time(Form::Second));
pub(super) const YEARLY: &Kind = &measured(DateTime, One, Format::Time(Form::Yearly));
pub(super) const DISTORTION: &Kind = &measured(Distortion, Percent, unsigned(2, 2));
pub(super) const MILLISECONDS: &Kind = &measured(Duration, Millisecond, unsigned(2, 0));
pub(super) const SECONDS: &Kind = &measured(Duration, Second, unsigned(1, 0));
pub(super) const MINUTES_1: &Kind = &measured(Duration, Minute, unsigned(1, 0));
pub(super) const MINUTES_2: &Kind = &measured(Duration, Minute, unsigned(2, 0));
pub(super) const MINUTES_3: &Kind = &measured(Duration, Minute, unsigned(3, 0));
pub(super) const MINUTES_4: &Kind = &measured(Duration, Minute, unsigned(4, 0));
pub(super) const ENERGY: &Kind = &measured(Energy, KilowattHour, unsigned(4, 2));
pub(super) const ENERGY_4_1: &Kind = &measured(Energy, KilowattHour, unsigned(4, 1));
pub(super) const SIGNED_ENERGY: &Kind = &measured(Energy, KilowattHour, signed(4, 2));
pub(super) const CURVE_POINT: &Kind = &measured(Energy, One, Format::Octets { octets: 2 });
pub(super) const FREQUENCY: &Kind = &measured(Frequency, Hertz, unsigned(2, 2));
pub(super) const HARMONIC_CONTENT: &Kind = &measured(HarmonicContent, Percent, unsigned(2, 2));
pub(super) const DIGITS_4: &Kind = &measured(Identification, One, Format::Digits { octets: 4 });
pub(super) const DIGITS_6: &Kind = &measured(Identification, One, Format::Digits { octets: 6 });
pub(super) const DIGITS_8: &Kind = &measured(Identification, One, Format::Digits { octets: 8 });
pub(super) const IDENTIFIER: &Kind = &measured(Identification, One, Format::Identifier);
pub(super) const POSITION: &Kind = &measured(Identification, One, Format::Octets { octets: 11 });
pub(super) const SECURITY: &Kind = &measured(Identification, One, Format::Rest);
pub(super) const TEXT_4: &Kind = &measured(Identification, One, Format::Text { octets: 4 });
pub(super) const TEXT_6: &Kind = &measured(Identification, One, Format::Text { octets: 6 });
pub(super) const TEXT_10: &Kind = &measured(Identification, One, Format::Text { octets: 10 });
pub(super) const TEXT_16: &Kind = &measured(Identification, One, Format::Text { octets: 16 });
pub(super) const TEXT_32: &Kind = &measured(Identification, One, Format::Text { octets: 32 });
pub(super) const TEMPERATURE: &Kind = &measured(InternalTemperature, Celsius, signed(2, 1));
pub(super) const LOSS: &Kind = &measured(LossCoefficient, One, unsigned(2, 3));
pub(super) const ACTIVE_CONSTANT: &Kind = &measured(MeterConstant, PulsePerKilowattHour, unsigned(3, 0));
pub(super) const REACTIVE_CONSTANT: &Kind = &measured(MeterConstant, PulsePerKilovarHour, unsigned(3, 0));
pub(super) const MONEY: &Kind = &measured(Money, Yuan, unsigned(4, 2));
pub(super) const PASSWORD: &Kind = &measured(Password, One, Format::Secret { octets: 4 });
pub(super) const PHASE_ANGLE: &Kind = &measured(PhaseAngle, Degree, unsigned(2, 1));
pub(super) const POWER: &Kind = &measured(Power, Kilowatt, unsigned(3, 4));
pub(super) const POWER_2_2: &Kind = &measured(Power, Kilowatt, unsigned(2, 2));
pub(super) const SIGNED_POWER: &Kind = &measured(Power, Kilowatt, signed(3, 4));
pub(super) const MAXIMUM: &Kind = &measured(Power, Kilowatt, Format::Maximum { sign: Unsigned });
pub(super) const POWER_FACTOR: &Kind = &measured(PowerFactor, One, unsigned(2, 3));
pub(super) const SIGNED_POWER_FACTOR: &Kind = &measured(PowerFactor, One, signed(2, 3));
pub(super) const PRICE: &Kind = &measured(Price, YuanPerKilowattHour, unsigned(4, 4));
pub(super) const RATIO: &Kind = &measured(Ratio, One, unsigned(3, 0));
pub(super) const SHARE_2: &Kind = &measured(Ratio, Percent, unsigned(2, 2));
pub(super) const SHARE_3: &Kind = &measured(Ratio, Percent, unsigned(3, 2));
pub(super) const REACTIVE_ENERGY: &Kind = &measured(ReactiveEnergy, KilovarHour, unsigned(4, 2));
pub(super) const REACTIVE_ENERGY_4_1: &Kind = &measured(ReactiveEnergy, KilovarHour, unsigned(4, 1));
pub(super) const SIGNED_REACTIVE_ENERGY: &Kind = &measured(ReactiveEnergy, KilovarHour, signed(4, 2));
pub(super) const REACTIVE_POWER: &Kind = &measured(ReactivePower, Kilovar, unsigned(3, 4));
pub(super) const REACTIVE_POWER_2_2: &Kind = &measured(ReactivePower, Kilovar, unsigned(2, 2));
pub(super) const SIGNED_REACTIVE_POWER: &Kind = &measured(ReactivePower, Kilovar, signed(3, 4));
pub(super) const REACTIVE_MAXIMUM: &Kind =
    &measured(ReactivePower, Kilovar, Format::Maximum { sign: Unsigned });
pub(super) const SIGNED_REACTIVE_MAXIMUM: &Kind =
    &measured(ReactivePower, Kilovar, Format::Maximum { sign: TopBit });
pub(super) const UNBALANCE_2: &Kind = &measured(Unbalance, Percent, unsigned(2, 2));
pub(super) const UNBALANCE_3: &Kind = &measured(Unbalance, Percent, unsigned(3, 2));
pub(super) const VOLTAGE: &Kind = &measured(Voltage, Volt, unsigned(2, 1));
pub(super) const VOLTAGE_2_0: &Kind = &measured(Voltage, Volt, unsigned(2, 0));
pub(super) const VOLTAGE_2_2: &Kind = &measured(Voltage, Volt, unsigned(2, 2));
pub(super) const START_ENERGY: &Kind = &energy(When::Start);
pub(super) const START_REACTIVE_ENERGY: &Kind = &reactive_energy(signed(4, 2), When::Start);
pub(super) const END_ENERGY: &Kind = &energy(When::End);
pub(super) const END_REACTIVE_ENERGY: &Kind = &reactive_energy(signed(4, 2), When::End);
pub(super) const ENERGY_INCREMENT: &Kind = &energy(When::Increment);
pub(super) const REACTIVE_ENERGY_INCREMENT: &Kind = &reactive_energy(signed(4, 2), When::Increment);
pub(super) const BEFORE_ENERGY: &Kind = &energy(When::Before);
pub(super) const BEFORE_REACTIVE_ENERGY: &Kind = &reactive_energy(unsigned(4, 2), When::Before);
pub(super) const AFTER_ENERGY: &Kind = &energy(When::After);
pub(super) const AFTER_REACTIVE_ENERGY: &Kind = &reactive_energy(unsigned(4, 2), When::After);
