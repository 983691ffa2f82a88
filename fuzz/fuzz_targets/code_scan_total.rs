#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| agsec::testing::property::code_scan_total(input));
