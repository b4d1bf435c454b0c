//! About fifteen semantic roles and the palettes that draw them.
//!
//! The only place that names a colour. Views ask for a [`Role`], a [`Glyph`] or a [`Frame`]; they
//! never know which theme is on, whether colour is allowed or whether the screen is ASCII.

pub mod contrast;
pub mod glyphs;
mod load;
mod palette;
pub mod role;

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::symbols::border;

pub use glyphs::{Frame, Glyph};
pub use load::ThemeError;
pub use palette::Palette;
pub use role::Role;

use glyphs::Charset;

/// What the user chose about the look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThemeOptions {
    /// One of [`Theme::BUILT_IN`]; anything else is an error. Empty means `terminal`.
    pub name: String,
    /// No colours at all, attributes only: `NO_COLOR` is set.
    pub no_color: bool,
    /// Every sign of the program itself in ASCII, each still one cell.
    pub ascii: bool,
    /// No spinner and no countdown bar.
    pub reduced_motion: bool,
}

/// How much may move on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// Spinners turn, countdown bars shrink.
    Full,
    /// Nothing turns; numbers change seldom.
    Reduced,
}

/// A look, ready to draw with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    palette: Palette,
    charset: Charset,
    motion: Motion,
}

impl Theme {
    /// The names of the themes that come with the program; the first is the default.
    pub const BUILT_IN: [&str; 4] = ["terminal", "dark", "light", "high_contrast"];

    /// A theme that comes with the program.
    ///
    /// # Errors
    ///
    /// When no such theme exists; the error names the most similar one.
    pub fn built_in(options: &ThemeOptions) -> Result<Self, ThemeError> {
        Ok(Self::with(load::built_in(&options.name)?, options))
    }

    /// A theme from the text of a file of the user. Roles it leaves out are those of `terminal`.
    ///
    /// # Errors
    ///
    /// When the file is no TOML, or has an unknown role, attribute or colour; the error names the
    /// file, the line and what was probably meant.
    pub fn from_file(options: &ThemeOptions, file: &str, text: &str) -> Result<Self, ThemeError> {
        Ok(Self::with(load::parse(file, text)?, options))
    }

    fn with(palette: Palette, options: &ThemeOptions) -> Self {
        let palette = if options.no_color {
            // The attributes of `terminal` carry the meaning where colour may not.
            Palette::default().without_colours()
        } else {
            palette
        };
        Self {
            palette,
            charset: if options.ascii {
                Charset::Ascii
            } else {
                Charset::Unicode
            },
            motion: if options.reduced_motion {
                Motion::Reduced
            } else {
                Motion::Full
            },
        }
    }

    /// The style of a role. It sets only what the role says, so it can be laid over another.
    pub fn style(&self, role: Role) -> Style {
        self.palette.style(role)
    }

    /// The style of the whole screen before anything is drawn: role `text` on the background of
    /// the theme. `terminal` has no background of its own.
    pub fn base(&self) -> Style {
        self.palette.base()
    }

    /// The sign for a meaning, one cell wide.
    pub fn glyph(&self, glyph: Glyph) -> &'static str {
        glyph.symbol(self.charset)
    }

    /// The lines of a frame, for `Block::border_set`.
    pub fn border(&self, frame: Frame) -> border::Set<'static> {
        frame.border(self.charset)
    }

    /// Replaces the program's own signs by their ASCII forms, if the screen is ASCII. Runs over the
    /// finished screen, so that no view has to remember it.
    pub fn to_charset(&self, buffer: &mut Buffer) {
        if self.charset == Charset::Unicode {
            return;
        }
        for cell in &mut buffer.content {
            let drawn = self.in_charset(cell.symbol());
            if drawn != cell.symbol() {
                let drawn = drawn.to_owned();
                cell.set_symbol(&drawn);
            }
        }
    }

    /// What stands on the screen for a symbol of the program: itself, or its ASCII form.
    pub fn in_charset<'a>(&self, symbol: &'a str) -> &'a str {
        if self.charset == Charset::Unicode || symbol.is_ascii() {
            return symbol;
        }
        // The no-break space of grouped numbers.
        if symbol == "\u{a0}" {
            return " ";
        }
        glyphs::to_ascii(symbol).unwrap_or(symbol)
    }

    /// The frames of the spinner, in order.
    pub fn spinner(&self) -> &'static [&'static str] {
        glyphs::spinner(self.charset)
    }

    /// How much may move.
    pub fn motion(&self) -> Motion {
        self.motion
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::with(Palette::default(), &ThemeOptions::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::{Color, Modifier};

    fn options(name: &str) -> ThemeOptions {
        ThemeOptions {
            name: name.to_owned(),
            ..ThemeOptions::default()
        }
    }

    #[test]
    fn every_theme_that_is_named_exists() {
        for name in Theme::BUILT_IN {
            assert!(Theme::built_in(&options(name)).is_ok(), "{name}");
        }
        assert_eq!(Theme::built_in(&options("")).unwrap(), Theme::default());
    }

    #[test]
    fn a_wrong_name_says_the_near_one() {
        let error = Theme::built_in(&options("drak")).unwrap_err().to_string();
        assert_eq!(error, "there is no theme `drak`; did you mean `dark`?");
    }

    #[test]
    fn without_colour_the_selection_stays_visible() {
        for name in Theme::BUILT_IN {
            let theme = Theme::built_in(&ThemeOptions {
                no_color: true,
                ..options(name)
            })
            .unwrap();
            for role in Role::ALL {
                let style = theme.style(*role);
                assert!(matches!(style.fg, None | Some(Color::Reset)), "{role:?}");
                assert!(matches!(style.bg, None | Some(Color::Reset)), "{role:?}");
            }
            assert!(
                theme
                    .style(Role::Selection)
                    .add_modifier
                    .contains(Modifier::REVERSED)
            );
            assert!(
                theme
                    .style(Role::Failed)
                    .add_modifier
                    .contains(Modifier::BOLD)
            );
            assert_eq!(theme.base().bg.unwrap_or(Color::Reset), Color::Reset);
        }
    }

    #[test]
    fn only_themes_with_a_background_paint_one() {
        assert_eq!(Theme::default().base().bg, None);
        let dark = Theme::built_in(&options("dark")).unwrap();
        assert_eq!(dark.base().bg, Some(Color::Rgb(0x14, 0x17, 0x1c)));
        assert_eq!(dark.style(Role::Text).bg, None);
    }

    #[test]
    fn a_partial_file_falls_back_to_terminal() {
        let text = "[roles]\nfailed = { fg = \"bright_red\", reversed = true }\n";
        let theme = Theme::from_file(&options(""), "mine.toml", text).unwrap();
        let failed = theme.style(Role::Failed);
        assert_eq!(failed.fg, Some(Color::LightRed));
        assert!(failed.add_modifier.contains(Modifier::REVERSED));
        assert_eq!(
            theme.style(Role::Guard),
            Theme::default().style(Role::Guard)
        );
    }
}
