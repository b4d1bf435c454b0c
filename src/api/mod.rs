//! The platform's wire: requests as bytes, lenient readers, one strict classifier, two HTTP clients.

pub mod wire;
