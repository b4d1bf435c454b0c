//! What the Activity pane remembers.

use crate::contract::{CallOutcome, CallRecord};
use crate::widgets::WindowedList;
use std::collections::VecDeque;

/// Records kept at most; the oldest leave first.
const KEPT: usize = 2000;

/// The Activity pane.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// Newest first.
    pub records: VecDeque<CallRecord>,
    /// Calls since the start, also those that are no longer kept.
    pub total: usize,
    /// Errors since the start.
    pub errors: usize,
    /// Cursor and window.
    pub list: WindowedList,
}

impl State {
    /// Adds a record, or counts it on the line of its series; somebody who reads further down keeps
    /// their place.
    pub fn add(&mut self, record: CallRecord) {
        self.total += 1;
        let bad = matches!(
            record.outcome,
            CallOutcome::Failed | CallOutcome::Rejected | CallOutcome::Unknown
        );
        self.errors += usize::from(bad);
        let mut lines = self.records.iter_mut();
        if let Some(line) = lines.find(|line| record.continues(line)) {
            line.count(record);
            return;
        }
        self.records.push_front(record);
        self.records.truncate(KEPT);
        if self.list.selected > 0 {
            self.list.selected += 1;
            self.list.offset += 1;
        }
    }

    /// The record under the cursor.
    pub fn selected(&self) -> Option<&CallRecord> {
        self.records.get(self.list.selected)
    }
}

#[cfg(test)]
mod tests {
    use super::State;
    use crate::contract::{
        CallDetail, CallDirection, CallOutcome, CallRecord, Series, Slot, Ticket, Tickets,
    };
    use std::time::Duration;

    fn call(ticket: Option<Ticket>, outcome: CallOutcome) -> CallRecord {
        CallRecord {
            started: jiff::Timestamp::UNIX_EPOCH,
            duration: Duration::from_millis(20),
            direction: CallDirection::Read,
            label: "conversation …0412".to_owned(),
            outcome,
            result: "500 messages".to_owned(),
            http_status: Some(200),
            detail: Box::new(CallDetail {
                series: ticket.map(|ticket| Series {
                    ticket,
                    calls: 1,
                    messages: 500,
                }),
                ..CallDetail::default()
            }),
        }
    }

    #[test]
    fn a_fetch_of_many_pages_is_one_line_and_its_failures_are_lines_of_their_own() {
        let mut tickets = Tickets::default();
        let first = tickets.issue(Slot::Sync);
        tickets.forget(Slot::Sync);
        let second = tickets.issue(Slot::Sync);
        let mut state = State::default();
        for number in 0..2000 {
            state.add(call(first, CallOutcome::Done));
            if number % 500 == 0 {
                // What others do meanwhile stands where it happened.
                state.add(call(None, CallOutcome::Done));
            }
        }
        state.add(call(first, CallOutcome::Failed));
        state.add(call(second, CallOutcome::Done));
        assert_eq!((state.total, state.errors), (2006, 1));
        let titles: Vec<String> = state.records.iter().map(CallRecord::title).collect();
        assert_eq!(titles.len(), 7, "{titles:?}");
        let line = state.records.back().unwrap();
        let number = crate::text::format::count;
        assert_eq!(
            line.title(),
            format!("conversation …0412, {} calls", number(2000))
        );
        assert_eq!(line.result, format!("{} messages", number(1_000_000)));
        assert_eq!(line.duration, Duration::from_secs(40));
    }
}
