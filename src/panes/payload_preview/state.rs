//! What the Payload pane remembers.

use super::lines;
use crate::contract::PlanFailure;
use crate::domain::{FrozenRequest, Plan};
use std::sync::Arc;

/// Which view of the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    /// Indented for reading.
    #[default]
    Pretty,
    /// Byte for byte.
    Exact,
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
    },
}

/// The Payload pane.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// What is shown.
    pub shown: Shown,
    /// Why the last plan could not be built; what is shown is then older than the draft.
    pub failure: Option<PlanFailure>,
    /// Which call of the plan.
    pub call: usize,
    /// Which view of the body.
    pub look: Look,
    /// First visible line.
    pub scroll: usize,
    /// The lines, computed by [`State::prepare`].
    pub lines: Vec<String>,
    /// How many of them are the head.
    pub head_lines: usize,
    prepared: Option<(u16, usize, Look, u64)>,
    version: u64,
}

impl State {
    /// A plan of the open draft arrived.
    pub fn show_plan(&mut self, plan: Arc<Plan>) {
        self.call = self.call.min(plan.calls.len().saturating_sub(1));
        self.shown = Shown::Plan(plan);
        self.failure = None;
        self.version += 1;
    }

    /// The request of an item was looked up.
    pub fn show_item(&mut self, label: String, request: FrozenRequest) {
        self.shown = Shown::Item {
            label,
            request: Arc::new(request),
        };
        self.failure = None;
        self.scroll = 0;
        self.version += 1;
    }

    /// The draft cannot be built now; the last bytes stay.
    pub fn fail(&mut self, failure: PlanFailure) {
        self.failure = Some(failure);
    }

    /// No draft is open any more.
    pub fn clear(&mut self) {
        *self = Self {
            look: self.look,
            version: self.version + 1,
            ..Self::default()
        };
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

    /// Computes the lines for a width, if anything changed. Drawing only shows them.
    pub fn prepare(&mut self, width: u16, height: u16) {
        let wanted = (width, self.call, self.look, self.version);
        if self.prepared != Some(wanted) {
            self.prepared = Some(wanted);
            let cells = usize::from(width.saturating_sub(2));
            let indent = if cells < 60 { 1 } else { 2 };
            let request = self.request().cloned();
            let (head, body) = request.map_or_else(Default::default, |request| {
                let body = match self.look {
                    Look::Pretty => lines::pretty(&request.body, indent),
                    Look::Exact => lines::exact(&request.body, cells),
                };
                (lines::head(&request, cells), body)
            });
            self.head_lines = head.len();
            self.lines = head;
            self.lines.extend(body);
        }
        let most = self.lines.len().saturating_sub(usize::from(height));
        self.scroll = self.scroll.min(most);
    }
}
