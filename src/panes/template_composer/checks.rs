//! What is wrong, what needs a look and what is known to be right, as lines.

use super::form::{FieldId, Section};
use super::state::Draft;
use crate::contract::PlanProblem;
use crate::text::wrap::wrap;
use crate::text::{format, sanitize, width};
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

impl Draft {
    /// A sentence about a value that begins with its name in the template, with the label that its
    /// field has in the form.
    pub fn in_form_words(&self, name: &str, text: &str) -> String {
        let mut fields = self.fields.iter();
        let field = fields.find(|field| field.id.parameter() == Some(name));
        let rest = text.strip_prefix(name).filter(|rest| rest.starts_with(' '));
        let Some((field, rest)) = field.zip(rest) else {
            return text.to_owned();
        };
        match field.section {
            // Every card has fields of the same labels.
            Section::Card(card) => format!("Card {}, {}{rest}", card + 1, field.label),
            Section::General
            | Section::Header
            | Section::Offer
            | Section::Body
            | Section::Buttons => format!("{}{rest}", field.label),
        }
    }

    /// Says problems with the labels of the form.
    pub fn word(&self, problems: &mut [PlanProblem]) {
        for problem in problems {
            if let Some(field) = &problem.field {
                problem.text = self.in_form_words(field, &problem.text);
            }
        }
    }
}

/// What stops a send first, then what needs a look.
pub fn lines(draft: &Draft) -> Vec<Line> {
    let problems = draft.problems.iter().map(|problem| {
        let stop = if problem.text.ends_with(['.', '!', '?']) {
            ""
        } else {
            "."
        };
        let text = match problem.advice.as_str() {
            "" => problem.text.clone(),
            advice => format!("{}{stop} {advice}", problem.text),
        };
        Line::new(Glyph::Rejected, Role::Failed, &text)
    });
    let warnings = draft
        .warnings
        .iter()
        .map(|text| Line::new(Glyph::Warning, Role::Attention, text));
    let opted_out = (draft.opted_out > 0).then(|| {
        let who = format::people(draft.opted_out);
        let text = format!("{who} opted out: left out, and no reason overrides it.");
        Line::new(Glyph::Warning, Role::Attention, &text)
    });
    problems.chain(opted_out).chain(warnings).collect()
}

/// What is known to be right, in a few words each.
pub fn passed(draft: &Draft) -> Vec<String> {
    let mut passed = Vec::new();
    if let Some(plan) = &draft.plan {
        let people = plan.recipients();
        let countries = countries(draft, people);
        passed.push(match people {
            1 => format!("number valid{countries}"),
            _ => format!("{} numbers valid{countries}", format::count(people)),
        });
    }
    let (filled, total) = draft.filled();
    if total > 0 && filled == total {
        passed.push(match total {
            1 => "value filled".to_owned(),
            _ => format!("{total} values filled"),
        });
    }
    let compared = draft
        .plan
        .as_ref()
        .and_then(|plan| plan.once.found.as_ref());
    if compared.is_some() && draft.opted_out == 0 {
        passed.push("not opted out".to_owned());
    }
    let plan = draft.plan.as_ref();
    if let Some(once) = plan.map(|plan| &plan.once)
        && once.found.as_ref().is_some_and(|found| found.people == 0)
    {
        let window = format::span(once.window);
        passed.push(format!("no twin in {window}"));
    }
    if draft.plan.is_some() && draft.problems.is_empty() && draft.value(&FieldId::When).is_empty() {
        passed.push("leaves now".to_owned());
    }
    passed
}

/// `, GB`, or `, GB 2 KW 1` where there are several.
fn countries(draft: &Draft, people: u64) -> String {
    let countries = draft.countries.iter().map(|(country, count)| {
        if *count == people {
            country.clone()
        } else {
            format!("{country} {}", format::count(*count))
        }
    });
    let countries: Vec<String> = countries.collect();
    if countries.is_empty() {
        return String::new();
    }
    format!(", {}", countries.join(" "))
}

/// The list under its rule, long sentences on several rows; what does not fit is counted.
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
    let lines = lines(draft);
    let passed = passed(draft);
    let mut y = row.y + 1;
    let kept = u16::from(!passed.is_empty() || lines.is_empty());
    let end = area.bottom().saturating_sub(kept).max(y);
    for (at, line) in lines.iter().enumerate() {
        let left = lines.len() - at;
        if left > 1 && y + 1 >= end {
            let more = format!("{left} more");
            painter.text((row.x + 2, y), row.right(), &more, Role::Muted);
            y += 1;
            break;
        }
        let sign = painter.theme.glyph(line.sign);
        painter.text((row.x, y), row.right(), sign, line.role);
        for text in wrapped(&line.text, row.width) {
            if y >= end {
                break;
            }
            painter.text((row.x + 2, y), row.right(), text, Role::Text);
            y += 1;
        }
    }
    if y < area.bottom() {
        draw_passed(painter, Rect { y, ..row }, &passed, draft);
    }
}

fn wrapped(text: &str, width: u16) -> Vec<&str> {
    wrap(text, usize::from(width.saturating_sub(2)).max(8))
}

fn draw_passed(painter: &mut Painter<'_>, row: Rect, passed: &[String], draft: &Draft) {
    let sign = painter.theme.glyph(Glyph::Accepted);
    let mut spans = Spans::default();
    for text in passed {
        let gap = if spans.cells() > 0 { "   " } else { "" };
        let words = format!(" {text}");
        let cells = gap.len() + 1 + width::cells(&words);
        if spans.cells() + cells > usize::from(row.width) {
            break;
        }
        spans.push(Role::Text, gap);
        spans.push(Role::Accepted, sign);
        spans.push(Role::Text, words);
    }
    if passed.is_empty() && draft.problems.is_empty() {
        spans.push(Role::Muted, "looking at it");
    }
    painter.spans((row.x, row.y), row.right(), &spans);
}

/// How many rows the list wants in a pane of this width, its rule included.
pub fn height(draft: &Draft, width: u16) -> u16 {
    let width = width.saturating_sub(2);
    let lines = lines(draft);
    let rows = lines.iter().map(|line| wrapped(&line.text, width).len());
    let rows = (rows.sum::<usize>() + 1).clamp(1, MOST);
    u16::try_from(rows + 1).unwrap_or(2)
}

/// The first line alone, for small panes.
pub fn first(draft: &Draft) -> Line {
    let first = lines(draft).into_iter().next();
    first.unwrap_or_else(|| match draft.plan {
        Some(_) => Line::new(Glyph::Accepted, Role::Accepted, "nothing to fix"),
        None => Line::new(Glyph::Note, Role::Muted, "looking at it"),
    })
}
