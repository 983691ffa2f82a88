#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| agsec::testing::property::url_parse_total(input));
