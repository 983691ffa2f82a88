//! Parts of a bundle that one evaluation reads in a few places only: automaton tables and long lists.
//!
//! In: their numbers or places. Out: views of them that check each block as it is touched.
//! Deliberately not here: what such a view means (`table.rs`, `set.rs`), everything small (`read.rs`).

use super::super::blocks::Blocks;
use super::super::error::ReadError;
use super::super::format::Piece;
use super::super::set::Set;
use super::super::table::Table;
use super::{Loaded, entry, piece};

impl<'a> Loaded<'a> {
    /// An automaton table, its blocks checked as they are touched; `check` says whether the seal of their seals is to be
    /// checked (once an evaluation is enough).
    ///
    /// # Errors
    /// Damage.
    pub fn table(&self, number: u32, check: bool) -> Result<Table<'_>, ReadError> {
        let table = self.table_bytes(number, check)?;
        Table::within(table, Some(&self.table_blocks)).ok_or(ReadError::damaged(Piece::Table.name()))
    }

    /// Checks every block of an automaton table, and gives its bytes.
    ///
    /// # Errors
    /// Damage.
    pub fn whole_table(&self, number: u32) -> Result<&'a [u8], ReadError> {
        let table = self.table_bytes(number, true)?;
        self.table_blocks.check(table).ok_or(ReadError::damaged(Piece::Table.name()))
    }

    fn table_bytes(&self, number: u32, check: bool) -> Result<&'a [u8], ReadError> {
        let damaged = ReadError::damaged(Piece::Table.name());
        let entry = self.blocks.record(self.table_entries, number).and_then(entry).ok_or(damaged)?;
        let table = piece(self.tables, entry.offset, entry.length).ok_or(damaged)?;
        if check {
            let seals = self.table_blocks.seals_of(table).ok_or(damaged)?;
            if entry.sealed(Piece::Table, number, seals.as_flattened()) != entry.seal {
                return Err(damaged);
            }
        }
        Ok(table)
    }

    /// The blocks of all automaton tables.
    #[must_use]
    pub fn table_blocks(&self) -> &Blocks<'a> {
        &self.table_blocks
    }

    /// A long list.
    #[must_use]
    pub fn set(&self, start: u32, length: u32) -> Option<Set<'_>> {
        Set::open(piece(self.operands, start, length)?, Some(&self.blocks))
    }
}
