//! Which hosts may get the key: `https` ones, and this machine itself. It opens no connection.

use crate::contract::{ApiError, ErrorKind};
use reqwest::Url;

/// Checks the base address of a profile and gives it back without a slash at its end.
///
/// # Errors
/// Anything but `https://host[:port]`, or `http://` on this machine (`localhost`, `127.x.x.x`,
/// `::1`). The sentence never repeats a user name or password found in it.
pub fn check_base_url(text: &str) -> Result<String, ApiError> {
    let text = text.trim();
    let url = Url::parse(text).map_err(|error| refused(&format!("it is no address ({error})")))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => {
            return Err(refused(
                "http:// is only for this machine itself, because the key would travel readable",
            ));
        }
        _ => return Err(refused("it does not begin with https://")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("a user name or password stands in it"));
    }
    if !matches!(url.path(), "" | "/") {
        return Err(refused("a path stands after the host"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refused("a ? or # stands after the host"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(refused("there is no host in it"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Whether an address is one of this machine itself.
pub fn is_loopback_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| is_loopback(&url))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn refused(problem: &str) -> ApiError {
    ApiError::new(
        ErrorKind::Usage,
        format!("The base address of the profile cannot be used: {problem}."),
        "Write it as https://api.host.example, without anything after the host.",
    )
}

#[cfg(test)]
mod tests {
    use super::check_base_url;
    use rstest::rstest;

    #[rstest]
    #[case("https://api.host.example", "https://api.host.example")]
    #[case(" https://API.host.example/ ", "https://api.host.example")]
    #[case("https://api.host.example:8443", "https://api.host.example:8443")]
    #[case("http://127.0.0.1:8080/", "http://127.0.0.1:8080")]
    #[case("http://127.3.2.1", "http://127.3.2.1")]
    #[case("http://localhost:1", "http://localhost:1")]
    #[case("http://[::1]:9", "http://[::1]:9")]
    fn good_addresses_are_taken(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(check_base_url(text).unwrap(), expected);
    }

    #[rstest]
    #[case("http://api.host.example", "only for this machine")]
    #[case("http://localhost.host.example", "only for this machine")]
    #[case("http://128.0.0.1", "only for this machine")]
    #[case("ftp://api.host.example", "does not begin")]
    #[case("api.host.example", "no address")]
    #[case("https://user:word@api.host.example", "user name or password")]
    #[case("https://api.host.example/v1", "path")]
    #[case("https://api.host.example/?a=1", "? or #")]
    #[case("https://api.host.example/#a", "? or #")]
    #[case("", "no address")]
    fn others_are_refused_with_a_reason(#[case] text: &str, #[case] reason: &str) {
        let error = check_base_url(text).unwrap_err();
        assert!(error.message.contains(reason), "{}", error.message);
        assert!(!error.message.contains("word@"));
    }
}
