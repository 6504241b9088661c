//! What a request asks for, out of a body of a mebibyte, whatever it is filled with.

use core::hint::black_box;

use criterion::{Criterion, Throughput};
use gatepost::limits;
use gatepost::mcp::Operation;

const BODY: usize = 1 << 20;

pub(crate) fn bench(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("operation of 1 MiB");
    for (name, before, filling, after) in [
        ("one string of base64", "\"", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo", "\""),
        ("small objects and numbers", "[0", r#",{"a":1,"b":[2.5,3]}"#, "]"),
        ("brackets", "[0", ",[{}]", "]"),
        ("one string of escapes", "\"", r"\n\u00e9\\", "\""),
        ("one string of other alphabets", "\"", "aé世界😀", "\""),
    ] {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"arguments":{{"a":{before}{}{after}}},"name":"n"}}}}"#,
            filling.repeat(BODY / filling.len()),
        );
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
