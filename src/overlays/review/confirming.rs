//! What has to be typed before a plan is queued: the number of people, or the last digits of the
//! only one; for a large list with real customers behind it the profile's name as well. One field
//! after the other, by hand.

use super::State;
use crate::domain::Recipient;
use crate::text::{format, sanitize, width};
use crate::theme::{Glyph, Role};
use crate::widgets::Painter;
use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

impl State {
    /// What must be typed first: the number of people, or the last digits of the only person where
    /// real customers are meant.
    pub fn wanted(&self) -> String {
        match self.only_guarded() {
            Some(person) => {
                let digits = person.last_four();
                let count = digits.chars().count();
                let skipped = count.saturating_sub(usize::from(self.profile.confirm.digits));
                digits.chars().skip(skipped).collect()
            }
            None => self.facts.people.to_string(),
        }
    }

    /// The profile's name, where it must be typed after the number.
    pub fn wanted_name(&self) -> Option<&str> {
        let large = self.facts.people > self.profile.confirm.name_above;
        (self.guarded() && large).then_some(self.profile.name.as_str())
    }

    /// Everything that was typed, as the record keeps it.
    pub fn typed(&self) -> String {
        let number = self.field.text();
        let number = number.trim();
        match self.wanted_name() {
            Some(_) => format!("{number} {}", self.name.text().trim()),
            None => number.to_owned(),
        }
    }

    /// Whether every sign is text now. Otherwise only digits are, and other keys act.
    pub fn takes_words(&self) -> bool {
        self.naming || !self.wanted().bytes().all(|byte| byte.is_ascii_digit())
    }

    /// The only person, where real customers are behind the profile.
    fn only_guarded(&self) -> Option<&Recipient> {
        match self.plan.calls.as_slice() {
            [call] if self.guarded() && call.recipients.len() == 1 => call.recipients.first(),
            _ => None,
        }
    }

    fn number_is_right(&self) -> bool {
        self.field.text().trim() == self.wanted()
    }

    fn is_right(&self) -> bool {
        let named = self
            .wanted_name()
            .is_none_or(|name| self.name.text().trim() == name);
        self.number_is_right() && named
    }

    fn ask(&self) -> String {
        let to = if self.plan.waiting.approvers.is_some() {
            "To have it approved"
        } else {
            "To arm it"
        };
        match (self.naming, self.only_guarded()) {
            (true, _) => "Real customers, a large list. Type the profile's name too".to_owned(),
            (false, Some(_)) => {
                let digits = match self.wanted().chars().count() {
                    2 => "two",
                    3 => "three",
                    _ => "four",
                };
                format!("{to}, type the last {digits} digits")
            }
            (false, None) => format!("{to}, type the number of people"),
        }
    }
}

/// Enter: true once and only when everything that is asked for is typed.
pub(super) fn enter(state: &mut State) -> bool {
    if !state.number_is_right() {
        state.naming = false;
        let why = format!("Enter does nothing yet: type {}", state.wanted());
        state.decision.refuse(why);
        return false;
    }
    if state.is_right() {
        return state.decision.take();
    }
    if state.naming {
        let name = state.wanted_name().unwrap_or_default();
        let why = format!("Enter does nothing yet: type {name}");
        state.decision.refuse(why);
    }
    state.naming = true;
    false
}

/// A key typed into the field that confirms.
pub fn key(state: &mut State, key: KeyEvent) {
    let field = if state.naming {
        &mut state.name
    } else {
        &mut state.field
    };
    if field.key(key) {
        state.decision.typed();
    }
}

/// What to type, the field, and what Enter does now.
pub(super) fn draw(state: &State, painter: &mut Painter<'_>, inside: Rect, field_row: u16) {
    let y = field_row.saturating_sub(1);
    // What to type is never cut; a narrow window loses words before it.
    let wanted = match state.wanted_name().filter(|_| state.naming) {
        Some(name) => sanitize::clean_line(name).into_owned(),
        None => state.wanted(),
    };
    let cells = u16::try_from(width::cells(&wanted)).unwrap_or(u16::MAX);
    let limit = inside.right().saturating_sub(cells.saturating_add(1));
    let x = painter.text(
        (inside.x, y),
        limit,
        &format!("{}:", state.ask()),
        Role::Text,
    );
    painter.text((x + 1, y), inside.right(), &wanted, Role::Key);
    let prompt = painter.theme.glyph(Glyph::FromUs);
    let x = painter.text((inside.x, field_row), inside.right(), prompt, Role::Focus);
    let place = Rect {
        x: x + 1,
        y: field_row,
        width: inside.right().saturating_sub(x + 1),
        height: 1,
    };
    let field = if state.naming {
        &state.name
    } else {
        &state.field
    };
    field.draw(painter, place, Role::Text, true);
    let (text, role) = if let Some(refusal) = state.decision.refusal() {
        (refusal.to_owned(), Role::Attention)
    } else if state.is_right() {
        let text = if state.plan.waiting.approvers.is_some() {
            "Enter holds it for the second person.".to_owned()
        } else {
            let grace = format::duration(state.grace);
            format!("Enter arms it; then u stops it for {grace}.")
        };
        (text, Role::Accepted)
    } else if state.number_is_right() && !state.naming {
        let text = "Enter: asks for the profile's name".to_owned();
        (text, Role::Muted)
    } else {
        ("Enter: does nothing yet".to_owned(), Role::Muted)
    };
    painter.right((inside.right(), field_row + 1), inside.x, &text, role);
}
