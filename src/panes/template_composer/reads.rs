//! How the message reads to the person who gets it: as a line, or as a phone shows it.

use super::form::{DraftKind, FieldId};
use super::state::Draft;
use crate::domain::template::rendered_body;
use crate::text::sanitize;
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, bubble};
use ratatui::layout::Rect;
use std::collections::BTreeMap;

/// What stands for a value that is not there yet.
const GAP: &str = "▁▁▁▁";

impl Draft {
    /// The text as the person reads it, gaps shown; `None` where it is not known.
    pub fn reads(&self) -> Option<String> {
        match self.kind {
            DraftKind::Flow => None,
            DraftKind::Broadcast => {
                let text = self.value(&FieldId::Text);
                (!text.trim().is_empty()).then(|| sanitize::clean(&text).into_owned())
            }
            DraftKind::Template => {
                let values: BTreeMap<String, String> = self
                    .fields
                    .iter()
                    .filter(|field| matches!(field.id, FieldId::Parameter(_)))
                    .map(|field| {
                        let text = field.text.text();
                        let shown = if text.is_empty() {
                            GAP.to_owned()
                        } else {
                            text
                        };
                        (field.id.name().to_owned(), shown)
                    })
                    .collect();
                let text = rendered_body(self.template.as_ref()?, &values)?;
                Some(sanitize::clean(&text).into_owned())
            }
        }
    }

    fn header_line(&self) -> Option<String> {
        let link = self.value(&FieldId::Parameter("header.link".to_owned()));
        let name = link
            .rsplit('/')
            .next()
            .filter(|name| !name.is_empty())?
            .to_owned();
        Some(format!("▣ {}", sanitize::clean_line(&name)))
    }
}

/// Draws the message as a phone shows it, if there is room and its text is known.
pub fn draw(draft: &Draft, painter: &mut Painter<'_>, area: Rect) {
    let Some(text) = draft.reads() else {
        if draft.kind == DraftKind::Template && draft.template.is_some() && area.height > 1 {
            let note = "The text of this template is not known; only its values are checked.";
            painter.text(
                (area.x + 1, area.bottom() - 1),
                area.right(),
                note,
                Role::Muted,
            );
        }
        return;
    };
    let header = draft.header_line();
    let content = bubble::Bubble {
        header: header.as_deref(),
        text: &text,
        ..bubble::Bubble::default()
    };
    let room = usize::from(area.width.saturating_sub(4));
    let lines = bubble::lines(&content, room, painter.theme);
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    if height == 0 || height > area.height || area.width < 30 {
        return;
    }
    let top = area.bottom() - height;
    let x = area.x + 3;
    for (y, line) in (top..area.bottom()).zip(&lines) {
        painter
            .buffer
            .set_line(x, y, line, area.width.saturating_sub(4));
    }
}

/// The message on one line, for the summary.
pub fn line(draft: &Draft, painter: &Painter<'_>) -> Option<String> {
    let text = draft.reads()?;
    Some(text.replace('\n', painter.theme.glyph(Glyph::LineBreak)))
}
