//! Headless commands: one file per command group. They share plans, outbox and reads with the
//! dashboard and must not draw.

mod approval;
pub mod args;
mod args_approval;
pub mod args_audit;
pub mod args_conversation;
pub mod args_people;
pub mod args_send;
pub mod args_suppress;
pub mod args_template;
pub mod args_user;
pub mod audit;
pub mod config;
pub mod connect;
pub mod context;
pub mod conversation;
pub mod dashboard;
pub mod demo;
mod demo_words;
pub mod exit;
pub mod explain;
pub mod flow;
pub mod generate;
pub mod keys;
pub mod links;
pub mod outbox;
pub mod output;
pub mod pictures;
pub mod sandbox;
pub mod searches;
pub mod send;
pub mod signals;
pub mod suppress;
pub mod template;
mod turning;
pub mod user;

use crate::contract::ApiError;
use crate::report::Redactor;
use args::{Cli, Command, KeysCommand, OutputFormat};
use clap::Parser;
use clap::error::ErrorKind as ClapErrorKind;
use context::{Context, usage};
use exit::ExitStatus;
use output::Output;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with these arguments, the first of which is its own name.
pub fn run(arguments: &[OsString]) -> ExitCode {
    let redactor = Redactor::new();
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return misused(&error, arguments, redactor).into(),
    };
    let context = Context {
        output: Output::new(cli.global.output, redactor.clone()),
        redactor,
        global: cli.global,
        started: start_time(),
    };
    let status = dispatch(&context, cli.command).unwrap_or_else(|error| {
        context.output.error(&error);
        ExitStatus::of(&error)
    });
    status.into()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the edge of the program, where the time of the start enters"
)]
fn start_time() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

fn dispatch(context: &Context, command: Option<Command>) -> Result<ExitStatus, ApiError> {
    match command {
        Some(Command::Sandbox(args)) => sandbox::run(context, &args),
        Some(Command::User(command)) => user::run(context, &command),
        Some(Command::Conversation(command)) => conversation::run(context, &command),
        Some(Command::Send(command)) => send::run(context, &command),
        Some(Command::Outbox(command)) => outbox::run(context, &command),
        Some(Command::Approval(command)) => approval::run(context, &command),
        Some(Command::Suppress(command)) => suppress::run(context, &command),
        Some(Command::Audit(command)) => audit::run(context, &command),
        Some(Command::Template(command)) => template::run(context, &command),
        Some(Command::Flow(command)) => flow::run(context, &command),
        Some(Command::Explain(args)) => explain::run(context, args.code),
        Some(Command::Keys(args)) => keys::run(context, args.command.unwrap_or(KeysCommand::List)),
        Some(Command::Config(command)) => config::run(context, command),
        Some(Command::Profile(command)) => config::profile(context, &command),
        Some(Command::Completions(args)) => generate::completions(context, args.shell),
        Some(Command::Man) => generate::man(context),
        Some(Command::Demo(args)) => demo::run(context, &args),
        None => dashboard::run(context),
    }
}

/// Help and version go to stdout; wrong use becomes an error in the format that was asked for.
fn misused(error: &clap::Error, arguments: &[OsString], redactor: Redactor) -> ExitStatus {
    let wants_json = arguments.windows(2).any(|pair| {
        matches!(pair, [option, value] if option == "--output" && (value == "json" || value == "jsonl"))
    }) || arguments
        .iter()
        .any(|argument| argument == "--output=json" || argument == "--output=jsonl");
    let told = matches!(
        error.kind(),
        ClapErrorKind::DisplayHelp
            | ClapErrorKind::DisplayVersion
            | ClapErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    );
    if wants_json && error.exit_code() != 0 {
        let text = error.render().to_string();
        let sentence = text.lines().next().unwrap_or("wrong use");
        let sentence = sentence.trim_start_matches("error: ");
        Output::new(OutputFormat::Json, redactor).error(&usage(
            sentence,
            "`alertdesk --help` shows commands and options.",
        ));
    } else if let Err(failed) = error.print() {
        // A closed pipe: nobody is left to read the help.
        tracing::debug!(error = %failed, "help could not be printed");
    }
    if told && error.exit_code() == 0 {
        ExitStatus::Done
    } else {
        ExitStatus::Usage
    }
}
