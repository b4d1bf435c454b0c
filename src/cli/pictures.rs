//! How this terminal shows pictures of messages, from the settings and what the terminal says of
//! itself in the environment, and where saved files go. Nothing is asked of the terminal.

use crate::domain::Guard;
use crate::runtime::files::Files;
use crate::settings::{Appearance, Glyphs, Pictures, Settings};
use crate::widgets::{Graphics, PictureTerminal};
use ratatui::layout::Size;

/// How files are shown, kept and opened here.
pub fn files(settings: &Settings) -> Files {
    let downloads = directories::UserDirs::new()
        .and_then(|folders| folders.download_dir().map(ToOwned::to_owned));
    let demo = settings
        .connection()
        .is_ok_and(|connection| connection.profile.guard == Guard::Sandbox);
    let here = std::env::current_dir().ok().filter(|_| demo);
    let kept = settings.folders.data.path.join("files");
    // The data of a demo goes with it, and a file that somebody saved must not.
    let folder = downloads.or(here).unwrap_or(kept);
    Files {
        terminal: terminal(settings.appearance.pictures, variable, cell()),
        ..Files::in_folder(folder)
    }
}

/// Why pictures are not drawn on this terminal; `None` where they are.
pub fn why_not(appearance: &Appearance) -> Option<&'static str> {
    reason(appearance, variable, cell())
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The size of a cell in pixels, where the system knows the size of the window.
fn cell() -> Option<Size> {
    let window = crossterm::terminal::window_size().ok()?;
    let width = window.width.checked_div(window.columns)?;
    let height = window.height.checked_div(window.rows)?;
    Some(Size::new(width, height))
}

fn terminal(
    wanted: Pictures,
    variable: impl Fn(&str) -> Option<String>,
    cell: Option<Size>,
) -> PictureTerminal {
    match wanted {
        Pictures::Auto => PictureTerminal::guess(variable, cell),
        Pictures::HalfBlocks | Pictures::Off => PictureTerminal::forced(Graphics::HalfBlocks, cell),
        Pictures::Kitty => PictureTerminal::forced(Graphics::Kitty, cell),
        Pictures::Sixel => PictureTerminal::forced(Graphics::Sixel, cell),
        Pictures::Iterm2 => PictureTerminal::forced(Graphics::Iterm2, cell),
    }
}

fn reason(
    appearance: &Appearance,
    variable: impl Fn(&str) -> Option<String>,
    cell: Option<Size>,
) -> Option<&'static str> {
    let colours = variable("COLORTERM").is_some_and(|says| says == "truecolor" || says == "24bit");
    let guessed = terminal(appearance.pictures, &variable, cell).graphics;
    if appearance.pictures == Pictures::Off {
        Some("Pictures are switched off in the settings.")
    } else if appearance.glyphs == Glyphs::Ascii {
        Some("In plain ASCII no picture is drawn.")
    } else if !appearance.has_colours() {
        Some("Without colours no picture is drawn.")
    } else if appearance.pictures == Pictures::Auto && guessed == Graphics::HalfBlocks && !colours {
        Some(
            "This terminal does not say that it has all colours, so no picture is drawn; \
             pictures = \"half_blocks\" in the settings draws them all the same.",
        )
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{reason, terminal};
    use crate::settings::{Appearance, Bidi, Color, Glyphs, Hyperlinks, Interface, Pictures};
    use crate::widgets::Graphics;
    use rstest::rstest;

    fn appearance(pictures: Pictures, color: Color, glyphs: Glyphs) -> Appearance {
        Appearance {
            stop_words: None,
            theme: String::new(),
            color,
            glyphs,
            interface: Interface::Dashboard,
            bidi: Bidi::App,
            pictures,
            hyperlinks: Hyperlinks::Auto,
            dock_users: true,
            follow_focus: true,
        }
    }

    #[rstest]
    #[case(Pictures::Auto, Color::Theme, Glyphs::Unicode, "truecolor", "")]
    #[case(Pictures::Auto, Color::Theme, Glyphs::Unicode, "", "all colours")]
    #[case(Pictures::HalfBlocks, Color::Theme, Glyphs::Unicode, "", "")]
    #[case(Pictures::Kitty, Color::Theme, Glyphs::Unicode, "", "")]
    #[case(
        Pictures::Kitty,
        Color::None,
        Glyphs::Unicode,
        "24bit",
        "Without colours"
    )]
    #[case(Pictures::Auto, Color::Theme, Glyphs::Ascii, "24bit", "ASCII")]
    #[case(Pictures::Off, Color::Theme, Glyphs::Unicode, "24bit", "switched off")]
    fn what_cannot_be_drawn_says_why(
        #[case] pictures: Pictures,
        #[case] color: Color,
        #[case] glyphs: Glyphs,
        #[case] colours: &str,
        #[case] says: &str,
    ) {
        let variable = |name: &str| (name == "COLORTERM").then(|| colours.to_owned());
        let why = reason(&appearance(pictures, color, glyphs), variable, None);
        assert_eq!(why.is_none(), says.is_empty());
        assert!(why.unwrap_or_default().contains(says), "{why:?}");
    }

    #[test]
    fn a_setting_goes_before_what_the_terminal_says() {
        let kitty = |name: &str| (name == "TERM").then(|| "xterm-kitty".to_owned());
        let cell = Some(ratatui::layout::Size::new(9, 18));
        let way = |wanted| terminal(wanted, kitty, cell).graphics;
        assert_eq!(way(Pictures::Auto), Graphics::Kitty);
        assert_eq!(way(Pictures::Sixel), Graphics::Sixel);
        assert_eq!(way(Pictures::HalfBlocks), Graphics::HalfBlocks);
    }
}
