//! `$VISUAL` or `$EDITOR` for one text, in a private file that goes afterwards.

use crate::contract::{ApiError, ErrorKind};
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// Edits text; gives what the editor saved. Blocks, the terminal must have been given up.
///
/// # Errors
/// When no editor is set, it cannot be started or fails, or the file cannot be used. The text is
/// then unchanged.
pub fn edit(text: &str, data_dir: &Path) -> Result<String, ApiError> {
    let editor = std::env::var("VISUAL")
        .or_else(|_| std::env::var("EDITOR"))
        .map_err(|_| failed("no editor is set", "Set EDITOR, for example EDITOR=nano."))?;
    let folder = data_dir.join("tmp");
    std::fs::create_dir_all(&folder).map_err(|error| file_problem(&error))?;
    let path = folder.join(format!("edit-{}.txt", std::process::id()));
    let result = edit_file(&editor, &path, text);
    if let Err(error) = std::fs::remove_file(&path) {
        tracing::warn!(%error, "the editor's file stays");
    }
    result
}

fn edit_file(editor: &str, path: &Path, text: &str) -> Result<String, ApiError> {
    private_file(path, text).map_err(|error| file_problem(&error))?;
    // The variable may hold options: a shell splits it, the path stays one word.
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("{editor} \"$1\""))
        .arg("sh")
        .arg(path)
        .status()
        .map_err(|error| {
            failed(
                &format!("`{editor}` could not be started: {error}"),
                "Check EDITOR.",
            )
        })?;
    if !status.success() {
        return Err(failed(
            &format!("`{editor}` ended with an error"),
            "The text is as it was.",
        ));
    }
    std::fs::read_to_string(path).map_err(|error| file_problem(&error))
}

fn private_file(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = crate::report::logging::create_private(path)?;
    file.write_all(text.as_bytes())
}

fn failed(message: &str, advice: &str) -> ApiError {
    ApiError::new(ErrorKind::Refused, message, advice)
}

fn file_problem(error: &std::io::Error) -> ApiError {
    failed(
        &format!("the file for the editor cannot be used: {error}"),
        "The text is as it was.",
    )
}
