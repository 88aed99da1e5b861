//! `dlt645` by criterion.

use benches::dlt645::{case, ways};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn dlt645(criterion: &mut Criterion) {
    for case in case::ALL {
        let mut group = criterion.benchmark_group(format!("DL/T 645: {}", case.name));
        group.throughput(Throughput::Bytes(case.octets as u64));
        for way in ways::ALL {
            if let Some(mut meter) = (case.meter)(&way) {
                group.bench_function(way.name, |bencher| bencher.iter_custom(&mut meter));
            }
        }
    }
}

criterion_group!(benches, dlt645);
criterion_main!(benches);
