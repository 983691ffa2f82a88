//! From a network to a deterministic automaton.
//!
//! In: a network and its alphabet. Out: rows of next states. A state is the set of network states entered by the
//! last character, with what matters of that character to the position after it. The free and conditional edges at a position
//! are followed only when the next character is known: then both sides of the position are, and the tests on it
//! are decided, look-around before what contains it.
//!
//! `$` before a last line feed asks for two characters. Left to right, a line feed therefore waits until it is known whether
//! it is the last character.

use super::alphabet::{Alphabet, side};
use super::network::{Network, State, StateId};
use super::{Account, Direction, Failure};
use crate::bundle::table::{FOUND, NEVER};
use crate::ir::pattern::Assertion;
use std::collections::HashMap;
use std::rc::Rc;

/// A deterministic automaton. States `NEVER` and `FOUND` stay what they are.
#[derive(Debug)]
pub(super) struct Automaton {
    pub(super) classes: usize,
    /// `classes` next states for each state.
    pub(super) next: Vec<u32>,
    /// By state: whether the pattern is found where the text ends.
    pub(super) at_end: Vec<bool>,
    pub(super) first: u32,
}

/// What a deterministic state stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    /// Sorted; the pattern's own entry, which is entered everywhere, left out.
    entered: Vec<StateId>,
    /// What has been read beside the position.
    read: u8,
    /// A line feed has been read and waits.
    waiting: bool,
}

/// What comes next at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Symbol {
    Class(u16),
    /// A line feed that is the last character; only left to right.
    LastLineFeed,
    Edge,
}

/// What a symbol leads to.
enum Outcome {
    Found,
    Enter(Key),
    End,
}

struct Builder<'a> {
    network: &'a Network,
    alphabet: &'a Alphabet,
    account: &'a mut Account,
    /// By class: classes with the same number are the same to every test.
    groups: Vec<usize>,
    /// One class of each group.
    group_classes: Vec<u16>,
    /// By set, then by group: the classes of both.
    members: Vec<Vec<Vec<u16>>>,
    keys: HashMap<Rc<Key>, u32>,
    open: Vec<Rc<Key>>,
    /// Which states are reached at the position, by the number of the walk that reached them.
    seen: Vec<u32>,
    walk: u32,
}

impl Automaton {
    pub(super) fn of(network: &Network, alphabet: &Alphabet, account: &mut Account) -> Result<Self, Failure> {
        let (groups, group_classes) = groups(network, alphabet, account)?;
        let by_group = |classes: &Vec<u16>| {
            let mut split = vec![Vec::new(); group_classes.len()];
            for &class in classes {
                split[groups[usize::from(class)]].push(class);
            }
            split
        };
        account.spend(alphabet.members.len().saturating_mul(group_classes.len()))?;
        let members = alphabet.members.iter().map(by_group).collect();
        let mut builder = Builder {
            network,
            alphabet,
            account,
            groups,
            group_classes,
            members,
            keys: HashMap::new(),
            open: Vec::new(),
            seen: vec![0; network.states.len()],
            walk: 0,
        };
        let start = Key { entered: Vec::new(), read: side::EDGE & alphabet.read_mask, waiting: false };
        let first = builder.id(start)?;
        let classes = alphabet.classes;
        let mut next = vec![u32::from(NEVER); classes];
        next.resize(2 * classes, u32::from(FOUND));
        let mut at_end = vec![false, true];
        let mut done = 0;
        while let Some(key) = builder.open.get(done).cloned() {
            done += 1;
            builder.account.spend(classes)?;
            let (row, end) = builder.row(&key)?;
            next.extend(row);
            at_end.push(end);
        }
        Ok(Self { classes, next, at_end, first })
    }
}

/// Groups of classes that no test tells apart.
fn groups(
    network: &Network,
    alphabet: &Alphabet,
    account: &mut Account,
) -> Result<(Vec<usize>, Vec<u16>), Failure> {
    let mut keys: Vec<Vec<u8>> = alphabet.sides.iter().map(|side| vec![side & alphabet.next_mask]).collect();
    for look in network.looks.iter().enumerate().filter(|(_, look)| !look.read_side) {
        account.spend(network.states.len())?;
        for (state, owner) in network.states.iter().zip(&network.owners) {
            let State::Character(set, _) = state else { continue };
            if *owner != look.0 as u32 {
                continue;
            }
            account.spend(alphabet.classes)?;
            let members = &alphabet.members[set.index()];
            for (class, key) in keys.iter_mut().enumerate() {
                key.push(u8::from(members.binary_search(&(class as u16)).is_ok()));
            }
        }
    }
    let mut numbers: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut classes = Vec::new();
    let mut groups = Vec::with_capacity(keys.len());
    for (class, key) in keys.into_iter().enumerate() {
        let next = numbers.len();
        let group = *numbers.entry(key).or_insert(next);
        if group == next {
            classes.push(class as u16);
        }
        groups.push(group);
    }
    Ok((groups, classes))
}

impl Builder<'_> {
    /// The number of a state, new or known.
    fn id(&mut self, key: Key) -> Result<u32, Failure> {
        if let Some(&id) = self.keys.get(&key) {
            return Ok(id);
        }
        if self.open.len() >= self.account.states {
            return Err(Failure::Spent);
        }
        self.account.spend(8 + key.entered.len())?;
        let id = self.open.len() as u32 + 2;
        let key = Rc::new(key);
        self.open.push(Rc::clone(&key));
        self.keys.insert(key, id);
        Ok(id)
    }

    /// The next states of a state, and whether the pattern is found where the text ends.
    fn row(&mut self, key: &Key) -> Result<(Vec<u32>, bool), Failure> {
        let line_feed = self.waits().then_some(self.alphabet.line_feed).flatten();
        if !key.waiting {
            let mut row = self.classes_row(key)?;
            if let Some(class) = line_feed {
                row[usize::from(class)] = self.id(Key { waiting: true, ..key.clone() })?;
            }
            let end = matches!(self.outcome(key, Symbol::Edge)?, Outcome::Found);
            return Ok((row, end));
        }
        let settled = Key { waiting: false, ..key.clone() };
        let class = line_feed.expect("invariant: only a line feed waits");
        let row = match self.outcome(&settled, Symbol::Class(class))? {
            Outcome::Found => vec![u32::from(FOUND); self.alphabet.classes],
            Outcome::End => vec![u32::from(NEVER); self.alphabet.classes],
            Outcome::Enter(after) => {
                let mut row = self.classes_row(&after)?;
                row[usize::from(class)] = self.id(Key { waiting: true, ..after })?;
                row
            }
        };
        let end = match self.outcome(&settled, Symbol::LastLineFeed)? {
            Outcome::Found => true,
            Outcome::End => false,
            Outcome::Enter(after) => matches!(self.outcome(&after, Symbol::Edge)?, Outcome::Found),
        };
        Ok((row, end))
    }

    /// Whether line feeds wait.
    fn waits(&self) -> bool {
        self.network.direction == Direction::LeftToRight && self.alphabet.next_mask & side::FINAL != 0
    }

    /// The next states of a state that does not wait, as if no line feed had to.
    fn classes_row(&mut self, key: &Key) -> Result<Vec<u32>, Failure> {
        let mut row = vec![u32::from(NEVER); self.alphabet.classes];
        for group in 0..self.group_classes.len() {
            let symbol = Symbol::Class(self.group_classes[group]);
            let Some(reached) = self.reached(key, symbol)? else {
                for (class, next) in row.iter_mut().enumerate() {
                    if self.groups[class] == group {
                        *next = u32::from(FOUND);
                    }
                }
                continue;
            };
            let mut entered: Vec<Vec<StateId>> = vec![Vec::new(); self.alphabet.classes];
            self.account.spend(self.alphabet.classes)?;
            for state in reached {
                let State::Character(set, next) = self.network.states[state as usize] else { continue };
                let classes = &self.members[set.index()][group];
                self.account.spend(classes.len())?;
                if next != self.network.entry {
                    for &class in classes {
                        entered[usize::from(class)].push(next);
                    }
                }
            }
            for (class, entered) in entered.into_iter().enumerate() {
                if self.groups[class] == group {
                    row[class] = self.enter(key, class as u16, entered, false)?;
                }
            }
        }
        Ok(row)
    }

    fn enter(&mut self, from: &Key, class: u16, entered: Vec<StateId>, last: bool) -> Result<u32, Failure> {
        let key = self.key(from, class, entered, last);
        self.id(key)
    }

    /// The state after a character.
    fn key(&self, from: &Key, class: u16, mut entered: Vec<StateId>, last: bool) -> Key {
        entered.sort_unstable();
        entered.dedup();
        let mut read = self.alphabet.sides[usize::from(class)];
        let first_read = from.read & side::EDGE != 0 && self.network.direction == Direction::RightToLeft;
        if Some(class) == self.alphabet.line_feed && (last || first_read) {
            read |= side::FINAL;
        }
        Key { entered, read: read & self.alphabet.read_mask, waiting: false }
    }

    /// What one symbol leads to, without numbering it.
    fn outcome(&mut self, key: &Key, symbol: Symbol) -> Result<Outcome, Failure> {
        let Some(reached) = self.reached(key, symbol)? else { return Ok(Outcome::Found) };
        let class = match symbol {
            Symbol::Edge => return Ok(Outcome::End),
            Symbol::Class(class) => Some(class),
            Symbol::LastLineFeed => self.alphabet.line_feed,
        };
        let class = class.expect("invariant: a line feed has a class where it matters");
        let mut entered = Vec::new();
        for state in reached {
            let State::Character(set, next) = self.network.states[state as usize] else { continue };
            if next != self.network.entry && self.alphabet.members[set.index()].binary_search(&class).is_ok()
            {
                entered.push(next);
            }
        }
        Ok(Outcome::Enter(self.key(key, class, entered, symbol == Symbol::LastLineFeed)))
    }

    /// The states that are reached at a position; none where the pattern is found.
    fn reached(&mut self, key: &Key, symbol: Symbol) -> Result<Option<Vec<StateId>>, Failure> {
        let next = match symbol {
            Symbol::Class(class) => self.alphabet.sides[usize::from(class)],
            Symbol::LastLineFeed => side::LINE_FEED | side::FINAL,
            Symbol::Edge => side::EDGE,
        };
        let sides = match self.network.direction {
            Direction::RightToLeft => (next, key.read),
            Direction::LeftToRight => (key.read, next),
        };
        let mut truths = Vec::with_capacity(self.network.looks.len());
        let mut kept = Vec::new();
        for index in 0..self.network.looks.len() {
            let look = self.network.looks[index];
            self.begin()?;
            let mut reached = vec![look.entry];
            if look.read_side {
                self.account.spend(key.entered.len())?;
                let own = |state: &&StateId| self.network.owners[**state as usize] == index as u32;
                reached.extend(key.entered.iter().filter(own));
            }
            self.follow(&mut reached, sides, &truths)?;
            let mut holds = self.seen[look.accept as usize] == self.walk;
            if look.read_side {
                kept.extend(reached);
            } else {
                holds = holds || reached.iter().any(|&state| self.reads(state, symbol));
            }
            truths.push(holds);
        }
        self.begin()?;
        let main = self.network.looks.len() as u32;
        let mut reached = vec![self.network.entry];
        self.account.spend(key.entered.len())?;
        reached.extend(key.entered.iter().filter(|&&state| self.network.owners[state as usize] == main));
        self.follow(&mut reached, sides, &truths)?;
        if self.seen[self.network.accept as usize] == self.walk {
            return Ok(None);
        }
        reached.extend(kept);
        Ok(Some(reached))
    }

    fn begin(&mut self) -> Result<(), Failure> {
        self.account.spend(1)?;
        self.walk = self.walk.checked_add(1).ok_or(Failure::Spent)?;
        Ok(())
    }

    /// Adds everything that follows without reading.
    fn follow(
        &mut self,
        reached: &mut Vec<StateId>,
        sides: (u8, u8),
        truths: &[bool],
    ) -> Result<(), Failure> {
        let (network, seen, walk) = (self.network, &mut self.seen, self.walk);
        let mut first_time = |state: &StateId| std::mem::replace(&mut seen[*state as usize], walk) != walk;
        reached.retain(&mut first_time);
        let mut done = 0;
        while let Some(&state) = reached.get(done) {
            done += 1;
            let single;
            let targets: &[StateId] = match network.states[state as usize] {
                State::Character(..) | State::Accept => &[],
                State::Split(from, to) => network.split(from, to),
                State::Assertion(assertion, next) if holds(assertion, sides) => {
                    single = [next];
                    &single
                }
                State::Look { look, negative, next } if truths[look as usize] != negative => {
                    single = [next];
                    &single
                }
                State::Assertion(..) | State::Look { .. } => &[],
            };
            self.account.spend(1 + targets.len())?;
            reached.extend(targets.iter().filter(|target| first_time(target)));
        }
        Ok(())
    }

    /// Whether a state reads a symbol.
    fn reads(&self, state: StateId, symbol: Symbol) -> bool {
        let class = match symbol {
            Symbol::Class(class) => Some(class),
            Symbol::LastLineFeed => self.alphabet.line_feed,
            Symbol::Edge => None,
        };
        match (self.network.states[state as usize], class) {
            (State::Character(set, _), Some(class)) => {
                self.alphabet.members[set.index()].binary_search(&class).is_ok()
            }
            _ => false,
        }
    }
}

/// Whether an assertion holds between two sides.
fn holds(assertion: Assertion, (left, right): (u8, u8)) -> bool {
    match assertion {
        Assertion::TextStart => left & side::EDGE != 0,
        Assertion::LineStart => left & (side::EDGE | side::LINE_FEED) != 0,
        Assertion::TextEnd => right & side::EDGE != 0,
        Assertion::LastLineEnd => right & (side::EDGE | side::FINAL) != 0,
        Assertion::LineEnd => right & (side::EDGE | side::LINE_FEED) != 0,
        Assertion::WordEdge { ascii, negated } => {
            let word = if ascii { side::ASCII_WORD } else { side::WORD };
            let empty = left & right & side::EDGE != 0;
            !empty && ((left & word != 0) != (right & word != 0)) != negated
        }
    }
}
