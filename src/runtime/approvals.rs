//! The two files between a person who plans and a person who approves, for commands and for the
//! dashboard: the plan is written, and what was signed is taken in. Blocks. Nothing is signed here
//! as an approval, and nothing opens a connection.

use crate::contract::{ApiError, ErrorKind};
use crate::domain::{Approved, Batch, BatchId};
use crate::export::{ExportFile, Overwrite};
use crate::outbox::approval::{GivenApproval, ToApprove};
use crate::outbox::{Outbox, operator};
use crate::pack::approval::{About, Approval, ApprovalError, PlanFile};
use crate::pack::{PackError, SigningKey};
use crate::store::Library;
use crate::text::format;
use crate::text::sanitize::clean_line;
use jiff::Timestamp;
use std::io::{Read, Write};
use std::path::Path;

/// The largest plan that is read: some two million people.
const MOST_OF_A_PLAN: u64 = 2_000_000_000;
/// The largest approval that is read; it names no people.
const MOST_OF_AN_APPROVAL: u64 = 1_000_000;

/// The pair of this data folder, made with the first use.
///
/// # Errors
/// A library that cannot be used, or a kept key that is damaged.
pub fn own_key(library: &Library) -> Result<SigningKey, ApiError> {
    let damaged = |error: PackError| ApiError::new(ErrorKind::Refused, error.to_string(), "");
    let made = SigningKey::make().map_err(damaged)?;
    let kept = library
        .own_key(&made)
        .map_err(|error| ApiError::from(&error))?;
    SigningKey::read(&kept).map_err(damaged)
}

/// Writes a batch that waits for an approval into a file, whole and signed; gives the batch.
///
/// # Errors
/// A batch that waits for none, or a file that cannot be written; no file is left then.
pub fn request(
    outbox: &Outbox,
    key: &SigningKey,
    batch: BatchId,
    (path, overwrite): (&Path, Overwrite),
    now: Timestamp,
) -> Result<Batch, ApiError> {
    let mut file = ExportFile::create(path, overwrite)?;
    let ToApprove {
        stored,
        notes,
        calls,
    } = outbox.to_approve(batch)?;
    let batch = stored.batch;
    let about = About {
        batch: batch.id,
        target: (&stored.target).into(),
        plan_sha256: batch.plan_sha256.as_str().to_owned(),
        recipients: calls.iter().map(|call| call.recipients.len() as u64).sum(),
    };
    let mut plan = PlanFile::new(about, operator(), now);
    plan.calls = calls;
    plan.profile.clone_from(&batch.profile);
    batch.kind.word().clone_into(&mut plan.kind);
    plan.title.clone_from(&batch.title);
    (plan.publish, plan.due) = (stored.publish_at, stored.due);
    plan.notes = notes;
    let text = plan.seal(key).map_err(|error| refused(&error))?;
    drop(plan);
    // Whoever opens it must find what was confirmed; better known here than there.
    PlanFile::open(&text).map_err(|error| refused(&error))?;
    file.write_all(text.as_bytes())
        .map_err(|error| ExportFile::failed(path, &error))?;
    file.keep()?;
    Ok(batch)
}

/// Takes what a second person signed into the record; the batch stays held until it is resumed.
///
/// # Errors
/// No approval, one that was changed, or one that does not count; nothing is changed then.
pub fn take(outbox: &Outbox, key: &SigningKey, path: &Path) -> Result<Batch, ApiError> {
    let text = read(path, MOST_OF_AN_APPROVAL)?;
    let (approval, signer) = Approval::open(&text).map_err(|error| refused(&error))?;
    let approved = Approved {
        key: signer.as_str().to_owned(),
        by: clean_line(&approval.approved_by).into_owned(),
        at: approval.made,
    };
    let given = GivenApproval {
        plan_sha256: &approval.about.plan_sha256,
        recipients: approval.about.recipients,
        approved: &approved,
        fingerprint: &signer.fingerprint(),
        is_own: signer == key.public(),
    };
    Ok(outbox.take_approval(approval.about.batch, &given)?)
}

/// The text of a plan that somebody else wrote.
///
/// # Errors
/// What cannot be read, is too large or no text.
pub fn read_plan(path: &Path) -> Result<String, ApiError> {
    read(path, MOST_OF_A_PLAN)
}

fn read(path: &Path, most: u64) -> Result<String, ApiError> {
    let usage = |message: String, advice: &str| ApiError::new(ErrorKind::Usage, message, advice);
    let shown = path.display();
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
        .map_err(|error| {
            let advice = "Check the path and its rights.";
            usage(format!("{shown} cannot be read: {error}"), advice)
        })?;
    if bytes.len() as u64 > most {
        let most = format::file_size(usize::try_from(most).unwrap_or(usize::MAX));
        let advice = "Give the file that the other person wrote with `alertdesk approval`.";
        return Err(usage(format!("{shown} has more than {most}"), advice));
    }
    String::from_utf8(bytes).map_err(|_| {
        let advice = "Ask for it again: it was changed on its way.";
        usage(format!("{shown} is not UTF-8 text"), advice)
    })
}

/// Why a file is not taken, with what to do.
pub fn refused(error: &ApprovalError) -> ApiError {
    let text = error.to_string();
    let (message, advice) = text.split_once(": ").unwrap_or((&text, ""));
    let kind = match error {
        ApprovalError::NotAPlan | ApprovalError::NotAnApproval => ErrorKind::Usage,
        ApprovalError::Newer(_) | ApprovalError::Signature | ApprovalError::Content(_) => {
            ErrorKind::Refused
        }
    };
    ApiError::new(kind, message, format::as_sentence(advice))
}
