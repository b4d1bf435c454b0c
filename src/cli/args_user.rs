//! The options of `user`. They only describe; people are found elsewhere.

use clap::{Args, Subcommand};

/// `user`.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// People whose attribute has exactly this value, or those of a kept search
    #[command(
        after_long_help = "Examples:\n  alertdesk user find --attribute city=London --output json\n  \
                           alertdesk user find --kept vip --wide --output csv"
    )]
    Find {
        /// Attribute and value; only the first `=` separates
        #[arg(long, value_name = "NAME=VALUE", required_unless_present = "kept")]
        attribute: Option<String>,
        /// The name of a search that is kept
        #[arg(long, value_name = "NAME", conflicts_with = "attribute")]
        kept: Option<String>,
        /// A column for each attribute, so that a CSV file of people fills placeholders
        #[arg(long)]
        wide: bool,
        /// Add the whole object as received
        #[arg(long)]
        raw: bool,
    },
    /// The searches kept under a name, in the dashboard or here
    Searches,
    /// Keep a search under a name, for `send --from-search` and for Ctrl-p in the dashboard
    #[command(
        after_long_help = "Example:\n  alertdesk user save vip --attribute city=London --and tier=gold"
    )]
    Save {
        /// Its name; one of this name is replaced
        name: String,
        /// Whom it finds.
        #[command(flatten)]
        search: SearchArgs,
    },
    /// Take a kept search away
    Forget {
        /// Its name
        name: String,
    },
}

/// A search: everybody with an attribute, then `--and`, `--or` and `--not` in this order.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// Attribute and value; only the first `=` separates
    #[arg(long, value_name = "NAME=VALUE")]
    pub attribute: String,
    /// Only those who have this too
    #[arg(long, value_name = "NAME=VALUE", num_args = 1..)]
    pub and: Vec<String>,
    /// And everybody who has this
    #[arg(long, value_name = "NAME=VALUE", num_args = 1..)]
    pub or: Vec<String>,
    /// Without those who have this
    #[arg(long, value_name = "NAME=VALUE", num_args = 1..)]
    pub not: Vec<String>,
}
