//! `approval …`: one person's plan becomes a file, a second person looks at it and signs, the first
//! takes the signature in. Works without a server; nothing here opens a connection.

mod words;

use super::args_approval::{ApprovalCommand, ApprovalGive, ApprovalRequest, ApprovalTake};
use super::context::{Context, as_sentence, usage};
use super::exit::ExitStatus;
use super::outbox::{number, open_at, print_batch};
use super::template::own_key;
use crate::contract::{ApiError, ErrorKind};
use crate::domain::Approved;
use crate::export::{ExportFile, Overwrite};
use crate::outbox::approval::{GivenApproval, ToApprove};
use crate::outbox::operator;
use crate::pack::approval::{About, Approval, ApprovalError, PlanFile};
use crate::pack::{PublicKey, SigningKey};
use crate::text::format;
use crate::text::sanitize::clean_line;
use serde_json::json;
use std::io::{BufRead, IsTerminal, Read, Write};
use std::path::Path;
use words::{in_words, passed};

/// The largest plan that is read: some two million people.
const MOST_OF_A_PLAN: u64 = 2_000_000_000;
/// The largest approval that is read; it names no people.
const MOST_OF_AN_APPROVAL: u64 = 1_000_000;

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
    let mut file = ExportFile::create(&args.to, overwrite(args.force))?;
    let outbox = open_at(folder)?;
    let ToApprove {
        stored,
        notes,
        calls,
    } = outbox.to_approve(number(&args.batch)?)?;
    let batch = &stored.batch;
    let about = About {
        batch: batch.id,
        target: (&stored.target).into(),
        plan_sha256: batch.plan_sha256.as_str().to_owned(),
        recipients: calls.iter().map(|call| call.recipients.len() as u64).sum(),
    };
    let mut plan = PlanFile::new(about, operator(), context.started).with_calls(&calls);
    plan.profile.clone_from(&batch.profile);
    batch.kind.word().clone_into(&mut plan.kind);
    plan.title.clone_from(&batch.title);
    (plan.publish, plan.due) = (stored.publish_at, stored.due);
    plan.notes = notes;
    let text = plan.seal(key).map_err(|error| refused(&error))?;
    // Whoever opens it must find what was confirmed; better known here than there.
    PlanFile::open(&text).map_err(|error| refused(&error))?;
    keep(&mut file, &args.to, &text)?;
    file.keep()?;
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
    let text = read_file(&args.file, MOST_OF_A_PLAN)?;
    let (plan, calls, asked_by) = PlanFile::open(&text).map_err(|error| refused(&error))?;
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
    for line in in_words(context, &plan, (&calls, &asked_by)) {
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
    keep(&mut file, &args.to, &signed)?;
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
    let text = read_file(&args.file, MOST_OF_AN_APPROVAL)?;
    let (approval, signer) = Approval::open(&text).map_err(|error| refused(&error))?;
    let outbox = open_at(folder)?;
    let approved = Approved {
        key: signer.as_str().to_owned(),
        by: clean_line(&approval.approved_by).into_owned(),
        at: approval.made,
    };
    let batch = outbox.take_approval(
        approval.about.batch,
        &GivenApproval {
            plan_sha256: &approval.about.plan_sha256,
            recipients: approval.about.recipients,
            approved: &approved,
            fingerprint: &signer.fingerprint(),
            is_own: signer == key.public(),
        },
    )?;
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

fn keep(file: &mut ExportFile, path: &Path, text: &str) -> Result<(), ApiError> {
    file.write_all(text.as_bytes())
        .map_err(|error| ExportFile::failed(path, &error))
}

/// The whole text of a file of at most so many bytes.
fn read_file(path: &Path, most: u64) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
        .map_err(|error| {
            usage(
                format!("{} cannot be read: {error}", path.display()),
                "Check the path and its rights.",
            )
        })?;
    if bytes.len() as u64 > most {
        let most = format::file_size(usize::try_from(most).unwrap_or(usize::MAX));
        return Err(usage(
            format!("{} has more than {most}", path.display()),
            "Give the file that the other person wrote with `alertdesk approval`.",
        ));
    }
    String::from_utf8(bytes).map_err(|_| {
        usage(
            format!("{} is not UTF-8 text", path.display()),
            "Ask for it again: it was changed on its way.",
        )
    })
}

fn refused(error: &ApprovalError) -> ApiError {
    let text = error.to_string();
    let (message, advice) = text.split_once(": ").unwrap_or((&text, ""));
    let kind = match error {
        ApprovalError::NotAPlan | ApprovalError::NotAnApproval => ErrorKind::Usage,
        ApprovalError::Newer(_) | ApprovalError::Signature | ApprovalError::Content(_) => {
            ErrorKind::Refused
        }
    };
    ApiError::new(kind, message, as_sentence(advice))
}
