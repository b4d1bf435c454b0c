//! How the Composer pane looks: one line, six lines, or the whole form, by height.

use super::form::{DraftKind, Field, FieldId};
use super::reads;
use super::state::{Draft, State};
use crate::domain::Guard;
use crate::panes::chrome::{Edges, ViewContext, divider};
use crate::text::{format, sanitize};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// Cells of the column of labels.
const LABEL: u16 = 10;

/// The texts on the frame.
pub fn edges(state: &State, context: &ViewContext<'_>) -> Edges {
    let mut edges = Edges {
        state: Spans::of(Role::Muted, state.note.clone()),
        ..Edges::default()
    };
    if let Some(word) = context.profile.guard.word() {
        let role = match context.profile.guard {
            Guard::Production => Role::Guard,
            Guard::None | Guard::Sandbox => Role::Active,
        };
        edges.about = Spans::of(role, format!("[{word}]"));
    }
    if context.profile.read_only {
        edges.about = Spans::of(Role::Attention, "read-only").with(
            Role::Muted,
            ": you can write and check, S is off. P changes it.",
        );
    }
    let Some(draft) = &state.draft else {
        return edges;
    };
    if !context.focused {
        edges.title = draft.subject();
    }
    let made_for = draft.profile.as_ref();
    if let Some(other) = made_for.filter(|name| **name != context.profile.name) {
        let text = format!("made for {}", sanitize::clean_line(other));
        edges.state = Spans::of(Role::Attention, text);
    }
    let number_to_fix = draft.problems.len();
    edges.position = if number_to_fix > 0 {
        Spans::of(Role::Failed, format!("S waits: {number_to_fix} to fix"))
    } else if context.focused {
        Spans::of(Role::Key, "S").with(Role::Muted, " reviews")
    } else {
        Spans::of(Role::Key, "3").with(Role::Muted, " opens it")
    };
    edges
}

/// Draws the pane's inside.
pub fn body(state: &State, painter: &mut Painter<'_>, inside: Rect, context: &ViewContext<'_>) {
    let Some(draft) = &state.draft else {
        let text = "Nothing is being written. t on a person starts a template, :broadcast new a broadcast.";
        painter.centred(inside, text, Role::Muted);
        return;
    };
    if inside.height <= 2 {
        one_line(draft, painter, inside);
    } else if inside.height < 10 && !context.focused {
        summary(draft, painter, inside);
    } else {
        form(state, draft, painter, inside, context);
    }
}

fn one_line(draft: &Draft, painter: &mut Painter<'_>, inside: Rect) {
    let state = match draft.problems.len() {
        0 => "nothing to fix".to_owned(),
        count => format!("{count} to fix"),
    };
    let text = format!("{} → {} · {state}", draft.subject(), draft.to_words());
    painter.text((inside.x + 1, inside.y), inside.right(), &text, Role::Text);
}

/// What the first lines of the summary say, as label and text.
fn summary_rows(draft: &Draft) -> [(&'static str, String); 3] {
    let (filled, total) = draft.filled();
    let values = draft
        .fields
        .iter()
        .filter(|field| matches!(field.id, FieldId::Parameter(_) | FieldId::Attribute(_)))
        .map(|field| {
            let text = field.text.text();
            let shown = if text.is_empty() {
                "▁▁▁▁".to_owned()
            } else {
                sanitize::clean_line(&text).into_owned()
            };
            format!("{} {shown}", field.label)
        })
        .collect::<Vec<_>>()
        .join(" · ");
    let subject = match draft.kind {
        DraftKind::Template => "Template",
        DraftKind::Broadcast => "Title",
        DraftKind::Flow => "Flow",
    };
    let what = match draft.kind {
        DraftKind::Broadcast => sanitize::clean_line(&draft.value(&FieldId::Text)).into_owned(),
        DraftKind::Template | DraftKind::Flow if total > 0 => {
            format!("{filled} of {total} filled: {values}")
        }
        DraftKind::Template | DraftKind::Flow => "none needed".to_owned(),
    };
    [
        ("To", draft.to_words()),
        (subject, subject_words(draft)),
        ("Values", what),
    ]
}

fn summary(draft: &Draft, painter: &mut Painter<'_>, inside: Rect) {
    let mut y = inside.y;
    for (label, text) in summary_rows(draft) {
        if y >= inside.bottom() {
            return;
        }
        labelled(
            painter,
            Rect {
                y,
                height: 1,
                ..inside
            },
            label,
            &text,
        );
        y += 1;
    }
    if y < inside.bottom() {
        let row = Rect {
            y,
            height: 1,
            ..inside
        };
        painter.text((row.x + 1, row.y), row.right(), "Checks", Role::Muted);
        let text = Rect {
            x: row.x + 1 + LABEL,
            width: row.width.saturating_sub(LABEL + 2),
            ..row
        };
        check_line(draft, painter, text);
        y += 1;
    }
    if let (true, Some(text)) = (y < inside.bottom(), reads::line(draft, painter)) {
        labelled(
            painter,
            Rect {
                y,
                height: 1,
                ..inside
            },
            "Reads",
            &text,
        );
    }
}

fn check_line(draft: &Draft, painter: &mut Painter<'_>, row: Rect) {
    let (sign, role, text) = match (draft.problems.first(), draft.warnings.first()) {
        (Some(problem), _) => (Glyph::Rejected, Role::Failed, problem.text.clone()),
        (None, Some(warning)) => (Glyph::Warning, Role::Attention, warning.clone()),
        (None, None) => (Glyph::Accepted, Role::Accepted, "nothing to fix".to_owned()),
    };
    let x = painter.text((row.x, row.y), row.right(), painter.theme.glyph(sign), role);
    painter.text((x + 1, row.y), row.right(), &text, Role::Text);
}

fn labelled(painter: &mut Painter<'_>, row: Rect, label: &str, text: &str) {
    painter.text((row.x + 1, row.y), row.x + 1 + LABEL, label, Role::Muted);
    painter.text(
        (row.x + 1 + LABEL, row.y),
        row.right().saturating_sub(1),
        text,
        Role::Text,
    );
}

fn subject_words(draft: &Draft) -> String {
    match (draft.kind, &draft.template, &draft.flow) {
        (DraftKind::Template, Some(template), _) => {
            format!(
                "{} · {} · version {}",
                sanitize::clean_line(&template.name),
                template.language,
                template.version
            )
        }
        (DraftKind::Flow, _, Some(flow)) => sanitize::clean_line(&flow.name).into_owned(),
        (DraftKind::Template, None, _) | (DraftKind::Flow, _, None) => {
            "none yet, Enter chooses one".to_owned()
        }
        (DraftKind::Broadcast, ..) => {
            sanitize::clean_line(&draft.value(&FieldId::Title)).into_owned()
        }
    }
}

/// The whole form, scrolled so that the field under the cursor is in view.
fn form(
    state: &State,
    draft: &Draft,
    painter: &mut Painter<'_>,
    inside: Rect,
    context: &ViewContext<'_>,
) {
    let checks = (draft.problems.len() + draft.warnings.len()).clamp(1, 4);
    let check_rows = u16::try_from(checks).unwrap_or(4) + 1;
    let roomy = inside.height > check_rows + 8;
    let fields_height = if roomy {
        inside.height - check_rows
    } else {
        inside.height
    };
    let area = Rect {
        height: fields_height,
        ..inside
    };
    let y = fields((state, draft), painter, area, context);
    if roomy {
        let area = Rect {
            y: inside.bottom() - check_rows,
            height: check_rows,
            ..inside
        };
        let gap = Rect {
            y,
            height: area.y.saturating_sub(y + 1),
            ..inside
        };
        if gap.height > 0 {
            reads::draw(draft, painter, gap);
        }
        check_list(draft, painter, area);
    }
}

/// The fields from the first that is shown; gives the row below the last.
fn fields(
    (state, draft): (&State, &Draft),
    painter: &mut Painter<'_>,
    area: Rect,
    context: &ViewContext<'_>,
) -> u16 {
    let value_width = area.width.saturating_sub(LABEL + 2 + 6).max(1);
    let heights: Vec<u16> = draft
        .fields
        .iter()
        .map(|field| field_height(draft, field, value_width))
        .collect();
    let first = first_field(&heights, draft.cursor, area.height);
    let mut y = area.y;
    for (index, field) in draft.fields.iter().enumerate().skip(first) {
        let height = heights.get(index).copied().unwrap_or(1);
        if y >= area.bottom() {
            break;
        }
        let row = Rect {
            y,
            height: height.min(area.bottom() - y),
            ..area
        };
        let here = index == draft.cursor;
        draw_field(
            draft,
            field,
            painter,
            row,
            here && state.typing && context.focused,
        );
        if here {
            painter.text(
                (row.x, row.y),
                row.right(),
                painter.theme.glyph(Glyph::Cursor),
                Role::Focus,
            );
        }
        y += height;
    }
    y
}

fn first_field(heights: &[u16], cursor: usize, room: u16) -> usize {
    let mut first = 0;
    while first < cursor {
        let used: u16 = heights.iter().skip(first).take(cursor + 1 - first).sum();
        if used <= room {
            break;
        }
        first += 1;
    }
    first
}

fn field_height(draft: &Draft, field: &Field, value_width: u16) -> u16 {
    if field.id.is_choice() {
        return 1;
    }
    let problem = u16::from(shown_problem(draft, field).is_some());
    field.text.height(value_width).min(6) + problem
}

/// The problem that stands under a field: only where something was typed, because an empty field
/// is seen to be empty and the list below names it.
fn shown_problem<'a>(draft: &'a Draft, field: &Field) -> Option<&'a str> {
    draft
        .problem_of(&field.id)
        .filter(|_| !field.text.is_empty())
}

fn draw_field(draft: &Draft, field: &Field, painter: &mut Painter<'_>, row: Rect, caret: bool) {
    let label = Rect {
        x: row.x + 1,
        width: LABEL,
        ..row
    };
    let x = row.x + 1 + LABEL;
    painter.text(
        (label.x, label.y),
        label.right() - 1,
        &sanitize::clean_line(&field.label),
        Role::Muted,
    );
    match field.id {
        FieldId::Kind => return kinds(draft, painter, (x, row.y), row.right()),
        FieldId::Template | FieldId::Flow => {
            painter.text(
                (x, row.y),
                row.right() - 1,
                &subject_words(draft),
                Role::Text,
            );
            return;
        }
        FieldId::To
        | FieldId::Title
        | FieldId::Text
        | FieldId::When
        | FieldId::Parameter(_)
        | FieldId::Attribute(_) => {}
    }
    let problem = shown_problem(draft, field);
    let value_height = row
        .height
        .saturating_sub(u16::from(problem.is_some() && row.height > 1));
    let value = Rect {
        x,
        width: row.width.saturating_sub(LABEL + 2 + 6),
        height: value_height,
        ..row
    };
    draw_value(draft, field, painter, value, (row.right() - 1, caret));
    counter(field, painter, row);
    if let (Some(problem), true) = (problem, row.height > value_height) {
        let y = row.y + value_height;
        let x = painter.text(
            (x, y),
            row.right(),
            painter.theme.glyph(Glyph::Rejected),
            Role::Failed,
        );
        painter.text((x + 1, y), row.right() - 1, problem, Role::Text);
    }
}

/// What stands in a field: its hint while it is empty, the words for people, or the text itself.
fn draw_value(
    draft: &Draft,
    field: &Field,
    painter: &mut Painter<'_>,
    value: Rect,
    (limit, caret): (u16, bool),
) {
    let (x, y) = (value.x, value.y);
    if field.text.is_empty() && !caret {
        let hint = if field.id == FieldId::When {
            "now"
        } else {
            field.hint.as_str()
        };
        painter.text((x, y), value.right(), hint, Role::Muted);
    } else if field.id == FieldId::To && !caret {
        painter.text((x, y), limit, &draft.to_words(), Role::Text);
    } else {
        field.text.draw(painter, value, Role::Text, caret);
    }
}

fn kinds(draft: &Draft, painter: &mut Painter<'_>, at: (u16, u16), limit: u16) {
    let (mut x, y) = at;
    for kind in DraftKind::ALL {
        let (text, role) = if kind == draft.kind {
            (format!("[{}]", kind.word()), Role::Focus)
        } else {
            (format!(" {} ", kind.word()), Role::Muted)
        };
        x = painter.text((x, y), limit, &text, role);
    }
}

/// Characters in the field, and of how many; it warns before the limit is passed.
fn counter(field: &Field, painter: &mut Painter<'_>, row: Rect) {
    let count = field.text.text().chars().count();
    if count == 0 || matches!(field.id, FieldId::To | FieldId::When) {
        return;
    }
    let role = match field.limit {
        Some(limit) if count > limit => Role::Failed,
        Some(limit) if count * 10 >= limit * 9 => Role::Attention,
        Some(_) | None => Role::Muted,
    };
    painter.right(
        (row.right() - 1, row.y),
        row.x + LABEL,
        &format::count(count as u64),
        role,
    );
}

fn check_list(draft: &Draft, painter: &mut Painter<'_>, area: Rect) {
    let warnings = format::counted(draft.warnings.len() as u64, "warning");
    let count = format!("{} to fix · {warnings}", draft.problems.len());
    let row = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        height: 1,
        ..area
    };
    divider(painter, row, "checks", &count);
    let problems = draft
        .problems
        .iter()
        .map(|problem| (Glyph::Rejected, Role::Failed, problem.text.clone()));
    let warnings = draft
        .warnings
        .iter()
        .map(|text| (Glyph::Warning, Role::Attention, text.clone()));
    let mut lines: Vec<_> = problems.chain(warnings).collect();
    if lines.is_empty() {
        lines.push((Glyph::Accepted, Role::Accepted, "nothing to fix".to_owned()));
    }
    for (y, (sign, role, text)) in (row.y + 1..area.bottom()).zip(lines) {
        let x = painter.text((row.x, y), row.right(), painter.theme.glyph(sign), role);
        painter.text(
            (x + 1, y),
            row.right(),
            &sanitize::clean_line(&text),
            Role::Text,
        );
    }
}
