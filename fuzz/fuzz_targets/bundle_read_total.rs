#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| agsec::testing::property::bundle_read_total(input));
