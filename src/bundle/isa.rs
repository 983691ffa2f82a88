//! The instruction table: an accumulator machine over truth values, for one condition at a time.
//!
//! In: nothing. Out: one row per instruction, from which encoding, decoding, verification and the listing follow; the
//! meaning is executed in `vm/exec.rs`.
//!
//! An instruction is one 32-bit word, the opcode in its low 8 bits, one operand in the other 24. The accumulator holds a
//! truth value, and so does each of [`SLOTS`] slots. A jump says how many instructions it skips: a jump backwards cannot
//! be written down, so every condition ends. A loop is a body that is run once for each element of a list, and what an
//! element costs is paid; loops lie inside one another at most `limits::BINDERS` deep.
//!
//! Deliberately not here: which statement is asked when (a record per statement, in the order of decision; see
//! `format.rs` and `vm/mod.rs`), the operators of predicates (`model::op`).

use super::read::Loaded;
use crate::model::notes::Notes;
use std::fmt::Write as _;

/// Slots of the machine, and so the deepest nesting of conditions that can be compiled.
pub const SLOTS: usize = 64;
/// Operands are below this.
pub const OPERAND_END: u32 = 1 << 24;

/// An instruction's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Opcode {
    /// The condition ends.
    End = 0,
    /// A fixed truth.
    Constant = 1,
    /// A predicate.
    Test = 2,
    /// Negation.
    Not = 3,
    /// Into a slot.
    Save = 4,
    /// Conjunction with a slot.
    And = 5,
    /// Disjunction with a slot.
    Or = 6,
    /// The rest of a conjunction is settled.
    SkipIfFalse = 7,
    /// The rest of a disjunction is settled.
    SkipIfTrue = 8,
    /// A loop over the elements of a fact starts.
    Each = 9,
    /// A loop's body ends.
    Next = 10,
}

/// What an operand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperandIs {
    /// Nothing; 0.
    Nothing,
    /// A truth value, as its discriminant.
    Truth,
    /// A predicate.
    Predicate,
    /// A slot.
    Slot,
    /// A number of instructions to skip.
    Distance,
    /// The number of instructions of a body, behind which its `next` stands.
    Body,
    /// A field that is a list of facts.
    List,
}

/// One row of the instruction table.
#[derive(Debug)]
pub struct InstructionSpec {
    /// The instruction.
    pub opcode: Opcode,
    /// Its name in listings, e.g. `skip_if_false`.
    pub name: &'static str,
    /// Its operand.
    pub operand: OperandIs,
    /// What it does, in symbols: `acc`, `slot`, `pc`.
    pub effect: &'static str,
    /// What it is for.
    pub doc: &'static str,
}

/// The table, in the order of the opcodes.
pub const INSTRUCTIONS: [InstructionSpec; 11] = [
    InstructionSpec {
        opcode: Opcode::End,
        name: "end",
        operand: OperandIs::Nothing,
        effect: "answer acc",
        doc: "ends a condition; the accumulator is its truth",
    },
    InstructionSpec {
        opcode: Opcode::Constant,
        name: "constant",
        operand: OperandIs::Truth,
        effect: "acc = truth",
        doc: "a truth that does not depend on the event",
    },
    InstructionSpec {
        opcode: Opcode::Test,
        name: "test",
        operand: OperandIs::Predicate,
        effect: "acc = predicate(event)",
        doc: "asks a predicate; its truth is computed once an evaluation",
    },
    InstructionSpec {
        opcode: Opcode::Not,
        name: "not",
        operand: OperandIs::Nothing,
        effect: "acc = not acc",
        doc: "Kleene's negation; a doubt keeps its shade",
    },
    InstructionSpec {
        opcode: Opcode::Save,
        name: "save",
        operand: OperandIs::Slot,
        effect: "slot = acc",
        doc: "keeps what a conjunction or disjunction has so far",
    },
    InstructionSpec {
        opcode: Opcode::And,
        name: "and",
        operand: OperandIs::Slot,
        effect: "acc = slot and acc",
        doc: "Kleene's conjunction; of two doubts the stronger is kept",
    },
    InstructionSpec {
        opcode: Opcode::Or,
        name: "or",
        operand: OperandIs::Slot,
        effect: "acc = slot or acc",
        doc: "Kleene's disjunction; of two doubts the stronger is kept",
    },
    InstructionSpec {
        opcode: Opcode::SkipIfFalse,
        name: "skip_if_false",
        operand: OperandIs::Distance,
        effect: "if acc is false: pc += distance",
        doc: "leaves a conjunction that is settled; with a full trace it does nothing, and the truth is the same",
    },
    InstructionSpec {
        opcode: Opcode::SkipIfTrue,
        name: "skip_if_true",
        operand: OperandIs::Distance,
        effect: "if acc is true: pc += distance",
        doc: "leaves a disjunction that is settled; with a full trace it does nothing, and the truth is the same",
    },
    InstructionSpec {
        opcode: Opcode::Each,
        name: "each",
        operand: OperandIs::Body,
        effect: "acc = the doubt of the list; for each element: acc = acc or body; pc = behind next",
        doc: "goes through the list that its `next` names, and binds each element for the tests of the body",
    },
    InstructionSpec {
        opcode: Opcode::Next,
        name: "next",
        operand: OperandIs::List,
        effect: "the body's truth is acc",
        doc: "ends the body of a loop",
    },
];

impl Opcode {
    /// The instruction's row.
    #[must_use]
    pub fn spec(self) -> &'static InstructionSpec {
        let [end, constant, test, not, save, and, or, skip_if_false, skip_if_true, each, next] =
            &INSTRUCTIONS;
        match self {
            Self::End => end,
            Self::Constant => constant,
            Self::Test => test,
            Self::Not => not,
            Self::Save => save,
            Self::And => and,
            Self::Or => or,
            Self::SkipIfFalse => skip_if_false,
            Self::SkipIfTrue => skip_if_true,
            Self::Each => each,
            Self::Next => next,
        }
    }
}

/// One instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// What to do.
    pub opcode: Opcode,
    /// With what; below [`OPERAND_END`].
    pub operand: u32,
}

impl Instruction {
    /// The instruction as a word; `None` where the operand is too large.
    #[must_use]
    pub fn encode(self) -> Option<u32> {
        (self.operand < OPERAND_END).then_some((self.operand << 8) | u32::from(self.opcode as u8))
    }

    /// The instruction in a word; `None` where there is none with this opcode.
    #[must_use]
    pub fn decode(word: u32) -> Option<Self> {
        let [opcode, ..] = word.to_le_bytes();
        let row = INSTRUCTIONS.get(usize::from(opcode))?;
        Some(Self { opcode: row.opcode, operand: word >> 8 })
    }
}

/// The program of a bundle as text, for `agsec compile --listing`.
#[must_use]
pub fn listing(bundle: &Loaded<'_>) -> String {
    let mut text = String::new();
    for statement in bundle.statements() {
        let Some(statement) = statement else {
            text.push_str("(a damaged statement)\n");
            continue;
        };
        let (name, notes) = match bundle.rule(statement.rule) {
            Ok(rule) => (rule.sid, rule.notes),
            Err(error) => (error.to_string(), Notes::default()),
        };
        let block = match statement.block {
            super::format::BlockKind::Rules => "rule",
            super::format::BlockKind::Statements => "statement",
        };
        let effect = statement.effect.status();
        let number = statement.rule.0;
        let actions = bundle.action_texts(statement.actions).join(" ");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{block} {number} {effect} `{name}` on {actions}");
        list_notes(&notes, &mut text);
        list_condition(bundle, "when", statement.when, &mut text);
        if let Some(unless) = statement.unless {
            list_condition(bundle, "unless", unless, &mut text);
        }
    }
    let _ = writeln!(text, "default {}", bundle.default_effect().status());
    text
}

/// Adds what was noted, a line for each.
fn list_notes(notes: &Notes, text: &mut String) {
    if let Some(severity) = notes.severity {
        let _ = writeln!(text, "  severity {}", severity.name());
    }
    for tag in &notes.tags {
        let _ = writeln!(text, "  tag `{tag}`");
    }
    if !notes.url.is_empty() {
        let _ = writeln!(text, "  url `{}`", notes.url);
    }
}

/// Adds the instructions from `start` up to their `end`.
fn list_condition(bundle: &Loaded<'_>, title: &str, start: u32, text: &mut String) {
    let _ = writeln!(text, "  {title}");
    for at in start.. {
        let Some(instruction) = bundle.instruction(at) else {
            let _ = writeln!(text, "    {at:5}  (no instruction)");
            return;
        };
        let spec = instruction.opcode.spec();
        let _ = write!(text, "    {at:5}  {:14}", spec.name);
        let operand = instruction.operand;
        match spec.operand {
            OperandIs::Nothing => {}
            OperandIs::Truth => {
                let truth = u8::try_from(operand).ok().and_then(crate::model::truth::Truth::from_u8);
                text.push_str(truth.map_or("(no truth value)", crate::model::truth::Truth::name));
            }
            OperandIs::Predicate => text.push_str(&bundle.predicate_text(crate::model::id::PredId(operand))),
            OperandIs::Slot => {
                let _ = write!(text, "{operand}");
            }
            OperandIs::List => {
                let field = bundle.field_text(crate::model::id::FieldId(operand));
                text.push_str(&field.unwrap_or_else(|| "(no field)".to_owned()));
            }
            OperandIs::Distance | OperandIs::Body => {
                let target = u64::from(at).saturating_add(1).saturating_add(u64::from(operand));
                let _ = write!(text, "to {target}");
            }
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        if instruction.opcode == Opcode::End {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_their_opcodes_and_decode_to_themselves() {
        for (number, row) in INSTRUCTIONS.iter().enumerate() {
            assert_eq!(usize::from(row.opcode as u8), number);
            assert_eq!(row.opcode.spec().name, row.name);
            for operand in [0, 1, OPERAND_END - 1] {
                let instruction = Instruction { opcode: row.opcode, operand };
                let word = instruction.encode().expect("operand in range");
                assert_eq!(Instruction::decode(word), Some(instruction));
            }
        }
    }

    #[test]
    fn words_without_an_instruction_are_refused() {
        assert_eq!(Instruction::decode(u32::try_from(INSTRUCTIONS.len()).expect("few")), None);
        assert_eq!(Instruction::decode(0xff), None);
        assert_eq!(Instruction { opcode: Opcode::Test, operand: OPERAND_END }.encode(), None);
    }
}
