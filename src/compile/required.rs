//! What a pattern requires: literals of which at least one occurs, folded, in every text that the pattern matches.
//!
//! In: a pattern. Out: such a clause, the one that seems rarest, or nothing.
//! Deliberately not here: the gate's automaton (`literals.rs`), folding (`bundle::gate`).
//!
//! A sub-expression is known by the finite set of folded texts that it matches, where that set is small; such sets are
//! multiplied along a sequence until one is not known, and each product is a candidate. White space is one space
//! however long, so `git\s+push` requires `git push`.

use crate::bundle::gate::{fold, fold_literal};
use crate::ir::pattern::{CodeSet, Node, NodeKind, Pattern};
use std::collections::BTreeSet;

/// Texts in the set of one sub-expression; with more the product is cut.
const TEXTS: usize = 16;
/// Bytes of one text; longer ones are cut, since a part is required too.
const BYTES: usize = 48;
/// Literals of one clause.
const LITERALS: usize = 16_384;
/// Characters of a set that are looked at one by one.
const SET: u32 = 128;

/// Literals of which at least one occurs.
pub type Clause = BTreeSet<String>;

/// The clause of a pattern; `None` where nothing useful is required.
#[must_use]
pub fn clause(pattern: &Pattern) -> Option<Clause> {
    let required = Required::of(pattern.root(), pattern.sets());
    required.into_clause().map(|clause| least(&clause))
}

/// The clause without the literals that hold another one of it: they occur only where that one does. `(?:^|/)x` requires `x`,
/// and `/x` beside it would only make the gate larger.
fn least(clause: &Clause) -> Clause {
    let holds_another = |text: &&String| {
        let starts = || text.char_indices().map(|(at, _)| at);
        let ends = || starts().skip(1).chain([text.len()]);
        let inner = |start: usize| ends().filter_map(move |end| text.get(start..end));
        starts().flat_map(inner).any(|part| part.len() < text.len() && clause.contains(part))
    };
    clause.iter().filter(|text| !holds_another(text)).cloned().collect()
}

/// What is known of a sub-expression.
struct Required {
    /// Every folded text that it matches, if these are few.
    texts: Option<Clause>,
    /// The best clause inside.
    best: Option<Clause>,
}

impl Required {
    fn nothing() -> Self {
        Self { texts: None, best: None }
    }

    fn exactly(texts: Clause) -> Self {
        Self { texts: Some(texts), best: None }
    }

    fn into_clause(self) -> Option<Clause> {
        better(self.texts.filter(is_useful), self.best)
    }

    fn of(node: &Node, sets: &[CodeSet]) -> Self {
        match &node.kind {
            NodeKind::Empty | NodeKind::Assertion(_) => Self::exactly(Clause::from([String::new()])),
            NodeKind::Look { ahead: _, negative, body } => {
                let best = if *negative { None } else { Self::of(body, sets).into_clause() };
                Self { texts: Some(Clause::from([String::new()])), best }
            }
            NodeKind::Set(id) => sets.get(id.index()).map_or_else(Self::nothing, Self::of_set),
            NodeKind::Sequence(nodes) => Self::of_sequence(nodes, sets),
            NodeKind::Alternation(nodes) => Self::of_alternation(nodes, sets),
            NodeKind::Repeat { body, min, max } => Self::of_repeat(Self::of(body, sets), *min, *max),
        }
    }

    fn of_set(set: &CodeSet) -> Self {
        let size: u32 = set
            .ranges()
            .iter()
            .map(|(low, high)| (high - low).saturating_add(1))
            .fold(0, u32::saturating_add);
        if size > SET {
            return Self::nothing();
        }
        let codes = set.ranges().iter().flat_map(|(low, high)| *low..=*high);
        // A surrogate is in no text, so it matches nothing.
        let texts: Clause =
            codes.filter_map(char::from_u32).map(|character| fold(character).to_string()).collect();
        if texts.len() > TEXTS { Self::nothing() } else { Self::exactly(texts) }
    }

    fn of_sequence(nodes: &[Node], sets: &[CodeSet]) -> Self {
        let mut run = Run::new();
        for node in nodes {
            let required = Self::of(node, sets);
            run.offer(required.best);
            match (required.texts, &node.kind) {
                (Some(texts), _) => run.extend(&texts),
                (None, NodeKind::Repeat { body, min: 1.., max: _ }) => {
                    // One repetition stands before what follows, and one behind what went before.
                    let once = Self::of(body, sets).texts;
                    run.cut_at(once.as_ref());
                }
                (None, _) => run.cut_at(None),
            }
        }
        run.end()
    }

    fn of_alternation(nodes: &[Node], sets: &[CodeSet]) -> Self {
        let branches: Vec<Self> = nodes.iter().map(|node| Self::of(node, sets)).collect();
        let texts: Option<Clause> = branches
            .iter()
            .map(|branch| branch.texts.clone())
            .collect::<Option<Vec<_>>>()
            .map(|all| all.into_iter().flatten().collect());
        let clauses: Option<Vec<Clause>> = branches.into_iter().map(Self::into_clause).collect();
        let best: Option<Clause> = clauses.map(|all| all.into_iter().flatten().collect());
        Self {
            texts: texts.filter(|texts| texts.len() <= TEXTS),
            best: best.filter(|best: &Clause| best.len() <= LITERALS && is_useful(best)),
        }
    }

    fn of_repeat(body: Self, min: u32, max: Option<u32>) -> Self {
        let is_space = body.texts.as_ref().is_some_and(|texts| texts.iter().all(|text| text == " "));
        let once = Clause::from([" ".to_owned()]);
        let optional = || body.texts.iter().flatten().cloned().chain([String::new()]).collect();
        match (min, max) {
            (_, Some(0)) => Self::exactly(Clause::from([String::new()])),
            (0, _) if is_space => Self::exactly(optional()),
            (0, Some(1)) if body.texts.is_some() => Self::exactly(optional()),
            (0, _) => Self::nothing(),
            (_, _) if is_space => Self::exactly(once),
            (1, Some(1)) => body,
            (_, _) => Self { texts: None, best: body.into_clause() },
        }
    }
}

/// A product of text sets along a sequence.
struct Run {
    /// The product so far.
    texts: Clause,
    /// Whether it holds all that the sequence has matched so far.
    whole: bool,
    best: Option<Clause>,
}

impl Run {
    fn new() -> Self {
        Self { texts: Clause::from([String::new()]), whole: true, best: None }
    }

    fn offer(&mut self, clause: Option<Clause>) {
        self.best = better(self.best.take(), clause);
    }

    fn extend(&mut self, texts: &Clause) {
        let product = product(&self.texts, texts);
        if product.len() <= TEXTS && product.iter().all(|text| text.len() <= BYTES) {
            self.texts = product;
        } else {
            self.cut();
            self.texts = texts.clone();
        }
    }

    /// What comes is not known, but begins and ends with one of `once`, if given.
    fn cut_at(&mut self, once: Option<&Clause>) {
        if let Some(once) = once {
            self.extend(once);
        }
        self.cut();
        if let Some(once) = once {
            self.texts.clone_from(once);
        }
    }

    fn cut(&mut self) {
        let texts = std::mem::replace(&mut self.texts, Clause::from([String::new()]));
        self.whole = false;
        self.offer(Some(texts).filter(is_useful));
    }

    fn end(mut self) -> Required {
        if self.whole {
            return Required { texts: Some(self.texts), best: self.best };
        }
        self.cut();
        Required { texts: None, best: self.best }
    }
}

fn product(left: &Clause, right: &Clause) -> Clause {
    left.iter()
        .flat_map(|first| right.iter().map(move |second| fold_literal(&format!("{first}{second}"))))
        .collect()
}

/// A clause with an empty text, or a lone space, would open almost always; an empty one is no clause of a pattern that
/// matches something.
fn is_useful(clause: &Clause) -> bool {
    !clause.is_empty() && is_sharp(clause)
}

/// Whether each literal of a clause can close something: it is neither empty nor a lone space.
#[must_use]
pub fn is_sharp(clause: &Clause) -> bool {
    clause.iter().all(|text| !text.is_empty() && text != " ")
}

fn better(left: Option<Clause>, right: Option<Clause>) -> Option<Clause> {
    match (left, right) {
        (Some(left), Some(right)) => Some(if rarity(&left) >= rarity(&right) { left } else { right }),
        (left, right) => left.or(right),
    }
}

/// How rarely a clause may be expected to hold, in quarter bits: that of its commonest literal, less the choice among
/// those that are about as common. An empty clause never holds.
#[must_use]
pub fn rarity(clause: &Clause) -> usize {
    let told = || clause.iter().map(|text| text.chars().map(bits).sum::<usize>());
    let Some(commonest) = told().min() else { return usize::MAX };
    let as_common = told().filter(|told| *told < commonest + ABOUT).count();
    commonest.saturating_sub(4 * as_common.ilog2() as usize)
}

/// Quarter bits by which a literal may be rarer than another and still add to its chance.
const ABOUT: usize = 16;

/// Quarter bits that a character tells in commands and paths. There nearly every text has a space and a dash or a slash;
/// some letters are common.
fn bits(character: char) -> usize {
    match character {
        ' ' => 10,
        '-' | '/' => 12,
        '.' | 'e' | 't' | 'a' | 'o' | 's' | 'r' | 'n' | 'i' => 16,
        'b'..='z' => 20,
        _ => 26,
    }
}

#[cfg(test)]
mod tests {
    use super::clause;
    use crate::ir::pattern::parse;

    #[test]
    fn of_several_clauses_the_one_that_commands_hold_least_is_taken() {
        for (pattern, expected) in [
            (r"\b(?:nc|ncat|socket)\b.*\s(?:-\w*e|--exec)\b", &["nc", "socket"][..]),
            (r"\s-rf?\s.*\bpurge\b", &["purge"]),
            (r"\./\w+\.sh\b", &[".sh"]),
            (r"(?:^|[/@])(?:shadow|passwd)", &["passwd", "shadow"]),
        ] {
            let clause = clause(&parse(pattern).expect("a pattern")).expect("a clause");
            assert_eq!(clause.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{pattern}");
        }
    }
}
