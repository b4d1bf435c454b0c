//! How the dialog that adds templates looks. Everything from the pasted text is cleaned before it
//! is drawn; keys were masked before it came here.

mod names;
mod report;

use super::{Page, Pasted, ProfileForm, Reading, State};
use crate::overlays::frame::{self, OverlayEdges};
use crate::text::{format, sanitize, wrap};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// Cells of a line in a large window.
const WIDTH: u16 = 96;
/// Rows in a large window at most.
const HEIGHT: u16 = 28;
/// Rows of the text at least.
const LEAST_TEXT: u16 = 2;
/// Windows with fewer rows show what is typed and what is found, without explanations.
const ROOMY: u16 = 14;

/// Draws the dialog.
pub fn draw(state: &State, painter: &mut Painter<'_>, body: Rect) {
    let area = frame::area(body, WIDTH, height(state).min(HEIGHT));
    let edges = OverlayEdges {
        title: title(state),
        state: pages(state),
        hint: hint(state).to_owned(),
        leave: leave(state).to_owned(),
        guarded: false,
    };
    let inside = frame::draw(painter, body, area, &edges);
    let inside = refusal(state, painter, inside);
    match (state.page, &state.profile) {
        (Page::Text, _) => text_page(state, painter, inside),
        (Page::Names, _) => names::draw(state, painter, inside),
        (Page::Profile, Some(form)) => profile_page(form, painter, inside),
        (Page::Profile, None) => {}
    }
}

/// Rows the page needs in a large window.
fn height(state: &State) -> u16 {
    let rows = match state.page {
        Page::Text => return HEIGHT,
        Page::Names => state.names.rows.len().max(state.names.listed) + 6,
        Page::Profile => usize::from(ROOMY),
    };
    u16::try_from(rows).unwrap_or(HEIGHT)
}

fn title(state: &State) -> String {
    let found = state.found();
    match found.and_then(|found| found.template.as_ref()) {
        Some(template) => {
            let name = sanitize::clean_line(&template.name).into_owned();
            format!(
                "Add a template · {name} · {}",
                sanitize::clean_line(&template.language)
            )
        }
        None => "Add a template".to_owned(),
    }
}

fn pages(state: &State) -> Spans {
    if state.page == Page::Profile {
        return Spans::of(Role::Focus, "new profile");
    }
    let several = state.found().is_some_and(|found| found.template.is_none());
    let second = if several { "List" } else { "Names" };
    let shown = |page: Page, word: &str| {
        if state.page == page {
            (Role::Focus, format!("[{word}]"))
        } else {
            (Role::Muted, format!(" {word} "))
        }
    };
    let (text, names) = (shown(Page::Text, "Text"), shown(Page::Names, second));
    Spans::of(text.0, text.1).with(names.0, names.1)
}

fn hint(state: &State) -> &'static str {
    match state.page {
        Page::Text if state.files_asked_for().is_some() => "Ctrl-r reads the file",
        Page::Text if state.found().is_some() => "Tab names the values · Ctrl-s keeps it",
        Page::Text => "paste here; nothing in it runs",
        Page::Names => "Tab next · Ctrl-s keeps it",
        Page::Profile => "Enter writes it once both are right",
    }
}

fn leave(state: &State) -> &'static str {
    match state.page {
        Page::Text if state.text.is_empty() => "Esc back",
        Page::Text => "Esc back, the text stays",
        Page::Names | Page::Profile => "Esc back",
    }
}

/// The last row says why the last input did nothing; the rest is left.
fn refusal(state: &State, painter: &mut Painter<'_>, inside: Rect) -> Rect {
    let Some(why) = &state.refusal else {
        return inside;
    };
    let y = inside.bottom().saturating_sub(1);
    painter.text((inside.x, y), inside.right(), why, Role::Attention);
    Rect {
        height: inside.height.saturating_sub(1),
        ..inside
    }
}

fn text_page(state: &State, painter: &mut Painter<'_>, inside: Rect) {
    let ask = "Paste the panel's \"Generate cURL\", Meta's template JSON, or the JSON of a call. \
               A key in it is discarded at once.";
    let mut top = inside.y;
    if state.text.is_empty() || inside.height >= ROOMY {
        for line in wrap::wrap(ask, usize::from(inside.width).max(1)) {
            painter.text((inside.x, top), inside.right(), line, Role::Muted);
            top += 1;
        }
    }
    let left = inside.bottom().saturating_sub(top);
    let report = report::lines(state, usize::from(inside.width));
    let wanted = u16::try_from(report.len())
        .unwrap_or(u16::MAX)
        .saturating_add(1);
    let rows = if report.is_empty() {
        0
    } else {
        wanted.min(left.saturating_sub(LEAST_TEXT))
    };
    let editor = Rect {
        y: top,
        height: left.saturating_sub(rows),
        ..inside
    };
    editor_rows(state, painter, editor);
    if rows == 0 {
        return;
    }
    let rule = Rect {
        y: editor.bottom(),
        height: 1,
        ..inside
    };
    let word = match state.reading {
        Reading::Found(_) => "found",
        Reading::Failed { .. } | Reading::Empty => "not yet",
    };
    painter.titled_rule(rule, word, Glyph::ThinRule, (Role::Border, Role::Muted));
    for (y, line) in (rule.bottom()..inside.bottom()).zip(&report) {
        painter.spans((inside.x, y), inside.right(), line);
    }
}

fn editor_rows(state: &State, painter: &mut Painter<'_>, area: Rect) {
    let prompt = painter.theme.glyph(Glyph::FromUs);
    let x = painter.text((area.x, area.y), area.right(), prompt, Role::Focus) + 1;
    let area = Rect {
        x,
        width: area.right().saturating_sub(x),
        ..area
    };
    match &state.text {
        Pasted::Short(field) => field.draw(painter, area, Role::Text, true),
        Pasted::Long(text) => long_text(text, painter, area),
    }
}

/// The beginning of a long text, and how long it is. No more of it is looked at than is drawn.
fn long_text(text: &str, painter: &mut Painter<'_>, area: Rect) {
    let most = usize::from(area.width) * usize::from(area.height) * 4;
    let end = (0..=most.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    let start = text.get(..end.unwrap_or(0)).unwrap_or("");
    let start = sanitize::clean(start);
    let rows = usize::from(area.height.saturating_sub(1));
    let lines = wrap::wrap(&start, usize::from(area.width).max(1));
    for (y, line) in (area.y..area.bottom()).zip(lines.into_iter().take(rows)) {
        painter.text((area.x, y), area.right(), line, Role::Text);
    }
    let size = format::file_size(text.len());
    let note = format!("… {size} in all, held as it is; Ctrl-e opens it in your editor");
    let y = area.bottom().saturating_sub(1);
    painter.text((area.x, y), area.right(), &note, Role::Muted);
}

fn profile_page(form: &ProfileForm, painter: &mut Painter<'_>, inside: Rect) {
    let target = &form.target;
    let name = form.name.text();
    let name = sanitize::clean_line(name.trim()).into_owned();
    let shown = if name.is_empty() { "NAME" } else { &name };
    let table = [
        "This is added to config.toml, behind what stands there:".to_owned(),
        format!("[profiles.{shown}]"),
        format!("base_url = \"{}\"", target.base_url),
        format!("customer_id = \"{}\"", target.customer_id),
        format!("bot_key = \"{}\"", target.bot_key),
        "guard = \"production\"".to_owned(),
    ];
    let key = "The key in the text is not kept. Give it in that file as api_key = \
               { command = \"…\" } or { file = \"…\" }, or in ALERTDESK_API_KEY.";
    let roomy = inside.height + 2 >= ROOMY;
    let mut y = inside.y;
    if roomy {
        for (number, line) in table.iter().enumerate() {
            let role = if number == 0 { Role::Muted } else { Role::Text };
            painter.text((inside.x, y), inside.right(), line, role);
            y += 1;
        }
        y += 1;
    }
    for (label, field, is_answer) in [
        ("Its name", &form.name, false),
        ("Type yes", &form.answer, true),
    ] {
        let x = painter.text((inside.x, y), inside.right(), label, Role::Key) + 2;
        let area = Rect {
            x,
            y,
            width: inside.right().saturating_sub(x),
            height: 1,
        };
        field.draw(painter, area, Role::Text, form.at_answer == is_answer);
        y += 1;
    }
    let key = wrap::wrap(key, usize::from(inside.width).max(1));
    for (y, line) in (y + u16::from(roomy)..inside.bottom()).zip(key) {
        painter.text((inside.x, y), inside.right(), line, Role::Muted);
    }
}
