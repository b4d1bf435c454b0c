//! `approval …`: one person's plan becomes a file, a second person looks at it and signs, the first
//! takes the signature in. Works without a server; nothing here opens a connection.

mod words;

use super::args_approval::{ApprovalCommand, ApprovalGive, ApprovalRequest, ApprovalTake};
use super::context::{Context, usage};
use super::exit::ExitStatus;
use super::outbox::{number, open_at, print_batch};
use crate::contract::{ApiError, ErrorKind};
use crate::export::{ExportFile, Overwrite};
use crate::outbox::operator;
use crate::pack::approval::{Approval, PlanFile};
use crate::pack::{PublicKey, SigningKey};
use crate::runtime::approvals::{self, own_key, refused};
use crate::text::format;
use serde_json::json;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;
use words::{in_words, passed};

/// Runs an `approval` command.
///
/// # Errors
/// What cannot be read, written or approved, in a sentence.
pub fn run(context: &Context, command: &ApprovalCommand) -> Result<ExitStatus, ApiError> {
    let settings = context.settings()?;
    let library = context.library(&settings)?;
    let key = own_key(&library)?;
    let folder = &settings.folders.data.path;
    match command {
        ApprovalCommand::Key => print_key(context, &key.public()),
        ApprovalCommand::Request(args) => request(context, folder, &key, args)?,
        ApprovalCommand::Give(args) => give(context, &key, args)?,
        ApprovalCommand::Take(args) => take(context, folder, &key, args)?,
    }
    Ok(ExitStatus::Done)
}

fn print_key(context: &Context, key: &PublicKey) {
    let (all, short) = (key.as_str().to_owned(), key.fingerprint());
    context.output.document(
        &json!({ "key": all, "fingerprint": short }),
        &[("key", all.clone()), ("fingerprint", short.clone())],
    );
    context.output.note(
        "Whoever plans writes the key into approval.keys of the profile; compare the fingerprint by \
         another way.",
    );
}

/// Writes a held batch for somebody else to look at.
fn request(
    context: &Context,
    folder: &Path,
    key: &SigningKey,
    args: &ApprovalRequest,
) -> Result<(), ApiError> {
    let outbox = open_at(folder)?;
    let to = (args.to.as_path(), overwrite(args.force));
    let batch = approvals::request(&outbox, key, number(&args.batch)?, to, context.started)?;
    context.output.document(
        &json!({ "file": args.to, "batch": batch.id, "plan_sha256": batch.plan_sha256 }),
        &[
            ("file", args.to.display().to_string()),
            ("batch", batch.id.0.to_string()),
            ("plan", batch.plan_sha256.short().to_owned()),
        ],
    );
    context.output.note(
        "It holds numbers and texts of everybody: hand it over as carefully as the list itself. \
         `alertdesk approval give` signs it, `approval take` takes the answer.",
    );
    Ok(())
}

/// Shows a plan and signs it.
fn give(context: &Context, key: &SigningKey, args: &ApprovalGive) -> Result<(), ApiError> {
    let text = approvals::read_plan(&args.file)?;
    let (plan, asked_by) = PlanFile::open(&text).map_err(|error| refused(&error))?;
    if asked_by == key.public() {
        return Err(ApiError::new(
            ErrorKind::Refused,
            "nothing was signed: the plan was made in this very data folder",
            "Somebody else approves it, with the data folder of their own.",
        ));
    }
    drop(text);
    if let Some(at) = passed(&plan, context.started) {
        return Err(ApiError::new(
            ErrorKind::Refused,
            format!(
                "nothing was signed: its time has passed, {}",
                format::planned(&at.to_zoned(context.zone()))
            ),
            "Ask for a new plan with a later time.",
        ));
    }
    let mut file = ExportFile::create(&args.to, overwrite(args.force))?;
    for line in in_words(context, &plan, &asked_by) {
        context.output.note(&line);
    }
    settle(context, plan.about.recipients, args.confirm)?;
    let approval = Approval {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made: context.started,
        approved_by: operator(),
        about: plan.about,
    };
    let signed = approval.seal(key).map_err(|error| refused(&error))?;
    file.write_all(signed.as_bytes())
        .map_err(|error| ExportFile::failed(&args.to, &error))?;
    file.keep()?;
    let fingerprint = key.public().fingerprint();
    context.output.document(
        &json!({
            "file": args.to, "fingerprint": fingerprint, "plan_sha256": approval.about.plan_sha256,
            "recipients": approval.about.recipients,
        }),
        &[
            ("file", args.to.display().to_string()),
            ("signed by", fingerprint.clone()),
        ],
    );
    Ok(())
}

/// Takes an approval into the record.
fn take(
    context: &Context,
    folder: &Path,
    key: &SigningKey,
    args: &ApprovalTake,
) -> Result<(), ApiError> {
    let batch = approvals::take(&open_at(folder)?, key, &args.file)?;
    print_batch(context, &batch);
    context.output.note(&format!(
        "`alertdesk outbox resume {} --confirm {}` lets it go.",
        batch.id.0, batch.counts.queued
    ));
    Ok(())
}

/// The number of people is typed, or given.
fn settle(context: &Context, people: u64, given: Option<u64>) -> Result<(), ApiError> {
    let nothing = |message: String, advice: &str| {
        Err(ApiError::new(
            ErrorKind::Refused,
            message,
            advice.to_owned(),
        ))
    };
    let typed = match given {
        Some(count) => count.to_string(),
        None if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() => {
            context.output.note(&format!(
                "Type {people} and Enter to sign that this may leave; anything else stops."
            ));
            let mut line = String::new();
            // What cannot be read is not the number.
            match std::io::stdin().lock().read_line(&mut line) {
                Ok(_) => line.trim().to_owned(),
                Err(_) => String::new(),
            }
        }
        None => {
            return Err(usage(
                format!(
                    "nothing was signed: without a terminal it needs --confirm COUNT, and this reaches {people}"
                ),
                format!("Look at what it says, then give --confirm {people}."),
            ));
        }
    };
    if typed == people.to_string() {
        return Ok(());
    }
    nothing(
        format!("nothing was signed: this reaches {people}, not `{typed}`"),
        "Look at what it says and give the command again.",
    )
}

fn overwrite(force: bool) -> Overwrite {
    if force {
        Overwrite::Replace
    } else {
        Overwrite::Refuse
    }
}
