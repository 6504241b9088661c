//! Published vectors, which are not copied into the repository.

use std::path::PathBuf;

use serde_json::Value;

/// The folder that `GATEPOST_VECTORS` names, if it is set.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("GATEPOST_VECTORS")?);
    assert!(folder.is_dir(), "GATEPOST_VECTORS names no folder");
    Some(folder)
}

/// The JSON file at `path` in the folder of vectors.
pub(crate) fn read(path: &str) -> Value {
    let path = folder().expect("asked for only where there is a folder").join(path);
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A JSON Web Key without its private members, as the text of a set.
pub(crate) fn public_jwks(jwk: &Value) -> String {
    let mut jwk = jwk.as_object().unwrap().clone();
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth"] {
        jwk.remove(member);
    }
    serde_json::json!({ "keys": [jwk] }).to_string()
}
