//! A stretch of one row that leads somewhere. It lies beside the cells and never in them, so that
//! a row with a link has the same text, width and colours as one without; who writes the cells to
//! a terminal that knows links joins the two. It must not decide what is a link.

use crate::text::width::grapheme_cells;
use crate::theme::Theme;
use ratatui::buffer::Buffer;
use std::sync::Arc;
use unicode_segmentation::UnicodeSegmentation;

/// A stretch of one row that leads somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hyperlink {
    /// First column.
    pub x: u16,
    /// Row.
    pub y: u16,
    /// What stands there, in screen order.
    pub text: Arc<str>,
    /// The same for all stretches of one link, so that a wrapped one is one.
    pub id: u64,
    /// Where it leads, as [`crate::text::links::target`] gives it.
    pub target: Arc<str>,
}

impl Hyperlink {
    /// The columns it takes.
    pub fn width(&self) -> u16 {
        let cells: usize = self.text.graphemes(true).map(grapheme_cells).sum();
        u16::try_from(cells).unwrap_or(u16::MAX)
    }

    /// Whether both lead to the same place and belong to the same link.
    pub fn is_same_link(&self, other: &Self) -> bool {
        self.id == other.id && self.target == other.target
    }

    /// Whether its text is what the cells show: something may have been drawn over it since.
    pub fn is_shown(&self, buffer: &Buffer, theme: &Theme) -> bool {
        let mut x = self.x;
        for grapheme in self.text.graphemes(true) {
            let width = u16::try_from(grapheme_cells(grapheme)).unwrap_or(u16::MAX);
            if width == 0 {
                continue;
            }
            let cell = buffer.cell((x, self.y));
            if cell.is_none_or(|cell| cell.symbol() != theme.in_charset(grapheme)) {
                return false;
            }
            x = x.saturating_add(width);
        }
        x > self.x
    }
}

#[cfg(test)]
mod tests {
    use super::Hyperlink;
    use crate::theme::{Theme, ThemeOptions};
    use ratatui::buffer::Buffer;

    fn link(text: &str) -> Hyperlink {
        Hyperlink {
            x: 2,
            y: 0,
            text: text.into(),
            id: 7,
            target: "https://a.example".into(),
        }
    }

    #[test]
    fn a_link_that_is_drawn_over_is_none() {
        let (link, theme) = (link("山a/b"), Theme::default());
        assert_eq!(link.width(), 5);
        let mut buffer = Buffer::with_lines(["x 山a/b y"]);
        assert!(link.is_shown(&buffer, &theme));
        buffer[(6, 0)].set_symbol(" ");
        assert!(!link.is_shown(&buffer, &theme));
        assert!(!link.is_shown(&Buffer::with_lines(["x 山a"]), &theme));
    }

    #[test]
    fn a_screen_of_plain_characters_has_links_too() {
        let options = ThemeOptions {
            ascii: true,
            ..ThemeOptions::default()
        };
        let theme = Theme::built_in(&options).unwrap();
        let mut buffer = Buffer::with_lines(["x ▣ a · b"]);
        theme.to_charset(&mut buffer);
        assert_eq!(buffer, Buffer::with_lines(["x # a . b"]));
        assert!(link("▣ a · b").is_shown(&buffer, &theme));
    }
}
