#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| agsec::testing::property::hook_input_total(input));
