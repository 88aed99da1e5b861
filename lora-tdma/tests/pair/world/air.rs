//! What is on the air, who hears it, and whose turn it was.

use super::*;

/// When a radio sends, and so hears nothing.
#[derive(Clone, Copy, Default)]
pub struct Span {
    pub start: u64,
    pub end: u64,
}

impl Span {
    fn meets(&self, flight: &Flight) -> bool {
        self.start < flight.end && flight.start < self.end
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    Base,
    Node(usize),
}

/// A frame on the air.
#[derive(Clone, Debug)]
pub struct Flight {
    pub sender: Sender,
    pub start: u64,
    pub end: u64,
    /// Whether anybody may send then.
    pub is_contention: bool,
    pub is_spoilt: bool,
    pub frame: Vec<u8>,
}

impl Flight {
    pub fn kind(&self) -> Option<Kind> {
        Header::decode(&self.frame).ok().map(|header| header.kind)
    }

    fn is_beacon(&self) -> bool {
        Header::decode(&self.frame).is_ok_and(|header| header.kind == Kind::Broadcast && !header.flag)
    }
}

impl World {
    /// Lets so many superframes pass.
    pub fn pass(&mut self, superframes: u64) {
        self.run(superframes * u64::from(self.schedule.layout().period_us));
    }

    /// Lets time pass, event by event.
    pub fn run(&mut self, us: u64) {
        let end = self.now + us;
        loop {
            let landing = self.flights[self.landed..].iter().map(|flight| flight.end).min();
            let wakes = self.units.iter().filter_map(|unit| unit.wake).chain(self.base_wake).chain(landing);
            let Some(next) = wakes.min().filter(|&next| next <= end) else { break };
            assert!(next >= self.now);
            self.now = next;
            if landing == Some(next) {
                self.land();
            }
            if self.base_wake == Some(next) {
                self.poll_base();
            }
            for index in 0..self.units.len() {
                if self.units[index].wake == Some(next) {
                    self.poll_node(index);
                }
            }
        }
        self.now = end;
    }

    /// Remembers whom a beacon grants extra slots.
    pub(super) fn note_beacon(&mut self, frame: &[u8]) {
        if Header::decode(frame).is_ok_and(|header| header.kind == Kind::Broadcast && !header.flag) {
            let mut buffer = [0; 255];
            let sealed = &frame[..frame.len() - Beacon::CLEAR_LEN];
            let opened = self.listeners.iter_mut().find_map(|opener| {
                opener.open(sealed, &mut buffer).ok().map(|opened| opened.plaintext.len())
            });
            let beacon = Beacon::decode(&buffer[..opened.expect("a genuine beacon")]).unwrap();
            let schedule = self.base.schedule();
            self.grants =
                (0..schedule.layout().extras).map(|extra| beacon.grant(extra, schedule.slots())).collect();
            self.number = beacon.number;
        }
    }

    /// Whether it is a turn that others share; panics if it is none of this node's.
    pub(super) fn check_turn(&self, index: usize, start: u64, frame: &[u8]) -> bool {
        let schedule = *self.base.schedule();
        let layout = schedule.layout();
        if layout.access == Access::Polling {
            return JoinRequest::device(frame).is_some();
        }
        let unit = &self.units[index];
        let half = u64::from(layout.guard_us / 2);
        let start = self.base_time(start);
        let number = schedule.number(start.after(half));
        let after = start.us() - schedule.start(number).us();
        let at = |offset: u64| offset.abs_diff(after) <= half;
        let is_request = JoinRequest::device(frame).is_some();
        if is_request && (0..layout.joins).filter_map(|join| schedule.join_us(join)).any(at) {
            return true;
        }
        let place = schedule.place(unit.number).unwrap();
        if schedule.phase(number) == place.phase && schedule.slot_us(place.slot).is_some_and(at) {
            let octets = usize::from(layout.messages[usize::from(place.slot)]) + 14;
            assert!(frame.len() <= octets, "{} octets in a slot for {octets}", frame.len());
            return false;
        }
        assert!(!is_request, "device {} asks in a slot of others, {after} us after the beacon", unit.number);
        if (0..layout.alarms).filter_map(|alarm| schedule.alarm_us(alarm)).any(at) {
            assert!(frame.len() <= usize::from(layout.alarm) + 14);
            return true;
        }
        let granted = self.grants.iter().zip(0..).any(|(&grant, extra)| {
            number == self.number
                && schedule.phase(number - 1) == place.phase
                && grant == Grant::Slot(place.slot)
                && schedule.extra_us(extra).is_some_and(at)
        });
        let (own, others) = (unit.node.schedule().layout().version, layout.version);
        assert!(
            granted,
            "device {} sends {after} us after beacon {number}, by {own} of {others}",
            unit.number
        );
        false
    }

    /// Puts a frame on the air; how long it is there.
    pub(super) fn transmit(
        &mut self,
        sender: Sender,
        start: u64,
        is_contention: bool,
        frame: Vec<u8>,
    ) -> Span {
        assert!(start >= self.now);
        let end = start + self.schedule.airtime_us(frame.len());
        let mut is_spoilt = false;
        for other in &mut self.flights[self.landed..] {
            if other.start < end && start < other.end {
                (is_spoilt, other.is_spoilt) = (true, true);
                if !is_contention && !other.is_contention {
                    self.collisions += 1;
                }
            }
        }
        self.flights.push(Flight { sender, start, end, is_contention, is_spoilt, frame });
        Span { start, end }
    }

    fn land(&mut self) {
        // In the order of their ends.
        self.flights[self.landed..].sort_by_key(|flight| flight.end);
        while let Some(flight) =
            self.flights.get(self.landed).filter(|flight| flight.end <= self.now).cloned()
        {
            self.landed += 1;
            match flight.sender {
                Sender::Base => {
                    for index in 0..self.units.len() {
                        let is_lost = self.random.happens(self.loss);
                        let unit = &self.units[index];
                        let is_deaf = unit.is_deaf || unit.hears_beacons_only && !flight.is_beacon();
                        if !is_lost && !flight.is_spoilt && !is_deaf && !unit.sends.meets(&flight) {
                            self.node_hears(index, &flight.frame);
                        }
                    }
                }
                Sender::Node(index) => {
                    let is_lost = self.random.happens(self.loss) || self.units[index].is_mute;
                    if !is_lost && self.base_wake.is_some() && !self.base_sends.meets(&flight) {
                        if flight.is_spoilt {
                            self.base.garbled(self.base_time(self.now));
                        } else {
                            self.base.receive(&flight.frame, self.base_time(self.now));
                        }
                        self.poll_base();
                    }
                }
            }
        }
        assert_eq!(self.collisions, 0, "slots overlap");
    }

    /// A node hears a frame that ends now.
    pub fn node_hears(&mut self, index: usize, frame: &[u8]) {
        let late = self.random.below(STAMP_ERROR_US + 1);
        let unit = &mut self.units[index];
        let ended = unit.local(self.now + late);
        unit.node.receive(frame, ended);
        self.poll_node(index);
    }

    /// The base hears a frame that ends now.
    pub fn base_hears(&mut self, frame: &[u8]) {
        self.base.receive(frame, self.base_time(self.now));
        self.poll_base();
    }
}
