//! The task that owns the RS-485 bus.

use collector::{Ask, Next};
use defmt::{debug, warn};
use embassy_futures::select::select;
use embassy_time::{Delay, Duration, Instant, Timer};
use meter_value::line::Driver;

use crate::shared::Shared;
use crate::uart::Uart;

/// Between two questions.
const PAUSE: Duration = Duration::from_millis(50);

/// Asks one meter after the other.
#[embassy_executor::task]
pub async fn run(uart: &'static Uart, shared: &'static Shared) -> ! {
    let mut driver = Driver::new(uart, Delay, now);
    let mut question = None;
    loop {
        shared.bus_seen.set(Instant::now());
        // The future has room for one question.
        let until = next(shared, &mut question);
        let Some(ask) = &mut question else {
            select(Timer::at(until), shared.bus.wait()).await;
            continue;
        };
        let about = &mut ask.about;
        if !uart.set(ask.line.baud.get(), ask.line.parity) {
            warn!("{} baud are too slow", ask.line.baud.get());
            about.fail();
        } else if let Some(client) = &mut ask.client {
            loop {
                match driver.run(client, |heard| about.take(&heard)).await {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(_) => {
                        warn!("the bus failed");
                        about.fail();
                        break;
                    }
                }
            }
        }
        if uart.lost() != 0 {
            debug!("{} octets were lost on the bus so far", uart.lost());
        }
        let time = shared.time().unwrap_or_default();
        shared.with(|collector| collector.answered(about, now(), time));
        shared.radio.signal(());
        Timer::after(PAUSE).await;
    }
}

/// Looks for a question; when to look again at the latest, if there is none.
#[inline(never)]
fn next(shared: &Shared, question: &mut Option<Ask>) -> Instant {
    *question = None;
    // The task shows that it is alive even when nothing is to be done.
    let latest = Instant::from_millis(Instant::now().as_millis() + 5_000);
    // What has no time is no reading.
    if shared.time().is_none() {
        return latest;
    }
    match shared.with(|collector| collector.next(now())) {
        Some(Next::Ask(ask)) => *question = Some(ask),
        Some(Next::Wait(Some(until))) => return latest.min(Instant::from_millis(until.as_millis() as u64)),
        Some(Next::Wait(None)) | None => {}
    }
    latest
}

/// The time since the start.
pub fn now() -> core::time::Duration {
    core::time::Duration::from_millis(Instant::now().as_millis())
}
