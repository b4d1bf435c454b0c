//! A request as it will leave: method, address, headers and the very bytes. The key is not in it.

use super::hash::Sha256Hex;
use serde::{Deserialize, Serialize};
use std::ops::Deref;
use std::sync::Arc;

/// One part of a multipart form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestPart {
    /// Field name.
    pub name: String,
    /// File name, for a part that is a file.
    pub file_name: Option<String>,
    /// MIME type, if one is stated.
    pub content_type: Option<String>,
    /// The exact text of the part.
    pub content: String,
}

/// The body of a frozen request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestBody {
    /// No body at all.
    Empty,
    /// JSON, exactly as it leaves.
    Json(String),
    /// A multipart form with a boundary that was chosen when the plan was frozen.
    Multipart {
        /// Separates the parts; occurs in none of them.
        boundary: String,
        /// The parts, in order.
        parts: Vec<RequestPart>,
    },
}

impl RequestBody {
    /// The very bytes that leave.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            RequestBody::Empty => Vec::new(),
            RequestBody::Json(text) => text.clone().into_bytes(),
            RequestBody::Multipart { boundary, parts } => multipart_bytes(boundary, parts),
        }
    }

    /// A multipart body whose boundary is derived from its parts, so that the same plan always
    /// gives the same bytes.
    pub fn multipart(parts: Vec<RequestPart>) -> Self {
        let digest = Sha256Hex::of_pieces(parts.iter().map(|part| part.content.as_bytes()));
        let mut boundary = format!("alertdesk-{}", digest.as_str());
        while parts.iter().any(|part| part.content.contains(&boundary)) {
            boundary.push('x');
        }
        RequestBody::Multipart { boundary, parts }
    }
}

fn multipart_bytes(boundary: &str, parts: &[RequestPart]) -> Vec<u8> {
    let mut text = String::new();
    for part in parts {
        text.push_str("--");
        text.push_str(boundary);
        text.push_str("\r\nContent-Disposition: form-data; name=\"");
        text.push_str(&quoted(&part.name));
        text.push('"');
        if let Some(file_name) = &part.file_name {
            text.push_str("; filename=\"");
            text.push_str(&quoted(file_name));
            text.push('"');
        }
        if let Some(content_type) = &part.content_type {
            text.push_str("\r\nContent-Type: ");
            text.push_str(content_type);
        }
        text.push_str("\r\n\r\n");
        text.push_str(&part.content);
        text.push_str("\r\n");
    }
    text.push_str("--");
    text.push_str(boundary);
    text.push_str("--\r\n");
    text.into_bytes()
}

/// A name inside a quoted header parameter (RFC 7578 keeps the HTML rule: these three only).
fn quoted(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Where a request goes and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestHead {
    /// `POST` for every send.
    pub method: String,
    /// The whole address with its query.
    pub url: String,
    /// Header names and values in order, without `Authorization`.
    pub headers: Vec<(String, String)>,
}

/// A request that no longer changes: its head and a body. `Authorization` is added by the send client
/// alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenRequest {
    /// Calls of a list share it: a million of them have one.
    head: Arc<RequestHead>,
    /// The exact body.
    pub body: RequestBody,
    /// SHA-256 of [`RequestBody::bytes`].
    pub body_sha256: Sha256Hex,
}

impl Deref for FrozenRequest {
    type Target = RequestHead;

    fn deref(&self) -> &RequestHead {
        &self.head
    }
}

impl FrozenRequest {
    /// A request as it was kept.
    pub fn of(head: RequestHead, body: RequestBody, body_sha256: Sha256Hex) -> Self {
        Self {
            head: Arc::new(head),
            body,
            body_sha256,
        }
    }

    /// A `POST` of this body with the matching `Content-Type`.
    pub fn post(url: String, mut body: RequestBody) -> Self {
        let content_type = match &body {
            RequestBody::Empty | RequestBody::Json(_) => "application/json".to_owned(),
            RequestBody::Multipart { boundary, .. } => {
                format!("multipart/form-data; boundary={boundary}")
            }
        };
        if let RequestBody::Json(text) = &mut body {
            // What was written piece by piece has room for more than it will ever hold.
            text.shrink_to_fit();
        }
        let body_sha256 = match &body {
            RequestBody::Json(text) => Sha256Hex::of(text.as_bytes()),
            RequestBody::Empty | RequestBody::Multipart { .. } => Sha256Hex::of(&body.bytes()),
        };
        let head = RequestHead {
            method: "POST".to_owned(),
            url,
            headers: vec![("Content-Type".to_owned(), content_type)],
        };
        Self::of(head, body, body_sha256)
    }

    /// Keeps the head of the call before it where both are the same.
    pub fn share_head(&mut self, before: &Self) {
        if self.head == before.head {
            self.head = Arc::clone(&before.head);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{RequestBody, RequestPart};

    #[test]
    fn a_multipart_body_is_the_same_each_time_and_well_formed() {
        let part = RequestPart {
            name: "target_audience".to_owned(),
            file_name: Some("a\"b.csv".to_owned()),
            content_type: Some("text/csv".to_owned()),
            content: "x\n".to_owned(),
        };
        let first = RequestBody::multipart(vec![part.clone()]);
        assert_eq!(first, RequestBody::multipart(vec![part]));
        let text = String::from_utf8(first.bytes()).unwrap();
        assert!(text.contains("filename=\"a%22b.csv\"\r\nContent-Type: text/csv\r\n\r\nx\n\r\n--"));
        assert!(text.ends_with("--\r\n"));
    }
}
