//! Which addresses a worker may register: without a check, a gateway would send requests to whatever it is told.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::services::RegistrationError;

/// How far a gateway trusts whoever registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It showed the key: any address that can be a worker's.
    Trusted,
    /// It showed nothing: only its own address.
    Unknown,
}

/// Refuses addresses that no worker has, and for callers that nobody knows every address but their own.
///
/// # Errors
/// When the address is refused.
pub(super) async fn check(url: &Url, standing: Standing, peer: Option<IpAddr>) -> Result<(), RegistrationError> {
    let refused = |text: &str| Err(RegistrationError::Invalid(vec![format!("Field 'url' {text}")]));
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address).to_canonical()),
        Some(Host::Domain(_)) | None => None,
    };
    if literal.is_some_and(is_nobodys) {
        return refused("is an address that no worker can have");
    }
    if standing == Standing::Trusted {
        return Ok(());
    }
    let Some(peer) = peer.map(|peer| peer.to_canonical()) else { return refused("cannot be checked") };
    let is_own = match literal {
        Some(address) => is_same_host(address, peer),
        None => resolves_to(url, peer).await,
    };
    if is_own {
        Ok(())
    } else {
        refused("is not the address that the request comes from; without a key that is required")
    }
}

/// Every loopback address is the same machine.
fn is_same_host(address: IpAddr, peer: IpAddr) -> bool {
    address == peer || (address.is_loopback() && peer.is_loopback())
}

async fn resolves_to(url: &Url, peer: IpAddr) -> bool {
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return false };
    let found = tokio::net::lookup_host((host, port)).await;
    found.is_ok_and(|mut found| found.any(|address| is_same_host(address.ip().to_canonical(), peer)))
}

/// Addresses of no host, of many hosts, and those by which clouds tell a machine its secrets.
fn is_nobodys(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_unspecified()
                || address.is_multicast()
                || address.is_link_local()
                || address == Ipv4Addr::BROADCAST
        }
        IpAddr::V6(address) => {
            // The metadata address of a large cloud, which is not link-local.
            let metadata = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
            address.is_unspecified() || address.is_multicast() || address.is_unicast_link_local() || address == metadata
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: &str = "127.0.0.1";

    #[tokio::test]
    async fn only_addresses_that_workers_have() {
        use Standing::{Trusted, Unknown};
        // (address, standing, caller, whether it is accepted)
        let cases = [
            ("http://10.0.0.7:3000", Trusted, "192.0.2.1", true),
            ("http://worker.example:3000", Trusted, "192.0.2.1", true),
            ("http://169.254.169.254", Trusted, HOME, false),
            ("http://[fd00:ec2::254]", Trusted, HOME, false),
            ("http://[fe80::1]:3000", Trusted, HOME, false),
            ("http://[::ffff:169.254.169.254]", Trusted, HOME, false),
            ("http://0.0.0.0:3000", Trusted, HOME, false),
            ("http://224.0.0.1:3000", Trusted, HOME, false),
            ("http://255.255.255.255:3000", Trusted, HOME, false),
            ("http://127.0.0.1:3000", Unknown, HOME, true),
            ("http://127.0.0.2:3000", Unknown, HOME, true),
            ("http://[::1]:3000", Unknown, HOME, true),
            ("http://localhost:3000", Unknown, HOME, true),
            ("http://10.0.0.7:3000", Unknown, HOME, false),
            ("http://10.0.0.7:3000", Unknown, "10.0.0.7", true),
            ("http://10.0.0.8:3000", Unknown, "10.0.0.7", false),
            ("http://127.0.0.1:3000", Unknown, "10.0.0.7", false),
            ("http://localhost:3000", Unknown, "10.0.0.7", false),
            ("http://10.0.0.7:3000", Unknown, "::ffff:10.0.0.7", true),
        ];
        for (url, standing, peer, expected) in cases {
            let url = url.parse().expect("a URL");
            let outcome = check(&url, standing, Some(peer.parse().expect("an address"))).await;
            assert_eq!(outcome.is_ok(), expected, "{url} {standing:?} {peer}: {outcome:?}");
        }
        let url = "http://127.0.0.1:1".parse().expect("a URL");
        assert!(check(&url, Unknown, None).await.is_err());
    }
}
