//! Energies and maximum demands.

use super::mains::Mains;

/// What energy is counted separately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    /// Active energy that came.
    ForwardActive,
    /// Active energy that went back.
    ReverseActive,
    /// Reactive energy while both powers are forward.
    Quadrant1,
    /// Reactive energy while only the reactive power is forward.
    Quadrant2,
    /// Reactive energy while both powers are reverse.
    Quadrant3,
    /// Reactive energy while only the active power is forward.
    Quadrant4,
    /// Apparent energy while the active power is forward.
    ForwardApparent,
    /// Apparent energy while the active power is reverse.
    ReverseApparent,
}

const REGISTERS: usize = 8;

/// Kinds of energy and demand as DI2 numbers them: combined active, forward and reverse active, combined
/// reactive 1 and 2, quadrants 1 to 4, forward and reverse apparent.
pub(super) const KINDS: usize = 11;

/// 0.01 kWh in units of 0.1 W s.
const HUNDREDTH: i64 = 360_000;

/// Energies in 0.1 W s.
pub(super) type Energies = [i64; REGISTERS];

/// Which powers add to a combined energy: two bits, plus and minus, for each register from the first on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Combination {
    pub active: u8,
    pub reactive: [u8; 2],
}

/// The energy of a kind, in 0.01 of its unit.
pub(super) fn energy(energies: &Energies, kind: usize, combination: Combination) -> Option<i64> {
    let hundredths = energies.map(|energy| energy / HUNDREDTH);
    let [forward, reverse, quadrants @ .., _, _] = hundredths;
    Some(match kind {
        0 => combined(&[forward, reverse], combination.active),
        3 | 4 => combined(&quadrants, combination.reactive.get(kind - 3).copied()?),
        1 | 2 => *hundredths.get(kind - 1)?,
        5..KINDS => *hundredths.get(kind - 3)?,
        _ => return None,
    })
}

fn combined(parts: &[i64], word: u8) -> i64 {
    let signed = |(place, part): (u32, &i64)| {
        let bit = |bit: u32| i64::from(word.checked_shr(bit).unwrap_or(0) & 1);
        part * (bit(2 * place) - bit(2 * place + 1))
    };
    (0..).zip(parts).map(signed).sum()
}

/// Powers in 0.1 W, sorted as the registers count them.
fn sorted(active: i64, reactive: i64, apparent: i64) -> Energies {
    let quadrant = match (active < 0, reactive < 0) {
        (false, false) => 2,
        (true, false) => 3,
        (true, true) => 4,
        (false, true) => 5,
    };
    let direction = usize::from(active < 0);
    let mut powers = [0; REGISTERS];
    for (register, power) in [(direction, active), (quadrant, reactive), (6 + direction, apparent)] {
        if let Some(slot) = powers.get_mut(register) {
            *slot = power.abs();
        }
    }
    powers
}

/// The highest demand in 0.1 W, and when it was: minute, hour, day, month and year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Peak {
    pub value: i32,
    pub at: [u8; 5],
}

/// Energies and maximum demands up to a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Account<const T: usize> {
    /// Of each tariff.
    pub tariffs: [Energies; T],
    /// Of each phase.
    pub phases: [Energies; 3],
    /// Of each kind: in all, and in each tariff.
    pub peaks: [(Peak, [Peak; T]); KINDS],
}

impl<const T: usize> Account<T> {
    pub const EMPTY: Self = Self {
        tariffs: [[0; REGISTERS]; T],
        phases: [[0; REGISTERS]; 3],
        peaks: [(Peak { value: 0, at: [0; 5] }, [Peak { value: 0, at: [0; 5] }; T]); KINDS],
    };

    /// Counts the powers for so long.
    pub fn add(&mut self, mains: &Mains, tariff: usize, seconds: i64) {
        for (phase, energies) in (1..).zip(&mut self.phases) {
            let phase = Some(phase);
            let powers =
                sorted(mains.active_dw(phase), mains.reactive_dvar(phase), mains.apparent_dva(phase));
            add(energies, powers, seconds);
        }
        let powers = sorted(mains.active_dw(None), mains.reactive_dvar(None), mains.apparent_dva(None));
        if let Some(energies) = self.tariffs.get_mut(tariff) {
            add(energies, powers, seconds);
        }
    }

    /// The energy of a kind in a tariff, from 1 on, or in all, in 0.01 of its unit. All is the sum of what the
    /// tariffs show.
    pub fn energy(&self, kind: usize, tariff: usize, combination: Combination) -> Option<i64> {
        match tariff.checked_sub(1) {
            Some(place) => energy(self.tariffs.get(place)?, kind, combination),
            None => self.tariffs.iter().map(|energies| energy(energies, kind, combination)).sum(),
        }
    }

    /// The maximum demand of a kind in a tariff, from 1 on, or in all.
    pub fn peak(&self, kind: usize, tariff: usize) -> Option<&Peak> {
        let (total, tariffs) = self.peaks.get(kind).filter(|_| kind > 0)?;
        match tariff.checked_sub(1) {
            Some(place) => tariffs.get(place),
            None => Some(total),
        }
    }

    /// Keeps the demand where it is higher than before.
    pub fn demand(
        &mut self,
        [active, reactive, apparent]: [i64; 3],
        tariff: usize,
        combination: Combination,
        at: [u8; 5],
    ) {
        let powers = sorted(active, reactive, apparent).map(|power| power.saturating_mul(HUNDREDTH));
        for (kind, (total, tariffs)) in self.peaks.iter_mut().enumerate().skip(1) {
            let value = energy(&powers, kind, combination).and_then(|value| i32::try_from(value).ok());
            let Some(value) = value else { continue };
            for peak in [Some(total), tariffs.get_mut(tariff)].into_iter().flatten() {
                if value.abs() > peak.value.abs() {
                    *peak = Peak { value, at };
                }
            }
        }
    }

    pub fn clear_peaks(&mut self) {
        self.peaks = Self::EMPTY.peaks;
    }

    pub fn set(&mut self, register: Register, tariff: usize, hundredths: u32) -> bool {
        let place = tariff.checked_sub(1).and_then(|place| self.tariffs.get_mut(place));
        let Some(slot) = place.and_then(|energies| energies.get_mut(register as usize)) else { return false };
        *slot = i64::from(hundredths) * HUNDREDTH;
        true
    }
}

fn add(energies: &mut Energies, powers: Energies, seconds: i64) {
    for (energy, power) in energies.iter_mut().zip(powers) {
        *energy = energy.saturating_add(power.saturating_mul(seconds));
    }
}

/// Longest period of the maximum demand in minutes.
const MAX_PERIOD: usize = 60;

/// The average power of a period that slides on minute by minute: active, reactive and apparent, in 0.1 W.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    /// This minute, in 0.1 W s.
    minute: [i64; 3],
    /// The minutes before, the latest first.
    averages: [[i64; 3]; MAX_PERIOD],
    known: usize,
}

impl Demand {
    pub const EMPTY: Self = Self { minute: [0; 3], averages: [[0; 3]; MAX_PERIOD], known: 0 };

    pub fn add(&mut self, mains: &Mains, seconds: i64) {
        let powers = [mains.active_dw(None), mains.reactive_dvar(None), mains.apparent_dva(None)];
        for (sum, power) in self.minute.iter_mut().zip(powers) {
            *sum = sum.saturating_add(power.saturating_mul(seconds));
        }
    }

    /// Ends a minute.
    pub fn close(&mut self) {
        self.averages.rotate_right(1);
        if let Some(latest) = self.averages.first_mut() {
            *latest = self.minute.map(|sum| sum / 60);
        }
        self.minute = [0; 3];
        self.known = (self.known + 1).min(MAX_PERIOD);
    }

    /// The average of as many minutes; `None` if fewer have passed.
    pub fn average(&self, minutes: usize) -> Option<[i64; 3]> {
        let minutes = minutes.clamp(1, MAX_PERIOD);
        let last = self.averages.get(..minutes).filter(|_| minutes <= self.known)?;
        let mut average = [0; 3];
        for powers in last {
            for (sum, power) in average.iter_mut().zip(powers) {
                *sum += power;
            }
        }
        Some(average.map(|sum| sum.checked_div(minutes as i64).unwrap_or(0)))
    }
}
