//! The table of names and fallbacks, and the list where a text has several templates. Only the
//! rows that show are looked at.

use super::super::{Column, Found, Names, State};
use crate::domain::template::summary;
use crate::text::{sanitize, wrap};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// Where the columns are.
struct Columns {
    /// From here the label, up to the next.
    label: u16,
    /// From here the fallback; nothing where there is room for one of them only.
    fallback: Option<u16>,
    /// From here the sample, if there is room.
    sample: Option<u16>,
}

/// Draws the page.
pub fn draw(state: &State, painter: &mut Painter<'_>, inside: Rect) {
    let Some(found) = state.found() else { return };
    if found.template.is_none() {
        list(found, &state.names, painter, inside);
        return;
    }
    let names = &state.names;
    let ask = "Give the values names and fallbacks; both may stay empty. A fallback stands in for \
               people whose own value is empty.";
    let mut top = inside.y;
    let is_roomy = inside.height >= 10;
    for line in wrap::wrap(ask, usize::from(inside.width).max(1))
        .iter()
        .filter(|_| is_roomy)
    {
        painter.text((inside.x, top), inside.right(), line, Role::Muted);
        top += 1;
    }
    let problem: Vec<String> = names.problem.iter().cloned().collect();
    let problem: Vec<Spans> = problem
        .iter()
        .flat_map(|text| {
            Spans::of(Role::Failed, format!("✗ {text}")).wrapped(usize::from(inside.width).max(1))
        })
        .collect();
    let below = u16::try_from(problem.len()).unwrap_or(0).min(3);
    let columns = columns(inside);
    heads(names, painter, (inside, top), &columns);
    let rows = Rect {
        y: top + 1,
        height: inside.bottom().saturating_sub(top + 1 + below),
        ..inside
    };
    let height = usize::from(rows.height).max(1);
    let first = (names.row + 1).saturating_sub(height);
    for (y, at) in (rows.y..rows.bottom()).zip(first..names.rows.len()) {
        row(names, at, painter, (rows, y, &columns));
    }
    painter.thumb(inside.right(), rows, first, names.rows.len());
    for (y, line) in (rows.bottom()..inside.bottom()).zip(&problem) {
        painter.spans((inside.x, y), inside.right(), line);
    }
}

fn columns(inside: Rect) -> Columns {
    let x = inside.x;
    match inside.width {
        84.. => Columns {
            label: x + 34,
            fallback: Some(x + 55),
            sample: Some(x + 76),
        },
        60..84 => Columns {
            label: x + 24,
            fallback: Some(x + 42),
            sample: Some(x + 60),
        },
        _ => Columns {
            label: x + 16,
            fallback: None,
            sample: None,
        },
    }
}

fn heads(names: &Names, painter: &mut Painter<'_>, place: (Rect, u16), columns: &Columns) {
    let (inside, y) = place;
    painter.text((inside.x + 2, y), columns.label, "value", Role::Muted);
    let label = match (columns.fallback, names.column) {
        (None, Column::Fallback) => "fallback",
        (Some(_), _) | (None, Column::Label) => "name",
    };
    painter.text((columns.label, y), inside.right(), label, Role::Muted);
    if let Some(x) = columns.fallback {
        painter.text((x, y), inside.right(), "fallback", Role::Muted);
    }
    if let Some(x) = columns.sample {
        painter.text((x, y), inside.right(), "was", Role::Muted);
    }
}

fn row(names: &Names, at: usize, painter: &mut Painter<'_>, place: (Rect, u16, &Columns)) {
    let (area, y, columns) = place;
    let Some(row) = names.rows.get(at) else {
        return;
    };
    let current = at == names.row;
    if current {
        let cursor = painter.theme.glyph(Glyph::Cursor);
        painter.text((area.x, y), area.right(), cursor, Role::Focus);
    }
    let name = sanitize::clean_line(&row.name).into_owned();
    let end = columns.label.saturating_sub(1);
    let x = painter.text((area.x + 2, y), end, &name, Role::Text);
    let what = if row.keeps {
        format!("  {}, kept", row.what)
    } else {
        format!("  {}", row.what)
    };
    if columns.fallback.is_some() {
        painter.text((x, y), end, &what, Role::Muted);
    }
    let after_label = columns
        .fallback
        .unwrap_or(area.right() + 1)
        .saturating_sub(1);
    let mut cell = |from: u16, to: u16, column: Column, text: &str| {
        if current && names.column == column {
            let area = Rect {
                x: from,
                y,
                width: to.saturating_sub(from),
                height: 1,
            };
            names.cell.draw(painter, area, Role::Text, true);
        } else if text.is_empty() {
            painter.text((from, y), to, "–", Role::Muted);
        } else {
            painter.text((from, y), to, &sanitize::clean_line(text), Role::Text);
        }
    };
    match columns.fallback {
        Some(fallback) => {
            let after = columns.sample.unwrap_or(area.right() + 1).saturating_sub(1);
            cell(columns.label, after_label, Column::Label, &row.label);
            cell(fallback, after, Column::Fallback, &row.fallback);
        }
        None if names.column == Column::Label => {
            cell(columns.label, after_label, Column::Label, &row.label);
        }
        None => cell(columns.label, after_label, Column::Fallback, &row.fallback),
    }
    if let Some(x) = columns.sample {
        painter.text((x, y), area.right(), &row.sample, Role::Muted);
    }
}

fn list(found: &Found, names: &Names, painter: &mut Painter<'_>, inside: Rect) {
    let templates = &found.import.templates;
    let height = usize::from(inside.height).max(1);
    let first = names.row.min(templates.len().saturating_sub(height));
    let shown = templates.iter().skip(first);
    for (y, report) in (inside.y..inside.bottom()).zip(shown) {
        let template = &report.template;
        let name = sanitize::clean_line(&template.name);
        let text = format!("{name} · {}  ", sanitize::clean_line(&template.language));
        let x = painter.text((inside.x, y), inside.right(), &text, Role::Text);
        painter.text((x, y), inside.right(), &summary(template), Role::Muted);
    }
    painter.thumb(inside.right(), inside, first, templates.len());
}
