//! Draws the form from its sheet: labels, values, counters, what is wrong below its field.

use super::checks;
use super::form::{DraftKind, Field, FieldId, Takes, VERSIONS};
use super::preview::offer_end;
use super::sheet::{LABEL, Sheet, What, is_cut, problem_lines, sheet, value_rows, value_width};
use super::state::{Draft, State};
use super::summary::{flow_words, template_words};
use crate::panes::chrome::ViewContext;
use crate::text::{format, sanitize, width};
use crate::theme::{Glyph, Role};
use crate::widgets::Painter;
use ratatui::layout::Rect;

/// What every field needs to be drawn.
struct Form<'a> {
    draft: &'a Draft,
    context: &'a ViewContext<'a>,
    typing: bool,
    dense: bool,
}

/// The whole form, scrolled so that the field under the cursor is in view.
pub fn form(
    state: &State,
    draft: &Draft,
    painter: &mut Painter<'_>,
    inside: Rect,
    context: &ViewContext<'_>,
) {
    let sheet = sheet(draft, inside, context.now);
    let form = Form {
        draft,
        context,
        typing: state.typing && context.focused,
        dense: sheet.dense,
    };
    let first = sheet.first(draft, state.first);
    form.blocks(&sheet, first, painter);
    if let Some(area) = sheet.checks {
        checks::draw(draft, painter, area);
    }
    if let Some((area, rows)) = &sheet.bubble {
        rows.draw(painter, *area, 0);
    }
}

impl Form<'_> {
    fn blocks(&self, sheet: &Sheet, first: usize, painter: &mut Painter<'_>) {
        let area = sheet.form;
        let mut y = area.y;
        for block in sheet.blocks.iter().skip(first) {
            if y >= area.bottom() {
                break;
            }
            let row = Rect {
                y,
                height: block.height.min(area.bottom() - y),
                ..area
            };
            match &block.what {
                What::Blank => {}
                What::Now => self.when(painter, row),
                What::Head {
                    label,
                    text,
                    count,
                    limit,
                    problem,
                } => {
                    line(painter, row, label, text, Role::Muted);
                    counter(painter, row, *count, Some(*limit), true);
                    problems(painter, below(row, 1), problem);
                }
                What::Field(index) => {
                    if let Some(field) = self.draft.fields.get(*index) {
                        self.field(field, painter, row, *index == self.draft.cursor);
                    }
                }
            }
            y += block.height;
        }
        let whole: u16 = sheet.blocks.iter().map(|block| block.height).sum();
        let above: u16 = sheet
            .blocks
            .iter()
            .take(first)
            .map(|block| block.height)
            .sum();
        let edge = if self.context.framed {
            area.right()
        } else {
            area.right().saturating_sub(1)
        };
        painter.thumb(edge, area, usize::from(above), usize::from(whole));
    }

    fn field(&self, field: &Field, painter: &mut Painter<'_>, row: Rect, here: bool) {
        let label = sanitize::clean_line(&field.label);
        let at = (row.x + 1, row.y);
        painter.text(at, row.x + LABEL, &label, Role::Muted);
        if here {
            let cursor = painter.theme.glyph(Glyph::Cursor);
            painter.text((row.x, row.y), row.right(), cursor, Role::Focus);
        }
        if field.id.is_choice() {
            self.choice(field, painter, row);
            return;
        }
        let caret = here && self.typing;
        let stacked = field.stacked && !self.dense;
        if stacked {
            let hint = self.hint(field);
            let right = row.right().saturating_sub(12);
            let at = (row.x + 1 + LABEL, row.y);
            painter.text(at, right, &hint, Role::Muted);
        }
        let problem = problem_lines(self.draft, field, row.width);
        let head = u16::from(stacked);
        let room = value_width(field, row.width, self.dense);
        let value = Rect {
            x: row.x + 1 + LABEL,
            y: row.y + head,
            width: room,
            height: value_rows(field, room, here).min(row.height.saturating_sub(head)),
        };
        self.value(field, painter, value, (caret, here));
        if !matches!(field.takes, Takes::Numbers | Takes::Time | Takes::Expiry) {
            let count = field.text.text().chars().count();
            counter(painter, row, count, field.limit, stacked);
        }
        problems(painter, below(row, value.bottom() - row.y), &problem);
    }

    /// What stands beside the label of a stacked field.
    fn hint(&self, field: &Field) -> String {
        let end = match field.takes {
            Takes::Expiry => offer_end(&field.text.text(), self.context.now),
            Takes::Choice
            | Takes::Numbers
            | Takes::Words
            | Takes::Time
            | Takes::Link
            | Takes::Payload
            | Takes::Plain => None,
        };
        let hint = end.map_or_else(|| field.hint.clone(), |end| format!("ends {end}"));
        sanitize::clean_line(&hint).into_owned()
    }

    /// When it goes out, in a form without a field for that.
    fn when(&self, painter: &mut Painter<'_>, row: Rect) {
        let when = self.draft.value(&FieldId::When);
        match when.trim() {
            "" | "now" => line(painter, row, "When", "now; w sets a time", Role::Muted),
            typed => {
                let typed = sanitize::clean_line(typed);
                line(painter, row, "When", &typed, Role::Text);
            }
        }
    }

    /// What stands in a field: its hint while it is empty, the words for people, or the text itself.
    fn value(
        &self,
        field: &Field,
        painter: &mut Painter<'_>,
        value: Rect,
        (caret, here): (bool, bool),
    ) {
        let at = (value.x, value.y);
        if field.text.is_empty() && !caret {
            let hint = if field.id == FieldId::When {
                "now; w sets a time"
            } else if field.stacked && !self.dense {
                ""
            } else {
                &field.hint
            };
            painter.text(at, value.right() + 5, hint, Role::Muted);
        } else if field.id == FieldId::To && !caret {
            painter.text(at, value.right() + 5, &self.draft.to_words(), Role::Text);
        } else if is_cut(field, here) {
            let text = field.text.text();
            let text = shortened(&sanitize::clean_line(&text), usize::from(value.width));
            painter.text(at, value.right(), &text, Role::Text);
        } else {
            field.text.draw(painter, value, Role::Text, caret);
        }
    }

    fn choice(&self, field: &Field, painter: &mut Painter<'_>, row: Rect) {
        let at = (row.x + 1 + LABEL, row.y);
        let draft = self.draft;
        let options: Vec<(&str, bool)> = match field.id {
            FieldId::Kind => DraftKind::ALL
                .iter()
                .map(|kind| (kind.word(), *kind == draft.kind))
                .collect(),
            FieldId::Version => {
                let usual = self.context.profile.wire.flow_version;
                let chosen = draft.choices.version.unwrap_or(usual);
                let all = VERSIONS.iter();
                all.map(|one| (one.as_str(), *one == chosen)).collect()
            }
            FieldId::TitleId => {
                let exact = draft.choices.exact_title;
                vec![("after the title", !exact), ("left out", exact)]
            }
            FieldId::Carries => {
                let with = draft.choices.with_template;
                vec![("texts", !with), ("a template", with)]
            }
            FieldId::Template => {
                let words = template_words(draft, "v");
                painter.text(at, row.right() - 1, &words, Role::Text);
                return;
            }
            FieldId::Flow => {
                painter.text(at, row.right() - 1, &flow_words(draft), Role::Text);
                return;
            }
            FieldId::To
            | FieldId::Title
            | FieldId::Text(_)
            | FieldId::Channel
            | FieldId::When
            | FieldId::Parameter(_)
            | FieldId::Attribute(_)
            | FieldId::Extra(_)
            | FieldId::Raw => return,
        };
        options_row(painter, at, row.right() - 1, &options);
    }
}

/// `[template]  broadcast  csv  flow`
fn options_row(painter: &mut Painter<'_>, at: (u16, u16), limit: u16, options: &[(&str, bool)]) {
    let (mut x, y) = at;
    for (word, chosen) in options {
        x = if *chosen {
            painter.text((x, y), limit, &format!("[{word}]"), Role::Focus)
        } else {
            painter.text((x, y), limit, word, Role::Muted)
        };
        x += 2;
    }
}

fn line(painter: &mut Painter<'_>, row: Rect, label: &str, text: &str, role: Role) {
    painter.text((row.x + 1, row.y), row.x + LABEL, label, Role::Muted);
    painter.text((row.x + 1 + LABEL, row.y), row.right() - 1, text, role);
}

/// What is left of an area below its first rows.
fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}

/// What is wrong, under what it is about.
fn problems(painter: &mut Painter<'_>, area: Rect, lines: &[String]) {
    let x = area.x + 1 + LABEL;
    for (y, text) in (area.y..area.bottom()).zip(lines) {
        if y == area.y {
            let sign = painter.theme.glyph(Glyph::Rejected);
            painter.text((x - 2, y), area.right(), sign, Role::Failed);
        }
        painter.text((x, y), area.right(), text, Role::Text);
    }
}

/// Characters, and of how many where there is room to say it; it warns before the limit is passed.
fn counter(
    painter: &mut Painter<'_>,
    row: Rect,
    count: usize,
    limit: Option<usize>,
    says_limit: bool,
) {
    if count == 0 {
        return;
    }
    let role = match limit {
        Some(limit) if count > limit => Role::Failed,
        Some(limit) if count * 10 >= limit * 9 => Role::Attention,
        Some(_) | None => Role::Muted,
    };
    let text = match limit {
        Some(limit) if says_limit => format!(
            "{} of {}",
            format::count(count as u64),
            format::count(limit as u64)
        ),
        Some(_) | None => format::count(count as u64),
    };
    painter.right((row.right() - 1, row.y), row.x + LABEL, &text, role);
}

/// A payload on one line: the key of the flow is cut in its middle, the rest stays whole.
fn shortened(payload: &str, room: usize) -> String {
    if width::cells(payload) <= room {
        return payload.to_owned();
    }
    let (flow, rest) = match payload.find("||") {
        Some(at) => payload.split_at(at),
        None => (payload, ""),
    };
    let for_flow = room.saturating_sub(width::cells(rest)).max(14);
    let flow = width::truncate_middle(flow, for_flow, width::ELLIPSIS);
    let whole = format!("{flow}{rest}");
    width::truncate(&whole, room, width::ELLIPSIS).into_owned()
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn the_key_of_a_flow_is_cut_and_its_data_stays() {
        let payload = "flow_0123456789ABCDEF0123456789ABCDEF||data_slot=fri_am";
        let short = shortened(payload, 36);
        assert!(short.starts_with("flow_0123"), "{short}");
        assert!(short.ends_with("CDEF||data_slot=fri_am"), "{short}");
        assert_eq!(shortened("flow_A", 36), "flow_A");
        assert!(shortened(payload, 10).chars().count() <= 10);
    }
}
