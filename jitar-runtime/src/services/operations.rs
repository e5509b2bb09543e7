//! What only those who operate a cluster may see.

use std::net::IpAddr;
use std::sync::Arc;

use crate::config::TrustKeys;
use crate::execution::PresentedKey;
use crate::telemetry::Metrics;

/// Whom a listener is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Audience {
    /// Everybody.
    #[default]
    Public,
    /// Those who reach the `admin` listener; it has no other protection than its address.
    Operators,
}

/// Who wants to see something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Viewer<'a> {
    /// The listener by which they came.
    pub(crate) audience: Audience,
    /// The key that they showed.
    pub(crate) key: Option<&'a PresentedKey>,
    /// Their address.
    pub(crate) peer: Option<IpAddr>,
}

impl Viewer<'_> {
    /// Whether they may see what is for operators: on the listener for them, with one of `keys`, or on this machine where
    /// there is no key.
    pub(crate) fn may_see(&self, keys: &TrustKeys) -> bool {
        let is_local = self.peer.is_some_and(|peer| peer.to_canonical().is_loopback());
        match self.audience {
            Audience::Operators => true,
            Audience::Public if keys.is_empty() => is_local,
            Audience::Public => self.key.is_some_and(|key| keys.accepts(key.reveal())),
        }
    }
}

/// What a process tells its operators.
#[derive(Clone, Default)]
pub(crate) struct Operations {
    /// Whom the listener is for.
    pub(crate) audience: Audience,
    /// Keys of the service.
    pub(crate) keys: TrustKeys,
    /// What it counts.
    pub(crate) metrics: Arc<Metrics>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::tests::trust_keys;

    /// Listener, keys, key shown, caller, whether it may see.
    type Case = (Audience, &'static [&'static str], Option<&'static str>, Option<&'static str>, bool);

    #[test]
    fn operators_see_more() {
        use Audience::{Operators, Public};
        let (home, away) = (Some("127.0.0.1"), Some("192.0.2.1"));
        let cases: [Case; 9] = [
            (Operators, &["key"], None, away, true),
            (Public, &["key"], None, home, false),
            (Public, &["key"], Some("wrong"), home, false),
            (Public, &["new", "old"], Some("old"), away, true),
            (Public, &[], None, home, true),
            (Public, &[], Some("any"), away, false),
            (Public, &[], None, None, false),
            (Public, &[], None, Some("::1"), true),
            (Public, &[], None, Some("::ffff:127.0.0.1"), true),
        ];
        for (audience, keys, key, peer, expected) in cases {
            let key = key.map(PresentedKey::new);
            let peer = peer.map(|peer| peer.parse().expect("an address"));
            let viewer = Viewer { audience, key: key.as_ref(), peer };
            assert_eq!(viewer.may_see(&trust_keys(keys)), expected, "{viewer:?}");
        }
    }
}
