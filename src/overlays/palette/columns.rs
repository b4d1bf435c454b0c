//! Lists with columns: the templates and the flows of the library. Columns drop as the list
//! narrows, the least needed first; the name takes what is left and is never without room.

use crate::text::width;
use crate::theme::{Glyph, Role};
use crate::widgets::Painter;
use ratatui::layout::Rect;

/// Which part of the library a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShelfKind {
    /// Templates.
    Templates,
    /// Flows.
    Flows,
}

/// What a list of the library has beside its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    /// Which part of the library.
    pub kind: ShelfKind,
    /// For each entry its clean cells, the name first, one for each column.
    pub cells: Vec<Vec<String>>,
    /// What stands where there is no entry at all.
    pub empty: &'static str,
}

/// A column after the name.
struct Column {
    title: &'static str,
    cells: u16,
    right: bool,
    /// Least width of the list with which it shows.
    from: u16,
}

const fn column(title: &'static str, cells: u16, right: bool, from: u16) -> Column {
    Column {
        title,
        cells,
        right,
        from,
    }
}

const TEMPLATES: [Column; 7] = [
    column("language", 8, false, 0),
    column("category", 14, false, 90),
    column("version", 7, true, 70),
    column("used", 5, true, 36),
    column("last used", 11, false, 60),
    column("values", 6, true, 44),
    column("note", 4, false, 76),
];

const FLOWS: [Column; 4] = [
    column("key", 20, false, 88),
    column("needs", 24, false, 60),
    column("used", 5, true, 36),
    column("last used", 11, false, 60),
];

impl ShelfKind {
    fn columns(self) -> &'static [Column] {
        match self {
            ShelfKind::Templates => &TEMPLATES,
            ShelfKind::Flows => &FLOWS,
        }
    }

    /// Draws the titles of the columns.
    pub fn titles(self, painter: &mut Painter<'_>, row: Rect) {
        painter.text((row.x + 1, row.y), row.right(), "name", Role::Muted);
        self.each(row, |column, _, x| {
            draw(painter, (x, row.y), column, column.title, Role::Muted);
        });
    }

    /// Draws the cells of an entry.
    pub fn entry(self, painter: &mut Painter<'_>, row: Rect, cells: &[String]) {
        let end = self.each(row, |_, _, _| {});
        let cut = painter.theme.glyph(Glyph::Cut);
        let room = usize::from(end.saturating_sub(row.x + 1));
        let name = cells.first().map_or("", String::as_str);
        let name = width::truncate(name, room, cut);
        painter.text((row.x + 1, row.y), end, &name, Role::Text);
        self.each(row, |column, at, x| {
            let text = cells.get(at + 1).map_or("", String::as_str);
            let text = width::truncate(text, usize::from(column.cells), cut);
            // The language tells templates of one name apart.
            let role = if column.from == 0 {
                Role::Text
            } else {
                Role::Muted
            };
            draw(painter, (x, row.y), column, &text, role);
        });
    }

    /// Calls `each` with every column that has room, its number and its first cell; gives where
    /// the name ends.
    fn each(self, row: Rect, mut each: impl FnMut(&Column, usize, u16)) -> u16 {
        let columns = self.columns();
        let shown = || columns.iter().filter(|column| row.width >= column.from);
        let taken: u16 = shown().map(|column| column.cells + 2).sum();
        let mut x = row.right().saturating_sub(1 + taken).max(row.x + 1);
        let end = x;
        for (at, column) in columns.iter().enumerate() {
            if row.width >= column.from {
                each(column, at, x + 2);
                x += column.cells + 2;
            }
        }
        end
    }
}

fn draw(painter: &mut Painter<'_>, at: (u16, u16), column: &Column, text: &str, role: Role) {
    let end = at.0 + column.cells;
    if column.right {
        painter.right((end, at.1), at.0, text, role);
    } else {
        painter.text(at, end, text, role);
    }
}
