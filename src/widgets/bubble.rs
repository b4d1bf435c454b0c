//! A message as a phone shows it, in 42 cells, spaces kept as they are.
//!
//! ```text
//! ╭────────────────────────────────────────╮
//! │ Hello Sara, your fitter comes to order │
//! │ 88213 on Fri 23 Oct, after 10:00.      │
//! │ Fern & Oak                       10:47 │
//! ├────────────────────────────────────────┤
//! │             Change the day             │
//! ╰────────────────────────────────────────╯
//! ```
//!
//! It gets texts that are already cleaned and filled in; it must not know templates.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::text::bidi::{Direction, direction, visual_in};
use crate::text::width::{cells, fit, pad_left, pad_right, truncate};
use crate::text::wrap::wrap;
use crate::theme::{Frame, Glyph, Role, Theme};

/// The width of a phone.
pub const WIDTH: usize = 42;

/// What stands in the bubble.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bubble<'a> {
    /// One line above the text: a title, or a sign and the name of a picture.
    pub header: Option<&'a str>,
    /// The message, one or more lines.
    pub text: &'a str,
    /// One line below the text.
    pub footer: Option<&'a str>,
    /// The clock time, right of the footer; empty for none.
    pub time: &'a str,
    /// The labels of the buttons, each under a rule.
    pub buttons: &'a [String],
}

/// The bubble as lines of the same width: [`WIDTH`] or less when there is less room. Nothing
/// when there is no room for any text.
pub fn lines(bubble: &Bubble<'_>, room: usize, theme: &Theme) -> Vec<Line<'static>> {
    let width = room.min(WIDTH);
    let Some(inner) = width.checked_sub(4).filter(|inner| *inner > 0) else {
        return Vec::new();
    };
    let set = theme.border(Frame::Rounded);
    let edge = theme.style(Role::Border);
    let cut = theme.glyph(Glyph::Cut);
    let rule = |left: &str, across: &str, right: &str| {
        Line::styled(format!("{left}{}{right}", across.repeat(inner + 2)), edge)
    };
    let row = |text: String, style: Style| {
        Line::from(vec![
            Span::styled(format!("{} ", set.vertical_left), edge),
            Span::styled(text, style),
            Span::styled(format!(" {}", set.vertical_right), edge),
        ])
    };
    let (text, muted) = (theme.style(Role::Text), theme.style(Role::Muted));
    let mut out = vec![rule(set.top_left, set.horizontal_top, set.top_right)];
    out.extend(
        bubble
            .header
            .map(|header| row(fit(header, inner, cut), text)),
    );
    out.extend(
        body(bubble.text, inner, cut)
            .into_iter()
            .map(|line| row(line, text)),
    );
    if let Some(line) = foot(bubble, inner, cut) {
        out.push(row(line, muted));
    }
    for button in bubble.buttons {
        out.push(rule(
            theme.glyph(Glyph::TeeLeft),
            set.horizontal_top,
            theme.glyph(Glyph::TeeRight),
        ));
        let label = truncate(button, inner, cut);
        let left = cells(&label) + (inner - cells(&label)) / 2;
        out.push(row(
            pad_right(&pad_left(&label, left), inner),
            theme.style(Role::Key),
        ));
    }
    out.push(rule(
        set.bottom_left,
        set.horizontal_bottom,
        set.bottom_right,
    ));
    out
}

/// The lines of the message; a paragraph that runs from right to left stands on the right.
fn body(text: &str, inner: usize, cut: &str) -> Vec<String> {
    let mut out = Vec::new();
    for paragraph in text.split('\n') {
        let way = direction(paragraph);
        for line in wrap(paragraph, inner) {
            let line = truncate(line, inner, cut);
            let shown = visual_in(&line, way);
            out.push(match way {
                Direction::LeftToRight => pad_right(&shown, inner),
                Direction::RightToLeft => pad_left(&shown, inner),
            });
        }
    }
    out
}

fn foot(bubble: &Bubble<'_>, inner: usize, cut: &str) -> Option<String> {
    let footer = bubble.footer.unwrap_or_default();
    if footer.is_empty() && bubble.time.is_empty() {
        return None;
    }
    let time = truncate(bubble.time, inner, cut);
    let gap = usize::from(!time.is_empty());
    let left = inner.saturating_sub(cells(&time) + gap);
    Some(fit(
        &format!("{}{:gap$}{time}", fit(footer, left, cut), ""),
        inner,
        cut,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drawn(bubble: &Bubble<'_>, room: usize) -> Vec<String> {
        lines(bubble, room, &Theme::default())
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn it_looks_like_a_phone() {
        let buttons = ["Change the day".to_owned()];
        let bubble = Bubble {
            header: Some("▣ door.jpg"),
            text: "Hello Sara, your fitter comes to order 88213 on Fri 23 Oct,     after 10:00.",
            footer: Some("Fern & Oak"),
            time: "10:47",
            buttons: &buttons,
        };
        assert_eq!(
            drawn(&bubble, 80),
            [
                "╭────────────────────────────────────────╮",
                "│ ▣ door.jpg                             │",
                "│ Hello Sara, your fitter comes to order │",
                "│ 88213 on Fri 23 Oct,     after 10:00.  │",
                "│ Fern & Oak                       10:47 │",
                "├────────────────────────────────────────┤",
                "│             Change the day             │",
                "╰────────────────────────────────────────╯",
            ]
        );
    }

    #[test]
    fn arabic_stands_on_the_right() {
        let bubble = Bubble {
            text: "مرحبا\nok",
            ..Bubble::default()
        };
        assert_eq!(
            drawn(&bubble, 14)[1..3],
            ["│      ابحرم │", "│ ok         │"]
        );
    }

    proptest! {
        #[test]
        fn every_line_has_the_width(text in "[a 山👩🏽مر\n]{0,40}", footer in "[a 山]{0,60}", room in 0_usize..=120) {
            let buttons = vec![text.replace('\n', " ")];
            let text = crate::text::sanitize::clean(&text).into_owned();
            let bubble = Bubble { header: Some(&footer), text: &text, footer: Some(&footer), time: "10:47", buttons: &buttons };
            for line in drawn(&bubble, room) {
                prop_assert_eq!(cells(&line), room.min(WIDTH), "{}", line);
            }
        }
    }
}
