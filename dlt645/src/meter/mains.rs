//! What the meter measures at this moment.

/// One phase. A negative power flows back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phase {
    /// Voltage in 0.1 V.
    pub voltage_dv: u16,
    /// Current in mA.
    pub current_ma: i32,
    /// Active power in 0.1 W.
    pub active_dw: i32,
    /// Reactive power in 0.1 var.
    pub reactive_dvar: i32,
    /// Angle between voltage and current in 0.1 degrees, 0 to 3599.
    pub angle_ddeg: u16,
}

impl Phase {
    /// Apparent power in 0.1 VA, rounded down.
    pub fn apparent_dva(&self) -> i64 {
        let square = |power: i32| u64::from(power.unsigned_abs()).pow(2);
        // Each square is below 2^62.
        (square(self.active_dw) + square(self.reactive_dvar)).isqrt() as i64
    }
}

/// What the meter measures at this moment: the caller sets it as it likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mains {
    /// Phases A, B and C.
    pub phases: [Phase; 3],
    /// Neutral current in mA.
    pub neutral_ma: u32,
    /// Frequency in 0.01 Hz.
    pub frequency_chz: u16,
    /// Temperature inside the meter in 0.1 °C.
    pub temperature_dc: i16,
    /// Voltage of the clock's battery in 0.01 V.
    pub clock_battery_cv: u16,
    /// Voltage of the battery for reading during an outage in 0.01 V.
    pub outage_battery_cv: u16,
}

impl Mains {
    /// Three phases of 220 V without a load.
    pub const IDLE: Self = Self {
        phases: [Phase { voltage_dv: 2_200, current_ma: 0, active_dw: 0, reactive_dvar: 0, angle_ddeg: 0 };
            3],
        neutral_ma: 0,
        frequency_chz: 5_000,
        temperature_dc: 250,
        clock_battery_cv: 360,
        outage_battery_cv: 600,
    };

    /// Active power in 0.1 W: of a phase, 1 to 3, or of all.
    pub fn active_dw(&self, phase: Option<usize>) -> i64 {
        self.sum(phase, |phase| phase.active_dw.into())
    }

    /// Reactive power in 0.1 var: of a phase, 1 to 3, or of all.
    pub fn reactive_dvar(&self, phase: Option<usize>) -> i64 {
        self.sum(phase, |phase| phase.reactive_dvar.into())
    }

    /// Apparent power in 0.1 VA: of a phase, 1 to 3, or of all, phase by phase.
    pub fn apparent_dva(&self, phase: Option<usize>) -> i64 {
        self.sum(phase, Phase::apparent_dva)
    }

    /// Power factor in 0.001: of a phase, 1 to 3, or of all. Without a load it is 1.
    pub fn power_factor_permille(&self, phase: Option<usize>) -> i64 {
        match self.apparent_dva(phase) {
            0 => 1_000,
            apparent => self.active_dw(phase).saturating_mul(1_000) / apparent,
        }
    }

    fn sum(&self, phase: Option<usize>, of: impl Fn(&Phase) -> i64) -> i64 {
        let numbered = (1..).zip(&self.phases);
        numbered
            .filter(|(number, _)| phase.is_none_or(|phase| phase == *number))
            .map(|(_, phase)| of(phase))
            .sum()
    }

    /// The same without a load, as behind an open relay.
    #[must_use]
    pub(super) fn unloaded(self) -> Self {
        let unloaded = |phase: Phase| Phase { current_ma: 0, active_dw: 0, reactive_dvar: 0, ..phase };
        Self { phases: self.phases.map(unloaded), neutral_ma: 0, ..self }
    }

    /// No phase has a voltage.
    pub(super) fn is_down(&self) -> bool {
        self.phases.iter().all(|phase| phase.voltage_dv == 0)
    }
}
