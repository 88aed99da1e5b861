//! How many devices without a slot of their own want to join.

/// Pseudo-Bayesian estimate (Rivest 1987) from what came of the join slots, in eighths of a device.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backlog {
    devices: u32,
    collisions: u32,
}

impl Backlog {
    const DEVICE: u32 = 8;
    /// 1 / (e - 2).
    const COLLISION: u32 = 11;

    /// Frames met in a join slot.
    pub(super) fn collision(&mut self) {
        self.collisions = self.collisions.saturating_add(1);
    }

    /// A superframe with so many join slots is over: of how many devices that wait, the logarithm to base
    /// two, one should use a slot in the next.
    pub(super) fn turn(&mut self, joins: u8) -> u8 {
        let joins = u32::from(joins);
        let collisions = core::mem::take(&mut self.collisions).min(joins);
        // A slot that was empty, or had one frame, leaves one device less, or one less than was thought.
        let less = (joins - collisions) * Self::DEVICE;
        self.devices = self.devices.saturating_sub(less).saturating_add(collisions * Self::COLLISION);
        let contenders = self.devices.div_ceil(Self::DEVICE).div_ceil(joins.max(1));
        contenders.max(1).next_power_of_two().trailing_zeros().min(31) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collisions_make_devices_wait_and_silence_ends_it() {
        let mut backlog = Backlog::default();
        assert_eq!(backlog.turn(4), 0);
        let mut longest = 0;
        for _ in 0..10 {
            (0..4).for_each(|_| backlog.collision());
            longest = backlog.turn(4);
        }
        // 10 superframes of 4 collisions: 55 devices for 4 slots.
        assert_eq!(longest, 4);
        let ends = (0..).find(|_| backlog.turn(4) == 0);
        assert_eq!(ends, Some(12));
    }
}
