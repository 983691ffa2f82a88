//! The `agsec` program: recognises the registered hook command before anything else, then hands over to the command line.

fn main() {}
