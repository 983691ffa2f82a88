//! The tree of a shell text, printed in short, for tests and for people who debug them.
//!
//! In: a script. Out: one line; `(run ls -la)`, `(pipe A | B)`, `(if C B else D)`. Quoted text keeps its kind of quotes,
//! decoded and with Rust's escapes; a list of one command is that command.
//! Deliberately not here: reading that line again.

use crate::facts::shell::ast::{
    After, Arm, Assignment, CaseArm, CaseEnd, Descriptor, Element, Instead, LetterCase, Link, NodeId,
    NodeKind, Operation, Parameter, Piece, PieceKind, Quote, Redirect, RedirectOperator, Replace, Script,
    Slice, TestToken, WordId,
};
use std::fmt::Write;

/// The whole tree.
#[must_use]
pub fn print(script: &Script) -> String {
    let mut printer = Printer { script, out: String::new() };
    printer.node(script.root());
    printer.out
}

struct Printer<'s> {
    script: &'s Script,
    out: String,
}

impl Printer<'_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn open(&mut self, name: &str) {
        self.put("(");
        self.put(name);
    }

    /// A node behind a space.
    fn then(&mut self, node: NodeId) {
        self.put(" ");
        self.node(node);
    }

    fn node(&mut self, id: NodeId) {
        let node = *self.script.node(id);
        let plain = matches!(node.kind, NodeKind::List(_) | NodeKind::Chain(_) | NodeKind::Function { .. });
        match node.kind {
            NodeKind::List(links) => match self.script.links(links) {
                [Link { node, after: After::End | After::Sequence }] => return self.node(*node),
                _ => self.links("list", links),
            },
            NodeKind::Chain(links) => self.links("chain", links),
            NodeKind::Pipeline { stages, negated, timed } => {
                let name = match (negated, timed) {
                    (false, false) => "pipe",
                    (true, false) => "pipe !",
                    (false, true) => "pipe time",
                    (true, true) => "pipe ! time",
                };
                self.links(name, stages);
            }
            NodeKind::Simple { assignments, words } => {
                self.open("run");
                for assignment in self.script.assignments(assignments) {
                    self.assignment(assignment);
                }
                self.words(words);
            }
            NodeKind::Opaque(why) => {
                let _ = write!(self.out, "(opaque {why:?}");
            }
            _ => self.compound(node.kind),
        }
        if !plain {
            for redirect in self.script.redirects(node.redirects) {
                self.redirect(redirect);
            }
        }
        self.put(")");
    }

    fn compound(&mut self, kind: NodeKind) {
        match kind {
            NodeKind::If { arms, otherwise } => self.branches(arms, otherwise),
            NodeKind::For { select, name, words, body } => {
                self.open(if select { "select " } else { "for " });
                self.put(self.script.text_of(name));
                if let Some(words) = words {
                    self.put(" in");
                    self.words(words);
                }
                self.then(body);
            }
            NodeKind::ArithmeticFor { init, condition, step, body } => {
                self.open("for((");
                for word in [init, condition, step] {
                    self.put(" <");
                    self.word(word);
                    self.put(">");
                }
                self.then(body);
            }
            NodeKind::While { until, condition, body } => {
                self.open(if until { "until" } else { "while" });
                self.then(condition);
                self.then(body);
            }
            NodeKind::Case { subject, arms } => self.case(subject, arms),
            NodeKind::Test(tests) => self.tests(tests),
            NodeKind::Arithmetic(word) => {
                self.open("arith ");
                self.word(word);
            }
            _ => self.enclosed(kind),
        }
    }

    fn enclosed(&mut self, kind: NodeKind) {
        let (name, named, body) = match kind {
            NodeKind::Subshell(body) => ("sub", None, body),
            NodeKind::Group(body) => ("group", None, body),
            NodeKind::Coprocess { name, body } => ("coproc", name, body),
            NodeKind::Function { name, body } => ("def", Some(name), body),
            _ => unreachable!("printed by the callers"),
        };
        self.open(name);
        if let Some(name) = named {
            self.put(" ");
            self.put(self.script.text_of(name));
        }
        self.then(body);
    }

    fn branches(&mut self, arms: Slice<Arm>, otherwise: Option<NodeId>) {
        for (index, arm) in self.script.arms(arms).iter().enumerate() {
            self.put(if index == 0 { "(if" } else { " elif" });
            self.then(arm.condition);
            self.then(arm.body);
        }
        if let Some(body) = otherwise {
            self.put(" else");
            self.then(body);
        }
    }

    fn case(&mut self, subject: WordId, arms: Slice<CaseArm>) {
        self.open("case ");
        self.word(subject);
        for arm in self.script.case_arms(arms) {
            self.put(" [");
            for (index, pattern) in self.script.words(arm.patterns).iter().enumerate() {
                self.put(if index == 0 { "" } else { "|" });
                self.word(*pattern);
            }
            self.then(arm.body);
            self.put(match arm.end {
                CaseEnd::Break => "]",
                CaseEnd::Fall => " ;&]",
                CaseEnd::Continue => " ;;&]",
            });
        }
    }

    fn links(&mut self, name: &str, links: Slice<Link>) {
        self.open(name);
        for link in self.script.links(links) {
            self.then(link.node);
            self.put(match link.after {
                After::End => "",
                After::Sequence => ";",
                After::Background => " &",
                After::And => " &&",
                After::Or => " ||",
                After::Pipe => " |",
                After::PipeBoth => " |&",
            });
        }
    }

    fn tests(&mut self, tests: Slice<TestToken>) {
        self.open("test");
        for test in self.script.tests(tests) {
            match test {
                TestToken::Word(word) => {
                    self.put(" <");
                    self.word(*word);
                    self.put(">");
                }
                TestToken::Operator(span) => {
                    self.put(" ");
                    self.put(self.script.text_of(*span));
                }
                TestToken::Opaque(_, why) => {
                    let _ = write!(self.out, " opaque:{why:?}");
                }
            }
        }
    }

    fn assignment(&mut self, assignment: &Assignment) {
        self.put(" ");
        self.put(self.script.text_of(assignment.name));
        self.index(assignment.index);
        self.put(if assignment.append { "+=" } else { "=" });
        self.word(assignment.value);
    }

    fn index(&mut self, index: Option<WordId>) {
        if let Some(index) = index {
            self.put("[");
            self.word(index);
            self.put("]");
        }
    }

    fn redirect(&mut self, redirect: &Redirect) {
        self.put(" ");
        match redirect.descriptor {
            Descriptor::Default => {}
            Descriptor::Number(number) => {
                let _ = write!(self.out, "{number}");
            }
            Descriptor::Variable(name) => {
                let _ = write!(self.out, "{{{}}}", self.script.text_of(name));
            }
        }
        self.put(match redirect.operator {
            RedirectOperator::Input => "<",
            RedirectOperator::Output => ">",
            RedirectOperator::Clobber => ">|",
            RedirectOperator::Append => ">>",
            RedirectOperator::ReadWrite => "<>",
            RedirectOperator::DuplicateInput => "<&",
            RedirectOperator::DuplicateOutput => ">&",
            RedirectOperator::Both => "&>",
            RedirectOperator::AppendBoth => "&>>",
            RedirectOperator::HereString => "<<<",
            RedirectOperator::HereDocument { .. } => "<<",
        });
        self.word(redirect.target);
    }

    fn words(&mut self, words: Slice<WordId>) {
        for word in self.script.words(words) {
            self.put(" ");
            self.word(*word);
        }
    }

    fn word(&mut self, word: WordId) {
        for piece in self.script.pieces(word) {
            self.piece(piece);
        }
    }

    fn piece(&mut self, piece: &Piece) {
        let PieceKind::Literal(span) = piece.kind else {
            let quoted = piece.quote != Quote::None;
            self.put(if quoted { "\"" } else { "" });
            self.expansion(piece.kind);
            return self.put(if quoted { "\"" } else { "" });
        };
        let text =
            self.script.text_of(span).escape_debug().to_string().replace("\\'", "'").replace("\\\"", "\"");
        let (open, close) = match piece.quote {
            Quote::None => ("", ""),
            Quote::Escape => ("\\", ""),
            Quote::Single => ("'", "'"),
            Quote::Double => ("\"", "\""),
            Quote::Ansi => ("$'", "'"),
            Quote::Locale => ("$\"", "\""),
        };
        let _ = write!(self.out, "{open}{text}{close}");
    }

    fn expansion(&mut self, kind: PieceKind) {
        match kind {
            PieceKind::Literal(_) => {}
            PieceKind::Parameter(id) => match self.script.parameter(id).copied() {
                Some(parameter) => self.parameter(&parameter),
                None => self.put("?"),
            },
            PieceKind::Command { body, backquoted } => {
                self.put(if backquoted { "`" } else { "$" });
                self.node(body);
            }
            PieceKind::Arithmetic(word) => {
                self.put("$((");
                self.word(word);
                self.put("))");
            }
            PieceKind::Process { body, output } => {
                self.put(if output { ">" } else { "<" });
                self.node(body);
            }
            PieceKind::Array(elements) => self.array(elements),
            PieceKind::Opaque(why) => {
                let _ = write!(self.out, "<opaque {why:?}>");
            }
        }
    }

    fn array(&mut self, elements: Slice<Element>) {
        self.put("(");
        for (count, element) in self.script.elements(elements).iter().enumerate() {
            self.put(if count == 0 { "" } else { " " });
            if element.index.is_some() {
                self.index(element.index);
                self.put(if element.append { "+=" } else { "=" });
            }
            self.word(element.value);
        }
        self.put(")");
    }

    fn parameter(&mut self, parameter: &Parameter) {
        self.put("${");
        self.put(if parameter.operation == Operation::Length { "#" } else { "" });
        self.put(if parameter.indirect { "!" } else { "" });
        self.put(self.script.text_of(parameter.name));
        self.index(parameter.index);
        self.operation(parameter.operation);
        self.put("}");
    }

    fn operation(&mut self, operation: Operation) {
        match operation {
            Operation::None | Operation::Length => {}
            Operation::Names => self.put("*"),
            Operation::Instead { when, colon, word } => {
                self.put(if colon { ":" } else { "" });
                self.put(match when {
                    Instead::Default => "-",
                    Instead::Assign => "=",
                    Instead::Error => "?",
                    Instead::Alternative => "+",
                });
                self.word(word);
            }
            Operation::Remove { suffix, longest, pattern } => {
                let one = if suffix { "%" } else { "#" };
                self.put(&one.repeat(if longest { 2 } else { 1 }));
                self.word(pattern);
            }
            Operation::Replace { place, pattern, word } => {
                self.put(match place {
                    Replace::First => "/",
                    Replace::All => "//",
                    Replace::Prefix => "/#",
                    Replace::Suffix => "/%",
                });
                self.word(pattern);
                if let Some(word) = word {
                    self.put("/");
                    self.word(word);
                }
            }
            Operation::Substring { offset, length } => {
                self.put(":");
                self.word(offset);
                if let Some(length) = length {
                    self.put(":");
                    self.word(length);
                }
            }
            Operation::Case { to, all, pattern } => {
                let one = match to {
                    LetterCase::Upper => "^",
                    LetterCase::Lower => ",",
                    LetterCase::Toggle => "~",
                };
                self.put(&one.repeat(if all { 2 } else { 1 }));
                if let Some(pattern) = pattern {
                    self.word(pattern);
                }
            }
            Operation::Transform(letter) => {
                let _ = write!(self.out, "@{letter}");
            }
        }
    }
}
