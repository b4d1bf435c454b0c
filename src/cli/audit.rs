//! `audit …`: the hash-chained record on the screen and in a file. It changes nothing.

use super::args_audit::{AuditCommand, AuditShow, ToFile};
use super::context::{Context, usage};
use super::exit::ExitStatus;
use super::outbox::{number, open_at};
use super::output::{Row, to_value};
use crate::contract::{ApiError, ErrorKind};
use crate::domain::AuditLine;
use crate::domain::audit::AuditFilter;
use crate::domain::schedule::{DayEdge, read_moment};
use crate::export::{ExportFile, Overwrite};
use crate::outbox::Outbox;
use crate::settings::Settings;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::io::Write;

const HEADERS: [&str; 7] = [
    "line",
    "time",
    "batch",
    "action",
    "recipient",
    "rule",
    "what",
];

/// Runs an `audit` command.
///
/// # Errors
/// What the record says, a time that cannot be read, a file that cannot be written.
pub fn run(context: &Context, command: &AuditCommand) -> Result<ExitStatus, ApiError> {
    let settings = context.settings()?;
    settings.folders.make_data()?;
    let outbox = open_at(&settings.folders.data.path)?;
    outbox.copy_audit();
    match command {
        AuditCommand::Show(args) => show(context, &settings, &outbox, args),
        AuditCommand::Verify => verify(context, &outbox),
        AuditCommand::Export(args) => export(context, &outbox, args),
    }
}

fn show(
    context: &Context,
    settings: &Settings,
    outbox: &Outbox,
    args: &AuditShow,
) -> Result<ExitStatus, ApiError> {
    let now = context.now_in_zone(settings);
    let since = args
        .since
        .as_deref()
        .map(|text| read_moment(text, &now, DayEdge::Start));
    let since = since
        .transpose()
        .map_err(|sentence| usage(sentence, "`alertdesk help audit show` has examples."))?;
    let filter = AuditFilter {
        batch: args.batch.as_deref().map(number).transpose()?,
        recipient: args.recipient.as_deref().map(wanted).transpose()?,
        since,
    };
    let limit = if args.all { u64::MAX >> 1 } else { args.limit };
    let lines = outbox.audit(&filter, limit)?;
    let rows: Vec<Row> = lines
        .iter()
        .map(|line| row(line, now.time_zone()))
        .collect();
    context.output.list(&HEADERS, &rows);
    if rows.is_empty() {
        context.output.note("No line of the audit fits.");
    } else if rows.len() as u64 == limit {
        let text = format!("The newest {limit} lines; --all shows every one that fits.");
        context.output.note(&text);
    }
    Ok(ExitStatus::Done)
}

/// A number as people write it becomes its digits; an id stays as it is.
fn wanted(text: &str) -> Result<String, ApiError> {
    let numeric = text
        .chars()
        .all(|letter| letter.is_ascii_digit() || " +()-.".contains(letter));
    let wanted: String = if numeric {
        text.chars().filter(char::is_ascii_digit).collect()
    } else {
        text.trim().to_owned()
    };
    if wanted.is_empty() {
        return Err(usage(
            "--recipient names nobody",
            "Give a number, or its last digits.",
        ));
    }
    Ok(wanted)
}

fn row(line: &AuditLine, zone: &TimeZone) -> Row {
    let reading = line.read();
    let at = line.at.to_zoned(zone.clone());
    let cells = vec![
        line.seq.to_string(),
        at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        line.batch
            .map_or_else(String::new, |batch| batch.0.to_string()),
        reading.action,
        reading.recipient.unwrap_or_default(),
        reading.rule.unwrap_or_default(),
        if reading.purged {
            format!("{} (personal text purged)", reading.what)
        } else {
            reading.what
        },
    ];
    Row {
        document: serde_json::from_str(&line.jsonl()).unwrap_or(Value::Null),
        cells,
    }
}

fn verify(context: &Context, outbox: &Outbox) -> Result<ExitStatus, ApiError> {
    let check = outbox.verify_audit()?;
    let Some(broken) = &check.broken else {
        let document = json!({ "lines": check.lines, "intact": true });
        context
            .output
            .document(&document, &[("audit", check.sentence())]);
        return Ok(ExitStatus::Done);
    };
    let document = json!({
        "lines": check.lines,
        "intact": false,
        "first_broken_line": broken.seq,
        "what": broken.what,
    });
    context
        .output
        .document(&document, &[("audit", check.sentence())]);
    context.output.note(
        "Lines before it are what was written. Keep the data folder as it is and compare it with a \
         copy: audit.jsonl, or a file of `alertdesk audit export`.",
    );
    Ok(ExitStatus::Failed)
}

fn export(context: &Context, outbox: &Outbox, args: &ToFile) -> Result<ExitStatus, ApiError> {
    let ending = args
        .to
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    if ending.as_deref() != Some("jsonl") {
        return Err(ApiError::new(
            ErrorKind::Usage,
            format!("{} does not end in .jsonl", args.to.display()),
            "The audit is written as JSON Lines; name the file so.",
        ));
    }
    let mut file = std::io::BufWriter::new(ExportFile::create(&args.to, args.overwrite())?);
    let failed = |error: std::io::Error| ExportFile::failed(&args.to, &error);
    let lines = outbox
        .snapshot()?
        .each_audit_line(|line| writeln!(file, "{}", line.jsonl()).map_err(failed))?;
    let file = file
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    file.keep()?;
    let name = args.to.display().to_string();
    let document = json!({ "file": name, "lines": lines });
    let written = [("file", name), ("lines", lines.to_string())];
    context.output.document(&to_value(&document), &written);
    Ok(ExitStatus::Done)
}

impl ToFile {
    /// Whether a file that is there may be replaced.
    pub fn overwrite(&self) -> Overwrite {
        if self.force {
            Overwrite::Replace
        } else {
            Overwrite::Refuse
        }
    }
}
