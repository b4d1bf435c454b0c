//! Searches of people by command: which one is meant, asking the platform for its people, and the
//! ones kept under a name, which the dashboard has too. Nothing here sends.

use super::connect::Line;
use super::context::{Context, block_on, storage, usage};
use super::exit::ExitStatus;
use super::output::Row;
use crate::api::ReadClient;
use crate::contract::{ApiError, ApiRequest, ApiResponse, ErrorKind};
use crate::domain::copy_as::shell_word;
use crate::domain::{Search, User, Wanted};
use crate::store::Library;
use crate::text::format::people as counted_people;
use crate::text::nearest::nearest;
use serde_json::json;

/// The search a person means: one kept under this name, else an attribute and its value.
///
/// # Errors
/// Neither of both, with the nearest name.
pub fn meant(library: &Library, text: &str) -> Result<Search, ApiError> {
    match (kept(library, text), Wanted::read(text)) {
        (Err(error), Some(wanted)) if error.kind == ErrorKind::NotFound => Ok(Search::of(wanted)),
        (search, _) => search,
    }
}

/// The search kept under a name.
///
/// # Errors
/// None of this name, with the nearest one.
pub fn kept(library: &Library, name: &str) -> Result<Search, ApiError> {
    let kept = library.saved_searches().map_err(|error| storage(&error))?;
    let Some((_, text)) = kept.iter().find(|(known, _)| known == name) else {
        return Err(unknown(&kept, name));
    };
    Search::read(text).ok_or_else(|| {
        usage(
            format!("the search {name} cannot be read: it was kept by another version"),
            format!("Keep it anew: alertdesk user save {name} --attribute NAME=VALUE."),
        )
    })
}

fn unknown(kept: &[(String, String)], name: &str) -> ApiError {
    let near = nearest(name, kept.iter().map(|(name, _)| name.as_str()));
    let message = match near {
        Some(near) => format!("no search `{name}` is kept; did you mean `{near}`?"),
        None => format!("no search `{name}` is kept"),
    };
    ApiError::new(
        ErrorKind::NotFound,
        message,
        "`alertdesk user searches` lists them; an attribute is written NAME=VALUE.",
    )
}

/// Why a dry run cannot have the people of what was written as a search: only the platform knows
/// who they are now.
pub fn refused_in_a_dry_run(library: &Library, text: &str) -> ApiError {
    let option = match kept(library, text) {
        Ok(_) => "--kept",
        Err(_) => "--attribute",
    };
    let text = shell_word(text);
    usage(
        "a search asks the platform, and --dry-run opens no connection",
        format!(
            "Leave --dry-run out, nothing is queued before its count is typed; or write the people \
             to a file with `alertdesk user find {option} {text} --wide --output csv` and give \
             that with --csv."
        ),
    )
}

/// The people of a search, and says how many there are.
///
/// # Errors
/// What the platform or the network says. A part of the people is never given.
pub fn people(line: &Line<'_>, search: &Search) -> Result<Vec<User>, ApiError> {
    let users = block_on(async { ask(&line.reader().await?, search).await })?;
    let found = counted_people(users.len() as u64);
    line.context.output.note(&format!("{search}: {found}."));
    Ok(users)
}

/// Asks every question of a search.
///
/// # Errors
/// What the platform or the network says, at the first question that fails.
pub async fn ask(client: &ReadClient, search: &Search) -> Result<Vec<User>, ApiError> {
    let mut people = Vec::new();
    for (combine, wanted) in search.steps() {
        let request = ApiRequest::FindUsers {
            attribute: wanted.attribute.clone(),
            value: wanted.value.clone(),
        };
        let found = match client.fetch(&request).await.0? {
            ApiResponse::Users(users) => users,
            ApiResponse::Page(_) => Vec::new(),
        };
        people = combine.join(people, found);
    }
    Ok(people)
}

/// `user searches`: those that are kept, by name.
///
/// # Errors
/// Whatever the record says.
pub fn list(context: &Context) -> Result<ExitStatus, ApiError> {
    let library = context.library(&context.settings()?)?;
    let kept = library.saved_searches().map_err(|error| storage(&error))?;
    let rows: Vec<Row> = kept
        .into_iter()
        .map(|(name, text)| {
            let words = Search::read(&text).map_or(text, |search| search.to_string());
            Row {
                document: json!({"name": name, "search": words}),
                cells: vec![name, words],
            }
        })
        .collect();
    context.output.list(&["name", "search"], &rows);
    if rows.is_empty() {
        let note =
            "No search is kept. `alertdesk user save NAME --attribute NAME=VALUE` keeps one.";
        context.output.note(note);
    }
    Ok(ExitStatus::Done)
}

/// `user save`: keeps a search under a name; one of that name is replaced, and that is said.
///
/// # Errors
/// An empty name, or whatever the record says.
pub fn save(context: &Context, name: &str, search: &Search) -> Result<ExitStatus, ApiError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(usage(
            "the search has no name",
            "Write it as alertdesk user save NAME --attribute NAME=VALUE.",
        ));
    }
    let library = context.library(&context.settings()?)?;
    let kept = library.saved_searches().map_err(|error| storage(&error))?;
    let before = kept.iter().find(|(known, _)| known == name);
    let text = search.to_text();
    let saved = library.save_search(name, &text);
    saved.map_err(|error| storage(&error))?;
    let note = match before.filter(|(_, before)| *before != text) {
        Some((_, before)) => format!(
            "{name} is {search} now, and was {}.",
            before.replace('\n', " ")
        ),
        None => format!("{name} is {search}."),
    };
    context.output.note(&note);
    Ok(ExitStatus::Done)
}

/// `user forget`: takes a kept search away.
///
/// # Errors
/// None of this name, or whatever the record says.
pub fn forget(context: &Context, name: &str) -> Result<ExitStatus, ApiError> {
    let library = context.library(&context.settings()?)?;
    let removed = library.remove_saved_search(name);
    if removed.map_err(|error| storage(&error))? {
        context.output.note(&format!("{name} is forgotten."));
        return Ok(ExitStatus::Done);
    }
    let kept = library.saved_searches().map_err(|error| storage(&error))?;
    Err(unknown(&kept, name))
}
