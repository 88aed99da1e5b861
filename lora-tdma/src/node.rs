//! A device's end of the radio.

use frame_crypto::{Aes128, Cipher, CounterStore, Opener, Sealer};

use crate::superframe::{Beacon, MAX_FRAME, Schedule};
use crate::{BaseTime, Clock, LocalTime, SendError};

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
    time: Option<(u32, LocalTime)>,
    frame: [u8; MAX_FRAME],
    length: usize,
    /// The superframe the frame was sent in last.
    sent: Option<u32>,
    delivered: bool,
}

impl<S: CounterStore, C: Cipher> Node<S, C> {
    /// A node that sends in slot `number` of version `version` of `schedule`; numbers count from 1.
    pub fn new(
        schedule: Schedule,
        version: u8,
        number: u8,
        clock: Clock,
        sealer: Sealer<S, C>,
        beacons: Opener<C>,
    ) -> Self {
        Self {
            schedule,
            version,
            number,
            clock,
            sealer,
            beacons,
            time: None,
            frame: [0; MAX_FRAME],
            length: 0,
            sent: None,
            delivered: false,
        }
    }

    /// Whether [`send`](Self::send) would take a message.
    pub fn is_free(&self) -> bool {
        self.length == 0
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

    /// The base's time at `now`, good to a second; `None` before the first beacon.
    pub fn base_time(&self, now: LocalTime) -> Option<BaseTime> {
        let (unix, start) = self.time?;
        Some(BaseTime::from_us(u64::from(unix) * 1_000_000).after(now.since(start)))
    }

    /// Takes a frame that ended at `ended`. What is no beacon of this network changes nothing.
    pub fn receive(&mut self, frame: &[u8], ended: LocalTime) {
        let mut plaintext = [0; Beacon::LEN];
        let Ok(opened) = self.beacons.open(frame, &mut plaintext) else { return };
        let Ok(beacon) = Beacon::decode(opened.plaintext) else { return };
        let start = ended.before(self.schedule.beacon_us());
        self.time = Some((beacon.unix_time, start));
        if beacon.version != self.version {
            // Another schedule: its slots are not known, so none may be used.
            self.clock = Clock::new(self.clock.stamp_error_us, self.clock.drift_ppm);
            return;
        }
        self.clock.synchronize(beacon.number, start);
        let before = self.sent.is_some_and(|sent| sent.wrapping_add(1) == beacon.number);
        if before && beacon.acknowledges(self.number) {
            self.length = 0;
            self.sent = None;
            self.delivered = true;
        }
    }

    /// What to do next.
    pub fn poll(&mut self, now: LocalTime) -> NodeOutput<'_> {
        if core::mem::take(&mut self.delivered) {
            return NodeOutput::Delivered;
        }
        let Some((number, start)) = self.clock.superframe(now, self.schedule.period_us()) else {
            return NodeOutput::Wait(None);
        };
        if self.is_free() {
            return NodeOutput::Wait(None);
        }
        // The beacon may still acknowledge the frame, so the decision waits for its end.
        let error = self.clock.error_us(now).unwrap_or(u64::MAX);
        let decision = start.after(self.schedule.beacon_us()).after(error);
        let next = start.after(self.schedule.period_us());
        let at = start.after(self.schedule.frame_us(self.number));
        let decision = decision.min(at.before(1));
        if self.sent == Some(number) || now >= at {
            return NodeOutput::Wait(Some(next));
        }
        if now < decision {
            return NodeOutput::Wait(Some(decision));
        }
        if self.clock.error_us(at).is_none_or(|error| error > u64::from(self.schedule.guard_us() / 2)) {
            return NodeOutput::Wait(Some(next));
        }
        self.sent = Some(number);
        NodeOutput::Transmit { frame: self.frame.get(..self.length).unwrap_or_default(), at }
    }
}
