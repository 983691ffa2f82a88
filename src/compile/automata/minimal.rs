//! The smallest automaton that gives the same answers.
//!
//! In: an automaton. Out: its states merged by Hopcroft's partition refinement, its classes merged where no state tells them
//! apart, both numbered in the order in which they are met, so that equal automata are equal values.

use super::subset::Automaton;
use super::{Account, Failure};
use crate::bundle::table::{FOUND, NEVER};
use std::collections::HashMap;

/// A minimal automaton.
#[derive(Debug)]
pub(super) struct Minimal {
    /// By class of the alphabet: its column.
    pub(super) columns: Vec<u16>,
    /// Columns of a row.
    pub(super) width: usize,
    /// `width` next states for each state from state 2 on.
    pub(super) next: Vec<u32>,
    /// By state, `NEVER` and `FOUND` included.
    pub(super) at_end: Vec<bool>,
    pub(super) first: u32,
}

/// Makes an automaton minimal.
pub(super) fn minimal(automaton: &Automaton, account: &mut Account) -> Result<Minimal, Failure> {
    let (columns, narrow) = merge_columns(automaton);
    account.spend(narrow.next.len())?;
    let merged = quotient(&narrow, &Partition::refine(&narrow));
    let (again, narrow) = merge_columns(&merged);
    let columns: Vec<u16> = columns.iter().map(|&column| again[usize::from(column)]).collect();
    let width = narrow.classes;
    Ok(Minimal {
        columns,
        width,
        next: narrow.next[2 * width..].to_vec(),
        at_end: narrow.at_end,
        first: narrow.first,
    })
}

/// Merges classes whose columns are equal.
fn merge_columns(automaton: &Automaton) -> (Vec<u16>, Automaton) {
    let states = automaton.at_end.len();
    let mut numbers: HashMap<Vec<u32>, u16> = HashMap::new();
    let mut kept = Vec::new();
    let mut columns = Vec::with_capacity(automaton.classes);
    for class in 0..automaton.classes {
        let column = (0..states).map(|state| automaton.next[state * automaton.classes + class]).collect();
        let next = kept.len() as u16;
        let number = *numbers.entry(column).or_insert(next);
        if number == next {
            kept.push(class);
        }
        columns.push(number);
    }
    let row = |state: usize| kept.iter().map(move |class| automaton.next[state * automaton.classes + class]);
    let next = (0..states).flat_map(row).collect();
    let narrow =
        Automaton { classes: kept.len(), next, at_end: automaton.at_end.clone(), first: automaton.first };
    (columns, narrow)
}

/// The automaton of the blocks of a partition, reachable ones only, in the order in which they are met.
fn quotient(automaton: &Automaton, partition: &Partition) -> Automaton {
    let classes = automaton.classes;
    let block = |state: u32| partition.block_of[state as usize];
    let mut numbers: Vec<Option<u32>> = vec![None; partition.bounds.len()];
    let mut order = vec![u32::from(NEVER), u32::from(FOUND)];
    numbers[block(u32::from(NEVER)) as usize] = Some(u32::from(NEVER));
    numbers[block(u32::from(FOUND)) as usize] = Some(u32::from(FOUND));
    let mut number = |state: u32, order: &mut Vec<u32>| {
        *numbers[block(state) as usize].get_or_insert_with(|| {
            order.push(state);
            order.len() as u32 - 1
        })
    };
    let first = number(automaton.first, &mut order);
    let mut next = Vec::new();
    let mut at_end = Vec::new();
    let mut done = 0;
    while let Some(&state) = order.get(done) {
        done += 1;
        let row = state as usize * classes..(state as usize + 1) * classes;
        for &target in &automaton.next[row] {
            next.push(number(target, &mut order));
        }
        at_end.push(automaton.at_end[state as usize]);
    }
    Automaton { classes, next, at_end, first }
}

/// States in blocks.
struct Partition {
    /// All states, block by block.
    states: Vec<u32>,
    /// Where each state stands in `states`.
    place: Vec<u32>,
    /// The block of each state.
    block_of: Vec<u32>,
    /// Where each block begins and ends in `states`.
    bounds: Vec<(u32, u32)>,
    /// How many states of each block are marked; they stand first in it.
    marked: Vec<u32>,
}

impl Partition {
    /// The coarsest partition whose blocks answer alike.
    fn refine(automaton: &Automaton) -> Self {
        let mut partition = Self::by_answer(automaton);
        let sources = Sources::of(automaton);
        let mut waiting: Vec<u32> = (0..partition.bounds.len() as u32).collect();
        let mut is_waiting = vec![true; waiting.len()];
        while let Some(block) = waiting.pop() {
            is_waiting[block as usize] = false;
            let (from, to) = partition.bounds[block as usize];
            let splitter = partition.states[from as usize..to as usize].to_vec();
            for class in 0..automaton.classes {
                let mut touched = Vec::new();
                for &target in &splitter {
                    for &source in sources.of_target(class, target) {
                        partition.mark(source, &mut touched);
                    }
                }
                for block in touched {
                    let Some(new) = partition.split(block) else { continue };
                    let (small, _) = partition.smaller_first(block, new);
                    is_waiting.push(false);
                    let add = if is_waiting[block as usize] { new } else { small };
                    is_waiting[add as usize] = true;
                    waiting.push(add);
                }
            }
        }
        partition
    }

    fn by_answer(automaton: &Automaton) -> Self {
        let count = automaton.at_end.len() as u32;
        let (found, not): (Vec<u32>, Vec<u32>) =
            (0..count).partition(|&state| automaton.at_end[state as usize]);
        let edge = not.len() as u32;
        let states: Vec<u32> = not.into_iter().chain(found).collect();
        let mut place = vec![0; states.len()];
        for (index, &state) in states.iter().enumerate() {
            place[state as usize] = index as u32;
        }
        let block_of = (0..count).map(|state| u32::from(automaton.at_end[state as usize])).collect();
        Self { states, place, block_of, bounds: vec![(0, edge), (edge, count)], marked: vec![0, 0] }
    }

    /// Moves a state to the marked ones of its block.
    fn mark(&mut self, state: u32, touched: &mut Vec<u32>) {
        let block = self.block_of[state as usize] as usize;
        let edge = self.bounds[block].0 + self.marked[block];
        let place = self.place[state as usize];
        if place < edge {
            return;
        }
        if self.marked[block] == 0 {
            touched.push(block as u32);
        }
        let other = self.states[edge as usize];
        self.states.swap(edge as usize, place as usize);
        self.place[state as usize] = edge;
        self.place[other as usize] = place;
        self.marked[block] += 1;
    }

    /// Makes the marked states of a block a block of their own, unless all are marked.
    fn split(&mut self, block: u32) -> Option<u32> {
        let (from, to) = self.bounds[block as usize];
        let edge = from + std::mem::take(&mut self.marked[block as usize]);
        if edge == to {
            return None;
        }
        let new = self.bounds.len() as u32;
        self.bounds[block as usize] = (edge, to);
        self.bounds.push((from, edge));
        self.marked.push(0);
        for &state in &self.states[from as usize..edge as usize] {
            self.block_of[state as usize] = new;
        }
        Some(new)
    }

    fn smaller_first(&self, one: u32, two: u32) -> (u32, u32) {
        let size = |block: u32| self.bounds[block as usize].1 - self.bounds[block as usize].0;
        if size(one) < size(two) { (one, two) } else { (two, one) }
    }
}

/// By class and target: the states that go there.
struct Sources {
    states: usize,
    /// `states + 1` for each class: where the sources of each target begin in `list`.
    starts: Vec<u32>,
    list: Vec<u32>,
}

impl Sources {
    fn of(automaton: &Automaton) -> Self {
        let (states, classes) = (automaton.at_end.len(), automaton.classes);
        let width = states + 1;
        let mut starts = vec![0_u32; classes * width];
        for (index, &target) in automaton.next.iter().enumerate() {
            starts[index % classes * width + target as usize + 1] += 1;
        }
        for class in 0..classes {
            let row = &mut starts[class * width..(class + 1) * width];
            row[0] = (class * states) as u32;
            for index in 1..row.len() {
                row[index] += row[index - 1];
            }
        }
        let mut free = starts.clone();
        let mut list = vec![0; automaton.next.len()];
        for (index, &target) in automaton.next.iter().enumerate() {
            let place = &mut free[index % classes * width + target as usize];
            list[*place as usize] = (index / classes) as u32;
            *place += 1;
        }
        Self { states, starts, list }
    }

    fn of_target(&self, class: usize, target: u32) -> &[u32] {
        let row = class * (self.states + 1) + target as usize;
        &self.list[self.starts[row] as usize..self.starts[row + 1] as usize]
    }
}
