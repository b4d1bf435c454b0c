//! The life of the dialog that adds templates: opened, filled, looked through, kept, closed with
//! its text at hand for the next time. Keys are masked here, before the text goes anywhere: to the
//! screen, to an effect or to the editor.

use super::state::{Context, State};
use super::update::{Effects, notify};
use super::{choosing, library};
use crate::contract::{
    Action, ApiError, Effect, ImportAnswer, KeptTemplates, NewTemplates, Notice, PaneId, Slot,
    StoreRequest,
};
use crate::domain::template::{
    Import, ImportError, TemplateEdit, carry_over, check_shape, mask_keys,
};
use crate::domain::{Guard, Template};
use crate::overlays::add_template::{self, Found, Page, Pasted, ProfileForm, Wish};
use crate::overlays::{Overlay, palette};
use crate::panes::template_composer::Draft;
use crate::text::sanitize;
use crate::widgets::TextField;
use crossterm::event::KeyEvent;

/// The open dialog, also while a question stands above it.
fn dialog(state: &mut State) -> Option<&mut add_template::State> {
    state.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::AddTemplate(dialog) => Some(&mut **dialog),
        Overlay::Page(_)
        | Overlay::Palette(_)
        | Overlay::Media(_)
        | Overlay::Review(_)
        | Overlay::Confirm(_)
        | Overlay::Prompt(_)
        | Overlay::Form(_)
        | Overlay::Link(_)
        | Overlay::Audit(_)
        | Overlay::Triage(_)
        | Overlay::Mapping(_)
        | Overlay::Checks(_)
        | Overlay::When(_)
        | Overlay::Phone(_) => None,
    })
}

/// Opens the dialog, with the text of last time if it was not kept.
pub fn open(state: &mut State) -> Effects {
    let before = state.half_imported.take().unwrap_or_default();
    state.overlays.push(Overlay::AddTemplate(before));
    read(state)
}

/// Runs an action of the dialog.
pub fn act(state: &mut State, action: Action) -> Effects {
    let wish = dialog(state).and_then(|dialog| add_template::act(dialog, action));
    wished(state, wish)
}

/// A key typed into the dialog.
pub fn key(state: &mut State, key: KeyEvent) -> Effects {
    let wish = dialog(state).and_then(|dialog| add_template::key(dialog, key));
    wished(state, wish)
}

/// A paste into the dialog. Keys are masked first, so that no undo can bring one back.
pub fn paste(state: &mut State, text: &str) -> Effects {
    let masked = mask_keys(text);
    let wish = dialog(state).and_then(|dialog| {
        dialog.key_found |= masked.found;
        add_template::paste(dialog, &masked.text)
    });
    wished(state, wish)
}

/// `$EDITOR` gives a text back; `None` if it was not the one of this dialog.
pub fn edited(state: &mut State, text: &str) -> Option<Effects> {
    let dialog = dialog(state)?;
    let masked = mask_keys(text.strip_suffix('\n').unwrap_or(text));
    dialog.key_found |= masked.found;
    dialog.text.set(&masked.text);
    Some(read(state))
}

fn wished(state: &mut State, wish: Option<Wish>) -> Effects {
    match wish {
        None => Vec::new(),
        Some(Wish::Close) => close(state),
        Some(Wish::Read) => read(state),
        Some(Wish::Keep) => keep(state),
        Some(Wish::EditExternally) => {
            let text = dialog(state).map(|dialog| dialog.text.text().to_string());
            text.map_or_else(Vec::new, |text| vec![Effect::EditExternally(text)])
        }
        Some(Wish::OfferProfile) => offer_profile(state),
        Some(Wish::AddProfile(profile)) => vec![Effect::AddProfile(profile)],
    }
}

/// Esc loses nothing: the text is there again when the dialog is opened again.
fn close(state: &mut State) -> Effects {
    if let Some(Overlay::AddTemplate(dialog)) = state.overlays.pop() {
        state.half_imported = Some(dialog).filter(|dialog| !dialog.text.is_empty());
    }
    state.tickets.forget(Slot::Import);
    vec![Effect::Cancel(Slot::Import)]
}

/// Masks the keys of the text and has it looked through.
fn read(state: &mut State) -> Effects {
    let Some(dialog) = dialog(state) else {
        return Vec::new();
    };
    let masked = mask_keys(&dialog.text.text());
    if masked.key.is_some() {
        // Put together by hand or from two pastes; the edits that did it are forgotten with it.
        let mut fresh = Pasted::default();
        fresh.paste(&masked.text);
        dialog.text = fresh;
    }
    dialog.key_found |= masked.found;
    if dialog.text.is_empty() {
        *dialog = add_template::State {
            text: std::mem::take(&mut dialog.text),
            ..add_template::State::default()
        };
        state.tickets.forget(Slot::Import);
        return vec![Effect::Cancel(Slot::Import)];
    }
    let (text, read_files) = (dialog.text.text(), dialog.read_files);
    match state.tickets.issue(Slot::Import) {
        Some(ticket) => vec![Effect::ReadImport {
            ticket,
            text,
            read_files,
        }],
        None => Vec::new(),
    }
}

/// The text was looked through.
pub fn answered(state: &mut State, answer: ImportAnswer) -> Effects {
    if !state.tickets.redeem(Slot::Import, answer.ticket) {
        return Vec::new();
    }
    match answer.result {
        Ok(import) => {
            let found = found(state, import);
            if let Some(dialog) = dialog(state) {
                dialog.show(found);
            }
        }
        Err(error) => {
            if let Some(dialog) = dialog(state) {
                let line = line_of(&dialog.text.text(), &error);
                dialog.fail(error, line);
            }
        }
    }
    Vec::new()
}

/// What was found, beside what the library and the profile say.
fn found(state: &State, import: Import) -> Found {
    let only = match import.templates.as_slice() {
        [only] => Some(&only.template),
        _ => None,
    };
    let before = only.and_then(|only| {
        let mut known = state.library.templates.iter();
        known.find(|one| one.name == only.name && one.language == only.language)
    });
    let template = only.map(|only| match before {
        Some(before) => carry_over(before, only),
        None => only.clone(),
    });
    let problems = template.as_ref().map(check_shape).unwrap_or_default();
    let differs = import.bot.differs_from(&state.profile.target);
    // The demo has no settings that a profile could go into.
    let offered = differs.is_some() && state.profile.guard != Guard::Sandbox;
    Found {
        template,
        known: before.map(|before| before.version),
        differs,
        account: import.bot.target().filter(|_| offered),
        problems: problems
            .iter()
            .map(|problem| sanitize::clean_line(&problem.text).into_owned())
            .collect(),
        import,
    }
}

/// The line of a mistake in the pasted text, clean, and the column from 0.
fn line_of(text: &str, error: &ImportError) -> Option<(String, usize)> {
    let at = error.at.as_ref().filter(|at| at.file.is_none())?;
    let line = text.lines().nth(at.line.checked_sub(1)?)?;
    let column = at.column.saturating_sub(1);
    // A line may be megabytes long; what is shown stands around the column.
    let from = column.saturating_sub(200);
    let near: String = line.chars().skip(from).take(600).collect();
    // One sign for one keeps the column.
    let clean = near
        .chars()
        .map(|sign| if sign.is_control() { '·' } else { sign });
    let clean: String = clean.collect();
    Some((sanitize::clean_line(&clean).into_owned(), column - from))
}

fn keep(state: &mut State) -> Effects {
    let new = match to_keep(state) {
        Ok(new) => new,
        Err(refusal) => {
            if let Some(dialog) = dialog(state) {
                dialog.refusal = Some(refusal.to_owned());
            }
            return Vec::new();
        }
    };
    if let Some(dialog) = dialog(state) {
        dialog.keeping = true;
    }
    vec![Effect::Store(StoreRequest::KeepTemplates(Box::new(new)))]
}

/// What would be kept now.
fn to_keep(state: &State) -> Result<NewTemplates, &'static str> {
    let Some(Overlay::AddTemplate(dialog)) = state.overlays.last() else {
        return Err("nothing is open");
    };
    if dialog.keeping {
        return Err("it is being kept");
    }
    if state.tickets.is_waiting(Slot::Import) {
        return Err("the text is still being read");
    }
    let found = dialog
        .found()
        .ok_or("nothing is found yet that could be kept")?;
    if dialog.names.problem.is_some() {
        return Err("a name or fallback cannot be used yet: see Names");
    }
    Ok(match &found.template {
        Some(template) => NewTemplates {
            templates: vec![template.clone()],
            edit: dialog.names.edit(),
        },
        None => NewTemplates {
            templates: all_of(state, &found.import),
            edit: TemplateEdit::default(),
        },
    })
}

/// Every template of a list, with what the library knew of each.
fn all_of(state: &State, import: &Import) -> Vec<Template> {
    let known = |template: &Template| {
        let mut known = state.library.templates.iter();
        known.find(|one| one.name == template.name && one.language == template.language)
    };
    let kept = |template: &Template| match known(template) {
        Some(before) => carry_over(before, template),
        None => template.clone(),
    };
    let reports = import.templates.iter();
    reports.map(|report| kept(&report.template)).collect()
}

/// The library took it, or a part of it.
pub fn kept(state: &mut State, answer: KeptTemplates, context: &Context<'_>) -> Effects {
    state.library.templates = answer.templates;
    library::renew_lists(state);
    if let Some(error) = answer.failed {
        if let Some(dialog) = dialog(state) {
            dialog.keeping = false;
        }
        let text = format!("✗ Not kept: {} {}", error.message, error.advice);
        notify(state, Notice::error("library", text));
        return Vec::new();
    }
    let open = state.overlays.len();
    let is_dialog = |overlay: &Overlay| matches!(overlay, Overlay::AddTemplate(_));
    state.overlays.retain(|overlay| !is_dialog(overlay));
    // Nothing opens by itself below a question.
    let is_open = state.overlays.len() < open && state.overlays.is_empty();
    let text = match answer.kept.as_slice() {
        [only] => {
            let name = sanitize::clean_line(&only.name);
            let language = sanitize::clean_line(&only.language);
            format!("✓ {name} · {language} is kept as version {}", only.version)
        }
        kept => format!("✓ {} templates are kept", kept.len()),
    };
    notify(state, Notice::fact("library", text));
    match answer.kept.into_iter().next() {
        Some(only) if is_open && wants_template(state) => {
            let target = palette::Target::Template(only.name, only.language);
            choosing::choose(state, target, context)
        }
        Some(_) | None => Vec::new(),
    }
}

/// A template goes into a draft that has none yet, or into a new one where none is open; a draft
/// that has another stays as it is.
fn wants_template(state: &State) -> bool {
    let here = state.focus == PaneId::Composer;
    match &state.composer.draft {
        None => here,
        Some(draft) => here && Draft::takes_template(draft) && draft.template.is_none(),
    }
}

fn offer_profile(state: &mut State) -> Effects {
    let taken = state.settings.profiles.iter();
    let taken: Vec<String> = taken.map(|(name, ..)| name.clone()).collect();
    let is_demo = state.profile.guard == Guard::Sandbox;
    let Some(dialog) = dialog(state) else {
        return Vec::new();
    };
    let account = dialog.found().and_then(|found| found.account.clone());
    match account {
        Some(target) => {
            dialog.profile = Some(ProfileForm {
                target,
                name: TextField::default(),
                answer: TextField::default(),
                at_answer: false,
                taken,
                from: dialog.page,
            });
            dialog.page = Page::Profile;
        }
        None if is_demo => dialog.refusal = Some("the demo touches no settings".to_owned()),
        None => dialog.refusal = Some("the text names no other account".to_owned()),
    }
    Vec::new()
}

/// A profile was written into the settings, or was not.
pub fn profile_added(state: &mut State, result: Result<String, Box<ApiError>>) -> Effects {
    match result {
        Ok(name) => {
            if let Some(dialog) = dialog(state)
                && let Some(form) = dialog.profile.take()
            {
                dialog.page = form.from;
            }
            let target = dialog(state)
                .and_then(|dialog| dialog.found())
                .and_then(|found| found.account.clone());
            let url = target.map_or_else(String::new, |target| target.base_url);
            let guard = Guard::Production;
            state.settings.profiles.push((name.clone(), guard, url));
            let text = format!("✓ {name} is in config.toml. Give it api_key there; P chooses it.");
            notify(state, Notice::fact("profile", text));
        }
        Err(error) => {
            if let Some(dialog) = dialog(state) {
                dialog.refusal = Some(sanitize::clean_line(&error.message).into_owned());
            }
            let text = format!("✗ {} {}", error.message, error.advice);
            notify(state, Notice::error("profile", text));
        }
    }
    Vec::new()
}
