//! What the Payload pane remembers, and how its rows are computed.

use super::changes;
use super::rows::{self, Row};
use crate::contract::PlanFailure;
use crate::domain::{FrozenRequest, ItemId, Plan};
use crate::text::highlight;
use crate::widgets::json_view::JsonLook;
use crate::widgets::{Find, WindowedList};
use std::collections::BTreeSet;
use std::sync::Arc;

/// From this width on rows have numbers.
const NUMBERED_FROM: u16 = 76;

/// Which view of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// As a tree, for reading.
    #[default]
    Pretty,
    /// Byte for byte.
    Exact,
    /// What differs from the last request of the same thing.
    Changes,
}

/// What is shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Shown {
    /// Nothing yet.
    #[default]
    Nothing,
    /// The plan of the open draft.
    Plan(Arc<Plan>),
    /// The request of one item of a batch.
    Item {
        /// What it is: `#34 …0871`.
        label: String,
        /// Its frozen request.
        request: Arc<FrozenRequest>,
        /// The item.
        item: ItemId,
        /// Its place among the calls of its batch from 1 on, and how many those are.
        place: (u64, u64),
    },
}

/// The last request of the same thing.
#[derive(Debug, Clone, PartialEq)]
pub struct LastSent {
    /// Its batch: `#34`.
    pub label: String,
    /// Its frozen request.
    pub request: Arc<FrozenRequest>,
}

/// The Payload pane.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// What is shown.
    pub shown: Shown,
    /// Whether the calls of the open draft are being built.
    pub building: bool,
    /// Why the last plan could not be built; what is shown is then older than the draft.
    pub failure: Option<PlanFailure>,
    /// Which call of the plan.
    pub call: usize,
    /// What is odd about that call, if a person looked for odd ones.
    pub odd: Option<String>,
    /// Which view of the body.
    pub look: Look,
    /// What [`Look::Changes`] compares with.
    pub last_sent: Option<LastSent>,
    /// Cursor and window over the rows.
    pub list: WindowedList,
    /// A search in the rows.
    pub find: Option<Find>,
    /// End of the pointer of the field in work in the Composer.
    pub field_place: Option<String>,
    /// The row of that field.
    pub field_row: Option<usize>,
    /// The rows, computed by [`State::prepare`].
    pub rows: Vec<Row>,
    /// How many of them are the head.
    pub head_rows: usize,
    /// Whether rows have numbers.
    pub numbered: bool,
    /// Bytes of the body.
    pub size: usize,
    folded: BTreeSet<String>,
    prepared: Option<(u16, usize, Look)>,
}

impl State {
    /// A plan of the open draft arrived.
    pub fn show_plan(&mut self, plan: Arc<Plan>) {
        self.call = self.call.min(plan.calls.len().saturating_sub(1));
        let same_title = matches!(&self.shown, Shown::Plan(old) if old.title == plan.title);
        if !same_title {
            self.forget_last_sent();
        }
        self.shown = Shown::Plan(plan);
        self.failure = None;
        self.prepared = None;
    }

    /// The request of an item was looked up.
    pub fn show_item(
        &mut self,
        label: String,
        request: FrozenRequest,
        (item, place): (ItemId, (u64, u64)),
    ) {
        self.forget_last_sent();
        self.shown = Shown::Item {
            label,
            request: Arc::new(request),
            item,
            place,
        };
        self.failure = None;
        self.list = WindowedList::default();
        self.prepared = None;
    }

    /// The last request of the same thing was looked up, to be compared with.
    pub fn compare_with(&mut self, last_sent: LastSent) {
        self.last_sent = Some(last_sent);
        self.set_look(Look::Changes);
    }

    /// The draft cannot be built now; the last bytes stay.
    pub fn fail(&mut self, failure: PlanFailure) {
        self.failure = Some(failure);
    }

    /// No draft is open any more.
    pub fn clear(&mut self) {
        let look = match self.look {
            Look::Pretty | Look::Changes => Look::Pretty,
            Look::Exact => Look::Exact,
        };
        *self = Self {
            look,
            ..Self::default()
        };
    }

    /// Shows another view of the body, from its start.
    pub fn set_look(&mut self, look: Look) {
        self.look = look;
        self.list = WindowedList::default();
        self.prepared = None;
    }

    /// Goes to a call of the plan.
    pub fn go_to_call(&mut self, call: usize) {
        self.call = call;
        self.odd = None;
    }

    /// Folds the value that begins at the cursor, or opens it.
    pub fn toggle_fold(&mut self) {
        let Some(row) = self.rows.get(self.list.selected).filter(|row| row.folds) else {
            return;
        };
        if !self.folded.remove(&row.pointer) {
            self.folded.insert(row.pointer.clone());
        }
        self.prepared = None;
    }

    /// Folds what the cursor is in; on a value that can be folded, that one.
    pub fn fold(&mut self) {
        let Some(row) = self.rows.get(self.list.selected) else {
            return;
        };
        if row.folds && !self.folded.contains(&row.pointer) {
            return self.toggle_fold();
        }
        let parent = row.pointer.rsplit_once('/').map(|(parent, _)| parent);
        let above = parent.and_then(|parent| {
            let own = |row: &Row| row.folds && row.pointer == parent;
            self.rows.iter().position(own)
        });
        if let Some(above) = above {
            self.list.selected = above;
        }
    }

    /// Opens the value at the cursor.
    pub fn unfold(&mut self) {
        let folded = self
            .rows
            .get(self.list.selected)
            .is_some_and(|row| self.folded.contains(&row.pointer));
        if folded {
            self.toggle_fold();
        }
    }

    /// The request shown.
    pub fn request(&self) -> Option<&FrozenRequest> {
        match &self.shown {
            Shown::Nothing => None,
            Shown::Plan(plan) => plan.calls.get(self.call).map(|call| &call.request),
            Shown::Item { request, .. } => Some(request),
        }
    }

    /// How many calls there are to look at.
    pub fn calls(&self) -> usize {
        match &self.shown {
            Shown::Nothing => 0,
            Shown::Plan(plan) => plan.calls.len(),
            Shown::Item { .. } => 1,
        }
    }

    /// The row on which the value at the end of a pointer stands, or on which what holds it begins:
    /// short values share a row. Of several the outermost is meant.
    fn row_at(&self, mut place: &str) -> Option<usize> {
        while !place.is_empty() {
            let rows = self.rows.iter().enumerate();
            let fits = rows.filter(|(_, row)| row.pointer.ends_with(place));
            if let Some((at, _)) = fits.min_by_key(|(at, row)| (row.pointer.len(), *at)) {
                return Some(at);
            }
            place = place.rsplit_once('/')?.0;
        }
        None
    }

    /// Finds the query anew in all rows; what is folded is opened first.
    pub fn search(&mut self) {
        if !self.folded.is_empty() {
            self.folded.clear();
            self.prepared = None;
        }
        self.find_in_rows();
    }

    fn find_in_rows(&mut self) {
        let Some(find) = &mut self.find else { return };
        let query = find.field.text();
        let has = |(index, row): (usize, &Row)| {
            (!highlight::find_all(&row.text(), &query).is_empty()).then_some(index)
        };
        find.matches = self.rows.iter().enumerate().filter_map(has).collect();
    }

    /// Computes the rows for a width, if anything changed. Drawing only shows them.
    pub fn prepare(&mut self, width: u16, height: u16) {
        let wanted = (width, self.call, self.look);
        if self.prepared != Some(wanted) {
            self.prepared = Some(wanted);
            self.numbered = width >= NUMBERED_FROM;
            let before = self
                .rows
                .get(self.list.selected)
                .map(|row| row.pointer.clone());
            self.lay_out(width);
            self.find_in_rows();
            // The cursor stays with the value it was on, however the rows are laid out now.
            let same = before.and_then(|pointer| self.row_at(&pointer));
            self.list.selected = same.unwrap_or(self.list.selected);
        }
        // The row of the field in work is in view, wherever the Composer's cursor goes.
        let place = self.field_place.as_deref();
        self.field_row = place.and_then(|place| self.row_at(place));
        self.list.selected = self.field_row.unwrap_or(self.list.selected);
        self.list.clamp(self.rows.len(), usize::from(height));
    }

    fn lay_out(&mut self, width: u16) {
        let gutter = if self.numbered { 5 } else { 0 };
        let cells = usize::from(width.saturating_sub(2 + gutter));
        let look = JsonLook {
            width: cells,
            indent: if cells < 60 { 1 } else { 2 },
            folded: &self.folded,
        };
        let Some(request) = self.request() else {
            self.rows.clear();
            (self.head_rows, self.size) = (0, 0);
            return;
        };
        let size = request.body.bytes().len();
        let before = self.last_sent.as_ref();
        let mut rows = match self.look {
            Look::Changes => Vec::new(),
            Look::Pretty | Look::Exact => rows::head(request, cells),
        };
        let head_rows = rows.len();
        rows.extend(match (self.look, before) {
            (Look::Changes, Some(before)) => changes::rows(&before.request, request),
            (Look::Pretty | Look::Changes, _) => rows::pretty(&request.body, look),
            (Look::Exact, _) => rows::exact(&request.body, cells),
        });
        (self.head_rows, self.size) = (head_rows, size);
        self.rows = rows;
    }

    fn forget_last_sent(&mut self) {
        self.last_sent = None;
        self.odd = None;
        if self.look == Look::Changes {
            self.look = Look::Pretty;
        }
    }
}
