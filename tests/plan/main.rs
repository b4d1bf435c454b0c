//! Plans from the outside: templates in, calls out, byte for byte.

#[cfg(test)]
mod awkward_files;
#[cfg(test)]
mod channels;
#[cfg(test)]
#[path = "../support/curl.rs"]
mod curl;
#[cfg(test)]
mod encode;
#[cfg(test)]
mod freeze;
#[cfg(test)]
mod generate;
#[cfg(test)]
mod import;
#[cfg(test)]
mod import_quoting;
#[cfg(test)]
mod placeholders;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod raw;
#[cfg(test)]
mod support;
#[cfg(test)]
mod twins;
