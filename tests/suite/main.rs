//! The one integration test binary; each module has a line that says what belongs there.
