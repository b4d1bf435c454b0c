//! The options of every `send`. They only describe; plans are made elsewhere.

use super::args_people::PeopleArgs;
use clap::{Args, Subcommand, ValueEnum};

/// `send`.
#[derive(Debug, Subcommand)]
pub enum SendCommand {
    /// One template call per recipient
    #[command(
        after_long_help = "Examples:\n  alertdesk send template order_update --to +447700900412 \
                                 --param 1=Ana --param 2=5521 --dry-run\n  alertdesk send template \
                                 order_update --csv people.csv --map 1=first_name --now --confirm 120\n  \
                                 alertdesk send template order_update --csv people.csv --param \
                                 '1=Dear {{first_name|customer}}' --param order={{order_id}} --dry-run\n  \
                                 alertdesk send template --raw payload.json --to +447700900412 --dry-run\n\n\
                                 Placeholders: {{column}} in a value stands for the recipient's cell of \
                                 that column, {{column|text}} says what stands there where the cell is \
                                 empty; {{name}} and {{phone}} are always known. A recipient without a \
                                 value for a placeholder without such a text is left out."
    )]
    Template(TemplateSend),
    /// The platform's broadcast: one call for many recipients
    #[command(
        after_long_help = "Example:\n  alertdesk send broadcast --title 'Opening hours' --text \
                                 'We open at 10.' --csv people.csv --at '2026-12-01 09:00' --confirm 120\n  \
                                 alertdesk send broadcast --title 'Web news' --text 'We open at 10.' \
                                 --channel web --to 1f6e2c1c-9d5f-4a57-9f0b-5d0c6f1f2a3b --dry-run\n  \
                                 alertdesk send broadcast --title Menu --content @menu.json --to \
                                 +447700900412 --dry-run\n  alertdesk send broadcast --raw body.json --now \
                                 --dry-run\n\nA broadcast is one text for all: no value of a person can \
                                 stand in it. On another channel than whatsapp recipients are the \
                                 channel's own ids. What is given as JSON leaves as it is, unverified; of a \
                                 whole body the program writes the title (unless --title is left out: then \
                                 broadcastTitle), publishedOn and the ids of the audience."
    )]
    Broadcast(BroadcastSend),
    /// The platform's external CSV broadcast: one upload
    CsvBroadcast(CsvBroadcastSend),
    /// Start a flow, one call per recipient
    #[command(
        after_long_help = "Example:\n  alertdesk send flow welcome --csv people.csv --attr \
                                 'greeting=Hi {{name|there}}' --map order=order_id --dry-run\n\nPlaceholders \
                                 in attributes are those of `send template`."
    )]
    Flow(FlowSend),
}

/// `send template`.
#[derive(Debug, Args)]
pub struct TemplateSend {
    /// Name of the template
    #[arg(required_unless_present = "raw")]
    pub name: Option<String>,
    /// Send this `payload` object instead, as it is written; `-` reads stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "language", "param", "map"])]
    pub raw: Option<String>,
    /// Language code, when there are several
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
    /// Values of the template.
    #[command(flatten)]
    pub values: ParamArgs,
    /// Who it goes to.
    #[command(flatten)]
    pub people: PeopleArgs,
    /// When, how fast, and the confirmation.
    #[command(flatten)]
    pub common: CommonSend,
}

/// `send broadcast`.
#[derive(Debug, Args)]
pub struct BroadcastSend {
    /// Title of the broadcast in the panel
    #[arg(long, value_name = "T", required_unless_present = "raw")]
    pub title: Option<String>,
    /// A text to send; may be given several times
    #[arg(
        long,
        value_name = "TEXT",
        num_args = 1..,
        conflicts_with_all = ["template", "raw"],
        required_unless_present_any = ["template", "content", "raw"]
    )]
    pub text: Vec<String>,
    /// An entry of another type, after the texts: JSON, or @FILE with it; may be given several times
    #[arg(long, value_name = "JSON|@FILE", conflicts_with_all = ["template", "raw"])]
    pub content: Vec<String>,
    /// Send this template instead, the same for everybody
    #[arg(long, value_name = "NAME", conflicts_with = "raw")]
    pub template: Option<String>,
    /// Send this whole body instead, as it is written; `-` reads stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["language", "param"])]
    pub raw: Option<String>,
    /// Language code, when there are several
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
    /// Channel of the platform; on others than whatsapp recipients are ids, not numbers
    #[arg(long, default_value = "whatsapp", value_name = "CHANNEL")]
    pub channel: String,
    /// Leave the title as it is, without our mark at its end
    #[arg(long)]
    pub exact_title: bool,
    /// Values of the template.
    #[command(flatten)]
    pub values: ParamArgs,
    /// Who it goes to.
    #[command(flatten)]
    pub people: PeopleArgs,
    /// When, how fast, and the confirmation.
    #[command(flatten)]
    pub common: CommonSend,
}

/// `send csv-broadcast`.
#[derive(Debug, Args)]
pub struct CsvBroadcastSend {
    /// Title of the broadcast in the panel
    pub title: String,
    /// The template
    #[arg(long, value_name = "NAME")]
    pub template: String,
    /// Language code, when there are several
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
    /// Values of the template.
    #[command(flatten)]
    pub values: ParamArgs,
    /// Who it goes to.
    #[command(flatten)]
    pub people: PeopleArgs,
    /// When, how fast, and the confirmation.
    #[command(flatten)]
    pub common: CommonSend,
}

/// `send flow`.
#[derive(Debug, Args)]
pub struct FlowSend {
    /// Our name for the flow
    pub name: String,
    /// An attribute for everybody; only the first `=` separates
    #[arg(long, value_name = "NAME=VALUE", num_args = 1..)]
    pub attr: Vec<String>,
    /// An attribute from a column of the file, or `to=COLUMN`; COLUMN:title, :trim and
    /// :date(DD/MM/YYYY) change its form
    #[arg(long, value_name = "NAME=COLUMN", num_args = 1..)]
    pub map: Vec<String>,
    /// Form of the call: v1.0, v2.0 or v3.0
    #[arg(id = "flow_version", long = "version", value_name = "VERSION")]
    pub version: Option<String>,
    /// Who it goes to.
    #[command(flatten)]
    pub people: PeopleArgs,
    /// When, how fast, and the confirmation.
    #[command(flatten)]
    pub common: CommonSend,
}

/// Values of a template.
#[derive(Debug, Args)]
pub struct ParamArgs {
    /// A value by name or label; only the first `=` separates, no escapes but {{placeholders}}
    #[arg(long, value_name = "NAME=VALUE", num_args = 1..)]
    pub param: Vec<String>,
    /// A value from a column of the file, or `to=COLUMN` for the recipients; COLUMN:title, :trim and
    /// :date(DD/MM/YYYY) or :date(DD/MM/YYYY -> D MMMM) change its form
    #[arg(long, value_name = "NAME=COLUMN", num_args = 1..)]
    pub map: Vec<String>,
}

/// When a broadcast is handed to the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HandOver {
    /// At once.
    Now,
    /// Shortly before its time.
    Late,
}

/// When, how fast, and the confirmation.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
#[command(next_help_heading = "Options of every send")]
pub struct CommonSend {
    /// Send as soon as it is confirmed
    #[arg(long, conflicts_with = "at")]
    pub now: bool,
    /// At this time: 'tomorrow 9:00', 'fri 14:30', +2h, '2026-12-01 09:00' in the zone, RFC 3339
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Zone of --at, for example Asia/Kolkata; else the profile's
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// Messages a minute
    #[arg(long, value_name = "PER_MINUTE", value_parser = clap::value_parser!(u32).range(1..=60_000))]
    pub rate: Option<u32>,
    /// Calls on the way at once; also the most that can become unknown at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub concurrency: Option<u32>,
    /// Wait for a person after the first N people of a list
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "5",
          value_parser = clap::value_parser!(u32).range(1..))]
    pub canary: Option<u32>,
    /// Spread a list evenly over this time, for example 90m or 2h
    #[arg(long, value_name = "TIME", value_parser = minutes)]
    pub spread: Option<u32>,
    /// When a broadcast with a time is handed to the platform; late needs `outbox run --stay`
    #[arg(long, value_enum, value_name = "WHEN")]
    pub hand_over: Option<HandOver>,
    /// Hold a message to one person if they write before its time; looked up directly before it leaves
    #[arg(long)]
    pub hold_on_reply: bool,
    /// Seconds in which nothing leaves yet
    #[arg(long, value_name = "SECONDS")]
    pub grace: Option<u64>,
    /// Print the plan and end; opens no connection at all
    #[arg(long)]
    pub dry_run: bool,
    /// The number of recipients after checks; nothing is asked then
    #[arg(long, value_name = "COUNT")]
    pub confirm: Option<u64>,
    /// Wait until every item has a final state; sends itself if nobody else does
    #[arg(long)]
    pub wait: bool,
    /// Refuse at the first row that fails a check
    #[arg(long)]
    pub strict: bool,
    /// Send also to people who have the same already, and the same file again; the reason is kept
    #[arg(long, value_name = "REASON")]
    pub allow_duplicates: Option<String>,
}

/// Whole minutes of a time such as `90m` or `2h`.
fn minutes(text: &str) -> Result<u32, String> {
    let time: jiff::SignedDuration = text
        .parse()
        .map_err(|_| "it must be a time such as 90m or 2h".to_owned())?;
    u32::try_from(time.as_mins())
        .ok()
        .filter(|minutes| (1..=7 * 24 * 60).contains(minutes))
        .ok_or_else(|| "it must be from a minute to a week".to_owned())
}

#[cfg(test)]
mod tests {
    use super::minutes;

    #[test]
    fn a_time_to_spread_over_is_read_in_minutes() {
        assert_eq!(
            (minutes("90m"), minutes("2h"), minutes("1h 30m")),
            (Ok(90), Ok(120), Ok(90))
        );
        for wrong in ["", "2", "20s", "-5m", "8d", "200h", "soon"] {
            minutes(wrong).unwrap_err();
        }
    }
}
