//! Time in milliseconds from SysTick, for embassy-time.

use core::cell::RefCell;
use core::sync::atomic::{AtomicU32, Ordering};
use core::task::Waker;

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use critical_section::Mutex;
use embassy_time_driver::Driver;
use embassy_time_queue_utils::Queue;

struct SysTickDriver {
    low: AtomicU32,
    high: AtomicU32,
    queue: Mutex<RefCell<Queue>>,
}

embassy_time_driver::time_driver_impl!(static DRIVER: SysTickDriver = SysTickDriver {
    low: AtomicU32::new(0),
    high: AtomicU32::new(0),
    queue: Mutex::new(RefCell::new(Queue::new())),
});

impl Driver for SysTickDriver {
    fn now(&self) -> u64 {
        critical_section::with(|_| {
            u64::from(self.high.load(Ordering::Relaxed)) << 32 | u64::from(self.low.load(Ordering::Relaxed))
        })
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        critical_section::with(|token| {
            if let Ok(mut queue) = self.queue.borrow(token).try_borrow_mut()
                && queue.schedule_wake(at, waker)
            {
                // The tick looks at the queue anyway; this wakes what is due already.
                queue.next_expiration(self.now());
            }
        });
    }
}

/// Starts the tick.
pub fn start(mut syst: SYST, core_hz: u32) {
    syst.set_clock_source(SystClkSource::Core);
    syst.set_reload(core_hz / 1_000 - 1);
    syst.clear_current();
    syst.enable_interrupt();
    syst.enable_counter();
}

#[cortex_m_rt::exception]
fn SysTick() {
    critical_section::with(|token| {
        let low = DRIVER.low.load(Ordering::Relaxed).wrapping_add(1);
        DRIVER.low.store(low, Ordering::Relaxed);
        if low == 0 {
            DRIVER.high.store(DRIVER.high.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
        }
        if let Ok(mut queue) = DRIVER.queue.borrow(token).try_borrow_mut() {
            queue.next_expiration(DRIVER.now());
        }
    });
}
