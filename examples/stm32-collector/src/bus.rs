//! The task that owns the RS-485 bus.

use core::time::Duration;

use collector::Next;
use defmt::{debug, warn};
use embassy_futures::select::select;
use embassy_time::{Delay, Instant, Timer};
use meter_value::line::Driver;

use crate::shared::Shared;
use crate::uart::Uart;

/// Between two questions.
const PAUSE: embassy_time::Duration = embassy_time::Duration::from_millis(50);

/// Asks one meter after the other.
#[embassy_executor::task]
pub async fn run(uart: &'static Uart, shared: &'static Shared) -> ! {
    let mut driver = Driver::new(uart, Delay, now);
    loop {
        shared.bus_seen.set(Instant::now());
        // What has no time is no reading.
        let next = match shared.time() {
            Some(_) => shared.with(|collector| collector.next(now())),
            None => None,
        };
        let mut ask = match next {
            Some(Next::Ask(ask)) => ask,
            Some(Next::Wait(until)) => {
                // The task shows that it is alive even when nothing is to be done.
                let latest = Instant::now() + embassy_time::Duration::from_secs(5);
                let until = until.map_or(latest, |until| Instant::from_millis(until.as_millis() as u64));
                select(Timer::at(until.min(latest)), shared.bus.wait()).await;
                continue;
            }
            None => {
                select(Timer::after_secs(1), shared.bus.wait()).await;
                continue;
            }
        };
        uart.set(ask.line.baud.get(), ask.line.parity);
        let about = &mut ask.about;
        if let Some(client) = &mut ask.client {
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
        shared.with(|collector| collector.answered(ask.about, now(), time));
        shared.radio.signal(());
        Timer::after(PAUSE).await;
    }
}

/// The time since the start.
pub fn now() -> Duration {
    Duration::from_millis(Instant::now().as_millis())
}
