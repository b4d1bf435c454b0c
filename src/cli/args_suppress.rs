//! Options of `suppress`. It must not do any work.

use clap::Subcommand;

/// `suppress`.
#[derive(Debug, Subcommand)]
pub enum SuppressCommand {
    /// Put people on the list; nothing is sent to them any more
    #[command(
        after_long_help = "The list belongs to the account of the profile: host, customer and bot. It \
                                 is looked at when a plan is made and again right before each call.\n\n\
                                 Example:\n  alertdesk suppress add +447700900412 --reason 'asked on \
                                 the phone'"
    )]
    Add {
        /// Numbers
        #[arg(required = true, value_name = "NUMBER")]
        numbers: Vec<String>,
        /// Why; is kept with each and goes into the audit
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
    },
    /// Take people off the list, so that they may be written to again
    Remove {
        /// Numbers, or ids as `suppress list` shows them
        #[arg(required = true, value_name = "NUMBER")]
        numbers: Vec<String>,
    },
    /// Everybody on the list, the newest first
    List,
    /// Put everybody of a file on the list
    #[command(
        after_long_help = "Reads the same files as `send --csv`. Rows that cannot be read as a number \
                                 are named, and the exit status is then 6.\n\nExample:\n  alertdesk \
                                 suppress import opted-out.csv --map to=mobile"
    )]
    Import {
        /// CSV with a header line; `-` reads the standard input
        #[arg(value_name = "FILE")]
        file: String,
        /// The column of the numbers, when its header does not say so
        #[arg(long, value_name = "to=COLUMN")]
        map: Option<String>,
        /// Why; is kept with each and goes into the audit
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
    },
}
