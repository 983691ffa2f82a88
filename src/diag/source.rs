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

    /// Line and column of a span's start, both counted from 1, the column in characters.
    #[must_use]
    pub fn line_column(&self, span: Span) -> (u32, u32) {
        let text = self.get(span.source).map_or("", |file| file.text.as_str());
        let start = text.floor_char_boundary(span.start as usize);
        let before = text.get(..start).unwrap_or("");
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.get(line_start..).unwrap_or("").chars().count() + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }
}
