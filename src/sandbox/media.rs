//! Files of messages, made up when they are asked for: drawn pictures, and a few invented bytes for
//! everything else. Public addresses as on the platform, so no key is looked at; who sent one is
//! noted. It must not read a file of the machine.

use std::io::Cursor;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use image::{ImageFormat, Rgb, RgbImage};
use serde::Serialize;

use super::shared::{Shared, lock};

/// Below this path of the sandbox's own address the files lie.
pub(super) const PLACE: &str = "/media/";
/// Size of a drawn picture in pixels.
const WIDTH: u32 = 800;
const HEIGHT: u32 = 600;
/// More than any client here takes.
const HUGE: usize = 21 * 1024 * 1024;
/// The last requests that are kept.
const KEPT: usize = 1000;

/// One file that was fetched.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Fetched {
    pub(super) name: String,
    /// Whether the request carried a key of any kind.
    pub(super) with_key: bool,
    /// Names of its headers.
    pub(super) headers: Vec<String>,
}

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new().route(&format!("{PLACE}{{name}}"), get(file))
}

async fn file(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let mut fetched = lock(&shared.fetched);
    if fetched.len() < KEPT {
        fetched.push(Fetched {
            name: name.clone(),
            with_key: headers.contains_key(header::AUTHORIZATION),
            headers: headers.keys().map(ToString::to_string).collect(),
        });
    }
    drop(fetched);
    let Some((mime, bytes)) = content(&name) else {
        return (StatusCode::NOT_FOUND, "There is no such file.").into_response();
    };
    ([(header::CONTENT_TYPE, mime)], bytes).into_response()
}

/// Type and bytes of a file, from its name alone.
fn content(name: &str) -> Option<(&'static str, Vec<u8>)> {
    if name.starts_with("huge") {
        return Some(("image/png", vec![0; HUGE]));
    }
    if name.starts_with("gone") {
        return None;
    }
    let (stem, ending) = name.rsplit_once('.')?;
    let words = |sign: &str| format!("{sign}\nInvented content of {name}, Fern & Oak.\n");
    Some(match ending {
        "jpg" | "jpeg" => ("image/jpeg", drawn(stem, ImageFormat::Jpeg)?),
        "png" => ("image/png", drawn(stem, ImageFormat::Png)?),
        "pdf" => ("application/pdf", words("%PDF-1.4").into_bytes()),
        "ogg" => ("audio/ogg", words("OggS").into_bytes()),
        "mp3" => ("audio/mpeg", words("ID3").into_bytes()),
        "mp4" => ("video/mp4", words("....ftypmp42").into_bytes()),
        "sh" => ("text/x-shellscript", words("#!/bin/sh\nexit").into_bytes()),
        _ => return None,
    })
}

/// A table in a room; which colours depends on the name.
fn drawn(stem: &str, format: ImageFormat) -> Option<Vec<u8>> {
    let tint = stem
        .bytes()
        .fold(17_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    let picture = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| pixel(x, y, tint));
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).ok()?;
    Some(bytes.into_inner())
}

fn pixel(x: u32, y: u32, tint: u8) -> Rgb<u8> {
    let shade = |part: u32, of: u32| u8::try_from(part * 60 / of.max(1)).unwrap_or(60);
    let top = (200..250).contains(&y) && (120..680).contains(&x);
    let leg = (250..520).contains(&y) && ((160..210).contains(&x) || (590..640).contains(&x));
    let crack = leg && x > 590 && x - 590 == (y - 250) % 50;
    if crack {
        Rgb([30, 20, 15])
    } else if top || leg {
        Rgb([150 + shade(x, WIDTH), 100, 50 + tint / 8])
    } else if y < 450 {
        Rgb([170 + shade(y, HEIGHT), 190, 150 + tint / 3])
    } else {
        Rgb([90, 80 + shade(x, WIDTH), 70])
    }
}

#[cfg(test)]
mod tests {
    use super::{HEIGHT, WIDTH, content};

    #[test]
    fn pictures_are_pictures_and_the_same_each_time() {
        for (name, kind) in [("table-leg.jpg", "image/jpeg"), ("oak.png", "image/png")] {
            let (mime, bytes) = content(name).unwrap();
            assert_eq!(mime, kind);
            let picture = image::load_from_memory(&bytes).unwrap();
            assert_eq!((picture.width(), picture.height()), (WIDTH, HEIGHT));
            assert_eq!(content(name).unwrap().1, bytes);
        }
    }

    #[test]
    fn other_files_have_their_type_and_unknown_ones_are_not_there() {
        assert_eq!(content("a.pdf").unwrap().0, "application/pdf");
        assert_eq!(content("voice-note.ogg-AB1CD.ogg").unwrap().0, "audio/ogg");
        assert_eq!(content("a.xyz"), None);
        assert_eq!(content("bare"), None);
    }
}
