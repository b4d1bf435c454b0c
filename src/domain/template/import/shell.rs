//! Splits a command into its words as the shell would that it was written for, without ever doing
//! what a shell does: nothing is run, expanded or looked up.

mod bash;
mod cmd;
mod powershell;

use super::source_map::Taken;
use std::fmt;

/// How a command was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// bash, zsh and other shells of Unix.
    Bash,
    /// The command prompt of Windows.
    Cmd,
    /// PowerShell.
    PowerShell,
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Dialect::Bash => "bash",
            Dialect::Cmd => "the Windows command prompt",
            Dialect::PowerShell => "PowerShell",
        })
    }
}

/// A word of a command.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Word {
    /// Its text without quotes, with the places in the source.
    pub taken: Taken,
    /// Where it begins in the source.
    pub at: usize,
    /// Whether any of it stood in quotes.
    pub quoted: bool,
    /// How many brackets of PowerShell are open around it.
    pub depth: usize,
}

impl Word {
    /// The text; empty where the bytes are none.
    pub fn text(&self) -> &str {
        self.taken.text().unwrap_or("")
    }

    /// Whether it is this bare word, in any letter case.
    pub fn is(&self, word: &str) -> bool {
        !self.quoted && self.text().eq_ignore_ascii_case(word)
    }
}

/// The words up to the end of a command.
pub(super) type Command = Vec<Word>;

/// Why a text cannot be split, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShellError {
    /// Byte of the source.
    pub at: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub advice: &'static str,
}

/// Why a word ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Space follows, or another word.
    Word,
    /// The command ends.
    Command,
    /// Nothing follows.
    Text,
}

/// Where a reader stands in the source.
#[derive(Debug)]
struct Cursor<'t> {
    bytes: &'t [u8],
    at: usize,
    word: Word,
    begun: bool,
    /// Brackets of PowerShell that are open.
    depth: usize,
}

impl<'t> Cursor<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            bytes: text.as_bytes(),
            at: 0,
            word: Word::default(),
            begun: false,
            depth: 0,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn peek_at(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn rest(&self) -> &'t [u8] {
        self.bytes.get(self.at..).unwrap_or(&[])
    }

    /// From here on there is a word, even if it stays empty.
    fn begin(&mut self) {
        if !self.begun {
            self.begun = true;
            self.word.at = self.at;
            self.word.depth = self.depth;
        }
    }

    /// Takes so many bytes into the word as they stand.
    fn take(&mut self, count: usize) {
        self.begin();
        let taken = self.rest().get(..count).unwrap_or(self.rest());
        self.word.taken.push(taken, self.at);
        self.at += taken.len();
    }

    /// Puts these bytes into the word for `count` bytes of the source.
    fn put(&mut self, bytes: &[u8], count: usize) {
        self.begin();
        self.word.taken.push(bytes, self.at);
        self.at += count;
    }

    /// Takes everything up to the next of these bytes, or to the end.
    fn take_until(&mut self, ends: impl Fn(u8) -> bool) {
        let count = self.rest().iter().position(|byte| ends(*byte));
        self.take(count.unwrap_or(self.rest().len()));
    }

    /// The length of a line break that begins so many bytes ahead, 0 if there is none.
    fn line_break(&self, ahead: usize) -> usize {
        match (self.peek_at(ahead), self.peek_at(ahead + 1)) {
            (Some(b'\n'), _) => 1,
            (Some(b'\r'), Some(b'\n')) => 2,
            (Some(_) | None, _) => 0,
        }
    }

    /// The length of space here: a blank, a tab, a lone return, a no-break space.
    fn space(&self) -> usize {
        match self.peek() {
            Some(b' ' | b'\t' | b'\r') => 1,
            Some(0xC2) if self.peek_at(1) == Some(0xA0) => 2,
            Some(_) | None => 0,
        }
    }

    fn finish_word(&mut self, command: &mut Command) -> Result<(), ShellError> {
        if !self.begun {
            return Ok(());
        }
        self.begun = false;
        let word = std::mem::take(&mut self.word);
        if word.taken.text().is_none() {
            return Err(ShellError {
                at: word.at,
                what: "this word has bytes that are no text".to_owned(),
                advice: "copy it again from where it came",
            });
        }
        command.push(word);
        Ok(())
    }

    fn unclosed(at: usize, quote: &str) -> ShellError {
        ShellError {
            at,
            what: format!("the quote {quote} that opens here is never closed"),
            advice: "copy the whole command, or close the quote",
        }
    }

    /// Quotes and dashes of a text program where a plain one belongs.
    fn refuse_typographic(&self) -> Result<(), ShellError> {
        let sign = match self.rest() {
            [0xE2, 0x80, 0x98 | 0x99, ..] => "a curly quote stands where a plain ' belongs",
            [0xE2, 0x80, 0x9C..=0x9E, ..] => "a curly quote stands where a plain \" belongs",
            [0xE2, 0x80, 0x93 | 0x94, ..] => "a long dash stands where - or -- belongs",
            _ => return Ok(()),
        };
        Err(ShellError {
            at: self.at,
            what: sign.to_owned(),
            advice: "a text program has changed it; copy the command from the panel itself",
        })
    }
}

/// The commands of a text, split as this dialect splits them.
pub(super) fn commands(text: &str, dialect: Dialect) -> Result<Vec<Command>, ShellError> {
    let mut cursor = Cursor::new(text);
    let mut commands = Vec::new();
    let mut command = Command::new();
    loop {
        let end = match dialect {
            Dialect::Bash => bash::word(&mut cursor)?,
            Dialect::Cmd => cmd::word(&mut cursor)?,
            Dialect::PowerShell => powershell::word(&mut cursor)?,
        };
        cursor.finish_word(&mut command)?;
        if end != End::Word && !command.is_empty() {
            commands.push(std::mem::take(&mut command));
        }
        if end == End::Text {
            return Ok(commands);
        }
    }
}

/// The dialects a text may be written in, the likeliest first.
pub(super) fn likely(text: &str) -> [Dialect; 3] {
    use Dialect::{Bash, Cmd, PowerShell};
    if text.trim_start().starts_with('$') && !text.trim_start().starts_with("$ ") {
        return [PowerShell, Bash, Cmd];
    }
    let mut ends = [0_usize; 3];
    for line in text.lines() {
        match line.trim_end().bytes().last() {
            Some(b'\\') => ends[0] += 1,
            Some(b'^') => ends[1] += 1,
            Some(b'`') => ends[2] += 1,
            Some(_) | None => {}
        }
    }
    let [bash, cmd, powershell] = ends;
    if bash >= cmd && bash >= powershell && bash > 0 {
        [Bash, Cmd, PowerShell]
    } else if cmd >= powershell && cmd > 0 || text.contains("^\"") {
        [Cmd, Bash, PowerShell]
    } else if powershell > 0 || text.contains("`\"") || text.contains("@'\n") {
        [PowerShell, Bash, Cmd]
    } else {
        let first = text.trim_start().get(..20).unwrap_or(text);
        let lower = first.to_ascii_lowercase();
        let cmdlet = ["invoke-", "irm ", "iwr "];
        if cmdlet.iter().any(|word| lower.starts_with(word)) || lower.starts_with("ps ") {
            [PowerShell, Bash, Cmd]
        } else {
            [Bash, Cmd, PowerShell]
        }
    }
}

/// A word whose quotes Windows programs see once more: `\"` is a quote, and `""` within quotes.
/// Older versions of `PowerShell` hand words on like this.
pub(super) fn native_quotes(taken: &Taken) -> Taken {
    let bytes = taken.bytes();
    let mut out = Taken::default();
    let mut at = 0;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or(&[]);
        let slashes = rest.iter().take_while(|byte| **byte == b'\\').count();
        let quoted = rest.get(slashes) == Some(&b'"');
        let kept = if quoted { slashes / 2 } else { slashes };
        out.push(rest.get(..kept).unwrap_or(&[]), taken.source_of(at));
        at += slashes;
        if quoted {
            out.push(b"\"", taken.source_of(at));
            at += 1;
        } else {
            let run = bytes.get(at..).unwrap_or(&[]);
            let run_end = memchr::memchr(b'\\', run).unwrap_or(run.len());
            out.push(run.get(..run_end).unwrap_or(&[]), taken.source_of(at));
            at += run_end;
        }
    }
    out
}

#[cfg(test)]
mod tests;
