//! Writes cells to a terminal, a frame as one synchronized update in one write; a frame in which
//! nothing changed is none. It never asks the terminal anything it would have to wait for.
//!
//! After a cell of more than one code point the cursor is placed anew, so that a terminal that
//! disagrees about a width spoils one word and never the rest of the row. Cells of a link are
//! written by themselves, in stretches without a gap, between the opening and the closing of it.

use super::links::{self, LinkLayer};
use crate::text::turning::LEFT_TO_RIGHT_MARK;
use crate::text::width::grapheme_cells;
use crate::widgets::{Hyperlink, kitty};
use crossterm::cursor::MoveTo;
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, Clear, ClearType, EndSynchronizedUpdate};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::{Cell, CellDiffOption};
use ratatui::style::Modifier;
use std::io::{self, Write};

/// Collects a frame and writes it.
#[derive(Debug)]
pub struct FrameWriter<W: Write> {
    inner: CrosstermBackend<W>,
    update: Update,
    placed: Placed,
}

/// Whether a picture was placed that no wiping is sure to take away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Placed {
    Something,
    Nothing,
}

/// Whether the terminal was told to hold back what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Update {
    Begun,
    None,
}

impl<W: Write> FrameWriter<W> {
    /// Writes to this.
    pub fn new(writer: W) -> Self {
        Self {
            inner: CrosstermBackend::new(writer),
            update: Update::None,
            placed: Placed::Nothing,
        }
    }

    /// The way to the terminal for what is no frame.
    pub fn raw(&mut self) -> &mut impl Write {
        &mut self.inner
    }

    /// Puts cells of a frame at their places, left to right and top to bottom, as parts of the links
    /// that lie over them.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn cells<'a>(
        &mut self,
        changes: impl Iterator<Item = (u16, u16, &'a Cell)>,
        links: &LinkLayer,
    ) -> io::Result<()> {
        let mut run: Vec<(u16, u16, &'a Cell)> = Vec::new();
        let mut run_link: Option<&Hyperlink> = None;
        for change in changes {
            self.begin_update()?;
            let (x, y, cell) = change;
            let link = links.at(x, y);
            let goes_on = run.last().is_none_or(|(before, row, _)| {
                link == run_link && (link.is_none() || (*row == y && before + 1 == x))
            });
            if !goes_on {
                self.run(run.drain(..), run_link)?;
            }
            run_link = link;
            if is_doubtful(cell) && has_ground(cell) {
                let columns = grapheme_cells(cell.symbol());
                self.run(run.drain(..), run_link)?;
                self.ground(change, columns)?;
            }
            run.push(change);
            if cell.symbol().starts_with(kitty::BEGIN) {
                self.placed = Placed::Something;
            }
            if is_doubtful(cell) && !is_marked(cell) || is_picture(cell) {
                // Every run begins by placing the cursor.
                self.run(run.drain(..), run_link)?;
            }
        }
        if run.is_empty() {
            Ok(())
        } else {
            self.run(run.into_iter(), run_link)
        }
    }

    /// Paints the columns of a wide cell before it is written. A terminal that gives it fewer would
    /// leave the rest in its own colours, a hole in a theme that has a background.
    fn ground(&mut self, (x, y, cell): (u16, u16, &Cell), columns: usize) -> io::Result<()> {
        let mut ground = cell.clone();
        ground.set_symbol(&" ".repeat(columns));
        self.inner.draw(std::iter::once((x, y, &ground)))
    }

    fn run<'a>(
        &mut self,
        cells: impl Iterator<Item = (u16, u16, &'a Cell)>,
        link: Option<&Hyperlink>,
    ) -> io::Result<()> {
        let Some(link) = link else {
            return self.inner.draw(cells);
        };
        let mut cells = cells.peekable();
        if let Some((x, y, _)) = cells.peek() {
            queue!(self.inner, MoveTo(*x, *y))?;
        }
        links::open(&mut self.inner, link)?;
        self.inner.draw(cells)?;
        links::close(&mut self.inner)
    }

    /// Blanks a row in the terminal's own colours.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn wipe_row(&mut self, y: u16) -> io::Result<()> {
        self.begin_update()?;
        queue!(self.inner, MoveTo(0, y), Clear(ClearType::CurrentLine))
    }

    /// Blanks the screen and takes pictures away.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn wipe(&mut self) -> io::Result<()> {
        self.begin_update()?;
        if self.placed == Placed::Something {
            self.placed = Placed::Nothing;
            self.inner.write_all(kitty::REMOVE_ALL.as_bytes())?;
        }
        queue!(self.inner, Clear(ClearType::All))
    }

    /// Writes what was collected, all at once; nothing if nothing changed.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn finish(&mut self) -> io::Result<()> {
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
pub fn is_doubtful(cell: &Cell) -> bool {
    let symbol = cell.symbol();
    symbol.len() > 1 && symbol.chars().nth(1).is_some() && !is_picture(cell)
}

/// Whether a blank in the style of the cell is seen.
fn has_ground(cell: &Cell) -> bool {
    let seen = Modifier::REVERSED | Modifier::UNDERLINED;
    cell.bg != Cell::EMPTY.bg || cell.modifier.intersects(seen)
}

/// Whether the cell carries a mark of direction. It takes no cell on any screen, but mlterm counts
/// it as a column when the cursor is placed: a row with marks is written from its beginning to its
/// end, without placing the cursor behind a mark.
pub fn is_marked(cell: &Cell) -> bool {
    cell.symbol().contains(LEFT_TO_RIGHT_MARK)
}

/// Whether the cell belongs to a picture that the terminal draws itself: it carries the picture,
/// or is covered by it and never written. Nothing else on the screen can hold an escape.
pub fn is_picture(cell: &Cell) -> bool {
    cell.diff_option == CellDiffOption::Skip || cell.symbol().contains('\u{1b}')
}
