//! The terminal behind ratatui, with one addition: after a cell of more than one code point the
//! cursor is placed anew, so that a terminal that disagrees about a width spoils one word and
//! never the rest of the row. It never asks the terminal anything it would have to wait for.

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use std::io::{self, Write};

/// [`CrosstermBackend`] that re-places the cursor after doubtful cells.
#[derive(Debug)]
pub struct SteadyBackend<W: Write> {
    inner: CrosstermBackend<W>,
}

impl<W: Write> SteadyBackend<W> {
    /// A backend that writes to this.
    pub fn new(writer: W) -> Self {
        Self {
            inner: CrosstermBackend::new(writer),
        }
    }

    /// What it writes to.
    pub fn writer_mut(&mut self) -> &mut CrosstermBackend<W> {
        &mut self.inner
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

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.inner.show_cursor()
    }

    /// The dashboard hides the cursor and places it itself. Asking the terminal would wait for an
    /// answer that the reader of the keys takes away.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.inner.clear_region(clear_type)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}
