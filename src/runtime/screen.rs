//! What the terminal shows, and how the next frame gets there: only what changed is written, in
//! one synchronized update. It knows cells and links, not what they mean.
//!
//! A link is no part of a cell: a view draws text, and beside the cells it gives a list of the
//! stretches that lead somewhere. A cell whose link changed counts as changed, so what a terminal
//! keeps of a link is always what the last frame said. The writer opens a link right before its
//! cells and closes it right after them, stretch by stretch, so that none is ever open anywhere
//! else, also when only a part of a row is written anew.
//!
//! Terminals disagree about the width of some scripts and emoji. A row that holds such cells, or
//! held them, is wiped before its new text is written; writing only what changed by our own
//! counting would leave pieces of the old text behind.
//!
//! A picture that the terminal draws itself is one whole: while it stays as it is nothing of it is
//! written, and once any of its cells changes the whole screen is wiped and written anew. Less is
//! not enough: kitty and Konsole leave a picture where it is whatever is written or wiped over it,
//! and only a wiped screen takes it away in all terminals.

use super::frame_writer::{FrameWriter, is_doubtful, is_marked, is_picture};
use super::links::LinkLayer;
use crate::widgets::Hyperlink;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use std::io::{self, Write};

/// What no view draws, so that every cell differs from it.
const UNSEEN: Cell = {
    let mut cell = Cell::EMPTY;
    cell.modifier = Modifier::HIDDEN;
    cell
};

/// A screen behind a writer.
#[derive(Debug)]
pub struct Screen<W: Write> {
    writer: FrameWriter<W>,
    shown: Buffer,
    next: Buffer,
    shown_links: LinkLayer,
    next_links: LinkLayer,
}

impl<W: Write> Screen<W> {
    /// A screen of which nothing is known.
    pub fn new(writer: W) -> Self {
        Self {
            writer: FrameWriter::new(writer),
            shown: Buffer::default(),
            next: Buffer::default(),
            shown_links: LinkLayer::default(),
            next_links: LinkLayer::default(),
        }
    }

    /// The way to the terminal for what is no frame.
    pub fn raw(&mut self) -> &mut impl Write {
        self.writer.raw()
    }

    /// Forgets what is shown: the next frame wipes the screen and writes every cell.
    pub fn forget(&mut self) {
        self.shown = Buffer::default();
    }

    /// Writes the difference to what `paint` puts into an empty buffer of this size, and to the
    /// links it gives.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(
        &mut self,
        (width, height): (u16, u16),
        paint: impl FnOnce(&mut Buffer) -> Vec<Hyperlink>,
    ) -> io::Result<()> {
        let area = Rect::new(0, 0, width, height);
        if self.next.area == area {
            self.next.reset();
        } else {
            self.next = Buffer::empty(area);
        }
        let links = paint(&mut self.next);
        self.next_links.set(links, area);
        if self.shown.area == area && !self.picture_changes() {
            self.wipe_doubtful_rows()?;
        } else {
            self.shown = Buffer::empty(area);
            self.shown_links = LinkLayer::default();
            self.writer.wipe()?;
            self.forget_marked_rows();
        }
        self.unlearn_changed_links();
        let changes = self.shown.diff(&self.next);
        self.writer.cells(changes.into_iter(), &self.next_links)?;
        self.writer.finish()?;
        std::mem::swap(&mut self.shown, &mut self.next);
        std::mem::swap(&mut self.shown_links, &mut self.next_links);
        Ok(())
    }

    /// Cells whose link is another one are written anew, whatever they show.
    fn unlearn_changed_links(&mut self) {
        if self.shown_links == self.next_links {
            return;
        }
        for (at, cell) in self.shown.content.iter_mut().enumerate() {
            if !self.shown_links.agrees(&self.next_links, at) {
                *cell = Cell::EMPTY;
                // No cell of a frame has every attribute at once.
                cell.modifier = Modifier::all();
            }
        }
    }

    fn wipe_doubtful_rows(&mut self) -> io::Result<()> {
        let width = usize::from(self.shown.area.width).max(1);
        let rows = self.shown.content.chunks_exact_mut(width);
        let next = self.next.content.chunks_exact(width);
        for (y, (shown, next)) in (0_u16..).zip(rows.zip(next)) {
            let doubtful = |row: &[Cell]| row.iter().any(is_doubtful);
            // Some terminals would take a part of the picture away with its row.
            let pictured = next.iter().any(is_picture);
            if !pictured && (doubtful(shown) || doubtful(next)) && *shown != *next {
                self.writer.wipe_row(y)?;
                let blank = if next.iter().any(is_marked) {
                    UNSEEN
                } else {
                    Cell::EMPTY
                };
                shown.fill(blank);
                self.shown_links.forget_row(y);
            }
        }
        Ok(())
    }

    /// Has every cell of a row with marks written, the blank ones too.
    fn forget_marked_rows(&mut self) {
        let width = usize::from(self.shown.area.width).max(1);
        let rows = self.shown.content.chunks_exact_mut(width);
        for (shown, next) in rows.zip(self.next.content.chunks_exact(width)) {
            if next.iter().any(is_marked) {
                shown.fill(UNSEEN);
            }
        }
    }

    fn picture_changes(&self) -> bool {
        let mut cells = self.shown.content.iter().zip(&self.next.content);
        cells.any(|(shown, next)| (is_picture(shown) || is_picture(next)) && shown != next)
    }
}

#[cfg(test)]
mod tests {
    use super::Screen;
    use crate::widgets::kitty;
    use ratatui::buffer::CellDiffOption;
    use ratatui::style::Style;
    use std::cell::RefCell;
    use std::io::{self, Write};
    use std::rc::Rc;

    #[derive(Clone, Default)]
    struct Written(Rc<RefCell<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Stage {
        written: Written,
        screen: Screen<Written>,
    }

    impl Stage {
        fn new() -> Self {
            let written = Written::default();
            let screen = Screen::new(written.clone());
            Self { written, screen }
        }

        fn frame(&mut self, rows: [&str; 2]) -> String {
            let paint = |buffer: &mut ratatui::buffer::Buffer| {
                for (y, text) in (0..).zip(rows) {
                    buffer.set_string(0, y, text, Style::new());
                }
                Vec::new()
            };
            self.screen.draw((20, 2), paint).unwrap();
            String::from_utf8(self.written.0.take()).unwrap()
        }
    }

    #[test]
    fn a_frame_is_one_update_and_nothing_if_nothing_changed() {
        let mut stage = Stage::new();
        let first = stage.frame(["oak", ""]);
        assert!(first.starts_with("\u{1b}[?2026h"), "{first:?}");
        assert!(first.ends_with("\u{1b}[?2026l"), "{first:?}");
        assert!(first.contains("oak"));
        assert_eq!(stage.frame(["oak", ""]), "");
        stage.screen.forget();
        assert!(stage.frame(["oak", ""]).contains("oak"));
    }

    #[test]
    fn plain_rows_write_only_what_changed() {
        let mut stage = Stage::new();
        stage.frame(["an oak table", ""]);
        let second = stage.frame(["an elm table", ""]);
        assert!(!second.contains("table"), "{second:?}");
    }

    #[test]
    fn after_a_doubtful_cell_the_cursor_is_placed_anew() {
        let written = Stage::new().frame(["a\u{301}b", ""]);
        assert!(written.contains("\u{1b}[1;2H"), "{written:?}");
    }

    #[test]
    fn a_wide_cell_that_terminals_disagree_about_gets_its_ground_first() {
        let mut stage = Stage::new();
        let mut frame = |style: Style| {
            let paint = |buffer: &mut ratatui::buffer::Buffer| {
                buffer.set_string(2, 0, "र्मा", style);
                Vec::new()
            };
            stage.screen.draw((20, 2), paint).unwrap();
            String::from_utf8(stage.written.0.take()).unwrap()
        };
        let themed = frame(Style::new().bg(ratatui::style::Color::Blue));
        let ground = themed.find("m   \u{1b}").unwrap();
        assert!(ground < themed.find("र्मा").unwrap(), "{themed:?}");
        assert_eq!(themed.matches("\u{1b}[1;3H").count(), 2, "{themed:?}");
        assert!(!frame(Style::new()).contains("   \u{1b}"));
    }

    #[test]
    fn a_row_with_marks_is_written_whole_and_in_one_go() {
        let mut stage = Stage::new();
        stage.frame(["ab", "elm"]);
        let paint = |buffer: &mut ratatui::buffer::Buffer| {
            buffer.set_string(0, 0, "ab   12", Style::new());
            buffer[(3, 0)].set_symbol("\u{200E}ي\u{200E}");
            buffer.set_string(0, 1, "elm", Style::new());
            Vec::new()
        };
        stage.screen.draw((20, 2), paint).unwrap();
        let marked = String::from_utf8(stage.written.0.take()).unwrap();
        let whole = "ab \u{200E}ي\u{200E} 12             ";
        assert!(marked.contains(whole), "{marked:?}");
        assert!(!marked.contains("elm"), "{marked:?}");
        stage.screen.forget();
        stage.screen.draw((20, 2), paint).unwrap();
        let anew = String::from_utf8(stage.written.0.take()).unwrap();
        assert!(anew.contains(whole), "{anew:?}");
    }

    const WIPE: &str = "\u{1b}[2J";

    /// What a picture of two columns and rows puts into its first cell.
    const PICTURE: &str = "\u{1b}Pq#0;2;0;0;0\u{1b}\\";

    fn pictured(stage: &mut Stage, toast: Option<&str>) -> String {
        let paint = |buffer: &mut ratatui::buffer::Buffer| {
            buffer.set_string(0, 0, "a\u{301} oak", Style::new());
            for (x, y) in [(8, 0), (9, 0), (8, 1), (9, 1)] {
                buffer[(x, y)].set_diff_option(CellDiffOption::Skip);
            }
            buffer[(8, 0)]
                .set_symbol(PICTURE)
                .set_diff_option(CellDiffOption::ForcedWidth(std::num::NonZeroU16::MIN));
            if let Some(toast) = toast {
                buffer[(8, 1)].reset();
                buffer[(9, 1)].reset();
                buffer.set_string(8, 1, toast, Style::new());
            }
            Vec::new()
        };
        stage.screen.draw((20, 2), paint).unwrap();
        String::from_utf8(stage.written.0.take()).unwrap()
    }

    #[test]
    fn a_picture_is_written_once_and_leaves_nothing_behind() {
        let mut stage = Stage::new();
        let first = pictured(&mut stage, None);
        assert_eq!(first.matches(PICTURE).count(), 1, "{first:?}");
        let at = first.find(PICTURE).unwrap();
        assert!(first[..at].ends_with("\u{1b}[1;9H"), "{first:?}");
        assert_eq!(pictured(&mut stage, None), "", "nothing changed");
        let covered = pictured(&mut stage, Some("hi"));
        assert_eq!(covered.matches(WIPE).count(), 1, "{covered:?}");
        let at = covered.find(PICTURE).unwrap();
        assert!(
            covered[at..].contains("hi"),
            "over the picture: {covered:?}"
        );
        assert_eq!(pictured(&mut stage, None).matches(PICTURE).count(), 1);
        let gone = stage.frame(["a\u{301} oak", "elm"]);
        assert_eq!(gone.matches(WIPE).count(), 1, "{gone:?}");
        assert!(!gone.contains(PICTURE), "{gone:?}");
        for text in ["oak", "elm"] {
            assert!(gone.contains(text), "everything is written anew: {gone:?}");
        }
        assert!(!stage.frame(["ash", "elm"]).contains(WIPE));
    }

    #[test]
    fn a_picture_of_kitty_is_taken_away_by_its_own_command() {
        let mut stage = Stage::new();
        let mut frame = |symbol: &str| {
            let paint = |buffer: &mut ratatui::buffer::Buffer| {
                buffer[(3, 0)].set_symbol(symbol);
                Vec::new()
            };
            stage.screen.draw((20, 2), paint).unwrap();
            String::from_utf8(stage.written.0.take()).unwrap()
        };
        let placed = frame("\u{1b}_Ga=T,m=0;AAAA\u{1b}\\");
        assert!(!placed.contains(kitty::REMOVE_ALL), "{placed:?}");
        let gone = frame("a");
        assert_eq!(gone.matches(kitty::REMOVE_ALL).count(), 1, "{gone:?}");
        assert!(!frame("b").contains(kitty::REMOVE_ALL));
        frame("\u{1b}_Ga=T,m=0;AAAA\u{1b}\\");
        stage.screen.forget();
        let anew = stage.frame(["oak", ""]);
        assert!(anew.contains(kitty::REMOVE_ALL), "{anew:?}");
        let sixel = pictured(&mut stage, None);
        assert!(!sixel.contains("\u{1b}_G"), "{sixel:?}");
        assert!(!stage.frame(["oak", ""]).contains("\u{1b}_G"));
    }

    #[test]
    fn a_row_that_held_a_doubtful_cell_is_wiped_before_its_new_text() {
        let wipe = "\u{1b}[2K";
        let mut stage = Stage::new();
        stage.frame(["नि oak", "elm"]);
        assert_eq!(stage.frame(["नि oak", "elm"]), "", "nothing changed");
        let second = stage.frame(["oak", "elm"]);
        assert_eq!(second.matches(wipe).count(), 1, "{second:?}");
        let at = second.find(wipe).unwrap();
        assert!(second[..at].ends_with("\u{1b}[1;1H"), "{second:?}");
        assert!(second[at..].contains("oak"), "{second:?}");
        assert!(!second.contains("elm"), "the other row stands: {second:?}");
        assert!(!stage.frame(["ash", "elm"]).contains(wipe));
    }
}
