//! The meanings a piece of screen can have. A role colours a mark and one word, not whole lines.

macro_rules! roles {
    ($($variant:ident = $name:literal, $doc:literal;)*) => {
        /// What a piece of the screen means. The theme decides how that looks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Role { $(#[doc = $doc] $variant,)* }

        impl Role {
            /// Every role, in the order of the theme files.
            pub const ALL: &'static [Role] = &[$(Role::$variant,)*];

            /// The name used in theme files and screen dumps.
            pub fn name(self) -> &'static str {
                match self { $(Role::$variant => $name,)* }
            }

            /// The role of that name, if there is one.
            pub fn from_name(name: &str) -> Option<Role> {
                match name { $($name => Some(Role::$variant),)* _ => None }
            }
        }
    };
}

roles! {
    Text = "text", "What people wrote, and values.";
    Muted = "muted", "Times, labels, hints, empty states.";
    Border = "border", "Thin frames and rules.";
    Focus = "focus", "Thick frame, its title, the caret.";
    Selection = "selection", "The row under the cursor; that row uses no other role.";
    Key = "key", "Keys in footer, help and sentences.";
    Incoming = "incoming", "Name and mark of the person.";
    Outgoing = "outgoing", "Name and mark of our side.";
    Active = "active", "Running, loading, the bar.";
    Accepted = "accepted", "The tick and its word.";
    Attention = "attention", "Warnings, pauses, slowness and their word.";
    Failed = "failed", "The cross and its word; placeholders of hostile characters.";
    Unknown = "unknown", "The question mark and its word.";
    Guard = "guard", "The production band, and frames of questions on production.";
    Match = "match", "A search hit.";
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn names_lead_back_to_their_role() {
        assert_eq!(Role::ALL.len(), 15);
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.name()), Some(*role));
        }
    }
}
