//! Puts one line, already wrapped, into the order in which its characters stand on the screen.
//!
//! Text that runs from right to left is turned round before it is drawn; [`super::turning`] then
//! sees to it that the terminal does not do so again. Whoever draws with `widgets::Painter` gives
//! text in reading order and need not call this; lines of one wrapped text do, because the text
//! decides the direction and not the line. It never splits a grapheme, and it must not be given
//! text that still has to be wrapped.

use std::borrow::Cow;
use std::ops::Range;

use unicode_bidi::{BidiInfo, Level};
use unicode_segmentation::UnicodeSegmentation as _;

/// Which way a paragraph runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// As English.
    LeftToRight,
    /// As Arabic and Hebrew.
    RightToLeft,
}

/// The direction of a text: that of its first letter that has one, left to right without any.
pub fn direction(text: &str) -> Direction {
    if !may_turn(text) {
        return Direction::LeftToRight;
    }
    match unicode_bidi::get_base_direction(text) {
        unicode_bidi::Direction::Rtl => Direction::RightToLeft,
        unicode_bidi::Direction::Ltr | unicode_bidi::Direction::Mixed => Direction::LeftToRight,
    }
}

/// Whether the first letter of the text runs from right to left.
pub fn is_rtl(text: &str) -> bool {
    direction(text) == Direction::RightToLeft
}

/// One line in screen order, for a line that is a paragraph of its own.
pub fn visual_piece(line: &str) -> Cow<'_, str> {
    visual_in(line, direction(line))
}

/// A name for a place inside a line of our own: it keeps its order there and does not change that
/// of the words and numbers around it. The signs that say so take no cell and are never drawn.
pub fn apart(name: &str) -> Cow<'_, str> {
    if may_turn(name) {
        Cow::Owned(format!("\u{2068}{name}\u{2069}"))
    } else {
        Cow::Borrowed(name)
    }
}

/// One line in screen order, for a line of a longer paragraph that runs this way.
pub fn visual_in(line: &str, paragraph: Direction) -> Cow<'_, str> {
    let Some(pieces) = pieces(line, paragraph) else {
        return Cow::Borrowed(line);
    };
    let mut out = String::with_capacity(line.len());
    for (range, turned) in pieces {
        let piece = line.get(range).unwrap_or_default();
        if turned {
            out.extend(piece.graphemes(true).rev().map(mirrored));
        } else {
            out.push_str(piece);
        }
    }
    Cow::Owned(out)
}

/// The graphemes of [`visual_in`], each with its place in the line, in bytes.
pub fn screen_order(line: &str, paragraph: Direction) -> Vec<(usize, &str)> {
    let Some(pieces) = pieces(line, paragraph) else {
        return line.grapheme_indices(true).collect();
    };
    let mut order = Vec::with_capacity(line.len());
    for (range, turned) in pieces {
        let (start, piece) = (range.start, line.get(range).unwrap_or_default());
        let placed = piece.grapheme_indices(true);
        if turned {
            let turned = placed.rev();
            order.extend(turned.map(|(at, grapheme)| (start + at, mirrored(grapheme))));
        } else {
            order.extend(placed.map(|(at, grapheme)| (start + at, grapheme)));
        }
    }
    order
}

/// The pieces of a line in screen order, and which of them are turned round; `None` where the line
/// stays as it is.
fn pieces(line: &str, paragraph: Direction) -> Option<Vec<(Range<usize>, bool)>> {
    if !may_turn(line) {
        return None;
    }
    let base = match paragraph {
        Direction::LeftToRight => Level::ltr(),
        Direction::RightToLeft => Level::rtl(),
    };
    let info = BidiInfo::new(line, Some(base));
    if !info.has_rtl() {
        return None;
    }
    let mut pieces = Vec::new();
    for part in &info.paragraphs {
        let (levels, runs) = info.visual_runs(part, part.range.clone());
        for run in runs {
            let turned = levels.get(run.start).is_some_and(Level::is_rtl);
            pieces.push((run, turned));
        }
    }
    Some(pieces)
}

/// Whether the text has any character of the blocks that run from right to left, or a sign that
/// could make it do so.
fn may_turn(text: &str) -> bool {
    let sign = |character| matches!(character, '\u{200F}' | '\u{202B}' | '\u{202E}' | '\u{2067}');
    !text.is_ascii()
        && text
            .chars()
            .any(|character| in_rtl_block(character) || sign(character))
}

/// Whether the character is of the blocks of letters that run from right to left.
pub(super) fn in_rtl_block(character: char) -> bool {
    matches!(
        character,
        '\u{0590}'..='\u{08FF}'
            | '\u{FB1D}'..='\u{FDFF}'
            | '\u{FE70}'..='\u{FEFC}'
            | '\u{10800}'..='\u{10FFF}'
            | '\u{1E800}'..='\u{1EFFF}'
    )
}

/// A bracket opens towards its text: turned round it has to be the other one.
fn mirrored(grapheme: &str) -> &str {
    match grapheme {
        "(" => ")",
        ")" => "(",
        "[" => "]",
        "]" => "[",
        "{" => "}",
        "}" => "{",
        "<" => ">",
        ">" => "<",
        "«" => "»",
        "»" => "«",
        "‹" => "›",
        "›" => "‹",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::width::cells;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("plain text", "plain text")]
    #[case("שלום", "םולש")]
    #[case("order שלום 88213", "order 88213 םולש")]
    #[case("שלום 88213", "88213 םולש")]
    #[case("(שלום)", "(םולש)")]
    #[case("山田 😊", "山田 😊")]
    fn lines_stand_as_they_are_read(#[case] line: &str, #[case] expected: &str) {
        assert_eq!(visual_piece(line), expected);
    }

    #[test]
    fn a_mark_stays_behind_its_letter() {
        assert_eq!(visual_piece("بَا"), "ابَ");
    }

    #[test]
    fn the_paragraph_decides_not_the_line() {
        assert!(is_rtl("مرحبا Sara") && !is_rtl("Sara مرحبا") && !is_rtl("88213"));
        assert_eq!(visual_in("ab שלום", Direction::RightToLeft), "םולש ab");
        assert_eq!(visual_in("ab שלום", Direction::LeftToRight), "ab םולש");
    }

    #[test]
    fn a_name_leaves_what_stands_around_it_alone() {
        let title = format!("Conversation · {} …0164", apart("يوسف حداد"));
        let bare = |line: &str| line.replace(['\u{2068}', '\u{2069}'], "");
        assert_eq!(
            bare(&visual_piece(&title)),
            "Conversation · دادح فسوي …0164"
        );
        let sentence = format!("{} has no messages", apart("يوسف"));
        assert_eq!(bare(&visual_piece(&sentence)), "فسوي has no messages");
        assert_eq!(apart("Sara"), "Sara");
    }

    #[test]
    fn plain_lines_are_not_copied() {
        assert!(matches!(visual_piece("Léa …0412"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn the_same_graphemes_in_the_same_width(line in "[a-c0-9 ()אבגكلا\u{64e}😊山.]{0,40}") {
            let line = crate::text::sanitize::clean_line(&line);
            let turned = visual_piece(&line);
            let mut before: Vec<&str> = line.graphemes(true).filter(|g| mirrored(g) == *g).collect();
            let mut after: Vec<&str> = turned.graphemes(true).filter(|g| mirrored(g) == *g).collect();
            before.sort_unstable();
            after.sort_unstable();
            prop_assert_eq!(before, after);
            prop_assert_eq!(cells(&line), cells(&turned));
            let order = screen_order(&line, direction(&line));
            let drawn: String = order.iter().map(|(_, grapheme)| *grapheme).collect();
            prop_assert_eq!(drawn, turned);
            for (at, grapheme) in order {
                let here = &line[at..];
                prop_assert!(here.starts_with(grapheme) || here.starts_with(mirrored(grapheme)));
            }
        }
    }
}
