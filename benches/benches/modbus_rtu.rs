//! `modbus-rtu` beside its peers, by criterion.

use benches::modbus_rtu::{case, peers};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn modbus_rtu(criterion: &mut Criterion) {
    for case in case::ALL {
        let mut group = criterion.benchmark_group(case.name);
        group.throughput(Throughput::Bytes(case.octets as u64));
        for implementation in peers::ALL {
            if let Some(mut meter) = (case.meter)(&implementation) {
                group.bench_function(implementation.name, |bencher| bencher.iter_custom(&mut meter));
            }
        }
    }
}

criterion_group!(benches, modbus_rtu);
criterion_main!(benches);
