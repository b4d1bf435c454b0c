//! A way into a JSON document, in words and as a place in its text.

use std::fmt;

/// A step into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// The way from the top of a document to a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct JsonPath(Vec<Step>);

impl JsonPath {
    /// The path of a member of what is here.
    pub fn key(&self, key: &str) -> Self {
        self.with(Step::Key(key.to_owned()))
    }

    /// The path of an entry of the list that is here.
    pub fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// Whether a member of this name lies on the way.
    pub fn passes(&self, key: &str) -> bool {
        self.0
            .iter()
            .any(|step| matches!(step, Step::Key(known) if known == key))
    }

    /// Where the part begins in the text of a valid document, or what is nearest around it.
    pub fn offset_in(&self, text: &str) -> usize {
        let mut scan = Scan {
            bytes: text.as_bytes(),
            at: 0,
        };
        scan.space();
        for step in &self.0 {
            let found = match step {
                Step::Key(key) => scan.enter_key(key),
                Step::Index(index) => scan.enter_index(*index),
            };
            match found {
                Some(at) => scan.at = at,
                None => break,
            }
        }
        scan.at
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if number == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Walks over a document that is known to be valid.
#[derive(Clone)]
struct Scan<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Goes behind the string that begins here and gives its bytes.
    fn string(&mut self) -> &[u8] {
        let start = self.at + 1;
        self.at = start;
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => self.at += 2,
                b'"' => break,
                _ => self.at += 1,
            }
        }
        let inner = self.bytes.get(start..self.at).unwrap_or(&[]);
        self.at += 1;
        inner
    }

    /// Goes behind the value that begins here.
    fn value(&mut self) {
        let mut depth = 0_usize;
        loop {
            self.space();
            match self.peek() {
                None => return,
                Some(b'"') => {
                    self.string();
                }
                Some(b'{' | b'[') => {
                    depth += 1;
                    self.at += 1;
                }
                Some(b'}' | b']') => {
                    depth = depth.saturating_sub(1);
                    self.at += 1;
                }
                Some(b',' | b':') => self.at += 1,
                Some(_) => self.word(),
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Goes behind a number, `true`, `false` or `null`.
    fn word(&mut self) {
        let ends = |byte: u8| byte.is_ascii_whitespace() || b",:]}[{\"".contains(&byte);
        while self.peek().is_some_and(|byte| !ends(byte)) {
            self.at += 1;
        }
    }

    fn enter_key(&self, key: &str) -> Option<usize> {
        let mut scan = self.clone();
        if scan.peek() != Some(b'{') {
            return None;
        }
        scan.at += 1;
        loop {
            scan.space();
            match scan.peek()? {
                b'"' => {}
                b',' => {
                    scan.at += 1;
                    continue;
                }
                _ => return None,
            }
            let found = scan.string() == key.as_bytes();
            scan.space();
            scan.at += 1;
            scan.space();
            if found {
                return Some(scan.at);
            }
            scan.value();
        }
    }

    fn enter_index(&self, index: usize) -> Option<usize> {
        let mut scan = self.clone();
        if scan.peek() != Some(b'[') {
            return None;
        }
        scan.at += 1;
        for _ in 0..index {
            scan.value();
            scan.space();
            if scan.peek()? != b',' {
                return None;
            }
            scan.at += 1;
        }
        scan.space();
        (scan.peek()? != b']').then_some(scan.at)
    }
}

#[cfg(test)]
mod tests {
    use super::JsonPath;
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::Value;

    const TEXT: &str =
        r#" {"a\"": 1, "b": [ {"x": "}"}, -1.5e3 , {"c": {"d": true}}], "e" : null}"#;

    #[rstest]
    #[case(JsonPath::default(), "{")]
    #[case(JsonPath::default().key("b"), "[ {")]
    #[case(JsonPath::default().key("b").index(1), "-1.5e3")]
    #[case(JsonPath::default().key("b").index(2).key("c").key("d"), "true")]
    #[case(JsonPath::default().key("e"), "null")]
    // What is not there leads to what is around it.
    #[case(JsonPath::default().key("b").index(2).key("z"), "{\"c\"")]
    #[case(JsonPath::default().key("b").index(9), "[ {")]
    fn a_path_leads_to_its_place(#[case] path: JsonPath, #[case] begins: &str) {
        let at = path.offset_in(TEXT);
        assert!(TEXT[at..].starts_with(begins), "{path}: {}", &TEXT[at..]);
    }

    #[test]
    fn a_path_reads_as_people_write_it() {
        let path = JsonPath::default()
            .key("payload")
            .key("components")
            .index(2)
            .key("type");
        assert_eq!(path.to_string(), "payload.components[2].type");
        assert!(path.passes("components"));
    }

    proptest! {
        #[test]
        fn no_text_stops_the_walk(text in "[\\[\\]{}\",:\\\\a1 ]{0,40}", index in 0usize..4) {
            let path = JsonPath::default().key("a").index(index).key("a");
            prop_assert!(path.offset_in(&text) <= text.len() + 2);
            drop(serde_json::from_str::<Value>(&text));
        }
    }
}
