//! `include/gatepost.h` is what cbindgen makes of this crate, and the enum in it what the core's
//! table of reasons says.
//!
//! `GATEPOST_WRITE_HEADER=1 cargo test -p gatepost-ffi --test header` writes the file anew.

use core::fmt::Write;
use std::path::Path;
use std::{env, fs};

use gatepost_core::Reason;

#[test]
fn the_header_is_made_from_the_sources() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/gatepost.h");
    let header = header();
    if env::var_os("GATEPOST_WRITE_HEADER").is_some() {
        fs::write(&path, header).unwrap();
        return;
    }
    let committed = fs::read_to_string(&path).unwrap();
    let differs = committed.lines().zip(header.lines()).find(|(a, b)| a != b);
    assert!(
        committed == header,
        "gatepost.h is not up to date (first difference: {differs:?}); write it anew with \
         GATEPOST_WRITE_HEADER=1 cargo test -p gatepost-ffi --test header"
    );
}

#[test]
fn the_header_has_every_reason_with_its_number() {
    let committed = include_str!("../include/gatepost.h");
    let numbers: Vec<_> = committed
        .lines()
        .skip_while(|line| !line.starts_with("enum gatepost_reason"))
        .take_while(|line| !line.starts_with("};"))
        .filter_map(|line| line.trim().trim_end_matches(',').split_once(" = "))
        .collect();
    let mut expected = vec![("GATEPOST_OK".to_owned(), "0".to_owned())];
    expected.extend(Reason::ALL.map(|reason| {
        (format!("GATEPOST_{}", reason.name().to_uppercase()), reason.number().to_string())
    }));
    assert!(numbers.into_iter().eq(expected.iter().map(|(name, n)| (name.as_str(), n.as_str()))));
}

fn header() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).unwrap();
    config.after_includes = Some(reasons() + MACROS);
    let bindings = cbindgen::generate_with_config(folder, config).unwrap();
    let mut header = Vec::new();
    bindings.write(&mut header);
    let header = String::from_utf8(header).unwrap();
    header.replace("// # Safety\n//\n", "// The caller's part:\n")
}

/// The enum of the reasons. Functions return `uint32_t`: the size of an enum is the compiler's
/// choice in C.
fn reasons() -> String {
    let mut text = String::from(
        "\n// What the numbers mean: GATEPOST_OK, or why a token, a request, a key set or a policy was\n\
         // refused. The hundreds tell the stage: 1xx form, 2xx header, 3xx keys, 4xx signature, 5xx claims,\n\
         // 6xx scope, 7xx possession, 8xx cannot tell now, 9xx the caller's own mistake.\n\
         enum gatepost_reason {\n    // accepted\n    GATEPOST_OK = 0",
    );
    // No comma after the last one: C++98 does not take it.
    let mut hundred = 0;
    for reason in Reason::ALL {
        let gap = if reason.number() / 100 == hundred { "" } else { "\n" };
        hundred = reason.number() / 100;
        write!(text, ",\n{gap}    // {}\n    {}", reason.description(), definition(reason))
            .unwrap();
    }
    text + "\n};\n"
}

fn definition(reason: Reason) -> String {
    format!("GATEPOST_{} = {}", reason.name().to_uppercase(), reason.number())
}

/// cbindgen makes no macros with arguments.
const MACROS: &str = r#"
// Bytes that a set of `keys` keys needs, where the compiler has to know it.
#define GATEPOST_KEY_SET_SIZE(keys) \
    (GATEPOST_KEY_SET_HEAD_SIZE + (size_t)(keys) * GATEPOST_KEY_SIZE)

// A string literal as a gatepost_slice.
#ifdef __cplusplus
#define GATEPOST_LITERAL(literal) \
    (gatepost_slice{reinterpret_cast<const uint8_t *>("" literal), sizeof(literal) - 1})
#else
#define GATEPOST_LITERAL(literal) \
    ((gatepost_slice){(const uint8_t *)("" literal), sizeof(literal) - 1})
#endif
"#;
