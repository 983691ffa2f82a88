#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| agsec::testing::property::glob_equals_python_translation(input));
