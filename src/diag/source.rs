//! Source files: path and text; line and column are computed late, only where a person reads them.

use super::span::Span;
use crate::model::id::SourceId;

/// One policy file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as it is shown to people, e.g. `policies/02_bash.yaml`.
    pub path: String,
    /// The text; empty where the file could not be read as UTF-8.
    pub text: String,
}

impl SourceFile {
    /// The file's name without its extension, e.g. `02_bash`; it names statements that have no `sid`.
    #[must_use]
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit(['/', '\\']).next().unwrap_or("");
        match name.rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem,
            Some(_) | None => name,
        }
    }
}

/// The source files of one policy, in load order.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a file and returns its id.
    pub fn add(&mut self, file: SourceFile) -> SourceId {
        self.files.push(file);
        SourceId::from(self.files.len() - 1)
    }

    /// The file with this id.
    #[must_use]
    pub fn get(&self, id: SourceId) -> Option<&SourceFile> {
        self.files.get(id.index())
    }

    /// All files, in load order.
    #[must_use]
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The files with their ids, in load order.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (SourceId::from(index), file))
    }

    /// Line and column of a span's start, both counted from 1, the column in characters.
    /// Reads the file from its start; whoever asks often builds a `LineIndex`.
    #[must_use]
    pub fn line_column(&self, span: Span) -> (u32, u32) {
        let text = self.get(span.source).map_or("", |file| file.text.as_str());
        LineIndex::new(text).line_column(text, span.start)
    }
}

/// Where the lines of one text begin.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Reads the text once.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let after_breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self { starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    /// The line of a byte offset, from 1.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        let line = self.starts.partition_point(|start| *start <= offset as usize);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// The byte range of a line, its line break included; `line` is counted from 1.
    #[must_use]
    pub fn range(&self, line: u32, text: &str) -> std::ops::Range<usize> {
        let index = (line as usize).saturating_sub(1);
        let start = self.starts.get(index).copied().unwrap_or(text.len());
        let end = self.starts.get(index.saturating_add(1)).copied().unwrap_or(text.len());
        start..end.max(start)
    }

    /// Line and column of a byte offset of `text`, both from 1, the column in characters.
    #[must_use]
    pub fn line_column(&self, text: &str, offset: u32) -> (u32, u32) {
        let at = text.floor_char_boundary(offset as usize);
        let line = self.line(u32::try_from(at).unwrap_or(u32::MAX));
        let start = self.range(line, text).start;
        let column = text.get(start..at).unwrap_or("").chars().count().saturating_add(1);
        (line, u32::try_from(column).unwrap_or(u32::MAX))
    }
}
