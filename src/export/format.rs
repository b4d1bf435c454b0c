//! Which format a file has, by the ending of its name. It must not look into files.

use crate::contract::{ApiError, ErrorKind};
use serde::Serialize;
use std::path::Path;

/// The formats of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ExportFormat {
    /// `.jsonl`: one object a line; the first is how the export came to be.
    #[serde(rename = "jsonl")]
    JsonLines,
    /// `.json`: one document.
    Json,
    /// `.csv`: a table for spreadsheets.
    Csv,
    /// `.md`: for wikis and tickets.
    Markdown,
    /// `.html` or `.htm`: to look at and to print.
    Html,
}

impl ExportFormat {
    /// Every format with the endings of its files.
    pub const ALL: [(ExportFormat, &'static [&'static str]); 5] = [
        (ExportFormat::JsonLines, &["jsonl"]),
        (ExportFormat::Json, &["json"]),
        (ExportFormat::Csv, &["csv"]),
        (ExportFormat::Markdown, &["md"]),
        (ExportFormat::Html, &["html", "htm"]),
    ];

    /// The format of a file name; upper and lower case are the same.
    ///
    /// # Errors
    /// A sentence that names the five.
    pub fn of_path(path: &Path) -> Result<Self, ApiError> {
        let ending = path
            .extension()
            .map(|ending| ending.to_string_lossy().to_ascii_lowercase())
            .unwrap_or_default();
        Self::ALL
            .iter()
            .find(|(_, endings)| endings.contains(&ending.as_str()))
            .map(|(format, _)| *format)
            .ok_or_else(|| {
                ApiError::new(
                    ErrorKind::Usage,
                    format!("the ending of {} says no format", path.display()),
                    "Name a file that ends in .jsonl, .json, .csv, .md or .html.",
                )
            })
    }

    /// Whether people read it as it is; the others are for programs.
    pub fn is_for_eyes(self) -> bool {
        match self {
            ExportFormat::Markdown | ExportFormat::Html => true,
            ExportFormat::JsonLines | ExportFormat::Json | ExportFormat::Csv => false,
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            ExportFormat::JsonLines => "JSON Lines",
            ExportFormat::Json => "JSON",
            ExportFormat::Csv => "CSV",
            ExportFormat::Markdown => "Markdown",
            ExportFormat::Html => "HTML",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ExportFormat;
    use rstest::rstest;
    use std::path::Path;

    #[rstest]
    #[case("a.jsonl", ExportFormat::JsonLines)]
    #[case("a.JSON", ExportFormat::Json)]
    #[case("b/c.d.csv", ExportFormat::Csv)]
    #[case("a.md", ExportFormat::Markdown)]
    #[case("a.html", ExportFormat::Html)]
    #[case("a.htm", ExportFormat::Html)]
    fn the_ending_says_the_format(#[case] name: &str, #[case] expected: ExportFormat) {
        assert_eq!(ExportFormat::of_path(Path::new(name)).unwrap(), expected);
    }

    #[rstest]
    #[case("a.txt")]
    #[case("a")]
    #[case(".json")]
    #[case("-")]
    fn other_endings_are_told_the_five(#[case] name: &str) {
        let advice = ExportFormat::of_path(Path::new(name)).unwrap_err().advice;
        for ending in [".jsonl", ".json", ".csv", ".md", ".html"] {
            assert!(advice.contains(ending), "{advice}");
        }
    }
}
