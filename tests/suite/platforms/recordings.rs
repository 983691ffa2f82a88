//! Every recorded payload: what it asks, and byte for byte what it is answered.

use super::super::hook::desk::{ALLOW, DENY, Desk, Said, said};
use super::{Recording, blessing, directory, read, recordings, write};
use agsec::hook;
use agsec::hook::answer::{Outcome, Reason, Voice};
use agsec::hook::platform::{self, Call, Kind, PLATFORMS, Platform};
use serde_json::{Value, json};

/// What stands for the reason in the recorded answers.
const WHY: &str = "[agsec] why";
const REVIEW: &str = "version: \"1.0\"\ndefault: review\nstatements:\n  - sid: ask\n    effect: review\n    reason: Look at it.\n";

fn row(name: &str) -> &'static Platform {
    platform::find(name).unwrap_or_else(|| panic!("`{name}` is no platform"))
}

fn plain(value: &agsec::model::value::Value<'_>) -> Value {
    serde_json::from_str(&platform::json_text(value)).expect("JSON")
}

/// What a payload asks, as its recording says it. Without the variables of the environment.
fn asked(call: &Call<'_>) -> Value {
    let question = |event: &agsec::model::event::Event<'_>| json!({"action": event.action, "params": plain(&event.params)});
    call.questions.iter().map(question).collect()
}

#[test]
fn every_recorded_payload_asks_what_it_should() {
    for mut recording in recordings().into_iter().filter(|one| one.environment().is_empty()) {
        let input = recording.input();
        let (voice, call) = hook::parse(row(&recording.platform), input.as_bytes());
        assert_eq!(voice.platform.name, recording.platform, "{}", recording.title());
        let call = match call {
            Ok(call) => call,
            Err(error) => {
                check(&mut recording, "malformed", json!(error.to_string()));
                continue;
            }
        };
        check(&mut recording, "asks", asked(&call));
        check(&mut recording, "context", plain(&call.questions[0].context));
    }
}

fn check(recording: &mut Recording, member: &str, actual: Value) {
    if blessing() && recording.case[member] != actual {
        recording.case[member] = actual.clone();
        write(&recording.path, &recording.case);
    }
    assert_eq!(recording.case[member], actual, "`{member}` of {}", recording.title());
}

/// The answers to the events of a platform, by event and decision.
fn answers(platform: &'static Platform) -> Value {
    let mut all = serde_json::Map::new();
    let events = platform.events.iter().map(|row| (row.name, row.answers));
    for (event, answers) in events.chain([("other", platform.other)]) {
        let voice = Voice { platform, answers };
        let mut told = serde_json::Map::new();
        for (word, status, outcome) in [
            ("allow", "allow", Outcome::Allowed),
            ("ask", "review", Outcome::Asked),
            ("deny", "block", Outcome::Blocked),
        ] {
            let answer = voice.say(outcome, &Reason { text: WHY, status, sid: Some("sid") });
            let answer = json!({"stdout": answer.stdout, "stderr": answer.stderr, "exit": answer.exit});
            told.insert(word.to_owned(), answer);
        }
        all.insert(event.to_owned(), Value::Object(told));
    }
    Value::Object(all)
}

#[test]
fn every_answer_is_byte_for_byte_what_the_host_reads() {
    for platform in PLATFORMS {
        let path = directory().join(platform.name).join("answers/answers.json");
        let actual = answers(platform);
        if blessing() {
            write(&path, &actual);
        }
        assert_eq!(read(&path), actual, "{}", platform.name);
    }
}

/// What the hook says to a recording.
fn ask(desk: &Desk, recording: &Recording) -> Said {
    let mut command = desk.command(&recording.platform);
    command.envs(recording.environment());
    said(command, recording.input().as_bytes())
}

/// The same with the reason as in the recorded answers. Panics unless it is a reason.
fn without_reason(said: &Said, title: &str) -> Value {
    let in_document = |text: &str| {
        let mut document: Value =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text} of {title}"));
        replace(&mut document);
        document
    };
    let stdout = if said.stdout.is_empty() { Value::Null } else { in_document(&said.stdout) };
    let stderr = match said.stderr.lines().last() {
        None => Value::Null,
        Some(line) if line.starts_with('{') => in_document(line),
        Some(line) => {
            assert!(line.starts_with("[agsec] ") && line.len() > 30, "{line} of {title}");
            json!(WHY)
        }
    };
    json!({"stdout": stdout, "stderr": stderr, "exit": said.code})
}

fn replace(value: &mut Value) {
    match value {
        Value::String(text) if text.starts_with("[agsec] ") && text.len() > 20 => *text = WHY.to_owned(),
        Value::Object(members) => {
            for (key, member) in members {
                match key.as_str() {
                    "sid" => *member = json!("sid"),
                    "rule_key" => *member = json!("agsec:sid"),
                    _ => replace(member),
                }
            }
        }
        _ => {}
    }
}

/// A recorded answer in the same form.
fn recorded(answer: &Value) -> Value {
    let read = |name: &str| match answer[name].as_str().expect("a text").trim_end() {
        "" => Value::Null,
        text => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
    };
    json!({"stdout": read("stdout"), "stderr": read("stderr"), "exit": answer["exit"]})
}

#[test]
fn every_recorded_payload_is_allowed_asked_and_denied_in_its_hosts_words() {
    let desks = [("allow", ALLOW), ("ask", REVIEW), ("deny", DENY)].map(|(word, policy)| {
        let mut desk = Desk::empty();
        desk.put_user(policy);
        (word, desk)
    });
    for recording in recordings() {
        let input = recording.input();
        let (mut voice, call) = hook::parse(row(&recording.platform), input.as_bytes());
        if !recording.environment().is_empty() {
            voice = Voice::of(row(&recording.platform));
        }
        let answers = read(&directory().join(&recording.platform).join("answers/answers.json"));
        let event = voice.platform.events.iter().find(|row| std::ptr::eq(row.answers, voice.answers));
        let answers = &answers[event.map_or("other", |row| row.name)];
        let record = call.as_ref().is_ok_and(|call| call.kind == Kind::Record);
        // Without its environment a delegate's input cannot be read; the hook has it.
        let malformed = call.is_err() && recording.environment().is_empty();
        for (word, desk) in &desks {
            let said = ask(desk, &recording);
            let title = format!("{word} to {}", recording.title());
            // What agsec denies of itself stays denied whatever the policy says.
            let own = desk.logged()["layer"] == "builtin";
            let word = match (record, malformed || own) {
                (true, _) => "allow",
                (false, true) => "deny",
                (false, false) => *word,
            };
            assert_eq!(without_reason(&said, &title), recorded(&answers[word]), "{title}: {said:?}");
            assert!(said.stdout.lines().count() <= 1, "one document: {title}");
            let line = desk.logged();
            let outcome = match (record, word) {
                (true, _) => "recorded",
                (false, "allow") => "allowed",
                (false, "ask") => "asked",
                (false, _) => "blocked",
            };
            assert_eq!(line["outcome"], outcome, "{title}: {line}");
            assert_eq!(line["platform"], json!(recording.platform), "{title}");
        }
    }
}

#[test]
fn what_cannot_be_asked_is_denied_and_says_how_a_person_lets_it_through() {
    let mut desk = Desk::empty();
    desk.put_user(REVIEW);
    for recording in recordings() {
        let input = recording.input();
        let (voice, call) = hook::parse(row(&recording.platform), input.as_bytes());
        if call.is_ok_and(|call| call.kind != Kind::Record) && !voice.can_ask() {
            let said = ask(&desk, &recording);
            if desk.logged()["outcome"] != "asked" {
                assert_eq!(desk.logged()["layer"], "builtin", "{}", recording.title());
                continue;
            }
            let told = [said.stdout.as_str(), &said.stderr].concat();
            assert!(
                told.contains("needs a person's yes") && told.contains("agsec compile "),
                "{}: {said:?}",
                recording.title()
            );
        }
    }
}

#[test]
fn what_is_no_payload_is_denied_in_the_words_of_the_platform_that_was_named() {
    let mut desk = Desk::empty();
    desk.put_user(ALLOW);
    for platform in PLATFORMS {
        let answers = read(&directory().join(platform.name).join("answers/answers.json"));
        let first = &answers[platform.events[0].name]["deny"];
        for input in
            ["", "{}", "[]", "null", "\"ls\"", "{\"tool_name\":7}", "{\"tool_input\":", "\u{feff}{}", "0"]
        {
            let said = said(desk.command(platform.name), input.as_bytes());
            assert_eq!(
                without_reason(&said, platform.name),
                recorded(first),
                "{input} to {}: {said:?}",
                platform.name
            );
        }
    }
}

#[test]
fn the_deadline_speaks_every_hosts_words() {
    let mut desk = Desk::empty();
    desk.put_user(ALLOW);
    desk.options.push("--deadline-ms=60".into());
    for platform in PLATFORMS {
        let answers = read(&directory().join(platform.name).join("answers/answers.json"));
        let mut command = desk.command(platform.name);
        let mut child = command
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("the hook starts");
        // Standard input stays open: the host never ends its payload.
        let held = child.stdin.take();
        let output = child.wait_with_output().expect("it ends");
        drop(held);
        let said = Said {
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
            code: output.status.code().expect("it exits"),
        };
        let expected = recorded(&answers[platform.events[0].name]["deny"]);
        let mut told = without_reason(&said, platform.name);
        if let Some(sid) = told["stderr"].get_mut("sid") {
            *sid = json!("sid");
        }
        assert_eq!(told, expected, "{}: {said:?}", platform.name);
    }
}
