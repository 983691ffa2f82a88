#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| agsec::testing::property::gate_hides_nothing(input));
