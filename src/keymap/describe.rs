//! Which keys do what, for the footer, help, the palette and the README. It must not decide what
//! is possible now; a key with a condition is listed as if the condition held.

use std::fmt::Write as _;

use super::{Binding, Chord, Condition, KeyContext, Keymap};
use crate::contract::action::Action;

/// One action of a place with its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// What the keys start.
    pub action: Action,
    /// The keys, in the order of the keymap.
    pub chords: Vec<Chord>,
    /// Where the first of them is bound: the place itself, or one it shares keys with.
    pub from: KeyContext,
}

impl Described {
    /// The keys as they are written in help: `j Down`.
    pub fn keys(&self) -> String {
        join(&self.chords, " ")
    }
}

impl Keymap {
    /// The keys that start an action in a place, most specific first. Keys that something else
    /// hides there are left out.
    pub fn chords_for(&self, context: KeyContext, action: Action) -> Vec<Chord> {
        self.reachable(context)
            .filter(|binding| binding.run == Some(action))
            .map(|binding| binding.chord)
            .collect()
    }

    /// The first of those keys, for a footer or a sentence that names a key.
    pub fn key_for(&self, context: KeyContext, action: Action) -> Option<Chord> {
        self.reachable(context)
            .find(|binding| binding.run == Some(action))
            .map(|binding| binding.chord)
    }

    /// Everything that has a key in a place, in the order of the keymap, the place's own keys
    /// first.
    pub fn describe(&self, context: KeyContext) -> Vec<Described> {
        let mut all: Vec<Described> = Vec::new();
        for binding in self.reachable(context) {
            let Some(action) = binding.run else { continue };
            match all.iter_mut().find(|known| known.action == action) {
                Some(known) if known.chords.contains(&binding.chord) => {}
                Some(known) => known.chords.push(binding.chord),
                None => {
                    let chords = vec![binding.chord];
                    all.push(Described {
                        action,
                        chords,
                        from: binding.context,
                    });
                }
            }
        }
        all
    }

    /// The table of keys of the README: one row per place, action and condition, in Markdown.
    pub fn markdown_table(&self) -> String {
        let mut table = String::from("| Where | Key | What it does |\n|---|---|---|\n");
        for context in KeyContext::ALL {
            for (action, when, keys) in self.own_rows(*context) {
                let keys: Vec<String> = keys.iter().map(|key| code(&key.to_string())).collect();
                let only = if when.is_always() {
                    String::new()
                } else {
                    format!(" (when {})", when.to_string().replace('_', " "))
                };
                let row = (context.title(), keys.join(" "), action.help());
                // Writing into a String cannot fail.
                if writeln!(table, "| {} | {} | {}{only} |", row.0, row.1, row.2).is_err() {
                    return table;
                }
            }
        }
        table
    }

    /// The keys a place binds itself, those of the same action and condition together.
    fn own_rows(&self, context: KeyContext) -> Vec<(Action, &Condition, Vec<Chord>)> {
        let mut rows: Vec<(Action, &Condition, Vec<Chord>)> = Vec::new();
        for binding in self
            .bindings()
            .iter()
            .filter(|binding| binding.context == context)
        {
            let Some(action) = binding.run else { continue };
            match rows
                .iter_mut()
                .find(|row| (row.0, row.1) == (action, &binding.when))
            {
                Some(row) => row.2.push(binding.chord),
                None => rows.push((action, &binding.when, vec![binding.chord])),
            }
        }
        rows
    }

    fn reachable(&self, context: KeyContext) -> impl Iterator<Item = &Binding> {
        context
            .chain()
            .iter()
            .flat_map(|place| {
                self.bindings()
                    .iter()
                    .filter(|binding| binding.context == *place)
            })
            .filter(move |binding| {
                // Hidden: a more specific place has the same key, and without a condition.
                let answer = self.lookup(context, binding.chord, |other| {
                    other.when.is_always() || other.context == binding.context
                });
                answer.is_some_and(|answer| answer.context == binding.context)
            })
    }
}

fn join(chords: &[Chord], between: &str) -> String {
    chords
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(between)
}

/// A key as code in a Markdown table, where a bar would end the cell.
fn code(key: &str) -> String {
    let key = key.replace('|', "\\|");
    if key.contains('`') {
        format!("`` {key} ``")
    } else {
        format!("`{key}`")
    }
}
