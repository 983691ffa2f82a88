//! Views of values: which spellings are seen through, and which are not.

use agsec::facts::decode::{decode_base64, decode_escapes, views};
use agsec::model::json;
use agsec::model::value::Value;
use agsec::testing::event::base64;
use agsec::testing::total;
use proptest::prelude::*;

#[test]
fn escapes_are_decoded_where_the_result_is_printable() {
    let rows = [
        (r"rm\x20-rf", Some("rm -rf")),
        (r"\x72\x6d", Some("rm")),
        (r"\u0072m \u00e9\xe9", Some("rm éé")),
        (r"\ud83d\ude00", Some("😀")),
        (r"\ud83d", Some("\u{fffd}")),
        (r"\ud83d\x41", Some("\u{fffd}A")),
        (r"\ude00\ud83d\ude00", Some("\u{fffd}😀")),
        (r"a\x0ab\x09\x0d", Some("a\nb\t\r")),
        (r"\\x41", Some(r"\A")),
        (r"é\x41é", Some("éAé")),
        (r"\x5cx41", Some(r"\x41")),
        (r"\X41 \U0041 \101 \n", None),
        (r"\x4", None),
        (r"\x4g", None),
        (r"\u004", None),
        (r"\u+041", None),
        (r"\", None),
        (r"a\x", None),
        (r"\x00", None),
        (r"rm\x20-rf\x1b", None),
        (r"\x85", None),
        ("rm -rf", None),
        ("", None),
    ];
    for (text, expected) in rows {
        assert_eq!(decode_escapes(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn base64_is_decoded_from_sixteen_characters_on() {
    let rows = [
        ("cm0gLXJmIC9ob21l", Some("rm -rf /home")),
        ("cm0gLXJmIC8gJiYgbHM=", Some("rm -rf / && ls")),
        ("cm0gLXJmIC8gJiYgbHM", Some("rm -rf / && ls")),
        ("cm0gLXJmIC8gJiYgcHdk", Some("rm -rf / && pwd")),
        ("cm0gLXJmIC8gJiYgYg==", Some("rm -rf / && b")),
        (" \tcm0gLXJmIC9ob21l\r\n", Some("rm -rf /home")),
        ("cm0gLXJm\r\nIC9ob21l", Some("rm -rf /home")),
        ("cm0gLXJmIC8gJiYgYg=\n=", Some("rm -rf / && b")),
        ("w6nDqcOpw6nDqcOp", Some("éééééé")),
        ("cm0gLXJmIC9ob21", None),
        ("cm0gLXJmIC8gJiYgYg=", None),
        ("cm0gLXJmIC8gJiYgbHM==", None),
        ("cm0gLXJmIC9ob21l====", None),
        ("cm0gLXJm IC9ob21l", None),
        ("cm0gLXJm=IC9ob21l", None),
        ("cm0gLXJmIC9ob21l-_", None),
        ("AAAAAAAAAAAAAAAAAAAA", None),
        ("/usr/local/bin/python3", None),
        ("3e8a1d0b9c7f6e5d4c3b2a19", None),
        ("================", None),
        ("", None),
    ];
    for (text, expected) in rows {
        assert_eq!(decode_base64(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn containers_are_decoded_element_by_element() {
    let rows: [(&str, &[&str]); 8] = [
        ("null", &[]),
        ("[1, true, \"plain\"]", &[]),
        (r#""\\x41""#, &[r#""A""#]),
        (r#""cm0gLXJmIC9ob21l""#, &[r#""rm -rf /home""#]),
        (
            r#"["\\x41", "cm0gLXJmIC9ob21l", 1]"#,
            &[r#"["A","cm0gLXJmIC9ob21l",1]"#, r#"["\\x41","rm -rf /home",1]"#],
        ),
        (r#"["\\x41", ["\\x42"], {"k": "\\x43"}]"#, &[r#"["A",["B"],{"k":"C"}]"#]),
        (r#"{"\\x41": "\\x42", "b": 2}"#, &[r#"{"\\x41":"B","b":2}"#]),
        (r#"{"\\x41": "b", "cm0gLXJmIC9ob21l": 2}"#, &[]),
    ];
    for (text, expected) in rows {
        let value = json::parse(text.as_bytes(), 512).expect("JSON");
        let views = views(&value);
        assert_eq!(views.iter().next(), Some(&value), "the raw value comes first");
        let decoded: Vec<String> = views.decoded().map(written).collect();
        assert_eq!(decoded, expected, "{text}");
        assert_eq!(views.iter().count(), expected.len() + 1);
    }
}

fn written(value: &Value<'_>) -> String {
    let mut text = String::new();
    json::write(value, &mut text);
    text
}

proptest! {
    /// The decoder takes what an encoder makes, with and without padding, and nothing with another character.
    #[test]
    fn base64_decodes_what_was_encoded(text in "[ -~é\u{1f600}\n]{12,40}") {
        let encoded = base64(&text);
        prop_assert_eq!(decode_base64(&encoded), Some(text.clone()));
        prop_assert_eq!(decode_base64(encoded.trim_end_matches('=')), Some(text));
        prop_assert_eq!(decode_base64(&encoded.replacen(|char| char != '=', "-", 1)), None);
    }

    #[test]
    fn decoding_is_total_and_gives_printable_text(text in r"([\\xu]|\\x|\\u|[0-9a-fA-FdD]{2}|é|[A-Za-z+/=]{4}|\n){0,20}") {
        total::decoding(&text);
    }
}
