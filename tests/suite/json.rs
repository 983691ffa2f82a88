//! The JSON reader and writer: what is read, what is refused and where, and that nothing makes them fail.

use agsec::model::json::{self, JsonErrorKind};
use agsec::model::value::{Number, Value};
use agsec::testing::total;
use proptest::prelude::*;
use std::borrow::Cow;
use std::time::{Duration, Instant};

fn read(text: &str) -> Value<'_> {
    json::parse(text.as_bytes(), 512).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn written(value: &Value<'_>) -> String {
    let mut text = String::new();
    json::write(value, &mut text);
    text
}

#[test]
fn values_are_read_and_written_exactly() {
    // Text read, text written.
    let rows = [
        ("null", "null"),
        (" \t\r\n true \n", "true"),
        ("\u{feff}false", "false"),
        ("-0", "0"),
        ("-0.0", "-0.0"),
        ("18446744073709551616", "18446744073709551616"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("1E5", "100000.0"),
        ("1e-7", "1e-07"),
        ("NaN", "null"),
        ("[-Infinity, Infinity, 1e400]", "[null,null,null]"),
        (r#""""#, r#""""#),
        (r#""a\/b\"\\\b\f\n\r\t""#, r#""a/b\"\\\u0008\u000c\n\r\t""#),
        (r#""\u0041\u00e9\uD83D\uDE00""#, r#""Aé😀""#),
        (r#""\ud83d""#, "\"\u{fffd}\""),
        (r#""\ud83dx""#, "\"\u{fffd}x\""),
        (r#""\ude00\ud83d\u0041""#, "\"\u{fffd}\u{fffd}A\""),
        (r#""\ud83d\ud83d\ude00""#, "\"\u{fffd}😀\""),
        ("\"\u{7f}\u{85}\u{2028}é\"", "\"\\u007f\\u0085\u{2028}é\""),
        ("[ ]", "[]"),
        ("{ }", "{}"),
        (r#"[1, [2, {"a" : [ ] , "b":{}}],3]"#, r#"[1,[2,{"a":[],"b":{}}],3]"#),
        (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
        (r#"{"a":1,"\u0061":2}"#, r#"{"a":2}"#),
    ];
    for (text, expected) in rows {
        assert_eq!(written(&read(text)), expected, "of {text}");
    }
}

#[test]
fn numbers_keep_their_kind() {
    assert_eq!(read("9223372036854775807"), Value::Number(Number::Int(i64::MAX)));
    assert_eq!(read("9223372036854775808"), Value::Number(Number::Big(Cow::Borrowed("9223372036854775808"))));
    assert_eq!(read("1.0"), Value::Number(Number::Float(1.0)));
    assert_eq!(read("1e400"), Value::Number(Number::Float(f64::INFINITY)));
}

#[test]
fn strings_without_escapes_are_borrowed() {
    let Value::String(text) = read(r#""plain é text""#) else { panic!("not a string") };
    assert!(matches!(text, Cow::Borrowed("plain é text")));
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    let rows: [(&[u8], &str); 45] = [
        (b"", "input is empty"),
        (b" \n\t", "input is empty"),
        (b"\xef\xbb\xbf", "input is empty"),
        (b"[1, \xff]", "input is not UTF-8 at byte 4"),
        (b"\"\xed\xa0\x80\"", "input is not UTF-8 at byte 1"),
        (b"[", "input ends inside an array at byte 1"),
        (b"[1", "input ends inside an array at byte 2"),
        (b"[1,", "input ends inside an array at byte 3"),
        (b"[1 2]", "expected `,` or `]` at byte 3"),
        (b"[1,]", "expected a value at byte 3"),
        (b"[,1]", "expected a value at byte 1"),
        (b"{", "input ends inside an object at byte 1"),
        (b"{\"a\"", "input ends inside an object at byte 4"),
        (b"{\"a\":", "input ends inside an object at byte 5"),
        (b"{\"a\":1", "input ends inside an object at byte 6"),
        (b"{\"a\":1,", "input ends inside an object at byte 7"),
        (b"{\"a\" 1}", "expected `:` at byte 5"),
        (b"{a:1}", "expected a key in double quotes or `}` at byte 1"),
        (b"{\"a\":1,}", "expected a key in double quotes at byte 7"),
        (b"{\"a\":1]", "expected `,` or `}` at byte 6"),
        (b"{\"a\":}", "expected a value at byte 5"),
        (b"\"abc", "input ends inside a string at byte 4"),
        (b"\"abc\\", "input ends inside a string at byte 5"),
        (b"\"\\u12", "input ends inside a string at byte 5"),
        (b"\"\\u12\"", "not an escape of JSON at byte 1"),
        (b"\"\\u+123\"", "not an escape of JSON at byte 1"),
        (b"\"a\\x41\"", "not an escape of JSON at byte 2"),
        (b"\"a\nb\"", "control character inside a string at byte 2"),
        (b"\"0123456789\x01\"", "control character inside a string at byte 11"),
        (b"\"\x1f23456789\"", "control character inside a string at byte 1"),
        (b"'a'", "expected a value at byte 0"),
        (b"tru", "input ends inside a number or a word at byte 3"),
        (b"trub", "expected a value at byte 0"),
        (b"-", "input ends inside a number or a word at byte 1"),
        (b"-x", "expected a digit at byte 1"),
        (b"-NaN", "expected a digit at byte 1"),
        (b"+1", "expected a value at byte 0"),
        (b".5", "expected a value at byte 0"),
        (b"1.", "input ends inside a number or a word at byte 2"),
        (b"1.x", "expected a digit at byte 2"),
        (b"1e", "input ends inside a number or a word at byte 2"),
        (b"1e+]", "expected a digit at byte 3"),
        (b"01", "text after the end of the value at byte 1"),
        (b"{} {}", "text after the end of the value at byte 3"),
        (b"1 // one", "text after the end of the value at byte 2"),
    ];
    for (text, expected) in rows {
        let error = json::parse(text, 512).expect_err(expected);
        assert_eq!(error.to_string(), expected, "of {:?}", String::from_utf8_lossy(text));
    }
}

#[test]
fn depth_is_capped() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(json::parse(nested(512).as_bytes(), 512).is_ok());
    let error = json::parse(nested(513).as_bytes(), 512).expect_err("too deep");
    assert_eq!((error.offset, error.kind), (512, JsonErrorKind::TooDeep));
    assert!(json::parse(nested(513).as_bytes(), usize::MAX).is_err(), "no caller can lift the cap");
    assert!(json::parse("{\"a\":".repeat(1_000_000).as_bytes(), 512).is_err());
    assert!(json::parse(b"[]", 0).is_err());
    assert!(json::parse(b"1", 0).is_ok());
}

#[test]
fn many_keys_take_no_quadratic_time() {
    let unique: String = (0..100_000).map(|index| format!("\"k{index}\":{index},")).collect();
    let same = "\"a\":0,".repeat(100_000);
    let started = Instant::now();
    let text = format!("{{{unique}{unique}{same}\"k7\":-1}}");
    let Value::Object(members) = read(&text) else { panic!("not an object") };
    assert!(started.elapsed() < Duration::from_secs(10));
    assert_eq!(members.len(), 100_001);
    assert_eq!(members[7], (Cow::Borrowed("k7"), Value::Number(Number::Int(-1))));
}

#[test]
fn every_prefix_is_read_or_refused() {
    let text = r#"{"a":[1,-2.5e+3,true,null,"xé\u00e9\n\ud83d\ude00"],"b":{"c":NaN,"d":-Infinity}}"#;
    for end in 0..text.len() {
        assert!(json::parse(&text.as_bytes()[..end], 512).is_err(), "{end} bytes");
    }
    assert!(json::parse(text.as_bytes(), 512).is_ok());
}

/// The alphabet of JSON and a little more, so that random texts come close to being right.
fn near_json() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\"a\"",
        "\"k\":",
        "\\",
        "\\u",
        "\\ud83d",
        "\\ude00",
        "00e9",
        "1",
        "-",
        "0",
        ".",
        "5",
        "e",
        "E+",
        "true",
        "null",
        "NaN",
        "Infinity",
        " ",
        "\n",
        "é",
        "\u{1}",
        "\u{feff}",
        "12345678901234567890",
    ]);
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #[test]
    fn reading_is_total_and_writing_reads_back(text in near_json()) {
        total::json(&text);
    }

    #[test]
    fn random_bytes_are_read_or_refused(text in prop::collection::vec(any::<u8>(), 0..64)) {
        total::json(&text);
    }

    #[test]
    fn strings_read_back(text in any::<String>()) {
        let mut quoted = String::new();
        json::write_string(&text, &mut quoted);
        prop_assert!(!quoted.chars().any(char::is_control));
        prop_assert_eq!(read(&quoted), Value::String(Cow::Owned(text)));
    }
}
