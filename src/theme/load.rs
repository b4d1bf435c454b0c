//! Reads theme files. Every mistake names the file, the line and what was probably meant. It
//! gets the text of a file, it never opens one.

use std::str::FromStr as _;

use ratatui::style::{Color, Modifier, Style};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Theme;
use super::palette::Palette;
use super::role::Role;
use crate::text::nearest::{line_of, nearest};

const TERMINAL: &str = include_str!("../../assets/themes/terminal.toml");
const DARK: &str = include_str!("../../assets/themes/dark.toml");
const LIGHT: &str = include_str!("../../assets/themes/light.toml");
const HIGH_CONTRAST: &str = include_str!("../../assets/themes/high_contrast.toml");

const TOP_KEYS: [&str; 2] = ["background", "roles"];
const PARTS: [&str; 7] = [
    "fg",
    "bg",
    "bold",
    "dim",
    "italic",
    "reversed",
    "underlined",
];
const COLOUR_NAMES: [&str; 17] = [
    "default",
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright_black",
    "bright_red",
    "bright_green",
    "bright_yellow",
    "bright_blue",
    "bright_magenta",
    "bright_cyan",
    "bright_white",
];

/// Why a theme cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// No theme of this name comes with the program.
    #[error("there is no theme `{name}`{hint}")]
    NoSuchTheme {
        /// The name asked for.
        name: String,
        /// What was probably meant, ready to follow the sentence.
        hint: String,
    },
    /// A theme file has a mistake.
    #[error("{file}, line {line}: {problem}")]
    BadFile {
        /// The file as the caller named it.
        file: String,
        /// Counted from 1.
        line: usize,
        /// What is wrong and what was probably meant.
        problem: String,
    },
}

/// The palette of a theme that comes with the program; the empty name is `terminal`.
pub(super) fn built_in(name: &str) -> Result<Palette, ThemeError> {
    match name {
        "" | "terminal" => terminal(),
        "dark" => parse("dark.toml", DARK),
        "light" => parse("light.toml", LIGHT),
        "high_contrast" => parse("high_contrast.toml", HIGH_CONTRAST),
        _ => Err(ThemeError::NoSuchTheme {
            name: name.to_owned(),
            hint: meant(name, Theme::BUILT_IN),
        }),
    }
}

/// The palette all others fall back to.
pub(super) fn terminal() -> Result<Palette, ThemeError> {
    Reader {
        file: "terminal.toml",
        text: TERMINAL,
    }
    .read(Palette::plain())
}

/// The palette of a theme file; roles it leaves out are those of `terminal`.
pub(super) fn parse(file: &str, text: &str) -> Result<Palette, ThemeError> {
    Reader { file, text }.read(terminal()?)
}

/// `; did you mean ...?`, or the whole choice when nothing is similar.
fn meant<const N: usize>(word: &str, choice: [&str; N]) -> String {
    match nearest(word, choice) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => format!("; there are: {}", choice.join(", ")),
    }
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn read(&self, mut palette: Palette) -> Result<Palette, ThemeError> {
        let table = DeTable::parse(self.text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            self.wrong(at, error.message().to_owned())
        })?;
        for (key, value) in table.get_ref() {
            match key.get_ref().as_ref() {
                "background" => palette.set_background(self.colour(value)?),
                "roles" => self.roles(value, &mut palette)?,
                other => return Err(self.unknown(key.span().start, "setting", other, TOP_KEYS)),
            }
        }
        Ok(palette)
    }

    fn roles(&self, value: &Spanned<DeValue>, palette: &mut Palette) -> Result<(), ThemeError> {
        for (key, value) in self.table(value)? {
            let name = key.get_ref().as_ref();
            let role = Role::from_name(name).ok_or_else(|| {
                let names: [&str; Role::ALL.len()] =
                    std::array::from_fn(|at| Role::ALL.get(at).map_or("", |role| role.name()));
                self.unknown(key.span().start, "role", name, names)
            })?;
            palette.set(role, self.style(value)?);
        }
        Ok(())
    }

    fn style(&self, value: &Spanned<DeValue>) -> Result<Style, ThemeError> {
        let mut style = Style::new();
        for (key, value) in self.table(value)? {
            let attribute = match key.get_ref().as_ref() {
                "fg" => {
                    style = style.fg(self.colour(value)?);
                    continue;
                }
                "bg" => {
                    style = style.bg(self.colour(value)?);
                    continue;
                }
                "bold" => Modifier::BOLD,
                "dim" => Modifier::DIM,
                "italic" => Modifier::ITALIC,
                "reversed" => Modifier::REVERSED,
                "underlined" => Modifier::UNDERLINED,
                other => {
                    return Err(self.unknown(key.span().start, "attribute", other, PARTS));
                }
            };
            match value.get_ref().as_bool() {
                Some(true) => style = style.add_modifier(attribute),
                Some(false) => {}
                None => {
                    let problem = "an attribute is true or false".to_owned();
                    return Err(self.wrong(value.span().start, problem));
                }
            }
        }
        Ok(style)
    }

    fn colour(&self, value: &Spanned<DeValue>) -> Result<Color, ThemeError> {
        let at = value.span().start;
        let colour = match (value.get_ref().as_str(), value.get_ref().as_integer()) {
            (Some(name), _) => named(name),
            (None, Some(number)) => number.as_str().parse().ok().map(Color::Indexed),
            (None, None) => None,
        };
        colour.ok_or_else(|| match value.get_ref().as_str() {
            Some(name) if !name.starts_with('#') => self.unknown(at, "colour", name, COLOUR_NAMES),
            Some(_) | None => {
                let shape = "a colour is a name, a number up to 255 or \"#rrggbb\"";
                self.wrong(at, shape.to_owned())
            }
        })
    }

    fn table<'v, 'i>(
        &self,
        value: &'v Spanned<DeValue<'i>>,
    ) -> Result<&'v DeTable<'i>, ThemeError> {
        value.get_ref().as_table().ok_or_else(|| {
            self.wrong(
                value.span().start,
                "a table is needed here: { fg = \"red\" }".to_owned(),
            )
        })
    }

    fn unknown<const N: usize>(
        &self,
        at: usize,
        kind: &str,
        word: &str,
        choice: [&str; N],
    ) -> ThemeError {
        self.wrong(
            at,
            format!("unknown {kind} `{word}`{}", meant(word, choice)),
        )
    }

    fn wrong(&self, at: usize, problem: String) -> ThemeError {
        let line = line_of(self.text, at);
        ThemeError::BadFile {
            file: self.file.to_owned(),
            line,
            problem,
        }
    }
}

fn named(name: &str) -> Option<Color> {
    if name == "default" {
        return Some(Color::Reset);
    }
    if !COLOUR_NAMES.contains(&name) && !is_hex(name) {
        return None;
    }
    // In the table of sixteen, "white" is the light grey and "bright_black" the dark one.
    match name {
        "white" => Some(Color::Gray),
        "bright_black" => Some(Color::DarkGray),
        "bright_white" => Some(Color::White),
        other => Color::from_str(&other.replace("bright_", "light")).ok(),
    }
}

fn is_hex(name: &str) -> bool {
    name.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "[roles]\nfaild = {}\n",
        "my.toml, line 2: unknown role `faild`; did you mean `failed`?"
    )]
    #[case(
        "[roles]\n\ntext = { fg = \"gren\" }\n",
        "my.toml, line 3: unknown colour `gren`; did you mean `green`?"
    )]
    #[case(
        "[roles]\ntext = { blod = true }\n",
        "my.toml, line 2: unknown attribute `blod`; did you mean `bold`?"
    )]
    #[case(
        "[roles]\ntext = { fg = \"#12\" }\n",
        "my.toml, line 2: a colour is a name, a number up to 255 or \"#rrggbb\""
    )]
    #[case(
        "backgrund = \"black\"\n",
        "my.toml, line 1: unknown setting `backgrund`; did you mean `background`?"
    )]
    #[case(
        "[roles]\ntext = 3\n",
        "my.toml, line 2: a table is needed here: { fg = \"red\" }"
    )]
    #[case(
        "[roles]\ntext = { bold = 1 }\n",
        "my.toml, line 2: an attribute is true or false"
    )]
    fn mistakes_name_file_line_and_cure(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(parse("my.toml", text).unwrap_err().to_string(), expected);
    }

    #[test]
    fn broken_toml_names_its_line() {
        let error = parse("my.toml", "[roles]\ntext = {\n")
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("my.toml, line "), "{error}");
    }

    #[rstest]
    #[case("white", Color::Gray)]
    #[case("bright_white", Color::White)]
    #[case("bright_black", Color::DarkGray)]
    #[case("bright_red", Color::LightRed)]
    #[case("magenta", Color::Magenta)]
    #[case("#2b4a7a", Color::Rgb(0x2b, 0x4a, 0x7a))]
    fn colours_have_their_names(#[case] name: &str, #[case] expected: Color) {
        assert_eq!(named(name), Some(expected));
        assert!(COLOUR_NAMES.iter().all(|name| named(name).is_some()));
    }

    #[test]
    fn every_built_in_file_states_every_role() {
        for text in [TERMINAL, DARK, LIGHT, HIGH_CONTRAST] {
            for role in Role::ALL {
                assert!(
                    text.contains(&format!("\n{} = {{", role.name())),
                    "{}",
                    role.name()
                );
            }
        }
    }
}
