//! The sender of the command line: `outbox run` and `send --wait`. The first request to stop lets
//! calls on the way end, the second ends the process at once.

use super::print_with_items;
use super::speed::Speed;
use crate::cli::args::OutputFormat;
use crate::cli::connect::transports;
use crate::cli::context::{Context, block_on};
use crate::cli::exit::ExitStatus;
use crate::cli::output::{Row, to_value};
use crate::cli::signals::{StopRequest, StopSignals};
use crate::contract::{ApiError, ErrorKind, OutboxEvent, PersonNeeded, SenderState};
use crate::domain::{Batch, BatchId, BatchState};
use crate::outbox::{FollowEnd, Outbox, OutboxError, RunSummary, Scope, Sender, TransportProvider};
use crate::runtime::call_person::call_person;
use crate::runtime::clock;
use crate::settings::{NotifyCommand, Settings};
use crate::text::format;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Room for events; the sender drops the oldest if a terminal is slow.
const EVENTS: usize = 1024;

/// What is needed to see a batch through.
pub struct Finish {
    /// Requests to stop.
    pub signals: StopSignals,
    /// The way to the platform.
    pub provider: Arc<dyn TransportProvider>,
}

/// How a run ended: with its summary, or by a second request to stop.
enum Ended {
    Summary(RunSummary),
    Interrupted,
}

/// Waits for one batch, sending it here if nobody else does, and prints it with its items.
///
/// # Errors
/// What the record says.
pub async fn send_and_wait(
    context: &Context,
    outbox: &Outbox,
    id: BatchId,
    finish: Finish,
) -> Result<ExitStatus, ApiError> {
    let stop = CancellationToken::new();
    let (sender, events) = mpsc::channel(EVENTS);
    let work = outbox.send_and_wait(id, finish.provider, sender, stop.clone());
    let mut screen = Screen::new(context, outbox, Some(id));
    let ended = watch((work, events), finish.signals, &stop, &mut screen).await?;
    let Ended::Summary(summary) = ended else {
        return Ok(ExitStatus::Interrupted);
    };
    screen.end();
    let batch = outbox.show(id)?;
    print_with_items(context, outbox, &batch)?;
    if let Some(reason) = &batch.reason {
        context.output.note(&format!(
            "Batch {} is {}: {}",
            batch.id, batch.state, reason.text
        ));
    }
    Ok(status(summary.exit_status()))
}

/// `outbox run`.
///
/// # Errors
/// Another sender (without `--stay`), or what the record says.
pub fn run(
    context: &Context,
    settings: &Settings,
    outbox: &Outbox,
    stay: bool,
) -> Result<ExitStatus, ApiError> {
    let connection = settings.connection()?;
    if connection.profile.read_only {
        return Err(ApiError::new(
            ErrorKind::Refused,
            format!(
                "the profile {} is read-only: it sends nothing",
                connection.profile.name
            ),
            "Turn read-only off, or choose another profile.",
        ));
    }
    block_on(async {
        let mut signals = StopSignals::listen()?;
        let provider = transports(context, connection).await?;
        let stop = CancellationToken::new();
        let (sender, events) = mpsc::channel(EVENTS);
        let mut screen = Screen::new(context, outbox, None);
        screen.notify.clone_from(&settings.notify);
        if stay {
            wait_for_turn(context, outbox, &mut signals).await?;
        }
        let taken = Sender::take(outbox)?;
        for sentence in taken.recovered() {
            context.output.note(sentence);
        }
        let ended = if stay {
            taken.stays()?;
            let work = taken.run(provider, sender, stop.clone());
            watch((work, events), signals, &stop, &mut screen).await?
        } else {
            let work = taken.run_until_done(Scope::Everything, provider, sender, stop.clone());
            watch((work, events), signals, &stop, &mut screen).await?
        };
        screen.end();
        match ended {
            Ended::Interrupted => Ok(ExitStatus::Interrupted),
            Ended::Summary(summary) => {
                screen.print_summary(&summary);
                if !stay {
                    say_what_waits(context, outbox)?;
                }
                Ok(status(summary.exit_status()))
            }
        }
    })
}

/// A run that does not stay leaves what has a time to one that does, and says so.
fn say_what_waits(context: &Context, outbox: &Outbox) -> Result<(), ApiError> {
    let batches = outbox.list()?;
    let waiting = batches
        .iter()
        .filter(|batch| batch.state == BatchState::Scheduled);
    let mut any = false;
    for batch in waiting {
        any = true;
        let at = batch.scheduled.unwrap_or(batch.created);
        let at = format::planned(&at.to_zoned(context.zone()));
        let line = format!("Batch {} waits for its time: {at}.", batch.id);
        context.output.note(&line);
    }
    if any {
        context.output.note(
            "This sender ends now. `alertdesk outbox run --stay` is there at such times; what is \
             more than 2 minutes late is held, never sent.",
        );
    }
    Ok(())
}

/// With `--stay` another sender is waited for instead of being an error.
async fn wait_for_turn(
    context: &Context,
    outbox: &Outbox,
    signals: &mut StopSignals,
) -> Result<(), ApiError> {
    if let SenderState::Other { pid } = outbox.sender()? {
        context.output.note(&format!(
            "Process {pid} is sending; this one waits for its turn."
        ));
    }
    let stop = CancellationToken::new();
    let (sender, mut events) = mpsc::channel(EVENTS);
    let mut follow = std::pin::pin!(outbox.follow(sender, stop.clone()));
    loop {
        tokio::select! {
            end = &mut follow => return match end? {
                FollowEnd::NobodySends => Ok(()),
                FollowEnd::Told => Err(ApiError::new(ErrorKind::Refused, "stopped while waiting", "")),
            },
            _ = signals.next() => stop.cancel(),
            // Only the end matters here; the other process shows its own progress.
            Some(_) = events.recv() => {}
        }
    }
}

fn status(code: u8) -> ExitStatus {
    match code {
        0 => ExitStatus::Done,
        3 => ExitStatus::Authentication,
        5 => ExitStatus::Network,
        6 => ExitStatus::SomeRejected,
        7 => ExitStatus::SomeUnknown,
        _ => ExitStatus::Failed,
    }
}

async fn watch(
    (work, mut events): (
        impl Future<Output = Result<RunSummary, OutboxError>>,
        mpsc::Receiver<OutboxEvent>,
    ),
    mut signals: StopSignals,
    stop: &CancellationToken,
    screen: &mut Screen<'_>,
) -> Result<Ended, ApiError> {
    let mut work = std::pin::pin!(work);
    let mut calls = FuturesUnordered::new();
    let mut summary = None;
    loop {
        if let Some(summary) = summary.take_if(|_| calls.is_empty()) {
            return Ok(Ended::Summary(summary));
        }
        tokio::select! {
            done = &mut work, if summary.is_none() => {
                while let Ok(event) = events.try_recv() {
                    calls.extend(screen.called(&event));
                    screen.show(event);
                }
                // Whoever is called now is told before the process ends.
                summary = Some(done?);
            }
            request = signals.next() => {
                if stop.is_cancelled() && request == StopRequest::Interrupt {
                    screen.interrupted();
                    return Ok(Ended::Interrupted);
                }
                stop.cancel();
                screen.draining();
            }
            Some(failed) = calls.next() => screen.warn(failed),
            Some(event) = events.recv() => {
                calls.extend(screen.called(&event));
                screen.show(event);
            }
        }
    }
}

/// Calls a person beside the run; a sentence if that failed.
async fn call(command: NotifyCommand, call: Box<PersonNeeded>) -> Option<String> {
    call_person(&command, &call).await.err()
}

/// What a run shows: a line of progress for people, lines of JSON for scripts.
struct Screen<'a> {
    context: &'a Context,
    outbox: &'a Outbox,
    only: Option<BatchId>,
    batches: BTreeMap<BatchId, Batch>,
    speed: Speed,
    notify: Option<NotifyCommand>,
    drawn: bool,
}

impl<'a> Screen<'a> {
    fn new(context: &'a Context, outbox: &'a Outbox, only: Option<BatchId>) -> Self {
        Self {
            context,
            outbox,
            only,
            batches: BTreeMap::new(),
            speed: Speed::default(),
            notify: None,
            drawn: false,
        }
    }

    /// Somebody to call because of an event.
    fn called(&self, event: &OutboxEvent) -> Option<impl Future<Output = Option<String>> + use<>> {
        match (event, &self.notify) {
            (OutboxEvent::PersonNeeded(needed), Some(command)) => {
                Some(call(command.clone(), needed.clone()))
            }
            (
                OutboxEvent::PersonNeeded(_)
                | OutboxEvent::BatchChanged(_)
                | OutboxEvent::CallFinished(_)
                | OutboxEvent::Sender(_)
                | OutboxEvent::Recovered(_),
                Some(_) | None,
            ) => None,
        }
    }

    fn warn(&mut self, sentence: Option<String>) {
        if let Some(sentence) = sentence {
            self.end();
            self.context.output.note(&format!("warning: {sentence}"));
        }
    }

    fn show(&mut self, event: OutboxEvent) {
        match event {
            OutboxEvent::BatchChanged(batch) => {
                if self.only.is_some_and(|id| id != batch.id) {
                    return;
                }
                if self.wants_lines() && self.batches.get(&batch.id) != Some(&*batch) {
                    self.context.output.json_line(&to_value(&batch));
                }
                self.batches.insert(batch.id, *batch);
                self.draw();
            }
            OutboxEvent::CallFinished(record) => {
                tracing::info!(
                    label = record.label,
                    result = record.result,
                    status = record.http_status,
                    rule = record.detail.rule,
                    "call ended"
                );
            }
            OutboxEvent::Sender(_) | OutboxEvent::Recovered(_) | OutboxEvent::PersonNeeded(_) => {}
        }
    }

    /// `outbox run` without a terminal, or asked for lines; a single `send --wait` prints only its
    /// one document.
    fn wants_lines(&self) -> bool {
        let output = &self.context.output;
        self.only.is_none()
            && (output.format() == OutputFormat::Jsonl
                || (output.format() == OutputFormat::Table && !output.progress_wanted()))
    }

    fn draw(&mut self) {
        if !self.context.output.progress_wanted() {
            return;
        }
        let sum = |of: fn(&Batch) -> u64| self.batches.values().map(of).sum::<u64>();
        let accepted = sum(|batch| batch.counts.accepted);
        let rejected = sum(|batch| batch.counts.rejected);
        let unknown = sum(|batch| batch.counts.unknown);
        let left = sum(|batch| batch.counts.queued + batch.counts.sending);
        self.speed.note(clock::now(), accepted + rejected + unknown);
        let line = format!(
            "accepted {accepted} · rejected {rejected} · unknown {unknown} · waiting {left}{}",
            self.speed.words(left)
        );
        self.context.output.progress(&line);
        self.drawn = true;
    }

    fn end(&mut self) {
        if self.drawn {
            self.context.output.end_progress();
            self.drawn = false;
        }
    }

    fn draining(&mut self) {
        self.end();
        self.context
            .output
            .note("Stopping: no new call starts, those on the way end. Ctrl-C again ends at once.");
    }

    fn interrupted(&mut self) {
        self.end();
        // From the record and not from what was shown, which lags behind by a moment.
        let sending = self.outbox.list().map(|batches| {
            let batches = batches
                .iter()
                .filter(|batch| self.only.is_none_or(|id| id == batch.id));
            batches.map(|batch| batch.counts.sending).sum::<u64>()
        });
        let what = match sending {
            Ok(sending) => format!("{sending} on the way become unknown"),
            Err(_) => "what was on the way becomes unknown".to_owned(),
        };
        self.context.output.note(&format!(
            "Ended at once: {what}. Nothing is sent again by itself."
        ));
    }

    fn print_summary(&self, summary: &RunSummary) {
        if self.wants_lines() {
            return;
        }
        let rows: Vec<Row> = summary
            .batches
            .iter()
            .map(|run| super::batch_row(self.context, &run.batch))
            .collect();
        self.context.output.list(&super::BATCH_HEADERS, &rows);
    }
}
