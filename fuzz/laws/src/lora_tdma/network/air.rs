//! Time passes: what is on the air, whose turn it was, and what base and nodes say.

use super::*;

impl Network<'_> {
    /// Lets time pass, while the frames that `loses` says are lost.
    pub fn run(&mut self, us: u64, loses: &mut dyn FnMut() -> bool) {
        let end = self.now + us;
        self.poll_base();
        (0..NODES).for_each(|index| self.poll_node(index));
        loop {
            let landing = self.flights[self.landed..].iter().map(|flight| flight.end).min();
            let wakes = self.units.iter().filter_map(|unit| unit.wake).chain([self.wake]).chain(landing);
            let Some(next) = wakes.min().filter(|&next| next <= end) else { break };
            self.now = self.now.max(next);
            if landing == Some(next) {
                self.land(loses);
            }
            if self.wake == next {
                self.poll_base();
            }
            for index in 0..NODES {
                if self.units[index].wake == Some(next) {
                    self.poll_node(index);
                }
            }
        }
        self.now = end;
    }

    fn land(&mut self, loses: &mut dyn FnMut() -> bool) {
        self.flights[self.landed..].sort_by_key(|flight| flight.end);
        while let Some(flight) = self.flights.get(self.landed).filter(|flight| flight.end <= self.now) {
            let (sender, frame, air) = (flight.sender, flight.frame.clone(), (flight.start, flight.end));
            let at = self.landed;
            self.landed += 1;
            if air.1 < self.now {
                // Nobody listened.
                continue;
            }
            match sender {
                None => {
                    for index in 0..NODES {
                        if !loses() && !meet(self.units[index].sends, air) {
                            self.node_hears(index, &frame, self.now + u64::from(self.nonce as u8 % 21));
                        }
                    }
                }
                Some(_) => {
                    if !loses() && !meet(self.sends, air) {
                        self.flights[at].came = true;
                        self.base_hears(&frame);
                    }
                }
            }
        }
    }

    /// A node hears a frame that seems to have ended at some time.
    pub fn node_hears(&mut self, index: usize, frame: &[u8], ended: u64) {
        let ended = self.local(index, ended);
        self.units[index].node.receive(frame, ended);
        self.poll_node(index);
    }

    /// The base hears a frame now.
    pub fn base_hears(&mut self, frame: &[u8]) {
        self.base.receive(frame, BaseTime::from_us(self.now));
        self.poll_base();
    }

    pub fn poll_base(&mut self) {
        let now = BaseTime::from_us(self.now);
        for polls in 0.. {
            assert!(polls < 20, "a base that never waits");
            match self.base.poll(now) {
                BaseOutput::Transmit { frame, at } => {
                    let frame = frame.to_vec();
                    assert!(at >= now, "the base sends in the past");
                    let end = at.us() + self.base.schedule().airtime_us(frame.len());
                    assert!(at.us() >= self.sends.1, "two frames at once");
                    self.sends = (at.us(), end);
                    self.note_beacon(&frame, at.us());
                    self.flights.push(Flight { sender: None, start: at.us(), end, frame, came: true });
                }
                BaseOutput::Message { device, message, .. } => {
                    let message = number(message);
                    let index = index(device);
                    assert!(message <= self.sent, "nobody sent it");
                    assert!(self.came.insert(message), "message {message} came twice");
                    if let (Some(stored), Some(window)) = (&mut self.stored[index], self.base.window(device))
                    {
                        stored.window = window;
                    }
                }
                BaseOutput::Delivered { device } => {
                    let message = self.down[index(device)].take().expect("nothing was sent");
                    let unit = &self.units[index(device)];
                    assert!(unit.heard_ever.contains(&message), "delivered, but never came");
                    self.delivered[index(device)].insert(message);
                }
                BaseOutput::DeliveredToAll { device } => {
                    let message = self.to_all.expect("nothing was sent");
                    let unit = &self.units[index(device)];
                    assert!(unit.heard_ever.contains(&message), "delivered to all, but never came");
                    self.delivered_to_all[index(device)].insert(message);
                }
                BaseOutput::Joined { device, link, session, window } => {
                    self.stored[index(device)] = Some(Stored { link, session, window });
                }
                BaseOutput::Left { device } => {
                    (self.stored[index(device)], self.down[index(device)]) = (None, None);
                }
                BaseOutput::Changed { epoch, .. } => {
                    if epoch != self.epoch {
                        self.epoch = epoch;
                        self.listen_to(epoch);
                    }
                }
                BaseOutput::Unknown { device } => assert!(!NUMBERS.contains(&device), "it is enrolled"),
                BaseOutput::Wait(until) => {
                    assert!(until > now, "a wait ends later");
                    self.wake = until.us();
                    return;
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// Remembers of which schedule a beacon is, and whom it grants extra slots.
    fn note_beacon(&mut self, frame: &[u8], at: u64) {
        if Header::decode(frame).is_ok_and(|header| header.kind == Kind::Broadcast && !header.flag) {
            let mut buffer = [0; 255];
            let (sealed, _) = frame.split_at(frame.len() - Beacon::CLEAR_LEN);
            let opener = self.listeners.last_mut().unwrap();
            let opened = opener.open(sealed, &mut buffer).expect("the base's own beacon");
            let beacon = Beacon::decode(opened.plaintext).unwrap();
            let schedule = *self.base.schedule();
            if schedule != self.schedule {
                (self.former, self.schedule, self.since) = (self.schedule, schedule, at);
            }
            self.number = beacon.number;
            self.grants =
                (0..schedule.layout().extras).map(|extra| beacon.grant(extra, schedule.slots())).collect();
        }
    }

    pub fn poll_node(&mut self, index: usize) {
        let local = self.local(index, self.now);
        for polls in 0.. {
            assert!(polls < 30, "a node that never waits");
            let unit = &mut self.units[index];
            match unit.node.poll(local) {
                NodeOutput::Transmit { frame, at } => {
                    assert!(at > local, "a node sends in the past");
                    let frame = frame.to_vec();
                    let start = self.time(index, at);
                    self.check_turn(index, at, &frame);
                    let end = start + self.base.schedule().airtime_us(frame.len());
                    let unit = &mut self.units[index];
                    assert!(start >= unit.sends.1 || unit.sends.0 >= end, "two frames at once");
                    unit.sends = (start, end);
                    self.flights.push(Flight { sender: Some(index), start, end, frame, came: false });
                }
                NodeOutput::Message { message, .. } => {
                    let message = number(message);
                    assert!(message <= self.sent, "nobody sent it");
                    assert!(unit.heard.insert(message), "message {message} came twice");
                    unit.heard_ever.insert(message);
                }
                NodeOutput::Delivered { ticket } => {
                    let message = unit.tickets.remove(&ticket).expect("a ticket");
                    assert!(self.came.contains(&message), "message {message} is delivered, but never came");
                    unit.settled.insert(message);
                }
                NodeOutput::Lost { ticket } => {
                    unit.lost.extend(unit.tickets.remove(&ticket));
                }
                NodeOutput::Joined { link, .. } => {
                    unit.epoch = link.epoch;
                    unit.asks = false;
                    unit.heard.clear();
                    unit.sessions += 1;
                }
                NodeOutput::Scheduled(_) | NodeOutput::Dismissed => {}
                NodeOutput::Wait(until) => {
                    assert!(until.is_none_or(|until| until > local), "a wait ends later");
                    let wake = until.map(|until| self.time(index, until).max(self.now + 1));
                    self.units[index].wake = wake;
                    return;
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// A member sends in a turn of its own only, if what it knows of the time is true.
    fn check_turn(&self, index: usize, at: LocalTime, frame: &[u8]) {
        let true_time = self.time(index, at);
        let schedule = if true_time < self.since { &self.former } else { &self.schedule };
        let layout = schedule.layout();
        let node = &self.units[index].node;
        let accesses = [self.base.schedule(), node.schedule()].map(|schedule| schedule.layout().access);
        if accesses.contains(&Access::Polling) || JoinRequest::device(frame).is_some() {
            return;
        }
        let half = u64::from(layout.guard_us / 2);
        let known = node.clock().base_time(at).expect("a node that sends knows the time");
        if known.time.us().abs_diff(true_time) > known.error_us + 2 {
            // Somebody held back the first beacon that it heard.
            return;
        }
        let number = schedule.number(BaseTime::from_us(true_time + half));
        let after = true_time - schedule.start(number).us();
        let place = schedule.place(NUMBERS[index]).unwrap();
        let fits = |offset: Option<u64>, message: usize| {
            offset.is_some_and(|offset| offset.abs_diff(after) <= half) && frame.len() <= message + 14
        };
        let is_own = schedule.phase(number) == place.phase
            && fits(schedule.slot_us(place.slot), schedule.max_message(place.slot));
        let is_alarm = (0..layout.alarms).any(|alarm| fits(schedule.alarm_us(alarm), layout.alarm.into()));
        let is_granted = number == self.number
            && self.grants.iter().zip(0..).any(|(&grant, extra)| {
                schedule.phase(number - 1) == place.phase
                    && grant == Grant::Slot(place.slot)
                    && fits(schedule.extra_us(extra), schedule.longest() - 14)
            });
        let versions = (node.schedule().layout().version, layout.version);
        assert!(is_own || is_alarm || is_granted, "{after} us after beacon {number} of {versions:?}");
    }
}

fn meet(one: (u64, u64), other: (u64, u64)) -> bool {
    one.0 < other.1 && other.0 < one.1
}
