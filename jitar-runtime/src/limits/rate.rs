//! How many calls one client may make: a bucket of tokens for each address, or for each value of a header.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use jitar_engine::call::Headers;

use crate::config::{ClientKey, RateLimitConfig};

/// Calls between two looks for buckets that are full again, which nobody needs any more.
const SWEEP: u32 = 10_000;

/// A limit for each client.
#[derive(Debug)]
pub(crate) struct RateLimit {
    key: ClientKey,
    buckets: DefaultKeyedRateLimiter<String>,
    n_calls: AtomicU32,
}

impl RateLimit {
    /// The limit as configured.
    pub(crate) fn new(config: &RateLimitConfig) -> Self {
        let quota = Quota::per_second(config.per_second).allow_burst(config.burst);
        Self { key: config.key.clone(), buckets: RateLimiter::keyed(quota), n_calls: AtomicU32::new(0) }
    }

    /// Counts a call of a client.
    ///
    /// # Errors
    /// With the time after which the next call is allowed.
    pub(crate) fn check(&self, peer: Option<IpAddr>, headers: &Headers) -> Result<(), Duration> {
        if self.n_calls.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.buckets.retain_recent();
        }
        let client = match &self.key {
            ClientKey::Address => peer.map(network),
            ClientKey::Header(name) => headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()),
        };
        // Whoever says nothing shares one bucket with all the others who do not.
        let outcome = self.buckets.check_key(&client.unwrap_or_default());
        outcome.map_err(|until| until.wait_time_from(DefaultClock::default().now()))
    }
}

/// One client has a whole network of IPv6 addresses, so that network is what counts.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
        }
    }
}

/// Calls per second and at once, for tests.
#[cfg(test)]
pub(crate) fn config(key: ClientKey, per_second: u32, burst: u32) -> RateLimitConfig {
    let number = |number| std::num::NonZeroU32::new(number).expect("not zero");
    RateLimitConfig { key, per_second: number(per_second), burst: number(burst) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_client_has_a_bucket() {
        let limit = RateLimit::new(&config(ClientKey::Address, 1, 3));
        let allowed = |address: &str| {
            let peer = address.parse().expect("an address");
            (0..10).filter(|_| limit.check(Some(peer), &Vec::new()).is_ok()).count()
        };
        assert_eq!((allowed("192.0.2.1"), allowed("192.0.2.1"), allowed("192.0.2.2")), (3, 0, 3));
        assert_eq!((allowed("2001:db8::1"), allowed("2001:db8::2"), allowed("2001:db8:1::1")), (3, 0, 3));
        assert_eq!(allowed("::ffff:192.0.2.1"), 0, "the same address");
    }

    #[test]
    fn headers_tell_clients_apart() {
        let limit = RateLimit::new(&config(ClientKey::Header("x-user".to_owned()), 1, 1));
        let check = |user: Option<&str>| {
            let headers = user.map(|user| ("x-user".to_owned(), user.to_owned())).into_iter().collect();
            limit.check(None, &headers)
        };
        assert!(check(Some("a")).is_ok() && check(Some("b")).is_ok() && check(None).is_ok());
        let wait = check(Some("a")).expect_err("too much");
        assert!(wait > Duration::ZERO && wait <= Duration::from_secs(1), "{wait:?}");
        assert!(check(None).is_err());
    }
}
