//! `conversation export`: messages of one person in a file that appears only when it is whole.

use super::{ask, fetch, person, window};
use crate::cli::args_conversation::{ConversationExport, SideArg};
use crate::cli::connect::reader;
use crate::cli::context::{Context, block_on};
use crate::cli::exit::ExitStatus;
use crate::cli::output::to_value;
use crate::cli::signals::{StopRequest, StopSignals};
use crate::contract::ApiError;
use crate::domain::ChatMessage;
use crate::export::{ExportFile, ExportFormat, ExportHeader, ExportSide, Exporter, Overwrite};
use crate::settings::Connection;
use serde_json::json;
use std::path::Path;

/// After so many messages a request to stop is looked at.
const BREATH: usize = 2_000;

/// Fetches a conversation and writes it to a file.
///
/// # Errors
/// A time or a name that cannot be read, a file that is there already or cannot be written, or
/// what the platform or the network says.
pub fn run(context: &Context, args: &ConversationExport) -> Result<ExitStatus, ApiError> {
    let format = ExportFormat::of_path(&args.to)?;
    let overwrite = if args.force {
        Overwrite::Replace
    } else {
        Overwrite::Refuse
    };
    ExportFile::check(&args.to, overwrite)?;
    let settings = context.settings()?;
    let connection = settings.connection()?;
    let now = context.now_in_zone(&settings);
    let header = ExportHeader {
        user: person(&args.user),
        range: window(&args.when, &now, "export")?,
        side: match args.side {
            None => ExportSide::Both,
            Some(SideArg::Customer) => ExportSide::Customer,
            Some(SideArg::Us) => ExportSide::Us,
        },
        exported: now,
    };
    // Made before anything is fetched, so that a folder that cannot be written to costs no time.
    let file = ExportFile::create(&args.to, overwrite)?;
    let work = async {
        let mut stop = StopSignals::listen()?;
        let export = whole(context, connection, (&header, format), (file, &args.to));
        tokio::select! {
            exported = export => exported.map(Ok),
            request = stop.next() => Ok(Err(request)),
        }
    };
    match block_on(work)? {
        Ok(messages) => {
            tell(context, args, (&header, format), messages);
            Ok(ExitStatus::Done)
        }
        Err(StopRequest::Interrupt | StopRequest::Terminate) => {
            if context.output.progress_wanted() {
                context.output.end_progress();
            }
            context
                .output
                .note(&format!("Stopped. {} was not written.", args.to.display()));
            Ok(ExitStatus::Interrupted)
        }
    }
}

/// Fetches, writes, and puts the file under its name. Dropped on the way, it leaves nothing.
async fn whole(
    context: &Context,
    connection: &Connection,
    (header, format): (&ExportHeader, ExportFormat),
    (file, target): (ExportFile, &Path),
) -> Result<u64, ApiError> {
    let client = reader(context, connection).await?;
    let asked = ask(&header.user, header.range, usize::MAX);
    let (messages, _) = fetch(context, &client, asked, usize::MAX).await?;
    let failed = |error| ExportFile::failed(target, &error);
    let mut exporter = Exporter::begin(format, header, file).map_err(failed)?;
    for some in messages.chunks(BREATH) {
        write(&mut exporter, header, some).map_err(failed)?;
        tokio::task::yield_now().await;
    }
    let written = exporter.messages();
    exporter.finish().map_err(failed)?.keep()?;
    Ok(written)
}

fn write(
    exporter: &mut Exporter<ExportFile>,
    header: &ExportHeader,
    messages: &[ChatMessage],
) -> std::io::Result<()> {
    messages
        .iter()
        .filter(|message| header.takes(message))
        .try_for_each(|message| exporter.push(message))
}

fn tell(
    context: &Context,
    args: &ConversationExport,
    (header, format): (&ExportHeader, ExportFormat),
    messages: u64,
) {
    let file = args.to.display().to_string();
    let document = json!({
        "file": file,
        "format": to_value(&format),
        "messages": messages,
        "exported": to_value(header),
    });
    let lines = [
        ("file", file),
        ("format", format.name().to_owned()),
        ("messages", messages.to_string()),
        ("person", header.user.clone()),
        ("time", header.range.words(header.zone())),
        ("side", header.side.word().to_owned()),
    ];
    context.output.document(&document, &lines);
    if messages == 0 {
        context.output.note(
            "There is no message in this conversation and time; the file holds only the filter.",
        );
    }
}
