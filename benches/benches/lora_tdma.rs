//! `lora-tdma` by criterion.

use benches::lora_tdma::{WAYS, case};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn lora_tdma(criterion: &mut Criterion) {
    for case in case::ALL {
        let mut group = criterion.benchmark_group(format!("Time slots: {}", case.name));
        group.throughput(Throughput::Bytes(case.octets as u64));
        for way in WAYS {
            if let Some(mut meter) = (case.meter)(&way) {
                group.bench_function(way.name, |bencher| bencher.iter_custom(&mut meter));
            }
        }
    }
}

criterion_group!(benches, lora_tdma);
criterion_main!(benches);
