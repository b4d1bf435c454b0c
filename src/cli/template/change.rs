//! `template edit|remove|restore`: what people change about the library.

use super::{find, find_ever};
use crate::cli::args::TemplateName;
use crate::cli::args_template::{TemplateEditArgs, TemplateRestore};
use crate::cli::context::{Context, as_sentence, name_and_value, storage, usage};
use crate::cli::exit::ExitStatus;
use crate::contract::{ApiError, ErrorKind};
use crate::domain::Template;
use crate::domain::template::{MOST_BUTTONS, TemplateEdit, Wording};
use crate::store::{ChangeError, Library};
use serde_json::{Value, json};

/// Changes labels, fallbacks, words, category and note of the newest version.
///
/// # Errors
/// Nothing to change, a name that is not there, or a change that cannot be made.
pub fn edit(
    context: &Context,
    library: &Library,
    args: &TemplateEditArgs,
) -> Result<ExitStatus, ApiError> {
    let name = &args.template;
    let before = find(library, &name.name, name.language.as_deref())?;
    let edit = read_edit(&before, args)?;
    if edit == TemplateEdit::default() {
        return Err(usage(
            "nothing to change is given",
            "Give --label, --fallback, --note, --category, --header, --body, --footer or --button.",
        ));
    }
    let edited = library.edit_template(&before.name, &before.language, &edit);
    let edited = edited.map_err(|error| refused(&error))?;
    let changes = edited.changes_since(&before);
    let listed: Vec<Value> = changes
        .iter()
        .map(|one| json!({ "what": one.what, "before": one.before, "after": one.after }))
        .collect();
    let words: Vec<String> = changes
        .iter()
        .map(|one| match &one.after {
            Some(after) => format!("{}: {after}", one.what),
            None => format!("{}: taken away", one.what),
        })
        .collect();
    context.output.document(
        &json!({
            "name": edited.name, "language": edited.language, "version": edited.version,
            "changes": listed,
        }),
        &[
            ("name", edited.name.clone()),
            ("language", edited.language.clone()),
            ("version", edited.version.to_string()),
            (
                "changed",
                if words.is_empty() {
                    "nothing".to_owned()
                } else {
                    words.join("\n")
                },
            ),
        ],
    );
    Ok(ExitStatus::Done)
}

fn read_edit(template: &Template, args: &TemplateEditArgs) -> Result<TemplateEdit, ApiError> {
    Ok(TemplateEdit {
        labels: pairs("--label", &args.label)?,
        fallbacks: pairs("--fallback", &args.fallback)?,
        note: args.note.clone(),
        category: args.category.clone(),
        wording: read_wording(template, args)?,
    })
}

fn pairs(option: &str, given: &[String]) -> Result<Vec<(String, String)>, ApiError> {
    let pair = |text: &String| {
        let (place, text) = name_and_value(option, text)?;
        Ok((place.to_owned(), text.to_owned()))
    };
    given.iter().map(pair).collect()
}

/// The words with what is given; `None` if nothing is.
fn read_wording(template: &Template, args: &TemplateEditArgs) -> Result<Option<Wording>, ApiError> {
    let body = match &args.body_file {
        Some(file) => Some(super::read_text(file)?.trim_end_matches('\n').to_owned()),
        None => args.body.clone(),
    };
    let mut wording = template.wording.clone();
    let given = [
        (&mut wording.header, args.header.as_ref()),
        (&mut wording.body, body.as_ref()),
        (&mut wording.footer, args.footer.as_ref()),
    ];
    let mut changed = !args.button.is_empty();
    for (words, text) in given {
        if let Some(text) = text {
            changed = true;
            *words = Some(text.clone()).filter(|text| !text.trim().is_empty());
        }
    }
    for (index, label) in pairs("--button", &args.button)? {
        let index = index.parse().ok().filter(|index| *index < MOST_BUTTONS);
        let index = index.ok_or_else(|| {
            usage(
                "--button takes the index of a button, 0 to 9, and its label",
                "Write it as --button 0=LABEL.",
            )
        })?;
        template.name_button(&mut wording, index, label.trim());
    }
    Ok(changed.then_some(wording))
}

/// Takes a template, or one of its languages, out of the library.
///
/// # Errors
/// A name or a language that is not there.
pub fn remove(
    context: &Context,
    library: &Library,
    name: &TemplateName,
) -> Result<ExitStatus, ApiError> {
    let language = name.language.as_deref();
    let removed = library.remove_template(&name.name, language, context.started);
    if !removed.map_err(|error| storage(&error))? {
        // Says what is there instead.
        find(library, &name.name, language)?;
    }
    let mut document = json!({ "removed": name.name });
    if let (Some(code), Some(object)) = (language, document.as_object_mut()) {
        object.insert("language".to_owned(), json!(code));
    }
    let lines = [
        ("removed", name.name.clone()),
        ("language", language.unwrap_or("all of them").to_owned()),
    ];
    context.output.document(&document, &lines);
    Ok(ExitStatus::Done)
}

/// Brings an older version back as the newest one.
///
/// # Errors
/// A name that never was there, a version that is not, or the one in use.
pub fn restore(
    context: &Context,
    library: &Library,
    args: &TemplateRestore,
) -> Result<ExitStatus, ApiError> {
    let name = &args.template;
    let template = find_ever(library, &name.name, name.language.as_deref())?;
    let version = library
        .restore_template(
            &template.name,
            &template.language,
            args.version,
            context.started,
        )
        .map_err(|error| refused(&error))?;
    context.output.document(
        &json!({
            "name": template.name, "language": template.language, "version": version,
            "restored": args.version,
        }),
        &[
            ("name", template.name.clone()),
            ("language", template.language.clone()),
            (
                "version",
                format!("{version}, the same as {}", args.version),
            ),
        ],
    );
    Ok(ExitStatus::Done)
}

fn refused(error: &ChangeError) -> ApiError {
    match error {
        ChangeError::Store(error) => storage(error),
        ChangeError::Edit(error) => {
            let (message, advice) = error.text.rsplit_once(": ").unwrap_or((&error.text, ""));
            usage(message, as_sentence(advice))
        }
        ChangeError::Missing(_) => ApiError::new(
            ErrorKind::NotFound,
            error.to_string(),
            "`alertdesk template list` shows what there is.",
        ),
        ChangeError::Version(text) => ApiError::new(
            ErrorKind::NotFound,
            text.clone(),
            "`alertdesk template show NAME --versions` lists them.",
        ),
    }
}
