//! The styles of all roles of one theme. It must not know files or names of colours.

use ratatui::style::{Color, Style};

use super::load;
use super::role::Role;

/// A style for each role, and the background they stand on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette {
    styles: [Style; Role::ALL.len()],
    background: Option<Color>,
}

impl Palette {
    /// No colours and no attributes at all.
    pub(super) fn plain() -> Self {
        Self {
            styles: [Style::new(); Role::ALL.len()],
            background: None,
        }
    }

    pub(super) fn set(&mut self, role: Role, style: Style) {
        if let Some(slot) = self.styles.get_mut(role as usize) {
            *slot = style;
        }
    }

    pub(super) fn set_background(&mut self, colour: Color) {
        self.background = Some(colour);
    }

    /// The background of the theme, if it has one of its own.
    pub fn background(&self) -> Option<Color> {
        self.background
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    pub(super) fn base(&self) -> Style {
        let text = self.style(Role::Text);
        self.background.map_or(text, |colour| text.bg(colour))
    }

    /// The same attributes in no colour.
    pub(super) fn without_colours(mut self) -> Self {
        self.background = None;
        for style in &mut self.styles {
            // Reset, not "none": a role laid over another must not let a colour through.
            *style = style.fg(Color::Reset).bg(Color::Reset);
        }
        self
    }
}

impl Default for Palette {
    /// The palette of `terminal`.
    fn default() -> Self {
        // The embedded file is read by a test; without it everything would be plain, not wrong.
        load::terminal().unwrap_or_else(|_| Self::plain())
    }
}
