//! `template export` and `template import-pack`: one signed file for a team. The secret half of
//! the key never leaves the data folder, and nothing is taken before signature and signer are
//! settled.

use super::read_text;
use crate::cli::args_template::{TemplateExport, TemplateImportPack};
use crate::cli::context::{Context, as_sentence, storage, usage};
use crate::cli::exit::ExitStatus;
use crate::cli::output::to_value;
use crate::contract::{ApiError, ErrorKind};
use crate::domain::{Flow, Template};
use crate::export::{ExportFile, Overwrite};
use crate::pack::{Pack, PackError, PublicKey, SigningKey};
use crate::runtime::approvals::own_key;
use crate::store::Library;
use crate::store::library::{PackTake, Taken, TakenAs};
use crate::text::format::{counted, day};
use crate::text::nearest::nearest;
use serde_json::json;
use std::io::{BufRead, IsTerminal, Write};

/// Writes templates and flows into one signed file.
///
/// # Errors
/// A name that is not there, nothing to write, or a file that cannot be written.
pub fn export(
    context: &Context,
    library: &Library,
    args: &TemplateExport,
) -> Result<ExitStatus, ApiError> {
    let overwrite = if args.force {
        Overwrite::Replace
    } else {
        Overwrite::Refuse
    };
    let mut file = ExportFile::create(&args.to, overwrite)?;
    let (templates, flows) = chosen(library, &args.names)?;
    let key = own_key(library)?;
    let pack = Pack::new(templates, flows, context.started);
    let text = pack.seal(&key).map_err(|error| refused(&error))?;
    file.write_all(text.as_bytes())
        .map_err(|error| ExportFile::failed(&args.to, &error))?;
    file.keep()?;
    let fingerprint = key.public().fingerprint();
    let names: Vec<String> = pack
        .templates
        .iter()
        .map(|one| format!("{} {} version {}", one.name, one.language, one.version))
        .collect();
    let flows: Vec<&str> = pack.flows.iter().map(|one| one.name.as_str()).collect();
    context.output.document(
        &json!({
            "file": args.to, "fingerprint": fingerprint, "templates": pack.templates.len(),
            "flows": pack.flows.len(),
        }),
        &[
            ("file", args.to.display().to_string()),
            ("fingerprint", fingerprint.clone()),
            ("templates", names.join("\n")),
            ("flows", flows.join("\n")),
        ],
    );
    context.output.note(
        "Notes, labels and media links go along as they are; values of past sends do not. \
         Tell your team the fingerprint by another way than the file.",
    );
    Ok(ExitStatus::Done)
}

/// The templates and flows of these names; everything without any.
fn chosen(library: &Library, names: &[String]) -> Result<(Vec<Template>, Vec<Flow>), ApiError> {
    let mut templates = library.templates().map_err(|error| storage(&error))?;
    let mut flows = library.flows().map_err(|error| storage(&error))?;
    let known = || {
        let flows = flows.iter().map(|one| one.name.as_str());
        templates.iter().map(|one| one.name.as_str()).chain(flows)
    };
    if let Some(missing) = names.iter().find(|name| !known().any(|one| one == *name)) {
        let advice = nearest(missing, known()).map_or_else(
            || "`alertdesk template list` and `flow list` show what there is.".to_owned(),
            |near| format!("Did you mean `{near}`?"),
        );
        return Err(ApiError::new(
            ErrorKind::NotFound,
            format!("there is no template and no flow `{missing}`"),
            advice,
        ));
    }
    if !names.is_empty() {
        templates.retain(|one| names.contains(&one.name));
        flows.retain(|one| names.contains(&one.name));
    }
    if templates.is_empty() && flows.is_empty() {
        return Err(usage(
            "there is nothing to export: the library is empty",
            "`alertdesk template import FILE` adds a template.",
        ));
    }
    Ok((templates, flows))
}

/// Whether a pack was signed in this data folder.
fn is_own(library: &Library, key: &PublicKey) -> Result<bool, ApiError> {
    let kept = library.kept_key().map_err(|error| storage(&error))?;
    let own = kept.map(|secret| SigningKey::read(&secret)).transpose();
    let own = own.map_err(|error| refused(&error))?;
    Ok(own.is_some_and(|own| own.public() == *key))
}

/// Takes a signed file into the library.
///
/// # Errors
/// What is no pack, was changed, is of a newer version or of a signer who is not trusted. Nothing
/// is taken then.
pub fn import(
    context: &Context,
    library: &Library,
    args: &TemplateImportPack,
) -> Result<ExitStatus, ApiError> {
    let text = read_text(&args.file)?;
    let (pack, key) = Pack::open(&text).map_err(|error| not_taken(&error))?;
    let trusted = settle_trust(context, library, (&pack, &key), args.trust.as_deref())?;
    let take = PackTake {
        key: key.as_str(),
        templates: &pack.templates,
        flows: &pack.flows,
        replace_flows: args.replace_flows,
    };
    let taken = library.take_pack(take, context.started);
    let taken = taken.map_err(|error| storage(&error))?;
    let entries: Vec<_> = taken
        .iter()
        .map(|one| {
            json!({
                "kind": if one.language.is_some() { "template" } else { "flow" },
                "name": one.name, "language": one.language, "version": one.version,
                "result": result(one.taken),
            })
        })
        .collect();
    context.output.document(
        &json!({
            "fingerprint": key.fingerprint(), "trusted": trusted.word(), "program": pack.program,
            "made": to_value(&pack.made), "entries": entries,
        }),
        &[
            (
                "signed by",
                format!("{}, {}", key.fingerprint(), trusted.sentence()),
            ),
            ("templates", lines(&taken, true)),
            ("flows", lines(&taken, false)),
        ],
    );
    if taken.iter().any(|one| one.taken == TakenAs::Kept) {
        context.output.note(
            "A flow of that name with another key or other attributes is there already and stays; \
             --replace-flows takes the pack's.",
        );
    }
    Ok(ExitStatus::Done)
}

fn lines(taken: &[Taken], templates: bool) -> String {
    let wanted = taken
        .iter()
        .filter(|one| one.language.is_some() == templates);
    let line = |one: &Taken| match (&one.language, one.version) {
        (Some(language), Some(version)) => {
            format!(
                "{} {language}: {}, version {version}",
                one.name,
                result(one.taken)
            )
        }
        (_, _) => format!("{}: {}", one.name, result(one.taken)),
    };
    wanted.map(line).collect::<Vec<_>>().join("\n")
}

fn result(taken: TakenAs) -> &'static str {
    match taken {
        TakenAs::New => "new",
        TakenAs::Changed => "changed",
        TakenAs::Unchanged => "unchanged",
        TakenAs::Kept => "kept",
    }
}

/// Why a signer is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    Own,
    Before,
    Now,
}

impl Trust {
    fn word(self) -> &'static str {
        match self {
            Trust::Own => "own",
            Trust::Before => "before",
            Trust::Now => "now",
        }
    }

    fn sentence(self) -> &'static str {
        match self {
            Trust::Own => "this data folder itself",
            Trust::Before => "trusted before",
            Trust::Now => "trusted from now on",
        }
    }
}

fn settle_trust(
    context: &Context,
    library: &Library,
    (pack, key): (&Pack, &PublicKey),
    given: Option<&str>,
) -> Result<Trust, ApiError> {
    let fingerprint = key.fingerprint();
    if let Some(given) = given
        && !key.has_fingerprint(given)
    {
        return Err(ApiError::new(
            ErrorKind::Refused,
            format!("nothing was taken: the pack is signed by {fingerprint}, not by {given}"),
            "Ask who made it; do not take a pack of somebody else.",
        ));
    }
    if is_own(library, key)? {
        return Ok(Trust::Own);
    }
    let before = library
        .trusts(key.as_str())
        .map_err(|error| storage(&error))?;
    if before {
        return Ok(Trust::Before);
    }
    if given.is_some() || asked(context, pack, &fingerprint)? {
        return Ok(Trust::Now);
    }
    Err(ApiError::new(
        ErrorKind::Refused,
        "nothing was taken: the signer was not confirmed",
        format!("Ask who made it for the fingerprint, then give --trust {fingerprint}."),
    ))
}

/// Asks on a terminal whether the signer is the person they seem to be.
fn asked(context: &Context, pack: &Pack, fingerprint: &str) -> Result<bool, ApiError> {
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Err(ApiError::new(
            ErrorKind::Refused,
            format!(
                "nothing was taken: the pack is signed by {fingerprint}, and no pack of that \
                 signer was taken here before"
            ),
            format!("If who made it tells you the same fingerprint, give --trust {fingerprint}."),
        ));
    }
    let today = context.started.to_zoned(jiff::tz::TimeZone::UTC).date();
    let made = pack.made.to_zoned(jiff::tz::TimeZone::UTC).date();
    context.output.note(&format!(
        "{} and {} of {}, signed by",
        counted(pack.templates.len() as u64, "template"),
        counted(pack.flows.len() as u64, "flow"),
        day(made, today),
    ));
    context.output.note(&format!("  {fingerprint}"));
    context.output.note(
        "No pack of that signer was taken here before. Compare it with what the person who made \
         the pack tells you, then type its last four signs and Enter; anything else stops.",
    );
    let mut typed = String::new();
    let read = std::io::stdin().lock().read_line(&mut typed);
    let last = fingerprint.rsplit('-').next().unwrap_or_default();
    Ok(read.is_ok() && typed.trim() == last)
}

fn refused(error: &PackError) -> ApiError {
    let text = error.to_string();
    let (message, advice) = text.split_once(": ").unwrap_or((&text, ""));
    let kind = match error {
        PackError::NotAPack => ErrorKind::Usage,
        PackError::Newer(_) | PackError::Signature | PackError::Content(_) | PackError::Key(_) => {
            ErrorKind::Refused
        }
    };
    ApiError::new(kind, message, as_sentence(advice))
}

fn not_taken(error: &PackError) -> ApiError {
    let refused = refused(error);
    ApiError {
        message: format!("nothing was taken: {}", refused.message),
        ..refused
    }
}
