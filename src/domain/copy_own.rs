//! A draft as a command of this program, for a shell or a colleague. It ends with `--dry-run`, so
//! that running it shows the plan and sends nothing: sending is one word changed by a person.

use super::copy_as::shell_word;
use super::draft::{BroadcastPart, Content, Values, WHATSAPP};
use super::{Template, ValueSource};

/// The command, one option a line; `None` for what has no short form: JSON of one's own.
///
/// `to` are the recipients as typed, `when` is `now` or a local time of the profile's zone.
pub fn own_command(content: &Content, to: &[String], when: &str) -> Option<String> {
    let mut words = vec!["alertdesk send".to_owned()];
    content_words(content, &mut words)?;
    words.extend(to.iter().map(|to| format!("--to {}", shell_word(to))));
    words.push(if when.trim().eq_ignore_ascii_case("now") {
        "--now".to_owned()
    } else {
        format!("--at {}", shell_word(when.trim()))
    });
    words.push("--dry-run".to_owned());
    Some(words.join(" \\\n  "))
}

/// What is sent; `None` for JSON of one's own.
fn content_words(content: &Content, words: &mut Vec<String>) -> Option<()> {
    match content {
        Content::Template { template, values } => {
            words.push(format!("template {}", shell_word(&template.name)));
            template_words(template, values, words);
        }
        Content::DirectBroadcast {
            title,
            parts,
            channel,
            exact_title,
        } => {
            words.push("broadcast".to_owned());
            title_words(title, channel, *exact_title, words);
            for part in parts {
                let BroadcastPart::Text(text) = part else {
                    return None;
                };
                words.push(format!("--text {}", shell_word(text)));
            }
        }
        Content::TemplateBroadcast {
            title,
            template,
            values,
            channel,
            exact_title,
        } => {
            words.push("broadcast".to_owned());
            title_words(title, channel, *exact_title, words);
            words.push(format!("--template {}", shell_word(&template.name)));
            template_words(template, values, words);
        }
        Content::CsvBroadcast {
            title,
            template,
            values,
        } => {
            words.push(format!("csv-broadcast {}", shell_word(title)));
            words.push(format!("--template {}", shell_word(&template.name)));
            template_words(template, values, words);
        }
        Content::Flow {
            flow,
            version,
            attributes,
        } => {
            words.push(format!("flow {}", shell_word(&flow.name)));
            words.push(format!("--version {}", version.as_str()));
            value_words("--attr", attributes, words);
        }
        Content::RawTemplate { .. } | Content::RawBroadcast { .. } => return None,
    }
    Some(())
}

fn title_words(title: &str, channel: &str, exact_title: bool, words: &mut Vec<String>) {
    words.push(format!("--title {}", shell_word(title)));
    if exact_title {
        words.push("--exact-title".to_owned());
    }
    if channel != WHATSAPP {
        words.push(format!("--channel {}", shell_word(channel)));
    }
}

fn template_words(template: &Template, values: &Values, words: &mut Vec<String>) {
    words.push(format!("--language {}", shell_word(&template.language)));
    value_words("--param", values, words);
}

fn value_words(option: &str, values: &Values, words: &mut Vec<String>) {
    for (name, source) in values {
        words.push(match source {
            ValueSource::Constant(text) => {
                format!("{option} {}", shell_word(&format!("{name}={text}")))
            }
            ValueSource::Column(column) => {
                format!("--map {}", shell_word(&format!("{name}={column}")))
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::own_command;
    use crate::domain::draft::{BroadcastPart, Content};

    #[test]
    fn a_broadcast_becomes_one_command_that_sends_nothing_yet() {
        let content = Content::DirectBroadcast {
            title: "Opening hours".to_owned(),
            parts: vec![BroadcastPart::Text("It's at 10".to_owned())],
            channel: "whatsapp".to_owned(),
            exact_title: false,
        };
        let to = ["+44 7700 900412".to_owned()];
        assert_eq!(
            own_command(&content, &to, "2026-12-01 09:00").unwrap(),
            "alertdesk send \\\n  broadcast \\\n  --title 'Opening hours' \\\n  --text 'It'\\''s at 10' \
             \\\n  --to '+44 7700 900412' \\\n  --at '2026-12-01 09:00' \\\n  --dry-run"
        );
    }
}
