#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| agsec::testing::property::vm_equals_oracle(input));
