//! Small reusable parts of panes, each with its own state type.
//!
//! Each widget is a plain module: pure functions from state and size to lines or cells. None of
//! them knows panes, actions or a clock, and none panics at any size.

pub mod bubble;
pub mod gauge;
pub mod json_view;
pub mod scrollbar;
pub mod spinner;
pub mod text_field;
pub mod windowed_list;
