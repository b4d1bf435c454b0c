//! Wraps a text to a width in cells: at spaces and between wide characters, inside a word only
//! when the word alone is too long. It must not lose or change a visible character; the lines
//! are pieces of the text given, so that positions in the text stay positions in the lines.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthChar as _;

use super::width::{cells, grapheme_cells, head};

/// The lines of a text at this width, in reading order. `\n` ends a line; a text without any
/// visible character is one empty line. Spaces at which a line was broken are on no line. A
/// single grapheme wider than the width has a line of its own; width 0 counts as 1.
pub fn wrap(text: &str, width: usize) -> Vec<&str> {
    wrap_ranges(text, width)
        .into_iter()
        .map(|range| text.get(range).unwrap_or_default())
        .collect()
}

/// As [`wrap`], but the byte ranges of the lines within the text.
pub fn wrap_ranges(text: &str, width: usize) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for paragraph in text.split('\n') {
        Paragraph {
            text: paragraph,
            offset: start,
            width: width.max(1),
        }
        .wrap(&mut lines);
        start += paragraph.len() + 1;
    }
    lines
}

struct Paragraph<'a> {
    text: &'a str,
    offset: usize,
    width: usize,
}

/// A place where a line may end.
#[derive(Clone, Copy)]
struct Break {
    /// Where the line ends, without its spaces.
    end: usize,
    /// Where the next line begins.
    next: usize,
    /// Cells of the line up to `next`.
    cells: usize,
}

impl Paragraph<'_> {
    fn wrap(&self, lines: &mut Vec<Range<usize>>) {
        let mut line_start = 0;
        let mut column = 0;
        let mut chance: Option<Break> = None;
        let mut previous = "";
        let mut spaces_from = 0;
        for (at, grapheme) in self.text.grapheme_indices(true) {
            let taken = grapheme_cells(grapheme);
            if is_space(grapheme) {
                // Spaces hang over the edge: they never start a line and never push a word away.
                if !is_space(previous) {
                    spaces_from = at;
                }
                column += taken;
                if spaces_from > line_start {
                    let next = at + grapheme.len();
                    chance = Some(Break {
                        end: spaces_from,
                        next,
                        cells: column,
                    });
                }
                previous = grapheme;
                continue;
            }
            if may_break_between(previous, grapheme) && at > line_start {
                chance = Some(Break {
                    end: at,
                    next: at,
                    cells: column,
                });
            }
            while column + taken > self.width && at > line_start {
                let broken = chance.take().unwrap_or(Break {
                    end: at,
                    next: at,
                    cells: column,
                });
                self.push(lines, line_start..broken.end);
                line_start = broken.next;
                column -= broken.cells.min(column);
            }
            column += taken;
            previous = grapheme;
        }
        self.push_last(lines, line_start, chance);
    }

    /// The rest of the paragraph. Spaces at its end stay only as far as they fit.
    fn push_last(&self, lines: &mut Vec<Range<usize>>, line_start: usize, chance: Option<Break>) {
        let whole = self.text.len();
        let words = chance
            .filter(|chance| chance.next == whole)
            .map_or(whole, |chance| chance.end);
        let mut column = cells(self.text.get(line_start..words).unwrap_or_default());
        let mut end = words;
        for (at, space) in self
            .text
            .get(words..)
            .unwrap_or_default()
            .grapheme_indices(true)
        {
            column += grapheme_cells(space);
            if column > self.width {
                break;
            }
            end = words + at + space.len();
        }
        self.push(lines, line_start..end.max(line_start));
    }

    fn push(&self, lines: &mut Vec<Range<usize>>, range: Range<usize>) {
        let line = self.text.get(range.clone()).unwrap_or_default();
        // A line of nothing but spaces has no place to break: it is cut where the width ends.
        let length = if line.graphemes(true).all(is_space) {
            head(line, self.width).len()
        } else {
            line.len()
        };
        let start = self.offset + range.start;
        lines.push(start..start + length);
    }
}

fn is_space(grapheme: &str) -> bool {
    // The no-break spaces are not here: that is what they are for.
    matches!(
        grapheme,
        " " | "\t"
            | "\u{1680}"
            | "\u{2000}"
            | "\u{2001}"
            | "\u{2002}"
            | "\u{2003}"
            | "\u{2004}"
            | "\u{2005}"
            | "\u{2006}"
            | "\u{2008}"
            | "\u{2009}"
            | "\u{200A}"
            | "\u{205F}"
            | "\u{3000}"
    )
}

/// Chinese and Japanese have no spaces: a line may end between two wide characters, but closing
/// marks stay with what they close and opening ones with what they open.
fn may_break_between(before: &str, after: &str) -> bool {
    if before.is_empty() || is_space(before) || before.len() < 3 && after.len() < 3 {
        return false;
    }
    (is_wide(before) || is_wide(after)) && !closes(after) && !opens(before)
}

/// Whether the sign is wide by itself. A letter of India with a vowel beside it takes two cells
/// too, and stands in the middle of a word.
fn is_wide(grapheme: &str) -> bool {
    let first = grapheme.chars().next().and_then(char::width);
    first == Some(2) || grapheme.contains('\u{FE0F}')
}

fn closes(grapheme: &str) -> bool {
    grapheme.starts_with([
        '、', '。', '，', '．', '・', '：', '；', '？', '！', '」', '』', '）', '］', '｝', '】',
        '〉', '》', 'ー', 'っ', 'ゃ', 'ゅ', 'ょ', 'ッ', 'ャ', 'ュ', 'ョ', ')', ']', '}', ',', '.',
        ':', ';', '?', '!', '"', '\'', '”', '’', '»', '…', '%',
    ])
}

fn opens(grapheme: &str) -> bool {
    grapheme.starts_with([
        '「', '『', '（', '［', '｛', '【', '〈', '《', '(', '[', '{', '“', '‘', '«',
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("", 10, &[""])]
    #[case("I paid for the fitting too.", 12, &["I paid for", "the fitting", "too."])]
    #[case("exact fit", 9, &["exact fit"])]
    #[case("exact fit", 5, &["exact", "fit"])]
    #[case("one\n\ntwo", 10, &["one", "", "two"])]
    #[case("one\n", 10, &["one", ""])]
    #[case("abcdefghij", 4, &["abcd", "efgh", "ij"])]
    #[case("to abcdefghij", 4, &["to", "abcd", "efgh", "ij"])]
    #[case("Fri,     after", 9, &["Fri,", "after"])]
    #[case("Fri,     after", 20, &["Fri,     after"])]
    #[case("  indented words", 10, &["  indented", "words"])]
    #[case("1\u{a0}171 people", 6, &["1\u{a0}171", "people"])]
    #[case("山田花子様、こんにちは", 10, &["山田花子", "様、こんに", "ちは"])]
    #[case("a 👨\u{200d}👩\u{200d}👧 b", 3, &["a", "👨\u{200d}👩\u{200d}👧", "b"])]
    #[case("के कारीगर को", 7, &["के", "कारीगर", "को"])]
    #[case("☎\u{fe0f}☎\u{fe0f}☎\u{fe0f}", 4, &["☎\u{fe0f}☎\u{fe0f}", "☎\u{fe0f}"])]
    #[case("山", 1, &["山"])]
    #[case("ab", 0, &["a", "b"])]
    #[case("end   ", 4, &["end "])]
    #[case("     ", 3, &["   "])]
    #[case("      word", 3, &["   ", "wor", "d"])]
    fn lines_break_where_readers_expect(
        #[case] text: &str,
        #[case] width: usize,
        #[case] expected: &[&str],
    ) {
        assert_eq!(wrap(text, width), expected);
    }

    fn visible(text: &str) -> Vec<&str> {
        text.graphemes(true)
            .filter(|g| !is_space(g) && !g.contains('\n'))
            .collect()
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_too_wide(
            text in "[a-c \n山。👩🏽\u{301}\u{200d}ك\u{a0}\t-]{0,60}|[ a山]{0,30}|\\PC{0,40}",
            width in 0_usize..30,
        ) {
            let lines = wrap(&text, width);
            let kept: Vec<&str> = lines.iter().flat_map(|line| visible(line)).collect();
            prop_assert_eq!(kept, visible(&text));
            for line in &lines {
                prop_assert!(!line.contains('\n'));
                let one = line.graphemes(true).filter(|g| cells(g) > 0).count() <= 1;
                prop_assert!(cells(line) <= width.max(1) || one, "{:?} at {}", line, width);
            }
            prop_assert_eq!(wrap(&text, 10_000).len(), text.split('\n').count());
        }
    }
}
