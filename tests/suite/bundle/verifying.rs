//! Verification: each thing that a wrong compiler could write is named.

use super::sample;
use agsec::bundle::isa::{Instruction, Opcode, SLOTS};
use agsec::bundle::program::{Operand, Program};
use agsec::bundle::read::Loaded;
use agsec::bundle::verify::verify;
use agsec::bundle::write::write;
use agsec::compile::{Options, compile};
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
