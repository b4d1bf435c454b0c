//! Calls a person by the command of the settings. It decides nothing: that somebody is needed is
//! said by the outbox. Whatever the command does, sends go on.

use crate::contract::{CallDetail, CallDirection, CallOutcome, CallRecord, PersonNeeded};
use crate::settings::NotifyCommand;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// How long the command may take.
const LIMIT: Duration = Duration::from_secs(10);

/// Runs the command with the batch, its state and the rule in its environment and one line on
/// its input. It never gets the key, and what it prints goes nowhere. Whoever drops this leaves the
/// command to itself.
///
/// # Errors
/// One sentence if it cannot be started, takes too long or fails.
pub async fn call_person(command: &NotifyCommand, call: &PersonNeeded) -> Result<(), String> {
    let failed = |how: String| format!("notify_command for {} {how}", call.batch);
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(&command.command)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    for name in &command.without {
        shell.env_remove(name);
    }
    shell
        .env("ALERTDESK_BATCH", call.batch.0.to_string())
        .env("ALERTDESK_STATE", call.state.word())
        .env("ALERTDESK_RULE", &call.rule);
    // A group of its own, so that everything it starts can be ended with it.
    #[cfg(unix)]
    shell.process_group(0);
    let mut child = shell
        .spawn()
        .map_err(|error| failed(format!("could not be started: {error}")))?;
    let sentence = format!("{}\n", call.sentence);
    let work = async {
        if let Some(mut input) = child.stdin.take() {
            // A command that does not read is no failed one.
            drop(input.write_all(sentence.as_bytes()).await);
        }
        child.wait().await
    };
    let Ok(ended) = tokio::time::timeout(LIMIT, work).await else {
        end(&mut child).await;
        return Err(failed(format!("took longer than {} s", LIMIT.as_secs())));
    };
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(match status.code() {
            Some(code) => format!("ended with status {code}"),
            None => "was ended by a signal".to_owned(),
        })),
        Err(error) => Err(failed(format!("could not be followed: {error}"))),
    }
}

async fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = child.id().and_then(|id| i32::try_from(id).ok())
        && let Some(group) = rustix::process::Pid::from_raw(group)
    {
        let ended = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        if let Err(error) = ended {
            tracing::debug!(%error, "notify_command ended in this very moment");
        }
    }
    drop(child.kill().await);
}

/// The line of the activity list for a command that failed.
pub fn failed_call(call: &PersonNeeded, sentence: String, now: jiff::Timestamp) -> CallRecord {
    CallRecord {
        started: now,
        duration: Duration::ZERO,
        direction: CallDirection::Local,
        label: format!("{} notify_command", call.batch),
        outcome: CallOutcome::Failed,
        result: "nobody called".to_owned(),
        http_status: None,
        detail: Box::new(CallDetail {
            sentence,
            advice: "Run the command of the settings by hand to see why. Sends are not touched."
                .to_owned(),
            batch: Some(call.batch),
            ..CallDetail::default()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::call_person;
    use crate::contract::PersonNeeded;
    use crate::domain::{BatchId, BatchState};
    use crate::settings::NotifyCommand;
    use std::time::Duration;

    fn call() -> PersonNeeded {
        PersonNeeded {
            batch: BatchId(29),
            state: BatchState::Paused,
            rule: "key_refused".to_owned(),
            sentence: "#29 stock_recall is paused, 310 not sent: the key was refused.".to_owned(),
        }
    }

    fn command(text: &str) -> NotifyCommand {
        NotifyCommand {
            command: text.to_owned(),
            without: vec!["PATH_OF_NOTHING".to_owned()],
        }
    }

    #[tokio::test]
    async fn it_reads_a_sentence_and_finds_the_rest_in_its_environment() {
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        let text = format!(
            "{{ cat; echo \"$ALERTDESK_BATCH $ALERTDESK_STATE $ALERTDESK_RULE\"; }} > '{}'",
            told.display()
        );
        call_person(&command(&text), &call()).await.unwrap();
        assert_eq!(
            std::fs::read_to_string(told).unwrap(),
            "#29 stock_recall is paused, 310 not sent: the key was refused.\n29 paused key_refused\n"
        );
    }

    #[tokio::test]
    async fn a_variable_that_may_hold_the_key_is_not_there() {
        let mut without = command("test -z \"$HOME\"");
        without.without.push("HOME".to_owned());
        assert_eq!(call_person(&without, &call()).await, Ok(()));
    }

    #[tokio::test]
    async fn a_command_that_fails_or_reads_nothing_says_how_it_ended() {
        assert_eq!(call_person(&command("true"), &call()).await, Ok(()));
        assert_eq!(
            call_person(&command("exit 3"), &call()).await.unwrap_err(),
            "notify_command for #29 ended with status 3"
        );
        assert_eq!(
            call_person(&command("kill -9 $$"), &call())
                .await
                .unwrap_err(),
            "notify_command for #29 was ended by a signal"
        );
    }

    #[tokio::test]
    async fn a_command_that_hangs_is_ended_with_everything_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let pid = folder.path().join("pid");
        let text = format!("sleep 300 & echo $! > '{}'; wait", pid.display());
        let failed = call_person(&command(&text), &call()).await.unwrap_err();
        assert_eq!(failed, "notify_command for #29 took longer than 10 s");
        let pid = std::fs::read_to_string(pid).unwrap();
        let status = format!("/proc/{}/stat", pid.trim());
        // Ended, and whoever inherits it may not have looked yet.
        let runs = || std::fs::read_to_string(&status).is_ok_and(|stat| !stat.contains(") Z"));
        for _ in 0..500 {
            if !runs() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("what the command started still runs");
    }
}
