//! The last step of text that runs from right to left. Views put such text in screen order, letter
//! by letter; here every terminal gets its words the way it draws them right.
//!
//! It changes only cells that hold letters of such words, never the cells between them and never
//! a width. It must not know what a text means, nor ask which terminal this is.
//!
//! ```text
//! read           مرحبا            the first letter is م, and stands on the right
//! screen order   م in the last cell; what the views draw
//! Program        the same cells, each letter in its joined form
//! Terminal       م in the first cell, a mark behind: this run, and nothing else, is turned there
//! Word           م in the first cell, no marks
//! ```

use super::bidi::in_rtl_block;
use super::joined_forms::joined;
use ratatui::buffer::{Buffer, Cell};
use unicode_bidi::{BidiClass, bidi_class};

/// Who turns a word round that runs from right to left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Turning {
    /// This program. The terminal draws cells in their order and joins no letters.
    #[default]
    Program,
    /// A terminal that orders whole rows by the rules of Unicode, as those on VTE, Konsole and
    /// mlterm do. It would also carry numbers and other panes along, so a mark that runs from left
    /// to right ends each run of words, and the run is turned for itself.
    Terminal,
    /// A terminal that turns each word and nothing more, and draws marks as signs: kitty.
    Word,
}

/// The mark that stands for a letter from left to right, without a cell.
pub const LEFT_TO_RIGHT_MARK: char = '\u{200E}';

/// Gives the words of a finished screen the form that is drawn right.
pub fn turn(buffer: &mut Buffer, turning: Turning) {
    let width = usize::from(buffer.area.width).max(1);
    for row in buffer.content.chunks_exact_mut(width) {
        let mut from = 0;
        while from < row.len() {
            let rest = row.get(from..).unwrap_or_default();
            let length = match turning {
                Turning::Program | Turning::Word => word_length(rest, turning),
                Turning::Terminal => run_length(rest),
            };
            let digits = match turning {
                Turning::Program | Turning::Word => 0,
                Turning::Terminal => rest.iter().take_while(|cell| is_digit(cell)).count(),
            };
            if length > 0 {
                let led = is_led(row.get(..from).unwrap_or_default());
                if let Some(word) = row.get_mut(from..from + length) {
                    turn_word(word, turning, led);
                }
            }
            if let Some(last) = row.get_mut(from..from + digits) {
                mark_end(last);
            }
            from += length.max(digits).max(1);
        }
    }
}

/// Whether anything in these cells runs from left to right. A row that begins with a word would
/// run from right to left as a whole.
fn is_led(cells: &[Cell]) -> bool {
    let marked = |cell: &Cell| cell.symbol().contains(LEFT_TO_RIGHT_MARK);
    cells
        .iter()
        .any(|cell| class(cell) == Some(BidiClass::L) || marked(cell))
}

fn mark_end(cells: &mut [Cell]) {
    if let Some(last) = cells.last_mut() {
        last.set_symbol(&format!("{}{LEFT_TO_RIGHT_MARK}", last.symbol()));
    }
}

/// Turns one word, or a run of them; `led` is what [`is_led`] says of the cells before.
fn turn_word(word: &mut [Cell], turning: Turning, led: bool) {
    match turning {
        Turning::Program => {
            let forms = joined(word.iter().rev().map(Cell::symbol));
            for (cell, form) in word.iter_mut().rev().zip(forms) {
                if let Some(form) = form {
                    cell.set_symbol(&form);
                }
            }
        }
        Turning::Terminal => {
            word.reverse();
            if let Some(first) = word.first_mut().filter(|_| !led) {
                first.set_symbol(&format!("{LEFT_TO_RIGHT_MARK}{}", first.symbol()));
            }
            mark_end(word);
        }
        Turning::Word => word.reverse(),
    }
}

fn class(cell: &Cell) -> Option<BidiClass> {
    cell.symbol().chars().next().map(bidi_class)
}

/// Digits of the Arabic scripts: what stands between two numbers would run from right to left.
fn is_digit(cell: &Cell) -> bool {
    let first = cell.symbol().chars().next();
    first.is_some_and(in_rtl_block) && class(cell) == Some(BidiClass::AN)
}

fn is_letter(cell: &Cell) -> bool {
    let first = cell.symbol().chars().next();
    first.is_some_and(in_rtl_block) && matches!(class(cell), Some(BidiClass::R | BidiClass::AL))
}

/// How many cells from here on are one word.
fn word_length(cells: &[Cell], turning: Turning) -> usize {
    // kitty takes the comma along: it comes from the same font as the letters.
    let comma = |cell: &Cell| turning == Turning::Word && cell.symbol() == "،";
    let belongs = |cell: &&Cell| is_letter(cell) || comma(cell);
    cells.iter().take_while(belongs).count()
}

/// How many cells from here on are words and what certainly runs along between them: no digits,
/// which have an order of their own, no brackets, which are turned to face the other way, and
/// nothing wide. As few runs as possible, because every mark is a column lost in mlterm.
fn run_length(cells: &[Cell]) -> usize {
    const BETWEEN: [&str; 14] = [
        " ", ".", ",", ":", ";", "!", "?", "-", "'", "\"", "،", "…", "–", "·",
    ];
    if !cells.first().is_some_and(is_letter) {
        return 0;
    }
    let mut length = 0;
    for (at, cell) in cells.iter().enumerate() {
        if is_letter(cell) {
            length = at + 1;
        } else if !BETWEEN.contains(&cell.symbol()) {
            break;
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::{Turning, turn};
    use crate::text::bidi::{direction, visual_in, visual_piece};
    use crate::text::width::cells;
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::{Color, Style};
    use rstest::rstest;

    fn row(buffer: &Buffer) -> String {
        buffer
            .content
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect()
    }

    /// A row as wide as its text; that of `with_lines` is too narrow where two letters tie.
    fn drawn(text: &str) -> Buffer {
        let width = u16::try_from(cells(text)).unwrap();
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
        buffer.set_string(0, 0, text, Style::new());
        buffer
    }

    fn turned(text: &str, turning: Turning) -> String {
        let mut buffer = drawn(&visual_piece(text));
        turn(&mut buffer, turning);
        row(&buffer)
    }

    #[rstest]
    #[case(
        Turning::Program,
        "│ 0412 Sara   \u{FE8E}\u{FE92}\u{FEA3}\u{FEAE}\u{FEE3} 88213"
    )]
    #[case(Turning::Terminal, "│ 0412 Sara   مرحبا\u{200E} 88213")]
    #[case(Turning::Word, "│ 0412 Sara   مرحبا 88213")]
    fn each_terminal_gets_the_word_in_its_way(#[case] turning: Turning, #[case] expected: &str) {
        let mut buffer = drawn("│ 0412 Sara   ابحرم 88213");
        turn(&mut buffer, turning);
        assert_eq!(row(&buffer), expected);
    }

    #[test]
    fn words_keep_the_places_the_views_gave_them() {
        let text = "متى تصل الطاولة رقم 88213 (Sara)؟ شكرا، مع السلامة.";
        let runs = turned(text, Turning::Terminal);
        let expected = ".\u{200E}؟ شكرا، مع السلامة\u{200E}(Sara) 88213 متى تصل الطاولة رقم\u{200E}";
        assert_eq!(runs, expected);
        let words = turned(text, Turning::Word);
        assert_eq!(words, ".السلامة مع شكرا، ؟(Sara) 88213 رقم الطاولة تصل متى");
    }

    #[test]
    fn where_letters_lead_no_mark_is_needed_before() {
        let mut buffer = drawn("│ 0164 דדח ףסוי   trade  │ 18:03 bot › ‹ םולש");
        turn(&mut buffer, Turning::Terminal);
        let expected = "│ 0164 \u{200E}יוסף חדד\u{200E}   trade  │ 18:03 bot › ‹ שלום\u{200E}";
        assert_eq!(row(&buffer), expected);
    }

    #[test]
    fn the_style_goes_with_its_letter() {
        let mut buffer = drawn("ابحرم");
        buffer.set_style(Rect::new(4, 0, 1, 1), Style::new().fg(Color::Red));
        turn(&mut buffer, Turning::Word);
        assert_eq!(
            (buffer[(0, 0)].symbol(), buffer[(0, 0)].fg),
            ("م", Color::Red)
        );
        assert_eq!(buffer[(4, 0)].fg, Color::Reset);
    }

    proptest! {
        #[test]
        fn nothing_but_words_changes(text in "[a-c0-9 ()│مرحبالשםيلاكهـ٠\u{64e}山]{0,40}") {
            let clean = crate::text::sanitize::clean_line(&text).into_owned();
            let before = drawn(&clean);
            for turning in [Turning::Program, Turning::Terminal, Turning::Word] {
                let mut after = before.clone();
                turn(&mut after, turning);
                for (old, new) in before.content.iter().zip(&after.content) {
                    prop_assert_eq!(cells(old.symbol()), cells(new.symbol()));
                    let first = old.symbol().chars().next().unwrap_or(' ');
                    if first.is_ascii_alphanumeric() || "()│山".contains(first) {
                        prop_assert_eq!(old.symbol(), new.symbol());
                    }
                }
            }
        }

        /// The proof of the marks: a terminal that follows the rules draws what the views drew.
        #[test]
        fn a_terminal_that_orders_rows_draws_the_screen_as_it_was(
            pieces in proptest::collection::vec("[a-c0-9٠١ ()،.:│‹…مرحباשםلاك\u{64e}山]{0,12}", 1..6),
        ) {
            let pieces = pieces.iter().map(|piece| crate::text::sanitize::clean_line(piece));
            let pieces: Vec<String> = pieces.map(|one| visual_piece(&one).into_owned()).collect();
            let screen = format!("│{}", pieces.join(" │ "));
            let mut buffer = drawn(&screen);
            let before = row(&buffer);
            turn(&mut buffer, Turning::Terminal);
            let sent = row(&buffer);
            let shown = visual_in(&sent, direction(&sent)).replace('\u{200E}', "");
            prop_assert_eq!(shown, before);
        }
    }
}
