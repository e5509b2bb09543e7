//! `--inspect` and `--inspect-brk`: where debuggers connect.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// Where debuggers connect when nothing else is said; that of other runtimes, which tools look at by themselves.
pub(super) const DEFAULT: &str = "127.0.0.1:9229";

/// An address for debuggers: `host:port`, a port, or a host. Hosts are addresses or `localhost`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InspectAddress(pub SocketAddr);

/// How a service can be debugged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspect {
    /// Address to bind; port 0 asks the system for one.
    pub address: SocketAddr,
    /// Whether each isolate waits for a debugger and stops at the first statement of the application.
    pub breaks_at_start: bool,
}

/// The text is no address for debuggers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no address for debuggers; write a port, an IP address, or both, such as {DEFAULT}")]
pub struct InvalidInspectAddress(pub String);

impl FromStr for InspectAddress {
    type Err = InvalidInspectAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let default: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 9229));
        let local = text.strip_prefix("localhost").map(|rest| format!("127.0.0.1{rest}"));
        let text_of_address = local.as_deref().unwrap_or(text);
        let address = text_of_address.parse::<SocketAddr>().ok();
        let host = || text_of_address.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        let port = || text.parse::<u16>().ok().map(|port| SocketAddr::new(default.ip(), port));
        let address = address.or_else(|| host().map(|host| SocketAddr::new(host, default.port()))).or_else(port);
        address.map(Self).ok_or_else(|| InvalidInspectAddress(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_several_forms() {
        let cases = [
            (DEFAULT, Some("127.0.0.1:9229")),
            ("9230", Some("127.0.0.1:9230")),
            ("0", Some("127.0.0.1:0")),
            ("0.0.0.0", Some("0.0.0.0:9229")),
            ("0.0.0.0:1", Some("0.0.0.0:1")),
            ("localhost", Some("127.0.0.1:9229")),
            ("localhost:1", Some("127.0.0.1:1")),
            ("::1", Some("[::1]:9229")),
            ("[::1]:1", Some("[::1]:1")),
            ("example.org:1", None),
            ("70000", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let address = text.parse::<InspectAddress>().ok().map(|address| address.0.to_string());
            assert_eq!(address.as_deref(), expected, "{text}");
        }
    }
}
