//! JSON Lines and JSON. Field names of messages are those of `conversation show`; they must not
//! change here alone.
//!
//! JSON Lines begins with `{"exported":{…}}` on a line of its own, then one message a line. JSON
//! is `{"exported":{…},"messages":[…],"count":N}`; the count stands at the end because it is known
//! only there, and a document without it is not whole.

use super::{ExportHeader, Shape};
use crate::domain::ChatMessage;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Beginning<'a> {
    exported: &'a ExportHeader,
}

/// One object a line.
pub struct Lines;

impl Shape for Lines {
    fn begin(&mut self, header: &ExportHeader, out: &mut Vec<u8>) -> io::Result<()> {
        serde_json::to_writer(&mut *out, &Beginning { exported: header })?;
        out.push(b'\n');
        Ok(())
    }

    fn message(&mut self, message: &ChatMessage, out: &mut Vec<u8>) -> io::Result<()> {
        serde_json::to_writer(&mut *out, message)?;
        out.push(b'\n');
        Ok(())
    }

    fn end(&mut self, _messages: u64, _out: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }
}

/// One document, a message a line inside.
#[derive(Default)]
pub struct Document {
    begun: bool,
}

impl Shape for Document {
    fn begin(&mut self, header: &ExportHeader, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(b"{\"exported\":");
        serde_json::to_writer(&mut *out, header)?;
        out.extend_from_slice(b",\"messages\":[");
        Ok(())
    }

    fn message(&mut self, message: &ChatMessage, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(if self.begun { b",\n" } else { b"\n" });
        self.begun = true;
        serde_json::to_writer(&mut *out, message)?;
        Ok(())
    }

    fn end(&mut self, messages: u64, out: &mut Vec<u8>) -> io::Result<()> {
        writeln!(out, "\n],\"count\":{messages}}}")
    }
}
