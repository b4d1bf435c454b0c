//! The terminal behind ratatui, with one addition: after a cell of more than one code point the
//! cursor is placed anew, so that a terminal that disagrees about a width spoils one word and
//! never the rest of the row. It never asks the terminal anything it would have to wait for.
//!
//! A frame is one synchronized update in one write; a frame in which nothing changed is none.

use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use std::io::{self, Write};

/// [`CrosstermBackend`] that re-places the cursor after doubtful cells.
#[derive(Debug)]
pub struct SteadyBackend<W: Write> {
    inner: CrosstermBackend<W>,
    update: Update,
    size: Option<Size>,
}

/// Whether the terminal was told to hold back what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Update {
    Begun,
    None,
}

impl<W: Write> SteadyBackend<W> {
    /// A backend that writes to this.
    pub fn new(writer: W) -> Self {
        Self {
            inner: CrosstermBackend::new(writer),
            update: Update::None,
            size: None,
        }
    }

    /// What it writes to.
    pub fn writer_mut(&mut self) -> &mut CrosstermBackend<W> {
        &mut self.inner
    }

    /// The size that is drawn, columns and rows, so that no frame asks the system for it.
    pub fn set_size(&mut self, (width, height): (u16, u16)) {
        self.size = Some(Size { width, height });
    }

    /// Writes the frame that was drawn, all at once; nothing if nothing changed.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn finish_frame(&mut self) -> io::Result<()> {
        if self.update == Update::Begun {
            self.update = Update::None;
            queue!(self.inner, EndSynchronizedUpdate)?;
        }
        Write::flush(&mut self.inner)
    }

    fn begin_update(&mut self) -> io::Result<()> {
        if self.update == Update::None {
            self.update = Update::Begun;
            queue!(self.inner, BeginSynchronizedUpdate)?;
        }
        Ok(())
    }
}

/// Whether a terminal may see another width than we do.
fn is_doubtful(cell: &Cell) -> bool {
    let symbol = cell.symbol();
    symbol.len() > 1 && symbol.chars().nth(1).is_some()
}

impl<W: Write> Backend for SteadyBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut run: Vec<(u16, u16, &'a Cell)> = Vec::new();
        for change in content {
            self.begin_update()?;
            run.push(change);
            if is_doubtful(change.2) {
                // Every run begins by placing the cursor.
                self.inner.draw(run.drain(..))?;
            }
        }
        if run.is_empty() {
            Ok(())
        } else {
            self.inner.draw(run.into_iter())
        }
    }

    /// Nothing: the cursor is hidden from entering to leaving.
    fn hide_cursor(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.inner.show_cursor()
    }

    /// The dashboard hides the cursor and places it itself. Asking the terminal would wait for an
    /// answer that the reader of the keys takes away.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    /// Nothing: the cursor is hidden, and every run of cells begins by placing it.
    fn set_cursor_position<P: Into<Position>>(&mut self, _position: P) -> io::Result<()> {
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.begin_update()?;
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.begin_update()?;
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        self.size.map_or_else(|| self.inner.size(), Ok)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    /// Nothing: a frame is written when it is whole, by [`SteadyBackend::finish_frame`].
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::SteadyBackend;
    use ratatui::Terminal;
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

    struct Screen {
        written: Written,
        terminal: Terminal<SteadyBackend<Written>>,
    }

    impl Screen {
        fn new() -> Self {
            let written = Written::default();
            let mut backend = SteadyBackend::new(written.clone());
            backend.set_size((20, 2));
            let terminal = Terminal::new(backend).unwrap();
            Self { written, terminal }
        }

        fn frame(&mut self, text: &str) -> String {
            let draw = |frame: &mut ratatui::Frame<'_>| {
                let style = Style::new();
                frame.buffer_mut().set_string(0, 0, text, style);
            };
            self.terminal.draw(draw).unwrap();
            self.terminal.backend_mut().finish_frame().unwrap();
            String::from_utf8(self.written.0.take()).unwrap()
        }
    }

    #[test]
    fn a_frame_is_one_update_and_nothing_if_nothing_changed() {
        let mut screen = Screen::new();
        let first = screen.frame("oak");
        assert!(first.starts_with("\u{1b}[?2026h"), "{first:?}");
        assert!(first.ends_with("\u{1b}[?2026l"), "{first:?}");
        assert!(first.contains("oak"));
        assert_eq!(screen.frame("oak"), "");
        screen.terminal.clear().unwrap();
        assert!(screen.frame("oak").contains("oak"));
    }

    #[test]
    fn after_a_doubtful_cell_the_cursor_is_placed_anew() {
        let written = Screen::new().frame("a\u{301}b");
        assert!(written.contains("\u{1b}[1;2H"), "{written:?}");
    }
}
