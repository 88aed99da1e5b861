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

/// What took longer was asked again, and the answers to both are over after as long a rest.
const WAITED: Duration = Duration::from_secs(1);

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
        let began = now_ms();
        let about = &mut ask.about;
        if !uart.set(ask.line.baud.get(), ask.line.parity) {
            warn!("300 baud are too slow");
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
        Timer::after(pause(began)).await;
    }
}

/// How long the bus rests after a question that began then.
#[inline(never)]
fn pause(began: u32) -> Duration {
    if now_ms().wrapping_sub(began) > 1_000 { WAITED } else { PAUSE }
}

#[inline(never)]
fn now_ms() -> u32 {
    Instant::now().as_millis() as u32
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
