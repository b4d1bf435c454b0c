//! Takes API keys out of a text before anything else looks at it, so that nothing that reads,
//! shows, keeps or complains about the text can ever repeat one.

use memchr::memmem;
use secrecy::SecretString;
use std::ops::Range;

/// What stands where a sign of a key was; one for one, so that places stay where they are.
const HIDDEN: &str = "•";
/// What stands before a key in a header, an address or a JSON object.
const NAMES: [&str; 5] = [
    "authorization",
    "access_token",
    "api-key",
    "api_key",
    "apikey",
];
/// The word between the header's name and the key.
const SCHEMES: [&str; 2] = ["basic", "bearer"];
/// A word of so many signs with a digit among them is a key behind a name or a scheme; others are
/// words of a sentence, unless both a name and a scheme stand before them.
const KEY_CHARS: usize = 16;
/// The digit of a key stands among so many first signs.
const DIGIT_WITHIN: usize = 256;
/// Most different keys that are looked for in the rest of the text.
const MOST_KEYS: usize = 8;

/// A text without its keys.
#[derive(Debug)]
pub struct Masked {
    /// The text; each sign of a key is a dot.
    pub text: String,
    /// Whether a key is in it, or was before an earlier masking.
    pub found: bool,
    /// The first key. It must not be kept but by a set-up that a person asked for.
    pub key: Option<SecretString>,
}

/// Hides every key of a text: what follows the name of a header that carries keys, what follows
/// `Basic` or `Bearer`, whatever has the shape of the platform's keys, and every other place where
/// one of these stands again. Linear, and the same text again when used twice.
pub fn mask_keys(text: &str) -> Masked {
    let lower = text.to_ascii_lowercase();
    let lower = lower.as_bytes();
    let mut ranges = Vec::new();
    let mut words = Words { text, walked: 0..0 };
    for name in NAMES {
        after_names(&mut words, lower, name, &mut ranges);
    }
    for scheme in SCHEMES {
        after_schemes(&mut words, lower, scheme, &mut ranges);
    }
    by_shape(text.as_bytes(), &mut ranges);
    let hidden_before = ranges.iter().any(|range| is_hidden(text, range));
    ranges.retain(|range| !is_hidden(text, range));
    merge(&mut ranges);
    let key = ranges.first().and_then(|range| text.get(range.clone()));
    let key = key.map(SecretString::from);
    elsewhere(text, &mut ranges);
    merge(&mut ranges);
    Masked {
        found: hidden_before || !ranges.is_empty(),
        text: without(text, &ranges),
        key,
    }
}

/// Whether a range was masked before.
fn is_hidden(text: &str, range: &Range<usize>) -> bool {
    let part = text.get(range.clone()).unwrap_or("");
    part.starts_with(HIDDEN) && part.replace(HIDDEN, "").is_empty()
}

/// Finds where words that may be keys end. A long one is walked over once, however often one of
/// the names stands in it.
struct Words<'t> {
    text: &'t str,
    walked: Range<usize>,
}

impl Words<'_> {
    /// The end of the signs a key can be made of, the dots of an earlier masking included.
    fn end(&mut self, from: usize) -> usize {
        if self.walked.contains(&from) {
            return self.walked.end;
        }
        let is_key = |sign: char| sign.is_ascii_alphanumeric() || "-._~+/=•".contains(sign);
        let rest = self.text.get(from..).unwrap_or("");
        let end = from + rest.find(|sign| !is_key(sign)).unwrap_or(rest.len());
        self.walked = from..end;
        end
    }

    /// Whether a word is a key by itself.
    fn is_key(&self, word: &Range<usize>) -> bool {
        let word = self.text.get(word.clone()).unwrap_or("");
        let mut signs = word.chars().take(DIGIT_WITHIN);
        word.chars().take(KEY_CHARS).count() == KEY_CHARS
            && signs.any(|sign| sign.is_ascii_digit() || sign == '•')
    }
}

/// What may stand between a header's name and its value, in any quoting.
fn skip_separators(bytes: &[u8], mut at: usize) -> (usize, bool) {
    let start = at;
    let mut separated = false;
    while let Some(byte) = bytes.get(at).filter(|_| at - start < 24) {
        match byte {
            b':' | b'=' | b',' => separated = true,
            b' ' | b'\t' | b'"' | b'\'' | b'\\' | b'^' | b'`' | b'\n' | b'\r' => {}
            _ => break,
        }
        at += 1;
    }
    (at, separated)
}

/// The end of a scheme and what follows it, if one stands here.
fn skip_scheme(lower: &[u8], at: usize) -> Option<usize> {
    let rest = lower.get(at..)?;
    let scheme = SCHEMES
        .iter()
        .find(|scheme| rest.starts_with(scheme.as_bytes()))?;
    let after = at + scheme.len();
    let tail = lower.get(after..)?;
    if tail.starts_with(b"%20") {
        return Some(after + 3);
    }
    let gap = tail
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'+' | b'^'))
        .count();
    (gap > 0).then_some(after + gap)
}

fn after_names(words: &mut Words<'_>, lower: &[u8], name: &str, ranges: &mut Vec<Range<usize>>) {
    for found in memmem::find_iter(lower, name.as_bytes()) {
        let (value, separated) = skip_separators(lower, found + name.len());
        if !separated {
            continue;
        }
        let scheme = skip_scheme(lower, value);
        let from = scheme.unwrap_or(value);
        let word = from..words.end(from);
        if !word.is_empty() && (scheme.is_some() || words.is_key(&word)) {
            ranges.push(word);
        }
    }
}

fn after_schemes(
    words: &mut Words<'_>,
    lower: &[u8],
    scheme: &str,
    ranges: &mut Vec<Range<usize>>,
) {
    for found in memmem::find_iter(lower, scheme.as_bytes()) {
        let Some(from) = skip_scheme(lower, found) else {
            continue;
        };
        let word = from..words.end(from);
        if words.is_key(&word) {
            ranges.push(word);
        }
    }
}

/// Lengths of the groups of hex digits of the platform's keys; seven letters or digits follow.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
/// Letters or digits at the end of the platform's keys.
const TAIL: usize = 7;

/// Finds `00000000-0000-4000-8000-000000000000-ABCDEFG`.
fn by_shape(bytes: &[u8], ranges: &mut Vec<Range<usize>>) {
    let mut last_end = 0;
    for dash in memchr::memchr_iter(b'-', bytes) {
        let Some(start) = dash.checked_sub(8).filter(|start| *start >= last_end) else {
            continue;
        };
        if let Some(end) = shape_end(bytes, start) {
            ranges.push(start..end);
            last_end = end;
        }
    }
}

fn shape_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    for length in GROUPS {
        let group = bytes.get(at..at + length)?;
        if !group.iter().all(u8::is_ascii_hexdigit) || bytes.get(at + length) != Some(&b'-') {
            return None;
        }
        at += length + 1;
    }
    let tail = bytes.get(at..at + TAIL)?;
    tail.iter()
        .all(u8::is_ascii_alphanumeric)
        .then_some(at + TAIL)
}

/// Adds the other places of the keys found so far.
fn elsewhere(text: &str, ranges: &mut Vec<Range<usize>>) {
    let mut keys: Vec<&str> = Vec::new();
    for range in ranges.iter() {
        let key = text.get(range.clone()).unwrap_or("");
        if key.len() >= KEY_CHARS && !keys.contains(&key) && keys.len() < MOST_KEYS {
            keys.push(key);
        }
    }
    for key in keys {
        let found = memmem::find_iter(text.as_bytes(), key.as_bytes());
        ranges.extend(found.map(|at| at..at + key.len()));
    }
}

fn merge(ranges: &mut Vec<Range<usize>>) {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::new();
    for range in ranges.drain(..) {
        match merged.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    *ranges = merged;
}

fn without(text: &str, ranges: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = 0;
    for range in ranges {
        out.push_str(text.get(rest..range.start).unwrap_or(""));
        let signs = text.get(range.clone()).unwrap_or("").chars().count();
        out.push_str(&HIDDEN.repeat(signs));
        rest = range.end;
    }
    out.push_str(text.get(rest..).unwrap_or(""));
    out
}

#[cfg(test)]
mod tests {
    use super::mask_keys;
    use rstest::rstest;
    use secrecy::ExposeSecret;

    const KEY: &str = "00000000-0000-4000-8000-000000000000-ABCDEFG";

    #[rstest]
    #[case("curl -H 'Authorization: Basic KEY' x")]
    #[case("curl -H \"authorization:  basic\tKEY\"")]
    #[case("curl ^\"Authorization: Basic KEY^\" ^")]
    #[case("$headers.Add(\"Authorization\", \"Basic KEY\")")]
    #[case("@{ 'Authorization'='Bearer KEY' }")]
    #[case("{\"headers\": {\"Authorization\":\"Basic KEY\"}}")]
    #[case("{\\\"Authorization\\\": \\\"KEY\\\"}")]
    #[case("https://api.example/x?authorization=Basic%20KEY&a=b")]
    #[case("https://graph.example/x?access_token=KEY")]
    #[case("-H 'D360-API-KEY: KEY'")]
    #[case("just KEY in a sentence, twice KEY")]
    fn a_key_goes_wherever_it_stands(#[case] text: &str) {
        let masked = mask_keys(&text.replace("KEY", KEY));
        assert!(masked.found, "{text}");
        assert!(!masked.text.contains("ABCDEFG"), "{}", masked.text);
        assert_eq!(masked.text, text.replace("KEY", &"•".repeat(KEY.len())));
        assert_eq!(
            masked.key.as_ref().map(ExposeSecret::expose_secret),
            Some(KEY)
        );
        assert!(!format!("{masked:?}").contains("ABCDEFG"));
        let again = mask_keys(&masked.text);
        assert_eq!(again.text, masked.text);
        assert!(again.key.is_none());
    }

    #[test]
    fn a_key_of_another_shape_is_known_by_its_header_and_then_everywhere() {
        let masked = mask_keys(
            "-H 'Authorization: Basic abc' -H 'X-Copy: made-up-key-of-mine' \
                                -H 'Authorization: Basic made-up-key-of-mine'",
        );
        assert!(!masked.text.contains("abc") && !masked.text.contains("made-up"));
        assert!(
            mask_keys(&masked.text).found,
            "the masked key is still said"
        );
    }

    #[rstest]
    #[case("Your authorization is pending.")]
    #[case("Authorization: pending")]
    #[case("a basic text, a bearer of news")]
    #[case("00000000-0000-4000-8000-000000000000")]
    #[case("00000000_0000_4000_8000_000000000000 ABCDEFG")]
    #[case("--data-raw")]
    #[case("Basic telecommunications are back. Authorization: internationalization")]
    fn words_of_a_message_stay(#[case] text: &str) {
        let masked = mask_keys(text);
        assert_eq!(masked.text, text);
        assert!(!masked.found);
    }

    #[test]
    fn a_long_row_of_almost_keys_takes_no_time() {
        let masked = mask_keys(&"00000000-0000-4000-8000-".repeat(40_000));
        assert!(!masked.found);
        assert!(!mask_keys(&"authorization=".repeat(40_000)).found);
    }
}
