//! Each operator on its examples, on fields that are missing, and where it is not known.

use super::policy::{Builder, decide, event, value};
use agsec::bundle::read::Loaded;
use agsec::facts::value::Given;
use agsec::model::decision::Effect;
use agsec::model::event::Event;
use agsec::model::op::{OPS, Op};
use agsec::model::truth::Truth;
use agsec::model::value::Value;
use agsec::vm::trace::{Full, Why};
use agsec::vm::{self, Scratch};

/// The truth of one test on `params.v`, and why it is unknown.
fn truth(op: Op, operand: &str, value: Value<'static>) -> (Truth, Option<Why>) {
    let mut builder = Builder::new(Effect::Allow);
    let test = builder.test("params.v", op, operand);
    builder.statement(Effect::Deny, &["*"], test);
    let event =
        Event { action: "a".into(), params: Value::Object(vec![("v".into(), value)]), context: Value::Null };
    let bytes = builder.bytes();
    let bundle = Loaded::read(&bytes).expect("a bundle");
    let mut full = Full::default();
    let verdict = vm::evaluate(&bundle, &event, &Given::default(), &mut Scratch::default(), &mut full);
    assert_eq!(verdict, decide(&bundle, &event), "watching changes nothing");
    let tested = &full.statements[0].when_tests[0];
    (tested.truth, tested.why)
}

#[test]
fn examples_of_the_operator_table_hold() {
    for row in &OPS {
        for (seen, operand, holds) in row.examples {
            let found = truth(row.op, operand, value(seen));
            assert_eq!(found, (Truth::from(*holds), None), "{seen} {} {operand}", row.spelling);
        }
    }
}

#[test]
fn every_operator_but_not_exists_is_false_on_a_missing_field() {
    for row in OPS.iter() {
        let operand = if row.op == Op::In || row.op == Op::NotIn { "[1]" } else { "\"x\"" };
        let expected = Truth::from(row.op == Op::NotExists);
        assert_eq!(truth(row.op, operand, Value::Null), (expected, None), "{}", row.spelling);
    }
}

#[test]
fn what_is_not_known_says_why() {
    let cases = [
        (Op::Gt, "10", "\"abc\"", Why::NoOrder),
        (Op::Le, "\"a\"", "[1]", Why::NoOrder),
        (Op::Eq, "1", "NaN", Why::NotFinite),
        (Op::Ne, "\"x\"", "1e400", Why::NotFinite),
        (Op::In, "[1, 2]", "NaN", Why::NotFinite),
        (Op::In, "\"abc\"", "7", Why::NotText),
        (Op::NotIn, "\"abc\"", "[]", Why::NotText),
        (Op::Contains, "1", "[NaN]", Why::NotFinite),
        (Op::Contains, "\"push\"", r#""git \\x70ush""#, Why::ViewsDiffer),
        (Op::Eq, r#""git \\x70ush""#, r#""git \\x70ush""#, Why::ViewsDiffer),
        (Op::StartsWith, "\"curl \"", "\"Y3VybCBodHRwOi8vZXZpbA==\"", Why::ViewsDiffer),
        (Op::Contains, "\"rm -rf\"", r#"["rm \\x2drf", 1]"#, Why::ViewsDiffer),
    ];
    for (op, operand, seen, why) in cases {
        let found = truth(op, operand, value(seen));
        assert_eq!(found, (Truth::Unknown, Some(why)), "{seen} {} {operand}", op.spec().spelling);
    }
}

#[test]
fn an_element_that_is_equal_outweighs_one_that_is_not_known() {
    assert_eq!(truth(Op::Contains, "1", value("[NaN, 1]")), (Truth::True, None));
    assert_eq!(truth(Op::In, "[\"a\", 1.0]", value("true")), (Truth::True, None));
    assert_eq!(truth(Op::NotIn, "[\"a\", \"b\"]", value("\"b\"")), (Truth::False, None));
    assert_eq!(truth(Op::In, "[\"b\", NaN]", value("\"a\"")), (Truth::Unknown, Some(Why::NotFinite)));
}

#[test]
fn texts_of_lists_and_objects_are_searched() {
    assert_eq!(truth(Op::Contains, "\"'k': [1\"", value("{\"k\": [1, 2]}")), (Truth::True, None));
    assert_eq!(truth(Op::StartsWith, "\"[1, 'a\"", value("[1, \"a\"]")), (Truth::True, None));
    assert_eq!(truth(Op::EndsWith, "2", value("12")), (Truth::True, None));
}

#[test]
fn work_over_the_limit_is_unknown_and_blocks() {
    // Two thousand different searches of 1 MB are more than the limit; one is not.
    let text = "a".repeat(1 << 20);
    // Within an object, since the literals of a string are looked for all at once.
    let object = Value::Object(vec![("k".into(), Value::String(text.into()))]);
    let params = Value::Object(vec![("v".into(), object)]);
    let event = Event { action: "a".into(), params, context: Value::Null };
    for (searches, expected) in [(1, Effect::Allow), (2000, Effect::Deny)] {
        let mut builder = Builder::new(Effect::Allow);
        for number in 0..searches {
            let test = builder.test("params.v", Op::Contains, &format!("\"b{number}\""));
            builder.statement(Effect::Deny, &["*"], test);
        }
        let verdict = builder.decide(&event);
        assert_eq!((verdict.effect, verdict.indeterminate), (expected, searches > 1));
    }
}

#[test]
fn fields_are_found_below_params_and_context_and_bare() {
    let mut builder = Builder::new(Effect::Allow);
    for field in ["params", "params.a.b", "context.user", "a.b", "user"] {
        let test = builder.test(field, Op::Exists, "");
        builder.statement(Effect::Review, &[field], test);
    }
    let mut event = event("", r#"{"a": {"b": 1}}"#);
    event.context = value(r#"{"user": "x", "a": 5}"#);
    for (field, found) in [
        ("params", true),
        ("params.a.b", true),
        ("context.user", true),
        ("a.b", true),
        ("user", true),
        ("params.x", false),
    ] {
        event.action = field.into();
        assert_eq!(builder.decide(&event).effect == Effect::Review, found, "{field}");
    }
}
