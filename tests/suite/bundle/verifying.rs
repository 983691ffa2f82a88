//! Verification: each thing that a wrong compiler could write is named.

use super::sample;
use agsec::bundle::isa::{Instruction, Opcode, SLOTS};
use agsec::bundle::program::{Operand, Program};
use agsec::bundle::read::Loaded;
use agsec::bundle::verify::verify;
use agsec::bundle::write::write;
use agsec::compile::{Options, compile};
use agsec::ir::Cond;
use agsec::model::decision::Effect;
use agsec::model::field::{FieldPath, Root};
use agsec::model::id::{FieldId, RuleId};
use agsec::model::op::Op;

type Case = (&'static str, fn(&mut Program));

fn set(program: &mut Program, at: usize, opcode: Opcode, operand: u32) {
    program.code[at] = Instruction { opcode, operand }.encode().expect("an instruction");
}

/// What is wrong, as verification says it, and how to make it so in the sample.
const CASES: &[Case] = &[
    ("a statement's rule is out of range", |program| program.statements[0].rule = RuleId(4)),
    ("a statement's action set is out of range", |program| program.statements[0].actions = Some(3)),
    ("a condition has no end", |program| program.statements[0].when = 18),
    ("a condition has no end", |program| program.statements[1].unless = Some(1 << 30)),
    ("statements are out of the order of decision", |program| program.statements.swap(1, 2)),
    ("statements are out of the order of decision", |program| program.statements.swap(0, 1)),
    ("statements are out of the order of decision", |program| program.statements[2] = program.statements[1]),
    ("a member of an action set is out of range", |program| program.action_sets[0] = vec![4]),
    // The distance of a jump is a number of instructions forward: 2^24 - 1 would be -1 in a signed reading.
    ("a jump leaves its condition", |program| set(program, 3, Opcode::SkipIfFalse, (1 << 24) - 1)),
    ("a jump leaves its condition", |program| set(program, 3, Opcode::SkipIfFalse, 8)),
    ("an instruction's operand is out of range", |program| set(program, 0, Opcode::Test, 6)),
    ("an instruction's operand is out of range", |program| set(program, 0, Opcode::Constant, 5)),
    ("an instruction's operand is out of range", |program| set(program, 4, Opcode::Save, SLOTS as u32)),
    ("an instruction's operand is out of range", |program| set(program, 10, Opcode::And, 2)),
    ("an instruction's operand is out of range", |program| set(program, 11, Opcode::End, 1)),
    ("a condition has no end", |program| program.code[1] = 0xff),
    ("a condition has no end", |program| program.code.truncate(17)),
    ("a predicate's field is out of range", |program| program.predicates[0].field = FieldId(5)),
    ("a predicate's operand", |program| program.predicates[1].operand = Operand::Table(1)),
    ("a predicate's operand", |program| program.predicates[1].operand = Operand::Text(String::new())),
    ("a predicate's operand", |program| program.predicates[0].op = Op::Exists),
    ("a predicate's operand", |program| program.predicates[2].op = Op::Eq),
    ("an automaton table", |program| program.tables[0].truncate(30)),
    ("an automaton table", |program| program.tables[0].clear()),
    ("an automaton table", |program| {
        // The last word of a table says where a state leads; no table has that many states.
        let end = program.tables[0].len();
        program.tables[0][end - 2..].copy_from_slice(&[0xff, 0xff]);
    }),
    ("predicate record", |program| program.predicate_records.truncate(5)),
    ("rule record", |program| program.rules[0].source = 1),
    ("rule record", |program| program.rules[0].effect = 3),
];

/// Loops: `some shell.commands as c { c.name == "rm" and some c.flags as f { f == "-f" } }`. The code is `each` at 0,
/// `test`, `skip_if_false`, `save`, `each` at 4, `test`, `next` at 6, `and`, `next` at 8, `end`.
fn loops() -> Program {
    let mut builder = crate::machine::policy::Builder::new(Effect::Deny);
    let mut test = |path: &str, bound, operand| {
        let cond = builder.test(path, Op::Eq, operand);
        builder.policy.fields.last_mut().expect("a field was added").bound = bound;
        cond
    };
    let name = test("shell.commands.name", 1, "\"rm\"");
    let flag = test("shell.commands.flags", 2, "\"-f\"");
    let mut list = |path: &str, bound| {
        builder.policy.fields.push(FieldPath { bound, ..FieldPath::parse(path) });
        FieldId::from(builder.policy.fields.len() - 1)
    };
    let (commands, flags) = (list("shell.commands", 0), list("shell.commands.flags", 1));
    let inner = Cond::Some { list: flags, body: Box::new(flag) };
    let outer = Cond::Some { list: commands, body: Box::new(Cond::All(vec![name, inner])) };
    builder.statement(Effect::Deny, &["*"], outer);
    compile(&builder.policy, &Options::default()).expect("it compiles").program
}

const LOOP_CASES: &[Case] = &[
    ("an instruction's operand is out of range", |program| set(program, 0, Opcode::Each, 6)),
    ("an instruction's operand is out of range", |program| set(program, 4, Opcode::Each, 3)),
    ("an instruction's operand is out of range", |program| set(program, 4, Opcode::Each, (1 << 24) - 1)),
    ("an instruction's operand is out of range", |program| set(program, 6, Opcode::Next, 99)),
    // A list that is no list, or is looked for in an element that is not bound.
    ("an instruction's operand is out of range", |program| set(program, 8, Opcode::Next, 0)),
    ("an instruction's operand is out of range", |program| set(program, 8, Opcode::Next, 3)),
    ("an instruction's operand is out of range", |program| set(program, 4, Opcode::Next, 2)),
    ("an instruction's operand is out of range", |program| program.fields[1].bound = 3),
    ("an instruction's operand is out of range", |program| program.fields[1].bound = 0),
    ("the number of a fact is not that of its path", |program| {
        program.fields[0].keys[1] = "opaque".to_owned()
    }),
    // Into the inner body, over its `next`; out of the outer body.
    ("a jump leaves its condition", |program| set(program, 2, Opcode::SkipIfFalse, 2)),
    ("a jump leaves its condition", |program| set(program, 2, Opcode::SkipIfFalse, 6)),
    ("a field that is no fact looks at an element", |program| program.fields[0].root = Root::Bare),
];

#[test]
fn each_mistake_in_a_loop_is_found() {
    let bytes = write(&loops());
    assert_eq!(verify(&Loaded::read(&bytes).expect("a bundle")), Ok(()));
    for (number, (expected, change)) in LOOP_CASES.iter().enumerate() {
        let mut program = loops();
        change(&mut program);
        let bytes = write(&program);
        let found = verify(&Loaded::read(&bytes).expect("a bundle")).err().map(|error| error.to_string());
        assert_eq!(found, Some(format!("bundle is damaged: {expected}")), "case {number}");
    }
}

#[test]
fn each_mistake_is_found() {
    for (expected, change) in CASES {
        let mut program = compile(&sample().policy, &Options::default()).expect("it compiles").program;
        change(&mut program);
        let bytes = write(&program);
        let bundle = Loaded::read(&bytes).expect("header and checksum are right");
        let found = verify(&bundle).err().map(|error| error.to_string());
        assert_eq!(found, Some(format!("bundle is damaged: {expected}")));
    }
}

#[test]
fn what_the_compiler_writes_is_right() {
    let program = compile(&sample().policy, &Options::default()).expect("it compiles").program;
    assert_eq!(verify(&Loaded::read(&write(&program)).expect("a bundle")), Ok(()));
}
