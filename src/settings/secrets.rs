//! Where the secrets come from, the API key and the key of the local cache, and fetching them when
//! they are first needed. A secret is never part of a setting, a `Debug` or an error.

use crate::contract::{ApiError, ErrorKind};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncReadExt;

/// How long a key command may take. A locked password store waits for a person, so this must not
/// be short; a hanging one must not hang the program, so it must not be long.
const COMMAND_LIMIT: Duration = Duration::from_secs(10);

/// A key is one short line; more than this is a wrong file.
const MOST_BYTES: u64 = 16 * 1024;

/// The fewest characters of the key of the local cache: whoever has the file may try as many keys
/// as they like.
const LEAST_CHARACTERS: usize = 16;

/// What a secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The API key.
    Api,
    /// The key that the local cache is encrypted with.
    Cache,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Purpose::Api => "the API key",
            Purpose::Cache => "the key of the local cache",
        }
    }

    fn setting(self) -> &'static str {
        match self {
            Purpose::Api => "api_key",
            Purpose::Cache => "cache_key",
        }
    }
}

/// Where a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySource {
    /// The variable of this name.
    Environment(String),
    /// The first line of the output of a command, run by `sh -c`.
    Command(String),
    /// The first line of a file.
    File(PathBuf),
    /// The first line of an open file descriptor.
    Descriptor(u32),
    /// The keyring of the desktop; this build has none.
    Keyring,
    /// The key of the embedded sandbox, which opens nothing else.
    Sandbox(SandboxKey),
}

/// The key of the embedded sandbox. It is shown nowhere either, so that no habit forms.
#[derive(Clone, PartialEq, Eq)]
pub struct SandboxKey(String);

impl SandboxKey {
    /// The key a sandbox announced.
    pub fn new(key: String) -> Self {
        Self(key)
    }
}

impl fmt::Debug for SandboxKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SandboxKey")
    }
}

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeySource::Environment(name) => write!(f, "environment {name}"),
            KeySource::Command(_) => f.write_str("command"),
            KeySource::File(path) => write!(f, "file {}", path.display()),
            KeySource::Descriptor(number) => write!(f, "file descriptor {number}"),
            KeySource::Keyring => f.write_str("keyring"),
            KeySource::Sandbox(_) => f.write_str("sandbox"),
        }
    }
}

impl KeySource {
    /// Fetches the secret. Blocks for a file; a command has ten seconds.
    ///
    /// # Errors
    /// A sentence that names the source and what to do; never any part of the secret or of what a
    /// command printed.
    pub async fn fetch(&self, purpose: Purpose) -> Result<SecretString, ApiError> {
        let (what, setting) = (purpose.name(), purpose.setting());
        let text = match self {
            KeySource::Environment(name) => std::env::var(name).map_err(|_| {
                problem(
                    format!("the variable {name} for {what} is not set"),
                    format!("Set {name}, or use another `{setting}` form."),
                )
            })?,
            KeySource::Command(command) => run(command, what).await?,
            KeySource::File(path) => read(path, &path.display().to_string(), what)?,
            KeySource::Descriptor(number) => read(
                Path::new(&format!("/dev/fd/{number}")),
                &format!("file descriptor {number}"),
                what,
            )?,
            KeySource::Sandbox(SandboxKey(key)) => key.clone(),
            KeySource::Keyring => {
                return Err(problem(
                    "this build has no keyring".to_owned(),
                    format!(
                        "Use {setting} = {{ command = \"…\" }} with a password manager, or \
                         {{ file = \"…\" }}."
                    ),
                ));
            }
        };
        let text = SecretString::from(text);
        let line = text.expose_secret().lines().next().unwrap_or("").trim();
        if line.is_empty() {
            return Err(problem(
                format!("{what} from {self} is empty"),
                "It must be on the first line.".to_owned(),
            ));
        }
        match purpose {
            Purpose::Api => self.api_key(line),
            Purpose::Cache => self.cache_key(line),
        }
    }

    fn api_key(&self, line: &str) -> Result<SecretString, ApiError> {
        // People paste the whole header value; the scheme is not part of the key.
        let line = match line.split_once(' ') {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("basic") => key.trim(),
            Some(_) | None => line,
        };
        if line.is_empty() || !line.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(problem(
                format!("the API key from {self} has signs that no key has"),
                "It must be one line of letters, digits and signs, without spaces.".to_owned(),
            ));
        }
        Ok(SecretString::from(line.to_owned()))
    }

    fn cache_key(&self, line: &str) -> Result<SecretString, ApiError> {
        if line.chars().count() < LEAST_CHARACTERS {
            return Err(problem(
                format!("the key of the local cache from {self} is too short"),
                format!(
                    "It needs {LEAST_CHARACTERS} characters or more, best made by chance; \
                     `openssl rand -base64 32` prints one."
                ),
            ));
        }
        Ok(SecretString::from(line.to_owned()))
    }

    /// A sentence if others can read the file the secret is in.
    pub fn warning(&self) -> Option<String> {
        match self {
            KeySource::File(path) => super::paths::readable_by_others(path, 0o600),
            KeySource::Environment(_)
            | KeySource::Command(_)
            | KeySource::Descriptor(_)
            | KeySource::Keyring
            | KeySource::Sandbox(_) => None,
        }
    }
}

fn problem(message: String, advice: String) -> ApiError {
    ApiError::new(ErrorKind::Usage, message, advice)
}

fn read(path: &Path, shown: &str, what: &str) -> Result<String, ApiError> {
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(MOST_BYTES).read_to_string(&mut text))
        .map_err(|error| {
            problem(
                format!("{what} could not be read from {shown}: {error}"),
                "Check that it exists and that you may read it.".to_owned(),
            )
        })?;
    Ok(text)
}

async fn run(command: &str, what: &str) -> Result<String, ApiError> {
    let failed = |why: String| {
        problem(
            format!("the command for {what} {why}"),
            "Run it by hand in this terminal to see why; its first line must be the key."
                .to_owned(),
        )
    };
    let mut child = tokio::process::Command::new("sh")
        .arg("-c")
        .arg(command)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("could not be started: {error}")))?;
    let Some(stdout) = child.stdout.take() else {
        return Err(failed("has no output".to_owned()));
    };
    let work = async {
        let mut bytes = Vec::new();
        stdout.take(MOST_BYTES).read_to_end(&mut bytes).await?;
        let status = child.wait().await?;
        Ok::<_, std::io::Error>((bytes, status))
    };
    let (bytes, status) = tokio::time::timeout(COMMAND_LIMIT, work)
        .await
        .map_err(|_| failed(format!("took longer than {} s", COMMAND_LIMIT.as_secs())))?
        .map_err(|error| failed(format!("could not be read: {error}")))?;
    if !status.success() {
        let how = status.code().map_or_else(
            || "was ended by a signal".to_owned(),
            |code| format!("ended with status {code}"),
        );
        return Err(failed(how));
    }
    String::from_utf8(bytes).map_err(|_| failed("printed no text".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{KeySource, Purpose};
    use secrecy::ExposeSecret;

    fn fetch(source: &KeySource) -> Result<String, String> {
        fetch_for(source, Purpose::Api)
    }

    fn fetch_for(source: &KeySource, purpose: Purpose) -> Result<String, String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime
            .block_on(source.fetch(purpose))
            .map(|key| key.expose_secret().to_owned())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_command_gives_its_first_line() {
        let source = KeySource::Command("printf 'made-up-key\\nsecond\\n'".to_owned());
        assert_eq!(fetch(&source).unwrap(), "made-up-key");
    }

    #[test]
    fn a_failing_command_says_its_status_and_not_its_output() {
        let source = KeySource::Command("echo made-up-key; exit 3".to_owned());
        let error = fetch(&source).unwrap_err();
        assert_eq!(error, "the command for the API key ended with status 3");
    }

    #[test]
    fn a_file_gives_its_first_line_and_warns_when_others_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "made-up-key\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let source = KeySource::File(path.clone());
        assert_eq!(fetch(&source).unwrap(), "made-up-key");
        assert!(source.warning().unwrap().contains("chmod 600"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(source.warning(), None);
    }

    #[test]
    fn keyring_and_empty_values_say_what_to_do() {
        assert_eq!(
            fetch(&KeySource::Keyring).unwrap_err(),
            "this build has no keyring"
        );
        let empty = KeySource::Command("true".to_owned());
        assert_eq!(
            fetch(&empty).unwrap_err(),
            "the API key from command is empty"
        );
    }

    #[test]
    fn the_key_of_the_cache_may_be_a_sentence_and_not_a_short_word() {
        let from = |text: &str| KeySource::Command(format!("echo '{text}'"));
        let sentence = "Basic words of a made-up key";
        let fetched = fetch_for(&from(sentence), Purpose::Cache);
        assert_eq!(fetched.unwrap(), sentence);
        let fifteen = "made-up-15-char";
        let error = fetch_for(&from(fifteen), Purpose::Cache).unwrap_err();
        assert_eq!(
            error,
            "the key of the local cache from command is too short"
        );
        assert!(fetch_for(&from("made-up-16-chars"), Purpose::Cache).is_ok());
        let error = fetch_for(&KeySource::Command("exit 2".to_owned()), Purpose::Cache);
        assert_eq!(
            error.unwrap_err(),
            "the command for the key of the local cache ended with status 2"
        );
    }
}
