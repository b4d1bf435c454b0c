//! From a place and a key to an action. It must not know whether the action is possible now.

use super::condition::Facts;
use super::{Binding, Chord, KeyContext, Keymap};
use crate::contract::action::Action;

impl Keymap {
    /// What a key means in a place while these facts hold: the first binding that holds, looked
    /// up in the place itself and then in what it shares with others. Where plain characters are
    /// text, a plain character means nothing, whoever bound it.
    pub fn resolve(&self, context: KeyContext, chord: Chord, facts: Facts) -> Option<Action> {
        self.lookup(context, chord, |binding| binding.when.holds(facts))
            .and_then(|binding| binding.run)
    }

    /// The binding that answers for a key among those that `counts` lets through.
    pub(super) fn lookup(
        &self,
        context: KeyContext,
        chord: Chord,
        counts: impl Fn(&Binding) -> bool,
    ) -> Option<&Binding> {
        if chord.text().is_some_and(|sign| context.takes(sign)) {
            return None;
        }
        context.chain().iter().find_map(|place| {
            self.bindings().iter().find(|binding| {
                binding.context == *place && binding.chord == chord && counts(binding)
            })
        })
    }
}
