//! What the tasks share. They take turns on one core, so nobody waits for anybody.

use core::cell::{Cell, RefCell};

use collector::{Collector, Health};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embassy_sync::signal::Signal;
use embassy_time::Instant;

/// The collector, and who is to look at it.
pub struct Shared {
    collector: RefCell<Collector>,
    /// There is something to ask.
    pub bus: Signal<NoopRawMutex, ()>,
    /// There is something to send.
    pub radio: Signal<NoopRawMutex, ()>,
    /// When the device started, in seconds since 1970.
    began: Cell<Option<u32>>,
    health: Cell<Health>,
    /// When each task was last seen at work.
    pub bus_seen: Cell<Instant>,
    /// See [`bus_seen`](Self::bus_seen).
    pub radio_seen: Cell<Instant>,
}

impl Shared {
    /// A collector without meters.
    pub const fn new() -> Self {
        Self {
            collector: RefCell::new(Collector::new()),
            bus: Signal::new(),
            radio: Signal::new(),
            began: Cell::new(None),
            health: Cell::new(Health { uptime_s: 0, boots: 0, stack_most: 0, queue_most: 0 }),
            bus_seen: Cell::new(Instant::MIN),
            radio_seen: Cell::new(Instant::MIN),
        }
    }

    /// Lends the collector; `None` if it is lent already, which no task does across a wait.
    pub fn with<T>(&self, act: impl FnOnce(&mut Collector) -> T) -> Option<T> {
        self.collector.try_borrow_mut().ok().map(|mut collector| act(&mut collector))
    }

    /// Seconds since 1970, once the network has told.
    pub fn time(&self) -> Option<u32> {
        Some(self.began.get()?.wrapping_add(uptime_s()))
    }

    /// The network tells the time.
    pub fn set_time(&self, seconds: u32) {
        if self.began.replace(Some(seconds.wrapping_sub(uptime_s()))).is_none() {
            self.with(|collector| collector.started(self.health().boots, seconds));
            self.bus.signal(());
        }
    }

    /// How the device fares.
    pub fn health(&self) -> Health {
        self.health.get()
    }

    /// Says how the device fares.
    pub fn set_health(&self, health: Health) {
        self.health.set(health);
    }
}

/// Seconds since the start.
pub fn uptime_s() -> u32 {
    Instant::now().as_secs() as u32
}
