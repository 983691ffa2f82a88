//! The one integration test binary; each module has a line that says what belongs there.
mod architecture; // imports, crates, doors, unsafe, sizes, lints, what the hook links
