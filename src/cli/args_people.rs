//! The options that say who a send is for. They only describe; people are read elsewhere.

use crate::domain::audience::TextEncoding;
use clap::Args;

/// Who it goes to. One of `--to`, `--csv`, `--from-batch` and `--from-search` is needed, which is
/// looked at later: a broadcast written as JSON may name its people itself.
#[derive(Debug, Args)]
#[command(next_help_heading = "Who it goes to")]
pub struct PeopleArgs {
    /// Phone numbers, or ids of the broadcast's channel
    #[arg(long, value_name = "PHONE", num_args = 1..)]
    pub to: Vec<String>,
    /// A CSV or TSV file; `-` reads stdin
    #[arg(long, value_name = "FILE", conflicts_with = "to")]
    pub csv: Option<String>,
    /// The people of an earlier batch: all, accepted, rejected or not-reached
    #[arg(long, value_name = "BATCH[:WHICH]", conflicts_with_all = ["to", "csv"])]
    pub from_batch: Option<String>,
    /// The people of a search: the name of a kept one, or an attribute and its value. The platform
    /// is asked, so not with --dry-run
    #[arg(long, value_name = "NAME[=VALUE]", conflicts_with_all = ["to", "csv", "from_batch"])]
    pub from_search: Option<String>,
    /// Also these people: a file, batch:12, batch:12:accepted, or search:vip or search:city=London
    #[arg(long, value_name = "SOURCE", num_args = 1..)]
    pub also: Vec<String>,
    /// Only those who are in each of these: a file, batch:12:accepted or search:vip
    #[arg(long, value_name = "SOURCE", num_args = 1..)]
    pub only: Vec<String>,
    /// Without those who are in any of these: a file, batch:12:accepted or search:vip
    #[arg(long, value_name = "SOURCE", num_args = 1..)]
    pub except: Vec<String>,
    /// Say who is new and who is gone since this batch
    #[arg(long, value_name = "BATCH")]
    pub compare: Option<String>,
    /// How the file is written, for example windows-1252; else it is looked for
    #[arg(long, value_name = "NAME", value_parser = encoding, requires = "csv")]
    pub encoding: Option<TextEncoding>,
    /// What separates its columns: a sign, or `tab`; else it is looked for
    #[arg(long, value_name = "SIGN", value_parser = delimiter, requires = "csv")]
    pub delimiter: Option<u8>,
    /// Its first row is a person; columns are called A, B, C
    #[arg(long, requires = "csv")]
    pub no_header: bool,
    /// Write the rows that are left out to this CSV file, with the reason
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<String>,
    /// Replace the file of --rejects if it is there
    #[arg(long, requires = "rejects")]
    pub force: bool,
    /// What to do about a class of rows: RULE=exclude leaves them out, RULE=stop refuses the send
    #[arg(long, value_name = "RULE=WHAT", num_args = 1..)]
    pub on: Vec<String>,
}

fn encoding(text: &str) -> Result<TextEncoding, String> {
    TextEncoding::named(text).ok_or_else(|| {
        let names = TextEncoding::CHOICES.map(TextEncoding::name);
        format!("there is no such encoding; known are {}", names.join(", "))
    })
}

fn delimiter(text: &str) -> Result<u8, String> {
    match (text, text.as_bytes()) {
        ("tab" | "\\t", _) => Ok(b'\t'),
        (_, [sign]) if sign.is_ascii_punctuation() && *sign != b'"' || *sign == b'\t' => Ok(*sign),
        _ => Err("it must be one sign such as ; or the word tab".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{delimiter, encoding};

    #[test]
    fn shapes_are_named() {
        assert_eq!(
            (delimiter(";"), delimiter("tab"), delimiter("|")),
            (Ok(b';'), Ok(b'\t'), Ok(b'|'))
        );
        for wrong in ["", "a", ";;", "\"", "\u{e9}"] {
            delimiter(wrong).unwrap_err();
        }
        assert_eq!(encoding("latin1").unwrap().name(), "windows-1252");
        assert!(encoding("klingon").unwrap_err().contains("UTF-8"));
    }
}
