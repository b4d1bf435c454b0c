//! The 24-hour window of people who get free text: whose window is surely closed is left out, whose
//! window is not known never is.

use super::Desk;
use super::people::People;
use crate::domain::draft::form_of;
use crate::domain::{AudienceRow, RecipientForm, Schedule, Window};

impl<'a> Desk<'a> {
    /// The rows whose window is not closed now. For a later time nothing can be said, because
    /// people may write until then.
    pub(super) fn open_rows(&self, channel: &str, people: &mut People<'a>) -> Vec<&'a AudienceRow> {
        let rows = &self.audience.rows;
        if self.schedule != Schedule::Now || form_of(channel) != RecipientForm::Phone {
            return rows.iter().collect();
        }
        let (mut open, mut closed) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in rows {
            let heard = self.audience.heard.get(row.recipient.text());
            match heard.map(|heard| heard.window_at(self.now)) {
                Some(Window::Closed) => closed.push(row),
                Some(Window::Open(_) | Window::Unknown) | None => open.push(row),
            }
        }
        for row in closed {
            let reason = "the 24-hour window is closed, because the last message is older: only a \
                          template reaches this person";
            people.skip(row, "window_closed", reason.to_owned());
        }
        open
    }
}
