//! The formats in which findings about policies are shown.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::render;
use crate::diag::source::Sources;

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// For people: the lines with carets
    Human,
    /// One JSON object
    Json,
    /// Workflow commands of GitHub Actions
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

impl Format {
    /// The findings in this format.
    pub(super) fn render(self, found: &[Diagnostic], sources: &Sources) -> String {
        match self {
            Self::Human => render::human(found, sources),
            Self::Json => render::json(found, sources),
            Self::Github => render::github(found, sources),
            Self::Sarif => render::sarif(found, sources),
        }
    }
}
