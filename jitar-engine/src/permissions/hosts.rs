//! Hosts that application code may reach.

use std::str::FromStr;

use deno_core::url::{self, Host};

use super::advice;

/// A text that is no host pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no host: {reason}")]
pub struct InvalidHost {
    text: String,
    reason: &'static str,
}

/// Hosts by name and port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPattern {
    name: Name,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Any,
    /// As a URL has it: lower case, addresses in their shortest form, IPv6 in brackets.
    Exact(String),
    /// Every name that ends with it; it begins with a dot.
    Below(String),
}

impl FromStr for HostPattern {
    type Err = InvalidHost;

    /// `*`, `example.com`, `*.example.com`, `127.0.0.1` or `[::1]`, each with `:port` or without.
    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        let invalid = |reason| InvalidHost { text: text.to_owned(), reason };
        if text.contains('/') || text.contains('@') {
            return Err(invalid("write the host or host:port alone, without `https://` and path"));
        }
        if text.starts_with(|first: char| first != '[') && text.matches(':').count() > 1 {
            return Err(invalid("write IPv6 addresses in brackets, such as `[::1]` or `[::1]:80`"));
        }
        let (name, port) = match text.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => {
                let port = port.parse().ok().filter(|port| *port != 0);
                (name, Some(port.ok_or_else(|| invalid("a port is a number from 1 to 65535"))?))
            }
            _ => (text, None),
        };
        let parse = |name: &str| Host::parse(name).map(|host| host.to_string());
        let name = match (name, name.strip_prefix("*.")) {
            ("*", _) => Name::Any,
            (_, Some(parent)) => match Host::parse(parent) {
                Ok(Host::Domain(parent)) => Name::Below(format!(".{parent}")),
                _ => return Err(invalid("`*.` stands before the name of a domain")),
            },
            _ if name.contains('*') => return Err(invalid("`*` stands alone, or as `*.` at the beginning")),
            _ => Name::Exact(parse(name).map_err(|_| invalid("write a name or an address"))?),
        };
        Ok(Self { name, port })
    }
}

impl std::fmt::Display for HostPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.name {
            Name::Any => f.write_str("*")?,
            Name::Exact(name) => f.write_str(name)?,
            Name::Below(ending) => write!(f, "*{ending}")?,
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl HostPattern {
    /// The host and port of a URL; `None` when it has no host.
    pub fn of_url(url: &url::Url) -> Option<Self> {
        Some(Self { name: Name::Exact(url.host()?.to_string()), port: url.port_or_known_default() })
    }

    fn matches(&self, host: &str, port: u16) -> bool {
        let named = match &self.name {
            Name::Any => true,
            Name::Exact(name) => name == host,
            Name::Below(ending) => host.len() > ending.len() && host.ends_with(ending.as_str()),
        };
        named && self.port.is_none_or(|permitted| permitted == port)
    }
}

/// The hosts that may be reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts(Vec<HostPattern>);

impl FromIterator<HostPattern> for Hosts {
    fn from_iter<T: IntoIterator<Item = HostPattern>>(patterns: T) -> Self {
        Self(patterns.into_iter().collect())
    }
}

impl Extend<HostPattern> for Hosts {
    fn extend<T: IntoIterator<Item = HostPattern>>(&mut self, patterns: T) {
        self.0.extend(patterns);
    }
}

impl Hosts {
    /// The patterns, in the order in which they are listed.
    pub fn iter(&self) -> impl Iterator<Item = &HostPattern> {
        self.0.iter()
    }

    /// Whether a host, as a URL has it, may be reached at a port.
    ///
    /// # Errors
    /// When it may not: the text for application code.
    pub(crate) fn check(&self, host: &str, port: u16) -> Result<(), String> {
        if self.0.iter().any(|pattern| pattern.matches(host, port)) {
            return Ok(());
        }
        let address = format!("{host}:{port}");
        let advice = advice("net", &address);
        Err(format!("net access to `{address}` is not permitted: {advice}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_permit_what_they_say() {
        let cases = [
            ("example.com", "example.com", 443, true),
            ("example.com", "example.com", 8080, true),
            ("EXAMPLE.com", "example.com", 80, true),
            ("example.com", "www.example.com", 80, false),
            ("example.com", "badexample.com", 80, false),
            ("example.com:443", "example.com", 443, true),
            ("example.com:443", "example.com", 80, false),
            ("*.example.com", "a.example.com", 80, true),
            ("*.example.com", "a.b.example.com", 80, true),
            ("*.example.com", "example.com", 80, false),
            ("*.example.com", "evilexample.com", 80, false),
            ("*.example.com:8443", "a.example.com", 8443, true),
            ("*.example.com:8443", "a.example.com", 80, false),
            ("*", "anything.org", 1, true),
            ("*:443", "anything.org", 443, true),
            ("*:443", "anything.org", 80, false),
            ("127.0.0.1", "127.0.0.1", 80, true),
            ("0x7f.1", "127.0.0.1", 80, true),
            ("127.0.0.1", "localhost", 80, false),
            ("[::1]", "[::1]", 80, true),
            ("[0:0::1]:80", "[::1]", 80, true),
            ("[::1]:80", "[::1]", 81, false),
            ("b\u{fc}cher.de", "xn--bcher-kva.de", 80, true),
        ];
        for (pattern, host, port, permitted) in cases {
            let hosts: Hosts = [pattern.parse().expect(pattern)].into_iter().collect();
            assert_eq!(hosts.check(host, port).is_ok(), permitted, "{pattern} {host}:{port}");
        }
    }

    #[test]
    fn patterns_are_shown_as_they_are_written() {
        for text in ["*", "*:80", "example.com", "example.com:443", "*.a.org", "[::1]:80", "127.0.0.1"] {
            assert_eq!(text.parse::<HostPattern>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for (text, reason) in [
            ("https://example.com", "without `https://`"),
            ("example.com/path", "without `https://`"),
            ("user@example.com", "without `https://`"),
            ("example.com:http", "a port is a number"),
            ("example.com:0", "a port is a number"),
            ("example.com:70000", "a port is a number"),
            ("::1", "in brackets"),
            ("a.*.com", "`*` stands alone"),
            ("*.127.0.0.1", "the name of a domain"),
            ("", "write a name or an address"),
            ("a b", "write a name or an address"),
        ] {
            let error = text.parse::<HostPattern>().expect_err(text).to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn a_refusal_says_what_to_write() {
        let refused = Hosts::default().check("example.com", 443).expect_err("nothing is permitted");
        assert_eq!(
            refused,
            "net access to `example.com:443` is not permitted: add \"example.com:443\" to \"permissions\": { \"net\": [...] } in the service file"
        );
    }
}
