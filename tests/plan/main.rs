//! Plans from the outside: templates in, calls out, byte for byte.

#[cfg(test)]
#[path = "../support/curl.rs"]
mod curl;
#[cfg(test)]
mod encode;
#[cfg(test)]
mod freeze;
#[cfg(test)]
mod import;
#[cfg(test)]
mod import_quoting;
#[cfg(test)]
mod support;
