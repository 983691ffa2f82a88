#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| agsec::testing::property::path_resolve_total(input));
