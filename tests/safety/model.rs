//! The model: the rules of sending in a few lines, with nothing of the engine in them. It says what
//! every item of a batch is after a run, wherever the run dies.

use alertdesk::domain::{BatchId, BatchState, ItemState};
use alertdesk::outbox::Point;
use std::collections::{HashMap, HashSet};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    Later,
    /// Lost after the server took it, or before.
    Lost {
        taken: bool,
    },
}

/// What a body meets when it comes for the n-th time; the model and the transport both ask this.
pub fn answer(seed: u64, body: &str, visit: u32) -> Answer {
    let hash = u64::from_str_radix(&body[..16], 16).unwrap();
    let mut chance = fastrand::Rng::with_seed(hash ^ seed ^ (u64::from(visit) << 40));
    match chance.u32(0..10) {
        0..4 => Answer::Yes,
        4..6 => Answer::No,
        6 if visit < 5 => Answer::Later,
        _ => Answer::Lost {
            taken: chance.bool(),
        },
    }
}

/// Where a run dies: at the n-th visit of a step.
pub type Death = Option<(Point, u32)>;

/// Where the model says a batch stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    Ready,
    Stopped,
    Over,
    Cancelled,
}

impl Stands {
    pub fn is(self, state: BatchState) -> bool {
        match self {
            Stands::Ready => state == BatchState::Ready,
            Stands::Stopped => state == BatchState::Paused,
            Stands::Over => matches!(state, BatchState::Done | BatchState::DoneWithProblems),
            Stands::Cancelled => state == BatchState::Cancelled,
        }
    }
}

#[derive(Debug, Clone)]
pub struct Batch {
    pub id: BatchId,
    pub stands: Stands,
    /// Body and state of each call, in order.
    pub items: Vec<(String, ItemState)>,
}

impl Batch {
    pub fn left(&self) -> u64 {
        let queued = self.items.iter().filter(|item| item.1 == ItemState::Queued);
        queued.count() as u64
    }

    /// A run that stops, for whatever reason.
    fn stop(&mut self) {
        self.stands = if self.left() == 0 {
            Stands::Over
        } else {
            Stands::Stopped
        };
    }

    /// The call that is made next; one that was just put off lets the others go first.
    fn next(&self, put_off: Option<usize>) -> Option<usize> {
        let queued = |at: &usize| self.items[*at].1 == ItemState::Queued;
        let mut order = (0..self.items.len()).filter(queued);
        order.find(|at| Some(*at) != put_off).or(put_off)
    }

    /// Sends until nothing is left, something stops it, or the process dies. Whoever opted out is
    /// taken back when their turn comes; their bodies are in `gone`.
    pub fn run(
        &mut self,
        seed: u64,
        (visits, gone): (&mut HashMap<String, u32>, &HashSet<String>),
        death: Death,
    ) {
        let mut left = death.map_or(0, |(_, at)| at);
        let mut dies = |point: Point| {
            let here = death.is_some_and(|(at, _)| at == point);
            left -= u32::from(here && left > 0);
            here && left == 0
        };
        let (mut lost, mut refused, mut put_off) = (0, 0, None);
        while let Some(at) = self.next(put_off) {
            if dies(Point::BeforeMark) {
                if self.stands != Stands::Ready {
                    self.stop();
                }
                return;
            }
            // From here on it runs, and it is unknown until its result is on the disk.
            self.stands = Stands::Stopped;
            if gone.contains(&self.items[at].0) {
                self.items[at].1 = ItemState::Cancelled;
                if dies(Point::AfterMark) {
                    return self.stop();
                }
                continue;
            }
            self.items[at].1 = ItemState::Unknown;
            if dies(Point::AfterMark) {
                return self.stop();
            }
            let body = self.items[at].0.clone();
            let visit = visits.entry(body.clone()).or_insert(0);
            *visit += 1;
            let answer = answer(seed, &body, *visit);
            if dies(Point::BeforeRecord) {
                return self.stop();
            }
            let state = match answer {
                Answer::Yes => ItemState::Accepted,
                Answer::No => ItemState::Rejected,
                Answer::Later => ItemState::Queued,
                Answer::Lost { .. } => ItemState::Unknown,
            };
            self.items[at].1 = state;
            put_off = (state == ItemState::Queued).then_some(at);
            lost = if state == ItemState::Unknown {
                lost + 1
            } else {
                0
            };
            refused = if state == ItemState::Rejected {
                refused + 1
            } else {
                0
            };
            if dies(Point::AfterRecord) || lost == 3 || refused == 5 {
                return self.stop();
            }
        }
        self.stop();
    }

    pub fn count(&self, state: ItemState) -> usize {
        self.items.iter().filter(|item| item.1 == state).count()
    }
}
