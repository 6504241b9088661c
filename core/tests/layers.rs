//! What the compiler does not hold together: which module may use which, how long a file may be,
//! and what has no place in code that reads untrusted input.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The layers from the bottom up: a module uses its own layer and those before it.
const LAYERS: &[&[&str]] = &[
    &["reason", "limits", "time"],
    &["text"],
    &["jose"],
    &["crypto"],
    &["access"],
    &["oauth"],
    &["mcp"],
    &["delegation"],
    // Public names, prose, and the doors for fuzzing: they see everything, nothing sees them.
    &["lib", "manual", "internal"],
];

const MAX_LINES: usize = 500;

#[test]
fn modules_use_only_the_layers_below_them() {
    let sources = sources();
    let names = public_names(&sources["lib.rs"]);
    let upward: Vec<_> =
        sources.iter().flat_map(|(path, source)| upward_uses(path, source, &names)).collect();
    assert!(upward.is_empty(), "a lower layer uses a higher one:\n{}", upward.join("\n"));
}

#[test]
fn files_are_short_enough_to_be_read_at_once() {
    let long: Vec<_> = sources()
        .into_iter()
        .map(|(path, source)| (path, source.lines().count()))
        .filter(|(_, lines)| *lines > MAX_LINES)
        .collect();
    assert!(long.is_empty(), "more than {MAX_LINES} lines: {long:?}");
}

#[test]
fn the_core_promises_no_std_and_no_unsafe_code() {
    let lib = &sources()["lib.rs"];
    for promise in ["#![no_std]", "#![forbid(unsafe_code)]"] {
        assert!(lib.lines().any(|line| line == promise), "lib.rs lacks {promise}");
    }
}

#[test]
fn nothing_panics_on_purpose_outside_tests() {
    let calls: Vec<_> =
        sources().iter().flat_map(|(path, source)| panicking_calls(path, source)).collect();
    assert!(calls.is_empty(), "this can panic:\n{}", calls.join("\n"));
}

#[test]
fn the_checks_see_what_they_look_for() {
    let names = public_names(
        "pub use jose::{Algorithm,\n    UntrustedToken};\npub use access::Policy as Rules;\n\
         pub use reason::Reason;\npub mod limits;",
    );
    let refused = |path, source| !upward_uses(path, source, &names).is_empty();

    assert!(refused("text/json/scan.rs", "use crate::jose::Header;"));
    assert!(refused("text/json/scan.rs", "use crate::{Reason, UntrustedToken};"));
    assert!(refused("jose/header.rs", "use crate::{limits::{A, B}, crypto::{C, D}};"));
    assert!(refused("jose/header.rs", "fn f(policy: crate::Rules) {}"));
    assert!(refused("jose/header.rs", "use super::super::access::Policy;"));
    assert!(refused("limits.rs", "use super::text::json;"));
    assert!(refused("jose/mod.rs", "use super::crypto::Key;"));
    assert!(refused("jose/header.rs", "use crate::unheard_of::Thing;"));

    assert!(!refused("crypto/keys.rs", "use crate::jose::{Algorithm, jwk};\nuse super::rsa;"));
    assert!(!refused("jose/header.rs", "use super::super::text::json;"));
    assert!(!refused("jose/header.rs", "//! See [`Policy`](crate::access::Policy).\n"));
    assert!(!refused(
        "jose/header.rs",
        "use crate::Reason;\n#[cfg(test)]\nmod tests { use crate::Rules; }"
    ));
    assert!(!refused("lib.rs", "pub use crate::access::Policy;"));

    assert_eq!(panicking_calls("a.rs", "let x = y\n    .unwrap();").len(), 1);
    assert_eq!(panicking_calls("a.rs", "x.expect(\"why\"); // .unwrap()").len(), 1);
    assert_eq!(panicking_calls("a.rs", "/// x.unwrap();\nx.unwrap_or(1);").len(), 0);
    assert_eq!(
        panicking_calls("a.rs", "#[cfg(test)]\nmod tests { fn f() { x.unwrap() } }").len(),
        0
    );
}

/// The core's source files by their path below `src`, with `/` between folders.
fn sources() -> BTreeMap<String, String> {
    fn collect(folder: &Path, root: &Path, into: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, root, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                into.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = BTreeMap::new();
    collect(&root, &root, &mut sources);
    assert!(sources.len() > 5, "too few files found below {root:?}");
    sources
}

/// The uses of a higher layer, or of an unknown module, in the file at `path`.
fn upward_uses(path: &str, source: &str, names: &BTreeMap<String, String>) -> Vec<String> {
    let modules = module_path(path);
    let own = layer(modules[0]).unwrap_or_else(|| panic!("{path} belongs to no layer of LAYERS"));
    root_names(&code(source), modules.len())
        .into_iter()
        .filter(|name| {
            let module = names.get(name).unwrap_or(name);
            layer(module).is_none_or(|used| used > own)
        })
        .map(|name| format!("{path} uses {name}"))
        .collect()
}

/// `text/json/mod.rs` is the module `text::json`.
fn module_path(path: &str) -> Vec<&str> {
    let path = path.trim_end_matches(".rs");
    path.strip_suffix("/mod").unwrap_or(path).split('/').collect()
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The names directly below the crate's root that `code` mentions: after `crate::`, alone or in
/// braces, and after as many `super::` as the module is deep.
fn root_names(code: &str, depth: usize) -> Vec<String> {
    let from_root = "super::".repeat(depth);
    let mut names = Vec::new();
    for prefix in ["crate::", &from_root] {
        for (at, _) in code.match_indices(prefix) {
            if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let rest = &code[at + prefix.len()..];
            match rest.strip_prefix('{') {
                Some(group) => names.extend(first_names(group)),
                None => names.push(identifier(rest)),
            }
        }
    }
    names
}

/// The first name of each path in a group of `use`, which is given without its opening brace.
fn first_names(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut names) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(identifier(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(identifier(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn identifier(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Which module each name comes from that `lib.rs` exports.
fn public_names(lib: &str) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for statement in code(lib).split(';') {
        let Some(at) = statement.find("pub use ") else { continue };
        let path = statement[at + "pub use ".len()..].trim();
        let path = path.strip_prefix("crate::").unwrap_or(path);
        let (module, rest) = path.split_once("::").unwrap_or((path, ""));
        for item in rest.split(['{', '}', ',']).filter(|item| !item.trim().is_empty()) {
            let exported = item.rsplit(" as ").next().unwrap_or(item);
            let name = exported.rsplit("::").next().unwrap_or(exported).trim();
            names.insert(name.to_owned(), module.to_owned());
        }
    }
    names
}

fn panicking_calls(path: &str, source: &str) -> Vec<String> {
    code(source)
        .lines()
        .filter(|line| line.contains(".unwrap()") || line.contains(".expect("))
        .map(|line| format!("{path}: {}", line.trim()))
        .collect()
}

/// The source without comments and without its tests, which stand at the end of a file, or in a
/// file of their own that says so.
fn code(source: &str) -> String {
    if source.lines().any(|line| line == "#![cfg(test)]") {
        return String::new();
    }
    let source = source.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    source
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}
