//! The one table of everything a user can ask for by name.
//!
//! Footer, help, palette, the README's key table and `alertdesk keys` all derive from it. Whether
//! an action is possible right now is `app::availability`'s business, which keys start it is the
//! keymap's. Nothing here knows keys or state.

macro_rules! actions {
    ($($variant:ident = $name:literal, $label:literal, $help:literal;)*) => {
        /// What a user can ask for by name: with a key, the palette, the mouse or the command line.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action { $(#[doc = $help] $variant,)* }

        impl Action {
            /// Every action, in the order in which help lists them.
            pub const ALL: &'static [Action] = &[$(Action::$variant,)*];

            /// The stable name used in `keymap.toml`, for example `load_older`.
            pub fn name(self) -> &'static str {
                match self { $(Action::$variant => $name,)* }
            }

            /// One or two words for the footer, for example `load older`.
            pub fn label(self) -> &'static str {
                match self { $(Action::$variant => $label,)* }
            }

            /// One line for help, palette and README: what it does, without a full stop.
            pub fn help(self) -> &'static str {
                match self { $(Action::$variant => $help,)* }
            }

            /// The action of that name, if there is one.
            pub fn from_name(name: &str) -> Option<Action> {
                match name { $($name => Some(Action::$variant),)* _ => None }
            }
        }
    };
}

actions! {
    FocusUsers = "focus_users", "users", "go to the Users pane";
    FocusConversation = "focus_conversation", "chat", "go to the Conversation pane";
    FocusComposer = "focus_composer", "composer", "go to the Composer pane";
    FocusBroadcasts = "focus_broadcasts", "broadcasts", "go to the Broadcasts pane";
    FocusPayload = "focus_payload", "payload", "go to the Payload pane";
    FocusActivity = "focus_activity", "activity", "go to the Activity pane: every call and error";
    NextPane = "next_pane", "next pane", "go to the next pane";
    PreviousPane = "previous_pane", "last pane", "go to the pane before";
    Zoom = "zoom", "zoom", "zoom this pane, again goes back";
    Help = "help", "keys", "show the keys that work here";
    CommandLine = "command_line", "command", "type a command";
    Palette = "palette", "palette", "find people, templates, batches and actions by name";
    SwitchProfile = "switch_profile", "profile", "choose the profile, that is the account";
    Undo = "undo", "undo", "stop the next thing in its grace time";
    Unknowns = "unknowns", "unknown", "list the unknown results";
    Back = "back", "back", "go back one level; at the top quit";
    Redraw = "redraw", "redraw", "draw the whole screen anew";
    Quit = "quit", "quit", "quit, asks if something is running";
    StopLoading = "stop_loading", "stop", "stop loading in this pane";
    Refresh = "refresh", "refresh", "fetch again what this pane shows";

    MoveDown = "move_down", "down", "move down";
    MoveUp = "move_up", "up", "move up";
    MoveLeft = "move_left", "left", "move left or choose the one before";
    MoveRight = "move_right", "right", "move right or choose the next";
    First = "first", "start", "go to the start";
    Last = "last", "end", "go to the end";
    HalfPageDown = "half_page_down", "half page down", "half a page down";
    HalfPageUp = "half_page_up", "half page up", "half a page up";
    PageDown = "page_down", "page down", "a page down";
    PageUp = "page_up", "page up", "a page up";
    Open = "open", "open", "open what is under the cursor";
    Find = "find", "find", "find or filter in this pane";
    NextMatch = "next_match", "next", "go to the next match";
    PreviousMatch = "previous_match", "previous", "go to the match before";
    NextFromCustomer = "next_from_customer", "next of them", "go to the next message of the customer";
    PreviousFromCustomer = "previous_from_customer", "last of them", "go to the customer's message before";
    Mark = "mark", "mark", "mark or unmark the row";
    MarkRange = "mark_range", "range", "mark a range: begin it, move to its other end, then again";
    MarkNone = "mark_none", "unmark all", "take every mark of people away";
    NextMark = "next_mark", "next mark", "go to the next marked message";
    PreviousMark = "previous_mark", "mark before", "go to the marked message before";
    Copy = "copy", "copy", "copy what is under the cursor";
    Chart = "chart", "chart", "show messages per day and how fast answers came";
    CopyRaw = "copy_raw", "copy raw", "copy the JSON of the message, or of all that are marked";
    TemplateToUser = "template_to_user", "template", "write a template to this person";
    OptOut = "opt_out", "opt out", "never write to this person again, asks why; on one who opted out: take them off";
    LoadOlder = "load_older", "older", "load older messages";
    FetchAll = "fetch_all", "fetch all", "fetch the whole conversation into the local copy";
    RawView = "raw_view", "raw", "show the raw answer of the platform";

    Edit = "edit", "edit", "edit the field or the open draft";
    EditExternally = "edit_externally", "in $EDITOR", "edit the field in $EDITOR";
    Preview = "preview", "preview", "show the exact request";
    Review = "review", "review", "review the draft before anything leaves";
    OverrideTwins = "override_twins", "override", "send also to people who have it already, for a reason";
    NewBroadcast = "new_broadcast", "new broadcast", "start a broadcast draft";
    NewFlow = "new_flow", "new flow", "start a flow draft";
    DiscardDraft = "discard_draft", "discard", "discard the open draft";
    StopTyping = "stop_typing", "done", "stop typing in this field";
    NextField = "next_field", "next field", "go to the next field";
    PreviousField = "previous_field", "field before", "go to the field before";
    TidyField = "tidy_field", "tidy", "make runs of spaces, tabs and line breaks one space";
    ClearField = "clear_field", "clear", "clear the field";
    UndoEdit = "undo_edit", "undo edit", "undo the last edit of the field";
    RedoEdit = "redo_edit", "redo edit", "make the edit again that was undone last";
    FieldHelp = "field_help", "helpers", "list what helps to fill this field";
    When = "when", "time", "say when the draft goes out";
    HoldOnReply = "hold_on_reply", "hold on reply", "hold it if the person writes before its time, or not";
    HandOver = "hand_over", "hand over", "keep the broadcast here until shortly before its time, or hand it over at once";
    AfterQuiet = "after_quiet", "after the night", "take the time at which quiet hours end";
    FirstChoice = "first_choice", "the first", "take the first of two times";
    SecondChoice = "second_choice", "the second", "take the second of two times";
    ListDrafts = "list_drafts", "drafts", "list the drafts, also those discarded in this session";
    RawDraft = "raw_draft", "raw JSON", "switch between the form and raw JSON";
    CompletePath = "complete_path", "complete", "complete the path of a file";
    SaveText = "save_text", "take it", "take the text that was typed";
    AddWording = "add_wording", "add its text", "write down the text of a template that is not known";

    ChoosePeople = "choose_people", "people file", "take the people from a file, or look at its columns";
    UseFallback = "use_fallback", "fallback", "give people with an empty cell another text";
    ChangeForm = "change_form", "form", "choose how a column stands in the message: title case, dates";
    GuessColumns = "guess_columns", "guess again", "fill every place with the column of its name again";
    SwitchHeader = "switch_header", "header", "the first row is a header, or is none";
    NextEncoding = "next_encoding", "encoding", "read the file in the next encoding";
    NextDelimiter = "next_delimiter", "separator", "take the next sign for what separates columns";
    CheckRows = "check_rows", "check all rows", "look at every row before anything is reviewed";
    DecideClass = "decide_class", "leave out, stop", "leave these rows out, stop at them, or let them go";
    WriteRejects = "write_rejects", "write rejects", "write who is left out to a file, with the reasons";

    AddTemplate = "add_template", "add template", "add a template: paste cURL, a description or a payload";
    KeepTemplate = "keep_template", "keep it", "keep what was found in the library";
    ReadNamedFiles = "read_named_files", "read the file", "read the file that the pasted command names";
    NewProfile = "new_profile", "new profile", "make a profile of the account in the pasted text";

    ExactBytes = "exact_bytes", "exact bytes", "show the bytes exactly as they leave";
    NextCall = "next_call", "next call", "show the next call of the plan";
    PreviousCall = "previous_call", "call before", "show the call before";
    CompareLast = "compare_last", "changes", "show what differs from the last call of the same thing";
    OddCall = "odd_call", "odd one", "show the next call that holds an odd value";
    LongestCall = "longest_call", "longest", "show the longest call";
    ShortestCall = "shortest_call", "shortest", "show the shortest call";

    PauseBatch = "pause_batch", "pause", "pause the batch at once";
    ResumeBatch = "resume_batch", "resume", "resume the batch after typing what is left";
    GoOn = "go_on", "go on", "go on with a batch that waits after its first people";
    CancelBatch = "cancel_batch", "cancel", "cancel what is not sent of the batch";
    RetryFailed = "retry_failed", "retry failed", "put what was refused for a while into a new paused batch";
    RateUp = "rate_up", "faster", "more messages a minute";
    RateDown = "rate_down", "slower", "fewer messages a minute";
    CloneBatch = "clone_batch", "clone", "make a draft of the batch: for those not sent, else for everybody";
    FilterRows = "filter_rows", "show others", "show other people of the open batch: accepted, rejected, unknown, not sent";
    ExportBatch = "export_batch", "report", "write a report of the batch to a file";

    Audit = "audit", "audit", "read the audit: who confirmed what, and how each call ended";
    VerifyAudit = "verify_audit", "check chain", "read every line of the audit and compare it with the chain";

    ReadBack = "read_back", "read back", "look for the message in the conversation";
    SettleAccepted = "settle_accepted", "was accepted", "settle it as accepted, asks why";
    SettleNotAccepted = "settle_not_accepted", "was not", "settle it as not accepted and plan it once more, asks first";
    GiveUp = "give_up", "give up", "close it without knowing, asks why";
    MarkAll = "mark_all", "mark all", "mark or unmark all: everybody the list shows, or all results of the same batch";

    Templates = "templates", "templates", "look after the templates of the library";
    Flows = "flows", "flows", "look after the flows of the library";
    EditEntry = "edit_entry", "edit", "edit the template or flow under the cursor";
    AddEntry = "add_entry", "add", "add a template or flow to the library";
    ShowVersions = "show_versions", "versions", "show the versions of the template and what changed";
    RemoveEntry = "remove_entry", "remove", "take the template or flow out of the library, asks first";
    SaveForm = "save_form", "save", "save what the form holds";

    SaveFile = "save_file", "save", "save the file in the folder for downloads";
    OpenFile = "open_file", "open it", "open the link or saved file with the desktop's program";

    Accept = "accept", "take it", "take what the dialog offers";
    NextTab = "next_tab", "next view", "show the next view of the dialog";
    PreviousTab = "previous_tab", "view before", "show the view before";
}

#[cfg(test)]
mod tests {
    use super::Action;

    #[test]
    fn names_are_unique_and_lead_back_to_their_action() {
        for action in Action::ALL {
            assert_eq!(Action::from_name(action.name()), Some(*action));
        }
        let mut names: Vec<_> = Action::ALL.iter().map(|action| action.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Action::ALL.len());
    }

    #[test]
    fn labels_fit_a_footer() {
        for action in Action::ALL {
            assert!(action.label().len() <= 16, "{} is too long", action.name());
        }
    }
}
