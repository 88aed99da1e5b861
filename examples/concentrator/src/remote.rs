//! A collector outside of this process: its radio modem and its meters, each on a stream.

pub mod address;
pub mod emulator;
mod modem;
pub mod network;
mod wire;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use lora_tdma::airtime::Profile;
use radio_modem::{FromModem, MAX_FRAMED, Outcome, ToModem};
use radio_simulation::Crystal;

use crate::collector::{DRIFT_PPM, DRIFT_RATE, STAMP_ERROR_US};
use crate::remote::modem::{Action, Modem};
use crate::remote::wire::Wire;

/// How long a collector may take to react before it counts as absent, in real time.
const PATIENCE: Duration = Duration::from_secs(2);

pub struct Remote {
    pub number: u16,
    modem: Modem,
    radio: TcpStream,
    /// What the collector wrote, as it came.
    heard: mpsc::Receiver<Vec<u8>>,
    receiver: radio_modem::Receiver,
    /// Messages to which it has not reacted yet.
    owed: u32,
    /// Whether it reacts, and whether its stream is closed.
    is_present: bool,
    is_gone: bool,
    chance: fastrand::Rng,
    #[cfg_attr(not(test), expect(dead_code, reason = "it is there as long as its collector"))]
    wire: Wire,
    /// Whether its radio hears nobody, and is heard by nobody.
    #[cfg(test)]
    is_cut: bool,
}

impl Remote {
    /// Collector `number` on these streams.
    pub fn new(
        number: u16,
        radio: TcpStream,
        bus: TcpStream,
        second: Arc<AtomicU64>,
        mut chance: fastrand::Rng,
    ) -> std::io::Result<Self> {
        let limit = i64::from(DRIFT_PPM) * 1_000;
        let crystal = Crystal::new(chance.i64(-limit..=limit), limit, DRIFT_RATE.into(), chance.fork());
        radio.set_nodelay(true)?;
        radio.set_write_timeout(Some(PATIENCE))?;
        let (sender, heard) = mpsc::channel();
        let mut reader = radio.try_clone()?;
        thread::spawn(move || {
            let mut octets = [0; 1_024];
            while let Ok(length @ 1..) = reader.read(&mut octets) {
                let heard = octets.get(..length).unwrap_or_default();
                if sender.send(heard.to_vec()).is_err() {
                    break;
                }
            }
        });
        let mut remote = Self {
            number,
            modem: Modem::new(crystal),
            radio,
            heard,
            receiver: radio_modem::Receiver::new(),
            owed: 0,
            // It may still have to start.
            is_present: false,
            is_gone: false,
            chance,
            #[cfg(test)]
            is_cut: false,
            wire: Wire::new(number, bus, second)?,
        };
        let ready = remote.modem.ready(0, remote.chance.u64(..));
        remote.say(&ready);
        Ok(remote)
    }

    /// Whether it reacts.
    pub fn is_present(&self) -> bool {
        self.is_present
    }

    /// When its modem does something by itself, in nanoseconds of the simulation.
    pub fn next(&mut self, now: u64) -> Option<u64> {
        self.modem.next(now)
    }

    /// Lets its modem do what is due, up to a frame that is to be sent: since when nobody may have been heard, and
    /// the frame.
    pub fn step(&mut self, now: u64) -> Option<(u64, Vec<u8>)> {
        while let Some(action) = self.modem.step(now) {
            match action {
                Action::Say(message) => self.say(&message),
                Action::Send { since, frame } => return Some((since, frame)),
            }
        }
        None
    }

    /// Its frame is not sent, as somebody else is heard.
    pub fn busy(&mut self) {
        self.say(&FromModem::Transmitted(Outcome::Busy));
    }

    /// Its frame is on the air: when.
    pub fn sends(&mut self, frame: &[u8], now: u64) -> Range<u64> {
        let air = now..now + self.modem.airtime(frame);
        self.modem.sends(air.clone());
        air
    }

    /// Whether its radio has the settings of the network.
    pub fn is_tuned(&self, profile: Profile) -> bool {
        #[cfg(test)]
        if self.is_cut {
            return false;
        }
        self.modem.is_tuned(profile)
    }

    /// Takes a frame from the radio.
    pub fn hear(&mut self, frame: &[u8], air: &Range<u64>) {
        if self.modem.receives(air) {
            let late = self.chance.u64(..=u64::from(STAMP_ERROR_US / 2)) * 1_000;
            let ended = self.modem.local(air.end + late);
            let rssi_dbm = self.chance.i16(-110..-60);
            self.say(&FromModem::Received { ended, rssi_dbm, frame });
        }
    }

    /// Takes what it said unasked, then waits until it has reacted to everything.
    pub fn settle(&mut self, now: u64) {
        while let Ok(octets) = self.heard.try_recv() {
            self.take(&octets, now);
        }
        let deadline = Instant::now() + PATIENCE;
        while self.owed > 0 {
            match self.heard.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(octets) => self.take(&octets, now),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => self.lose(),
            }
        }
    }

    fn take(&mut self, mut octets: &[u8], now: u64) {
        self.is_present = true;
        let mut answers = Vec::new();
        while let Some(content) = self.receiver.take(&mut octets) {
            // What is damaged on the line never came.
            let Some(message) = content.ok().and_then(|content| ToModem::decode(content).ok()) else {
                continue;
            };
            match message {
                // Whoever configures has just started, and reacts to nothing that was said before.
                ToModem::Configure(_) => self.owed = 0,
                // A question, which ends no reaction.
                ToModem::Wake { at } if at.us() == 0 => {}
                ToModem::Wake { .. } => self.owed = self.owed.saturating_sub(1),
                ToModem::Transmit { .. } => {}
            }
            answers.extend(self.modem.tell(message, now, self.chance.u64(..)));
        }
        answers.iter().for_each(|answer| self.say(answer));
    }

    fn say(&mut self, message: &FromModem<'_>) {
        let mut buffer = [0; MAX_FRAMED];
        let Ok(octets) = message.encode(&mut buffer) else { return };
        self.is_gone = self.is_gone || self.radio.write_all(octets).is_err();
        if self.is_gone {
            self.lose();
        } else if self.is_present {
            self.owed += 1;
        }
    }

    /// Waits for it no more, until it says something.
    fn lose(&mut self) {
        (self.is_present, self.owed) = (false, 0);
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        let _ = self.radio.shutdown(Shutdown::Both);
    }
}
