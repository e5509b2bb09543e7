//! What a service takes on: `rateLimit`, `concurrency`, `idempotency`.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use super::fields::Fields;

/// What a service takes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intake {
    /// How many calls one client may make; none means as many as it likes.
    pub rate_limit: Option<RateLimitConfig>,
    /// How many calls may be under way; none means as many as the isolates or workers take.
    pub concurrency: Option<ConcurrencyLimit>,
    /// How long answers are kept for clients that repeat a key.
    pub idempotency: Idempotency,
}

/// How many calls one client may make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimitConfig {
    /// What tells clients apart.
    pub key: ClientKey,
    /// Calls per second in the long run.
    pub per_second: NonZeroU32,
    /// Calls at once after a pause.
    pub burst: NonZeroU32,
}

/// What tells clients apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientKey {
    /// Their address; of IPv6 the network.
    Address,
    /// The header of this name, in lower case.
    Header(String),
}

/// How many calls may be under way in a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConcurrencyLimit {
    /// This many.
    Fixed(u32),
    /// As many as do not make each other slow.
    Adaptive,
}

/// How long answers are kept for clients that repeat an `idempotency-key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idempotency {
    /// How long.
    pub window: Duration,
    /// How many; 0 turns it off.
    pub entries: usize,
}

impl Default for Idempotency {
    fn default() -> Self {
        Self { window: Duration::from_mins(10), entries: 10_000 }
    }
}

/// Reads all of them.
pub(super) fn read(fields: &mut Fields<'_>) -> Intake {
    Intake {
        rate_limit: fields.group("rateLimit").and_then(read_rate_limit),
        concurrency: fields.number_or_word("concurrency"),
        idempotency: fields.group("idempotency").map_or_else(Idempotency::default, read_idempotency),
    }
}

fn read_rate_limit(mut fields: Fields<'_>) -> Option<RateLimitConfig> {
    fields.require(&["perSecond"]);
    let key = fields.parsed("key").map_or(ClientKey::Address, |found| found.value);
    let number =
        |fields: &mut Fields<'_>, name| fields.integer::<u32>(name, &(1..=1_000_000)).and_then(NonZeroU32::new);
    let per_second = number(&mut fields, "perSecond");
    let burst = number(&mut fields, "burst").or(per_second);
    fields.finish();
    Some(RateLimitConfig { key, per_second: per_second?, burst: burst? })
}

fn read_idempotency(mut fields: Fields<'_>) -> Idempotency {
    let defaults = Idempotency::default();
    let idempotency = Idempotency {
        window: fields.milliseconds("window").unwrap_or(defaults.window),
        entries: fields.integer("entries", &(0..=10_000_000)).unwrap_or(defaults.entries),
    };
    fields.finish();
    idempotency
}

/// The text does not say what tells clients apart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is neither 'address' nor 'header:<name>'")]
pub struct InvalidClientKey(pub String);

impl FromStr for ClientKey {
    type Err = InvalidClientKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "address" => Ok(Self::Address),
            Some(("header", name)) if !name.is_empty() => Ok(Self::Header(name.to_ascii_lowercase())),
            _ => Err(InvalidClientKey(text.to_owned())),
        }
    }
}

/// The text is no number of calls.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no number of calls; it is a number from 1 to 1000000 or 'adaptive'")]
pub struct InvalidConcurrency(pub String);

impl FromStr for ConcurrencyLimit {
    type Err = InvalidConcurrency;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(limit @ 1..=1_000_000) => Ok(Self::Fixed(limit)),
            Err(_) if text == "adaptive" => Ok(Self::Adaptive),
            _ => Err(InvalidConcurrency(text.to_owned())),
        }
    }
}

impl fmt::Display for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rate_limit {
            None => f.write_str("any rate")?,
            Some(RateLimitConfig { key: ClientKey::Address, per_second, burst }) => {
                write!(f, "{per_second} calls/s, burst {burst}, by address")?;
            }
            Some(RateLimitConfig { key: ClientKey::Header(name), per_second, burst }) => {
                write!(f, "{per_second} calls/s, burst {burst}, by header:{name}")?;
            }
        }
        match self.concurrency {
            None => f.write_str("; any concurrency"),
            Some(ConcurrencyLimit::Adaptive) => f.write_str("; adaptive concurrency"),
            Some(ConcurrencyLimit::Fixed(limit)) => write!(f, "; concurrency {limit}"),
        }
    }
}
