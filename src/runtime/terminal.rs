//! The real terminal: entered once, given back on every way out.

use super::links;
use super::screen::Screen;
use crate::app::{State, hyperlinks, view};
use crate::keymap::Keymap;
use crate::report::crash;
use crate::text::turning::Turning;
use crate::theme::Theme;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste,
    EnableFocusChange, EnableMouseCapture, KeyboardEnhancementFlags, PopKeyboardEnhancementFlags,
    PushKeyboardEnhancementFlags,
};
use crossterm::style::Print;
use crossterm::terminal::{
    DisableLineWrap, EnableLineWrap, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use std::io::{self, BufWriter, Stdout};

/// Bytes of a frame that are collected before one write; a full colourful 200×60 frame fits.
const WRITE_BUFFER: usize = 256 * 1024;

/// Tells terminals that order text from right to left by themselves (those on VTE, mintty) to leave
/// it; others do not know it. Also: the other way round, which is how they start.
const LEAVE_ORDER: &str = "\u{1b}[8l";
const KEEP_ORDER: &str = "\u{1b}[8h";
/// Whether the terminal is told of links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// It is.
    Told,
    /// It would not know what to do with them.
    Kept,
}

/// What a terminal is told and what it is spared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manners {
    /// Whether it is told of links.
    pub links: Links,
    /// Who turns words round that run from right to left.
    pub turning: Turning,
}

/// The terminal while the dashboard has it. Dropping gives it back.
pub struct DashboardTerminal {
    screen: Screen<BufWriter<Stdout>>,
    manners: Manners,
    entered: bool,
}

impl DashboardTerminal {
    /// Takes the terminal: raw mode, alternate screen, pastes and focus reported. Where this
    /// program turns words round, terminals that could do it too are told to leave it.
    ///
    /// # Errors
    /// When there is no terminal to take.
    pub fn enter(manners: Manners) -> io::Result<Self> {
        // Under NO_COLOR crossterm would write an empty colour code, which resets reverse and
        // bold as well; the theme leaves colours out by itself.
        crossterm::style::force_color_output(true);
        crash::register_restore(match manners.links {
            Links::Told => restore_with_links_quietly,
            Links::Kept => restore_quietly,
        });
        take(manners.turning)?;
        let writer = BufWriter::with_capacity(WRITE_BUFFER, io::stdout());
        Ok(Self {
            screen: Screen::new(writer),
            manners,
            entered: true,
        })
    }

    /// Columns and rows.
    ///
    /// # Errors
    /// When the terminal does not say.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        crossterm::terminal::size()
    }

    /// Draws the state; only cells that changed are written, in one synchronized update.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, state: &State, theme: &Theme, keymap: &Keymap) -> io::Result<()> {
        let told = self.manners.links;
        self.screen.draw(state.size, |buffer| {
            view(state, theme, keymap, buffer);
            match told {
                Links::Told => hyperlinks(state, theme, buffer),
                Links::Kept => Vec::new(),
            }
        })
    }

    /// Writes text to the terminal's clipboard (OSC 52).
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        let writer = self.screen.raw();
        execute!(
            writer,
            crossterm::clipboard::CopyToClipboard::to_clipboard_from(text)
        )
    }

    /// Gives the terminal up for another program.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn leave(&mut self) -> io::Result<()> {
        if self.entered {
            self.entered = false;
            if self.manners.links == Links::Told {
                links::close(&mut io::stdout())?;
            }
            give_back()?;
        }
        Ok(())
    }

    /// Takes the terminal again after [`DashboardTerminal::leave`]; everything is drawn anew.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn return_to(&mut self) -> io::Result<()> {
        take(self.manners.turning)?;
        self.entered = true;
        self.redraw_everything();
        Ok(())
    }

    /// Forgets what is on the screen, so that the next draw writes every cell.
    pub fn redraw_everything(&mut self) {
        self.screen.forget();
    }
}

impl Drop for DashboardTerminal {
    fn drop(&mut self) {
        if let Err(error) = self.leave() {
            tracing::warn!(%error, "the terminal could not be given back");
        }
    }
}

fn take(turning: Turning) -> io::Result<()> {
    enable_raw_mode()?;
    let mut out = io::stdout();
    if turning == Turning::Program {
        queue!(out, Print(LEAVE_ORDER))?;
    }
    execute!(
        out,
        EnterAlternateScreen,
        // A row that a terminal sees wider than we do must not run on into the next one.
        DisableLineWrap,
        cursor::Hide,
        EnableBracketedPaste,
        EnableFocusChange,
        EnableMouseCapture,
        // Not the types of events as well: kitty before 0.33 and foot before 1.20 then send Enter,
        // Tab and Backspace a second time when they are let go.
        PushKeyboardEnhancementFlags(KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES)
    )
}

fn give_back() -> io::Result<()> {
    let mut out = io::stdout();
    let written = execute!(
        out,
        Print(KEEP_ORDER),
        PopKeyboardEnhancementFlags,
        DisableMouseCapture,
        DisableFocusChange,
        DisableBracketedPaste,
        cursor::Show,
        EnableLineWrap,
        LeaveAlternateScreen
    );
    disable_raw_mode()?;
    written
}

/// A frame that broke off in the middle of a link would leave the shell inside it.
fn restore_with_links_quietly() {
    drop(links::close(&mut io::stdout()));
    restore_quietly();
}

fn restore_quietly() {
    // Called while the program breaks down: nobody is left to tell.
    drop(give_back());
}
