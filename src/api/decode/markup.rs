//! Takes tags and entities out of the platform's notes, splits printed lists of choices, and reads
//! the sentence that stands in for a file. It cleans nothing for a terminal; that happens later.

use unicode_width::UnicodeWidthStr;

/// Widest label of a choice, in cells.
const WIDEST_LABEL: usize = 24;

/// Text without tags, with the basic entities decoded and white space drawn together.
pub(super) fn without_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        plain.push_str(before);
        let inside = tag.get(1..).unwrap_or_default();
        let is_tag = inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        if let (true, Some(end)) = (is_tag, inside.find('>')) {
            rest = inside.get(end + 1..).unwrap_or_default();
        } else {
            plain.push('<');
            rest = inside;
        }
    }
    plain.push_str(rest);
    let decoded = decode_entities(&plain);
    decoded.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn decode_entities(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        let (before, entity) = rest.split_at(start);
        decoded.push_str(before);
        let inside = entity.get(1..).unwrap_or_default();
        let named = inside.find(';').filter(|end| *end <= 8).and_then(|end| {
            let letter = entity_char(inside.get(..end)?)?;
            Some((letter, inside.get(end + 1..)?))
        });
        if let Some((letter, after)) = named {
            decoded.push(letter);
            rest = after;
        } else {
            decoded.push('&');
            rest = inside;
        }
    }
    decoded.push_str(rest);
    decoded
}

fn entity_char(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// The labels of `[A, B, C]`, or nothing if they do not split beyond doubt.
pub(super) fn choices(text: &str) -> Vec<String> {
    let inner = text
        .trim()
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let Some(inner) = inner else {
        return Vec::new();
    };
    let labels: Vec<String> = inner.split(", ").map(str::to_owned).collect();
    let clean = |label: &String| {
        let trimmed = label.trim() == label;
        let plain = !label.contains([',', '[', ']']) && !label.contains(char::is_control);
        trimmed && plain && (1..=WIDEST_LABEL).contains(&label.width())
    };
    if labels.iter().all(clean) {
        labels
    } else {
        Vec::new()
    }
}

/// File name and MIME type of `User uploaded photo.jpeg - [image/jpeg]`.
pub(in crate::api) fn placeholder(text: &str) -> Option<(String, String)> {
    let inner = text
        .trim()
        .strip_prefix("User uploaded ")?
        .strip_suffix(']')?;
    let (name, mime) = inner.rsplit_once(" - [")?;
    Some((name.trim().to_owned(), mime.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{choices, placeholder, without_tags};
    use proptest::proptest;
    use rstest::rstest;

    #[rstest]
    #[case("<strong>Test Agent</strong> joined", "Test Agent joined")]
    #[case("a<br/>b &amp; c&nbsp;d &#39;e&#x27;", "ab & c d 'e'")]
    #[case("1 < 2 and <unclosed", "1 < 2 and <unclosed")]
    #[case("&unknown; & &amp;lt;", "&unknown; & &lt;")]
    fn notes_lose_their_markup(#[case] text: &str, #[case] plain: &str) {
        assert_eq!(without_tags(text), plain);
    }

    #[test]
    fn choices_split_only_when_there_is_no_doubt() {
        assert_eq!(choices("[⭐, ⭐⭐, ⭐⭐⭐]"), ["⭐", "⭐⭐", "⭐⭐⭐"]);
        assert_eq!(choices("[Yes]"), ["Yes"]);
        let long = format!("[{}]", "x".repeat(25));
        for doubtful in [
            "[]", "A, B", "[a,b, c]", "[a,  b]", "[a, [b]]", &long, "[a, ]",
        ] {
            assert!(choices(doubtful).is_empty(), "{doubtful}");
        }
    }

    #[test]
    fn the_sentence_for_a_file_gives_its_name_and_type() {
        let (name, mime) =
            placeholder("User uploaded a - [b].ogg - [audio/ogg; codecs=opus]").unwrap();
        assert_eq!(
            (name.as_str(), mime.as_str()),
            ("a - [b].ogg", "audio/ogg; codecs=opus")
        );
        assert_eq!(placeholder("Look at this"), None);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_readers(text in "[<>&;#x\\[\\], a-c⭐é]{0,30}") {
            without_tags(&text);
            choices(&text);
            placeholder(&text);
        }
    }
}
