//! Options and commands as people type them. It must not do any work; every option here has its
//! line of help, and the completions and the manual are made from it.

use super::args_approval::ApprovalCommand;
use super::args_audit::{AuditCommand, BatchExport, BatchPurge};
use super::args_conversation::ConversationCommand;
use super::args_send::SendCommand;
use super::args_suppress::SuppressCommand;
use super::args_template::{
    TemplateEditArgs, TemplateExport, TemplateImport, TemplateImportPack, TemplateList,
    TemplateRestore, TemplateShow,
};
use super::args_user::UserCommand;
use crate::settings::Overrides;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// A terminal dashboard and commands for support staff on the Alerts Panel platform.
#[derive(Debug, Parser)]
#[command(
    name = "alertdesk",
    version,
    about = "Find people, read conversations and send templates, broadcasts and flows from a terminal",
    long_about = "Find people, read conversations and send templates, broadcasts and flows on the \
                  Alerts Panel platform, by keyboard or by command.\n\nWithout a command the \
                  dashboard opens. `alertdesk demo` shows everything on an embedded sandbox: no \
                  account, no network.",
    after_long_help = "Examples:\n  alertdesk demo\n  alertdesk user find --attribute city=London\n  \
                       alertdesk conversation show 447700900412 --limit 50\n  alertdesk send template \
                       order_update --to +447700900412 --param 1=Ana --dry-run\n\nExit status: 0 done, \
                       1 refused or failed, 2 wrong use or settings, 3 authentication, 4 not found, \
                       5 network, 6 finished with rejected ones, 7 finished with unknown ones, 130 \
                       interrupted."
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do; without it the dashboard opens.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Columns for people.
    Table,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a header line.
    Csv,
}

/// Options that may stand before or after any command.
#[derive(Clone, Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Use this profile of the settings file
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Read settings, keymap and themes from this folder
    #[arg(long, global = true, value_name = "DIR")]
    pub config_dir: Option<PathBuf>,
    /// Keep the record, the cache and the log in this folder
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Talk to this host instead of the profile's (https, or http on this machine)
    #[arg(long, global = true, value_name = "URL")]
    pub base_url: Option<String>,
    /// How results are printed
    #[arg(long, global = true, value_enum, default_value_t = OutputFormat::Table, value_name = "FORMAT")]
    pub output: OutputFormat,
    /// Refuse every send
    #[arg(long, global = true)]
    pub read_only: bool,
    /// Draw with plain ASCII
    #[arg(long, global = true)]
    pub ascii: bool,
    /// A linear dialogue for screen readers instead of the dashboard
    #[arg(long, global = true)]
    pub reader: bool,
    /// No colours (also: the variable `NO_COLOR`)
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Level of the log file: off, error, warn, info, debug, trace
    #[arg(long, global = true, value_name = "LEVEL")]
    pub log_level: Option<String>,
}

impl Global {
    /// What these options say about settings.
    pub fn overrides(&self) -> Overrides {
        let switches = [
            (self.read_only, "read_only"),
            (self.ascii, "ascii"),
            (self.reader, "reader"),
            (self.no_color, "no_color"),
        ];
        Overrides {
            profile: self.profile.clone(),
            config_dir: self.config_dir.clone(),
            data_dir: self.data_dir.clone(),
            base_url: self.base_url.clone(),
            log_level: self.log_level.clone(),
            switches: switches
                .into_iter()
                .filter_map(|(given, name)| given.then_some(name))
                .collect(),
        }
    }
}

/// Everything that can be asked for on the command line.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the dashboard on the embedded sandbox; nothing leaves this machine
    Demo(DemoArgs),
    /// Run the sandbox as a server of its own until Ctrl-C
    Sandbox(SandboxArgs),
    /// Find people
    #[command(subcommand)]
    User(UserCommand),
    /// Read conversations
    #[command(subcommand)]
    Conversation(ConversationCommand),
    /// The local template library
    #[command(subcommand)]
    Template(TemplateCommand),
    /// The local flow registry
    #[command(subcommand)]
    Flow(FlowCommand),
    /// Plan, confirm and queue a send
    #[command(subcommand)]
    Send(Box<SendCommand>),
    /// The record of everything planned and sent, and the sender
    #[command(subcommand)]
    Outbox(OutboxCommand),
    /// A second person looks at a plan before it leaves
    #[command(subcommand)]
    Approval(ApprovalCommand),
    /// People who must never be written to
    #[command(subcommand)]
    Suppress(SuppressCommand),
    /// The hash-chained record of every change
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Explain a code of the platform or of WhatsApp, offline
    Explain(ExplainArgs),
    /// The active keys
    Keys(KeysArgs),
    /// Settings and where each value came from
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The connections of the settings file
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Keep the data folder of the demo and say where it is
    #[arg(long)]
    pub keep: bool,
}

/// `sandbox`.
#[derive(Debug, Args)]
#[command(
    after_long_help = "The first line on stdout is JSON with listening, customer_id, bot_key, \
                             api_key and busiest_user.\n\nExample:\n  alertdesk sandbox --listen \
                             127.0.0.1:4010 --faults 'template:status=500@10%'"
)]
pub struct SandboxArgs {
    /// Loopback address and port; port 0 takes a free one
    #[arg(long, value_name = "LOOPBACK:PORT", default_value = "127.0.0.1:0")]
    pub listen: std::net::SocketAddr,
    /// Number of people, 1 to 10000
    #[arg(long, value_name = "N", default_value_t = 46)]
    pub users: usize,
    /// Length of the busiest person's conversation, up to 1000000
    #[arg(long, value_name = "N", default_value_t = 3000)]
    pub messages: usize,
    /// Start of everything random
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Take broadcasts only in the platform's own letter case
    #[arg(long)]
    pub strict: bool,
    /// What goes wrong; `help` prints the little language
    #[arg(long, value_name = "SPEC")]
    pub faults: Option<String>,
    /// Let seeded people write now and then
    #[arg(long)]
    pub live: bool,
}

/// `template`.
#[derive(Debug, Subcommand)]
pub enum TemplateCommand {
    /// Add templates from the panel's Generate cURL, WhatsApp's template JSON or the JSON of a call
    Import(TemplateImport),
    /// Every template of the library, with how often and when it was used
    List(TemplateList),
    /// One template with its places, words and payload
    Show(TemplateShow),
    /// Check values against a template without sending
    Check {
        /// Which template
        #[command(flatten)]
        template: TemplateName,
        /// A value; only the first `=` separates
        #[arg(long, value_name = "NAME=VALUE", num_args = 1..)]
        param: Vec<String>,
    },
    /// Change labels, fallbacks, words and the note of a template
    Edit(Box<TemplateEditArgs>),
    /// Take a template out of the library; old plans keep theirs, `restore` brings it back
    Remove(TemplateName),
    /// Bring an older version back as the newest one
    Restore(TemplateRestore),
    /// Write templates and flows into one signed file for a team
    Export(TemplateExport),
    /// Take a signed file of `template export`; nothing is overwritten
    ImportPack(TemplateImportPack),
}

/// Which template.
#[derive(Debug, Args)]
pub struct TemplateName {
    /// Name of the template
    pub name: String,
    /// Language code, when there are several
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
}

/// `flow`.
#[derive(Debug, Subcommand)]
pub enum FlowCommand {
    /// Give a flow of the platform a name
    #[command(
        after_long_help = "Example:\n  alertdesk flow add callback --key 5C0F1E2D --require city"
    )]
    Add {
        /// Our name for it
        name: String,
        /// The platform's key; case counts
        #[arg(long)]
        key: String,
        /// An attribute that every start must give
        #[arg(long, value_name = "ATTR", num_args = 1..)]
        require: Vec<String>,
    },
    /// Every flow of the registry
    List,
    /// Forget a flow
    Remove {
        /// Our name for it
        name: String,
    },
}

/// `outbox`.
#[derive(Debug, Subcommand)]
pub enum OutboxCommand {
    /// Every batch, the newest first
    List,
    /// One batch
    Show {
        /// Number of the batch
        batch: String,
        /// With all its items
        #[arg(long)]
        items: bool,
    },
    /// Send what is ready and end; Ctrl-C or SIGTERM lets calls on the way end
    Run {
        /// Wait for new batches and schedules until SIGTERM
        #[arg(long)]
        stay: bool,
    },
    /// Stop a batch at once; calls on the way end
    Pause {
        /// Number of the batch
        batch: String,
    },
    /// Go on with a paused or held batch
    Resume {
        /// Number of the batch
        batch: String,
        /// How many people are left, as `outbox show` counts `queued`
        #[arg(long, value_name = "REMAINING")]
        confirm: Option<u64>,
    },
    /// Take back what is not sent
    Cancel {
        /// Number of the batch
        batch: String,
    },
    /// Every item whose outcome cannot be known, with what speaks for it
    Unknown {
        /// Only those of this batch
        #[arg(long, value_name = "BATCH")]
        batch: Option<String>,
    },
    /// Look for the message of an unknown item in its conversation; a clear match settles it
    #[command(
        after_long_help = "Only positive evidence settles anything: no match never means that it was not sent.\n\nExample:\n  alertdesk outbox read-back 85"
    )]
    ReadBack {
        /// Numbers of items
        #[arg(required_unless_present = "batch")]
        items: Vec<String>,
        /// Everything unknown of this batch
        #[arg(long, value_name = "BATCH", conflicts_with = "items")]
        batch: Option<String>,
    },
    /// Settle unknown items as a person says
    #[command(
        after_long_help = "Not accepted: the same calls wait in a new paused batch; `outbox resume` with their number sends them.\n\nExamples:\n  alertdesk outbox resolve 85 --as accepted --reason 'seen on the phone'\n  alertdesk outbox resolve --batch 31 --as abandoned --confirm 3"
    )]
    Resolve(ResolveArgs),
    /// Put what was refused for a reason that passes into a new paused batch
    Retry {
        /// Number of the batch
        batch: String,
    },
    /// Make a copied data folder one of its own; what is unfinished in it waits for a person
    Adopt,
    /// Print a systemd unit that sends while nobody is logged in
    Service,
    /// Write a report of one batch: CSV, JSON or Markdown
    #[command(
        after_long_help = "What was meant, who confirmed it and when, counts that add up, why people \
                                 were not reached, and everybody with state, rule, message id and \
                                 time. The file appears only when it is whole, and only its owner \
                                 can read it.\n\nExample:\n  alertdesk outbox export 31 --to \
                                 batch-31.csv"
    )]
    Export(BatchExport),
    /// Drop the personal text of old batches and keep the proof
    #[command(
        after_long_help = "Numbers, bodies, answers and typed text go. Titles, counts, states, rules, \
                                 message ids and hashes stay, and so does every line of the audit, \
                                 which `audit verify` still finds intact. Batches that are not \
                                 finished or have unknown results stay as they \
                                 are.\n\nExample:\n  alertdesk outbox purge --older-than 90d --dry-run"
    )]
    Purge(BatchPurge),
}

/// `outbox resolve`.
#[derive(Debug, Args)]
pub struct ResolveArgs {
    /// Numbers of items
    #[arg(required_unless_present = "batch")]
    pub items: Vec<String>,
    /// Everything unknown of this batch; needs --confirm
    #[arg(long, value_name = "BATCH", conflicts_with = "items")]
    pub batch: Option<String>,
    /// What about them
    #[arg(long = "as", value_name = "WHAT")]
    pub decision: DecisionArg,
    /// Why; goes into the record
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,
    /// How many people it is about
    #[arg(long, value_name = "COUNT")]
    pub confirm: Option<u64>,
}

/// What a person decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DecisionArg {
    /// It arrived: seen on the phone or in the panel
    Accepted,
    /// It did not arrive: it is put into a new paused batch
    NotAccepted,
    /// Closed without knowing
    Abandoned,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The number, for example 131026
    pub code: i64,
}

/// `keys`.
#[derive(Debug, Args)]
pub struct KeysArgs {
    /// What to print
    #[command(subcommand)]
    pub command: Option<KeysCommand>,
}

/// `keys …`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum KeysCommand {
    /// Every key with its place and action
    List,
    /// What is wrong or surprising in the keymap, and one summary line
    Check,
    /// The table of the README
    Markdown,
}

/// `config`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum ConfigCommand {
    /// Where settings and data lie
    Path,
    /// Every setting, its value and who said it
    Show,
    /// Read everything again and say what is wrong
    Check,
}

/// `profile`.
#[derive(Debug, Subcommand)]
pub enum ProfileCommand {
    /// Every profile of the settings file
    List,
    /// One profile with all its settings
    Show {
        /// Its name; without it the one in use
        name: Option<String>,
    },
}

/// `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Which shell
    pub shell: clap_complete::Shell,
}
