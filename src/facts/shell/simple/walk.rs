//! Walks the tree of a text in the order in which a shell would run it, and collects the simple commands.
//!
//! In: a text, its dialect, where it runs, the reader of the machine. Out: the commands and what was not understood.
//! Every branch of a condition counts, a loop's body counts once for each known value, and what several branches leave
//! behind is joined. Total: nesting, commands and work are capped, and beyond the caps the rest is opaque.
//! Deliberately not here: words (`expand`), one command (`simple`), what commands run other commands (`unwrap`).

use super::journal::Mark;
use super::listed::Listed;
use super::memory::{Held, Key, LATE, Memory};
use crate::facts::command::{Command, Commands, Directory, Origin, Redirect, Word};
use crate::facts::shell::ast::{After, Dialect, NodeId, NodeKind, Script, Slice, Span, TestToken, WordId};
use crate::facts::world::{Surroundings, World};
use std::collections::BTreeSet;
use std::rc::Rc;

/// Shells, scripts and substitutions inside of each other.
const DEPTH: u8 = 16;
/// Calls of the walk inside of each other; each takes stack.
const LEVELS: u16 = 240;
/// Commands of one text.
const COMMANDS: usize = 100_000;
/// Nodes, words and bytes of values that are looked at for each byte of the text, and at least.
const WORK_AT_LEAST: u64 = 1 << 22;
/// Names of pipes that one command is told.
const PIPES: usize = 32;

/// Commands that only ask something.
const TESTS: &[&str] =
    &["test", "[", "grep", "egrep", "command", "which", "type", "hash", "diff", "cmp", "false", "pgrep"];

/// What a command is fed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// Nothing that the text gives it.
    Own,
    /// This text.
    Known(Rc<str>),
    /// Something that is not known.
    Late,
}

impl Input {
    /// The text, where it is known.
    pub(super) fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Own | Self::Late => None,
        }
    }
}

/// What the commands of a part of the text have around them.
#[derive(Clone)]
pub(super) struct Context {
    /// The text that they stand in.
    pub(super) script: Rc<Script>,
    /// Its place in the action's text, where it is another text.
    pub(super) at: Option<(u32, u32)>,
    pub(super) redirects: Vec<Redirect>,
    /// The commands of the stages before, in a pipeline.
    pub(super) fed_by: Vec<Word>,
    pub(super) wrappers: Vec<String>,
    pub(super) env: Vec<(String, Word)>,
    pub(super) input: Input,
    pub(super) origin: Origin,
    pub(super) depth: u8,
    /// Aliases that are being expanded.
    pub(super) aliases: Vec<String>,
}

/// A function that the text defines.
#[derive(Clone)]
pub(super) struct Definition {
    pub(super) context: Context,
    pub(super) body: NodeId,
    pub(super) called: bool,
    pub(super) running: bool,
}

/// What was printed since capturing began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Capture {
    /// Nobody asks.
    Off,
    /// This, with marks where something was printed that is not known.
    Known(String),
}

impl Capture {
    /// How much was printed so far.
    pub(super) fn length(&self) -> usize {
        match self {
            Self::Known(text) => text.len(),
            Self::Off => 0,
        }
    }

    /// Forgets what was printed since there were so many bytes.
    pub(super) fn forget(&mut self, length: usize) {
        if let Self::Known(text) = self {
            text.truncate(length);
        }
    }

    /// What was printed, unless nobody asked or nothing of it is known.
    pub(super) fn text(self) -> Option<String> {
        match self {
            Self::Known(text) if text.is_empty() || !text.trim_matches([LATE, '\n']).is_empty() => Some(text),
            Self::Known(text) if !text.contains(LATE) => Some(text),
            Self::Known(_) | Self::Off => None,
        }
    }
}

/// The walk.
pub(super) struct Walker<'w> {
    pub(super) surroundings: &'w Surroundings,
    pub(super) world: &'w dyn World,
    pub(super) dialect: Dialect,
    pub(super) memory: Memory,
    pub(super) commands: Commands,
    /// For each command in how many substitutions it stands; those do not take part in the pipes around.
    scopes: Vec<u16>,
    pub(super) scope: u16,
    pub(super) capture: Capture,
    pub(super) definitions: Vec<Definition>,
    /// The first variable that a word of the current command read and that has several values.
    pub(super) choice: Option<(String, Vec<String>)>,
    /// Files that were looked into, by absolute path.
    pub(super) files: BTreeSet<String>,
    /// Process substitutions of the current command: path, text, commands.
    pub(super) feeds: Vec<(String, Option<String>, Vec<Word>)>,
    /// Variables that functions made local, with what they were; one list for each call.
    pub(super) locals: Vec<Vec<(String, Option<Held>)>>,
    /// Set by `exit`, `return` and their like: what follows in this branch does not run.
    pub(super) left: bool,
    /// Variables of loops that hold an item of a list.
    pub(super) listed: Listed,
    level: u16,
    pub(super) work: u64,
    pub(super) unrolled: u32,
}

impl<'w> Walker<'w> {
    pub(super) fn new(
        dialect: Dialect,
        surroundings: &'w Surroundings,
        world: &'w dyn World,
        bytes: usize,
    ) -> Self {
        Self {
            surroundings,
            world,
            dialect,
            memory: Memory::new(),
            commands: Commands::default(),
            scopes: Vec::new(),
            scope: 0,
            capture: Capture::Off,
            definitions: Vec::new(),
            choice: None,
            files: BTreeSet::new(),
            feeds: Vec::new(),
            locals: Vec::new(),
            left: false,
            listed: Listed::default(),
            level: 0,
            work: WORK_AT_LEAST.saturating_add((bytes as u64).saturating_mul(32)),
            unrolled: 0,
        }
    }

    /// All of a text, with the functions that nothing calls.
    pub(super) fn whole(&mut self, script: Rc<Script>) {
        let context = Context {
            script,
            at: None,
            redirects: Vec::new(),
            fed_by: Vec::new(),
            wrappers: Vec::new(),
            env: Vec::new(),
            input: Input::Own,
            origin: Origin::Text,
            depth: 0,
            aliases: Vec::new(),
        };
        self.script(&context);
        // Something that is not seen here may call them.
        let mut at = 0_usize;
        while let Some(definition) = self.definitions.get_mut(at) {
            at = at.saturating_add(1);
            if !definition.called {
                definition.called = true;
                let (context, body) = (definition.context.clone(), definition.body);
                self.node(&context, body);
            }
        }
    }

    /// The text of the context, from its beginning.
    pub(super) fn script(&mut self, context: &Context) {
        for error in context.script.errors() {
            self.erroneous(error.why);
        }
        let root = context.script.root();
        self.node(context, root);
    }

    /// A text that a shell is given, e.g. by `bash -c`.
    pub(super) fn text(&mut self, context: &Context, text: &str) {
        if !self.spend(text.len() as u64) {
            return;
        }
        // A text that runs itself, and in which nothing is expanded, does at each level what it does at the first.
        let itself = context.depth > 1 && context.script.is_of(text);
        if itself && !text.contains(['$', '`']) {
            return;
        }
        if context.depth >= DEPTH {
            self.opaque("shells inside of shells, too deep");
            return;
        }
        let mut inner = context.clone();
        inner.depth = inner.depth.saturating_add(1);
        inner.script = Rc::new(crate::facts::shell::parse(text, self.dialect));
        self.script(&inner);
    }

    /// Pays for work; `false` where nothing is left.
    pub(super) fn spend(&mut self, work: u64) -> bool {
        let before = self.work;
        self.work = self.work.saturating_sub(work.saturating_add(1));
        if self.work == 0 && before > 0 {
            self.opaque("more work than a text may cause");
        }
        self.work > 0
    }

    /// Adds a command.
    pub(super) fn emit(&mut self, command: Command) {
        if self.commands.list.len() >= COMMANDS {
            self.opaque("more commands than a text may have");
            return;
        }
        // What a command inherits is copied into each.
        let inherited = command.redirects.iter().map(|redirect| &redirect.target);
        let inherited = inherited.chain(command.env.iter().map(|(_, value)| value));
        let bytes: u64 = inherited.map(|word| (word.text.len() as u64).saturating_add(64)).sum();
        if !self.spend(bytes) {
            return;
        }
        self.commands.list.push(command);
        self.scopes.push(self.scope);
    }

    /// Takes back what was added since there were `length` commands.
    pub(super) fn retract(&mut self, length: usize) {
        self.commands.list.truncate(length);
        self.scopes.truncate(length);
    }

    /// The names of the commands since `start` that stand in no substitution.
    pub(super) fn names(&self, start: usize, end: usize) -> Vec<Word> {
        let range = start..end.max(start);
        let list = self.commands.list.get(range.clone()).unwrap_or_default();
        let scopes = self.scopes.get(range).unwrap_or_default();
        let own = list.iter().zip(scopes).filter(|(_, scope)| **scope == self.scope);
        own.map(|(command, _)| command.name.clone())
            .filter(|name| *name != Word::default())
            .take(PIPES)
            .collect()
    }

    /// Tells the commands of a range what they are fed by, or feed.
    pub(super) fn connect(&mut self, start: usize, end: usize, names: &[Word], to: bool) {
        let range = start..end.max(start);
        let list = self.commands.list.get_mut(range.clone()).unwrap_or_default();
        let scopes = self.scopes.get(range).unwrap_or_default();
        for (command, scope) in list.iter_mut().zip(scopes) {
            let pipes = if to { &mut command.pipes_to } else { &mut command.pipes_from };
            if *scope == self.scope {
                for name in names.iter().take(PIPES) {
                    if pipes.len() < PIPES && !pipes.contains(name) {
                        pipes.push(name.clone());
                    }
                }
            }
        }
    }

    /// A node and all below it.
    pub(super) fn node(&mut self, context: &Context, id: NodeId) {
        if !self.spend(1) {
            return;
        }
        if !self.deeper() {
            return;
        }
        let script = Rc::clone(&context.script);
        let node = *script.node(id);
        let simple = matches!(node.kind, NodeKind::Simple { .. });
        if simple || node.redirects.is_empty() {
            self.construct(context, id);
        } else {
            let before = self.commands.list.len();
            let mut inner = context.clone();
            let redirection = self.redirects(context, &mut inner.redirects, node.redirects);
            inner.input = redirection.input.unwrap_or(inner.input);
            match redirection.output {
                Some((file, append)) => {
                    let walk = |walker: &mut Self| walker.construct(&inner, id);
                    self.redirected(context, &file, append, walk);
                }
                None => self.construct(&inner, id),
            }
            if self.commands.list.len() == before {
                // `(( x )) > file` writes a file without any command.
                self.bare(context, node.span, inner.redirects, Vec::new());
            }
        }
        self.shallower();
    }

    /// One level down; `false` where that is too deep. Levels take stack.
    pub(super) fn deeper(&mut self) -> bool {
        if self.level >= LEVELS {
            self.opaque("nesting that is too deep");
            return false;
        }
        self.level = self.level.saturating_add(1);
        true
    }

    pub(super) fn shallower(&mut self) {
        self.level = self.level.saturating_sub(1);
    }

    fn construct(&mut self, context: &Context, id: NodeId) {
        let script = Rc::clone(&context.script);
        let node = *script.node(id);
        match node.kind {
            NodeKind::List(links) => self.list(context, links),
            NodeKind::Chain(links) => self.chain(context, links),
            NodeKind::Pipeline { stages, .. } => self.pipeline(context, stages),
            NodeKind::Simple { assignments, words } => self.simple(context, &node, assignments, words),
            NodeKind::Subshell(body) => self.apart(context, body),
            NodeKind::Group(body) => self.node(context, body),
            NodeKind::If { arms, otherwise } => {
                let arms = script.arms(arms).to_vec();
                let mut bodies: Vec<Option<NodeId>> = Vec::new();
                for arm in arms {
                    self.node(context, arm.condition);
                    bodies.push(Some(arm.body));
                }
                bodies.push(otherwise);
                self.branches(context, &bodies);
            }
            NodeKind::For { name, words, body, .. } => {
                self.for_loop(context, script.text_of(name), words, body)
            }
            NodeKind::ArithmeticFor { init, condition, step, body } => {
                for word in [init, condition, step] {
                    self.arithmetic_effects(context, word);
                }
                self.repeated(context, &[body]);
                self.lose_output();
            }
            NodeKind::While { condition, body, .. } => {
                self.with_reads(|walker| walker.repeated(context, &[condition, body]));
                self.lose_output();
            }
            NodeKind::Case { subject, arms } => {
                let _ = self.single(context, subject);
                let arms = script.case_arms(arms).to_vec();
                let mut bodies = Vec::with_capacity(arms.len());
                for arm in arms {
                    for pattern in script.words(arm.patterns) {
                        let _ = self.single(context, *pattern);
                    }
                    bodies.push(Some(arm.body));
                }
                bodies.push(None);
                self.branches(context, &bodies);
            }
            NodeKind::Test(tokens) => self.test(context, tokens, node.span),
            NodeKind::Arithmetic(word) => self.calculation(context, word, node.span),
            NodeKind::Coprocess { body, .. } => self.apart(context, body),
            NodeKind::Function { name, body } => self.define(context, script.text_of(name), body),
            NodeKind::Opaque(why) => {
                self.lose_output();
                self.not_understood(why, script.text_of(node.span));
            }
        }
    }

    fn list(&mut self, context: &Context, links: Slice<crate::facts::shell::ast::Link>) {
        let script = Rc::clone(&context.script);
        for link in script.links(links) {
            match link.after {
                After::Background => self.apart(context, link.node),
                After::End | After::Sequence | After::And | After::Or | After::Pipe | After::PipeBoth => {
                    self.node(context, link.node);
                }
            }
        }
    }

    /// `a && b || c`. What runs after `&&` counts as having run where its left side is no test: a failing `cd` is not
    /// followed. What runs after `||` may have run.
    fn chain(&mut self, context: &Context, links: Slice<crate::facts::shell::ast::Link>) {
        let script = Rc::clone(&context.script);
        let mut before = After::Sequence;
        let mut test = false;
        for link in script.links(links) {
            let sure = match before {
                After::Or => false,
                After::And => !test,
                After::End | After::Sequence | After::Background | After::Pipe | After::PipeBoth => true,
            };
            if sure {
                let from = self.commands.list.len();
                self.node(context, link.node);
                test = self.is_test(context, link.node, from);
            } else {
                self.branches(context, &[Some(link.node), None]);
            }
            before = link.after;
        }
    }

    /// Whether a command only asks something, so that it may well fail.
    fn is_test(&self, context: &Context, node: NodeId, from: usize) -> bool {
        let kind = context.script.node(node).kind;
        if matches!(
            kind,
            NodeKind::Test(_) | NodeKind::Arithmetic(_) | NodeKind::Pipeline { negated: true, .. }
        ) {
            return true;
        }
        let last = self.commands.list.get(from..).and_then(<[Command]>::last);
        last.is_some_and(|command| TESTS.contains(&command.base_name()))
    }

    /// One of several parts runs; `None` is that none does.
    pub(super) fn branches(&mut self, context: &Context, bodies: &[Option<NodeId>]) {
        let mut changes = Vec::with_capacity(bodies.len());
        let outer = self.left;
        for body in bodies {
            let mark = self.memory.mark();
            self.left = false;
            if let Some(body) = body {
                self.node(context, *body);
            }
            let changed = self.memory.undo(mark);
            if !self.left {
                changes.push(changed);
            }
        }
        self.left = outer || changes.is_empty();
        self.memory.join(changes);
        self.lose_output();
    }

    /// What was printed hangs on what is not known.
    pub(super) fn lose_output(&mut self) {
        if let Capture::Known(text) = &mut self.capture
            && !text.ends_with("\u{FDD0}\n")
        {
            // What is not known mostly ends with its line; what follows it may be a command of its own.
            text.push_str("\u{FDD0}\n");
        }
    }

    /// A part whose changes end with it: a subshell, a command in the background, a stage of a pipeline.
    pub(super) fn apart(&mut self, context: &Context, body: NodeId) {
        let mark = self.memory.mark();
        let left = std::mem::take(&mut self.left);
        self.node(context, body);
        self.left = left;
        self.leave_shell(mark);
    }

    /// Undoes what a shell of its own changed since the mark; the files that it wrote stay.
    pub(super) fn leave_shell(&mut self, mark: Mark) {
        let mut changes = self.memory.undo(mark);
        changes.retain(|key, _| matches!(key, Key::File(_)));
        self.memory.apply(changes);
    }

    fn pipeline(&mut self, context: &Context, stages: Slice<crate::facts::shell::ast::Link>) {
        let script = Rc::clone(&context.script);
        let links = script.links(stages);
        if let [only] = links {
            self.node(context, only.node);
            return;
        }
        let outer = std::mem::replace(&mut self.capture, Capture::Off);
        let mut input = context.input.clone();
        let mut ends = vec![self.commands.list.len()];
        for (index, link) in links.iter().enumerate() {
            let last = index.saturating_add(1) == links.len();
            self.capture =
                if last && outer == Capture::Off { Capture::Off } else { Capture::Known(String::new()) };
            let mut stage = context.clone();
            stage.input = input;
            let from = ends.first().copied().unwrap_or(0);
            stage.fed_by.extend(self.names(from, self.commands.list.len()));
            self.apart(&stage, link.node);
            ends.push(self.commands.list.len());
            let printed = std::mem::replace(&mut self.capture, Capture::Off);
            input = printed.text().map_or(Input::Late, |text| Input::Known(text.into()));
        }
        self.capture = outer;
        self.print(input.known().map(str::to_owned));
        self.connect_stages(&ends);
    }

    /// Tells each stage of a pipeline what the others are called.
    fn connect_stages(&mut self, ends: &[usize]) {
        let ranges: Vec<(usize, usize)> =
            ends.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect();
        let names: Vec<Vec<Word>> = ranges.iter().map(|(start, end)| self.names(*start, *end)).collect();
        for (index, (start, end)) in ranges.iter().enumerate() {
            let before = names.get(..index).unwrap_or_default().iter().rev();
            let from: Vec<Word> = before.flatten().take(PIPES).cloned().collect();
            let after = names.get(index.saturating_add(1)..).unwrap_or_default().iter();
            let to: Vec<Word> = after.flatten().take(PIPES).cloned().collect();
            self.connect(*start, *end, &from, false);
            self.connect(*start, *end, &to, true);
        }
    }

    /// `[[ … ]]`: asks, runs nothing but its substitutions. Shown as the command `[[`.
    fn test(&mut self, context: &Context, tokens: Slice<TestToken>, span: Span) {
        let script = Rc::clone(&context.script);
        let mut args = Vec::new();
        for token in script.tests(tokens) {
            match token {
                TestToken::Word(word) => args.push(self.single(context, *word).word()),
                TestToken::Operator(span) => {
                    args.push(Word { text: script.text_of(*span).to_owned(), ..Word::default() });
                }
                TestToken::Opaque(span, why) => {
                    self.not_understood(*why, script.text_of(*span));
                }
            }
        }
        self.choice = None;
        let name = Word { text: "[[".to_owned(), ..Word::default() };
        let command = self.command(context, span, name, args);
        self.emit(command);
    }

    /// `(( … ))`: runs nothing but its substitutions. Shown as the command `((`.
    fn calculation(&mut self, context: &Context, word: WordId, span: Span) {
        let text = self.single(context, word);
        self.assigned_numbers(&text.text);
        self.choice = None;
        let name = Word { text: "((".to_owned(), ..Word::default() };
        let command = self.command(context, span, name, vec![text.word()]);
        self.emit(command);
    }

    fn define(&mut self, context: &Context, name: &str, body: NodeId) {
        let number = self.definitions.len();
        let mut context = context.clone();
        context.input = Input::Own;
        self.definitions.push(Definition { context, body, called: false, running: false });
        self.memory.set(Key::Function(name.to_owned()), Some(Held::Function(vec![number])));
    }

    /// The directory that commands of this context run in.
    pub(super) fn directory(&self, context: &Context) -> Directory {
        match context.origin {
            Origin::Elsewhere if self.memory.get(&Key::Directory).is_none() => Directory::Unknown,
            Origin::Text | Origin::Nested | Origin::Script | Origin::Elsewhere => self.memory.directory(),
        }
    }
}
