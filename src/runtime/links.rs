//! Links beside the cells of a frame, and the sequences (OSC 8) that tell a terminal of them.
//!
//! What is written comes from messages of strangers: only printable ASCII of a bounded length
//! leaves here, whatever the link says, and a link of anything else is not written.

use crate::text::links::LONGEST;
use crate::widgets::Hyperlink;
use ratatui::layout::Rect;
use std::io::{self, Write};

/// Which cells of a frame belong to which link.
#[derive(Debug, Default)]
pub struct LinkLayer {
    links: Vec<Hyperlink>,
    /// For each cell the number of its link, counted from 1; empty if there are no links at all.
    cells: Vec<u16>,
    width: usize,
}

impl PartialEq for LinkLayer {
    /// Cells are made of the links, and of how many rows were wiped.
    fn eq(&self, other: &Self) -> bool {
        self.links == other.links && self.cells == other.cells
    }
}

impl LinkLayer {
    /// Takes over the links of a frame of this area.
    pub fn set(&mut self, links: Vec<Hyperlink>, area: Rect) {
        self.width = usize::from(area.width);
        self.links = links;
        self.cells.clear();
        if self.links.is_empty() {
            return;
        }
        self.cells.resize(self.width * usize::from(area.height), 0);
        for (number, link) in (1..).zip(&self.links) {
            if !is_safe(&link.target) {
                continue;
            }
            let end = link.x.saturating_add(link.width()).min(area.width);
            let row = usize::from(link.y) * self.width;
            let cells = row + usize::from(link.x.min(end))..row + usize::from(end);
            if let Some(cells) = self.cells.get_mut(cells) {
                cells.fill(number);
            }
        }
    }

    /// The link of a cell.
    pub fn at(&self, x: u16, y: u16) -> Option<&Hyperlink> {
        self.of(usize::from(y) * self.width + usize::from(x))
    }

    fn of(&self, cell: usize) -> Option<&Hyperlink> {
        let number = *self.cells.get(cell)?;
        self.links.get(usize::from(number).checked_sub(1)?)
    }

    /// Whether a cell, counted row by row, belongs to the same link in both.
    pub fn agrees(&self, other: &Self, cell: usize) -> bool {
        match (self.of(cell), other.of(cell)) {
            (None, None) => true,
            (Some(one), Some(two)) => one.is_same_link(two),
            (Some(_), None) | (None, Some(_)) => false,
        }
    }

    /// The row was wiped: nothing of it belongs to a link any more.
    pub fn forget_row(&mut self, y: u16) {
        let start = usize::from(y) * self.width;
        if let Some(row) = self.cells.get_mut(start..start + self.width) {
            row.fill(0);
        }
    }
}

fn is_safe(target: &str) -> bool {
    let web = target.starts_with("https://") || target.starts_with("http://");
    web && target.len() <= LONGEST && target.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Tells the terminal that what comes belongs to this link.
///
/// # Errors
/// When the terminal is gone.
pub fn open(writer: &mut impl Write, link: &Hyperlink) -> io::Result<()> {
    // The prefix keeps it apart from the links of other programs in the same terminal.
    write!(
        writer,
        "\u{1b}]8;id=alertdesk-{:x};{}\u{1b}\\",
        link.id, link.target
    )
}

/// Tells the terminal that what comes belongs to no link.
///
/// # Errors
/// When the terminal is gone.
pub fn close(writer: &mut impl Write) -> io::Result<()> {
    write!(writer, "{CLOSE}")
}

/// What closes a link.
pub const CLOSE: &str = "\u{1b}]8;;\u{1b}\\";

#[cfg(test)]
mod tests {
    use super::super::screen::Screen;
    use crate::text::width::grapheme_cells;
    use crate::widgets::Hyperlink;
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::style::{Modifier, Style};
    use std::cell::RefCell;
    use std::io::{self, Write};
    use std::rc::Rc;
    use unicode_segmentation::UnicodeSegmentation;

    const SIZE: (u16, u16) = (24, 3);

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

    /// A terminal that knows links: what each cell shows and where it leads.
    #[derive(Default)]
    struct Terminal {
        cells: std::collections::BTreeMap<(u16, u16), (String, Option<String>)>,
        at: (u16, u16),
        link: Option<String>,
        printed: bool,
    }

    impl Terminal {
        fn take(&mut self, text: &str) {
            let mut rest = text;
            while let Some(first) = rest.graphemes(true).next() {
                rest = if let Some(command) = rest.strip_prefix("\u{1b}]8;") {
                    let (said, after) = command.split_once("\u{1b}\\").unwrap();
                    let (id, target) = said.split_once(';').unwrap();
                    assert_eq!(self.link.is_some(), id.is_empty(), "never one in another");
                    self.link = (!id.is_empty()).then(|| format!("{id} {target}"));
                    self.printed = false;
                    after
                } else if let Some(command) = rest.strip_prefix("\u{1b}[") {
                    let end = command.find(|c: char| c.is_ascii_alphabetic()).unwrap();
                    let (said, after) = command.split_at(end + 1);
                    self.command(said);
                    after
                } else {
                    assert!(!first.contains(char::is_control), "{first:?}");
                    let link = self.link.clone();
                    self.cells.insert(self.at, (first.to_owned(), link));
                    self.at.0 += u16::try_from(grapheme_cells(first)).unwrap();
                    self.printed = true;
                    rest.strip_prefix(first).unwrap()
                };
            }
            assert_eq!(self.link, None, "closed when the frame ends");
        }

        fn command(&mut self, said: &str) {
            let numbers = |text: &str| -> Vec<u16> {
                let parts = text.split(';');
                parts.map(|part| part.parse().unwrap()).collect()
            };
            if let Some(place) = said.strip_suffix('H') {
                let place = numbers(place);
                let to = (place[1] - 1, place[0] - 1);
                assert!(
                    self.link.is_none() || (!self.printed && to == self.at),
                    "closed before the cursor moves on"
                );
                self.at = to;
            } else if said == "2J" {
                self.cells.clear();
            } else if said == "2K" {
                let row = self.at.1;
                self.cells.retain(|(_, y), _| *y != row);
            }
        }
    }

    struct Stage {
        written: Written,
        screen: Screen<Written>,
        terminal: Terminal,
    }

    impl Stage {
        fn new() -> Self {
            let written = Written::default();
            Self {
                screen: Screen::new(written.clone()),
                written,
                terminal: Terminal::default(),
            }
        }

        /// Draws a frame, lets the terminal take it, and gives what was written.
        fn frame(&mut self, rows: &[Row], links: Vec<Hyperlink>) -> String {
            let paint = |buffer: &mut Buffer| {
                for (y, row) in (0..).zip(rows) {
                    buffer.set_stringn(0, y, &row.text, usize::from(SIZE.0), row.style());
                }
                links
            };
            self.screen.draw(SIZE, paint).unwrap();
            let bytes = self.written.0.take();
            let text = String::from_utf8(bytes).unwrap();
            self.terminal.take(&text);
            text
        }
    }

    #[derive(Debug, Clone)]
    struct Row {
        text: String,
        bold: bool,
    }

    impl Row {
        fn plain(text: &str) -> Self {
            let text = text.to_owned();
            Self { text, bold: false }
        }

        fn style(&self) -> Style {
            let modifier = if self.bold {
                Modifier::BOLD
            } else {
                Modifier::empty()
            };
            Style::new().add_modifier(modifier)
        }
    }

    fn link(x: u16, y: u16, text: &str, target: &str) -> Hyperlink {
        Hyperlink {
            x,
            y,
            text: text.into(),
            id: 0xab,
            target: target.into(),
        }
    }

    #[test]
    fn a_link_is_opened_before_its_cells_and_closed_after_them() {
        let mut stage = Stage::new();
        let rows = [Row::plain("see https://a.example now"), Row::plain("")];
        let links = || vec![link(4, 0, "https://a.example", "https://a.example")];
        let written = stage.frame(&rows, links());
        let open = "\u{1b}]8;id=alertdesk-ab;https://a.example\u{1b}\\";
        assert_eq!(written.matches(open).count(), 1, "{written:?}");
        assert_eq!(
            written.matches("\u{1b}]8;;\u{1b}\\").count(),
            1,
            "{written:?}"
        );
        assert_eq!(stage.frame(&rows, links()), "", "nothing changed");
        let gone = stage.frame(&rows, Vec::new());
        assert!(
            gone.contains("https://a.example"),
            "the cells forget it: {gone:?}"
        );
        assert!(
            !gone.contains("\u{1b}]8") && !gone.contains("see"),
            "{gone:?}"
        );
    }

    #[test]
    fn a_part_of_a_row_that_changes_writes_no_more_than_itself() {
        let mut stage = Stage::new();
        let links = || vec![link(4, 0, "https://a.example", "https://a.example")];
        stage.frame(&[Row::plain("see https://a.example")], links());
        let before = stage.frame(&[Row::plain("old https://a.example")], links());
        assert!(!before.contains("\u{1b}]8"), "{before:?}");
        let rows = [Row::plain("old https://b.example")];
        let links = vec![link(4, 0, "https://b.example", "https://a.example")];
        let inside = stage.frame(&rows, links);
        assert!(inside.contains("https://a.example\u{1b}\\"), "{inside:?}");
        assert!(
            !inside.contains("example\u{1b}[39"),
            "only one cell: {inside:?}"
        );
    }

    #[test]
    fn blanks_inside_a_link_belong_to_it_also_after_their_row_was_wiped() {
        let links = || vec![link(2, 0, "leg of oak", "https://a.example/leg")];
        let whole = |stage: &Stage| {
            let leads = |x| {
                stage
                    .terminal
                    .cells
                    .get(&(x, 0))
                    .map(|(_, link)| link.is_some())
            };
            (2..12).all(|x| leads(x) == Some(true))
        };
        let mut stage = Stage::new();
        stage.frame(&[Row::plain("नि leg of oak")], links());
        assert!(whole(&stage));
        let wiped = stage.frame(&[Row::plain("e\u{301} leg of oak")], links());
        assert!(wiped.contains("\u{1b}[2K") && whole(&stage), "{wiped:?}");
        stage.screen.forget();
        let wiped = stage.frame(&[Row::plain("a leg of oak")], links());
        assert!(wiped.contains("\u{1b}[2J") && whole(&stage), "{wiped:?}");
    }

    #[test]
    fn whatever_a_target_holds_nothing_but_an_address_is_written() {
        for target in [
            "https://a.example/\u{1b}\\\u{1b}[2J",
            "https://a.example/\u{7}",
            "https://a.example/\u{9c}",
            "https://a.example/a b",
            "javascript://a.example",
            &format!("https://a.example/{}", "a".repeat(2000)),
        ] {
            let mut stage = Stage::new();
            let links = vec![link(0, 0, "https://a.example", target)];
            let written = stage.frame(&[Row::plain("https://a.example")], links);
            assert!(!written.contains("\u{1b}]"), "{target:?}: {written:?}");
        }
    }

    fn any_row() -> impl Strategy<Value = Row> {
        let text = prop::collection::vec(
            prop::sample::select(vec![
                "a",
                "b",
                " ",
                "山",
                "e\u{301}",
                "नि",
                "☎\u{fe0f}",
                "…",
            ]),
            0..24,
        );
        (text, any::<bool>()).prop_map(|(text, bold)| Row {
            text: text.concat(),
            bold,
        })
    }

    /// Links over the text of rows, as a view gives them: from one grapheme to another.
    fn links_over(rows: &[Row], wanted: &[(usize, usize, usize, u64)]) -> Vec<Hyperlink> {
        let mut links: Vec<Hyperlink> = Vec::new();
        for (y, from, length, id) in wanted {
            let Some(row) = rows.get(*y) else { continue };
            let graphemes: Vec<&str> = row.text.graphemes(true).collect();
            let cells = |part: &[&str]| part.iter().map(|one| grapheme_cells(one)).sum::<usize>();
            let from = *from.min(&graphemes.len());
            let to = (from + length).min(graphemes.len());
            let x = cells(&graphemes[..from]);
            let free = links.iter().all(|link| {
                let (start, end) = (usize::from(link.x), usize::from(link.x + link.width()));
                usize::from(link.y) != *y || x >= end || x + cells(&graphemes[from..to]) <= start
            });
            if free && from < to && x + cells(&graphemes[from..to]) <= usize::from(SIZE.0) {
                links.push(Hyperlink {
                    x: u16::try_from(x).unwrap(),
                    y: u16::try_from(*y).unwrap(),
                    text: graphemes[from..to].concat().into(),
                    id: *id,
                    target: format!("https://{id}.example").into(),
                });
            }
        }
        links
    }

    type Frame = (Vec<Row>, Vec<(usize, usize, usize, u64)>, bool);

    fn any_frame() -> impl Strategy<Value = Frame> {
        let link = (0_usize..3, 0_usize..20, 1_usize..12, 0_u64..3);
        let rows = prop::collection::vec(any_row(), 0..4);
        (
            rows,
            prop::collection::vec(link, 0..5),
            prop::bool::weighted(0.1),
        )
    }

    proptest! {
        #[test]
        fn after_every_frame_every_cell_leads_where_the_frame_says(
            frames in prop::collection::vec(any_frame(), 1..8),
        ) {
            let mut stage = Stage::new();
            for (rows, wanted, forget) in frames {
                let links = links_over(&rows, &wanted);
                if forget {
                    stage.screen.forget();
                }
                stage.frame(&rows, links.clone());
                prop_assert_eq!(stage.frame(&rows, links.clone()), "", "nothing changed");
                for (y, row) in (0_u16..3).zip(&rows) {
                    let mut x = 0;
                    for grapheme in row.text.graphemes(true) {
                        let width = u16::try_from(grapheme_cells(grapheme)).unwrap();
                        if x + width > SIZE.0 {
                            break;
                        }
                        let link = links.iter().find(|link| {
                            link.y == y && (link.x..link.x + link.width()).contains(&x)
                        });
                        let shown = stage.terminal.cells.get(&(x, y));
                        let leads = shown.and_then(|(_, link)| link.clone());
                        let expected = link.map(|link| {
                            format!("id=alertdesk-{:x} {}", link.id, link.target)
                        });
                        prop_assert_eq!(leads, expected, "{:?} at {},{}", grapheme, x, y);
                        if grapheme != " " {
                            prop_assert_eq!(&shown.unwrap().0, grapheme);
                        }
                        x += width;
                    }
                }
            }
        }
    }
}
