//! A strict JSON reader that remembers where everything stands, so that diagnostics can point at keys and values.

use crate::diagnostics::Range;

/// How deeply lists and objects may be nested.
const MAX_DEPTH: usize = 64;

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// Its bytes in the text.
    pub(crate) range: Range,
    /// What it is.
    pub(crate) value: Value,
}

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A string, unescaped.
    Text(String),
    /// `[…]`
    List(Vec<Node>),
    /// `{…}` in source order; a key may repeat.
    Object(Vec<Entry>),
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// The key, unescaped.
    pub(crate) key: String,
    /// Where the key stands, with its quotes.
    pub(crate) key_range: Range,
    /// What it is set to.
    pub(crate) node: Node,
}

/// The text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// What is wrong, to be read after the file's name.
    pub(crate) message: String,
    /// First byte that does not fit.
    pub(crate) offset: usize,
}

/// Reads one JSON value and nothing behind it. A byte order mark is skipped.
pub(crate) fn parse(text: &str) -> Result<Node, Malformed> {
    let offset = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut parser = Parser { text, offset, depth: 0 };
    parser.skip_space();
    let node = parser.node()?;
    parser.skip_space();
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.expected("the end of the file")),
    }
}

struct Parser<'a> {
    text: &'a str,
    offset: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.offset).copied()
    }

    fn rest(&self) -> &str {
        &self.text[self.offset..]
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.offset += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.offset += usize::from(found);
        found
    }

    fn expected(&self, what: &str) -> Malformed {
        let message = match self.rest().chars().next() {
            None => format!("expected {what}, found the end of the file"),
            Some('/') if self.rest().starts_with("//") || self.rest().starts_with("/*") => {
                "comments are not allowed in JSON".to_owned()
            }
            Some(found) if found.is_control() => format!("expected {what}, found `{}`", found.escape_debug()),
            Some(found) => format!("expected {what}, found `{found}`"),
        };
        Malformed { message, offset: self.offset }
    }

    fn node(&mut self) -> Result<Node, Malformed> {
        let start = self.offset;
        let value = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::list)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            _ => self.word()?,
        };
        Ok(Node { range: Range { start, end: self.offset }, value })
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, Malformed>) -> Result<Value, Malformed> {
        if self.depth == MAX_DEPTH {
            return Err(Malformed { message: "the values are nested too deeply".to_owned(), offset: self.offset });
        }
        self.depth += 1;
        self.offset += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Value, Malformed> {
        let mut entries = Vec::new();
        self.skip_space();
        if self.eat(b'}') {
            return Ok(Value::Object(entries));
        }
        loop {
            self.skip_space();
            entries.push(self.entry()?);
            self.skip_space();
            if self.eat(b'}') {
                return Ok(Value::Object(entries));
            }
            if !self.eat(b',') {
                return Err(self.expected("`,` or `}`"));
            }
        }
    }

    fn entry(&mut self) -> Result<Entry, Malformed> {
        let start = self.offset;
        if self.peek() != Some(b'"') {
            return Err(self.expected("a key in double quotes"));
        }
        let key = self.string()?;
        let key_range = Range { start, end: self.offset };
        self.skip_space();
        if !self.eat(b':') {
            return Err(self.expected("`:`"));
        }
        self.skip_space();
        Ok(Entry { key, key_range, node: self.node()? })
    }

    fn list(&mut self) -> Result<Value, Malformed> {
        let mut items = Vec::new();
        self.skip_space();
        if self.eat(b']') {
            return Ok(Value::List(items));
        }
        loop {
            self.skip_space();
            items.push(self.node()?);
            self.skip_space();
            if self.eat(b']') {
                return Ok(Value::List(items));
            }
            if !self.eat(b',') {
                return Err(self.expected("`,` or `]`"));
            }
        }
    }

    /// Finds the closing quote and lets `serde_json` unescape what is between.
    fn string(&mut self) -> Result<String, Malformed> {
        let start = self.offset;
        self.offset += 1;
        loop {
            match self.peek() {
                None | Some(b'\n') => {
                    return Err(Malformed { message: "the string has no end".to_owned(), offset: start });
                }
                Some(b'"') => break,
                Some(b'\\') => self.offset += 2,
                Some(_) => self.offset += 1,
            }
        }
        self.offset += 1;
        let literal = &self.text[start..self.offset];
        serde_json::from_str(literal)
            .map_err(|_| Malformed { message: format!("{literal} is not a valid string"), offset: start })
    }

    fn number(&mut self) -> Result<Value, Malformed> {
        let start = self.offset;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.offset += 1;
        }
        let literal = &self.text[start..self.offset];
        serde_json::from_str(literal)
            .map(Value::Number)
            .map_err(|_| Malformed { message: format!("`{literal}` is not a number"), offset: start })
    }

    fn word(&mut self) -> Result<Value, Malformed> {
        let words = [("null", Value::Null), ("true", Value::Boolean(true)), ("false", Value::Boolean(false))];
        for (word, value) in words {
            if self.rest().starts_with(word) {
                self.offset += word.len();
                return Ok(value);
            }
        }
        Err(self.expected("a value"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_where_keys_and_values_stand() {
        let text = "{ \"a\": [1, \"ü\"] }";
        let Value::Object(entries) = parse(text).expect("is JSON").value else { panic!("is an object") };
        let entry = &entries[0];
        assert_eq!(&text[entry.key_range.start..entry.key_range.end], "\"a\"");
        let Value::List(items) = &entry.node.value else { panic!("is a list") };
        assert_eq!(&text[items[1].range.start..items[1].range.end], "\"ü\"");
        assert_eq!(items[0].value, Value::Number(1.0));
    }

    #[test]
    fn accepts_what_json_allows() {
        let cases = [
            ("\u{feff} null ", Value::Null),
            ("-1.5e3", Value::Number(-1500.0)),
            (r#""a\"\u00fc\n""#, Value::Text("a\"ü\n".to_owned())),
            ("[]", Value::List(vec![])),
            ("{}", Value::Object(vec![])),
            ("true", Value::Boolean(true)),
        ];
        for (text, value) in cases {
            assert_eq!(parse(text).expect(text).value, value, "{text}");
        }
    }

    #[test]
    fn says_where_and_why_it_is_malformed() {
        let deep = "[".repeat(70);
        let cases = [
            ("", 0, "expected a value, found the end of the file"),
            ("{ \"a\": 1, }", 10, "expected a key in double quotes, found `}`"),
            ("{ a: 1 }", 2, "expected a key in double quotes, found `a`"),
            ("{ \"a\" 1 }", 6, "expected `:`, found `1`"),
            ("[1 2]", 3, "expected `,` or `]`, found `2`"),
            ("{} \"a\"", 3, "expected the end of the file, found `\"`"),
            ("[1,]", 3, "expected a value, found `]`"),
            ("// x\n1", 0, "comments are not allowed in JSON"),
            ("1 2", 2, "expected the end of the file, found `2`"),
            ("\"a", 0, "the string has no end"),
            ("\"\\x\"", 0, "\"\\x\" is not a valid string"),
            ("01", 0, "`01` is not a number"),
            (&deep, 64, "the values are nested too deeply"),
        ];
        for (text, offset, message) in cases {
            assert_eq!(parse(text), Err(Malformed { message: message.to_owned(), offset }), "{text}");
        }
    }
}
