//! The options of every `conversation` command. They only describe.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `conversation`.
#[derive(Debug, Subcommand)]
pub enum ConversationCommand {
    /// Messages of one person, oldest first
    #[command(
        after_long_help = "Times: `yesterday`, `yesterday 14:00`, `monday`, `last week`, `aug 2026`, \
                                 `2h` or `2 hours ago`, `2026-10-22`, `2026-10-22 09:00`, all in the \
                                 profile's zone, or RFC 3339.\n\nExamples:\n  alertdesk conversation \
                                 show 447700900412 --since yesterday\n  alertdesk conversation show \
                                 447700900412 --range 'last 7 days' --all"
    )]
    Show(ConversationShow),
    /// Write the messages of one person to a file: JSON Lines, JSON, CSV, Markdown or HTML
    #[command(
        after_long_help = "The ending of the file says the format: .jsonl, .json, .csv, .md or .html. \
                                 The filter is recorded in the file. The file appears only when it is \
                                 whole, and only its owner can read it.\n\nExamples:\n  alertdesk \
                                 conversation export 447700900412 --to ana.html\n  alertdesk \
                                 conversation export 447700900412 --to ana.csv --range \
                                 2026-08-01..2026-08-12 --side customer"
    )]
    Export(ConversationExport),
    /// Fetch what is new into the local cache: the whole history the first time
    #[command(
        after_long_help = "Without USER: everybody whose conversation is in the cache. What was \
                                 fetched stays when it is stopped or fails, and the next time goes \
                                 on from there.\n\nExamples:\n  alertdesk conversation sync \
                                 447700900412\n  alertdesk conversation sync --output jsonl"
    )]
    Sync(ConversationSync),
    /// Find a text in everything that is in the local cache, newest first
    #[command(
        after_long_help = "Asks nobody: only what was synced or read is searched. Any part of a word \
                                 is found, of one letter or more, in any script.\n\nExamples:\n  \
                                 alertdesk conversation search refund --range 'last 7 days'\n  \
                                 alertdesk conversation search 'order 88' --user 447700900412 --side \
                                 customer"
    )]
    Search(ConversationSearch),
}

/// From when to when.
#[derive(Debug, Args)]
pub struct WhenArgs {
    /// Only messages at or after this time
    #[arg(long, value_name = "T", conflicts_with = "range")]
    pub since: Option<String>,
    /// Only messages up to this time; a day means its end
    #[arg(long, value_name = "T", conflicts_with = "range")]
    pub until: Option<String>,
    /// Both at once: 'last 7 days', 'since yesterday', 'mon..wed', 2026-08-01..2026-08-12
    #[arg(long, value_name = "WORDS")]
    pub range: Option<String>,
}

/// `conversation show`.
#[derive(Debug, Args)]
pub struct ConversationShow {
    /// The person: channel user id or phone number
    pub user: String,
    /// From when to when.
    #[command(flatten)]
    pub when: WhenArgs,
    /// At most this many, the newest
    #[arg(long, value_name = "N", default_value_t = 500, conflicts_with = "all")]
    pub limit: usize,
    /// The whole conversation
    #[arg(long)]
    pub all: bool,
    /// Add the whole object of each message as received
    #[arg(long)]
    pub raw: bool,
}

/// Whose messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SideArg {
    /// Only the person's
    Customer,
    /// Only ours: bot and agents
    Us,
}

/// `conversation export`.
#[derive(Debug, Args)]
pub struct ConversationExport {
    /// The person: channel user id or phone number
    pub user: String,
    /// File to write; its ending says the format
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// From when to when.
    #[command(flatten)]
    pub when: WhenArgs,
    /// Only the messages of one side
    #[arg(long, value_enum, value_name = "SIDE")]
    pub side: Option<SideArg>,
    /// Replace the file if it is there already
    #[arg(long)]
    pub force: bool,
    /// Write what is in the local cache and ask nobody
    #[arg(long)]
    pub offline: bool,
}

/// `conversation sync`.
#[derive(Debug, Args)]
pub struct ConversationSync {
    /// The people: channel user ids or phone numbers
    #[arg(value_name = "USER")]
    pub users: Vec<String>,
}

/// `conversation search`.
#[derive(Debug, Args)]
pub struct ConversationSearch {
    /// What to find; upper and lower case are the same
    pub text: String,
    /// Only in the conversation of this person
    #[arg(long, value_name = "USER")]
    pub user: Option<String>,
    /// From when to when.
    #[command(flatten)]
    pub when: WhenArgs,
    /// Only the messages of one side
    #[arg(long, value_enum, value_name = "SIDE")]
    pub side: Option<SideArg>,
    /// At most this many, the newest
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: u32,
    /// Add the whole object of each message as received
    #[arg(long)]
    pub raw: bool,
}
