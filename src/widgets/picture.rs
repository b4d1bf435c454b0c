//! A picture between the text: as a real image where the terminal can, else as half blocks.
//!
//! How a terminal shows pictures is data here. Nothing is asked of the terminal, because its
//! answer would arrive among the keys of the person who types; the ready-made detection of the
//! image library asks, and starts a program under tmux, so it is not used. What a terminal says of
//! itself in the environment decides, and whatever says nothing gets half blocks, which need
//! nothing but colours.

use super::kitty;
use image::DynamicImage;
use image::imageops::FilterType;
use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::{Rect, Size};
use ratatui::widgets::Widget;
use ratatui_image::protocol::Protocol;
use ratatui_image::protocol::halfblocks::Halfblocks;
use ratatui_image::protocol::iterm2::Iterm2;
use ratatui_image::protocol::sixel::Sixel;
use ratatui_image::{FontSize, Image, Resize};
use std::num::NonZeroU16;

/// The shape of a cell nobody measured, in pixels; half blocks need only its proportion.
const USUAL_CELL: Size = Size {
    width: 10,
    height: 20,
};

/// The largest cell that is believed, in pixels.
const LARGEST_CELL: u16 = 100;

/// Programs whose terminals take pictures the way iTerm2 does, as `TERM_PROGRAM` names them.
const LIKE_ITERM2: [&str; 6] = ["iTerm.app", "WezTerm", "mintty", "rio", "Tabby", "Bobcat"];

/// Beginnings of `TERM` of terminals that take sixels.
const WITH_SIXELS: [&str; 4] = ["foot", "mlterm", "contour", "yaft"];

/// The way a picture reaches the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Graphics {
    /// The protocol of kitty and Ghostty.
    Kitty,
    /// Sixels.
    Sixel,
    /// The inline files of iTerm2.
    Iterm2,
    /// Two coloured halves in every cell.
    HalfBlocks,
}

/// How a terminal shows pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureTerminal {
    /// The way.
    pub graphics: Graphics,
    /// Width and height of a cell in pixels.
    pub cell: Size,
}

impl PictureTerminal {
    /// Half blocks, which work everywhere.
    pub fn half_blocks() -> Self {
        Self {
            graphics: Graphics::HalfBlocks,
            cell: USUAL_CELL,
        }
    }

    /// This way, whatever the terminal says of itself; a cell that nobody measured is taken for a
    /// usual one.
    pub fn forced(graphics: Graphics, cell: Option<Size>) -> Self {
        let cell = believed(cell).unwrap_or(USUAL_CELL);
        Self { graphics, cell }
    }

    /// What the terminal can do, from the environment (`TERM`, `TERM_PROGRAM`, `LC_TERMINAL` and
    /// what single terminals set) and the measured size of a cell in pixels, where the system
    /// knows one. Half blocks without a size, and inside tmux and screen, which hold pictures back.
    pub fn guess(variable: impl Fn(&str) -> Option<String>, cell: Option<Size>) -> Self {
        let Some(cell) = believed(cell) else {
            return Self::half_blocks();
        };
        let graphics = named(variable);
        Self { graphics, cell }
    }
}

fn believed(cell: Option<Size>) -> Option<Size> {
    let range = 1..=LARGEST_CELL;
    cell.filter(|cell| range.contains(&cell.width) && range.contains(&cell.height))
}

fn named(variable: impl Fn(&str) -> Option<String>) -> Graphics {
    let value = |name: &str| variable(name).unwrap_or_default();
    let set = |name: &str| !value(name).is_empty();
    let (term, program) = (value("TERM"), value("TERM_PROGRAM"));
    if set("TMUX") || set("STY") || term.starts_with("tmux") || term.starts_with("screen") {
        return Graphics::HalfBlocks;
    }
    let like_iterm2 = LIKE_ITERM2.contains(&program.as_str())
        || value("LC_TERMINAL") == "iTerm2"
        || set("WEZTERM_EXECUTABLE")
        || set("KONSOLE_VERSION");
    // A terminal started from another one inherits its variables: the own name comes first.
    if term == "xterm-kitty" || term == "xterm-ghostty" || program == "ghostty" {
        Graphics::Kitty
    } else if WITH_SIXELS.iter().any(|name| term.starts_with(name)) {
        Graphics::Sixel
    } else if like_iterm2 {
        Graphics::Iterm2
    } else if set("KITTY_WINDOW_ID") {
        Graphics::Kitty
    } else {
        Graphics::HalfBlocks
    }
}

/// A picture made ready for one terminal and one size: cells that are only copied, the same ones
/// every time, so that a picture that stays is written once.
#[derive(Clone)]
pub struct Picture {
    cells: Buffer,
    graphics: Graphics,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Picture")
            .field("size", &self.size())
            .finish_non_exhaustive()
    }
}

impl Picture {
    /// The cells a picture takes inside a space of cells: as large as it fits, never larger than
    /// it is, its proportions kept. At least one cell, unless there is no space.
    pub fn cells(image: &DynamicImage, space: Size, terminal: PictureTerminal) -> Size {
        if space.width == 0 || space.height == 0 || image.width() == 0 || image.height() == 0 {
            return Size::default();
        }
        let font = font(terminal);
        let natural = Resize::natural_size(image, font);
        let fitted = if natural.width <= space.width && natural.height <= space.height {
            natural
        } else {
            Resize::Fit(None).size_for(image, font, space)
        };
        Size::new(
            fitted.width.clamp(1, space.width),
            fitted.height.clamp(1, space.height),
        )
    }

    /// Makes a picture ready for a space of cells. Takes time with large pictures: do it off the
    /// thread that draws, and again when the space changes. `id` tells pictures apart in terminals
    /// that keep them; no two at the same time have the same, and none has 0.
    ///
    /// `None` if there is no space, or if the picture cannot be put into the terminal's form.
    pub fn prepare(
        image: &DynamicImage,
        space: Size,
        terminal: PictureTerminal,
        id: u32,
    ) -> Option<Self> {
        let size = Self::cells(image, space, terminal);
        if size.width == 0 {
            return None;
        }
        // First down to four times the wanted pixels at most: cheap, and kind to the filter.
        let pixels = |cells: u16, cell: u16| u32::from(cells) * u32::from(cell);
        let width = pixels(size.width, terminal.cell.width);
        let height = pixels(size.height, terminal.cell.height);
        let small;
        let image = if image.width() > width * 4 || image.height() > height * 4 {
            small = image.thumbnail(width * 2, height * 2);
            &small
        } else {
            image
        };
        let resize = Resize::Fit(Some(FilterType::Triangle));
        let image = resize.resize(image, font(terminal), size, None);
        let protocol = match terminal.graphics {
            Graphics::Kitty => {
                let cells = one_whole(size, &kitty::placed(&image, size, id)?);
                let graphics = Graphics::Kitty;
                return Some(Self { cells, graphics });
            }
            Graphics::Sixel => Protocol::Sixel(Sixel::new(image, size, false).ok()?),
            Graphics::Iterm2 => Protocol::ITerm2(Iterm2::new(image, size, false).ok()?),
            Graphics::HalfBlocks => Protocol::Halfblocks(Halfblocks::new(image, size).ok()?),
        };
        let mut cells = Buffer::empty(Rect::new(0, 0, size.width, size.height));
        let area = cells.area;
        Image::new(&protocol).render(area, &mut cells);
        Some(Self {
            cells,
            graphics: terminal.graphics,
        })
    }

    /// The cells it takes.
    pub fn size(&self) -> Size {
        self.cells.area.as_size()
    }
}

/// Cells of which the first carries everything and the others are never written.
fn one_whole(size: Size, symbol: &str) -> Buffer {
    let mut cells = Buffer::empty(Rect::new(0, 0, size.width, size.height));
    for cell in &mut cells.content {
        cell.set_diff_option(CellDiffOption::Skip);
    }
    if let Some(first) = cells.content.first_mut() {
        first
            .set_symbol(symbol)
            .set_diff_option(CellDiffOption::ForcedWidth(NonZeroU16::MIN));
    }
    cells
}

fn font(terminal: PictureTerminal) -> FontSize {
    FontSize::new(terminal.cell.width.max(1), terminal.cell.height.max(1))
}

impl Widget for &Picture {
    /// Draws the picture at the top left of the area. In a smaller area than it was prepared for,
    /// half blocks show a part and the others nothing.
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let Size { width, height } = self.size();
        let whole = width <= area.width && height <= area.height;
        if !whole && self.graphics != Graphics::HalfBlocks {
            return;
        }
        for y in 0..height.min(area.height) {
            for x in 0..width.min(area.width) {
                let to = buffer.cell_mut((area.x + x, area.y + y));
                if let (Some(to), Some(from)) = (to, self.cells.cell((x, y))) {
                    to.clone_from(from);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Graphics, Picture, PictureTerminal};
    use image::{DynamicImage, Rgb, RgbImage};
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;
    use ratatui::layout::{Rect, Size};
    use ratatui::style::Color;
    use ratatui::widgets::Widget;
    use rstest::rstest;

    fn guess(variables: &[(&str, &str)], cell: Option<Size>) -> PictureTerminal {
        let find = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        PictureTerminal::guess(find, cell)
    }

    #[rstest]
    #[case(&[("TERM", "xterm-kitty")], Graphics::Kitty)]
    #[case(&[("TERM", "xterm-ghostty")], Graphics::Kitty)]
    #[case(&[("TERM", "xterm-256color"), ("KITTY_WINDOW_ID", "1")], Graphics::Kitty)]
    #[case(&[("TERM", "foot"), ("KITTY_WINDOW_ID", "1")], Graphics::Sixel)]
    #[case(&[("TERM", "mlterm-256color")], Graphics::Sixel)]
    #[case(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "iTerm.app")], Graphics::Iterm2)]
    #[case(&[("TERM", "xterm-256color"), ("KONSOLE_VERSION", "240801")], Graphics::Iterm2)]
    #[case(&[("TERM_PROGRAM", "WezTerm"), ("KITTY_WINDOW_ID", "1")], Graphics::Iterm2)]
    #[case(&[("LC_TERMINAL", "iTerm2")], Graphics::Iterm2)]
    #[case(&[("TERM", "xterm-kitty"), ("TMUX", "/tmp/x")], Graphics::HalfBlocks)]
    #[case(&[("TERM", "screen-256color"), ("TERM_PROGRAM", "WezTerm")], Graphics::HalfBlocks)]
    #[case(&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "Apple_Terminal")], Graphics::HalfBlocks)]
    #[case(&[("TERM", "linux")], Graphics::HalfBlocks)]
    #[case(&[], Graphics::HalfBlocks)]
    fn terminals_are_known_by_what_they_say(
        #[case] variables: &[(&str, &str)],
        #[case] graphics: Graphics,
    ) {
        let cell = Size::new(9, 18);
        assert_eq!(
            guess(variables, Some(cell)),
            PictureTerminal { graphics, cell }
        );
        for unknown in [None, Some(Size::new(0, 0)), Some(Size::new(8, 4000))] {
            assert_eq!(guess(variables, unknown), PictureTerminal::half_blocks());
        }
    }

    fn picture(width: u32, height: u32) -> DynamicImage {
        let half = |_, y| {
            if y < height / 2 {
                Rgb([200, 0, 0])
            } else {
                Rgb([0, 0, 200])
            }
        };
        RgbImage::from_fn(width, height, half).into()
    }

    #[test]
    fn half_blocks_show_the_colours_in_their_places() {
        let terminal = PictureTerminal::half_blocks();
        let ready = Picture::prepare(&picture(400, 400), Size::new(30, 5), terminal, 1).unwrap();
        assert_eq!(ready.size(), Size::new(10, 5));
        let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 6));
        ready.render(Rect::new(3, 1, 20, 5), &mut buffer);
        let colours = |x, y| {
            let cell = &buffer[(x, y)];
            match cell.symbol() {
                "▀" => [cell.fg, cell.bg],
                "▄" => [cell.bg, cell.fg],
                _ => [cell.bg, cell.bg],
            }
        };
        let red = |colour| matches!(colour, Color::Rgb(150.., 0..40, 0..40));
        let blue = |colour| matches!(colour, Color::Rgb(0..40, 0..40, 150..));
        assert!(colours(3, 1).into_iter().all(red), "{:?}", colours(3, 1));
        assert!(colours(12, 5).into_iter().all(blue), "{:?}", colours(12, 5));
        assert_eq!(buffer[(13, 1)].symbol(), " ");
        assert_eq!(buffer[(2, 1)].symbol(), " ");
    }

    #[rstest]
    #[case(Graphics::Kitty, "\u{1b}_G")]
    #[case(Graphics::Sixel, "\u{1b}P")]
    #[case(Graphics::Iterm2, "\u{1b}]1337;File=inline=1")]
    fn the_protocols_put_their_data_into_the_first_cell(
        #[case] graphics: Graphics,
        #[case] sign: &str,
    ) {
        let terminal = PictureTerminal {
            graphics,
            cell: Size::new(10, 20),
        };
        let ready = Picture::prepare(&picture(100, 100), Size::new(40, 20), terminal, 7).unwrap();
        assert_eq!(ready.size(), Size::new(10, 5));
        let mut buffer = Buffer::empty(Rect::new(0, 0, 50, 25));
        ready.render(Rect::new(2, 3, 40, 20), &mut buffer);
        let data = buffer[(2, 3)].symbol();
        assert!(data.contains(sign), "{:?}", data.get(..60));
    }

    #[test]
    fn without_space_there_is_no_picture() {
        let terminal = PictureTerminal::half_blocks();
        for space in [Size::new(0, 5), Size::new(5, 0)] {
            assert!(Picture::prepare(&picture(10, 10), space, terminal, 1).is_none());
        }
        let empty = DynamicImage::new_rgb8(0, 0);
        assert!(Picture::prepare(&empty, Size::new(5, 5), terminal, 1).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn it_stays_inside_whatever_the_sizes(
            width in 1u32..900, height in 1u32..900, columns in 1u16..40, rows in 1u16..20,
            way in 0usize..4, x in 0u16..30, y in 0u16..12, clip in 0u16..30,
        ) {
            let ways = [Graphics::Kitty, Graphics::Sixel, Graphics::Iterm2, Graphics::HalfBlocks];
            let terminal = PictureTerminal { graphics: ways[way], cell: Size::new(7, 15) };
            let space = Size::new(columns, rows);
            let ready = Picture::prepare(&picture(width, height), space, terminal, 3).unwrap();
            prop_assert!(ready.size().width <= columns && ready.size().height <= rows);
            let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 12));
            let area = Rect::new(x, y, clip, rows);
            ready.render(area, &mut buffer);
            for column in 0..30 {
                for row in 0..12 {
                    let inside = area.contains((column, row).into());
                    prop_assert!(inside || buffer[(column, row)].symbol() == " ");
                }
            }
        }
    }
}
