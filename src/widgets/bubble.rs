//! A message as a phone shows it, in 42 cells, spaces kept as they are.
//!
//! ```text
//! ╭────────────────────────────────────────╮
//! │ ▣ door.jpg                             │
//! │ Hello Sara, your fitter comes to order │
//! │ 88213 on Fri 23 Oct, after 10:00.      │
//! │ Fern & Oak                       10:47 │
//! ├────────────────────────────────────────┤
//! │             Change the day             │
//! ╰────────────────────────────────────────╯
//! ```
//!
//! It gets texts that are already cleaned and filled in; it must not know templates. Its rows are
//! made without a theme, so that a layout can ask how many there are.

use super::painter::{Painter, Span, Spans};
use crate::text::bidi::{Direction, direction, screen_order, visual_piece};
use crate::text::width::{ELLIPSIS, cells, fit, grapheme_cells, pad_left, pad_right, truncate};
use crate::text::wrap::wrap_ranges;
use crate::theme::{Frame, Glyph, Role};
use ratatui::layout::Rect;

/// The width of a phone.
pub const WIDTH: usize = 42;

/// What stands in the bubble.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bubble<'a> {
    /// A word on the upper edge, for example `card 2 of 10`.
    pub title: Option<&'a str>,
    /// Lines above the text: a title, the sign and name of a picture, the end of an offer.
    pub head: &'a [String],
    /// The message in pieces, each with its meaning; line breaks stand inside the pieces.
    pub text: &'a [Span],
    /// One line below the text.
    pub footer: Option<&'a str>,
    /// The clock time, right of the footer; empty for none.
    pub time: &'a str,
    /// The labels of the buttons, each under a rule.
    pub buttons: &'a [String],
}

/// One row of a bubble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    /// The upper edge with its word.
    Top(Option<String>),
    /// Pieces of text that together are as wide as the inside.
    Text(Spans),
    /// A rule across.
    Rule,
    /// The lower edge.
    Bottom,
}

/// The rows of a bubble, all of the same width.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// Cells of every row.
    pub width: usize,
    /// The rows from the top.
    pub rows: Vec<Row>,
    /// Lines that were cut off for want of room.
    pub hidden: usize,
}

/// The bubble as rows of the same width: [`WIDTH`] or less when there is less room. None when
/// there is no room for any text.
pub fn rows(bubble: &Bubble<'_>, room: usize) -> Rows {
    let width = room.min(WIDTH);
    let Some(inner) = width.checked_sub(4).filter(|inner| *inner > 0) else {
        return Rows::default();
    };
    let mut rows = vec![Row::Top(bubble.title.map(str::to_owned))];
    rows.extend(bubble.head.iter().map(|line| own_line(line, inner)));
    rows.extend(body(bubble.text, inner).into_iter().map(Row::Text));
    rows.extend(foot(bubble, inner).map(|line| Row::Text(Spans::of(Role::Muted, line))));
    for button in bubble.buttons {
        rows.push(Row::Rule);
        let label = visual_piece(button).into_owned();
        let label = truncate(&label, inner, ELLIPSIS);
        let left = cells(&label) + (inner - cells(&label)) / 2;
        let text = pad_right(&pad_left(&label, left), inner);
        rows.push(Row::Text(Spans::of(Role::Key, text)));
    }
    rows.push(Row::Bottom);
    Rows {
        width,
        rows,
        hidden: 0,
    }
}

/// A line that is a paragraph of its own, on the side where its language begins.
fn own_line(line: &str, inner: usize) -> Row {
    let shown = truncate(line, inner, ELLIPSIS);
    let text = match direction(line) {
        Direction::LeftToRight => pad_right(&visual_piece(&shown), inner),
        Direction::RightToLeft => pad_left(&visual_piece(&shown), inner),
    };
    Row::Text(Spans::of(Role::Text, text))
}

/// The lines of the message; a paragraph that runs from right to left stands on the right.
fn body(pieces: &[Span], inner: usize) -> Vec<Spans> {
    let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
    if text.is_empty() {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let mut start = 0;
    for paragraph in text.split('\n') {
        let way = direction(paragraph);
        for range in wrap_ranges(paragraph, inner) {
            let line = paragraph.get(range.clone()).unwrap_or_default();
            let role_at = |at: usize| role_at(pieces, start + range.start + at);
            lines.push(line_of(line, way, inner, role_at));
        }
        start += paragraph.len() + 1;
    }
    lines
}

fn line_of(line: &str, way: Direction, inner: usize, role_at: impl Fn(usize) -> Role) -> Spans {
    let mut spans = Spans::default();
    let mut taken = 0;
    for (at, sign) in screen_order(line, way) {
        let wide = grapheme_cells(sign);
        if taken + wide > inner {
            break;
        }
        taken += wide;
        let role = role_at(at);
        match spans.0.last_mut() {
            Some(last) if last.role == role => last.text.push_str(sign),
            Some(_) | None => spans.push(role, sign),
        }
    }
    // Signs that stand beside each other only now may have become one.
    let gap = Span {
        text: " ".repeat(inner.saturating_sub(spans.cells())),
        role: Role::Text,
    };
    match way {
        Direction::LeftToRight => spans.0.push(gap),
        Direction::RightToLeft => spans.0.insert(0, gap),
    }
    spans
}

/// The meaning of the piece in which a byte of the whole text stands.
fn role_at(pieces: &[Span], at: usize) -> Role {
    let mut end = 0;
    let piece = pieces.iter().find(|piece| {
        end += piece.text.len();
        at < end
    });
    piece.map_or(Role::Text, |piece| piece.role)
}

fn foot(bubble: &Bubble<'_>, inner: usize) -> Option<String> {
    let footer = visual_piece(bubble.footer.unwrap_or_default());
    if footer.is_empty() && bubble.time.is_empty() {
        return None;
    }
    let time = truncate(bubble.time, inner, ELLIPSIS);
    let gap = usize::from(!time.is_empty());
    let left = inner.saturating_sub(cells(&time) + gap);
    let line = format!("{}{:gap$}{time}", fit(&footer, left, ELLIPSIS), "");
    Some(fit(&line, inner, ELLIPSIS))
}

impl Rows {
    /// How many rows there are.
    pub fn height(&self) -> u16 {
        u16::try_from(self.rows.len()).unwrap_or(u16::MAX)
    }

    /// At most so many rows; the last ones then say how many lines are not shown.
    #[must_use]
    pub fn cut(mut self, height: u16, how_to_see: &str) -> Self {
        let height = usize::from(height);
        if self.rows.len() <= height {
            return self;
        }
        if height < 4 {
            return Self {
                hidden: self.rows.len(),
                ..Self::default()
            };
        }
        let hidden = self.rows.len() - height + 1;
        self.rows.truncate(height - 2);
        let inner = self.width.saturating_sub(4);
        let text = format!("{ELLIPSIS} {hidden} more lines{how_to_see}");
        let text = fit(&text, inner, ELLIPSIS);
        self.rows.push(Row::Text(Spans::of(Role::Muted, text)));
        self.rows.push(Row::Bottom);
        self.hidden = hidden;
        self
    }

    /// Draws the rows from this one on into an area, as far as they fit.
    pub fn draw(&self, painter: &mut Painter<'_>, area: Rect, first: usize) {
        let rows = self.rows.iter().skip(first);
        for (y, row) in (area.y..area.bottom()).zip(rows) {
            self.draw_row(painter, row, (area.x, y), area.right());
        }
    }

    fn draw_row(&self, painter: &mut Painter<'_>, row: &Row, at: (u16, u16), limit: u16) {
        let set = painter.theme.border(Frame::Rounded);
        let across = set.horizontal_top.repeat(self.width.saturating_sub(2));
        let edge = |left: &str, right: &str| format!("{left}{across}{right}");
        match row {
            Row::Top(title) => {
                let line = edge(set.top_left, set.top_right);
                painter.text(at, limit, &line, Role::Border);
                if let Some(title) = title {
                    let (x, y) = (at.0 + 2, at.1);
                    painter.text((x, y), limit, &format!(" {title} "), Role::Muted);
                }
            }
            Row::Text(spans) => {
                let left = format!("{} ", set.vertical_left);
                let x = painter.text(at, limit, &left, Role::Border);
                // The rows were put in screen order when they were laid out.
                let x = spans.0.iter().fold(x, |x, span| {
                    painter.ordered((x, at.1), limit, &span.text, span.role)
                });
                let right = format!(" {}", set.vertical_right);
                painter.text((x, at.1), limit, &right, Role::Border);
            }
            Row::Rule => {
                let theme = painter.theme;
                let line = edge(theme.glyph(Glyph::TeeLeft), theme.glyph(Glyph::TeeRight));
                painter.text(at, limit, &line, Role::Border);
            }
            Row::Bottom => {
                let line = edge(set.bottom_left, set.bottom_right);
                painter.text(at, limit, &line, Role::Border);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Theme;
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;

    fn drawn(bubble: &Bubble<'_>, room: usize) -> Vec<String> {
        let rows = rows(bubble, room);
        let width = u16::try_from(rows.width).unwrap();
        let area = Rect::new(0, 0, width, rows.height());
        let mut buffer = Buffer::empty(area);
        let theme = Theme::default();
        let mut painter = Painter {
            buffer: &mut buffer,
            theme: &theme,
        };
        rows.draw(&mut painter, area, 0);
        let row = |y| {
            let mut line = String::new();
            let mut x = 0;
            while x < width {
                let symbol = buffer[(x, y)].symbol();
                line.push_str(symbol);
                x += u16::try_from(grapheme_cells(symbol).max(1)).unwrap();
            }
            line
        };
        (0..rows.height()).map(row).collect()
    }

    fn plain(text: &str) -> Vec<Span> {
        Spans::of(Role::Text, text).0
    }

    #[test]
    fn it_looks_like_a_phone() {
        let text = "Hello Sara, your fitter comes to order 88213 on Fri 23 Oct,     after 10:00.";
        let bubble = Bubble {
            head: &["▣ door.jpg".to_owned()],
            text: &plain(text),
            footer: Some("Fern & Oak"),
            time: "10:47",
            buttons: &["Change the day".to_owned()],
            ..Bubble::default()
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
            text: &plain("مرحبا\nok"),
            ..Bubble::default()
        };
        assert_eq!(
            drawn(&bubble, 14)[1..3],
            ["│      ابحرم │", "│ ok         │"]
        );
    }

    #[test]
    fn a_value_keeps_its_meaning_where_the_line_is_turned() {
        let pieces = Spans::of(Role::Text, "طلب ")
            .with(Role::Key, "88213")
            .with(Role::Text, " يصل");
        let lines = body(&pieces.0, 20);
        let value: Vec<&Span> = lines[0].0.iter().filter(|s| s.role == Role::Key).collect();
        assert_eq!(value.len(), 1);
        assert_eq!(value[0].text, "88213");
        assert_eq!(
            lines[0].0[0].text.trim(),
            "",
            "the line stands on the right"
        );
        assert!(lines[0].0[1].text.ends_with("لصي "), "{:?}", lines[0]);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let bubble = Bubble {
            text: &plain("one\ntwo\nthree\nfour\nfive"),
            ..Bubble::default()
        };
        let whole = rows(&bubble, 30);
        assert_eq!(whole.height(), 7);
        let cut = whole.clone().cut(5, " · p");
        assert_eq!(cut.height(), 5);
        let Row::Text(last) = &cut.rows[3] else {
            panic!("{cut:?}")
        };
        assert!(last.0[0].text.starts_with("… 3 more lines · p"), "{last:?}");
        assert_eq!(whole.clone().cut(7, ""), whole);
        assert_eq!(whole.cut(3, "").height(), 0);
    }

    proptest! {
        #[test]
        fn every_line_has_the_width(text in "[a 山👩🏽مر\n]{0,40}", footer in "[a 山م]{0,60}", room in 0_usize..=120) {
            let buttons = vec![text.replace('\n', " ")];
            let text = crate::text::sanitize::clean(&text).into_owned();
            let head = [footer.clone()];
            let pieces = plain(&text);
            let bubble = Bubble { title: Some("card"), head: &head, text: &pieces, footer: Some(&footer), time: "10:47", buttons: &buttons };
            let rows = rows(&bubble, room);
            for row in &rows.rows {
                if let Row::Text(spans) = row {
                    prop_assert_eq!(spans.cells() + 4, rows.width, "{:?}", spans);
                }
            }
            for line in drawn(&bubble, room) {
                prop_assert_eq!(cells(&line), room.min(WIDTH), "{}", line);
            }
        }
    }
}
