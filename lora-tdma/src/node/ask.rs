//! A device that has no keys yet asks for them.

use frame_crypto::{Cipher, JoinRequest, Joined, Joining, Key, OVERHEAD, OpenError};

use crate::LocalTime;
use crate::beacon::Invitation;
use crate::layout::Access;
use crate::message::UPLINK_HEAD;
use crate::node::Device;
use crate::superframe::Schedule;

/// Asks after a beacon: in the device's own slot if it knows the schedule, and in one of the join slots, as
/// seldom as the beacon says, if not.
pub(super) struct Ask<C: Cipher> {
    joining: Joining<C>,
    number: u16,
    request: [u8; JoinRequest::LEN],
    /// Which slot, and whether; no secret, but other devices should draw otherwise.
    chance: u64,
    /// How often it asked in vain.
    tries: u8,
    at: Option<LocalTime>,
}

impl<C: Cipher> Ask<C> {
    pub(super) fn new(key: Key<C>, network: u16, number: u16, nonce: u64, counter: u64) -> Self {
        let joining = Joining::new(key, network, number, nonce, counter);
        let request = joining.request();
        Self { joining, number, request, chance: nonce | 1, tries: 0, at: None }
    }

    /// What seems to be a beacon ended: nobody can prove it to a device without keys.
    pub(super) fn invited(
        &mut self,
        invitation: Invitation,
        octets: usize,
        ended: LocalTime,
        schedule: &Schedule,
        device: &Device,
    ) {
        let layout = schedule.layout();
        let is_known = invitation.version == layout.version && octets == schedule.beacon_len();
        let own = self
            .own_slot(schedule)
            .filter(|_| is_known)
            .map(|slot_us| slot_us.saturating_sub(schedule.beacon_us()));
        let draw = self.draw();
        // The base may not notice that requests collide: who asks in vain for long asks less often.
        let wait = invitation.wait.max((self.tries / 4).min(4));
        // The low bits say whether, others which slot.
        let waits = draw & ((1 << wait.min(31)) - 1) != 0;
        let join = ((draw >> 32) as u32).checked_rem(invitation.joins.into()).filter(|_| !waits);
        let join = join.map(|join| Schedule::join_after(layout, 0, join as u8));
        // What the clock is wrong by is not known yet.
        let is_certain = |&after_us: &u64| device.error_us(after_us) <= u64::from(layout.guard_us / 2);
        self.at = own.filter(is_certain).or(join.filter(is_certain)).map(|after_us| ended.after(after_us));
    }

    /// Where the device's slot is, if there is no other superframe it could be in, and it is long enough.
    fn own_slot(&self, schedule: &Schedule) -> Option<u64> {
        let slot = schedule.place(self.number).ok()?.slot;
        let is_certain = schedule.layout().access == Access::Slots && schedule.layout().cycle == 1;
        let fits = schedule.max_message(slot) + UPLINK_HEAD + OVERHEAD >= JoinRequest::LEN;
        schedule.slot_us(slot).filter(|_| is_certain && fits)
    }

    /// When to ask next, if at all.
    pub(super) const fn at(&self) -> Option<LocalTime> {
        self.at
    }

    /// The request, which counts as sent.
    pub(super) fn take(&mut self) -> &[u8] {
        self.at = None;
        self.tries = self.tries.saturating_add(1);
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
