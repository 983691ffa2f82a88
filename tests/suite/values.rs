//! Equality, order and text of values, and globs, against tables recorded from CPython 3.11
//! (`tests/compat/record_values.py`).

use agsec::facts::glob::fnmatchcase;
use agsec::model::json;
use agsec::model::limits::JSON_DEPTH;
use agsec::model::truth::Truth;
use agsec::model::value::{Number, Value};
use agsec::testing::total;
use proptest::prelude::*;
use std::borrow::Cow;
use std::collections::HashSet;

const VALUES: &str = include_str!("../compat/agsec/values.json");
const GLOBS: &str = include_str!("../compat/agsec/globs.json");

fn read(text: &str) -> Value<'_> {
    json::parse(text.as_bytes(), JSON_DEPTH).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The rows of a section of a recorded table.
fn rows<'t>(table: &'t Value<'_>, section: &str) -> Vec<&'t [Value<'t>]> {
    let Some(Value::List(rows)) = table.get(section) else { panic!("no section {section}") };
    rows.iter()
        .map(|row| match row {
            Value::List(cells) => cells.as_slice(),
            other => panic!("not a row: {other:?}"),
        })
        .collect()
}

fn text<'t>(cell: &'t Value<'_>) -> &'t str {
    cell.as_str().expect("a cell of text")
}

#[test]
fn text_is_that_of_python() {
    let table = read(VALUES);
    let rows = rows(&table, "texts");
    assert!(rows.len() > 1000);
    for row in rows {
        assert_eq!(read(text(&row[0])).text(), text(&row[1]), "of {}", text(&row[0]));
    }
}

#[test]
fn equality_and_order_are_those_of_python() {
    let table = read(VALUES);
    let rows = rows(&table, "pairs");
    assert!(rows.len() > 3000);
    for row in rows {
        let (left, right) = (read(text(&row[0])), read(text(&row[1])));
        let equal = match row[2] {
            Value::Bool(equal) => Truth::from(equal),
            _ => Truth::Unknown,
        };
        let order = match &row[3] {
            Value::Number(Number::Int(sign)) => Some(sign.cmp(&0)),
            _ => None,
        };
        assert_eq!(left.equals(&right), equal, "{left:?} == {right:?}");
        assert_eq!(right.equals(&left), equal, "{right:?} == {left:?}");
        assert_eq!(left.order(&right), order, "order of {left:?} and {right:?}");
        assert_eq!(
            right.order(&left),
            order.map(std::cmp::Ordering::reverse),
            "order of {right:?} and {left:?}"
        );
    }
}

#[test]
fn globs_match_as_in_python() {
    let table = read(GLOBS);
    let rows = rows(&table, "cases");
    assert!(rows.len() > 5000);
    for row in rows {
        let (pattern, name) = (text(&row[0]), text(&row[1]));
        assert_eq!(Value::Bool(fnmatchcase(pattern, name)), row[2], "{pattern:?} on {name:?}");
    }
}

#[test]
fn many_stars_on_a_long_name_end_soon() {
    assert!(!fnmatchcase(&"*a".repeat(500), &"a".repeat(499)));
    assert!(!fnmatchcase(&format!("{}b", "*a".repeat(200)), &"a".repeat(100_000)));
}

#[test]
fn large_objects_are_compared_without_regard_to_order() {
    let object = |from: i64, step: i64, scale: i64| {
        let members = (0..50_000).map(|index| {
            let number = from + index * step;
            (Cow::Owned(format!("k{number:05}")), Value::Number(Number::Int(number * scale)))
        });
        Value::Object(members.collect())
    };
    assert_eq!(object(0, 1, 1).equals(&object(49_999, -1, 1)), Truth::True);
    assert_eq!(object(0, 1, 1).equals(&object(49_999, -1, 2)), Truth::False, "other values");
    assert_eq!(object(0, 1, 0).equals(&object(50_000, -1, 0)), Truth::False, "other keys");
}

#[test]
fn identity_tells_apart_what_policies_call_equal() {
    let texts = ["1", "1.0", "true", "0.0", "-0.0", r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#, "NaN"];
    let all: HashSet<Value<'_>> = texts.iter().map(|text| read(text)).collect();
    assert_eq!(all.len(), texts.len());
    assert!(texts.iter().all(|text| all.contains(&read(text))), "each is identical to itself, also NaN");
}

#[test]
fn integers_become_canonical() {
    let integer = |text| Number::integer(text).map(|number| Value::Number(number).text().into_owned());
    assert_eq!(integer("007").as_deref(), Some("7"));
    assert_eq!(integer("-0").as_deref(), Some("0"));
    assert_eq!(integer("+00018446744073709551616").as_deref(), Some("18446744073709551616"));
    assert_eq!(integer("-0018446744073709551616").as_deref(), Some("-18446744073709551616"));
    assert_eq!(integer("-00000000000000000000000000000").as_deref(), Some("0"));
    assert_eq!(Number::integer("000000000000000000000000000012"), Some(Number::Int(12)));
    for text in ["", "-", "1.0", "1e3", "0x10", " 1", "--1", "1_000"] {
        assert_eq!(Number::integer(text), None, "{text:?}");
    }
}

proptest! {
    #[test]
    fn globs_are_total(pattern in r"[a\]\[!*?^\-.é]{0,12}", name in r"[a\]\[!\-.é\n]{0,8}") {
        total::glob(&pattern, &name);
        total::glob(&name, &name);
    }
}
