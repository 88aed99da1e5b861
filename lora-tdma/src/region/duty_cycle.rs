//! How much of an hour was sent.

use crate::RegionError;

/// An hour in microseconds of a clock that may be fast by 277 millionths.
const HOUR_US: u64 = 3_601_000_000;

/// A budget of airtime: in no hour, wherever it begins, is more sent than a share of it.
///
/// Time is counted in `N` parts, at least 2. What was sent is only forgotten when the part in which it ended
/// is an hour back, so that up to one part in `N` of the budget may lie idle. One device has one for each
/// band; a restart forgets what was sent, after which it is for the device to wait for an hour.
///
/// ```
/// use lora_tdma::region::{DutyCycle, Region};
///
/// let band = Region::EU868.admits(868_100_000, &PROFILE, 25_000, 400_000)?;
/// let mut budget = <DutyCycle>::new(band.duty_permille.unwrap_or(1_000));
/// assert_eq!(budget.left_us(0), 36_000_000);
/// for at_us in (0..900_000_000).step_by(10_000_000) {
///     budget.spend(at_us, 400_000)?;
/// }
/// assert!(budget.spend(900_000_000, 400_000).is_err());
/// # use lora_tdma::airtime::{Bandwidth, Profile, SpreadingFactor};
/// # const PROFILE: Profile = Profile::usual(SpreadingFactor::Sf7, Bandwidth::Khz125);
/// # Ok::<(), lora_tdma::RegionError>(())
/// ```
#[derive(Clone, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DutyCycle<const N: usize = 13> {
    limit_us: u32,
    /// Microseconds that ended in each part of time, the newest first.
    sent: [u32; N],
    /// The newest part.
    part: u64,
}

impl<const N: usize> DutyCycle<N> {
    const PART_US: u64 = {
        assert!(N >= 2, "an hour has at least two parts");
        HOUR_US.div_ceil(N as u64 - 1)
    };

    /// A budget of this share of an hour, in thousandths, of which nothing is used.
    pub const fn new(permille: u16) -> Self {
        let permille = if permille > 1_000 { 1_000 } else { permille };
        Self { limit_us: permille as u32 * 3_600_000, sent: [0; N], part: 0 }
    }

    /// How many microseconds may be sent from `at_us` on: microseconds of any clock that does not step.
    pub fn left_us(&self, at_us: u64) -> u64 {
        // If the clock stepped back after all, everything counts.
        let back = usize::try_from((at_us / Self::PART_US).saturating_sub(self.part)).unwrap_or(N);
        let sent = self.sent.iter().take(N.saturating_sub(back)).map(|&us| u64::from(us)).sum();
        u64::from(self.limit_us).saturating_sub(sent)
    }

    /// Takes the airtime of a frame that starts at `at_us` from the budget; frames come in their order.
    ///
    /// # Errors
    /// [`RegionError::DutyCycle`] if not enough is left; the frame may not be sent then.
    pub fn spend(&mut self, at_us: u64, airtime_us: u64) -> Result<(), RegionError> {
        let left_us = self.left_us(at_us);
        if airtime_us > left_us {
            return Err(RegionError::DutyCycle { us: airtime_us, left_us });
        }
        // A frame that ends in a part may overlap any hour that begins in it, and no later one.
        let part = at_us.saturating_add(airtime_us) / Self::PART_US;
        let back = usize::try_from(part.saturating_sub(self.part)).unwrap_or(N).min(N);
        self.sent.rotate_right(back);
        self.sent.iter_mut().take(back).for_each(|sent| *sent = 0);
        if let Some(newest) = self.sent.first_mut() {
            *newest = newest.saturating_add(u32::try_from(airtime_us).unwrap_or(u32::MAX));
        }
        self.part = self.part.max(part);
        Ok(())
    }
}
