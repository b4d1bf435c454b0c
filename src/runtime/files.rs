//! What is done with files of messages: fetched without the key, made ready for the screen, saved,
//! and how they and links are opened.
//! Started by the effect runner; nothing here starts a task or a program.

use super::clock;
use super::unbroken::unbroken;
use super::world::World;
use crate::api::media::{self, MOST_PIXELS};
use crate::contract::{
    ApiError, CallDetail, CallDirection, CallOutcome, CallRecord, ErrorKind, Event, FetchedMedia,
    MediaAnswer, MediaAsk, PreparedPicture, ReadyPicture, Ticket,
};
use crate::text::{format, links};
use crate::widgets::{Picture, PictureTerminal};
use ratatui::layout::Size;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use tokio::process::Command;

/// How this machine shows, keeps and opens files.
#[derive(Debug, Clone)]
pub struct Files {
    /// Where saved files go.
    pub folder: PathBuf,
    /// How the terminal shows pictures.
    pub terminal: PictureTerminal,
    /// The program that opens a file with whatever the desktop uses for it, if one is known.
    pub opener: Option<String>,
}

impl Files {
    /// Files in this folder, half blocks, and the usual opener of this system.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self {
            folder,
            terminal: PictureTerminal::half_blocks(),
            opener: media::open_command(std::env::consts::OS).map(str::to_owned),
        }
    }
}

/// Fetches a file; the line of the activity list names its host and nothing else of its address.
pub async fn fetch(
    world: &World,
    base_url: &str,
    ask: &MediaAsk,
) -> (Result<Arc<FetchedMedia>, ApiError>, CallRecord) {
    let (started, began) = (clock::now(), clock::steady());
    let result = match world.media_client(base_url) {
        Ok(client) => client.fetch(&ask.url).await.map(Arc::new),
        Err(error) => Err(error),
    };
    let host = media::host_of(&ask.url).unwrap_or_else(|| "an unreadable address".to_owned());
    let (outcome, said, http_status) = match &result {
        Ok(file) => {
            let size = format::file_size(file.bytes.len());
            (CallOutcome::Done, size, Some(200))
        }
        Err(error) => (
            CallOutcome::Failed,
            "not fetched".to_owned(),
            error.http_status,
        ),
    };
    let error = result.as_ref().err();
    let record = CallRecord {
        started,
        duration: began.elapsed(),
        direction: CallDirection::Local,
        label: format!("file from {host}"),
        outcome,
        result: said,
        http_status,
        detail: Box::new(CallDetail {
            sentence: error.map_or_else(String::new, |error| error.message.clone()),
            advice: error.map_or_else(String::new, |error| error.advice.clone()),
            request: format!("GET {host}"),
            ..CallDetail::default()
        }),
    };
    (result, record)
}

/// [`prepare`] as the event that says what came of it. A decoder that breaks leaves a sentence.
pub fn prepared(
    ticket: Ticket,
    file: &FetchedMedia,
    terminal: PictureTerminal,
    space: (u16, u16),
    id: u32,
) -> Event {
    let broke = || {
        Err(ApiError::new(
            ErrorKind::Unreadable,
            "The picture broke its reader.",
            "Save it, and open it with another program.",
        ))
    };
    let result = unbroken(|| prepare(file, terminal, space, id), broke);
    Event::Media(Box::new(MediaAnswer::Prepared { ticket, result }))
}

/// Decodes a picture and makes it ready for a space. Blocks.
///
/// # Errors
/// A file that is no picture, is damaged or too large.
pub fn prepare(
    file: &FetchedMedia,
    terminal: PictureTerminal,
    (columns, rows): (u16, u16),
    id: u32,
) -> Result<PreparedPicture, ApiError> {
    let image = media::decode_picture(&file.bytes, MOST_PIXELS)?;
    let pixels = (image.width(), image.height());
    let picture = Picture::prepare(&image, Size::new(columns, rows), terminal, id);
    let Some(picture) = picture else {
        return Err(ApiError::new(
            ErrorKind::Unreadable,
            "The picture cannot be shown in this window.",
            "Make the window larger, or save the picture.",
        ));
    };
    Ok(PreparedPicture {
        pixels,
        picture: ReadyPicture::new(picture),
    })
}

/// Saves a file under a safe name. Blocks.
///
/// # Errors
/// A folder that cannot be made or written to, a full disk.
pub fn save(folder: &Path, ask: &MediaAsk, file: &FetchedMedia) -> Result<PathBuf, ApiError> {
    std::fs::create_dir_all(folder).map_err(|error| {
        let text = format!("The folder {} cannot be made: {error}.", folder.display());
        ApiError::new(ErrorKind::Storage, text, "Make room or rights for it.")
    })?;
    let mime = ask.mime.as_deref().or(file.mime.as_deref());
    let stand_in = ask.name.as_ref().map_or_else(String::new, |name| {
        format!("User uploaded {name} - [{}]", mime.unwrap_or_default())
    });
    let name = media::safe_file_name(&stand_in, &ask.url, mime);
    media::save(file, folder, &name)
}

/// The call that opens a saved file with the desktop's program: the one file and no shell, cut off
/// from this terminal.
///
/// # Errors
/// An ending that can run something; a system without a known program.
pub fn opener(files: &Files, path: &Path) -> Result<Command, ApiError> {
    media::may_open(path)?;
    let Some(program) = &files.opener else {
        return Err(ApiError::new(
            ErrorKind::Usage,
            "No program is known here that opens files of the desktop.",
            format!("It is saved: {}", path.display()),
        ));
    };
    Ok(detached(program, path.as_os_str()))
}

/// The call that opens an address with the desktop's program: the one address and no shell.
///
/// # Errors
/// What is no address of the web in the form in which it may be handed on; a system without a known
/// program.
pub fn link_opener(files: &Files, address: &str) -> Result<Command, ApiError> {
    if links::target(address).as_deref() != Some(address) {
        return Err(ApiError::new(
            ErrorKind::Refused,
            "This is no address of the web, so it is not opened.",
            "",
        ));
    }
    let Some(program) = &files.opener else {
        return Err(ApiError::new(
            ErrorKind::Usage,
            "No program is known here that opens links.",
            "Enter shows the link again, and y copies it.",
        ));
    };
    Ok(detached(program, OsStr::new(address)))
}

fn detached(program: &str, argument: &OsStr) -> Command {
    let mut command = Command::new(program);
    command
        .arg(argument)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    #[cfg(unix)]
    command.process_group(0);
    command
}

/// The error of an opener that did not start, and what can be done without it.
pub fn not_opened(error: &std::io::Error, advice: String) -> ApiError {
    let text = format!("The desktop's program did not start: {error}.");
    ApiError::new(ErrorKind::Usage, text, advice)
}
