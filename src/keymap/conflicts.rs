//! What is wrong or surprising in a keymap: mistakes, keys bound twice, keys that hide others,
//! keys that can never act. It must not change the keymap.

use std::fmt;

use super::{Binding, KeyContext, Keymap, Source};
use crate::text::format::counted;

/// What sort of thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The line cannot be used: unknown action, context, key or word. It was left out.
    Mistake,
    /// The same key twice in one place; the later line counts.
    Twice,
    /// The key means something else in a place this one shares keys with, and hides it.
    Hides,
    /// The key can never act here: it is a character, and characters are text here.
    NeverActs,
}

/// One finding, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file as the caller named it.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// What sort of thing it is.
    pub kind: Kind,
    /// What it is, for people.
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}: {}", self.file, self.line, self.text)
    }
}

/// Everything found in one file, by line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The findings, in the order of their lines.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether any line cannot be used as it stands.
    pub fn has_mistakes(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.kind == Kind::Mistake)
    }

    /// One line for a toast or a log: what there is how often, and the first mistake.
    pub fn summary(&self) -> String {
        let number = |kind| {
            let found = self
                .findings
                .iter()
                .filter(|finding| finding.kind == kind)
                .count();
            u64::try_from(found).unwrap_or(u64::MAX)
        };
        let mut parts = Vec::new();
        for (kind, noun) in [
            (Kind::Mistake, "mistake"),
            (Kind::Twice, "key bound twice"),
            (Kind::Hides, "hidden key"),
            (Kind::NeverActs, "key that never acts"),
        ] {
            match (number(kind), kind) {
                (0, _) => {}
                (many, Kind::Twice) if many > 1 => parts.push(format!("{many} keys bound twice")),
                (many, Kind::NeverActs) if many > 1 => {
                    parts.push(format!("{many} keys that never act"));
                }
                (1, Kind::Twice | Kind::NeverActs) => parts.push(format!("1 {noun}")),
                (many, Kind::Mistake | Kind::Hides | Kind::Twice | Kind::NeverActs) => {
                    parts.push(counted(many, noun));
                }
            }
        }
        if parts.is_empty() {
            return "keymap: nothing to report".to_owned();
        }
        let first = self
            .findings
            .iter()
            .find(|finding| finding.kind == Kind::Mistake);
        let detail = first
            .map(|finding| format!(" · {finding}"))
            .unwrap_or_default();
        format!("keymap: {}{detail}", parts.join(", "))
    }
}

/// Hidden keys and keys that never act, among the bindings of this source (or all of them).
pub(super) fn find(keymap: &Keymap, file: &str, only: Option<Source>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let ours = keymap
        .bindings()
        .iter()
        .filter(|own| only.is_none_or(|source| own.source == source));
    for own in ours {
        let mut report = |kind, text| {
            let finding = Finding {
                file: file.to_owned(),
                line: own.line,
                kind,
                text,
            };
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        };
        if own.chord.text().is_some_and(|sign| own.context.takes(sign)) {
            let text = format!(
                "`{}` never acts in [{}]: it is text there",
                own.chord,
                own.context.name()
            );
            report(Kind::NeverActs, text);
            continue;
        }
        if let Some(hidden) = hidden_by(keymap, own) {
            let what = hidden.run.map_or("nothing", |action| action.name());
            let text = format!(
                "`{}` in [{}] hides `{what}` of [{}] (line {})",
                own.chord,
                own.context.name(),
                hidden.context.name(),
                hidden.line
            );
            report(Kind::Hides, text);
        }
    }
    findings
}

/// The nearest binding this one stands in front of, if it does something else.
fn hidden_by<'a>(keymap: &'a Keymap, own: &Binding) -> Option<&'a Binding> {
    let shared: &[KeyContext] = own.context.chain().get(1..).unwrap_or_default();
    shared.iter().find_map(|context| {
        keymap.bindings().iter().find(|other| {
            other.context == *context && other.chord == own.chord && other.run != own.run
        })
    })
}
