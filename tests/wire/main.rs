//! The wire against the fixtures and against small servers that misbehave on real sockets.

#[cfg(test)]
mod fixtures_read;
#[cfg(test)]
mod fixtures_send;
#[cfg(test)]
mod reads;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod sends;
#[cfg(test)]
mod support;
