//! Options of `approval`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `approval`.
#[derive(Debug, Subcommand)]
pub enum ApprovalCommand {
    /// Print the public key of this data folder, for `approval.keys` in the settings of others
    Key,
    /// Write a held batch into a signed file, whole, for a second person to look at
    #[command(
        after_long_help = "The file holds numbers and texts of everybody in the plan; it holds no \
                           API key.\n\nExample:\n  alertdesk approval request 31 --to plan-31.json"
    )]
    Request(ApprovalRequest),
    /// Look at such a file and sign that it may leave
    #[command(
        after_long_help = "Nothing is sent and no connection is opened.\n\nExample:\n  alertdesk \
                           approval give plan-31.json --to approval-31.json"
    )]
    Give(ApprovalGive),
    /// Take a signed approval; the batch waits for `outbox resume` then
    Take(ApprovalTake),
}

/// `approval request`.
#[derive(Debug, Args)]
pub struct ApprovalRequest {
    /// Number of the batch
    pub batch: String,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// Write over a file that is there
    #[arg(long)]
    pub force: bool,
}

/// `approval give`.
#[derive(Debug, Args)]
pub struct ApprovalGive {
    /// The file of `approval request`
    pub file: PathBuf,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
    /// How many people it reaches, without being asked
    #[arg(long, value_name = "COUNT")]
    pub confirm: Option<u64>,
    /// Write over a file that is there
    #[arg(long)]
    pub force: bool,
}

/// `approval take`.
#[derive(Debug, Args)]
pub struct ApprovalTake {
    /// The file of `approval give`
    pub file: PathBuf,
}
