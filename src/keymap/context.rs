//! The places in which a key can mean something, and where a key is looked up when the place
//! itself does not know it. It must not know which place is current.

macro_rules! contexts {
    ($($variant:ident = $name:literal, $title:literal, [$($next:ident),*], $doc:literal;)*) => {
        /// A place in which keys mean something of their own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum KeyContext { $(#[doc = $doc] $variant,)* }

        impl KeyContext {
            /// Every place, in the order of `keymap.toml`.
            pub const ALL: &'static [KeyContext] = &[$(KeyContext::$variant,)*];

            /// The name of its table in `keymap.toml`.
            pub fn name(self) -> &'static str {
                match self { $(KeyContext::$variant => $name,)* }
            }

            /// Its name for people, as the head of a list of keys.
            pub fn title(self) -> &'static str {
                match self { $(KeyContext::$variant => $title,)* }
            }

            /// The place of that name, if there is one.
            pub fn from_name(name: &str) -> Option<KeyContext> {
                match name { $($name => Some(KeyContext::$variant),)* _ => None }
            }

            /// Where a key is looked up, most specific first; the first is the place itself.
            pub fn chain(self) -> &'static [KeyContext] {
                match self {
                    $(KeyContext::$variant => &[KeyContext::$variant, $(KeyContext::$next),*],)*
                }
            }
        }
    };
}

contexts! {
    Global = "global", "Anywhere", [], "Works in every pane.";
    List = "list", "Moving", [Global], "Shared by every pane one can move in.";
    Users = "users", "1 Users", [List, Global], "The Users pane.";
    Conversation = "conversation", "2 Conversation", [List, Global], "The Conversation pane.";
    Composer = "composer", "3 Composer", [List, Global], "The Composer pane, while moving.";
    Broadcasts = "broadcasts", "4 Broadcasts", [List, Global], "The Broadcasts pane.";
    Payload = "payload", "5 Payload", [List, Global], "The Payload pane.";
    Activity = "activity", "6 Activity", [List, Global], "The Activity pane.";
    Typing = "typing", "Typing", [Global], "A field of a pane that takes text.";
    Overlay = "overlay", "Dialogs", [List], "Shared by all dialogs; a dialog holds the keyboard.";
    Help = "help", "Help", [Overlay, List], "The list of keys.";
    Palette = "palette", "Palette", [Overlay, List], "Go to or do, by name.";
    Library = "library", "Library", [Overlay, List], "A list of templates or flows, while moving.";
    Audit = "audit", "Audit", [Overlay, List], "The lines of the audit, while moving.";
    Form = "form", "Form", [Overlay, List], "A form of several fields.";
    CommandLine = "command_line", "Command line", [Overlay, List], "The line after `:`.";
    Review = "review", "Review", [Overlay], "The review before anything leaves.";
    ReviewName = "review_name", "Review, typing a name", [Review, Overlay], "The review while a name is typed.";
    Confirm = "confirm", "Confirm", [Overlay, List], "A question answered by typing.";
    AddTemplate = "add_template", "Add a template", [Overlay, List], "The dialog that adds templates.";
    Prompt = "prompt", "Question", [Overlay, List], "A question that takes a text.";
    When = "when", "When", [Overlay, List], "The time of a draft.";
    ClockChange = "clock_change", "Clock change", [Overlay, List], "The question where clocks are changed.";
    Phone = "phone", "Phone", [Overlay, List], "The message as a phone shows it.";
    Mapping = "mapping", "People from a file", [Overlay, List], "The columns of a file and what they fill.";
    Checks = "checks", "Check of the rows", [Overlay, List], "What was found in every row of the people.";
    Unknowns = "unknowns", "Unknown results", [Overlay, List], "The list of unknown results.";
    Detail = "detail", "Detail", [Overlay, List], "One call of the log in full.";
    Media = "media", "File", [Overlay, List], "A picture or another file of a message.";
    Link = "link", "Link", [Overlay, List], "The links of a message.";
    Profiles = "profiles", "Profiles", [Overlay, List], "The choice of the profile.";
    Setup = "setup", "Set-up", [Overlay, List], "The first set-up.";
    TooSmall = "too_small", "Too small", [], "The window is too small for anything else.";
}

impl KeyContext {
    /// Whether this plain character is text here. In a review digits are, and all else acts.
    pub fn takes(self, character: char) -> bool {
        self.takes_text() || self == KeyContext::Review && character.is_ascii_digit()
    }

    /// Whether plain characters are text here, so that no single-character key may act.
    pub fn takes_text(self) -> bool {
        matches!(
            self,
            KeyContext::Typing
                | KeyContext::Palette
                | KeyContext::Form
                | KeyContext::CommandLine
                | KeyContext::ReviewName
                | KeyContext::Confirm
                | KeyContext::Prompt
                | KeyContext::When
                | KeyContext::AddTemplate
                | KeyContext::Setup
        )
    }
}

#[cfg(test)]
mod tests {
    use super::KeyContext;

    #[test]
    fn every_place_is_looked_up_first_in_its_own_chain() {
        for context in KeyContext::ALL {
            assert_eq!(context.chain().first(), Some(context));
            assert_eq!(KeyContext::from_name(context.name()), Some(*context));
        }
    }

    #[test]
    fn dialogs_never_reach_the_keys_of_panes() {
        for context in [KeyContext::Review, KeyContext::Help, KeyContext::TooSmall] {
            assert!(!context.chain().contains(&KeyContext::Global));
        }
    }
}
