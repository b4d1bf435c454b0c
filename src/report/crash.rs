//! What happens when this program has a fault of its own: the terminal is given back, a report is
//! written, one sentence says where. No key and no trace of the stack reaches the terminal.

use super::logging::create_private;
use super::redact::Redactor;
use crate::text::sanitize::clean;
use jiff::Timestamp;
use std::io::Write;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

static RESTORE: OnceLock<fn()> = OnceLock::new();

/// Registers what gives the terminal back; only the first call counts.
pub fn register_restore(restore: fn()) {
    RESTORE.get_or_init(|| restore);
}

/// Installs the hook. Reports go into `folder`, named after the start of this process.
pub fn install(folder: &Path, redactor: &Redactor, started: Timestamp) {
    let redactor = redactor.clone();
    let path = folder.join(format!(
        "crash-{}-{}.txt",
        started.strftime("%Y%m%dT%H%M%SZ"),
        std::process::id()
    ));
    std::panic::set_hook(Box::new(move |info| {
        if let Some(restore) = RESTORE.get() {
            restore();
        }
        let sentence = report(&path, &redactor, info);
        // Nobody is left to tell if the terminal is gone as well.
        drop(writeln!(std::io::stderr(), "{sentence}"));
    }));
}

/// Writes the report and gives the sentence for the terminal.
fn report(path: &Path, redactor: &Redactor, info: &PanicHookInfo<'_>) -> String {
    let place = info
        .location()
        .map_or_else(String::new, ToString::to_string);
    let said = message(info);
    let text = format!(
        "alertdesk {}\nplace: {place}\nmessage: {said}\n\n{}\n",
        env!("CARGO_PKG_VERSION"),
        std::backtrace::Backtrace::force_capture()
    );
    let written = write_report(path, &clean(&redactor.clean(&text)));
    match written {
        Ok(path) => format!(
            "alertdesk stopped because of a fault of its own. Report: {}. What was on its way \
             shows as unknown at the next start; nothing is sent again by itself.",
            path.display()
        ),
        Err(error) => format!(
            "alertdesk stopped because of a fault of its own at {place}; the report could not be \
             written: {error}. Nothing is sent again by itself."
        ),
    }
}

fn write_report(path: &Path, text: &str) -> std::io::Result<PathBuf> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    create_private(path)?.write_all(text.as_bytes())?;
    Ok(path.to_owned())
}

fn message(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}
