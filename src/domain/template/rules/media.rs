//! Links to files and their names. Nothing is fetched: what a link says about itself is judged.

use super::{ParameterProblem, at_most};
use crate::domain::MediaKind;

/// Most characters of a link; nothing longer was ever seen to be fetched.
const LINK_CHARS: usize = 2000;
/// Characters above which a link is long: providers failed on long ones.
const LONG_LINK: usize = 300;
/// Characters of a query above which it is long.
const LONG_QUERY: usize = 40;
/// Hosts that answer with a page or another address instead of the file.
const NOT_DIRECT: [&str; 12] = [
    "1drv.ms",
    "bit.ly",
    "docs.google.com",
    "drive.google.com",
    "dropbox.com",
    "goo.gl",
    "onedrive.live.com",
    "photos.app.goo.gl",
    "photos.google.com",
    "t.co",
    "tinyurl.com",
    "wetransfer.com",
];

/// File endings that WhatsApp takes for a kind.
fn endings(kind: MediaKind) -> &'static [&'static str] {
    match kind {
        MediaKind::Image => &["jpg", "jpeg", "png"],
        MediaKind::Video => &["mp4", "3gp", "3gpp"],
        MediaKind::Audio => &["aac", "amr", "mp3", "m4a", "ogg"],
        MediaKind::Document => &["pdf", "txt", "doc", "docx", "xls", "xlsx", "ppt", "pptx"],
    }
}

/// Endings of other files, which are surely not what a header takes.
const OTHER_ENDINGS: [&str; 16] = [
    "avi", "bmp", "csv", "gif", "heic", "htm", "html", "json", "mkv", "mov", "svg", "tif", "tiff",
    "webm", "webp", "zip",
];

fn takes(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "a picture as JPEG or PNG",
        MediaKind::Video => "a video as MP4 or 3GPP",
        MediaKind::Audio => "a sound as AAC, AMR, MP3, M4A or OGG",
        MediaKind::Document => "a document as PDF, TXT, Word, Excel or PowerPoint",
    }
}

/// The parts of an `https` link.
struct Link<'l> {
    authority: &'l str,
    path: &'l str,
    query: &'l str,
}

fn split(value: &str) -> Option<Link<'_>> {
    let (scheme, rest) = value.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("https") || value.contains(char::is_whitespace) {
        return None;
    }
    let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    (!authority.is_empty()).then_some(Link {
        authority,
        path,
        query,
    })
}

/// Whether the link is `https`, public, direct and short, and its ending fits the kind.
pub(super) fn check_link(
    kind: MediaKind,
    name: &str,
    value: &str,
    problems: &mut Vec<ParameterProblem>,
) {
    let Some(link) = split(value) else {
        let text = format!(
            "{name} is no https link: give the public address of the file, beginning with https://"
        );
        problems.push(ParameterProblem::error(name, "not_https", text));
        return;
    };
    at_most(LINK_CHARS, name, value, problems);
    check_host(name, &link, problems);
    check_ending(kind, name, link.path, problems);
    let mut warn = |rule, text| problems.push(ParameterProblem::warning(name, rule, text));
    if value.chars().count() > LONG_LINK {
        let text = format!(
            "{name} is a long link: WhatsApp failed on such, use one below {LONG_LINK} characters"
        );
        warn("long_link", text);
    }
    if link.query.chars().count() > LONG_QUERY {
        let text = format!(
            "{name} has a long query behind `?`: WhatsApp failed on such, use a plain address"
        );
        warn("long_query", text);
    }
    if link.path.contains('%') || !value.is_ascii() {
        let text = format!(
            "{name} has signs beyond plain letters in its path: WhatsApp failed on such, rename the file"
        );
        warn("encoded_signs", text);
    }
}

fn check_host(name: &str, link: &Link<'_>, problems: &mut Vec<ParameterProblem>) {
    if link.authority.contains('@') {
        let text = format!("{name} carries a user name or password: WhatsApp fetches without one");
        problems.push(ParameterProblem::error(name, "not_public", text));
        return;
    }
    let host = link.authority.split(':').next().unwrap_or_default();
    let host = host.to_ascii_lowercase();
    let known = |other: &&str| {
        let ending = host.strip_suffix(*other);
        ending.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    if is_private(&host) {
        let text = format!("{name} leads to a machine that only you reach: use a public address");
        problems.push(ParameterProblem::error(name, "not_public", text));
    } else if NOT_DIRECT.iter().any(known) {
        let text = format!(
            "{name} leads to {host}, which shows a page or leads on: use an address that gives the \
             file itself"
        );
        problems.push(ParameterProblem::warning(name, "not_direct", text));
    }
}

/// A name without a dot, a name of local networks, an address in brackets or of a private range.
fn is_private(host: &str) -> bool {
    let numbers: Option<Vec<u8>> = host.split('.').map(|part| part.parse().ok()).collect();
    match numbers.as_deref() {
        Some([10 | 127 | 0, _, _, _] | [192, 168, _, _] | [169, 254, _, _]) => true,
        Some([172, second, _, _]) => (16..32).contains(second),
        Some(_) | None => {
            let local = [".local", ".internal", ".localhost", ".lan"];
            !host.contains('.') || local.iter().any(|ending| host.ends_with(ending))
        }
    }
}

/// The ending of the last piece of a path, in lower case.
fn ending_of(path: &str) -> Option<String> {
    let file = path.rsplit('/').next().unwrap_or(path);
    let (_, ending) = file.rsplit_once('.')?;
    (!ending.is_empty()).then(|| ending.to_ascii_lowercase())
}

fn check_ending(kind: MediaKind, name: &str, path: &str, problems: &mut Vec<ParameterProblem>) {
    let ending = ending_of(path);
    let ending = ending.as_deref();
    if ending.is_some_and(|ending| endings(kind).contains(&ending)) {
        return;
    }
    let others = [
        MediaKind::Image,
        MediaKind::Video,
        MediaKind::Audio,
        MediaKind::Document,
    ];
    let foreign = ending.filter(|ending| {
        OTHER_ENDINGS.contains(ending) || others.iter().any(|kind| endings(*kind).contains(ending))
    });
    let problem = if let Some(ending) = foreign {
        let text = format!(
            "{name} leads to a .{ending} file: this place takes {}",
            takes(kind)
        );
        ParameterProblem::error(name, "media_type", text)
    } else {
        let text = format!(
            "{name} does not end like a file: check that it gives {} itself",
            takes(kind)
        );
        ParameterProblem::warning(name, "media_type", text)
    };
    problems.push(problem);
}

/// The name shown for a document.
pub(super) fn check_file_name(name: &str, value: &str, problems: &mut Vec<ParameterProblem>) {
    let mut warn = |text| problems.push(ParameterProblem::warning(name, "file_name", text));
    if value.contains(['/', '\\']) {
        warn(format!(
            "{name} is a path: give the file name alone, as people will see it"
        ));
        return;
    }
    let known = ending_of(value)
        .is_some_and(|ending| endings(MediaKind::Document).contains(&ending.as_str()));
    if !known && !value.contains("{{") {
        warn(format!(
            "{name} has no ending of a document: people's phones may not open it, end it with .pdf \
             or what the file is"
        ));
    }
}
