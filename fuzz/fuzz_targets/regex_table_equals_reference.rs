#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| agsec::testing::property::regex_table_equals_reference(input));
