//! The order of functions in the hook: those that a call runs stand together.
//!
//! In: `build/hook-order.txt`, as `benches/order.py` writes it. Out: a linker script in `OUT_DIR` for the static release builds
//! of `agsec-hook` on Linux. A name that is no longer there does nothing; a linker that reads no such scripts gets none, and
//! then the functions stand in the order of their modules. Deliberately not here: which functions a call runs.
//!
//! PERF: the kernel maps sixteen pages around each page of a program that is touched first, which costs 2 µs. What a call runs
//! is a quarter of the hook's code and was spread over all of it: ten page faults more, 15 to 25 µs of 350.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// The list; lines that begin with `#` say what it is.
const LIST: &str = "build/hook-order.txt";

/// Hands the script to the linker where it is of use.
pub(crate) fn generate() {
    println!("cargo::rerun-if-env-changed=CARGO_ENCODED_RUSTFLAGS");
    if !is_static_release() || !reads_scripts() {
        return;
    }
    let names = std::fs::read_to_string(LIST).unwrap_or_else(|error| panic!("{LIST}: {error}"));
    let script = Path::new(&variable("OUT_DIR")).join("hook-order.ld");
    std::fs::write(&script, of(&names)).unwrap_or_else(|error| panic!("{}: {error}", script.display()));
    println!("cargo::rustc-link-arg-bin=agsec-hook=-Wl,-T,{}", script.display());
}

/// A section of its own in front of all other code.
fn of(names: &str) -> String {
    let mut script = String::from("SECTIONS\n{\n  .text.hook :\n  {\n");
    for name in names.lines().filter(|line| !line.starts_with('#')) {
        let _ = writeln!(script, "    *(.text.{name})");
    }
    script + "  }\n}\nINSERT BEFORE .text;\n"
}

fn is_static_release() -> bool {
    variable("CARGO_CFG_TARGET_OS") == "linux"
        && variable("PROFILE") == "release"
        && variable("CARGO_CFG_TARGET_FEATURE").split(',').any(|feature| feature == "crt-static")
}

/// Whether the linker is GNU's or LLVM's, called by a C compiler that nobody told to call another.
fn reads_scripts() -> bool {
    let flags = variable("CARGO_ENCODED_RUSTFLAGS");
    let linker = Some(variable("RUSTC_LINKER")).filter(|linker| !linker.is_empty());
    let asked = Command::new(linker.unwrap_or_else(|| "cc".to_owned())).arg("-Wl,--version").output();
    let told = asked.map(|output| output.stdout).unwrap_or_default();
    let told = String::from_utf8_lossy(&told);
    !flags.contains("linker")
        && !flags.contains("fuse-ld")
        && (told.contains("GNU ld") || told.contains("LLD"))
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}
