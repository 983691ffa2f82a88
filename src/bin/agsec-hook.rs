//! The hook alone: the run side, nothing else.

fn main() {}
