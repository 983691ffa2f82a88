#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| agsec::testing::property::shell_commands_total(input));
