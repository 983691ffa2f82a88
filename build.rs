//! What is generated before the crate is compiled. In: files beside the sources. Out: Rust in `OUT_DIR`.
//! Each step has a file in `build/`; deliberately not here: anything but calling them.

#![allow(clippy::disallowed_methods, reason = "a build script reads and writes files")]

#[cfg(feature = "compile")]
#[allow(clippy::disallowed_methods, reason = "Cargo tells a build script in its environment where to write")]
#[path = "build/grammar.rs"]
mod grammar;
#[allow(clippy::disallowed_methods, reason = "Cargo tells a build script in its environment how it builds")]
#[path = "build/order.rs"]
mod order;
#[path = "build/tables.rs"]
mod tables;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    #[cfg(feature = "compile")]
    grammar::generate();
    tables::generate();
    order::generate();
}
