//! Finds web addresses in clean text and gives each the form in which it may be handed on: to a
//! terminal inside an escape sequence, to the desktop as an argument. It opens and asks nothing.
//!
//! What is not certain is no link: an address with a user name before the host, one in which a
//! hostile character was replaced, one that is too long.

use std::fmt::Write as _;
use std::ops::Range;

use unicode_width::UnicodeWidthChar as _;

use super::sanitize::{PLACEHOLDER, is_hostile};

/// The longest address that is handed on, in bytes; terminals drop longer ones, and some break.
pub const LONGEST: usize = 2000;

/// An address in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The bytes of the text that are the address.
    pub range: Range<usize>,
    /// Where it leads, as [`target`] gives it.
    pub target: String,
}

/// The addresses of a clean text, first to last; they never overlap.
pub fn find(text: &str) -> Vec<Link> {
    let mut found: Vec<Link> = Vec::new();
    for (colon, _) in text.match_indices("://") {
        let end = found.last().map_or(0, |link| link.range.end);
        let Some(range) = address_at(text, colon).filter(|range| range.start >= end) else {
            continue;
        };
        let address = text.get(range.clone()).unwrap_or_default();
        if let Some(target) = target(address) {
            found.push(Link { range, target });
        }
    }
    found
}

/// An address in the form in which it may be handed on: `http` or `https`, printable ASCII, at
/// most [`LONGEST`] bytes, everything else as `%XX` of its UTF-8. It is what was written, not what
/// it might have meant. `None` for anything that is no such address.
pub fn target(address: &str) -> Option<String> {
    let (scheme, rest) = address.trim().split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // `https://shop.example@elsewhere.example` leads elsewhere.
    let plain = !host.contains(['@', '\\', '%', ' ']);
    if !plain || !host.starts_with(|first: char| first.is_alphanumeric() || first == '[') {
        return None;
    }
    if rest.contains(is_hostile) {
        return None;
    }
    let mut target = format!("{}://", scheme.to_ascii_lowercase());
    for byte in rest.bytes() {
        if byte.is_ascii_graphic() && !FORBIDDEN.contains(char::from(byte)) {
            target.push(char::from(byte));
        } else {
            // Writing into a String cannot fail.
            write!(target, "%{byte:02X}").ok()?;
        }
        if target.len() > LONGEST {
            return None;
        }
    }
    Some(target)
}

/// The host of an address, for a sentence.
pub fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.rsplit_once('@').map_or(host, |(_, host)| host)
}

/// ASCII that stands in no address as it is.
const FORBIDDEN: &str = "\"<>\\^`{|}";

/// What ends a sentence around an address rather than the address.
const CLOSING: &str = ".,;:!?'";

/// The bytes of the address whose scheme ends at this colon.
fn address_at(text: &str, colon: usize) -> Option<Range<usize>> {
    let before = text.get(..colon)?;
    let scheme = ["https", "http"].into_iter().find(|scheme| {
        let at = before.len().checked_sub(scheme.len());
        at.and_then(|at| before.get(at..))
            .is_some_and(|word| word.eq_ignore_ascii_case(scheme))
    })?;
    let start = colon - scheme.len();
    let previous = text.get(..start)?.chars().next_back();
    // A word that only ends like a scheme; scripts written without spaces have no such words.
    if previous.is_some_and(|before| before.is_alphanumeric() && is_part(before)) {
        return None;
    }
    let rest = text.get(colon + 3..)?;
    let length = rest.find(|character| !is_part(character));
    let after = rest.get(length.unwrap_or(rest.len())..)?;
    // Something was hidden in it, or browsers disagree: where it leads is not what can be read.
    if after.starts_with(PLACEHOLDER) || after.starts_with('\\') {
        return None;
    }
    let end = text.len() - after.len();
    let address = text.get(start..end)?;
    let length = without_surroundings(address, previous).len();
    (length > scheme.len() + 3).then_some(start..start + length)
}

/// Whether a character may stand in an address. Letters and marks of all scripts may, but those of
/// the scripts written without spaces are the sentence going on.
fn is_part(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_graphic() && !FORBIDDEN.contains(character);
    }
    match character.width() {
        Some(0) => true,
        Some(1) => character.is_alphanumeric(),
        _ => false,
    }
}

/// An address without the full stop of its sentence, the bracket around it and the marks that make
/// a messenger write it bold.
fn without_surroundings(address: &str, previous: Option<char>) -> &str {
    let mut address = address;
    while let Some(last) = address.chars().next_back() {
        let count = |wanted: char| address.chars().filter(|one| *one == wanted).count();
        let goes = match last {
            ')' => count('(') < count(')'),
            ']' => count('[') < count(']'),
            '*' | '_' | '~' => previous == Some(last),
            other => CLOSING.contains(other),
        };
        if !goes {
            break;
        }
        address = address.strip_suffix(last).unwrap_or_default();
    }
    address
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, find, host, target};
    use crate::text::sanitize;
    use proptest::prelude::*;
    use rstest::rstest;

    fn targets(text: &str) -> Vec<String> {
        let found = find(text);
        for link in &found {
            assert!(text.get(link.range.clone()).is_some(), "{text}");
        }
        found.into_iter().map(|link| link.target).collect()
    }

    #[rstest]
    #[case(
        "see https://fernoak.example/track/88213",
        "https://fernoak.example/track/88213"
    )]
    #[case("(https://fernoak.example/a_(b))", "https://fernoak.example/a_(b)")]
    #[case("https://fernoak.example.", "https://fernoak.example")]
    #[case(
        "https://fernoak.example/?q=1&r=2!",
        "https://fernoak.example/?q=1&r=2"
    )]
    #[case("HTTP://Fernoak.example/A", "http://Fernoak.example/A")]
    #[case("*https://fernoak.example*", "https://fernoak.example")]
    #[case("https://fernoak.example/a_", "https://fernoak.example/a_")]
    #[case("<https://fernoak.example/a>", "https://fernoak.example/a")]
    #[case("\"https://fernoak.example/a\"", "https://fernoak.example/a")]
    #[case("http://[2001:db8::1]:8080/a", "http://[2001:db8::1]:8080/a")]
    #[case(
        "https://fernoak.example/كرسي",
        "https://fernoak.example/%D9%83%D8%B1%D8%B3%D9%8A"
    )]
    #[case(
        "詳しくはhttps://fernoak.example/oak、どうぞ",
        "https://fernoak.example/oak"
    )]
    #[case("https://fernoak.example/oak谢谢", "https://fernoak.example/oak")]
    #[case("https://fernoak.example/a🙂", "https://fernoak.example/a")]
    #[case("https://fernoak.example/100%", "https://fernoak.example/100%")]
    #[case(
        "https://fernoak.example/?u=https://other.example/",
        "https://fernoak.example/?u=https://other.example/"
    )]
    fn addresses_are_found_as_people_write_them(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(targets(text), [expected]);
    }

    #[rstest]
    #[case("xhttps://fernoak.example")]
    #[case("https://")]
    #[case("https://.")]
    #[case("https:///etc/hosts")]
    #[case("ftp://fernoak.example/a")]
    #[case("javascript://fernoak.example/%0aalert(1)")]
    #[case("file:///etc/hosts")]
    #[case("https://fernoak.example@evil.example/")]
    #[case("https://fernoak.example\\@evil.example/")]
    #[case("https://fernoak%2eexample/")]
    #[case("https://fernoak.example/a·b")]
    #[case("https:/fernoak.example")]
    fn what_is_not_certain_is_no_link(#[case] text: &str) {
        assert_eq!(targets(text), [""; 0]);
    }

    #[test]
    fn several_in_one_text_are_several() {
        let text = "https://a.example and http://b.example, or https://c.example/x?";
        let expected = [
            "https://a.example",
            "http://b.example",
            "https://c.example/x",
        ];
        assert_eq!(targets(text), expected);
    }

    #[test]
    fn an_address_that_is_too_long_is_none_not_a_shorter_one() {
        let fits = format!("https://a.example/{}", "a".repeat(LONGEST - 18));
        assert_eq!(target(&fits).map(|target| target.len()), Some(LONGEST));
        assert_eq!(target(&format!("{fits}a")), None);
        assert_eq!(targets(&format!("{fits}a")), [""; 0]);
    }

    #[test]
    fn an_address_of_a_file_is_encoded_and_a_command_in_it_is_refused() {
        let spaced = target("https://media.example/my file.pdf");
        assert_eq!(
            spaced.as_deref(),
            Some("https://media.example/my%20file.pdf")
        );
        for hidden in [
            "\u{1b}]8;;\u{1b}\\",
            "\u{7}",
            "\u{9c}",
            "\n",
            "\u{202e}",
            "\u{0}",
        ] {
            assert_eq!(target(&format!("https://media.example/a{hidden}b")), None);
        }
    }

    #[test]
    fn the_host_is_what_comes_after_a_user_name() {
        assert_eq!(
            host("https://fernoak.example:8443/a?b#c"),
            "fernoak.example:8443"
        );
        assert_eq!(host("https://a:b@evil.example"), "evil.example");
    }

    proptest! {
        #[test]
        fn whatever_is_written_nothing_but_printable_ascii_is_handed_on(
            before in "\\PC{0,8}",
            scheme in "(https?|HTTPS?|ftp|data)://",
            rest in "[a-z0-9./?#@:%\\\\\\[\\]()\u{1b}\u{7}\u{9c}\u{90}\u{9d}\n\t;\u{202e}\u{200b}كरी花é🙂·\"'<>|^`{} -]{0,60}",
            raw in any::<String>(),
        ) {
            let address = format!("{scheme}{rest}");
            let texts = [format!("{before}{address} {raw}"), format!("{address}{raw}")];
            let found = texts.iter().flat_map(|text| {
                let clean = sanitize::clean(text).into_owned();
                find(&clean).into_iter().map(|link| link.target).collect::<Vec<_>>()
            });
            for target in found.chain(target(&address)).chain(target(&format!("{address}{raw}"))) {
                prop_assert!(target.bytes().all(|byte| byte.is_ascii_graphic()), "{target:?}");
                prop_assert!(target.starts_with("http://") || target.starts_with("https://"));
                prop_assert!(target.len() <= LONGEST);
            }
        }

        #[test]
        fn what_is_shown_is_what_is_opened(path in "[a-zA-Z0-9._/-]{0,40}[a-z0-9]") {
            let address = format!("https://fernoak.example/{path}");
            prop_assert_eq!(targets(&format!("a {address} b")), [address]);
        }
    }
}
