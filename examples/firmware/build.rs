//! Puts tokens and keys of `testdata/cases.json` into Rust, and the memory map where the linker
//! looks for it.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

use gatepost::{ImportOptions, KeyMaterial, ParsedKey, Reason};
use serde_json::Value;

fn main() {
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::copy("memory.x", folder.join("memory.x")).expect("the folder is cargo's, for this");
    // The names of interrupts, of which there are none.
    fs::write(folder.join("device.x"), "").expect("the folder is cargo's, for this");
    println!("cargo:rustc-link-search={}", folder.display());
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    println!("cargo:rerun-if-changed=memory.x");

    let path = Path::new("../../testdata/cases.json");
    println!("cargo:rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path).expect("it is committed");
    let testdata: Value = serde_json::from_str(&text).expect("it is JSON");
    let rust = constants(&testdata).expect("a part of testdata/cases.json is missing");
    fs::write(folder.join("testdata.rs"), rust).expect("the folder is cargo's, for this");
}

fn constants(testdata: &Value) -> Option<String> {
    let policy = &testdata["policies"]["default"];
    let mut rust = String::new();
    let mut constant = |documentation: &str, name: &str, kind: &str, value: String| {
        writeln!(rust, "/// {documentation}\npub const {name}: {kind} = {value};").ok()
    };
    constant("Whose tokens are accepted.", "ISSUER", "&str", literal(&policy["issuer"])?)?;
    constant(
        "What tokens must be meant for.",
        "AUDIENCE",
        "&str",
        literal(&policy["audience"][0])?,
    )?;

    let cases = testdata["cases"].as_array()?;
    for (algorithm, name) in [("ES256", "es256_accepted"), ("RS256", "rs256_accepted")] {
        let case = cases.iter().find(|case| case["name"] == name)?;
        let keys = testdata["key_sets"][algorithm.to_lowercase()]["jwks"].to_string();
        let (key_id, numbers) = only_key(&keys)?;
        constant("The key's name.", &format!("{algorithm}_KEY_ID"), "&str", key_id)?;
        let name = format!("{algorithm}_KEY");
        constant("The issuer's key.", &name, "gatepost::KeyMaterial<'static>", numbers)?;
        constant("A good token.", &format!("{algorithm}_TOKEN"), "&str", literal(&case["token"])?)?;
        let now = case["now"].to_string();
        constant("When it is good.", &format!("{algorithm}_NOW"), "u64", now)?;
    }

    let keys = Value::String(testdata["key_sets"]["all"]["jwks"].to_string());
    constant("Keys of every kind.", "ALL_JWKS", "&str", literal(&keys)?)?;
    let mut table = String::from("&[\n");
    for case in cases.iter().filter(|case| case["key_set"] == "all" && case["policy"] == "default")
    {
        let (name, token) = (literal(&case["name"])?, literal(&case["token"])?);
        writeln!(table, "    ({name}, {token}, {}, {}),", case["now"], case["number"]).ok()?;
    }
    table.push(']');
    let kind = "&[(&str, &str, u64, u16)]";
    constant("Name, token, time, and the number of the reason or 0.", "CASES", kind, table)?;
    Some(rust)
}

/// The name and the numbers of the only key of a set, as Rust writes them: a device that knows its
/// key need not be able to read one.
fn only_key(jwks: &str) -> Option<(String, String)> {
    let mut slots = [None];
    let numbers = |key: &ParsedKey<'_>| match key.material {
        KeyMaterial::P256 { x, y } => {
            Ok(format!("gatepost::KeyMaterial::P256 {{ x: &{x:?}, y: &{y:?} }}"))
        }
        KeyMaterial::Rsa { modulus, exponent } => Ok(format!(
            "gatepost::KeyMaterial::Rsa {{ modulus: &{modulus:?}, exponent: &{exponent:?} }}"
        )),
        _ => Err(Reason::UnsupportedKey),
    };
    gatepost::load(jwks.as_bytes(), ImportOptions::default(), &mut slots, numbers, |_| ()).ok()?;
    let slot = slots[0].as_ref()?;
    Some((format!("{:?}", slot.key_id()?), slot.key().clone()))
}

/// A string as Rust writes it.
fn literal(string: &Value) -> Option<String> {
    string.as_str().map(|string| format!("{string:?}"))
}
