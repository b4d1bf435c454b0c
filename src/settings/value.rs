//! A setting's value and where it came from, and the checks every value passes whichever layer
//! it stands in. It must not read files or the environment.

use super::schema::Shape;
use super::secrets::KeySource;
use crate::text::nearest::nearest;
use std::fmt;
use std::net::IpAddr;

/// A checked value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, words, addresses, names.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Count(u64),
    /// Where a secret comes from, never the secret.
    Key(KeySource),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => f.write_str(text),
            Value::Flag(flag) => write!(f, "{flag}"),
            Value::Count(count) => write!(f, "{count}"),
            Value::Key(source) => write!(f, "set (from {source})"),
        }
    }
}

/// Who said it. The earlier in this list, the stronger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An option of the command line, for example `--theme`.
    Option(&'static str),
    /// A variable of the environment.
    Environment(&'static str),
    /// A line of the settings file.
    File(usize),
    /// The machine's own setting.
    System,
    /// Nobody; built in.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Option(name) => write!(f, "option {name}"),
            Origin::Environment(name) => write!(f, "environment {name}"),
            Origin::File(line) => write!(f, "config.toml line {line}"),
            Origin::System => f.write_str("system"),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// A value with its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced {
    /// The value.
    pub value: Value,
    /// Who said it.
    pub origin: Origin,
}

/// Checks a text against a shape and gives the value as it is used.
///
/// # Errors
/// One sentence without a full stop: what is wrong and what is right.
pub fn check_text(shape: Shape, text: &str) -> Result<Value, String> {
    let keep = |ok: bool, wrong: &str| {
        if ok {
            Ok(Value::Text(text.to_owned()))
        } else {
            Err(wrong.to_owned())
        }
    };
    match shape {
        Shape::Text => keep(!text.trim().is_empty(), "it is empty"),
        Shape::Flag => flag(text).map(Value::Flag),
        Shape::Count(low, high) => text
            .parse()
            .map_err(|_| format!("it must be a whole number from {low} to {high}"))
            .and_then(|count| check_count(low, high, count)),
        Shape::Word(words) => word(words, text),
        Shape::KeySource => Err(
            "the key itself does not belong here: use { command = \"…\" }, { env = \"NAME\" }, \
             { file = \"path\" } or { fd = 3 }"
                .to_owned(),
        ),
        Shape::BaseUrl => base_url(text).map(Value::Text),
        Shape::Digits => keep(
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()),
            "it must be digits only",
        ),
        Shape::Token => keep(
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
            "it may have letters, digits, - and _ only",
        ),
        Shape::Zone => zone(text),
        Shape::Country => {
            if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                Ok(Value::Text(text.to_ascii_uppercase()))
            } else {
                Err("it must be a country of two letters, for example `IN`".to_owned())
            }
        }
        Shape::PublicKeys => keep(
            text.split([' ', ',']).any(|word| !word.is_empty())
                && text
                    .split([' ', ','])
                    .filter(|word| !word.is_empty())
                    .all(|word| word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit())),
            "it must be keys of 64 signs as `alertdesk approval key` prints them, with spaces between",
        ),
        Shape::ClockTime => keep(
            text.len() == 5 && text.parse::<jiff::civil::Time>().is_ok(),
            "it must be a time as `21:00`",
        ),
    }
}

/// Checks a number against a shape's bounds.
///
/// # Errors
/// One sentence that says the bounds.
pub fn check_count(low: u64, high: u64, count: u64) -> Result<Value, String> {
    if (low..=high).contains(&count) {
        Ok(Value::Count(count))
    } else {
        Err(format!("it is {count} and must be from {low} to {high}"))
    }
}

fn flag(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" | "" => Ok(false),
        _ => Err("it must be true or false".to_owned()),
    }
}

fn word(words: &'static [&'static str], text: &str) -> Result<Value, String> {
    if words.contains(&text) {
        return Ok(Value::Text(text.to_owned()));
    }
    let hint = nearest(text, words.iter().copied())
        .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Err(format!("`{text}` is not one of {}{hint}", words.join(", ")))
}

/// Names that are asked for often and differ from what people write; the whole list of the
/// database would be 600 names long and slow to compare at a start that fails anyway.
fn zone(text: &str) -> Result<Value, String> {
    let database = jiff::tz::TimeZoneDatabase::bundled();
    if database.get(text).is_ok() {
        return Ok(Value::Text(text.to_owned()));
    }
    let names: Vec<String> = database.available().map(|name| name.to_string()).collect();
    let hint = nearest(text, names.iter().map(String::as_str)).map_or_else(
        || "write it as `Area/City`, for example `Asia/Kolkata`".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Err(format!("there is no time zone `{text}`; {hint}"))
}

/// Scheme, host and port without a slash at the end.
fn base_url(text: &str) -> Result<String, String> {
    let example = "write it as `https://api.alertspanel.com`";
    let url =
        reqwest::Url::parse(text).map_err(|_| format!("`{text}` is not an address; {example}"))?;
    let Some(host) = url.host_str() else {
        return Err(format!("`{text}` has no host; {example}"));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address must not carry a name or password".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!(
            "the address must end after host and path; {example}"
        ));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(host) => {}
        "http" => {
            return Err(format!(
                "`http://{host}` is refused because the API key would travel in clear; use https \
                 (http is only for this machine itself)"
            ));
        }
        other => return Err(format!("`{other}://` is not https; {example}")),
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Whether a host can only be this machine.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{Shape, Value, check_text};
    use rstest::rstest;

    #[rstest]
    #[case("https://api.alertspanel.com/", Some("https://api.alertspanel.com"))]
    #[case(
        "https://panel.fern-oak.example:8443",
        Some("https://panel.fern-oak.example:8443")
    )]
    #[case("http://127.0.0.1:4010", Some("http://127.0.0.1:4010"))]
    #[case("http://[::1]:4010", Some("http://[::1]:4010"))]
    #[case("http://localhost:1/", Some("http://localhost:1"))]
    #[case("http://panel.fern-oak.example", None)]
    #[case("http://127.0.0.1.fern-oak.example", None)]
    #[case("http://localhost.fern-oak.example", None)]
    #[case("https://me:secret@fern-oak.example", None)]
    #[case("https://fern-oak.example/?a=b", None)]
    #[case("ftp://fern-oak.example", None)]
    #[case("api.alertspanel.com", None)]
    fn addresses(#[case] text: &str, #[case] expected: Option<&str>) {
        let read = check_text(Shape::BaseUrl, text).ok();
        assert_eq!(read, expected.map(|url| Value::Text(url.to_owned())));
    }

    #[test]
    fn a_wrong_zone_names_the_near_one() {
        let wrong = check_text(Shape::Zone, "Asia/Kolkatta").unwrap_err();
        assert!(wrong.contains("did you mean `Asia/Kolkata`?"), "{wrong}");
    }

    #[test]
    fn a_wrong_word_names_the_near_one() {
        let wrong = check_text(Shape::Word(&["none", "production"]), "prodction").unwrap_err();
        assert!(wrong.contains("did you mean `production`?"), "{wrong}");
    }

    #[test]
    fn the_key_itself_is_refused() {
        assert!(check_text(Shape::KeySource, "abc").is_err());
    }
}
