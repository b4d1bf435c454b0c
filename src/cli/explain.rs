//! `explain CODE`: what a number of the platform or of WhatsApp means, offline.

use super::context::Context;
use super::exit::ExitStatus;
use super::output::Row;
use crate::contract::{ApiError, ErrorKind};
use crate::domain::codes::{CodeInfo, explain_error, explain_platform};
use serde_json::json;

/// Explains a number. One that two owners use is explained for both, because the same digits mean
/// different things.
///
/// # Errors
/// When nobody's table knows it.
pub fn run(context: &Context, code: i64) -> Result<ExitStatus, ApiError> {
    let known: Vec<CodeInfo> = [explain_platform(code), explain_error(code)]
        .into_iter()
        .flatten()
        .collect();
    if known.is_empty() {
        return Err(ApiError::new(
            ErrorKind::NotFound,
            format!("the number {code} is not known"),
            "The text beside it in the answer is the platform's own explanation; ask its support.",
        ));
    }
    let rows: Vec<Row> = known
        .iter()
        .map(|info| {
            let document = json!({
                "code": info.code, "owner": info.numbering.owner(),
                "meaning": info.meaning, "advice": info.advice,
            });
            let cells = [info.numbering.owner(), info.meaning, info.advice].map(str::to_owned);
            let cells = std::iter::once(info.code.to_string())
                .chain(cells)
                .collect();
            Row::new(&document, cells)
        })
        .collect();
    context
        .output
        .list(&["code", "owner", "meaning", "advice"], &rows);
    Ok(ExitStatus::Done)
}
