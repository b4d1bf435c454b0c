//! The options of every `audit` command, and of exporting and purging batches. They only describe.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `audit`.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Lines of the audit, oldest first
    #[command(
        after_long_help = "Every change of what is planned or sent is a line: who confirmed what, each \
                                 call that was about to leave, each result with its rule, each \
                                 stop.\n\nExamples:\n  alertdesk audit show --batch 12\n  alertdesk \
                                 audit show --recipient 4412 --since yesterday"
    )]
    Show(AuditShow),
    /// Read every line and compare it with the chain; exit status 1 if something is wrong
    #[command(
        after_long_help = "Each line holds a hash over itself and the line before, so a line that was \
                                 changed, left out or moved breaks the chain. Whoever can write the \
                                 file and knows this program could make a whole new chain; a copy \
                                 kept elsewhere, `audit export`, shows that."
    )]
    Verify,
    /// Write every line to a file, one JSON object a line
    #[command(
        after_long_help = "The file appears only when it is whole, and only its owner can read it. \
                                 `hash` of a line is the SHA-256 of the hash before (32 bytes, zeros \
                                 at the start) and the text of the line without `personal`, `salt` \
                                 and `hash`; its `personal_sha256` is the SHA-256 of the salt (16 \
                                 bytes) and the text of `personal`.\n\nExample:\n  alertdesk audit \
                                 export --to audit-november.jsonl"
    )]
    Export(ToFile),
}

/// `audit show`.
#[derive(Debug, Args)]
pub struct AuditShow {
    /// Only lines about this batch
    #[arg(long, value_name = "BATCH")]
    pub batch: Option<String>,
    /// Only lines about this person: the number, or its last digits
    #[arg(long, value_name = "DIGITS")]
    pub recipient: Option<String>,
    /// Only lines written at or after this time
    #[arg(long, value_name = "T")]
    pub since: Option<String>,
    /// At most this many, the newest
    #[arg(long, value_name = "N", default_value_t = 1000, conflicts_with = "all")]
    pub limit: u64,
    /// All of them
    #[arg(long)]
    pub all: bool,
}

/// Where a file goes.
#[derive(Debug, Args)]
pub struct ToFile {
    /// Name of the file
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// Replace a file that is there already
    #[arg(long)]
    pub force: bool,
}

/// `outbox export`.
#[derive(Debug, Args)]
pub struct BatchExport {
    /// Number of the batch
    pub batch: String,
    /// Where it goes.
    #[command(flatten)]
    pub file: ToFile,
}

/// `outbox purge`.
#[derive(Debug, Args)]
pub struct BatchPurge {
    /// How long ago the last thing happened to a batch: 90d, 12w, 6mo, 1y
    #[arg(long, value_name = "AGE")]
    pub older_than: String,
    /// Say what would be dropped, and drop nothing
    #[arg(long)]
    pub dry_run: bool,
    /// How many recipients the batches have, as `--dry-run` counts them
    #[arg(long, value_name = "COUNT")]
    pub confirm: Option<u64>,
}
