//! Widths in terminal cells: measuring, cutting and padding.
//!
//! The width of a text is the sum over its graphemes, never that of the whole string: measured
//! as one string some Arabic pairs count as one cell where terminals draw two. The width of one
//! grapheme is exactly what the screen buffer will give it. A grapheme is never cut.

use std::borrow::Cow;

use ratatui::buffer::CellWidth as _;
use unicode_segmentation::UnicodeSegmentation as _;

/// The cut mark of a Unicode screen. The theme has the ASCII form.
pub const ELLIPSIS: &str = "…";

/// The cells one grapheme takes. Control characters take none, as the screen drops them.
pub fn grapheme_cells(grapheme: &str) -> usize {
    if let &[byte] = grapheme.as_bytes() {
        return usize::from((0x20..0x7F).contains(&byte));
    }
    if grapheme.contains(char::is_control) {
        return 0;
    }
    usize::from(grapheme.cell_width())
}

/// The cells a text takes on one line.
pub fn cells(text: &str) -> usize {
    if is_plain(text) {
        return text.len();
    }
    text.graphemes(true).map(grapheme_cells).sum()
}

/// Cuts a text to at most `max` cells; a cut text ends with `mark` (one cell, see [`ELLIPSIS`]).
pub fn truncate<'a>(text: &'a str, max: usize, mark: &str) -> Cow<'a, str> {
    if fits(text, max) {
        return Cow::Borrowed(text);
    }
    let Some(room) = max.checked_sub(cells(mark)) else {
        return Cow::Borrowed("");
    };
    if max == 0 {
        return Cow::Borrowed("");
    }
    Cow::Owned(format!("{}{mark}", head(text, room)))
}

/// Cuts a text in the middle to at most `max` cells, so that start and end stay: right for file
/// names and e-mail addresses, where the end says the kind.
pub fn truncate_middle<'a>(text: &'a str, max: usize, mark: &str) -> Cow<'a, str> {
    if fits(text, max) {
        return Cow::Borrowed(text);
    }
    let Some(room) = max.checked_sub(cells(mark)) else {
        return Cow::Borrowed("");
    };
    if max == 0 {
        return Cow::Borrowed("");
    }
    let end = tail(text, room * 2 / 5);
    let start = head(text, room - cells(end));
    Cow::Owned(format!("{start}{mark}{end}"))
}

/// Fills a text with spaces on its right side up to this width; a longer text stays as it is.
pub fn pad_right(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(cells(text));
    format!("{text}{:missing$}", "")
}

/// Fills a text with spaces on its left side up to this width; a longer text stays as it is.
pub fn pad_left(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(cells(text));
    format!("{:missing$}{text}", "")
}

/// Cuts or fills a text on its right side to exactly this width: a column of a list.
pub fn fit(text: &str, width: usize, mark: &str) -> String {
    pad_right(&truncate(text, width, mark), width)
}

/// The longest start of a text that takes at most `max` cells.
pub fn head(text: &str, max: usize) -> &str {
    if is_plain(text) {
        return text.get(..max).unwrap_or(text);
    }
    let mut used = 0;
    for (start, grapheme) in text.grapheme_indices(true) {
        used += grapheme_cells(grapheme);
        if used > max {
            return text.get(..start).unwrap_or_default();
        }
    }
    text
}

/// The longest end of a text that takes at most `max` cells.
pub fn tail(text: &str, max: usize) -> &str {
    let mut used = 0;
    let mut from = text.len();
    for (start, grapheme) in text.grapheme_indices(true).rev() {
        used += grapheme_cells(grapheme);
        if used > max {
            break;
        }
        from = start;
    }
    text.get(from..).unwrap_or_default()
}

fn fits(text: &str, max: usize) -> bool {
    // No grapheme of n bytes takes more than n cells.
    text.len() <= max || cells(text) <= max
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..0x7F).contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;
    use rstest::rstest;

    #[rstest]
    #[case("Sara", 4)]
    #[case("山田 花子", 9)]
    #[case("لا", 2)]
    #[case("👨\u{200d}👩\u{200d}👧\u{200d}👦", 2)]
    #[case("🇬🇧", 2)]
    #[case("☎\u{fe0f}", 2)]
    #[case("e\u{301}", 1)]
    #[case("…", 1)]
    fn graphemes_have_the_width_terminals_draw(#[case] text: &str, #[case] expected: usize) {
        assert_eq!(cells(text), expected);
    }

    #[rstest]
    #[case("Fatima Zahra", 12, "Fatima Zahra")]
    #[case("Fatima Zahra El", 12, "Fatima Zahr…")]
    #[case("山田花子", 4, "山…")]
    #[case("山田花子", 5, "山田…")]
    #[case("abc", 1, "…")]
    #[case("abc", 0, "")]
    fn cuts_keep_graphemes_whole(#[case] text: &str, #[case] max: usize, #[case] expected: &str) {
        assert_eq!(truncate(text, max, ELLIPSIS), expected);
    }

    #[test]
    fn the_middle_goes_first_in_file_names() {
        assert_eq!(
            truncate_middle("winter-2025-to-2026.csv", 16, ELLIPSIS),
            "winter-20…26.csv"
        );
        assert_eq!(
            truncate_middle("winter-2025-to-2026.csv", 16, "~"),
            "winter-20~26.csv"
        );
    }

    #[test]
    fn columns_have_their_width() {
        assert_eq!(pad_right("山", 4), "山  ");
        assert_eq!(pad_left("12", 4), "  12");
        assert_eq!(fit("山田花子", 4, ELLIPSIS), "山… ");
    }

    proptest! {
        #[test]
        fn the_screen_agrees(text in "\\PC{0,40}") {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 400, 1));
            let (end, _) = buffer.set_stringn(0, 0, &text, 400, Style::new());
            prop_assert_eq!(usize::from(end), cells(&text));
        }

        #[test]
        fn no_cut_is_too_wide(text in "\\PC{0,40}", max in 0_usize..60) {
            prop_assert!(cells(&truncate(&text, max, ELLIPSIS)) <= max);
            prop_assert!(cells(&truncate_middle(&text, max, ELLIPSIS)) <= max);
            let column = fit(&text, max, ELLIPSIS);
            prop_assert!(column.ends_with(' ') || cells(&column) >= max.min(1) || max == 0);
            prop_assert!(text.starts_with(head(&text, max)) && text.ends_with(tail(&text, max)));
        }
    }
}
