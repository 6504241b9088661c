//! Tells the linker where everything is.

fn main() {
    let folder = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    println!("cargo:rustc-link-arg-bins=-T{folder}/layout.x");
    println!("cargo:rerun-if-changed=layout.x");
}
