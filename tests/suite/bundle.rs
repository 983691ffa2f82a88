//! Bundles: what was written is read, what was damaged is refused, what no compiler wrote does no harm.

mod damage;
mod verifying;
mod versions;

use crate::machine::policy::{Builder, decide, event, value};
use agsec::bundle::format::Section;
use agsec::bundle::isa::listing;
use agsec::bundle::read::{Loaded, ReadError};
use agsec::ir::{Combine, Cond};
use agsec::model::decision::{Effect, Verdict};
use agsec::model::event::Event;
use agsec::model::id::{PredId, RuleId};
use agsec::model::op::Op;

/// A small policy with something of everything.
pub(crate) fn sample() -> Builder {
    let mut builder = Builder::new(Effect::Deny);
    let push = builder.test("params.command", Op::Contains, "\"git push\"");
    let force = builder.test("params.command", Op::Regex, r#""\\s-(f|-force)\\b""#);
    let branch = builder.test("params.branch", Op::In, r#"["main", "release", 1, 2.5, null]"#);
    let amount = builder.test("context.amount", Op::Gt, "123456789012345678901234567890");
    let tags = builder.test("tags", Op::Contains, r#"{"k": [1, "grüße"]}"#);
    let user = builder.test("context.user", Op::EndsWith, "\"@example.org\"");
    let condition = Cond::All(vec![push.clone(), Cond::Any(vec![force, branch])]);
    builder.rule(Combine::FirstMatch, Effect::Review, &["pay"], amount);
    builder.statement(Effect::Allow, &["bash.*", "web.?etch"], push);
    let deny = builder.statement(Effect::Deny, &["bash.execute"], condition);
    builder.unless(deny, user);
    builder.statement(Effect::Review, &["*"], tags);
    builder
}

/// Events that reach every statement of [`sample`], both ways.
pub(crate) fn events() -> Vec<Event<'static>> {
    let mut events: Vec<Event<'static>> = [
        ("bash.execute", r#"{"command": "git push --force"}"#),
        ("bash.execute", r#"{"command": "git push", "branch": "main"}"#),
        ("bash.execute", r#"{"command": "git push", "branch": "topic"}"#),
        ("bash.execute", r#"{"command": "ls"}"#),
        ("web.fetch", r#"{"command": "git push", "tags": [{"k": [1, "grüße"]}]}"#),
        ("pay", r#"{"command": "x"}"#),
    ]
    .map(|(action, params)| event(action, params))
    .into();
    for (action, context) in
        [("pay", r#"{"amount": 1e40}"#), ("pay", r#"{"amount": 1}"#), ("pay", r#"{"amount": "x"}"#)]
    {
        let mut event = event(action, "{}");
        event.context = value(context);
        events.push(event);
    }
    let mut lifted = event("bash.execute", r#"{"command": "git push", "branch": "main"}"#);
    lifted.context = value(r#"{"user": "a@example.org"}"#);
    events.push(lifted);
    events
}

/// A decision with what a person is told about it, or that the bundle is damaged.
type Answer = Result<(Verdict, Option<(String, String, String, u32)>), ReadError>;

pub(crate) fn answer(bundle: &Loaded<'_>, event: &Event<'_>) -> Answer {
    let verdict = decide(bundle, event);
    let told = verdict.rule.map(|rule| bundle.rule(rule)).transpose()?;
    Ok((verdict, told.map(|rule| (rule.sid, rule.reason, rule.file.to_owned(), rule.line))))
}

#[test]
fn what_was_compiled_is_read_back() {
    let bytes = sample().bytes();
    let bundle = Loaded::read(&bytes).expect("a bundle");
    let meta = bundle.meta().expect("it has its texts");
    assert_eq!((meta.label, meta.directory, meta.digest), ("project", "/home/dev/shop/policies", "0123abcd"));
    let [file] = meta.files.as_slice() else { panic!("one file") };
    let sources = bundle.sources().expect("it has its sources");
    assert_eq!((file.name, file.bytes), ("policies/01_base.yaml", 33));
    assert_eq!((sources.len(), sources[0].name, sources[0].text.len()), (1, file.name, 33));
    let rule = bundle.rule(RuleId(2)).expect("a rule");
    assert_eq!((rule.sid.as_str(), rule.named, rule.reason.as_str()), ("rule-2", true, "reason 2"));
    assert_eq!((rule.effect, rule.file, rule.line), (Effect::Deny, "policies/01_base.yaml", 3));
    assert!(!bundle.rule(RuleId(1)).expect("a rule").named);
    assert!(bundle.rule(RuleId(4)).is_err());
    assert_eq!(bundle.predicate_text(PredId(2)), r#"params.branch in ["main","release",1,2.5,null]"#);
    assert_eq!(bundle.predicate_text(PredId(1)), r"params.command regex \s-(f|-force)\b");
    let sections: usize = bundle.section_sizes().map(|(_, size)| size.next_multiple_of(8)).sum();
    assert_eq!(sections + 64 + 16 * Section::ALL.len(), bytes.len());
}

#[test]
fn the_same_policy_gives_the_same_bytes() {
    assert!(sample().bytes() == sample().bytes());
}

#[test]
fn the_listing_shows_statements_in_the_order_of_decision() {
    let bytes = sample().bytes();
    let listing = listing(&Loaded::read(&bytes).expect("a bundle"));
    let expected = "\
rule 0 review `rule-0` on pay
  when
        0  test          context.amount > 123456789012345678901234567890
        1  end
statement 2 block `rule-2` on bash.execute
  when
        2  test          params.command contains \"git push\"
        3  skip_if_false to 11
        4  save          0
        5  test          params.command regex \\s-(f|-force)\\b
        6  skip_if_true  to 10
        7  save          1
        8  test          params.branch in [\"main\",\"release\",1,2.5,null]
        9  or            1
       10  and           0
       11  end
  unless
       12  test          context.user ends_with \"@example.org\"
       13  end
statement 3 review `rule-3` on *
  when
       14  test          tags contains {\"k\":[1,\"grüße\"]}
       15  end
statement 1 allow `rule-1` on bash.* web.?etch
  when
       16  test          params.command contains \"git push\"
       17  end
default block
";
    assert_eq!(listing, expected);
}
