//! What can be seen of one try of a send. Facts only; no judgement.

use crate::domain::SendKind;
use std::time::Duration;

/// Which call it was; each has its own rule of success.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SendEndpoint {
    /// One template to one person.
    Template,
    /// One broadcast to many.
    Broadcast,
    /// One CSV upload to many.
    External,
    /// One flow start for one person.
    Flow,
}

impl SendEndpoint {
    /// Whether one call carries many recipients, so that a failure may be partial.
    pub fn is_bulk(self) -> bool {
        matches!(self, SendEndpoint::Broadcast | SendEndpoint::External)
    }
}

impl From<SendKind> for SendEndpoint {
    fn from(kind: SendKind) -> Self {
        match kind {
            SendKind::Template => SendEndpoint::Template,
            SendKind::Broadcast => SendEndpoint::Broadcast,
            SendKind::CsvBroadcast => SendEndpoint::External,
            SendKind::Flow => SendEndpoint::Flow,
        }
    }
}

/// Why no byte of a request left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unsent {
    /// The request could not be built or was refused by our own checks.
    BuildFailed,
    /// The network is not reachable.
    Offline,
    /// The host name has no address.
    Dns,
    /// Nobody listens, or the connection ended before it stood.
    ConnectRefused,
    /// The connection did not stand in time.
    ConnectTimeout,
    /// A proxy refused to connect.
    Proxy,
}

/// How much of the answer's body was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyRead {
    /// All of it.
    Whole(Vec<u8>),
    /// It broke off or did not come in time; what came.
    Truncated(Vec<u8>),
    /// More than the limit; nothing of it is kept.
    TooLarge,
}

/// An HTTP answer, as far as a verdict needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, as sent.
    pub retry_after: Option<String>,
    /// `Content-Type`, as sent.
    pub content_type: Option<String>,
    /// `Date`, as sent; for the clock check.
    pub date: Option<String>,
    /// `Location`, as sent; never followed.
    pub location: Option<String>,
    /// The body.
    pub body: BodyRead,
}

impl Answer {
    /// An answer without the optional headers.
    pub fn new(status: u16, body: BodyRead) -> Self {
        Self {
            status,
            retry_after: None,
            content_type: None,
            date: None,
            location: None,
            body,
        }
    }
}

/// What was seen of one try of a send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    /// Provably no request byte left.
    NothingSent {
        /// Why.
        kind: Unsent,
        /// The cause in the words of the system.
        text: String,
    },
    /// Certificate or host name refused; no request byte left.
    TlsFailure {
        /// The cause in the words of the TLS library.
        text: String,
    },
    /// The connection was gone, mostly an idle one, and the library handed the request back
    /// unwritten.
    UnsentOnReusedConnection,
    /// HTTP/2 `REFUSED_STREAM`, or `GOAWAY` with a lower last stream: defined as not processed.
    RefusedStream,
    /// Anything that went wrong after a first byte may have left.
    BrokenAfterStart {
        /// The cause in the words of the system.
        text: String,
    },
    /// No status line came in time.
    AnswerTimeout {
        /// How long was waited.
        after: Duration,
    },
    /// A status line came.
    Answer(Answer),
    /// Found at start: the program ended while the request was on its way.
    ProcessStopped,
}
