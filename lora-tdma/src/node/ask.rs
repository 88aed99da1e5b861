//! A device that has no keys yet asks for them.

use frame_crypto::{Cipher, JoinRequest, Joined, Joining, Key, OpenError};

use crate::beacon::Invitation;
use crate::layout::Access;
use crate::superframe::Schedule;
use crate::{LocalTime, ScheduleError};

/// Asks after a beacon: in the device's own slot if it knows the schedule, and in one of the join slots, as
/// seldom as the beacon says, if not.
pub(super) struct Ask<C: Cipher> {
    joining: Joining<C>,
    number: u16,
    request: [u8; JoinRequest::LEN],
    /// Which slot, and whether; no secret, but other devices should draw otherwise.
    chance: u64,
    at: Option<LocalTime>,
}

impl<C: Cipher> Ask<C> {
    pub(super) fn new(key: Key<C>, network: u16, number: u16, nonce: u64, counter: u64) -> Self {
        let joining = Joining::new(key, network, number, nonce, counter);
        let request = joining.request();
        Self { joining, number, request, chance: nonce | 1, at: None }
    }

    /// What seems to be a beacon ended: nobody can prove it to a device without keys.
    pub(super) fn invited(
        &mut self,
        invitation: Invitation,
        octets: usize,
        ended: LocalTime,
        schedule: &Schedule,
    ) {
        self.at = None;
        let own = self.own_slot(schedule);
        if let (Ok(Some(slot_us)), true) = (own, invitation.version == schedule.layout().version)
            && octets == schedule.beacon_len()
        {
            self.at = Some(ended.after(slot_us.saturating_sub(schedule.beacon_us())));
            return;
        }
        let draw = self.draw();
        // The low bits say whether, others which slot.
        let waits = draw & ((1 << invitation.wait.min(31)) - 1) != 0;
        if let Some(join) = (draw >> 32).checked_rem(invitation.joins.into())
            && !waits
        {
            self.at = Some(ended.after(Schedule::join_after(schedule.layout(), 0, join as u8)));
        }
    }

    /// Where the device's slot is, if there is no other superframe it could be in.
    fn own_slot(&self, schedule: &Schedule) -> Result<Option<u64>, ScheduleError> {
        let place = schedule.place(self.number)?;
        let is_certain = schedule.layout().access == Access::Slots && schedule.layout().cycle == 1;
        Ok(if is_certain { schedule.slot_us(place.slot) } else { None })
    }

    /// When to ask next, if at all.
    pub(super) const fn at(&self) -> Option<LocalTime> {
        self.at
    }

    /// The request, which counts as sent.
    pub(super) fn take(&mut self) -> &[u8] {
        self.at = None;
        &self.request
    }

    pub(super) fn open(&mut self, frame: &[u8]) -> Result<Joined<C>, OpenError> {
        self.joining.open(frame)
    }

    /// xorshift64 (Marsaglia 2003).
    fn draw(&mut self) -> u64 {
        let mut x = self.chance;
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.chance = x;
        x
    }
}
