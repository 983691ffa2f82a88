//! How the log is kept: when a file is closed, how much is kept, what a record has to survive.
//!
//! In: names and numbers, as the state file has them. Out: the settings. Deliberately not here: where they are stored
//! (`hook::state`), who may change them (`cli`), acting on them (`log.rs`, `segment.rs`).

/// The settings of a log; a file of this machine's state holds those that differ from the defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Bytes of the live file beyond which it is closed; 0 never closes one.
    pub size: u64,
    /// Days of one file: a file that was last written in an earlier such period is closed; 0 takes no notice of age.
    pub days: u64,
    /// Bytes of all files together beyond which the oldest goes; 0 keeps all.
    pub keep_size: u64,
    /// Days after its last write at which a closed file goes; 0 keeps all.
    pub keep_days: u64,
    /// Whether each record is on the disk before the action runs.
    pub fsync: bool,
    /// Whether an action is blocked whose record cannot be written.
    pub require: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { size: 64 << 20, days: 0, keep_size: 1 << 30, keep_days: 0, fsync: false, require: false }
    }
}

impl Settings {
    /// The defaults, but for what makes files go: where the person's own settings are not known, and where somebody else
    /// decides what goes.
    #[must_use]
    pub fn keeping_all() -> Self {
        Self { keep_size: 0, keep_days: 0, ..Self::default() }
    }
}

/// What a setting counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Days.
    Days,
    /// 1 for yes, 0 for no.
    Flag,
}

/// One setting.
#[derive(Debug)]
pub struct Row {
    /// Its name in the state file and, after two dashes, on the command line.
    pub name: &'static str,
    /// What its number counts.
    pub unit: Unit,
    /// What it does, in a line.
    pub what: &'static str,
    /// Reads it.
    pub get: fn(&Settings) -> u64,
    /// Sets it.
    pub set: fn(&mut Settings, u64),
    /// Whether the second value keeps less, or promises less, than the first.
    pub weakens: fn(u64, u64) -> bool,
}

/// Every setting.
pub const ROWS: [Row; 6] = [
    Row {
        name: "size",
        unit: Unit::Bytes,
        what: "a file larger than this is closed, and a new one begun",
        get: |settings| settings.size,
        set: |settings, value| settings.size = value,
        weakens: |_, _| false,
    },
    Row {
        name: "days",
        unit: Unit::Days,
        what: "a file of an earlier period of so many days is closed",
        get: |settings| settings.days,
        set: |settings, value| settings.days = value,
        weakens: |_, _| false,
    },
    Row {
        name: "keep-size",
        unit: Unit::Bytes,
        what: "the oldest files go when all are larger than this",
        get: |settings| settings.keep_size,
        set: |settings, value| settings.keep_size = value,
        weakens: keeps_less,
    },
    Row {
        name: "keep-days",
        unit: Unit::Days,
        what: "files go that were last written longer ago",
        get: |settings| settings.keep_days,
        set: |settings, value| settings.keep_days = value,
        weakens: keeps_less,
    },
    Row {
        name: "fsync",
        unit: Unit::Flag,
        what: "each record is on the disk before the action runs",
        get: |settings| u64::from(settings.fsync),
        set: |settings, value| settings.fsync = value != 0,
        weakens: |from, to| to < from,
    },
    Row {
        name: "require",
        unit: Unit::Flag,
        what: "what cannot be recorded is blocked",
        get: |settings| u64::from(settings.require),
        set: |settings, value| settings.require = value != 0,
        weakens: |from, to| to < from,
    },
];

/// A limit of what is kept: 0 keeps all.
fn keeps_less(from: u64, to: u64) -> bool {
    to != 0 && (from == 0 || to < from)
}

/// The setting with this name.
#[must_use]
pub fn row(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_read_as_it_was_set() {
        for (number, row) in (2_u64..).zip(&ROWS) {
            let mut settings = Settings::default();
            let value = if row.unit == Unit::Flag { 1 } else { number };
            (row.set)(&mut settings, value);
            assert_eq!((row.get)(&settings), value, "{}", row.name);
            let others = ROWS.iter().filter(|other| other.name != row.name);
            let kept = |other: &Row| (other.get)(&settings) == (other.get)(&Settings::default());
            assert!(others.into_iter().all(kept), "{} sets another", row.name);
        }
        assert!(row("keep-size").is_some_and(|row| (row.weakens)(0, 5) && !(row.weakens)(5, 0)));
    }
}
