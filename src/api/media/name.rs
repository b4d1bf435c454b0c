//! File names from names that strangers chose. It touches no file.

use crate::api::decode::markup::placeholder;
use crate::api::decode::media::name_in_address;
use unicode_segmentation::UnicodeSegmentation;

/// The longest file name, in bytes; leaves room for a number and for what file systems add.
const LONGEST: usize = 120;
/// The longest ending that is kept when a name is cut, in bytes and with its dot.
const LONGEST_ENDING: usize = 17;
const NAMELESS: &str = "file";

/// A name under which a file can be saved: from the sentence that stands in for it in the message
/// (`User uploaded photo.jpeg - [image/jpeg]`), else from the end of its address, else `file`.
/// Without an ending it gets the usual one of its type.
///
/// The result has no path separators, no control, invisible or direction characters, no dot at
/// its beginning, and at most 120 bytes; a long name loses its middle and keeps its ending.
pub fn safe_file_name(placeholder_text: &str, url: &str, mime: Option<&str>) -> String {
    let stand_in = placeholder(placeholder_text);
    let name = stand_in
        .as_ref()
        .map(|(name, _)| clean(name))
        .filter(|name| !name.is_empty())
        .or_else(|| name_in_address(url).map(|name| clean(&decoded(&name))))
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| NAMELESS.to_owned());
    if split(&name).1.is_empty() {
        let mime = mime.or(stand_in.as_ref().map(|(_, mime)| mime.as_str()));
        return shortened(&format!("{name}{}", mime.map_or("", usual_ending)));
    }
    shortened(&name)
}

/// A name as [`safe_file_name`] makes it; `file` if nothing is left of it.
pub(super) fn safe(name: &str) -> String {
    let name = clean(name);
    if name.is_empty() {
        return NAMELESS.to_owned();
    }
    shortened(&name)
}

fn clean(name: &str) -> String {
    let visible = name.chars().filter(|letter| !is_hidden(*letter));
    let plain: String = visible
        .map(|letter| match letter {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            other if other.is_whitespace() => ' ',
            other => other,
        })
        .collect();
    // Dots and spaces at the end disappear on some systems, and with them what an ending says.
    let plain = plain.trim_start_matches(['.', ' ']);
    let plain = plain.trim_end_matches(['.', ' ']);
    plain.to_owned()
}

/// Characters that show nothing, or make a name look like another. The two joiners stay: Persian,
/// Hindi and joined emoji are misspelt without them.
fn is_hidden(letter: char) -> bool {
    let breaks = matches!(letter, '\u{2028}' | '\u{2029}');
    letter.is_control()
        || breaks
        || matches!(
            letter,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{180e}'
                | '\u{200b}' | '\u{200e}' | '\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffc}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Stem and ending; the ending has its dot, or is empty if what follows the dot is no ending.
fn split(name: &str) -> (&str, &str) {
    let Some(dot) = name.rfind('.') else {
        return (name, "");
    };
    let (stem, ending) = name.split_at(dot);
    let letters = ending.trim_start_matches('.');
    let is_ending = !stem.is_empty()
        && !letters.is_empty()
        && ending.len() <= LONGEST_ENDING
        && letters.chars().all(char::is_alphanumeric);
    if is_ending {
        (stem, ending)
    } else {
        (name, "")
    }
}

fn shortened(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let (stem, ending) = split(name);
    let room = LONGEST - ending.len();
    let mut kept = String::new();
    for letter in stem.graphemes(true) {
        if kept.len() + letter.len() > room {
            break;
        }
        kept.push_str(letter);
    }
    format!("{}{ending}", kept.trim_end_matches([' ', '.']))
}

/// `%20` and its like as characters, if they make text.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = match after {
            [high, low, ..] if *first == b'%' => hex(*high).zip(hex(*low)),
            _ => None,
        };
        if let Some((high, low)) = code {
            bytes.push(high * 16 + low);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn hex(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

fn usual_ending(mime: &str) -> &'static str {
    let bare = mime.split(';').next().unwrap_or_default();
    match bare.trim().to_ascii_lowercase().as_str() {
        "image/jpeg" | "image/jpg" => ".jpg",
        "image/png" => ".png",
        "image/webp" => ".webp",
        "image/gif" => ".gif",
        "video/mp4" => ".mp4",
        "video/3gpp" => ".3gp",
        "audio/ogg" | "audio/opus" => ".ogg",
        "audio/mpeg" => ".mp3",
        "audio/mp4" => ".m4a",
        "audio/aac" => ".aac",
        "audio/amr" => ".amr",
        "application/pdf" => ".pdf",
        "text/plain" => ".txt",
        "text/csv" => ".csv",
        "text/vcard" | "text/x-vcard" => ".vcf",
        "application/msword" => ".doc",
        "application/vnd.ms-excel" => ".xls",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => ".docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => ".xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => ".pptx",
        "application/zip" => ".zip",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, safe, safe_file_name};
    use proptest::prelude::*;
    use rstest::rstest;

    const URL: &str = "https://m.example/in/from%20address.jpeg-AB1CD.jpeg?token=secret";

    #[rstest]
    #[case("User uploaded table-leg.jpg - [image/jpeg]", "table-leg.jpg")]
    #[case("User uploaded صورة الطاولة.jpg - [image/jpeg]", "صورة الطاولة.jpg")]
    #[case("User uploaded ../../.bashrc - [text/plain]", "-..-.bashrc")]
    #[case("User uploaded a/b\\c:d.png - [image/png]", "a-b-c-d.png")]
    #[case("User uploaded ...hidden.png - [image/png]", "hidden.png")]
    #[case("User uploaded a\u{202e}gpj.exe - [image/png]", "agpj.exe")]
    #[case("User uploaded a\u{1b}[31m\n.png - [image/png]", "a[31m.png")]
    #[case("User uploaded x\u{200b}.png. . - [image/png]", "x.png")]
    #[case("User uploaded photo - [image/webp]", "photo.webp")]
    #[case("User uploaded . - [image/png]", "from address.jpeg")]
    #[case("Look at this", "from address.jpeg")]
    #[case("", "from address.jpeg")]
    fn names_are_the_real_ones_made_harmless(#[case] text: &str, #[case] name: &str) {
        assert_eq!(safe_file_name(text, URL, None), name);
    }

    #[rstest]
    #[case("https://m.example/", Some("image/png"), "file.png")]
    #[case("https://m.example/in/..", None, "file")]
    #[case(
        "https://m.example/in/a%2Fb%5Cc%00.pdf",
        Some("application/pdf"),
        "a-b-c.pdf"
    )]
    #[case(
        "https://m.example/in/%zz%ff",
        Some("Audio/OGG; codecs=opus"),
        "%zz%ff.ogg"
    )]
    #[case("https://m.example/in/note.v2", Some("text/plain"), "note.v2")]
    fn without_a_sentence_the_address_gives_the_name(
        #[case] url: &str,
        #[case] mime: Option<&str>,
        #[case] name: &str,
    ) {
        assert_eq!(safe_file_name("", url, mime), name);
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = safe(&format!("{}.jpeg", "👨‍👩‍👧".repeat(30)));
        assert!(name.len() <= LONGEST && name.ends_with("👨‍👩‍👧.jpeg"), "{name}");
        let name = safe(&format!("a.{}", "b".repeat(300)));
        assert_eq!(name.len(), LONGEST);
        assert_eq!(safe("..."), "file");
    }

    proptest! {
        #[test]
        fn every_name_is_harmless(text in "\\PC{0,60}|[./\\\\\u{0}-\u{20}\u{2000}-\u{2070}a]{0,40}", ending in ".{0,90}") {
            let text = format!("User uploaded {text}{ending} - [image/png]");
            let name = safe_file_name(&text, "https://m.example/x", Some("image/png"));
            prop_assert!(!name.is_empty() && name.len() <= LONGEST, "{name:?}");
            prop_assert!(!name.starts_with('.') && !name.contains(['/', '\\', '\0']), "{name:?}");
            prop_assert!(!name.chars().any(char::is_control), "{name:?}");
            prop_assert!(!name.contains(['\u{202e}', '\u{200f}', '\u{2066}']), "{name:?}");
            prop_assert_eq!(safe(&name), name);
        }
    }
}
