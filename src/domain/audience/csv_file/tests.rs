//! Files of people: what is read, cleaned, skipped and refused.

use super::{AudienceError, CsvOptions, from_csv};
use crate::domain::Audience;
use proptest::prelude::*;
use rstest::rstest;

fn read(text: &str) -> Result<Audience, AudienceError> {
    from_csv(text.as_bytes(), &CsvOptions::default())
}

fn with_column(text: &str, column: &str) -> Result<Audience, AudienceError> {
    let to_column = Some(column.to_owned());
    from_csv(
        text.as_bytes(),
        &CsvOptions {
            to_column,
            ..CsvOptions::default()
        },
    )
}

#[rstest]
#[case("phone,name\n+447700900412,Asha\n")]
#[case("\u{feff}phone,name\r\n+447700900412,Asha\r\n")]
#[case("Phone;name\n+447700900412;Asha")]
#[case("name\tPhone No\nAsha\t+447700900412\n")]
#[case("\"name\",\"user.phone_number\"\n\"Asha\",\"+44 7700 900412\"\n")]
#[case("name,Channel User-ID\n\nAsha,447700900412\n,\n")]
fn a_list_is_read_whatever_its_dialect(#[case] text: &str) {
    let audience = read(text).unwrap();
    assert_eq!(audience.rows.len(), 1);
    let row = &audience.rows[0];
    assert_eq!(row.recipient.text(), "447700900412");
    assert_eq!(row.columns.get("name"), Some("Asha"));
    assert_eq!(row.row, Some(1));
    assert!(audience.skipped.is_empty());
}

#[test]
fn bad_rows_are_left_out_with_their_reason() {
    let text = "phone,name\n+447700900412,Asha\n4.477E+11,Ben\n+447700900118\n07700 900119,Cleo\n";
    let audience = read(text).unwrap();
    assert_eq!(audience.rows.len(), 1);
    let skipped: Vec<(Option<u64>, &str)> = audience
        .skipped
        .iter()
        .map(|row| (row.row, &*row.rule))
        .collect();
    assert_eq!(
        skipped,
        [
            (Some(2), "number_spreadsheet_damage"),
            (Some(3), "column_count"),
            (Some(4), "number_no_country_code"),
        ]
    );
    let strict = CsvOptions {
        strict: true,
        ..CsvOptions::default()
    };
    let error = from_csv(text.as_bytes(), &strict).unwrap_err();
    assert!(
        matches!(error, AudienceError::BadRow { row: 2, .. }),
        "{error}"
    );
    assert_eq!(error.rule(), "number_spreadsheet_damage");
}

#[test]
fn what_was_cleaned_is_counted() {
    let audience = read("phone\n+44 7700 900412\n0044 7700 900118\n\"\"\n+447700900119\n").unwrap();
    assert_eq!(audience.rows.len(), 3);
    assert!(
        audience
            .notes
            .iter()
            .any(|note| note.starts_with("2 numbers were cleaned"))
    );
    assert!(
        audience
            .notes
            .iter()
            .any(|note| note.starts_with("1 empty row was left out"))
    );
}

#[rstest]
#[case("", "empty")]
#[case("phone\n", "no_rows")]
#[case("phone,name\n,\n", "no_rows")]
#[case("who,name\n+447700900412,Asha\n", "no_recipient_column")]
#[case(
    "phone,mobile\n+447700900412,+447700900118\n",
    "several_recipient_columns"
)]
#[case("phone,name,name\n+447700900412,a,b\n", "repeated_column")]
#[case(
    "phone,name\n+447700900412,\"Asha\n+447700900118,Ben\n",
    "unclosed_quote"
)]
#[case("phone\n+4477\0\n", "nul")]
fn a_file_that_cannot_be_trusted_is_refused(#[case] text: &str, #[case] rule: &str) {
    assert_eq!(read(text).unwrap_err().rule(), rule);
}

#[test]
fn other_encodings_are_read_and_damage_is_refused_with_its_line() {
    let read = |bytes: &[u8]| from_csv(bytes, &CsvOptions::default());
    let latin = read(b"phone,name\n+447700900412,Jos\xe9\n").unwrap();
    assert_eq!(latin.rows[0].columns.get("name"), Some("Jos\u{e9}"));
    assert_eq!(latin.remarks[0].rule, "encoding");
    let wide = |text: &str| -> Vec<u8> {
        let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let utf16 = read(&wide("phone\tname\n+447700900412\tJos\u{e9}\n")).unwrap();
    assert_eq!(utf16.rows[0].columns.get("name"), Some("Jos\u{e9}"));
    assert!(utf16.remarks.is_empty());
    let marked = read(b"\xef\xbb\xbfphone,name\n+447700900412,Jos\xe9\n").unwrap_err();
    assert_eq!(marked, AudienceError::NotText { line: 2 });
    let mixed = read(b"phone,name\n+447700900412,Jos\xe9\n+447700900118,Jos\xc3\xa9\n");
    let expected = AudienceError::MixedEncodings { line: 3, other: 2 };
    assert_eq!(mixed.unwrap_err(), expected);
    let binary = read(b"phone,name\n+447700900412,Jos\xe9\x01\n").unwrap_err();
    assert_eq!(binary, AudienceError::NotText { line: 2 });
}

#[test]
fn a_named_column_wins_over_known_ones() {
    let text = "phone,spare\n+447700900412,+447700900118\n";
    assert_eq!(
        with_column(text, "spare").unwrap().rows[0].recipient.text(),
        "447700900118"
    );
    let error = with_column(text, "other").unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no column `other`: the header has phone, spare"
    );
}

#[test]
fn the_line_of_an_unclosed_quote_is_named() {
    let text = "phone,name\n+447700900412,\"two\nlines\"\n+447700900118,\"open\n";
    assert_eq!(
        read(text).unwrap_err(),
        AudienceError::UnclosedQuote { line: 4 }
    );
    let closed = "phone,name\n+447700900412,\"say \"\"hi\"\"\"\n";
    let audience = read(closed).unwrap();
    assert_eq!(audience.rows[0].columns.get("name"), Some("say \"hi\""));
}

proptest! {
    #[test]
    fn no_file_is_too_odd_to_answer(bytes in prop::collection::vec(any::<u8>(), 0..200),
                                    text in "[a-z+0-9,;\t\"\r\n ]{0,120}") {
        drop(from_csv(bytes.as_slice(), &CsvOptions::default()));
        drop(read(&format!("phone,name\n{text}")));
    }
}
