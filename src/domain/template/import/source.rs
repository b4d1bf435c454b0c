//! How a text was written, a command or JSON, and the body in it. Commands are read as every shell
//! would, the likeliest first, until one of them makes sense.

use super::curl::{self, Call, CallError, Piece};
use super::error::{ImportError, ImportRule, Position};
use super::json_path::JsonPath;
use super::shell::{self, Command, Dialect, ShellError};
use super::source_map::{Taken, position};
use super::{FoundBot, Import, NamedFiles, invoke, read_body};
use serde_json::Value;
use std::fmt;

/// How a text was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// JSON.
    Json,
    /// A cURL command for this shell.
    Curl(Dialect),
    /// A command of PowerShell's own.
    PowerShell,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Json => f.write_str("JSON"),
            Source::Curl(dialect) => write!(f, "cURL for {dialect}"),
            Source::PowerShell => f.write_str("PowerShell"),
        }
    }
}

/// The JSON of a text, with the way back to where it stands.
pub(super) struct Body<'t> {
    /// What was pasted, or the file the body is in.
    source: &'t str,
    file: Option<&'t str>,
    taken: Taken,
}

impl Body<'_> {
    fn text(&self) -> &str {
        self.taken.text().unwrap_or("")
    }

    /// Where a byte of the body stands.
    pub fn place(&self, at: usize) -> Position {
        position(self.source, self.taken.source_of(at), self.file)
    }

    /// Where a part of the body stands.
    pub fn place_of(&self, path: &JsonPath) -> Position {
        self.place(path.offset_in(self.text()))
    }

    /// The document.
    pub fn json(&self) -> Result<Value, ImportError> {
        let text = self.text();
        serde_json::from_str(text).map_err(|error| self.not_json(text, &error))
    }

    fn not_json(&self, text: &str, error: &serde_json::Error) -> ImportError {
        let lines = memchr::memchr_iter(b'\n', text.as_bytes());
        let start = lines.map(|at| at + 1).nth(error.line().wrapping_sub(2));
        let start = start.filter(|_| error.line() > 1).unwrap_or(0);
        let at = (start + error.column().saturating_sub(1)).min(text.len());
        let sentence = error.to_string();
        let what = sentence
            .split_once(" at line ")
            .map_or("", |(what, _)| what);
        let rest = text.get(at..).unwrap_or("");
        let advice = if rest.starts_with(['\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}']) {
            "a text program has changed the quotes; copy it from the panel itself"
        } else if rest.starts_with('\u{a0}') {
            "a no-break space stands there; make it a plain one"
        } else if error.is_eof() {
            "it ends too early; copy it to the end"
        } else if what.starts_with("trailing comma") {
            "take that comma out"
        } else {
            "mend it there, or copy it again"
        };
        // The reader's own words name signs, never what stands there.
        let what = format!("this is not JSON, {what}");
        ImportError::new(ImportRule::NotJson, Some(self.place(at)), what, advice)
    }
}

/// Reads a text without keys.
pub(super) fn read(text: &str, files: &NamedFiles) -> Result<Import, ImportError> {
    let start = text.trim_start_matches(|sign: char| sign.is_whitespace() || sign == '\u{feff}');
    if start.is_empty() {
        return Err(ImportError::new(
            ImportRule::Empty,
            None,
            "nothing is here yet",
            "paste the panel's Generate cURL, Meta's template JSON, or the JSON of a call",
        ));
    }
    if start.starts_with(['{', '[']) {
        let body = Body {
            source: text,
            file: None,
            taken: Taken::whole(start, text.len() - start.len()),
        };
        return import(Source::Json, Vec::new(), &body, bot_in_json(start));
    }
    let mut first_error = None;
    for dialect in shell::likely(text) {
        match read_command(text, dialect, files) {
            Ok(import) => return Ok(import),
            Err(error) => {
                // Files that are missing, and options that lead nowhere, are missing in any shell.
                let settled = matches!(
                    error.rule,
                    ImportRule::NeedsFiles(_) | ImportRule::Option | ImportRule::Wrong
                );
                let first = first_error.get_or_insert(error.clone());
                if settled {
                    return Err(first.clone());
                }
            }
        }
    }
    Err(first_error.unwrap_or_else(not_known))
}

fn import(
    source: Source,
    files: Vec<String>,
    body: &Body<'_>,
    bot: FoundBot,
) -> Result<Import, ImportError> {
    let documents = read_body(body)?;
    Ok(Import {
        source,
        wrapping: documents.wrapping,
        bot,
        key_found: false,
        files,
        templates: documents.templates,
        left_out: documents.left_out,
    })
}

fn not_known() -> ImportError {
    ImportError::new(
        ImportRule::NotKnown,
        None,
        "this is neither a cURL command nor JSON",
        "paste the panel's Generate cURL, Meta's template JSON, or the JSON of a call",
    )
}

fn read_command(text: &str, dialect: Dialect, files: &NamedFiles) -> Result<Import, ImportError> {
    let commands = shell::commands(text, dialect).map_err(|error| shell_error(text, &error))?;
    let (source, call) = match read_call(&commands, dialect) {
        Some((source, call)) => (source, call.map_err(|error| call_error(text, &error))?),
        None => return Err(not_known()),
    };
    let bot = call.address.as_deref().map(FoundBot::of_address);
    let (mut taken, file) = body_of(&call, files)?;
    let text_of_body = taken.text().unwrap_or("");
    let first =
        text_of_body.trim_start_matches(|sign: char| sign.is_whitespace() || "{[".contains(sign));
    if dialect == Dialect::PowerShell && first.starts_with("\\\"") {
        taken = shell::native_quotes(&taken);
    }
    let content = file.and_then(|name| files.get(name));
    let body = Body {
        source: content.map_or(text, String::as_str),
        file,
        taken,
    };
    import(source, call.files.clone(), &body, bot.unwrap_or_default())
}

fn read_call(commands: &[Command], dialect: Dialect) -> Option<(Source, Result<Call, CallError>)> {
    if let Some(words) = curl::find(commands) {
        return Some((Source::Curl(dialect), curl::read(words)));
    }
    if dialect != Dialect::PowerShell {
        return None;
    }
    invoke::read(commands).map(|call| (Source::PowerShell, call))
}

/// The body of a call, and the file it is in if it is in one.
fn body_of<'c>(
    call: &'c Call,
    files: &NamedFiles,
) -> Result<(Taken, Option<&'c str>), ImportError> {
    let missing: Vec<String> = call
        .body
        .iter()
        .filter_map(|piece| match piece {
            Piece::File(name) if !files.contains_key(name) => Some(name.clone()),
            Piece::File(_) | Piece::Text(_) => None,
        })
        .collect();
    if !missing.is_empty() {
        return Err(ImportError::new(
            ImportRule::NeedsFiles(missing),
            None,
            "the template is in a file that this command names",
            "allow it to be read, or paste what is in it",
        ));
    }
    let of_piece = |piece: &Piece| match piece {
        Piece::Text(taken) => taken.clone(),
        Piece::File(name) => Taken::whole(files.get(name).map_or("", String::as_str), 0),
    };
    match call.body.as_slice() {
        [] => Err(ImportError::new(
            ImportRule::NoBody,
            None,
            "this command has no body",
            "copy it to the end: the template stands after --data",
        )),
        [Piece::File(name)] => Ok((of_piece(&Piece::File(name.clone())), Some(name))),
        pieces => {
            let mut whole = Taken::default();
            for piece in pieces {
                if call.joined && !whole.is_empty() {
                    let end = whole.source_of(whole.bytes().len());
                    whole.push(b"&", end);
                }
                whole.append(&of_piece(piece));
            }
            Ok((whole, None))
        }
    }
}

fn shell_error(text: &str, error: &ShellError) -> ImportError {
    let at = Some(position(text, error.at, None));
    ImportError::new(ImportRule::Shell, at, error.what.clone(), error.advice)
}

fn call_error(text: &str, error: &CallError) -> ImportError {
    let at = Some(position(text, error.at, None));
    ImportError::new(error.rule.clone(), at, error.what.clone(), error.advice)
}

/// A recorded call names its bot in its address or path.
fn bot_in_json(text: &str) -> FoundBot {
    #[derive(serde::Deserialize)]
    struct Recorded {
        #[serde(default)]
        url: Option<String>,
        #[serde(default)]
        path: Option<String>,
    }
    match serde_json::from_str::<Recorded>(text) {
        Ok(Recorded { url: Some(url), .. }) => FoundBot::of_address(&url),
        Ok(Recorded {
            path: Some(path), ..
        }) => FoundBot::of_path(&path),
        Ok(_) | Err(_) => FoundBot::default(),
    }
}

/// The bot of the address in a text, whatever else is in it.
pub(super) fn bot_of(text: &str) -> Option<FoundBot> {
    if text.trim_start().starts_with(['{', '[']) {
        return Some(bot_in_json(text));
    }
    shell::likely(text).into_iter().find_map(|dialect| {
        let commands = shell::commands(text, dialect).ok()?;
        let (_, call) = read_call(&commands, dialect)?;
        Some(FoundBot::of_address(&call.ok()?.address?))
    })
}
