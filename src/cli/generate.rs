//! `completions SHELL` and `man`: made from the same description as the options themselves.

use super::args::Cli;
use super::context::{Context, usage};
use super::exit::ExitStatus;
use crate::contract::ApiError;
use clap::CommandFactory;
use std::io;

/// Prints a completion script.
///
/// # Errors
/// Never in practice; a failure to render is said.
pub fn completions(context: &Context, shell: clap_complete::Shell) -> Result<ExitStatus, ApiError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "alertdesk", &mut script);
    context.output.raw(&script);
    Ok(ExitStatus::Done)
}

/// Prints the manual: the page of the program, then one section for each command.
///
/// # Errors
/// Never in practice; a failure to render is said.
pub fn man(context: &Context) -> Result<ExitStatus, ApiError> {
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    render(&command, &mut page).map_err(|error| usage(error.to_string(), ""))?;
    context.output.raw(&page);
    Ok(ExitStatus::Done)
}

fn render(command: &clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    clap_mangen::Man::new(command.clone()).render(page)?;
    for subcommand in command
        .get_subcommands()
        .filter(|one| one.get_name() != "help")
    {
        render_section(subcommand, page)?;
    }
    Ok(())
}

fn render_section(command: &clap::Command, page: &mut Vec<u8>) -> io::Result<()> {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    page.extend_from_slice(format!(".SH {}\n", name.to_uppercase().replace('-', "\\-")).as_bytes());
    let man = clap_mangen::Man::new(command.clone());
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    for subcommand in command
        .get_subcommands()
        .filter(|one| one.get_name() != "help")
    {
        render_section(subcommand, page)?;
    }
    Ok(())
}
