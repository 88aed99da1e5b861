//! What a node says, and when.

use frame_crypto::{Cipher, CounterStore, OVERHEAD, SealError};

use crate::internal::Up;
use crate::message::UPLINK_HEAD;
use crate::node::ask::Ask;
use crate::node::{News, Node, NodeOutput};
use crate::outbox::first_receipt;
use crate::{BaseTime, Estimate, LocalTime};

impl<S: CounterStore, C: Cipher, const WINDOW: usize, const MESSAGE: usize> Node<S, C, WINDOW, MESSAGE> {
    pub(super) fn say(&self, news: News) -> NodeOutput<'_> {
        match news {
            News::Joined { link, session } => NodeOutput::Joined { link, session },
            News::Scheduled => NodeOutput::Scheduled(self.schedule),
            News::Dismissed => NodeOutput::Dismissed,
            News::Message { to_all, from, to } => {
                NodeOutput::Message { to_all, message: self.plaintext.get(from..to).unwrap_or_default() }
            }
            News::Pieces { to_all, length } => {
                let incoming = if to_all { &self.to_all } else { &self.to_me };
                NodeOutput::Message { to_all, message: incoming.message(length) }
            }
        }
    }

    pub(super) fn transmit_request(&mut self, now: LocalTime, at: LocalTime) -> NodeOutput<'_> {
        let listening = at.before(self.schedule.layout().listen_us.into());
        let choice = listening.before(Self::CHOICE_US);
        if now < choice {
            return NodeOutput::Wait(Some(choice));
        }
        let in_time = now <= listening.before(Self::PREPARATION_US) && self.sends_until <= listening;
        self.last = None;
        let Some(frame) = self.ask.as_mut().map(Ask::take).filter(|_| in_time) else {
            return NodeOutput::Wait(None);
        };
        self.sends_until = at.after(self.schedule.airtime_us(frame.len()));
        // Nothing else goes into the same slot.
        if let Some(Estimate { time, error_us }) = self.clock.base_time(self.sends_until) {
            self.over = self.over.max(time.after(error_us));
        }
        NodeOutput::Transmit { frame, at }
    }

    /// Makes frames of what there is to say, as far as there are free ones. A failure is told once, until
    /// something is heard again.
    pub(super) fn seal(&mut self) -> Option<SealError> {
        if self.has_failed {
            return None;
        }
        let error = self.fill().err();
        self.has_failed = error.is_some();
        error
    }

    fn fill(&mut self) -> Result<(), SealError> {
        while let Some(up) = self.confirm.due(self.outbox.is_empty()) {
            if !self.outbox.internal(&mut self.sealer, up)? {
                break;
            }
            self.confirm.said(up);
            self.ends |= matches!(up, Up::Leave);
        }
        if self.ends {
            // What is still to be said is for the next session.
            return Ok(());
        }
        let room = self.limit().saturating_sub(OVERHEAD);
        self.outbox.fill(&mut self.sealer, room)
    }

    /// Most octets of a frame in this node's slot.
    pub(super) fn limit(&self) -> usize {
        self.schedule.max_message(self.place.slot) + UPLINK_HEAD + OVERHEAD
    }

    pub(super) fn transmit_answer(&mut self, now: LocalTime) -> NodeOutput<'_> {
        let Some(at) = self.answer.take() else { return NodeOutput::Wait(None) };
        let listening = at.before(self.schedule.layout().listen_us.into());
        if now > listening.before(Self::PREPARATION_US) || listening < self.sends_until {
            return NodeOutput::Wait(None);
        }
        if self.outbox.has_none() && !matches!(self.outbox.internal(&mut self.sealer, Up::Here), Ok(true)) {
            return NodeOutput::Wait(None);
        }
        self.polls = self.polls.saturating_add(1);
        self.transmit(self.polls, self.limit(), false, at)
    }

    /// Transmits what is to be sent first; see [`Outbox::take`](crate::outbox::Outbox::take).
    fn transmit(&mut self, number: u64, limit: usize, urgent: bool, at: LocalTime) -> NodeOutput<'_> {
        let Some(frame) = self.outbox.take(number, limit, urgent) else { return NodeOutput::Wait(None) };
        self.last = Some(first_receipt(frame));
        self.unanswered = self.unanswered.saturating_add(1);
        self.sends_until = at.after(self.schedule.airtime_us(frame.len()));
        NodeOutput::Transmit { frame, at }
    }

    pub(super) fn transmit_in_turn(&mut self, now: LocalTime) -> NodeOutput<'_> {
        if self.is_muted || self.outbox.has_none() {
            return NodeOutput::Wait(None);
        }
        let Some(time) = self.clock.base_time(now) else { return NodeOutput::Wait(None) };
        let listening = u64::from(self.schedule.layout().listen_us);
        let earliest = time.time.after(Self::PREPARATION_US + listening);
        // There are never more turns than this at once.
        for _ in 0..64 {
            let from = self.over.max(earliest);
            let Some(turn) = self.turn_after(from).filter(|turn| self.knows(turn.number)) else { break };
            let Some(local) = self.clock.local_time(turn.at) else { break };
            let error = local.error_us.saturating_add(self.device.start_error_us.into());
            if error > u64::from(self.schedule.layout().guard_us / 2) {
                // It grows until the next beacon.
                break;
            }
            let choice = local.time.before(Self::CHOICE_US + listening);
            if now < choice {
                return NodeOutput::Wait(Some(choice));
            }
            self.over = turn.at.after(1);
            let listens_at = local.time.before(listening);
            let is_late = listens_at <= now || listens_at < self.sends_until;
            if is_late || !self.outbox.has(turn.number, turn.limit, turn.urgent) {
                continue;
            }
            return self.transmit(turn.number, turn.limit, turn.urgent, local.time);
        }
        NodeOutput::Wait(None)
    }

    /// Whether this schedule certainly holds in superframe `number`.
    fn knows(&self, number: u64) -> bool {
        let Some(passed) = self.heard.and_then(|heard| number.checked_sub(heard.number())) else {
            return false;
        };
        // The base has to know the node, and the node of no other schedule, or it would not be waited for.
        passed == 0 || passed <= Self::HOLD && self.is_acknowledged && self.coming.is_none()
    }

    /// This node's next turn at `from` or later: in the superframe that runs then, the one after, or the next
    /// one with its slot.
    fn turn_after(&self, from: BaseTime) -> Option<Turn> {
        let number = self.schedule.number(from);
        let cycle = u32::from(self.schedule.layout().cycle);
        let (phase, own) = (u32::from(self.schedule.phase(number)), u32::from(self.place.phase));
        let own = if own < phase { cycle + own - phase } else { own - phase };
        let mut next = None;
        for ahead in [0, 1, own, own + cycle] {
            self.turn_in(number.saturating_add(ahead.into()), from, &mut next);
        }
        next
    }

    /// Looks for a turn in a superframe that comes before `next`.
    // Inlined into the loop, it takes more space.
    #[inline(never)]
    fn turn_in(&self, number: u64, from: BaseTime, next: &mut Option<Turn>) {
        let (start, layout) = (self.schedule.start(number), self.schedule.layout());
        let mut offer = |offset: Option<u64>, limit: usize, urgent: bool| {
            let Some(offset) = offset else { return };
            let at = start.after(offset);
            if at >= from && next.is_none_or(|next| at < next.at) {
                *next = Some(Turn { at, number, limit, urgent });
            }
        };
        if self.schedule.phase(number) == self.place.phase {
            offer(self.schedule.slot_us(self.place.slot), self.limit(), false);
        }
        let heard = self.heard.filter(|heard| heard.number() == number);
        let granted = heard.map_or(0, |heard| heard.granted);
        for extra in (0..layout.extras).filter(|extra| granted >> extra & 1 != 0) {
            offer(self.schedule.extra_us(extra), self.schedule.longest(), false);
        }
        if self.outbox.is_urgent() {
            let limit = usize::from(layout.alarm) + UPLINK_HEAD + OVERHEAD;
            for alarm in 0..layout.alarms {
                offer(self.schedule.alarm_us(alarm), limit, true);
            }
        }
    }
}

/// A slot in which a node may send.
#[derive(Clone, Copy)]
struct Turn {
    at: BaseTime,
    number: u64,
    /// Most octets of a frame.
    limit: usize,
    /// Whether it is for alarms only.
    urgent: bool,
}
