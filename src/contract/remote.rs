//! Everything fetched is `Remote`: a failed refresh never wipes what somebody was reading.

use super::api::ApiError;
use jiff::Timestamp;

/// Something that comes from far away, and how its fetching stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Remote<T> {
    /// Nobody asked yet.
    #[default]
    Idle,
    /// On the way; what was known before stays readable.
    Loading {
        /// When the fetching began.
        since: Timestamp,
        /// What was known before, and since when.
        previous: Option<(T, Timestamp)>,
    },
    /// Here.
    Ready {
        /// The value.
        value: T,
        /// When it arrived.
        at: Timestamp,
    },
    /// Did not come; what was known before stays readable.
    Failed {
        /// Why.
        error: ApiError,
        /// When it failed.
        at: Timestamp,
        /// What was known before, and since when.
        previous: Option<(T, Timestamp)>,
    },
}

impl<T> Remote<T> {
    /// The newest known value, also while loading or after a failure.
    pub fn value(&self) -> Option<&T> {
        match self {
            Remote::Idle => None,
            Remote::Ready { value, .. } => Some(value),
            Remote::Loading { previous, .. } | Remote::Failed { previous, .. } => {
                previous.as_ref().map(|(value, _)| value)
            }
        }
    }

    /// The newest known value, to change it.
    pub fn value_mut(&mut self) -> Option<&mut T> {
        match self {
            Remote::Idle => None,
            Remote::Ready { value, .. } => Some(value),
            Remote::Loading { previous, .. } | Remote::Failed { previous, .. } => {
                previous.as_mut().map(|(value, _)| value)
            }
        }
    }

    /// When the newest known value arrived.
    pub fn as_of(&self) -> Option<Timestamp> {
        match self {
            Remote::Idle => None,
            Remote::Ready { at, .. } => Some(*at),
            Remote::Loading { previous, .. } | Remote::Failed { previous, .. } => {
                previous.as_ref().map(|(_, at)| *at)
            }
        }
    }

    /// Why the last fetching failed, if it did.
    pub fn error(&self) -> Option<&ApiError> {
        match self {
            Remote::Failed { error, .. } => Some(error),
            Remote::Idle | Remote::Loading { .. } | Remote::Ready { .. } => None,
        }
    }

    /// Since when it is being fetched, if it is.
    pub fn loading_since(&self) -> Option<Timestamp> {
        match self {
            Remote::Loading { since, .. } => Some(*since),
            Remote::Idle | Remote::Ready { .. } | Remote::Failed { .. } => None,
        }
    }

    /// Fetching begins; what is known stays.
    pub fn start(&mut self, now: Timestamp) {
        let previous = std::mem::take(self).into_known();
        *self = Remote::Loading {
            since: now,
            previous,
        };
    }

    /// Something known from before turns up while it is being fetched; it never replaces what is
    /// known better.
    pub fn recall(&mut self, value: T, at: Timestamp) {
        match self {
            Remote::Loading { previous, .. } | Remote::Failed { previous, .. } => {
                previous.get_or_insert((value, at));
            }
            Remote::Idle => *self = Remote::Ready { value, at },
            Remote::Ready { .. } => {}
        }
    }

    /// Fetching was given up by a person: back to what was known.
    pub fn give_up(&mut self) {
        *self = match std::mem::take(self).into_known() {
            Some((value, at)) => Remote::Ready { value, at },
            None => Remote::Idle,
        };
    }

    /// The answer arrived.
    pub fn succeed(&mut self, value: T, now: Timestamp) {
        *self = Remote::Ready { value, at: now };
    }

    /// The fetching failed; what is known stays.
    pub fn fail(&mut self, error: ApiError, now: Timestamp) {
        let previous = std::mem::take(self).into_known();
        *self = Remote::Failed {
            error,
            at: now,
            previous,
        };
    }

    fn into_known(self) -> Option<(T, Timestamp)> {
        match self {
            Remote::Idle => None,
            Remote::Ready { value, at } => Some((value, at)),
            Remote::Loading { previous, .. } | Remote::Failed { previous, .. } => previous,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Remote;
    use crate::contract::{ApiError, ErrorKind};
    use jiff::Timestamp;

    #[test]
    fn a_failed_refresh_keeps_what_was_known_and_its_age() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut remote = Remote::Idle;
        remote.start(at(1));
        assert_eq!(remote.value(), None);
        remote.succeed(7, at(2));
        remote.start(at(3));
        assert_eq!(remote.value(), Some(&7));
        remote.fail(
            ApiError::new(ErrorKind::Network, "no answer", "try again"),
            at(4),
        );
        assert_eq!((remote.value(), remote.as_of()), (Some(&7), Some(at(2))));
        assert_eq!(remote.error().unwrap().message, "no answer");
        remote.give_up();
        assert_eq!(
            remote,
            Remote::Ready {
                value: 7,
                at: at(2)
            }
        );
    }
}
