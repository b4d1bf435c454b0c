//! The platform's CSV broadcast: a multipart upload of an audience file and a template.

use super::Encoder;
use super::address::{EncodeError, query};
use super::template::{PayloadBody, TemplatePayload, json_text};
use crate::domain::{FrozenRequest, PhoneNumber, RequestBody, RequestPart};
use std::fmt::Write as _;

/// One line of the upload.
#[derive(Debug, Clone)]
pub struct CsvRow<'a> {
    /// Who.
    pub phone: &'a PhoneNumber,
    /// `user.attribute_0`, `user.attribute_1` … of this person.
    pub attributes: Vec<&'a str>,
}

impl CsvRow<'_> {
    /// How many bytes its line has in the file.
    pub fn bytes(&self) -> usize {
        let cells = self.attributes.iter().map(|value| {
            let mut cell = String::new();
            push_quoted(&mut cell, value);
            1 + cell.len()
        });
        // The plus, and the end of the line.
        self.phone.digits().len() + 2 + cells.sum::<usize>()
    }
}

impl Encoder<'_> {
    /// One template to everybody in an audience file: a `POST` to
    /// `/whatsapp-api/v1.0/…/external/broadcast?broadcast_id=TITLE`. Every row must have
    /// `attribute_count` attributes; numbers carry a `+`.
    ///
    /// # Errors
    /// A row with another number of attributes, or with a line break in one.
    pub fn csv_broadcast(
        &self,
        title: &str,
        payload: TemplatePayload<'_>,
        rows: &[CsvRow<'_>],
        attribute_count: usize,
    ) -> Result<FrozenRequest, EncodeError> {
        let audience = RequestPart {
            name: "target_audience".to_owned(),
            file_name: Some("audience.csv".to_owned()),
            content_type: Some("text/csv".to_owned()),
            content: audience_file(rows, attribute_count)?,
        };
        let template = RequestPart {
            name: "template_payload".to_owned(),
            file_name: None,
            content_type: None,
            content: json_text(&PayloadBody::from(payload)),
        };
        let url = self
            .address
            .endpoint("whatsapp-api", "v1.0", "external/broadcast");
        let url = format!("{url}?{}", query([("broadcast_id", title)]));
        let body = RequestBody::multipart(vec![audience, template]);
        Ok(FrozenRequest::post(url, body))
    }
}

/// RFC 4180 with `\n`, without a byte order mark.
fn audience_file(rows: &[CsvRow<'_>], attribute_count: usize) -> Result<String, EncodeError> {
    let mut text = String::from("user.phone_number");
    for index in 0..attribute_count {
        // Writing into a String cannot fail.
        if write!(text, ",user.attribute_{index}").is_err() {
            break;
        }
    }
    text.push('\n');
    for (index, row) in rows.iter().enumerate() {
        if row.attributes.len() != attribute_count {
            return Err(EncodeError::Columns {
                row: index + 1,
                found: row.attributes.len(),
                expected: attribute_count,
            });
        }
        text.push('+');
        text.push_str(row.phone.digits());
        for value in &row.attributes {
            if value.contains(['\n', '\r']) {
                return Err(EncodeError::LineBreak { row: index + 1 });
            }
            text.push(',');
            push_quoted(&mut text, value);
        }
        text.push('\n');
    }
    Ok(text)
}

/// A field in quotes where it has a quote, a comma or spaces at an end.
fn push_quoted(text: &mut String, value: &str) {
    let plain = !value.contains(['"', ',']) && value.trim() == value;
    if plain {
        text.push_str(value);
    } else {
        text.push('"');
        text.push_str(&value.replace('"', "\"\""));
        text.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::{CsvRow, audience_file};
    use crate::api::wire::encode::EncodeError;
    use crate::domain::PhoneNumber;

    #[test]
    fn values_are_quoted_where_they_must_be() {
        let phone = PhoneNumber::from_digits("447700900412").unwrap();
        let row = CsvRow {
            phone: &phone,
            attributes: vec!["a,b", "say \"hi\"", " x", "plain; text", ""],
        };
        let lines = audience_file(std::slice::from_ref(&row), 5).unwrap();
        assert_eq!(row.bytes(), lines.lines().nth(1).unwrap().len() + 1);
        assert_eq!(
            lines,
            "user.phone_number,user.attribute_0,user.attribute_1,user.attribute_2,\
             user.attribute_3,user.attribute_4\n\
             +447700900412,\"a,b\",\"say \"\"hi\"\"\",\" x\",plain; text,\n"
        );
    }

    #[test]
    fn a_row_that_would_break_the_file_is_refused() {
        let phone = PhoneNumber::from_digits("447700900412").unwrap();
        let row = |attributes| CsvRow {
            phone: &phone,
            attributes,
        };
        assert_eq!(
            audience_file(&[row(vec!["a"]), row(vec![])], 1),
            Err(EncodeError::Columns {
                row: 2,
                found: 0,
                expected: 1
            })
        );
        assert_eq!(
            audience_file(&[row(vec!["a\nb"])], 1),
            Err(EncodeError::LineBreak { row: 1 })
        );
    }
}
