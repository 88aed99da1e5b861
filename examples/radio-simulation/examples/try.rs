//! Try.
use std::time::Duration;
use radio_simulation::*;
fn main() {
    for (octets, loss) in [(64, Loss::independent(0)), (64, Loss::independent(10)), (64, Loss::independent(30)), (64, Loss::bursts(30, 10)), (128, Loss::independent(30))] {
        let mut s = Scenario::office(octets);
        s.loss = loss;
        s.duration = Duration::from_secs(600);
        if std::env::args().nth(1).is_some() { s.traffic.every = Duration::from_secs_f64(16.0 * 8.0 * f64::from(octets) / 10_000.0); }
        let t = std::time::Instant::now();
        let (mut o, _) = World::new(s).run();
        println!("{octets} {loss:?} period {} offered {} delivered {} = {:.5} wrong {} coll {} cont {} goodput {:.2} use {:.3} frames {} lat {:?} {:?} alarms {} {:?} {:?} lost {} ({:?})",
            s.layout.period_us, o.offered, o.delivered, o.delivery(), o.wrong, o.collisions, o.contentions, o.goodput()/1000.0, o.usage(), o.frames,
            o.latencies.quantile(500), o.latencies.quantile(999), o.alarms.len(), o.alarms.quantile(500), o.alarms.quantile(999), o.lost_alarms, t.elapsed());
    }
}
