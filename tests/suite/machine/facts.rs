//! Facts: what conditions on them mean, by the oracle and by the machine, and what a trace shows of them.

use super::policy::{Builder, event};
use agsec::bundle::read::Loaded;
use agsec::facts::value::{Doubt, Fact, Given, List, Roots};
use agsec::ir::Cond;
use agsec::model::decision::Effect;
use agsec::model::fact::{FactRoot, Kind};
use agsec::model::field::{FieldPath, Root};
use agsec::model::id::FieldId;
use agsec::model::op::Op;
use agsec::model::truth::Truth;
use agsec::oracle;
use agsec::testing::parity::check_loaded;
use agsec::vm::trace::{Full, Why};
use agsec::vm::{self, Scratch};

/// A record of a list below a root: these columns, all others missing.
pub(crate) fn record(list: &str, columns: &[(&str, Fact<'static>)]) -> Fact<'static> {
    let kind = agsec::model::fact::kind_of(list).expect("a declared list").element();
    let Kind::Record(declared) = kind else { panic!("{list} is no list of records") };
    let find = |name: &str| columns.iter().find(|(column, _)| *column == name).map(|(_, fact)| fact.clone());
    for (name, _) in columns {
        assert!(declared.iter().any(|column| column.name == *name), "{list}.{name}");
    }
    Fact::Record(declared.iter().map(|column| find(column.name).unwrap_or(Fact::Missing)).collect())
}

fn command(name: &str, flags: &[&'static str]) -> Fact<'static> {
    let redirect = record("shell.commands.redirects", &[("target", Fact::text(format!("/tmp/{name}")))]);
    let columns = [
        ("name", Fact::text(name.to_owned())),
        ("flags", Fact::texts(flags.iter().copied())),
        ("redirects", Fact::list(vec![redirect])),
    ];
    record("shell.commands", &columns)
}

fn shell(items: Vec<Fact<'static>>, open: Option<Doubt>) -> Given {
    let root = Fact::Record(vec![Fact::List(List { items, open }), Fact::list(vec![]), Fact::text("bash")]);
    Given::default().with(FactRoot::Shell, root)
}

fn doubt(truth: Truth) -> Doubt {
    Doubt::new(truth, "of the test")
}

/// Conditions on facts by hand: fields that may look at a bound element.
struct Facts(Builder);

impl Facts {
    fn field(&mut self, path: &str, bound: u8) -> FieldId {
        let keys = path.split('.').map(str::to_owned).collect();
        self.0.policy.fields.push(FieldPath { root: Root::Fact, keys, bound });
        FieldId::from(self.0.policy.fields.len() - 1)
    }

    fn test(&mut self, path: &str, bound: u8, op: Op, operand: &str) -> Cond {
        let field = self.field(path, bound);
        let cond = self.0.test("params.none", op, operand);
        let pred = self.0.policy.preds.last_mut().expect("a test was added");
        pred.field = field;
        cond
    }

    fn some(&mut self, path: &str, bound: u8, body: Cond) -> Cond {
        let list = self.field(path, bound);
        Cond::Some { list, body: Box::new(body) }
    }
}

fn not(cond: Cond) -> Cond {
    Cond::Not(Box::new(cond))
}

/// The truth of a condition, on which oracle and machine have to agree.
fn truth(make: impl FnOnce(&mut Facts) -> Cond, facts: &Given) -> Truth {
    let mut builder = Facts(Builder::new(Effect::Allow));
    let cond = make(&mut builder);
    builder.0.statement(Effect::Deny, &["*"], cond);
    let bytes = builder.0.bytes();
    let event = event("bash.execute", "{}");
    let loaded = Loaded::read(&bytes).expect("a bundle");
    check_loaded(&builder.0.policy, &loaded, &event, facts, &mut Scratch::default());
    oracle::evaluate(&builder.0.policy, &event, facts).rules[0].expect("it speaks of the action").when
}

#[test]
fn some_is_a_disjunction_over_the_elements_and_the_doubt_of_others() {
    let late = || Fact::Doubt(doubt(Truth::Late));
    let unnamed = record("shell.commands", &[("name", late())]);
    let rm = || command("rm", &[]);
    let ls = || command("ls", &[]);
    use Truth::{False, Late, Opaque, True, Unknown};
    let rows = [
        (shell(vec![], None), False),
        (shell(vec![ls()], None), False),
        (shell(vec![ls(), rm()], None), True),
        (shell(vec![ls(), unnamed.clone()], None), Late),
        (shell(vec![rm(), unnamed.clone()], None), True),
        (shell(vec![late()], None), Late),
        (shell(vec![ls()], Some(doubt(Opaque))), Opaque),
        (shell(vec![unnamed], Some(doubt(Opaque))), Opaque),
        (shell(vec![rm()], Some(doubt(Opaque))), True),
        (shell(vec![], Some(doubt(Unknown))), Unknown),
        (Given::default(), False),
        (Given::default().with(FactRoot::Shell, Fact::Doubt(doubt(Opaque))), Opaque),
        (Given::default().with(FactRoot::Shell, Fact::text("no record")), Unknown),
    ];
    for (facts, expected) in rows {
        let found = truth(
            |facts| {
                let body = facts.test("shell.commands.name", 1, Op::Eq, "\"rm\"");
                facts.some("shell.commands", 0, body)
            },
            &facts,
        );
        assert_eq!(found, expected, "{facts:?}");
    }
}

#[test]
fn every_needs_the_list_and_no_does_not() {
    let every = |facts: &mut Facts| {
        let body = not(facts.test("shell.commands.name", 1, Op::Eq, "\"ls\""));
        let other = facts.some("shell.commands", 0, body);
        Cond::All(vec![facts.test("shell.commands", 0, Op::Exists, ""), not(other)])
    };
    let no = |facts: &mut Facts| {
        let body = facts.test("shell.commands.name", 1, Op::Eq, "\"rm\"");
        not(facts.some("shell.commands", 0, body))
    };
    use Truth::{False, Opaque, True};
    let rows = [
        (Given::default(), False, True),
        (shell(vec![], None), True, True),
        (shell(vec![command("ls", &[])], None), True, True),
        (shell(vec![command("ls", &[]), command("rm", &[])], None), False, False),
        (shell(vec![command("ls", &[])], Some(doubt(Opaque))), Opaque, Opaque),
    ];
    for (facts, by_every, by_no) in rows {
        assert_eq!((truth(every, &facts), truth(no, &facts)), (by_every, by_no), "{facts:?}");
    }
}

#[test]
fn several_tests_hold_of_one_element_and_inner_lists_are_those_of_it() {
    let same = |facts: &mut Facts| {
        let name = facts.test("shell.commands.name", 1, Op::Eq, "\"rm\"");
        let flag = facts.test("shell.commands.flags", 1, Op::Contains, "\"-f\"");
        let target = facts.test("shell.commands.redirects.target", 2, Op::EndsWith, "\"rm\"");
        let outer = facts.test("shell.commands.name", 1, Op::NotExists, "");
        let target = facts.some("shell.commands.redirects", 1, Cond::Any(vec![outer, target]));
        facts.some("shell.commands", 0, Cond::All(vec![name, flag, target]))
    };
    let rows = [
        (vec![command("rm", &["-r", "-f"])], Truth::True),
        (vec![command("rm", &["-r"]), command("git", &["-f"])], Truth::False),
    ];
    for (commands, expected) in rows {
        assert_eq!(truth(same, &shell(commands.clone(), None)), expected, "{commands:?}");
    }
}

#[test]
fn a_trace_tells_which_element_a_test_was_asked_of() {
    let mut facts = Facts(Builder::new(Effect::Allow));
    let name = facts.test("shell.commands.name", 1, Op::Eq, "\"rm\"");
    let cond = facts.some("shell.commands", 0, name);
    facts.0.statement(Effect::Deny, &["*"], cond);
    let bytes = facts.0.bytes();
    let bundle = Loaded::read(&bytes).expect("a bundle");
    let unnamed = record("shell.commands", &[("name", Fact::Doubt(doubt(Truth::Late)))]);
    let given = shell(vec![command("rm", &[]), unnamed], Some(doubt(Truth::Opaque)));
    let mut full = Full::default();
    let verdict = vm::evaluate(&bundle, &event("a", "{}"), &given, &mut Scratch::default(), &mut full);
    assert_eq!(verdict.effect, Effect::Deny);
    let stated = &full.statements[0];
    let tests: Vec<_> =
        stated.when_tests.iter().map(|test| (test.elements[0].place, test.truth, test.why)).collect();
    assert_eq!(tests, [(0, Truth::True, None), (1, Truth::Late, Some(Why::Late))]);
    assert_eq!(stated.when_tests[0].seen, ["\"rm\""]);
    assert_eq!(stated.when_tests[1].doubt.as_deref(), Some("of the test"));
    assert_eq!((stated.lists[0].count, stated.lists[0].why), (2, Some(Why::NotUnderstood)));
}

#[test]
fn loops_inside_one_another_are_paid_for_and_end_in_doubt() {
    let commands: Vec<Fact<'static>> = (0..5000).map(|_| command("ls", &[])).collect();
    let given = shell(commands, None);
    let mut facts = Facts(Builder::new(Effect::Allow));
    let mut cond = facts.test("shell.commands.name", 4, Op::NotIn, "[\"ls\"]");
    for _ in 0..4 {
        cond = facts.some("shell.commands", 0, cond);
    }
    facts.0.statement(Effect::Deny, &["*"], cond);
    let bytes = facts.0.bytes();
    let bundle = Loaded::read(&bytes).expect("a bundle");
    let verdict =
        vm::evaluate(&bundle, &event("a", "{}"), &given, &mut Scratch::default(), &mut vm::trace::Nothing);
    assert_eq!((verdict.effect, verdict.indeterminate), (Effect::Deny, true));
}

/// Facts that count how often each root is asked for.
struct Counted<'g>(&'g Given, std::cell::RefCell<Vec<FactRoot>>);

impl Roots for Counted<'_> {
    fn root(&self, root: FactRoot) -> &Fact<'_> {
        self.1.borrow_mut().push(root);
        self.0.root(root)
    }
}

/// Which roots a policy of one statement asks for.
fn asked(make: impl FnOnce(&mut Facts) -> Cond, given: &Given) -> Vec<FactRoot> {
    let mut facts = Facts(Builder::new(Effect::Allow));
    let cond = make(&mut facts);
    facts.0.statement(Effect::Deny, &["bash.*"], cond);
    let bytes = facts.0.bytes();
    let bundle = Loaded::read(&bytes).expect("a bundle");
    let mut scratch = Scratch::default();
    let counted = Counted(given, Default::default());
    for action in ["bash.execute", "file.read"] {
        let _ = vm::evaluate(&bundle, &event(action, "{}"), &counted, &mut scratch, &mut vm::trace::Nothing);
    }
    let mut asked = counted.1.into_inner();
    asked.dedup();
    asked
}

#[test]
fn a_statement_is_reached_only_where_the_facts_hold_one_of_its_texts() {
    // The dear part stands first; only a statement that is reached asks for it.
    let statement = |facts: &mut Facts| {
        let host = facts.test("url.used.host", 1, Op::Regex, "\"^(10|192)[.]\"");
        let used = facts.some("url.used", 0, host);
        let name = facts.test("shell.commands.name", 1, Op::In, "[\"curl\", \"wget\"]");
        let flag = facts.test("shell.commands.flags", 1, Op::Contains, "\"-T\"");
        let run = facts.some("shell.commands", 0, Cond::All(vec![name, flag]));
        Cond::All(vec![used, run])
    };
    let roots = |commands, open| asked(statement, &shell(commands, open));
    let both = [FactRoot::Shell, FactRoot::Url];
    assert_eq!(roots(vec![command("ls", &["-T"])], None), [FactRoot::Shell]);
    assert_eq!(roots(vec![command("ls", &[]), command("curl", &["-T"])], None), both);
    assert_eq!(roots(vec![command("ls", &["-T"])], Some(doubt(Truth::Opaque))), both);
    assert_eq!(roots(vec![Fact::Doubt(doubt(Truth::Late))], None), both);
    assert_eq!(roots(vec![], None), [FactRoot::Shell]);
}

#[test]
fn a_statement_is_keyed_by_nothing_that_a_list_in_doubt_could_hide() {
    // The inner list may be in doubt although no command has the name.
    let elsewhere = |facts: &mut Facts| {
        let name = facts.test("shell.commands.name", 1, Op::Eq, "\"rm\"");
        let touched = facts.some("path.touched", 0, name);
        facts.some("shell.commands", 0, touched)
    };
    let open = Fact::List(List { items: vec![], open: Some(doubt(Truth::Unknown)) });
    let given = shell(vec![command("ls", &[])], None).with(FactRoot::Path, Fact::Record(vec![open]));
    assert_eq!(truth(elsewhere, &given), Truth::Unknown);
    // A list as a whole equals nothing that can be told, whatever it holds.
    let whole = |facts: &mut Facts| {
        let flags = facts.test("shell.commands.flags", 1, Op::Eq, "\"-f\"");
        facts.some("shell.commands", 0, flags)
    };
    assert_eq!(truth(whole, &given), Truth::Unknown);
}
