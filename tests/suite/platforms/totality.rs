//! Any payload is refused or read, by any platform: recordings with members that are missing or are something else.

use super::recordings;
use agsec::hook::platform::{self, PLATFORMS};
use agsec::testing::total;
use serde_json::{Value, json};

/// What a host never sends there.
fn strange() -> Vec<Value> {
    let many: Vec<Value> = (0..300).map(|number| json!(format!("f{number}"))).collect();
    vec![
        Value::Null,
        json!(true),
        json!(7),
        json!(""),
        json!("a://b *** Begin Patch\n*** Move to: x"),
        json!([]),
        json!([1]),
        json!({}),
        json!({"path": 1, "command": ["x"], "0": {}}),
        json!(many),
    ]
}

/// Every place in a value, as pointers.
fn places(value: &Value, here: &str, out: &mut Vec<String>) {
    out.push(here.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, item)| places(item, &format!("{here}/{key}"), out))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| places(item, &format!("{here}/{at}"), out))
        }
        _ => {}
    }
}

#[test]
fn a_recording_with_anything_else_in_any_place_is_refused_or_read() {
    let strange = strange();
    let mut count = 0;
    for recording in recordings() {
        let whole = &recording.case["input"];
        let named = platform::find(&recording.platform).expect("a platform");
        let mut all = Vec::new();
        places(whole, "", &mut all);
        for (number, place) in all.iter().enumerate() {
            for value in &strange {
                let mut changed = whole.clone();
                *changed.pointer_mut(place).expect("it is there") = value.clone();
                let text = changed.to_string();
                total::payload(named, text.as_bytes());
                total::payload(PLATFORMS[number % PLATFORMS.len()], text.as_bytes());
                count += 1;
            }
        }
    }
    assert!(count > 10_000, "{count} payloads");
}

#[test]
fn a_recording_that_is_cut_short_or_lacks_a_member_is_refused_or_read() {
    for recording in recordings() {
        let named = platform::find(&recording.platform).expect("a platform");
        let text = recording.input();
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            let (_, call) = total::payload(named, &text.as_bytes()[..end]);
            assert!(call.is_none(), "half a payload is none: {}", recording.title());
        }
        for name in recording.case["input"].as_object().expect("an object").keys() {
            let mut changed = recording.case["input"].clone();
            changed.as_object_mut().expect("an object").remove(name);
            total::payload(named, changed.to_string().as_bytes());
        }
    }
}
