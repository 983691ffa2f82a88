#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| agsec::testing::property::language_parse_total(input));
