//! Keys as data: chords, contexts, conflicts, and the resolver from a key to an action.
