//! Options of the `template` commands that look after the library. It must not do any work.

use super::args::TemplateName;
use clap::Args;
use std::path::PathBuf;

/// `template import`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "A key in the text is dropped and never stored. cURL is read in the quoting of \
                       bash, the Windows command prompt or PowerShell. A file that the command names \
                       (`--data @FILE`) is read only if you allow it.\n\nExamples:\n  alertdesk template \
                       import order_update.json\n  pbpaste | alertdesk template import - --name \
                       1=customer --name 2=order --fallback customer=there\n  alertdesk template import \
                       templates.json --all"
)]
pub struct TemplateImport {
    /// File to read; `-` or nothing reads stdin
    #[arg(value_name = "FILE")]
    pub file: Option<String>,
    /// Only the template of this name, when the text has several
    #[arg(long, value_name = "NAME")]
    pub only: Option<String>,
    /// Only this language, when the text has several
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
    /// Every template of the text; prints a list
    #[arg(long, conflicts_with_all = ["name", "fallback"])]
    pub all: bool,
    /// Read files that the command names
    #[arg(long)]
    pub allow_files: bool,
    /// What people call a place; only the first `=` separates
    #[arg(long, value_name = "PARAM=LABEL", num_args = 1..)]
    pub name: Vec<String>,
    /// The text for people whose own value is empty; PARAM may be the new name
    #[arg(long, value_name = "PARAM=TEXT", num_args = 1..)]
    pub fallback: Vec<String>,
}

/// `template list`.
#[derive(Debug, Args)]
pub struct TemplateList {
    /// Only what these letters fit, in their order; the best first
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
}

/// `template show`.
#[derive(Debug, Args)]
pub struct TemplateShow {
    /// Which template
    #[command(flatten)]
    pub template: TemplateName,
    /// With every version, when it came and what changed
    #[arg(long)]
    pub versions: bool,
}

/// `template edit`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The payload itself never changes: import another one for that. An empty value \
                       takes a label, a fallback or a text away.\n\nExample:\n  alertdesk template edit \
                       order_update --label 1=customer --label 2=order --fallback customer=there"
)]
pub struct TemplateEditArgs {
    /// Which template
    #[command(flatten)]
    pub template: TemplateName,
    /// What people call a place; only the first `=` separates
    #[arg(long, value_name = "PLACE=LABEL", num_args = 1..)]
    pub label: Vec<String>,
    /// The text for people whose own value is empty
    #[arg(long, value_name = "PLACE=TEXT", num_args = 1..)]
    pub fallback: Vec<String>,
    /// What staff should know about it
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// `utility`, `marketing` or `authentication`
    #[arg(long, value_name = "WORD")]
    pub category: Option<String>,
    /// Its own words: a text header
    #[arg(long, value_name = "TEXT")]
    pub header: Option<String>,
    /// Its own words: the body, with `{{1}}` or `{{label}}` where values go
    #[arg(long, value_name = "TEXT")]
    pub body: Option<String>,
    /// The body from a file; `-` reads stdin
    #[arg(long, value_name = "FILE", conflicts_with = "body")]
    pub body_file: Option<String>,
    /// Its own words: the footer
    #[arg(long, value_name = "TEXT")]
    pub footer: Option<String>,
    /// Its own words: the label of a button, counted from 0
    #[arg(long, value_name = "INDEX=LABEL", num_args = 1..)]
    pub button: Vec<String>,
}

/// `template restore`.
#[derive(Debug, Args)]
pub struct TemplateRestore {
    /// Which template; also one that was removed
    #[command(flatten)]
    pub template: TemplateName,
    /// Which version, as `template show --versions` counts
    #[arg(long, value_name = "NUMBER")]
    pub version: u32,
}

/// `template export`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The file is signed with a key of this data folder; tell your team its \
                       fingerprint by another way than the file.\n\nExamples:\n  alertdesk template \
                       export --to team.json\n  alertdesk template export --to care.json oak_care callback"
)]
pub struct TemplateExport {
    /// Templates (in all their languages) and flows by name; without any, everything
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// File to write
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    pub force: bool,
}

/// `template import-pack`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "A pack of a person whose packs were never taken here needs the fingerprint \
                       that they tell you.\n\nExample:\n  alertdesk template import-pack team.json \
                       --trust 9c02-77ab-41de-0f3c-88aa"
)]
pub struct TemplateImportPack {
    /// The pack
    #[arg(value_name = "FILE")]
    pub file: String,
    /// Take the pack if its signer has this fingerprint, and later ones too
    #[arg(long, value_name = "FINGERPRINT")]
    pub trust: Option<String>,
    /// A flow of the pack takes the place of another one of that name
    #[arg(long)]
    pub replace_flows: bool,
}
