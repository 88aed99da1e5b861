//! Every case by criterion.

use benches::case::Column;
use benches::{airtime, dlt645, frame_crypto, lora_tdma, mbus, modbus_rtu};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn all<C: Column>(criterion: &mut Criterion) {
    for case in C::CASES {
        let mut group = criterion.benchmark_group(format!("{}: {}", C::TITLE, case.name));
        group.throughput(Throughput::Bytes(case.octets as u64));
        for column in C::ALL {
            if let Some(mut meter) = (case.meter)(column) {
                group.bench_function(column.name(), |bencher| bencher.iter_custom(&mut meter));
            }
        }
    }
}

criterion_group!(
    benches,
    all::<modbus_rtu::Implementation>,
    all::<dlt645::Way>,
    all::<mbus::Implementation>,
    all::<frame_crypto::Implementation>,
    all::<lora_tdma::Way>,
    all::<airtime::Implementation>,
);
criterion_main!(benches);
