//! Reads a cURL command: its address, its body and the files it names. Nothing is done: options
//! only matter as far as they say which words are values.

use super::error::ImportRule;
use super::shell::{Command, Word};
use super::source_map::Taken;

/// Options of one letter that take a value.
const SHORT_WITH_VALUE: &str = "AbcCdDeEFhHKmoPQrtTuUwxXyYz";

/// Options that take a value, by name.
const LONG_WITH_VALUE: &str = "abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type \
    ciphers config connect-timeout connect-to continue-at cookie cookie-jar create-file-mode \
    crlfile curves data data-ascii data-binary data-raw data-urlencode delegation dns-interface \
    dns-ipv4-addr dns-ipv6-addr dns-servers doh-url dump-header ech egd-file engine etag-compare \
    etag-save expand-data expect100-timeout form form-string ftp-account \
    ftp-alternative-to-user ftp-method ftp-port ftp-ssl-ccc-mode happy-eyeballs-timeout-ms \
    haproxy-clientip header help hostpubmd5 hostpubsha256 hsts interface ip-tos ipfs-gateway json \
    keepalive-cnt keepalive-time key key-type krb libcurl limit-rate local-port login-options \
    mail-auth mail-from mail-rcpt max-filesize max-redirs max-time netrc-file noproxy \
    oauth2-bearer output output-dir parallel-max pass pinnedpubkey preproxy proto proto-default \
    proto-redir proxy proxy-cacert proxy-capath proxy-cert proxy-cert-type proxy-ciphers \
    proxy-crlfile proxy-header proxy-key proxy-key-type proxy-pass proxy-pinnedpubkey \
    proxy-service-name proxy-tls13-ciphers proxy-tlsauthtype proxy-tlspassword proxy-tlsuser \
    proxy-user proxy1.0 pubkey quote random-file range rate referer request request-target \
    resolve retry retry-delay retry-max-time sasl-authzid service-name socks4 socks4a socks5 \
    socks5-gssapi-service socks5-hostname speed-limit speed-time stderr telnet-option tftp-blksize \
    time-cond tls-max tls13-ciphers tlsauthtype tlspassword tlsuser trace trace-ascii trace-config \
    unix-socket upload-file url url-query user user-agent variable vlan-priority write-out";

/// A part of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// As it stands in the command.
    Text(Taken),
    /// The content of this file.
    File(String),
}

/// What a command asks for, as far as an import cares.
#[derive(Debug, Default)]
pub(super) struct Call {
    /// Its address.
    pub address: Option<String>,
    /// Its body; several pieces were given one by one.
    pub body: Vec<Piece>,
    /// Whether the pieces of the body are joined by `&`.
    pub joined: bool,
    /// Every file it names, in order.
    pub files: Vec<String>,
}

/// Why a command cannot be followed, and where.
#[derive(Debug)]
pub(super) struct CallError {
    /// Byte of the source.
    pub at: usize,
    /// The kind of obstacle.
    pub rule: ImportRule,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub advice: &'static str,
}

impl CallError {
    pub(super) fn option(at: usize, what: impl Into<String>, advice: &'static str) -> Self {
        Self {
            at,
            rule: ImportRule::Option,
            what: what.into(),
            advice,
        }
    }
}

/// Whether a word starts cURL.
fn is_curl(word: &Word) -> bool {
    let text = word.text();
    let name = text.rsplit(['/', '\\']).next().unwrap_or(text);
    name.eq_ignore_ascii_case("curl") || name.eq_ignore_ascii_case("curl.exe")
}

/// The words after `curl` in the first command that has it among its first words; a prompt, `sudo`
/// or a variable may stand before it.
pub(super) fn find(commands: &[Command]) -> Option<&[Word]> {
    commands.iter().find_map(|command| {
        let at = command.iter().take(5).position(is_curl)?;
        command.get(at + 1..)
    })
}

/// Reads the words after `curl`.
pub(super) fn read(words: &[Word]) -> Result<Call, CallError> {
    let mut reader = Reader {
        words: words.iter(),
        call: Call {
            joined: true,
            ..Call::default()
        },
        form: Vec::new(),
    };
    while let Some(word) = reader.words.next() {
        let text = word.text();
        if text == "--next" || text == "-:" {
            break;
        } else if let Some(name) = text.strip_prefix("--").filter(|name| !name.is_empty()) {
            reader.long(word, name)?;
        } else if text.len() > 1 && text.starts_with('-') {
            reader.short(word)?;
        } else if !text.is_empty() {
            reader.call.address.get_or_insert_with(|| text.to_owned());
        }
    }
    Ok(reader.finish())
}

struct Reader<'w> {
    words: std::slice::Iter<'w, Word>,
    call: Call,
    form: Vec<(String, Piece)>,
}

impl<'w> Reader<'w> {
    fn long(&mut self, word: &'w Word, name: &str) -> Result<(), CallError> {
        let (name, joined) = match name.split_once('=') {
            Some((name, _)) => (name, true),
            None => (name, false),
        };
        if !LONG_WITH_VALUE
            .split_ascii_whitespace()
            .any(|known| known == name)
        {
            return Ok(());
        }
        let value = if joined {
            word.taken.part(name.len() + 3, usize::MAX)
        } else {
            self.next_value(word, &format!("--{name}"))?
        };
        self.option(word, name, value)
    }

    /// One or several options of one letter; the first that takes a value ends the word.
    fn short(&mut self, word: &'w Word) -> Result<(), CallError> {
        let text = word.text();
        for (at, letter) in text.char_indices().skip(1) {
            if !SHORT_WITH_VALUE.contains(letter) {
                continue;
            }
            let after = at + letter.len_utf8();
            let value = if after < text.len() {
                word.taken.part(after, usize::MAX)
            } else {
                self.next_value(word, &format!("-{letter}"))?
            };
            let name = match letter {
                'd' => "data",
                'F' => "form",
                'K' => "config",
                'H' => "header",
                'T' => "upload-file",
                _ => return Ok(()),
            };
            return self.option(word, name, value);
        }
        Ok(())
    }

    fn next_value(&mut self, word: &Word, shown: &str) -> Result<Taken, CallError> {
        match self.words.next() {
            Some(value) => Ok(value.taken.clone()),
            // Only the help of cURL does without.
            None if shown == "--help" || shown == "-h" => Ok(Taken::default()),
            None => Err(CallError::option(
                word.at,
                format!("nothing follows {shown}"),
                "copy the whole command",
            )),
        }
    }

    fn option(&mut self, word: &Word, name: &str, value: Taken) -> Result<(), CallError> {
        match name {
            "url" => {
                let address = value.text().unwrap_or("").to_owned();
                self.call.address.get_or_insert(address);
            }
            "data" | "data-ascii" | "data-binary" => self.data(word, value)?,
            "json" => {
                self.call.joined = false;
                self.data(word, value)?;
            }
            "data-raw" => self.call.body.push(Piece::Text(value)),
            "form" => self.form_part(&value),
            "form-string" => {
                let (name, from) = field(&value);
                let text = value.part(from, usize::MAX);
                self.form.push((name, Piece::Text(text)));
            }
            "header" | "upload-file" => {
                let text = value.text().unwrap_or("");
                let named = text
                    .strip_prefix('@')
                    .or((name == "upload-file").then_some(text));
                if let Some(file) = named {
                    self.name_file(file);
                }
            }
            "data-urlencode" => {
                return Err(CallError::option(
                    word.at,
                    "--data-urlencode sends a form, and a template is sent as JSON",
                    "take the command that the panel's Generate cURL shows",
                ));
            }
            "config" => {
                return Err(CallError::option(
                    word.at,
                    "this command reads its options from a file",
                    "paste the options themselves, or the JSON of the body",
                ));
            }
            _ => {}
        }
        Ok(())
    }

    fn data(&mut self, word: &Word, value: Taken) -> Result<(), CallError> {
        let piece = match value.text().and_then(|text| text.strip_prefix('@')) {
            Some("-") => {
                return Err(CallError::option(
                    word.at,
                    "the body comes from another command",
                    "paste the JSON of the body itself",
                ));
            }
            Some(file) => {
                let file = file.to_owned();
                self.name_file(&file);
                Piece::File(file)
            }
            None => Piece::Text(value),
        };
        self.call.body.push(piece);
        Ok(())
    }

    fn name_file(&mut self, file: &str) {
        if !self.call.files.iter().any(|known| known == file) {
            self.call.files.push(file.to_owned());
        }
    }

    /// `name=content`, `name=@file` or `name=<file`, with `;type=…` behind.
    fn form_part(&mut self, value: &Taken) {
        let (name, from) = field(value);
        let text = value.text().and_then(|text| text.get(from..)).unwrap_or("");
        let piece = match text.strip_prefix(['@', '<']) {
            Some(file) => {
                let file = file.split(';').next().unwrap_or(file).trim_matches('"');
                self.name_file(file);
                Piece::File(file.to_owned())
            }
            None => Piece::Text(form_content(value, from)),
        };
        self.form.push((name, piece));
    }

    fn finish(self) -> Call {
        let mut call = self.call;
        let holds_object = |(_, piece): &(String, Piece)| match piece {
            Piece::Text(taken) => taken
                .text()
                .is_some_and(|text| text.trim().starts_with('{')),
            Piece::File(_) => false,
        };
        let mut form = self.form;
        let wanted = form.iter().position(|(name, _)| name == "template_payload");
        if let Some(at) = wanted.or_else(|| form.iter().position(holds_object)) {
            call.body = vec![form.swap_remove(at).1];
        }
        call
    }
}

/// The name of a form field, and where its content begins.
fn field(value: &Taken) -> (String, usize) {
    let text = value.text().unwrap_or("");
    match text.split_once('=') {
        Some((name, _)) => (name.trim().to_owned(), name.len() + 1),
        None => (String::new(), 0),
    }
}

/// The content of a form field without the quotes around it and the type behind it.
fn form_content(value: &Taken, from: usize) -> Taken {
    let text = value.text().and_then(|text| text.get(from..)).unwrap_or("");
    if let Some(inner) = text.strip_prefix('"')
        && let Some(end) = inner.rfind('"')
    {
        return super::shell::native_quotes(&value.part(from + 1, from + 1 + end));
    }
    let json_end = text.rfind(['}', ']']).unwrap_or(0);
    let tail = text.get(json_end..).unwrap_or("");
    let end = tail.find(';').map_or(text.len(), |found| json_end + found);
    value.part(from, from + end)
}

#[cfg(test)]
mod tests {
    use super::{Call, Piece, find, read};
    use crate::domain::template::import::shell::{Dialect, commands};
    use rstest::rstest;

    fn call(text: &str) -> Call {
        let commands = commands(text, Dialect::Bash).unwrap();
        read(find(&commands).unwrap()).unwrap()
    }

    fn texts(call: &Call) -> Vec<&str> {
        let text = |piece: &'_ Piece| match piece {
            Piece::Text(taken) => taken.text().unwrap().to_owned().leak(),
            Piece::File(name) => format!("@{name}").leak(),
        };
        call.body.iter().map(text).map(|text| &*text).collect()
    }

    #[rstest]
    #[case("curl x -d '{}'", &["{}"])]
    #[case("curl x -d'{}'", &["{}"])]
    #[case("curl -sSLd '{}' x", &["{}"])]
    #[case("curl x --data='{}'", &["{}"])]
    #[case("curl x --data-raw '@{}'", &["@{}"])]
    #[case("curl x --data-binary @b.json", &["@b.json"])]
    #[case("curl x --json '{' --json '}'", &["{", "}"])]
    #[case("curl x -F target_audience=@a.csv -F 'template_payload={\"a\":\"b;c\"};type=application/json'",
        &["{\"a\":\"b;c\"}"])]
    #[case("curl x -F 'template_payload=\"{\\\"a\\\":1}\";type=x'", &["{\"a\":1}"])]
    #[case("curl x -F 'template_payload=<p.json;type=x'", &["@p.json"])]
    #[case("curl x --form-string 'p={};type=x'", &["{};type=x"])]
    #[case("curl x -o '{' -u a:b -m5 --retry 3 --compressed --location", &[])]
    #[case("curl x -d '{}' --next -d '[]'", &["{}"])]
    fn the_body_is_found(#[case] text: &str, #[case] expected: &[&str]) {
        let call = call(text);
        assert_eq!(texts(&call), expected);
        assert_eq!(call.address.as_deref(), Some("x"));
    }

    #[test]
    fn files_are_named_and_values_of_other_options_are_no_address() {
        let call =
            call("KEY=1 sudo /usr/bin/curl -H @h.txt -A agent --url u -F a=@b.csv -T c -X POST");
        assert_eq!(call.files, ["h.txt", "b.csv", "c"]);
        assert_eq!(call.address.as_deref(), Some("u"));
        assert!(call.body.is_empty());
    }

    #[rstest]
    #[case("curl -d @- x", 5, "the body comes from another command")]
    #[case("curl x --data-urlencode a=b", 7, "--data-urlencode sends a form")]
    #[case("curl -K c.txt", 5, "this command reads its options from a file")]
    #[case("curl x -H", 7, "nothing follows -H")]
    fn what_cannot_be_followed_is_named(#[case] text: &str, #[case] at: usize, #[case] what: &str) {
        let commands = commands(text, Dialect::Bash).unwrap();
        let error = read(find(&commands).unwrap()).unwrap_err();
        assert_eq!(error.at, at);
        assert!(error.what.starts_with(what), "{error:?}");
    }
}
