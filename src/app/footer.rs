//! Last rows: the keys of the focused place, the countdown of what is in grace, toasts, the
//! command line. Whole entries drop when it narrows; none is cut.

use super::availability::available;
use super::focus;
use super::layout::Layout;
use super::state::{Armed, State};
use crate::contract::{Action, NoticeKind};
use crate::keymap::{KeyContext, Keymap};
use crate::text::{format, sanitize, width};
use crate::theme::{Glyph, Motion, Role};
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// What a place shows first, the most used at the left.
const HERE: &[(KeyContext, &str)] = &[
    (
        KeyContext::Users,
        "open find template_to_user mark mark_all copy mark_range new_broadcast new_flow refresh zoom",
    ),
    (
        KeyContext::Conversation,
        "open template_to_user find next_match load_older copy mark raw_view refresh last zoom",
    ),
    (
        KeyContext::Composer,
        "edit field_help choose_people review preview edit_externally list_drafts tidy_field raw_draft new_broadcast new_flow discard_draft add_template",
    ),
    (
        KeyContext::Broadcasts,
        "open go_on pause_batch resume_batch cancel_batch rate_up rate_down unknowns retry_failed export_batch new_broadcast",
    ),
    (
        KeyContext::Payload,
        "exact_bytes next_call previous_call copy review zoom",
    ),
    (KeyContext::Activity, "open copy zoom"),
    (
        KeyContext::Typing,
        "stop_typing next_field field_help tidy_field edit_externally clear_field",
    ),
    (
        KeyContext::Review,
        "next_tab previous_tab override_twins back next_call longest_call",
    ),
    (KeyContext::ReviewName, "accept next_tab back"),
    (
        KeyContext::Unknowns,
        "read_back settle_accepted settle_not_accepted give_up mark mark_all open back",
    ),
    (KeyContext::Media, "save_file open_file back"),
    (KeyContext::Link, "open_file copy next_tab back"),
    (KeyContext::Confirm, "accept back"),
    (
        KeyContext::AddTemplate,
        "keep_template next_field read_named_files new_profile edit_externally clear_field back",
    ),
    (
        KeyContext::Mapping,
        "accept use_fallback change_form guess_columns switch_header next_encoding next_delimiter choose_people check_rows back",
    ),
    (
        KeyContext::Checks,
        "accept next_call longest_call write_rejects review back",
    ),
    (KeyContext::Prompt, "save_text back"),
    (KeyContext::When, "accept next_tab clear_field back"),
    (KeyContext::ClockChange, "first_choice second_choice back"),
    (KeyContext::Phone, "move_down move_up back"),
    (KeyContext::Palette, "accept back"),
    (
        KeyContext::Library,
        "accept find edit_entry show_versions add_entry remove_entry copy back",
    ),
    (
        KeyContext::Audit,
        "accept find verify_audit copy refresh back",
    ),
    (KeyContext::Form, "save_form next_field clear_field back"),
    (KeyContext::CommandLine, "accept back"),
];

/// What the Composer shows while nothing is written: how something is begun.
const NO_DRAFT: &str = "choose_people new_broadcast new_flow list_drafts add_template";

/// What other dialogs show.
const DIALOG: &str = "move_down move_up copy back";

/// The constant entries at the right of every pane.
const CONSTANT: [Action; 4] = [
    Action::Help,
    Action::CommandLine,
    Action::Palette,
    Action::Back,
];

/// The actions a place shows first, then the constant ones.
fn entries(context: KeyContext, state: &State) -> (Vec<Action>, &'static [Action]) {
    let its = HERE.iter().find(|(place, _)| *place == context);
    let names = match its {
        Some((KeyContext::Composer, _)) if state.composer.draft.is_none() => NO_DRAFT,
        Some((_, names)) => names,
        None => DIALOG,
    };
    let here = names.split(' ').filter_map(Action::from_name).collect();
    let dialog = !context.chain().contains(&KeyContext::Global);
    (here, if dialog { &[] } else { &CONSTANT })
}

/// Draws the footer.
pub fn draw(state: &State, keymap: &Keymap, painter: &mut Painter<'_>, row: Rect) {
    if let Some(command) = &state.command {
        command_line(command, painter, row);
        return;
    }
    let context = focus::key_context(state);
    let (here, constant) = entries(context, state);
    let right: Vec<(String, Action)> = constant
        .iter()
        .filter_map(|action| words(keymap, context, *action))
        .map(|(text, action)| {
            let leaves = action == Action::Back && focus::at_top(state);
            // At the top the same key leaves the program: say so before it is pressed.
            (
                if leaves {
                    text.replace(" back", " quit")
                } else {
                    text
                },
                action,
            )
        })
        .collect();
    let mut limit = row.right().saturating_sub(1);
    // The constant ones fill from the right, `? keys` being the last to go.
    for (text, action) in right.iter().rev() {
        let cells = u16::try_from(width::cells(text)).unwrap_or(u16::MAX);
        let keeps_help = *action == Action::Help;
        let wide_enough =
            row.width >= 100 || keeps_help || (row.width >= 70 && *action == Action::Back);
        if !wide_enough || limit < row.x + cells + 2 {
            continue;
        }
        entry(state, painter, (limit - cells, row.y), text, *action);
        limit = (limit - cells).saturating_sub(2);
    }
    let mut x = row.x + 1;
    if context == KeyContext::Typing {
        x = painter.text((x, row.y), limit, "[typing]  ", Role::Active);
    }
    for action in here {
        // Rarely possible, so their places are others' meanwhile; and nobody is offered to send twice
        // where nothing stands in the way.
        let rare = matches!(action, Action::GoOn | Action::OverrideTwins);
        if rare && available(action, state).is_err() {
            continue;
        }
        let Some((text, action)) = words(keymap, context, action) else {
            continue;
        };
        let cells = u16::try_from(width::cells(&text)).unwrap_or(u16::MAX);
        if x.saturating_add(cells) > limit {
            break;
        }
        entry(state, painter, (x, row.y), &text, action);
        x += cells + 2;
    }
}

fn words(keymap: &Keymap, context: KeyContext, action: Action) -> Option<(String, Action)> {
    let key = keymap.key_for(context, action)?;
    Some((format!("{key} {}", action.label()), action))
}

/// An entry: key and word; dimmed as a whole if it is not possible now.
fn entry(state: &State, painter: &mut Painter<'_>, at: (u16, u16), text: &str, action: Action) {
    let limit = painter.buffer.area.right();
    let (key, word) = text.split_once(' ').unwrap_or((text, ""));
    if available(action, state).is_err() {
        painter.text(at, limit, text, Role::Muted);
        return;
    }
    let x = painter.text(at, limit, key, Role::Key);
    painter.text((x, at.1), limit, &format!(" {word}"), Role::Text);
}

fn command_line(command: &super::state::CommandLine, painter: &mut Painter<'_>, row: Rect) {
    let x = painter.text((row.x + 1, row.y), row.right(), ":", Role::Focus);
    let mut limit = row.right().saturating_sub(1);
    if let Some(refusal) = &command.refusal {
        limit = painter
            .right((limit, row.y), row.x + 20, refusal, Role::Failed)
            .saturating_sub(2);
    }
    let field = Rect {
        x,
        width: limit.saturating_sub(x),
        ..row
    };
    command.field.draw(painter, field, Role::Text, true);
}

/// The countdown of what is in grace, one row on every screen.
pub fn strip(state: &State, painter: &mut Painter<'_>, row: Rect) {
    let Some(armed) = state.armed.first() else {
        return;
    };
    let left = state.next_start().unwrap_or_default().unsigned_abs();
    let sign = painter.theme.glyph(Glyph::Planned);
    let mut x = row.x + 1;
    let what = state.counted_for(armed);
    let text = format!("{sign} {what} {}   ", format::countdown(left));
    x = painter.text((x, row.y), row.right(), &text, Role::Attention);
    if row.width >= 90 && painter.theme.motion() == Motion::Full {
        x = countdown_bar(painter, (x, row.y), armed, left);
    }
    // Where `u` is text, another key stops it.
    let typing = focus::key_context(state).takes('u');
    let starts = armed.single && !state.waits_on(armed) && state.composer.draft.is_none();
    let keys = match starts {
        _ if typing => "Ctrl-z stops it",
        _ if row.width < 80 => "u stops it",
        true => "u stops it  S starts now",
        false => "u stops it: nothing has left yet",
    };
    let from = painter.right(
        (row.right().saturating_sub(1), row.y),
        if row.width < 80 { x } else { x + 10 },
        keys,
        Role::Key,
    );
    let guard = state
        .profile
        .guard
        .word()
        .map_or_else(String::new, |word| format!(" · [{word}]"));
    let more = if state.armed.len() > 1 {
        format!(" · {} more", state.armed.len() - 1)
    } else {
        String::new()
    };
    let label = format!("{} {}{guard}{more}", armed.batch, armed.label);
    painter.text((x, row.y), from.saturating_sub(2), &label, Role::Text);
}

fn countdown_bar(
    painter: &mut Painter<'_>,
    at: (u16, u16),
    armed: &Armed,
    left: std::time::Duration,
) -> u16 {
    let cells = 20u128;
    let whole = armed.grace.as_millis().max(1);
    let full = (left.as_millis() * cells).div_ceil(whole).min(cells);
    let full = u16::try_from(full).unwrap_or(20);
    painter.rule(at, at.0 + full, Glyph::BarFull, Role::Active);
    painter.rule((at.0 + full, at.1), at.0 + 20, Glyph::BarRest, Role::Muted);
    at.0 + 22
}

/// Toasts stand on the last row of the body: they cover a line of frame, never the footer.
pub fn toasts(state: &State, painter: &mut Painter<'_>, layout: &Layout) {
    let area = layout.body;
    let rows = state.toasts.iter().rev();
    let base = layout
        .status
        .map_or(area.bottom().saturating_sub(1), |status| status.y);
    for (offset, toast) in (0u16..).zip(rows) {
        let y = base.saturating_sub(offset);
        let times = if toast.times > 1 {
            format!(" ×{}", toast.times)
        } else {
            String::new()
        };
        let text = sanitize::clean_line(&toast.notice.text);
        let room = usize::from(area.width.saturating_sub(4)).saturating_sub(times.len());
        let text = format!(
            " {}{times} ",
            keep_keys(&text, room, painter.theme.glyph(Glyph::Cut))
        );
        let role = match toast.notice.kind {
            NoticeKind::Fact => Role::Text,
            NoticeKind::Warning => Role::Attention,
            NoticeKind::Error => Role::Failed,
        };
        let cells = u16::try_from(width::cells(&text))
            .unwrap_or(u16::MAX)
            .min(area.width.saturating_sub(2));
        let x = area.right().saturating_sub(cells + 1);
        // A toast as wide as the row takes all of it: no scraps of the status row at its ends.
        if !layout.framed() && cells + 6 >= area.width {
            painter.clear(Rect {
                y,
                height: 1,
                ..area
            });
        }
        painter.clear(Rect {
            x,
            y,
            width: cells,
            height: 1,
        });
        painter.text((x, y), x + cells, &text, role);
    }
}

/// A toast that is too long loses words of its sentence, never the keys that help.
fn keep_keys(text: &str, room: usize, cut: &str) -> String {
    if width::cells(text) <= room {
        return text.to_owned();
    }
    match text.split_once(" · ") {
        Some((sentence, keys)) if width::cells(keys) + 16 < room => {
            let room = room - width::cells(keys) - 3;
            format!("{} · {keys}", width::truncate(sentence, room, cut))
        }
        Some(_) | None => width::truncate(text, room, cut).into_owned(),
    }
}

/// The status row of the shapes without frames: what the frames of the focused pane would carry.
pub fn status(painter: &mut Painter<'_>, row: Rect, edges: &crate::panes::chrome::Edges) {
    painter.rule((row.x, row.y), row.right(), Glyph::ThinRule, Role::Border);
    let mut right = Spans::default();
    for part in [&edges.state, &edges.position] {
        if part.cells() > 0 {
            if right.cells() > 0 {
                right.push(Role::Muted, " · ");
            }
            right.0.extend(part.0.iter().cloned());
        }
    }
    let cells = u16::try_from(right.cells()).unwrap_or(u16::MAX);
    let mut limit = row.right().saturating_sub(3);
    if cells > 0 && cells + 6 < row.width {
        let from = limit.saturating_sub(cells);
        painter.text((from.saturating_sub(1), row.y), limit, " ", Role::Muted);
        let end = painter.spans((from, row.y), limit, &right);
        painter.text((end, row.y), end + 1, " ", Role::Muted);
        limit = from.saturating_sub(2);
    }
    if edges.about.cells() > 0 && limit > row.x + 6 {
        let room = usize::from(limit - row.x - 3);
        let short = edges.about.cells() > room && edges.about_short.cells() > 0;
        let about = if short {
            &edges.about_short
        } else {
            &edges.about
        };
        painter.text((row.x + 2, row.y), limit, " ", Role::Muted);
        let end = painter.spans((row.x + 3, row.y), limit, about);
        painter.text((end, row.y), limit.min(end + 1), " ", Role::Muted);
    }
}

/// Words for a wait, used where a wait has no other place.
pub fn waiting(since: std::time::Duration) -> String {
    format!("{} so far", format::duration(since))
}

#[cfg(test)]
mod tests {
    use super::{DIALOG, HERE, NO_DRAFT};
    use crate::contract::Action;
    use crate::keymap::{KeyContext, Keymap};

    #[test]
    fn every_entry_is_an_action_that_has_a_key_in_its_place() {
        let keymap = Keymap::default();
        let others = [(KeyContext::Help, DIALOG), (KeyContext::Composer, NO_DRAFT)];
        for (place, names) in HERE.iter().copied().chain(others) {
            for name in names.split(' ') {
                let action = Action::from_name(name).expect(name);
                assert!(
                    keymap.key_for(place, action).is_some(),
                    "{name} in {place:?}"
                );
            }
        }
    }
}
