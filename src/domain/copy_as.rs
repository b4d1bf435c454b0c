//! A frozen request as a command line that other programs run: curl and `HTTPie`, in the words of a
//! POSIX shell. The bytes such a command sends are the bytes of the plan. It must not know the key:
//! where one belongs stands the shell variable, or what the caller was explicitly asked to put in.

use super::request::FrozenRequest;

/// A form in which a request is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CopyForm {
    /// For curl, the key left to the shell.
    Curl,
    /// The body alone, byte for byte.
    Body,
    /// For `HTTPie`, the key left to the shell.
    Httpie,
    /// The whole draft as a command of this program.
    Own,
    /// For curl, the key in the text.
    CurlWithKey,
}

impl CopyForm {
    /// All forms, in the order shown.
    pub const ALL: [CopyForm; 5] = [
        CopyForm::Curl,
        CopyForm::Body,
        CopyForm::Httpie,
        CopyForm::Own,
        CopyForm::CurlWithKey,
    ];

    /// The letter that chooses it.
    pub fn letter(self) -> &'static str {
        match self {
            CopyForm::Curl => "c",
            CopyForm::Body => "j",
            CopyForm::Httpie => "h",
            CopyForm::Own => "o",
            CopyForm::CurlWithKey => "k",
        }
    }

    /// What it is, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            CopyForm::Curl => "cURL without the key: the shell puts $ALERTDESK_API_KEY in",
            CopyForm::Body => "the body alone, byte for byte",
            CopyForm::Httpie => "HTTPie without the key",
            CopyForm::Own => "a command of alertdesk for the whole draft",
            CopyForm::CurlWithKey => "cURL with the key in it, for this machine only",
        }
    }
}

/// The shell variable that stands for the key in copied commands.
pub const KEY_VARIABLE: &str = "ALERTDESK_API_KEY";

/// The request for curl, one option a line.
///
/// `authorization` is the whole value of the header where the key shall stand in the text; without
/// it the shell's variable stands there.
pub fn curl(request: &FrozenRequest, authorization: Option<&str>) -> String {
    let mut words = vec![
        format!("curl --request {}", shell_word(&request.method)),
        format!("--url {}", shell_word(&request.url)),
        format!("--header {}", authorization_word(authorization)),
    ];
    let headers = request.headers.iter();
    words.extend(
        headers
            .map(|(name, value)| format!("--header {}", shell_word(&format!("{name}: {value}")))),
    );
    let bytes = request.body.bytes();
    if !bytes.is_empty() {
        // `--data-raw` takes the text as it is; `--data` would read a file after an `@`.
        let text = String::from_utf8_lossy(&bytes);
        words.push(format!("--data-raw {}", shell_word(&text)));
    }
    words.join(" \\\n  ")
}

/// The request for `HTTPie` 3, one part a line.
pub fn httpie(request: &FrozenRequest, authorization: Option<&str>) -> String {
    let bytes = request.body.bytes();
    let mut words = vec!["http --ignore-stdin".to_owned()];
    if !bytes.is_empty() {
        let text = String::from_utf8_lossy(&bytes);
        words.push(format!("--raw {}", shell_word(&text)));
    }
    words.push(format!(
        "{} {}",
        shell_word(&request.method),
        shell_word(&request.url)
    ));
    words.push(authorization_word(authorization).replacen(": ", ":", 1));
    let headers = request.headers.iter();
    words.extend(headers.map(|(name, value)| shell_word(&format!("{name}:{value}"))));
    words.join(" \\\n  ")
}

fn authorization_word(authorization: Option<&str>) -> String {
    match authorization {
        Some(value) => shell_word(&format!("Authorization: {value}")),
        None => format!("\"Authorization: Basic ${KEY_VARIABLE}\""),
    }
}

/// A text as one word of a shell. Control characters are written as escapes (`$'…'`, bash and zsh),
/// because a terminal that pastes them would act on them.
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    if !text.chars().any(char::is_control) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut word = String::from("$'");
    for c in text.chars() {
        match c {
            '\n' => word.push_str(r"\n"),
            '\r' => word.push_str(r"\r"),
            '\t' => word.push_str(r"\t"),
            '\\' => word.push_str(r"\\"),
            '\'' => word.push_str(r"\'"),
            // A fixed number of digits, so that what follows is never taken as one more.
            c if c.is_control() => {
                word.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => word.push(c),
        }
    }
    word.push('\'');
    word
}

#[cfg(test)]
mod tests {
    use super::{curl, httpie, shell_word};
    use crate::domain::{FrozenRequest, RequestBody};
    use proptest::prelude::*;
    use std::process::Command;

    fn request(body: &str) -> FrozenRequest {
        FrozenRequest::post(
            "https://api.alertspanel.com/a?b=c&d=%20".to_owned(),
            RequestBody::Json(body.to_owned()),
        )
    }

    #[test]
    fn without_a_key_the_shell_puts_it_in() {
        let text = curl(&request("{\"a\":\"it's\"}"), None);
        assert_eq!(
            text,
            "curl --request POST \\\n  --url 'https://api.alertspanel.com/a?b=c&d=%20' \\\n  \
             --header \"Authorization: Basic $ALERTDESK_API_KEY\" \\\n  \
             --header 'Content-Type: application/json' \\\n  --data-raw '{\"a\":\"it'\\''s\"}'"
        );
        let text = httpie(&request("{}"), Some("Basic k'"));
        assert!(text.contains("'Authorization:Basic k'\\'''"), "{text}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_shell_reads_back_what_was_written(text in "[^\\x00]{0,40}") {
            let command = format!("printf %s {}", shell_word(&text));
            let output = Command::new("bash")
                .args(["-c", &command])
                .env("LC_ALL", "C.UTF-8")
                .output()
                .unwrap();
            prop_assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
        }
    }
}
