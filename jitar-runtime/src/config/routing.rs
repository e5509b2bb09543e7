//! Reads how a gateway routes: `balancing`, `retries`, `ejection`, `slowStart`, `hedge`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::cluster::{Balancing, Ejection, HashKey, Retries, Routing};
use super::fields::{Fields, MILLISECONDS};

/// Reads all of them.
pub(super) fn read(fields: &mut Fields<'_>) -> Routing {
    let defaults = Routing::default();
    Routing {
        balancing: read_balancing(fields).unwrap_or(defaults.balancing),
        retries: fields.group("retries").map_or(defaults.retries, read_retries),
        ejection: fields.group("ejection").map_or(defaults.ejection, read_ejection),
        // 0 is allowed: new workers get their share at once.
        slow_start: fields.integer("slowStart", &(0..=*MILLISECONDS.end())).map_or(defaults.slow_start, millis),
        hedge: fields.milliseconds("hedge"),
    }
}

/// A word, or an object that says what is hashed.
fn read_balancing(fields: &mut Fields<'_>) -> Option<Balancing> {
    if !fields.is_object("balancing") {
        return fields.parsed("balancing").map(|found| found.value);
    }
    let mut fields = fields.group("balancing")?;
    fields.require(&["consistentHash"]);
    let key = fields.parsed("consistentHash").map(|found| found.value);
    fields.finish();
    key.map(Balancing::ConsistentHash)
}

fn read_retries(mut fields: Fields<'_>) -> Retries {
    let defaults = Retries::default();
    let retries = Retries {
        attempts: fields.integer::<u32>("attempts", &(0..=10)).unwrap_or(defaults.attempts),
        budget: fields.fraction("budget").unwrap_or(defaults.budget),
        per_second: fields.integer::<u32>("perSecond", &(0..=1_000_000)).unwrap_or(defaults.per_second),
    };
    fields.finish();
    retries
}

fn read_ejection(mut fields: Fields<'_>) -> Ejection {
    let defaults = Ejection::default();
    let ejection = Ejection {
        failures: fields.integer::<u32>("failures", &(1..=1000)).unwrap_or(defaults.failures),
        base: fields.milliseconds("base").unwrap_or(defaults.base),
        max: fields.milliseconds("max").unwrap_or(defaults.max),
    };
    if ejection.max < ejection.base {
        let (base, max) = (ejection.base.as_millis(), ejection.max.as_millis());
        fields.problem(fields.at(), format!("'max' ({max}) is less than 'base' ({base})"));
    }
    fields.finish();
    ejection
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The word is no way of balancing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidBalancing(pub String);

impl fmt::Display for InvalidBalancing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "'{}' is no way of balancing; there are 'roundRobin', 'leastRequests', 'p2cEwma', 'weighted' and \
             {{\"consistentHash\": …}}",
            self.0
        )
    }
}

impl FromStr for Balancing {
    type Err = InvalidBalancing;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "roundRobin" => Ok(Self::RoundRobin),
            "leastRequests" => Ok(Self::LeastRequests),
            "p2cEwma" => Ok(Self::P2cEwma),
            "weighted" => Ok(Self::Weighted),
            _ => Err(InvalidBalancing(text.to_owned())),
        }
    }
}

impl fmt::Display for Balancing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RoundRobin => f.write_str("roundRobin"),
            Self::LeastRequests => f.write_str("leastRequests"),
            Self::P2cEwma => f.write_str("p2cEwma"),
            Self::Weighted => f.write_str("weighted"),
            Self::ConsistentHash(HashKey::Argument(name)) => write!(f, "consistentHash of argument:{name}"),
            Self::ConsistentHash(HashKey::Header(name)) => write!(f, "consistentHash of header:{name}"),
        }
    }
}

/// The text does not say what is hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidHashKey(pub String);

impl fmt::Display for InvalidHashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is neither 'argument:<name>' nor 'header:<name>'", self.0)
    }
}

impl FromStr for HashKey {
    type Err = InvalidHashKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("argument", name)) if !name.is_empty() => Ok(Self::Argument(name.to_owned())),
            Some(("header", name)) if !name.is_empty() => Ok(Self::Header(name.to_ascii_lowercase())),
            _ => Err(InvalidHashKey(text.to_owned())),
        }
    }
}
