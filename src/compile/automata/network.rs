//! The network of states of a pattern, in the order in which one direction reads the text.
//!
//! In: a syntax tree. Out: states with edges: over a character, free, or under a condition of the position. Look-around
//! towards the side that has been read is a network of its own, entered at every position, whose answer at a position is
//! whether it arrives there. Look-around towards the other side must be decided by the next character alone, or there is no
//! exact network. Counts are written out here.

use super::size::is_zero_width;
use super::{Account, Direction, Failure, TooLarge};
use crate::ir::pattern::{Assertion, Node, NodeKind, Pattern, SetId};
use std::collections::{BTreeMap, HashMap, HashSet};

/// How deep alternatives are merged by their first characters.
const MERGE_DEPTH: u32 = 64;

/// Names a state of a network.
pub(super) type StateId = u32;

/// A state.
#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    /// Reads a character of a set.
    Character(SetId, StateId),
    /// Goes on at all of `edges[from..to]`.
    Split(u32, u32),
    /// Goes on where the position passes.
    Assertion(Assertion, StateId),
    /// Goes on where a look-around holds, or does not.
    Look {
        /// Index into `looks`.
        look: u32,
        /// It must not hold.
        negative: bool,
        /// Where it goes on.
        next: StateId,
    },
    /// The end of a network.
    Accept,
}

/// A look-around.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) entry: StateId,
    pub(super) accept: StateId,
    /// It looks at what has been read; otherwise at the next character.
    pub(super) read_side: bool,
}

/// A network.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) direction: Direction,
    pub(super) states: Vec<State>,
    pub(super) edges: Vec<StateId>,
    /// Which look-around a state belongs to; `looks.len()` for the pattern itself.
    pub(super) owners: Vec<u32>,
    /// Each before those that contain it.
    pub(super) looks: Vec<Look>,
    pub(super) entry: StateId,
    pub(super) accept: StateId,
}

impl Network {
    /// The network of a pattern for a direction.
    pub(super) fn of(
        pattern: &Pattern,
        direction: Direction,
        account: &mut Account,
    ) -> Result<Self, Failure> {
        let network = Self {
            direction,
            states: Vec::new(),
            edges: Vec::new(),
            owners: Vec::new(),
            looks: Vec::new(),
            entry: 0,
            accept: 0,
        };
        let mut builder = Builder { network, account, known: HashMap::new(), owner: Vec::new() };
        let accept = builder.push(State::Accept)?;
        let entry = builder.node(pattern.root(), accept)?;
        let mut network = builder.network;
        let main = network.looks.len() as u32;
        for owner in &mut network.owners {
            *owner = if *owner == u32::MAX { main } else { *owner };
        }
        (network.entry, network.accept) = (entry, accept);
        Ok(network)
    }

    /// The states that follow without any condition.
    pub(super) fn split(&self, from: u32, to: u32) -> &[StateId] {
        &self.edges[from as usize..to as usize]
    }
}

struct Builder<'a> {
    network: Network,
    account: &'a mut Account,
    /// Look-around by the place of its node, so that a repeated one exists once.
    known: HashMap<*const Node, u32>,
    /// The states of the look-around that are being built, innermost last: indices of `owners` to be set.
    owner: Vec<Vec<StateId>>,
}

impl Builder<'_> {
    fn push(&mut self, state: State) -> Result<StateId, Failure> {
        self.account.spend(1)?;
        let id = self.network.states.len() as StateId;
        self.network.states.push(state);
        self.network.owners.push(u32::MAX);
        if let Some(states) = self.owner.last_mut() {
            states.push(id);
        }
        Ok(id)
    }

    fn split(&mut self, targets: &[StateId]) -> Result<StateId, Failure> {
        if let &[target] = targets {
            return Ok(target);
        }
        self.account.spend(targets.len())?;
        let (from, to) = self.store(targets);
        self.push(State::Split(from, to))
    }

    fn store(&mut self, targets: &[StateId]) -> (u32, u32) {
        let from = self.network.edges.len() as u32;
        self.network.edges.extend_from_slice(targets);
        (from, self.network.edges.len() as u32)
    }

    /// Builds a node so that it goes on at `next`; returns where it is entered.
    fn node(&mut self, node: &Node, next: StateId) -> Result<StateId, Failure> {
        match &node.kind {
            NodeKind::Empty => Ok(next),
            NodeKind::Set(set) => self.push(State::Character(*set, next)),
            NodeKind::Sequence(nodes) => self.sequence(nodes, next),
            NodeKind::Alternation(nodes) => {
                let branches = nodes.iter().map(parts).collect();
                self.alternatives(branches, next, MERGE_DEPTH)
            }
            NodeKind::Repeat { body, min, max } => self.repeat(body, *min, *max, next),
            NodeKind::Assertion(assertion) => self.push(State::Assertion(*assertion, next)),
            NodeKind::Look { ahead, negative, body } => {
                let look = self.look(node, body, *ahead)?;
                self.push(State::Look { look, negative: *negative, next })
            }
        }
    }

    /// Nodes that follow each other in the text.
    fn sequence(&mut self, nodes: &[Node], next: StateId) -> Result<StateId, Failure> {
        let mut entry = next;
        match self.network.direction {
            Direction::LeftToRight => {
                for node in nodes.iter().rev() {
                    entry = self.node(node, entry)?;
                }
            }
            Direction::RightToLeft => {
                for node in nodes {
                    entry = self.node(node, entry)?;
                }
            }
        }
        Ok(entry)
    }

    /// Alternatives, those that begin alike sharing their beginning: a list of a thousand words is a tree.
    fn alternatives(
        &mut self,
        branches: Vec<&[Node]>,
        next: StateId,
        depth: u32,
    ) -> Result<StateId, Failure> {
        self.account.spend(branches.len())?;
        let direction = self.network.direction;
        let mut entries = Vec::new();
        let mut groups: BTreeMap<SetId, Vec<&[Node]>> = BTreeMap::new();
        for branch in branches {
            match set_at(branch, 0, direction) {
                Some(set) if depth > 0 => groups.entry(set).or_default().push(branch),
                _ => entries.push(self.sequence(branch, next)?),
            }
        }
        for group in groups.into_values() {
            if let [only] = group.as_slice() {
                entries.push(self.sequence(only, next)?);
                continue;
            }
            let shared = shared_sets(&group, direction);
            self.account.spend(shared.saturating_mul(group.len()))?;
            let beginning = read_parts(group[0], shared, direction).0;
            let rests = group.iter().map(|branch| read_parts(branch, shared, direction).1).collect();
            let after = self.alternatives(rests, next, depth - 1)?;
            entries.push(self.sequence(beginning, after)?);
        }
        entries.sort_unstable();
        entries.dedup();
        self.split(&entries)
    }

    fn repeat(&mut self, body: &Node, min: u32, max: Option<u32>, next: StateId) -> Result<StateId, Failure> {
        if is_zero_width(body) {
            // A position passes a test again as it passed it the first time.
            return if min == 0 { Ok(next) } else { self.node(body, next) };
        }
        let mut entry = next;
        let mut copies = min;
        match max {
            Some(max) => {
                for _ in min..max {
                    let once = self.node(body, entry)?;
                    entry = self.split(&[once, next])?;
                }
            }
            None => {
                let again = self.push(State::Split(0, 0))?;
                let once = self.node(body, again)?;
                let (from, to) = self.store(&[once, next]);
                self.network.states[again as usize] = State::Split(from, to);
                entry = again;
                if min > 0 {
                    entry = once;
                    copies -= 1;
                }
            }
        }
        for _ in 0..copies {
            entry = self.node(body, entry)?;
        }
        Ok(entry)
    }

    fn look(&mut self, node: &Node, body: &Node, ahead: bool) -> Result<u32, Failure> {
        let place = std::ptr::from_ref(node);
        if let Some(&look) = self.known.get(&place) {
            return Ok(look);
        }
        self.owner.push(Vec::new());
        let accept = self.push(State::Accept)?;
        let entry = self.node(body, accept)?;
        let states = self.owner.pop().unwrap_or_default();
        let look = self.network.looks.len() as u32;
        for state in states {
            self.network.owners[state as usize] = look;
        }
        let towards_read = ahead == (self.network.direction == Direction::RightToLeft);
        let read_side = towards_read || is_zero_width(body);
        if !read_side && !self.is_local(entry, accept)? {
            return Err(Failure::Inexact(TooLarge::at(
                node,
                "this look-behind and a look-ahead cannot be decided in one pass",
                "look back at one character, as in `(?<!x)`, or split the pattern into several conditions",
            )));
        }
        self.network.looks.push(Look { entry, accept, read_side });
        self.known.insert(place, look);
        Ok(look)
    }

    /// Whether a network is decided by the next character: after any character it arrives without a condition.
    fn is_local(&mut self, entry: StateId, accept: StateId) -> Result<bool, Failure> {
        let mut seen = HashSet::from([entry]);
        let mut open = vec![entry];
        while let Some(state) = open.pop() {
            let single;
            let follow: &[StateId] = match self.network.states[state as usize] {
                State::Character(_, next) => {
                    if !self.arrives(next, accept)? {
                        return Ok(false);
                    }
                    &[]
                }
                State::Split(from, to) => self.network.split(from, to),
                State::Assertion(_, next) | State::Look { next, .. } => {
                    single = [next];
                    &single
                }
                State::Accept => &[],
            };
            open.extend(follow.iter().filter(|&&next| seen.insert(next)));
        }
        Ok(true)
    }

    /// Whether `accept` follows from a state without a condition.
    fn arrives(&mut self, from: StateId, accept: StateId) -> Result<bool, Failure> {
        let mut seen = HashSet::from([from]);
        let mut open = vec![from];
        while let Some(state) = open.pop() {
            self.account.spend(1)?;
            if state == accept {
                return Ok(true);
            }
            if let State::Split(from, to) = self.network.states[state as usize] {
                open.extend(self.network.split(from, to).iter().filter(|&&next| seen.insert(next)));
            }
        }
        Ok(false)
    }
}

/// An alternative as the parts that follow each other in it.
fn parts(node: &Node) -> &[Node] {
    match &node.kind {
        NodeKind::Sequence(nodes) => nodes,
        NodeKind::Empty => &[],
        NodeKind::Set(_)
        | NodeKind::Alternation(_)
        | NodeKind::Repeat { .. }
        | NodeKind::Assertion(_)
        | NodeKind::Look { .. } => std::slice::from_ref(node),
    }
}

/// The first parts in the order in which they are read, and the others.
fn read_parts(branch: &[Node], count: usize, direction: Direction) -> (&[Node], &[Node]) {
    match direction {
        Direction::LeftToRight => branch.split_at(count),
        Direction::RightToLeft => {
            let (rest, read) = branch.split_at(branch.len() - count);
            (read, rest)
        }
    }
}

/// The set that a part is, counted in the order in which they are read.
fn set_at(branch: &[Node], index: usize, direction: Direction) -> Option<SetId> {
    let node = match direction {
        Direction::LeftToRight => branch.get(index)?,
        Direction::RightToLeft => branch.get(branch.len().checked_sub(index + 1)?)?,
    };
    if let NodeKind::Set(set) = node.kind { Some(set) } else { None }
}

/// How many sets all branches begin with alike.
fn shared_sets(branches: &[&[Node]], direction: Direction) -> usize {
    let alike = |index: &usize| {
        let own = set_at(branches[0], *index, direction);
        own.is_some() && branches.iter().all(|branch| set_at(branch, *index, direction) == own)
    };
    (0..branches[0].len()).take_while(alike).count()
}
