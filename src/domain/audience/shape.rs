//! How a table is written, seen in its first bytes: encoding, what separates its columns, whether
//! its first row names them. Each part can be overruled by a person.

use super::AudienceError;
use super::encoding::TextEncoding;
use crate::domain::phone;
use std::borrow::Cow;

/// How many bytes of a file are enough to see how it is written.
pub const HEAD: usize = 64 * 1024;
/// What may separate columns; of two that fit alike the first wins.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows that must agree on their number of columns.
const COMPARED: usize = 20;

/// How a table is written. Detected, and each part can be overruled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableShape {
    /// The bytes of its text.
    pub encoding: TextEncoding,
    /// What separates columns: comma, semicolon, tab or `|`.
    pub delimiter: u8,
    /// Whether the first row names the columns.
    pub header: bool,
}

/// What a person said about how a table is written; `None` is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ShapeChoice {
    /// The bytes of its text.
    pub encoding: Option<TextEncoding>,
    /// What separates columns.
    pub delimiter: Option<u8>,
    /// Whether the first row names the columns.
    pub header: Option<bool>,
}

/// A shape with what was found on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) shape: TableShape,
    /// The text of the head, without a byte order mark and the line `sep=`.
    pub(super) text: String,
    /// The encoding is only the most likely one.
    pub(super) is_guess: bool,
    /// The first line is Excel's `sep=` and no row.
    pub(super) skips_line: bool,
}

/// Looks at the first bytes of a file; `whole` if there is nothing behind.
///
/// # Errors
/// A file that is no text table at all, or an empty one.
pub(super) fn look(head: &[u8], whole: bool, choice: &ShapeChoice) -> Result<Seen, AudienceError> {
    if let Some(kind) = other_format(head) {
        return Err(AudienceError::OtherFormat(kind));
    }
    let detected = TextEncoding::of_head(head, whole);
    let encoding = choice.encoding.unwrap_or(detected.encoding);
    let text = decode(head, encoding);
    if text.trim().is_empty() && whole {
        return Err(AudienceError::Empty);
    }
    let (said, rest) = separator_line(&text);
    let delimiter = choice
        .delimiter
        .or(said)
        .unwrap_or_else(|| delimiter(rest, whole));
    let header = choice.header.unwrap_or_else(|| {
        let first = rows(rest, delimiter, true).next().unwrap_or_default();
        !first.iter().any(|cell| phone::looks_like_number(cell))
    });
    let shape = TableShape {
        encoding,
        delimiter,
        header,
    };
    Ok(Seen {
        shape,
        is_guess: detected.is_guess && choice.encoding.is_none(),
        skips_line: said.is_some(),
        text: rest.to_owned(),
    })
}

/// What begins like no text: the name of what it is, for a sentence.
fn other_format(head: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 8] = [
        (b"PK\x03\x04", "an Excel workbook or a ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook"),
        (b"\x1f\x8b", "a compressed file"),
        (b"%PDF", "a PDF"),
        (b"{\\rtf", "a text document"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"SQLite format 3\0", "a database"),
    ];
    let known = KNOWN.iter().find(|(magic, _)| head.starts_with(magic));
    known.map(|(_, name)| *name).or_else(|| {
        let start = head.get(..256).unwrap_or(head);
        let start = String::from_utf8_lossy(start).trim_start().to_lowercase();
        let page = ["<html", "<!doctype html", "<table", "<?xml"];
        let page = page.iter().any(|tag| start.starts_with(tag));
        page.then_some("a web page or an XML document")
    })
}

fn decode(head: &[u8], encoding: TextEncoding) -> String {
    let mut decoder = encoding.decoder();
    let room = decoder.max_utf8_buffer_length(head.len());
    let mut text = String::with_capacity(room.unwrap_or(head.len() * 3));
    // A sign that the end of the head cuts is left in the decoder.
    let _cut = decoder.decode_to_string(head, &mut text, false);
    text
}

/// Excel's own first line `sep=;`, and the text behind it.
pub(super) fn separator_line(text: &str) -> (Option<u8>, &str) {
    let said = text
        .get(..4)
        .is_some_and(|s| s.eq_ignore_ascii_case("sep="));
    let line = text.split_inclusive('\n').next().unwrap_or(text);
    match line.trim_end_matches(['\r', '\n']).as_bytes() {
        [_, _, _, _, sign] if said => (Some(*sign), text.get(line.len()..).unwrap_or("")),
        _ => (None, text),
    }
}

/// The rows of a text; the last one is left out unless the text is whole.
pub(super) fn rows(text: &str, delimiter: u8, whole: bool) -> impl Iterator<Item = Vec<String>> {
    let complete = if whole {
        Cow::Borrowed(text)
    } else {
        let end = text.rfind('\n').map_or(0, |at| at + 1);
        Cow::Borrowed(text.get(..end).unwrap_or(text))
    };
    let mut table = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(std::io::Cursor::new(complete.into_owned().into_bytes()));
    let mut record = csv::StringRecord::new();
    std::iter::from_fn(move || {
        let read = table.read_record(&mut record).unwrap_or(false);
        read.then(|| record.iter().map(str::to_owned).collect())
    })
}

/// The sign that cuts most rows into as many columns as the first one. Where none does, the most
/// frequent one in the first row.
fn delimiter(text: &str, whole: bool) -> u8 {
    let score = |delimiter: u8| {
        let mut widths = rows(text, delimiter, whole)
            .take(COMPARED)
            .map(|row| row.len());
        let first = widths.next().unwrap_or(1);
        let (mut same, mut all) = (1, 1);
        for width in widths {
            same += usize::from(width == first);
            all += 1;
        }
        let share = if first > 1 { same * 100 / all } else { 0 };
        // A few ragged rows do not speak against a sign that makes many columns.
        (share >= 50, first.min(2), share / 20, first)
    };
    let best = DELIMITERS.into_iter().rev().max_by_key(|one| score(*one));
    best.unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::{ShapeChoice, look};
    use crate::domain::audience::AudienceError;
    use rstest::rstest;

    #[rstest]
    #[case("phone,name\n+447700900412,Asha\n", ',', true)]
    #[case("phone;name\n+447700900412;\"Asha, Ben\"\n", ';', true)]
    #[case("phone;name;note\n1;2;a, b, c\n2;3;d, e, f\n", ';', true)]
    #[case("phone\tname\n+447700900412\tAsha\n", '\t', true)]
    #[case("phone|name\n+447700900412|Asha\n", '|', true)]
    #[case("sep=;\nphone;name\n", ';', true)]
    #[case("+447700900412,Asha\n+447700900118,Ben\n", ',', false)]
    #[case("07700 900412\n07700 900118\n", ',', false)]
    #[case("phone\n+447700900412\n", ',', true)]
    fn the_shape_is_seen(#[case] text: &str, #[case] delimiter: char, #[case] header: bool) {
        let shape = look(text.as_bytes(), true, &ShapeChoice::default())
            .unwrap()
            .shape;
        assert_eq!(
            (char::from(shape.delimiter), shape.header),
            (delimiter, header)
        );
    }

    #[rstest]
    #[case(b"PK\x03\x04rest")]
    #[case(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest")]
    #[case(b"\n<HTML><table>")]
    #[case(b"%PDF-1.7")]
    fn what_is_no_text_table_is_named(#[case] head: &[u8]) {
        let error = look(head, true, &ShapeChoice::default()).unwrap_err();
        assert!(matches!(error, AudienceError::OtherFormat(_)), "{error}");
    }

    #[test]
    fn a_person_overrules_each_part() {
        let choice = ShapeChoice {
            encoding: crate::domain::audience::TextEncoding::named("cp1251"),
            delimiter: Some(b';'),
            header: Some(false),
        };
        let seen = look(b"phone,\xc0\xf8\xe0", true, &choice).unwrap();
        assert_eq!(seen.text, "phone,\u{410}\u{448}\u{430}");
        assert_eq!((seen.shape.delimiter, seen.shape.header), (b';', false));
        assert!(!seen.is_guess);
    }
}
