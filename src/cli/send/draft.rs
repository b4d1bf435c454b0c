//! From the options of a `send` to a draft: template or flow, people, values, time, speed. It
//! must not queue.

use super::{people, time};
use crate::cli::args_people::PeopleArgs;
use crate::cli::args_send::{BroadcastSend, CommonSend, ParamArgs, SendCommand};
use crate::cli::connect::Line;
use crate::cli::context::{name_and_value, usage};
use crate::cli::{flow, template};
use crate::contract::ApiError;
use crate::domain::{
    BroadcastPart, Content, Profile, SendDraft, SendLimits, Standing, ValueSource,
};
use crate::settings::Settings;
use crate::store::Library;
use std::collections::BTreeMap;

type Values = BTreeMap<String, ValueSource>;

/// The options every `send` has.
pub fn common(command: &SendCommand) -> &CommonSend {
    match command {
        SendCommand::Template(send) => &send.common,
        SendCommand::Broadcast(send) => &send.common,
        SendCommand::CsvBroadcast(send) => &send.common,
        SendCommand::Flow(send) => &send.common,
    }
}

/// The draft the options describe; `stays` says whether a sender is alive that stays. The platform
/// is asked only where people come from a search, and never in a dry run.
///
/// # Errors
/// A name that is not in the library, a file that cannot be read, options that do not fit.
pub fn build(
    line: &Line<'_>,
    library: &Library,
    settings: &Settings,
    command: &SendCommand,
    stays: bool,
) -> Result<SendDraft, ApiError> {
    let context = line.context;
    let connection = settings.connection()?;
    let profile = &connection.profile;
    let common = common(command);
    let (message, to_column) = what(library, profile, command)?;
    let sources = people::Sources {
        settings,
        library,
        line: (!common.dry_run).then_some(line),
    };
    let mut audience = people::read(people(command), to_column, &message, sources)?;
    if message.is_free_text() {
        people::look_up_windows(context, settings, profile, &mut audience);
    }
    let reading = time::Reading {
        profile,
        kind: message.kind(),
        people: audience.rows.len(),
        stays,
    };
    let (schedule, waiting) = time::read(context, common, &reading)?;
    Ok(SendDraft {
        audience,
        content: message,
        standing: Standing::Current,
        schedule,
        waiting,
        limits: SendLimits {
            per_minute: common.rate.unwrap_or(profile.per_minute),
            concurrency: common.concurrency.unwrap_or(connection.concurrency),
            canary: common.canary.unwrap_or(0),
            spread_minutes: common.spread.unwrap_or(0),
        },
    })
}

/// The options that say who it is for.
pub fn people(command: &SendCommand) -> &PeopleArgs {
    match command {
        SendCommand::Template(send) => &send.people,
        SendCommand::Broadcast(send) => &send.people,
        SendCommand::CsvBroadcast(send) => &send.people,
        SendCommand::Flow(send) => &send.people,
    }
}

/// What is sent, and the column of the recipients if `--map to=COLUMN` names it.
fn what(
    library: &Library,
    profile: &Profile,
    command: &SendCommand,
) -> Result<(Content, Option<String>), ApiError> {
    match command {
        SendCommand::Template(send) => {
            let (values, to_column) = values(&send.values)?;
            let Some(name) = &send.name else {
                let payload = template::read_text(send.raw.as_deref().unwrap_or("-"))?;
                return Ok((Content::RawTemplate { payload }, None));
            };
            let template = template::find(library, name, send.language.as_deref())?;
            Ok((Content::Template { template, values }, to_column))
        }
        SendCommand::Broadcast(send) => broadcast(library, send),
        SendCommand::CsvBroadcast(send) => {
            let (values, to_column) = values(&send.values)?;
            let template = template::find(library, &send.template, send.language.as_deref())?;
            let title = send.title.clone();
            let content = Content::CsvBroadcast {
                title,
                template,
                values,
            };
            Ok((content, to_column))
        }
        SendCommand::Flow(send) => {
            let (attributes, to_column) = sources("--attr", &send.attr, &send.map)?;
            let version = match &send.version {
                None => profile.wire.flow_version,
                Some(text) => text.parse().map_err(|sentence: String| {
                    usage(sentence, "Leave --version out for the profile's.")
                })?,
            };
            let flow = flow::find(library, &send.name)?;
            let content = Content::Flow {
                flow,
                version,
                attributes,
            };
            Ok((content, to_column))
        }
    }
}

fn broadcast(
    library: &Library,
    send: &BroadcastSend,
) -> Result<(Content, Option<String>), ApiError> {
    let (values, to_column) = values(&send.values)?;
    let title = send.title.clone().unwrap_or_default();
    let channel = send.channel.clone();
    let exact_title = send.exact_title;
    if let Some(file) = &send.raw {
        let content = Content::RawBroadcast {
            title,
            body: template::read_text(file)?,
            channel,
            exact_title,
        };
        return Ok((content, to_column));
    }
    let Some(name) = &send.template else {
        if !values.is_empty() {
            return Err(usage(
                "a broadcast of texts has no parameters",
                "Leave --param and --map out, or give --template NAME.",
            ));
        }
        let content = Content::DirectBroadcast {
            title,
            parts: parts(send)?,
            channel,
            exact_title,
        };
        return Ok((content, to_column));
    };
    let content = Content::TemplateBroadcast {
        title,
        template: template::find(library, name, send.language.as_deref())?,
        values,
        channel,
        exact_title,
    };
    Ok((content, to_column))
}

/// The texts, then the entries given as JSON.
fn parts(send: &BroadcastSend) -> Result<Vec<BroadcastPart>, ApiError> {
    let texts = send
        .text
        .iter()
        .map(|text| Ok(BroadcastPart::Text(text.clone())));
    let entries = send
        .content
        .iter()
        .map(|given| match given.strip_prefix('@') {
            Some(file) => template::read_text(file).map(BroadcastPart::Raw),
            None => Ok(BroadcastPart::Raw(given.clone())),
        });
    texts.chain(entries).collect()
}

fn values(args: &ParamArgs) -> Result<(Values, Option<String>), ApiError> {
    sources("--param", &args.param, &args.map)
}

/// Where each value comes from, and the column of the recipients if `--map to=COLUMN` names it.
fn sources(
    option: &str,
    constants: &[String],
    columns: &[String],
) -> Result<(Values, Option<String>), ApiError> {
    let mut values = Values::new();
    let mut to_column = None;
    let mut add = |name: &str, source| {
        if values.insert(name.to_owned(), source).is_some() {
            return Err(usage(
                format!("`{name}` is given twice"),
                "Give each value once.",
            ));
        }
        Ok(())
    };
    for text in constants {
        let (name, value) = name_and_value(option, text)?;
        add(name, ValueSource::Constant(value.to_owned()))?;
    }
    for text in columns {
        let (name, column) = name_and_value("--map", text)?;
        if name == "to" {
            to_column = Some(column.to_owned());
        } else {
            add(name, ValueSource::Column(column.to_owned()))?;
        }
    }
    Ok((values, to_column))
}
