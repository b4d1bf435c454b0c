//! What is wrong, what needs a look and what is known to be right, as lines.

use super::form::FieldId;
use super::state::Draft;
use crate::text::{format, sanitize};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Spans};
use ratatui::layout::Rect;

/// Rows of the list at most; the rest is counted.
pub const MOST: usize = 4;

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// ✗ ! or ✓.
    pub sign: Glyph,
    /// How the sign looks.
    pub role: Role,
    /// One sentence, clean.
    pub text: String,
}

impl Line {
    fn new(sign: Glyph, role: Role, text: &str) -> Self {
        Self {
            sign,
            role,
            text: sanitize::clean_line(text).into_owned(),
        }
    }
}

/// What stops a send first, then what needs a look.
pub fn lines(draft: &Draft) -> Vec<Line> {
    let problems = draft.problems.iter().map(|problem| {
        let text = match problem.advice.as_str() {
            "" => problem.text.clone(),
            advice => format!("{} {advice}", problem.text),
        };
        Line::new(Glyph::Rejected, Role::Failed, &text)
    });
    let warnings = draft
        .warnings
        .iter()
        .map(|text| Line::new(Glyph::Warning, Role::Attention, text));
    problems.chain(warnings).collect()
}

/// What is known to be right, in a few words each.
pub fn passed(draft: &Draft) -> Vec<String> {
    let mut passed = Vec::new();
    if let Some(plan) = &draft.plan {
        let people = plan.recipients();
        passed.push(match people {
            1 => "number valid".to_owned(),
            _ => format!("{} numbers valid", format::count(people)),
        });
    }
    let (filled, total) = draft.filled();
    if total > 0 && filled == total {
        passed.push(match total {
            1 => "value filled".to_owned(),
            _ => format!("{total} values filled"),
        });
    }
    if draft.plan.is_some() && draft.problems.is_empty() && draft.value(&FieldId::When).is_empty() {
        passed.push("leaves now".to_owned());
    }
    passed
}

/// The list under its rule: at most as many lines as there are rows.
pub fn draw(draft: &Draft, painter: &mut Painter<'_>, area: Rect) {
    let warnings = format::counted(draft.warnings.len() as u64, "warning");
    let count = format!("{} to fix · {warnings}", draft.problems.len());
    let row = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(2),
        height: 1,
        ..area
    };
    crate::panes::chrome::divider(painter, row, "checks", &count);
    let rows = usize::from(area.height.saturating_sub(1));
    let lines = lines(draft);
    let passed = passed(draft);
    let kept = usize::from(!passed.is_empty());
    let shown = if lines.len() + kept > rows {
        rows.saturating_sub(1 + usize::from(rows > 2 && kept > 0))
    } else {
        lines.len()
    };
    let mut y = row.y + 1;
    for line in lines.iter().take(shown.max(1)) {
        draw_line(painter, Rect { y, ..row }, line);
        y += 1;
    }
    if lines.len() > shown.max(1) && y < area.bottom() {
        let more = format!("{} more", lines.len() - shown.max(1));
        painter.text((row.x + 2, y), row.right(), &more, Role::Muted);
        y += 1;
    }
    if y < area.bottom() {
        draw_passed(painter, Rect { y, ..row }, &passed, draft);
    }
}

fn draw_line(painter: &mut Painter<'_>, row: Rect, line: &Line) {
    let sign = painter.theme.glyph(line.sign);
    let x = painter.text((row.x, row.y), row.right(), sign, line.role);
    painter.text((x + 1, row.y), row.right(), &line.text, Role::Text);
}

fn draw_passed(painter: &mut Painter<'_>, row: Rect, passed: &[String], draft: &Draft) {
    let sign = painter.theme.glyph(Glyph::Accepted);
    let mut spans = Spans::default();
    for text in passed {
        if spans.cells() > 0 {
            spans.push(Role::Text, "    ");
        }
        spans.push(Role::Accepted, sign);
        spans.push(Role::Text, format!(" {text}"));
    }
    if passed.is_empty() && draft.problems.is_empty() {
        spans.push(Role::Accepted, sign);
        spans.push(Role::Text, " nothing to fix");
    }
    painter.spans((row.x, row.y), row.right(), &spans);
}

/// How many rows the list wants, its rule included.
pub fn height(draft: &Draft) -> u16 {
    let rows = (lines(draft).len() + 1).clamp(1, MOST);
    u16::try_from(rows + 1).unwrap_or(2)
}

/// The first line alone, for small panes.
pub fn first(draft: &Draft) -> Line {
    lines(draft)
        .into_iter()
        .next()
        .unwrap_or_else(|| Line::new(Glyph::Accepted, Role::Accepted, "nothing to fix"))
}
