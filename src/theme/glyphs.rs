//! Every sign the program draws, with an ASCII form of the same width, so that `--ascii` changes
//! no layout. A sign is never alone: the word stands beside it.

use ratatui::symbols::border;

/// Which signs the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    Unicode,
    Ascii,
}

macro_rules! glyphs {
    ($($variant:ident = $unicode:literal, $ascii:literal, $doc:literal;)*) => {
        /// A meaning that has a sign of one cell.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Glyph { $(#[doc = $doc] $variant,)* }

        impl Glyph {
            /// Every sign.
            pub const ALL: &'static [Glyph] = &[$(Glyph::$variant,)*];

            pub(super) fn symbol(self, charset: Charset) -> &'static str {
                match charset {
                    Charset::Unicode => match self { $(Glyph::$variant => $unicode,)* },
                    Charset::Ascii => match self { $(Glyph::$variant => $ascii,)* },
                }
            }
        }
    };
}

glyphs! {
    Accepted = "✓", "+", "Accepted, or a check that passed.";
    Rejected = "✗", "x", "Rejected, or something that failed.";
    Unknown = "?", "?", "Unknown.";
    Warning = "!", "!", "A warning, or something that needs a person.";
    Paused = "‖", "=", "Paused or held.";
    Running = "↑", "^", "Running, or a send.";
    Read = "↓", "v", "A read, or more below.";
    Planned = "◷", "@", "Planned, or in its grace time.";
    Online = "●", "*", "Online, or new.";
    Offline = "○", "o", "Offline, or nobody.";
    Connecting = "◌", ".", "Connecting.";
    Slow = "▲", "^", "Slow.";
    Marked = "◆", "#", "Marked.";
    Draft = "✎", "e", "A draft is open.";
    Skipped = "–", "-", "Skipped.";
    OptedOut = "⊘", "0", "Opted out.";
    FromPerson = "‹", "<", "Written by the person.";
    FromUs = "›", ">", "Written by our side; also a prompt.";
    Note = "·", ".", "A note of the system; also a separator.";
    To = "→", ">", "Leads to.";
    Picture = "▣", "#", "A picture.";
    File = "▤", "=", "A file.";
    Voice = "♪", "~", "A voice message.";
    Video = "▷", ">", "A video.";
    Place = "⌖", "@", "A place.";
    BarFull = "█", "#", "The accepted part of a bar; also the scroll thumb.";
    BarBad = "▒", "%", "The part of a bar that needs a look.";
    BarRest = "░", ".", "The part of a bar still to come.";
    Rate1 = "▁", "1", "Lowest step of a rate line; also an empty field.";
    Rate2 = "▂", "2", "Second step of a rate line.";
    Rate3 = "▃", "3", "Third step of a rate line.";
    Rate4 = "▄", "4", "Fourth step of a rate line.";
    Rate5 = "▅", "5", "Fifth step of a rate line.";
    Rate6 = "▆", "6", "Sixth step of a rate line.";
    Rate7 = "▇", "7", "Seventh step of a rate line.";
    Rate8 = "█", "8", "Highest step of a rate line.";
    Cursor = "▌", ">", "The row under the cursor.";
    Caret = "▏", "|", "Where the next character goes.";
    Cut = "…", "~", "Something was cut here; also a spinner that may not turn.";
    Waiting = "⠹", "-", "Loading, where only one frame is shown.";
    Hidden = "•", "*", "A character of a secret.";
    LineBreak = "↵", "\\", "The view broke the line here, not the text.";
    Separator = "│", "|", "Between parts of the header; the right edge without a thumb.";
    ThinRule = "─", "-", "A thin line across.";
    ThickRule = "━", "=", "A thick line across: what is new begins.";
    TeeLeft = "├", "+", "A thin line leaves the left edge.";
    TeeRight = "┤", "+", "A thin line meets the right edge.";
}

/// The ASCII form of a sign of the program, if the text is one.
pub(super) fn to_ascii(symbol: &str) -> Option<&'static str> {
    let glyph = Glyph::ALL
        .iter()
        .find(|glyph| glyph.symbol(Charset::Unicode) == symbol);
    if let Some(glyph) = glyph {
        return Some(glyph.symbol(Charset::Ascii));
    }
    SPINNER.contains(&symbol).then_some("-")
}

const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const ASCII_SPINNER: [&str; 4] = ["-", "\\", "|", "/"];

pub(super) fn spinner(charset: Charset) -> &'static [&'static str] {
    match charset {
        Charset::Unicode => &SPINNER,
        Charset::Ascii => &ASCII_SPINNER,
    }
}

/// What a frame says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame {
    /// A pane.
    Thin,
    /// The pane that has the keys.
    Thick,
    /// A question that holds the keyboard.
    Double,
    /// A message as a phone shows it.
    Rounded,
}

impl Frame {
    pub(super) fn border(self, charset: Charset) -> border::Set<'static> {
        match (charset, self) {
            (Charset::Unicode, Frame::Thin) => border::PLAIN,
            (Charset::Unicode, Frame::Thick) => border::THICK,
            (Charset::Unicode, Frame::Double) => border::DOUBLE,
            (Charset::Unicode, Frame::Rounded) => border::ROUNDED,
            (Charset::Ascii, Frame::Thin | Frame::Rounded) => lines("+", "-", "|"),
            (Charset::Ascii, Frame::Thick) => lines("#", "=", "#"),
            (Charset::Ascii, Frame::Double) => lines("+", "=", "|"),
        }
    }
}

fn lines(corner: &'static str, across: &'static str, down: &'static str) -> border::Set<'static> {
    border::Set {
        top_left: corner,
        top_right: corner,
        bottom_left: corner,
        bottom_right: corner,
        vertical_left: down,
        vertical_right: down,
        horizontal_top: across,
        horizontal_bottom: across,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::width::cells;

    #[test]
    fn every_sign_is_one_cell_in_both_forms() {
        for glyph in Glyph::ALL {
            assert_eq!(cells(glyph.symbol(Charset::Unicode)), 1, "{glyph:?}");
            let ascii = glyph.symbol(Charset::Ascii);
            assert!(ascii.is_ascii() && cells(ascii) == 1, "{glyph:?}");
        }
    }

    #[test]
    fn spinners_are_one_cell_and_turn() {
        for charset in [Charset::Unicode, Charset::Ascii] {
            let frames = spinner(charset);
            assert!(frames.iter().all(|frame| cells(frame) == 1));
            assert!(frames.windows(2).all(|pair| pair[0] != pair[1]));
        }
    }

    #[test]
    fn frames_differ_in_ascii_too() {
        let sets: Vec<_> = [Frame::Thin, Frame::Thick, Frame::Double]
            .map(|frame| frame.border(Charset::Ascii))
            .into_iter()
            .collect();
        assert!(sets[0] != sets[1] && sets[1] != sets[2] && sets[0] != sets[2]);
        assert_eq!(Frame::Thick.border(Charset::Ascii).vertical_left, "#");
    }
}
