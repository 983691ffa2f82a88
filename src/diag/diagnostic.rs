//! One finding about a policy.

use super::code::Code;
use super::span::Span;
use crate::model::limits;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing; the policy compiles.
    Warning,
    /// The policy does not compile.
    Error,
}

impl Level {
    /// The word that people read: `warning` or `error`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A change of the text that mends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The text to replace.
    pub span: Span,
    /// What to write instead.
    pub replacement: String,
}

/// One finding: lower case, no final period, user text in backticks, no Rust names, advice in `help`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The row of the diagnostic table.
    pub code: Code,
    /// The level, normally the row's.
    pub level: Level,
    /// What is wrong, e.g. "unknown operator `equals`".
    pub message: String,
    /// Where, with a few words for the caret line.
    pub label: (Span, String),
    /// Further places, e.g. the first definition.
    pub also: Vec<(Span, String)>,
    /// What to do.
    pub help: Option<String>,
    /// A mechanical change that mends it.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A finding at the level of its row, with an empty caret line, no help and no fix.
    #[must_use]
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            level: code.spec().level,
            message: message.into(),
            label: (span, String::new()),
            also: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// The same with words for the caret line.
    #[must_use]
    pub fn label(mut self, words: impl Into<String>) -> Self {
        self.label.1 = words.into();
        self
    }

    /// The same with a further place.
    #[must_use]
    pub fn also(mut self, span: Span, words: impl Into<String>) -> Self {
        self.also.push((span, words.into()));
        self
    }

    /// The same with advice.
    #[must_use]
    pub fn help(mut self, advice: impl Into<String>) -> Self {
        self.help = Some(advice.into());
        self
    }

    /// The same with a mechanical change.
    #[must_use]
    pub fn fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }

    /// True for an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }
}

/// Sorts findings by file and place, drops repetitions, and keeps a file that is wrong all over from filling the memory
/// and the screen: of each file's findings beyond the limit only the number is kept.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|left, right| {
        let place = |one: &Diagnostic| (one.label.0, one.code);
        place(left).cmp(&place(right)).then_with(|| left.message.cmp(&right.message))
    });
    diagnostics.dedup();
    if diagnostics.len() > limits::DIAGNOSTICS_PER_FILE {
        let files = std::mem::take(diagnostics);
        let mut files = files.into_iter().peekable();
        while let Some(first) = files.next() {
            let source = first.label.0.source;
            let mut file = vec![first];
            while let Some(next) = files.next_if(|next| next.label.0.source == source) {
                file.push(next);
            }
            diagnostics.append(&mut capped(file));
        }
    }
}

/// The first findings of one file, and one that counts the others.
fn capped(mut file: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let hidden = file.split_off(limits::DIAGNOSTICS_PER_FILE.min(file.len()));
    // A file that was capped before brings its count along.
    let counted = |one: &Diagnostic| one.code == Code::TooManyFindings;
    let count = hidden.iter().filter(|one| !counted(one)).count();
    let Some(first) = hidden.first() else { return file };
    let level = hidden.iter().map(|one| one.level).max().unwrap_or(Level::Warning);
    let message = if count == hidden.len() {
        format!("{count} more findings in this file are not listed")
    } else {
        "more findings in this file are not listed".to_owned()
    };
    let mut found = Diagnostic::new(Code::TooManyFindings, first.label.0, message);
    found.level = level;
    file.push(found);
    file
}
