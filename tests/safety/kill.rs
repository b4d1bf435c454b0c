//! `kill -9` of the real program at any moment of batches of a thousand, while one call in twenty
//! breaks. `ALERTDESK_KILLS` asks for more kills than the few of every test run.

use crate::oracle::oracle;
use crate::server::{Fault, FaultServer, Mix};
use crate::support::{KEY, asked_for, finish, open, plan, queue, target};
use alertdesk::domain::BatchId;
use alertdesk::outbox::Outbox;
use std::collections::HashSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const PEOPLE: u32 = 1000;
const KILLS_PER_BATCH: u32 = 6;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_alertdesk");

/// `outbox run` of the program, for this data folder and server.
pub fn start_program(dir: &Path, base_url: &str) -> Child {
    let mut program = Command::new(PROGRAM);
    program.args(["outbox", "run"]);
    start(program, dir, base_url)
}

/// A command that ends up as the program, with its settings.
pub fn start(mut program: Command, dir: &Path, base_url: &str) -> Child {
    let bot = target(base_url);
    program
        .env_clear()
        .env("HOME", dir)
        .env("TZ", "Europe/London")
        .env("ALERTDESK_CONFIG_DIR", dir.join("config"))
        .env("ALERTDESK_DATA_DIR", dir)
        .env("ALERTDESK_BASE_URL", base_url)
        .env("ALERTDESK_CUSTOMER_ID", bot.customer_id)
        .env("ALERTDESK_BOT_KEY", bot.bot_key)
        .env("ALERTDESK_API_KEY", KEY)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// One kill at a random moment of what is left; the moment is counted in calls, so that no clock is
/// needed.
fn kill_once(dir: &Path, outbox: &Outbox, id: BatchId, server: &FaultServer) {
    let came = server.tally().came.len();
    let left = usize::try_from(outbox.show(id).unwrap().counts.queued).unwrap();
    let moment = came + fastrand::usize(1..=left.div_ceil(4));
    let mut child = start_program(dir, &server.base_url());
    server.until(moment, || child.try_wait().unwrap().is_some());
    child.kill().unwrap();
    child.wait().unwrap();
    outbox.recover_if_idle().unwrap();
    oracle(outbox, &server.tally().taken, &HashSet::new());
}

#[test]
fn a_program_that_is_killed_at_any_moment_sends_nothing_twice_and_loses_nothing() {
    let kills = asked_for("ALERTDESK_KILLS").unwrap_or(KILLS_PER_BATCH);
    let (mut done, mut faults, mut messages) = (0, 0, 0);
    while done < kills {
        let dir = tempfile::tempdir().unwrap();
        // The program waits 90 s for an answer, so nothing hangs here.
        let mix = Mix::all(50).without(Fault::Hang);
        let seed = u64::from(done);
        let server = FaultServer::start(Mix { seed, ..mix });
        let outbox = open(dir.path());
        let id = queue(&outbox, &plan(&server.base_url(), PEOPLE, 16));
        let mut left = KILLS_PER_BATCH.min(kills - done);
        finish(&outbox, id, || {
            if left > 0 {
                left -= 1;
                done += 1;
                return kill_once(dir.path(), &outbox, id, &server);
            }
            start_program(dir.path(), &server.base_url())
                .wait()
                .unwrap();
            oracle(&outbox, &server.tally().taken, &HashSet::new());
        });
        let counts = outbox.show(id).unwrap().counts;
        let ended = counts.accepted + counts.unknown + counts.rejected;
        assert_eq!(ended, u64::from(PEOPLE), "{counts:?}");
        let tally = server.tally();
        faults += tally.tried();
        messages += tally.messages();
    }
    // The oracle has counted: one double or one loss, and this line is not reached.
    println!("{done} kills, {faults} faults tried, {messages} messages sent, duplicates 0, lost 0");
}
