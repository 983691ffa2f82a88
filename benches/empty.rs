//! The process that does nothing: the floor for any hook built with the same flags.

fn main() {}
