//! Exit statuses. Scripts rely on the numbers.

use crate::contract::{ApiError, ErrorKind};
use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitStatus {
    /// 0: done.
    Done,
    /// 1: refused or failed.
    Failed,
    /// 2: wrong use or settings.
    Usage,
    /// 3: the key was refused.
    Authentication,
    /// 4: not found.
    NotFound,
    /// 5: network.
    Network,
    /// 6: finished, some rejected, none unknown.
    SomeRejected,
    /// 7: finished, some unknown.
    SomeUnknown,
    /// 130: interrupted by a person.
    Interrupted,
}

impl ExitStatus {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            ExitStatus::Done => 0,
            ExitStatus::Failed => 1,
            ExitStatus::Usage => 2,
            ExitStatus::Authentication => 3,
            ExitStatus::NotFound => 4,
            ExitStatus::Network => 5,
            ExitStatus::SomeRejected => 6,
            ExitStatus::SomeUnknown => 7,
            ExitStatus::Interrupted => 130,
        }
    }

    /// The status that belongs to an error.
    pub fn of(error: &ApiError) -> Self {
        match error.kind {
            ErrorKind::Usage => ExitStatus::Usage,
            ErrorKind::Authentication => ExitStatus::Authentication,
            ErrorKind::NotFound => ExitStatus::NotFound,
            ErrorKind::Network => ExitStatus::Network,
            ErrorKind::Platform
            | ErrorKind::Unreadable
            | ErrorKind::Storage
            | ErrorKind::Refused => ExitStatus::Failed,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        ExitCode::from(status.code())
    }
}
