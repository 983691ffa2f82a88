//! What people want to know about a bundle, its rules and its predicates.
//!
//! In: cold records and short texts. Out: plain structs, filled by `read.rs`.
//! Deliberately not here: anything that a decision needs.

use crate::model::decision::Effect;
use crate::model::notes::Notes;
use crate::model::op::Op;

/// Which layer a bundle is, and from what it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta<'a> {
    /// E.g. `project`.
    pub label: &'a str,
    /// The absolute directory, e.g. `/home/dev/shop/policies`.
    pub directory: &'a str,
    /// The digest of the sources, in hexadecimal.
    pub digest: &'a str,
    /// The source files, in load order.
    pub files: Vec<SourceMeta<'a>>,
}

/// A source file's name and size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceMeta<'a> {
    /// As it is shown to people, e.g. `policies/02_bash.yaml`.
    pub name: &'a str,
    /// In bytes.
    pub bytes: u32,
}

/// A source file's name and text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceText<'a> {
    /// As it is shown to people.
    pub name: &'a str,
    /// Its whole text.
    pub text: &'a str,
}

/// What people want to know about a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInfo<'a> {
    /// `sid`, or the stem of the file.
    pub sid: String,
    /// Whether the policy wrote a `sid`.
    pub named: bool,
    /// `reason`; empty where none was given.
    pub reason: String,
    /// What it says.
    pub effect: Effect,
    /// The file, e.g. `policies/02_bash.yaml`.
    pub file: &'a str,
    /// Its line, from 1.
    pub line: u32,
    /// Its notes.
    pub notes: Notes,
}

/// What people want to know about a predicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PredicateInfo<'a> {
    /// The field path, e.g. `params.command`.
    pub field: String,
    /// The operator.
    pub op: Op,
    /// The operand as a person would write it; empty where there is none.
    pub operand: String,
    /// The file of its first place.
    pub file: &'a str,
    /// The line of its first place, from 1.
    pub line: u32,
}
