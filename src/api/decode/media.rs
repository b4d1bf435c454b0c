//! Finds the file of a message, in whatever shape it comes. Nothing is fetched.

use super::super::json::text_at;
use super::markup::placeholder;
use crate::domain::{Media, MediaKind};
use serde_json::Value;

/// The file of a message and the caption that is left of its text.
pub(super) struct Found {
    /// The file.
    pub media: Media,
    /// Real words of a person; never the stand-in sentence or the address itself.
    pub caption: String,
}

/// Whether this type of message is about a file.
pub(super) fn is_media_type(kind: &str) -> bool {
    matches!(
        kind,
        "FILE_RECEIVED" | "FILE" | "IMAGE" | "VIDEO" | "AUDIO" | "VOICE" | "DOCUMENT" | "STICKER"
    )
}

/// Whether an address of a file is given anywhere.
pub(super) fn has_file(message: &Value) -> bool {
    reference(message).is_some_and(|file| file.url.is_some())
}

/// The file of a message of this type with this text.
pub(super) fn find(message: &Value, kind: &str, text: &str) -> Found {
    let file = reference(message).unwrap_or_default();
    let stand_in = placeholder(text);
    let text_is_address = looks_like_address(text);
    let url = file
        .url
        .or_else(|| text_is_address.then(|| text.trim().to_owned()));
    let mime = file
        .mime
        .or_else(|| stand_in.as_ref().map(|(_, mime)| mime.clone()))
        .map(|mime| bare_mime(&mime))
        .filter(|mime| !mime.is_empty());
    let name = stand_in
        .as_ref()
        .map(|(name, _)| name.clone())
        .or(file.name)
        .or_else(|| url.as_deref().and_then(name_in_address))
        .filter(|name| !name.is_empty());
    let caption = if stand_in.is_some() || text_is_address {
        String::new()
    } else {
        text.to_owned()
    };
    let kind = media_kind(mime.as_deref(), kind, name.as_deref());
    Found {
        media: Media {
            url,
            mime,
            name,
            kind,
        },
        caption,
    }
}

#[derive(Default)]
struct Reference {
    url: Option<String>,
    mime: Option<String>,
    name: Option<String>,
}

fn reference(message: &Value) -> Option<Reference> {
    ["file", "attachments", "attachment", "media"]
        .iter()
        .filter_map(|key| message.get(key))
        .find_map(reference_of)
}

fn reference_of(value: &Value) -> Option<Reference> {
    match value {
        Value::String(text) => looks_like_address(text).then(|| Reference {
            url: Some(text.trim().to_owned()),
            ..Reference::default()
        }),
        Value::Array(entries) => entries.iter().find_map(reference_of),
        Value::Object(map) if !map.is_empty() => Some(Reference {
            url: text_at(
                value,
                &["url", "link", "value", "href", "fileUrl", "file_url"],
            ),
            mime: text_at(value, &["mimeType", "mime_type", "mime", "contentType"]),
            name: text_at(value, &["fileName", "file_name", "filename", "name"]),
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

fn looks_like_address(text: &str) -> bool {
    let text = text.trim();
    (text.starts_with("https://") || text.starts_with("http://"))
        && !text.contains(char::is_whitespace)
}

fn bare_mime(mime: &str) -> String {
    let bare = mime.split(';').next().unwrap_or_default();
    bare.trim().to_lowercase()
}

/// The name at the end of an address, without the mark the platform's store puts before the
/// ending: `photo.jpeg-AB1CD.jpeg` is `photo.jpeg`.
pub(in crate::api) fn name_in_address(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    let (_, path) = path.split_once("://")?;
    let (_, name) = path.rsplit_once('/')?;
    let unmarked = name.rsplit_once('.').and_then(|(stem, ending)| {
        let (original, mark) = stem.rsplit_once('-')?;
        let marked = !mark.is_empty()
            && mark.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && original.ends_with(&format!(".{ending}"));
        marked.then(|| original.to_owned())
    });
    let name = unmarked.unwrap_or_else(|| name.to_owned());
    (!name.is_empty()).then_some(name)
}

/// The MIME type decides, then the type of the message, last the ending of the name.
fn media_kind(mime: Option<&str>, message_type: &str, name: Option<&str>) -> MediaKind {
    let mime = mime.filter(|mime| *mime != "application/octet-stream");
    if let Some(mime) = mime {
        return match mime.split('/').next() {
            Some("image") => MediaKind::Image,
            Some("video") => MediaKind::Video,
            Some("audio") => MediaKind::Audio,
            Some(_) | None => MediaKind::Document,
        };
    }
    match message_type {
        "IMAGE" | "STICKER" => return MediaKind::Image,
        "VIDEO" => return MediaKind::Video,
        "AUDIO" | "VOICE" => return MediaKind::Audio,
        "DOCUMENT" => return MediaKind::Document,
        _ => {}
    }
    let ending = name
        .and_then(|name| name.rsplit_once('.'))
        .map(|(_, ending)| ending.to_lowercase());
    match ending.as_deref() {
        Some("jpg" | "jpeg" | "png" | "gif" | "webp") => MediaKind::Image,
        Some("mp4" | "3gp" | "mov") => MediaKind::Video,
        Some("ogg" | "oga" | "opus" | "mp3" | "m4a" | "aac" | "amr") => MediaKind::Audio,
        Some(_) | None => MediaKind::Document,
    }
}

#[cfg(test)]
mod tests {
    use super::{find, media_kind, name_in_address};
    use crate::domain::MediaKind;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case(Some("audio/ogg"), "IMAGE", Some("x.pdf"), MediaKind::Audio)]
    #[case(
        Some("application/octet-stream"),
        "FILE_RECEIVED",
        Some("x.PNG"),
        MediaKind::Image
    )]
    #[case(None, "VOICE", None, MediaKind::Audio)]
    #[case(None, "FILE_RECEIVED", Some("clip.mp4"), MediaKind::Video)]
    #[case(None, "FILE_RECEIVED", Some("lost.bin"), MediaKind::Document)]
    fn the_mime_type_decides_and_the_ending_comes_last(
        #[case] mime: Option<&str>,
        #[case] message_type: &str,
        #[case] name: Option<&str>,
        #[case] kind: MediaKind,
    ) {
        assert_eq!(media_kind(mime, message_type, name), kind);
    }

    #[test]
    fn names_in_addresses_lose_the_mark_of_the_store() {
        let name = |url| name_in_address(url);
        assert_eq!(
            name("https://m.example/in/photo.jpeg-AB1CD.jpeg").unwrap(),
            "photo.jpeg"
        );
        assert_eq!(
            name("https://m.example/in/my-photo.jpeg?x=1").unwrap(),
            "my-photo.jpeg"
        );
        assert_eq!(name("https://m.example/"), None);
    }

    #[test]
    fn a_caption_is_kept_and_a_stand_in_is_not() {
        let file = json!({"file": {"url": "https://m.example/a.png"}});
        assert_eq!(find(&file, "IMAGE", "Our shop").caption, "Our shop");
        let stand_in = find(&file, "FILE_RECEIVED", "User uploaded b.png - [image/png]");
        assert_eq!(stand_in.caption, "");
        assert_eq!(stand_in.media.name.as_deref(), Some("b.png"));
        let empty = find(&json!({"file": {}, "attachments": []}), "IMAGE", "x");
        assert_eq!(empty.media.url, None);
    }
}
