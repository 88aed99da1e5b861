//! The base's end of the radio.

use frame_crypto::{Aes128, Cipher, CounterStore, Header, OpenError, Opener, SealError, Sealer};

use crate::superframe::{Beacon, MAX_DEVICES, MAX_FRAME, Schedule, device_bit};
use crate::{BaseTime, ScheduleError};

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
    /// A beacon cannot be sealed, and is left out; without another key or store, so are the next.
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
    /// Whose newest frames came since the last beacon, and the lowest bits of their counters.
    received: u16,
    parity: u16,
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
    /// A base that sends its first beacon at the next whole number of periods after `now`, so that a
    /// restart keeps the beat. Its clock must not step.
    pub fn new(schedule: Schedule, version: u8, now: BaseTime, sealer: Sealer<S, C>) -> Self {
        let period = schedule.period_us();
        let superframe = now.us().checked_div(period).unwrap_or(0).saturating_add(1);
        Self {
            schedule,
            version,
            sealer,
            devices: [const { None }; MAX_DEVICES as usize],
            number: superframe as u32,
            start: BaseTime::from_us(superframe.saturating_mul(period)),
            received: 0,
            parity: 0,
            beacon: [0; Beacon::FRAME_LEN],
            message: [0; MAX_FRAME],
            pending: None,
            counts: Counts::default(),
        }
    }

    /// Gives device `number` its slot.
    ///
    /// # Errors
    /// [`ScheduleError::Number`] if the schedule has no such slot.
    pub fn admit(&mut self, number: u8, opener: Opener<C>) -> Result<(), ScheduleError> {
        if let Some(device) = self.devices.get_mut(self.schedule.index(number)?) {
            *device = Some(opener);
        }
        Ok(())
    }

    /// What the base has seen so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Takes a frame that ended at `ended`. While a message waits to be polled, no frame is taken; its
    /// device sends it again.
    pub fn receive(&mut self, frame: &[u8], ended: BaseTime) {
        if self.pending.is_some() {
            return;
        }
        match self.open(frame) {
            Ok(Received { device, length: Some(length) }) => {
                self.counts.messages = self.counts.messages.wrapping_add(1);
                let began = ended.before(self.schedule.profile().airtime_us(frame.len() as u8));
                let offset_us = self.offset_us(device, began);
                self.pending = Some(Pending { device, offset_us, length });
            }
            Ok(_) => self.counts.duplicates = self.counts.duplicates.wrapping_add(1),
            Err(_) => self.counts.refused = self.counts.refused.wrapping_add(1),
        }
    }

    /// How long after the nearest time planned for a device's frame it began.
    fn offset_us(&self, device: u8, began: BaseTime) -> i64 {
        let period = self.schedule.period_us().max(1);
        let late = began.before(self.schedule.frame_us(device)).us() % period;
        if late <= period / 2 { late as i64 } else { -((period - late) as i64) }
    }

    /// Opens a frame, and acknowledges it if it is its device's newest.
    fn open(&mut self, frame: &[u8]) -> Result<Received, OpenError> {
        let header = Header::decode(frame)?;
        let number = u8::try_from(header.device).map_err(|_| OpenError::Link)?;
        let index = self.schedule.index(number).map_err(|_| OpenError::Link)?;
        let opener = self.devices.get_mut(index).and_then(Option::as_mut).ok_or(OpenError::Link)?;
        let (counter, length) = match opener.open(frame, &mut self.message) {
            Ok(opened) => (opened.counter, Some(opened.plaintext.len())),
            Err(OpenError::Duplicate { counter }) => (counter, None),
            Err(error) => return Err(error),
        };
        if counter.saturating_add(1) == opener.next() {
            let bit = device_bit(number);
            self.received |= bit;
            self.parity = if counter & 1 == 0 { self.parity & !bit } else { self.parity | bit };
        }
        Ok(Received { device: number, length })
    }

    /// What to do next.
    pub fn poll(&mut self, now: BaseTime) -> BaseOutput<'_> {
        if let Some(Pending { device, offset_us, length }) = self.pending.take() {
            let message = self.message.get(..length).unwrap_or_default();
            return BaseOutput::Message { device, offset_us, message };
        }
        let due = self.start.before(Schedule::TURN_US);
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
            parity: self.parity,
        };
        self.number = self.number.wrapping_add(1);
        self.start = at.after(self.schedule.period_us());
        match self.sealer.seal(false, &beacon.encode(), &mut self.beacon) {
            Ok(frame) => {
                self.received = 0;
                self.counts.superframes = self.counts.superframes.wrapping_add(1);
                BaseOutput::Transmit { frame, at }
            }
            Err(error) => BaseOutput::Failed(error),
        }
    }
}

/// A genuine frame.
struct Received {
    device: u8,
    /// Octets of its message; `None` if that came before.
    length: Option<usize>,
}
