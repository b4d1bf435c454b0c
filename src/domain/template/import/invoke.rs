//! Reads `Invoke-RestMethod` and `Invoke-WebRequest` of PowerShell: the address and a body that
//! stands in quotes, directly or through a variable.

use super::curl::{Call, CallError, Piece};
use super::shell::{Command, Word};

/// The names of the two commands.
const NAMES: [&str; 4] = ["invoke-restmethod", "invoke-webrequest", "irm", "iwr"];
/// Parameters without a value.
const SWITCHES: [&str; 7] = [
    "-usebasicparsing",
    "-skipcertificatecheck",
    "-skiphttperrorcheck",
    "-skipheadervalidation",
    "-disablekeepalive",
    "-usedefaultcredentials",
    "-passthru",
];

fn name_at(command: &Command) -> Option<usize> {
    let is_name = |word: &Word| NAMES.iter().any(|name| word.is(name));
    command.iter().position(is_name)
}

/// The call among these commands, if there is one.
pub(super) fn read(commands: &[Command]) -> Option<Result<Call, CallError>> {
    let at = commands
        .iter()
        .position(|command| name_at(command).is_some())?;
    let (before, rest) = commands.split_at_checked(at)?;
    let command = rest.first()?;
    let words = command.get(name_at(command)? + 1..)?;
    let outside: Vec<&Word> = words.iter().filter(|word| word.depth == 0).collect();
    Some(read_words(&outside, before))
}

fn read_words(words: &[&Word], before: &[Command]) -> Result<Call, CallError> {
    let mut call = Call::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let name = word.text().to_ascii_lowercase();
        if word.quoted || !name.starts_with('-') {
            let address = resolved(word, before).unwrap_or(word);
            let bracket = word.is("{") || word.is("(") || word.is("@");
            if !bracket {
                call.address
                    .get_or_insert_with(|| address.text().to_owned());
            }
            continue;
        }
        if SWITCHES.contains(&name.as_str()) {
            continue;
        }
        let Some(value) = words.next() else { break };
        match name.as_str() {
            "-uri" => {
                let address = resolved(value, before).unwrap_or(value);
                call.address = Some(address.text().to_owned());
            }
            "-body" => call
                .body
                .push(Piece::Text(body(value, before)?.taken.clone())),
            "-infile" => {
                call.files.push(value.text().to_owned());
                call.body.push(Piece::File(value.text().to_owned()));
            }
            _ => {}
        }
    }
    Ok(call)
}

/// What a variable was set to last.
fn resolved<'w>(word: &'w Word, before: &'w [Command]) -> Option<&'w Word> {
    if word.quoted || !word.text().starts_with('$') {
        return None;
    }
    before
        .iter()
        .rev()
        .find_map(|command| match command.as_slice() {
            [name, equals, value, ..] if name.is(word.text()) && equals.is("=") => Some(value),
            _ => None,
        })
}

fn body<'w>(value: &'w Word, before: &'w [Command]) -> Result<&'w Word, CallError> {
    let found = resolved(value, before).unwrap_or(value);
    if found.quoted {
        return Ok(found);
    }
    let what = if value.text().starts_with('$') && found == value {
        "the body is in a variable that is not set here"
    } else {
        "the body is made by PowerShell, not written down"
    };
    Err(CallError::option(
        found.at,
        what,
        "paste the JSON itself, or the panel's Generate cURL",
    ))
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::domain::template::import::curl::{Call, CallError, Piece};
    use crate::domain::template::import::shell::{Dialect, commands};
    use rstest::rstest;

    fn call(text: &str) -> Result<Call, CallError> {
        let commands = commands(text, Dialect::PowerShell).unwrap();
        read(&commands).unwrap()
    }

    #[rstest]
    #[case("Invoke-RestMethod -Uri 'x' -Method POST -Headers @{ 'A'='B' } -Body '{}'")]
    #[case("irm x -Headers $h -Body \"{}\"")]
    #[case(
        "$h = New-Object \"D[[S],[S]]\"\n$h.Add(\"A\", \"B\")\n$body = @\"\n{}\n\"@\n\n\
            $response = Invoke-RestMethod 'x' -Method 'POST' -Headers $h -Body $body\n\
            $response | ConvertTo-Json"
    )]
    #[case("$u='x'; iwr -UseBasicParsing -Uri $u -Body '{}'")]
    fn address_and_body_are_found(#[case] text: &str) {
        let call = call(text).unwrap();
        assert_eq!(call.address.as_deref(), Some("x"));
        let Some(Piece::Text(body)) = call.body.first() else {
            panic!("{call:?}");
        };
        assert_eq!(body.text(), Some("{}"));
    }

    #[rstest]
    #[case("irm x -Body ($b | ConvertTo-Json)", "the body is made by PowerShell")]
    #[case("$b = @{ a = 1 }\nirm x -Body $b", "the body is made by PowerShell")]
    #[case("irm x -Body $b", "the body is in a variable that is not set")]
    fn a_body_that_is_not_there_is_named(#[case] text: &str, #[case] what: &str) {
        let error = call(text).unwrap_err();
        assert!(error.what.starts_with(what), "{error:?}");
    }
}
