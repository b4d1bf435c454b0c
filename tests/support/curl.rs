//! Writes a call as people have it: as a command in the quoting of each shell. Written from what
//! the shells say of themselves, apart from the reader that it tests.

/// How a command is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `'…'` with `'\''`.
    BashSingle,
    /// `"…"` with backslashes.
    BashDouble,
    /// `$'…'`.
    BashAnsi,
    /// `"…"` with `\"`, for the Windows command prompt.
    CmdBackslash,
    /// `"…"` with `""`.
    CmdDoubled,
    /// As browsers write it: every sign of the prompt behind `^`.
    CmdCaret,
    /// `'…'` with `''`.
    PowerShellSingle,
    /// `"…"` with back-ticks.
    PowerShellDouble,
    /// `@'…'@`.
    PowerShellHere,
    /// `'…'` whose quotes a Windows program sees once more.
    PowerShellNative,
}

/// Every style.
pub const STYLES: [Style; 10] = [
    Style::BashSingle,
    Style::BashDouble,
    Style::BashAnsi,
    Style::CmdBackslash,
    Style::CmdDoubled,
    Style::CmdCaret,
    Style::PowerShellSingle,
    Style::PowerShellDouble,
    Style::PowerShellHere,
    Style::PowerShellNative,
];

impl Style {
    /// The name of the program.
    pub fn program(self) -> &'static str {
        if matches!(self, Style::PowerShellNative | Style::PowerShellSingle) {
            "curl.exe"
        } else {
            "curl"
        }
    }

    /// What ends a line that goes on.
    pub fn continuation(self) -> &'static str {
        match self {
            Style::BashSingle | Style::BashDouble | Style::BashAnsi => " \\\n  ",
            Style::CmdBackslash | Style::CmdDoubled | Style::CmdCaret => " ^\r\n  ",
            Style::PowerShellSingle
            | Style::PowerShellDouble
            | Style::PowerShellHere
            | Style::PowerShellNative => " `\n  ",
        }
    }

    /// A word in quotes.
    pub fn quoted(self, text: &str) -> String {
        match self {
            Style::BashSingle => format!("'{}'", text.replace('\'', "'\\''")),
            Style::BashDouble => {
                let escaped = |sign: char| match sign {
                    '\\' | '"' | '$' | '`' => format!("\\{sign}"),
                    other => other.to_string(),
                };
                format!("\"{}\"", text.chars().map(escaped).collect::<String>())
            }
            Style::BashAnsi => {
                format!("$'{}'", text.chars().map(ansi).collect::<String>())
            }
            Style::CmdBackslash => through_prompt(&format!("\"{}\"", native(text, "\\\""))),
            Style::CmdDoubled => through_prompt(&format!("\"{}\"", native(text, "\"\""))),
            Style::CmdCaret => caret(&format!("\"{}\"", native(text, "\\\""))),
            Style::PowerShellSingle => format!("'{}'", text.replace('\'', "''")),
            Style::PowerShellDouble => {
                let escaped = |sign: char| match sign {
                    '`' | '"' | '$' => format!("`{sign}"),
                    '\n' => "`n".to_owned(),
                    other => other.to_string(),
                };
                format!("\"{}\"", text.chars().map(escaped).collect::<String>())
            }
            Style::PowerShellHere => format!("@'\n{text}\n'@"),
            Style::PowerShellNative => format!("'{}'", native(text, "\\\"").replace('\'', "''")),
        }
    }
}

fn ansi(sign: char) -> String {
    match sign {
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\'' => "\\'".to_owned(),
        '!' => "\\u0021".to_owned(),
        sign if u32::from(sign) > 0xFFFF => format!("\\U{:08X}", u32::from(sign)),
        sign if !sign.is_ascii() => format!("\\u{:04x}", u32::from(sign)),
        other => other.to_string(),
    }
}

/// As a Windows program reads its words: backslashes count before a quote only.
fn native(text: &str, quote: &str) -> String {
    let mut out = String::new();
    let mut slashes = 0;
    for sign in text.chars() {
        match sign {
            '\\' => slashes += 1,
            '"' => {
                out.push_str(&"\\".repeat(slashes * 2));
                out.push_str(quote);
                slashes = 0;
            }
            other => {
                out.push_str(&"\\".repeat(slashes));
                out.push(other);
                slashes = 0;
            }
        }
    }
    out.push_str(&"\\".repeat(slashes * 2));
    out
}

/// Doubles `^` where the prompt takes one away: outside of what it sees as quotes.
fn through_prompt(text: &str) -> String {
    let mut out = String::new();
    let mut quoted = false;
    for sign in text.chars() {
        if sign == '"' {
            quoted = !quoted;
        }
        if sign == '^' && !quoted {
            out.push('^');
        }
        out.push(sign);
    }
    out
}

fn caret(text: &str) -> String {
    let escaped = |sign: char| match sign {
        '\n' => "^\n\n".to_owned(),
        sign if sign.is_ascii_punctuation() => format!("^{sign}"),
        other => other.to_string(),
    };
    text.chars().map(escaped).collect()
}
