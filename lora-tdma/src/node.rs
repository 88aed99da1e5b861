//! A device's end of the radio.

use frame_crypto::{Aes128, Cipher, CounterStore, Header, Opener, Sealer};

use crate::superframe::{Beacon, MAX_FRAME, Schedule};
use crate::{BaseTime, Clock, LocalTime, ScheduleError, SendError};

/// What a node asks of its radio. After any call, poll until it says [`NodeOutput::Wait`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeOutput<'a> {
    /// Send these octets at exactly this time, which lies ahead; otherwise listen.
    Transmit {
        /// The frame.
        frame: &'a [u8],
        /// When its first symbol leaves.
        at: LocalTime,
    },
    /// The base has the message: the next one may be sent.
    Delivered,
    /// Nothing to do before a frame comes in, or before this time if one is given.
    Wait(Option<LocalTime>),
}

/// Sends one message at a time in its own slot, and again until the base acknowledges it.
///
/// The node is silent while it does not know the base's time well enough.
pub struct Node<S, C: Cipher = Aes128> {
    schedule: Schedule,
    version: u8,
    number: u8,
    clock: Clock,
    sealer: Sealer<S, C>,
    beacons: Opener<C>,
    /// When the last beacon started, on both clocks.
    time: Option<(BaseTime, LocalTime)>,
    frame: [u8; MAX_FRAME],
    length: usize,
    /// The last two superframes in which something was sent.
    sent: [Option<u32>; 2],
    delivered: bool,
}

impl<S: CounterStore, C: Cipher> Node<S, C> {
    /// How long after its end a beacon may be handed in and still be heeded in its superframe. The rest
    /// of [`Schedule::TURN_US`] is for the radio, to prepare a frame.
    pub const BEACON_DELAY_US: u64 = Schedule::TURN_US / 2;

    /// A node that sends in slot `number` of version `version` of `schedule`; numbers count from 1.
    ///
    /// # Errors
    /// [`ScheduleError::Number`] if the schedule has no such slot.
    pub fn new(
        schedule: Schedule,
        version: u8,
        number: u8,
        clock: Clock,
        sealer: Sealer<S, C>,
        beacons: Opener<C>,
    ) -> Result<Self, ScheduleError> {
        schedule.index(number)?;
        Ok(Self {
            schedule,
            version,
            number,
            clock,
            sealer,
            beacons,
            time: None,
            frame: [0; MAX_FRAME],
            length: 0,
            sent: [None; 2],
            delivered: false,
        })
    }

    /// Whether [`send`](Self::send) would take a message.
    pub fn is_free(&self) -> bool {
        self.length == 0 && !self.delivered
    }

    /// Seals a message for the next slot.
    ///
    /// # Errors
    /// [`SendError`]; the message is not taken then.
    pub fn send(&mut self, message: &[u8]) -> Result<(), SendError> {
        if !self.is_free() {
            return Err(SendError::Busy);
        }
        let limit = self.schedule.max_message();
        if message.len() > limit {
            return Err(SendError::TooLong { limit, have: message.len() });
        }
        self.length = self.sealer.seal(false, message, &mut self.frame)?.len();
        Ok(())
    }

    /// The base's time at `now`; `None` before the first beacon.
    pub fn base_time(&self, now: LocalTime) -> Option<BaseTime> {
        let (time, start) = self.time?;
        Some(time.after(now.since(start)))
    }

    /// Takes a frame that ended at `ended`. What is no beacon of this network changes nothing.
    ///
    /// While the node knows the base's time well enough to send, a beacon that does not fit that time
    /// changes nothing either: somebody sends it again.
    pub fn receive(&mut self, frame: &[u8], ended: LocalTime) {
        let mut plaintext = [0; Beacon::LEN];
        let Ok(opened) = self.beacons.open(frame, &mut plaintext) else { return };
        let Ok(beacon) = Beacon::decode(opened.plaintext) else { return };
        let period = self.schedule.period_us();
        let start = ended.before(self.schedule.beacon_us());
        let time = beacon.start(period);
        if self.is_sure(start) && !self.clock.admits(time, start) {
            return;
        }
        self.time = Some((time, start));
        if beacon.version != self.version {
            // Another schedule: its slots are not known, so none may be used.
            self.clock.forget();
            return;
        }
        self.clock.synchronize(time, start);
        let before = Some(beacon.number.wrapping_sub(1));
        let counter = Header::decode(&self.frame).map_or(0, |header| header.counter);
        if self.length != 0 && self.sent.contains(&before) && beacon.acknowledges(self.number, counter) {
            self.length = 0;
            self.delivered = true;
        }
    }

    /// What to do next.
    pub fn poll(&mut self, now: LocalTime) -> NodeOutput<'_> {
        if core::mem::take(&mut self.delivered) {
            return NodeOutput::Delivered;
        }
        let Some((number, start, end)) = self.superframe(now) else {
            return NodeOutput::Wait(None);
        };
        if self.length == 0 {
            return NodeOutput::Wait(None);
        }
        let at = start.after(self.schedule.frame_us(self.number));
        let [last, _] = self.sent;
        if last == Some(number) || now >= at || !self.is_sure(at) {
            return NodeOutput::Wait(Some(end));
        }
        // The beacon may still acknowledge the frame, so the decision waits for it.
        let decision = start.after(self.schedule.beacon_us()).after(Self::BEACON_DELAY_US);
        if now < decision {
            return NodeOutput::Wait(Some(decision));
        }
        self.sent = [Some(number), last];
        NodeOutput::Transmit { frame: self.frame.get(..self.length).unwrap_or_default(), at }
    }

    /// The superframe that runs at `now`, when it began, and when the next one does.
    fn superframe(&self, now: LocalTime) -> Option<(u32, LocalTime, LocalTime)> {
        let period = self.schedule.period_us();
        let passed = self.clock.base_time(now)?.time.us().checked_div(period)?;
        let start = |superframe: u64| {
            let base = BaseTime::from_us(superframe.saturating_mul(period));
            Some(self.clock.local_time(base)?.time)
        };
        // Near its start, rounding takes a superframe for its neighbour.
        let superframe = match (start(passed)?, start(passed.saturating_add(1))?) {
            (begun, _) if begun > now => passed.saturating_sub(1),
            (_, next) if next <= now => passed.saturating_add(1),
            _ => passed,
        };
        Some((superframe as u32, start(superframe)?, start(superframe.saturating_add(1))?))
    }

    /// Whether the base's clock is known within half a guard at `at`.
    fn is_sure(&self, at: LocalTime) -> bool {
        self.clock.error_us(at).is_some_and(|error| error <= u64::from(self.schedule.guard_us() / 2))
    }
}
