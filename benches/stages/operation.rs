//! What a request asks for, out of a body of a megabyte, whatever it is filled with.

use core::hint::black_box;

use criterion::{Criterion, Throughput};
use gatepost::limits;
use gatepost::mcp::Operation;
use gatepost_benches::paths::operation_bodies;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("operation of 1 MB");
    for (_, name, body) in operation_bodies() {
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_function(name, |bencher| {
            let mut memory = [0; limits::OPERATION_MEMORY];
            bencher.iter(|| {
                let body = black_box(body.as_bytes());
                let operation = Operation::from_body(body, limits::MAX_MESSAGE_LEN, &mut memory);
                assert_eq!(operation.expect("a request").name(), Some("n"));
            });
        });
    }
}
