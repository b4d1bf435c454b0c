//! Plans from the outside: templates in, calls out, byte for byte.

mod encode;
mod support;
