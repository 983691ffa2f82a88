//! The tree of a shell text.
//!
//! In: nothing; these are the types that `parse` fills and that expansion and unwrapping read. Everything lies in flat
//! arrays and is named by index, so that a tree of any depth is dropped, copied and compared without recursion, and a
//! short command costs few allocations. Every accessor is total: an id of another script gives an opaque node or
//! nothing.
//! Invariants: a child's id is smaller than its parent's; nesting is at most `SHELL_DEPTH`; lists, `&&` chains and pipelines
//! are flat however long they are.
//! Deliberately not here: reading them by id (`script`); globs, braces and tildes, which are unquoted literal text; the meaning of any command.

use std::marker::PhantomData;

/// Which shell will run the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// GNU bash 5.
    #[default]
    Bash,
    /// zsh: what it reads differently from bash is opaque.
    Zsh,
    /// A POSIX shell such as dash: what it reads differently from bash is opaque.
    Sh,
    /// fish: what it reads differently from bash is opaque.
    Fish,
}

/// A range of `Script::text`, in bytes. It lies in the source, or behind it where the text had to be decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// Behind the last byte.
    pub end: u32,
}

/// Names a node of one script.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// Names a word of one script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WordId(pub u32);

/// Names a parameter expansion of one script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ParameterId(pub u32);

/// Some elements of one of the script's arrays, in order.
pub struct Slice<T> {
    pub(super) start: u32,
    pub(super) length: u32,
    pub(super) of: PhantomData<T>,
}

/// A text, read.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// The text as given, then whatever had to be decoded (`$'…'`, backquotes with backslashes).
    pub(super) text: String,
    pub(super) source: u32,
    pub(super) decoded: Vec<Decoded>,
    pub(super) root: NodeId,
    pub(super) errors: Vec<Error>,
    pub(super) nodes: Vec<Node>,
    pub(super) words: Vec<Word>,
    pub(super) pieces: Vec<Piece>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) word_ids: Vec<WordId>,
    pub(super) links: Vec<Link>,
    pub(super) redirects: Vec<Redirect>,
    pub(super) assignments: Vec<Assignment>,
    pub(super) elements: Vec<Element>,
    pub(super) arms: Vec<Arm>,
    pub(super) case_arms: Vec<CaseArm>,
    pub(super) tests: Vec<TestToken>,
}

impl Script {
    /// Whether it was read from this text.
    pub(super) fn is_of(&self, text: &str) -> bool {
        usize::try_from(self.source) == Ok(text.len()) && self.text.starts_with(text)
    }
}

/// A part of `Script::text` behind the source, and where it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decoded {
    pub(super) at: Span,
    pub(super) source: Span,
}

/// A place that a shell would refuse, or that was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// Where; may be empty at the end of the text.
    pub span: Span,
    /// What is wrong.
    pub why: Why,
}

/// Why something is opaque.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// An operator or reserved word where none may stand.
    Unexpected,
    /// The same between commands, so that what follows can be read all the same, e.g. `done` alone.
    Stray,
    /// A construct whose end is missing, e.g. `if true; then`.
    Unfinished,
    /// A quote without its end.
    UnfinishedQuote,
    /// An expansion or substitution without its end.
    UnfinishedExpansion,
    /// A redirection without a target.
    NoTarget,
    /// `${…}` that is no expansion.
    BadExpansion,
    /// A condition in `[[ ]]` that is none.
    BadTest,
    /// Nested deeper than `SHELL_DEPTH`.
    TooDeep,
    /// Longer, or with more commands, than the limits.
    TooLarge,
    /// A construct that shells read differently: zsh.
    ZshOnly,
    /// A construct that shells read differently: fish.
    FishOnly,
    /// A construct that bash knows and the dialect does not.
    BashOnly,
    /// A construct that only newer shells know, e.g. `${ ls; }`.
    Newer,
}

impl Why {
    /// In words for people.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Unexpected | Self::Stray => "an operator or reserved word where none may stand",
            Self::Unfinished => "a construct without its end",
            Self::UnfinishedQuote => "a quote without its end",
            Self::UnfinishedExpansion => "an expansion without its end",
            Self::NoTarget => "a redirection without a target",
            Self::BadExpansion => "an expansion that no shell knows",
            Self::BadTest => "a condition in `[[ ]]` that is none",
            Self::TooDeep => "nesting that is too deep",
            Self::TooLarge => "a text that is too large",
            Self::ZshOnly => "a construct of zsh",
            Self::FishOnly => "a construct of fish",
            Self::BashOnly => "a construct that only bash knows",
            Self::Newer => "a construct that only newer shells know",
        }
    }
}

/// A command or what holds commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// All of it, redirections included.
    pub span: Span,
    /// Redirections, in order; those of a compound command hold for all inside.
    pub redirects: Slice<Redirect>,
}

/// The kinds of nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// Commands one after another or in the background; may be empty where something is missing.
    List(Slice<Link>),
    /// `a && b || c`: at least two, left to right.
    Chain(Slice<Link>),
    /// `a | b |& c`; one command where it is only negated or timed.
    Pipeline {
        /// Each with the pipe that follows it.
        stages: Slice<Link>,
        /// `!` an odd number of times.
        negated: bool,
        /// `time`.
        timed: bool,
    },
    /// Assignments, then the name and the arguments; `words` is empty for `x=1` or `> file` alone.
    Simple {
        /// Before the name.
        assignments: Slice<Assignment>,
        /// The name and the arguments.
        words: Slice<WordId>,
    },
    /// `( … )`.
    Subshell(NodeId),
    /// `{ …; }`.
    Group(NodeId),
    /// `if`, with each `elif`.
    If {
        /// In order; never empty.
        arms: Slice<Arm>,
        /// After `else`.
        otherwise: Option<NodeId>,
    },
    /// `for name in …`, `select name in …`.
    For {
        /// Whether it is `select`.
        select: bool,
        /// The variable.
        name: Span,
        /// The words; `None` without `in`: the positional parameters.
        words: Option<Slice<WordId>>,
        /// The body.
        body: NodeId,
    },
    /// `for ((init; condition; step))`.
    ArithmeticFor {
        /// Each may be empty.
        init: WordId,
        /// Each may be empty.
        condition: WordId,
        /// Each may be empty.
        step: WordId,
        /// The body.
        body: NodeId,
    },
    /// `while`, `until`.
    While {
        /// Whether it is `until`.
        until: bool,
        /// The list that decides.
        condition: NodeId,
        /// The body.
        body: NodeId,
    },
    /// `case`.
    Case {
        /// The word looked at.
        subject: WordId,
        /// In order; may be empty.
        arms: Slice<CaseArm>,
    },
    /// `[[ … ]]`, its words and operators in order.
    Test(Slice<TestToken>),
    /// `(( … ))`.
    Arithmetic(WordId),
    /// `coproc`.
    Coprocess {
        /// The name, where one is given.
        name: Option<Span>,
        /// The command.
        body: NodeId,
    },
    /// `name() …`, `function name …`.
    Function {
        /// The name as written.
        name: Span,
        /// The compound command that it runs.
        body: NodeId,
    },
    /// Not understood: whatever stands there may run anything.
    Opaque(Why),
}

/// A node of a list, chain or pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The node.
    pub node: NodeId,
    /// What follows it.
    pub after: After,
}

/// What follows a node in a list, chain or pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum After {
    /// Nothing.
    End,
    /// `;` or a line break.
    Sequence,
    /// `&`.
    Background,
    /// `&&`.
    And,
    /// `||`.
    Or,
    /// `|`.
    Pipe,
    /// `|&`.
    PipeBoth,
}

/// A condition and what it guards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arm {
    /// After `if` or `elif`.
    pub condition: NodeId,
    /// After `then`.
    pub body: NodeId,
}

/// One arm of a `case`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseArm {
    /// Its patterns.
    pub patterns: Slice<WordId>,
    /// Its list, which may be empty.
    pub body: NodeId,
    /// How it ends.
    pub end: CaseEnd,
}

/// How an arm of a `case` ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CaseEnd {
    /// `;;`, or `esac`.
    Break,
    /// `;&`: the next arm runs too.
    Fall,
    /// `;;&`: the next patterns are tried too.
    Continue,
}

/// A word or an operator of `[[ ]]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestToken {
    /// An operand; on the right of `==`, `!=`, `=` a pattern, of `=~` a regular expression.
    Word(WordId),
    /// `!`, `&&`, `||`, `(`, `)`, `-f` and its like, `==` and its like, as written.
    Operator(Span),
    /// Not understood.
    Opaque(Span, Why),
}

/// A redirection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// All of it; of a here-document, the operator and delimiter.
    pub span: Span,
    /// What it does.
    pub operator: RedirectOperator,
    /// What stands before the operator.
    pub descriptor: Descriptor,
    /// The target; of a here-document its body, of a here-string its text.
    pub target: WordId,
}

/// The operators of redirections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RedirectOperator {
    /// `<`
    Input,
    /// `>`
    Output,
    /// `>|`
    Clobber,
    /// `>>`
    Append,
    /// `<>`
    ReadWrite,
    /// `<&`
    DuplicateInput,
    /// `>&`: a descriptor, `-`, or, without a descriptor before it, a file for both outputs.
    DuplicateOutput,
    /// `&>`
    Both,
    /// `&>>`
    AppendBoth,
    /// `<<<`
    HereString,
    /// `<<` or `<<-`
    HereDocument {
        /// Whether expansions in the body are carried out: no part of the delimiter is quoted.
        expands: bool,
    },
}

/// The descriptor before a redirection's operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Descriptor {
    /// None: the operator's own.
    Default,
    /// `2>`.
    Number(u32),
    /// `{name}>`: without the braces.
    Variable(Span),
}

/// `name=value`, `name+=value`, `name[index]=value`, `name=(…)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// All of it.
    pub span: Span,
    /// The variable.
    pub name: Span,
    /// Between the brackets.
    pub index: Option<WordId>,
    /// Whether it is `+=`.
    pub append: bool,
    /// The value; of an array, a word with one `PieceKind::Array`.
    pub value: WordId,
}

/// One element of `(…)` in an array assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    /// In `[index]=value`.
    pub index: Option<WordId>,
    /// Whether it is `[index]+=value`.
    pub append: bool,
    /// The value; without an index, a word that is expanded and split as an argument is.
    pub value: WordId,
}

/// A word as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// All of it.
    pub span: Span,
    /// In order. None only where the word is empty without quotes (`x=`, an empty here-document); `''` is one empty
    /// quoted literal.
    pub pieces: Slice<Piece>,
}

/// A part of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// All of it; without the quotes around it.
    pub span: Span,
    /// The quotes that it stands in. Globs, braces, tildes and splitting are for unquoted pieces alone.
    pub quote: Quote,
    /// What it is.
    pub kind: PieceKind,
}

/// How a part of a word is quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quote {
    /// Not at all.
    None,
    /// `\x`: the character alone.
    Escape,
    /// `'…'`
    Single,
    /// `"…"`, or a here-document that expands.
    Double,
    /// `$'…'`, decoded.
    Ansi,
    /// `$"…"`: as `"…"` unless there is a translation.
    Locale,
}

/// The kinds of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// This text: `Script::text_of` the span given, escapes removed.
    Literal(Span),
    /// `$x`, `${x…}`.
    Parameter(ParameterId),
    /// `$( … )` or, backquoted, `` `…` ``.
    Command {
        /// What runs.
        body: NodeId,
        /// Whether it is the older form.
        backquoted: bool,
    },
    /// `$(( … ))` or `$[ … ]`.
    Arithmetic(WordId),
    /// `<( … )`, or `>( … )` where `output`.
    Process {
        /// What runs.
        body: NodeId,
        /// Whether it is `>(`.
        output: bool,
    },
    /// `(a b [3]=c)` as the value of an assignment.
    Array(Slice<Element>),
    /// Not understood.
    Opaque(Why),
}

/// A parameter expansion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name, digits, or one of `@*#?-$!`.
    pub name: Span,
    /// Between the brackets; `@` and `*` are such words too.
    pub index: Option<WordId>,
    /// `${!x}`: what the variable that `x` names holds. With `index` `@` or `*` and no operation: the keys.
    pub indirect: bool,
    /// What is done with it.
    pub operation: Operation,
}

/// What a parameter expansion does with the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Nothing.
    None,
    /// `${#x}`
    Length,
    /// `${!x*}`, `${!x@}`: the names of variables that start so.
    Names,
    /// `${x-word}` and its like.
    Instead {
        /// Which.
        when: Instead,
        /// `:` before it: empty counts as unset.
        colon: bool,
        /// The word.
        word: WordId,
    },
    /// `${x#pattern}`, `${x%pattern}`.
    Remove {
        /// `%`: from the end.
        suffix: bool,
        /// Doubled: as much as possible.
        longest: bool,
        /// The pattern.
        pattern: WordId,
    },
    /// `${x/pattern/word}`.
    Replace {
        /// Which occurrences.
        place: Replace,
        /// The pattern.
        pattern: WordId,
        /// The replacement; `None` is the empty text.
        word: Option<WordId>,
    },
    /// `${x:offset:length}`.
    Substring {
        /// An arithmetic expression.
        offset: WordId,
        /// An arithmetic expression.
        length: Option<WordId>,
    },
    /// `${x^pattern}`, `${x,pattern}`, `${x~pattern}`.
    Case {
        /// Which.
        to: LetterCase,
        /// Doubled: every character, not only the first.
        all: bool,
        /// Which characters; `None`: any.
        pattern: Option<WordId>,
    },
    /// `${x@Q}`: this letter.
    Transform(char),
}

/// What `${x-word}` and its like do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Instead {
    /// `-`: the word where it is unset.
    Default,
    /// `=`: the same, and it is set so.
    Assign,
    /// `?`: the shell ends with the word where it is unset.
    Error,
    /// `+`: the word where it is set.
    Alternative,
}

/// Which occurrences `${x/pattern/word}` replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Replace {
    /// `/`
    First,
    /// `//`
    All,
    /// `/#`
    Prefix,
    /// `/%`
    Suffix,
}

/// What `${x^}` and its like change letters to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LetterCase {
    /// `^`
    Upper,
    /// `,`
    Lower,
    /// `~`
    Toggle,
}
