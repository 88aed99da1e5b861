//! The task that watches the others.

use core::ptr::addr_of;

use collector::Health;
use defmt::{error, info};
use embassy_time::{Duration, Instant, Ticker};
use stm32f4xx_hal::watchdog::IndependentWatchdog;

use crate::shared::{Shared, uptime_s};

/// A task that was not seen for so long is stuck.
const STUCK: Duration = Duration::from_secs(60);

/// Feeds the watchdog as long as every task works, and measures the stack.
#[embassy_executor::task]
pub async fn run(mut watchdog: IndependentWatchdog, shared: &'static Shared, boots: u16) -> ! {
    let mut ticker = Ticker::every(Duration::from_secs(1));
    let mut told = 0;
    loop {
        let now = Instant::now();
        let tasks = [("bus", &shared.bus_seen), ("radio", &shared.radio_seen)];
        let stuck = tasks.iter().find(|(_, seen)| seen.get() + STUCK < now);
        match stuck {
            None => watchdog.feed(),
            Some((name, _)) => error!("the {} is stuck", name),
        }
        let waiting = shared.with(|collector| collector.readings().0).unwrap_or_default();
        let most = shared.health().queue_most.max(waiting.min(255) as u8);
        let stack_most = stack_most();
        shared.set_health(Health { uptime_s: uptime_s(), boots, stack_most, queue_most: most });
        if stack_most > told {
            told = stack_most;
            info!("the stack took {} octets", stack_most);
        }
        ticker.next().await;
    }
}

/// Most octets the stack ever took.
fn stack_most() -> u16 {
    unsafe extern "C" {
        static _stack_end: u32;
        static _stack_start: u32;
    }
    let (mut place, start) = (addr_of!(_stack_end), addr_of!(_stack_start));
    // SAFETY: both are the bounds of the stack, which is memory; it was painted before the start.
    while place < start && unsafe { place.read_volatile() } == cortex_m_rt::STACK_PAINT_VALUE {
        // SAFETY: still within the stack.
        place = unsafe { place.add(1) };
    }
    u16::try_from(start.addr() - place.addr()).unwrap_or(u16::MAX)
}
