//! A simulated radio modem: what it is told, and what it does by itself.

use std::ops::Range;

use lora_tdma::LocalTime;
use lora_tdma::airtime::Profile;
use radio_modem::{FromModem, Outcome, Settings, ToModem};
use radio_simulation::Crystal;

/// What a modem does by itself. Times are nanoseconds of the simulation.
pub enum Action {
    Say(FromModem<'static>),
    /// Send, if nobody was heard since a time.
    Send {
        since: u64,
        frame: Vec<u8>,
    },
}

/// A frame that is to be sent.
struct Waiting {
    at: LocalTime,
    listen_us: u32,
    frame: Vec<u8>,
}

pub struct Modem {
    crystal: Crystal,
    /// When it started.
    began: u64,
    settings: Option<Settings>,
    wake: Option<LocalTime>,
    waiting: Option<Waiting>,
    /// When its newest frame is on the air, and whether it is yet to be said that it was sent.
    air: Range<u64>,
    is_sending: bool,
    /// When it said the time last.
    said: u64,
}

/// A message on the line takes about so long; a collector that wants the time all the time gets it no more often.
const LINE: u64 = 200_000;

/// A time that lies farther ahead, in microseconds, is looked at again before it comes.
const FAR_US: u64 = 60_000_000;

impl Modem {
    pub fn new(crystal: Crystal) -> Self {
        Self {
            crystal,
            began: 0,
            settings: None,
            wake: None,
            waiting: None,
            air: 0..0,
            is_sending: false,
            said: 0,
        }
    }

    /// It starts anew, and nobody hears that it is ready.
    #[cfg(test)]
    pub fn restart(&mut self, now: u64) {
        (self.began, self.settings, self.wake, self.waiting, self.is_sending) =
            (now, None, None, None, false);
    }

    pub fn ready(&mut self, now: u64, random: u64) -> FromModem<'static> {
        FromModem::Ready { now: self.local(now), random }
    }

    /// What its clock shows.
    pub fn local(&mut self, now: u64) -> LocalTime {
        LocalTime::from_us(self.crystal.shown_us(now - self.began))
    }

    /// Takes a message, and answers it if that needs no time.
    pub fn tell(&mut self, message: ToModem<'_>, now: u64, random: u64) -> Option<FromModem<'static>> {
        match message {
            ToModem::Configure(settings) => {
                self.settings = Some(settings);
                Some(self.ready(now, random))
            }
            ToModem::Transmit { at, listen_us, frame } => {
                let is_late = at.before(listen_us.into()) < self.local(now);
                if is_late || self.settings.is_none() {
                    self.waiting = None;
                    return Some(FromModem::Transmitted(Outcome::Late));
                }
                self.waiting = Some(Waiting { at, listen_us, frame: frame.to_vec() });
                None
            }
            ToModem::Wake { at } => {
                self.wake = Some(at).filter(|at| at.us() != u64::MAX);
                None
            }
        }
    }

    /// When it does something next.
    pub fn next(&mut self, now: u64) -> Option<u64> {
        let sent = self.is_sending.then_some(self.air.end);
        let waiting = self.waiting.as_ref().map(|waiting| waiting.at).map(|at| self.time(at, now));
        let wake = self.wake.map(|at| self.time(at, now).max(self.said + LINE));
        sent.into_iter().chain(waiting).chain(wake).min()
    }

    /// What it does now.
    pub fn step(&mut self, now: u64) -> Option<Action> {
        if self.is_sending && self.air.end <= now {
            self.is_sending = false;
            return Some(Action::Say(FromModem::Transmitted(Outcome::Sent)));
        }
        if let Some(at) = self.waiting.as_ref().map(|waiting| waiting.at)
            && self.time(at, now) <= now
            && let Some(Waiting { listen_us, frame, .. }) = self.waiting.take()
        {
            if self.is_sending {
                return Some(Action::Say(FromModem::Transmitted(Outcome::Late)));
            }
            return Some(Action::Send { since: now.saturating_sub(u64::from(listen_us) * 1_000), frame });
        }
        let at = self.wake?;
        if self.time(at, now).max(self.said + LINE) > now {
            return None;
        }
        (self.wake, self.said) = (None, now);
        Some(Action::Say(FromModem::Time { now: self.local(now) }))
    }

    /// Its frame is on the air until then.
    pub fn sends(&mut self, air: Range<u64>) {
        (self.air, self.is_sending) = (air, true);
    }

    /// How long a frame takes, with its settings.
    pub fn airtime(&self, frame: &[u8]) -> u64 {
        self.settings.map_or(0, |settings| 1_000 * settings.profile.airtime_us(frame.len() as u8))
    }

    /// Whether it hears and is heard by radios with these settings.
    pub fn is_tuned(&self, profile: Profile) -> bool {
        self.settings.is_some_and(|settings| settings.profile == profile)
    }

    /// Whether it receives all of that time.
    pub fn receives(&self, air: &Range<u64>) -> bool {
        air.end <= self.air.start || self.air.end <= air.start
    }

    /// When its clock shows a time; if that is far ahead, some time before.
    fn time(&mut self, at: LocalTime, now: u64) -> u64 {
        let ahead = at.since(self.local(now));
        match ahead {
            0 => now,
            1..FAR_US => self.began + self.crystal.time(at.us()),
            _ => now + FAR_US / 2 * 1_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use radio_simulation::FAST;

    const SETTINGS: Settings = Settings { frequency_hz: 470_300_000, power_dbm: 14, profile: FAST };

    fn modem() -> Modem {
        let crystal = Crystal::new(40_000, 40_000, 20, fastrand::Rng::with_seed(1));
        let mut modem = Modem::new(crystal);
        let ready = modem.tell(ToModem::Configure(SETTINGS), 0, 7);
        assert_eq!(ready, Some(FromModem::Ready { now: modem.local(0), random: 7 }));
        modem
    }

    /// Lets time pass until it does something: when, and what.
    fn next(modem: &mut Modem, mut now: u64) -> (u64, Action) {
        loop {
            now = now.max(modem.next(now).unwrap());
            if let Some(action) = modem.step(now) {
                return (now, action);
            }
        }
    }

    #[test]
    fn it_wakes_once_at_the_time_however_far() {
        for ahead in [0, 1, 1_000_000, 59_999_999, 3_600_000_000] {
            let mut modem = modem();
            let at = modem.local(0).after(ahead);
            modem.tell(ToModem::Wake { at }, 0, 0);
            let (now, action) = next(&mut modem, 0);
            let Action::Say(FromModem::Time { now: said }) = action else { panic!("it wakes") };
            assert!(said >= at && said.since(at) <= LINE / 1_000 + 1, "{ahead}");
            assert_eq!(modem.next(now), None);
        }
        let mut modem = modem();
        modem.tell(ToModem::Wake { at: LocalTime::from_us(u64::MAX) }, 0, 0);
        assert_eq!(modem.next(0), None);
    }

    #[test]
    fn it_sends_in_time_or_says_that_it_is_late() {
        let mut modem = modem();
        let late = Some(FromModem::Transmitted(Outcome::Late));
        let transmit = |at| ToModem::Transmit { at, listen_us: 320, frame: &[1, 2] };
        let now = modem.local(5_000);
        assert_eq!(modem.tell(transmit(now.after(319)), 5_000, 0), late);
        assert_eq!(modem.tell(transmit(now.after(400)), 5_000, 0), None);
        let (start, Action::Send { since, frame }) = next(&mut modem, 5_000) else { panic!("it sends") };
        assert!(frame == [1, 2] && start - since == 320_000 && modem.local(start) == now.after(400));
        modem.sends(start..start + 1_000);
        assert!(modem.receives(&(start - 10..start)) && !modem.receives(&(start - 10..start + 1)));
        let (end, action) = next(&mut modem, start);
        assert!(matches!(action, Action::Say(FromModem::Transmitted(Outcome::Sent))));
        assert_eq!((end, modem.next(end)), (start + 1_000, None));
    }

    #[test]
    fn without_settings_it_sends_nothing() {
        let mut modem = Modem::new(Crystal::new(0, 0, 0, fastrand::Rng::with_seed(1)));
        let transmit = ToModem::Transmit { at: LocalTime::from_us(u64::MAX), listen_us: 0, frame: &[] };
        assert_eq!(modem.tell(transmit, 0, 0), Some(FromModem::Transmitted(Outcome::Late)));
        assert!(!modem.is_tuned(FAST));
    }
}
