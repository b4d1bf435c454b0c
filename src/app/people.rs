//! Pages about a person: everything the platform says of them, and their conversation at a glance.

use super::help;
use super::state::State;
use crate::domain::{ConversationSummary, User};
use crate::overlays::page::{self, Kind};
use crate::overlays::palette::{Entry, Target};
use crate::text::{format, sanitize, wrap};
use crate::theme::Role;
use crate::widgets::Spans;
use jiff::Zoned;

/// Cells of a page.
const WIDTH: usize = 96;
/// Cells of the longest bar of a side.
const BAR: u64 = 30;
/// Days shown; the last ones count.
const DAYS: usize = 30;

/// People to add to a draft: those of the list, then those whose conversation was opened last.
pub fn recipient_entries(state: &State) -> Vec<Entry> {
    let listed = state.users.rows().iter().map(|row| &row.user);
    let others = state.recent.iter().filter(|user| {
        let rows = state.users.rows().iter();
        !rows.map(|row| &row.user.id).any(|id| *id == user.id)
    });
    let entries = listed.chain(others).map(|user| {
        let name = sanitize::clean_line(user.name.as_deref().unwrap_or("no name"));
        let number = user.phone.as_deref().unwrap_or(&user.channel_user_id);
        Entry {
            kind: "person",
            label: format!("{name}  {}", format::phone(&sanitize::clean_line(number))),
            note: "add".to_owned(),
            unavailable: false,
            target: Target::Recipient(user.channel_user_id.clone()),
        }
    });
    entries.collect()
}

/// Everything the platform says about a person: attributes first, then the object as received.
pub fn details_page(user: &User) -> page::State {
    let mut lines = Vec::new();
    let name = user.name.as_deref().unwrap_or("no name");
    let facts = [
        ("name", Some(name)),
        ("number", user.phone.as_deref()),
        ("id", Some(user.id.as_str())),
        ("channel user id", Some(user.channel_user_id.as_str())),
        ("channel", user.channel.as_deref()),
    ];
    for (label, value) in facts {
        lines.extend(fact(label, value.unwrap_or("none")));
    }
    lines.push(Spans::default());
    lines.push(Spans::of(Role::Key, "Attributes"));
    for key in user.attributes.keys() {
        let value = user.attribute(key).unwrap_or_default();
        lines.extend(fact(key, &value));
    }
    if user.attributes.is_empty() {
        lines.push(Spans::of(Role::Muted, "none"));
    }
    let json = serde_json::to_string_pretty(&user.raw).unwrap_or_default();
    lines.push(Spans::default());
    lines.push(Spans::of(Role::Key, "As received"));
    let escaped = sanitize::escape_json_text(&json);
    for line in escaped.lines() {
        let parts = wrap::wrap(line, WIDTH).into_iter();
        lines.extend(parts.map(|part| Spans::of(Role::Text, part)));
    }
    page::State {
        kind: Kind::Detail,
        title: sanitize::clean_line(name).into_owned(),
        state: Spans::of(Role::Muted, format::last_four(&user.channel_user_id)),
        lines,
        scroll: 0,
        copy: json,
    }
}

fn fact(label: &str, value: &str) -> Vec<Spans> {
    let label = crate::text::width::fit(&sanitize::clean_line(label), 20, "…");
    let value = sanitize::clean_line(value).into_owned();
    let mut lines = Vec::new();
    for (index, part) in wrap::wrap(&value, WIDTH - 22).into_iter().enumerate() {
        let name = if index == 0 { label.as_str() } else { "" };
        lines.push(Spans::of(Role::Muted, format!("{name:<22}")).with(Role::Text, part));
    }
    lines
}

/// Messages a day on both sides as bars, and how long the person waited for answers.
pub fn summary_page(name: &str, summary: &ConversationSummary, now: &Zoned) -> page::State {
    let mut lines = vec![waits(summary, now)];
    lines.push(Spans::default());
    lines.push(
        Spans::of(Role::Muted, format!("{:<14}", "day"))
            .with(Role::Active, format!("{:<37}", "‹ customer"))
            .with(Role::Accepted, "› our side"),
    );
    let days = summary.days.get(summary.days.len().saturating_sub(DAYS)..);
    let days = days.unwrap_or_default();
    let most = days.iter().map(|day| day.from_customer.max(day.from_us));
    let most = most.max().unwrap_or(0).max(1);
    for day in days.iter().rev() {
        let bar = |count: u64| {
            let cells = (count * BAR).div_ceil(most);
            "█".repeat(usize::try_from(cells).unwrap_or(0))
        };
        let side = |count: u64| format!("{:>5} {}", format::count(count), bar(count));
        let date = day.day.strftime("%a %-d %b").to_string();
        lines.push(
            Spans::of(Role::Muted, format!("{date:<14}"))
                .with(Role::Active, format!("{:<37}", side(day.from_customer)))
                .with(Role::Accepted, side(day.from_us)),
        );
    }
    if days.is_empty() {
        let text = "No messages of the last 30 days are in the local copy.";
        lines.push(Spans::of(Role::Muted, text));
    }
    let copy = help::plain(&lines);
    page::State {
        kind: Kind::Detail,
        title: format!("{name} · last 30 days"),
        state: Spans::of(Role::Muted, "from the local copy"),
        lines,
        scroll: 0,
        copy,
    }
}

fn waits(summary: &ConversationSummary, now: &Zoned) -> Spans {
    let mut line = match summary.responses {
        None => Spans::of(Role::Muted, "No answers yet."),
        Some(times) => Spans::of(
            Role::Text,
            format!(
                "{} answered, half within {}, nine of ten within {}.",
                format::counted(times.answers, "message"),
                format::duration(times.median.unsigned_abs()),
                format::duration(times.slow.unsigned_abs()),
            ),
        ),
    };
    if let Some(since) = summary.waiting_since {
        let waited = now.timestamp().duration_since(since).unsigned_abs();
        let text = format!(" Waiting for {}.", format::duration(waited));
        line.push(Role::Attention, text);
    }
    line
}
