//! Puts one line, already wrapped, into the order in which its characters stand on the screen.
//!
//! Most terminals draw characters strictly from left to right, so text that runs from right to
//! left has to be turned round before. It writes no direction controls, it never splits a
//! grapheme, and it must not be given text that still has to be wrapped.

use std::borrow::Cow;

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
pub fn visual(line: &str) -> Cow<'_, str> {
    visual_in(line, direction(line))
}

/// One line in screen order, for a line of a longer paragraph that runs this way.
pub fn visual_in(line: &str, paragraph: Direction) -> Cow<'_, str> {
    if !may_turn(line) {
        return Cow::Borrowed(line);
    }
    let graphemes = visual_graphemes(line, paragraph);
    Cow::Owned(graphemes.into_iter().map(|(_, sign)| sign).collect())
}

/// The graphemes of such a line in screen order, each with the byte at which it stands in the
/// line, so that what belongs to a part of the line moves with it.
pub fn visual_graphemes(line: &str, paragraph: Direction) -> Vec<(usize, &str)> {
    if !may_turn(line) {
        return line.grapheme_indices(true).collect();
    }
    let base = match paragraph {
        Direction::LeftToRight => Level::ltr(),
        Direction::RightToLeft => Level::rtl(),
    };
    let info = BidiInfo::new(line, Some(base));
    let mut out = Vec::with_capacity(line.len());
    for part in &info.paragraphs {
        let (levels, runs) = info.visual_runs(part, part.range.clone());
        for run in runs {
            let piece = line.get(run.clone()).unwrap_or_default();
            let signs = piece
                .grapheme_indices(true)
                .map(|(at, sign)| (run.start + at, sign));
            if levels.get(run.start).is_some_and(Level::is_rtl) {
                out.extend(signs.rev().map(|(at, sign)| (at, mirrored(sign))));
            } else {
                out.extend(signs);
            }
        }
    }
    out
}

/// Whether the text has any character of the blocks that run from right to left, or a sign that
/// could make it do so.
fn may_turn(text: &str) -> bool {
    !text.is_ascii()
        && text.chars().any(|character| {
            matches!(
                character,
                '\u{0590}'..='\u{08FF}'
                    | '\u{200F}'
                    | '\u{202B}'
                    | '\u{202E}'
                    | '\u{2067}'
                    | '\u{FB1D}'..='\u{FDFF}'
                    | '\u{FE70}'..='\u{FEFC}'
                    | '\u{10800}'..='\u{10FFF}'
                    | '\u{1E800}'..='\u{1EFFF}'
            )
        })
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
        assert_eq!(visual(line), expected);
    }

    #[test]
    fn a_mark_stays_behind_its_letter() {
        assert_eq!(visual("بَا"), "ابَ");
    }

    #[test]
    fn the_paragraph_decides_not_the_line() {
        assert!(is_rtl("مرحبا Sara") && !is_rtl("Sara مرحبا") && !is_rtl("88213"));
        assert_eq!(visual_in("ab שלום", Direction::RightToLeft), "םולש ab");
        assert_eq!(visual_in("ab שלום", Direction::LeftToRight), "ab םולש");
    }

    #[test]
    fn every_sign_knows_where_it_stood() {
        let line = "order שלום 88213";
        for (at, sign) in visual_graphemes(line, Direction::LeftToRight) {
            assert!(line[at..].starts_with(sign), "{sign} at {at}");
        }
    }

    #[test]
    fn plain_lines_are_not_copied() {
        assert!(matches!(visual("Léa …0412"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn the_same_graphemes_in_the_same_width(line in "[a-c0-9 ()אבגكلا\u{64e}😊山.]{0,40}") {
            let line = crate::text::sanitize::clean_line(&line);
            let turned = visual(&line);
            let mut before: Vec<&str> = line.graphemes(true).filter(|g| mirrored(g) == *g).collect();
            let mut after: Vec<&str> = turned.graphemes(true).filter(|g| mirrored(g) == *g).collect();
            before.sort_unstable();
            after.sort_unstable();
            prop_assert_eq!(before, after);
            prop_assert_eq!(cells(&line), cells(&turned));
        }
    }
}
