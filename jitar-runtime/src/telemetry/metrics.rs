//! What a process counts, in the format of Prometheus. The names are a contract: `docs/metrics.md` lists them, and a test
//! compares.

use std::fmt::Write;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures::StreamExt;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::services::ByteStream;

/// What stands before every name.
pub(crate) const PREFIX: &str = "jitar";
/// Calls that were answered, by procedure and status.
pub(crate) const CALLS: &str = "calls";
/// Seconds from the request to its answer, by procedure.
pub(crate) const DURATION: &str = "call_duration_seconds";
/// Calls under way, by procedure.
pub(crate) const IN_FLIGHT: &str = "calls_in_flight";
/// Bytes of arguments, by procedure.
pub(crate) const REQUEST_BYTES: &str = "request_bytes";
/// Bytes of results, by procedure.
pub(crate) const RESPONSE_BYTES: &str = "response_bytes";
/// Calls that application code made to other segments, by the way that they took.
pub(crate) const OUTBOUND: &str = "outbound_calls";
/// Calls that were sent to a worker once more, by procedure.
pub(crate) const RETRIES: &str = "retries";
/// Workers that get no calls for a while because theirs failed.
pub(crate) const EJECTIONS: &str = "ejections";
/// Workers to which the connection was lost.
pub(crate) const LOSSES: &str = "lost_workers";
/// Calls that were turned away, by reason.
pub(crate) const REJECTED: &str = "rejected_calls";
/// Calls that were ended by a limit, by its name.
pub(crate) const LIMITS: &str = "limits_exceeded";
/// Isolates that were replaced because they exceeded a limit, by its name.
pub(crate) const REPLACED: &str = "isolates_replaced";
/// Threads that were given up because V8 does not return to them.
pub(crate) const STUCK: &str = "isolates_stuck";
/// Calls that wait for an isolate.
pub(crate) const WAITING: &str = "calls_waiting";
/// Workers of a gateway, by state.
pub(crate) const WORKERS: &str = "workers";

/// Labels of procedures; further ones are counted together, so that nobody can fill the memory with names.
const MAX_NAMES: usize = 10_000;

/// The label of procedures that do not exist, and of those for which there is no room.
const OTHER: &str = "other";

/// The status of calls that returned.
const OK: u16 = 200;

/// What a process counts.
pub(crate) struct Metrics {
    registry: Registry,
    /// Procedures that have labels of their own.
    procedures: RwLock<foldhash::HashMap<Arc<str>, Arc<ProcedureMetrics>>>,
    /// Of all other procedures together.
    other: Arc<ProcedureMetrics>,
    families: Families,
    outbound: Family<WayLabel, Counter>,
    retries: Family<NameLabel, Counter>,
    ejections: Counter,
    losses: Counter,
    rejected: Family<ReasonLabel, Counter>,
    limits: Family<LimitLabel, Counter>,
    isolates: IsolateMetrics,
    workers: Family<StateLabel, Gauge>,
}

/// What is counted by procedure.
struct Families {
    calls: Family<CallLabels, Counter>,
    duration: Family<NameLabel, Histogram, fn() -> Histogram>,
    in_flight: Family<NameLabel, Gauge>,
    request_bytes: Family<NameLabel, Counter>,
    response_bytes: Family<NameLabel, Counter>,
}

/// What is counted of one procedure: found once for a call, and then only added to.
#[derive(Debug)]
pub(crate) struct ProcedureMetrics {
    name: Name,
    /// Calls that were answered with 200, as nearly all are.
    ok: Counter,
    calls: Family<CallLabels, Counter>,
    duration: Histogram,
    in_flight: Gauge,
    request_bytes: Counter,
    response_bytes: Counter,
}

/// What the isolates of a process count; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct IsolateMetrics {
    replaced: Family<LimitLabel, Counter>,
    stuck: Gauge,
    waiting: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    fqn: Name,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct NameLabel {
    fqn: Name,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WayLabel {
    way: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReasonLabel {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LimitLabel {
    limit: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

/// A procedure as a label; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Name(Arc<str>);

impl EncodeLabelValue for Name {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        encoder.write_str(&self.0)
    }
}

/// The way of a call that application code made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// To this process itself.
    Local,
    /// Straight to another worker.
    Direct,
    /// Through a gateway.
    Gateway,
}

impl Way {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Direct => "direct",
            Self::Gateway => "gateway",
        }
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix(PREFIX);
        let families = Families {
            calls: registered(&mut registry, CALLS, "Calls that were answered"),
            in_flight: registered(&mut registry, IN_FLIGHT, "Calls under way"),
            request_bytes: registered(&mut registry, REQUEST_BYTES, "Bytes of arguments"),
            response_bytes: registered(&mut registry, RESPONSE_BYTES, "Bytes of results"),
            duration: Family::new_with_constructor(buckets),
        };
        registry.register(DURATION, "Seconds from the request to its answer", families.duration.clone());
        Self {
            other: Arc::new(families.of(Name(OTHER.into()))),
            families,
            outbound: registered(&mut registry, OUTBOUND, "Calls of application code to other segments"),
            retries: registered(&mut registry, RETRIES, "Calls that were sent to a worker once more"),
            ejections: registered(&mut registry, EJECTIONS, "Workers that got no calls because theirs failed"),
            losses: registered(&mut registry, LOSSES, "Workers to which the connection was lost"),
            rejected: registered(&mut registry, REJECTED, "Calls that were turned away"),
            limits: registered(&mut registry, LIMITS, "Calls that were ended by a limit"),
            isolates: IsolateMetrics {
                replaced: registered(&mut registry, REPLACED, "Isolates that exceeded a limit and were replaced"),
                stuck: registered(&mut registry, STUCK, "Threads on which a built-in function of V8 does not end"),
                waiting: registered(&mut registry, WAITING, "Calls that wait for an isolate"),
            },
            workers: registered(&mut registry, WORKERS, "Workers of this gateway"),
            procedures: RwLock::default(),
            registry,
        }
    }
}

impl Families {
    fn of(&self, name: Name) -> ProcedureMetrics {
        let label = NameLabel { fqn: name.clone() };
        ProcedureMetrics {
            ok: self.calls.get_or_create_owned(&CallLabels { fqn: name.clone(), status: OK }),
            calls: self.calls.clone(),
            duration: self.duration.get_or_create_owned(&label),
            in_flight: self.in_flight.get_or_create_owned(&label),
            request_bytes: self.request_bytes.get_or_create_owned(&label),
            response_bytes: self.response_bytes.get_or_create_owned(&label),
            name,
        }
    }
}

/// From half a millisecond to half a minute.
fn buckets() -> Histogram {
    Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0])
}

fn registered<M: Default + Clone + prometheus_client::registry::Metric>(
    registry: &mut Registry,
    name: &str,
    help: &str,
) -> M {
    let metric = M::default();
    registry.register(name, help, metric.clone());
    metric
}

impl Metrics {
    /// What is counted of a procedure that exists.
    pub(crate) fn procedure(&self, fqn: &str) -> Arc<ProcedureMetrics> {
        if let Some(known) = self.procedures.read().unwrap_or_else(PoisonError::into_inner).get(fqn) {
            return Arc::clone(known);
        }
        let mut procedures = self.procedures.write().unwrap_or_else(PoisonError::into_inner);
        if procedures.len() >= MAX_NAMES {
            return self.others();
        }
        let name: Arc<str> = fqn.into();
        // Another thread may have been first; the counters are the same then.
        let metrics = Arc::new(self.families.of(Name(Arc::clone(&name))));
        procedures.insert(name, Arc::clone(&metrics));
        metrics
    }

    /// What is counted of procedures that do not exist.
    pub(crate) fn others(&self) -> Arc<ProcedureMetrics> {
        Arc::clone(&self.other)
    }

    /// Application code made a call.
    pub(crate) fn outbound(&self, way: Way) {
        self.outbound.get_or_create(&WayLabel { way: way.as_str() }).inc();
    }

    /// A call is sent to a worker once more.
    pub(crate) fn repeated(&self, fqn: &str) {
        self.retries.get_or_create(&NameLabel { fqn: self.procedure(fqn).name.clone() }).inc();
    }

    /// A worker is ejected.
    pub(crate) fn ejected(&self) {
        self.ejections.inc();
    }

    /// The connection to a worker was lost.
    pub(crate) fn lost(&self) {
        self.losses.inc();
    }

    /// A call was turned away.
    pub(crate) fn rejected(&self, reason: &'static str) {
        self.rejected.get_or_create(&ReasonLabel { reason }).inc();
    }

    /// A call was ended by a limit.
    pub(crate) fn limit_exceeded(&self, limit: &str) {
        self.limits.get_or_create(&LimitLabel { limit: limit.to_owned() }).inc();
    }

    /// For the isolates of this process.
    pub(crate) fn isolates(&self) -> IsolateMetrics {
        self.isolates.clone()
    }

    /// So many workers are in the state now.
    pub(crate) fn set_workers(&self, state: &'static str, n: usize) {
        self.workers.get_or_create(&StateLabel { state }).set(i64::try_from(n).unwrap_or(i64::MAX));
    }

    /// Everything, as text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let (Ok(()) | Err(std::fmt::Error)) = encode(&mut text, &self.registry);
        text
    }
}

impl ProcedureMetrics {
    /// The procedure.
    pub(crate) fn name(&self) -> &Name {
        &self.name
    }

    /// A call was answered.
    pub(crate) fn answered(&self, status: u16, took: Duration, n_bytes: usize) {
        self.duration.observe(took.as_secs_f64());
        self.response_bytes.inc_by(n_bytes as u64);
        if status == OK {
            self.ok.inc();
        } else {
            self.calls.get_or_create(&CallLabels { fqn: self.name.clone(), status }).inc();
        }
    }

    /// Counts a call with that many bytes of arguments as under way, until the value is dropped.
    pub(crate) fn started(&self, n_bytes: usize) -> UnderWay<'_> {
        self.request_bytes.inc_by(n_bytes as u64);
        self.in_flight.inc();
        UnderWay(&self.in_flight)
    }

    /// The stream of arguments, counted as it passes.
    pub(crate) fn received(&self, pieces: ByteStream) -> ByteStream {
        counted(self.request_bytes.clone(), pieces)
    }

    /// The stream of a result, counted as it passes.
    pub(crate) fn sent(&self, pieces: ByteStream) -> ByteStream {
        counted(self.response_bytes.clone(), pieces)
    }
}

impl IsolateMetrics {
    /// An isolate exceeded the limit of that setting and is replaced; how often that happened so far.
    pub(crate) fn replaced(&self, setting: &str) -> u64 {
        self.replaced.get_or_create(&LimitLabel { limit: setting.to_owned() }).inc() + 1
    }

    /// So many threads are given up now.
    pub(crate) fn set_stuck(&self, n: usize) {
        self.stuck.set(i64::try_from(n).unwrap_or(i64::MAX));
    }

    /// So many calls wait now.
    pub(crate) fn set_waiting(&self, n: usize) {
        self.waiting.set(i64::try_from(n).unwrap_or(i64::MAX));
    }
}

fn counted(counter: Counter, pieces: ByteStream) -> ByteStream {
    let count = move |piece: &std::io::Result<bytes::Bytes>| {
        counter.inc_by(piece.as_ref().map_or(0, |piece| piece.len() as u64));
    };
    pieces.inspect(count).boxed()
}

/// A call that is under way.
pub(crate) struct UnderWay<'a>(&'a Gauge);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = include_str!("../../../docs/metrics.md");

    #[test]
    fn the_document_lists_every_name() {
        let text = everything().text();
        let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
        let mut counted: Vec<String> = types
            .filter_map(|line| line.split_once(' '))
            .map(|(name, kind)| if kind == "counter" { format!("{name}_total") } else { name.to_owned() })
            .collect();
        let rows = DOCUMENT.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
        let mut documented: Vec<String> = rows.map(|(name, _)| name.to_owned()).collect();
        counted.sort();
        documented.sort();
        assert_eq!(documented, counted, "`docs/metrics.md` and the names in this file differ");
    }

    /// One of each.
    fn everything() -> Metrics {
        let metrics = Metrics::default();
        let procedure = metrics.procedure("a/f");
        let under_way = procedure.started(10);
        assert!(metrics.text().contains("jitar_calls_in_flight{fqn=\"a/f\"} 1"));
        drop(under_way);
        procedure.answered(200, Duration::from_millis(3), 20);
        metrics.others().answered(404, Duration::ZERO, 0);
        metrics.outbound(Way::Direct);
        metrics.repeated("a/f");
        metrics.ejected();
        metrics.lost();
        metrics.rejected("rate");
        metrics.limit_exceeded("limits.cpu");
        assert_eq!(
            ["limits.cpu", "limits.cpu", "limits.heap"].map(|limit| metrics.isolates().replaced(limit)),
            [1, 2, 1]
        );
        metrics.isolates().set_stuck(1);
        metrics.isolates().set_waiting(7);
        metrics.set_workers("available", 3);
        metrics
    }

    #[test]
    fn counts_what_happens() {
        let text = everything().text();
        for line in [
            "jitar_calls_total{fqn=\"a/f\",status=\"200\"} 1",
            "jitar_calls_total{fqn=\"other\",status=\"404\"} 1",
            "jitar_calls_in_flight{fqn=\"a/f\"} 0",
            "jitar_call_duration_seconds_bucket{le=\"0.005\",fqn=\"a/f\"} 1",
            "jitar_request_bytes_total{fqn=\"a/f\"} 10",
            "jitar_response_bytes_total{fqn=\"a/f\"} 20",
            "jitar_outbound_calls_total{way=\"direct\"} 1",
            "jitar_retries_total{fqn=\"a/f\"} 1",
            "jitar_ejections_total 1",
            "jitar_lost_workers_total 1",
            "jitar_rejected_calls_total{reason=\"rate\"} 1",
            "jitar_limits_exceeded_total{limit=\"limits.cpu\"} 1",
            "jitar_isolates_replaced_total{limit=\"limits.cpu\"} 2",
            "jitar_isolates_replaced_total{limit=\"limits.heap\"} 1",
            "jitar_isolates_stuck 1",
            "jitar_calls_waiting 7",
            "jitar_workers{state=\"available\"} 3",
        ] {
            assert!(text.lines().any(|known| known == line), "{line}\n{text}");
        }
    }

    #[test]
    fn names_do_not_fill_the_memory() {
        let metrics = Metrics::default();
        let is_other = |fqn: &str| Arc::ptr_eq(&metrics.procedure(fqn), &metrics.others());
        for idx in 0..MAX_NAMES {
            assert!(!is_other(&idx.to_string()));
        }
        assert!(is_other("one more"));
        assert!(!is_other("7"));
    }
}
