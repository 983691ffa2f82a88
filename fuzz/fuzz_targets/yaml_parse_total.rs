#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| agsec::testing::property::yaml_parse_total(input));
