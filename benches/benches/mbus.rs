//! `mbus` by criterion.

use benches::mbus::{case, peers};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn mbus(criterion: &mut Criterion) {
    for case in case::ALL {
        let mut group = criterion.benchmark_group(format!("M-Bus: {}", case.name));
        group.throughput(Throughput::Bytes(case.octets as u64));
        for peer in peers::ALL {
            if let Some(mut meter) = (case.meter)(&peer) {
                group.bench_function(peer.name, |bencher| bencher.iter_custom(&mut meter));
            }
        }
    }
}

criterion_group!(benches, mbus);
criterion_main!(benches);
