//! The words shared by panes, app and runtime: action, event, effect, slot, remote, context, notice.
