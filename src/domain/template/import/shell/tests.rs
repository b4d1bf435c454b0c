//! Each shell's own quoting, and texts that end where they should not.

use super::{Dialect, commands, likely, native_quotes};
use crate::domain::template::import::source_map::Taken;
use proptest::prelude::*;
use rstest::rstest;

fn words(text: &str, dialect: Dialect) -> Vec<Vec<String>> {
    let commands = commands(text, dialect).unwrap();
    let texts = |command: &super::Command| command.iter().map(|w| w.text().to_owned()).collect();
    commands.iter().map(texts).collect()
}

#[rstest]
#[case("curl a\tb", &["curl", "a", "b"])]
#[case("'a b'\"c d\"e", &["a bc de"])]
#[case("'it'\\''s'", &["it's"])]
#[case("'' \"\"", &["", ""])]
#[case(r#""a\"b\\c\$d\e""#, &[r#"a"b\c$d\e"#])]
#[case(r"a\ b\'c", &["a b'c"])]
#[case("a \\\n  b \\\r\n c", &["a", "b", "c"])]
#[case("\"a\\\nb\"", &["ab"])]
#[case("$'a\\nb\\tc\\\\d\\'e\\x41\\u00e9\\101\\q'", &["a\nb\tc\\d'eA\u{e9}A\\q"])]
#[case("$'\\xc3\\xa9\\ud83d\\ude00\\U0001F600'", &["\u{e9}\u{1f600}\u{1f600}"])]
#[case("a$\"b\"$c", &["ab$c"])]
#[case("# comment\ncurl x#y # rest", &["curl", "x#y"])]
#[case("https://x.example/?a=1&b=2", &["https://x.example/?a=1&b=2"])]
#[case("a\u{a0}b", &["a", "b"])]
fn bash(#[case] text: &str, #[case] expected: &[&str]) {
    assert_eq!(words(text, Dialect::Bash), [expected]);
}

#[test]
fn bash_ends_commands() {
    let found = words("KEY=x\ncurl a | jq . ; ls && pwd > out.txt", Dialect::Bash);
    let expected: [&[&str]; 6] = [
        &["KEY=x"],
        &["curl", "a"],
        &["jq", "."],
        &["ls"],
        &["pwd"],
        &["out.txt"],
    ];
    assert_eq!(found, expected);
}

#[rstest]
#[case("curl ^\n  -H \"a b\"", &["curl", "-H", "a b"])]
#[case(r#"-d "{\"a\": \"b \\\"c\\\"\"}""#, &["-d", r#"{"a": "b \"c\""}"#])]
#[case(r#"-d "{""a"": ""b""}""#, &["-d", r#"{"a": "b"}"#])]
#[case(r#"-d ^"^{^\^"a^\^": ^\^"b^&c^\^"^}^""#, &["-d", r#"{"a": "b&c"}"#])]
#[case("\"a^b\" c^^d ^\"e^ f^\"", &["a^b", "c^d", "e f"])]
#[case("^\"a^\n\nb^\"", &["a\nb"])]
#[case(r#""C:\dir\\" \\host\x"#, &[r"C:\dir\", r"\\host\x"])]
#[case("'a b'", &["'a", "b'"])]
#[case("\"\" x", &["", "x"])]
#[case("a\r\n", &["a"])]
fn command_prompt(#[case] text: &str, #[case] expected: &[&str]) {
    assert_eq!(words(text, Dialect::Cmd), [expected]);
}

#[rstest]
#[case("curl.exe `\n -H 'a ''b'''", &["curl.exe", "-H", "a 'b'"])]
#[case("\"a `\"b`\" \"\"c\"\" `$d `n\"", &["a \"b\" \"c\" $d \n"])]
#[case("@'\n{\"a\": 'b'}\n`n\n'@", &["{\"a\": 'b'}\n`n"])]
#[case("@\"\r\n{`\"a`\": \"b\"}\r\n\"@ x", &["{\"a\": \"b\"}", "x"])]
#[case("@'\n'@", &[""])]
#[case("$body='x'", &["$body", "=", "x"])]
#[case("--data='a=b'", &["--data=a=b"])]
#[case("-H @{\n 'a'='b'; c = \"d\"\n} -B x", &["-H", "@", "{", "a", "=", "b", "c", "=", "d", "}", "-B", "x"])]
#[case("-B ($x | ConvertTo-Json)", &["-B", "(", "$x", "ConvertTo-Json", ")"])]
fn powershell(#[case] text: &str, #[case] expected: &[&str]) {
    assert_eq!(words(text, Dialect::PowerShell), [expected]);
}

#[test]
fn what_stands_in_brackets_is_known() {
    let found = commands("irm x -H @{ a = 'b' } -B 'c'", Dialect::PowerShell).unwrap();
    let outside = found[0].iter().filter(|word| word.depth == 0);
    let outside: Vec<&str> = outside.map(super::Word::text).collect();
    assert_eq!(outside, ["irm", "x", "-H", "@", "{", "-B", "c"]);
}

#[rstest]
#[case(Dialect::Bash, "a 'b c", 2, "the quote ' that opens here")]
#[case(Dialect::Bash, "a \"b\\\"", 2, "the quote \" that opens here")]
#[case(Dialect::Bash, "a $'b\\'", 2, "the quote $' that opens here")]
#[case(Dialect::Bash, "curl \u{2018}x\u{2019}", 5, "a curly quote")]
#[case(Dialect::Bash, "curl \u{2014}header", 5, "a long dash")]
#[case(Dialect::Bash, "curl $'\\ud800'", 7, "this escape stands for no sign")]
#[case(
    Dialect::Bash,
    "curl $'\\xff'",
    5,
    "this word has bytes that are no text"
)]
#[case(Dialect::Cmd, "a \"b\\\"", 2, "the quote \" that opens here")]
#[case(Dialect::PowerShell, "a 'b''", 2, "the quote ' that opens here")]
#[case(Dialect::PowerShell, "a @'\nb'@", 2, "the quote @' that opens here")]
#[case(Dialect::PowerShell, "a \"b`\"", 2, "the quote \" that opens here")]
fn slips_are_named_with_their_place(
    #[case] dialect: Dialect,
    #[case] text: &str,
    #[case] at: usize,
    #[case] what: &str,
) {
    let error = commands(text, dialect).unwrap_err();
    assert_eq!(error.at, at, "{error:?}");
    assert!(error.what.starts_with(what), "{error:?}");
}

#[rstest]
#[case("curl 'x' \\\n -d 'y'", Dialect::Bash)]
#[case("curl x -d \"y\"", Dialect::Bash)]
#[case("curl x ^\r\n -d \"y\"", Dialect::Cmd)]
#[case("curl ^\"x^\"", Dialect::Cmd)]
#[case("curl.exe x `\n -d 'y'", Dialect::PowerShell)]
#[case("Invoke-RestMethod -Uri 'x'", Dialect::PowerShell)]
#[case("$body = 'x'\nirm y", Dialect::PowerShell)]
#[case("$ curl x", Dialect::Bash)]
fn the_dialect_is_seen(#[case] text: &str, #[case] expected: Dialect) {
    assert_eq!(likely(text)[0], expected);
}

#[test]
fn windows_programs_see_quotes_once_more() {
    let text = r#"{\"a\": \"b\\\"c\", "d\e": 1}"#;
    let taken = Taken::whole(text, 10);
    let native = native_quotes(&taken);
    assert_eq!(native.text(), Some(r#"{"a": "b\"c", "d\e": 1}"#));
    assert_eq!(native.source_of(1), 12, "the quote, not its backslash");
}

#[test]
fn every_byte_leads_back_to_where_it_stood() {
    let text = "curl -d 'a'\\''b' $'c\\u00e9d'";
    let found = commands(text, Dialect::Bash).unwrap();
    let data = &found[0][2];
    assert_eq!((data.text(), data.at), ("a'b", 8));
    let places: Vec<&str> = (0..3)
        .map(|at| &text[data.taken.source_of(at)..][..1])
        .collect();
    assert_eq!(places, ["a", "'", "b"]);
    let last = &found[0][3];
    let place = last.taken.source_of(last.text().find('d').unwrap());
    assert_eq!(&text[place..], "d'");
}

proptest! {
    #[test]
    fn any_text_is_split_or_refused(text in "[ a\n\r\\\\\"'`^$@{}()=;|&<>#xu0-9\u{e9}\u{2018}]{0,60}") {
        for dialect in [Dialect::Bash, Dialect::Cmd, Dialect::PowerShell] {
            match commands(&text, dialect) {
                Ok(found) => {
                    for word in found.iter().flatten() {
                        prop_assert!(word.at <= text.len());
                        for at in 0..=word.taken.bytes().len() {
                            prop_assert!(word.taken.source_of(at) <= text.len() + 1);
                        }
                    }
                }
                Err(error) => prop_assert!(error.at <= text.len(), "{:?}", error),
            }
        }
        prop_assert_eq!(likely(&text).len(), 3);
    }
}
