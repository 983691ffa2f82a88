//! The tokens of the policy language and the table of its words.
//!
//! In: nothing. Out: one row per word, read by the lexer, the messages and the reference page.
//! Deliberately not here: finding tokens in text (`lexer`).

/// A token as the grammar sees it. Texts are as written, quotes and escapes included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) enum Token<'s> {
    /// A name or a field: `no-force-push`, `params.command`.
    Word(&'s str),
    /// A word with `*` or `?`: `file.*`.
    Glob(&'s str),
    /// A field in backticks: `` `params.content type` ``.
    Field(&'s str),
    /// `"…"`, `'…'`, `"""…"""`, `r"…"` or `r#"…"#`.
    Text(&'s str),
    /// `/…/`.
    Regex(&'s str),
    /// `10`, `-2.5`, `1e3`.
    Number(&'s str),
    /// One of the table below.
    Keyword(Keyword),
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `=`
    Assign,
    /// `=>`
    Arrow,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// `(`
    OpenRound,
    /// `)`
    CloseRound,
    /// `[`
    OpenSquare,
    /// `]`
    CloseSquare,
    /// `{`
    OpenCurly,
    /// `}`
    CloseCurly,
    /// What other languages have and this one has not, with what to write instead.
    Foreign(&'static str),
}

impl Token<'_> {
    /// What closes this bracket; `None` for other tokens.
    pub(in crate::syntax) fn closed_by(self) -> Option<&'static str> {
        let pairs = [(Token::OpenRound, ")"), (Token::OpenSquare, "]"), (Token::OpenCurly, "}")];
        pairs.into_iter().find(|(open, _)| *open == self).map(|(_, closing)| closing)
    }

    /// Whether it closes a bracket.
    pub(in crate::syntax) fn closes(self) -> bool {
        [Token::CloseRound, Token::CloseSquare, Token::CloseCurly].contains(&self)
    }
}

/// The words of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) enum Keyword {
    /// `default deny`
    Default,
    /// `include "sets.agsec"`
    Include,
    /// `let NAME = …`
    Let,
    /// `settings { … }`
    Settings,
    /// `test "…" { … } => …`
    Test,
    /// An effect.
    Deny,
    /// An effect.
    Review,
    /// An effect.
    Allow,
    /// Before the actions.
    On,
    /// Before the condition.
    When,
    /// Before the exception.
    Unless,
    /// Before the reason.
    Because,
    /// A clause.
    Severity,
    /// A clause.
    Tags,
    /// A clause.
    Url,
    /// Of a case.
    Context,
    /// A connective.
    And,
    /// A connective.
    Or,
    /// A connective.
    Not,
    /// An operator.
    In,
    /// An operator.
    Contains,
    /// An operator.
    StartsWith,
    /// An operator.
    EndsWith,
    /// An operator.
    Matches,
    /// An operator.
    Exists,
    /// Before a list of operands.
    Any,
    /// Before a list of operands.
    All,
    /// A quantifier.
    Some,
    /// A quantifier.
    Every,
    /// A quantifier.
    No,
    /// Before the name of an element.
    As,
    /// A value or a condition.
    True,
    /// A value or a condition.
    False,
    /// A value.
    Null,
}

/// One row of the table of words.
#[derive(Debug)]
pub(in crate::syntax) struct Row {
    /// The word.
    pub(in crate::syntax) word: &'static str,
    /// Which.
    pub(in crate::syntax) keyword: Keyword,
    /// Whether it may also be the first name of a field.
    pub(in crate::syntax) field: bool,
}

/// The table of words.
pub(in crate::syntax) const KEYWORDS: [Row; 34] = [
    soft("default", Keyword::Default),
    soft("include", Keyword::Include),
    hard("let", Keyword::Let),
    soft("settings", Keyword::Settings),
    soft("test", Keyword::Test),
    hard("deny", Keyword::Deny),
    hard("review", Keyword::Review),
    hard("allow", Keyword::Allow),
    hard("on", Keyword::On),
    hard("when", Keyword::When),
    hard("unless", Keyword::Unless),
    hard("because", Keyword::Because),
    soft("severity", Keyword::Severity),
    soft("tags", Keyword::Tags),
    soft("url", Keyword::Url),
    soft("context", Keyword::Context),
    hard("and", Keyword::And),
    hard("or", Keyword::Or),
    hard("not", Keyword::Not),
    hard("in", Keyword::In),
    hard("contains", Keyword::Contains),
    hard("starts_with", Keyword::StartsWith),
    hard("ends_with", Keyword::EndsWith),
    hard("matches", Keyword::Matches),
    hard("exists", Keyword::Exists),
    hard("any", Keyword::Any),
    hard("all", Keyword::All),
    hard("some", Keyword::Some),
    hard("every", Keyword::Every),
    hard("no", Keyword::No),
    hard("as", Keyword::As),
    hard("true", Keyword::True),
    hard("false", Keyword::False),
    hard("null", Keyword::Null),
];

const fn soft(word: &'static str, keyword: Keyword) -> Row {
    Row { word, keyword, field: true }
}

const fn hard(word: &'static str, keyword: Keyword) -> Row {
    Row { word, keyword, field: false }
}

/// The row of a word.
pub(in crate::syntax) fn row(word: &str) -> Option<&'static Row> {
    KEYWORDS.iter().find(|row| row.word == word)
}

/// The word of a keyword.
pub(in crate::syntax) fn word(keyword: Keyword) -> &'static str {
    KEYWORDS.iter().find(|row| row.keyword == keyword).map_or("", |row| row.word)
}
