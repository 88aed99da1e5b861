//! The wire between a collector outside and its meters: one stream, on which all of them hear everything.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::meters::{Answer, Clock, meters};

/// A thread that answers for the meters of one collector, as long as this lives.
pub struct Wire {
    stream: TcpStream,
    /// The meters that are cut off, a bit each.
    #[cfg_attr(not(test), expect(dead_code, reason = "only tests cut meters off"))]
    cut: Arc<AtomicU64>,
}

impl Wire {
    /// The meters of collector `number` hold what they do at the simulated second, and answer in real time.
    pub fn new(number: u16, stream: TcpStream, second: Arc<AtomicU64>) -> std::io::Result<Self> {
        let own = stream.try_clone()?;
        let cut = Arc::new(AtomicU64::new(0));
        let cuts = Arc::clone(&cut);
        stream.set_nodelay(true)?;
        thread::spawn(move || {
            let clock = Clock::default();
            // A wire that is broken is silent; the collector says that its meters do not answer.
            let _ =
                serve(stream, meters(number, &clock), &cuts, || clock.set(second.load(Ordering::Relaxed)));
        });
        Ok(Self { stream: own, cut })
    }

    /// Cuts a meter off, or connects it again.
    #[cfg(test)]
    pub fn cut(&self, meter: usize, is_cut: bool) {
        if is_cut {
            self.cut.fetch_or(1 << meter, Ordering::Relaxed);
        } else {
            self.cut.fetch_and(!(1 << meter), Ordering::Relaxed);
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

fn serve(
    mut stream: TcpStream,
    mut meters: Vec<Box<dyn Answer>>,
    cut: &AtomicU64,
    tick: impl Fn(),
) -> std::io::Result<()> {
    let started = Instant::now();
    let mut octets = [0; 512];
    loop {
        tick();
        let mut wake = Duration::MAX;
        for speaker in 0..meters.len() {
            loop {
                let now = started.elapsed();
                match meters.get_mut(speaker).map(|meter| meter.poll(now)) {
                    Some(Ok(_)) if cut.load(Ordering::Relaxed) >> speaker & 1 != 0 => {}
                    Some(Ok(answer)) => {
                        stream.write_all(&answer)?;
                        // A meter does not hear itself, but it hears the others.
                        let others = meters.iter_mut().enumerate().filter(|(index, _)| *index != speaker);
                        others.for_each(|(_, meter)| meter.receive(&answer, started.elapsed()));
                    }
                    Some(Err(Some(until))) => {
                        wake = wake.min(until);
                        break;
                    }
                    Some(Err(None)) | None => break,
                }
            }
        }
        let wait = wake.saturating_sub(started.elapsed());
        stream.set_read_timeout(Some(wait.clamp(Duration::from_millis(1), Duration::from_secs(1))))?;
        match stream.read(&mut octets) {
            Ok(0) => return Ok(()),
            Ok(length) => {
                tick();
                let heard = octets.get(..length).unwrap_or_default();
                meters.iter_mut().for_each(|meter| meter.receive(heard, started.elapsed()));
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
}
