//! The base's end of the radio.

use frame_crypto::{Aes128, Cipher, CounterStore, Header, OpenError, Opener, SealError, Sealer};

use crate::BaseTime;
use crate::superframe::{Beacon, MAX_DEVICES, MAX_FRAME, Schedule, device_bit};

/// What a base asks of its radio, and what came in. After any call, poll until it says
/// [`BaseOutput::Wait`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaseOutput<'a> {
    /// Send these octets at exactly this time, which lies ahead; otherwise listen.
    Transmit {
        /// The frame.
        frame: &'a [u8],
        /// When its first symbol leaves.
        at: BaseTime,
    },
    /// A message came in.
    Message {
        /// The device that sent it.
        device: u8,
        /// How many microseconds its frame began after the time planned for it.
        offset_us: i64,
        /// The message.
        message: &'a [u8],
    },
    /// No beacon can be sealed any more; the base needs another key or store.
    Failed(SealError),
    /// Nothing to do before a frame comes in, or before this time.
    Wait(BaseTime),
}

/// What a base has seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Counts {
    /// Beacons sent.
    pub superframes: u32,
    /// Messages that came in.
    pub messages: u32,
    /// Frames that came in again, because their acknowledgement was lost.
    pub duplicates: u32,
    /// Frames that did not open.
    pub refused: u32,
}

/// Sends a beacon every period, opens what the devices send, acknowledges it in the next beacon.
pub struct Base<S, C: Cipher = Aes128> {
    schedule: Schedule,
    version: u8,
    sealer: Sealer<S, C>,
    devices: [Option<Opener<C>>; MAX_DEVICES as usize],
    /// The superframe whose beacon is the next to be sent, and when it starts.
    number: u32,
    start: BaseTime,
    /// Whose frames came since the last beacon.
    received: u16,
    beacon: [u8; Beacon::FRAME_LEN],
    message: [u8; MAX_FRAME],
    pending: Option<Pending>,
    counts: Counts,
}

#[derive(Clone, Copy)]
struct Pending {
    device: u8,
    offset_us: i64,
    length: usize,
}

impl<S: CounterStore, C: Cipher> Base<S, C> {
    /// A base whose first superframe has number `number` and begins at `start`.
    pub fn new(schedule: Schedule, version: u8, number: u32, start: BaseTime, sealer: Sealer<S, C>) -> Self {
        Self {
            schedule,
            version,
            sealer,
            devices: [const { None }; MAX_DEVICES as usize],
            number,
            start,
            received: 0,
            beacon: [0; Beacon::FRAME_LEN],
            message: [0; MAX_FRAME],
            pending: None,
            counts: Counts::default(),
        }
    }

    /// Gives device `number` its slot; `false` if the schedule has none for it.
    pub fn admit(&mut self, number: u8, opener: Opener<C>) -> bool {
        if number > self.schedule.devices() {
            return false;
        }
        match number.checked_sub(1).and_then(|index| self.devices.get_mut(usize::from(index))) {
            Some(device) => {
                *device = Some(opener);
                true
            }
            None => false,
        }
    }

    /// What the base has seen so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Takes a frame that ended at `ended`.
    pub fn receive(&mut self, frame: &[u8], ended: BaseTime) {
        match self.open(frame) {
            Ok((device, length)) => {
                self.counts.messages = self.counts.messages.wrapping_add(1);
                self.received |= device_bit(device);
                let began = ended.before(self.schedule.profile().airtime_us(frame.len() as u8));
                let slot = self.start.before(self.schedule.period_us()).after(self.schedule.frame_us(device));
                let offset_us = began.us().wrapping_sub(slot.us()) as i64;
                self.pending = Some(Pending { device, offset_us, length });
            }
            Err(Refusal::Again(device)) => {
                self.counts.duplicates = self.counts.duplicates.wrapping_add(1);
                self.received |= device_bit(device);
            }
            Err(Refusal::Foreign) => self.counts.refused = self.counts.refused.wrapping_add(1),
        }
    }

    fn open(&mut self, frame: &[u8]) -> Result<(u8, usize), Refusal> {
        let header = Header::decode(frame).map_err(|_| Refusal::Foreign)?;
        let number = u8::try_from(header.device).map_err(|_| Refusal::Foreign)?;
        let index = usize::from(number.checked_sub(1).ok_or(Refusal::Foreign)?);
        let opener = self.devices.get_mut(index).and_then(Option::as_mut).ok_or(Refusal::Foreign)?;
        match opener.open(frame, &mut self.message) {
            Ok(opened) => Ok((number, opened.plaintext.len())),
            Err(OpenError::Duplicate { .. }) => Err(Refusal::Again(number)),
            Err(_) => Err(Refusal::Foreign),
        }
    }

    /// What to do next.
    pub fn poll(&mut self, now: BaseTime) -> BaseOutput<'_> {
        if let Some(Pending { device, offset_us, length }) = self.pending.take() {
            let message = self.message.get(..length).unwrap_or_default();
            return BaseOutput::Message { device, offset_us, message };
        }
        let due = self.start.before(Schedule::LEAD_US);
        if now < due {
            return BaseOutput::Wait(due);
        }
        // Beacons that were missed stay unsent: a late one would move every slot.
        let missed = now.since(self.start).div_ceil(self.schedule.period_us().max(1));
        self.number = self.number.wrapping_add(missed as u32);
        self.start = self.start.after(missed.saturating_mul(self.schedule.period_us()));
        let at = self.start;
        let beacon = Beacon {
            number: self.number,
            unix_time: (at.us() / 1_000_000) as u32,
            version: self.version,
            acknowledged: if missed == 0 { self.received } else { 0 },
        };
        match self.sealer.seal(false, &beacon.encode(), &mut self.beacon) {
            Ok(frame) => {
                self.number = self.number.wrapping_add(1);
                self.start = at.after(self.schedule.period_us());
                self.received = 0;
                self.counts.superframes = self.counts.superframes.wrapping_add(1);
                BaseOutput::Transmit { frame, at }
            }
            Err(error) => BaseOutput::Failed(error),
        }
    }
}

enum Refusal {
    /// A device's frame that was opened before.
    Again(u8),
    Foreign,
}
