//! Addresses: the URLs of services, and what a service binds.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use url::{Host, Url};

/// Bytes of a socket's path; systems take a few more.
const LONGEST_SOCKET: usize = 100;

/// Why a text is not the address of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WrongUrl {
    /// It is no `http` or `https` URL.
    Invalid,
    /// It has a user, a query or a fragment.
    Surplus,
}

impl WrongUrl {
    /// What to say beside "is not a valid URL", if there is more to say.
    pub(super) fn refusal(self) -> Option<String> {
        match self {
            Self::Invalid => None,
            Self::Surplus => Some("the address of a service has no user, query or fragment".to_owned()),
        }
    }
}

/// Reads the URL of a service.
pub(super) fn parse_url(text: &str) -> Result<Url, WrongUrl> {
    let url = Url::parse(text).map_err(|_| WrongUrl::Invalid)?;
    // `http:x` would be taken for `http://x`; other programs read it differently.
    let start = text.trim_start().to_ascii_lowercase();
    if !start.starts_with("http://") && !start.starts_with("https://") {
        return Err(WrongUrl::Invalid);
    }
    let surplus = !url.username().is_empty() || url.password().is_some() || url.query().is_some();
    if surplus || url.fragment().is_some() { Err(WrongUrl::Surplus) } else { Ok(url) }
}

/// The address to bind for a URL: its host and port.
pub(super) fn listen_address(url: &Url) -> Result<SocketAddr, String> {
    let port = url.port_or_known_default().unwrap_or(80);
    match url.host() {
        Some(Host::Ipv4(address)) => Ok((address, port).into()),
        Some(Host::Ipv6(address)) => Ok((address, port).into()),
        Some(Host::Domain(name)) => look_up(name, port)
            .map_err(|reason| format!("{reason}; 'listen' names the address to bind where it differs from 'url'")),
        None => Err("the URL has no host".to_owned()),
    }
}

/// Reads `listen`: an address, or a name that has one, with a port.
pub(super) fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    text.rsplit_once(':')
        .and_then(|(name, port)| Some((name, port.parse().ok()?)))
        .filter(|(name, _)| !name.is_empty() && !name.contains(':'))
        .ok_or_else(|| format!("'{text}' is not an address such as 127.0.0.1:3000"))
        .and_then(|(name, port)| look_up(name, port))
}

/// Reads `listen` with the path of a socket of this machine; none if it is an address.
pub(super) fn parse_socket(text: &str) -> Option<Result<PathBuf, String>> {
    let path = text.strip_prefix("unix:")?;
    Some(if !cfg!(unix) {
        Err("this system has no sockets with paths".to_owned())
    } else if !path.starts_with('/') || path.len() > LONGEST_SOCKET {
        Err(format!("'{path}' is not a path from / on of at most {LONGEST_SOCKET} bytes"))
    } else {
        Ok(PathBuf::from(path))
    })
}

/// The address of a name, IPv4 before IPv6.
fn look_up(name: &str, port: u16) -> Result<SocketAddr, String> {
    let found =
        (name, port).to_socket_addrs().map_err(|error| format!("host '{name}' cannot be looked up ({error})"))?;
    found.min_by_key(SocketAddr::is_ipv6).ok_or_else(|| format!("host '{name}' has no address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_parsed_not_split() {
        let cases = [
            ("http://127.0.0.1:3000", Ok("127.0.0.1:3000")),
            ("http://127.0.0.1:3000/", Ok("127.0.0.1:3000")),
            ("http://127.0.0.1", Ok("127.0.0.1:80")),
            ("http://127.0.0.1:0", Ok("127.0.0.1:0")),
            ("http://[::1]:3000/base", Ok("[::1]:3000")),
            ("HTTP://127.0.0.1:3000", Ok("127.0.0.1:3000")),
            ("httpx", Err(WrongUrl::Invalid)),
            ("http:127.0.0.1", Err(WrongUrl::Invalid)),
            ("http://127.0.0.1:99999", Err(WrongUrl::Invalid)),
            ("ftp://127.0.0.1", Err(WrongUrl::Invalid)),
            ("", Err(WrongUrl::Invalid)),
            ("https://127.0.0.1", Ok("127.0.0.1:443")),
            ("https://127.0.0.1:3000", Ok("127.0.0.1:3000")),
            ("https:127.0.0.1", Err(WrongUrl::Invalid)),
            ("http://user:secret@127.0.0.1", Err(WrongUrl::Surplus)),
            ("http://127.0.0.1/?a=1", Err(WrongUrl::Surplus)),
        ];
        for (text, expected) in cases {
            let address = parse_url(text).map(|url| listen_address(&url).expect("an address").to_string());
            assert_eq!(address.as_deref().map_err(|wrong| *wrong), expected, "{text}");
        }
    }

    #[test]
    fn names_are_looked_up() {
        let localhost = listen_address(&parse_url("http://localhost:3000").expect("a URL")).expect("an address");
        assert!(localhost.ip().is_loopback() && localhost.port() == 3000);
        let unknown = listen_address(&parse_url("http://host.invalid").expect("a URL")).expect_err("no address");
        assert!(unknown.contains("host 'host.invalid'") && unknown.contains("'listen'"), "{unknown}");
    }

    #[test]
    fn listen_is_an_address_with_a_port() {
        let cases = [
            ("127.0.0.1:3000", Some("127.0.0.1:3000")),
            ("0.0.0.0:0", Some("0.0.0.0:0")),
            ("[::]:80", Some("[::]:80")),
            ("127.0.0.1", None),
            (":3000", None),
            ("127.0.0.1:x", None),
            ("::1:80:", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_listen(text).ok().map(|address| address.to_string()).as_deref(), expected, "{text}");
        }
        assert_eq!(parse_socket("127.0.0.1:1"), None);
        assert_eq!(parse_socket("unix:/run/x.sock"), Some(Ok(PathBuf::from("/run/x.sock"))));
        assert!(parse_socket("unix:x.sock").is_some_and(|path| path.is_err()));
        assert!(parse_socket(&format!("unix:/{}", "x".repeat(100))).is_some_and(|path| path.is_err()));
    }
}
