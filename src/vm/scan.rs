//! Running one automaton over one text.
//!
//! In: the bytes of a table, a text, and an account of characters that may be read. Out: whether the pattern is found.
//! Total on any bytes; linear in the text; nothing is allocated. Deliberately not here: which tables run on which values.

use crate::bundle::table::{FOUND, NEVER, Table};

/// Whether the pattern of a table is found in a text.
///
/// `None` when the table is damaged, or when `work` (characters that may still be read) does not suffice; it is
/// lowered by the characters that were read.
#[must_use]
pub fn search(table: &[u8], text: &str, work: &mut u64) -> Option<bool> {
    search_table(&Table::read(table)?, text, work)
}

/// The same for a table that has been opened.
#[must_use]
pub fn search_table(table: &Table<'_>, text: &str, work: &mut u64) -> Option<bool> {
    let mut read = 0;
    let found = if table.left_to_right {
        run(table, text.chars(), *work, &mut read)
    } else {
        run(table, text.chars().rev(), *work, &mut read)
    };
    *work = work.saturating_sub(read);
    found
}

fn run(table: &Table<'_>, characters: impl Iterator<Item = char>, most: u64, read: &mut u64) -> Option<bool> {
    let mut state = table.first;
    for character in characters {
        if state <= FOUND {
            break;
        }
        if *read == most {
            return None;
        }
        *read = read.saturating_add(1);
        let class = match table.ascii.get(usize::try_from(u32::from(character)).ok()?) {
            Some(&class) => u16::from(class),
            None => table.class(character)?,
        };
        state = table.next(state, class)?;
    }
    match state {
        NEVER => Some(false),
        FOUND => Some(true),
        _ => table.at_end(state),
    }
}
