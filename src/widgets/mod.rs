//! Small reusable parts of panes, each with its own state type.

pub mod bubble;
pub mod find;
pub mod hyperlink;
pub mod json_view;
pub mod kitty;
pub mod painter;
pub mod picture;
pub mod spinner;
pub mod text_field;
pub mod windowed_list;

pub use find::Find;
pub use hyperlink::Hyperlink;
pub use painter::{Painter, Span, Spans};
pub use picture::{Graphics, Picture, PictureTerminal};
pub use text_field::{Lines, TextField};
pub use windowed_list::WindowedList;
