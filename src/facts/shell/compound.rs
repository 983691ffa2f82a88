//! Compound commands and function definitions.
//!
//! In: the place at their first token. Out: a node. Where a part is missing the rest is kept, with an opaque node in the
//! missing part's place.
//! Deliberately not here: `[[ ]]` (`condition`), `$((…))` (`parameter`).

use super::ast::{
    Arm, CaseArm, CaseEnd, Dialect, NodeId, NodeKind, Quote, Redirect, Slice, Span, Why, WordId,
};
use super::lexer::{CASE_END, CLOSE, Keyword, Parser, Token, breaks};
use super::state::close;
use super::word::Until;

impl Parser<'_, '_> {
    /// The command that this reserved word begins, which ends at `end`; with its redirections.
    pub(super) fn compound(&mut self, keyword: Keyword, end: usize) -> NodeId {
        let start = self.here();
        match keyword {
            Keyword::Time | Keyword::Bang => return self.refuse(Why::Unexpected, self.since(start)),
            Keyword::Then
            | Keyword::Elif
            | Keyword::Else
            | Keyword::Fi
            | Keyword::Do
            | Keyword::Done
            | Keyword::In
            | Keyword::Esac
            | Keyword::CloseBrace
            | Keyword::CloseTest => return self.refuse(Why::Stray, self.since(start)),
            Keyword::If
            | Keyword::For
            | Keyword::Select
            | Keyword::While
            | Keyword::Until
            | Keyword::Case
            | Keyword::Function
            | Keyword::Coproc
            | Keyword::OpenBrace
            | Keyword::OpenTest => {}
        }
        self.pos = end;
        self.unlike_others(keyword, start);
        let kind = match keyword {
            Keyword::If => self.if_command(),
            Keyword::For | Keyword::Select => self.for_command(keyword == Keyword::Select),
            Keyword::While | Keyword::Until => self.while_command(keyword == Keyword::Until),
            Keyword::Case => self.case_command(),
            Keyword::OpenTest => self.condition(),
            Keyword::Function => return self.function(start),
            Keyword::Coproc => return self.coprocess(start),
            Keyword::OpenBrace => {
                let body = self.closed_list(Keyword::CloseBrace);
                NodeKind::Group(body)
            }
            Keyword::Then
            | Keyword::Elif
            | Keyword::Else
            | Keyword::Fi
            | Keyword::Do
            | Keyword::Done
            | Keyword::In
            | Keyword::Esac
            | Keyword::CloseBrace
            | Keyword::CloseTest
            | Keyword::Time
            | Keyword::Bang => NodeKind::Opaque(Why::Unexpected),
        };
        self.finish(kind, start)
    }

    /// Notes what the dialect does not know or reads differently.
    fn unlike_others(&mut self, keyword: Keyword, start: u32) {
        let new =
            matches!(keyword, Keyword::Select | Keyword::Function | Keyword::Coproc | Keyword::OpenTest);
        match self.state.dialect {
            Dialect::Bash | Dialect::Zsh => {}
            Dialect::Sh if new => self.note(Why::BashOnly, self.since(start)),
            Dialect::Sh => {}
            Dialect::Fish => self.note(Why::FishOnly, self.since(start)),
        }
    }

    /// A compound command with the redirections that follow it.
    fn finish(&mut self, kind: NodeKind, start: u32) -> NodeId {
        self.after_word = false;
        let mark = self.state.redirects.len();
        let span = self.since(start);
        let node = self.state.node(kind, span, Slice::EMPTY);
        self.redirections();
        if self.state.redirects.len() > mark {
            let redirects: Slice<Redirect> =
                close(&mut self.state.redirects, mark, &mut self.state.tree.redirects);
            let end = self.here();
            self.state.redirected(node, redirects, end);
        }
        node
    }

    /// A list that these reserved words end, besides what ends those around it.
    fn list_until(&mut self, closers: u32) -> NodeId {
        let outer = self.closers;
        self.closers |= closers;
        self.after_word = false;
        let node = self.filled_list();
        self.closers = outer;
        node
    }

    /// A list and the reserved word that ends it.
    fn closed_list(&mut self, closer: Keyword) -> NodeId {
        let list = self.list_until(closer.bit());
        self.closed(list, closer)
    }

    /// Takes the reserved word that ends a construct; where it is missing, says so behind `list`.
    fn closed(&mut self, list: NodeId, closer: Keyword) -> NodeId {
        let taken = self.take_keyword(closer);
        self.after_word = false;
        if taken { list } else { self.unclosed(list) }
    }

    /// The list, and an opaque node for what should have followed.
    fn unclosed(&mut self, list: NodeId) -> NodeId {
        let here = self.here();
        let opaque = self.refuse(Why::Unfinished, self.since(here));
        let span = Span { start: self.state.tree.node(list).span.start, end: here };
        let mut links: Vec<_> = [list, opaque]
            .into_iter()
            .map(|node| super::ast::Link { node, after: super::ast::After::Sequence })
            .collect();
        let links = close(&mut links, 0, &mut self.state.tree.links);
        self.state.node(NodeKind::List(links), span, Slice::EMPTY)
    }

    fn if_command(&mut self) -> NodeKind {
        let mut arms = Vec::new();
        let mut otherwise = None;
        let body_end = Keyword::Elif.bit() | Keyword::Else.bit() | Keyword::Fi.bit();
        loop {
            let condition = self.closed_list_of(Keyword::Then, body_end);
            let body = self.list_until(body_end);
            arms.push(Arm { condition, body });
            if !self.take_keyword(Keyword::Elif) {
                break;
            }
        }
        if self.take_keyword(Keyword::Else) {
            let list = self.list_until(Keyword::Fi.bit());
            otherwise = Some(self.closed(list, Keyword::Fi));
        } else if !self.take_keyword(Keyword::Fi)
            && let Some(last) = arms.last_mut()
        {
            last.body = self.unclosed(last.body);
        }
        NodeKind::If { arms: close(&mut arms, 0, &mut self.state.tree.arms), otherwise }
    }

    /// As `closed_list`, where an outer part's end also ends it.
    fn closed_list_of(&mut self, closer: Keyword, others: u32) -> NodeId {
        let list = self.list_until(closer.bit() | others);
        self.closed(list, closer)
    }

    fn while_command(&mut self, until: bool) -> NodeKind {
        let condition = self.closed_list_of(Keyword::Do, Keyword::Done.bit());
        let body = self.closed_list(Keyword::Done);
        NodeKind::While { until, condition, body }
    }

    /// `do …; done`, or bash's `{ …; }`.
    fn loop_body(&mut self) -> NodeId {
        self.newlines();
        self.after_word = false;
        if self.take_keyword(Keyword::OpenBrace) {
            return self.closed_list(Keyword::CloseBrace);
        }
        if self.take_keyword(Keyword::Do) {
            return self.closed_list(Keyword::Done);
        }
        let here = self.here();
        let opaque = self.refuse(Why::Unfinished, self.since(here));
        if self.ends_here() {
            return opaque;
        }
        // What follows may still be the body.
        let list = self.closed_list(Keyword::Done);
        self.sequence(opaque, list)
    }

    fn ends_here(&mut self) -> bool {
        match self.token().0 {
            Token::Other | Token::Open => {
                self.keyword().is_some_and(|(keyword, _)| self.closers & keyword.bit() != 0)
            }
            Token::End
            | Token::Newline
            | Token::Semicolon
            | Token::Background
            | Token::And
            | Token::Or
            | Token::Pipe
            | Token::PipeBoth
            | Token::Close
            | Token::CaseEnd(_) => true,
        }
    }

    fn sequence(&mut self, first: NodeId, second: NodeId) -> NodeId {
        let after = super::ast::After::Sequence;
        let mut links =
            vec![super::ast::Link { node: first, after }, super::ast::Link { node: second, after }];
        let span = Span {
            start: self.state.tree.node(first).span.start,
            end: self.state.tree.node(second).span.end,
        };
        let links = close(&mut links, 0, &mut self.state.tree.links);
        self.state.node(NodeKind::List(links), span, Slice::EMPTY)
    }

    /// A name. The tree keeps its place alone, so what is not understood in it is told beside it.
    fn name(&mut self) -> Span {
        let (start, errors) = (self.here(), self.state.tree.errors.len());
        if self.token().0 == Token::Other {
            self.word(Until::Break, Quote::None);
        }
        let name = self.since(start);
        if name.start == name.end {
            self.complain(Why::Unexpected, name);
        } else if self.state.tree.errors.len() > errors {
            self.note(Why::Unexpected, name);
        }
        name
    }

    fn for_command(&mut self, select: bool) -> NodeKind {
        self.blanks();
        if !select && self.token().0 == Token::Open && self.next(self.pos.saturating_add(1)).0 == Some(b'(') {
            return self.arithmetic_for();
        }
        let name = self.name();
        self.newlines();
        self.after_word = false;
        let mut words = None;
        let mut sound = true;
        if self.take_keyword(Keyword::In) {
            let mark = self.state.word_ids.len();
            while self.token().0 == Token::Other {
                let before = self.pos;
                let word = self.word(Until::Break, Quote::None);
                self.state.word_ids.push(word);
                if self.pos == before {
                    break;
                }
            }
            words = Some(close(&mut self.state.word_ids, mark, &mut self.state.tree.word_ids));
            sound = matches!(self.token().0, Token::Semicolon | Token::Newline);
        }
        self.take_token(Token::Semicolon);
        self.after_word = false;
        if !sound {
            let here = self.here();
            let why = if self.token().0 == Token::End { Why::Unfinished } else { Why::Unexpected };
            self.complain(why, self.since(here));
        }
        let body = self.loop_body();
        NodeKind::For { select, name, words, body }
    }

    fn arithmetic_for(&mut self) -> NodeKind {
        let (_, second) = self.next(self.pos.saturating_add(1));
        let inside = second.saturating_add(1);
        if self.state.dialect == Dialect::Sh {
            self.note(Why::BashOnly, self.span(self.pos, inside));
        }
        let end = self.matching(inside, b')');
        let closed = end.is_some_and(|end| self.next(end.saturating_add(1)).0 == Some(b')'));
        let end = end.unwrap_or(self.end);
        let mut cuts = Vec::with_capacity(4);
        let mut at = inside;
        while cuts.len() < 3 && at < end {
            match self.byte(at) {
                Some(b';') => cuts.push(at),
                Some(b'\\') => at = at.saturating_add(1),
                _ => {}
            }
            at = at.saturating_add(1);
        }
        let (first, second) = (cuts.first().copied(), cuts.get(1).copied());
        let two = cuts.len() == 2;
        let first = first.unwrap_or(end);
        let second = second.unwrap_or(end);
        let after = |cut: usize| cut.saturating_add(1).min(end);
        let init = self.part(inside, first);
        let condition = self.part(after(first).min(second), second);
        let step = self.part(after(second), end);
        self.pos = end;
        if closed {
            self.take(b')');
            self.take(b')');
        }
        if !closed || !two {
            let here = self.here();
            self.complain(Why::Unfinished, self.since(here));
        }
        self.take_token(Token::Semicolon);
        self.after_word = false;
        let body = self.loop_body();
        NodeKind::ArithmeticFor { init, condition, step, body }
    }

    fn case_command(&mut self) -> NodeKind {
        self.blanks();
        if self.token().0 != Token::Other {
            let here = self.here();
            self.complain(Why::Unfinished, self.since(here));
        }
        let subject = self.word(Until::Break, Quote::None);
        self.newlines();
        self.after_word = false;
        if !self.take_keyword(Keyword::In) {
            let node = self.refuse_here(Why::Unfinished);
            return NodeKind::Case { subject, arms: self.lone_arm(node) };
        }
        let outer = self.closers;
        self.closers |= CASE_END | Keyword::Esac.bit();
        let mut arms = Vec::new();
        loop {
            self.newlines();
            self.after_word = false;
            if self.take_keyword(Keyword::Esac) {
                break;
            }
            if self.token().0 == Token::End {
                let patterns = Slice::EMPTY;
                arms.push(CaseArm { patterns, body: self.refuse_here(Why::Unfinished), end: CaseEnd::Break });
                break;
            }
            let (arm, ended) = self.case_arm();
            arms.push(arm);
            if !ended {
                if !self.take_keyword(Keyword::Esac) {
                    let node = self.refuse_here(Why::Unfinished);
                    arms.push(CaseArm { patterns: Slice::EMPTY, body: node, end: CaseEnd::Break });
                }
                break;
            }
        }
        self.closers = outer;
        NodeKind::Case { subject, arms: close(&mut arms, 0, &mut self.state.tree.case_arms) }
    }

    fn lone_arm(&mut self, body: NodeId) -> Slice<CaseArm> {
        let mut arms = vec![CaseArm { patterns: Slice::EMPTY, body, end: CaseEnd::Break }];
        close(&mut arms, 0, &mut self.state.tree.case_arms)
    }

    fn refuse_here(&mut self, why: Why) -> NodeId {
        let here = self.here();
        self.refuse(why, self.since(here))
    }

    /// An arm, and whether `;;` or its like ended it.
    fn case_arm(&mut self) -> (CaseArm, bool) {
        self.take_token(Token::Open);
        let mark = self.state.word_ids.len();
        loop {
            if self.token().0 != Token::Other {
                let here = self.here();
                self.complain(Why::Unexpected, self.since(here));
                break;
            }
            let before = self.pos;
            let pattern = self.word(Until::Break, Quote::None);
            self.state.word_ids.push(pattern);
            if self.pos == before || !self.take_token(Token::Pipe) {
                break;
            }
        }
        let patterns: Slice<WordId> = close(&mut self.state.word_ids, mark, &mut self.state.tree.word_ids);
        let closed = self.take_token(Token::Close);
        self.after_word = false;
        let missing = if closed { None } else { Some(self.refuse_here(Why::Unexpected)) };
        let mut body = self.list();
        if let Some(missing) = missing {
            body = self.sequence(missing, body);
        }
        let end = self.take_case_end();
        (CaseArm { patterns, body, end: end.unwrap_or(CaseEnd::Break) }, end.is_some())
    }

    /// `( … )`, or `(( … ))`.
    pub(super) fn parenthesis(&mut self) -> NodeId {
        let start = self.here();
        let inside = self.pos.saturating_add(1);
        let (second, second_at) = self.next(inside);
        if second == Some(b'(') {
            let from = second_at.saturating_add(1);
            let end = self.matching(from, b')');
            if let Some(end) = end
                && self.next(end.saturating_add(1)).0 == Some(b')')
            {
                if matches!(self.state.dialect, Dialect::Sh | Dialect::Fish) {
                    self.note(Why::BashOnly, self.span(self.pos, from));
                }
                let word = self.part(from, end);
                self.pos = self.next(end.saturating_add(1)).1.saturating_add(1);
                return self.finish(NodeKind::Arithmetic(word), start);
            }
            if end.is_none_or(|end| self.byte(end.saturating_add(1)) == Some(b'\n')) {
                // Two subshells, one in the other; but bash refuses a line break right behind what it took for `((…)`.
                self.complain(Why::Unfinished, self.span(self.pos, from));
            }
        }
        if self.state.dialect == Dialect::Fish {
            self.note(Why::FishOnly, self.span(self.pos, inside));
        }
        self.pos = inside;
        let outer = std::mem::replace(&mut self.closers, CLOSE);
        self.after_word = false;
        let list = self.filled_list();
        self.closers = outer;
        let list = if self.take(b')') { list } else { self.unclosed(list) };
        self.finish(NodeKind::Subshell(list), start)
    }

    /// `function name …`, behind the reserved word.
    fn function(&mut self, start: u32) -> NodeId {
        self.blanks();
        let name = self.name();
        let before = self.pos;
        if self.take_token(Token::Open) && !self.take_token(Token::Close) {
            // `function f (…)`: a subshell is the body.
            self.pos = before;
        }
        self.function_body(start, name)
    }

    /// The compound command behind a function's name; its redirections belong to it.
    pub(super) fn function_body(&mut self, start: u32, name: Span) -> NodeId {
        self.newlines();
        self.after_word = false;
        let body = if self.begins_compound() { self.command() } else { self.refuse_here(Why::Unexpected) };
        self.state.node(NodeKind::Function { name, body }, self.since(start), Slice::EMPTY)
    }

    /// Whether a compound command begins here.
    fn begins_compound(&mut self) -> bool {
        match self.token().0 {
            Token::Open => true,
            Token::Other => self.keyword().is_some_and(|(keyword, _)| match keyword {
                Keyword::If
                | Keyword::For
                | Keyword::Select
                | Keyword::While
                | Keyword::Until
                | Keyword::Case
                | Keyword::OpenBrace
                | Keyword::OpenTest => true,
                Keyword::Then
                | Keyword::Elif
                | Keyword::Else
                | Keyword::Fi
                | Keyword::Do
                | Keyword::Done
                | Keyword::In
                | Keyword::Esac
                | Keyword::Function
                | Keyword::Coproc
                | Keyword::Time
                | Keyword::Bang
                | Keyword::CloseBrace
                | Keyword::CloseTest => false,
            }),
            Token::End
            | Token::Newline
            | Token::Semicolon
            | Token::Background
            | Token::And
            | Token::Or
            | Token::Pipe
            | Token::PipeBoth
            | Token::Close
            | Token::CaseEnd(_) => false,
        }
    }

    /// `coproc`, behind the reserved word.
    fn coprocess(&mut self, start: u32) -> NodeId {
        self.after_word = false;
        let mut name = None;
        if !self.begins_compound() && self.token().0 == Token::Other {
            // `coproc NAME {`: only then the first word is a name.
            let before = self.pos;
            let begin = self.here();
            while self.byte(self.pos).is_some_and(|byte| !breaks(byte) && !b"\\'\"`$".contains(&byte)) {
                self.pos = self.pos.saturating_add(1);
            }
            let span = self.since(begin);
            let whole = self.byte(self.pos).is_none_or(breaks);
            if whole && span.start < span.end && self.begins_compound() {
                name = Some(span);
            } else {
                self.pos = before;
            }
        }
        let body = if self.token().0 == Token::Other && self.keyword().is_none() {
            self.simple()
        } else if self.begins_compound() {
            self.command()
        } else {
            self.refuse_here(Why::Unexpected)
        };
        self.state.node(NodeKind::Coprocess { name, body }, self.since(start), Slice::EMPTY)
    }
}
